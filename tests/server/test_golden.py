"""Every kind of picture is decoded to the pixels that ImageMagick reads in it, from files that ImageMagick wrote."""

import numpy as np
import pytest

from convoscope.server.decode import decode
from convoscope.server.limits import Limits
from tests.reference.make_pixels import FILE, KINDS

NAMES = [*KINDS, *(f"jpeg held {k}" for k in range(1, 9))]
ROUNDED = ("jpeg", "png 16 bits transparent")
"""Kinds that may be one level apart: decoders of JPEG round otherwise, and we lay 8 bits on white, not 16."""


@pytest.mark.parametrize("name", NAMES)
def test_the_pixels_are_those_of_another_program(name: str) -> None:
    with np.load(FILE) as stored:
        file, wanted = stored[f"{name} file"].tobytes(), np.round(stored[f"{name} pixels"] / 257)
    found = decode(file, Limits())
    assert (found.height, found.width) == wanted.shape[:2]
    got = np.frombuffer(found.pixels, np.uint8).reshape(wanted.shape)
    assert np.abs(got - wanted).max() <= name.startswith(ROUNDED)
    assert np.ptp(wanted) > 50 or wanted.size == 3, "a picture that is worth comparing"
    assert found.animated is (name == "gif moving")
