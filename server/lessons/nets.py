"""Small networks for the lessons, built of the engine's layers; every number that a lesson shows comes from one."""

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convoscope import engine
from convoscope.server.pictures import Picture, network_input

Array = NDArray[Any]
EXAMPLE = "example-cnn"


def layer(kind: str, **settings: Any) -> engine.Layer:
    """The engine's layer of this kind."""
    return engine.from_config({"kind": kind, **settings})


def chain(
    shape: Sequence[int],
    layers: Sequence[tuple[str, engine.Layer]],
    params: Mapping[str, Mapping[str, Any]] | None = None,
    seed: int = 0,
) -> engine.Network:
    """A network that is one chain, in float64: `params` where they are given, else drawn from the seed."""
    rng, size = np.random.default_rng(seed), (1, *shape)
    nodes: list[engine.Node] = []
    found: dict[str, dict[str, Array]] = {}
    for name, made in layers:
        nodes.append(engine.Node(name, made, (nodes[-1].name if nodes else "x",)))
        given = (params or {}).get(name)
        fresh = given if given is not None else made.initial(rng, size)
        found[name] = {k: np.asarray(a, np.float64) for k, a in fresh.items()}
        size = made.output_shape(size)
    kept = {name: p for name, p in found.items() if p}
    return engine.Network("lesson", (engine.Input("x", (None, *shape)),), tuple(nodes), kept)


def one(made: engine.Layer, x: Array, params: Mapping[str, Any] | None = None, seed: int = 0) -> engine.Trace:
    """The trace of one layer, called `y`, on x (batch axis included)."""
    x = np.asarray(x, np.float64)
    return chain(x.shape[1:], [("y", made)], {"y": params} if params is not None else None, seed).trace(x)


def conv(
    x: Array,
    w: Array,
    b: Sequence[float] | None = None,
    stride: int = 1,
    pad: int = 0,
    dilation: int = 1,
    groups: int = 1,
) -> engine.Trace:
    """The trace of a convolution, called `y`, of x (C, H, W) with filters w (K, C, kh, kw)."""
    w = np.asarray(w, np.float64)
    made = layer(
        "conv2d",
        filters=len(w),
        kernel=w.shape[2:],
        stride=(stride,) * 2,
        padding=(pad,) * 4,
        dilation=(dilation,) * 2,
        groups=groups,
        bias=b is not None,
    )
    return one(
        made, np.asarray(x)[None], {"weight": w} | ({"bias": np.asarray(b, np.float64)} if b is not None else {})
    )


class Looked:
    """Traces of trained networks on the pictures that were looked at last."""

    def __init__(self, most: int = 6) -> None:
        self._kept: dict[tuple[str, str], engine.Trace] = {}
        self._most, self._lock = most, Lock()

    def trace(self, picture: Picture, name: str = EXAMPLE) -> engine.Trace:
        """The trace of the network of this name on a picture, computed once while it is kept."""
        key = name, picture.content
        with self._lock:
            found = self._kept.pop(key, None)
        if found is None:
            network = engine.zoo.load(name)
            assert network.preprocessing is not None
            found = network.trace(network_input(picture, network.preprocessing)[0])
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]
        return found


LOOKED = Looked()
