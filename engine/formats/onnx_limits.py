"""How large a model may be to be read: the defaults suit one's own machine, a server passes smaller ones."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OnnxLimits:
    """Counts and sizes that a file must keep; what is larger is refused before memory is taken for it.

    tensor_bytes: of one array in the file. activation_bytes: of all activations of one example in float32.
    macs: multiply-accumulates of one forward pass. rank, dim: axes of an array, and the size of one.
    growth: how many times more numbers a node may give than it reads, once these are more than `small`.
    """

    file_bytes: int = 2**31
    nodes: int = 20_000
    tensors: int = 20_000
    parameters: int = 500_000_000
    tensor_bytes: int = 2**31
    activation_bytes: int = 2**32
    macs: int = 200_000_000_000
    rank: int = 8
    dim: int = 2**28
    growth: int = 256
    small: int = 2**20

    @property
    def fields(self) -> int:
        """How many names, attributes and list entries may describe the model."""
        return 64 * (self.nodes + self.tensors)
