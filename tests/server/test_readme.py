"""What the README and the docs print can be typed: Python runs as it stands, and commands are understood."""

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest

from convoscope.server.cli import known_commands, parser

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "docs/deploy.md")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page: str, language: str) -> list[str]:
    """The code of a page in a language; in none for what is typed into a shell, or printed."""
    return [code for said, code in BLOCK.findall((ROOT / page).read_text(encoding="utf-8")) if said == language]


COMMANDS = [
    line for page in PAGES for code in blocks(page, "") for line in code.splitlines() if line.startswith("convoscope ")
]


def test_the_readmes_python_runs_as_it_is_printed_and_prints_what_is_said() -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        for code in blocks("README.md", "python"):
            exec(compile(code, "README.md", "exec"), {})
    (shown,) = (code for code in blocks("README.md", "") if code.startswith("conv2@"))
    for line in shown.splitlines():
        assert line in printed.getvalue() or line.strip() == "…"


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_of_the_docs_is_understood(line: str) -> None:
    given = shlex.split(line, comments=True)[1:]
    found = known_commands() if given and given[0] in known_commands() else {}
    parser(found).parse_args(given)
