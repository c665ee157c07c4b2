"""Traces and gradients: kept, explained, added up where paths meet, and never changed."""

import numpy as np
import pytest

from convoscope.engine import (
    Input,
    Network,
    Node,
    Objective,
    hinge,
    logit,
    loss,
    parse_objective,
    squared_error,
    unit,
)
from convoscope.engine.errors import ConvoscopeError, IndexOutside, ShapeError, UnknownName
from convoscope.engine.layers.conv2d import Conv2d
from convoscope.engine.layers.dense import Dense
from convoscope.engine.layers.flatten import Flatten
from convoscope.engine.layers.max_pool2d import MaxPool2d
from convoscope.engine.layers.relu import ReLU
from convoscope.engine.layers.softmax import Softmax
from convoscope.engine.trace import Trace
from convoscope.engine.zoo._chain import chain

EXACT = 1e-12


@pytest.fixture(scope="module")
def trace() -> Trace:
    layers = [
        ("conv1", Conv2d(3, (3, 3), padding=(1, 1, 1, 1))),
        ("relu1", ReLU()),
        ("pool1", MaxPool2d((2, 2), (2, 2))),
        ("flatten", Flatten()),
        ("fc", Dense(4)),
        ("softmax", Softmax()),
    ]
    rng = np.random.default_rng(5)
    net = chain("tiny", (2, 6, 6), layers, rng).astype(np.float64)
    return net.trace(rng.standard_normal((3, 2, 6, 6)))


def test_every_number_of_every_activation_is_the_last_step_of_its_explanation(trace: Trace) -> None:
    for node in trace.network.nodes:
        for at in np.ndindex(trace.activations[node.name].shape):
            e = trace.explain(node.name, at)
            assert e.steps[-1].total == e.value == trace.activations[node.name][at]
            assert abs(sum(s.value for s in e.steps if s.label == "rounding")) < EXACT


def test_every_number_of_every_gradient_is_the_last_step_of_its_explanation(trace: Trace) -> None:
    g = trace.gradients(loss([0, 3, 1]))
    for name, grad in g.by_activation.items():
        for at in list(np.ndindex(grad.shape))[::7]:
            e = g.explain(name, at)
            assert e.steps[-1].total == e.value == grad[at]
            assert abs(sum(s.value for s in e.steps if s.label == "rounding")) < EXACT
    for node, params in g.by_param.items():
        for name, grad in params.items():
            for at in np.ndindex(grad.shape):
                e = g.explain_param(node, name, at)
                assert e.steps[-1].total == e.value == grad[at]
                assert abs(sum(s.value for s in e.steps if s.label == "rounding")) < EXACT


