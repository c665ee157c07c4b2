"""A convolution with its numbers as code: exactly this case in NumPy, and in PyTorch."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from convoscope.server.convolution import Case

Array = NDArray[Any]
TORCH_MODES = {"constant": "constant", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}


def literal(a: Array) -> str:
    """An array as NumPy code."""
    return (
        "np.array("
        + np.array2string(a, separator=", ", threshold=10**6, max_line_width=100, floatmode="unique").replace(
            "\n", "\n    "
        )
        + ")"
    )


def numpy_code(case: "Case") -> str:
    """Exactly this case in NumPy."""
    lines = ["import numpy as np", "", f"X = {literal(case.x)}", f"W = {literal(case.w)}"]
    lines.append(f"b = {literal(case.bias)}" if case.bias is not None else f"b = np.zeros({case.filters})")
    (sh, sw), (dh, dw), (kh, kw) = case.stride, case.dilation, case.w.shape[2:]
    k, rows, columns = case.output_shape
    top, left, bottom, right = case.padding
    if case.transposed:
        more = case.extra
        full = (
            (case.x.shape[1] - 1) * sh + dh * (kh - 1) + 1 + more[0],
            (case.x.shape[2] - 1) * sw + dw * (kw - 1) + 1 + more[1],
        )
        lines += [
            f"out = np.zeros(({k}, {full[0]}, {full[1]}))",
            f"per = {k} // {case.groups}",
            f"for c in range({len(case.x)}):",
            f"    g = c // ({len(case.x)} // {case.groups})",
            f"    for i in range({case.x.shape[1]}):",
            f"        for j in range({case.x.shape[2]}):",
            f"            r, q = {sh} * i, {sw} * j",
            (
                f"            out[g * per:(g + 1) * per, r:r + {dh * (kh - 1) + 1}:{dh}, "
                f"q:q + {dw * (kw - 1) + 1}:{dw}] "
                "+= X[c, i, j] * W[c]"
            ),
            f"out = out[:, {top}:{full[0] - bottom}, {left}:{full[1] - right}] + b[:, None, None]",
            "print(out)",
        ]
        return "\n".join(lines)
    if any(case.padding):
        lines.append(f"X = np.pad(X, ((0, 0), ({top}, {bottom}), ({left}, {right})), mode={case.mode!r})")
    lines += [
        f"out = np.zeros(({k}, {rows}, {columns}))",
        f"per = {len(case.x)} // {case.groups}    # channels that a filter reads",
        f"for k in range({k}):",
        f"    first = k // ({k} // {case.groups}) * per",
        f"    for r in range({rows}):",
        f"        for c in range({columns}):",
        f"            r0, c0 = {sh} * r, {sw} * c",
        f"            window = X[first:first + per, r0:r0 + {dh * (kh - 1) + 1}:{dh}, "
        f"c0:c0 + {dw * (kw - 1) + 1}:{dw}]",
        "            out[k, r, c] = np.sum(window * W[k]) + b[k]",
        "print(out)",
    ]
    return "\n".join(lines)


def torch_code(case: "Case") -> str:
    """Exactly this case in PyTorch."""
    (sh, sw), (dh, dw) = case.stride, case.dilation
    top, left, bottom, right = case.padding
    numbers = (f"X = torch.tensor({_nested(case.x)})", f"W = torch.tensor({_nested(case.w)})")
    lines = ["import torch", "import torch.nn.functional as F", "", *numbers]
    bias = "None"
    if case.bias is not None:
        lines.append(f"b = torch.tensor({_nested(case.bias)})")
        bias = "b"
    how = f"stride=({sh}, {sw}), dilation=({dh}, {dw}), groups={case.groups}"
    if case.transposed:
        more = f"output_padding={case.extra}, " if any(case.extra) else ""
        lines.append(f"out = F.conv_transpose2d(X[None], W, {bias}, {more}{how})")
        if any(case.padding):
            h, w = case.output_shape[1:]
            lines.append(f"out = out[:, :, {top}:{top + h}, {left}:{left + w}]")
    else:
        source = "X[None]"
        if any(case.padding):
            source = "padded"
            lines.append(
                f"padded = F.pad(X[None], ({left}, {right}, {top}, {bottom}), mode={TORCH_MODES[case.mode]!r})"
            )
        lines.append(f"out = F.conv2d({source}, W, {bias}, {how})")
    return "\n".join((*lines, "print(out[0])"))


def _nested(a: Array) -> str:
    """An array as nested lists of floats."""
    return str(np.asarray(a, float).tolist())
