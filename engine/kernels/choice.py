"""Which kernel runs which layer: the first in this list that fits, the plain layer where none does."""

from convoscope.engine.kernels.conv_columns import ConvColumns
from convoscope.engine.kernels.dense import DenseKernel
from convoscope.engine.kernels.flatten import FlattenKernel
from convoscope.engine.kernels.kernel import Kernel
from convoscope.engine.kernels.max_pool import MaxPoolKernel
from convoscope.engine.kernels.plain import PlainKernel
from convoscope.engine.kernels.relu import ReLUKernel
from convoscope.engine.kernels.softmax import SoftmaxKernel
from convoscope.engine.layer import Layer
from convoscope.engine.types import Shape

KERNELS: tuple[type[Kernel], ...] = (ConvColumns, ReLUKernel, MaxPoolKernel, FlattenKernel, DenseKernel, SoftmaxKernel)


def choose(layer: Layer, *x_shapes: Shape) -> type[Kernel]:
    """The kernel for this layer on inputs of these shapes."""
    return next((k for k in KERNELS if isinstance(layer, k.layers) and k.fits(layer, *x_shapes)), PlainKernel)
