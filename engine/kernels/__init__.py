"""The fast twins of the layers: planned, preallocated, judged by their plain layers. One file is one algorithm."""

from convoscope.engine.kernels.plan import Backward, Frame, Plan

__all__ = ["Backward", "Frame", "Plan"]
