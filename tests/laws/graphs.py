"""Random graphs of registered layers: each reads activations of the right shape, or ones brought into it."""

import random

import numpy as np

from convoscope.engine import REGISTRY, Input, Layer, Network, Node, from_config
from convoscope.engine.errors import ShapeError
from convoscope.engine.layer import Example
from convoscope.engine.types import Array, Params, Shape

BATCH = 2
START: Shape = (BATCH, 2, 4, 4)
EXPLOSIVE = ("div", "exp", "mul", "pow", "reciprocal", "reduce_prod", "reduce_sum_square", "square")
"""Layers whose numbers grow without bound when they follow one another: what they read is always bounded first."""


class Growing:
    """A graph that grows node by node. shapes: of every activation, for two examples."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.rng = np.random.default_rng(draw.randrange(2**32))
        self.shapes: dict[str, Shape] = {"x": START}
        self.nodes: list[Node] = []
        self.params: dict[str, Params] = {}

    def add(self, layer: Layer, *inputs: str) -> str:
        """One more node."""
        name = f"{layer.kind}{len(self.nodes)}"
        read = [self.shapes[i] for i in inputs]
        self.shapes[name] = layer.output_shape(*read)
        self.nodes.append(Node(name, layer, inputs))
        params = layer.initial(self.rng, *read)
        if params:
            self.params[name] = {k: np.asarray(a + 0.1 * self.rng.uniform(0, 1, a.shape)) for k, a in params.items()}
        return name

    def brought(self, shape: Shape, positive: bool) -> str:
        """Any activation, brought into a shape by a dense layer, its numbers between −1 and 1, or positive."""
        source = self.draw.choice(list(self.shapes))
        row = self.add(made("flatten"), source)
        size = int(np.prod(shape[1:], dtype=int))
        bent = self.add(made("softplus" if positive else "tanh"), self.add(made("dense", units=size), row))
        return self.add(made("reshape", shape=[-1, *shape[1:]]), bent)

    def read(self, shape: Shape, example: Example) -> str:
        """An input of this shape for a layer: often an activation that has it already, so that paths fan out."""
        same = [name for name, s in self.shapes.items() if s == shape]
        calm = example.domain[0] < 0 and example.layer.kind not in EXPLOSIVE
        if same and calm and self.draw.random() < 0.6:
            return self.draw.choice(same)
        return self.brought(shape, example.domain[0] >= 0)

    def layer(self, kinds: list[str]) -> None:
        """One more layer out of these kinds, if what was drawn keeps examples apart."""
        example = self.example(self.draw.choice(kinds))
        if example.mixes_batch or example.training or not example.shapes or not all(example.shapes):
            return
        if all(keeps(example, batch) for batch in (1, BATCH)):
            self.add(example.layer, *(self.read((BATCH, *s[1:]), example) for s in example.shapes))

    def example(self, kind: str) -> Example:
        """The layer's own; of a matrix product one with a matrix for each example, which its own seldom are."""
        if kind != "matmul":
            return REGISTRY[kind].example(self.draw)
        rows, inner, columns = (self.draw.randint(1, 3) for _ in range(3))
        return Example(made(kind), ((BATCH, rows, inner), (BATCH, inner, columns)))


def keeps(example: Example, batch: int) -> bool:
    """Whether the layer gives a row for each of so many examples."""
    try:
        return example.layer.output_shape(*((batch, *s[1:]) for s in example.shapes))[:1] == (batch,)
    except ShapeError:
        return False


def made(kind: str, **settings: object) -> Layer:
    """A layer by its kind."""
    return from_config({"kind": kind, **settings})


def grown(draw: random.Random, kinds: list[str], layers: int = 6) -> tuple[Network, Array]:
    """A network in float64 that ends in a sum of several of its activations, and an input for it."""
    g = Growing(draw)
    for _ in range(layers):
        g.layer(kinds)
    ends = [g.brought((BATCH, 3), False) for _ in range(2)]
    g.add(made("add"), *ends)
    inputs = (Input("x", (None, *START[1:])),)
    network = Network("random", inputs, tuple(g.nodes), g.params).astype(np.float64)
    return network, g.rng.standard_normal(START)
