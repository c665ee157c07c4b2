"""What one output gives back, as arrays for the wire."""

import json
from typing import Literal

import numpy as np

from convoscope.engine import Landing, Scatter
from convoscope.server import wire


def scatter_arrays(
    found: Scatter, maps: int, dtype: Literal["float32", "float16"]
) -> tuple[dict[str, wire.Array], dict[str, str]]:
    """Per input and per parameter: local, sent and so_far; of an input so far `maps` channels, those that get most."""
    arrays: dict[str, wire.Array] = {}
    sources, params = [], []
    for k, landing in enumerate(found.landings):
        channels = heaviest(landing, maps)
        whole = channels is None
        arrays |= {f"local x{k}": landing.local, f"sent x{k}": landing.sent}
        arrays[f"so_far x{k}"] = wire.as_dtype(landing.so_far if whole else landing.so_far[channels], dtype)
        cells = [wire.ints(axis) for axis in landing.cells]
        sources.append({"name": landing.source, "cells": cells, "channels": channels})
    for share in found.shares:
        name = share.param
        arrays |= {f"local {name}": share.local, f"sent {name}": share.sent, f"so_far {name}": share.so_far}
        params.append({"name": name, "row": share.row})
    about = {"given": found.given, "index": found.index, "count": found.count, "sources": sources, "params": params}
    return arrays, {"about": json.dumps(about)}


def heaviest(landing: Landing, maps: int) -> list[int] | None:
    """The channels that are told of what has come so far, in their order, no padding; None for what is no maps."""
    if landing.so_far.ndim != 3:
        return None
    inside = [k for k, channel in enumerate(landing.cells[0]) if 0 <= channel < len(landing.so_far)]
    reached = np.abs(landing.sent).sum(axis=(1, 2))[inside]
    order = np.argsort(-reached, kind="stable")[:maps]
    return sorted(landing.cells[0][inside[int(k)]] for k in order)
