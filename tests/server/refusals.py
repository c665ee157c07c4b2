"""What the tests of the limits share."""

import io

import httpx
from PIL import Image


def refused(answer: httpx.Response, status: int, code: str, limit: int, value: int | None = None) -> None:
    """The answer is the problem of that code, and names limit and value."""
    body = answer.json()
    assert (answer.status_code, body["code"], body["limit"]) == (status, code, limit)
    assert value is None or body["value"] == value


def picture(width: int, height: int = 1, format: str = "PNG", seed: int = 0) -> bytes:
    """A file of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), (seed % 256, seed // 256, 7)).save(out, format)
    return out.getvalue()
