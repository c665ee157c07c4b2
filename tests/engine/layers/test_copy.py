"""Layers that move numbers: where each goes, what its gradient adds up to, and what ONNX's versions mean by it."""

import random
from typing import Any

import numpy as np
import pytest

from convoscope.engine import REGISTRY, IndexMap, Input, Network, Node, from_config
from convoscope.engine.errors import AttributeValueError, ShapeError, UnsupportedOperator
from convoscope.engine.exchange import OnnxNode
from convoscope.engine.layer import Layer
from convoscope.engine.layers._copy import Copy
from convoscope.engine.types import Array


def made(kind: str, **settings: Any) -> Layer:
    return from_config({"kind": kind, **settings})


def forward(layer: Layer, *xs: Array) -> Array:
    return layer.forward({}, *xs)[0]


def returned(layer: Layer, x: Array) -> Array:
    """The gradient of Σ y: how often each number is copied."""
    y, saved = layer.forward({}, x)
    return layer.backward({}, (x,), y, saved, np.ones_like(y))[0][0]


def line(*numbers: float) -> Array:
    return np.array(numbers, np.float64)


@pytest.mark.parametrize(
    ("layer", "x", "y"),
    [
        (made("identity"), line(1, 2), [1, 2]),
        (made("flatten"), np.arange(4.0).reshape(1, 2, 2), [[0, 1, 2, 3]]),
        (made("flatten", axis=0), np.arange(4.0).reshape(2, 2), [[0, 1, 2, 3]]),
        (made("reshape", shape=(3, -1)), np.arange(6.0).reshape(2, 3), [[0, 1], [2, 3], [4, 5]]),
        (made("reshape", shape=(0, 1, 3)), np.arange(6.0).reshape(2, 3), [[[0, 1, 2]], [[3, 4, 5]]]),
        (made("squeeze", axes=(1,)), line(1, 2).reshape(2, 1), [1, 2]),
        (made("squeeze"), line(1, 2).reshape(1, 2, 1), [1, 2]),
        (made("unsqueeze", axes=(0, -1)), line(1, 2), [[[1], [2]]]),
        (made("transpose"), np.arange(6.0).reshape(2, 3), [[0, 3], [1, 4], [2, 5]]),
        (made("transpose", perm=(1, 0, 2)), np.arange(4.0).reshape(2, 2, 1), [[[0], [2]], [[1], [3]]]),
        (made("slice", starts=(1,), ends=(4,)), line(0, 1, 2, 3, 4), [1, 2, 3]),
        (made("slice", starts=(-2,), ends=(99,)), line(0, 1, 2, 3, 4), [3, 4]),
        (made("slice", starts=(4,), ends=(-99,), axes=(0,), steps=(-2,)), line(0, 1, 2, 3, 4), [4, 2, 0]),
        (made("slice", starts=(0,), ends=(1,), axes=(-1,)), np.arange(4.0).reshape(2, 2), [[0], [2]]),
        (made("split", part=1, parts=3), line(0, 1, 2, 3, 4, 5), [2, 3]),
        (made("split", part=2, parts=3), line(0, 1, 2, 3, 4, 5, 6), [6]),
        (made("split", part=1, sizes=(1, 3)), line(0, 1, 2, 3), [1, 2, 3]),
        (made("gather", indices=(2, 0, -1)), line(5, 6, 7), [7, 5, 7]),
        (made("gather", indices=1, axis=1), np.arange(4.0).reshape(2, 2), [1, 3]),
        (made("gather", indices=((0, 1), (1, 0))), line(5, 6), [[5, 6], [6, 5]]),
        (made("expand", shape=(2, 1)), line(1, 2), [[1, 2], [1, 2]]),
        (made("tile", repeats=(2,)), line(1, 2), [1, 2, 1, 2]),
        (made("pad", pads=(2, 1)), line(1, 2), [0, 0, 1, 2, 0]),
        (made("pad", pads=(1, -1), value=9.0), line(1, 2), [9, 1]),
        (made("pad", pads=(2, 2), mode="reflect"), line(1, 2, 3), [3, 2, 1, 2, 3, 2, 1]),
        (made("pad", pads=(2, 2), mode="edge"), line(1, 2, 3), [1, 1, 1, 2, 3, 3, 3]),
        (made("pad", pads=(2, 2), mode="wrap"), line(1, 2, 3), [2, 3, 1, 2, 3, 1, 2]),
        (made("pad", pads=(-2, 2), mode="wrap"), line(0, 1, 2, 3, 4), [2, 3, 4, 2, 3]),
        (made("pad", pads=(1, 0), axes=(-1,)), np.ones((2, 1)), [[0, 1], [0, 1]]),
    ],
    ids=lambda value: value.kind if isinstance(value, Layer) else "",
)
def test_every_number_goes_where_it_should(layer: Layer, x: Array, y: Any) -> None:
    got = forward(layer, x)
    assert got.tolist() == y
    assert layer.output_shape(x.shape) == got.shape


