"""Asking, and what comes of it: streaming, stopping, remembering, forgetting."""

from __future__ import annotations

import json
import threading

from playwright.sync_api import BrowserContext, Page, expect
from stage import HOLD, Reply, Stage, answer, citation, told
from using import INLINE, LAUNCHER, ask, box, last, send, settled, status


def test_by_keyboard_alone_from_the_launcher_to_the_answer_and_back(page: Page, stage: Stage) -> None:
    page.goto(stage.put(LAUNCHER + "<main><h1>A page</h1></main>"))
    launcher = page.get_by_role("button", name="Ask the transcripts")
    expect(launcher).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Tab")
    expect(launcher).to_be_focused()
    page.keyboard.press("Enter")
    expect(launcher).to_have_attribute("aria-expanded", "true")
    expect(box(page)).to_be_focused()
    page.keyboard.type("Which county")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("got its money?")
    assert stage.asked() == []
    page.keyboard.press("Enter")
    settled(page)
    assert [one["question"] for one in stage.asked()] == ["Which county\ngot its money?"]
    expect(box(page)).to_be_focused()
    expect(box(page)).to_have_value("")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).not_to_be_visible()
    expect(launcher).to_be_focused()


def test_enter_that_ends_a_composition_asks_nothing(page: Page, stage: Stage) -> None:
    page.goto(stage.put(INLINE))
    box(page).fill("どの郡")
    box(page).evaluate(
        "box => box.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"
    )
    assert stage.asked() == []
    ask(page, "どの郡ですか")
    assert len(stage.asked()) == 1


def test_checked_sentences_show_as_they_come_and_the_answer_replaces_them(page: Page, stage: Stage) -> None:
    whole = answer("The county got its money [1].\n\n- **Five** hundred thousand [1]")
    sources = ("sources", {"hits": [{"title": "Sanctuary cities"}, {"title": "Council"}]})
    draft = ("token", {"text": "The county got its money [1]. "})
    stage.replies = [Reply([sources, HOLD, draft, ("token", {"text": "It was refused."}), HOLD, ("answer", whole)])]
    page.goto(stage.put(INLINE))
    send(page)
    expect(last(page)).to_contain_text("Reading 2 passages in Sanctuary cities and Council")
    expect(last(page)).to_have_attribute("aria-busy", "true")
    stage.go.set()
    expect(last(page).locator(".written")).to_contain_text("The county got its money")
    settled(page)
    expect(last(page)).not_to_contain_text("refused")
    expect(last(page).locator(".written li strong")).to_have_text("Five")
    expect(last(page).get_by_role("button", name="Source 1: Greg Allen, Sanctuary cities").first).to_be_visible()
    assert len(stage.asked()) == 1


def test_while_an_answer_grows_its_numbers_are_no_buttons(page: Page, stage: Stage) -> None:
    stage.replies = [Reply([("token", {"text": "It did [1]."}), HOLD, ("answer", answer())])]
    page.goto(stage.put(INLINE))
    send(page)
    expect(last(page).locator("span.marker")).to_have_text("1")
    expect(last(page).locator("button.marker")).to_have_count(0)
    box(page).fill("the next question")  # can be written meanwhile
    box(page).press("Enter")
    assert len(stage.asked()) == 1
    stage.go.set()
    settled(page)
    expect(box(page)).to_have_value("the next question")


def test_an_answer_is_announced_once_and_its_growing_never(page: Page, stage: Stage) -> None:
    tokens = [("token", {"text": f"word {n} "}) for n in range(20)]
    stage.replies = [Reply([*tokens, ("answer", answer())])]
    page.goto(stage.put(INLINE))
    page.evaluate(
        """() => {
          window.told = [];
          const status = document.querySelector("transcite-chat").shadowRoot.querySelector(".chat > [role=status]");
          const all = {childList: true, characterData: true, subtree: true};
          new MutationObserver(() => told.push(status.textContent)).observe(status, all);
        }"""
    )
    ask(page)
    assert page.evaluate("told") == ["Searching the transcripts", "The county got its money [1]."]
    live = page.locator("[aria-live]")
    assert [one.get_attribute("aria-live") for one in live.all()] == ["off"]


