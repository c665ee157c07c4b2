"""Eight tabs, and a frame on a course's page, with only the server in reach: what tries to get out, what complains.

    python -m benchmarks.unplugged
    unshare --net sh -c 'ip link set lo up && python -m benchmarks.unplugged'      (Linux, with no network at all)

Whatever the browser asks of another place than the server and the course's page goes to a proxy of ours, which writes
it down and refuses it. What the server asks of any place is seen by strace, where there is one.
"""

import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from PIL import Image
from playwright.sync_api import BrowserContext, Page

from benchmarks.browser import chromium

COMMAND = (sys.executable, "-m", "convoscope.server", "--no-browser", "--port", "0")
TABS = (
    ("/", "  u"),
    ("/?view=window&at=conv2@0,0,0", " "),
    ("/?image=dog-drawn", "b"),
    ("/?network=efficientnet-lite0", "w"),
    ("/lessons", ""),
    ("/lessons/example-cnn", "  "),
    ("/sandbox", " "),
    ("/api/docs", ""),
)
"""Addresses, and the keys that are pressed there."""
LOOK_MS = 1500
REPORT = """document.addEventListener("securitypolicyviolation", (event) =>
    console.error(`content security policy: ${event.effectiveDirective} refused ${event.blockedURI}`))"""
OUT = re.compile(r"connect\(\d+, \{sa_family=AF_INET6?.*")
QUIET = "--disable-features=AutofillServerCommunication,OptimizationHints,MediaRouter,Translate"
ITS_OWN = re.compile(r"(update|content-autofill|optimizationguide-pa|accounts|clients\d)\.(google|googleapis)\.com")
"""What the browser asks for itself, whatever the page: its updates, and how to fill in forms."""
HERE = re.compile(r"127\.0\.0\.1|::1|0\.0\.0\.0")


class Outlet(BaseHTTPRequestHandler):
    """The proxy: writes down what is asked, and refuses it."""

    asked: list[str]

    def refuse(self) -> None:
        """Says no."""
        self.asked.append(self.requestline)
        self.send_error(502)

    do_GET = do_POST = do_CONNECT = refuse  # noqa: N815  the names that http.server looks for

    def log_message(self, *args: object) -> None:
        """Not on the screen."""


class Course(BaseHTTPRequestHandler):
    """A page of another site, with Convoscope in a frame."""

    framed: str

    def do_GET(self) -> None:
        """The page, whatever is asked for."""
        frame = f'<iframe src="{self.framed}" width="1000" height="700"></iframe>'
        body = f'<!doctype html><title>Course</title><link rel="icon" href="data:,">{frame}'
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args: object) -> None:
        """Not on the screen."""


@contextmanager
def answering(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    """The port of a server of this kind."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@contextmanager
def watched(origin: str, said: Path) -> Iterator[str]:
    """The address of a Convoscope that pages of `origin` may frame. said: the file for what strace sees."""
    strace = shutil.which("strace")
    before = [strace, "-f", "-qq", "-e", "trace=connect", "-o", str(said)] if strace else []
    with tempfile.TemporaryDirectory() as data:
        command = ["env", f"CONVOSCOPE_DATA={data}", *before, *COMMAND, "--embed-origin", origin]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        assert process.stdout is not None
        found = re.search(r"http://[\d.]+:\d+", process.stdout.readline())
        try:
            assert found, "the server did not start"
            yield found[0]
        finally:
            os.killpg(process.pid, signal.SIGTERM)  # strace would not hand it on
            process.wait()


def looked_at(context: BrowserContext, url: str, course: str, problems: list[str]) -> None:
    """All tabs and the frame, each with some keys pressed; a picture is sent on the way."""
    pages: list[Page] = []
    for address, keys in (*((f"{url}{path}", keys) for path, keys in TABS), (course, "")):
        page = context.new_page()
        page.on("pageerror", lambda error, at=address: problems.append(f"{at}: {error}"))  # type: ignore[misc]
        page.on("console", lambda m, at=address: m.type in ("error", "warning") and problems.append(f"{at}: {m.text}"))  # type: ignore[misc]
        page.goto(address)
        page.wait_for_timeout(LOOK_MS)
        for key in keys:
            page.keyboard.press("Space" if key == " " else key)
            page.wait_for_timeout(LOOK_MS / 3)
        pages.append(page)
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "PNG")
    pages[0].locator("#own").set_input_files([{"name": "teal.png", "mimeType": "image/png", "buffer": out.getvalue()}])
    pages[0].wait_for_timeout(LOOK_MS)
    assert "image=" in pages[0].url, "the picture was sent"
    assert pages[-1].frames[1].locator("#stage[data-image]").count() == 1, "the frame shows Convoscope"


def main() -> int:
    """Prints what was seen; 1 when there was anything."""
    asked: list[str] = []
    problems: list[str] = []
    outlet = type("Outlet", (Outlet,), {"asked": asked})
    course = type("Course", (Course,), {"framed": ""})
    with tempfile.TemporaryDirectory() as folder, answering(outlet) as proxy, answering(course) as port:
        said, origin = Path(folder) / "connects", f"http://localhost:{port}"
        with watched(origin, said) as url:
            course.framed = f"{url}/"  # type: ignore[attr-defined]
            direct = f"<-loopback>;{url.removeprefix('http://')};localhost:{port}"
            flags = (f"--proxy-server=http://127.0.0.1:{proxy}", f"--proxy-bypass-list={direct}", QUIET)
            with chromium(*flags) as browser:
                context = browser.new_context(viewport={"width": 1280, "height": 800})
                context.add_init_script(REPORT)
                looked_at(context, url, origin, problems)
        found = OUT.findall(said.read_text()) if said.exists() else ["strace is not there"]
    server = [line for line in found if not HERE.search(line)]
    its_own = [line for line in asked if ITS_OWN.search(line)]
    asked = [line for line in asked if line not in its_own]
    print(
        f"{len(TABS)} tabs and a frame: {len(asked)} requests to other places (and {len(its_own)} that the "
        f"browser makes for itself), {len(problems)} errors, warnings or "
        f"reports of the policy in the console, {len(server)} connections of the server to other machines"
    )
    for line in (*asked, *problems, *server):
        print(f"    {line[:200]}")
    return int(bool(asked or problems or server))


if __name__ == "__main__":
    sys.exit(main())
