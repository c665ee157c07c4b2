"""The law of fast twins: whatever a plan computes, forward and backward, the plain layers compute too.

Once for each layer by itself over the geometries that it draws, and once for whole networks, where kernels share
memory, rows and margins. In float64, so that nothing hides behind rounding, and in float32 by scale.
"""

import random
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from convoscope.engine import REGISTRY, Input, Layer, Network, Node
from convoscope.engine.kernels import Plan, blas
from convoscope.engine.kernels.layout import CHANNELS_LAST, NARROW, Layout
from convoscope.engine.kernels.plain import PlainKernel
from convoscope.engine.kernels.wide import conv as wide_conv
from convoscope.engine.kernels.wide import stem, threads, tiles, winograd
from convoscope.engine.layer import Saved
from convoscope.engine.layers.conv2d import Conv2d
from convoscope.engine.layers.dense import Dense
from convoscope.engine.layers.flatten import Flatten
from convoscope.engine.layers.max_pool2d import MaxPool2d
from convoscope.engine.layers.relu import ReLU
from convoscope.engine.layers.softmax import Softmax
from convoscope.engine.types import EVAL, Array, Mode, Params, Shape

Precision = type[np.float32] | type[np.float64]
TOLERANCE: dict[Precision, float] = {np.float64: 1e-12, np.float32: 2e-6}
WINOGRAD: dict[Precision, float] = {np.float64: 1e-12, np.float32: 1e-5}
"""Relative to the largest number of an array: what adding up in another order may change."""

LAYOUTS = {NARROW: "narrow", CHANNELS_LAST: "wide"}
KINDS = [
    (layout, kind)
    for layout in LAYOUTS
    for kind in sorted({layer.kind for kernel in layout.kernels for layer in kernel.layers})
]
layouts = pytest.mark.parametrize("layout", LAYOUTS, ids=LAYOUTS.get)
draws = given(st.randoms(use_true_random=False))
dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def single(layer: Layer, shapes: tuple[Shape, ...], rng: np.random.Generator, dtype: Precision) -> Network:
    """A network of one layer."""
    inputs = tuple(Input(f"x{k}", (None, *s[1:])) for k, s in enumerate(shapes))
    params = {k: spread(rng, s).astype(dtype) for k, s in layer.param_shapes(*shapes).items()}
    if "variance" in params:
        params["variance"] = np.abs(params["variance"]) + dtype(0.5)
    return Network("single", inputs, (Node("y", layer, tuple(i.name for i in inputs)),), {"y": params})


def spread(rng: np.random.Generator, shape: Shape) -> Array:
    """Numbers of which some are equal and some are zero: ties and gates must be decided alike."""
    return rng.integers(-6, 7, shape) / 4


def both(
    network: Network,
    inputs: Mapping[str, Array],
    seed: str,
    rng: np.random.Generator,
    dtype: Precision,
    layout: Layout = NARROW,
    tolerance: float | None = None,
) -> None:
    """Runs the plan twice and compares its second results, which stand in used memory, with the plain layers'."""
    trace = network.trace(inputs, exact=True)
    with pytest.MonkeyPatch.context() as patch:  # as on any processor, and with products cut as large ones are
        patch.setattr(blas, "LONG", bool(rng.integers(2)))
        for limit, large, little in (("SMALL", 10**6, 2000), ("LEAST", 256, 4), ("SUMS", 1200, 40)):
            patch.setattr(blas, limit, large if rng.integers(2) else little)
        plan = Plan(network, {name: x.shape for name, x in inputs.items()}, dtype, layout)
        frame = plan.frame()
        backward = frame.backward(seed)
    dy = spread(rng, trace.activations[seed].shape).astype(dtype)
    for _ in range(2):
        frame.forward({name: x * 2 for name, x in inputs.items()})
        backward.run(dy * 3)
        frame.forward(inputs)
        backward.run(dy)
    for name, a in trace.activations.items():
        agree(frame.slots[name].natural, a, dtype, f"activation {name} of {network.nodes}", tolerance)
    grads, by_param = plain_backward(network, trace.activations, trace.saved, seed, dy)
    for name, slot in backward.slots.items():
        agree(slot.natural, grads[name], dtype, f"gradient of {name} in {network.nodes}", tolerance)
    assert set(backward.slots) == set(grads)
    for node, group in by_param.items():
        for name, a in group.items():
            agree(backward.grads[node][name], a, dtype, f"gradient of {node}.{name} in {network.nodes}", tolerance)