def test_stop_keeps_what_was_read_and_asking_again_begins_anew(page: Page, stage: Stage) -> None:
    stage.replies = [Reply([("token", {"text": "It was so"}), HOLD]), told(answer("It was otherwise [1]."))]
    page.goto(stage.put(INLINE))
    send(page)
    expect(last(page).locator(".written")).to_have_text("It was so")
    page.get_by_role("button", name="Stop").click()
    expect(last(page)).to_contain_text("Stopped before the answer was complete.")
    expect(last(page)).to_contain_text("It was so")
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    assert len(stage.asked()) == 1
    last(page).get_by_role("button", name="Ask again").click()
    settled(page)
    expect(last(page)).to_contain_text("It was otherwise")
    expect(page.locator(".exchange")).to_have_count(1)
    last(page).get_by_role("button", name="Ask again").click()
    expect(page.locator(".exchange")).to_have_count(2)


def test_a_follow_up_goes_with_what_was_said_before(page: Page, stage: Stage) -> None:
    page.goto(stage.put(INLINE))
    ask(page, "Which county?")
    ask(page, "And why?")
    first, second = stage.asked()
    assert first["history"] == []
    assert second["history"] == [
        {"role": "user", "content": "Which county?"},
        {"role": "assistant", "content": "The county got its money [1]."},
    ]
    assert first["conversation_id"] == second["conversation_id"]
    page.get_by_role("button", name="New chat").click()
    expect(page.locator(".exchange")).to_have_count(0)
    ask(page, "Anew?")
    assert stage.asked()[2]["history"] == []
    assert stage.asked()[2]["conversation_id"] != first["conversation_id"]


def test_a_reload_keeps_the_conversation_and_new_chat_forgets_it(page: Page, stage: Stage) -> None:
    page.goto(stage.put(INLINE))
    ask(page, "Which county?")
    page.reload()
    expect(page.locator(".question")).to_contain_text("Which county?")
    expect(last(page).locator(".written")).to_contain_text("The county got its money")
    assert len(stage.asked()) == 1
    kept = page.evaluate("Object.entries(sessionStorage)")
    assert [json.loads(value)["version"] for _, value in kept] == [1]
    assert page.evaluate("[localStorage.length, document.cookie]") == [0, ""]
    page.get_by_role("button", name="New chat").click()
    page.reload()
    expect(box(page)).to_be_visible()
    expect(page.locator(".exchange")).to_have_count(0)
    assert page.evaluate("sessionStorage.length") == 0


def test_what_is_kept_has_a_limit_and_a_version(page: Page, stage: Stage) -> None:
    stage.replies = [told(answer("x" * 30_000 + " [1]."))]
    page.goto(stage.put(INLINE))
    for n in range(12):
        ask(page, f"Question {n}")
    kept = page.evaluate("Object.values(sessionStorage)[0]")
    assert len(kept) <= 250_000
    assert json.loads(kept)["exchanges"][-1]["question"] == "Question 11"
    for broken in ("{", "null", '{"version": 0}', '{"version": 1, "id": "x", "exchanges": [{"question": 5}, null]}'):
        page.evaluate("text => sessionStorage.setItem(Object.keys(sessionStorage)[0], text)", broken)
        page.reload()
        expect(box(page)).to_be_visible()
        expect(page.locator(".exchange")).to_have_count(0)


def test_storage_that_fails_is_not_missed(page: Page, stage: Stage) -> None:
    page.add_init_script("Storage.prototype.setItem = Storage.prototype.getItem = () => { throw new Error('full'); };")
    page.goto(stage.put(INLINE))
    ask(page)
    expect(last(page)).to_contain_text("The county got its money")


def test_suggestions_ask(page: Page, stage: Stage) -> None:
    page.goto(stage.put(INLINE.replace("<transcite-chat>", '<transcite-chat suggestions="Who spoke?|What was said?">')))
    expect(page.locator(".suggestion")).to_have_text(["Who spoke?", "What was said?"])
    page.get_by_role("button", name="What was said?").click()
    settled(page)
    assert [one["question"] for one in stage.asked()] == ["What was said?"]
    expect(box(page)).to_be_focused()


