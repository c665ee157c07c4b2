"""What a layer hears from ONNX and says to it, as plain data: no layer imports the onnx package.

The reader (`formats/onnx_reader.py`) turns each node of a file into an `OnnxNode`, the layer named by the operator
makes a `Reading` of it, and the writer asks the layer for its `OnnxForm`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from convoscope.engine.types import NO_PARAMS, Array, Params

if TYPE_CHECKING:
    from convoscope.engine.layer import Layer


@dataclass(frozen=True)
class OnnxNode:
    """One node of an ONNX graph.

    op, version: operator and the opset version in force. inputs: names as in the file, "" where left out.
    constants: by input position, the inputs whose value is known at load (weights, axes, sizes).
    shapes: by input position, shapes known at load, with None for an axis that is free.
    attributes: Python values: int, float, str, tuple of them, Array.
    output: which of `outputs` is meant; a layer has one, so a node with several is read once for each.
    """

    op: str
    version: int
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    constants: Mapping[int, Array] = field(default_factory=dict)
    shapes: Mapping[int, tuple[int | None, ...]] = field(default_factory=dict)
    output: int = 0

    def has(self, position: int) -> bool:
        """Whether the input at `position` is there at all."""
        return position < len(self.inputs) and self.inputs[position] != ""


@dataclass(frozen=True)
class Reading:
    """What a layer made of an ONNX node. data: positions of the inputs that flow; the others became parameters.

    before: by input position, a layer that this input goes through first (an operand whose axes must be lined up).
    """

    layer: "Layer"
    params: Params = field(default_factory=lambda: NO_PARAMS)
    data: tuple[int, ...] = (0,)
    before: Mapping[int, "Layer"] = field(default_factory=dict)


@dataclass(frozen=True)
class OnnxForm:
    """A layer as an ONNX node: operator, attributes, and the arrays that follow its data inputs, in order.

    `extras` holds (name, array) pairs; a None array stands for an optional input left out. Floats are given as
    float32, for the writer to store in the network's precision. opset: the first version in which the form is valid;
    it is valid in all later ones too. reads: the data inputs, 0, 1, … for the layer's own and −1 for the node before
    in the chain; when empty, the first node reads all of the layer's and each later one reads the node before.
    """

    op: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    extras: tuple[tuple[str, Array | None], ...] = ()
    domain: str = ""
    opset: int = 17
    reads: tuple[int, ...] = ()
