"""The card of a layer, and inputs drawn by hand: what was painted is, number by number, what the network reads."""

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.visit import one_page, shows
from tests.live import LiveServer

PEN = '.pad input[type="range"]'


@pytest.fixture(scope="module")
def page(browser: Browser, server: LiveServer) -> Iterator[Page]:
    with one_page(browser, server, [], reduced_motion="reduce") as found:
        yield found


def label(page: Page, node: str) -> None:
    page.locator(f'.labels:not(.leaving) .label[data-node="{node}"]').first.click()


def read(page: Page, network: str, image: str) -> np.ndarray:
    """What the network has read of a picture."""
    answer = page.request.get(f"/api/traces/{network}/{image}/nodes/input/activations.json").json()["arrays"]["input"]
    return np.array(answer["values"], np.float32).reshape(answer["shape"])


def drawn(page: Page, before: str) -> str:
    """The picture that is shown, once it is another one."""
    expect(page.locator("#stage")).not_to_have_attribute("data-image", before)
    return str(page.locator("#stage").get_attribute("data-image"))


def test_a_layer_has_a_card_and_a_cell_of_its_filters_opens_the_lens_on_that_weight(page: Page) -> None:
    label(page, "relu1")
    card = page.locator("#card")
    expect(card.locator("h2")).to_have_text("relu1")
    expect(card.locator(".badges")).to_contain_text("1 of 10 maps dead")
    expect(page.locator('.label[data-node="relu1"] .flag')).to_have_text("1 dead map")
    label(page, "conv1")
    expect(card).to_contain_text("280 weight 10×3×3×3, bias 10")
    expect(page.locator("#facts")).to_contain_text("conv1conv 3×3shape 10×32×32parameters 280multiply–adds 276,480")
    filters = card.locator('[data-param="weight"] canvas.filters')
    filters.hover(position={"x": 3, "y": 3})
    arrays = page.request.get("/api/networks/example-cnn/nodes/conv1/filters.json").json()["arrays"]
    first = arrays["weight"]["values"][0]
    expect(card.locator(".told").first).to_contain_text(f"conv1.weight@0,0,0,0 {first:.3g}".replace("-", "−"))
    page.wait_for_url("**layer=conv1**")
    assert page.evaluate("document.querySelectorAll('*').length") < 1500
    filters.click(position={"x": 3, "y": 3})
    expect(page.locator("#lens h2")).to_contain_text("conv1.weight@0,0,0,0")
    expect(card).to_be_hidden()
    page.keyboard.press("Escape")
    expect(card).to_be_visible()
    page.keyboard.press("i")
    expect(card).to_be_hidden()


def test_one_pixel_of_the_input_can_be_painted_and_no_other_changes(page: Page) -> None:
    page.keyboard.press("b")  # without gradients again
    page.keyboard.press("d")
    page.get_by_role("button", name="edit pixels").click()
    sheet = page.locator(".pad canvas")
    sheet.focus()
    for key in ("ArrowLeft", "ArrowUp", " "):
        page.keyboard.press(key)
    image = drawn(page, "cat-photo")
    before, after = read(page, "example-cnn", "cat-photo"), read(page, "example-cnn", image)
    assert np.argwhere((before != after).any(0)).tolist() == [[15, 15]]
    page.keyboard.press("Control+z")
    same = drawn(page, image)
    np.testing.assert_array_equal(read(page, "example-cnn", same), before)
    page.get_by_role("button", name="camera").click()
    expect(page.locator(".pad .problem")).to_contain_text("camera")
    page.keyboard.press("Escape")
    expect(page.locator(".pad")).to_be_hidden()


def test_another_network_is_shown_a_picture_that_it_knows_and_the_way_back_leads_back(page: Page) -> None:
    page.get_by_role("radio", name="Cat, a photograph").check(force=True)
    shows(page, "cat-photo")
    networks = page.get_by_role("combobox", name="Network")
    networks.select_option("lenet5")
    shows(page, "digit-0")
    networks.select_option("example-cnn")
    shows(page, "cat-photo")


def test_a_digit_drawn_cell_by_cell_is_what_lenet_reads(page: Page) -> None:
    page.get_by_role("combobox", name="Network").select_option("lenet5")
    shows(page, "digit-0")
    page.keyboard.press("d")
    page.locator(PEN).fill("1")
    box = page.locator(".pad canvas").bounding_box()
    assert box
    side = box["width"] / 28
    page.mouse.move(box["x"] + 14.5 * side, box["y"] + 6.5 * side)
    page.mouse.down()
    page.mouse.move(box["x"] + 14.5 * side, box["y"] + 21.5 * side, steps=4)
    page.mouse.up()
    image = drawn(page, "digit-0")
    numbers = read(page, "lenet5", image)[0]
    white = np.float32((1 - 0.1307) / 0.3081)
    assert np.argwhere(numbers > 0).tolist() == [[row, 14] for row in range(6, 22)]
    np.testing.assert_allclose(numbers[numbers > 0], white, rtol=1e-6)
    expect(page.locator(".pad .says b")).to_have_text("1")
    page.get_by_role("button", name="clear").click()
    empty = drawn(page, image)
    assert np.ptp(read(page, "lenet5", empty)) == 0
    expect(page.locator("#shelf .picture")).not_to_have_count(0)
    assert page.locator("#shelf [aria-label=yours] .picture").count() <= 3  # no picture for every stroke
