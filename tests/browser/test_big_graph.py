"""A network of millions of numbers: folded, opened in place, found in, and never sent whole."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from playwright.sync_api import Page, expect

from convoscope.engine import zoo
from tests.browser.visit import opened

NETWORK = "efficientnet-lite0"
ADDRESS = f"/?network={NETWORK}&image=cat-photo"
SENT = 1_000_000  # bytes of faces for the first picture; all activations are 40 MB
ELEMENTS = 1500
PATIENCE = 60_000  # ms for 20 million numbers and their statistics
IDLE = "#scene:not([data-asking-values])"
DEEP = "block9.depthwise.conv"


def asked(page: Page) -> list[tuple[str, dict[str, list[str]], int]]:
    """What was asked of the trace so far: the end of the path, the query, bytes. Slow ones are asked for progress."""
    found = page.evaluate("""() => performance.getEntriesByType("resource")
        .filter(({ name }) => name.includes("/traces/") && !name.endsWith("/progress"))
        .map(({ name, encodedBodySize }) => [name, encodedBodySize])""")
    parts = [(urlsplit(address), size) for address, size in found]
    return [(unquote(url.path.rpartition("/")[2]), parse_qs(url.query), size) for url, size in parts]


def handle(page: Page, title: str, place: int = 0) -> tuple[float, float]:
    """Where the handle of a group is on the screen: its middle."""
    box = page.locator(".handle", has_text=title).nth(place).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"]


@pytest.mark.skipif(NETWORK not in zoo.published(), reason="the extra 'imagenet' is not installed")
def test_a_large_network_folds_opens_in_place_is_searched_and_asks_for_what_is_seen(browser_page: Page) -> None:
    page = browser_page
    page.set_viewport_size({"width": 1440, "height": 900})
    assert page.request.get(f"/api/traces/{NETWORK}/cat-photo", timeout=PATIENCE).ok  # a busy machine takes its time
    opened(page, ADDRESS)
    expect(page.locator(IDLE)).to_have_count(1)

    # Folded: every stage says how often it repeats what; all of it fits the screen.
    titles = page.locator(".handle b").all_inner_texts()
    assert [t.strip("▸\u00a0 ") for t in titles].count("×3 MBConv") == 2
    expect(page.locator(".minimap")).to_be_hidden()
    assert page.evaluate("document.querySelectorAll('*').length") <= ELEMENTS

    # Only what is seen was asked for, as faces.
    first = asked(page)
    assert {end for end, _, _ in first} == {"cat-photo", "faces.safetensors"}
    assert sum(size for end, _, size in first if end.startswith("faces")) < SENT
    nodes = {name for _, query, _ in first for name in query.get("nodes", [""])[0].split(",")}
    assert "block3.add" in nodes
    assert DEEP not in nodes

    # A group opens where it stands, by keyboard too; the address says so; what was in it is asked for.
    x, _ = handle(page, "×4 MBConv")
    page.locator(".handle", has_text="×4 MBConv").focus()
    page.keyboard.press("Enter")
    group = page.locator(".handle[aria-expanded=true]")
    expect(group).to_contain_text("×4 MBConv")
    expect(page).to_have_url(re.compile("open=7"))
    box = group.bounding_box()
    assert box is not None
    assert box["x"] < x
    expect(page.locator(IDLE)).to_have_count(1)
    expect(page.locator(".minimap")).to_be_visible()

    # Found by name: what is around it opens, and it comes to the middle.
    page.keyboard.press("/")
    page.keyboard.type(DEEP)
    expect(page.locator("#find li").first).to_contain_text(DEEP)
    page.keyboard.press("Enter")
    label = page.locator(f'.label[data-node="{DEEP}"]')
    expect(label).to_be_in_viewport()
    expect(page).to_have_url(re.compile(r"open=5,5\.\d,7|open=6,6\.\d,7"))
    page.wait_for_function("() => !document.querySelector('.labels.leaving')")
    page.wait_for_function(
        "(name) => { const b = document.querySelector(`.label[data-node='${name}']`).getBoundingClientRect();"
        " return Math.abs(b.x + b.width / 2 - 740) < 260; }",
        arg=DEEP,
    )

    # What the network says stays in view while its bars are not; of the layer all that its card says stands below.
    expect(page.locator(".answer")).to_contain_text("Egyptian cat 0.396")
    expect(page.locator("#facts")).to_contain_text(re.compile(rf"{DEEP}.*parameters 12,000.*receptive field.*mean"))

    # The ground moves under Shift and an arrow, under a drag and under the wheel.
    before = label.bounding_box()
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_function(
        "([name, x]) => document.querySelector(`.label[data-node='${name}']`).getBoundingClientRect().x < x - 100",
        arg=[DEEP, before["x"] if before else 0],
    )

    # The link restores all of it; folding all is one click.
    page.wait_for_function("() => location.search.includes('camera=')")
    where = page.url
    page.get_by_role("button", name="fold all").click()
    expect(page.locator(".handle[aria-expanded=true]")).to_have_count(0)
    opened(page, where)
    expect(page.locator(".handle[aria-expanded=true]")).to_have_count(3)
