"""What the sandbox's controls ask for: input, kernel and biases as arrays, and the case that they make."""

from functools import lru_cache
from typing import Any

import numpy as np

from convoscope.server.convolution import Array, Case
from convoscope.server.errors import Problem
from convoscope.server.lessons import nets
from convoscope.server.lessons.model import Values
from convoscope.server.limits import Limits

KERNELS: dict[str, tuple[tuple[float, ...], ...]] = {
    "edge": ((-1, -1, -1), (-1, 8, -1), (-1, -1, -1)),
    "blur": ((1 / 9,) * 3,) * 3,
    "sharpen": ((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
    "emboss": ((-2, -1, 0), (-1, 1, 1), (0, 1, 2)),
    "identity": ((0, 0, 0), (0, 1, 0), (0, 0, 0)),
    "neighbours": ((1, 1, 1), (1, 0, 1), (1, 1, 1)),
}
MOST_SIDE = 32
GLIDER = ((0, 1), (1, 2), (2, 0), (2, 1), (2, 2))
BLINKER = ((5, 4), (5, 5), (5, 6))


def filled(v: Values) -> Array:
    """The input, (C, H, W): typed, or made as `fill` says."""
    shape = v["channels"], *sized(v)
    if v["fill"] == "typed" and v["input"]:
        return fitted(np.array(v["input"], float), shape)
    if v["fill"] == "life":
        return life(shape)
    if v["fill"] == "picture":
        return patch(v, shape)
    return np.random.default_rng(v["seed"]).integers(0, 10, shape).astype(float)


def sides(v: Values) -> tuple[int, int, int, int]:
    """Padding above, left, below, right; before alone, as a causal convolution has it, where it is asked for."""
    before = v["pad"], v["pad"] if v["pad_across"] < 0 else v["pad_across"]
    return (*before, *(before if v["sides"] == "both" else (0, 0)))


def pairs(v: Values) -> list[tuple[int, int]]:
    """Stride and dilation, down and across."""
    return [(v[name], v[f"{name}_across"] or v[name]) for name in ("stride", "dilation")]


def sized(v: Values) -> tuple[int, int]:
    """Rows and columns of the input: as given, or those that make the output that is wanted. Raises Problem."""
    if not v["wanted"]:
        return v["rows"], v["columns"]
    stride, dilation = pairs(v)
    around, n = sides(v), v["wanted"]
    found = []
    for axis, k in enumerate((v["kh"], v["kw"])):
        s, span, pad = stride[axis], dilation[axis] * (k - 1) + 1, around[axis] + around[axis + 2]
        found.append(
            -(-(n - span + pad - v["extra"]) // s) + 1 if v["transposed"] == "yes" else s * (n - 1) + span - pad
        )
    if min(found) < 1 or max(found) > MOST_SIDE:
        raise Problem(
            "bad_value",
            f"An output of {n}×{n} would need an input of {found[0]}×{found[1]}; from 1×1 to {MOST_SIDE}×{MOST_SIDE} "
            "can be shown. Want another size, or change padding, kernel or stride.",
        )
    return found[0], found[1]


def fitted(a: Array, shape: tuple[int, ...]) -> Array:
    """The array cut, or filled up with zeros, to a shape."""
    out = np.zeros(shape)
    common = tuple(slice(min(n, m)) for n, m in zip(a.shape, shape, strict=True))
    out[common] = a[common]
    return out


def life(shape: tuple[int, ...]) -> Array:
    """Cells of Conway's Game of Life: a glider, and a blinker where there is room."""
    out = np.zeros(shape)
    for r, c in (*GLIDER, *BLINKER):
        if r < shape[1] and c < shape[2]:
            out[:, r, c] = 1
    return out


def patch(v: Values, shape: tuple[int, ...]) -> Array:
    """The middle of the picture as the example CNN reads it, rounded to one decimal."""
    x = nets.LOOKED.trace(v["image"].picture).activations["input"][0]
    top, left = ((n - m) // 2 for n, m in zip(x.shape[1:], shape[1:], strict=True))
    middle = x[:, top : top + shape[1], left : left + shape[2]]
    return np.stack([middle[c % len(x)] for c in range(shape[0])]).round(1).astype(float)


def kernel(v: Values) -> Array:
    """The kernel that is used: as chosen, or flipped, which makes the cross-correlation a true convolution."""
    made = chosen(v)
    return made[..., ::-1, ::-1].copy() if v["flip"] == "yes" else made


def chosen(v: Values) -> Array:
    """The kernel: typed, by name, or random."""
    per = v["channels"] // v["groups"] if v["channels"] % v["groups"] == 0 else 1
    shape = (v["filters"], per, v["kh"], v["kw"])
    if v["transposed"] == "yes":
        shape = (v["channels"], max(v["filters"] // v["groups"], 1), v["kh"], v["kw"])
    if v["kernel"] == "typed" and v["weights"]:
        return fitted(np.array(v["weights"], float), shape)
    if v["kernel"] in KERNELS:
        named = np.array(KERNELS[v["kernel"]])[None, None]
        return fitted(np.broadcast_to(named, (*shape[:2], 3, 3)), shape)
    return np.random.default_rng(v["seed"] + 1).integers(-2, 3, shape).astype(float)


@lru_cache(maxsize=32)
def _case(key: tuple[Any, ...]) -> Case:
    x, w, bias, stride, padding, mode, dilation, groups, transposed, extra = key
    array = [np.frombuffer(data, np.float64).reshape(shape) for data, shape in (x, w)]
    made = Case(
        array[0],
        array[1],
        biases(bias, filters_of(array[1], groups, transposed)),
        stride,
        padding,
        mode,
        dilation,
        groups,
        transposed,
        extra=(extra, extra) if transposed else (0, 0),
    )
    made.bounded(Limits())
    return made


def biases(given: tuple[float, ...], count: int) -> Array | None:
    """A bias for each filter: as given, the last one for the filters after it; None where all are 0."""
    found = np.array([given[min(k, len(given) - 1)] for k in range(count)], float)
    return found if found.any() else None


def filters_of(w: Array, groups: int, transposed: bool) -> int:
    """How many channels the output has."""
    return w.shape[1] * groups if transposed else len(w)


def case(v: Values) -> Case:
    """What is asked. Raises Problem or an error of the engine, both with words for the reader."""
    x, w = filled(v), kernel(v)
    arrays = ((x.tobytes(), x.shape), (w.tobytes(), w.shape))
    bias, transposed = v["biases"] or (v["bias"],), v["transposed"] == "yes"
    stride, dilation = pairs(v)
    return _case((*arrays, bias, stride, sides(v), v["mode"], dilation, v["groups"], transposed, v["extra"]))
