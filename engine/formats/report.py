"""What became of a file when it was read: what was changed on the way, and what could not be read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from convoscope.engine.errors import UnsupportedOperator


@dataclass(frozen=True)
class FileNode:
    """A node that is not computed, to be drawn as it stands in the file. inputs: names of nodes."""

    name: str
    op: str
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class Unsupported(FileNode):
    """A node that no layer can read. nearest: the known operator that it most resembles, or "". why: a sentence."""

    nearest: str
    why: str

    def __str__(self) -> str:
        nearest = f" Its nearest known relative is {self.nearest}." if self.nearest else ""
        return f"Node {self.name!r} ({self.op}): {self.why}{nearest}"


@dataclass(frozen=True)
class Report:
    """How a file was read.

    unsupported: nodes where the network ends because no layer can read them. beyond: nodes that wait for these.
    folded: nodes whose value does not depend on the input, computed once. renamed: names in the file → ours.
    widened: weights of fewer bits that are now float32. notes: whatever else was decided, as sentences.
    """

    producer: str = ""
    opset: int = 0
    unsupported: tuple[Unsupported, ...] = ()
    beyond: tuple[FileNode, ...] = ()
    folded: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    widened: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every node of the file is computed."""
        return not self.unsupported

    def refuse(self, name: str) -> None:
        """Raises UnsupportedOperator when `name` is a node of the file that is not computed, and says why."""
        for node in self.unsupported:
            if node.name == name:
                raise UnsupportedOperator(str(node))
        if any(node.name == name for node in self.beyond):
            raise UnsupportedOperator(f"Node {name!r} waits for a node that cannot be computed. {self.unsupported[0]}")

    def __str__(self) -> str:
        lines = [f"Read from {self.producer or 'an ONNX file'}, operator set {self.opset}."]
        lines += [f"Not computed: {node}" for node in self.unsupported]
        counts = (
            (self.beyond, "Nodes that wait for them"),
            (self.folded, "Nodes computed once, when the file was read"),
            (self.renamed, "Names changed"),
            (self.widened, "Weights widened to float32"),
        )
        lines += [f"{what}: {len(things)}." for things, what in counts if things]
        return "\n".join([*lines, *self.notes])
