"""The house holds: who may import whom, who may touch what, read from the source rather than from good intentions.

A rule takes the path and the text of one file and says what is wrong. `PLANTED` shows that each rule can fail.
"""

import ast
import posixpath
import re
import sys
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

import pytest

from tests.tree import ROOT, text, tracked

FOUNDATION = ("types", "errors", "geometry", "explanation", "exchange", "layer", "stable")
ABOVE_LAYERS = ("network", "trace", "losses", "gradcheck", "attribution", "training", "formats", "zoo", "kernels")
PUBLIC = ("attribution", "formats", "training", "zoo")  # the documented parts of the engine beside itself
FORMATS = ("onnx", "safetensors")  # file formats whose reader, and nobody else, uses the format's own library
HTTP = ("fastapi", "starlette", "uvicorn")
LONGEST = 500


class Import(NamedTuple):
    name: str  # absolute: `from a.b import c` is a.b.c
    line: int
    at_once: bool  # when the file is imported, not inside a function and not for type checkers only


def imports(source: str) -> list[Import]:
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
ADDRESS = r"(?<![\w.$])(?:location|history)\s*[.\[]|\b(?:window|document|globalThis|self)\.(?:location|history)\b"
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


# -- the rules, where each holds, and a violation of each


class Rule(NamedTuple):
    check: Callable[[str, str], Iterator[str]]
    where: tuple[str, ...]
    but: tuple[str, ...] = ()

    def __call__(self, path: str, source: str) -> list[str]:
        governed = any(fnmatch(path, glob) for glob in self.where)
        exempt = any(fnmatch(path, glob) for glob in self.but)
        return list(self.check(path, source)) if governed and not exempt else []


