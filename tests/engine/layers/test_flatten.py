"""Flatten: the same numbers in the same order."""

import numpy as np
import pytest

from convoscope.engine.errors import AttributeValueError, ShapeError
from convoscope.engine.exchange import OnnxNode
from convoscope.engine.layers.flatten import Flatten

X = np.arange(12.0).reshape(1, 3, 2, 2)


def test_channels_rows_and_columns_become_one_row_in_reading_order() -> None:
    y, _ = Flatten().forward({}, X)
    assert y.tolist() == [list(range(12))]


def test_the_gradient_of_a_number_goes_back_to_the_cell_it_stood_in() -> None:
    y, saved = Flatten().forward({}, X)
    (dx,), _ = Flatten().backward({}, (X,), y, saved, 10 * y)
    assert dx[0, 1, 1, 0] == 10 * X[0, 1, 1, 0] == 60


@pytest.mark.parametrize(("axis", "shape"), [(0, (1, 12)), (2, (3, 4)), (4, (12, 1)), (-1, (6, 2)), (-4, (1, 12))])
def test_the_axes_before_axis_become_rows(axis: int, shape: tuple[int, int]) -> None:
    assert Flatten(axis).output_shape(X.shape) == shape


def test_an_axis_that_is_not_there_is_refused() -> None:
    with pytest.raises(ShapeError) as e:
        Flatten(5).output_shape(X.shape)
    assert str(e.value) == "flatten: axis 5 must lie between -4 and 4 for an input of shape (1, 3, 2, 2)."
    with pytest.raises(AttributeValueError) as refusal:
        Flatten.from_onnx(OnnxNode("Flatten", 13, "f", ("x",), ("y",), {"axis": 7}, shapes={0: (None, 3, 2, 2)}))
    assert str(refusal.value) == "Node 'f' (Flatten): attribute 'axis' is 7. It must lie between -4 and 4."
