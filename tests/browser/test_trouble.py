"""When something goes wrong: it is said where the person looks, in words that help, and nothing is lost."""

import io
import re
from urllib.parse import urlencode

from PIL import Image
from playwright.sync_api import Dialog, Page, Route, expect

from tests.browser.visit import lens, opened, png, shows, upload

POLYGLOT = "\"'><img src=x onerror=alert(1)><svg/onload=alert(1)>{{7*7}}${7*7}"


def expected(problems: list[str], pattern: str) -> None:
    """Takes out what the test provoked; a pattern that nothing matches is a failure."""
    mine = [problem for problem in problems if re.search(pattern, problem)]
    assert mine, f"the browser reported nothing like {pattern}: {problems}"
    for problem in mine:
        problems.remove(problem)


def test_a_text_file_is_refused_in_words_and_the_old_picture_stays(
    browser_page: Page, browser_problems: list[str]
) -> None:
    page = opened(browser_page)
    upload(page, "notes.txt", "text/plain", b"This is no picture.")
    said = page.get_by_role("alert")
    expect(said).to_contain_text("PNG")
    expect(said).to_contain_text("The picture shown is still “Cat, a photograph”.")
    expect(said).not_to_contain_text("This is no picture.")
    shows(page, "cat-photo")
    expected(browser_problems, "status of 415")
    page.get_by_role("button", name="Close").click()
    expect(said).to_have_count(0)


def test_the_next_good_picture_takes_the_complaint_away(browser_page: Page, browser_problems: list[str]) -> None:
    page = opened(browser_page)
    upload(page, "notes.txt", "text/plain", b"This is no picture.")
    expect(page.get_by_role("alert")).to_be_visible()
    upload(page, "waves.png", "image/png", png(seed=2)[1])
    shows(page, re.compile("^[a-z2-7]{26}$"))
    expect(page.get_by_role("alert")).to_have_count(0)
    expected(browser_problems, "status of 415")


def test_a_dropped_picture_is_opened_and_a_dropped_text_is_answered_where_it_fell(browser_page: Page) -> None:
    page = opened(browser_page)
    drop = """([x, y, bytes]) => {
        const data = new DataTransfer();
        if (bytes) data.items.add(new File([new Uint8Array(bytes)], "dropped.png", { type: "image/png" }));
        else data.setData("text/plain", "no file");
        const at = { dataTransfer: data, bubbles: true, cancelable: true, clientX: x, clientY: y };
        for (const type of ["dragenter", "dragover", "drop"]) document.body.dispatchEvent(new DragEvent(type, at));
    }"""
    page.evaluate(drop, [700, 300, None])
    said = page.get_by_role("alert")
    expect(said).to_contain_text("No file in it")
    box = said.bounding_box()
    assert box
    assert (box["x"], box["y"]) == (700, 300)
    page.evaluate(drop, [700, 300, list(png(seed=3)[1])])
    shows(page, re.compile("^[a-z2-7]{26}$"))
    expect(said).to_have_count(0)


def test_a_pasted_picture_is_opened(browser_page: Page) -> None:
    page = opened(browser_page)
    page.evaluate(
        """(bytes) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], "pasted.png", { type: "image/png" }));
        document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
    }""",
        list(png(seed=4)[1]),
    )
    shows(page, re.compile("^[a-z2-7]{26}$"))


def test_a_large_photograph_is_made_smaller_before_it_travels(browser_page: Page) -> None:
    page = opened(browser_page)
    file = io.BytesIO()
    Image.linear_gradient("L").resize((5000, 1000)).save(file, "BMP")
    with page.expect_request(lambda request: request.method == "PUT") as sent:
        upload(page, "large.bmp", "image/bmp", file.getvalue())
    shows(page, re.compile("^[a-z2-7]{26}$"))
    answer = sent.value.response()
    assert answer
    assert (answer.json()["width"], answer.json()["height"]) == (2048, 410)
    assert sent.value.all_headers()["content-type"] == "image/jpeg"
    assert int(sent.value.all_headers()["content-length"]) < file.tell() / 10


def test_a_server_that_is_away_is_said_and_asked_again_until_it_answers(
    browser_page: Page, browser_problems: list[str]
) -> None:
    page = opened(browser_page)
    gone = re.compile("/api/traces/example-cnn/rocket-photo")
    page.route(gone, lambda route: route.abort())
    page.get_by_role("radio", name="Rocket").check(force=True)
    said = page.get_by_role("alert")
    expect(said).to_contain_text("The server does not answer.")
    expect(said).to_contain_text("The picture shown is still “Cat, a photograph”.")
    shows(page, "cat-photo")
    page.unroute(gone)
    shows(page, "rocket-photo")
    expect(said).to_have_count(0)
    expected(browser_problems, "ERR_FAILED")


def test_a_picture_that_cannot_be_had_adds_one_entry_to_the_history(
    browser_page: Page, browser_problems: list[str]
) -> None:
    page = opened(browser_page)
    page.keyboard.press("u")
    before = page.evaluate("history.length")
    page.route(re.compile("/api/traces/example-cnn/rocket-photo"), lambda route: route.fulfill(status=404, body=""))
    page.get_by_role("radio", name="Rocket").click(force=True)
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page).to_have_url(re.compile("image=cat-photo"))
    assert page.evaluate("history.length") == before + 1
    page.go_back()
    shows(page, "cat-photo")
    expect(page.locator("#stage")).to_have_attribute("data-view", "maps")
    expected(browser_problems, "status of 404")


