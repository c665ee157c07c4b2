"""What the lessons cost a student: bytes, milliseconds to the first picture and to each beat, elements.

    python -m benchmarks.lessons [SLUG ...]

Every lesson and the sandbox, each visited with an empty cache; medians, and the worst lesson beside the budget of
budgets.toml; status 1 when one is missed. Milliseconds end with the frame that shows the thing.
"""

import statistics
import sys
import tomllib

from playwright.sync_api import Browser, Request

from benchmarks.browser import chromium, served
from benchmarks.page import BUDGETS
from convoscope.server import lessons

VISITS = 3
REST_MS = 500  # a figure that is not carried in the page is fetched, and the next beat's, in less
PARTS = ("svg", "canvas", ".formula", ".source", ".facts", ".bars", ".links-of", ".whole", ".typed")
DRAWN = f"document.querySelector('section[data-now] .rows')?.querySelector('{','.join(PARTS)}')"
THEN = "requestAnimationFrame(() => requestAnimationFrame((at) => resolve(at - from)))"
FIRST = f"""
window.first = new Promise((resolve) => {{
  const from = 0, look = () => {DRAWN} ? {THEN} : setTimeout(look, 1);
  look();
}});"""
TURN = f"""() => new Promise((resolve) => {{
  const now = () => document.querySelector('section[data-now]').id, before = now(), from = performance.now();
  const look = () => now() !== before && {DRAWN} ? {THEN} : setTimeout(look, 1);
  dispatchEvent(new KeyboardEvent('keydown', {{ key: 'ArrowRight' }}));
  look();
}})"""
COUNT = "document.querySelectorAll('*').length"
FIGURES = ("first_picture_ms", "bytes", "elements", "beat_ms", "slowest_beat_ms")


def visit(browser: Browser, url: str, slug: str) -> dict[str, float]:
    """One visit with an empty cache, from the first beat to the last."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
    context.add_init_script(FIRST)
    page = context.new_page()
    seen: list[Request] = []
    page.on("requestfinished", lambda request: seen.append(request))
    page.goto(f"{url}/sandbox" if slug == "sandbox" else f"{url}/lessons/{slug}")
    first = page.evaluate("window.first")
    page.wait_for_load_state("networkidle")
    sizes = [request.sizes() for request in seen]
    elements, turns = [page.evaluate(COUNT)], []
    for _ in lessons.lesson(slug).beats[1:]:
        page.wait_for_timeout(REST_MS)
        turns.append(page.evaluate(TURN))
        elements.append(page.evaluate(COUNT))
    context.close()
    return {
        "first_picture_ms": first,
        "bytes": sum(s["responseBodySize"] + s["responseHeadersSize"] for s in sizes),
        "elements": max(elements),
        "beat_ms": statistics.median(turns),
        "slowest_beat_ms": max(turns),
    }


def report(found: dict[str, dict[str, float]]) -> int:
    """Prints each lesson, and the worst of each figure beside its budget; how many budgets are missed."""
    budgets, missed = tomllib.loads(BUDGETS.read_text())["lessons"], 0
    print(f"{'':<20}" + "".join(f"{name:>18}" for name in FIGURES))
    for slug, figures in found.items():
        print(f"{slug:<20}" + "".join(f"{figures[name]:>18,.0f}" for name in FIGURES))
    for name, most in budgets.items():
        slug = max(found, key=lambda slug: found[slug][name])
        over = found[slug][name] > most
        missed += over
        said = ", missed" if over else ""
        print(f"{name:<20}{found[slug][name]:>18,.0f}   at most {most:,} ({slug}){said}")
    return missed


def main() -> int:
    """Measures and reports; status 1 when a budget is missed."""
    known = [lesson.slug for lesson in (*lessons.lessons(), lessons.sandbox_lesson())]
    if unknown := [slug for slug in sys.argv[1:] if slug not in known]:
        print(f"There is no lesson {unknown[0]!r}, only {', '.join(known)}.", file=sys.stderr)
        return 2
    found = {}
    with served() as url, chromium() as browser:
        visit(browser, url, known[0])  # the server's first page reads templates and shipped weights
        for slug in sys.argv[1:] or known:
            visits = [visit(browser, url, slug) for _ in range(VISITS)]
            found[slug] = {name: statistics.median(v[name] for v in visits) for name in FIGURES}
    return int(report(found) > 0)


if __name__ == "__main__":
    sys.exit(main())
