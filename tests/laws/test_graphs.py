"""What holds for every graph: its explanations are the arrays' arithmetic, and gradients add."""

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convoscope.engine import REGISTRY, Trace
from convoscope.engine.explanation import Explanation
from convoscope.engine.types import Index
from tests.laws.graphs import grown

EXACT = 1e-9  # relative to what was added up, in float64: sums in another order, through up to forty nodes
KINDS = sorted(REGISTRY)

graphs = given(st.randoms(use_true_random=False))
many = settings(max_examples=40)


def traced(draw: random.Random) -> Trace:
    """A random graph run in float64, by planned kernels or by the layers' plain arithmetic."""
    network, x = grown(draw, KINDS)
    return network.trace(x, exact=draw.random() < 0.5)


def cell(draw: random.Random, shape: tuple[int, ...]) -> Index:
    return tuple(draw.randrange(n) for n in shape)


def says(e: Explanation, value: float) -> None:
    """The explanation ends in the value, and what rounding it names is no more than rounding."""
    assert e.value == value or (np.isnan(e.value) and np.isnan(value))
    if not e.steps or not np.isfinite(value):
        return
    assert e.steps[-1].total == value
    size = max([abs(s.value) for s in e.steps] + [abs(value)])
    assert all(abs(s.value) <= EXACT * size for s in e.steps if s.label == "rounding"), str(e)


@graphs
@many
def test_in_any_graph_an_explanation_of_an_activation_ends_in_it(draw: random.Random) -> None:
    trace = traced(draw)
    for name, a in trace.activations.items():
        if a.size:
            at = cell(draw, a.shape)
            says(trace.explain(name, at), float(a[at]))


@graphs
@many
def test_in_any_graph_an_explanation_of_a_gradient_adds_up_what_every_reader_sends_back(draw: random.Random) -> None:
    trace = traced(draw)
    gradients = trace.gradients(vjp=np.random.default_rng(0).standard_normal(trace.output.shape))
    for name, a in gradients.by_activation.items():
        if a.size:
            at = cell(draw, a.shape)
            says(gradients.explain(name, at), float(a[at]))


@graphs
@many
def test_in_any_graph_an_explanation_of_a_parameter_s_gradient_ends_in_it(draw: random.Random) -> None:
    trace = traced(draw)
    gradients = trace.gradients(vjp=np.random.default_rng(0).standard_normal(trace.output.shape))
    for name, grads in gradients.by_param.items():
        for param, a in grads.items():
            at = cell(draw, a.shape)
            says(gradients.explain_param(name, param, at), float(a[at]))


@graphs
@many
def test_gradients_add_as_what_they_are_of_adds(draw: random.Random) -> None:
    """The backward pass is linear in dL/dy: two passes together are the pass of the sum."""
    trace, rng = traced(draw), np.random.default_rng(0)
    a, b = (rng.standard_normal(trace.output.shape) for _ in range(2))
    one, other, both = (trace.gradients(vjp=dy) for dy in (a, b, 2 * a - b))
    for name, total in both.by_activation.items():
        close(2 * one.by_activation[name] - other.by_activation[name], total, name)
    for node, params in both.by_param.items():
        for param, total in params.items():
            close(2 * one.by_param[node][param] - other.by_param[node][param], total, f"{node}.{param}")


def close(a: np.ndarray, b: np.ndarray, what: str) -> None:
    if np.isfinite(a).all() and np.isfinite(b).all():
        size = max(float(np.abs(a).max(initial=0)), float(np.abs(b).max(initial=0)), 1e-12)
        assert np.abs(a - b).max(initial=0) <= EXACT * size, what


@graphs
@many
def test_planned_kernels_and_plain_layers_agree_in_every_activation_and_gradient(draw: random.Random) -> None:
    network, x = grown(draw, KINDS)
    fast, plain = network.trace(x), network.trace(x, exact=True)
    for name, a in plain.activations.items():
        close(fast.activations[name], a, name)
    dy = np.random.default_rng(0).standard_normal(plain.output.shape)
    ours, theirs = fast.gradients(vjp=dy), plain.gradients(vjp=dy)
    for name, a in theirs.by_activation.items():
        close(ours.by_activation[name], a, f"d {name}")
    for node, params in theirs.by_param.items():
        for param, a in params.items():
            close(ours.by_param[node][param], a, f"d {node}.{param}")


@graphs
def test_a_part_of_a_graph_that_no_output_depends_on_has_no_gradient(draw: random.Random) -> None:
    trace = traced(draw)
    gradients = trace.gradients(vjp=np.ones(trace.output.shape))
    wanted = {trace.network.output}
    for node in reversed(trace.network.nodes):
        wanted |= set(node.inputs) if node.name in wanted else set()
    for name, a in gradients.by_activation.items():
        assert name in wanted or not a.any()


def test_random_graphs_have_every_kind_of_layer_branches_and_joints() -> None:
    kinds, fans, joints = set(), 0, 0
    for seed in range(400):
        network, _ = grown(random.Random(seed), KINDS)
        kinds |= {n.layer.kind for n in network.nodes}
        fans += sum(len(network.readers(n.name)) > 1 for n in network.nodes)
        joints += sum(len(n.inputs) > 1 for n in network.nodes)
    assert set(KINDS) - kinds <= {"constant"}
    assert min(fans, joints) > 100


@pytest.mark.parametrize("seed", range(5))
def test_a_graph_gives_the_same_numbers_however_its_nodes_are_listed(seed: int) -> None:
    network, x = grown(random.Random(seed), KINDS)
    turned = replace(network, nodes=network.nodes[::-1], outputs=network.outputs)
    assert turned.trace(x).output.tobytes() == network.trace(x).output.tobytes()
