"""ReLU on one long run: forward one maximum, backward one comparison and one product."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from convoscope.engine.kernels.kernel import Adjoint, Call, Kernel
from convoscope.engine.kernels.slot import Slot, alike
from convoscope.engine.layers.relu import ReLU


class ReLUKernel(Kernel[Slot]):
    """Margins and gaps go through it too, and stay zero, since max(0, 0) = 0 and what is not above 0 is shut."""

    layers = (ReLU,)
    ties = passes_gaps = True

    def prepare(self) -> list[Call]:
        x, y = alike(self.xs[0], self.y)
        zeros = self.scratch.take("zeros", *x.shape)  # NumPy is three times faster with an array than with the number 0
        return [partial(np.maximum, x, zeros, out=y)]

    def adjoint(self, dy: Slot, dxs: Sequence[Slot | None]) -> Adjoint:
        (dx,) = dxs
        if dx is None:
            return Adjoint([])
        x, given, out = alike(self.xs[0], dy, dx)
        gate = np.empty(x.shape, bool)
        is_open = partial(np.greater, x, self.y.dtype.type(0), out=gate)
        return Adjoint([is_open, partial(np.multiply, given, gate, out=out)])
