"""The curves, at places where a person can check them, at their ends, and as ONNX says them."""

import math

import numpy as np
import pytest

from convoscope.engine import REGISTRY, from_config
from convoscope.engine.errors import AttributeValueError, UnsupportedOperator
from convoscope.engine.exchange import OnnxNode
from convoscope.engine.layer import Layer
from convoscope.engine.layers._pointwise import Pointwise
from convoscope.engine.stable import erf, sigmoid, softplus
from convoscope.engine.types import Array

CURVES = sorted(kind for kind, layer in REGISTRY.items() if issubclass(layer, Pointwise))
E = math.e
SIGMOID_1 = 1 / (1 + math.exp(-1))


def run(layer: Layer, *x: float, dtype: type = np.float64) -> tuple[list[float], list[float]]:
    """y and ∂y/∂x at each x."""
    xs: tuple[Array, ...] = (np.array(x, dtype),)
    y, saved = layer.forward({}, *xs)
    (dx,), _ = layer.backward({}, xs, y, saved, np.ones_like(y))
    return y.tolist(), dx.tolist()


def made(kind: str, **settings: object) -> Layer:
    return from_config({"kind": kind, **settings})


@pytest.mark.parametrize(
    ("layer", "x", "y", "slope"),
    [
        (made("relu"), [-2, 0, 3], [0, 0, 3], [0, 0, 1]),
        (made("leaky_relu", alpha=0.1), [-2, 0, 3], [-0.2, 0, 3], [0.1, 0.1, 1]),
        (made("thresholded_relu", alpha=1.5), [-2, 1.5, 3], [0, 0, 3], [0, 0, 1]),
        (made("elu", alpha=2.0), [-1, 3], [2 / E - 2, 3], [2 / E, 1]),
        (made("celu", alpha=2.0), [-2, 3], [2 / E - 2, 3], [1 / E, 1]),
        (made("selu", alpha=2.0, gamma=3.0), [-1, 3], [6 / E - 6, 9], [6 / E, 3]),
        (made("silu"), [0, 1], [0, SIGMOID_1], [0.5, SIGMOID_1 + SIGMOID_1 * (1 - SIGMOID_1)]),
        (made("silu", alpha=2.0), [0.5], [0.5 * SIGMOID_1], [SIGMOID_1 + SIGMOID_1 * (1 - SIGMOID_1)]),
        (made("hard_swish"), [-4, -1.5, 0, 3, 5], [0, -0.375, 0, 3, 5], [0, 0, 0.5, 1, 1]),
        (made("hard_sigmoid"), [-3, 0, 1, 3], [0, 0.5, 0.7, 1], [0, 0.2, 0.2, 0]),
        (made("mish"), [0], [0], [0.6]),  # tanh(log 2) = (4 − 1) / (4 + 1)
        (made("sigmoid"), [0, 1], [0.5, SIGMOID_1], [0.25, SIGMOID_1 * (1 - SIGMOID_1)]),
        (made("tanh"), [0, 1], [0, math.tanh(1)], [1, 1 - math.tanh(1) ** 2]),
        (made("softplus"), [0, 1], [math.log(2), math.log(1 + E)], [0.5, SIGMOID_1]),
        (made("softsign"), [-3, 0, 1], [-0.75, 0, 0.5], [1 / 16, 1, 0.25]),
        (made("clip", min=0.0, max=6.0), [-1, 0, 2, 6, 7], [0, 0, 2, 6, 6], [0, 0, 1, 0, 0]),
        (made("clip", min=1.0), [0, 2], [1, 2], [0, 1]),
        (made("clip"), [-9, 9], [-9, 9], [1, 1]),
        (made("gelu"), [0, 1], [0, (1 + math.erf(math.sqrt(0.5))) / 2], [0.5, 1.08331547]),
        (made("gelu", approximate="tanh"), [0, 1], [0, 0.84119199], [0.5, 1.08296408]),
        (made("exp"), [0, 1], [1, E], [1, E]),
        (made("log"), [1, E], [0, 1], [1, 1 / E]),
        (made("sqrt"), [4, 9], [2, 3], [1 / 4, 1 / 6]),
        (made("abs"), [-2, 0, 3], [2, 0, 3], [-1, 0, 1]),
        (made("neg"), [-2, 3], [2, -3], [-1, -1]),
        (made("erf"), [0, 1], [0, math.erf(1)], [2 / math.sqrt(math.pi), 2 / math.sqrt(math.pi) / E]),
        (made("reciprocal"), [2, -4], [0.5, -0.25], [-0.25, -1 / 16]),
        (made("floor"), [-1.5, 1.5], [-2, 1], [0, 0]),
        (made("ceil"), [-1.5, 1.5], [-1, 2], [0, 0]),
        (made("round"), [0.5, 1.5, 2.6], [0, 2, 3], [0, 0, 0]),
        (made("sign"), [-1.5, 0, 1.5], [-1, 0, 1], [0, 0, 0]),
    ],
    ids=lambda value: value.kind if isinstance(value, Layer) else "",
)
def test_the_curve_and_its_slope_are_right_by_hand(
    layer: Layer, x: list[float], y: list[float], slope: list[float]
) -> None:
    got, steep = run(layer, *x)
    np.testing.assert_allclose(got, y, rtol=1e-7, atol=1e-15)
    np.testing.assert_allclose(steep, slope, rtol=1e-7, atol=1e-15)


