"""Networks: built, checked, changed into other networks, and refused with words that help."""

import dataclasses

import numpy as np
import pytest

from convoscope.engine import Input, Network, Node
from convoscope.engine.errors import ConvoscopeError, ParamsError, ShapeError, UnknownName
from convoscope.engine.layers.conv2d import Conv2d
from convoscope.engine.layers.dense import Dense
from convoscope.engine.layers.flatten import Flatten
from convoscope.engine.layers.relu import ReLU
from convoscope.engine.zoo._chain import chain


def small(seed: int = 0) -> Network:
    layers = [("conv", Conv2d(2, (3, 3))), ("relu", ReLU()), ("flatten", Flatten()), ("fc", Dense(3))]
    return chain("small", (1, 4, 4), layers, np.random.default_rng(seed))


def test_a_network_knows_its_shapes_and_counts_its_parameters() -> None:
    net = small()
    assert net.shapes == {
        "input": (1, 1, 4, 4),
        "conv": (1, 2, 2, 2),
        "relu": (1, 2, 2, 2),
        "flatten": (1, 8),
        "fc": (1, 3),
    }
    assert net.parameter_count == 2 * 9 + 2 + 3 * 8 + 3
    assert net.input_shape == (1, 4, 4)
    assert net.outputs == ("fc",)


def test_nodes_given_in_any_order_are_sorted() -> None:
    net = small()
    again = dataclasses.replace(net, nodes=net.nodes[::-1], outputs=("fc",))
    assert [n.name for n in again.nodes] == ["conv", "relu", "flatten", "fc"]


def test_a_cycle_is_refused_by_name() -> None:
    nodes = (Node("a", ReLU(), ("b",)), Node("b", ReLU(), ("a",)))
    with pytest.raises(ConvoscopeError, match="Node 'a' is part of a cycle"):
        Network("loop", (Input("input", (None, 2)),), nodes, {})


def test_an_input_that_nothing_makes_is_refused_by_name() -> None:
    with pytest.raises(ConvoscopeError, match="Node 'a' reads 'nowhere', which nothing makes"):
        Network("loose", (Input("input", (None, 2)),), (Node("a", ReLU(), ("nowhere",)),), {})


def test_a_name_used_twice_is_refused() -> None:
    nodes = (Node("a", ReLU(), ("input",)), Node("a", ReLU(), ("input",)))
    with pytest.raises(ConvoscopeError, match="Two nodes or inputs are called 'a'"):
        Network("double", (Input("input", (None, 2)),), nodes, {})


def test_a_layer_that_cannot_read_its_input_is_named_with_the_shapes() -> None:
    with pytest.raises(
        ShapeError, match=r"Node 'fc' cannot read input \(1, 1, 4, 4\): dense reads one row per example"
    ):
        Network("flat", (Input("input", (None, 1, 4, 4)),), (Node("fc", Dense(2), ("input",)),), {})


def test_weights_of_another_shape_are_refused_with_both_shapes() -> None:
    net = small()
    wrong = {"fc": {"weight": np.zeros((3, 7), np.float32)}}
    with pytest.raises(
        ParamsError, match=r"'weight' of node 'fc' has shape \(3, 7\); dense after flatten needs \(3, 8\)"
    ):
        net.with_params(wrong)


def test_a_missing_parameter_is_named() -> None:
    net = small()
    with pytest.raises(ParamsError, match=r"Node 'conv' \(conv2d\) needs parameter 'weight' of shape \(2, 1, 3, 3\)"):
        dataclasses.replace(net, params={})


def test_an_unknown_node_lists_the_nearest_names() -> None:
    with pytest.raises(UnknownName, match=r"There is no node 'conf'. Known are: conv"):
        small().node("conf")


def test_changed_parameters_make_a_new_network_and_leave_the_old_one_alone() -> None:
    net = small()
    before = net.params["fc"]["bias"].copy()
    changed = net.with_params({"fc": {"bias": before + 1}})
    assert np.array_equal(net.params["fc"]["bias"], before)
    assert np.array_equal(changed.params["fc"]["bias"], before + 1)
    assert changed.params["conv"]["weight"] is not None
    assert np.array_equal(changed.params["fc"]["weight"], net.params["fc"]["weight"])


def test_parameters_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        small().params["conv"]["weight"][0] = 1


def test_fresh_weights_come_from_the_seed_alone() -> None:
    a, b = small(3), small(3)
    assert a.params["conv"]["weight"].tobytes() == b.params["conv"]["weight"].tobytes()
    assert a.params["conv"]["weight"].tobytes() != small(4).params["conv"]["weight"].tobytes()


def test_a_picture_may_come_with_or_without_its_batch_axis() -> None:
    net, x = small(), np.random.default_rng(0).random((1, 4, 4), np.float32)
    assert np.array_equal(net.trace(x).output, net.trace(x[None]).output)


def test_a_picture_of_another_size_is_refused_with_both_shapes() -> None:
    with pytest.raises(
        ShapeError, match=r"Input 'input' has shape \(1, 1, 5, 4\), but the network reads \(any, 1, 4, 4\)"
    ):
        small().trace(np.zeros((1, 5, 4), np.float32))


def test_a_missing_input_is_named() -> None:
    with pytest.raises(ShapeError, match="Input 'input' is missing"):
        small().trace({"picture": np.zeros((1, 4, 4), np.float32)})
