"""ReLU on long runs: forward one maximum, backward one comparison and one product."""

from collections.abc import Sequence

import numpy as np

from convoscope.engine.kernels.kernel import Adjoint, Kernel
from convoscope.engine.kernels.slot import Slot
from convoscope.engine.layers.relu import ReLU


class ReLUKernel(Kernel):
    """The zeros between rows stay zero, since max(0, 0) = 0; so no margin is ever written."""

    layers = (ReLU,)
    ties = True

    def prepare(self) -> None:
        self.zero = self.y.dtype.type(0)

    def forward(self) -> None:
        np.maximum(self.xs[0].rows, self.zero, out=self.y.rows)

    def adjoint(self, dy: Slot, dxs: Sequence[Slot | None]) -> Adjoint:
        (dx,), x, zero = dxs, self.xs[0].rows, self.zero
        if dx is None:
            return Adjoint(lambda: None)
        gate, given, out = np.empty(x.shape, bool), dy.rows, dx.rows

        def run() -> None:
            np.greater(x, zero, out=gate)
            np.multiply(given, gate, out=out)

        return Adjoint(run)
