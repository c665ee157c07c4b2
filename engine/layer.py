"""The contract of a layer: a value that knows its shape rule, both passes, its window and its own explanation.

A layer holds hyper-parameters only: no arrays, no memory of an input. Weights come in as `params`, what the
backward pass needs besides them goes out of `forward` as `saved`. A file in `layers/` registers its class by
its `kind`; the laws in `tests/laws/test_layers.py` run over whatever is registered.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np

from convoscope.engine import explanation as ex
from convoscope.engine.errors import ShapeError, UnknownName
from convoscope.engine.exchange import OnnxForm, OnnxNode, Reading
from convoscope.engine.geometry import AnyWindow, IndexMap, Window, product
from convoscope.engine.types import EVAL, Array, Index, Mode, Params, Shape

Saved = Any
"""Private to a layer: what its forward hands to its own backward."""

REGISTRY: dict[str, type["Layer"]] = {}
"""Every layer by kind; the folder `layers/` fills it."""

AXIS_NAMES = ("example", "channel", "row", "column")


@dataclass(frozen=True)
class Example:
    """A layer with shapes that it accepts, for laws, docs and gallery.

    domain: the interval to draw inputs from. mixes_batch: outputs of one example read others (the batch law
    is skipped). training: run with Mode(training=True). kinks: inputs where the derivative jumps.
    """

    layer: "Layer"
    shapes: tuple[Shape, ...]
    domain: tuple[float, float] = (-2.0, 2.0)
    mixes_batch: bool = False
    training: bool = False
    kinks: tuple[float, ...] = ()


CHAIN_RULE = (
    r"\frac{\partial L}{\partial x_{a}} = \sum_{o} \frac{\partial L}{\partial y_{o}}"
    r" \frac{\partial y_{o}}{\partial x_{a}}"
)


@dataclass(frozen=True)
class Partials:
    """∂y[o]/∂θ for every output o that depends on one number θ (a cell of an input, or of a parameter).

    readers: (M, rank) indices o. local: (M,) the partial derivatives. symbol: what `local` is called in the
    formula. formula, numpy: of the sum over readers of dy · local. source, at: what `local` was read from, the layer's
    own name of it (x, weight), and where, (M, rank); left out where it was computed.
    """

    readers: Array
    local: Array
    symbol: str = "∂y/∂x"
    formula: str = CHAIN_RULE
    numpy: str = "np.sum(dy[readers] * local)"
    source: str = ""
    at: Array | None = None


@dataclass(frozen=True)
class Layer:
    """Base of all layers. A subclass is a frozen dataclass of hyper-parameters; `kind` is also its file's name."""

    kind: ClassVar[str] = ""
    onnx: ClassVar[tuple[str, ...]] = ()
    picture: ClassVar[ex.Picture] = "weighted_sum"

    def __init_subclass__(cls, **kw: Any) -> None:
        super().__init_subclass__(**kw)
        if cls.kind and "kind" in cls.__dict__:
            REGISTRY[cls.kind] = cls

    # ---- shape, parameters, geometry -------------------------------------------------------------------------

    def output_shape(self, *x_shapes: Shape) -> Shape:
        """The shape rule. Raises ShapeError when the inputs do not fit."""
        raise NotImplementedError

    def param_shapes(self, *x_shapes: Shape) -> dict[str, Shape]:
        """Shapes of the learnt arrays, by name, in the order in which they are stored."""
        return {}

    def initial(self, rng: np.random.Generator, *x_shapes: Shape) -> Params:
        """Fresh float32 parameters. Weights by He's rule (He et al. 2015, eq. 10): N(0, 2 / fan_in); vectors zero."""
        shapes = self.param_shapes(*x_shapes)
        return {
            name: (
                rng.standard_normal(s) * np.sqrt(2 / max(int(np.prod(s[1:])), 1)) if len(s) > 1 else np.zeros(s)
            ).astype(np.float32)
            for name, s in shapes.items()
        }

    def windows(self, *x_shapes: Shape) -> tuple[AnyWindow, ...]:
        """Per input, which of its cells an output cell reads."""
        raise NotImplementedError

    def macs(self, *x_shapes: Shape) -> int:
        """Multiply-accumulates of one forward pass; 0 for layers that multiply nothing by weights."""
        return 0

    # ---- the two passes --------------------------------------------------------------------------------------

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        """The output, and what the backward pass needs besides the inputs."""
        raise NotImplementedError

    def backward(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array
    ) -> tuple[tuple[Array, ...], Params]:
        """The vector-Jacobian product: dL/dx for each input and dL/dθ for each parameter, from dy = dL/dy."""
        raise NotImplementedError

    def statistics(self, params: Params, saved: Saved) -> Params:
        """Parameters that are measured and not learnt, with their values after this pass (batch norm's running ones).

        An optimizer leaves them alone; a training loop puts them into its own parameters.
        """
        return {}

    # ---- explanations ----------------------------------------------------------------------------------------

    def explain(self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, at: Index) -> ex.Explanation:
        """The arithmetic of y[at]."""
        raise NotImplementedError

    def partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, which: int, cell: Index
    ) -> Partials:
        """∂y[o]/∂xs[which][cell] for every output that reads the cell.

        This default asks `backward` once per reader; layers with a closed form say it instead.
        """
        readers = readers_of(self.windows(*(x.shape for x in xs))[which], cell)
        local = []
        for o in readers:
            onehot = np.zeros_like(y)
            onehot[tuple(o)] = 1
            local.append(self.backward(params, xs, y, saved, onehot)[0][which][cell])
        return Partials(readers, np.array(local, y.dtype))

    def param_partials(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, name: str, at: Index
    ) -> Partials:
        """∂y[o]/∂params[name][at] for every output that depends on it. Layers with parameters say it."""
        raise UnknownName.among(f"parameter of {self.kind}", name, params)

    def explain_input(
        self,
        params: Params,
        xs: tuple[Array, ...],
        y: Array,
        saved: Saved,
        dy: Array,
        which: int,
        cell: Index,
        dx: float,
    ) -> ex.Explanation:
        """The arithmetic of dL/dx[cell], the part that comes through this layer: Σ over readers of dy · ∂y/∂x."""
        return summed(self.partials(params, xs, y, saved, which, cell), dy, cell, dx)

    def explain_param(
        self, params: Params, xs: tuple[Array, ...], y: Array, saved: Saved, dy: Array, name: str, at: Index, dp: float
    ) -> ex.Explanation:
        """The arithmetic of dL/dθ[at]: Σ over the outputs that depend on it of dy · ∂y/∂θ."""
        return summed(self.param_partials(params, xs, y, saved, name, at), dy, at, dp)

    # ---- exchange --------------------------------------------------------------------------------------------

    def config(self) -> dict[str, Any]:
        """Hyper-parameters as JSON values, `kind` first; `from_config` makes an equal layer of it."""
        return {"kind": self.kind} | {f.name: getattr(self, f.name) for f in fields(self)}

    @classmethod
    def from_onnx(cls, node: OnnxNode) -> Reading:
        """The layer and parameters that an ONNX node means."""
        raise NotImplementedError

    def to_onnx(self, params: Params, *x_shapes: Shape) -> tuple[OnnxForm, ...]:
        """This layer as a chain of ONNX nodes, almost always one."""
        raise NotImplementedError

    @classmethod
    def example(cls, draw: random.Random) -> Example:
        """A layer of this kind with input shapes, drawn by `draw`; the laws run over hundreds of them."""
        raise NotImplementedError


