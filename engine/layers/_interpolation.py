"""Resampling along one axis as a matrix: row i holds the weights with which output i reads the input cells.

An output cell first finds its place in the input (a coordinate transformation), then weighs the cells around it:
the nearest alone, the two neighbours (linear), or four (cubic; Keys 1981, equation 4). Antialiasing stretches the
weights when the picture shrinks, so that no cell goes unread. Source: ONNX Resize-19.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from convoscope.engine.types import Array

NEAREST: dict[str, Callable[[Array], Array]] = {
    "round_prefer_floor": lambda x: np.ceil(x - 0.5),
    "round_prefer_ceil": lambda x: np.floor(x + 0.5),
    "floor": np.floor,
    "ceil": np.ceil,
}
MODES = ("nearest", "linear", "cubic")
POLICIES = ("stretch", "not_larger", "not_smaller")
TRANSFORMATIONS = (
    "half_pixel",
    "half_pixel_symmetric",
    "pytorch_half_pixel",
    "align_corners",
    "asymmetric",
    "tf_half_pixel_for_nn",
    "tf_crop_and_resize",
)


@dataclass(frozen=True)
class Resampling:
    """How an axis of `size` cells becomes one of `count`; scale is their ratio before `count` was rounded."""

    size: int
    count: int
    scale: float
    mode: str
    transformation: str
    nearest_mode: str
    cubic_coeff_a: float
    exclude_outside: bool
    antialias: bool
    roi: tuple[float, float]

    def places(self) -> Array:
        """(count,): where each output cell lies among the input cells, whose centres are 0, 1, 2, …

        The nearest cell of a place halfway between two is decided by the last bit: there all is float32, scale and
        all, as those who make and run such files compute it.
        """
        real = np.float32 if self.mode == "nearest" else np.float64
        i: Array = np.arange(self.count, dtype=real)
        wanted = self.scale * self.size
        scale, half = real(self.scale), real(0.5)
        if self.transformation == "align_corners":
            return i * real(self.size - 1) / real(wanted - 1) if wanted != 1 else 0 * i
        if self.transformation == "asymmetric":
            return i / scale
        if self.transformation == "tf_half_pixel_for_nn":
            return (i + half) / scale
        if self.transformation == "tf_crop_and_resize":
            start, end = (real(edge * (self.size - 1)) for edge in self.roi)
            way = i / real(wanted - 1) if wanted != 1 else 0 * i + half
            return start * (1 - way) + end * way  # exactly `end` at the end: an ulp more would be outside
        if self.transformation == "pytorch_half_pixel" and self.count == 1:
            return 0 * i
        offset = self.size / 2 * (1 - self.count / wanted) if self.transformation == "half_pixel_symmetric" else 0
        return real(offset) + (i + half) / scale - half

    def outside(self) -> Array:
        """(count,): which output cells lie outside the input; only a crop may reach beyond it."""
        if self.transformation != "tf_crop_and_resize":
            return np.zeros(self.count, bool)
        x = self.places()
        return (x < 0) | (x > self.size - 1)

    def matrix(self) -> Array:
        """(count, size): the weights. A row adds up to 1; to 0 where the output cell lies outside the input."""
        cells, weights = self._nearest() if self.mode == "nearest" else self._weighted()
        beyond = (cells < 0) | (cells >= self.size)
        if self.exclude_outside:
            weights = np.where(beyond, 0, weights)
            total = weights.sum(axis=1, keepdims=True)
            weights = weights / np.where(total == 0, 1, total)
        rows = np.arange(self.count)[:, None]
        found = np.zeros((self.count, self.size))
        np.add.at(found, (rows, np.clip(cells, 0, self.size - 1)), weights)  # past an edge, the edge is read again
        found[self.outside()] = 0
        return found

    def rows(self) -> tuple[tuple[int, ...], ...]:
        """Per output cell, the input cells from its first weight that is not 0 to its last."""
        found = (np.flatnonzero(row) for row in self.matrix())
        return tuple(tuple(range(int(f[0]), int(f[-1]) + 1)) if len(f) else () for f in found)

    def _nearest(self) -> tuple[Array, Array]:
        cells = NEAREST[self.nearest_mode](self.places()).astype(int)[:, None]
        return np.clip(cells, 0, self.size - 1), np.ones(cells.shape)

    def _weighted(self) -> tuple[Array, Array]:
        """(count, taps): the cells around each place, and their weights."""
        stretch = min(self.scale, 1.0) if self.antialias else 1.0
        reach = int(np.ceil((1 if self.mode == "linear" else 2) / stretch))
        x = self.places()[:, None]
        cells = np.floor(x).astype(int) + np.arange(1 - reach, 1 + reach)
        weights = self._curve(np.abs((cells - x) * stretch))
        return cells, weights / weights.sum(axis=1, keepdims=True)

    def _curve(self, distance: Array) -> Array:
        """The weight of a cell at this distance."""
        if self.mode == "linear":
            return np.maximum(1 - distance, 0)
        a, d = self.cubic_coeff_a, distance
        near = ((a + 2) * d - (a + 3)) * d**2 + 1
        far = ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
        return np.where(d <= 1, near, np.where(d < 2, far, 0))
