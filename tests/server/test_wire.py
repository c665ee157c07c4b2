"""The page's types say what travels: `static/types.d.ts` and `server/wire/` name the same fields."""

import json
import re

import numpy as np
import pytest
from safetensors.numpy import load

from convoscope.server import wire
from tests.tree import text

TYPES = text("static/types.d.ts")


def fields_of(interface: str) -> set[str]:
    """The names of an interface's own fields, without those of the objects inside it."""
    body = TYPES.partition(f"export interface {interface} {{")[2]
    depth, own = 1, ""
    for character in body:
        depth += (character in "{[(") - (character in "}])")
        if depth == 0:
            break
        own += character if depth == 1 else ""
    return set(re.findall(r"(?:^|[;,\s])(\w+)\??:", own))


@pytest.mark.parametrize(
    "view",
    [
        wire.NetworkView,
        wire.NodeView,
        wire.ImageView,
        wire.NodeStats,
        wire.TraceView,
        wire.PredictionView,
        wire.OperandView,
        wire.ExplanationView,
        wire.AxisView,
        wire.StepView,
    ],
)
def test_the_pages_types_name_the_fields_that_travel(view: type[wire.Wire]) -> None:
    name = {"PredictionView": "Prediction", "AxisView": "AxisRule", "StepView": "Step"}.get(
        view.__name__, view.__name__
    )
    assert fields_of(name) == set(view.model_fields)


def test_arrays_travel_bit_for_bit_in_both_directions() -> None:
    bits = np.array([0x7FC00001, 0xFFA00002, 0x7F800000, 0x80000000, 0x00000001, 0x3F800000], np.uint32)
    got = load(wire.safetensors({"x": bits.view(np.float32)}, {}))
    assert got["x"].view(np.uint32).tolist() == bits.tolist()


def test_json_has_words_for_what_it_has_no_numbers_for() -> None:
    arrays = {"x": np.array([np.nan, np.inf, -np.inf, 0.1, -0.0], np.float32)}
    said = json.loads(wire.arrays_as_json(arrays, {"value": "1.5"}))
    values = said["arrays"]["x"]["values"]
    assert values[:3] == ["NaN", "Infinity", "-Infinity"]
    np.testing.assert_array_equal(np.array(values, np.float32), arrays["x"])
    assert said["metadata"] == {"value": "1.5"}
    step = wire.StepView(label="sum", value=float("nan"), total=float("-inf"))
    assert json.loads(step.body()) == {"label": "sum", "value": "NaN", "total": "-Infinity"}


def test_what_float16_cannot_hold_is_infinite_and_what_is_no_number_stays_none() -> None:
    a = np.array([65504, 65520, -1e30, np.nan, 1e-8], np.float32)
    got = wire.as_dtype(a, "float16")
    np.testing.assert_array_equal(got, np.array([65504, np.inf, -np.inf, np.nan, 0], np.float16))
