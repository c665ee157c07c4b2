"""A batch stays free, or is freed where a file wrote it down, unless examples would mix; other axes are asked for."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convoscope.engine import REGISTRY, Input, Network, Node, load_onnx
from convoscope.engine.errors import BadGraph, ConvoscopeError, ShapeError
from convoscope.engine.types import Array, Params, Shape
from tests.engine.formats.models import data, node

PICTURE = {"x": ("N", 2, 4, 4)}
KERNEL = np.ones((3, 2, 1, 1), np.float32)


def ints(*values: int) -> Array:
    return np.array(values, np.int64)


def ramp(*shape: int) -> Array:
    return np.arange(int(np.prod(shape)), dtype=np.float32).reshape(shape)


def test_a_batch_that_the_file_leaves_open_stays_open() -> None:
    net = load_onnx(data([node("Conv", "x w", "y")], PICTURE, {"w": KERNEL}))
    assert net.inputs[0].shape == (None, 2, 4, 4)
    assert net.trace(ramp(3, 2, 4, 4)).output.shape == (3, 3, 4, 4)


RESHAPED = {
    "written down": [node("Reshape", "x s", "y")],
    "the rest left open": [node("Reshape", "x t", "y")],
    "worked out from the shape": [
        node("Shape", "x", "all"),
        node("Gather", "all zero", "n"),
        node("Unsqueeze", "n zeros", "n1"),
        node("Concat", "n1 rest", "s2", axis=0),
        node("Reshape", "x s2", "y"),
    ],
}
CONSTANTS = {"s": ints(1, 32), "t": ints(1, -1), "zero": np.array(0), "zeros": ints(0), "rest": ints(-1)}


@pytest.mark.parametrize(
    ("how", "batch"),
    [(how, batch) for how in RESHAPED for batch in ("N", 1) if (how, batch) != ("the rest left open", "N")],
)
def test_a_reshape_keeps_the_batch_free_however_its_shape_is_said(how: str, batch: int | str) -> None:
    net = load_onnx(data(RESHAPED[how], {"x": (batch, 2, 4, 4)}, CONSTANTS))
    assert net.inputs[0].shape == (None, 2, 4, 4)
    x = ramp(3, 2, 4, 4)
    assert np.array_equal(net.trace(x).output, x.reshape(3, 32))


def test_a_batch_of_four_that_is_written_everywhere_is_freed_too() -> None:
    nodes = [node("Reshape", "x s", "a"), node("Transpose", "a", "b", perm=[0, 2, 1]), node("Reshape", "b t", "y")]
    net = load_onnx(data(nodes, {"x": (4, 2, 4, 4)}, {"s": ints(4, 2, 16), "t": ints(4, 32)}))
    assert net.inputs[0].shape[0] is None
    x = ramp(3, 2, 4, 4)
    assert np.array_equal(net.trace(x).output, x.reshape(3, 2, 16).transpose(0, 2, 1).reshape(3, 32))


MIXING = {
    "a sum over the batch": ([node("ReduceMean", "x", "a", axes=[0]), node("Sub", "x a", "y")], {}),
    "softmax over the batch": ([node("Softmax", "x", "y", axis=0)], {}),
    "the batch moved aside": (
        [node("Transpose", "x", "a", perm=[1, 0, 2, 3]), node("Reshape", "a s", "y")],
        {"s": ints(1, 32)},
    ),
    "the batch squeezed away": ([node("Squeeze", "x s", "a"), node("Unsqueeze", "a s", "y")], {"s": ints(0)}),
    "the first example taken": ([node("Gather", "x s", "y", axis=0)], {"s": ints(0)}),
    "the batch reversed": (
        [node("Slice", "x a b c d", "y")],
        {"a": ints(-1), "b": ints(-9), "c": ints(0), "d": ints(-1)},
    ),
    "examples beside one another": (
        [node("Concat", "x x", "a", axis=0), node("Reshape", "a s", "y")],
        {"s": ints(1, 64)},
    ),
}


@pytest.mark.parametrize("how", MIXING)
def test_a_batch_is_not_freed_where_examples_would_mix(how: str) -> None:
    nodes, constants = MIXING[how]
    net = load_onnx(data(nodes, {"x": (1, 2, 4, 4)}, constants))
    assert net.inputs[0].shape == (1, 2, 4, 4)
    assert net.report is not None
    assert any(note.startswith("Only batches of 1 are read") for note in net.report.notes)
    with pytest.raises(ShapeError, match=r"has shape \(2, 2, 4, 4\), but the network reads \(1, 2, 4, 4\)"):
        net.trace(ramp(2, 2, 4, 4))


def test_resizing_to_sizes_that_name_the_batch_keeps_it_free() -> None:
    nodes = [
        node("Shape", "x", "all"),
        node("Slice", "all a b", "front"),
        node("Concat", "front to", "sizes", axis=0),
        node("Resize", "x _ _ sizes", "y", mode="nearest"),
    ]
    net = load_onnx(data(nodes, PICTURE, {"a": ints(0), "b": ints(2), "to": ints(8, 8)}))
    assert net.trace(ramp(3, 2, 4, 4)).output.shape == (3, 2, 8, 8)


def test_several_inputs_share_the_batch() -> None:
    net = load_onnx(data([node("Add", "x z", "y")], {"x": (1, 2), "z": (1, 2)}))
    assert [i.shape for i in net.inputs] == [(None, 2), (None, 2)]
    assert net.trace({"x": ramp(3, 2), "z": ramp(3, 2)}).output.shape == (3, 2)


# -- shapes that are left open


def test_open_rows_and_columns_are_read_as_224_unless_they_are_given() -> None:
    bytes_ = data([node("Conv", "x w", "y")], {"x": ("N", 2, "h", "w_")}, {"w": KERNEL})
    assert load_onnx(bytes_).inputs[0].shape == (None, 2, 224, 224)
    assert load_onnx(bytes_, input_shapes={"x": (2, 6, 8)}).inputs[0].shape == (None, 2, 6, 8)


def test_an_input_of_unknown_shape_is_asked_for() -> None:
    bytes_ = data([node("Relu", "x", "y")], {"x": ("N", "words", 5)})
    with pytest.raises(BadGraph, match=r"Input 'x' leaves its shape open.*input_shapes=\{'x': \(C, H, W\)\}"):
        load_onnx(bytes_)
    assert load_onnx(bytes_, input_shapes={"x": (7, 5)}).inputs[0].shape == (None, 7, 5)


# -- whatever is freed


def chained(draw: random.Random) -> Network:
    """Random layers of one input one after another, axes of all kinds, the batch written down as 1."""
    shape: Shape = (1, 2, 3, 4)
    nodes: list[Node] = []
    params: dict[str, Params] = {}
    for _ in range(60):
        example = REGISTRY[draw.choice(LOOSE)].example(draw)
        reads = max(len(example.shapes), 1)
        try:
            made = example.layer.output_shape(*[shape] * reads)
        except ConvoscopeError:
            continue
        if 0 in made or not 1 <= len(made) <= 8 or np.prod(made) > 500:
            continue
        name = f"{example.layer.kind}{len(nodes)}"
        fresh = example.layer.initial(np.random.default_rng(draw.randrange(2**32)), *[shape] * reads)
        params |= {name: fresh} if fresh else {}
        nodes.append(Node(name, example.layer, (nodes[-1].name if nodes else "x",) * reads))
        shape = made
        if len(nodes) == 4:
            break
    return Network("chain", (Input("x", (1, 2, 3, 4)),), tuple(nodes), params)


LOOSE = sorted(set(REGISTRY) - {"batch_norm", "constant", "dropout", "log", "pow", "resize", "sqrt"})


@given(st.randoms(use_true_random=False))
@settings(max_examples=300)
def test_where_a_batch_is_freed_every_example_is_what_it_is_alone(draw: random.Random) -> None:
    written = chained(draw)
    freed = load_onnx(written.to_onnx())
    if freed.inputs[0].shape[0] is not None:
        return
    xs = np.random.default_rng(1).standard_normal((3, 2, 3, 4)).astype(np.float32)
    together = freed.trace(xs).output
    for k, x in enumerate(xs):
        alone = written.trace(x[None]).output
        assert together[k : k + 1].shape == alone.shape
        assert np.allclose(together[k : k + 1], alone, rtol=1e-4, atol=1e-5, equal_nan=True), written.nodes


def test_about_half_of_random_chains_are_freed() -> None:
    """So that the law above says something of both kinds."""
    shapes = [load_onnx(chained(random.Random(seed)).to_onnx()).inputs[0].shape[0] for seed in range(60)]
    assert 10 < shapes.count(None) < 50
