"""What if, on screen: what a person changes is what the engine computes without the page, and every way back is one."""

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from convoscope.engine import Learning, Network, Trace, check_gradient, loss, moments, zoo
from convoscope.engine.objective import logits_and_probabilities
from tests.browser.visit import opened, shows
from tests.server.conftest import as_input, photograph

AT = (3, 1, 2, 0)
WHERE = "conv1.weight@3,1,2,0"


@pytest.fixture(scope="module")
def cat() -> tuple[Network, np.ndarray]:
    network = zoo.load("example-cnn")
    return network, as_input(photograph("chelsea.png"), network)


def edited(cat: tuple[Network, np.ndarray], value: float | None, off: int | None = None) -> Trace:
    """The example network with one weight and one map changed by hand."""
    network, x = cat
    weight, bias = (network.params["conv1"][k].copy() for k in ("weight", "bias"))
    if value is not None:
        weight[AT] = value
    if off is not None:
        weight[off], bias[off] = 0, 0
    return network.with_params({"conv1": {"weight": weight, "bias": bias}}).trace(x)


def told(page: Page, trace: Trace) -> None:
    """The bars say the probabilities of this trace."""
    _, p = logits_and_probabilities(trace)
    expect(page.locator(".scene .bar .number")).to_have_text([f"{chance:.3f}" for chance in p])


def value(cell: Locator) -> float:
    return float(str(cell.get_attribute("data-value")))


def test_a_weight_a_map_a_check_and_steps_are_the_engines_and_can_be_undone(
    browser_page: Page, cat: tuple[Network, np.ndarray]
) -> None:
    network, x = cat
    page = opened(browser_page, f"/?at=conv1@3,5,7&objective=loss:3&show=value&weight={WHERE}")
    field = page.locator("#lens .bench input")
    expect(field).to_have_value(str(float(f"{network.params['conv1']['weight'][AT]:.7g}")))
    page.keyboard.press("e")
    page.keyboard.type("0.5")
    page.keyboard.press("Enter")
    told(page, edited(cat, 0.5))
    expect(page).to_have_url(re.compile(r"edit=conv1\.weight@3,1,2,0=0\.5$"))
    expect(field).to_be_focused()
    page.keyboard.press("ArrowUp")
    told(page, edited(cat, 0.6))
    page.keyboard.press("d")
    expect(page).to_have_url(re.compile("difference=1"))
    expect(field).not_to_be_focused()
    page.keyboard.press("d")
    page.keyboard.press("e")
    page.keyboard.press("Control+z")
    told(page, edited(cat, None))
    expect(page.locator("#edits .chips li")).to_have_count(0)
    page.keyboard.press("Control+Shift+z")
    told(page, edited(cat, 0.6))
    page.keyboard.press("Escape")

    page.keyboard.press("c")
    expect(page.locator("#lens .verdict")).to_contain_text("agree")
    truth = check_gradient(edited(cat, 0.6), loss(3), "conv1.weight", AT)
    for fact, wanted in (
        ("backward pass", truth.analytic),
        ("measured", truth.numeric),
        ("a little more", truth.above),
    ):
        assert value(page.locator(f"#lens [data-fact='{fact}'] [data-value]")) == pytest.approx(wanted, rel=1e-6)

    page.keyboard.press("s")
    page.get_by_role("button", name="step", exact=True).click()
    here = edited(cat, 0.6).network
    start, one, two = moments(here, x, Learning("sgd", 0.001, 2, "loss:3"))
    shown = page.locator("#lens .verdict [data-loss]")
    expect(shown).to_have_attribute("data-loss", re.compile(f"^{re.escape(f'{one.value:.6f}'[:7])}"))
    kept = page.locator("#lens .verdict [data-actual]").get_attribute("data-actual")
    assert float(str(kept)) == pytest.approx(two.value - one.value, abs=1e-6)
    w = page.locator("#lens [data-term='w′'] [data-value]")
    assert value(w) == pytest.approx(float(two.network.params["conv1"]["weight"][AT]), abs=1e-7)
    told(page, one.gradients.trace)
    page.get_by_role("button", name="step back", exact=True).click()
    told(page, start.gradients.trace)
    expect(page).not_to_have_url(re.compile("learn="))

    page.keyboard.press("n")
    rows = page.locator("#lens .batch [data-share]")
    expect(rows).to_have_count(11)
    shares = [float(str(row.get_attribute("data-share"))) for row in rows.all()]
    total = page.locator("#lens .batch [data-total]").get_attribute("data-total")
    assert sum(shares) == pytest.approx(float(str(total)), rel=1e-4)
    (mine,) = (s for s, row in zip(shares, rows.all(), strict=True) if row.get_attribute("data-example") == "cat-photo")
    alone = start.gradients.by_param["conv1"]["weight"][AT]
    assert mine == pytest.approx(float(alone) / 11, rel=1e-3)

    page.keyboard.press("x")
    told(page, edited(cat, 0.6, off=3))
    page.keyboard.press("d")
    expect(page.locator("#legend")).to_contain_text("new − old")
    changed = logits_and_probabilities(edited(cat, 0.6, off=3))[1] - logits_and_probabilities(edited(cat, None))[1]
    most = int(np.abs(changed).argmax())
    sign = "+" if changed[most] > 0 else "−"
    expect(page.locator("#edits .outcome")).to_contain_text(
        re.compile(rf"{network.labels[most]} [\d.]+ \({re.escape(sign)}{abs(changed[most]):.3f}\)")
    )
    page.reload()
    told(page, edited(cat, 0.6, off=3))
    expect(page.locator("#edits .chips li")).to_have_count(2)
    page.get_by_role("button", name="as shipped").click()
    told(page, edited(cat, None))
    expect(page).not_to_have_url(re.compile("edit=|difference="))


def test_a_link_with_an_edit_that_is_none_opens_what_is_shipped_and_says_what_is_wrong(
    browser_page: Page, browser_problems: list[str], cat: tuple[Network, np.ndarray]
) -> None:
    browser_page.goto("/?edit=conv1.weight@3,0,1,1=nan")
    shows(browser_page, "cat-photo")
    expect(browser_page.locator("#notes")).to_contain_text("NaN and ∞ cannot be set")
    told(browser_page, edited(cat, None))
    assert all("status of 422" in problem for problem in browser_problems)
    browser_problems.clear()
