"""In every state, width, language and mode: nothing for axe to find, nothing cut off, everything in reach."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from stage import CUT, HOLD, Reply, Stage, answer, citation, told
from using import INLINE, LAUNCHER, ask, box, fresh, last, send, violations

HOST = f"<main><h1>A page</h1><p>Text of its own.</p></main>{LAUNCHER}"
CITED = [citation(1), citation(2, transcript_id="c", title="Council", speaker="Ann Lee", speaker_inferred=False)]
WRITTEN = answer(
    "The county got its money [1].\n\n- One [1]\n- **Two** [2]",
    citations=CITED,
    dropped=[{"text": "X.", "reason": "y"}],
)
QUOTED = answer(status="quoted", citations=CITED, sentences=[], model=None)
NOT_FOUND = answer(status="not_found", citations=[citation(role="nearest")], sentences=[])
STREAMING = Reply([("sources", {"hits": [{"title": "Council"}]}), ("token", {"text": "It was so [1]."}), HOLD])
ARABIC = {
    "title": "اسأل النصوص",
    "lead": "كل جملة تبيّن من قالها وفي أي نص ومتى، حرفًا بحرف.",
    "label": "سؤالك",
    "placeholder": "اكتب سؤالك",
    "sources": "المصادر",
    "copy": "نسخ مع الاقتباسات",
    "again": "اسأل مرة أخرى",
    "show": "عرض في النص",
    "inferred": "اسم مستنتج",
}


def opened(page: Page, stage: Stage, *replies: Reply) -> None:
    """A page with the panel open."""
    stage.replies = list(replies) or stage.replies
    page.goto(stage.put(HOST))
    page.locator(".launcher").click()
    expect(box(page)).to_be_focused()


def closed(page: Page, stage: Stage) -> None:
    page.goto(stage.put(HOST))
    expect(page.locator(".launcher")).to_be_visible()


def empty(page: Page, stage: Stage) -> None:
    stage.choices = {"collections": ["council", "radio"], "speakers": ["Ann Lee", "Greg Allen"]}
    page.goto(stage.put(INLINE.replace("<transcite-chat>", '<transcite-chat suggestions="Who?|What?">')))
    page.get_by_label("Collection").select_option("radio")


def streaming(page: Page, stage: Stage) -> None:
    opened(page, stage, STREAMING)
    send(page)
    expect(last(page).locator(".written")).to_be_visible()


def answered(page: Page, stage: Stage) -> None:
    opened(page, stage, told(WRITTEN))
    ask(page)
    last(page).get_by_text("Left out").click()
    page.get_by_role("button", name="Good answer").click()
    expect(page.get_by_label("Anything to add?")).to_be_visible()


def quoted(page: Page, stage: Stage) -> None:
    opened(page, stage, told(QUOTED))
    ask(page)


def not_found(page: Page, stage: Stage) -> None:
    opened(page, stage, told(NOT_FOUND))
    ask(page)


def failed(page: Page, stage: Stage) -> None:
    opened(page, stage, Reply([("token", {"text": "It was"}), CUT]))
    send(page)
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def card(page: Page, stage: Stage) -> None:
    stage.context = {
        "turns": [
            {
                "turn": 4,
                "speaker": "Greg Allen",
                "speaker_inferred": True,
                "text": "He said X, the county would get its money.",
            }
        ],
        "at": 0,
    }
    opened(page, stage, told(answer(citations=[citation()])))
    ask(page)
    page.locator("button.marker").first.click()
    expect(page.get_by_role("link", name="Open in new tab")).to_be_visible()


def viewing(page: Page, stage: Stage) -> None:
    stage.pages["/t/npr"] = '<!doctype html><html lang="en"><title>Transcript</title><main><h1>Words</h1></main></html>'
    card(page, stage)
    page.get_by_role("button", name="Show in transcript").click()
    expect(page.frame_locator("iframe").locator("h1")).to_be_visible()


STATES = [closed, empty, streaming, answered, quoted, not_found, failed, card, viewing]
MODES = {
    "wide": {"viewport": {"width": 1000, "height": 800}},
    "dark": {"viewport": {"width": 1000, "height": 800}, "color_scheme": "dark"},
    "narrow": {"viewport": {"width": 375, "height": 667}},
}


@pytest.fixture(params=MODES)
def moded(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page as it comes out in one mode."""
    with fresh(browser, **MODES[request.param], locale="en-GB", reduced_motion="reduce") as context:
        yield context.new_page()


def test_axe_finds_nothing_in_any_state(moded: Page, stage: Stage) -> None:
    found: list[str] = []
    for state in STATES:
        stage.reset()
        state(moded, stage)
        found += [f"{state.__name__}: {one}" for one in violations(moded)]
        if overflows(moded):
            found.append(f"{state.__name__}: wider than the window")
        stage.go.set()
        moded.evaluate("sessionStorage.clear()")
    assert found == []


def overflows(page: Page) -> bool:
    """Whether something in the widget is wider than what it is in."""
    return bool(
        page.evaluate(
            """() => {
              const root = document.querySelector("transcite-chat").shadowRoot;
              const all = [...root.querySelectorAll("*:not(.unseen, .unseen *, svg, path)")];
              const boxes = all.filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect());
              const out = boxes.some((box) => box.left < -1 || box.right > innerWidth + 1);
              return out || document.documentElement.scrollWidth > innerWidth;
            }"""
        )
    )


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    size = {"width": 375, "height": 667}
    with fresh(browser, viewport=size, has_touch=True, is_mobile=True, reduced_motion="reduce") as context:
        yield context


