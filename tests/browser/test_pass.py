"""The pass by keys alone: layer by layer to the loss and back, window by window, product by product, as it is said."""

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from convoscope.engine import Trace, loss, zoo
from tests.browser.visit import lens, number, opened, units
from tests.server.conftest import as_input, photograph

NODES = [node.name for node in zoo.load("example-cnn").nodes]


@pytest.fixture(scope="module")
def cat() -> Trace:
    network = zoo.load("example-cnn")
    return network.trace(as_input(photograph("chelsea.png"), network))


def heard(page: Page, text: str) -> str:
    """What is spoken, once it holds `text`; the clock of the page goes ahead to when things have come to rest."""
    spoken = page.locator("#live")
    for _ in range(100):
        page.clock.fast_forward(300)
        if text in (said := spoken.inner_text()):
            return said
    raise AssertionError(f"{text!r} is not in {said!r}")


def tells_its_strongest(said: str, name: str, a: np.ndarray) -> None:
    """`Computed: conv1. Of its 10×32×32 numbers the strongest is channel 4, row 9, column 22: minus 7.1.`"""
    found = re.search(
        rf"{re.escape(name)}\. Of its ([\d×]+) numbers the strongest is ([\w ,]+): (minus )?(\S+?)\.(?= |$)", said
    )
    assert found, said
    at = tuple(map(int, re.findall(r"\d+", found[2])))
    assert tuple(map(int, found[1].split("×"))) == a.shape
    assert abs(a[at]) == pytest.approx(np.abs(a).max(), rel=2e-3)  # numbers travel as float16
    value = float(found[4].replace("e−", "e-")) * (-1 if found[3] else 1)
    assert value == pytest.approx(float(a[at]), rel=2e-2, abs=1e-9)


def test_a_whole_pass_is_stepped_and_heard_by_keys_forward_to_the_loss_and_back_to_the_picture(
    cold_page: Page, cat: Trace
) -> None:
    cold_page.clock.install()
    page = opened(cold_page, "/?t=0")
    slider = page.get_by_role("slider")
    heard(page, "It says dog")
    for name in NODES[:-1]:
        page.keyboard.press("ArrowRight")
        tells_its_strongest(heard(page, f"Computed: {name}."), name, cat.activations[name][0])
        assert slider.get_attribute("aria-valuetext") == f"up to {name}"
    page.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == "the whole forward pass"
    heard(page, "The forward pass is done. It says dog, probability 0.443.")
    page.keyboard.press("ArrowRight")  # past the loss: of the picture's own class, since none was chosen
    expect(page.locator("#stage")).to_have_attribute("data-objective", "loss:3")
    expect(slider).to_have_attribute("aria-valuetext", "the loss")
    heard(page, "The loss for cat is 1.09.")
    back = cat.gradients(loss(target=3)).by_activation
    for name, reads in zip(reversed(NODES[1:]), reversed(NODES[:-1]), strict=True):
        page.keyboard.press("ArrowRight")
        tells_its_strongest(heard(page, f"Back through {name} to {reads}."), reads, back[reads][0])
        assert slider.get_attribute("aria-valuetext") == f"back to {name}"
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "the whole pass, forward and backward")
    heard(page, f"The backward pass is done: back through {NODES[0]} to input.")
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
