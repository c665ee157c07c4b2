"""Matrix products: rows with columns, batches that stretch, and inputs of one axis."""

import numpy as np
import pytest

from convoscope.engine.errors import ShapeError
from convoscope.engine.exchange import OnnxNode
from convoscope.engine.geometry import Window
from convoscope.engine.layers.matmul import MatMul
from convoscope.engine.types import Array, Shape


def run(a: Array, b: Array) -> tuple[Array, Array, Array]:
    """y, and the gradients of Σ y."""
    y, saved = MatMul().forward({}, a, b)
    (da, db), _ = MatMul().backward({}, (a, b), y, saved, np.ones_like(y))
    return y, da, db


def test_two_matrices_by_hand() -> None:
    y, da, db = run(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[10.0], [100.0]]))
    assert y.tolist() == [[210], [430]]
    assert da.tolist() == [[10, 100], [10, 100]]
    assert db.tolist() == [[4], [6]]


@pytest.mark.parametrize(
    ("a", "b", "y"),
    [
        ((2, 3), (3, 4), (2, 4)),
        ((5, 2, 3), (3, 4), (5, 2, 4)),
        ((2, 3), (5, 3, 4), (5, 2, 4)),
        ((5, 1, 2, 3), (6, 3, 4), (5, 6, 2, 4)),
        ((3,), (3, 4), (4,)),
        ((2, 3), (3,), (2,)),
        ((3,), (5, 3, 4), (5, 4)),
        ((5, 2, 3), (3,), (5, 2)),
        ((3,), (3,), ()),
    ],
)
def test_shapes_and_windows_are_those_of_numpy(a: Shape, b: Shape, y: Shape) -> None:
    assert MatMul().output_shape(a, b) == y == np.matmul(np.ones(a), np.ones(b)).shape
    for window, x in zip(MatMul().windows(a, b), (a, b), strict=True):
        assert isinstance(window, Window)
        assert sorted(len(cells) for cells in window.cells((0,) * len(y))) == sorted([1] * (len(x) - 1) + [3])


def test_a_stretched_batch_gets_the_sum_of_its_gradients() -> None:
    _, da, db = run(np.ones((1, 2, 3)), np.ones((4, 3, 5)))
    assert da.shape == (1, 2, 3)
    assert (da == 4 * 5).all()
    assert (db == 2).all()


def test_one_number_is_a_row_times_a_column() -> None:
    a, b = np.arange(6.0).reshape(1, 2, 3), np.arange(12.0).reshape(3, 4)
    y, saved = MatMul().forward({}, a, b)
    e = MatMul().explain({}, (a, b), y, saved, (0, 1, 2))
    assert e.numpy == "out[0, 1, 2] = np.sum(X0[0, 1, :] * X1[:, 2])"
    assert [(s.label, s.total) for s in e.steps] == [("k = 0", 6), ("k = 1", 30), ("k = 2", 80)]
    assert [o.cells for o in e.operands] == [([0], [1], [0, 1, 2]), ([0, 1, 2], [2])]
    p = MatMul().partials({}, (a, b), y, saved, 0, (0, 1, 2))
    assert p.local.tolist() == b[2].tolist()
    assert p.numpy == "dX0[0, 1, 2] = np.sum(dout[0, 1, :] * X1[2, :])"


def test_it_multiplies_as_often_as_there_are_terms() -> None:
    assert MatMul().macs((5, 2, 3), (3, 4)) == 5 * 2 * 3 * 4


def test_rows_and_columns_of_different_length_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"matmul: the rows of \(2, 3\) must be as long as the columns of \(4, 5\)\."):
        MatMul().output_shape((2, 3), (4, 5))
    with pytest.raises(ShapeError, match=r"matmul: the shapes \(2,\) and \(3,\) do not fit: lined up at their ends"):
        MatMul().output_shape((2, 1, 4), (3, 4, 1))
    with pytest.raises(ShapeError, match=r"matmul: the rows of \(\) must be as long"):
        MatMul().output_shape((), (1,))


def test_both_inputs_flow() -> None:
    assert MatMul.from_onnx(OnnxNode("MatMul", 13, "m", ("a", "b"), ("y",))).data == (0, 1)
