"""Names for the nodes of a file: those of the file where they can be an address, `conv1@3,5,7`, and none twice."""

import re

from convoscope.engine.formats.onnx_nodes import Step

LONGEST = 64


def cleaned(name: str) -> str:
    """The name with letters, digits, `_`, `.` and `-` only: the folders of an exporter become dots."""
    dotted = re.sub(r"[/\\:]+", ".", name).strip(".")
    return re.sub(r"[^A-Za-z0-9_.\-]+", "_", dotted).strip("_")[-LONGEST:]


class Names:
    """Gives every node a name of its own, and remembers which ones it changed."""

    def __init__(self) -> None:
        self.taken: set[str] = set()
        self.renamed: dict[str, str] = {}

    def unique(self, wanted: str, said: str = "") -> str:
        """`wanted`, or with a number behind it. said: the name in the file."""
        name, k = wanted, 1
        while name in self.taken:
            k += 1
            name = f"{wanted}_{k}"
        self.taken.add(name)
        if said and said != name:
            self.renamed[said] = name
        return name

    def of(self, step: Step, output: int = 0) -> str:
        """The name of a node: its own where it is unique and clean, else that of its output."""
        own, made = cleaned(step.name), cleaned(step.outputs[output])
        if own and own not in self.taken and output == 0:
            return self.unique(own, step.name)
        if not made or made.isdigit():
            made = f"{step.op.lower()}_{made}".rstrip("_")
        return self.unique(made, step.outputs[output])