def test_filters_are_chips_where_the_server_tells_what_there_is(page: Page, stage: Stage) -> None:
    stage.choices = {"collections": ["council", "radio"], "speakers": ["Ann Lee", "Greg Allen"]}
    page.goto(stage.put(INLINE))
    page.get_by_label("Collection").select_option("council")
    page.get_by_label("Speaker").select_option("Greg Allen")
    page.get_by_label("Speaker").select_option("Ann Lee")
    page.get_by_role("button", name="Only Greg Allen; remove").click()
    ask(page)
    assert stage.asked()[0]["filters"] == {"collections": ["council"], "speakers": ["Ann Lee"]}


def test_a_page_narrows_for_good_what_readers_may_not_choose(page: Page, stage: Stage) -> None:
    page.goto(stage.put(INLINE.replace("<transcite-chat>", "<transcite-chat collections='[\"council\"]'>")))
    expect(page.locator(".chip")).to_have_text("council")
    expect(page.locator("button.chip")).to_have_count(0)
    ask(page)
    assert stage.asked()[0]["filters"] == {"collections": ["council"], "speakers": []}


def test_an_answer_is_copied_with_its_citations(context: BrowserContext, page: Page, stage: Stage) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=stage.base)
    page.goto(stage.put(INLINE))
    ask(page, "Which county?")
    page.get_by_role("button", name="Copy with citations").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    expect(status(page)).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == (
        "Which county?\n\nThe county got its money [1].\n\n"
        "[1] Greg Allen (name inferred), Sanctuary cities, 2017-07-26, 0:12:03: "
        f"“the county would get its money” {stage.base}/t/npr#turn-4:11-41"
    )


def test_the_clipboard_is_reached_in_the_old_way_too(context: BrowserContext, page: Page, stage: Stage) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=stage.base)
    page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('no'));")
    page.goto(stage.put(INLINE))
    ask(page)
    page.get_by_role("button", name="Copy with citations").click()
    expect(page.get_by_role("button", name="Copied")).to_be_focused()
    assert "Greg Allen" in page.evaluate("navigator.clipboard.readText()")


def test_votes_and_comments_are_sent_and_remembered(page: Page, stage: Stage) -> None:
    page.goto(stage.put(INLINE))
    ask(page)
    up, down = page.get_by_role("button", name="Good answer"), page.get_by_role("button", name="Poor answer")
    comment = page.get_by_label("Anything to add?")
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    expect(comment).to_be_visible()  # the server has it
    comment.evaluate("one => { one.first = true; }")
    down.click()
    expect(down).to_have_attribute("aria-pressed", "true")
    expect(up).to_have_attribute("aria-pressed", "false")
    expect(comment).not_to_have_js_property("first", True)  # and the second; each makes the form anew
    comment.fill("  Wrong county.  ")
    page.get_by_role("button", name="Send").click()
    expect(comment).to_have_count(0)
    expect(down).to_be_focused()
    sent = [body for path, _, body in stage.posts if path == "/v1/answers/a1/feedback"]
    assert sent == [{"vote": "up"}, {"vote": "down"}, {"vote": "down", "comment": "Wrong county."}]
    page.reload()
    expect(page.get_by_role("button", name="Poor answer")).to_have_attribute("aria-pressed", "true")


def test_a_question_of_the_page_is_asked_once(page: Page, stage: Stage) -> None:
    page.goto(stage.put(INLINE.replace("<transcite-chat>", '<transcite-chat ask="Which county?">')))
    settled(page)
    page.reload()
    expect(page.locator(".exchange")).to_have_count(1)
    assert len(stage.asked()) == 1


