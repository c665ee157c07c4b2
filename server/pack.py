"""Many small modules as one file, because a page of a hundred files waits ten times as long as a page of one.

Nothing is compiled. Each module's own lines stand in a function of their own, after the modules that they import; lines
of comment alone are left empty, a quarter of what would travel. An import takes names out of the object that the other
module's function gave back. A source map names file and line of every line, so a browser's tools show the modules as
they are in static/. What the modules may say is little, `import { a, b as c } from './x.js'`, the same with `export`,
and `export` before const, function and class: anything else is refused.
"""

import json
import posixpath
import re
from collections.abc import Callable, Iterator

IMPORT = re.compile(r"^(import|export) \{([^}]*)\} from '(\.{1,2}/[^']+)';$", re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:const|function\*?|class) (\w+))", re.MULTILINE)
OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
SHEET = re.compile(r'^@import "([^"]+)"(?: (\w+))?;$', re.MULTILINE)
REMARK = re.compile(r"^[ \t]*/\*(?:(?!\*/)[\s\S])*\*/[ \t]*$|^[ \t]*//[^\n]*$", re.MULTILINE)
DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

Read = Callable[[str], str | None]


class Unpackable(ValueError):
    """A module says what cannot be packed."""


def packed(entry: str, read: Read, map_url: str) -> tuple[str, str]:
    """The file and its source map. `read` gives the text of a module by its name. Raises Unpackable."""
    sources = ordered(entry, read)
    lines, places = ["const modules = {};"], [(-1, 0)]
    for k, (name, text) in enumerate(sources):
        body, names = adapted(name, text)
        own = body.split("\n")
        lines += [f"modules[{json.dumps(name)}] = (() => {{", *own, f"return {{ {', '.join(names)} }};", "})();"]
        places += [(-1, 0), *((k, line) for line in range(len(own))), (-1, 0), (-1, 0)]
    lines.append(f"//# sourceMappingURL={map_url}")
    table = {"version": 3, "sources": [name for name, _ in sources], "names": [], "mappings": mappings(places)}
    return "\n".join(lines) + "\n", json.dumps(table)


def sheet(entry: str, read: Read) -> str:
    """A style sheet with those that it imports in their places. Raises Unpackable where one is not there."""

    def taken(found: re.Match[str]) -> str:
        name, medium = resolved(entry, found[1]), found[2]
        text = read(name)
        if text is None:
            raise Unpackable(f"{entry} imports {name}, and there is no such file.")
        return f"@media {medium} {{\n{text}}}" if medium else text

    return SHEET.sub(taken, read(entry) or "")


def ordered(entry: str, read: Read) -> list[tuple[str, str]]:
    """The modules that `entry` needs, each after those that it imports, and it."""
    found: dict[str, str] = {}

    def visit(name: str, way: tuple[str, ...]) -> None:
        if name in way:
            raise Unpackable(f"Modules import one another in a circle: {' → '.join((*way[way.index(name) :], name))}.")
        if name in found:
            return
        text = read(name)
        if text is None:
            raise Unpackable(f"{way[-1] if way else 'The page'} imports {name}, and there is no such file.")
        for found_import in IMPORT.finditer(text):
            visit(resolved(name, found_import[3]), (*way, name))
        found[name] = text

    visit(entry, ())
    return list(found.items())


def resolved(name: str, path: str) -> str:
    """The name of the module that module `name` calls `path`."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path))


def adapted(name: str, text: str) -> tuple[str, list[str]]:
    """A module's lines as those of a function, as many as before, and the names that it exports."""
    names = EXPORT.findall(text)

    def taken(found: re.Match[str]) -> str:
        pairs = re.sub(r"(\w+) as (\w+)", r"\1: \2", found[2])
        names.extend(re.findall(r"(\w+)\s*(?:,|$)", found[2]) if found[1] == "export" else ())
        return f"const {{{pairs}}} = modules[{json.dumps(resolved(name, found[3]))}];"

    silent = REMARK.sub(lambda found: "\n" * found[0].count("\n"), text)
    body = EXPORT.sub("", IMPORT.sub(taken, silent))
    if left := OTHER.search(body):
        raise Unpackable(
            f"{name}, line {body.count(chr(10), 0, left.start()) + 1}: {left[0]!r} cannot be packed. "
            "Import names in braces from our own files; export const, function or class."
        )
    return body, names


def mappings(places: list[tuple[int, int]]) -> str:
    """One entry per line: (source, line) of it, or source -1 for a line of our own. The format is ECMA-426's."""

    def entries() -> Iterator[str]:
        source = line = 0
        for s, n in places:
            yield "" if s < 0 else "A" + vlq(s - source) + vlq(n - line) + "A"
            if s >= 0:
                source, line = s, n

    return ";".join(entries())


def vlq(number: int) -> str:
    """A whole number in base 64, five bits a digit, lowest first, its sign in the lowest bit."""
    rest, text = (-number << 1) | 1 if number < 0 else number << 1, ""
    while True:
        digit, rest = rest & 31, rest >> 5
        text += DIGITS[digit | (32 if rest else 0)]
        if not rest:
            return text
