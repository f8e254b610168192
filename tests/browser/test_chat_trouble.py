"""What goes wrong is said in plain words, and tried again when the reader says so, never before."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from stage import CUT, Reply, Stage, answer, told
from using import INLINE, ask, last, send, settled, status


def refused(status: int, **headers: str) -> Reply:
    """A refusal."""
    problem = {
        "type": "/problems/x",
        "title": "X",
        "status": status,
        "detail": "/srv/secret is full",
        "request_id": "r7",
    }
    return Reply(
        status=status, problem=problem, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


BROKEN = Reply([("sources", {"hits": []}), ("token", {"text": "It was"}), CUT])
ENDED = Reply([("token", {"text": "It was"})])
ERROR = Reply([("error", {"type": "/problems/internal", "status": 500, "title": "X", "request_id": "r7"})])


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (refused(429, Retry_After="17"), "Too many questions at once. Try again in 17 seconds."),
        (refused(429, Retry_After="1"), "Try again in 1 second."),
        (refused(500), "Something went wrong on the server."),
        (refused(503), "Something went wrong on the server."),
        (ERROR, "Something went wrong on the server."),
        (Reply([("answer", {"id": "a1", "text": "It was."})]), "Something went wrong on the server."),
        (BROKEN, "The connection broke before the answer was complete."),
        (ENDED, "The connection broke before the answer was complete."),
    ],
    ids=["429", "429-one", "500", "503", "error-event", "no-answer", "cut", "ended"],
)
def test_trouble_that_may_pass_offers_to_try_again(page: Page, stage: Stage, reply: Reply, said: str) -> None:
    stage.replies = [reply, told(answer("Now it works [1]."))]
    page.goto(stage.put(INLINE))
    send(page)
    settled(page)
    expect(last(page).locator(".trouble")).to_contain_text(said)
    expect(status(page)).to_contain_text(said)
    expect(last(page)).not_to_contain_text("/srv")
    page.wait_for_timeout(300)
    assert len(stage.asked()) == 1
    last(page).get_by_role("button", name="Try again").click()
    settled(page)
    expect(last(page)).to_contain_text("Now it works")
    expect(page.locator(".exchange")).to_have_count(1)
    assert len(stage.asked()) == 2


def test_the_servers_own_failures_carry_what_its_log_calls_them(page: Page, stage: Stage) -> None:
    stage.replies = [refused(500)]
    page.goto(stage.put(INLINE))
    send(page)
    expect(last(page)).to_contain_text("Reference: r7")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (422, "Put it in other words."),
        (403, "Questions cannot be asked from this page."),
        (401, "You are signed out."),
    ],
)
def test_trouble_that_stays_offers_no_second_try(page: Page, stage: Stage, code: int, said: str) -> None:
    stage.replies = [refused(code)]
    page.goto(stage.put(INLINE))
    send(page)
    expect(last(page)).to_contain_text(said)
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    if code == 401:
        expect(page.get_by_role("link", name="Sign in")).to_have_attribute("href", f"{stage.base}/signin")


def test_offline_is_told_and_the_question_is_kept(context: BrowserContext, page: Page, stage: Stage) -> None:
    page.goto(stage.put(INLINE))
    expect(page.locator(".box")).to_be_visible()
    context.set_offline(True)
    send(page, "Which county?")
    expect(last(page)).to_contain_text("You are offline.")
    assert stage.asked() == []
    context.set_offline(False)
    last(page).get_by_role("button", name="Try again").click()
    settled(page)
    expect(last(page)).to_contain_text("The county got its money")
    assert [one["question"] for one in stage.asked()] == ["Which county?"]


def test_a_server_that_is_not_there_is_told(page: Page, stage: Stage) -> None:
    page.route("**/v1/ask", lambda route: route.abort())
    page.goto(stage.put(INLINE))
    send(page)
    expect(last(page)).to_contain_text("The server cannot be reached at the moment.")


def test_the_panel_opens_and_takes_a_question_before_the_server_answers_anything(page: Page, stage: Stage) -> None:
    held: list[str] = []
    page.route("**/v1/filters", lambda route: held.append(route.request.url))  # never answered
    page.goto(stage.put('<script src="/widget.js" data-launcher async></script>'))
    page.get_by_role("button", name="Ask the transcripts").click()
    ask(page)
    expect(last(page)).to_contain_text("The county got its money")
    assert len(held) == 1


def test_a_vote_that_cannot_be_sent_is_taken_back(page: Page, stage: Stage) -> None:
    page.goto(stage.put(INLINE))
    ask(page)
    page.route("**/feedback", lambda route: route.fulfill(status=503, json={}))
    page.get_by_role("button", name="Good answer").click()
    expect(last(page)).to_contain_text("This could not be sent. Try again.")
    expect(page.get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "false")
    page.unroute("**/feedback")
    page.get_by_role("button", name="Good answer").click()
    expect(last(page)).to_contain_text("Thank you.")
