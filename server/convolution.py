"""Any small convolution, given by its numbers: every window with its arithmetic, forward and backward, and as code.

The engine computes; this module only says what is asked, within limits, and puts the answers into words.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convoscope import engine
from convoscope.server import convolution_code
from convoscope.server.errors import Problem
from convoscope.server.limits import Limits

Array = NDArray[Any]
Pair = tuple[int, int]
MODES = ("constant", "reflect", "edge", "wrap")


@dataclass(frozen=True, eq=False)
class Case:
    """A convolution with its numbers.

    x: (C, H, W). w: (K, C/groups, kh, kw), transposed (C, K/groups, kh, kw). padding: top, left, bottom, right.
    dy: the gradient that the output is given, (K, H', W'); ones where it is None. extra: rows and columns that a
    transposed convolution keeps more of its end, ONNX's output_padding.
    """

    x: Array
    w: Array
    bias: Array | None = None
    stride: Pair = (1, 1)
    padding: tuple[int, int, int, int] = (0, 0, 0, 0)
    mode: str = "constant"
    dilation: Pair = (1, 1)
    groups: int = 1
    transposed: bool = False
    dy: Array | None = None
    extra: Pair = (0, 0)

    @property
    def filters(self) -> int:
        """How many channels the output has."""
        return self.w.shape[1] * self.groups if self.transposed else len(self.w)

    @cached_property
    def network(self) -> engine.Network:
        """Padding as a layer of its own (a transposed convolution cuts instead), and the convolution."""
        self._check()
        settings = {
            "filters": self.filters,
            "kernel": self.w.shape[2:],
            "stride": self.stride,
            "dilation": self.dilation,
        }
        kind = "conv_transpose2d" if self.transposed else "conv2d"
        cut = self.padding if self.transposed else (0, 0, 0, 0)
        made = {"kind": kind, **settings, "padding": cut, "groups": self.groups, "bias": self.bias is not None}
        made |= {"output_padding": self.extra} if self.transposed else {}
        top, left, bottom, right = self.padding if not self.transposed else (0, 0, 0, 0)
        pad = {"kind": "pad", "pads": (top, left, bottom, right), "mode": self.mode, "axes": (2, 3)}
        nodes = (
            engine.Node("padded", engine.from_config(pad), ("x",)),
            engine.Node("y", engine.from_config(made), ("padded",)),
        )
        params = {"weight": self.w} | ({} if self.bias is None else {"bias": self.bias})
        return engine.Network("sandbox", (engine.Input("x", (None, *self.x.shape)),), nodes, {"y": params})

    def _check(self) -> None:
        """Refuses channels that do not fit, and an output padding that no framework takes. Raises Problem."""
        channels, wanted = len(self.x), self.w.shape[0] if self.transposed else self.w.shape[1] * self.groups
        if wanted != channels:
            raise Problem(
                "bad_shape",
                f"The kernel of shape {self.w.shape} with groups {self.groups} reads {wanted} channels, "
                f"but the input has {channels}.",
            )
        most = tuple(map(max, self.stride, self.dilation))
        if any(self.extra) and not self.transposed:
            said = f"output_padding {self.extra} is for a transposed convolution; set transposed, or leave it out."
            raise Problem("bad_value", said)
        if any(extra >= m for extra, m in zip(self.extra, most, strict=True)):
            raise Problem(
                "bad_value",
                f"output_padding is {self.extra}; as in ONNX it must be smaller than the stride {self.stride} "
                f"or the dilation {self.dilation}.",
            )

    @cached_property
    def trace(self) -> engine.Trace:
        """The forward pass."""
        return self.network.trace(self.x)

    @cached_property
    def given(self) -> Array:
        """The gradient of the output. Raises Problem when it has another shape than the output."""
        y = self.trace.output[0]
        if self.dy is None:
            return np.ones_like(y)
        if self.dy.shape != y.shape:
            raise Problem("bad_shape", f"The gradient has shape {self.dy.shape}, but the output's is {y.shape}.")
        return self.dy

    @cached_property
    def gradients(self) -> engine.Gradients:
        """The backward pass."""
        return self.trace.gradients(vjp=self.given)

    @property
    def output_shape(self) -> tuple[int, ...]:
        """(K, H', W')."""
        return self.network.shapes["y"][1:]

    @property
    def cells(self) -> list[tuple[int, ...]]:
        """Every output cell, in reading order."""
        return list(product(*map(range, self.output_shape)))

    def products(self) -> int:
        """How many multiplications all windows have together."""
        return int(self.network.node("y").layer.macs(self.network.shapes["padded"]))

    def bounded(self, limits: Limits) -> "Case":
        """The case itself, if it is small. Raises Problem."""
        for name, size, most in (
            ("input", self.x.size, limits.convolve_input),
            ("kernel", self.w.size, limits.convolve_kernel),
        ):
            if size > most:
                raise Problem(
                    "convolve_too_large",
                    f"The {name} has {size} numbers; at most {most} are taken.",
                    limit=most,
                    value=size,
                )
        if (total := self.products()) > limits.convolve_products:
            detail = f"All windows together multiply {total} times; at most {limits.convolve_products} are taken."
            raise Problem("convolve_too_large", detail, limit=limits.convolve_products, value=total)
        return self


def size_latex(case: Case, axis: int) -> str:
    """The size formula along an axis (0 rows, 1 columns), term by term; two paddings where they differ."""
    name = "hw"[axis]
    n, k = case.x.shape[1 + axis], case.w.shape[2 + axis]
    before, after = case.padding[axis], case.padding[axis + 2]
    s, d, out = case.stride[axis], case.dilation[axis], case.output_shape[1 + axis]
    reach = rf"{d} \cdot ({k} - 1)"
    if case.transposed:
        pads = rf"2 \cdot {before}" if before == after else f"{before} - {after}"
        sizes = rf"{s} \cdot ({n} - 1) - {pads} + {reach} + 1 + {case.extra[axis]}"
        return rf"{name}_{{\text{{out}}}} = {sizes} = {out}"
    pads = rf"2 \cdot {before}" if before == after else f"{before} + {after}"
    top = f"{n} + {pads} - {reach} - 1"
    return rf"{name}_{{\text{{out}}}} = \left\lfloor \frac{{{top}}}{{{s}}} \right\rfloor + 1 = {out}"


def windows(case: Case) -> list[dict[str, Any]]:
    """Every output cell with the arithmetic of its window."""
    found = []
    for at in case.cells:
        e = case.trace.explain("y", at)
        assert e.products is not None
        found.append(
            {
                "at": list(at),
                "cells": [list(map(int, c)) for c in e.operands[0].cells[1:]],
                "taps": [list(map(int, c)) for c in e.operands[1].cells],
                "products": np.asarray(e.products).ravel().tolist(),
                "steps": [{"label": s.label, "value": s.value, "total": s.total} for s in e.steps],
                "value": e.value,
            }
        )
    return found


def readers(case: Case) -> list[dict[str, Any]]:
    """Every cell of the padded input with the arithmetic of its gradient: who reads it, and with which weight."""
    found = []
    for at in product(*map(range, case.network.shapes["padded"][1:])):
        e = case.gradients.explain("padded", at)
        given, local = e.operands[:2]
        assert given.at is not None
        assert e.products is not None
        found.append(
            {
                "at": list(at),
                "outputs": given.at[:, 1:].tolist(),
                "gradients": given.values.ravel().tolist(),
                "weights": local.values.ravel().tolist(),
                "products": np.asarray(e.products).ravel().tolist(),
                "value": e.value,
            }
        )
    return found


def csv(case: Case) -> str:
    """All windows as a table: an output cell a row, its products by input cell."""
    rows = ["output channel,row,column,term,input channel,input row,input column,x,w,product,value"]
    for at in case.cells:
        e = case.trace.explain("y", at)
        x, w = e.operands
        assert e.products is not None
        places = product(*(map(int, c) for c in x.cells[1:]))
        terms = zip(
            places,
            x.values.ravel().tolist(),
            w.values.ravel().tolist(),
            np.asarray(e.products).ravel().tolist(),
            strict=True,
        )
        rows += [",".join(map(str, (*at, n, *place, *numbers, e.value))) for n, (place, *numbers) in enumerate(terms)]
    return "\n".join(rows) + "\n"


def answer(case: Case) -> dict[str, Any]:
    """Everything about the case as JSON."""
    g = case.gradients
    sizes = prod(case.output_shape)
    return {
        "output_shape": list(case.output_shape),
        "windows_count": sizes,
        "padded": case.trace.activations["padded"][0].tolist(),
        "output": case.trace.output[0].tolist(),
        "size": [size_latex(case, axis) for axis in (0, 1)],
        "windows": windows(case),
        "backward": {
            "dy": case.given.tolist(),
            "dx": g.by_activation["x"][0].tolist(),
            "dpadded": g.by_activation["padded"][0].tolist(),
            "dparams": {name: a.tolist() for name, a in g.by_param["y"].items()},
            "readers": readers(case),
        },
        "numpy": convolution_code.numpy_code(case),
        "pytorch": convolution_code.torch_code(case),
    }
