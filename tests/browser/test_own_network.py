"""A person's own network on the page: opened by button and by drop, named, fed in another way, refused in words."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.visit import one_page, shows
from tests.live import COMMAND, LiveServer, live_server
from tests.server import network_files as files

REFERENCE = Path(__file__).parents[1] / "reference"
CONTENT = re.compile(r"network=[a-z2-7]{26}")
DROP = """([x, y, files]) => {
    const data = new DataTransfer();
    for (const [name, bytes] of files) data.items.add(new File([new Uint8Array(bytes)], name));
    const at = { dataTransfer: data, bubbles: true, cancelable: true, clientX: x, clientY: y };
    for (const type of ["dragenter", "dragover", "drop"]) document.body.dispatchEvent(new DragEvent(type, at));
}"""


@pytest.fixture(scope="module")
def problems() -> list[str]:
    return []


@pytest.fixture(scope="module")
def page(browser: Browser, server: LiveServer, problems: list[str]) -> Iterator[Page]:
    with one_page(browser, server, problems) as found:
        yield found


def choose(page: Page, *paths: Path | dict[str, object]) -> None:
    """Chooses files with the header's button."""
    page.locator("#own-network").set_input_files(list(paths))  # type: ignore[arg-type]


def file(name: str, data: bytes) -> dict[str, object]:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def refused(page: Page, title: str, *said: str) -> None:
    """Waits for the refusal, and closes it; the network that is shown says that it is the old one."""
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text(title)
    for words in said:
        expect(alert).to_contain_text(words)
    shown = page.get_by_role("combobox", name="Network").evaluate("e => e.selectedOptions[0].textContent")
    expect(alert).to_contain_text(f"The network shown is still {shown}")
    page.get_by_role("button", name="Close").last.click()
    expect(alert).to_have_count(0)


@pytest.mark.parametrize("name", ["exported_dynamo", "exported_legacy_13", "exported_legacy_17_batch_of_one"])
def test_a_file_that_pytorch_exported_opens_and_shows_its_numbers(page: Page, name: str) -> None:
    choose(page, REFERENCE / f"{name}.onnx")
    expect(page.get_by_role("combobox", name="Network")).to_contain_text(name)
    expect(page.locator("#headline h1")).to_contain_text("says class")
    expect(page).to_have_url(CONTENT)
    expect(page.locator(".journey")).to_be_hidden()


def test_a_network_its_labels_and_a_picture_dropped_together_open_together(page: Page) -> None:
    labels = "ant\nbee\ncow\ndog"
    page.evaluate(DROP, [600, 300, [["names.txt", list(labels.encode())], ["mine.onnx", list(files.small())]]])
    expect(page.locator("#headline h1")).to_have_text(re.compile("says (ant|bee|cow|dog)"))
    expect(page.get_by_role("combobox", name="Network")).to_contain_text("mine")


def test_how_pixels_become_numbers_is_said_beside_the_photograph_and_can_be_changed(page: Page) -> None:
    page.locator(".labels:not(.leaving) .label.preprocess").click()
    panel = page.get_by_role("dialog", name="From pixels to numbers")
    expect(panel).to_contain_text("picture 451×300crop 300×300shrink to 8×8pixel/255input")
    expect(panel).to_contain_text("this is a guess from the shape of its input")
    page.get_by_role("radio", name="−1 to 1").check(force=True)
    expect(page).to_have_url(re.compile(r"network=[a-z2-7]{26}~-1..1&"))
    expect(panel).to_contain_text("red−1.001.00")
    expect(panel).not_to_contain_text("a guess")
    expect(page.locator("#headline h1")).to_have_text(re.compile("says (ant|bee|cow|dog)"))
    page.get_by_label("mean of green").evaluate("e => (e.closest('details').open = true)")
    page.get_by_label("mean of green").fill("0.25")
    page.get_by_label("mean of green").press("Enter")
    expect(page).to_have_url(re.compile(r"~mean=0\.5:0\.25:0\.5,std=0\.5:0\.5:0\.5&"))
    page.get_by_label("Rows of the input").fill("12")
    page.get_by_label("Rows of the input").press("Enter")
    expect(panel).to_contain_text("shrink to 8×12")
    page.get_by_role("group", name="What the network sees of the picture").press("ArrowRight")
    expect(page).to_have_url(re.compile(r",place=0\.5:0\.55,size=12x8&"))
    page.get_by_role("button", name="As the network has it").click()
    expect(page).to_have_url(re.compile(r"network=[a-z2-7]{26}&"))
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_a_mean_that_is_no_number_is_refused_and_the_old_one_stays(page: Page) -> None:
    page.get_by_role("button", name="Input…").click()
    page.get_by_label("mean of red").evaluate("e => (e.closest('details').open = true)")
    page.get_by_label("mean of red").fill("lots")
    page.get_by_label("mean of red").press("Enter")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("item 1 is not of the form mean=…")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(alert).to_have_count(0)