def test_a_link_to_what_is_gone_opens_what_is_here_says_so_and_is_put_right(
    browser_page: Page, browser_problems: list[str]
) -> None:
    page = browser_page
    said = page.get_by_role("alert")
    gone = "a" * 26
    for asked, words, instead, now in (
        (f"/?image={gone}&view=maps", "That picture is gone", "Shown instead is “Cat, a photograph”.", "&view=maps"),
        ("/?image=no-such&at=conv1@1,2,3", "called “no-such”", "Shown instead is", "&at=conv1@1,2,3"),
        ("/?network=no-such&at=conv1@1,2,3", "called “no-such”", "Shown instead is", ""),
        ("/?view=window&at=conv9@1,2,3", "There is no layer “conv9”", "The layers of Example CNN are input, conv1", ""),
        ("/?view=window&at=conv2@99,0,0", "conv2 has no cell 99,0,0", "10×32×32: channels 0 to 9, rows 0 to 31", ""),
    ):
        page.goto(asked)
        shows(page, "cat-photo")
        expect(said).to_contain_text(words)
        expect(said).to_contain_text(instead)
        expect(page).to_have_url(re.compile(rf"/\?network=example-cnn&image=cat-photo{re.escape(now)}$"))
    page.keyboard.press("Escape")
    expect(said).to_have_count(0)
    expected(browser_problems, "status of 404")


def test_nothing_in_the_address_becomes_markup(browser_page: Page, browser_problems: list[str]) -> None:
    def on_dialog(dialog: Dialog) -> None:
        browser_problems.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    page = browser_page
    page.on("dialog", on_dialog)
    fields = ("view", "image", "network", "t", "camera", "range", "theme")
    page.goto("/?" + urlencode(dict.fromkeys(fields, POLYGLOT) | {"at": f"{POLYGLOT}@0,0,0"}))
    shows(page, "cat-photo")
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.locator("img[src=x], svg[onload]").count() == 0
    expected(browser_problems, "status of 4")


def test_names_from_the_server_never_become_markup(browser_page: Page) -> None:
    def renamed(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("Example CNN", POLYGLOT.replace('"', '\\"')))

    page = browser_page
    page.route(re.compile("/api/networks/example-cnn"), renamed)
    opened(page)
    expect(page.get_by_role("combobox", name="Network")).to_contain_text(POLYGLOT)
    assert page.locator("img[src=x], svg[onload]").count() == 0


def test_a_slow_number_is_never_shown_under_another_address(browser_page: Page) -> None:
    page = opened(browser_page, "/?view=window&at=conv2@5,19,23")
    lens(page, "conv2@5,19,23")
    held: list[Route] = []
    page.route(re.compile(r"/at/5,19,24"), lambda route: held.append(route))
    with page.expect_request(re.compile(r"/at/5,19,24")):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#lens")).to_have_attribute("aria-busy", "true")
    expect(page.locator("#lens h2")).to_have_text("conv2@5,19,23")
    while not held:  # it is on its way from the browser
        page.wait_for_timeout(10)
    held[0].continue_()
    lens(page, "conv2@5,19,24")


def two_in_one(kind: str) -> bytes:
    """A picture that is also a page, or a script, for whoever does not ask what it is."""
    out = io.BytesIO()
    if kind == "page":
        Image.new("RGB", (4, 4), "red").save(out, "PNG")
        return out.getvalue() + b"<!doctype html><script>document.title = 'ran'</script>"
    Image.new("P", (int.from_bytes(b"/*", "little"), 1)).save(out, "GIF")
    return out.getvalue() + b"*/ = 1; document.title = 'ran'"


def test_a_picture_that_is_also_a_page_or_a_script_is_a_picture_and_nothing_runs(
    browser_page: Page, browser_problems: list[str]
) -> None:
    page = browser_page
    page.set_content(two_in_one("page").decode("latin-1"))
    assert page.title() == "ran", "it is one"
    page.set_content("<title>quiet</title>")
    page.evaluate(two_in_one("script").decode("latin-1"))
    assert page.title() == "ran", "and so is this"
    addresses = []
    for kind in ("page", "script"):
        told = page.request.put("/api/images", data=two_in_one(kind))
        assert told.status == 201
        addresses.append(f"/api/images/{told.json()['id']}/picture")
        page.goto(addresses[-1])
        assert page.evaluate("document.contentType") == "image/png"
        assert page.title() != "ran"
    tags = (
        "<script src='{}'></script>",
        "<iframe src='{}'></iframe>",
        "<embed src='{}'>",
        "<object data='{}'></object>",
    )
    evil = "".join(tag.format(address) for tag in tags for address in addresses)
    page.route("**/evil", lambda route: route.fulfill(body=evil, content_type="text/html"))  # ours, without our policy
    page.goto("/evil")
    assert not any(frame.title() == "ran" for frame in page.frames)
    assert sum("MIME type ('image/png') is not executable" in problem for problem in browser_problems) == 2
    browser_problems.clear()  # the rest is about frames, and about the page that browsers put around a picture
