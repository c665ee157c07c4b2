"""What becomes of a file: names, folding, numbers, the batch, functions, versions, and what cannot be read."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from convoscope.engine import Network, load_onnx
from convoscope.engine.errors import BadGraph, ConvoscopeError, UnknownName, UnsupportedOperator
from convoscope.engine.types import Array
from tests.engine.formats.models import data, model, node

PICTURE = {"x": ("N", 2, 4, 4)}
KERNEL = np.ones((3, 2, 1, 1), np.float32)


def ints(*values: int) -> Array:
    return np.array(values, np.int64)


def ramp(*shape: int) -> Array:
    return np.arange(int(np.prod(shape)), dtype=np.float32).reshape(shape)


def kinds(network: Network) -> list[str]:
    return [n.layer.kind for n in network.nodes]


# -- what cannot be read


def stopped() -> Network:
    """A network with a node in the middle that no layer reads."""
    nodes = [
        node("Conv", "x w", "a", name="conv1"),
        node("Relu", "a", "b", name="relu1"),
        node("GridSample", "b g", "c", name="warp"),
        node("Relu", "c", "d", name="relu2"),
        node("Abs", "b", "e", name="side"),
        node("Add", "d e", "y", name="sum"),
    ]
    return load_onnx(data(nodes, PICTURE, {"w": KERNEL, "g": np.zeros((1, 4, 4, 2), np.float32)}))


def test_a_network_is_read_up_to_a_node_that_no_layer_reads() -> None:
    net = stopped()
    assert [n.name for n in net.nodes] == ["conv1", "relu1", "side"]
    assert net.outputs == ("relu1", "side")
    trace = net.trace(np.ones((1, 2, 4, 4), np.float32))
    assert trace.activations["relu1"].shape == (1, 3, 4, 4)
    assert trace.gradients(vjp=np.ones((1, 3, 4, 4), np.float32)).by_activation["x"].shape == (1, 2, 4, 4)


def test_the_report_lists_every_node_that_is_not_computed_with_its_nearest_relative() -> None:
    report = stopped().report
    assert report is not None
    assert not report.complete
    (warp,) = report.unsupported
    assert (warp.name, warp.op, warp.nearest, warp.inputs) == ("warp", "GridSample", "Resize", ("relu1",))
    assert str(warp) == "Node 'warp' (GridSample): There is no layer for it. Its nearest known relative is Resize."
    assert [(n.name, n.op, n.inputs) for n in report.beyond] == [
        ("relu2", "Relu", ("warp",)),
        ("sum", "Add", ("relu2", "side")),
    ]
    assert "Not computed: Node 'warp' (GridSample)" in str(report)
    assert "Nodes that wait for them: 2." in str(report)


def test_asking_for_a_node_behind_the_end_says_why_it_is_not_there() -> None:
    net = stopped()
    trace = net.trace(np.ones((1, 2, 4, 4), np.float32))
    for ask in (net.node, trace.activation):
        with pytest.raises(UnsupportedOperator, match=r"Node 'warp' \(GridSample\): There is no layer for it\."):
            ask("warp")
        with pytest.raises(
            UnsupportedOperator, match=r"Node 'sum' waits for a node that cannot be computed\. Node 'warp'"
        ):
            ask("sum")
        with pytest.raises(UnknownName):
            ask("nowhere")


def test_a_network_of_which_nothing_can_be_computed_is_refused() -> None:
    with pytest.raises(UnsupportedOperator, match=r"Not one node of the model can be computed\. Node 'y' \(NonZero\)"):
        load_onnx(data([node("NonZero", "x", "y")], PICTURE))


def test_operators_of_other_domains_are_not_read_as_onnx_s_own() -> None:
    own = helper.make_node("Relu", ["a"], ["y"], domain="com.example", name="own")
    m = model([node("Abs", "x", "a"), own], PICTURE)
    m.opset_import.append(helper.make_opsetid("com.example", 1))
    report = load_onnx(m.SerializeToString()).report
    assert report is not None
    assert str(report.unsupported[0]) == (
        "Node 'own' (com.example.Relu): Operators of 'com.example' are not read. Its nearest known relative is Relu."
    )


def test_a_weight_that_is_computed_ends_the_network_with_the_reason() -> None:
    nodes = [node("Abs", "x", "a"), node("Conv", "a v", "y", name="conv")]
    net = load_onnx(data(nodes, {"x": (1, 2, 4, 4), "v": (3, 2, 1, 1)}))
    assert net.report is not None
    assert "input 1 (weight) is 'v'" in str(net.report.unsupported[0]).lower()


def test_a_second_output_that_is_read_is_reported() -> None:
    nodes = [node("MaxPool", "x", "a i", kernel_shape=[2, 2]), node("Add", "a i", "y")]
    net = load_onnx(data(nodes, PICTURE))
    assert kinds(net) == ["max_pool2d"]
    assert net.report is not None
    assert "Only its first output is computed, but output 1, 'i', is read." in net.report.unsupported[0].why


def test_an_output_that_can_be_computed_is_kept_beside_one_that_cannot() -> None:
    nodes = [node("Abs", "x", "a"), node("NonZero", "a", "b"), node("Relu", "x", "c")]
    net = load_onnx(data(nodes, PICTURE, outputs=["b", "c"]))
    assert net.outputs == ("c",)
    assert {n.name for n in net.nodes} == {"a", "c"}


# -- names


@pytest.mark.parametrize(
    ("given", "output", "name"),
    [
        ("conv1", "a", "conv1"),
        ("/features/features.0/Conv", "a", "features.features.0.Conv"),
        ("", "pool_out", "pool_out"),
        ("", "123", "relu_123"),
        ("block1@3,5", "a", "block1_3_5"),
        ("ünï cödé", "a", "n_c_d"),
        ("///", "a", "a"),
    ],
)
def test_a_node_is_called_so_that_its_name_can_be_part_of_an_address(given: str, output: str, name: str) -> None:
    net = load_onnx(data([node("Relu", "x", output, name=given)], PICTURE))
    assert net.output == name
    assert net.report is not None
    said = given if given.strip("/") else output
    assert dict(net.report.renamed) == ({said: name} if said != name else {})


def test_names_that_were_given_twice_are_made_unique() -> None:
    nodes = [node("Relu", "x", "a", name="act"), node("Relu", "a", "b", name="act"), node("Abs", "b", "x_", name="x")]
    net = load_onnx(data(nodes, PICTURE))
    assert [n.name for n in net.nodes] == ["act", "b", "x_2"]


# -- numbers


@pytest.mark.parametrize("kind", [TensorProto.FLOAT16, TensorProto.BFLOAT16])
def test_weights_of_sixteen_bits_become_float32_and_the_report_says_so(kind: int) -> None:
    m = model([node("Mul", "x w", "y")], {"x": ("N", 3)})
    m.graph.initializer.append(helper.make_tensor("w", kind, [3], [0.5, -2.0, 3.0]))
    net = load_onnx(m.SerializeToString())
    assert net.trace(np.ones((1, 3), np.float32)).output.tolist() == [[0.5, -2.0, 3.0]]
    assert net.dtype == np.float32
    assert net.report is not None
    assert net.report.widened == ("w",)


def test_weights_in_float64_make_a_network_in_float64() -> None:
    net = load_onnx(data([node("Mul", "x w", "y")], {"x": ("N", 1)}, {"w": np.array([1 / 3])}))
    assert net.trace(np.ones((1, 1), np.float32)).output.dtype == np.float64


def test_quantized_weights_are_unpacked_when_the_file_is_read() -> None:
    weights = {
        "q": np.array([[1, -2], [3, 4]], np.int8),
        "s": np.array([0.5, 0.25], np.float32),
        "z": np.array([1, 0], np.int8),
    }
    nodes = [node("DequantizeLinear", "q s z", "w", axis=0), node("MatMul", "x w", "y")]
    net = load_onnx(data(nodes, {"x": ("N", 2)}, weights))
    assert np.array_equal(net.trace(np.eye(2, dtype=np.float32)).output, [[0, -1.5], [0.75, 1]])


def test_nan_and_infinite_weights_are_read_as_they_are() -> None:
    w = np.array([np.nan, np.inf, -np.inf, 1e-45], np.float32)
    net = load_onnx(data([node("Add", "x w", "y")], {"x": ("N", 4)}, {"w": w}))
    assert np.array_equal(net.params["w"]["value"], w, equal_nan=True)


# -- folding and functions


def test_what_does_not_depend_on_the_input_is_computed_once() -> None:
    nodes = [
        node("ConstantOfShape", "three", "zeros", value=numpy_helper.from_array(np.array([2.0], np.float32))),
        node("Range", "a b c", "r"),
        node("Cast", "r", "rf", to=TensorProto.FLOAT),
        node("Mul", "zeros rf", "w"),
        node("Where", "cond w zeros", "chosen"),
        node("Mul", "x chosen", "y"),
    ]
    weights = {
        "three": ints(3),
        "a": np.array(0),
        "b": np.array(3),
        "c": np.array(1),
        "cond": np.array([True, False, True]),
    }
    net = load_onnx(data(nodes, {"x": ("N", 3)}, weights))
    assert kinds(net) == ["constant", "mul"]
    assert net.trace(np.ones((1, 3), np.float32)).output.tolist() == [[0, 2, 4]]
    assert net.report is not None
    assert len(net.report.folded) == 5


def test_whole_numbers_divide_towards_zero_when_folded() -> None:
    nodes = [node("Div", "a b", "q"), node("Cast", "q", "qf", to=1), node("Add", "x qf", "y")]
    net = load_onnx(data(nodes, {"x": ("N", 4)}, {"a": ints(7, -7, 7, -7), "b": ints(2, 2, -2, -2)}))
    assert net.trace(np.zeros((1, 4), np.float32)).output.tolist() == [[3, -3, -3, 3]]


def test_a_function_is_written_out_with_its_attributes_and_defaults() -> None:
    body = [helper.make_node("LeakyRelu", ["a"], ["b"]), helper.make_node("Add", ["b", "c"], ["d"])]
    body[0].attribute.append(onnx.AttributeProto(name="alpha", ref_attr_name="slope", type=onnx.AttributeProto.FLOAT))
    f = helper.make_function(
        "own",
        "Leak",
        ["a", "c"],
        ["d"],
        body,
        [helper.make_opsetid("", 17)],
        attributes=[],
        attribute_protos=[helper.make_attribute("slope", 0.5)],
    )
    calls = [
        helper.make_node("Leak", ["x", "x"], ["m"], domain="own", name="first", slope=0.25),
        helper.make_node("Leak", ["m", "x"], ["y"], domain="own", name="second"),
    ]
    m = model(calls, {"x": ("N", 2)}, functions=[f])
    m.opset_import.append(helper.make_opsetid("own", 1))
    net = load_onnx(m.SerializeToString())
    assert kinds(net) == ["leaky_relu", "add", "leaky_relu", "add"]
    x = np.array([[-4.0, 2.0]], np.float32)
    inner = np.array([[-1.0, 2.0]]) + x
    assert np.array_equal(net.trace(x).output, np.where(inner > 0, inner, inner / 2) + x)


def test_a_constant_that_several_nodes_read_is_one_node() -> None:
    nodes = [node("Add", "x w", "a"), node("Mul", "a w", "y")]
    net = load_onnx(data(nodes, {"x": ("N", 2)}, {"w": np.array([2, 3], np.float32)}))
    assert kinds(net) == ["constant", "add", "mul"]
    trace = net.trace(np.ones((1, 2), np.float32))
    gradients = trace.gradients(vjp=np.ones((1, 2), np.float32))
    assert gradients.by_param["w"]["value"].tolist() == [1 + 2 * 2, 1 + 2 * 3]


def test_nodes_that_no_output_depends_on_are_left_out() -> None:
    net = load_onnx(data([node("Abs", "x", "idle"), node("Relu", "x", "y")], PICTURE))
    assert kinds(net) == ["relu"]
    assert net.report is not None
    assert "Nodes left out because no output depends on them: 1." in net.report.notes


def test_nodes_out_of_order_are_sorted() -> None:
    net = load_onnx(data([node("Relu", "a", "y"), node("Abs", "x", "a")], PICTURE, outputs=["y"]))
    assert kinds(net) == ["abs", "relu"]


def test_a_gemm_with_a_matrix_for_its_bias_is_read_as_products_and_sums() -> None:
    rng = np.random.default_rng(0)
    a, b, c = (rng.standard_normal(s).astype(np.float32) for s in ((3, 2), (4, 3), (2, 4)))
    gemm = node("Gemm", "x b c", "y", transA=1, transB=1, alpha=0.5, beta=2.0)
    net = load_onnx(data([gemm], {"x": (3, 2)}, {"b": b, "c": c}))
    assert np.allclose(net.trace(a).output, 0.5 * a.T @ b.T + 2 * c, atol=1e-6)
    assert net.output == "y"


# -- versions


def test_operator_set_6_is_read() -> None:
    """With `broadcast` and `axis`, pads and axes as attributes, batch norm with is_test, and Upsample to come."""
    rng = np.random.default_rng(0)
    w, b = rng.standard_normal((3, 2, 3, 3)).astype(np.float32), rng.standard_normal(3).astype(np.float32)
    row = {k: rng.uniform(0.5, 1, 3).astype(np.float32) for k in ("scale", "shift", "mean", "var")}
    nodes = [
        node("Pad", "x", "p", pads=[0, 0, 1, 1, 0, 0, 1, 1]),
        node("Conv", "p w", "c", kernel_shape=[3, 3]),
        node("Add", "c b", "s", broadcast=1, axis=1),
        node("BatchNormalization", "s scale shift mean var", "n", is_test=1, epsilon=1e-3),
        node("Relu", "n", "r"),
        node("Slice", "r", "t", axes=[2], starts=[1], ends=[2**31 - 1]),
        node("Reshape", "t to", "f"),
        node("Dropout", "f", "d", is_test=1),
        node("Gemm", "d g z", "y", broadcast=1, transB=1),
    ]
    g, z = rng.standard_normal((5, 36)).astype(np.float32), rng.standard_normal(5).astype(np.float32)
    weights = {"w": w, "b": b, **row, "to": ints(0, -1), "g": g, "z": z}
    net = load_onnx(data(nodes, PICTURE, weights, opset=6))
    assert net.report is not None
    assert net.report.complete, str(net.report)
    newer = [
        node("Conv", "x w b", "s", pads=[1, 1, 1, 1]),
        node("BatchNormalization", "s scale shift mean var", "n", epsilon=1e-3),
        node("Relu", "n", "r"),
        node("Slice", "r one end two", "t"),
        node("Flatten", "t", "f"),
        node("Gemm", "f g z", "y", transB=1),
    ]
    weights |= {"one": ints(1), "end": ints(9), "two": ints(2)}
    same = load_onnx(data(newer, PICTURE, weights, opset=17))
    x = rng.standard_normal((2, 2, 4, 4)).astype(np.float32)
    assert np.allclose(net.trace(x).output, same.trace(x).output, atol=1e-5)


def test_a_version_that_is_not_known_yet_is_tried_and_said() -> None:
    report = load_onnx(data([node("Relu", "x", "y")], PICTURE, opset=99)).report
    assert report is not None
    assert "Operator set 99 lies outside 6 to 28; its nodes were read all the same." in report.notes


def test_a_file_without_a_version_is_refused() -> None:
    m = model([node("Relu", "x", "y")], PICTURE)
    del m.opset_import[:]
    with pytest.raises(BadGraph, match="does not say which version of ONNX's operators it uses"):
        load_onnx(m.SerializeToString())


# -- labels and preprocessing


@pytest.mark.parametrize(
    ("key", "text", "labels"),
    [
        ("labels", '["cat", "dog"]', ("cat", "dog")),
        ("names", "{0: 'person', 1: \"bicycle's\", 2: 'car'}", ("person", "bicycle's", "car")),
        ("classes", "cat\ndog\n", ("cat", "dog")),
        ("class_names", "cat, dog", ("cat", "dog")),
        ("labels", "one word", ()),
        ("labels", '[["nested"]]', ()),
        ("names", "{0: 'a', 7: 'b'}", ()),
        ("labels", "[" * 100_000, ()),
    ],
)
def test_labels_are_taken_from_the_metadata(key: str, text: str, labels: tuple[str, ...]) -> None:
    m = model([node("Relu", "x", "y")], PICTURE)
    helper.set_model_props(m, {key: text})
    assert load_onnx(m.SerializeToString()).labels == labels


def test_the_pixel_range_of_image_metadata_becomes_preprocessing() -> None:
    m = model([node("Relu", "x", "y")], {"x": ("N", 3, 8, 6)})
    helper.set_model_props(m, {"Image.BitmapPixelFormat": "Bgr8", "Image.NominalPixelRange": "Normalized_1_1"})
    how = load_onnx(m.SerializeToString()).preprocessing
    assert how is not None
    assert (how.size, how.channels) == ((8, 6), "BGR")
    pixels = np.array([0, 255], np.uint8).repeat(3).reshape(2, 3).T.reshape(3, 1, 2)
    assert how.apply(pixels).min() == -1
    assert how.apply(pixels).max() == 1


def test_whatever_is_wrong_with_a_node_is_said_as_an_error_of_ours() -> None:
    for broken in (
        node("Conv", "x", "y"),
        node("Concat", "x", "y"),
        node("Transpose", "x", "y", perm=[9]),
        node("Gemm", "x", "y"),
        node("Split", "x", "a b c d e", axis=7),
        node("Reshape", "x", "y"),
        node("Softmax", "x", "y", axis="last"),
        node("MaxPool", "x", "y", kernel_shape="2"),
        node("Pad", "x", "y"),
        node("Cast", "x", "y"),
        node("DepthToSpace", "x", "y"),
    ):
        with pytest.raises(ConvoscopeError):
            load_onnx(data([broken], PICTURE))
