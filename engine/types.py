"""The words that every file of the engine uses.

Legend, valid everywhere: N examples, C channels (K of an output), H rows, W columns; arrays are NCHW and
axis 0 is always the batch. A `Shape` and an `Index` inside a layer name *all* axes, the batch included.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
"""An n-dimensional NumPy array; float32 or float64 wherever a gradient may flow."""

Shape = tuple[int, ...]
"""Sizes of all axes, (N, C, H, W) for a picture."""

Index = tuple[int, ...]
"""One cell: an integer per axis, (n, c, i, j) for a picture."""

Params = Mapping[str, Array]
"""A layer's learnt arrays by name, `weight` and `bias` for most."""

NO_PARAMS: Params = {}

Pair = tuple[int, int]
"""(rows, columns)."""

Sizes = tuple[int, ...]
"""A number per spatial axis, (rows, columns) for a picture. A padding holds two per axis, all the befores and then all
the afters: (top, left, bottom, right) for a picture, the order of ONNX `pads`."""


Told = Callable[[str], None]
"""Hears the name of each node when it is done."""


@dataclass(frozen=True)
class Mode:
    """How a pass is run: `training` lets dropout drop and batch norm measure, with `rng` as their only chance."""

    training: bool = False
    rng: np.random.Generator | None = None


EVAL = Mode()


def read_only(a: Array) -> Array:
    """A view of `a` through which nothing can be written."""
    view = a.view()
    view.flags.writeable = False
    return view
