"""Bytes of a picture → red green blue pixels. Imports Pillow and nothing of ours, so that a child starts fast.

Done on the way: the header is checked before any pixel is decoded; the first frame is taken; the EXIF orientation is
applied; 16 bits become 8 by dividing by 257; transparent parts lie on white; a longer side is shrunk. Colour
profiles and other metadata are dropped.
"""

import io
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from convoscope.server.limits import Limits

WANTED = "Send a PNG, JPEG, WebP, GIF or BMP file."


class Refused(Exception):
    """A picture that is not taken: code, what is wrong, and the limit and value where it is about one."""

    def __init__(self, code: str, detail: str, limit: int | None = None, value: int | None = None) -> None:
        super().__init__(code, detail, limit, value)


class Decoded(NamedTuple):
    """Pixels row by row, three bytes each."""

    width: int
    height: int
    pixels: bytes
    animated: bool


def format_of(data: bytes) -> str | None:
    """The format that the first bytes promise, None for one that is not read here."""
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return "PNG"
    if data[:3] == b"\xff\xd8\xff":
        return "JPEG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "GIF"
    return "BMP" if data[:2] == b"BM" else None


def decode(data: bytes, limits: "Limits") -> Decoded:
    """The picture in these bytes. Raises Refused; anything else that Pillow raises means a damaged file."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # our own limits, below, are stricter and not only a warning
    found = format_of(data)
    if found is None:
        raise Refused("image_format", f"These bytes are no picture in a format that is read here. {WANTED}")
    longest = (limits.image_stored_side, limits.image_stored_side)
    with Image.open(io.BytesIO(data), formats=[found]) as image:
        check_size(image.width, image.height, found, limits)
        animated = bool(getattr(image, "is_animated", False))
        image.draft("RGB", longest)
        upright = ImageOps.exif_transpose(eight_bits(image, data))
        rgb = on_white(upright)
    rgb.thumbnail(longest, Image.Resampling.BICUBIC)
    return Decoded(rgb.width, rgb.height, rgb.tobytes(), animated)


def check_size(width: int, height: int, format: str, limits: "Limits") -> None:
    """Raises Refused for a header that promises more pixels than are taken."""
    side, most = max(width, height), limits.image_pixels_jpeg if format == "JPEG" else limits.image_pixels
    if side > limits.image_side:
        detail = f"The picture is {width} × {height} pixels; a side may have at most {limits.image_side}. Shrink it."
        raise Refused("image_side_too_long", detail, limits.image_side, side)
    if width * height > most:
        detail = f"The picture is {width} × {height} pixels; a {format} may have at most {most} in all. Shrink it."
        raise Refused("image_too_many_pixels", detail, most, width * height)


def eight_bits(image: Any, data: bytes) -> Any:
    """A picture of 16 bits a channel as one of 8: round(v / 257), so that 0 to 65,535 becomes 0 to 255."""
    if image.mode.startswith("I"):  # grey: Pillow keeps the 16 bits
        grey = image.convert("I").point(lambda v: v * (1 / 257) + 0.5).convert("L")
        grey.info = image.info
        return grey
    if image.tile and image.tile[0].args in ("RGB;16B", "RGBA;16B"):
        return nearest_byte(image, low_bytes(image, data))
    return image


def low_bytes(image: Any, data: bytes) -> Any:
    """The less significant bytes of a colour picture of 16 bits, whose more significant ones are all Pillow reads."""
    from PIL import Image

    low = Image.open(io.BytesIO(data), formats=["PNG"])
    low.tile = [tile._replace(args=str(tile.args).replace("16B", "16L")) for tile in low.tile]
    low.load()
    return low


def nearest_byte(high: Any, low: Any) -> Any:
    """round((256 · high + low) / 257) = high + round((low − high) / 257), which is 1 up, 1 down, or nothing."""
    from PIL import ImageChops

    up = ImageChops.subtract(low, high).point(lambda v: v > 128)
    down = ImageChops.subtract(high, low).point(lambda v: v > 128)
    nearest = ImageChops.subtract(ImageChops.add(high, up), down)
    nearest.info = high.info
    return nearest


def on_white(image: Any) -> Any:
    """Red, green and blue, with white behind what is transparent."""
    from PIL import Image

    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return image.convert("RGB")
