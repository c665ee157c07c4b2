"""The wire format, held to the protocol buffer library that ONNX uses; and bytes that anybody might send."""

import random

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import helper, numpy_helper

from convoscope.engine import load_onnx
from convoscope.engine.errors import BadTensor, ConvoscopeError
from convoscope.engine.formats.onnx_limits import OnnxLimits
from convoscope.engine.formats.onnx_proto import AttributeProto, ModelProto, TensorProto
from convoscope.engine.formats.onnx_tensors import array, count, tensor, varints
from convoscope.engine.formats.onnx_writer import attribute
from convoscope.engine.formats.protowire import Quota, decode, encode, whole
from convoscope.engine.types import Array
from tests.engine.formats.models import data, node

MODEL = data(
    [
        node("Conv", "x w b", "c", pads=[1, 1, 1, 1], auto_pad="NOTSET"),
        node("LeakyRelu", "c", "r", alpha=0.1),
        node("Flatten", "r", "f"),
        node("Gemm", "f g", "y", transB=1),
    ],
    {"x": ("N", 2, 4, 4)},
    {"w": np.ones((3, 2, 3, 3), np.float32), "b": np.zeros(3, np.float32), "g": np.ones((2, 48), np.float32)},
)
SMALL = OnnxLimits(nodes=100, tensors=100, parameters=10**6, activation_bytes=2**24, macs=10**8)


def test_a_message_survives_decoding_and_encoding() -> None:
    ours = decode(ModelProto, whole(MODEL), Quota(10_000))
    again = onnx.ModelProto()
    again.ParseFromString(encode(ours))
    wanted = onnx.ModelProto()
    wanted.ParseFromString(MODEL)
    wanted.opset_import[0].ClearField("domain")  # said to be empty, which we leave out
    assert again == wanted


@given(st.integers(-(2**63), 2**63 - 1), st.floats(width=32), st.text(), st.lists(st.integers(-(2**63), 2**63 - 1)))
def test_numbers_and_texts_are_those_of_the_library(i: int, f: float, s: str, ints: list[int]) -> None:
    theirs = onnx.AttributeProto(name="a", i=i, f=f, s=s.encode(), ints=ints)
    ours = decode(AttributeProto, whole(theirs.SerializeToString()), Quota(10_000))
    assert (ours.i, list(ours.ints)) == (i, ints)
    assert ours.f == f or np.isnan(f)
    assert ours.s is not None
    assert bytes(ours.s.view()) == s.encode()
    back = onnx.AttributeProto()
    back.ParseFromString(encode(ours))
    assert back.SerializeToString() == theirs.SerializeToString()


@given(st.lists(st.integers(0, 2**64 - 1)))
def test_packed_numbers_are_read_all_at_once(numbers: list[int]) -> None:
    packed = onnx.TensorProto(uint64_data=numbers)
    (span,) = decode(TensorProto, whole(packed.SerializeToString()), Quota(100)).uint64_data or [whole(b"")]
    assert varints(bytes(span.view())).tolist() == numbers


@pytest.mark.parametrize("raw", [True, False])
@pytest.mark.parametrize(
    "kind", ["FLOAT", "DOUBLE", "FLOAT16", "BFLOAT16", "BOOL", "INT8", "INT64", "UINT16", "UINT64"]
)
def test_an_array_holds_the_numbers_that_onnx_reads_in_it(kind: str, raw: bool) -> None:
    number = onnx.TensorProto.DataType.Value(kind)
    values = np.array([0, 1, 3, 100], helper.tensor_dtype_to_np_dtype(number))
    given_ = values.tobytes() if raw else [float(v) for v in values] if "FLOAT" in kind else values.tolist()
    theirs = helper.make_tensor("t", number, [2, 2], given_, raw=raw)
    ours = decode(TensorProto, whole(theirs.SerializeToString()), Quota(100))
    assert count(ours, "", OnnxLimits()) == 4
    wanted = numpy_helper.to_array(theirs)
    assert np.array_equal(array(ours), wanted.astype(np.float32) if "FLOAT16" in kind else wanted)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, np.int32, np.uint8, np.bool_])
def test_an_array_that_we_write_is_read_by_onnx(dtype: type) -> None:
    a: Array = np.arange(6).reshape(2, 3)[:, ::2].astype(dtype)
    theirs = onnx.TensorProto()
    theirs.ParseFromString(encode(tensor("t", a)))
    assert np.array_equal(numpy_helper.to_array(theirs), a)
    assert numpy_helper.to_array(theirs).dtype == a.dtype


def test_too_few_varints_are_seen_when_the_array_is_made() -> None:
    lie = onnx.TensorProto(name="w", dims=[4], data_type=onnx.TensorProto.INT64, int64_data=[2**60, 1])
    ours = decode(TensorProto, whole(lie.SerializeToString()), Quota(100))
    count(ours, "", OnnxLimits())
    with pytest.raises(BadTensor, match=r"Tensor 'w' of shape \(4,\) needs 4 numbers, but has 2\."):
        array(ours)


def test_what_onnx_has_no_type_for_cannot_be_an_attribute() -> None:
    with pytest.raises(ConvoscopeError, match="Attribute 'a' is a dict; ONNX has numbers, texts and arrays"):
        attribute("a", {})


@given(st.binary(max_size=300))
def test_any_bytes_are_a_model_or_refused(bytes_: bytes) -> None:
    refused_or_read(bytes_)


@given(st.randoms(use_true_random=False))
@settings(max_examples=300)
def test_a_damaged_model_is_read_or_refused_and_nothing_else(draw: random.Random) -> None:
    bytes_ = bytearray(MODEL)
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(bytes_))
        if draw.random() < 0.2:
            del bytes_[at : at + draw.randint(1, 20)]
        elif draw.random() < 0.2:
            bytes_[at:at] = bytes(draw.randrange(256) for _ in range(draw.randint(1, 9)))
        else:
            bytes_[at] = draw.randrange(256)
    refused_or_read(bytes(bytes_))


def refused_or_read(bytes_: bytes) -> None:
    """Reads a file; whatever is wrong with it is an error of ours, with words in it."""
    said = "read"
    try:
        load_onnx(bytes_, limits=SMALL)
    except ConvoscopeError as e:
        said = str(e)
    assert said == "read" or len(said) > 20
