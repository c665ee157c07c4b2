"""Files as PyTorch's two exporters write them give PyTorch's numbers, for any batch. `make_exports.py` made them."""

from pathlib import Path

import numpy as np
import pytest

from convoscope.engine import load_onnx
from tests.onnx.runtime import run

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
EXPORTED = sorted(REFERENCE.glob("exported*.onnx"))
TOLERANCE = 1e-6
"""Absolute, of probabilities: float32 through fifty nodes."""


@pytest.mark.parametrize("path", EXPORTED, ids=[path.stem for path in EXPORTED])
def test_an_exported_network_gives_pytorch_s_numbers_for_any_batch(path: Path) -> None:
    with np.load(REFERENCE / "exported.npz", allow_pickle=False) as file:
        x, y = file["x"], file["y"]
    network = load_onnx(path)
    assert network.report is not None
    assert network.report.complete, str(network.report)
    assert network.inputs[0].shape == (None, 3, 16, 16)
    assert np.abs(network.trace(x).output - y).max() < TOLERANCE
    assert np.abs(network.trace(x[1]).output - y[1]).max() < TOLERANCE
    assert np.abs(run(network.to_onnx(), {"x": x})[network.output] - y).max() < TOLERANCE


def test_both_exporters_are_there() -> None:
    assert {path.stem.split("_")[1] for path in EXPORTED} == {"legacy", "dynamo"}
