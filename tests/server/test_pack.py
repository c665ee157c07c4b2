"""The page's modules in one file: each line of each module is there, in its place, and nothing else gets in."""

import json
import shutil
import subprocess
from itertools import accumulate
from pathlib import Path

import pytest

from convoscope.server.assets import Assets
from convoscope.server.pack import DIGITS, Unpackable, packed, vlq
from convoscope.server.pages import ASSETS
from tests.tree import ROOT

MODULES = {
    "main.js": """import { twice } from './math/twice.js';
import { base as b } from './math/base.js';

out(twice(b));
""",
    "math/twice.js": """// twice
/**
 * Two of it.
 * @param {number} x
 */
import { two } from './base.js';
export const twice = (x) => two(x) * 2;
""",
    "math/base.js": """export function two(x) {
  return x;
}
export const base = 21;
export async function later() {}
""",
}


def numbers(text: str) -> list[int]:
    """The whole numbers of a base 64 text."""
    found, shift, value = [], 0, 0
    for digit in map(DIGITS.index, text):
        value |= (digit & 31) << shift
        shift += 5
        if not digit & 32:
            found.append(-(value >> 1) if value & 1 else value >> 1)
            shift = value = 0
    return found


def places(table: dict[str, str]) -> list[tuple[str, int] | None]:
    """For each line of the packed file, which line of which module it is."""
    deltas = [numbers(entry) if entry else None for entry in table["mappings"].split(";")]
    known = [d for d in deltas if d]
    sources, lines = (list(accumulate(d[k] for d in known)) for k in (1, 2))
    places = iter(zip(sources, lines, strict=True))
    return [(lambda p: (table["sources"][p[0]], p[1]))(next(places)) if d else None for d in deltas]


def test_a_module_stands_after_those_that_it_imports() -> None:
    _, table = packed("main.js", MODULES.get, "main.pack.js.map")
    assert json.loads(table)["sources"] == ["math/base.js", "math/twice.js", "main.js"]


def test_every_line_is_mapped_to_its_own_and_differs_only_in_its_imports_exports_and_comments() -> None:
    file, table = packed("main.js", MODULES.get, "main.pack.js.map")
    mapped = places(json.loads(table))
    for place, line in zip(mapped, file.split("\n"), strict=False):
        if place:
            own = MODULES[place[0]].split("\n")[place[1]]
            remark = own.lstrip().startswith(("//", "/*", "*"))
            assert line == ("" if remark else own.removeprefix("export ")) or own.startswith("import ")
    assert [place for place in mapped if place] == [
        (name, k) for name in ("math/base.js", "math/twice.js", "main.js") for k in range(MODULES[name].count("\n") + 1)
    ]


def test_imports_become_names_of_the_other_module_renamed_where_they_were() -> None:
    file, _ = packed("main.js", MODULES.get, "main.pack.js.map")
    assert 'const { twice } = modules["math/twice.js"];' in file
    assert 'const { base: b } = modules["math/base.js"];' in file
    assert "return { two, base, later };" in file
    assert file.endswith("//# sourceMappingURL=main.pack.js.map\n")


def test_what_is_exported_from_elsewhere_is_exported_here() -> None:
    read = {"a.js": "export { x as y } from './b.js';\n", "b.js": "export const x = 1;\n"}.get
    assert 'const { x: y } = modules["b.js"];\n\nreturn { y };' in packed("a.js", read, "m")[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("let a;\nexport default a;\n", "main.js, line 2: 'export default a;' cannot be packed. "),
        ("export let a = 1;\n", "main.js, line 1: 'export let a = 1;' cannot be packed. "),
        ("import * as x from './x.js';\n", "main.js, line 1: \"import * as x from './x.js';\" cannot be packed. "),
        ("import { x } from 'https://example.org/x.js';\n", "main.js, line 1: "),
        ("import { x } from './x.js';\n", "main.js imports x.js, and there is no such file."),
        ("import { x } from './main.js';\n", "Modules import one another in a circle: main.js → main.js."),
    ],
)
def test_what_cannot_be_packed_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(Unpackable) as refused:
        packed("main.js", {"main.js": text}.get, "m")
    assert str(refused.value).startswith(message)


def test_whole_numbers_in_base_64_are_those_of_the_standard() -> None:
    assert [vlq(n) for n in (0, 1, -1, 15, 16, -16, 511, 1000)] == ["A", "C", "D", "e", "gB", "hB", "+f", "w+B"]
    assert [numbers(vlq(n)) for n in range(-2000, 2000)] == [[n] for n in range(-2000, 2000)]


def test_the_page_is_packed_whole(tmp_path: Path) -> None:
    pack = ASSETS.get("main.pack.js")
    table = ASSETS.get("main.pack.js.map")
    assert pack is not None
    assert table is not None
    sources = json.loads(table.body)["sources"]
    assert sources[-1] == "main.js"
    assert "views/stage.js" in sources
    own = sum((ROOT / "static" / name).read_text().count("\n") + 4 for name in sources)
    assert pack.body.decode().count("\n") == own + 2
    if node := shutil.which("node"):
        file = tmp_path / "main.pack.mjs"
        file.write_bytes(pack.body)
        subprocess.run([node, "--check", file], check=True)


def test_a_pack_of_nothing_is_not_there() -> None:
    assert ASSETS.get("nowhere.pack.js") is None
    assert ASSETS.get("../server/app.pack.js") is None


def test_what_cannot_be_packed_says_so_in_the_console(tmp_path: Path) -> None:
    (tmp_path / "main.js").write_text("export default 1;\n")
    pack = Assets(tmp_path).get("main.pack.js")
    assert pack is not None
    assert pack.body.startswith(b"throw new Error(\"main.js, line 1: 'export default 1;' cannot be packed. ")


def test_a_pack_is_made_anew_when_a_module_changes(tmp_path: Path) -> None:
    (tmp_path / "main.js").write_text("one();\n")
    assets = Assets(tmp_path)
    first = assets.get("main.pack.js")
    (tmp_path / "main.js").write_text("second();\n")
    second = assets.get("main.pack.js")
    assert first is not None
    assert second is not None
    assert (b"one();" in first.body, b"second();" in second.body) == (True, True)


def test_a_style_sheet_is_packed_with_those_that_it_imports_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "css").mkdir()
    sheets = {"page": '@import "a.css";\n@import "b.css" print;\n', "a": "a { top: 0 }\n", "b": "b { top: 0 }\n"}
    for name, text in sheets.items():
        (tmp_path / "css" / f"{name}.css").write_text(text)
    pack = Assets(tmp_path).get("css/page.pack.css")
    assert pack is not None
    assert pack.media.startswith("text/css")
    assert pack.body.decode() == "a { top: 0 }\n\n@media print {\nb { top: 0 }\n}\n"
    (tmp_path / "css" / "a.css").unlink()
    with pytest.raises(Unpackable) as refused:
        Assets(tmp_path).get("css/page.pack.css")
    assert str(refused.value) == "css/page.css imports css/a.css, and there is no such file."


@pytest.mark.parametrize(
    ("page", "sheets"),
    [("page", ("tokens", "stage", "print")), ("reading", ("tokens", "lessons")), ("interface", ("tokens", "api"))],
)
def test_the_sheet_of_a_page_holds_every_sheet_that_it_names(page: str, sheets: tuple[str, ...]) -> None:
    pack = ASSETS.get(f"css/{page}.pack.css")
    assert pack is not None
    assert b"@import" not in pack.body
    for name in sheets:
        assert (ROOT / "static" / "css" / f"{name}.css").read_bytes().strip() in pack.body
