"""What the middle of every activation can see of the network's first input, for all activations at once.

`Trace.receptive_field` answers for any one cell by walking all the way back. Here a walk ends wherever a block has
become all of an activation, since what all of it sees is known by then.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from convoscope.engine.geometry import Box, union
from convoscope.engine.types import Shape

if TYPE_CHECKING:
    from convoscope.engine.network import Network, Node


def receptive_fields(network: "Network") -> dict[str, Box | None]:
    """For every activation, the block of the first input that can change the number in its middle; None for no part.

    Shapes: a block is a range per axis of the input, the batch axis included.
    Source: Araujo et al. 2019, "Computing receptive fields of convolutional neural networks", Distill.
    """
    walk, first = Walk(network), network.inputs[0].name
    seen: dict[str, Box | None] = {i.name: None for i in network.inputs} | {first: middle(network.shapes[first])}
    for k, node in enumerate(network.nodes):
        before, shape = network.nodes[k::-1], network.shapes[node.name]
        seen[node.name] = walk.back(before, middle(shape))
        walk.all_see[node.name] = walk.back(before, whole(shape))
    return seen


class Walk:
    """Walks back through a network. all_see: what all of an activation sees, for those that are done."""

    def __init__(self, network: "Network") -> None:
        self.shapes, self.first = network.shapes, network.inputs[0].name
        self.windows = {n.name: n.layer.windows(*(network.shapes[i] for i in n.inputs)) for n in network.nodes}
        self.all_see: dict[str, Box | None] = {i.name: None for i in network.inputs}
        self.all_see[self.first] = whole(self.shapes[self.first])

    def back(self, steps: Sequence["Node"], box: Box) -> Box | None:
        """What a block of the first of these nodes' activation sees. steps: from that node back to the first of all."""
        boxes, known = {steps[0].name: box}, list[Box]()
        for step in steps:
            if step.name not in boxes:
                continue
            for source, window in zip(step.inputs, self.windows[step.name], strict=True):
                seen = window.field(boxes[step.name])
                seen = union([boxes[source], seen]) if source in boxes else seen
                if seen == whole(self.shapes[source]):
                    boxes.pop(source, None)
                    known += [at for at in [self.all_see[source]] if at is not None]
                else:
                    boxes[source] = seen
        known += [boxes[self.first]] if self.first in boxes else []
        return union(known) if known else None


def whole(shape: Shape) -> Box:
    """All cells."""
    return tuple(range(n) for n in shape)


def middle(shape: Shape) -> Box:
    """The cell in the middle of every axis."""
    return tuple(range(n // 2, n // 2 + 1) for n in shape)
