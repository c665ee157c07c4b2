"""Losses: one number that says how wrong the outputs are, and its gradient with respect to them."""

from collections.abc import Sequence

import numpy as np

from convoscope.engine.errors import ShapeError
from convoscope.engine.stable import log_softmax, softmax
from convoscope.engine.types import Array


def one_hot(target: Sequence[int] | Array, classes: int, dtype: object = np.float64) -> Array:
    """t[n, target[n]] = 1, all else 0, of shape (N, classes). Raises ShapeError for a label that is no class."""
    labels = np.asarray(target)
    wrong = labels[(labels < 0) | (labels >= classes)]
    if wrong.size:
        raise ShapeError(f"Label {int(wrong.flat[0])} is no class: the network has classes 0 to {classes - 1}.")
    return np.eye(classes, dtype=dtype)[labels]  # type: ignore[call-overload]


def _labelled(needs: str, rows: Array, target: Sequence[int] | Array) -> tuple[int, int]:
    """(N, K) of rows with a label each. Raises ShapeError."""
    labels = len(np.asarray(target))
    if rows.ndim != 2 or labels != len(rows):
        raise ShapeError(f"{needs} (N, K) and N labels, but got {rows.shape} and {labels} labels.")
    n, k = rows.shape
    return n, k


def softmax_cross_entropy(logits: Array, target: Sequence[int] | Array) -> tuple[float, Array]:
    r"""Mean over the examples of −log p_y, where p is the softmax of the logits; and its gradient.

    Equation   L = (1/N) Σ_n −log p[n, y_n];   dL/df = (p − t) / N
    Shapes     logits (N, K), target (N) integers; gradient (N, K)
    Raises     ShapeError when there is not one label per example, or a label is no class.
    Source     the lecture, "Example: Softmax (for N inputs)"
    """
    n, k = _labelled("softmax cross-entropy needs logits", logits, target)
    t = one_hot(target, k, logits.dtype)
    loss = -(log_softmax(logits.astype(np.float64)) * t).sum() / n
    return float(loss), (softmax(logits) - t) / np.asarray(n, logits.dtype)


def multiclass_hinge(scores: Array, target: Sequence[int] | Array, margin: float = 1.0) -> tuple[float, Array]:
    r"""Mean over the examples of how far wrong classes come within `margin` of the right one; and its gradient.

    Equation   L = (1/N) Σ_n Σ_{j≠y} max(0, s[n,j] − s[n,y] + Δ);   each class within the margin gets 1/N,
               the right class −1/N for each of them
    Shapes     scores (N, K), target (N) integers; gradient (N, K)
    Notes      A class exactly at the margin adds nothing, forward and backward.
    Raises     ShapeError when there is not one label per example, or a label is no class.
    Source     Weston and Watkins 1999, equation 3
    """
    n, k = _labelled("the hinge loss needs scores", scores, target)
    t = one_hot(target, k, scores.dtype)
    short = (scores - (scores * t).sum(axis=1, keepdims=True) + margin) * (1 - t)
    wrong = (short > 0).astype(scores.dtype)
    return float(short.clip(0).astype(np.float64).sum() / n), (wrong - t * wrong.sum(axis=1, keepdims=True)) / n


def mean_squared_error(y: Array, target: Array) -> tuple[float, Array]:
    r"""Mean of the squared differences over all numbers; and its gradient.

    Equation   L = (1/M) Σ (y − t)²;   dL/dy = 2 (y − t) / M,  M numbers
    Shapes     y and target alike; gradient of the same shape
    Raises     ShapeError when the shapes differ.
    """
    if y.shape != target.shape:
        raise ShapeError(f"the mean squared error needs two arrays of one shape, but got {y.shape} and {target.shape}.")
    difference = y - target
    return float(np.square(difference.astype(np.float64)).mean()), 2 * difference / np.asarray(y.size, y.dtype)
