"""What moves, and whether it stutters: convolutions played at 240 windows a second, and a tour through everything.

    python -m benchmarks.tour [--tour SECONDS]

Frames a second are those of the browser's own clock while something plays. The tour goes by keys and wheel through
views, grains and directions, again and again for so many seconds (24, or the two minutes of a lecture: --tour 120); a
frame that takes more than 50 ms is one that a person sees. Status 1 when a budget of budgets.toml is missed. On a busy
machine read ratios.
"""

import argparse
import sys

from playwright.sync_api import Page

from benchmarks.browser import chromium, served
from benchmarks.page import COUNT, Figures, report

PLAY_MS = 4000
LONG_MS = 50
RECORD = """() => {
  window.times = [];
  let last = 0;
  const tick = (now) => {
    if (last) window.times.push(now - last);
    last = now;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}"""
TAKE = "() => window.times.splice(0)"

# Each step: keys to press, and how long to look, ms.
STEPS: tuple[tuple[tuple[str, ...], int], ...] = (
    ((" ",), 2500),
    ((" ", "u"), 1500),
    (("u",), 1500),
    (("w",), 1200),
    (("ArrowRight", "ArrowRight"), 600),
    ((" ",), 2500),
    ((" ", "End"), 800),
    (("ArrowDown", "ArrowRight", "ArrowRight", " "), 1500),
    ((" ", "ArrowUp", "ArrowUp"), 1200),
    (("b",), 1500),
    (("f",), 1200),
    (("f", "b"), 800),
    (("Escape", "Escape"), 500),
)
PLAYED = {
    "conv_240_fps": "/?view=window&at=conv2@0,0,0&speed=64",
    "large_conv_240_fps": "/?network=efficientnet-lite0&view=window&at=stem.conv@0,0,0&speed=64",
    "layers_fps": "/?t=0",
}


def opened(page: Page, address: str) -> None:
    """The page at rest, its frames recorded."""
    page.goto(address)
    page.locator("#stage[data-image='cat-photo']").wait_for(timeout=60_000)
    page.wait_for_timeout(1500)
    page.evaluate(RECORD)


def played(page: Page, address: str) -> tuple[float, float]:
    """Frames a second while this plays, and the elements that it needs."""
    opened(page, address)
    page.keyboard.press(" ")
    page.wait_for_timeout(300)
    page.evaluate(TAKE)
    page.wait_for_timeout(PLAY_MS)
    times = page.evaluate(TAKE)
    return 1000 * len(times) / sum(times), page.evaluate(COUNT)


def tour(page: Page, url: str, seconds: float) -> tuple[list[float], list[float]]:
    """The lengths of all frames of a tour, ms, and the elements after each step."""
    opened(page, f"{url}/")
    times: list[float] = []
    elements: list[float] = []
    while sum(times) < 1000 * seconds:
        for keys, look in STEPS:
            for key in keys:
                page.keyboard.press(key)
            page.wait_for_timeout(look)
            times += page.evaluate(TAKE)
            elements.append(page.evaluate(COUNT))
    return times, elements


def main() -> int:
    """Measures and reports; status 1 when a budget is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tour", description="What moves, and if it stutters.")
    parser.add_argument("--tour", type=float, default=24, metavar="SECONDS", help="how long the tour takes")
    seconds = parser.parse_args().tour
    figures: Figures = {}
    with served() as url, chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        for name, address in PLAYED.items():
            fps, elements = played(page, f"{url}{address}")
            figures[name] = [fps]
            figures.setdefault("elements", []).append(elements)
        times, counts = tour(page, url, seconds)
        figures["elements"] += counts
        figures["long_frames"] = [float(sum(time > LONG_MS for time in times))]
        figures["longest_frame_ms"] = [max(times)]
    figures["elements"] = [max(figures["elements"])]
    return int(report(figures, "tour") > 0)


if __name__ == "__main__":
    sys.exit(main())
