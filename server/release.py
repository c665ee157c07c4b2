"""Which code made an answer."""

import hashlib
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent


@cache
def release() -> str:
    """What stands for the code that makes the answers: a hash of engine and server as they are."""
    digest = hashlib.sha256()
    for folder in (HERE.parent / "engine", HERE):
        for file in sorted(folder.rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
