"""What a layer asks of an ONNX node, and how the node says no."""

import numpy as np
import pytest

from convoscope.engine.errors import AttributeValueError, UnsupportedOperator
from convoscope.engine.exchange import OnnxNode

NODE = OnnxNode(
    "MaxPool",
    22,
    "pool1",
    ("x", "", "w"),
    ("y",),
    {"strides": (2, 0), "auto_pad": "SAME", "dilations": (2, 3)},
    {2: np.ones(3)},
)


def test_integers_are_read_or_default() -> None:
    assert NODE.integers("dilations", (1, 1), least=1) == (2, 3)
    assert NODE.integers("pads", (0, 0, 0, 0)) == (0, 0, 0, 0)


def test_an_attribute_too_small_is_refused_with_node_attribute_and_value() -> None:
    with pytest.raises(AttributeValueError) as e:
        NODE.integers("strides", (1, 1), least=1)
    assert str(e.value) == "Node 'pool1' (MaxPool): strides is (2, 0); every number of it is at least 1."


def test_an_attribute_of_another_length_is_refused() -> None:
    with pytest.raises(AttributeValueError) as e:
        NODE.integers("strides", (1, 1, 1))
    assert str(e.value) == "Node 'pool1' (MaxPool): strides is (2, 0); it needs 3 numbers here."


def test_a_choice_names_what_would_be_right() -> None:
    with pytest.raises(AttributeValueError) as e:
        NODE.choice("auto_pad", "NOTSET", "VALID")
    assert str(e.value) == "Node 'pool1' (MaxPool): auto_pad is 'SAME'; it is one of NOTSET, VALID."
    assert NODE.choice("mode", "nearest", "linear") == "nearest"


def test_a_constant_is_there_or_the_node_says_which_input_is_not() -> None:
    assert NODE.constant(2, "weight").tolist() == [1, 1, 1]
    with pytest.raises(UnsupportedOperator) as e:
        NODE.constant(0, "weight")
    assert str(e.value) == (
        "Node 'pool1' (MaxPool): its weight, input 0 'x', is computed while the network runs; "
        "only a constant or an initializer can be read."
    )


def test_an_input_left_out_is_not_there() -> None:
    assert [NODE.has(k) for k in range(4)] == [True, False, True, False]
