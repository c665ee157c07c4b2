"""The memory of plans: in few pieces, and nobody's twice."""

import numpy as np
import pytest

from convoscope.engine.kernels.memory import ALIGNMENT, BLOCK, Arena, Places, Scratch

F32 = np.dtype(np.float32)


def test_what_is_copied_lies_as_it_lay_in_one_piece_that_cannot_be_written() -> None:
    arena = Arena([12, 6], F32)
    turned, plain = arena.take(12).reshape(3, 4).T, arena.take(6).reshape(2, 3)
    turned[...], plain[...] = np.arange(12).reshape(4, 3), -1
    copies = Places(arena.memory, {"turned": turned, "plain": plain}).copies()
    arena.memory[:] = 7
    assert copies["turned"].tolist() == [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 11]]
    assert copies["turned"].strides == turned.strides
    assert copies["plain"].tolist() == [[-1, -1, -1], [-1, -1, -1]]
    apart = copies["plain"].ctypes.data - copies["turned"].ctypes.data
    assert apart == plain.ctypes.data - turned.ctypes.data
    with pytest.raises(ValueError, match="read-only"):
        copies["plain"][0, 0] = 1


def test_working_memory_is_nobodys_twice_and_aligned_and_zero() -> None:
    scratch = Scratch(F32)
    pieces = [
        scratch.take("a", 3, 5),
        scratch.own(3, 5),
        scratch.own(3, 5),
        scratch.flat("mask", 7, dtype=np.bool_),
        scratch.flat("large", BLOCK),  # numbers, so four blocks
        scratch.flat("a", 3, 5),
    ]
    for k, piece in enumerate(pieces):
        assert piece.ctypes.data % ALIGNMENT == 0
        assert not piece.any()
        piece[...] = True
        assert not any(other.any() for other in pieces[k + 1 :])
    assert scratch.take("a", 3, 5) is pieces[0]
    assert scratch.bytes == sum(192 for _ in range(3)) + ALIGNMENT + 4 * BLOCK + ALIGNMENT
