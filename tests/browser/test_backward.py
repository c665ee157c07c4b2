"""The way back: a label is chosen, every gradient is there, and what is read is what a small change would do."""

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from convoscope.engine import zoo
from tests.browser.arithmetic import FLOAT32, block, loss_from_pool2, network_input, windows
from tests.browser.visit import decimals, lens, number, opened, png, shows, units, upload

STEP = 1e-6
LABELS = zoo.load("example-cnn").labels


def differentiated(page: Page, objective: str) -> None:
    """Waits until the gradients on the stage are of this objective."""
    expect(page.locator("#stage")).to_have_attribute("data-objective", objective)


def slope(pool2: np.ndarray, label: int, at: tuple[int, ...]) -> float:
    """dL/d one number of the second block, by a small step to both sides."""
    up, down = pool2.copy(), pool2.copy()
    up[at] += STEP
    down[at] -= STEP
    return (loss_from_pool2(up, label) - loss_from_pool2(down, label)) / (2 * STEP)


def test_a_gradient_in_the_lens_is_what_a_small_change_does_to_the_loss(browser_page: Page) -> None:
    pixels, file = png(seed=5)
    page = opened(browser_page)
    upload(page, "waves.png", "image/png", file)
    shows(page, re.compile("^[a-z2-7]{26}$"))
    pool2 = block(block(network_input(pixels), "conv1", "conv2"), "conv3", "conv4")
    for label, at in ((3, (4, 3, 5)), (8, (4, 3, 5)), (8, (1, 6, 2))):
        image = page.locator("#stage").get_attribute("data-image")
        page.goto(f"/?image={image}&at=pool2@{','.join(map(str, at))}&objective=loss:{label}&show=gradient")
        shown = lens(page, f"∂pool2@{','.join(map(str, at))}")
        truth = slope(pool2, label, at)
        assert abs(truth) > 1e-4, "a gradient of zero proves nothing"
        assert shown.value == pytest.approx(truth, abs=10.0 ** -decimals(shown.total) + FLOAT32)
        assert sum(units(part) for part in shown.parts.values()) == units(shown.total)


def test_another_label_is_another_gradient_everywhere_and_in_the_address(browser_page: Page) -> None:
    page = opened(browser_page, "/?at=fc@3")
    page.keyboard.press("b")
    differentiated(page, "loss:3")
    p = lens(page, re.compile(r"^∂fc@3\b"))
    assert p.value == pytest.approx(number(p.parts["p"]) - 1, abs=1e-4)
    page.get_by_role("combobox", name="Of what").select_option("loss:5")
    differentiated(page, "loss:5")
    q = lens(page, re.compile(r"^∂fc@3\b"))
    assert q.value == pytest.approx(number(p.parts["p"]), abs=1e-4)
    expect(page.locator("#legend")).to_contain_text(f"loss for {LABELS[5]}")
    expect(page.locator("#live")).to_contain_text(f"the loss for {LABELS[5]} would rise")
    expect(page).to_have_url(re.compile(r"objective=loss:5&show=gradient$"))
    page.reload()
    assert lens(page, re.compile(r"^∂fc@3\b")) == q
    page.keyboard.press("b")
    lens(page, re.compile(r"^fc@3\b"))
    expect(page).to_have_url(re.compile(r"at=fc@3$"))


def test_a_cell_of_the_filter_opens_the_gradient_of_that_weight_which_sums_over_all_places(browser_page: Page) -> None:
    pixels, file = png(seed=6)
    page = opened(browser_page)
    upload(page, "waves.png", "image/png", file)
    shows(page, re.compile("^[a-z2-7]{26}$"))
    image = page.locator("#stage").get_attribute("data-image")
    page.goto(f"/?image={image}&view=window&at=conv1@2,9,9&objective=loss:4&show=value")
    lens(page, "conv1@2,9,9")
    page.locator("#lens button[title^='conv1.weight@2,']").first.click()
    weight = lens(page, re.compile(r"^∂conv1\.weight@2,\d,0,0$"))
    k, c, u, v = weight.at
    dy = np.asarray(
        page.evaluate(f"""async () => {{
        const answer = await fetch("/api/traces/example-cnn/{image}/nodes/conv1/gradients.json?objective=loss:4");
        return (await answer.json()).arrays.conv1["values"];
    }}"""),
        np.float64,
    ).reshape(10, 32, 32)
    truth = (dy[k] * windows(network_input(pixels))[c, :, :, u, v]).sum()
    assert weight.value == pytest.approx(truth, abs=10.0 ** -decimals(weight.total) + FLOAT32)
    expect(page.locator("#lens .chain li").last).to_contain_text("for the weights")
    expect(page).to_have_url(re.compile(r"weight=conv1\.weight@2,\d,0,0$"))
    page.keyboard.press("Escape")
    lens(page, "conv1@2,9,9")


def test_a_term_leads_to_the_gradient_that_it_was_made_of(browser_page: Page) -> None:
    page = opened(browser_page, "/?at=pool1@3,5,7&objective=loss:3&show=gradient")
    lens(page, "∂pool1@3,5,7")
    expect(page.locator("#lens .chain li")).to_have_count(3)
    chip = page.locator("#lens .terms button[title^='∂conv3@']").first
    address = re.match("[^:]+", str(chip.get_attribute("title")))
    assert address
    chip.click()
    lens(page, address[0])


def test_gradients_that_cannot_be_had_are_said_and_the_page_is_as_it_was(
    browser_page: Page, browser_problems: list[str]
) -> None:
    page = opened(browser_page, "/?objective=loss:99&show=gradient")
    expect(page.get_by_role("alert")).to_contain_text("classes 0 to 9")
    differentiated(page, "")
    expect(page).to_have_url(re.compile(r"image=cat-photo$"))
    browser_problems[:] = [problem for problem in browser_problems if "status of 422" not in problem]
