"""A few hundred wrong files: each is opened or refused by name. `python3 dev.py soak` has a million."""

import os
from pathlib import Path

import pytest

from benchmarks.mutants import networks_opened, pictures_opened
from convoscope.engine import errors, from_config

REFERENCE = Path(__file__).parents[1] / "reference"
PICTURES, NETWORKS = 80, 100


def test_a_wrong_picture_is_opened_or_refused() -> None:
    found = pictures_opened(PICTURES)
    assert found.total() == PICTURES
    assert set(found) <= {"opened", "image_corrupt", "image_format", "image_side_too_long", "image_too_many_pixels"}
    assert found["opened"] > 10
    assert found["image_corrupt"] > 10


def test_what_a_wrong_network_once_broke_is_refused_in_words() -> None:
    resize = from_config({"kind": "resize", "sizes": (4, 4), "axes": (2, 3)})
    with pytest.raises(
        errors.ShapeError, match=r"an input of shape \(1, 3, 0, 4\) has nothing that could be enlarged\."
    ):
        resize.output_shape((1, 3, 0, 4))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the reader is confined in a fork")
def test_a_wrong_network_is_opened_or_refused() -> None:
    seeds = [(REFERENCE / name).read_bytes() for name in ("exported_dynamo.onnx", "exported_legacy_13.onnx")]
    found = networks_opened(seeds, NETWORKS)
    assert found.total() == NETWORKS, found
    assert not [code for code in found if code.startswith(("bug", "slow"))], found
    assert found["opened"] > 5
    assert found["bad_format"] > 5
