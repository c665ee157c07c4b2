"""The house holds: who may import whom, who may touch what, read from the source rather than from good intentions.

A rule takes the path and the text of one file and says what is wrong (rules.py). `PLANTED` shows that each can fail.
"""

from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

import pytest

from tests.laws.rules import (
    ADDRESS,
    FETCH,
    FOUNDATION,
    IMPURE,
    LONGEST,
    OUTSIDE,
    a_layer_knows_no_other,
    app_is_the_top,
    engine_needs_numpy_alone,
    foundation_stands_alone,
    imports,
    is_a_concept,
    is_done,
    is_for_every_machine,
    mentions,
    modules_are_ours,
    packages_have_one_name,
    painters_import_painters,
    server_uses_public_names,
    shapes_know_no_http,
)
from tests.tree import text, tracked

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
    "a file is a concept": Rule(is_a_concept, ("*.py", "*.js", "*.css", "*.html")),
    "nothing is left for later": Rule(is_done, ("*.py", "*.js", "*.css", "*.html", "*.md")),
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
    ("only state/url.js reads the address", "static/ui/share.js", "links(told, location);"),
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
    ("a file is a concept", "static/css/everything.css", "a { }\n" * (LONGEST + 1)),
    ("nothing is left for later", "engine/trace.py", "x = 1  # TO" + "DO: two"),
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
