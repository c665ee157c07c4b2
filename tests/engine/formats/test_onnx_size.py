"""Files that would cost too much, or lie, are refused by name in under 100 ms and 8 MiB, before anything is made."""

import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from convoscope.engine import OnnxLimits, load_onnx
from convoscope.engine.errors import (
    AttributeValueError,
    BadGraph,
    BadTensor,
    ConvoscopeError,
    ExternalData,
    FormatError,
    ModelTooLarge,
)
from tests.engine.formats.models import data, model, node

MIB = 2**20
PICTURE = {"x": (1, 3, 8, 8)}
HUGE = [10**12, 2**31, 2**63 - 1]


def refusal(bytes_: bytes, limits: OnnxLimits | None = None) -> ConvoscopeError:
    """The error of a load, once it is known to have cost little."""
    with pytest.raises(ConvoscopeError):
        load_onnx(bytes_, limits=limits)  # imports and caches are warm now
    tracemalloc.start()
    try:
        with pytest.raises(ConvoscopeError) as error:
            load_onnx(bytes_, limits=limits)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * MIB, f"{peak / MIB:.1f} MiB for {error.value}"
    return error.value


def fastest(work: Callable[[], object], times: int = 3) -> float:
    """Seconds of work of the quickest of a few runs, each of which ends in a refusal."""
    spent = []
    for _ in range(times):
        start = time.thread_time()
        with pytest.raises(ConvoscopeError):
            work()
        spent.append(time.thread_time() - start)
    return min(spent)


