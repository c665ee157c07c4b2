"""Reading an ONNX node: attributes with their defaults, constant inputs, and refusals that say what is wrong."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from convoscope.engine.errors import AttributeValueError, UnsupportedOperator
from convoscope.engine.exchange import OnnxNode
from convoscope.engine.types import Array


def refused(node: OnnxNode, what: str, value: object, wanted: str) -> AttributeValueError:
    """The error for a value that no layer can have: node, attribute or input, value, and what would be right."""
    return AttributeValueError(f"Node {node.name or node.outputs[0]!r} ({node.op}): {what} is {value!r}. {wanted}")


def number(node: OnnxNode, name: str, default: Any) -> float:
    """A float attribute, as the shortest decimal that is the same float32: 0.01, not 0.009999999776482582."""
    return shortest(node.attributes.get(name, default))


def shortest(value: Any) -> float:
    """The decimal that a float32 was written as."""
    return float(str(np.float32(value)))


def integer(node: OnnxNode, name: str, default: int | None = None) -> int:
    """An integer attribute. Raises AttributeValueError where it is missing and has no default."""
    value = node.attributes.get(name, default)
    if value is None:
        raise refused(node, f"attribute {name!r}", "missing", "It must be an integer.")
    return int(value)


def word(node: OnnxNode, name: str, default: str, known: Sequence[str]) -> str:
    """A string attribute, one of `known`."""
    value = str(node.attributes.get(name, default))
    if value not in known:
        raise refused(node, f"attribute {name!r}", value, f"Known are: {', '.join(known)}.")
    return value


def constant(node: OnnxNode, position: int, what: str) -> Array | None:
    """The constant at an input, None where it is left out. Raises UnsupportedOperator where it is computed."""
    if not node.has(position):
        return None
    if position not in node.constants:
        raise UnsupportedOperator(
            f"Node {node.name or node.outputs[0]!r} ({node.op}): input {position} ({what}) is "
            f"{node.inputs[position]!r}. "
            "It is computed while the network runs; a layer needs it fixed when the file is loaded."
        )
    return np.asarray(node.constants[position])


def integers(node: OnnxNode, name: str, position: int | None = None) -> tuple[int, ...] | None:
    """Whole numbers that older versions say as attribute `name` and newer ones as a constant input; None if absent."""
    given: Any = node.attributes.get(name)
    if given is None and position is not None:
        given = constant(node, position, name)
    return None if given is None else tuple(int(i) for i in np.ravel(np.asarray(given)))


def needed(node: OnnxNode, name: str, position: int | None = None) -> tuple[int, ...]:
    """`integers` that must be there. Raises AttributeValueError where they are not."""
    value = integers(node, name, position)
    if value is None:
        raise refused(node, name, "missing", "It must be given, as an attribute or as a constant input.")
    return value


def first_output(node: OnnxNode) -> None:
    """Raises UnsupportedOperator for an output beyond the first, where a layer makes only that one."""
    if node.output:
        raise UnsupportedOperator(
            f"Node {node.name or node.outputs[0]!r} ({node.op}): output {node.output}, {node.outputs[node.output]!r}, "
            "is read, but only the first output of this operator has a layer."
        )
