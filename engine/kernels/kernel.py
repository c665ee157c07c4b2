"""What a kernel is: the fast twin of one layer at one place of a network, with every view made beforehand.

A kernel reads its input slots and writes its output slot. Its adjoint reads the output's gradient slot and writes the
gradient slots of the inputs and the gradients of the parameters. Neither allocates anything while it runs.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

import numpy as np

from convoscope.engine.kernels.slot import Margin, Slot, aligned
from convoscope.engine.layer import Layer
from convoscope.engine.types import Array, Params, Shape

Run = Callable[[], None]


class Weights:
    """A layer's parameters in the form that its kernel multiplies by. `load` may be called again at any time."""

    def __init__(self, layer: Layer, shapes: Mapping[str, Shape], dtype: np.dtype[np.floating]) -> None:
        self.layer, self.shapes, self.dtype = layer, shapes, dtype
        self.params: Params = {}

    def load(self, params: Params) -> None:
        """Takes over the parameters' values."""
        self.params = params


class Scratch:
    """Working memory that the kernels of one frame share: nothing in it outlives the call that wrote it."""

    def __init__(self, dtype: np.dtype[np.floating]) -> None:
        self.dtype = dtype
        self._pieces: dict[tuple[str, int], Array] = {}

    def take(self, name: str, *shape: int) -> Array:
        """An array of this shape; the same memory for everybody who asks under this name for about as much."""
        count = int(np.prod(shape))
        size = 1 << max(count - 1, 1).bit_length()
        if (name, size) not in self._pieces:
            self._pieces[name, size] = aligned(size, self.dtype)
        return self._pieces[name, size][:count].reshape(shape)


class Adjoint:
    """The backward half of a kernel. grads: the parameters' gradients, rewritten by every run."""

    def __init__(self, run: Run, grads: Mapping[str, Array] | None = None) -> None:
        self.run, self.grads = run, dict(grads or {})


class Kernel:
    """Base of all kernels.

    layers: the layers that it can stand in for.
    ties: the output's rows lie as the input's do (same pitch), so that both are walked as long runs.
    aliases: the output is the input's memory under another shape, where that is possible.
    """

    layers: ClassVar[tuple[type[Layer], ...]] = ()
    ties: ClassVar[bool] = False
    aliases: ClassVar[bool] = False
    weights: ClassVar[type[Weights]] = Weights

    @classmethod
    def fits(cls, layer: Layer, *x_shapes: Shape) -> bool:
        """Whether this kernel can stand in for one of its layers on these shapes."""
        return True

    @classmethod
    def margin(cls, layer: Layer, *x_shapes: Shape) -> Margin:
        """Zeros that it reads around its input."""
        return Margin()

    @classmethod
    def adjoint_margin(cls, layer: Layer, *x_shapes: Shape) -> Margin:
        """Zeros that its adjoint reads around the output's gradient."""
        return Margin()

    def __init__(self, layer: Layer, weights: Weights, xs: Sequence[Slot], y: Slot, scratch: Scratch) -> None:
        self.layer, self.packed, self.xs, self.y, self.scratch = layer, weights, tuple(xs), y, scratch
        self.prepare()

    def prepare(self) -> None:
        """Makes the views that `forward` works on."""

    def forward(self) -> None:
        """Input slots → output slot."""
        raise NotImplementedError

    def adjoint(self, dy: Slot, dxs: Sequence[Slot | None]) -> Adjoint:
        """The backward half for these gradient slots; None where nobody asks for that input's gradient."""
        raise NotImplementedError
