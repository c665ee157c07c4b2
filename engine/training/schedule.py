"""How the learning rate moves: up for a while, then down to nothing."""

from dataclasses import dataclass
from math import cos, pi


@dataclass(frozen=True)
class Cosine:
    r"""A linear warm-up to `peak`, then half a cosine down to zero.

    Equation   η(s) = peak·(s + 1)/W for s < W, else peak·½(1 + cos(π·(s − W)/(S − W))); W = warm_up·S of S steps
    Source     Loshchilov and Hutter 2017, "SGDR", eq. 5, without restarts; Goyal et al. 2017, section 2.2 (warm-up)
    """

    peak: float
    warm_up: float = 0.1

    def rate(self, step: int, steps: int) -> float:
        """The learning rate of step 0 … steps − 1."""
        warm = self.warm_up * steps
        if step < warm:
            return min(self.peak, self.peak * (step + 1) / warm)
        return self.peak * 0.5 * (1 + cos(pi * (step - warm) / (steps - warm)))


@dataclass(frozen=True)
class OneCycle:
    r"""Half a cosine from peak/start up to `peak`, then half a cosine down to peak/(start·end).

    Source     Smith and Topin 2019, "Super-Convergence", section 2, with cosine halves as in PyTorch's OneCycleLR
    """

    peak: float
    rise: float = 0.3
    start: float = 25.0
    end: float = 1e4

    def rate(self, step: int, steps: int) -> float:
        """The learning rate of step 0 … steps − 1."""
        low, top = self.peak / self.start, self.rise * steps - 1
        if step <= top:
            return _between(low, self.peak, step / max(top, 1.0))
        return _between(self.peak, low / self.end, (step - top) / max(steps - 1 - top, 1.0))


def _between(a: float, b: float, share: float) -> float:
    """From a at share 0 to b at share 1, along half a cosine."""
    return b + (a - b) * 0.5 * (1 + cos(pi * share))
