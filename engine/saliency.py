"""A first look at why: one number for each place of the picture, from d objective / d input.

Equation   saliency          s[i,j] = max_c |∂L/∂x[c,i,j]|
           gradient × input  s[i,j] = Σ_c x[c,i,j] · ∂L/∂x[c,i,j]
Source     Simonyan, Vedaldi and Zisserman 2014, "Deep inside convolutional networks", section 3 (of a class score);
           Shrikumar et al. 2016, "Not just a black box", gradient × input.
"""

from typing import Literal

import numpy as np

from convoscope.engine.errors import ShapeError
from convoscope.engine.trace import Gradients
from convoscope.engine.types import Array

SaliencyMethod = Literal["saliency", "product"]


def saliency(gradients: Gradients, method: SaliencyMethod = "saliency") -> Array:
    """(H, W) of example 0: how strongly each place of the input weighs in the objective.

    method: `saliency` is never negative, how much a small change there would do; `product` has a sign, what the place
    gives to the objective, to first order.
    Raises     ShapeError for a network that reads no maps (N, C, H, W).
    """
    name = gradients.trace.network.inputs[0].name
    slope = gradients.by_activation[name]
    if slope.ndim != 4:
        raise ShapeError(f"{name} has shape {slope.shape}; a map over the picture needs an input (N, C, H, W).")
    if method == "saliency":
        strongest: Array = np.abs(slope[0]).max(axis=0)
        return strongest
    given: Array = (slope[0].astype(np.float64) * gradients.trace.activations[name][0]).sum(axis=0)
    return given.astype(np.float32)