def ints(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


GROWERS = {
    "ConstantOfShape": lambda n: data(
        [node("ConstantOfShape", "s", "c"), node("Add", "x c", "y")], PICTURE, {"s": ints(n)}
    ),
    "Expand": lambda n: data([node("Expand", "x s", "y")], {"x": (1, 3, 8, 1)}, {"s": ints(1, 3, 8, n)}),
    "Tile": lambda n: data([node("Tile", "x r", "y")], PICTURE, {"r": ints(1, 1, 1, n)}),
    "Pad": lambda n: data([node("Pad", "x p", "y")], PICTURE, {"p": ints(0, 0, 0, 0, 0, 0, 0, n)}),
    "Resize to sizes": lambda n: data([node("Resize", "x _ _ s", "y")], PICTURE, {"s": ints(1, 3, 8, n)}),
    "Resize by scales": lambda n: data(
        [node("Resize", "x _ s", "y")], PICTURE, {"s": np.array([1, 1, 1, n], np.float32)}
    ),
    "Upsample": lambda n: data(
        [node("Upsample", "x s", "y")], PICTURE, {"s": np.array([1, 1, n, 1], np.float32)}, opset=9
    ),
    "Range": lambda n: data(
        [node("Range", "a b c", "r"), node("Reshape", "x r", "y")],
        PICTURE,
        {"a": np.array(0), "b": np.array(n), "c": np.array(1)},
    ),
    "Reshape": lambda n: data([node("Reshape", "x s", "y")], PICTURE, {"s": ints(1, n)}),
    "ConvTranspose": lambda n: data(
        [node("ConvTranspose", "x w", "y", strides=[n, 1])], PICTURE, {"w": np.ones((3, 1, 1, 1), np.float32)}
    ),
    "Conv pads": lambda n: data(
        [node("Conv", "x w", "y", pads=[0, 0, n, 0])], PICTURE, {"w": np.ones((3, 3, 1, 1), np.float32)}
    ),
}


@pytest.mark.parametrize("operator", GROWERS)
@pytest.mark.parametrize("size", HUGE)
def test_a_node_that_would_grow_without_bound_is_refused_with_its_name_and_the_value(operator: str, size: int) -> None:
    error = refusal(GROWERS[operator](size))
    assert isinstance(error, ModelTooLarge | AttributeValueError), repr(error)
    assert "Node 'y'" in str(error) or "Node 'c'" in str(error) or "Node 'r'" in str(error)
    written = str(float(np.float32(size))) if operator in ("Resize by scales", "Upsample") else str(size)
    assert written in str(error)


NEGATIVE = [k for k in GROWERS if k not in ("Expand", "Pad", "Range", "Reshape", "Conv pads")]  # there it has a meaning


@pytest.mark.parametrize("operator", NEGATIVE)
def test_a_negative_size_is_refused(operator: str) -> None:
    error = refusal(GROWERS[operator](-7))
    assert isinstance(error, AttributeValueError | FormatError | ValueError)
    assert "Node" in str(error)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_scale_that_is_no_number_is_refused(value: float) -> None:
    scales = np.array([1, 1, value, 1], np.float32)
    error = refusal(data([node("Resize", "x _ s", "y")], PICTURE, {"s": scales}))
    assert f"Node 'y' (Resize): [1.0, 1.0, {value}, 1.0] are no sizes: every number of them must be finite." == str(
        error
    )


def test_the_refusal_of_a_bomb_takes_less_than_a_tenth_of_a_second() -> None:
    bomb = GROWERS["ConstantOfShape"](10**12)
    assert fastest(lambda: load_onnx(bomb)) < 0.1


def test_a_constant_that_is_stretched_step_by_step_is_refused_where_it_becomes_too_large() -> None:
    nodes = [node("Concat", " ".join([f"a{k}"] * 16), f"a{k + 1}", axis=0) for k in range(12)]
    bytes_ = data([*nodes, node("Add", "x a12", "y")], {"x": (1, 1)}, {"a0": np.ones(16, np.float32)})
    assert isinstance(refusal(bytes_, OnnxLimits(activation_bytes=2**20)), ModelTooLarge)


# -- counts


def test_two_million_empty_nodes_are_counted_not_read() -> None:
    """A node of no bytes costs two on the wire; a parser would make an object of each."""
    body = b"\x0a\x00" * 2_000_000
    size, tail = len(body), b""
    while size > 0x7F:
        tail += bytes([size & 0x7F | 0x80])
        size >>= 7
    bytes_ = b"\x3a" + tail + bytes([size]) + body
    error = refusal(bytes_)
    assert str(error) == "The model has more than 20000 nodes."
    assert fastest(lambda: load_onnx(bytes_)) < 0.1


@pytest.mark.parametrize("more", [0, 1])
def test_a_limit_holds_to_the_last_one(more: int) -> None:
    nodes = [node("Relu", f"a{k}", f"a{k + 1}") for k in range(5 + more)]
    bytes_ = data(nodes, {"a0": (1, 2)})
    limits = OnnxLimits(nodes=5)
    if more:
        assert str(refusal(bytes_, limits)) == "The model has more than 5 nodes."
    else:
        assert len(load_onnx(bytes_, limits=limits).nodes) == 5


def test_functions_that_call_functions_are_counted_as_they_are_written_out() -> None:
    functions = [
        helper.make_function(
            "own",
            f"F{k}",
            ["a"],
            ["c"],
            [
                helper.make_node(f"F{k + 1}", ["a"], ["b"], domain="own"),
                helper.make_node(f"F{k + 1}", ["b"], ["c"], domain="own"),
            ],
            [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)],
        )
        for k in range(15)
    ]
    m = model([helper.make_node("F0", ["x"], ["y"], domain="own")], {"x": (1, 2)}, functions=functions)
    assert str(refusal(m.SerializeToString())) == "With its functions the model has 32768 nodes; 20000 are allowed."


def test_a_function_that_calls_itself_is_refused() -> None:
    body = [helper.make_node("F", ["a"], ["b"], domain="own")]
    f = helper.make_function("own", "F", ["a"], ["b"], body, [helper.make_opsetid("own", 1)])
    m = model([helper.make_node("F", ["x"], ["y"], domain="own")], {"x": (1, 2)}, functions=[f])
    assert str(refusal(m.SerializeToString())) == "Node '' (F) calls function 'own::F' from inside itself."