def test_pages_open_ask_and_listen(page: Page, stage: Stage) -> None:
    page.goto(stage.put(LAUNCHER))
    page.evaluate(
        """() => {
          window.heard = [];
          for (const name of ["open", "ask", "answer", "feedback", "cite", "close", "error"]) {
            addEventListener(`transcite-${name}`, (event) => {
              document.documentElement.dataset.heard = heard.push([name, Object.keys(event.detail)]);
            });
          }
        }"""
    )
    page.evaluate("document.querySelector('transcite-chat').ask('Which county?')")
    settled(page)
    page.get_by_role("button", name="Good answer").click()
    heard = page.locator("html")  # counted on the page: to wait for an expression would evaluate it, against the policy
    expect(heard).to_have_attribute("data-heard", "4")  # a vote is told of when the server has it
    page.locator("button.marker").first.click()
    page.keyboard.press("Escape")
    page.evaluate("document.querySelector('transcite-chat').close()")
    expect(heard).to_have_attribute("data-heard", "6")
    assert page.evaluate("heard") == [
        ["open", []],
        ["ask", ["question"]],
        ["answer", ["answer"]],
        ["feedback", ["answer", "vote", "comment"]],
        ["cite", ["citation"]],
        ["close", []],
    ]


def test_another_language_in_mid_answer_loses_nothing_said(page: Page, stage: Stage) -> None:
    stage.replies = [Reply([("token", {"text": "It was so"}), HOLD])]
    page.goto(stage.put(INLINE))
    send(page)
    expect(last(page).locator(".written")).to_have_text("It was so")
    page.evaluate("document.querySelector('transcite-chat').lang = 'de'")
    expect(last(page)).to_contain_text("Angehalten, bevor die Antwort vollständig war.")
    expect(last(page)).to_contain_text("It was so")


def test_another_look_keeps_what_is_being_written_and_chosen(page: Page, stage: Stage) -> None:
    stage.choices = {"collections": ["council", "radio"], "speakers": []}
    page.goto(stage.put(INLINE))
    page.get_by_label("Collection").select_option("radio")
    box(page).fill("Half a question")
    page.evaluate("document.querySelector('transcite-chat').setAttribute('theme', 'dark')")
    expect(page.locator(".root")).to_have_class("root dark")
    expect(box(page)).to_have_value("Half a question")
    expect(page.get_by_role("button", name="Only radio; remove")).to_be_visible()


def test_a_server_that_does_not_stream_is_understood(page: Page, stage: Stage) -> None:
    page.route("**/v1/ask", lambda route: route.fulfill(json=answer("Said at once [1].")))
    page.goto(stage.put(INLINE))
    ask(page)
    expect(last(page)).to_contain_text("Said at once")


def test_the_end_of_an_answer_is_followed_but_never_past_its_question(page: Page, stage: Stage) -> None:
    paragraphs = "\n\n".join(f"Sentence {n} goes on for quite a while, so that lines wrap [1]." for n in range(60))
    stage.replies = [told(answer(paragraphs, citations=[citation()]))]
    page.goto(stage.put(INLINE))
    ask(page)
    expect(page.locator(".question").last).to_be_in_viewport()
    ask(page, "Once more?")
    expect(page.locator(".question").last).to_be_in_viewport()


def test_what_is_read_already_is_not_painted_again(page: Page, stage: Stage) -> None:
    begun = [("token", {"text": "The first paragraph.\n\nThe sec"}), HOLD]
    stage.replies = [Reply([*begun, ("token", {"text": "ond **paragraph**."}), HOLD, ("answer", answer())])]
    page.goto(stage.put(INLINE))
    send(page)
    paragraphs = last(page).locator(".written p")
    expect(paragraphs).to_have_text(["The first paragraph.", "The sec"])
    paragraphs.first.evaluate("one => { one.read = true; }")
    stage.go.set()
    stage.go = threading.Event()
    expect(paragraphs.nth(1).locator("strong")).to_have_text("paragraph")
    assert paragraphs.first.evaluate("one => one.read")
    stage.go.set()
    settled(page)


def test_who_scrolled_away_is_left_alone(page: Page, stage: Stage) -> None:
    lines = "\n\n".join(f"Sentence {n} goes on for quite a while, so that lines wrap." for n in range(40))
    stage.replies = [
        told(answer(lines)),
        Reply([("token", {"text": lines}), HOLD, ("token", {"text": "\n\nMore."}), ("answer", answer())]),
    ]
    page.goto(stage.put(INLINE))
    ask(page)
    send(page, "And more?")
    expect(last(page).locator(".written")).to_contain_text("Sentence 39")
    page.locator(".log").evaluate("log => { log.scrollTop = 100; }")
    stage.go.set()
    settled(page)
    assert page.locator(".log").evaluate("log => log.scrollTop") == 100
