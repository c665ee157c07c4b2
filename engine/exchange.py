"""What a layer hears from ONNX and says to it, as plain data: no layer imports the onnx package.

The reader (`formats/onnx_reader.py`) turns each node of a file into an `OnnxNode`, the layer named by the operator
makes a `Reading` of it, and the writer asks the layer for its `OnnxForm`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from convoscope.engine.errors import AttributeValueError, UnsupportedOperator
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
    """

    op: str
    version: int
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    constants: Mapping[int, Array] = field(default_factory=dict)
    shapes: Mapping[int, tuple[int | None, ...]] = field(default_factory=dict)

    def has(self, position: int) -> bool:
        """Whether the input at `position` is there at all."""
        return position < len(self.inputs) and self.inputs[position] != ""

    @property
    def title(self) -> str:
        """How errors name the node: `Node 'pool1' (MaxPool)`."""
        return f"Node {self.name!r} ({self.op})"

    def refusal(self, attribute: str, value: object, wanted: str) -> AttributeValueError:
        """The error for an attribute value that no layer can have; `wanted` says what would be right."""
        return AttributeValueError(f"{self.title}: {attribute} is {value!r}; {wanted}.")

    def integers(self, attribute: str, default: tuple[int, ...], least: int | None = None) -> tuple[int, ...]:
        """A tuple of integers, as many as `default` has, none below `least`. Raises AttributeValueError otherwise."""
        values = tuple(int(v) for v in self.attributes.get(attribute, default))
        if len(values) != len(default):
            raise self.refusal(attribute, values, f"it needs {len(default)} numbers here")
        if least is not None and min(values, default=least) < least:
            raise self.refusal(attribute, values, f"every number of it is at least {least}")
        return values

    def choice(self, attribute: str, *allowed: str) -> str:
        """A string out of `allowed`, whose first is the default. Raises AttributeValueError for any other."""
        value = str(self.attributes.get(attribute, allowed[0]))
        if value not in allowed:
            raise self.refusal(attribute, value, f"it is one of {', '.join(allowed)}")
        return value

    def constant(self, position: int, what: str) -> Array:
        """The input at `position`, known at load. Raises UnsupportedOperator when it is computed at run time."""
        if position not in self.constants:
            source = self.inputs[position] if self.has(position) else ""
            raise UnsupportedOperator(
                f"{self.title}: its {what}, input {position} {source!r}, is computed while the network runs; "
                "only a constant or an initializer can be read."
            )
        return self.constants[position]


@dataclass(frozen=True)
class Reading:
    """What a layer made of an ONNX node. data: positions of the inputs that flow; the others became parameters."""

    layer: "Layer"
    params: Params = field(default_factory=lambda: NO_PARAMS)
    data: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class OnnxForm:
    """A layer as an ONNX node: operator, attributes, and the arrays that follow its data inputs, in order.

    `extras` holds (name, array) pairs; a None array stands for an optional input left out.
    """

    op: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    extras: tuple[tuple[str, Array | None], ...] = ()
    domain: str = ""
    opset: int = 17