def test_too_many_weights_too_much_work_and_too_many_activations_are_refused() -> None:
    conv = data([node("Conv", "x w", "y")], PICTURE, {"w": np.ones((4, 3, 3, 3), np.float32)})
    assert "108 numbers in its weights; 100 are allowed" in str(refusal(conv, OnnxLimits(parameters=100)))
    assert "takes 432 bytes; 400 are allowed" in str(refusal(conv, OnnxLimits(tensor_bytes=400)))
    assert str(refusal(conv, OnnxLimits(macs=3000))) == "One pass takes 3888 multiply-accumulates; 3000 are allowed."
    assert "activations of one example take 1344 bytes" in str(refusal(conv, OnnxLimits(activation_bytes=1300)))
    assert "The file has" in str(refusal(conv, OnnxLimits(file_bytes=100)))


def test_an_axis_and_the_number_of_axes_have_a_limit_too() -> None:
    tile = data([node("Tile", "x r", "y")], {"x": ("N", 1, 1, 9)}, {"r": ints(1, 1, 1, 2)})
    assert "makes shape (2, 1, 1, 18) of it; an axis has at most 17 cells." in str(refusal(tile, OnnxLimits(dim=17)))
    deeper = data([node("Unsqueeze", "x a", "y")], {"x": ("N", 1, 1, 9)}, {"a": ints(4)})
    assert "an array has at most 4 axes" in str(refusal(deeper, OnnxLimits(rank=4)))
    many = data([node("Tile", "x r", "y")], {"x": ("N", 1, 1, 9)}, {"r": ints(1, 1, 9, 9)})
    assert "a node may give 80 times the" in str(refusal(many, OnnxLimits(growth=80, small=100)))


def test_the_networks_that_people_have_pass_the_limits_of_ones_own_machine() -> None:
    limits = OnnxLimits()
    assert limits.parameters > 138_357_544  # VGG-16
    assert limits.macs > 15_470_264_320  # VGG-16 at 224
    assert limits.tensor_bytes > 4 * 25088 * 4096  # its largest weight


# -- arrays


def lying(dims: list[int], raw: bytes, kind: int = TensorProto.FLOAT) -> bytes:
    m = model([node("Add", "x w", "y")], {"x": (1, 2)})
    m.graph.initializer.append(TensorProto(name="w", dims=dims, data_type=kind, raw_data=raw))
    return m.SerializeToString()


@pytest.mark.parametrize(
    ("dims", "raw", "said"),
    [
        ([2], b"\0" * 4, "Tensor 'w' of shape (2,) needs 8 bytes of raw_data, but has 4."),
        ([1], b"\0" * 8, "Tensor 'w' of shape (1,) needs 4 bytes of raw_data, but has 8."),
        ([-1], b"\0" * 4, "Tensor 'w' has shape (-1,); an array has at most 8 axes, each of 0 to 268435456 cells."),
        ([-1, -4], b"\0" * 16, "has shape (-1, -4)"),
        ([2**62, 4], b"", "has shape (4611686018427387904, 4)"),
        ([2**27, 2**27], b"\0" * 4, "takes 72057594037927936 bytes; 2147483648 are allowed."),
        ([1] * 9, b"\0" * 4, "an array has at most 8 axes"),
    ],
)
def test_dims_that_lie_are_refused(dims: list[int], raw: bytes, said: str) -> None:
    error = refusal(lying(dims, raw))
    assert isinstance(error, BadTensor | ModelTooLarge)
    assert said in str(error)


def test_an_array_with_its_numbers_in_two_places_or_in_the_wrong_one_is_refused() -> None:
    m = model([node("Add", "x w", "y")], {"x": (1, 2)})
    m.graph.initializer.append(TensorProto(name="w", dims=[1], data_type=1, raw_data=b"\0" * 4, float_data=[1.0]))
    assert str(refusal(m.SerializeToString())) == "Tensor 'w' is FLOAT, but has its numbers in raw_data and float_data."
    m.graph.initializer[0].CopyFrom(TensorProto(name="w", dims=[1], data_type=1, int32_data=[1]))
    assert str(refusal(m.SerializeToString())) == "Tensor 'w' is FLOAT, but has its numbers in int32_data."


