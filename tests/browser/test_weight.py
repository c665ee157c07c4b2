"""The page stays light, keeps to itself, and can be read before and without its scripts."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visit import lens, opened

ELEMENTS = 1500
SIZES = ((1440, 900), (1024, 768), (390, 844))
VIEWS = ("network", "unravelled", "one window")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_view_fits_every_screen_within_its_elements(theme: str, browser_page: Page) -> None:
    page = browser_page
    page.emulate_media(color_scheme="light" if theme == "light" else "dark")
    opened(page, "/?at=fc@3")
    expect(page.locator("html")).to_have_attribute("data-theme", theme)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        for view in VIEWS:
            page.get_by_role("link", name=view, exact=True).click()
            expect(page.locator("#views [aria-current]")).to_have_text(view)
            assert page.evaluate("document.querySelectorAll('*').length") <= ELEMENTS
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{view} is wider than {width}"


def test_what_the_first_picture_needs_is_under_way_before_the_scripts_run_and_asked_once(cold_page: Page) -> None:
    page = opened(cold_page)
    asked = page.evaluate("""() => performance.getEntriesByType("resource")
        .map((e) => [new URL(e.name).pathname, e.initiatorType])
        .filter(([path]) => /^.api.(networks.|traces)(?!.*\\/progress$)/.test(path))""")  # asked when it takes long
    subject = "/api/traces/example-cnn/cat-photo"
    assert sorted(asked) == [
        ["/api/networks/example-cnn", "link"],
        [subject, "link"],
        [f"{subject}/activations.safetensors", "link"],
    ]


def test_a_long_sum_can_be_unfolded_and_folded_again(browser_page: Page) -> None:
    page = opened(browser_page, "/?view=window&at=fc@3")
    folded = len(lens(page).parts)
    page.locator("#lens tr[data-part*='…'] button").first.click()
    expect(page.locator("#lens tr[data-part='input 159']")).to_have_count(1)
    assert len(lens(page).parts) >= 161
    page.get_by_role("button", name="fold the small ones").click()
    assert len(lens(page).parts) == folded


def test_reduced_motion_jumps_to_the_end(browser_page: Page) -> None:
    page = browser_page
    page.emulate_media(reduced_motion="reduce")
    opened(page)
    page.keyboard.press("u")
    name = page.locator("#scene .label", has_text=re.compile("^conv2")).first
    before = name.bounding_box()
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert name.bounding_box() == before


def test_the_page_reads_as_text_without_scripts(scriptless_page: Page) -> None:
    page = scriptless_page
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Example CNN, layer by layer")
    layers = page.locator("#layers li")
    expect(layers).to_have_count(19)
    expect(layers.nth(1)).to_contain_text("conv1 conv 3×3, 10×32×32, 280 parameters")
    expect(layers.nth(2)).to_contain_text("y = max(0, x)")
    expect(page.get_by_text("It looks at “Cat, a photograph” and says")).to_be_visible()
