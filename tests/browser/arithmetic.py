"""The example network written down once more, from its weights alone, in float64: what the page is held to."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from convoscope.engine import zoo

FLOAT32 = 2e-5  # a few hundred float32 products and sums against float64


def windows(x: np.ndarray) -> np.ndarray:
    """(C, H, W) → (C, H, W, 3, 3), with a border of zeros."""
    return sliding_window_view(np.pad(x, ((0, 0), (1, 1), (1, 1))), (3, 3), axis=(1, 2))


def weights(name: str) -> tuple[np.ndarray, np.ndarray]:
    """A layer's weight and bias."""
    params = zoo.load("example-cnn").params[name]
    return np.asarray(params["weight"], np.float64), np.asarray(params["bias"], np.float64)


def conv(x: np.ndarray, name: str) -> np.ndarray:
    """3×3, padded with zeros."""
    w, b = weights(name)
    return np.einsum("cijuv,kcuv->kij", windows(x), w) + b[:, None, None]


def network_input(pixels: np.ndarray) -> np.ndarray:
    """(3, 32, 32) from a picture that has the input's size already."""
    how = zoo.load("example-cnn").preprocessing
    assert how is not None
    mean, std = (np.array(v)[:, None, None] for v in (how.mean, how.std))
    return (pixels.transpose(2, 0, 1) / 255 - mean) / std


def block(x: np.ndarray, first: str, second: str) -> np.ndarray:
    """Twice a convolution and relu, then the largest of every 2×2."""
    x = np.maximum(conv(np.maximum(conv(x, first), 0), second), 0)
    c, h, w = x.shape
    return x.reshape(c, h // 2, 2, w // 2, 2).max(axis=(2, 4))


def loss_from_pool2(pool2: np.ndarray, label: int) -> float:
    """The cross-entropy of what the network makes of its second block."""
    w, b = weights("fc")
    logits = w @ block(pool2, "conv5", "conv6").ravel() + b
    return float(np.log(np.exp(logits - logits.max()).sum()) + logits.max() - logits[label])
