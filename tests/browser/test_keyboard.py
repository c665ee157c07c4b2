"""Everything without a mouse: reach, move, hear, and come back."""

import re

from playwright.sync_api import Page, expect

from tests.browser.visit import lens, opened, shows


def focus(page: Page, selector: str, most: int = 60) -> None:
    """Presses Tab until the focus is inside."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(s) => document.activeElement.closest(s) !== null", selector):
            return
    raise AssertionError(f"{most} tabs did not reach {selector}")


def test_a_number_is_reached_moved_from_and_heard_by_keys_alone(browser_page: Page) -> None:
    page = opened(browser_page)
    page.keyboard.press("w")
    first = lens(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("]")
    c, i, j = first.at
    moved = lens(page, f"{first.node}@{c + 1},{i + 1},{j + 1}")
    spoken = page.locator("#live")
    expect(spoken).to_contain_text(f"{moved.node}, channel {c + 1}, row {i + 1}, column {j + 1}: ")
    expect(spoken).to_contain_text("The sum of 11 parts; the largest is channel")
    page.keyboard.press("Escape")
    expect(page.locator("#views [aria-current]")).to_have_text("network")
    expect(page.locator("#lens")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#lens")).to_be_hidden()


def test_tab_goes_through_the_layers_and_enter_opens_one(browser_page: Page) -> None:
    page = opened(browser_page)
    focus(page, "#layers")
    expect(page.locator("#layers")).to_be_in_viewport()
    assert page.evaluate("document.activeElement.textContent") == "input input, 3×32×32"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "conv1 conv 3×3, 10×32×32, 280 parameters"
    page.keyboard.press("Enter")
    assert lens(page).node == "conv1"
    expect(page.locator("#stage")).to_have_attribute("data-view", "window")


def test_arrows_choose_the_picture_when_the_focus_is_on_the_shelf(browser_page: Page) -> None:
    page = opened(browser_page)
    focus(page, "#shelf .picture")
    page.keyboard.press("ArrowRight")
    shows(page, re.compile("^(?!cat-photo$).+"))
    assert "&t=" not in page.url  # the arrow was the shelf's, not the timeline's
    expect(page.locator("#live")).to_contain_text("It says ")


def test_every_key_that_help_names_is_there_and_escape_closes_help(browser_page: Page) -> None:
    page = opened(browser_page)
    page.keyboard.press("?")
    shown = page.locator("#help")
    expect(shown).to_be_visible()
    for key in ("Space", "U", "W", "Esc", "R", "T", "?", "[", "]", "Tab"):
        expect(shown.locator("kbd", has_text=key).first).to_be_visible()
    page.keyboard.press("Escape")
    expect(shown).to_be_hidden()
    expect(page.locator("#stage")).to_have_attribute("data-view", "overview")


def test_the_pass_is_stepped_and_the_range_and_theme_are_changed_by_keys(browser_page: Page) -> None:
    page = opened(browser_page)
    for key in ("ArrowLeft", "ArrowLeft", "r", "t", ">", ">", "<"):
        page.keyboard.press(key)
    expect(page).to_have_url(re.compile(r"\?network=example-cnn&image=cat-photo&range=network&t=16&speed=2$"))
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    expect(page.get_by_role("combobox", name="Speed")).to_have_value("2")
    expect(page.locator("#live")).to_contain_text("Computed: flatten. Of its 160 numbers the strongest is number 146")
    expect(page.locator("#live")).to_contain_text("Colour range: one for the whole network.")
    page.keyboard.press("t")
    for address, theme in (("/lessons", "dark"), ("/lessons?theme=light", "light")):  # as chosen, but for what is said
        page.goto(address)
        expect(page.locator("html")).to_have_attribute("data-theme", theme)


def test_a_click_gives_the_keys_back_to_the_page_and_fit_the_whole_network(browser_page: Page) -> None:
    page = opened(browser_page)
    page.get_by_role("link", name="unravelled").click()
    page.keyboard.press("u")
    expect(page.locator("#stage")).to_have_attribute("data-view", "overview")
    fit = page.get_by_role("button", name="Fit")
    expect(fit).to_be_hidden()
    page.get_by_role("button", name="Nearer").click()
    expect(page).to_have_url(re.compile("camera="))
    fit.click()
    expect(fit).to_be_hidden()
    expect(page).not_to_have_url(re.compile("camera="))


def test_every_control_has_a_name(browser_page: Page) -> None:
    page = opened(browser_page, "/?view=window&at=conv2@5,19,23")
    lens(page)
    unnamed = page.evaluate("""() => [...document.querySelectorAll("a, button, input, select, [role=slider], section")]
        .filter((e) => !(e.ariaLabel || e.textContent.trim() || e.labels?.[0]?.textContent.trim() || e.title
          || (e.getAttribute("aria-labelledby") && document.getElementById(e.getAttribute("aria-labelledby")))))
        .map((e) => e.outerHTML.slice(0, 120))""")
    assert unnamed == []
