"""How pixels become numbers: the arithmetic, its presets, what is guessed, and what cannot be."""

from dataclasses import replace

import numpy as np
import pytest

from convoscope.engine import Preprocessing
from convoscope.engine.errors import ConvoscopeError, UnknownName

PIXELS = np.arange(3 * 2 * 2, dtype=np.uint8).reshape(3, 2, 2) * 20
PLAIN = Preprocessing((2, 2), (0.0,) * 3, (1.0,) * 3)


@pytest.mark.parametrize(
    ("name", "black", "white"),
    [("0..1", [0, 0, 0], [1, 1, 1]), ("-1..1", [-1, -1, -1], [1, 1, 1]), ("0..255", [0, 0, 0], [255, 255, 255])],
)
def test_a_preset_named_by_its_range_ends_there(name: str, black: list[float], white: list[float]) -> None:
    how = PLAIN.like(name)
    for value, wanted in ((0, black), (255, white)):
        found = how.apply(np.full((3, 2, 2), value, np.uint8))
        np.testing.assert_array_equal(found, np.broadcast_to(np.array(wanted)[:, None, None], (3, 2, 2)))


def test_caffe_takes_blue_first_and_its_mean_away() -> None:
    found = PLAIN.like("caffe").apply(PIXELS)
    np.testing.assert_array_equal(found[0], PIXELS[2] - np.float32(103.939))
    np.testing.assert_array_equal(found[2], PIXELS[0] - np.float32(123.68))


def test_imagenet_is_what_torchvision_does() -> None:
    found = PLAIN.like("imagenet").apply(PIXELS)
    wanted = (PIXELS[1] / 255 - 0.456) / 0.224
    np.testing.assert_allclose(found[1], wanted, rtol=1e-6)


@pytest.mark.parametrize(
    ("channels", "size", "preset"),
    [(3, (96, 96), "imagenet"), (3, (95, 96), "0..1"), (3, (32, 32), "0..1"), (1, (224, 224), "0..1")],
)
def test_large_colour_pictures_are_guessed_to_be_imagenets(channels: int, size: tuple[int, int], preset: str) -> None:
    how = Preprocessing.guessed(channels, size)
    how.check(channels)
    assert (how.preset, how.size, len(how.mean)) == (preset, size, channels)


@pytest.mark.parametrize("channels", [1, 3])
def test_every_preset_can_be_done_and_is_known_by_its_name(channels: int) -> None:
    for name in Preprocessing.presets(channels):
        how = Preprocessing.guessed(channels, (2, 2)).like(name)
        how.check(channels)
        assert how.preset == name
    with pytest.raises(UnknownName, match="There is no preset 'nonsense'"):
        PLAIN.like("nonsense")
    with pytest.raises(UnknownName):
        Preprocessing.guessed(1, (2, 2)).like("caffe")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"mean": (0.0,)}, "mean has 1 numbers; the network reads 3 channels"),
        ({"std": (1.0, 0.0, 1.0)}, "std and scale are divided by"),
        ({"scale": 0.0}, "std and scale are divided by"),
        ({"scale": float("nan")}, "std and scale are divided by"),
        ({"mean": (0.0, float("inf"), 0.0)}, "mean holds numbers from"),
        ({"channels": "L"}, "takes them as RGB or BGR"),
        ({"crop": 1.5}, "crop is the share"),
        ({"crop": 0.0}, "crop is the share"),
        ({"place": (0.5, 1.5)}, "place says where the crop lies"),
        ({"place": (0.5,)}, "place says where the crop lies"),
    ],
)
def test_what_no_arithmetic_can_do_is_refused_by_name(change: dict[str, object], said: str) -> None:
    with pytest.raises(ConvoscopeError, match=said):
        replace(PLAIN, **change).check(3)  # type: ignore[arg-type]