JS = ("static/*.js",)  # in fnmatch, * crosses folders
RULES = {
    "engine needs NumPy alone": Rule(engine_needs_numpy_alone, ("engine/*.py",)),
    "foundation stands alone": Rule(foundation_stands_alone, tuple(f"engine/{name}.py" for name in FOUNDATION)),
    "a layer knows no other": Rule(a_layer_knows_no_other, ("engine/layers/*.py",), ("engine/layers/__init__.py",)),
    "server uses public names": Rule(server_uses_public_names, ("server/*.py",)),
    "app is the top": Rule(app_is_the_top, ("*.py",), ("server/cli.py", "server/serve.py", "tests/*")),
    "shapes know no HTTP": Rule(shapes_know_no_http, ("server/viewmodel*", "server/wire*")),
    "packages have one name": Rule(packages_have_one_name, ("*.py",)),
    "only api/ fetches": Rule(mentions(FETCH, "only api/ fetches"), JS, ("static/api/*",)),
    "only state/url.js reads the address": Rule(
        mentions(ADDRESS, "only state/url.js reads the address"), JS, ("static/state/url.js",)
    ),
    "only anim/clock.js asks for frames": Rule(
        mentions(r"\brequestAnimationFrame\b", "only anim/clock.js asks for frames"), JS, ("static/anim/clock.js",)
    ),
    "only paint/ draws": Rule(
        mentions(r"\.getContext\b", "only paint/ holds a drawing context"), JS, ("static/paint/*",)
    ),
    "pictures are pure": Rule(
        mentions(IMPURE, "same explanation and time, same marks: no page, clock or chance"), ("static/pictures/*.js",)
    ),
    "painters import painters": Rule(painters_import_painters, ("static/paint/*.js",)),
    "modules are ours": Rule(modules_are_ours, JS),
    "nothing from outside": Rule(mentions(OUTSIDE, "nothing comes from another host"), JS),
    "for every machine": Rule(is_for_every_machine, ("*",)),
    "a file is a concept": Rule(is_a_concept, ("*.py", "*.js")),
}
PLANTED = [
    ("engine needs NumPy alone", "engine/network.py", "import scipy.signal"),
    ("engine needs NumPy alone", "engine/zoo/__init__.py", "def f():\n    from PIL import Image"),
    ("engine needs NumPy alone", "engine/formats/onnx_reader.py", "import onnx"),
    ("engine needs NumPy alone", "engine/formats/state.py", "def f():\n    import onnx"),
    ("engine needs NumPy alone", "engine/formats/safetensors.py", "def f():\n    import onnx"),
    ("engine needs NumPy alone", "engine/formats/safetensors.py", "from safetensors.numpy import load"),
    ("engine needs NumPy alone", "engine/zoo/cards.py", "from convoscope.server import wire"),
    ("foundation stands alone", "engine/layer.py", "from convoscope.engine.network import Network"),
    ("a layer knows no other", "engine/layers/dense.py", "from convoscope.engine.layers.conv2d import Conv2d"),
    ("a layer knows no other", "engine/layers/dense.py", "from convoscope.engine import layers"),
    ("a layer knows no other", "engine/layers/dense.py", "def f():\n    from convoscope.engine.trace import Trace"),
    ("server uses public names", "server/viewmodel.py", "from convoscope.engine.trace import Trace"),
    ("server uses public names", "server/routes/traces.py", "import convoscope.engine.layers.conv2d"),
    ("server uses public names", "server/wire/arrays.py", "from convoscope.engine.formats._frames import pack"),
    ("app is the top", "server/routes/pages.py", "from convoscope.server.app import app"),
    ("app is the top", "engine/zoo/__init__.py", "from convoscope.server import app"),
    ("shapes know no HTTP", "server/viewmodel.py", "from fastapi import Request"),
    ("shapes know no HTTP", "server/wire/trace.py", "def f():\n    from starlette.responses import Response"),
    ("packages have one name", "tests/engine/test_trace.py", "from engine import Network"),
    ("packages have one name", "engine/trace.py", "from .network import Network"),
    ("only api/ fetches", "static/views/lens.js", 'const body = await fetch("/api/limits");'),
    ("only api/ fetches", "static/main.js", "const load = window.fetch;"),
    ("only state/url.js reads the address", "static/main.js", "if (location.hash) start();"),
    ("only state/url.js reads the address", "static/state/store.js", "window.history.pushState(null, '', '#');"),
    ("only anim/clock.js asks for frames", "static/views/stage.js", "requestAnimationFrame(draw);"),
    ("only paint/ draws", "static/views/stage.js", "canvas.getContext('2d');"),
    ("pictures are pure", "static/pictures/reduce.js", "document.createElement('div');"),
    ("pictures are pure", "static/pictures/reduce.js", "const seed = Math.random();"),
    ("pictures are pure", "static/pictures/reduce.js", "const now = Date.now();"),
    ("pictures are pure", "static/pictures/reduce.js", "const w = window.innerWidth;"),
    ("pictures are pure", "static/pictures/reduce.js", "fetch(url);"),
    ("painters import painters", "static/paint/canvas.js", 'import { store } from "../state/store.js";'),
    ("modules are ours", "static/main.js", 'import * as d3 from "d3";'),
    ("modules are ours", "static/main.js", 'const lens = await import("./views/nowhere.js");'),
    ("nothing from outside", "static/ui/help.js", "const font = '//fonts.example/inter.woff2';"),
    ("nothing from outside", "static/ui/help.js", 'const script = "https://cdn.example/three.js";'),
    ("for every machine", "README.md", "Look into /" + "home/me/convoscope first."),
    ("for every machine", "package-lock.json", '"resolved": "https://registry.npm' + 'js.org/x.tgz"'),
    ("a file is a concept", "engine/everything.py", "x = 1\n" * (LONGEST + 1)),
]
INNOCENT = [
    ("static/pictures/copy.js", "caption('from', source, 'the flattened row'),"),
    ("static/pictures/reduce.js", "// document.title and fetch(x)\nexport const span = e.window.size; /* Date */"),
    ("static/views/lens.js", "const row = client.fetch(ref), place = entry.location.row;"),
    ("static/main.js", 'svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");'),
    ("engine/formats/onnx_reader.py", "def read(data):\n    import onnx\n"),
    ("engine/layers/dense.py", "from convoscope.engine.layers._text import f\nfrom convoscope.engine.types import A"),
    ("server/cli.py", "from convoscope.engine import Network, load_onnx\nfrom convoscope.server.app import app"),
    ("README.md", "`POST /api/work/` and https://example.org/home/ and ./tmp/x are no places on a disk."),
]


@pytest.mark.parametrize("name", RULES)
def test_the_tree_keeps_the_rule(name: str) -> None:
    broken = [f"{path}: {problem}" for path in tracked() for problem in RULES[name](path, text(path))]
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize(("name", "path", "source"), PLANTED)
def test_a_planted_violation_is_seen(name: str, path: str, source: str) -> None:
    assert RULES[name](path, source)


@pytest.mark.parametrize(("path", "source"), INNOCENT)
def test_the_innocent_are_left_alone(path: str, source: str) -> None:
    assert not [problem for rule in RULES.values() for problem in rule(path, source)]


def test_every_rule_has_a_planted_violation() -> None:
    assert {name for name, _, _ in PLANTED} == set(RULES)


def test_modules_import_one_another_without_circles() -> None:
    files = {
        f"convoscope.{path.removesuffix('.py').removesuffix('/__init__').replace('/', '.')}": path
        for path in tracked()
        if fnmatch(path, "engine/*.py") or fnmatch(path, "server/*.py")
    }
    edges = {
        module: {origin(name, files) for name, _, at_once in imports(text(path)) if at_once} & files.keys()
        for module, path in files.items()
    }
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as circle:
        pytest.fail("modules import one another in a circle: " + " → ".join(circle.args[1]))


def origin(name: str, files: dict[str, str]) -> str:
    """The module that an imported name comes from: the name itself, or what it is a name in."""
    return name if name in files else name.rpartition(".")[0]
