"""One browser for the tests of a module, a fresh profile for each. One that is missing is a failure, never a skip.

Not for all modules: as long as Playwright runs, its event loop counts as running, and tests elsewhere start their own.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from stage import Stage, staged
from using import fresh

from tests.waiting import PATIENCE_S

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
expect.set_options(timeout=PATIENCE_S * 1000)
_NOTED = """
window.broken = [];
addEventListener("securitypolicyviolation", (event) => {
  broken.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium."""
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        pytest.fail("there is no Chromium; `make test` installs it as root, or: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_QUIET))
        yield browser
        browser.close()


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A server that says what the test wants said; each test's own, so that nothing late comes to the next one's."""
    with staged() as stage:
        yield stage


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile."""
    with fresh(browser, viewport={"width": 1000, "height": 800}, locale="en-GB", reduced_motion="reduce") as context:
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which no script fails, nothing breaks the policy and nothing comes from another machine."""
    page = context.new_page()
    page.add_init_script(_NOTED)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: wrong.append(request.url) if _elsewhere(request.url) else None)
    yield page
    assert wrong == []
    assert page.evaluate("window.broken ?? []") == []


def _elsewhere(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme not in {"data", "blob", "about"} and parts.hostname not in {"127.0.0.1", "localhost"}
