"""Resizing: where an output cell looks, and what it weighs."""

import numpy as np
import pytest

from convoscope.engine.errors import AttributeValueError, ShapeError
from convoscope.engine.exchange import OnnxNode
from convoscope.engine.layers.resize import Resize
from convoscope.engine.types import Array

ROW = np.array([[[0.0, 4.0, 8.0]]])


def resized(layer: Resize, x: Array = ROW) -> list[float]:
    y, _ = layer.forward({}, x)
    return [round(float(v), 6) for v in y.ravel()]


def one_axis(mode: str = "linear", transformation: str = "half_pixel", **settings: object) -> Resize:
    given = {"scales": (2.0,)} if "sizes" not in settings and "scales" not in settings else {}
    return Resize(**given, axes=(2,), mode=mode, coordinate_transformation_mode=transformation, **settings)  # type: ignore[arg-type]


def node(constants: dict[int, Array], version: int = 19, op: str = "Resize", **attributes: object) -> OnnxNode:
    inputs = ("x", "roi", "scales", "sizes")[: max(constants, default=0) + 1]
    named = tuple(name if k == 0 or k in constants else "" for k, name in enumerate(inputs))
    return OnnxNode(op, version, "up", named, ("y",), attributes, constants, {0: (None, 3, 4, 4)})


def test_the_nearest_cell_is_copied() -> None:
    assert resized(one_axis("nearest")) == [0, 0, 4, 4, 8, 8]


def test_linear_weighs_the_two_neighbours_and_an_edge_reads_itself_again() -> None:
    assert resized(one_axis()) == [0, 1, 3, 5, 7, 8]


@pytest.mark.parametrize(
    ("transformation", "places"),
    [
        ("half_pixel", [-0.25, 0.25, 0.75, 1.25, 1.75, 2.25]),
        ("asymmetric", [0, 0.5, 1, 1.5, 2, 2.5]),
        ("align_corners", [0, 0.4, 0.8, 1.2, 1.6, 2]),
        ("pytorch_half_pixel", [-0.25, 0.25, 0.75, 1.25, 1.75, 2.25]),
        ("half_pixel_symmetric", [-0.25, 0.25, 0.75, 1.25, 1.75, 2.25]),
    ],
)
def test_every_transformation_looks_at_places_of_its_own(transformation: str, places: list[float]) -> None:
    (found,) = one_axis("linear", transformation).resamplings(ROW.shape).values()
    np.testing.assert_allclose(found.places(), places)


def test_a_size_that_was_rounded_is_centred_by_half_pixel_symmetric() -> None:
    layer = Resize((0.75,), axes=(2,), mode="linear", coordinate_transformation_mode="half_pixel_symmetric")
    (found,) = layer.resamplings((1, 1, 3)).values()  # 2.25 cells become 2
    np.testing.assert_allclose(found.places(), [1 - 2 / 3, 1 + 2 / 3])


@pytest.mark.parametrize(
    ("nearest_mode", "expected"),
    [
        ("round_prefer_floor", [0, 0, 4, 4, 8, 8]),
        ("round_prefer_ceil", [0, 4, 4, 8, 8, 8]),
        ("floor", [0, 0, 4, 4, 8, 8]),
        ("ceil", [0, 4, 4, 8, 8, 8]),
    ],
)
def test_halfway_between_two_cells_the_nearest_is_a_choice(nearest_mode: str, expected: list[float]) -> None:
    assert resized(one_axis("nearest", "asymmetric", nearest_mode=nearest_mode)) == expected


def test_cubic_weights_are_those_of_keys() -> None:
    (a,) = one_axis("cubic", "asymmetric", cubic_coeff_a=-0.5).matrices((1, 1, 5)).values()
    np.testing.assert_allclose(a[3], [-1 / 16, 9 / 16, 9 / 16, -1 / 16, 0])


def test_exclude_outside_shares_the_weight_of_missing_cells_among_the_others() -> None:
    (a,) = one_axis("cubic", "asymmetric", cubic_coeff_a=-0.5, exclude_outside=True).matrices((1, 1, 3)).values()
    np.testing.assert_allclose(a[1], [9 / 17, 9 / 17, -1 / 17])


def test_antialiasing_reads_every_cell_when_the_picture_shrinks() -> None:
    x = np.array([[[0.0, 8.0, 0.0, 0.0]]])
    assert resized(one_axis(scales=(0.5,)), x) == [4, 0]
    assert resized(one_axis(scales=(0.5,), antialias=True), x) == [3, 1]  # weights 3, 3, 1 and an edge read twice


def test_a_crop_reaches_beyond_the_input_and_is_filled_there() -> None:
    layer = one_axis("linear", "tf_crop_and_resize", sizes=(3,), roi=(0.5, 1.5), extrapolation_value=9.0)
    assert resized(layer) == [4, 8, 9]
    y, saved = layer.forward({}, ROW)
    assert layer.backward({}, (ROW,), y, saved, np.ones_like(y))[0][0].tolist() == [[[0, 1, 1]]]
    e = layer.explain({}, (ROW,), y, saved, (0, 0, 2))
    assert (e.value, e.numpy, e.steps[0].label) == (9, "out[0, 0, 2] = 9.0", "outside the input")