@pytest.mark.parametrize(
    ("kind", "name"),
    [(TensorProto.STRING, "STRING"), (TensorProto.COMPLEX64, "COMPLEX64"), (TensorProto.INT4, "INT4"), (99, "type 99")],
)
def test_types_that_are_no_plain_numbers_are_refused_by_name(kind: int, name: str) -> None:
    assert f"Tensor 'w' holds {name}; read are FLOAT, DOUBLE" in str(refusal(lying([1], b"\0" * 8, kind)))


def test_a_tensor_in_a_node_is_looked_at_like_any_other() -> None:
    lie = TensorProto(name="v", dims=[2**20, 2**20], data_type=1, raw_data=b"\0" * 4)
    constant = helper.make_node("Constant", [], ["c"], value=lie)
    error = refusal(model([constant, node("Add", "x c", "y")], {"x": (1, 2)}).SerializeToString())
    assert "Tensor 'v' of Node 'c' (Constant) of shape (1048576, 1048576) takes" in str(error)


# -- other files


@pytest.mark.parametrize("location", ["secret.bin", "../../secret.bin", "/etc/passwd", "*/_ORT_MEM_ADDR_/*"])
def test_weights_in_another_file_are_refused_and_the_file_is_never_opened(
    location: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret.bin").write_bytes(b"SECRET!!")
    monkeypatch.chdir(tmp_path)
    outside = TensorProto(name="w", dims=[2], data_type=1, data_location=TensorProto.EXTERNAL)
    outside.external_data.add(key="location", value=location)
    m = model([node("Add", "x w", "y")], {"x": (1, 2)})
    m.graph.initializer.append(outside)
    error = refusal(m.SerializeToString())
    assert isinstance(error, ExternalData)
    assert str(error).startswith("Tensor 'w' is kept in another file. Save the model with its weights inside: torch")
    in_a_node = model([helper.make_node("Constant", [], ["w"], value=outside), node("Add", "x w", "y")], {"x": (1, 2)})
    assert isinstance(refusal(in_a_node.SerializeToString()), ExternalData)


def test_a_place_outside_without_the_mark_is_refused_too() -> None:
    m = model([node("Add", "x w", "y")], {"x": (1, 2)})
    unmarked = TensorProto(name="w", dims=[2], data_type=1)
    unmarked.external_data.add(key="location", value="secret.bin")
    m.graph.initializer.append(unmarked)
    assert isinstance(refusal(m.SerializeToString()), ExternalData)


# -- graphs


def test_subgraphs_are_refused_by_the_name_of_their_node() -> None:
    body = helper.make_graph([node("Identity", "x", "b")], "b", [], [helper.make_tensor_value_info("b", 1, None)])
    choice = helper.make_node("If", ["c"], ["y"], then_branch=body, name="gate")
    error = refusal(data([choice], {"x": (1, 2)}, {"c": np.array(True)}))
    assert isinstance(error, BadGraph)
    assert str(error).startswith("Node 'gate' (If): attribute 'then_branch' holds a subgraph (If, Loop, Scan)")


def test_a_cycle_is_refused() -> None:
    error = refusal(data([node("Add", "x b", "a"), node("Relu", "a", "b")], {"x": (1, 2)}))
    assert str(error) == "Node 'a' (Add) is part of a cycle: it waits for its own output."


def test_a_name_that_is_made_twice_is_refused() -> None:
    error = refusal(data([node("Relu", "x", "a"), node("Abs", "x", "a")], {"x": (1, 2)}))
    assert str(error) == "Node 'a' (Abs) makes 'a', which is made before; every name is made once."
    m = model([node("Relu", "x", "y")], {"x": (1, 2)})
    m.graph.input.append(m.graph.input[0])
    assert str(refusal(m.SerializeToString())) == "Two inputs are called 'x'; every name must be used once."


def test_a_name_that_nothing_makes_is_refused() -> None:
    error = refusal(data([node("Add", "x lost", "y")], {"x": (1, 2)}))
    assert str(error) == "Node 'y' (Add) reads 'lost', which nothing makes."


def test_sparse_weights_and_inputs_that_are_no_arrays_are_refused() -> None:
    m = model([node("Relu", "x", "y")], {"x": (1, 2)})
    m.graph.sparse_initializer.add()
    assert "The model has sparse weights (sparse_initializer)" in str(refusal(m.SerializeToString()))
    m = model([node("Relu", "x", "y")], {"x": (1, 2)})
    kind = helper.make_sequence_type_proto(helper.make_tensor_type_proto(1, [1]))
    m.graph.input.append(helper.make_value_info("list", kind))
    assert "Input 'list' is no array" in str(refusal(m.SerializeToString()))


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ({"group": 0}, "attribute 'group' is 0; it must lie between 1 and"),
        ({"group": 2**40}, "attribute 'group' is 1099511627776; it must lie between 1 and"),
        ({"kernel_shape": [2**31, 1]}, "attribute 'kernel_shape' is 2147483648"),
        ({"strides": [0, 1]}, "attribute 'strides' is 0"),
        ({"strides": [-1, 1]}, "attribute 'strides' is -1"),
        ({"dilations": [1, 2**40]}, "attribute 'dilations' is 1099511627776"),
        ({"pads": [2**40] * 4}, "attribute 'pads' is 1099511627776"),
        ({"strides": [1]}, "strides"),
        ({"auto_pad": "BOTTOM"}, "'BOTTOM'"),
        ({"kernel_shape": [3, 3]}, "kernel_shape"),
        ({"pads": [1, 1]}, "pads"),
    ],
)
def test_an_absurd_attribute_is_refused_with_node_attribute_and_value(attributes: dict[str, object], said: str) -> None:
    weight = {"w": np.ones((3, 3, 1, 1), np.float32)}
    error = refusal(data([node("Conv", "x w", "y", name="conv1", **attributes)], PICTURE, weight))
    assert isinstance(error, AttributeValueError)
    assert "Node 'conv1' (Conv)" in str(error)
    assert said in str(error)