def plain_backward(
    network: Network, activations: Mapping[str, Array], saved: Mapping[str, object], seed: str, dy: Array
) -> tuple[dict[str, Array], dict[str, Mapping[str, Array]]]:
    """The chain rule with plain layers, from one node."""
    grads, by_param = {seed: dy}, {}
    for node in reversed(network.nodes):
        if node.name in grads:
            xs, y = tuple(activations[i] for i in node.inputs), activations[node.name]
            dxs, by_param[node.name] = node.layer.backward(
                network.params_of(node.name), xs, y, saved[node.name], grads[node.name]
            )
            for source, dx in zip(node.inputs, dxs, strict=True):
                grads[source] = grads[source] + dx if source in grads else dx
    return grads, by_param


def agree(fast: Array, plain: Array, dtype: Precision, what: str, tolerance: float | None = None) -> None:
    """Equal up to rounding; the plan's array has the plain one's shape and precision."""
    assert fast.shape == plain.shape, what
    assert fast.dtype == dtype, what
    scale = max(1.0, float(np.abs(plain).max(initial=0)))
    error = float(np.abs(fast - plain).max(initial=0))
    assert error <= (tolerance or TOLERANCE[dtype]) * scale, f"{what}: off by {error} at a size of {scale}"


@pytest.mark.parametrize(("layout", "kind"), KINDS, ids=lambda v: v if isinstance(v, str) else LAYOUTS[v])
@dtypes
@draws
def test_a_kernel_computes_what_its_layer_computes(
    layout: Layout, kind: str, dtype: Precision, draw: random.Random
) -> None:
    example = REGISTRY[kind].example(draw)
    assume(all(example.shapes))  # a plan holds arrays with a batch axis
    rng = np.random.default_rng(draw.randrange(2**32))
    low, high = example.domain
    network = single(example.layer, example.shapes, rng, dtype)
    inputs = {f"x{k}": np.clip(spread(rng, s), low, high).astype(dtype) for k, s in enumerate(example.shapes)}
    both(network, inputs, "y", rng, dtype, layout)


def conv(draw: random.Random, shape: Shape) -> Conv2d:
    """A convolution that fits the picture, any stride, padding and dilation."""
    kernel, dilation = [draw.choice([1, 2, 3, 5]) for _ in "hw"], [draw.choice([1, 1, 2]) for _ in "hw"]
    reach = [(k - 1) * d for k, d in zip(kernel, dilation, strict=True)]
    padding = [draw.randint(0, r + 1) for r in reach + reach]
    for a in (0, 1):  # at least one window fits
        padding[a] += max(0, reach[a] + 1 - shape[2 + a] - padding[a] - padding[a + 2])
    stride = draw.choice([(1, 1), (1, 1), (2, 2), (1, 2)])
    return Conv2d(draw.randint(1, 6), tuple(kernel), stride, tuple(padding), tuple(dilation), bias=draw.random() < 0.8)