@pytest.mark.parametrize("kind", CURVES)
def test_a_far_away_number_gives_the_limit_and_no_warning(kind: str) -> None:
    for dtype in (np.float32, np.float64):
        y, slope = run(made(kind), -1e4, 1e4, dtype=dtype)
        may_be_nan = kind in ("log", "sqrt")
        assert not math.isnan(y[1])
        assert not math.isnan(slope[1])
        assert may_be_nan or not math.isnan(y[0])


def test_sigmoid_and_softplus_keep_their_digits_far_below_zero() -> None:
    x = np.array([-700.0, -40.0])
    np.testing.assert_allclose(sigmoid(x), np.exp(x), rtol=1e-15)
    np.testing.assert_allclose(softplus(x), np.exp(x), rtol=1e-15)


def test_erf_agrees_with_the_math_library_to_the_last_bits_everywhere() -> None:
    x = np.concatenate([np.linspace(-7, 7, 20_001), np.logspace(-300, 1, 2_000)])
    right = np.array([math.erf(v) for v in x])
    assert np.all(np.abs(erf(x) - right) <= 2 * np.spacing(np.abs(right)))


def test_erf_of_the_odd_numbers() -> None:
    assert erf(np.array([np.inf, -np.inf, -0.0])).tolist() == [1, -1, 0]
    assert math.copysign(1, erf(np.array(-0.0))) == -1
    assert np.isnan(erf(np.array(np.nan)))
    assert erf(np.array([0.5], np.float32)).dtype == np.float32


def test_clip_with_its_bounds_the_wrong_way_round_gives_the_upper_one() -> None:
    assert run(made("clip", min=3.0, max=1.0), 0, 2, 9) == ([1, 1, 1], [0, 0, 0])


def test_clip_of_integers_stays_whole() -> None:
    y, _ = made("clip", max=3.0).forward({}, np.array([-1, 9], np.int8))
    assert y.dtype == np.int8
    assert y.tolist() == [-1, 3]


def test_celu_refuses_an_alpha_of_nothing() -> None:
    with pytest.raises(AttributeValueError, match=r"celu: alpha is 0, and x is divided by it\. Use a positive alpha"):
        made("celu", alpha=0.0)


def test_gelu_names_its_two_forms() -> None:
    with pytest.raises(AttributeValueError, match=r"gelu: approximate is 'fast'; it is one of none, tanh\."):
        made("gelu", approximate="fast")


@pytest.mark.parametrize("kind", CURVES)
def test_a_scalar_is_an_array_without_axes_and_explained(kind: str) -> None:
    layer, x = made(kind), np.array(0.75)
    y, saved = layer.forward({}, x)
    (dx,), _ = layer.backward({}, (x,), y, saved, np.ones_like(y))
    assert isinstance(y, np.ndarray)
    assert isinstance(dx, np.ndarray)
    assert y.shape == dx.shape == ()
    assert layer.explain({}, (x,), y, saved, ()).value == float(y)
    assert layer.explain_input({}, (x,), y, saved, np.ones_like(y), 0, (), float(dx)).value == float(dx)


