"""Takes the pictures of the README from the real page, small enough to be committed.

    python -m benchmarks.pictures [FOLDER]            docs/pictures without one

The same page, the same pixels: no motion, a fixed size, the shipped network on the photograph of a cat.
"""

import io
import json
import sys
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page

from benchmarks.browser import chromium, served

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
LARGEST = 340_000  # bytes
CAT = "cat-photo"
BACK = "&objective=loss:3&show=gradient"


class Shot(NamedTuple):
    """A picture to take: what the page is opened on, how large it is, and in which theme."""

    name: str
    query: str = ""
    size: tuple[int, int] = (1280, 800)
    theme: str = "light"


def shots(url: str) -> tuple[Shot, ...]:
    """The pictures of the README."""
    window, pool = f"&view=window&at=conv2@{filtered(url)}", f"&view=window&at=pool1@{pooled(url)}"
    return (
        Shot("network"),
        Shot("unravelled", "&view=maps"),
        Shot("window", window),
        Shot("pool", pool),
        Shot("backward", f"{BACK}&at=pool1@{pooled(url)}", size=(1240, 775)),
        Shot("network-dark", size=(1160, 725), theme="dark"),
        Shot("backward-dark", BACK, size=(1160, 725), theme="dark"),
        Shot("window-dark", window, size=(1240, 775), theme="dark"),
        Shot("term", f"{window}&grain=term"),
        Shot("phone", window, size=(390, 844)),
    )


def activations(url: str, node: str) -> np.ndarray:
    """A node's activations for the cat, (C, H, W)."""
    with urlopen(f"{url}/api/traces/example-cnn/{CAT}/nodes/{node}/activations.json") as answer:
        array = json.load(answer)["arrays"][node]
    return np.array(array["values"], np.float64).reshape(array["shape"])


def filtered(url: str) -> str:
    """The cell of conv2, off the border, whose answer is the largest: a window in which most channels speak."""
    inner = activations(url, "conv2")[:, 4:-4, 4:-4]
    c, i, j = np.unravel_index(inner.argmax(), inner.shape)
    return f"{c},{i + 4},{j + 4}"


def pooled(url: str) -> str:
    """The cell of pool1 whose window's smallest number is the largest: four numbers and one winner."""
    x = activations(url, "relu2")
    c, h, w = x.shape
    least = x.reshape(c, h // 2, 2, w // 2, 2).min(axis=(2, 4))
    return ",".join(map(str, np.unravel_index(least.argmax(), least.shape)))


def take(browser: Browser, url: str, shot: Shot) -> bytes:
    """The picture as PNG."""
    context = browser.new_context(
        viewport={"width": shot.size[0], "height": shot.size[1]},
        color_scheme="dark" if shot.theme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(f"{url}/?image={CAT}{shot.query}")
    page.locator("#stage[data-image]").wait_for()
    settle(page)
    png = page.screenshot()
    context.close()
    return png


def settle(page: Page) -> None:
    """Waits until nothing is on the way and two frames have passed."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def packed(png: bytes) -> bytes:
    """The same pixels in fewer bytes. No fewer colours: here a colour is a number."""
    out = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").save(out, "PNG", optimize=True)
    return out.getvalue()


def main(folder: Path = FOLDER) -> int:
    """Takes all pictures; status 1 when one is too large to be committed."""
    folder.mkdir(parents=True, exist_ok=True)
    status = 0
    with served() as url, chromium() as browser:
        for shot in shots(url):
            data = packed(take(browser, url, shot))
            (folder / f"{shot.name}.png").write_bytes(data)
            too_large = len(data) > LARGEST
            status |= too_large
            print(f"{shot.name + '.png':<24}{len(data):>10,} bytes{'   too large' if too_large else ''}")
    return int(status)


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
