"""A network that is one chain of layers."""

from collections.abc import Sequence

import numpy as np

from convoscope.engine.layer import Layer
from convoscope.engine.network import Input, Network, NetworkParams, Node
from convoscope.engine.preprocessing import Preprocessing
from convoscope.engine.types import Shape


def chain(
    name: str,
    input_shape: Shape,
    layers: Sequence[tuple[str, Layer]],
    rng: np.random.Generator,
    labels: tuple[str, ...] = (),
    preprocessing: Preprocessing | None = None,
) -> Network:
    """Each layer reads the one before, the first reads `input` of shape (N, *input_shape); fresh weights from rng."""
    shape: Shape = (1, *input_shape)
    nodes: list[Node] = []
    params: NetworkParams = {}
    for title, layer in layers:
        nodes.append(Node(title, layer, (nodes[-1].name if nodes else "input",)))
        params = {**params, title: layer.initial(rng, shape)}
        shape = layer.output_shape(shape)
    given = Input("input", (None, *input_shape))
    return Network(name, (given,), tuple(nodes), params, labels=labels, preprocessing=preprocessing)
