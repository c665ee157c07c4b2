"""What the middle of each activation sees, found for all at once, against the walk for each by itself."""

import numpy as np
import pytest

from convoscope.engine import Input, Network, Node, zoo
from convoscope.engine.fields import receptive_fields
from convoscope.engine.layers.add import Add
from convoscope.engine.layers.conv2d import Conv2d
from convoscope.engine.layers.dense import Dense
from convoscope.engine.layers.flatten import Flatten
from convoscope.engine.layers.max_pool2d import MaxPool2d
from convoscope.engine.trace import Trace


def branching() -> Network:
    """A shortcut around two convolutions, a pool, a head, and a second input that the first does not touch."""
    shapes = {"input": (1, 2, 19, 17), "other": (1, 3, 4, 4)}
    nodes = (
        Node("a", Conv2d(3, (3, 3), (2, 2)), ("input",)),
        Node("b", Conv2d(3, (3, 3), padding=(1, 1, 1, 1)), ("a",)),
        Node("c", Conv2d(3, (1, 3), padding=(0, 2, 0, 2), dilation=(1, 2)), ("b",)),
        Node("sum", Add(), ("a", "c")),
        Node("pool", MaxPool2d((2, 2), (2, 2)), ("sum",)),
        Node("alone", Conv2d(1, (3, 3)), ("other",)),
        Node("flat", Flatten(), ("pool",)),
        Node("head", Dense(4), ("flat",)),
    )
    inputs = tuple(Input(name, (None, *shape[1:])) for name, shape in shapes.items())
    params, seen = {}, dict[str, tuple[int, ...]](shapes)
    for node in nodes:
        sources = [seen[i] for i in node.inputs]
        params[node.name] = {k: np.zeros(s, np.float32) for k, s in node.layer.param_shapes(*sources).items()}
        seen[node.name] = node.layer.output_shape(*sources)
    return Network("branching", inputs, nodes, {k: p for k, p in params.items() if p}, ("head",))


@pytest.mark.parametrize("network", [branching(), zoo.architecture("example-cnn")], ids=lambda n: n.name)
def test_the_fields_of_all_activations_are_those_of_each_by_itself(network: Network) -> None:
    blank = Trace(network, {name: np.broadcast_to(np.float32(0), s) for name, s in network.shapes.items()}, {})
    found = receptive_fields(network)
    assert set(found) == set(network.shapes)
    for name, shape in network.shapes.items():
        alone = blank.receptive_field(name, [n // 2 for n in shape]).get(network.inputs[0].name)
        assert found[name] == alone, name
