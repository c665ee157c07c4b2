"""Arithmetic of several maps: values, gradients that fold back over stretched axes, ties, and ONNX's older ways."""

from typing import Any

import numpy as np
import pytest

from convoscope.engine import REGISTRY, Input, Network, Node, from_config, unit
from convoscope.engine.errors import AttributeValueError, ShapeError, UnsupportedOperator
from convoscope.engine.exchange import OnnxNode
from convoscope.engine.layer import Layer
from convoscope.engine.types import Array


def made(kind: str, **settings: object) -> Layer:
    return from_config({"kind": kind, **settings})


def run(kind: str, *xs: object, dtype: type = np.float64) -> tuple[Array, tuple[Array, ...]]:
    """y, and the gradients of Σ y."""
    arrays: tuple[Array, ...] = tuple(np.asarray(x, dtype) for x in xs)
    y, saved = made(kind).forward({}, *arrays)
    return y, made(kind).backward({}, arrays, y, saved, np.ones_like(y))[0]


@pytest.mark.parametrize(
    ("kind", "y", "da", "db"),
    [
        ("add", [[11, 22], [13, 24]], [[1, 1], [1, 1]], [2, 2]),
        ("sub", [[-9, -18], [-7, -16]], [[1, 1], [1, 1]], [-2, -2]),
        ("mul", [[10, 40], [30, 80]], [[10, 20], [10, 20]], [4, 6]),
        ("div", [[0.1, 0.1], [0.3, 0.2]], [[0.1, 0.05], [0.1, 0.05]], [-0.04, -0.015]),
        ("max", [[10, 20], [10, 20]], [[0, 0], [0, 0]], [2, 2]),
        ("min", [[1, 2], [3, 4]], [[1, 1], [1, 1]], [0, 0]),
        ("sum", [[11, 22], [13, 24]], [[1, 1], [1, 1]], [2, 2]),
        ("mean", [[5.5, 11], [6.5, 12]], [[0.5, 0.5], [0.5, 0.5]], [1, 1]),
    ],
)
def test_a_row_meets_every_row_and_its_gradient_is_summed_back(kind: str, y: Any, da: Any, db: Any) -> None:
    got, (ga, gb) = run(kind, [[1, 2], [3, 4]], [10, 20])
    np.testing.assert_allclose(got, y)
    np.testing.assert_allclose(ga, da)
    np.testing.assert_allclose(gb, db)


def test_powers_and_their_two_slopes() -> None:
    y, (da, db) = run("pow", [2.0, 3.0], [3.0, 2.0])
    np.testing.assert_allclose(y, [8, 9])
    np.testing.assert_allclose(da, [12, 6])
    np.testing.assert_allclose(db, [8 * np.log(2), 9 * np.log(3)])


def test_the_square_of_zero_and_of_a_negative_number_have_slopes() -> None:
    y, (da, _) = run("pow", [0.0, -3.0], 2.0)
    assert (y.tolist(), da.tolist()) == ([0, 9], [0, -6])
    _, (d0, _) = run("pow", [0.0], 0.0)
    assert d0.tolist() == [0]


def test_a_power_has_the_type_of_its_base() -> None:
    y, _ = made("pow").forward({}, np.array([2, 3], np.int64), np.array([2.5, -1.0], np.float32))
    assert y.dtype == np.int64
    assert y.tolist() == [5, 0]


def test_whole_numbers_are_divided_towards_zero() -> None:
    y, _ = made("div").forward({}, np.array([-7, 7, -6, 7], np.int32), np.array([2, -2, 2, 2], np.int32))
    assert y.tolist() == [-3, -3, -3, 3]
    assert y.dtype == np.int32


def test_division_by_zero_is_an_answer_and_no_warning() -> None:
    y, _ = run("div", [1.0, -1.0, 0.0], [0.0, 0.0, 0.0])
    assert y[:2].tolist() == [np.inf, -np.inf]
    assert np.isnan(y[2])


@pytest.mark.parametrize("kind", ["max", "min"])
def test_of_equal_numbers_the_first_gets_the_whole_gradient(kind: str) -> None:
    _, (a, b, c) = run(kind, [1.0, 5.0], [1.0, 5.0], [1.0, 5.0])
    assert (a.tolist(), b.tolist(), c.tolist()) == ([1, 1], [0, 0], [0, 0])


@pytest.mark.parametrize("kind", ["max", "min", "mean", "sum"])
def test_one_input_alone_comes_through(kind: str) -> None:
    y, (dx,) = run(kind, [1.0, -2.0])
    assert (y.tolist(), dx.tolist()) == ([1, -2], [1, 1])


