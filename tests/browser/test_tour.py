"""The main tour: a picture of one's own, unravelled, one number of it, and the way back to it."""

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from convoscope.engine import zoo
from tests.browser.arithmetic import FLOAT32, conv, network_input, windows
from tests.browser.visit import decimals, lens, number, opened, png, shows, units, upload

UPLOADED = re.compile("^[a-z2-7]{26}$")


def test_a_picture_is_uploaded_unravelled_read_and_found_again(browser_page: Page) -> None:
    pixels, file = png(seed=1)
    browser_page.emulate_media(reduced_motion="reduce")
    page = opened(browser_page)
    upload(page, "waves.png", "image/png", file)
    shows(page, UPLOADED)
    page.keyboard.press("u")
    expect(page.locator("#views [aria-current]")).to_have_text("unravelled")

    click_a_cell_of(page, "conv2")
    shown = lens(page, re.compile("^conv2@"))
    relu1 = np.maximum(conv(network_input(pixels), "conv1"), 0)
    k, i, j = shown.at
    w = np.asarray(zoo.load("example-cnn").params["conv2"]["weight"], np.float64)[k]
    parts = (windows(relu1)[:, i, j] * w).sum(axis=(1, 2))
    printed = [number(shown.parts[f"channel {c}"]) for c in range(10)]
    np.testing.assert_allclose(printed, parts, atol=10.0 ** -decimals(shown.total) + FLOAT32)
    assert shown.value == pytest.approx(conv(relu1, "conv2")[k, i, j], abs=10.0 ** -decimals(shown.total) + FLOAT32)
    assert sum(units(part) for part in shown.parts.values()) == units(shown.total)

    expect(page).to_have_url(re.compile(rf"view=maps.*at=conv2@{k},{i},{j}"))
    page.reload()
    shows(page, UPLOADED)
    assert lens(page) == shown
    expect(page.locator("#views [aria-current]")).to_have_text("unravelled")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator("#lens .big")).to_be_in_viewport(ratio=1)


def click_a_cell_of(page: Page, node: str) -> None:
    """Clicks into the lowest of a node's maps, which lies above its name."""
    name = page.locator("#scene .label", has_text=re.compile(f"^{node}")).first.bounding_box()
    assert name
    canvas = page.locator("#scene canvas.picture")
    box = canvas.bounding_box()
    assert box
    expect(page.locator("#lens")).to_be_hidden()
    for up in range(12, 72, 6):
        canvas.click(position={"x": name["x"] + name["width"] / 2 - box["x"], "y": name["y"] - up - box["y"]})
        if page.locator("#lens").is_visible():
            after = page.locator("#scene .label", has_text=re.compile(f"^{node}")).first.bounding_box()
            assert after == name, "what is clicked stays under the pointer"
            return
    pytest.fail(f"nothing above the name of {node} answers to a click")


def test_more_digits_come_on_demand_and_still_add_up(browser_page: Page) -> None:
    page = opened(browser_page, "/?view=window&at=conv3@2,6,9")
    few = lens(page, "conv3@2,6,9")
    page.get_by_role("button", name="more digits").click()
    more = lens(page)
    assert decimals(more.total) > decimals(few.total)
    for shown in (few, more):
        assert sum(units(part) for part in shown.parts.values()) == units(shown.total)


def test_a_row_spreads_out_into_its_products_which_add_up_to_it(browser_page: Page) -> None:
    page = opened(browser_page, "/?view=window&at=conv2@5,19,23")
    row = lens(page, "conv2@5,19,23").parts["channel 6"]
    page.get_by_role("button", name="channel 6").click()
    expect(page.locator("#lens .terms h3")).to_have_text("channel 6, term by term")
    products = [units(text) for text in page.locator("#lens .terms em").all_inner_texts()]
    said = page.locator("#lens .terms .foot").inner_text()
    rest = re.search(r"(\S+) in digits not shown", said)
    assert len(products) == 9
    assert sum(products) + (units(rest[1]) if rest else 0) == units(row)


def test_the_winner_of_a_pool_is_a_link_to_the_number_that_won(browser_page: Page) -> None:
    page = opened(browser_page, "/?view=window&at=pool1@5,7,9")
    largest = lens(page, "pool1@5,7,9")
    page.locator("#lens .prose a").click()
    won = lens(page, re.compile("^relu2@5,1[45],1[89]$"))
    assert won.total == largest.total


def test_another_network_looks_at_the_same_picture_and_the_selection_is_gone(browser_page: Page) -> None:
    page = opened(browser_page, "/?image=rocket-photo&view=window&at=conv2@5,19,23", "rocket-photo")
    lens(page, "conv2@5,19,23")
    chooser = page.get_by_role("combobox", name="Network")
    chooser.select_option("Tiny VGG")
    expect(page).to_have_url(re.compile(r"\?network=tiny-vgg&image=rocket-photo$"))
    expect(page.locator("#stage")).to_have_attribute("data-view", "overview")
    expect(page.locator("#layers li")).not_to_have_count(19, timeout=60_000)
    expect(page.locator("#lens")).to_be_hidden()
    expect(page.locator("#waiting")).to_be_hidden()
    page.go_back()
    expect(page.locator("#layers li")).to_have_count(19)


def test_back_and_forward_go_through_the_places_that_were_seen(browser_page: Page) -> None:
    page = opened(browser_page)
    page.keyboard.press("u")
    page.get_by_role("radio", name="Rocket").check(force=True)
    shows(page, "rocket-photo")
    page.go_back()
    shows(page, "cat-photo")
    expect(page.locator("#stage")).to_have_attribute("data-view", "maps")
    page.go_back()
    expect(page.locator("#stage")).to_have_attribute("data-view", "overview")
    page.go_forward()
    expect(page.locator("#stage")).to_have_attribute("data-view", "maps")
