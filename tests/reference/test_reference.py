"""Our layers and a whole network against PyTorch: outputs and every gradient.

The numbers are stored, `make_reference.py` writes them; PyTorch is not needed here.
"""

from pathlib import Path

import numpy as np
import pytest

from convoscope.engine import Mode, loss
from convoscope.engine.types import Array
from convoscope.engine.zoo.example_cnn import architecture
from tests.reference.cases import CASES, FILE, Case

HERE = Path(__file__).resolve().parent
EXACT = 1e-11
"""Relative to the largest number: both sides compute in float64."""


@pytest.fixture(scope="module")
def theirs() -> dict[str, Array]:
    with np.load(HERE / FILE, allow_pickle=False) as file:
        return dict(file)


def agree(ours: Array, wanted: Array, what: str) -> None:
    assert ours.shape == wanted.shape, what
    apart = np.abs(ours - wanted).max(initial=0) / max(np.abs(wanted).max(initial=0), 1e-3)
    assert apart <= EXACT, f"{what} is off by {apart:.3g}"


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_layer_agrees_with_pytorch_forward_and_backward(case: Case, theirs: dict[str, Array]) -> None:
    x, params, dy = case.values()
    layer = case.layer
    y, saved = layer.forward(params, x, mode=Mode(case.training))
    (dx,), grads = layer.backward(params, (x,), y, saved, dy)
    agree(y, theirs[f"{case.name}/y"], "y")
    agree(dx, theirs[f"{case.name}/dx"], "dL/dx")
    for name in params:
        if f"{case.name}/d{name}" in theirs:
            agree(grads[name], theirs[f"{case.name}/d{name}"], f"dL/d{name}")


def test_every_stored_case_is_compared(theirs: dict[str, Array]) -> None:
    assert {key.rpartition("/")[0] for key in theirs} == {case.name for case in CASES}


def test_the_example_network_agrees_with_pytorch_in_every_activation_and_every_gradient() -> None:
    network = architecture(np.random.default_rng(5), 3).astype(np.float64)
    trace = network.trace(np.random.default_rng(6).standard_normal((1, *network.input_shape)))
    gradients = trace.gradients(loss(3))
    with np.load(HERE / "example_cnn.npz", allow_pickle=False) as file:
        wanted = dict(file)
    ours = {"loss": np.asarray(gradients.value)} | dict(trace.activations)
    ours |= {f"d {name}": a for name, a in gradients.by_activation.items()}
    ours |= {f"d {node}.{k}": a for node, p in gradients.by_param.items() for k, a in p.items()}
    for name, a in wanted.items():
        apart = np.abs(ours[name] - a).max() / max(np.abs(a).max(), 1e-12)
        assert apart < (1e-6 if a.dtype == np.float32 else EXACT), (
            f"{name} is off by {apart:.3g}"
        )  # large ones as float32
    assert len(wanted) > 40
