"""Random graphs leave as ONNX, JSON and safetensors, and come back; ONNX Runtime runs them to the same numbers."""

import random

import numpy as np
import onnx
from hypothesis import given, settings
from hypothesis import strategies as st

from convoscope.engine import REGISTRY, Network, from_json, load_onnx, load_safetensors
from convoscope.engine.types import Array
from tests.laws.graphs import grown
from tests.onnx.runtime import difference, run
from tests.onnx.test_round_trip import LOSES_DIGITS, UNUSUAL

JUMPS = ("ceil", "floor", "gather", "round", "sign", "thresholded_relu", "where")
"""Layers that turn the last digit of a number into another number, or into another place."""
ALONE = ("global_lp_pool", "pad")
"""Layers that ONNX Runtime runs alone, but not in every company: in the newest operator set, or with negative pads."""
KINDS = sorted(set(REGISTRY) - {*JUMPS, *UNUSUAL, *LOSES_DIGITS, *ALONE})
TOLERANCE = 1e-4
"""Relative to the largest number: float32 through up to forty layers of all kinds, none of them trained."""

ROUNDED = 1e-5
"""Settings that are fractions are float32 in ONNX."""

graphs = given(st.randoms(use_true_random=False))


def drawn(draw: random.Random) -> tuple[Network, Array]:
    """A random graph in float32."""
    network, x = grown(draw, KINDS)
    return network.astype(np.float32), x.astype(np.float32)


@graphs
@settings(max_examples=150)
def test_onnx_runtime_runs_any_graph_that_we_write_to_the_same_numbers(draw: random.Random) -> None:
    network, x = drawn(draw)
    data = network.to_onnx()
    onnx.checker.check_model(onnx.load_from_string(data), full_check=True)
    theirs = run(data, {"x": x})[network.output]
    assert difference(network.trace(x).output, theirs) <= TOLERANCE


@graphs
@settings(max_examples=150)
def test_any_graph_comes_back_the_same_from_onnx_json_and_safetensors(draw: random.Random) -> None:
    network, x = drawn(draw)
    ours = network.trace(x, exact=True).output
    for back in (from_json(network.to_json(), network.params), load_safetensors(network.save())):
        assert back.trace(x, exact=True).output.tobytes() == ours.tobytes()
        assert back.outputs == network.outputs
    back = load_onnx(network.to_onnx())
    assert back.outputs == network.outputs
    assert difference(back.trace(x, exact=True).output, ours) <= ROUNDED