def test_channels_become_pixels_in_the_two_orders_of_onnx_and_back() -> None:
    x = np.arange(8.0).reshape(1, 8, 1, 1)
    assert forward(made("depth_to_space", blocksize=2), x)[0].tolist() == [[[0, 2], [4, 6]], [[1, 3], [5, 7]]]
    crd = made("depth_to_space", blocksize=2, mode="CRD")
    assert forward(crd, x)[0].tolist() == [[[0, 1], [2, 3]], [[4, 5], [6, 7]]]
    for mode in ("DCR", "CRD"):
        there, back = (made(kind, blocksize=2, mode=mode) for kind in ("depth_to_space", "space_to_depth"))
        assert forward(back, forward(there, x)).tolist() == x.tolist()


def test_a_number_that_is_copied_often_gets_the_sum_of_the_gradients_and_one_left_out_gets_none() -> None:
    assert returned(made("gather", indices=(2, 0, 2)), line(5, 6, 7)).tolist() == [1, 0, 2]
    assert returned(made("tile", repeats=(3,)), line(1, 2)).tolist() == [3, 3]
    assert returned(made("expand", shape=(4, 2)), line(1, 2)).tolist() == [4, 4]
    assert returned(made("pad", pads=(2, 2), mode="reflect"), line(1, 2, 3)).tolist() == [2, 3, 2]
    assert returned(made("slice", starts=(1,), ends=(2,)), line(1, 2, 3)).tolist() == [0, 1, 0]
    assert returned(made("pad", pads=(-1, 3)), line(1, 2, 3)).tolist() == [0, 1, 1]


def test_float32_gradients_are_added_in_double_precision_and_stay_float32() -> None:
    got = returned(made("tile", repeats=(3,)), np.ones(2, np.float32))
    assert got.dtype == np.float32


@pytest.mark.parametrize("kind", sorted(k for k, layer in REGISTRY.items() if issubclass(layer, Copy)))
def test_whole_numbers_and_truths_are_moved_as_they_are(kind: str) -> None:
    case = REGISTRY[kind].example(random.Random(3))
    for dtype in (np.int64, np.bool_):
        assert forward(case.layer, np.ones(case.shapes[0], dtype)).dtype == dtype


# ---- explanations


def explained(layer: Layer, at: tuple[int, ...], *xs: Array) -> Any:
    y, saved = layer.forward({}, *xs)
    return layer.explain({}, xs, y, saved, at)


def test_a_copied_number_names_the_place_it_comes_from() -> None:
    e = explained(made("slice", starts=(3,), ends=(-9,), axes=(1,), steps=(-2,)), (1, 1), np.arange(8.0).reshape(2, 4))
    assert (e.picture, e.value, e.numpy) == ("copy", 5, "out[1, 1] = X[1, 1]")
    assert e.operands[0].cells == ([1], [1])


def test_a_filling_comes_from_nowhere() -> None:
    e = explained(made("pad", pads=(1, 0), value=0.5), (0,), line(1))
    assert (e.value, e.numpy, e.operands, e.steps[0].label) == (0.5, "out[0] = 0.5", (), "filling")
    assert explained(made("pad", pads=(1, 0), value=-np.inf), (0,), line(1)).numpy == "out[0] = -np.inf"


@pytest.mark.parametrize(
    ("layer", "x", "cell", "numpy"),
    [
        (made("tile", repeats=(2, 3)), np.ones((2, 2)), (1, 0), "dX[1, 0] = np.sum(dout[1:4:2, 0:5:2])"),
        (made("expand", shape=(3, 1, 2)), np.ones((1, 2)), (0, 1), "dX[0, 1] = np.sum(dout[:, 0, 1])"),
        (made("pad", pads=(3, 3), mode="reflect"), line(1, 2, 3, 4), (1,), "dX[1] = np.sum(dout[[2, 4, 8]])"),
        (made("gather", indices=((0, 1), (0, 0))), line(1, 2), (0,), "dX[0] = np.sum(dout[[0, 1, 1], [0, 0, 1]])"),
        (made("gather", indices=(1,)), line(1, 2), (0,), "dX[0] = 0.0"),
        (made("transpose"), np.ones((2, 3)), (1, 2), "dX[1, 2] = dout[2, 1]"),
    ],
    ids=lambda value: value.kind if isinstance(value, Layer) else "",
)
def test_the_gradient_of_a_copied_number_names_its_copies(layer: Layer, x: Array, cell: Any, numpy: str) -> None:
    y, saved = layer.forward({}, x)
    dy = np.arange(y.size, dtype=float).reshape(y.shape)
    (dx,), _ = layer.backward({}, (x,), y, saved, dy)
    e = layer.explain_input({}, (x,), y, saved, dy, 0, cell, float(dx[cell]))
    assert e.numpy == numpy
    assert eval(e.numpy.partition(" = ")[2], {"np": np, "dout": dy}) == e.value


