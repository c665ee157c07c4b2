"""Resizing: every output cell is a weighted sum of the input cells around its place."""

import random
from dataclasses import dataclass
from functools import reduce
from typing import Any, ClassVar

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.errors import AttributeValueError
from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import Axis, Table, Window, product
from convoscope.engine.layer import AXIS_NAMES, Example, Layer, Partials, Saved, require
from convoscope.engine.layers._axes import axes_of
from convoscope.engine.layers._interpolation import MODES, NEAREST, POLICIES, TRANSFORMATIONS, Resampling
from convoscope.engine.layers._resize_nodes import first_settings, settings
from convoscope.engine.layers._text import place, span
from convoscope.engine.types import EVAL, Array, Index, Mode, Params, Shape, Sizes


@dataclass(frozen=True)
class Resize(Layer):
    r"""The picture at another size, by the nearest cell, by linear or by cubic interpolation.

    Equation   y[i,j] = Σ_{u,v} A[i,u] · B[j,v] · x[u,v];   dL/dx = Aᵀ · dL/dy · B, a matrix for each resized axis
    Shapes     an axis of `axes` of size n → ⌊n · scale⌋, or its entry of `sizes`; the other axes stay
    Notes      Past an edge the edge cell is read again; exclude_outside leaves it out, and the other weights grow.
               tf_crop_and_resize looks at the part `roi` of the input (starts, then ends, 0 to 1) and fills what lies
               outside with extrapolation_value. keep_aspect_ratio_policy bends `sizes` to one scale for all axes.
    Raises     AttributeValueError for settings that do not go together, ShapeError when nothing would be left.
    Source     Keys 1981, "Cubic convolution interpolation for digital image processing"; ONNX Resize-19, Upsample-9
    """

    scales: tuple[float, ...] = ()
    sizes: Sizes = ()
    axes: tuple[int, ...] = (2, 3)
    mode: str = "nearest"
    coordinate_transformation_mode: str = "half_pixel"
    nearest_mode: str = "round_prefer_floor"
    cubic_coeff_a: float = -0.75
    exclude_outside: bool = False
    extrapolation_value: float = 0.0
    antialias: bool = False
    keep_aspect_ratio_policy: str = "stretch"
    roi: tuple[float, ...] = ()

    kind: ClassVar[str] = "resize"
    onnx: ClassVar[tuple[str, ...]] = ("Resize", "Upsample")
    picture: ClassVar[ex.Picture] = "weighted_sum"

    def __post_init__(self) -> None:
        if len(self.scales or self.sizes) != len(self.axes) or (self.scales and self.sizes):
            given = f"scales is {self.scales} and sizes is {self.sizes}"
            raise AttributeValueError(f"resize: {given}; one of them must have a number for each of axes {self.axes}.")
        if min(self.scales, default=1.0) <= 0:
            raise AttributeValueError(f"resize: scales is {self.scales}; every scale is larger than 0.")
        if self.coordinate_transformation_mode == "tf_crop_and_resize" and len(self.roi) != 2 * len(self.axes):
            wanted = f"tf_crop_and_resize needs a start for each of axes {self.axes}, and then the ends"
            raise AttributeValueError(f"resize: roi is {self.roi}; {wanted}.")
        if self.antialias and self.mode == "nearest":
            raise AttributeValueError("resize: antialias is set, but mode 'nearest' has no weights to stretch.")
        if self.coordinate_transformation_mode == "tf_half_pixel_for_nn" and self.mode != "nearest":
            raise AttributeValueError(f"resize: tf_half_pixel_for_nn is for mode 'nearest', not {self.mode!r}.")
        for name, known in (
            ("mode", MODES),
            ("coordinate_transformation_mode", TRANSFORMATIONS),
            ("nearest_mode", tuple(NEAREST)),
            ("keep_aspect_ratio_policy", POLICIES),
        ):
            if getattr(self, name) not in known:
                raise AttributeValueError(
                    f"resize: {name} is {getattr(self, name)!r}; it is one of {', '.join(known)}."
                )

    # ---- shape and geometry ----------------------------------------------------------------------------------

    def _counts(self, x: Shape) -> dict[int, tuple[int, float]]:
        """Of each resized axis, its new size and the scale that leads to it."""
        axes = axes_of("resize", self.axes, x)
        if self.scales:
            # In float32, as ONNX stores scales: 10 · 0.7 is 7 there and 6.99… in float64.
            found = [(int(np.float32(x[k]) * np.float32(s)), s) for k, s in zip(axes, self.scales, strict=True)]
        else:
            require(
                all(x[k] for k in axes), lambda: f"resize: an input of shape {x} has nothing that could be enlarged."
            )
            ratios = [size / x[k] for k, size in zip(axes, self.sizes, strict=True)]
            found = list(zip(self.sizes, ratios, strict=True))
            if self.keep_aspect_ratio_policy != "stretch":
                one = (min if self.keep_aspect_ratio_policy == "not_larger" else max)(ratios)
                found = [(int(one * x[k] + 0.5), one) for k in axes]
        return dict(sorted(zip(axes, found, strict=True)))

    def output_shape(self, *x_shapes: Shape) -> Shape:
        (x,) = x_shapes
        counts = self._counts(x)
        shape = tuple(counts[k][0] if k in counts else n for k, n in enumerate(x))
        require(
            min(shape, default=1) > 0,
            lambda: f"resize: an input of shape {x} would become {shape}. Use larger scales or sizes.",
        )
        return shape

    def resamplings(self, x: Shape) -> dict[int, Resampling]:
        """By resized axis, how it is resampled."""
        half = len(self.axes)
        ends = zip(self.roi[:half], self.roi[half:], strict=True) if self.roi else [(0.0, 1.0)] * half
        rois = dict(zip(axes_of("resize", self.axes, x), ends, strict=True))
        return {
            k: Resampling(
                x[k],
                count,
                scale,
                self.mode,
                self.coordinate_transformation_mode,
                self.nearest_mode,
                self.cubic_coeff_a,
                self.exclude_outside,
                self.antialias,
                rois[k],
            )
            for k, (count, scale) in self._counts(x).items()
        }

    def matrices(self, x: Shape) -> dict[int, Array]:
        """By resized axis, the weights (new size, old size)."""
        return {k: r.matrix() for k, r in self.resamplings(x).items()}

    def windows(self, *x_shapes: Shape) -> tuple[Window, ...]:
        (x,) = x_shapes
        tables = {k: Table(r.rows()) for k, r in self.resamplings(x).items()}
        return (Window(tuple(tables.get(k, Axis()) for k in range(len(x))), x, self.output_shape(x)),)

    # ---- the two passes --------------------------------------------------------------------------------------

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        (y,), x = xs, xs[0].shape
        for k, a in self.matrices(x).items():
            y = np.swapaxes(np.swapaxes(y, k, -1) @ a.T.astype(y.dtype), k, -1)
        y = np.ascontiguousarray(y)
        for k, r in self.resamplings(x).items():
            y[(slice(None),) * k + (r.outside(),)] = self.extrapolation_value
        return y, None

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        dx = dy
        for k, a in self.matrices(xs[0].shape).items():
            dx = np.swapaxes(np.swapaxes(dx, k, -1) @ a.astype(dy.dtype), k, -1)
        return (np.ascontiguousarray(dx),), {}

    # ---- explanations ----------------------------------------------------------------------------------------

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        (x,), window = xs, self.windows(xs[0].shape)[0]
        cells, matrices = window.cells(at), self.matrices(x.shape)
        weights = [matrices[k][at[k]][cells[k]] for k in matrices]
        if not all(cells):
            filled = ex.Step("outside the input", float(y[at]), float(y[at]))
            line = f"out[{place(at)}] = {self.extrapolation_value}"
            return ex.Explanation("weighted_sum", at, float(y[at]), r"y = \text{fill}", line, (), (filled,))
        shape = tuple(len(w) for w in weights) or (1,)
        first = next(iter(matrices), 0)
        return ex.weighted_sum(
            at,
            y[at],
            ex.Operand("x", window.read(x, at).reshape(shape), cells, "x"),
            ex.Operand("a", _outer(weights).reshape(shape)),
            [f"{AXIS_NAMES[first] if first < len(AXIS_NAMES) else f'axis {first}'} {c}" for c in cells[first]],
            formula=r"y_{i,j} = \sum_{u,v} a_{i,u} \, b_{j,v} \, x_{u,v}",
            numpy=f"out[{place(at)}] = {_summed('X', at, cells, matrices, weights)}",
        )

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        readers = self.windows(xs[0].shape)[0].reach(cell)
        matrices = self.matrices(xs[0].shape)
        weights = [matrices[k][readers[k], cell[k]] for k in matrices]
        formula = (
            r"\frac{\partial L}{\partial x_{u,v}} = \sum_{i,j} a_{i,u} \, b_{j,v} \,"
            r" \frac{\partial L}{\partial y_{i,j}}"
        )
        line = f"dX[{place(cell)}] = {_summed('dout', cell, readers, matrices, weights)}"
        return Partials(product(*readers), _outer(weights).ravel().astype(y.dtype), "a", formula, line)

    # ---- exchange --------------------------------------------------------------------------------------------

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        first = node.op == "Upsample" or node.version < 11
        try:
            return Reading(cls(**(first_settings(node) if first else settings(node))))
        except AttributeValueError as e:
            raise AttributeValueError(f"Node {node.name or node.outputs[0]!r} ({node.op}): {e}") from e

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        if not self.axes:
            return (OnnxForm("Identity"),)
        attributes = {
            "axes": self.axes,
            "mode": self.mode,
            "coordinate_transformation_mode": self.coordinate_transformation_mode,
            "nearest_mode": self.nearest_mode,
            "cubic_coeff_a": self.cubic_coeff_a,
            "exclude_outside": int(self.exclude_outside),
            "extrapolation_value": self.extrapolation_value,
            "antialias": int(self.antialias),
            "keep_aspect_ratio_policy": self.keep_aspect_ratio_policy,
        }
        extras: tuple[tuple[str, Array | None], ...] = (
            ("roi", np.array(self.roi, np.float32) if self.roi else None),
            ("scales", np.array(self.scales, np.float32) if self.scales else None),
        )
        sizes = (("sizes", np.array(self.sizes, np.int64)),) if self.sizes else ()
        return (OnnxForm("Resize", attributes, (*extras, *sizes), opset=19),)

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        draw = random.Random(draw.randrange(2**32))  # so many choices are slow to draw one by one
        rank = draw.randint(3, 4)
        axes = tuple(draw.sample(range(2, rank), draw.randint(1, rank - 2)))
        mode = draw.choice(MODES)
        transformation = draw.choice([t for t in TRANSFORMATIONS if mode == "nearest" or t != "tf_half_pixel_for_nn"])
        by_size = draw.random() < 0.5
        layer = cls(
            () if by_size else tuple(draw.choice([0.5, 0.75, 1.0, 1.6, 2.0, 3.0]) for _ in axes),
            tuple(draw.randint(2, 6) for _ in axes) if by_size else (),
            axes,
            mode,
            transformation,
            draw.choice(list(NEAREST)),
            draw.choice([-0.75, -0.5]),
            draw.random() < 0.3,
            draw.choice([0.0, 7.0]),
            mode != "nearest" and draw.random() < 0.3,
            draw.choice(POLICIES) if by_size else "stretch",
            tuple(draw.choice([-0.2, 0.0, 0.3]) for _ in axes) + tuple(draw.choice([0.6, 1.0, 1.4]) for _ in axes),
        )
        return Example(
            layer, ((draw.randint(1, 2), draw.randint(1, 2), *(draw.randint(2, 5) for _ in range(rank - 2))),)
        )


def _outer(weights: list[Array]) -> Array:
    return reduce(np.multiply.outer, weights, np.ones(()))


def _summed(name: str, at: Index, cells: Any, matrices: dict[int, Array], weights: list[Array]) -> str:
    """NumPy source of the weighted sum of the block `cells` of an array; axes that are not resized stand at `at`."""
    factors = [f"[{', '.join(repr(float(v)) for v in w)}]" for w in weights]
    outer = reduce(lambda a, b: f"np.multiply.outer({a}, {b})", factors or ["[1.0]"])
    outer = outer if len(factors) > 1 else f"np.array({outer})"
    if all(len(c) < 2 or c[-1] - c[0] == len(c) - 1 for c in cells):
        index = ", ".join(span(cells[k]) if k in matrices else str(i) for k, i in enumerate(at))
        return f"np.sum({name}[{index}] * {outer})"
    block = f"{name}[np.ix_({', '.join(map(str, cells))})]"  # some output between two that read the cell does not
    return f"np.sum({block}.ravel() * {outer}.ravel())"
