"""Any layer, by its own plain arithmetic: what stands in where no kernel fits."""

from collections.abc import Sequence

import numpy as np

from convoscope.engine.kernels.kernel import Adjoint, Call, Kernel
from convoscope.engine.kernels.slot import Slot
from convoscope.engine.layer import Saved
from convoscope.engine.types import Array


class Unplanned(Exception):
    """A layer answered with something that no slot can hold, such as integers."""


class PlainKernel(Kernel[Slot]):
    """Reads its slots as arrays of their own shape, asks the layer, and writes the answer back."""

    saved: Saved = None

    def prepare(self) -> list[Call]:
        return [self.run]

    def inputs(self) -> tuple[Array, ...]:
        """The inputs as arrays of their own shape, contiguous as the layer expects them."""
        return tuple(np.ascontiguousarray(x.natural) for x in self.xs)

    def run(self) -> None:
        """The layer's forward pass."""
        y, self.saved = self.layer.forward(self.packed.params, *self.inputs(), mode=self.mode)
        if y.dtype != self.y.dtype:
            raise Unplanned(f"{self.layer.kind} answers with {y.dtype}.")
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

        return Adjoint([run], grads)