def test_windows_are_rules_per_axis_where_there_are_any() -> None:
    for layer, shape in (
        (made("slice", starts=(1,), ends=(9,), axes=(2,), steps=(2,)), (1, 2, 9)),
        (made("transpose", perm=(0, 2, 1)), (1, 2, 3)),
        (made("squeeze", axes=(1,)), (2, 1, 3)),
        (made("pad", pads=(0, 1, 0, 1)), (2, 3)),
        (made("expand", shape=(2, 3)), (1, 3)),
        (made("gather", indices=(0, 2), axis=1), (1, 3)),
    ):
        assert not isinstance(layer.windows(shape)[0], IndexMap)
    assert isinstance(made("reshape", shape=(-1,)).windows((2, 3))[0], IndexMap)


# ---- concatenation


def test_concatenated_maps_keep_their_order_and_get_their_own_gradients_back() -> None:
    a, b = np.zeros((1, 1, 1, 2)), np.ones((1, 2, 1, 2))
    layer = made("concat")
    y, saved = layer.forward({}, a, b)
    assert y[0, :, 0, 0].tolist() == [0, 1, 1]
    da, db = layer.backward({}, (a, b), y, saved, np.arange(6.0).reshape(y.shape))[0]
    assert (da.ravel().tolist(), db.ravel().tolist()) == ([0, 1], [2, 3, 4, 5])
    e = layer.explain({}, (a, b), y, saved, (0, 2, 0, 1))
    assert (e.numpy, e.operands[0].source, e.operands[0].cells) == (
        "out[0, 2, 0, 1] = X1[0, 1, 0, 1]",
        "x1",
        ([0], [1], [0], [1]),
    )


def test_the_receptive_field_goes_only_through_the_branch_that_was_copied() -> None:
    nodes = (
        Node("left", made("slice", starts=(0,), ends=(1,), axes=(2,)), ("x",)),
        Node("both", made("concat", axis=2), ("left", "x")),
        Node("again", made("concat", axis=2), ("both", "y")),
    )
    net = Network("n", (Input("x", (None, 1, 4)), Input("y", (None, 1, 2))), nodes, {})
    trace = net.trace({"x": np.arange(4.0).reshape(1, 1, 4), "y": np.zeros((1, 1, 2))})
    assert trace.receptive_field("again", (0, 3))["x"] == (range(1), range(1), range(2, 3))
    assert [len(axis) for axis in trace.receptive_field("again", (0, 3))["y"]] == [1, 1, 0]
    assert trace.gradients(vjp=np.ones(trace.output.shape)).by_activation["x"].ravel().tolist() == [2, 1, 1, 1]


# ---- refusals


