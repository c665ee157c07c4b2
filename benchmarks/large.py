"""What a large network costs on the page: until it is seen, until a group has opened, frames while it is dragged.

The trace is computed before the clock starts (`trace_ms` says how long that took); every visit begins with an empty
cache. `cpu_ms` is the processor time of all of the browser's processes for one frame of the drag, which a busy machine
does not change. Every visit after the first is a second student's, who waits for nothing that was computed.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote
from urllib.request import urlopen

from playwright.sync_api import Browser, Page

from benchmarks import networks
from benchmarks.browser import chromium, served
from convoscope.engine.formats.onnx_writer import onnx_bytes

VISITS = 3
FRAMES = 180
SECONDS = 300  # a trace on a slow machine
HERE = """(from) => new Promise((resolve) => {
  const here = () => document.querySelector("#stage[data-image]") && !document.querySelector("[data-asking-values]");
  const look = () => here() ? requestAnimationFrame(() => requestAnimationFrame((now) => here() ? resolve(now - from)
    : look())) : setTimeout(look, 4);
  look();
})"""
FIRST = f"window.first = ({HERE})(0);"
OPEN = f"""async () => {{
  const from = performance.now();
  document.querySelector(".handle:not(.open)").click();
  await new Promise((resolve) => setTimeout(resolve, 50)); // until it has been asked for
  return ({HERE})(from);
}}"""
DRAG = """(frames) => new Promise((resolve) => {
  const canvas = document.querySelector("#scene canvas.picture"), box = canvas.getBoundingClientRect();
  let n = 0, from = 0;
  const tick = (now) => {
    from ||= now;
    const movementX = n % 120 < 60 ? -14 : 14;
    const at = { bubbles: true, buttons: 1, clientX: box.left + 500, clientY: box.top + 300, movementX };
    canvas.dispatchEvent(new PointerEvent("pointermove", at));
    if (n++ < frames) requestAnimationFrame(tick);
    else resolve((frames * 1000) / (now - from));
  };
  requestAnimationFrame(tick);
})"""
SENT = """() => performance.getEntriesByType("resource").filter(({ name }) => name.includes("/faces"))
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)"""

Figures = dict[str, list[float]]


BUILT = {"resnet50": networks.WORK["resnet50"][0], "densenet121": networks.densenet121}
"""Networks that are built here, with random weights, and opened as somebody's ONNX file."""


def measured(network: str) -> Figures:
    """The figures of a network of the library, of an ONNX file, or of one of BUILT."""
    if network not in BUILT:
        return seen(network)
    with TemporaryDirectory(prefix="convoscope-") as folder:
        file = Path(folder) / f"{network}.onnx"
        file.write_bytes(onnx_bytes(BUILT[network]()))
        return seen(str(file))


def seen(network: str) -> Figures:
    """The figures of a network of the library, or of an ONNX file."""
    own = Path(network).suffix == ".onnx"
    figures: Figures = {}
    with served(*([network] if own else [])) as url, chromium() as browser:
        name = opened_as(browser, url) if own else network
        image = "cat-photo"
        start = time.perf_counter()
        urlopen(f"{url}/api/traces/{quote(name)}/{image}", timeout=SECONDS).read()
        figures["trace_ms"] = [1000 * (time.perf_counter() - start)]
        print(f"{Path(network).stem}, {image}")
        for _ in range(VISITS):
            visit(browser, f"{url}/?network={quote(name)}&image={image}", figures)
    return figures


def opened_as(browser: Browser, url: str) -> str:
    """The id under which a server that was started with a file shows it."""
    page = browser.new_page()
    page.goto(url)
    found = page.locator("body").get_attribute("data-network") or ""
    page.close()
    return found


def visit(browser: Browser, address: str, figures: Figures) -> None:
    """One visit with an empty cache; adds what it measured."""

    def add(name: str, value: float) -> None:
        figures.setdefault(name, []).append(float(value))

    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(FIRST)
    page = context.new_page()
    page.goto(address)
    add("first_picture_ms", page.evaluate("window.first"))
    add("sent_bytes", page.evaluate(SENT))
    add("elements", page.evaluate("document.querySelectorAll('*').length"))
    dragged(page, add)
    add("open_ms", page.evaluate(OPEN))
    while page.locator(".handle:not(.open)").count():
        page.evaluate(OPEN)
    dragged(page, add)
    add("elements", page.evaluate("document.querySelectorAll('*').length"))
    context.close()


def dragged(page: Page, add: Callable[[str, float], None]) -> None:
    """Frames a second while the graph is dragged, and what one of them costs the processor."""
    page.wait_for_timeout(1500)
    page.evaluate(DRAG, FRAMES)  # what comes on the screen is fetched and drawn for the first time
    before = processor_seconds()
    add("pan_fps", page.evaluate(DRAG, FRAMES))
    if before:
        add("cpu_ms", 1000 * (processor_seconds() - before) / FRAMES)


def processor_seconds() -> float:
    """What the browser's processes, which this one has started, have used; 0 where the system does not say."""
    found: dict[int, tuple[int, float]] = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = file.read_text().rpartition(") ")
        except OSError:  # it has ended
            continue
        fields = rest.split()
        used = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if "chrom" in name else 0.0
        found[int(file.parent.name)] = (int(fields[1]), used)

    def ours(pid: int) -> bool:
        return pid == os.getpid() or (pid in found and ours(found[pid][0]))

    return sum(used for pid, (_, used) in found.items() if used and ours(pid))
