"""Windows, their inverse and their union, against loops that a person can check."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convoscope.engine import Axis, IndexMap, Table, Window
from convoscope.engine.geometry import product, slid_size, union

axes = st.builds(
    Axis,
    size=st.integers(1, 4),
    stride=st.integers(0, 3),
    offset=st.integers(-3, 3),
    dilation=st.integers(1, 3),
    every=st.integers(1, 3),
    inverse=st.just(False),
    follows=st.none(),
)


def test_a_3x3_window_of_stride_2_and_padding_1_starts_in_the_padding() -> None:
    axis = Axis(size=3, stride=2, offset=-1)
    assert axis.cells(0) == [-1, 0, 1]
    assert axis.cells(2) == [3, 4, 5]


def test_dilation_leaves_gaps_and_every_shares_a_window() -> None:
    assert Axis(size=3, dilation=2).cells(1) == [1, 3, 5]
    assert [Axis(every=2).cells(i) for i in range(4)] == [[0], [0], [1], [1]]


@given(axes, st.integers(0, 12), st.integers(1, 12))
def test_the_readers_of_a_cell_are_the_outputs_whose_cells_hold_it(axis: Axis, cell: int, n: int) -> None:
    assert axis.reach(cell, n) == [i for i in range(n) if cell in axis.cells(i)]


@given(axes, st.integers(0, 12), st.integers(1, 12))
def test_an_inverse_axis_swaps_cells_and_readers(axis: Axis, i: int, n: int) -> None:
    swapped = axis._replace(inverse=True)
    assert swapped.cells(i, n) == [j for j in range(n) if i in axis.cells(j)]
    assert [k for k in range(n) if i in swapped.cells(k, 99)] == swapped.reach(i, n)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "dilation", "count"),
    [(7, 3, 2, 1, 1, 4), (32, 3, 1, 1, 1, 32), (28, 5, 1, 0, 1, 24), (5, 3, 1, 0, 2, 1), (2, 3, 1, 0, 1, 0)],
)
def test_the_number_of_windows_is_the_lectures_formula(
    size: int, kernel: int, stride: int, padding: int, dilation: int, count: int
) -> None:
    assert slid_size(size, kernel, stride, padding, padding, dilation) == count


@given(st.randoms(use_true_random=False))
def test_the_field_of_a_block_is_the_union_of_its_windows_cut_to_the_input(draw: random.Random) -> None:
    axis = Axis(draw.randint(1, 3), draw.randint(1, 3), draw.randint(-2, 0), draw.randint(1, 2))
    n, count = draw.randint(6, 9), 3
    window = Window((axis,), (n,), (count,))
    first = draw.randint(0, count - 1)
    last = draw.randint(first, count - 1)
    cells = {c for i in range(first, last + 1) for c in axis.cells(i)}
    (field,) = window.field((range(first, last + 1),))
    assert field == range(max(min(cells), 0), min(max(cells) + 1, n))


def test_padding_cells_are_read_as_what_stands_outside() -> None:
    window = Window((Axis(3, 1, -1), Axis(3, 1, -1)), (2, 2), (2, 2))
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert window.read(x, (0, 0), outside=-9).tolist() == [[-9, -9, -9], [-9, 1, 2], [-9, 3, 4]]


def test_an_axis_that_follows_another_is_moved_by_that_output_axis() -> None:
    transposed = Window((Axis(follows=1), Axis(follows=0)), (2, 3), (3, 2))
    assert transposed.cells((2, 1)) == ([1], [2])
    assert transposed.reach((1, 2)) == ([2], [1])


def test_a_table_gives_its_cells_one_by_one() -> None:
    table = Table(((0, 1), (1, 2), (1, 2)))
    assert table.reach(1, 3) == [0, 1, 2]
    assert table.reach(2, 3) == [1, 2]
    assert table.span(1, 2, 3) == range(1, 3)


def test_an_index_map_knows_where_each_number_came_from() -> None:
    flatten = IndexMap(np.arange(6).reshape(1, 6), (1, 2, 3))
    assert flatten.cells((0, 4)) == ([0], [1], [1])
    assert flatten.readers((0, 1, 1)) == [(0, 4)]
    assert flatten.field((range(1), range(2, 4))) == (range(1), range(2), range(3))
    filled = IndexMap(np.array([-1, 0]), (1,))
    assert filled.cells((0,)) == ([],)


def test_the_union_of_blocks_leaves_empty_ones_out() -> None:
    assert union([(range(2, 4),), (range(0),), (range(6, 7),)]) == (range(2, 7),)


def test_the_product_of_positions_is_in_reading_order() -> None:
    assert product([0, 1], [5, 7]).tolist() == [[0, 5], [0, 7], [1, 5], [1, 7]]
    assert product([], [1]).shape == (0, 2)


def test_the_span_of_an_inverse_axis_sees_outputs_between_two_that_read_nothing() -> None:
    every_third = Axis(stride=3, inverse=True)  # outputs 0, 3, 6, … read cells 0, 1, 2, …; the others read nothing
    assert every_third.span(1, 5, 4) == range(1, 2)
    assert every_third.span(1, 2, 4) == range(0)


def test_a_window_that_reads_nothing_is_empty() -> None:
    window = Window((Axis(stride=3, inverse=True),), (2,), (4,))
    assert window.read(np.ones(2), (1,)).tolist() == []