@pytest.mark.parametrize(
    ("layer", "shapes", "message"),
    [
        (
            made("concat"),
            [(1, 2, 3), (1, 2, 4)],
            r"concat: the inputs \(1, 2, 3\), \(1, 2, 4\) must be equal in all axes",
        ),
        (
            made("concat", axis=3),
            [(1, 2)],
            r"concat: axis 3 must lie between -2 and 1 for an input of shape \(1, 2\)\.",
        ),
        (
            made("reshape", shape=(4, -1)),
            [(2, 3)],
            r"reshape: 6 numbers of shape \(2, 3\) do not fill the shape \(4, -1\)",
        ),
        (
            made("reshape", shape=(2, 3, 0)),
            [(2, 3)],
            r"reshape: \(2, 3, 0\) keeps an axis that an input of shape \(2, 3\)",
        ),
        (
            made("squeeze", axes=(0,)),
            [(2, 1)],
            r"squeeze: the axes \(0,\) of an input of shape \(2, 1\) must have length 1",
        ),
        (made("unsqueeze", axes=(1, -1)), [(3,)], None),
        (made("unsqueeze", axes=(1, 1)), [(3,)], r"unsqueeze: the axes \(1, 1\) name one axis twice"),
        (
            made("transpose", perm=(0, 0)),
            [(2, 3)],
            r"transpose: perm \(0, 0\) must name each axis of an input of shape",
        ),
        (
            made("split", sizes=(1, 1)),
            [(3,)],
            r"split: the sizes \(1, 1\) must add up to 3, the length of axis 0 of \(3,\)",
        ),
        (
            made("gather", indices=(0, 5)),
            [(3,)],
            r"gather: index 5 is outside axis 0 of \(3,\), whose cells are 0 to 2\.",
        ),
        (
            made("expand", shape=(2,)),
            [(3,)],
            r"expand: the shapes \(3,\) and \(2,\) do not fit: lined up at their ends",
        ),
        (made("tile", repeats=(2,)), [(3, 3)], r"tile: repeats \(2,\) must hold a number for each axis of an input of"),
        (made("pad", pads=(-2, -2)), [(3,)], r"pad: pads \(-2, -2\) take more cells away than \(3,\) has"),
        (
            made("pad", pads=(-3, 1), mode="edge"),
            [(3,)],
            r"an axis of \(3,\) without cells has nothing for mode 'edge'",
        ),
        (
            made("pad", pads=(1, 1)),
            [(3, 3)],
            r"pad: pads \(1, 1\) needs a before and an after for each axis of \(3, 3\)",
        ),
        (
            made("depth_to_space", blocksize=2),
            [(1, 6, 1, 1)],
            r"blocks of 2×2 do not divide the 6 channels of \(1, 6, 1",
        ),
        (made("space_to_depth", blocksize=2), [(1, 1, 3, 2)], r"blocks of 2×2 do not divide the 3 rows and 2 columns"),
    ],
    ids=lambda value: value.kind if isinstance(value, Layer) else "",
)
def test_what_does_not_fit_is_refused_in_words(layer: Layer, shapes: Any, message: str | None) -> None:
    if message is None:
        assert layer.output_shape(*shapes) == (3, 1, 1)
        return
    with pytest.raises(ShapeError, match=message):
        layer.output_shape(*shapes)


