"""The widget and the pages against the real server: its own pages, a site's pages, and what it may and may not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect
from stage import Stage
from using import ask, box, last, send, settled, violations

from api.compose import Parts
from api.embedding import built
from api.settings import Settings
from index.documents import Upload
from index.ingest import Ingest
from index.store.keys import Scope
from tests.fakes import HashingEncoder
from tests.http.client import BRIDGE, HEARING, QUESTION
from tests.http.live import served


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    """A library of two transcripts in two collections."""
    parts = Parts(Settings(tmp_path, "hashing", 1), HashingEncoder)
    with parts.library() as library:
        run = Ingest(library, HashingEncoder, max_bytes=100_000)
        run.take([Upload("hearing.txt", HEARING.encode())], collection="council")
        run.take([Upload("bridge.txt", BRIDGE.encode())], collection="town")
    return parts


@pytest.fixture
def server(parts: Parts) -> Iterator[str]:
    """Its address."""
    with served(parts) as address:
        yield address


def key(parts: Parts, scope: Scope, *origins: str, collections: tuple[str, ...] = ()) -> str:
    """What the holder of a new key or site sends."""
    with parts.library() as library:
        return library.keys.create("a key", scope=scope, origins=origins, collections=collections)[1]


def test_the_front_page_is_the_chat_with_the_library_beside_it(page: Page, server: str) -> None:
    page.goto(f"{server}/")
    shelf = page.get_by_role("complementary", name="Library")
    expect(shelf.get_by_role("link", name="Hearing on the ambulance grant")).to_be_visible()
    ask(page, QUESTION)
    expect(last(page).locator("blockquote").first).to_contain_text("because it filed late")
    expect(last(page).get_by_role("figure").first).to_contain_text("José Ibarra")
    page.locator("button.marker").first.click()
    expect(page.locator(".card .beside").first).to_contain_text("why was the grant of Tamarack County taken back?")
    page.get_by_role("button", name="Show in transcript").click()
    words = page.frame_locator("iframe").locator("article.cited .words")
    expect(words).to_contain_text("because it filed late")
    assert violations(page) == []


def test_a_citation_opens_in_a_new_tab_at_its_words(context: BrowserContext, page: Page, server: str) -> None:
    page.goto(f"{server}/")
    ask(page, QUESTION)
    page.locator("button.marker").first.click()
    with context.expect_page() as opened:
        page.get_by_role("link", name="Open in new tab").click()
    expect(opened.value.locator("article.cited .words")).to_contain_text("because it filed late")


def test_a_link_with_a_question_asks_it_once_and_narrowed(page: Page, server: str) -> None:
    page.goto(f"{server}/?q={QUESTION}&collection=town")
    settled(page)
    expect(page.locator(".chip.chosen")).to_have_text("town")
    expect(page.locator(".exchange")).not_to_contain_text("filed late")
    page.reload()
    expect(page.locator(".exchange")).to_have_count(1)


def test_feedback_reaches_the_library(page: Page, server: str, parts: Parts) -> None:
    page.goto(f"{server}/demo")
    page.locator(".launcher").click()
    ask(page, QUESTION)
    page.get_by_role("button", name="Poor answer").click()
    page.get_by_label("Anything to add?").fill("Which year?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_label("Anything to add?")).to_have_count(0)
    with parts.library() as library, library._database.reading() as connection:
        rows = connection.exec_driver_sql("select vote, comment from feedback").all()
    assert [tuple(row) for row in rows] == [("down", "Which year?")]


def test_what_the_transcripts_do_not_say(page: Page, server: str) -> None:
    page.goto(f"{server}/")
    ask(page, "What is the capital of Mongolia?")
    expect(last(page)).to_contain_text("The transcripts do not say.")
    expect(last(page)).to_contain_text("Searched 6 turns of 2 transcripts.")


def test_a_listing_shows_its_count_and_a_quote_of_each(page: Page, server: str) -> None:
    page.goto(f"{server}/")
    ask(page, "How often was the harbor bridge mentioned?")
    told = last(page).locator(".told")
    expect(told).to_have_text(
        "2 turns of 1 transcript say “harbor bridge”, in any form of these words. By speaker: Anna Berg 1, Leo Sand 1."
        " Searched 6 turns of 2 transcripts."
    )
    expect(last(page).get_by_role("figure")).to_have_count(1)
    expect(last(page).locator("figure blockquote")).to_contain_text("harbor bridge")
    expect(last(page).locator("figure .count")).to_have_text("2 turns")
    last(page).locator("figure button.marker").click()
    expect(page.get_by_role("dialog")).to_contain_text("harbor bridge")
    page.keyboard.press("Escape")
    ask(page, "Who all spoke about the harbor bridge?")
    expect(last(page).locator("figure .name")).to_have_text(["Anna Berg", "Leo Sand"])
    expect(last(page).locator("figure .count")).to_have_text(["1 turn of 1 transcript"] * 2)
    ask(page, "How often were penguins mentioned?")
    expect(last(page)).to_contain_text("No turn says “penguins”, in any form of the word.")
    assert violations(page) == []


def test_a_question_with_days_is_answered_from_them_and_says_so(page: Page, server: str) -> None:
    page.goto(f"{server}/")
    ask(page, "Why did Tamarack lose the grant in the May 2023 hearing?")
    expect(last(page).locator("blockquote").first).to_contain_text("because it filed late")
    expect(last(page).locator("figure time").first).to_have_attribute("datetime", "2023-05-16")
    expect(last(page)).to_contain_text("Searched 4 turns of 1 transcript")
    ask(page, "What did José Ibarra say about the harbor bridge in the May 2023 hearing?")
    expect(last(page)).to_contain_text("The transcripts do not say.")
    expect(last(page)).to_contain_text("only what José Ibarra said")
    expect(last(page)).to_contain_text("2023")


def test_a_question_that_cannot_be_asked(page: Page, server: str) -> None:
    page.goto(f"{server}/")
    send(page, "?!")
    expect(last(page)).to_contain_text("Put it in other words.")


def test_who_signed_in_asks_with_the_cookie_and_who_is_signed_out_is_told(
    context: BrowserContext, page: Page, server: str, parts: Parts
) -> None:
    secret = key(parts, "ask", collections=("council",))
    page.goto(f"{server}/")
    page.get_by_label("Key").fill(secret)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Hearing on the ambulance grant")).to_be_visible()
    expect(page.get_by_role("link", name="bridge")).to_have_count(0)
    ask(page, QUESTION)
    expect(last(page)).to_contain_text("because it filed late")
    context.clear_cookies()
    send(page, "And then?")
    expect(last(page)).to_contain_text("You are signed out.")


def test_pages_of_a_site_ask_with_its_public_id_alone(page: Page, stage: Stage, server: str, parts: Parts) -> None:
    site = key(parts, "narrow", stage.base, collections=("council", "town"))
    stage.put(f"<main><h1>News</h1></main>{built().tag(server, site, pinned=True)}", path="/loose")
    sent: list[Request] = []
    page.on("request", lambda one: sent.append(one) if one.url.startswith(server) else None)
    page.goto(f"{stage.base}/loose")
    page.locator(".launcher").click()
    page.get_by_label("Collection").select_option("council")
    page.get_by_label("Speaker").select_option("José Ibarra")
    ask(page, QUESTION)
    expect(last(page)).to_contain_text("because it filed late")
    page.locator("button.marker").first.click()
    expect(page.locator(".card .beside").first).to_contain_text("Tamarack County")
    page.get_by_role("button", name="Show in transcript").click()
    expect(page.frame_locator("iframe").locator("article.cited")).to_contain_text("because it filed late")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Good answer").click()
    expect(last(page)).to_contain_text("Thank you.")
    assert not any("cookie" in one.all_headers() for one in sent)
    assert len([one for one in sent if one.url.endswith("/token")]) == 1
    assert page.evaluate("document.cookie") == ""


def test_a_site_that_does_not_tell_names_offers_no_choice(page: Page, stage: Stage, server: str, parts: Parts) -> None:
    site = key(parts, "ask", stage.base)
    stage.put(f'<script src="{server}/widget.js" data-site="{site}" async></script>', path="/loose")
    page.goto(f"{stage.base}/loose")
    page.locator(".launcher").click()
    ask(page, QUESTION)
    expect(last(page)).to_contain_text("because it filed late")
    expect(page.locator(".chips")).to_be_hidden()


def test_pages_of_others_are_told_that_they_cannot_ask(page: Page, stage: Stage, server: str, parts: Parts) -> None:
    site = key(parts, "ask", "https://news.example")
    stage.put(f'<script src="{server}/widget.js" data-site="{site}" async></script>', path="/loose")
    page.goto(f"{stage.base}/loose")
    page.locator(".launcher").click()
    box(page).fill(QUESTION)
    box(page).press("Enter")
    # Browsers keep what the server says from a page that it does not know.
    expect(last(page)).to_contain_text("The server cannot be reached at the moment.")


def test_a_sites_own_server_may_be_its_page(page: Page, server: str, parts: Parts) -> None:
    site = key(parts, "narrow", server)
    secret = key(parts, "manage")
    page.goto(f"{server}/signin?next=/demo?site={site}")
    page.get_by_label("Key").fill(secret)
    page.get_by_role("button", name="Sign in").click()
    page.locator(".launcher").click()
    ask(page, QUESTION)
    expect(page.get_by_label("Speaker")).to_be_visible()
    page.locator("button.marker").first.click()
    expect(page.locator(".card .beside").first).to_be_visible()
    assert violations(page) == []
