"""`convoscope summary`: the numbers of a network as a table, as JSON and as CSV."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from convoscope.engine import Trace, zoo
from convoscope.server.cli import main
from convoscope.server.commands.summary import model
from convoscope.server.library import Library
from convoscope.server.pictures import network_input


@pytest.fixture(scope="module")
def cat() -> Trace:
    net = zoo.load("example-cnn")
    assert net.preprocessing is not None
    return net.trace(network_input(Library().pictures["cat-drawn"], net.preprocessing)[0])


def test_the_table_has_a_line_for_each_node_and_the_totals(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", "example-cnn"]) == 0
    lines = {line.split()[0]: line.split() for line in capsys.readouterr().out.splitlines() if line.strip()}
    assert lines["conv1"] == ["conv1", "conv", "3×3", "10×32×32", "280", "276,480", "3×3", "41", "kB"]
    assert lines["total"] == ["total", "6,440", "1,775,680", "241", "kB"]
    assert len(lines) == 1 + 1 + 1 + 19 + 1  # the title, the head, its line, the nodes, the totals


def test_json_holds_what_the_engine_says_of_a_picture(cat: Trace, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", "example-cnn", "cat-drawn", "--json"]) == 0
    rows = {r["node"]: r for r in json.loads(capsys.readouterr().out)["rows"]}
    relu = cat.activations["relu4"][0]
    said = rows["relu4"]["activation"]
    assert (said["max"], said["zeros"]) == (relu.max(), np.mean(relu == 0))
    assert said["dead"] == int((relu == 0).all(axis=(1, 2)).sum())
    assert (rows["fc"]["inputs"], rows["fc"]["shape"], rows["fc"]["receptive_field"]) == (["flatten"], [10], [32, 32])


def test_csv_is_read_by_whatever_reads_csv(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    zoo.load("example-cnn").to_onnx(tmp_path / "mine.onnx")
    assert model(str(tmp_path / "mine.onnx")).name == "mine", "as the page calls it"
    assert main(["summary", str(tmp_path / "mine.onnx"), "cat-drawn", "--csv"]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert [r["shape"] for r in rows[:2]] == ["3×32×32", "10×32×32"]
    assert sum(int(r["parameters"]) for r in rows) == 6440
    assert float(rows[2]["min"]) == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere.onnx"], "There is no file nowhere.onnx, and no network of that name: example-cnn"),
        (["example-cnn", "nowhere.png"], "nowhere.png cannot be read: No such file or directory."),
        (["example-cnn", __file__], "These bytes are no picture in a format that is read here."),
        ([__file__], "test_summary.py is no ONNX file that can be read. These bytes are no protocol buffer"),
    ],
)
def test_what_cannot_be_read_is_said(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", *arguments]) == 2
    assert says in capsys.readouterr().err
