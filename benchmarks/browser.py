"""A server of our own and a browser to look at it, for what measures the page and for what takes its picture."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

import dev

COMMAND = (sys.executable, "-m", "convoscope.server", "--no-browser", "--port", "0")


@contextmanager
def served(*arguments: str) -> Iterator[str]:
    """The address of a server that runs as long as this is open; `arguments` are those of `convoscope`."""
    process = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        found = filter(None, (re.search(r"http://[\d.]+:\d+", line) for line in process.stdout))
        address = next(found, None)
        assert address, "The server did not say where it is."
        yield address[0]
    finally:
        process.terminate()
        process.wait()


@contextmanager
def chromium(*flags: str) -> Iterator[Browser]:
    """The system's Chromium, or Playwright's own; no graphics card. flags: further ones of its command line."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=dev.browser() or None, args=[*dev.BROWSER_FLAGS, *flags])
        try:
            yield browser
        finally:
            browser.close()
