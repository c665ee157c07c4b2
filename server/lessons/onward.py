"""Links from a figure to the stage and to the sandbox, with the figure's own numbers."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import numpy as np
from pydantic_core import to_json

from convoscope.server.lessons import items, nets
from convoscope.server.lessons.model import Item, Seen

Link = tuple[str, str]


def links(*entries: Link) -> list[Item]:
    """A row of a figure that goes on from it."""
    return [items.links(entries)]


def stage(words: str, image: Seen | None = None, network: str = nets.EXAMPLE, **state: str) -> Link:
    """The stage on a network and a picture. state: as static/state/url.js reads it; at="conv2@5,3,3", view="maps"."""
    picture = {"image": image.name} if image else {}
    return f"/?{urlencode({'network': network, **picture, **state}, safe='@,:;=')}", words


def sandbox(words: str, x: Any, w: Any, *, b: Any = (), t: int = 0, **settings: Any) -> Link:
    """A convolution of x (C, H, W) with filters w (K, C, kh, kw) and biases b (K,) in the sandbox, at window t.

    settings: other controls of it.
    """
    x, w = np.asarray(x, np.float64), np.asarray(w, np.float64)
    sizes = dict(zip(("channels", "rows", "columns"), x.shape, strict=True))
    kernel = {"filters": len(w), "kh": w.shape[2], "kw": w.shape[3]}
    numbers = {"fill": "typed", "input": short(x), "kernel": "typed", "weights": short(w)}
    said = {**numbers, **sizes, **kernel, "t": t, **settings} | ({"biases": short(b)} if len(b) else {})
    return f"/sandbox?{urlencode({'values': to_json(said).decode()}, safe='[]:,')}", words


def short(a: Any) -> Any:
    """Nested lists, whole numbers without their point, so that the address is short."""
    if isinstance(a, np.ndarray):
        return short(a.tolist())
    if isinstance(a, Sequence):
        return [short(part) for part in a]
    return int(a) if a == int(a) else a
