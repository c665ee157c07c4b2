"""What convolutions share along the channels: their groups, and the bias that every number of a feature map gets."""

import numpy as np

from convoscope.engine.geometry import Axis, product
from convoscope.engine.layer import Partials, require
from convoscope.engine.types import Array


def divided(kind: str, groups: int, channels: int, filters: int) -> None:
    """Raises ShapeError unless the groups divide the input channels and the filters."""
    require(
        channels % groups == 0 and filters % groups == 0,
        lambda: f"{kind}: {groups} groups must divide the {channels} input channels and the {filters} filters.",
    )


def group_axis(groups: int, channels: int, filters: int) -> Axis:
    """Which input channels a filter reads: those of its group."""
    per_group = channels // groups
    return Axis(per_group, per_group if groups > 1 else 0, every=filters // groups)


def bias_partials(y: Array, k: int) -> Partials:
    """∂y/∂b of filter k: 1 for every number of its feature map, in every example."""
    grid = product(range(len(y)), [k], *map(range, y.shape[2:]))
    formula = r"\frac{\partial L}{\partial b_k} = \sum_{n,i,j} \frac{\partial L}{\partial y_{n,k,i,j}}"
    return Partials(grid, np.ones(len(grid), y.dtype), "1", formula, f"db[{k}] = np.sum(dout[:, {k}])")