def tag(**attributes: str) -> str:
    """A launcher's script tag."""
    return HOST.replace(
        "data-launcher", " ".join(["data-launcher", *(f"data-{name}='{value}'" for name, value in attributes.items())])
    )


@pytest.mark.parametrize(
    ("attributes", "direction", "said"),
    [
        ({"lang": "de"}, "ltr", ("Ihre Frage", "Quellen", "Name erschlossen", "26.07.2017")),
        ({"lang": "ar", "strings": json.dumps(ARABIC)}, "rtl", ("سؤالك", "المصادر", "اسم مستنتج")),
    ],
    ids=["de", "ar"],
)
def test_a_phone_in_german_and_in_arabic(
    phone: BrowserContext, stage: Stage, attributes: dict[str, str], direction: str, said: tuple[str, ...]
) -> None:
    page = phone.new_page()
    long = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen"
    stage.replies = [
        told(answer(f"{long} [1].", status="quoted", citations=[citation(title=long, quote=f"{long} " * 3)]))
    ]
    page.goto(stage.put(tag(**attributes)))
    page.locator(".launcher").tap()
    expect(box(page)).to_have_attribute("aria-label", said[0])
    panel = page.locator("dialog").bounding_box()
    assert panel == {"x": 0, "y": 0, "width": 375, "height": 667}
    assert page.locator("dialog").evaluate("one => one.matches(':modal')")
    ask(page, long)
    for words in said[1:]:
        expect(last(page)).to_contain_text(words)
    assert page.locator(".root").evaluate("one => getComputedStyle(one).direction") == direction
    assert not overflows(page)
    page.locator("button.marker").first.tap()
    expect(page.locator(".card.sheet")).to_be_visible()
    assert not overflows(page)
    assert violations(page) == []


@pytest.mark.parametrize("lang", ["en", "de", "es", "fr"])
def test_every_language_says_everything(page: Page, stage: Stage, lang: str) -> None:
    stage.replies = [told(NOT_FOUND), told(WRITTEN), Reply(status=429, headers={"Retry-After": "1"})]
    page.goto(stage.put(tag(lang=lang)))
    page.locator(".launcher").click()
    for _ in range(2):
        ask(page)
    send(page)
    expect(page.locator(".trouble")).to_be_visible()
    shown = page.locator(".root").evaluate(
        "one => one.textContent + [...one.querySelectorAll('[aria-label]')].map((part) => part.ariaLabel).join()"
    )
    assert "{" not in shown
    assert "|" not in shown
    assert ("Sources" in shown) == (lang in {"en", "fr"})
    assert page.locator(".root").get_attribute("lang") == lang


def test_the_language_is_that_of_the_page_unless_told(page: Page, stage: Stage) -> None:
    page.goto(stage.put(INLINE, lang="fr-CA"))
    expect(box(page)).to_have_attribute("placeholder", "Posez une question")
    page.locator("transcite-chat").evaluate("one => one.setAttribute('lang', 'not a language')")
    expect(box(page)).to_have_attribute("placeholder", "Ask a question")


def test_at_400_percent_everything_is_in_reach(browser: Browser, stage: Stage) -> None:
    with fresh(browser, viewport={"width": 320, "height": 256}) as context:  # 1280 by 1024 at 400 %
        page = context.new_page()
        stage.replies = [told(WRITTEN)]
        page.goto(stage.put(HOST))
        page.locator(".launcher").click()
        ask(page)
        reached = (page.get_by_role("button", name=name) for name in ("Close", "Good answer"))
        for part in (*reached, box(page)):
            part.scroll_into_view_if_needed()
            expect(part).to_be_in_viewport()
        assert not overflows(page)
        assert violations(page) == []


def test_forced_colours_keep_every_edge(browser: Browser, stage: Stage) -> None:
    with fresh(browser, forced_colors="active") as context:
        page = context.new_page()
        page.goto(stage.put(HOST))
        for part in (".launcher", ".panel", ".send", "button.marker", ".question"):
            if part == ".panel":
                page.locator(".launcher").click()
                ask(page)
            width = page.locator(part).first.evaluate("one => parseFloat(getComputedStyle(one).borderTopWidth)")
            assert width >= 1, part


def test_nothing_moves_for_who_wants_nothing_to_move(browser: Browser, stage: Stage) -> None:
    moving: dict[str, int] = {}
    for wish in ("reduce", "no-preference"):
        with fresh(browser, reduced_motion=wish) as context:
            page = context.new_page()
            stage.reset()
            streaming(page, stage)
            moving[wish] = page.evaluate("document.querySelector('transcite-chat').shadowRoot.getAnimations().length")
            stage.go.set()
    assert moving["reduce"] == 0 < moving["no-preference"]


def test_a_theme_may_be_chosen(page: Page, stage: Stage) -> None:
    colours: list[str] = []
    for theme in ("light", "dark"):
        page.goto(stage.put(INLINE.replace("<transcite-chat>", f'<transcite-chat theme="{theme}">')))
        colours.append(page.locator(".panel").evaluate("one => getComputedStyle(one).backgroundColor"))
    assert colours == ["rgb(255, 255, 255)", "rgb(23, 24, 27)"]


def test_the_launcher_may_be_at_the_other_side(page: Page, stage: Stage) -> None:
    page.goto(stage.put(tag(position="start")))
    assert page.locator(".launcher").bounding_box()["x"] == 20  # type: ignore[index]