def test_where_takes_from_the_first_where_the_condition_holds() -> None:
    c, a, b = np.array([True, False]), np.array([[1.0, 2.0], [3.0, 4.0]]), np.array(9.0)
    y, saved = made("where").forward({}, c, a, b)
    dc, da, db = made("where").backward({}, (c, a, b), y, saved, np.ones_like(y))[0]
    assert y.tolist() == [[1, 9], [3, 9]]
    assert (dc.tolist(), da.tolist(), db.tolist()) == ([0, 0], [[1, 0], [1, 0]], 2)
    e = made("where").explain({}, (c, a, b), y, saved, (1, 1))
    assert e.numpy == "out[1, 1] = X1[1, 1] if X0[1] else X2[()]"
    assert [(s.label, s.value) for s in e.steps] == [("c", 0), ("a", 4), ("b", 9), ("a if c else b", 9)]


def test_the_gradient_of_a_number_per_channel_names_every_place_it_was_added_to() -> None:
    x, b = np.zeros((2, 3, 4, 5)), np.zeros((3, 1, 1))
    y, saved = made("add").forward({}, x, b)
    e = made("add").explain_input({}, (x, b), y, saved, np.ones_like(y), 1, (2, 0, 0), 40.0)
    assert e.numpy == "dX1[2, 0, 0] = np.sum(dout[:, 2, :, :])"
    assert [(s.label, s.value) for s in e.steps] == [("example 0", 20), ("example 1", 20)]


def test_shapes_that_do_not_fit_are_named() -> None:
    wanted = r"add: the shapes \(2, 3\) and \(2,\) do not fit: lined up at their ends, two sizes must be equal or one"
    with pytest.raises(ShapeError, match=wanted):
        made("add").output_shape((2, 3), (2,))
    with pytest.raises(ShapeError, match="where reads 3 inputs, but 2 were given"):
        made("where").output_shape((2,), (2,))
    with pytest.raises(ShapeError, match="sum reads one or more inputs, but 0 were given"):
        made("sum").output_shape()


# ---- constants and slopes that are learnt


def branches() -> Network:
    """x + 10 · x, the 10 a constant per channel."""
    scale = {"scale": {"value": np.array([[[10.0]], [[20.0]]])}}
    nodes = (
        Node("scale", made("constant", shape=(2, 1, 1)), ()),
        Node("scaled", made("mul"), ("x", "scale")),
        Node("out", made("add"), ("x", "scaled")),
    )
    return Network("branches", (Input("x", (None, 2, 1, 2)),), nodes, scale)


def test_where_branches_meet_gradients_add_and_a_constant_gets_its_own() -> None:
    trace = branches().trace(np.array([[[[1.0, 2.0]], [[3.0, 4.0]]]] * 2))
    assert trace.output[1].tolist() == [[[11, 22]], [[63, 84]]]
    g = trace.gradients(vjp=np.ones_like(trace.output))
    assert g.by_activation["x"][0].tolist() == [[[11, 11]], [[21, 21]]]
    assert g.by_param["scale"]["value"].tolist() == [[[6]], [[14]]]
    e = g.explain_param("scale", "value", (1, 0, 0))
    assert (e.value, e.numpy) == (14, "dvalue[1, 0, 0] = dout[1, 0, 0]")
    assert [s.label for s in g.explain("x", (0, 0, 0)).steps] == ["through scaled", "through out"]


def test_the_operands_of_an_explanation_are_the_nodes_that_were_read() -> None:
    trace = branches().trace(np.ones((1, 2, 1, 2)))
    e = trace.explain("scaled", (0, 1, 0, 1))
    assert [(o.name, o.source, o.cells) for o in e.operands] == [
        ("a", "x", ([0], [1], [0], [1])),
        ("b", "scale", ([1], [0], [0])),
    ]
    assert str(e).splitlines()[1:] == [
        "  out[0, 1, 0, 1] = X0[0, 1, 0, 1] * X1[1, 0, 0]",
        "  a                 1",
        "  b                20",
        "  a · b            20",
    ]


def test_more_than_four_branches_are_all_named() -> None:
    nodes = (Node("sum", made("sum"), ("x",) * 6), Node("out", made("max"), ("x", "x", "x", "x", "x", "sum")))
    trace = Network("six", (Input("x", (None, 1)),), nodes, {}).trace(np.array([[2.0]]))
    assert [o.source for o in trace.explain("out", (0,)).operands] == ["x"] * 5 + ["sum"]
    assert trace.gradients(unit("out", (0,))).by_activation["x"].tolist() == [[6]]


