"""Numbers that are given rather than computed, by name: `input@0,5,7`, `conv1.weight@3,0,1,1`. Text and back.

In a text that joins several, the characters that separate (% ; = @) are written inside a name as in a link: %3B.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from convoscope.engine.errors import ConvoscopeError, UnknownName
from convoscope.engine.types import Index

if TYPE_CHECKING:
    from convoscope.engine.network import Network

WRITTEN = "An address is a name, @ and the indices of a cell: conv1.weight@3,0,1,1 or input@0,5,7."
CELL = re.compile(r"\d{1,9}(,\d{1,9})*", re.ASCII)
SEPARATORS = re.compile("[%;=@]")
QUOTED = re.compile("%(25|3B|3D|40)", re.IGNORECASE)


def quoted(name: str) -> str:
    """The name with what separates written as in a link."""
    return SEPARATORS.sub(lambda found: f"%{ord(found[0]):02X}", name)


def unquoted(text: str) -> str:
    """The name that `quoted` wrote."""
    return QUOTED.sub(lambda found: chr(int(found[1], 16)), text)


def address(where: str, at: Sequence[int]) -> str:
    """`conv1.weight@3,0,1,1`."""
    return f"{quoted(where)}@{','.join(map(str, at))}"


def parse_address(text: str) -> tuple[str, Index]:
    """Name and cell of an address. Raises ConvoscopeError that says how one is written."""
    where, sign, cell = text.partition("@")
    if not where or not sign or not CELL.fullmatch(cell):
        raise ConvoscopeError(WRITTEN)
    return unquoted(where), tuple(int(i) for i in cell.split(","))


def owner(network: "Network", where: str) -> tuple[str, str]:
    """Node and parameter of `conv1.weight`; of an input or a node, its name and no parameter. Raises UnknownName."""
    if where in network.shapes:
        return where, ""
    node, dot, param = where.rpartition(".")
    if not dot or node not in network.shapes:
        raise UnknownName.among("node", node if dot else where, network.shapes)
    if param not in network.params_of(node):
        raise UnknownName.among(f"parameter of {node}", param, network.params_of(node))
    return node, param
