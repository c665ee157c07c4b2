"""Makes docs/limits.md from the table of limits: `python -m docs.make_limits`."""

from pathlib import Path

from convoscope.server.limits import Limits, unit, value_in_public

PAGE = Path(__file__).with_name("limits.md")
HEAD = """# The limits

Made from `server/limits.py` by `python -m docs.make_limits`; a test holds it to that. `/api/limits` says which are in
force. Each can be set by an environment variable: `CONVOSCOPE_LIMITS__` and the name in capitals.

| limit | own machine | `--public` | unit | |
| --- | ---: | ---: | --- | --- |
"""


def page() -> str:
    """The page: each limit with both columns."""
    lines = [
        f"| `{name}` | {field.default:,} | {value_in_public(name):,} | {unit(name)} | {field.description} |"
        for name, field in Limits.model_fields.items()
    ]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