def test_a_parametric_rectifier_learns_one_slope_per_channel() -> None:
    layer, x = made("prelu", shape=(2, 1, 1)), np.array([[[[-1.0, 2.0]], [[-3.0, -4.0]]]])
    params = {"slope": np.array([[[0.5]], [[0.1]]])}
    y, saved = layer.forward(params, x)
    (dx,), grads = layer.backward(params, (x,), y, saved, np.ones_like(y))
    np.testing.assert_allclose(y, [[[[-0.5, 2]], [[-0.3, -0.4]]]])
    np.testing.assert_allclose(dx, [[[[0.5, 1]], [[0.1, 0.1]]]])
    np.testing.assert_allclose(grads["slope"], [[[-1]], [[-7]]])
    assert layer.initial(np.random.default_rng(0), x.shape)["slope"].tolist() == [[[0.25]], [[0.25]]]


def test_slopes_that_do_not_stretch_to_the_input_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"prelu: slopes of shape \(3,\) do not stretch to an input of shape \(1, 2\)"):
        made("prelu", shape=(3,)).output_shape((1, 2))


# ---- ONNX


def node(op: str, version: int, **kw: object) -> OnnxNode:
    return OnnxNode(op, version, f"{op.lower()}1", ("a", "b"), ("y",), **kw)  # type: ignore[arg-type]


def test_before_version_7_the_second_operand_is_lined_up_by_axis() -> None:
    shapes = {0: (None, 3, 8, 8), 1: (3,)}
    reading = REGISTRY["add"].from_onnx(node("Add", 6, attributes={"axis": 1, "broadcast": 1}, shapes=shapes))
    assert reading.data == (0, 1)
    assert reading.before == {1: made("unsqueeze", axes=(1, 2))}
    newer = REGISTRY["add"].from_onnx(node("Add", 7, shapes=shapes))
    assert not newer.before


def test_an_axis_at_which_the_second_operand_does_not_fit_is_refused() -> None:
    old = node("Add", 6, attributes={"axis": 2, "broadcast": 1}, shapes={0: (2, 3, 4), 1: (3, 4)})
    with pytest.raises(AttributeValueError, match=r"Node 'add1' \(Add\): attribute 'axis' is 2. 2 axes do not fit"):
        REGISTRY["add"].from_onnx(old)
    blind = node("Add", 6, attributes={"axis": 1, "broadcast": 1})
    with pytest.raises(AttributeValueError, match="both must have a known number of axes"):
        REGISTRY["add"].from_onnx(blind)


def test_all_inputs_of_a_sum_flow() -> None:
    many = OnnxNode("Sum", 13, "sum1", ("a", "b", "c", "d", "e"), ("y",))
    assert REGISTRY["sum"].from_onnx(many).data == (0, 1, 2, 3, 4)


@pytest.mark.parametrize(
    ("attributes", "shape", "dtype"),
    [
        ({"value": np.ones((2, 1))}, (2, 1), np.float64),
        ({"value_float": 1.5}, (), np.float32),
        ({"value_floats": (1.5, 2.5)}, (2,), np.float32),
        ({"value_int": 3}, (), np.int64),
        ({"value_ints": (3, 4, 5)}, (3,), np.int64),
    ],
)
def test_a_constant_is_read_in_all_its_spellings(attributes: dict[str, object], shape: object, dtype: object) -> None:
    reading = REGISTRY["constant"].from_onnx(OnnxNode("Constant", 13, "c", (), ("y",), attributes))
    assert (reading.layer, reading.data) == (made("constant", shape=shape), ())
    assert (reading.params["value"].shape, reading.params["value"].dtype) == (shape, dtype)


def test_a_constant_of_words_is_refused() -> None:
    with pytest.raises(AttributeValueError, match=r"'c' \(Constant\): attribute 'value_string' is 'cat'. Only numbers"):
        REGISTRY["constant"].from_onnx(OnnxNode("Constant", 13, "c", (), ("y",), {"value_string": "cat"}))


def test_the_slopes_of_a_parametric_rectifier_are_constants_one_per_channel_before_version_7() -> None:
    slope = {1: np.array([0.1, 0.2], np.float32)}
    old = node("PRelu", 6, constants=slope, shapes={0: (None, 2, 4, 4)})
    assert REGISTRY["prelu"].from_onnx(old).layer == made("prelu", shape=(2, 1, 1))
    assert REGISTRY["prelu"].from_onnx(node("PRelu", 9, constants=slope)).layer == made("prelu", shape=(2,))
    with pytest.raises(
        UnsupportedOperator, match=r"'prelu1' \(PRelu\): input 1 \(slope\) is 'b'. It is computed while"
    ):
        REGISTRY["prelu"].from_onnx(node("PRelu", 9))
