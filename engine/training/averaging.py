"""The running average of the parameters: a calmer copy of what was learnt."""

from dataclasses import dataclass

from convoscope.engine.types import Array


@dataclass(frozen=True)
class Average:
    r"""Exponential moving average, with a short memory at first.

    Equation   a ← a + (1 − d)·(p − a),  d = min(decay, (1 + t)/(10 + t))
    Source     Polyak and Juditsky 1992; the warm-up of d as in TensorFlow's ExponentialMovingAverage
    """

    decay: float = 0.9995

    def update(self, average: Array, p: Array, step: int) -> None:
        """Moves `average` in place towards p; `step` counts from 1."""
        keep = min(self.decay, (1 + step) / (10 + step))
        average += p.dtype.type(1 - keep) * (p - average)