def pool(draw: random.Random, shape: Shape) -> MaxPool2d:
    """A pool that fits the picture, often the usual one."""
    if draw.random() < 0.5 and min(shape[2:]) > 1:
        return MaxPool2d((2, 2), (2, 2))
    kernel = tuple(draw.randint(1, min(3, size)) for size in shape[2:])
    padding = tuple(draw.randint(0, (k - 1) // 2) for k in kernel * 2)
    return MaxPool2d(kernel, (draw.randint(1, 3), draw.randint(1, 3)), padding, ceil_mode=draw.random() < 0.3)


def drawn_chain(draw: random.Random, batch: int) -> Network:
    """Convolutions, rectifiers and pools in any order, sometimes two readers of one activation, then a head."""
    shape: Shape = (batch, draw.randint(1, 4), draw.randint(4, 14), draw.randint(4, 14))
    given_input, nodes, params = Input("input", (None, *shape[1:])), [], {}
    rng, last = np.random.default_rng(draw.randrange(2**32)), "input"
    head: list[Layer] = [Flatten(), Dense(draw.randint(2, 9)), Softmax()]
    body: list[Layer] = []
    for k in range(draw.randint(1, 6)):
        maker = draw.choice([conv, conv, pool, None])
        layer: Layer = ReLU() if maker is None else maker(draw, shape)
        body.append(layer)
        name, source = f"n{k}", last
        params[name] = {p: spread(rng, s) / 2 for p, s in layer.param_shapes(shape).items()}
        shape = layer.output_shape(shape)
        nodes.append(Node(name, layer, (source,)))
        last = name
    for k, layer in enumerate(head if draw.random() < 0.7 else []):
        name = f"h{k}"
        params[name] = {p: spread(rng, s) / 4 for p, s in layer.param_shapes(shape).items()}
        shape = layer.output_shape(shape)
        nodes.append(Node(name, layer, (last,)))
        last = name
    return Network("drawn", (given_input,), tuple(nodes), params)


@layouts
@dtypes
@draws
def test_a_plan_computes_what_the_network_computes(layout: Layout, dtype: Precision, draw: random.Random) -> None:
    batch = draw.choice([1, 1, 2, 5])
    network = drawn_chain(draw, batch).astype(dtype)
    rng = np.random.default_rng(draw.randrange(2**32))
    inputs = {"input": spread(rng, (batch, *network.input_shape)).astype(dtype)}
    both(network, inputs, draw.choice([n.name for n in network.nodes]), rng, dtype, layout)


@layouts
@draws
def test_gradients_of_all_readers_add_up_in_a_plan(layout: Layout, draw: random.Random) -> None:
    """One activation read by two convolutions with other margins, by a pool and by a rectifier."""
    rng, c = np.random.default_rng(draw.randrange(2**32)), draw.randint(1, 3)
    shape: Shape = (draw.choice([1, 3]), c, draw.randint(5, 9), draw.randint(5, 9))
    stem = Conv2d(c, (3, 3), padding=(1, 1, 1, 1))
    readers: list[Layer] = [conv(draw, shape), conv(draw, shape), pool(draw, shape), ReLU(), Flatten()]
    draw.shuffle(readers)
    nodes = [Node("stem", stem, ("input",)), *(Node(f"r{k}", r, ("stem",)) for k, r in enumerate(readers))]
    flat = [Node(f"f{k}", Flatten(), (f"r{k}",)) for k in range(len(readers))]
    dense = [Node(f"d{k}", Dense(2), (f"f{k}",)) for k in range(len(readers))]
    layers = {n.name: n for n in (*nodes, *flat, *dense)}
    shapes: dict[str, Shape] = {"input": shape}
    params = {}
    for name, node in layers.items():
        sources = [shapes[i] for i in node.inputs]
        params[name] = {p: spread(rng, s) for p, s in node.layer.param_shapes(*sources).items()}
        shapes[name] = node.layer.output_shape(*sources)
    spec = Input("input", (None, *shape[1:]))
    network = Network("fan", (spec,), tuple(layers.values()), params, tuple(n.name for n in dense))
    x = spread(rng, shape)
    trace = network.trace(x, exact=True)
    plan = Plan(network, {"input": shape}, layout=layout)
    frame = plan.frame()
    frame.forward({"input": x})
    for name, a in trace.activations.items():
        agree(frame.slots[name].natural, a, np.float64, f"{name} of {network.nodes}")
    for head in dense:
        both(network, {"input": x}, head.name, rng, np.float64, layout)


class Sum(Layer):
    """a + b, a layer that no kernel knows."""

    def output_shape(self, *x_shapes: Shape) -> Shape:
        return x_shapes[0]

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        return xs[0] + xs[1], None

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        return (dy, dy), {}


def test_memory_that_is_shared_for_speed_is_not_shared_when_another_reader_adds_to_it() -> None:
    """A flatten takes its input's memory for its output; its gradient must stay its own when a rectifier adds."""
    rng = np.random.default_rng(5)
    nodes = (
        Node("pool", MaxPool2d((2, 2), (2, 2)), ("input",)),
        Node("gate", ReLU(), ("pool",)),
        Node("flat2", Flatten(), ("gate",)),
        Node("flat", Flatten(), ("pool",)),
        Node("joined", Sum(), ("flat", "flat2")),
    )
    network = Network("shared", (Input("input", (None, 2, 4, 4)),), nodes, {})
    both(network, {"input": spread(rng, (3, 2, 4, 4))}, "joined", rng, np.float64)


@dtypes
@draws
def test_tiles_of_one_row_and_three_threads_change_nothing(dtype: Precision, draw: random.Random) -> None:
    """Large pictures are cut into tiles; here small ones are, so that sums over tiles and their seams are tested."""
    batch = draw.choice([1, 2])
    network = drawn_chain(draw, batch).astype(dtype)
    rng = np.random.default_rng(draw.randrange(2**32))
    inputs = {"input": spread(rng, (batch, *network.input_shape)).astype(dtype)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiles, "CACHE", draw.choice([1, 500, 2000]))
        patch.setattr(tiles, "WORTH", 0)
        patch.setattr(threads, "COUNT", draw.choice([1, 3]))
        both(network, inputs, draw.choice([n.name for n in network.nodes]), rng, dtype, CHANNELS_LAST)


@dtypes
@draws
def test_winograd_computes_what_the_plain_convolution_computes(dtype: Precision, draw: random.Random) -> None:
    """Pictures of any size with any padding, both tile sizes, and both ways to sum the filters' gradient."""
    shape = (draw.randint(1, 2), draw.randint(1, 3), draw.randint(3, 11), draw.randint(3, 11))
    padding = (draw.randint(0, 2), draw.randint(0, 2), draw.randint(0, 2), draw.randint(0, 2))
    layer, rng = Conv2d(draw.randint(1, 3), (3, 3), padding=padding), np.random.default_rng(draw.randrange(2**32))
    network = single(layer, (shape,), rng, dtype)
    small = {"CHANNELS": 1, "ROWS": 1, "ROWS_FOR_FOUR": draw.choice([1, 99]), "MANY": draw.choice([0, 99])}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in small.items():
            patch.setattr(winograd, name, value)
        patch.setattr(stem, "FEW", 0)
        patch.setattr(tiles, "CACHE", draw.choice([1, 2000, tiles.CACHE]))
        patch.setattr(tiles, "WORTH", 0)
        patch.setattr(threads, "COUNT", draw.choice([1, 2]))
        assert wide_conv.algorithm(layer, shape) is winograd
        both(network, {"x0": spread(rng, shape).astype(dtype)}, "y", rng, dtype, CHANNELS_LAST, WINOGRAD[dtype])


USUAL = [
    (Conv2d(10, (3, 3), padding=(1, 1, 1, 1)), (1, 3, 32, 32)),
    (Conv2d(16, (5, 5)), (64, 6, 14, 14)),
    (ReLU(), (1, 10, 32, 32)),
    (MaxPool2d((2, 2), (2, 2)), (1, 10, 32, 32)),
    (MaxPool2d((3, 3), (2, 2), (1, 1, 1, 1)), (1, 64, 112, 112)),
    (Flatten(), (1, 10, 4, 4)),
    (Dense(10), (1, 160)),
    (Softmax(), (1, 10)),
]


@pytest.mark.parametrize(("layer", "shape"), USUAL)
def test_the_usual_layers_have_a_kernel(layer: Layer, shape: Shape) -> None:
    assert NARROW.choose(layer, shape) in NARROW.kernels


def test_a_layer_without_a_kernel_is_run_by_its_plain_arithmetic() -> None:
    assert NARROW.choose(Softmax(axis=2), (1, 2, 3, 4)) is PlainKernel
