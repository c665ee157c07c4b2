"""Golden pixels: what every kind of picture file becomes, sent to the live server and read back as PNG."""

import io
import struct
import zlib
from collections.abc import Callable

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
RNG = np.random.default_rng(0)
COLOURS = RNG.integers(0, 256, (6, 9, 3), np.uint8)
GREYS = RNG.integers(0, 256, (6, 9), np.uint8)
DEEP = RNG.integers(0, 65536, (6, 9, 4), np.uint16)
LOSSY = 12
"""Levels by which JPEG may be off on flat colours."""


def png16(values: NDArray[np.uint16], colour_type: int) -> bytes:
    """A PNG of 16 bits a channel, which Pillow cannot write; colour types as in PNG's specification, 11.2.2."""
    height, width = values.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    header = struct.pack(">IIBBBBB", width, height, 16, colour_type, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(d)) + kind + d + struct.pack(">I", zlib.crc32(kind + d)) for kind, d in parts
    )


def saved(image: Image.Image, format: str, **how: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **how)
    return out.getvalue()


def on_white(rgba: NDArray[np.integer], top: int = 255) -> NDArray[np.float64]:
    """The definition: colour · alpha + white · (1 − alpha)."""
    alpha = rgba[..., 3:] / top
    return (rgba[..., :3] / top * alpha + (1 - alpha)) * 255


@pytest.fixture
def decoded(client: httpx.Client) -> Callable[[bytes], Pixels]:
    def send(data: bytes) -> Pixels:
        put = client.put("/api/images", content=data)
        assert put.status_code == 201, put.text
        told = put.json()
        png = client.get(f"/api/images/{told['id']}/picture", params={"side": 2048})
        pixels = np.asarray(Image.open(io.BytesIO(png.content)))
        assert pixels.shape == (told["height"], told["width"], 3)
        return pixels

    return send


Decode = Callable[[bytes], Pixels]


@pytest.mark.parametrize(("format", "how"), [("PNG", {}), ("BMP", {}), ("WEBP", {"lossless": True})])
def test_colours_stay_as_they_are(decoded: Decode, format: str, how: dict[str, object]) -> None:
    np.testing.assert_array_equal(decoded(saved(Image.fromarray(COLOURS), format, **how)), COLOURS)


@pytest.mark.parametrize("format", ["PNG", "BMP", "GIF"])
def test_grey_is_three_equal_channels(decoded: Decode, format: str) -> None:
    np.testing.assert_array_equal(decoded(saved(Image.fromarray(GREYS), format)), np.stack([GREYS] * 3, -1))


def test_one_bit_is_black_and_white(decoded: Decode) -> None:
    bits = GREYS > 127
    expected = np.where(bits, 255, 0).astype(np.uint8)
    np.testing.assert_array_equal(decoded(saved(Image.fromarray(bits), "PNG")), np.stack([expected] * 3, -1))


def test_a_palette_is_looked_up(decoded: Decode) -> None:
    image = Image.fromarray(COLOURS).quantize(16)
    np.testing.assert_array_equal(decoded(saved(image, "PNG")), np.asarray(image.convert("RGB")))


def test_a_transparent_colour_of_a_palette_is_white(decoded: Decode) -> None:
    image = Image.fromarray(np.array([[0, 1, 2]], np.uint8), "P")
    image.putpalette([10, 20, 30, 200, 100, 50, 0, 0, 255])
    expected = [[[10, 20, 30], [255, 255, 255], [0, 0, 255]]]
    assert decoded(saved(image, "PNG", transparency=1)).tolist() == expected


def test_a_transparent_colour_without_palette_is_white(decoded: Decode) -> None:
    image = Image.fromarray(np.array([[[1, 2, 3], [4, 5, 6]]], np.uint8))
    assert decoded(saved(image, "PNG", transparency=(1, 2, 3))).tolist() == [[[255, 255, 255], [4, 5, 6]]]


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
def test_what_is_transparent_lies_on_white(decoded: Decode, format: str) -> None:
    rgba = np.concatenate([COLOURS, GREYS[..., None]], -1)
    got = decoded(
        saved(Image.fromarray(rgba), format, **({"lossless": True, "exact": True} if format == "WEBP" else {}))
    )
    np.testing.assert_allclose(got, on_white(rgba), atol=1)


def test_transparent_grey_lies_on_white(decoded: Decode) -> None:
    both = np.stack([GREYS, GREYS[::-1]], -1)
    rgba = np.concatenate([both[..., :1]] * 3 + [both[..., 1:]], -1)
    np.testing.assert_allclose(decoded(saved(Image.fromarray(both, "LA"), "PNG")), on_white(rgba), atol=1)


def test_grey_of_16_bits_is_divided_by_257(decoded: Decode) -> None:
    expected = np.floor(DEEP[..., 0] / 257 + 0.5)
    np.testing.assert_array_equal(decoded(png16(DEEP[..., 0], 0)), np.stack([expected] * 3, -1))


def test_colours_of_16_bits_are_divided_by_257(decoded: Decode) -> None:
    np.testing.assert_array_equal(decoded(png16(DEEP[..., :3], 2)), np.floor(DEEP[..., :3] / 257 + 0.5))


def test_the_edges_of_16_bits_are_rounded_to_the_nearest(decoded: Decode) -> None:
    edges = np.array([[[0, 128, 129], [256, 257, 385], [386, 65_406, 65_407], [65_535, 32_767, 32_768]]], np.uint16)
    np.testing.assert_array_equal(decoded(png16(edges, 2)), np.floor(edges / 257 + 0.5))


