"""What a kernel is: the fast twin of one layer at one place of a network, worked out before the first number flows.

A kernel does not compute. It looks at its slots once and answers with `calls`: NumPy functions with all their
arguments, to be made one after the other. `calls` read the input slots and write the output slot; those of its
adjoint read the output's gradient slot and write the gradient slots of the inputs and the parameters' gradients.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Generic, TypeVar

import numpy as np

from convoscope.engine.kernels.memory import Scratch
from convoscope.engine.kernels.slot import NO_MARGIN, Margin, Slot
from convoscope.engine.layer import Layer
from convoscope.engine.types import Array, Mode, Params, Shape

Call = Callable[[], object]
"""A NumPy function with all its arguments."""


class Weights:
    """A layer's parameters in the form that its kernel multiplies by.

    params: the arrays that it reads; where they fit as they are, no copy is made.
    """

    def __init__(self, layer: Layer, x_shapes: Sequence[Shape], dtype: np.dtype[np.floating], params: Params) -> None:
        self.layer, self.dtype, self.params = layer, dtype, params
        self.shapes = layer.param_shapes(*x_shapes)

    def refresh(self) -> None:
        """Arranges the parameters anew, after somebody wrote into their arrays."""

    def plain(self, name: str) -> Array:
        """A parameter as one run of memory in the plan's precision: the array itself, or a copy as it is now."""
        return np.ascontiguousarray(self.params[name], self.dtype)


@dataclass
class Adjoint:
    """The backward half of a kernel. grads: the parameters' gradients, rewritten by every run of the calls."""

    calls: list[Call]
    grads: Mapping[str, Array] = field(default_factory=dict)


S = TypeVar("S", bound=Slot)


class Kernel(Generic[S]):
    """Base of all kernels.

    layers: the layers that it can stand in for.
    ties: the output's rows lie as the input's do (same pitch, same margins), so that both are walked as long runs.
    aliases: the output is the input's memory under another shape, where that is possible.
    passes_gaps, sums_gaps: what lies between the rows of x goes through to y, and of dy to dx; what lies between those
        of dy is added up with the rest, and has to be zero.
    follows: it can be done a tile at a time right behind the kernel that makes its input.
    """

    layers: ClassVar[tuple[type[Layer], ...]] = ()
    ties: ClassVar[bool] = False
    aliases: ClassVar[bool] = False
    follows: ClassVar[bool] = False
    passes_gaps: ClassVar[bool] = False
    sums_gaps: ClassVar[bool] = False
    weights: ClassVar[type[Weights]] = Weights

    @classmethod
    def fits(cls, layer: Layer, *x_shapes: Shape) -> bool:
        """Whether this kernel can stand in for one of its layers on these shapes."""
        return True

    @classmethod
    def margin(cls, layer: Layer, *x_shapes: Shape) -> Margin:
        """Zeros that it reads around its input."""
        return NO_MARGIN

    @classmethod
    def adjoint_margin(cls, layer: Layer, *x_shapes: Shape) -> Margin:
        """Zeros that its adjoint reads around the output's gradient."""
        return NO_MARGIN

    def __init__(self, layer: Layer, weights: Weights, xs: Sequence[S], y: S, scratch: Scratch, mode: Mode) -> None:
        self.layer, self.packed, self.xs, self.y, self.scratch, self.mode = layer, weights, tuple(xs), y, scratch, mode
        self.calls = self.prepare()

    def prepare(self) -> list[Call]:
        """Input slots → output slot."""
        raise NotImplementedError

    def finish(self) -> list[Call]:
        """The calls, once every kernel of the frame is there."""
        return self.calls

    def adjoint(self, dy: S, dxs: Sequence[S | None]) -> Adjoint:
        """The backward half for these gradient slots; None where nobody asks for that input's gradient."""
        raise NotImplementedError