def test_what_cannot_be_opened_is_refused_where_the_person_looks_and_the_old_network_stays(page: Page) -> None:
    choose(page, file("names.txt", b"ant\nbee\ncow"))
    refused(page, "Names of classes that do not fit", "The file names 3 classes; mine tells 4 apart.")
    choose(page, file("two.onnx", files.two_pictures()))
    refused(page, "Not a network that reads one picture", "The network reads 2 inputs")
    choose(page, file("row.onnx", files.a_row()))
    refused(page, "Not a network that reads one picture", "The network reads no picture")
    choose(page, file("half.onnx", (REFERENCE / "exported_dynamo.onnx").read_bytes()[:4000]))
    refused(page, "The network file is damaged", "torch.onnx.export")
    page.evaluate(DROP, [500, 200, [["model.pt", [0x50, 0x4B, 3, 4]]]])
    box = page.get_by_role("alert").bounding_box()
    assert box
    assert (box["x"], box["y"]) == (500, 200)
    refused(page, "Not a network format that is read here", "This is an archive.")


def test_reading_a_network_can_be_cancelled(page: Page) -> None:
    held: list[Route] = []
    page.route("**/api/networks?title=*", lambda route: held.append(route))
    choose(page, file("slow.onnx", files.small()))
    card = page.locator(".journey")
    expect(card).to_contain_text("slow.onnx")
    page.get_by_role("button", name="Cancel").click()
    expect(card).to_be_hidden()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_role("combobox", name="Network")).to_contain_text("mine")
    page.unroute("**/api/networks?title=*")


def test_a_network_that_ends_early_says_where_and_why_and_the_rest_is_drawn(page: Page) -> None:
    choose(page, file("lost.onnx", files.unsupported()))
    aside = page.get_by_role("complementary", name="What is not shown of this network")
    expect(aside).to_contain_text("Node “strange” (com.example.Fancy): Operators of 'com.example' are not read.")
    expect(page.locator(".label.node", has_text="conv").first).to_be_visible()
    page.locator(".labels:not(.leaving) [data-node=conv]").first.click()
    expect(page.locator("#card h2")).to_have_text("conv")
    page.keyboard.press("Escape")


def test_a_grey_network_says_what_becomes_of_colour(page: Page) -> None:
    choose(page, file("grey.onnx", files.small(channels=1)))
    expect(page.get_by_role("combobox", name="Network")).to_contain_text("grey")
    expect(page.locator("#headline h1")).to_contain_text("says class")
    page.get_by_role("button", name="Input…").click()
    panel = page.get_by_role("dialog", name="From pixels to numbers")
    expect(panel).to_contain_text("The network reads grey: each pixel is 0.299 red + 0.587 green + 0.114 blue.")
    page.keyboard.press("Escape")


def test_a_file_over_the_limit_is_refused_before_it_travels(page: Page) -> None:
    def small(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=re.sub(r'("network_bytes","value":)\d+', r"\g<1>100", answer.text()))

    page.route("**/api/limits", small)
    page.goto("/")  # where the limits were not asked for yet
    shows(page, "cat-photo")
    choose(page, file("large.onnx", bytes(2_000_000)))
    refused(page, "The network file is too large", "large.onnx has 2 MB; a network file may have 0.0 MB here.")


def test_the_command_opens_on_a_network_a_photograph_and_labels(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "mine.onnx").write_bytes(files.small())
    (tmp_path / "names.txt").write_text("ant\nbee\ncow\ndog")
    Image.linear_gradient("L").save(tmp_path / "holiday.jpg")
    command = [*COMMAND, "mine.onnx", "holiday.jpg", "--labels", "names.txt"]
    with live_server(tmp_path, command) as live:
        page = browser.new_page(base_url=live.url)
        page.goto("/")
        expect(page.locator("#headline h1")).to_have_text(re.compile("says (ant|bee|cow|dog)"))
        expect(page.get_by_role("combobox", name="Network")).to_contain_text("mine")
        expect(page.get_by_role("radio", name="holiday")).to_be_checked()
        page.close()
