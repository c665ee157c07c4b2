"""Every layer leaves as ONNX, which ONNX Runtime runs to the same numbers, and comes back the same."""

import random
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx.reference import ReferenceEvaluator

from convoscope.engine import REGISTRY, Input, Network, Node, Preprocessing, load_onnx, zoo
from convoscope.engine.layer import Example
from convoscope.engine.types import Array
from tests.onnx.runtime import difference, run

EXACT = 1e-5
"""Relative to the largest number: one layer, float32 numbers added in another order."""

LOSES_DIGITS = {
    "group_norm": 1e-3,  # scales and shifts where it should subtract the mean first
    "instance_norm": 1e-3,
    "mean_variance_normalization": 1e-3,  # E[x²] − E[x]², which may even be negative
}
"""Layers whose numbers ONNX Runtime itself gives with fewer digits, seen against float64."""

UNUSUAL: dict[str, Callable[[Mapping[str, Any]], bool]] = {
    "average_pool2d": lambda c: max(c["padding"]) >= min(c["kernel"]),  # windows of padding alone
    "local_response_norm": lambda c: c["size"] % 2 == 0,
    "lp_pool2d": lambda c: max(c["padding"]) >= min(c["kernel"]),
    "resize": lambda c: (
        c["coordinate_transformation_mode"] not in ("half_pixel", "asymmetric", "align_corners")
        or (c["exclude_outside"] and c["mode"] != "cubic")
        or c["antialias"]
    ),
}
"""Settings that ONNX Runtime refuses, or where it and ONNX's own reference disagree with each other."""

DEPRECATED = "tf_half_pixel_for_nn"
"""Moves the cells even of an axis that keeps its size, which a reader leaves out. Gone since version 13."""

UNJUDGED = ("local_response_norm", "pad", "resize")
"""Layers with inputs that neither judge takes: more or fewer axes than a picture has, reflections that cut and add."""


def alone(kind: str, draw: random.Random) -> tuple[Network, dict[str, Array]]:
    """A network of one layer, and inputs for it."""
    example: Example = REGISTRY[kind].example(draw)
    rng = np.random.default_rng(draw.randrange(2**32))
    params = example.layer.initial(rng, *example.shapes)
    params = {k: np.asarray(a + 0.1 * rng.standard_normal(a.shape), np.float32) for k, a in params.items()}
    inputs = tuple(Input(f"x{k}", shape) for k, shape in enumerate(example.shapes))
    xs = {
        i.name: rng.uniform(*example.domain, s).astype(np.float32) for i, s in zip(inputs, example.shapes, strict=True)
    }
    node = Node("y", example.layer, tuple(i.name for i in inputs))
    return Network("one", inputs, (node,), {"y": params} if params else {}), xs


def apart(kind: str, ours: Array, data: bytes, xs: Mapping[str, Array]) -> float | None:
    """How far from ONNX Runtime; where that has no kernel for a geometry or differs, from ONNX's own reference."""
    found = []
    judges: list[Callable[[], Array]] = [lambda: run(data, xs)["y"], lambda: reference(data, xs)]
    for judge in judges:
        try:
            theirs = judge()
        except Exception:  # neither's errors share a class
            continue
        found.append(difference(np.where(np.isnan(theirs), theirs, ours) if kind in LOSES_DIGITS else ours, theirs))
        if found[-1] <= EXACT:
            break
    return min(found, default=None)


def reference(data: bytes, xs: Mapping[str, Array]) -> Array:
    """What ONNX's own evaluator makes of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        evaluator = ReferenceEvaluator(onnx.load_from_string(data))
        answers: Any = evaluator.run(None, dict(xs))
        return np.asarray(answers[0])


@pytest.mark.parametrize("kind", sorted(REGISTRY))
@given(draw=st.randoms(use_true_random=False))
@settings(max_examples=8)
def test_a_layer_leaves_as_onnx_and_comes_back(kind: str, draw: random.Random) -> None:
    network, xs = alone(kind, draw)
    layer = network.nodes[0].layer
    if layer.config().get("training_mode"):
        return  # dropout by chance, from a source of its own
    data = network.to_onnx()
    ours = network.trace(xs).output
    onnx.checker.check_model(onnx.load_from_string(data))
    if not UNUSUAL.get(kind, lambda _: False)(layer.config()):  # type: ignore[no-untyped-call]
        off = apart(kind, ours, data, xs)
        assert off is not None or kind in UNJUDGED, f"neither judge runs {layer}"
        assert (off or 0) <= LOSES_DIGITS.get(kind, EXACT), f"{layer}: off by {off:.3g}"
    if xs and layer.config().get("coordinate_transformation_mode") != DEPRECATED:
        back = load_onnx(data)
        assert back.report is not None
        assert back.report.complete, str(back.report)
        assert difference(back.trace(xs).output, ours) <= EXACT, f"{layer} comes back as {back.nodes}"


def test_the_example_network_runs_in_onnx_runtime_with_any_batch() -> None:
    net = zoo.architecture("example-cnn")
    x = np.random.default_rng(0).standard_normal((5, 3, 32, 32)).astype(np.float32)
    assert difference(net.trace(x).output, run(net.to_onnx(), {"input": x})["softmax"]) < EXACT


def test_names_labels_and_preprocessing_survive_onnx() -> None:
    net = zoo.architecture("example-cnn")
    back = load_onnx(net.to_onnx())
    assert [n.name for n in back.nodes] == [n.name for n in net.nodes]
    assert [n.layer for n in back.nodes] == [n.layer for n in net.nodes]
    assert (back.name, back.inputs, back.outputs) == (net.name, net.inputs, net.outputs)
    assert back.labels == net.labels
    assert isinstance(back.preprocessing, Preprocessing)
    assert back.preprocessing == net.preprocessing
    assert all(np.array_equal(back.params[n][k], a) for n, p in net.params.items() for k, a in p.items())


def test_a_network_in_float64_leaves_in_float64() -> None:
    net = zoo.architecture("example-cnn").astype(np.float64)
    net = net.with_params({n: {k: a / 3 for k, a in p.items()} for n, p in net.params.items()})  # no float32 has these
    x = np.random.default_rng(0).standard_normal((1, 3, 32, 32))
    theirs = reference(net.to_onnx(), {"input": x})
    assert theirs.dtype == np.float64
    assert np.abs(theirs - net.trace(x).output).max() < 1e-12
