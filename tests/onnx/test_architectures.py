"""Whole architectures load, and agree with ONNX Runtime node by node; their gradients agree with measured slopes."""

from functools import cache

import numpy as np
import onnx
import pytest

from convoscope.engine import Network, load_onnx
from tests.onnx.architectures import ARCHITECTURES
from tests.onnx.build import picture
from tests.onnx.runtime import difference, exposed, run

TOLERANCE = 1e-5
"""Of any node, relative to its largest number: up to 120 layers of float32 in another order of adding."""

STEP = 1e-7  # of the central difference, in float64
SLOPE = 1e-5  # relative: what rounding, and the few rectifiers that flip within a step, leave


@cache
def loaded(name: str) -> tuple[onnx.ModelProto, Network]:
    model = ARCHITECTURES[name][0]()
    return model, load_onnx(model.SerializeToString())


def disagreements(name: str) -> dict[str, float]:
    """By node, the largest difference from ONNX Runtime."""
    model, network = loaded(name)
    batch = 1 if model.graph.input[0].type.tensor_type.shape.dim[0].dim_value else 2
    x = picture(ARCHITECTURES[name][1], batch)
    trace = network.trace(x)
    names = [n.name for n in network.nodes if n.layer.kind != "constant"]
    theirs = run(exposed(model, names).SerializeToString(), {"x": x})
    return {node: difference(trace.activations[node], wanted) for node, wanted in theirs.items()}


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_an_architecture_agrees_with_onnx_runtime_node_by_node(name: str) -> None:
    _, network = loaded(name)
    assert network.report is not None
    assert network.report.complete, str(network.report)
    off = disagreements(name)
    worst = max(off, key=lambda node: off[node])
    assert off[worst] <= TOLERANCE, f"{worst} is off by {off[worst]:.3g}"
    assert set(network.outputs) <= set(off)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_an_architecture_takes_a_batch_of_any_size_even_where_its_file_says_one(name: str) -> None:
    _, network = loaded(name)
    assert network.inputs[0].shape[0] is None
    x = picture(ARCHITECTURES[name][1], 3)
    together, alone = network.trace(x), network.trace(x[1:2])
    for output in network.outputs:
        assert difference(together.activations[output][1:2], alone.activations[output]) <= TOLERANCE


@pytest.mark.parametrize("name", ["GoogLeNet", "ResNet-50", "DenseNet-121", "ShuffleNet", "EfficientNet", "U-Net"])
def test_the_gradients_of_an_architecture_are_measured_slopes(name: str) -> None:
    """Along one random direction through the input and all parameters at once."""
    network = loaded(name)[1].astype(np.float64)
    rng = np.random.default_rng(3)
    x = picture(ARCHITECTURES[name][1], 1).astype(np.float64)
    dy = rng.standard_normal(network.trace(x).output.shape)
    gradients = network.trace(x).gradients(vjp=dy)
    vx = rng.standard_normal(x.shape)
    vp = {
        n: {k: rng.standard_normal(a.shape) * np.abs(a).mean() for k, a in p.items()} for n, p in network.params.items()
    }
    analytic = float((gradients.by_activation[network.inputs[0].name] * vx).sum())
    analytic += sum(float((gradients.by_param[n][k] * v).sum()) for n, p in vp.items() for k, v in p.items())

    def value(e: float) -> float:
        moved = {n: {k: network.params[n][k] + e * v for k, v in p.items()} for n, p in vp.items()}
        return float((network.with_params(moved).trace(x + e * vx).output * dy).sum())

    numeric = (value(STEP) - value(-STEP)) / (2 * STEP)
    assert abs(numeric - analytic) <= SLOPE * max(abs(analytic), 1), f"{numeric} against {analytic}"


def test_the_shape_arithmetic_of_a_channel_shuffle_is_folded_away() -> None:
    model, network = loaded("ShuffleNet")
    assert network.report is not None
    kinds = [n.layer.kind for n in network.nodes]
    assert len(network.report.folded) > 150
    assert len(network.nodes) == len(model.graph.node) - len(network.report.folded)
    assert kinds.count("reshape") == 2 * kinds.count("transpose") == 32


if __name__ == "__main__":  # the figures, for a person
    for title in ARCHITECTURES:
        found = disagreements(title)
        print(f"{title:14} {len(found):4} nodes, largest disagreement with ONNX Runtime {max(found.values()):.2g}")