@pytest.mark.parametrize(
    ("kind", "settings", "message"),
    [
        (
            "slice",
            {"starts": (0,), "ends": (1, 2)},
            r"slice: ends is \(1, 2\); it needs as many numbers as starts, \(0,\)",
        ),
        ("slice", {"starts": (0,), "ends": (1,), "axes": (0,), "steps": (0,)}, r"slice: steps is \(0,\); a step of 0"),
        ("split", {"sizes": (3, -1)}, r"split: sizes is \(3, -1\); a size is 0 or more"),
        ("tile", {"repeats": (-7,)}, r"tile: repeats is \(-7,\); there are no fewer than 0 copies"),
        ("expand", {"shape": (-7,)}, r"expand: shape is \(-7,\); a size is 0 or more"),
        ("split", {"part": 2}, r"split: part is 2; the 2 parts are counted from 0 to 1"),
        ("pad", {"pads": (1,)}, r"pad: pads is \(1,\); it needs a before and an after for each axis"),
        (
            "pad",
            {"pads": (1, 1), "mode": "mirror"},
            r"pad: mode is 'mirror'; it is one of constant, reflect, edge, wrap",
        ),
        ("depth_to_space", {"blocksize": 0}, r"depth_to_space: mode 'DCR' with blocksize 0; mode is DCR or CRD"),
    ],
)
def test_settings_that_no_layer_can_have_are_refused(kind: str, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(AttributeValueError, match=message):
        made(kind, **settings)


# ---- ONNX


def read(op: str, version: int, attributes: dict[str, Any] | None = None, **kw: Any) -> Layer:
    inputs = kw.pop("inputs", None) or ("x", *(f"c{k}" for k in range(1, 1 + max(kw.get("constants", {}), default=0))))
    node = OnnxNode(op, version, f"{op.lower()}1", inputs, kw.pop("outputs", ("y",)), attributes or {}, **kw)
    return next(layer for layer in REGISTRY.values() if op in layer.onnx).from_onnx(node).layer


def ints(*numbers: int) -> Array:
    return np.array(numbers, np.int64)


def test_older_versions_say_as_attributes_what_newer_ones_say_as_inputs() -> None:
    assert (
        read("Squeeze", 11, {"axes": (1,)}) == read("Squeeze", 13, constants={1: ints(1)}) == made("squeeze", axes=(1,))
    )
    assert read("Unsqueeze", 1, {"axes": (0,)}) == read("Unsqueeze", 13, constants={1: ints(0)})
    wanted = made("slice", starts=(1,), ends=(2,), axes=(3,))
    assert read("Slice", 1, {"starts": (1,), "ends": (2,), "axes": (3,)}) == wanted
    assert read("Slice", 10, constants={1: ints(1), 2: ints(2), 3: ints(3)}) == wanted
    old = read("Pad", 2, {"pads": (0, 1, 0, 1), "mode": "reflect"})
    assert old == read("Pad", 11, {"mode": "reflect"}, constants={1: ints(0, 1, 0, 1)})
    assert read("Pad", 18, constants={1: ints(1, 1), 2: np.float32(0.1), 3: ints(-1)}) == made(
        "pad", pads=(1, 1), value=0.1, axes=(-1,)
    )


def test_an_input_left_out_in_the_middle_is_left_out() -> None:
    layer = read("Slice", 13, inputs=("x", "a", "b", "", "d"), constants={1: ints(4), 2: ints(0), 4: ints(-1)})
    assert layer == made("slice", starts=(4,), ends=(0,), steps=(-1,))


def test_each_output_of_a_split_is_a_layer() -> None:
    outputs = ("a", "b", "c")
    assert read("Split", 11, {"split": (1, 2, 3), "axis": 1}, outputs=outputs, output=2) == made(
        "split", axis=1, part=2, parts=3, sizes=(1, 2, 3)
    )
    assert read("Split", 13, constants={1: ints(1, 2, 3)}, outputs=outputs, output=1).output_shape((6,)) == (2,)
    assert read("Split", 13, outputs=outputs) == made("split", parts=3)
    assert read("Split", 18, {"num_outputs": 3}, outputs=outputs, output=1) == made("split", part=1, parts=3)
    with pytest.raises(
        AttributeValueError, match=r"'split1' \(Split\): split is \(1, 2\). It needs a size for each of"
    ):
        read("Split", 11, {"split": (1, 2)}, outputs=outputs)


@pytest.mark.parametrize(
    ("shape", "x", "kept"),
    [
        ((1, -1), (None, 3, 2), (1, -1)),  # what the file says: all examples in one row
        ((1, 6), (None, 3, 2), (0, 6)),  # could only ever hold one example: the batch stays free
        ((1, 6), (1, 3, 2), (1, 6)),
        ((2, 3), (None, 3, 2), (2, 3)),
        ((0, -1), (None, 3, 2), (0, -1)),
    ],
)
def test_a_shape_that_could_hold_only_one_example_keeps_a_free_batch_free(shape: Any, x: Any, kept: Any) -> None:
    assert read("Reshape", 13, constants={1: ints(*shape)}, shapes={0: x}) == made("reshape", shape=kept)


def test_a_zero_is_a_zero_when_that_is_allowed() -> None:
    layer = read("Reshape", 14, {"allowzero": 1}, constants={1: ints(3, 0)})
    assert layer.output_shape((0, 5)) == (3, 0)
    assert layer.to_onnx({}, (0, 5))[0].attributes == {"allowzero": 1}


def test_a_size_of_minus_one_keeps_the_axis_when_stretching() -> None:
    assert read("Expand", 13, constants={1: ints(2, -1)}).output_shape((1, 3)) == (2, 3)


def test_a_squeeze_without_axes_leaves_a_free_batch() -> None:
    assert read("Squeeze", 13, shapes={0: (None, 4, 1, 1)}) == made("squeeze", axes=(2, 3))
    assert read("Squeeze", 13) == made("squeeze")


def test_what_is_computed_while_the_network_runs_is_refused_by_name() -> None:
    for op, what in (("Reshape", "shape"), ("Gather", "indices"), ("Tile", "repeats"), ("Slice", "starts")):
        with pytest.raises(UnsupportedOperator, match=rf"'{op.lower()}1' \({op}\): input 1 \({what}\) is 'a'"):
            read(op, 13, inputs=("x", "a"))
    with pytest.raises(AttributeValueError, match=r"'concat1' \(Concat\): attribute 'axis' is 'missing'"):
        read("Concat", 13)
    with pytest.raises(AttributeValueError, match=r"'reshape1' \(Reshape\): its shape is \(-1, -1\)"):
        read("Reshape", 13, constants={1: ints(-1, -1)})


def test_a_part_of_a_split_is_written_as_the_slice_that_it_is() -> None:
    (form,) = made("split", axis=1, part=1, sizes=(1, 2)).to_onnx({}, (1, 3))
    assert form.op == "Slice"
    assert {name: None if a is None else a.tolist() for name, a in form.extras} == {
        "starts": [1],
        "ends": [3],
        "axes": [1],
    }
