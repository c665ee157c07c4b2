"""Softmax and its logarithm, written so that no exponential overflows.

The naive exp(f) / Σ exp(f) is NaN for f = 1000. Subtracting C = max f from every logit changes nothing in exact
arithmetic and keeps every exponent ≤ 0: the largest term is exp(0) = 1, so the sum lies in [1, D].
Source: the lecture, "Example: Softmax (for N inputs)"; Goodfellow et al. 2016, section 4.1.
"""

import numpy as np

from convoscope.engine.types import Array


def softmax(f: Array, axis: int = -1) -> Array:
    """exp(f − max f) / Σ exp(f − max f) along `axis`."""
    e = np.exp(f - f.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def log_softmax(f: Array, axis: int = -1) -> Array:
    """f − max f − log Σ exp(f − max f) along `axis`; finite where softmax itself underflows to 0."""
    shifted = f - f.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
