"""What all tests share: Hypothesis's settings, a live server, and a browser page that fails on any problem in it.

A browser is the one that CONVOSCOPE_CHROMIUM names, else the system's Chromium or Chrome, else Playwright's own. If
none starts, a test that needs one is skipped with the reason, or fails where the variable CI is set.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the commands set it; read when NumPy is first imported

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import hypothesis
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

import dev
from tests.live import LiveServer, live_server

IN_CI = bool(os.environ.get("CI"))
REPORT_POLICY_VIOLATIONS = """document.addEventListener("securitypolicyviolation", (event) =>
    console.error(`content security policy: ${event.effectiveDirective} refused ${event.blockedURI}`))"""

hypothesis.settings.register_profile("person", max_examples=50, deadline=None)
hypothesis.settings.register_profile("ci", max_examples=20, deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if IN_CI else "person")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with a browser are marked so, and come last: the quick ones speak first."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A live server with an empty store."""
    with live_server(tmp_path_factory.mktemp("server")) as live:
        yield live


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A running Chromium."""
    found = dev.browser()
    with ExitStack() as stack:
        try:
            playwright = stack.enter_context(sync_playwright())
            running = playwright.chromium.launch(executable_path=found or None, args=dev.BROWSER_FLAGS)
        except Exception as error:  # Playwright has no narrower one for a driver that cannot start
            reason = f"{found or 'Playwright'} did not start a browser: {str(error).splitlines()[0]}\n{dev.NO_BROWSER}"
            (pytest.fail if IN_CI else pytest.skip)(reason)
        stack.callback(running.close)
        yield running


@pytest.fixture
def browser_problems() -> list[str]:
    """What went wrong in `browser_page` so far. A test that provokes a problem takes it out; what stays, fails."""
    return []


@pytest.fixture(scope="session")
def visitor(browser: Browser, server: LiveServer) -> Iterator[BrowserContext]:
    """One visitor of the live server. A tab stays open, so that neither a window nor a cache is made for every page."""
    context = visits(browser, server)
    context.new_page()
    yield context
    context.close()


@pytest.fixture
def browser_page(visitor: BrowserContext, server: LiveServer, browser_problems: list[str]) -> Iterator[Page]:
    """An empty page; `goto("/")` opens Convoscope. Errors, policy violations and foreign requests fail the test.

    The visitor is new: what the one before kept is gone, and only what all are given alike may come from the cache.
    """
    visitor.clear_cookies()
    tab = visitor.new_cdp_session(visitor.pages[0])
    tab.send("Storage.clearDataForOrigin", {"origin": server.url, "storageTypes": "all"})
    tab.detach()
    page = visitor.new_page()
    watch(page, server, browser_problems)
    yield page
    page.close()
    assert not browser_problems, "\n".join(browser_problems)


@pytest.fixture
def scriptless_page(browser_page: Page) -> Page:
    """`browser_page` in a browser that runs no scripts of pages."""
    settings = browser_page.context.new_cdp_session(browser_page)
    settings.send("Emulation.setScriptExecutionDisabled", {"value": True})
    return browser_page


@pytest.fixture
def cold_page(browser: Browser, server: LiveServer, browser_problems: list[str]) -> Iterator[Page]:
    """`browser_page` with nothing in its cache, and with a clock of its own to set."""
    with watched_page(browser, server, browser_problems) as page:
        yield page
    assert not browser_problems, "\n".join(browser_problems)


@contextmanager
def watched_page(browser: Browser, server: LiveServer, problems: list[str]) -> Iterator[Page]:
    """An empty page in a context of its own; what goes wrong in it is added to `problems`."""
    context = visits(browser, server)
    page = context.new_page()
    watch(page, server, problems)
    yield page
    context.close()


def visits(browser: Browser, server: LiveServer) -> BrowserContext:
    """Where a visitor's pages, cookies and cache are."""
    context = browser.new_context(
        base_url=server.url, viewport={"width": 1280, "height": 800}, locale="en-GB", reduced_motion="reduce"
    )
    context.set_default_timeout(15_000)
    context.add_init_script(REPORT_POLICY_VIOLATIONS)
    return context


def watch(page: Page, server: LiveServer, problems: list[str]) -> None:
    """Adds to `problems` whatever goes wrong in the page from now on."""

    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            problems.append(f"console {message.type}: {message.text}")

    def on_request(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and f"{address.scheme}://{address.netloc}" != server.url:
            problems.append(f"a request to another host: {request.url}")

    page.on("pageerror", lambda error: problems.append(f"uncaught: {error}"))
    page.on("console", on_console)
    page.on("request", on_request)
