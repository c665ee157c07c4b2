"""What the page costs a person: bytes, milliseconds until something is to be seen, frames while it moves.

    python -m benchmarks.page
    python -m benchmarks.page --network efficientnet-lite0 --network resnet50 [--network densenet121|model.onnx]

Each figure is the median of several visits with an empty cache, beside its budget of budgets.toml; status 1 when one
is missed. Milliseconds end with the frame that shows the thing, not with the call that asked for it. On a busy
machine read ratios.
"""

import argparse
import statistics
import sys
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Request

from benchmarks import large
from benchmarks.browser import chromium, served

VISITS = 5
REST_MS = 800  # no request for so long: the first view is complete
MOVE_MS = 1400  # longer than any move of the stage
PICTURES = ("rocket-photo", "frog-drawn", "motorcycle-photo", "cat-photo")
LABELS = (0, 5, 7, 9)
BUDGETS = Path(__file__).with_name("budgets.toml")

SHOWN = """
window.shown = (image, from) => new Promise((resolve) => {
  const look = () => document.getElementById("stage")?.dataset.image === image
    ? requestAnimationFrame(() => requestAnimationFrame((now) => resolve(now - from)))
    : setTimeout(look, 1);
  look();
});
window.first = window.shown("cat-photo", 0);
"""
SWITCH = """(image) => {
  const shown = window.shown(image, performance.now());
  document.querySelector(`#shelf input[value="${image}"]`).click();
  return shown;
}"""
STEP = """() => new Promise((resolve) => {
  const said = () => document.querySelector("#lens h2").textContent, from = performance.now(), before = said();
  const look = () => said() === before ? setTimeout(look, 1)
    : requestAnimationFrame(() => requestAnimationFrame((now) => resolve(now - from)));
  dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
  look();
})"""
LABEL = """(objective) => new Promise((resolve) => {
  const stage = document.getElementById("stage"), lens = document.getElementById("lens"), from = performance.now();
  const here = () => stage.dataset.objective === objective && lens.getAttribute("aria-busy") === "false";
  const look = () => here() ? requestAnimationFrame(() => requestAnimationFrame((now) => resolve(now - from)))
    : setTimeout(look, 1);
  const of = document.querySelector("#legend select[aria-label='Of what']");
  of.value = objective;
  of.dispatchEvent(new Event("change"));
  look();
})"""
EDIT = """() => new Promise((resolve) => {
  const what = document.querySelector("#edits .outcome"), lens = document.getElementById("lens");
  const from = performance.now(), before = what.textContent;
  const rests = (one) => one.getAttribute("aria-busy") === "false";
  const here = () => what.textContent !== before && rests(what) && rests(lens);
  const look = () => here() ? requestAnimationFrame(() => requestAnimationFrame((now) => resolve(now - from)))
    : setTimeout(look, 1);
  dispatchEvent(new KeyboardEvent("keydown", { key: "x" }));
  setTimeout(look, 1);
})"""
FRAMES = """(ms) => new Promise((resolve) => {
  const times = [];
  const tick = (now) => {
    times.push(now);
    if (now - times[0] < ms) requestAnimationFrame(tick);
    else resolve((times.length - 1) * 1000 / (now - times[0]));
  };
  requestAnimationFrame(tick);
})"""
COUNT = "document.querySelectorAll('*').length"

Figures = dict[str, list[float]]


def visit(browser: Browser, url: str, figures: Figures) -> None:
    """One visit with an empty cache; adds what it measured."""

    def add(name: str, value: float) -> None:
        figures.setdefault(name, []).append(float(value))

    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(SHOWN)
    page = context.new_page()
    seen: list[Request] = []
    page.on("requestfinished", lambda request: seen.append(request))
    page.goto(url)
    add("first_picture_ms", page.evaluate("window.first"))
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(REST_MS)
    sizes = [request.sizes() for request in seen]
    add("first_view_bytes", sum(s["responseBodySize"] + s["responseHeadersSize"] for s in sizes))
    add("requests", len(seen))
    add("other_hosts", sum(urlsplit(r.url).netloc != urlsplit(url).netloc for r in seen))
    for image in PICTURES:
        add("image_switch_ms", page.evaluate(SWITCH, image))
    for name, value in moves(page):
        add(name, value)
    context.close()


def moves(page: Page) -> list[tuple[str, float]]:
    """Through the views and from cell to cell: frames, elements, milliseconds."""
    found = [("elements", page.evaluate(COUNT))]
    for key, name in (("u", "morph_fps"), ("u", "morph_fps"), ("w", "window_fps")):
        page.keyboard.press(key)
        found += [(name, page.evaluate(FRAMES, MOVE_MS)), ("elements", page.evaluate(COUNT))]
    page.locator("#lens h2").wait_for()
    found += [("number_ms", page.evaluate(STEP)) for _ in range(4)]
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    page.locator("#stage[data-objective='loss:3']").wait_for()
    found += [("label_ms", page.evaluate(LABEL, f"loss:{label}")) for label in LABELS]
    return found + edits(page)


def edits(page: Page) -> list[tuple[str, float]]:
    """One map after another is switched off, with gradients on the stage: milliseconds until all that follows is."""
    page.keyboard.press("w")
    page.keyboard.press("u")
    found = []
    for _ in range(4):
        page.keyboard.press("]")
        page.wait_for_timeout(REST_MS)
        found.append(("edit_ms", page.evaluate(EDIT)))
    return found


def report(figures: Figures, table: str = "page") -> int:
    """Prints each figure beside its budget; how many budgets are missed."""
    budgets = tomllib.loads(BUDGETS.read_text())[table]
    least, most = budgets.get("least", {}), {name: most for name, most in budgets.items() if name != "least"}
    missed = 0
    print(f"{'':<20}{'median':>12}{'best':>12}{'worst':>12}   budget")
    for name, values in figures.items():
        middle, low, high = statistics.median(values), min(values), max(values)
        said = ""
        if name in least:
            over, low, high = middle < least[name], high, low
            said = f"at least {least[name]:,}"
        else:
            over = name in most and middle > most[name]
            said = f"at most {most[name]:,}" if name in most else ""
        missed += over
        print(f"{name:<20}{middle:>12,.0f}{low:>12,.0f}{high:>12,.0f}   {said}{', missed' if over else ''}")
    return missed


def main() -> int:
    """Measures and reports; status 1 when a budget is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description="What the page costs a person.")
    parser.add_argument(
        "--network",
        action="append",
        metavar="NAME|FILE.onnx",
        help="only of this large network: of the library, resnet50, densenet121, or a file",
    )
    networks = parser.parse_args().network
    if networks:
        return int(sum(report(large.measured(network), "large") for network in networks) > 0)
    figures: Figures = {}
    with served() as url, chromium() as browser:
        for _ in range(VISITS):
            visit(browser, url, figures)
    return int(report(figures) > 0)


if __name__ == "__main__":
    sys.exit(main())
