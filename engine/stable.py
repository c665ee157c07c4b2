"""Functions written so that no exponential overflows and no digit is lost: softmax, sigmoid, softplus, erf.

The naive exp(f) / Σ exp(f) is NaN for f = 1000. Subtracting C = max f from every logit changes nothing in exact
arithmetic and keeps every exponent ≤ 0: the largest term is exp(0) = 1, so the sum lies in [1, D].
Source: the lecture, "Example: Softmax (for N inputs)"; Goodfellow et al. 2016, section 4.1.
"""

import math
from functools import cache

import numpy as np

from convoscope.engine.types import Array

Axes = int | tuple[int, ...]


def softmax(f: Array, axis: Axes = -1) -> Array:
    """exp(f − max f) / Σ exp(f − max f) along `axis`, or along several axes together; NaN for a row of −∞."""
    with np.errstate(invalid="ignore"):
        e = np.exp(f - f.max(axis=axis, keepdims=True))
        return e / e.sum(axis=axis, keepdims=True)


def log_softmax(f: Array, axis: Axes = -1) -> Array:
    """f − max f − log Σ exp(f − max f) along `axis`; finite where softmax itself underflows to 0."""
    shifted = f - f.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(−x)); for x < 0 as exp(x) / (1 + exp(x)), the same number from an exponent that is ≤ 0."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


def softplus(x: Array) -> Array:
    """log(1 + exp(x)), as max(0, x) + log(1 + exp(−|x|))."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


STEP, TERMS, FAR = 1 / 32, 11, 6.0
"""erf's table: a Taylor series of 11 terms every 1/32 up to 6; past 5.93, erf is 1 to the last bit of float64."""


@cache
def _erf_table() -> Array:
    """Row k holds the Taylor coefficients of erf at x = k/32, the constant first.

    The derivatives of erf are (2/√π)·exp(−x²) times ±Hₙ(x), Hermite's polynomials: H₀ = 1, H₁ = 2x,
    Hₙ₊₁ = 2x·Hₙ − 2n·Hₙ₋₁.
    """
    x = np.arange(round(FAR / STEP) + 2) * STEP
    hermite = [np.ones_like(x), 2 * x]
    for n in range(1, TERMS - 1):
        hermite.append(2 * x * hermite[n] - 2 * n * hermite[n - 1])
    slope = 2 / np.sqrt(np.pi) * np.exp(-(x**2))
    series = [(-1) ** n * h * slope / math.factorial(n + 1) for n, h in enumerate(hermite)]
    return np.stack([np.array([math.erf(v) for v in x]), *series], axis=1)


def erf(x: Array) -> Array:
    """(2/√π) ∫₀ˣ exp(−t²) dt, odd in x, computed in float64 by the Taylor series around the nearest k/32.

    Source: Abramowitz and Stegun 1964, 7.1.1 and 7.1.19
    """
    size = np.minimum(np.abs(np.asarray(x, np.float64)), FAR)
    known = ~np.isnan(size)
    k = np.rint(np.where(known, size, 0) / STEP).astype(int)
    h, rows = size - k * STEP, _erf_table()[k]
    y = rows[..., -1]
    for n in range(rows.shape[-1] - 2, -1, -1):
        y = y * h + rows[..., n]
    return np.copysign(y, x).astype(np.asarray(x).dtype)
