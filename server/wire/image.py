"""Pictures: their list, and the square of a picture that a network looks at."""

from typing import Literal

from convoscope.server.wire.base import Wire


class ImageView(Wire):
    id: str
    title: str
    width: int
    height: int
    label: str | None
    kind: Literal["photo", "drawn", "upload"]
    animated: bool


class ImageList(Wire):
    images: list[ImageView]


class CropView(Wire):
    x: int
    y: int
    width: int
    height: int
