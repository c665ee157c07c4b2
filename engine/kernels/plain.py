"""Any layer, by its own plain arithmetic: what stands in where no kernel fits."""

from collections.abc import Sequence

import numpy as np

from convoscope.engine.kernels.kernel import Adjoint, Kernel
from convoscope.engine.kernels.slot import Slot
from convoscope.engine.layer import Layer, Saved
from convoscope.engine.types import EVAL, Array, Mode, Shape


class PlainKernel(Kernel):
    """Reads its slots as NCHW arrays, asks the layer, and writes the answer back."""

    mode: Mode = EVAL
    saved: Saved = None

    @classmethod
    def fits(cls, layer: Layer, *x_shapes: Shape) -> bool:
        return True

    def inputs(self) -> tuple[Array, ...]:
        """The inputs as arrays of their own shape, contiguous as the layer expects them."""
        return tuple(np.ascontiguousarray(x.natural) for x in self.xs)

    def forward(self) -> None:
        y, self.saved = self.layer.forward(self.packed.params, *self.inputs(), mode=self.mode)
        np.copyto(self.y.natural, y)

    def adjoint(self, dy: Slot, dxs: Sequence[Slot | None]) -> Adjoint:
        grads = {k: np.zeros(s, dy.dtype) for k, s in self.packed.shapes.items()}

        def run() -> None:
            y, given = np.ascontiguousarray(self.y.natural), np.ascontiguousarray(dy.natural)
            found, dparams = self.layer.backward(self.packed.params, self.inputs(), y, self.saved, given)
            for slot, dx in zip(dxs, found, strict=True):
                if slot is not None:
                    np.copyto(slot.natural, dx)
            for name, grad in dparams.items():
                np.copyto(grads[name], grad)

        return Adjoint(run, grads)
