"""What each rule of the house looks at: the path and the text of one file in, what is wrong with it out.

Where each rule holds, and that each can fail, is said in test_architecture.py.
"""

import ast
import posixpath
import re
import sys
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from functools import cache
from typing import NamedTuple

from tests.tree import ROOT

FOUNDATION = ("types", "errors", "geometry", "explanation", "exchange", "layer", "stable")
ABOVE_LAYERS = ("network", "trace", "losses", "gradcheck", "attribution", "training", "formats", "zoo", "kernels")
PUBLIC = ("attribution", "formats", "training", "zoo")  # the documented parts of the engine beside itself
FORMATS = ("onnx", "safetensors")  # file formats whose reader, and nobody else, uses the format's own library
HTTP = ("fastapi", "starlette", "uvicorn")
LONGEST = 400  # lines of a file: a concept


class Import(NamedTuple):
    name: str  # absolute: `from a.b import c` is a.b.c
    line: int
    at_once: bool  # when the file is imported, not inside a function and not for type checkers only


@cache
def imports(source: str) -> list[Import]:
    """What a file imports; read once, however many rules ask."""
    return list(_imports(ast.parse(source), at_once=True))


def _imports(node: ast.AST, at_once: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, child.lineno, at_once) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            origin = "." * child.level + (child.module or "")
            yield from (Import(f"{origin}.{alias.name}", child.lineno, at_once) for alias in child.names)
        else:
            for_types = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
            in_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
            yield from _imports(child, at_once and not for_types and not in_function)


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def engine(*names: str) -> tuple[str, ...]:
    return tuple(f"convoscope.engine.{name}" for name in names)


# -- Python


def engine_needs_numpy_alone(path: str, source: str) -> Iterator[str]:
    for name, line, at_once in imports(source):
        if within(name, "numpy", "convoscope.engine", *sys.stdlib_module_names):
            continue
        own = [library for library in FORMATS if fnmatch(path, f"engine/formats/{library}*") and within(name, library)]
        if own and at_once:
            yield f"line {line}: {name} is imported inside the function that needs it, so that others start fast"
        if not own:
            yield f"line {line}: the engine imports NumPy and the standard library, not {name}"


def foundation_stands_alone(path: str, source: str) -> Iterator[str]:
    for name, line, at_once in imports(source):
        if at_once and within(name, "convoscope.engine") and not within(name, *engine(*FOUNDATION)):
            yield f"line {line}: what everything stands on does not import {name}"


def a_layer_knows_no_other(path: str, source: str) -> Iterator[str]:
    for name, line, _ in imports(source):
        sibling = within(name, *engine("layers")) and not name.startswith("convoscope.engine.layers._")
        if sibling or within(name, *engine(*ABOVE_LAYERS)):
            yield f"line {line}: a layer imports no other layer and nothing above it, not {name}"


def server_uses_public_names(path: str, source: str) -> Iterator[str]:
    for name, line, _ in imports(source):
        inside = name.removeprefix("convoscope.engine").lstrip(".").split(".")
        module = (ROOT / "engine" / inside[0]).is_dir() or (ROOT / "engine" / f"{inside[0]}.py").is_file()
        hidden = (module and inside[0] not in PUBLIC) or any(part.startswith("_") for part in inside)
        if within(name, "convoscope.engine") and inside[0] and hidden:
            yield f"line {line}: the server imports convoscope.engine and its {', '.join(PUBLIC)}, not {name}"


def app_is_the_top(path: str, source: str) -> Iterator[str]:
    for name, line, _ in imports(source):
        if within(name, "convoscope.server.app"):
            yield f"line {line}: only the command line starts the app; share through another module"


def shapes_know_no_http(path: str, source: str) -> Iterator[str]:
    for name, line, _ in imports(source):
        if within(name, *HTTP):
            yield f"line {line}: what turns traces into JSON and frames does not import {name}"


def packages_have_one_name(path: str, source: str) -> Iterator[str]:
    for name, line, _ in imports(source):
        if within(name, "engine", "server") or name.startswith("."):
            yield f"line {line}: write convoscope.engine or convoscope.server in full, not {name}"


# -- JavaScript


def code(source: str) -> str:
    """JavaScript without its comments; the lines stay where they are."""
    blank = re.sub(r"/\*.*?\*/", lambda comment: "\n" * comment[0].count("\n"), source, flags=re.DOTALL)
    return re.sub(r"(?m)(^|[\s;{}()])//.*$", r"\1", blank)


def mentions(pattern: str, advice: str) -> Callable[[str, str], Iterator[str]]:
    def rule(path: str, source: str) -> Iterator[str]:
        for number, line in enumerate(code(source).split("\n"), 1):
            if found := re.search(pattern, line):
                yield f"line {number}: {found[0].strip()!r}: {advice}"

    return rule


def module_paths(source: str) -> list[str]:
    """What a module imports, without the imports inside JSDoc: those are types."""
    return re.findall(r"""\b(?:(?:import|export)\b[^"';]*?\bfrom\s*|import\s*\(?\s*)["']([^"']+)["']""", code(source))


def modules_are_ours(path: str, source: str) -> Iterator[str]:
    for module in module_paths(source):
        file = posixpath.normpath(posixpath.join(posixpath.dirname(path), module))
        if not module.startswith(".") or not (ROOT / file).is_file():
            yield f"{module!r} is no file of ours: the page loads only what static/ holds, by relative paths"


def painters_import_painters(path: str, source: str) -> Iterator[str]:
    for module in module_paths(source):
        if "/paint/" not in f"/{posixpath.normpath(posixpath.join(posixpath.dirname(path), module))}":
            yield f"{module!r}: a painter gets marks and imports nothing else of ours"


FETCH = (
    r"(?<![\w.$])fetch\s*\(|\b(?:window|globalThis|self)\.fetch\b"
    r"|\b(?:XMLHttpRequest|EventSource|WebSocket|sendBeacon)\b"
)
ADDRESS = (
    r"(?<![\w.$])(?:location|history)\s*[.\[]|[(,]\s*location\s*[,)]"
    r"|\b(?:window|document|globalThis|self)\.(?:location|history)\b"
)
IMPURE = (
    r"(?<![\w.$])(?:document|window|globalThis|navigator|localStorage|performance)\s*[.\[]"
    r"|(?<![\w.$])(?:fetch|setTimeout|setInterval|requestAnimationFrame)\s*\(|\bDate\b|\bMath\.random\b"
)
OUTSIDE = r"""["'`](?:https?:)?//(?!www\.w3\.org/)[a-z0-9]"""  # the SVG and MathML namespaces are names, not requests

# -- every text file

HOSTS = "|".join(("registry.npm" + "js", "registry.yarn" + "pkg", "py" + r"pi\.org", "python" + "hosted"))
PLACES = r"(?<![\w.:/~-])/(?:home|root|work|tmp)/"


def is_for_every_machine(path: str, source: str) -> Iterator[str]:
    for number, line in enumerate(source.split("\n"), 1):
        if found := re.search(f"{HOSTS}|{PLACES}", line):
            yield f"line {number}: {found[0]!r} belongs to one machine or one registry, not to the project"


def is_a_concept(path: str, source: str) -> Iterator[str]:
    lines = source.count("\n")
    if lines > LONGEST:
        yield f"{lines} lines: a file is a concept, and this one holds several"


LATER = "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"))


def is_done(path: str, source: str) -> Iterator[str]:
    for number, line in enumerate(source.split("\n"), 1):
        if found := re.search(rf"\b(?:{LATER})\b", line):
            yield f"line {number}: {found[0]}: do it, or say in docs/ what is not there"
