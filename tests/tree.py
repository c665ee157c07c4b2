"""The repository as files: what is tracked, and what it says."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MADE = {".git", ".venv", "node_modules", "__pycache__", "dist", "build"}  # for a tree that is not a git checkout


@cache
def tracked() -> tuple[str, ...]:
    """The paths of all files that git tracks (of all files that nobody's tools made, where there is no git)."""
    if (ROOT / ".git").exists():
        listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, stdout=subprocess.PIPE, check=True)
        paths = listing.stdout.decode().rstrip("\0").split("\0")
    else:
        paths = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if not MADE & set(path.parts)]
    return tuple(path for path in sorted(paths) if (ROOT / path).is_file())


def text(path: str) -> str:
    """The text of a file; nothing of a file that is not UTF-8."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""