def test_transparent_colours_of_16_bits_lie_on_white(decoded: Decode) -> None:
    np.testing.assert_allclose(decoded(png16(DEEP, 6)), on_white(DEEP, 65_535), atol=1.01)


def test_transparent_grey_of_16_bits_lies_on_white(decoded: Decode) -> None:
    rgba = np.concatenate([DEEP[..., :1]] * 3 + [DEEP[..., 3:]], -1)
    np.testing.assert_allclose(decoded(png16(DEEP[..., [0, 3]], 4)), on_white(rgba, 65_535), atol=2.01)


def test_a_ramp_of_16_bits_keeps_its_mean(decoded: Decode) -> None:
    ramp = np.linspace(0, 65_535, 512).astype(np.uint16)[None, :]
    assert decoded(png16(ramp, 0)).mean() == pytest.approx(127.5, abs=0.3)


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_jpeg_is_near_the_colour_that_was_saved(decoded: Decode, mode: str) -> None:
    flat = Image.new("RGB", (16, 16), (200, 120, 40))
    got = decoded(saved(flat.convert(mode), "JPEG", quality=95))
    expected = np.asarray(flat.convert(mode).convert("RGB"), int)
    assert got.shape == (16, 16, 3)
    assert np.abs(got - expected).max() <= LOSSY


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_the_orientation_of_a_camera_is_applied(decoded: Decode, format: str, orientation: int) -> None:
    """The stored picture is what a camera held that way saves of one that is red above and left, blue else."""
    upright = np.full((16, 24, 3), (0, 0, 255), np.uint8)
    upright[:8, :8] = (255, 0, 0)
    turned = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.swapaxes(0, 1),
        6: np.rot90(upright, 1),
        7: upright.swapaxes(0, 1)[::-1, ::-1],
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    how: dict[str, object] = {"lossless": True} if format == "WEBP" else {"subsampling": 0, "quality": 100}
    got = decoded(saved(Image.fromarray(np.ascontiguousarray(turned)), format, exif=exif, **how))
    assert np.abs(got.astype(int) - upright).max() <= (LOSSY if format == "JPEG" else 0)


def test_16_bits_and_an_orientation_go_together(decoded: Decode) -> None:
    data = png16(DEEP[..., :3], 2)
    exif = Image.Exif()
    exif[0x0112] = 3
    told = exif.tobytes().removeprefix(b"Exif\0\0")
    chunk = struct.pack(">I", len(told)) + b"eXIf" + told + struct.pack(">I", zlib.crc32(b"eXIf" + told))
    got = decoded(data[:33] + chunk + data[33:])
    np.testing.assert_array_equal(got, np.floor(DEEP[::-1, ::-1, :3] / 257 + 0.5))


@pytest.mark.parametrize(("format", "how"), [("GIF", {}), ("PNG", {}), ("WEBP", {"lossless": True})])
def test_of_a_moving_picture_the_first_frame_is_taken(
    client: httpx.Client, decoded: Decode, format: str, how: dict[str, object]
) -> None:
    first, second = (Image.new("RGB", (8, 8), c) for c in ((255, 0, 0), (0, 255, 0)))
    data = saved(first, format, save_all=True, append_images=[second], duration=100, **how)
    assert decoded(data).reshape(-1, 3).tolist() == [[255, 0, 0]] * 64
    assert client.put("/api/images", content=data).json()["animated"] is True


def test_a_still_picture_is_not_animated(client: httpx.Client) -> None:
    assert client.put("/api/images", content=saved(Image.new("RGB", (8, 8)), "GIF")).json()["animated"] is False


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1)])
def test_the_thinnest_pictures_are_seen_too(client: httpx.Client, size: tuple[int, int]) -> None:
    told = client.put("/api/images", content=saved(Image.new("RGB", size, (9, 9, 9)), "PNG")).json()
    assert (told["width"], told["height"]) == size
    crop = client.get(f"/api/traces/example-cnn/{told['id']}").json()["crop"]
    assert (crop["width"], crop["height"]) == (1, 1)


def test_a_long_side_is_shrunk_to_the_limit(client: httpx.Client) -> None:
    told = client.put("/api/images", content=saved(Image.new("L", (4096, 1000)), "PNG")).json()
    assert (told["width"], told["height"]) == (2048, 500)


def test_a_large_jpeg_is_decoded_at_a_smaller_scale(client: httpx.Client) -> None:
    told = client.put("/api/images", content=saved(Image.new("L", (6000, 4000)), "JPEG")).json()
    assert (told["width"], told["height"]) == (2048, 1365)


def test_equal_pixels_have_one_id_whatever_file_they_came_in(client: httpx.Client) -> None:
    image = Image.fromarray(COLOURS)
    ids = {client.put("/api/images", content=saved(image, f)).json()["id"] for f in ("PNG", "BMP")}
    assert len(ids) == 1
    assert all(len(i) == 26 and set(i) <= set("abcdefghijklmnopqrstuvwxyz234567") for i in ids)


def test_a_preview_is_no_longer_than_asked_for(client: httpx.Client) -> None:
    png = client.get("/api/images/cat-photo/picture", params={"side": 96})
    assert png.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(png.content)).size == (96, 64)
