"""A room in a browser: the link lets a student in, the page works there, and only a listed site may frame it."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.live import LiveServer, live_server
from tests.server.test_room import picture


class Course(BaseHTTPRequestHandler):
    """A course page with Convoscope in a frame."""

    framed: str

    def do_GET(self) -> None:
        frame = f'<iframe src="{self.framed}" width="900" height="700"></iframe>'
        body = f"<!doctype html><title>Course</title>{frame}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def course() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Course) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, course: ThreadingHTTPServer) -> Iterator[LiveServer]:
    """A room that the course page may frame, under the name localhost."""
    variables = {"CONVOSCOPE_HOST": "127.0.0.1", "CONVOSCOPE_PUBLIC": "true"}
    origins = f'["http://localhost:{course.server_port}"]'
    with live_server(tmp_path_factory.mktemp("room"), CONVOSCOPE_EMBED_ORIGINS=origins, **variables) as live:
        Course.framed = f"{live.url.replace('127.0.0.1', 'localhost')}/?key={live.said().partition('?key=')[2][:26]}"
        yield live


@pytest.fixture(scope="module")
def students(browser: Browser) -> Iterator[BrowserContext]:
    """Where the students of these tests come from, one after the other."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(15_000)
    context.new_page()  # while one is open, the others need no new window
    yield context
    context.close()


@pytest.fixture
def page(students: BrowserContext) -> Iterator[Page]:
    """A student who does not have the key yet."""
    students.clear_cookies()
    page = students.new_page()
    yield page
    page.close()


def test_the_link_opens_the_page_and_an_upload_is_kept(room: LiveServer, page: Page, tmp_path: Path) -> None:
    problems: list[str] = []
    page.on("console", lambda m: problems.append(f"{m.text} {m.location['url']}") if m.type != "info" else None)
    page.on("pageerror", lambda e: problems.append(str(e)))
    closed = page.context.new_page()
    closed.goto(room.url)
    assert "This room opens with its link" in closed.inner_text("body")
    closed.close()
    page.goto(Course.framed)
    assert "key=" not in page.url
    page.wait_for_selector("#scene canvas")
    file = tmp_path / "mine.png"
    file.write_bytes(picture(5))
    page.set_input_files("input[type=file]", file)
    page.wait_for_url("**image=**")
    sent = page.url
    page.reload()
    page.wait_for_selector("#scene canvas")
    assert page.url == sent
    assert problems == []


@pytest.mark.parametrize(("site", "welcome"), [("localhost", True), ("127.0.0.1", False)])
def test_a_frame_opens_on_the_listed_site_alone(
    room: LiveServer, course: ThreadingHTTPServer, page: Page, site: str, welcome: bool
) -> None:
    page.goto(f"http://{site}:{course.server_port}/")
    frame = page.frames[1]
    frame.wait_for_load_state()
    if welcome:
        frame.wait_for_selector("#scene canvas")
    assert ("Convoscope" in frame.title()) is welcome