def from_config(config: Mapping[str, Any]) -> Layer:
    """The layer that `Layer.config` wrote. Raises UnknownName for a kind that is not registered."""
    values = {k: _tuples(v) for k, v in config.items() if k != "kind"}
    kind = str(config.get("kind"))
    if kind not in REGISTRY:
        raise UnknownName.among("layer kind", kind, REGISTRY)
    unknown = set(values) - {f.name for f in fields(REGISTRY[kind])}
    if unknown:
        raise UnknownName.among(f"setting of {kind}", min(unknown), [f.name for f in fields(REGISTRY[kind])])
    return REGISTRY[kind](**values)


def _tuples(value: Any) -> Any:
    return tuple(_tuples(v) for v in value) if isinstance(value, list | tuple) else value


def readers_of(window: AnyWindow, cell: Index) -> Array:
    """(M, rank): the output cells that read input cell `cell`, in reading order."""
    if isinstance(window, IndexMap):
        found = window.readers(cell)
        return np.array(found, int).reshape(len(found), len(window.y_shape))
    assert isinstance(window, Window)
    return product(*window.reach(cell))


def summed(p: Partials, dy: Array, at: Index, value: float) -> ex.Explanation:
    """Σ over readers of dy · local, a step per value of the first output axis along which the readers differ."""
    upstream = dy[tuple(p.readers.T)].reshape(len(p.readers))
    products = upstream.astype(np.float64) * p.local.astype(np.float64)
    labels, groups = _grouped(p.readers)
    sums = np.bincount(groups, products, len(labels)) if len(products) else [0.0]
    return ex.Explanation(
        "weighted_sum",
        at,
        float(value),
        p.formula,
        p.numpy,
        (
            ex.Operand("dy", upstream, source="dy", at=p.readers),
            ex.Operand(p.symbol, p.local, source=p.source, at=p.at),
        ),
        ex.with_rounding(ex.running(labels, [float(s) for s in sums]), float(value)),
        products,
    )


def _grouped(readers: Array) -> tuple[list[str], Array]:
    """Step labels, and per reader the number of its step."""
    if len(readers) == 0:
        return ["no output reads it"], np.zeros(0, int)
    differing = [k for k in range(readers.shape[1]) if len(np.unique(readers[:, k])) > 1]
    axis = differing[0] if differing else min(1, readers.shape[1] - 1)
    if readers.shape[1] == 0:
        return ["the one output"], np.zeros(len(readers), int)
    values, groups = np.unique(readers[:, axis], return_inverse=True)
    name = AXIS_NAMES[axis] if axis < len(AXIS_NAMES) else f"axis {axis}"
    return [f"{name} {v}" for v in values], groups


def require(ok: bool, message: Callable[[], str]) -> None:
    """Raises ShapeError with the message unless `ok`; the message is only made when it is needed."""
    if not ok:
        raise ShapeError(message())
