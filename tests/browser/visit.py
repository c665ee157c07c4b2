"""What a person does on the page, and what the page then says."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.live import LiveServer

ADDRESS = re.compile(r"^∂?([^@]+)@(\d+(?:,\d+)*)")


def opened(page: Page, address: str = "/", image: str = "cat-photo") -> Page:
    """The page, once a picture has gone through the network."""
    page.goto(address)
    shows(page, image)
    return page


@contextmanager
def one_page(browser: Browser, server: LiveServer, problems: list[str], **context: Any) -> Iterator[Page]:
    """One page for all tests of a file, opened on the cat: each goes on where the one before it ended."""
    held = browser.new_context(base_url=server.url, viewport={"width": 1280, "height": 800}, **context)
    held.set_default_timeout(15_000)
    page = held.new_page()
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield opened(page)
    held.close()
    assert not problems


def shows(page: Page, image: str | re.Pattern[str]) -> None:
    """Waits until the stage shows this picture."""
    expect(page.locator("#stage")).to_have_attribute("data-image", image)


def png(seed: int = 0, side: int = 32, noise: float = 12) -> tuple[np.ndarray, bytes]:
    """A picture that no network has seen, as pixels (H, W, 3) and as a file: waves of three colours and some noise."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:side, 0:side] / side
    waves = [np.sin(6 * (x * rng.uniform(-1, 1) + y * rng.uniform(-1, 1)) + rng.uniform(0, 6)) for _ in range(3)]
    pixels = np.clip(128 + 90 * np.stack(waves, -1) + rng.normal(0, noise, (side, side, 3)), 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return pixels, file.getvalue()


def upload(page: Page, name: str, mime: str, data: bytes) -> None:
    """Chooses a file with the shelf's button."""
    page.locator("#own").set_input_files({"name": name, "mimeType": mime, "buffer": data})


@dataclass(frozen=True)
class Lens:
    """What the lens prints: the number's address, its parts by label, and the total."""

    node: str
    at: tuple[int, ...]
    parts: dict[str, str]
    total: str

    @property
    def value(self) -> float:
        return number(self.total)


def lens(page: Page, address: str | re.Pattern[str] = ADDRESS) -> Lens:
    """Reads the lens, once it shows this address."""
    expect(page.locator("#lens h2")).to_have_text(address)
    expect(page.locator("#lens")).to_have_attribute("aria-busy", "false")
    found = ADDRESS.match(page.locator("#lens h2").inner_text().split()[0])
    assert found
    rows = page.locator("#lens tr[data-part]").all()
    parts = {str(row.get_attribute("data-part")): row.locator(".v").inner_text() for row in rows}
    total = page.locator("#lens output").inner_text()
    return Lens(found[1], tuple(map(int, found[2].split(","))), parts, total)


def number(text: str) -> float:
    """A printed number."""
    digits, _, power = text.replace("−", "-").partition(" × 10")
    return float(digits) * 10.0 ** (int(power.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-"))) if power else 0)


def units(text: str) -> int:
    """A printed number as a whole number of its last digit."""
    return int(text.replace("−", "-").replace(".", ""))


def decimals(printed: str) -> int:
    """How many digits stand behind the point."""
    return len(printed.partition(".")[2])
