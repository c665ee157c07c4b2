"""docs/adding_a_layer.md carried out in a copy of the tree: two files, and the layer is everywhere."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tree import ROOT

PARTS = ("convoscope", "docs", "engine", "server", "tests", "dev.py", "pyproject.toml")
WRITTEN = re.compile(r"^`([\w/]+\.py)`\n\n```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FOUND = """
import numpy as np
from onnx import TensorProto, helper

import convoscope
from convoscope.engine import REGISTRY, from_config, load_onnx
from convoscope.server.viewmodel.network import network_view
from docs.make_layers import page

assert convoscope.__file__.startswith({root!r}), convoscope.__file__
assert REGISTRY["shrink"] is type(from_config({{"kind": "shrink"}}))

shrink = helper.make_node("Shrink", ["x"], ["y"], lambd=1.0, bias=0.5)
x, y = (helper.make_tensor_value_info(n, TensorProto.FLOAT, ["N", 4]) for n in "xy")
model = helper.make_model(helper.make_graph([shrink], "net", [x], [y]), opset_imports=[helper.make_opsetid("", 17)])
network = load_onnx(model.SerializeToString())
assert network.trace(np.array([[-3, -1, 0.5, 2]], np.float32)).output.tolist() == [[-2.5, 0, 0, 1.5]]
assert b"Shrink" in network.to_onnx()

node = network_view("id", "title", network, None).nodes[-1]
assert (node.kind, node.config["lambd"]) == ("shrink", 1.0), node
assert "### shrink" in page() and "ONNX Shrink-9" in page()
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree, with the files that the page says to write."""
    root = tmp_path_factory.mktemp("tree")
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            being_written = shutil.ignore_patterns("*.pyc.*")  # what is compiled comes along
            shutil.copytree(source, root / part, symlinks=True, ignore=being_written)
        else:
            shutil.copy(source, root / part)
    files = WRITTEN.findall((ROOT / "docs/adding_a_layer.md").read_text(encoding="utf-8"))
    assert [name for name, _ in files] == ["engine/layers/shrink.py", "tests/engine/layers/test_shrink.py"]
    for name, source_code in files:
        assert not (root / name).exists()
        (root / name).write_text(source_code, encoding="utf-8")
    return root


def run(tree: Path, *command: str) -> str:
    """What a Python in the copy says. Fails with it when that fails."""
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *command], cwd=tree, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_new_layer_is_under_every_law_and_its_own_test_passes(tree: Path) -> None:
    said = run(
        tree, "-m", "pytest", "-q", "tests/laws/test_layers.py", "tests/engine/layers/test_shrink.py", "-k", "shrink"
    )
    found = re.search(r"(\d+) passed", said)
    assert found, said
    assert int(found[1]) >= 14, said


def test_a_new_layer_is_in_the_docs_the_onnx_reader_and_what_the_server_says(tree: Path) -> None:
    run(tree, "-c", FOUND.format(root=str(tree)))