def test_the_gradients_are_the_slopes_of_the_loss(trace: Trace) -> None:
    objective, eps = loss([0, 3, 1]), 1e-6
    g, net, x = trace.gradients(objective), trace.network, trace.activations["input"]
    for node in ("conv1", "fc"):
        for name, p in net.params[node].items():
            at = tuple(n // 2 for n in p.shape)
            sides = []
            for step in (eps, -eps):
                moved = p.copy()
                moved[at] += step
                sides.append(objective.value(net.with_params({node: {name: moved}}).trace(x)))
            assert g.by_param[node][name][at] == pytest.approx((sides[0] - sides[1]) / (2 * eps), rel=1e-6, abs=1e-9)


def test_the_backward_pass_starts_at_the_logits_with_p_minus_t_over_n(trace: Trace) -> None:
    g = trace.gradients(loss([0, 3, 1]))
    assert g.by_activation["fc"] == pytest.approx((trace.output - np.eye(4)[[0, 3, 1]]) / 3)
    assert list(g.seeds) == ["fc"]


def test_p_minus_t_over_n_is_explained_part_by_part(trace: Trace) -> None:
    g = trace.gradients(loss([0, 3, 1]))
    e = g.explain("fc", (1, 3))
    p = trace.output[1, 3]
    assert [s.label for s in e.steps[:2]] == ["p / 3", "−t / 3"]
    assert [s.value for s in e.steps[:2]] == pytest.approx([p / 3, -1 / 3])
    assert e.value == g.by_activation["fc"][1, 3]
    assert e.numpy == "df[1, 3] = (p[1, 3] - t[1, 3]) / 3"
    (step,) = g.explain("softmax", (1, 3)).steps
    assert step.label == "−t / p / 3"
    assert step.value == pytest.approx(-1 / p / 3)


@pytest.mark.parametrize("objective", [hinge([0, 3, 1]), squared_error(np.array([0.0, 1.0, 0.0, 0.0]))], ids=str)
def test_other_objectives_reach_the_first_layer_with_the_right_slope(trace: Trace, objective: Objective) -> None:
    eps, at, net = 1e-6, (1, 0, 1, 1), trace.network
    sides = []
    for step in (eps, -eps):
        moved = net.params["conv1"]["weight"].copy()
        moved[at] += step
        sides.append(objective.value(net.with_params({"conv1": {"weight": moved}}).trace(trace.activations["input"])))
    slope = (sides[0] - sides[1]) / (2 * eps)
    assert trace.gradients(objective).by_param["conv1"]["weight"][at] == pytest.approx(slope, rel=1e-5, abs=1e-9)


def test_the_loss_is_minus_the_log_of_the_labels_probability(trace: Trace) -> None:
    g = trace.gradients(loss([0, 3, 1]))
    assert g.value == pytest.approx(np.mean([-np.log(trace.output[n, t]) for n, t in enumerate([0, 3, 1])]))


def test_one_label_counts_for_every_example(trace: Trace) -> None:
    assert trace.gradients(loss(2)).value == trace.gradients(loss([2, 2, 2])).value


def test_a_unit_depends_on_nothing_after_it(trace: Trace) -> None:
    g = trace.gradients(unit("relu1", (1, 2, 2)))
    assert not g.by_activation["pool1"].any()
    assert not g.by_param["fc"]["weight"].any()
    assert g.value == trace.activations["relu1"][0, 1, 2, 2]


def test_any_upstream_gradient_of_the_output_can_be_given(trace: Trace) -> None:
    dy = np.zeros((3, 4))
    dy[:, 2] = 1
    through_softmax = trace.gradients(vjp=dy).by_activation["input"]
    assert through_softmax.shape == (3, 2, 6, 6)
    p = trace.output
    assert trace.gradients(vjp=dy).by_activation["fc"] == pytest.approx(p * (dy - p[:, 2:3]))


def test_the_receptive_field_holds_exactly_the_pixels_that_matter(trace: Trace) -> None:
    at = (1, 1, 2)
    field = trace.receptive_field("pool1", at)["input"]
    matters = np.zeros(trace.activations["input"].shape[1:], bool)
    net, x = trace.network, trace.activations["input"][:1]
    for cell in np.ndindex(matters.shape):
        for step in (1e3, -1e3):  # far enough to win the pool
            moved = x.copy()
            moved[(0, *cell)] += step
            changed = net.trace(moved).activations["pool1"][(0, *at)] != trace.activations["pool1"][(0, *at)]
            matters[cell] |= changed
    inside = np.zeros_like(matters)
    inside[np.ix_(*field[1:])] = True
    assert (matters == inside).all()


def test_the_largest_contributors_of_a_weighted_sum_are_its_largest_terms(trace: Trace) -> None:
    e = trace.explain("fc", (2,))
    assert e.products is not None
    largest = sorted(e.products.ravel(), key=abs, reverse=True)[:3]
    found = trace.contributors("fc", (2,), 3)
    assert [c.product for c in found] == pytest.approx(largest)
    assert [c.share for c in found] == pytest.approx(np.abs(largest) / np.abs(e.products).sum())
    assert all(c.value == trace.activations["flatten"][c.at] for c in found)


def test_the_one_contributor_of_a_pooled_cell_is_the_winner(trace: Trace) -> None:
    pooled = trace.activations["pool1"]
    largest = tuple(int(i) for i in np.unravel_index(pooled.argmax(), pooled.shape))
    (winner,) = trace.contributors("pool1", largest, 5)
    assert winner.at == trace.explain("pool1", largest).marks["winner"]
    assert winner.product == pooled.max()


def test_traces_and_gradients_cannot_be_written_to(trace: Trace) -> None:
    g = trace.gradients(loss(0))
    for a in (*trace.activations.values(), *g.by_activation.values(), g.by_param["fc"]["bias"]):
        with pytest.raises(ValueError, match="read-only"):
            a[...] = 0


def test_gradients_add_where_an_activation_is_read_twice() -> None:
    """y = conv_a(x) and conv_b(x), both 1×1, summed by a dense layer of ones: dL/dx is the sum of both filters."""
    nodes = (
        Node("a", Conv2d(1, (1, 1), bias=False), ("input",)),
        Node("b", Conv2d(1, (1, 1), bias=False), ("input",)),
        Node("flat_a", Flatten(), ("a",)),
        Node("flat_b", Flatten(), ("b",)),
    )
    params = {"a": {"weight": np.full((1, 1, 1, 1), 3.0)}, "b": {"weight": np.full((1, 1, 1, 1), 5.0)}}
    net = Network("fork", (Input("input", (None, 1, 2, 2)),), nodes, params, outputs=("flat_a", "flat_b"))
    t = net.trace(np.ones((1, 2, 2)))

    class Both(Objective):
        def value(self, trace: Trace) -> float:
            return float(trace.activations["flat_a"].sum() + trace.activations["flat_b"].sum())

        def seeds(self, trace: Trace) -> dict[str, np.ndarray]:
            return {n: np.ones((1, 4)) for n in ("flat_a", "flat_b")}

    g = t.gradients(Both())
    assert (g.by_activation["input"] == 8).all()
    e = g.explain("input", (0, 1, 1))
    assert [(s.label, s.value) for s in e.steps] == [("through a", 3.0), ("through b", 5.0)]


def test_a_cell_outside_is_refused_with_the_shape(trace: Trace) -> None:
    with pytest.raises(IndexOutside, match=r"conv1 has shape \(3, 6, 6\); \(3, 0, 0\) is no cell of it"):
        trace.explain("conv1", (3, 0, 0))


def test_an_unknown_node_is_refused_with_the_nearest(trace: Trace) -> None:
    with pytest.raises(UnknownName, match=r"There is no node 'conv2'. Known are: conv1"):
        trace.explain("conv2", (0, 0, 0))


def test_a_label_that_is_no_class_is_refused(trace: Trace) -> None:
    with pytest.raises(ShapeError, match="Label 7 is no class: the network has classes 0 to 3"):
        trace.gradients(loss(7))


def test_an_explanation_prints_as_the_sum_it_is() -> None:
    net = chain("one", (2,), [("fc", Dense(1))], np.random.default_rng(0)).with_params(
        {"fc": {"weight": np.array([[2.0, -1.0]]), "bias": np.array([0.5])}}
    )
    assert str(net.trace(np.array([3.0, 4.0])).explain("fc", (0,))) == (
        "fc@0 = 2.5\n"
        "  out[0, 0] = np.sum(X[0, :] * W[0, :]) + b[0]\n"
        "  input 0            +6   → 6\n"
        "  input 1            -4   → 2\n"
        "  bias             +0.5   → 2.5"
    )


@pytest.mark.parametrize("text", ["loss:3", "loss:1,2,0", "hinge:2", "logit:5", "unit:conv1@0,2,3"])
def test_an_objective_reads_what_it_writes(text: str) -> None:
    assert str(parse_objective(text)) == text


@pytest.mark.parametrize("text", ["", "loss", "loss:cat", "unit:conv1", "unit:@", "gradient:3"])
def test_an_objective_that_is_none_is_refused_with_the_three_forms(text: str) -> None:
    with pytest.raises(ConvoscopeError, match="An objective is written loss:3, logit:5 or unit:conv2@3,5,7"):
        parse_objective(text)


def test_a_logit_that_is_not_there_is_refused(trace: Trace) -> None:
    with pytest.raises(IndexOutside, match="Logit 4 is not there: fc has 4, 0 to 3"):
        trace.gradients(logit(4))
