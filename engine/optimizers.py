"""Rules that turn gradients into steps. Parameters, gradients and memories are flat vectors of equal length.

A rule is a value: what it remembers lies in the `state` that the training keeps, so a checkpoint holds everything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from convoscope.engine.types import Array

TINY = np.float32(1e-30)
"""A memory smaller than this is as good as nothing, and arithmetic near the end of float32's range is slow."""


class Optimizer(Protocol):
    """One rule. memories: names of the vectors that it keeps from step to step, zero at first."""

    @property
    def memories(self) -> tuple[str, ...]:
        """Names of the vectors in `state`."""
        ...

    def update(self, p: Array, g: Array, state: Mapping[str, Array], step: int, rate: float) -> None:
        """Moves p in place; `step` counts from 1, `rate` is the learning rate of this step."""
        ...


@dataclass(frozen=True)
class SGD:
    r"""Stochastic gradient descent with Nesterov's momentum.

    Equation   v ← μ·v + g + λ·p;   p ← p − η·(g + λ·p + μ·v)
    Source     Sutskever et al. 2013, "On the importance of initialization and momentum", eq. 3-4, as PyTorch writes it
    """

    momentum: float = 0.9
    decay: float = 0.0
    memories: ClassVar[tuple[str, ...]] = ("velocity",)

    def update(self, p: Array, g: Array, state: Mapping[str, Array], step: int, rate: float) -> None:
        v, slope = state["velocity"], g + p.dtype.type(self.decay) * p
        v *= p.dtype.type(self.momentum)
        v += slope
        p -= p.dtype.type(rate) * (slope + p.dtype.type(self.momentum) * v)
        forget_what_vanished(v)


@dataclass(frozen=True)
class Adam:
    r"""Steps scaled by running means of the gradient and of its square; with `decay` it is AdamW.

    Equation   m ← β₁·m + (1 − β₁)·g;   v ← β₂·v + (1 − β₂)·g²;   m̂ = m/(1 − β₁ᵗ);   v̂ = v/(1 − β₂ᵗ)
               p ← p − η·(m̂ / (√v̂ + ε) + λ·p)
    Source     Kingma and Ba 2015, algorithm 1; Loshchilov and Hutter 2019, algorithm 2 (the decay)
    """

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    decay: float = 0.0
    memories: ClassVar[tuple[str, ...]] = ("mean", "square")

    def update(self, p: Array, g: Array, state: Mapping[str, Array], step: int, rate: float) -> None:
        m, v, real = state["mean"], state["square"], p.dtype.type
        m += real(1 - self.beta1) * (g - m)
        v += real(1 - self.beta2) * (g * g - v)
        size = np.sqrt(v / real(1 - self.beta2**step)) + real(self.epsilon)
        if self.decay:
            p *= real(1 - rate * self.decay)
        p -= real(rate / (1 - self.beta1**step)) * m / size
        forget_what_vanished(m)
        forget_what_vanished(v)


def forget_what_vanished(memory: Array) -> None:
    """Puts zero where the memory has faded to nothing."""
    memory *= np.abs(memory) >= TINY
