"""Takes the pictures of the README from the real page, small enough to be committed.

    python -m benchmarks.pictures [FOLDER]            docs/pictures without one

The same page, the same pixels: no motion, a fixed size, the shipped network on the shipped photograph.
"""

import io
import sys
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Browser, Page

from benchmarks.browser import chromium, served

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
LARGEST = 300_000  # bytes
COLOURS = 255


class Shot(NamedTuple):
    """A picture to take: where the page is opened, how large, in which theme, and what is pressed then."""

    name: str
    address: str
    size: tuple[int, int] = (1440, 900)
    theme: str = "light"
    keys: tuple[str, ...] = ()


SHOTS = (
    Shot("network", "/?image=cat-photo"),
    Shot("unravelled", "/?image=cat-photo&view=maps"),
    Shot("window", "/?image=cat-photo&view=window&at=conv2@5,19,23"),
    Shot("pool", "/?image=cat-photo&view=window&at=pool1@5,7,9"),
    Shot("network-dark", "/?image=cat-photo", theme="dark"),
    Shot("window-dark", "/?image=cat-photo&view=window&at=conv2@5,19,23", theme="dark"),
    Shot("phone", "/?image=cat-photo&view=window&at=conv2@5,19,23", size=(390, 844)),
)


def take(browser: Browser, url: str, shot: Shot) -> bytes:
    """The picture as PNG."""
    context = browser.new_context(
        viewport={"width": shot.size[0], "height": shot.size[1]},
        color_scheme="dark" if shot.theme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(url + shot.address)
    page.locator("#stage[data-image]").wait_for()
    for key in shot.keys:
        page.keyboard.press(key)
    settle(page)
    png = page.screenshot()
    context.close()
    return png


def settle(page: Page) -> None:
    """Waits until nothing is on the way and two frames have passed."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def small(png: bytes) -> bytes:
    """The same picture with few colours: a third of the bytes, nothing that an eye would miss."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    out = io.BytesIO()
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def main(folder: Path = FOLDER) -> int:
    """Takes all pictures; status 1 when one is too large to be committed."""
    folder.mkdir(parents=True, exist_ok=True)
    status = 0
    with served() as url, chromium() as browser:
        for shot in SHOTS:
            data = small(take(browser, url, shot))
            (folder / f"{shot.name}.png").write_bytes(data)
            too_large = len(data) > LARGEST
            status |= too_large
            print(f"{shot.name + '.png':<24}{len(data):>10,} bytes{'   too large' if too_large else ''}")
    return int(status)


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
