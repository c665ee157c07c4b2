"""What is seen of a closed block of maps: its own numbers where there is room, means of blocks where there is not."""

import numpy as np
import pytest

from convoscope.engine import faces_of, liveliest, shrunk
from convoscope.engine.errors import ShapeError

RNG = np.random.default_rng(5)
STACK = RNG.standard_normal((4, 6, 5)).astype(np.float32)


def test_where_there_is_room_faces_are_the_numbers_of_the_block() -> None:
    seen = faces_of(STACK, 2, 8)
    assert seen.lid is not None
    assert seen.side is not None
    np.testing.assert_array_equal(seen.front, STACK[2])
    np.testing.assert_array_equal(seen.lid, STACK[[2, 3, 0, 1], 0])
    np.testing.assert_array_equal(seen.side, STACK[[2, 3, 0, 1], :, 4].T)


def test_where_there_is_less_room_cells_are_means_of_blocks() -> None:
    small = shrunk(STACK, 2)
    assert small.shape == (4, 2, 2)
    np.testing.assert_allclose(small[1, 0, 0], STACK[1, :3, :3].mean(), rtol=1e-6)
    np.testing.assert_allclose(small[1, 1, 1], STACK[1, 3:, 3:].mean(), rtol=1e-6)
    assert faces_of(STACK, 0, 3).lid.shape == (2, 3)  # type: ignore[union-attr]


def test_a_row_of_numbers_is_whole() -> None:
    row = np.arange(300, dtype=np.float32)
    seen = faces_of(row, 0, 16)
    assert seen.front is row
    assert seen.lid is None
    assert seen.side is None


def test_the_liveliest_channel_is_lively_in_every_layer() -> None:
    first, second = np.zeros((3, 4, 4)), np.zeros((3, 4, 4))
    first[0], first[1] = 9 * RNG.standard_normal((4, 4)), 5 * RNG.standard_normal((4, 4))
    second[1], second[2] = RNG.standard_normal((4, 4)), 3 * RNG.standard_normal((4, 4))
    assert liveliest([first]) == 0
    assert liveliest([first, second]) == 1
    assert liveliest([np.zeros(7)]) == liveliest([]) == 0


def test_nan_makes_no_channel_the_liveliest() -> None:
    stack = np.zeros((3, 4, 4))
    stack[0], stack[1, 0, 0] = np.nan, 1
    assert liveliest([stack]) == 1


def test_what_cannot_be_shown_is_refused_with_what_can() -> None:
    with pytest.raises(ShapeError, match=r"Channel 4 cannot be in front: there are 4, from 0\."):
        faces_of(STACK, 4, 8)
    with pytest.raises(ShapeError, match=r"at least one cell along each axis, not 0\."):
        faces_of(STACK, 0, 0)
