"""Class names from a text file, as people keep them.

one name a line  ·  ["cat", "dog"]  ·  {"0": "cat", "1": "dog"}  ·  {"0": ["n02123045", "tabby"], …}
"""

import json
from typing import Any

from convoscope.engine.errors import FormatError

LONGEST = 200
FORMS = 'Write one name a line, or JSON: ["cat", "dog"] or {"0": "cat", "1": "dog"}.'


def parse_labels(text: str) -> tuple[str, ...]:
    """The class names in order of their index. Raises FormatError that says which name is wrong and why."""
    body = text.removeprefix("\ufeff").strip()
    names = _of_json(body) if body[:1] in ("[", "{") else [line.strip() for line in body.splitlines()]
    if not names:
        raise FormatError(f"The labels file is empty. {FORMS}")
    for k, name in enumerate(names):
        if not name:
            raise FormatError(f"Label {k} is empty. Give every class a name, in order.")
        if len(name) > LONGEST or not _sayable(name):
            raise FormatError(f"Label {k} is no name: it is longer than {LONGEST} characters, or cannot be printed.")
    return tuple(names)


def _of_json(body: str) -> list[str]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as e:
        raise FormatError(f"The labels file begins like JSON, but is none. {FORMS}") from e
    if isinstance(said, dict):
        said = _ordered(said)
    return [_name(k, value) for k, value in enumerate(said)]


def _ordered(said: dict[str, Any]) -> list[Any]:
    """The values of {"0": …, "1": …} by index."""
    if any(not (k.isascii() and k.isdigit() and len(k) < 10) for k in said):
        raise FormatError(f"The keys of a labels file are the indices of the classes, 0 to {len(said) - 1}. {FORMS}")
    by_index = {int(k): value for k, value in said.items()}
    lost = next((k for k in range(len(said)) if k not in by_index), None)
    if lost is not None:
        raise FormatError(f"The labels file has {len(said)} names, but none for class {lost}: indices go from 0 up.")
    return [by_index[k] for k in range(len(said))]


def _name(index: int, value: Any) -> str:
    """A name; of a list such as ["n02123045", "tabby"] the last one."""
    last = value[-1] if isinstance(value, list) and value else value
    if not isinstance(last, str):
        raise FormatError(f"Label {index} is no text. {FORMS}")
    return last.strip()


def _sayable(name: str) -> bool:
    """Whether every character can be sent and printed: no lone surrogates, no control characters."""
    return all(c >= " " and not "\x7f" <= c < "\xa0" and not "\ud800" <= c <= "\udfff" for c in name)