@pytest.mark.parametrize(("policy", "shape"), [("stretch", (7, 8)), ("not_larger", (4, 8)), ("not_smaller", (7, 14))])
def test_sizes_may_be_bent_to_keep_the_aspect_ratio(policy: str, shape: tuple[int, int]) -> None:
    layer = Resize(sizes=(7, 8), keep_aspect_ratio_policy=policy)
    assert layer.output_shape((1, 1, 2, 4))[2:] == shape


def test_a_scale_is_multiplied_as_float32() -> None:
    assert Resize((0.7, 0.29)).output_shape((1, 1, 10, 100)) == (1, 1, 7, 29)


def test_a_gradient_goes_back_with_the_weights_it_came_with() -> None:
    y, saved = one_axis().forward({}, ROW)
    (dx,), _ = one_axis().backward({}, (ROW,), y, saved, np.array([[[0.0, 1.0, 0.0, 0.0, 0.0, 0.0]]]))
    assert dx.tolist() == [[[0.75, 0.25, 0]]]
    e = one_axis().explain({}, (ROW,), y, saved, (0, 0, 1))
    assert e.numpy == "out[0, 0, 1] = np.sum(X[0, 0, 0:2] * np.array([0.75, 0.25]))"
    assert [s.label for s in e.steps] == ["row 0", "row 1"]


def test_a_file_that_resizes_nothing_copies() -> None:
    layer, x = Resize.from_onnx(node({2: np.ones(4, np.float32)})).layer, np.ones((1, 1, 2, 2))
    y, saved = layer.forward({}, x)
    assert y.tolist() == x.tolist()
    assert (
        layer.explain({}, (x,), y, saved, (0, 0, 1, 1)).numpy
        == "out[0, 0, 1, 1] = np.sum(X[0, 0, 1, 1] * np.array([1.0]))"
    )
    assert layer.to_onnx({}, x.shape)[0].op == "Identity"


def test_axes_that_keep_their_size_and_a_batch_of_any_size_are_left_alone() -> None:
    sizes = Resize.from_onnx(node({3: np.array([1, 3, 8, 4])}, mode="linear")).layer
    assert sizes == Resize(sizes=(8,), axes=(2,), mode="linear")
    scales = Resize.from_onnx(node({2: np.array([1, 1, 2, 2], np.float32)})).layer
    assert scales == Resize((2.0, 2.0))


def test_an_empty_array_stands_for_scales_that_are_not_given() -> None:
    constants = {1: np.zeros(0, np.float32), 2: np.zeros(0, np.float32), 3: np.array([1, 3, 8, 8])}
    assert Resize.from_onnx(node(constants, 11)).layer == Resize(sizes=(8, 8))


@pytest.mark.parametrize(("scales", "rounding"), [((1, 1, 2, 2), "floor"), ((1, 1, 0.5, 0.5), "ceil")])
def test_version_10_rounds_down_to_grow_and_up_to_shrink(scales: tuple[float, ...], rounding: str) -> None:
    given = OnnxNode("Resize", 10, "up", ("x", "scales"), ("y",), {}, {1: np.array(scales, np.float32)})
    layer = Resize.from_onnx(given).layer
    wanted = Resize(scales[2:], coordinate_transformation_mode="asymmetric", nearest_mode=rounding)
    assert layer == wanted


def test_upsample_7_says_its_scales_as_an_attribute() -> None:
    given = OnnxNode("Upsample", 7, "up", ("x",), ("y",), {"scales": (1.0, 1.0, 2.0, 3.0), "mode": "linear"})
    wanted = Resize((2.0, 3.0), mode="linear", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
    assert Resize.from_onnx(given).layer == wanted


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"scales": (2.0,)},
            "resize: scales is (2.0,) and sizes is (); one of them must have a number for each of axes",
        ),
        ({"scales": (2.0, 0.0)}, "resize: scales is (2.0, 0.0); every scale is larger than 0."),
        ({"sizes": (4, 4), "mode": "quintic"}, "resize: mode is 'quintic'; it is one of nearest, linear, cubic."),
        (
            {"sizes": (4, 4), "antialias": True},
            "resize: antialias is set, but mode 'nearest' has no weights to stretch.",
        ),
        (
            {"sizes": (4, 4), "coordinate_transformation_mode": "tf_crop_and_resize"},
            "resize: roi is (); tf_crop_and_resize needs a start for each of axes (2, 3), and then the ends.",
        ),
    ],
)
def test_settings_that_do_not_go_together_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(AttributeValueError) as e:
        Resize(**settings)  # type: ignore[arg-type]
    assert str(e.value).startswith(message)


def test_a_refusal_names_the_node_of_a_file() -> None:
    with pytest.raises(AttributeValueError) as e:
        Resize.from_onnx(node({2: np.array([1, 1, 2, -2], np.float32)}))
    assert str(e.value) == "Node 'up' (Resize): resize: scales is (2.0, -2.0); every scale is larger than 0."


def test_a_picture_that_would_vanish_is_refused() -> None:
    with pytest.raises(ShapeError) as e:
        Resize((0.2, 1.0)).output_shape((1, 3, 4, 4))
    assert str(e.value).startswith("resize: an input of shape (1, 3, 4, 4) would become (1, 3, 0, 4).")
