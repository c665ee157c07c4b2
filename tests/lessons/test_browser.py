"""The lessons as a student meets them: by keyboard, on a phone, on paper, and with a screen reader's eyes."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from convoscope.server import lessons
from tests.conftest import watch
from tests.lessons.conftest import json_of
from tests.lessons.looks import DOUBLES, contrast, faint, look
from tests.live import LiveServer

SLUGS = [lesson.slug for lesson in (*lessons.lessons(), lessons.sandbox_lesson())]
PHONE = {"width": 390, "height": 844}
PROJECTOR = {"width": 1280, "height": 720}
LOOKS = (((PROJECTOR, "light"), (PHONE, "dark")), ((PHONE, "light"), (PROJECTOR, "dark")))
"""Each beat is looked at in both sizes and in both themes, its neighbours in the other pairs."""
BEAT_MS = 100
MOST_ELEMENTS = 1_500
PROBLEMS: list[str] = []
"""What went wrong in the one page of these tests, since it was last looked at."""
PRINT = """() => {
  window.print = () => { dispatchEvent(new Event('beforeprint')); document.title = 'printed' };
}"""
NOW = "(name) => document.querySelector('section[data-now]')?.id === name"
FIGURE = "svg, canvas, .formula, .source, .facts, .bars, .links-of, .whole, .typed"
DRAWN = "([name, figure]) => document.querySelector(`section[data-now]#${name} .rows`)?.querySelector(figure)"
ARRIVED = "() => [document.activeElement.tagName, document.querySelectorAll('*').length]"


@pytest.fixture(scope="module")
def one_page(visitor: BrowserContext, server: LiveServer) -> Iterator[Page]:
    """The page that these tests share."""
    page = visitor.new_page()
    watch(page, server, PROBLEMS)
    yield page
    page.close()


@pytest.fixture
def page(one_page: Page) -> Iterator[Page]:
    """The page as new, on a projector, light, still. Errors, policy violations and foreign requests fail the test."""
    PROBLEMS.clear()
    one_page.goto("about:blank")
    one_page.set_viewport_size(PROJECTOR)  # type: ignore[arg-type]
    one_page.emulate_media(media="screen", color_scheme="light", reduced_motion="reduce")
    yield one_page
    assert not PROBLEMS, "\n".join(PROBLEMS)


def opened(page: Page, path: str) -> Page:
    """The page, once its scripts run."""
    page.goto(path)
    page.wait_for_selector("html[data-ready]")
    return page


def beat(page: Page) -> str:
    """The beat on the screen."""
    return str(page.locator("section[data-now]").get_attribute("id"))


@pytest.mark.parametrize("slug", SLUGS)
def test_each_key_press_is_a_beat_that_is_labelled_readable_and_fits(page: Page, slug: str) -> None:
    names = [b.name for b in lessons.lesson(slug).beats]
    opened(page, f"/lessons/{slug}" if slug != "sandbox" else "/sandbox")
    for k, name in enumerate(names):
        if k:
            page.keyboard.press(("ArrowRight", "PageDown", "Space")[k % 3])
        page.wait_for_function(DRAWN, arg=[name, FIGURE])
        focus, elements = page.evaluate(ARRIVED)
        assert focus == ("H2" if k else "BODY")
        assert elements <= MOST_ELEMENTS, name
        for size, theme in LOOKS[k % 2]:
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            where = f"{slug}#{name} at {size['width']}, {theme}"
            seen = look(page)
            assert seen.theme == theme
            assert seen.nameless == [], where
            assert seen.width <= size["width"], where
            assert faint(seen.inks) == [], where
    assert page.evaluate(DOUBLES) == []
    if len(names) > 1:
        page.keyboard.press("ArrowLeft")
        page.wait_for_function(NOW, arg=names[-2])
        assert page.url.endswith(f"#{names[-2]}")


def test_an_address_that_names_no_beat_is_put_right(page: Page) -> None:
    opened(page, "/lessons/padding#nope")
    first = page.locator("section.beat").first.get_attribute("id")
    page.wait_for_url(f"**/lessons/padding#{first}")
    page.wait_for_function(NOW, arg=first)


def test_a_control_brings_other_numbers_within_a_beat(page: Page) -> None:
    opened(page, "/lessons/a-weight-somewhere#play")
    before = page.locator("section[data-now] figcaption").inner_text()
    with page.expect_response(re.compile("/api/lessons/")) as answer:
        page.get_by_role("button", name="the weight W₁₂: more").click()
    expect(page.locator("section[data-now] figcaption")).not_to_have_text(before)
    assert "With the weight at 0.35" in page.locator("section[data-now] figcaption").inner_text()
    assert answer.value.request.timing["responseEnd"] < 10 * BEAT_MS  # the median is measured by the benchmarks


def test_a_number_is_predicted_and_explained_and_kept_in_the_browser(page: Page) -> None:
    opened(page, "/lessons/stride#predict")
    box = page.get_by_label("Your prediction").locator("visible=true")
    box.fill("5")
    box.press("Enter")
    verdict = page.locator("section[data-now] .verdict")
    expect(verdict).to_contain_text("Not this time. It is 4")
    expect(verdict).to_contain_text("0, 2, 4 and 6")
    box.fill("4")
    page.get_by_role("button", name="Check").locator("visible=true").click()
    expect(verdict).to_contain_text("Yes: 4")
    kept = page.evaluate("JSON.parse(localStorage.getItem('convoscope.answers'))")
    assert kept["stride/predict"] == {"given": 4, "right": True}
    page.reload()
    expect(page.get_by_label("Your prediction").locator("visible=true")).to_have_value("4")


def test_a_cell_is_predicted_by_keyboard_alone(page: Page) -> None:
    opened(page, "/lessons/max-pooling#predict")
    grid = page.locator('section[data-now] svg[data-grid="x"]')
    grid.focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    expect(grid).to_have_attribute("aria-label", re.compile("row 1, column 3: 8"))
    assert beat(page) == "predict"  # the arrows were the grid's
    page.keyboard.press("Enter")
    expect(page.locator("section[data-now] .verdict")).to_contain_text("Yes: row 1, column 3")
    expect(grid.locator('[data-cell="1,3"][data-answer]')).to_have_count(1)


def test_typed_numbers_are_computed_by_the_server(page: Page) -> None:
    opened(page, "/lessons/max-pooling#play")
    page.get_by_label("x, row 0, column 0").fill("9")
    page.get_by_label("x, row 0, column 0").press("Tab")
    expect(page.locator("section[data-now] figcaption")).to_contain_text("The kept indices are (0, 0)")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "x, row 0, column 1"


def test_a_part_of_the_line_is_pointed_at(page: Page) -> None:
    opened(page, "/lessons/one-line#point")
    page.get_by_role("button", name="b[0]").click()
    expect(page.locator("section[data-now] figcaption")).to_contain_text("the filter's bias")
    expect(page.get_by_role("button", name="b[0]")).to_have_attribute("aria-pressed", "true")


def test_play_steps_the_window_to_the_end(page: Page) -> None:
    opened(page, f"/lessons/stride?beat=two&values={json_of({'t': 6})}")
    page.locator("section[data-now] .play").click()
    expect(page.locator("section[data-now] figcaption")).to_contain_text("Window 9 of 9", timeout=15_000)
    expect(page.locator("section[data-now] .play")).to_have_attribute("aria-pressed", "false")


def test_a_volume_unravels(page: Page) -> None:
    opened(page, "/lessons/unravel#cube")
    page.keyboard.press("ArrowRight")
    expect(page.locator("section[data-now] canvas")).to_have_attribute("aria-label", re.compile("side by side"))


def test_a_teachers_link_hides_starts_sets_and_presents(page: Page) -> None:
    values = json_of({"stride": 3, "side": 9})
    opened(page, f"/lessons/stride?beat=play&hide=controls,nav&present=true&values={values}")
    assert beat(page) == "play"
    expect(page.locator("section[data-now] .controls")).to_be_hidden()
    expect(page.locator("#bottom")).to_be_hidden()
    expect(page.locator("section[data-now] figcaption")).to_contain_text("Window 1 of 9")
    size = page.locator("section[data-now] .prose").evaluate("(e) => parseFloat(getComputedStyle(e).fontSize)")
    page.keyboard.press("p")
    smaller = page.locator("section[data-now] .prose").evaluate("(e) => parseFloat(getComputedStyle(e).fontSize)")
    assert smaller < size


def test_presented_a_long_figure_stands_under_the_words_as_wide_as_the_screen(page: Page) -> None:
    page.set_viewport_size({"width": 1920, "height": 1080})
    opened(page, "/lessons/backprop?present=true#forward")
    words, figure = (page.locator(f"section[data-now] {part}").bounding_box() for part in (".words", ".rows"))
    assert words
    assert figure
    assert figure["y"] > words["y"] + words["height"]
    assert figure["width"] > 0.95 * 1920
    assert page.evaluate("document.documentElement.scrollHeight") == 1080


def test_paper_gets_every_beat_with_its_figure(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    opened(page, "/lessons/max-pooling")
    page.evaluate(PRINT)
    page.keyboard.press("Control+p")
    expect(page).to_have_title("printed")
    page.emulate_media(media="print")
    sections = page.locator("section.beat")
    for k in range(sections.count()):
        expect(sections.nth(k)).to_be_visible()
    assert page.locator("section.beat .rows svg").count() >= 15
    assert page.locator("section.beat .rows svg.slices").count() == 3  # volumes, too, are sharp on paper
    assert page.locator("section.beat .rows canvas").count() == 0
    expect(page.locator("#bottom")).to_be_hidden()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.locator("section.beat .rows:not(:empty)").count() == 1


def test_a_page_without_scripts_shows_every_beat(scriptless_page: Page) -> None:
    page = scriptless_page
    page.goto("/lessons/mean-subtraction")
    for name in [b.name for b in lessons.lesson("mean-subtraction").beats]:
        expect(page.locator(f"#{name}")).to_be_visible()
    expect(page.locator("#jacobian table").nth(1)).to_contain_text("0.75")
    expect(page.locator("#predict details")).to_contain_text("−0.25")


def test_the_sandbox_steps_forward_and_backward_and_says_its_code(page: Page) -> None:
    opened(page, "/sandbox")
    caption = page.locator("section[data-now] figcaption")
    expect(caption).to_contain_text("Window 1 of 16")
    page.get_by_role("button", name="step: more").click()
    expect(caption).to_contain_text("Window 2 of 16")
    page.locator('section[data-now] svg[data-grid="output"] [data-cell="2,1"]').click()
    expect(caption).to_contain_text("Window 10 of 16: out[0, 2, 1]")
    page.get_by_role("button", name="Speed 1 times").click()
    expect(page.get_by_role("button", name="Speed 2 times")).to_have_text("2×")
    page.get_by_role("button", name="backward").click()
    expect(caption).to_contain_text("Cell 10 of 36")
    page.get_by_role("button", name="PyTorch").click()
    expect(page.locator("section[data-now] .source")).to_contain_text("F.conv2d(X[None], W, None")
    page.get_by_role("button", name="padding: more", exact=True).click()
    expect(page.locator("section[data-now] .source")).to_contain_text("F.pad(X[None], (1, 1, 1, 1)")


def test_the_sandbox_takes_typed_numbers(page: Page) -> None:
    opened(page, "/sandbox#type")
    page.get_by_label("weights 0, 0, row 1, column 1").fill("5")
    page.get_by_label("weights 0, 0, row 1, column 1").press("Enter")
    page.wait_for_function("() => document.querySelector('[data-key=\"cell weights 1 1\"]').value === '5'")
    page.evaluate("() => { location.hash = 'run' }")
    expect(page.locator("section[data-now] [data-value=typed]").nth(1)).to_have_attribute("aria-pressed", "true")
    expect(page.locator('section[data-now] svg[data-grid="w0"]')).to_have_attribute("aria-label", re.compile("−1 5 −1"))


def test_the_sandbox_saves_its_run_as_a_file(page: Page) -> None:
    opened(page, "/sandbox")
    for name, start in (("CSV", b"output channel,"), ("GIF", b"GIF89a"), ("JSON", b"{"), ("SVG", b"<svg xmlns")):
        with page.expect_download() as download:
            page.locator(".exports").get_by_text(name, exact=True).click()
        assert download.value.path().read_bytes().startswith(start)


def test_a_dark_page_has_dark_zeros_from_the_first_figure_on(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    opened(page, "/lessons/stride#slide")
    zero = page.locator('section[data-now] svg[data-grid^="input"] [data-cell="1,0"]')
    assert zero.locator("text").text_content() == "0"
    assert contrast(zero.locator("rect").get_attribute("fill") or "", "rgb(0, 0, 0)") < 2


def test_what_the_server_refuses_is_said_under_the_figure(page: Page) -> None:
    opened(page, "/lessons/softmax#softmax")
    page.get_by_label("f, the logits, row 0, column 0").fill("99999")
    page.get_by_label("f, the logits, row 0, column 0").press("Enter")
    expect(page.locator("section[data-now] figcaption")).to_have_text(
        "The value of f must be numbers from -2000 to 2000."
    )
    PROBLEMS[:] = [problem for problem in PROBLEMS if "422" not in problem]
