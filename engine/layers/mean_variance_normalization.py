"""Mean-variance normalisation: numbers against the mean and variance along chosen axes, with nothing learnt."""

import random
from dataclasses import dataclass
from typing import ClassVar

from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import Axis
from convoscope.engine.layer import Example
from convoscope.engine.layers._axes import axes_of
from convoscope.engine.layers._normalization import Normalization, whole
from convoscope.engine.layers._onnx import integers
from convoscope.engine.types import Params, Shape


@dataclass(frozen=True)
class MeanVarianceNormalization(Normalization):
    r"""Numbers shifted to mean 0 and scaled to variance 1, the examples of a batch together as the default has it.

    Equation   y = (x − μ) / √(σ² + ε),  μ and σ² over `axes`
    Shapes     any shape → the same
    Notes      ONNX divides by σ + 10⁻⁹; √(σ² + 10⁻¹⁸) equals it at σ = 0 and nowhere differs by more than 10⁻⁹.
    Raises     ShapeError when the input has no such axis.
    Source     ONNX MeanVarianceNormalization-13
    """

    epsilon: float = 1e-18
    axes: tuple[int, ...] = (0, 2, 3)

    kind: ClassVar[str] = "mean_variance_normalization"
    onnx: ClassVar[tuple[str, ...]] = ("MeanVarianceNormalization",)

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,) = x_shapes
        axes_of("mean_variance_normalization", self.axes, x)
        return x

    def _axes(self, x: Shape) -> tuple[int, ...]:
        return tuple(sorted(axes_of("mean_variance_normalization", self.axes, x)))

    def blocks(self, x: Shape) -> tuple[Shape, tuple[int, ...]]:
        return x, self._axes(x)

    def neighbours(self, x: Shape) -> tuple[Axis, ...]:
        return whole(x, self._axes(x))

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        return Reading(cls(axes=integers(node, "axes") or (0, 2, 3)))

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        return (OnnxForm("MeanVarianceNormalization", {"axes": self.axes}),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        shape = tuple(draw.choice([1, 3, 3]) for _ in range(draw.randint(2, 4)))  # of two numbers, always −1 and 1
        axes = tuple(draw.sample(range(-len(shape), 0), draw.randint(1, len(shape))))
        return Example(cls(axes=axes), (shape,), mixes_batch=-len(shape) in axes)