def test_the_curve_for_the_page_holds_value_and_slope() -> None:
    layer = made("relu")
    assert isinstance(layer, Pointwise)
    x, y, slope = layer.curve(-1, 1, 5)
    assert (x.tolist(), y.tolist(), slope.tolist()) == ([-1, -0.5, 0, 0.5, 1], [0, 0, 0, 0.5, 1], [0, 0, 0, 1, 1])


def test_a_curve_with_something_in_between_shows_it() -> None:
    layer, x = made("mish"), np.array([[1.0]])
    y, saved = layer.forward({}, x)
    e = layer.explain({}, (x,), y, saved, (0, 0))
    assert [s.label for s in e.steps] == ["x", "softplus(x)", "tanh of it", "x · tanh(softplus(x))"]
    assert e.steps[1].value == pytest.approx(math.log(1 + E))
    assert e.numpy == "out[0, 0] = X[0, 0] * np.tanh(np.logaddexp(X[0, 0], 0))"


def node(op: str, version: int = 22, constants: dict[int, object] | None = None, **attributes: object) -> OnnxNode:
    arrays = {k: np.asarray(v) for k, v in (constants or {}).items()}
    names = ["x"] + [str(k) if k in arrays else "" for k in range(1, max(arrays, default=0) + 1)]
    return OnnxNode(op, version, f"{op.lower()}1", tuple(names), ("y",), attributes, arrays)


def test_attributes_of_onnx_are_read_as_the_decimals_they_were_written_as() -> None:
    layer = REGISTRY["leaky_relu"].from_onnx(node("LeakyRelu", alpha=float(np.float32(0.01)))).layer
    assert layer == made("leaky_relu", alpha=0.01)


def test_attributes_left_out_have_the_defaults_of_onnx() -> None:
    layer = REGISTRY["hard_sigmoid"].from_onnx(node("HardSigmoid", beta=0.25)).layer
    assert layer == made("hard_sigmoid", alpha=0.2, beta=0.25)


def test_a_refusal_names_node_attribute_and_value() -> None:
    with pytest.raises(AttributeValueError, match=r"celu: alpha is 0"):
        REGISTRY["celu"].from_onnx(node("Celu", alpha=0.0))
    with pytest.raises(AttributeValueError, match=r"Node 'gelu1' \(Gelu\): attribute 'approximate' is 'fast'"):
        REGISTRY["gelu"].from_onnx(node("Gelu", approximate="fast"))


def test_clip_reads_its_bounds_from_attributes_before_version_11_and_from_inputs_since() -> None:
    clip = REGISTRY["clip"]
    limit = float(np.finfo(np.float32).max)
    assert clip.from_onnx(node("Clip", 6, min=0.0, max=6.0)).layer == made("clip", min=0.0, max=6.0)
    assert clip.from_onnx(node("Clip", 6, min=-limit, max=6.0)).layer == made("clip", max=6.0)
    assert clip.from_onnx(node("Clip", 11, {2: np.float32(6)})).layer == made("clip", max=6.0)
    assert clip.from_onnx(node("Clip", 13)).layer == made("clip")


def test_clip_refuses_a_bound_that_is_computed() -> None:
    computed = OnnxNode("Clip", 13, "clip1", ("x", "low"), ("y",))
    with pytest.raises(UnsupportedOperator, match=r"'clip1' \(Clip\): input 1 \(min\) is 'low'. It is computed while"):
        REGISTRY["clip"].from_onnx(computed)


@pytest.mark.parametrize("kind", CURVES)
def test_what_is_written_to_onnx_names_the_operator_and_its_settings(kind: str) -> None:
    forms = made(kind).to_onnx({}, (1, 2))
    assert [form.op for form in forms] == (["Sigmoid", "Mul"] if kind == "silu" else list(REGISTRY[kind].onnx))
    if kind == "elu":
        assert forms[0].attributes == {"alpha": 1.0}
    if kind == "silu":
        assert forms[1].reads == (0, -1)
