"""What BLAS multiplies fastest on this processor, as far as kernels are chosen by it.

Where vectors are 64 bytes long (AVX-512), OpenBLAS multiplies small matrices as they lie, without packing them first:
with ten channels three times as fast. Elsewhere, and beyond SMALL, it packs, and wide matrices pay better than slim
ones. Measured with OpenBLAS 0.3.31: a product of 10×92 and 92×1056 takes 9 µs, of 12×92 and 92×1056 17 µs.
"""

import os
from functools import partial

import numpy as np

from convoscope.engine.types import Array

SMALL = 1_000_000
"""Multiplications of a product up to which nothing is packed."""
LEAST = 256
"""Columns of a product below which it is not cut any further: calls cost too."""
SUMS = 1200
"""Numbers in a product a · bᵀ up to which the same holds: more of them are made a few rows at a time."""
NAMES = ("X86_V4", "AVX512")
"""How NumPy's list of what the processor can do names the long vectors, from version 2.4 on and before."""
SHORT = ("HASWELL", "ZEN", "EXCAVATOR", "STEAMROLLER", "PILEDRIVER", "BULLDOZER", "SANDYBRIDGE", "NEHALEM", "PRESCOTT")
"""Kernels without them that OPENBLAS_CORETYPE may ask for."""


def long_vectors() -> bool:
    """Whether BLAS computes with vectors of 64 bytes: the processor has them, and nobody asked it for less."""
    if os.environ.get("OPENBLAS_CORETYPE", "").upper() in SHORT:
        return False
    config = np.show_config(mode="dicts")
    found = config["SIMD Extensions"]["found"] if config else []
    return any(name.startswith(NAMES) for name in found)


LONG = long_vectors()


def cells(matrix: Array, usual: int) -> int:
    """How many columns a product with this matrix should have: `usual`, or fewer to stay SMALL."""
    most = SMALL // matrix.size
    return min(usual, most) if LONG and most >= LEAST else usual


def product_over_cells(a: Array, b: Array, out: Array) -> "partial[Array]":
    """The call that writes a · bᵀ, a sum over many cells, into out."""
    height, width = out.shape
    parts = next((p for p in range(1, height + 1) if height % p == 0 and height // p * width <= SUMS), 1)
    if not LONG or parts == 1:
        return partial(np.matmul, a, b.T, out=out)
    return partial(np.matmul, a.reshape(parts, -1, a.shape[1]), b.T, out=out.reshape(parts, -1, width))
