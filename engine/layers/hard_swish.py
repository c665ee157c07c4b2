"""Hard swish: SiLU from straight lines and one parabola."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convoscope.engine.layers._pointwise import Pointwise
from convoscope.engine.types import Array


@dataclass(frozen=True)
class HardSwish(Pointwise):
    r"""Each number times a ramp that rises from 0 at −3 to 1 at 3.

    Equation   y = x · max(0, min(1, x/6 + 1/2));   ∂y/∂x = 0 where x ≤ −3, 1 where x ≥ 3, else x/3 + 1/2
    Shapes     any shape → the same shape
    Source     Howard et al. 2019, section 5.2; ONNX HardSwish-22
    """

    kind: ClassVar[str] = "hard_swish"
    onnx: ClassVar[tuple[str, ...]] = ("HardSwish",)
    text: ClassVar[str] = "x · max(0, min(1, x/6 + 1/2))"
    formula: ClassVar[str] = r"y = x \max(0, \min(1, \tfrac{x}{6} + \tfrac{1}{2}))"
    slope_formula: ClassVar[str] = (
        r"\begin{cases} 0 & x \le -3 \\ \tfrac{x}{3} + \tfrac{1}{2} & -3 < x < 3 \\ 1 & x \ge 3 \end{cases}"
    )
    numpy: ClassVar[str] = "{x} * np.clip({x} / 6 + 1 / 2, 0, 1)"
    slope_numpy: ClassVar[str] = "np.where(np.abs({x}) < 3, {x} / 3 + 1 / 2, {x} >= 3)"
    domain: ClassVar[tuple[float, float]] = (-4.0, 4.0)

    def f(self, x: Array) -> Array:
        return x * np.clip(x / 6 + 0.5, 0, 1)

    def slope(self, x: Array, y: Array) -> Array:
        return np.where(np.abs(x) < 3, x / 3 + 0.5, x >= 3).astype(y.dtype)

    def stages(self, x: Array) -> list[tuple[str, Array]]:
        return [("ramp", np.clip(x / 6 + 0.5, 0, 1))]

    def kinks(self) -> tuple[float, ...]:
        return (-3.0, 3.0)
