"""Citations: buttons, cards, the transcript, sources, quotations, what was dropped, what was not found."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, expect
from stage import Stage, answer, citation, told
from using import INLINE, LAUNCHER, ask, last

TURNS = [
    {"turn": 3, "speaker": "Robert", "speaker_inferred": True, "text": "Why Miami?"},
    {
        "turn": 4,
        "speaker": "Greg Allen",
        "speaker_inferred": True,
        "text": "🦊 He said the county would get its money, he did.",
    },
    {"turn": 5, "speaker": None, "speaker_inferred": False, "text": "Applause."},
]


def in_context(**more: object) -> dict[str, object]:
    """A citation as it stands in `TURNS`, whose fox is one character to Python and two to JavaScript."""
    return citation(char_start=10, char_end=41, quote="the county would get its money,"[:31], **more)


def test_a_card_shows_who_where_when_and_the_quote_in_its_context(page: Page, stage: Stage) -> None:
    stage.context = {"turns": TURNS, "at": 1}
    stage.replies = [told(answer(citations=[in_context(media_url="https://radio.example/a.mp3")]))]
    page.goto(stage.put(INLINE))
    ask(page)
    marker = page.locator("button.marker").first
    marker.click()
    card = page.get_by_role("dialog", name="Source 1: Greg Allen")
    expect(card).to_be_focused()
    for said in ("Greg Allen", "name inferred", "Sanctuary cities", "Jul 26, 2017", "0:12:03"):
        expect(card).to_contain_text(said)
    expect(card.locator("mark")).to_have_text("the county would get its money,")
    expect(card.locator(".words p").nth(1)).to_have_text("🦊 He said the county would get its money, he did.")
    expect(card.locator(".beside")).to_have_text(["Robert: Why Miami?", "Unknown speaker: Applause."])
    expect(card.get_by_role("link", name="Open in new tab")).to_have_attribute(
        "href", f"{stage.base}/t/npr#turn-4:10-41"
    )
    expect(card.get_by_role("link", name="Recording")).to_have_attribute("href", "https://radio.example/a.mp3")
    page.keyboard.press("Escape")
    expect(card).not_to_be_visible()
    expect(marker).to_be_focused()


def test_by_keyboard_alone_from_the_answer_to_the_transcript_and_back(page: Page, stage: Stage) -> None:
    page.goto(stage.put(INLINE))
    ask(page)
    marker = page.locator(".written button.marker")
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        if marker.evaluate("one => one.matches(':focus')"):
            break
    page.keyboard.press("Enter")
    expect(page.locator(".card")).to_be_focused()
    show = page.get_by_role("button", name="Show in transcript")
    for _ in range(4):
        page.keyboard.press("Tab")
        if show.evaluate("one => one.matches(':focus')"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Back to the chat")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("iframe")).to_have_count(0)
    expect(marker).to_be_focused()


def test_escape_closes_the_card_then_the_panel(page: Page, stage: Stage) -> None:
    page.goto(stage.put(LAUNCHER))
    page.get_by_role("button", name="Ask the transcripts").click()
    ask(page)
    page.locator("button.marker").first.click()
    page.keyboard.press("Escape")
    expect(page.locator(".card")).not_to_be_visible()
    expect(page.locator("dialog.panel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog.panel")).not_to_be_visible()


def test_where_the_context_cannot_be_had_the_quote_is_enough(page: Page, stage: Stage) -> None:
    page.goto(stage.put(INLINE))
    ask(page)
    page.locator("button.marker").first.click()
    expect(page.locator(".card mark")).to_have_text("the county would get its money")


def test_the_transcript_opens_in_the_panel_and_gives_the_chat_back(page: Page, stage: Stage) -> None:
    page.goto(stage.put(LAUNCHER))
    page.get_by_role("button", name="Ask the transcripts").click()
    ask(page)
    page.locator("button.marker").first.click()
    page.get_by_role("button", name="Show in transcript").click()
    frame = page.locator("iframe")
    expect(frame).to_have_attribute("src", f"{stage.base}/t/npr#turn-4:11-41")
    expect(page.frame_locator("iframe").get_by_text("The words")).to_be_visible()
    expect(page.get_by_role("button", name="Back to the chat")).to_be_focused()
    page.keyboard.press("Escape")
    expect(frame).to_have_count(0)
    expect(page.locator("dialog.panel")).to_be_visible()
    expect(page.locator("button.marker").first).to_be_focused()


def test_a_page_that_allows_no_frames_gets_a_link(context: BrowserContext, stage: Stage) -> None:
    page = context.new_page()
    page.goto(stage.put(INLINE, path="/frameless"))
    ask(page)
    page.locator("button.marker").first.click()
    page.get_by_role("button", name="Show in transcript").click()
    link = page.locator(".instead").get_by_role("link", name="Open in new tab")
    expect(link).to_be_focused()
    expect(link).to_have_attribute("href", f"{stage.base}/t/npr#turn-4:11-41")
    expect(page.locator("iframe")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("button.marker").first).to_be_focused()


def test_sources_are_listed_once_a_transcript_and_once_a_place(page: Page, stage: Stage) -> None:
    cited = [
        citation(1),
        citation(2, turn=6, char_start=0, char_end=3),
        citation(3, transcript_id="council", title="Council", speaker="Ann Lee", speaker_inferred=False, start=None),
        citation(4),
    ]
    stage.replies = [told(answer("One [1]. Two [2]. Three [3]. Again [4].", citations=cited))]
    page.goto(stage.put(INLINE))
    ask(page)
    sources = last(page).locator(".sources > ul > li")
    expect(sources.locator(".source .from")).to_have_text(["Sanctuary cities", "Council"])
    expect(sources.nth(0).locator(".marker")).to_have_text(["4", "2"])
    expect(sources.nth(1)).to_contain_text("Ann Lee")
    expect(sources.nth(1)).to_contain_text("turn 4")
    expect(sources.nth(1)).not_to_contain_text("inferred")


def test_quoted_answers_read_as_quotations(page: Page, stage: Stage) -> None:
    quote = "*Exactly* as said [2],\nline for line: 2*3*4, <b>, snake_case."
    cited = [citation(1, quote=quote), citation(2, speaker=None, speaker_inferred=False)]
    sentences = [
        {"text": f"Unknown speaker: “{cited[1]['quote']}”", "citations": [2], "support": 1.0},
        {"text": f"Greg Allen (name inferred): “{quote}”", "citations": [1], "support": 1.0},
    ]
    stage.replies = [told(answer(status="quoted", citations=cited, sentences=sentences, model=None))]
    page.goto(stage.put(INLINE))
    ask(page)
    figures = last(page).get_by_role("figure")
    expect(figures).to_have_count(2)
    expect(figures.nth(0)).to_contain_text("Unknown speaker")
    assert figures.nth(1).locator("blockquote").evaluate("quote => quote.textContent") == quote
    expect(figures.nth(1)).to_contain_text("name inferred")
    expect(last(page).locator(".told")).to_have_count(0)


def test_the_day_of_a_quotation_is_told_below_it(page: Page, stage: Stage) -> None:
    cited = [citation(1, quote="It opened yesterday.")]
    text = "Greg Allen: “It opened yesterday.” (8 May 2023; yesterday is 7 May 2023)"
    sentences = [{"text": text, "citations": [1], "support": 1.0}]
    stage.replies = [told(answer(status="quoted", citations=cited, sentences=sentences, model=None))]
    page.goto(stage.put(INLINE))
    ask(page)
    expect(last(page).get_by_role("figure")).to_have_count(1)
    expect(last(page).locator(".told")).to_have_text("(8 May 2023; yesterday is 7 May 2023)")


def test_what_is_written_stays_what_it_is(page: Page, stage: Stage) -> None:
    text = (
        "1986. A good year: 2*3*4 = 24, snake_case_name [1].\n[1]: https://x.example\n[9] and [2019] **bold** *it* `x`."
    )
    stage.replies = [told(answer(text))]
    page.goto(stage.put(INLINE))
    ask(page)
    written = last(page).locator(".written")
    assert written.evaluate("words => words.textContent") == (
        "1986. A good year: 2*3*4 = 24, snake_case_name 1.\n1: https://x.example\n[9] and [2019] bold it x."
    )
    expect(written.locator("button.marker")).to_have_text(["1", "1"])
    expect(written.locator("a")).to_have_count(0)


def test_lists_headings_and_quotations_have_their_form(page: Page, stage: Stage) -> None:
    text = "## What was said\n\n1. First [1]\n2. Second\n   - nested\n\n- a\n- b\n\n> Quoted\n> twice\n\nEnd."
    stage.replies = [told(answer(text))]
    page.goto(stage.put(INLINE))
    ask(page)
    written = last(page).locator(".written")
    assert written.evaluate("words => [...words.children].map(one => one.localName + ':' + one.textContent)") == [
        "p:What was said",
        "ol:First 1Secondnested",
        "ul:ab",
        "blockquote:Quoted\ntwice",
        "p:End.",
    ]


def test_what_was_dropped_is_shown_when_asked_for(page: Page, stage: Stage) -> None:
    dropped = [{"text": "He resigned.", "reason": "no turn supports it"}]
    stage.replies = [told(answer(dropped=dropped))]
    page.goto(stage.put(INLINE))
    ask(page)
    expect(last(page).get_by_text("He resigned.")).not_to_be_visible()
    last(page).get_by_text("Left out: 1 sentence").click()
    expect(last(page).get_by_text("He resigned.")).to_be_visible()
    expect(last(page).get_by_text("no turn supports it")).to_be_visible()


def test_not_found_is_an_answer_with_the_nearest_passages(page: Page, stage: Stage) -> None:
    nearest = [citation(1, role="nearest"), citation(2, role="nearest", turn=9)]
    stage.replies = [told(answer("The transcripts do not say.", status="not_found", citations=nearest, sentences=[]))]
    page.goto(stage.put(INLINE))
    ask(page)
    expect(last(page)).to_contain_text("The transcripts do not say.")
    expect(last(page)).to_contain_text("Searched 3,456 turns of 12 transcripts.")
    expect(last(page)).to_contain_text("The nearest passages")
    expect(last(page).get_by_role("figure")).to_have_count(2)
    expect(last(page).locator(".sources")).to_have_count(0)
    last(page).locator("button.marker").nth(1).click()
    expect(page.get_by_role("dialog", name="Source 2: Greg Allen")).to_be_visible()


def test_filters_that_leave_nothing_are_named_as_the_reason(page: Page, stage: Stage) -> None:
    searched = {"collections": [], "transcripts": 0, "turns": 0, "filters": {}}
    stage.replies = [told(answer("-", status="not_found", citations=[], sentences=[], searched=searched))]
    page.goto(stage.put(INLINE))
    ask(page)
    expect(last(page)).to_contain_text("Nothing was said that passes these filters.")
