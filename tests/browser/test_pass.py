"""The pass by keys alone: layer by layer to the loss and back, window by window, product by product, as it is said."""

import re

from playwright.sync_api import Page, expect

from convoscope.engine import zoo
from tests.browser.visit import lens, number, opened, units

NODES = [node.name for node in zoo.load("example-cnn").nodes]


def test_a_whole_pass_is_stepped_by_keys_forward_to_the_loss_and_back_to_the_picture(browser_page: Page) -> None:
    page = opened(browser_page, "/?t=0")
    slider = page.get_by_role("slider")
    said = []
    for _ in range(len(NODES)):
        page.keyboard.press("ArrowRight")
        said.append(slider.get_attribute("aria-valuetext"))
    assert said == [*(f"up to {name}" for name in NODES[:-1]), "the whole forward pass"]
    page.keyboard.press("ArrowRight")  # past the loss: of the picture's own class, since none was chosen
    expect(page.locator("#stage")).to_have_attribute("data-objective", "loss:3")
    expect(slider).to_have_attribute("aria-valuetext", "the loss")
    for name in reversed(NODES[1:]):
        page.keyboard.press("ArrowRight")
        assert slider.get_attribute("aria-valuetext") == f"back to {name}"
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "the whole pass, forward and backward")
    expect(page).to_have_url(re.compile(r"objective=loss:3&show=gradient$"))


def test_steps_get_finer_with_the_arrow_down_and_a_sum_grows_to_its_value(browser_page: Page) -> None:
    page = opened(browser_page, "/?at=conv2@3,5,7")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    value = lens(page, "conv2@3,5,8")
    expect(page.locator(".when")).to_have_text("conv2 · 3,241 of 10,240")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")  # all but the bias
    before = page.locator("#lens tfoot td").inner_text()
    expect(page.locator("#lens tfoot th")).to_have_text("after 90 of 91 terms")
    bias = value.parts["bias"]
    rest = units(value.parts.get("rounding", "0"))
    assert abs(units(before) + units(bias) + rest - units(value.total)) <= 1
    page.keyboard.press("ArrowRight")
    assert number(page.locator("#lens tfoot td").inner_text()) == value.value
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#stage")).to_have_attribute("data-view", "overview")
    page.keyboard.press("f")
    expect(page.locator("#headline h1")).to_have_text(
        "One number of conv2 has seen 5×5 pixels, a small part of the picture."
    )
    page.keyboard.press("f")
    page.keyboard.press("p")
    expect(page.locator("#top")).to_be_hidden()
    page.keyboard.press(".")
    expect(page.locator(".blank")).to_be_visible()
    page.keyboard.press("x")
    page.keyboard.press("Escape")
    expect(page.locator("#top")).to_be_visible()


def test_an_address_past_the_loss_shows_gradients_and_the_wheel_scrubs(browser_page: Page) -> None:
    page = opened(browser_page, "/?t=25.5")
    expect(page.locator("#stage")).to_have_attribute("data-objective", "loss:3")
    slider = page.get_by_role("slider")
    expect(slider).to_have_attribute("aria-valuetext", "back to relu5")
    slider.hover()
    page.mouse.wheel(0, -300)
    expect(slider).to_have_attribute("aria-valuetext", "back to pool3")
    page.keyboard.press(".")
    expect(page.locator(".pins")).to_be_hidden()  # nothing is selected
