"""What a reader does with the widget, as tests do it; locators see into its shadow root."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.waiting import PATIENCE_S

LAUNCHER = '<script src="/widget.js" data-launcher async></script>'
INLINE = '<script src="/widget.js" async></script><main><h1>A page</h1><transcite-chat></transcite-chat></main>'
_AXE = Axe()


@contextmanager
def fresh(browser: Browser, **options: Any) -> Iterator[BrowserContext]:
    """A fresh profile, as patient as everything else."""
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE_S * 1000)
    try:
        yield context
    finally:
        context.close()


def box(page: Page) -> Locator:
    """Where a question is written."""
    return page.locator(".box textarea")


def ask(page: Page, question: str = "Which county got its money?") -> None:
    """Ask, and wait until the answer is whole."""
    send(page, question)
    settled(page)


def send(page: Page, question: str = "Which county got its money?") -> None:
    """Ask."""
    box(page).fill(question)
    box(page).press("Enter")


def settled(page: Page) -> None:
    """Wait until nothing is on its way."""
    expect(page.locator(".exchange").last).to_be_visible()
    expect(page.locator(".exchange.waiting")).to_have_count(0)


def last(page: Page) -> Locator:
    """The newest answer."""
    return page.locator(".exchange .answer").last


def status(page: Page) -> Locator:
    """What screen readers are told."""
    return page.locator(".chat > [role=status]")


def violations(page: Page) -> list[str]:
    """What axe finds wrong with the page, best practices included; where, and which rule."""
    found: dict[str, Any] = _AXE.run(page).response
    return [f"{one['id']}: {node['html'][:160]}" for one in found["violations"] for node in one["nodes"]]