@pytest.mark.parametrize(
    "bytes_", [b"", b"not a model", b"\x08\x08", b"\x3a\x05abc", b"\x89PNG\r\n\x1a\n", b"\xff" * 40]
)
def test_bytes_that_are_no_model_are_refused(bytes_: bytes) -> None:
    error = refusal(bytes_)
    assert isinstance(error, FormatError)
    assert "no ONNX model" in str(error) or "no protocol buffer" in str(error)


def test_a_long_name_is_cut_in_errors() -> None:
    error = refusal(data([node("Add", "x lost", "y", name="n" * 10_000)], {"x": (1, 2)}))
    assert len(str(error)) < 300


def test_a_list_of_millions_of_numbers_is_refused() -> None:
    m = model([node("Relu", "x", "y")], {"x": (1, 2)})
    attribute = onnx.AttributeProto(name="ints", type=onnx.AttributeProto.INTS, ints=[1] * 3_000_000)
    m.graph.node[0].attribute.append(attribute)
    assert str(refusal(m.SerializeToString())) == "The file has a list of 65537 numbers or more; 65536 are allowed."


def test_a_million_short_lists_are_refused() -> None:
    m = model([node("Relu", "x", "y")], {"x": (1, 2)})
    m.graph.node[0].attribute.extend([onnx.AttributeProto(name=f"a{k}", i=1) for k in range(30_000)])
    assert "too many words" in str(refusal(m.SerializeToString(), OnnxLimits(nodes=100, tensors=100)))
