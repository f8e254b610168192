"""What others write is text; nothing is loaded from elsewhere; pages and widgets leave each other alone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from stage import Stage, answer, citation, told
from using import INLINE, LAUNCHER, ask, box, last

from api.embedding import built

PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    '![x](x"onerror="alert(1))',
    "<details open ontoggle=alert(1)>",
    "<math><mtext></p><style><img src=x onerror=alert(1)>",
    "<style>*{display:none}</style>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<base href=https://evil.example/>",
    "<form action=https://evil.example><button>x",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "${alert(1)}{{constructor.constructor('alert(1)')()}}",
    "javascript:/*--></title></style></textarea></script><svg/onload='+/\"/+/onmouseover=1/+/[*/[]/+alert(1)//'>",
)
ADDRESSES = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "https://evil.example/t/npr",
    "//evil.example/t/npr",
    "/\\evil.example/t",
    "http://[",
    "\x01javascript:alert(1)",
)


def elements(page: Page) -> dict[str, Any]:
    """What there is in the widget's shadow root."""
    found: dict[str, Any] = page.evaluate(
        """() => {
          const root = document.querySelector("transcite-chat").shadowRoot;
          const all = [...root.querySelectorAll("*")];
          return {
            tags: [...new Set(all.map((one) => one.localName))],
            attributes: [...new Set(all.flatMap((one) => [...one.attributes].map((attribute) => attribute.name)))],
            links: all.filter((one) => one.matches("[href], [src]")).map((one) => one.href ?? one.src),
          };
        }"""
    )
    return found


@pytest.mark.parametrize("status", ["answered", "quoted", "not_found"])
def test_hostile_text_is_text_everywhere(page: Page, stage: Stage, status: str) -> None:
    stage.context = {
        "turns": [{"turn": 4, "speaker": one, "speaker_inferred": True, "text": one} for one in PAYLOADS[:3]],
        "at": 1,
    }
    cited = [
        citation(
            n,
            speaker=one,
            title=one,
            quote=one,
            collection=one,
            date=one,
            transcript_id=str(n),
            role="nearest" if status == "not_found" else None,
        )
        for n, one in enumerate(PAYLOADS, 1)
    ]
    text = "\n\n".join(f"{one} [{n}]" for n, one in enumerate(PAYLOADS, 1))
    dropped = [{"text": one, "reason": one} for one in PAYLOADS]
    said = answer(text, status=status, citations=cited, sentences=[], dropped=dropped, model=PAYLOADS[0])
    stage.replies = [told(said, *PAYLOADS)]
    page.goto(stage.put(INLINE))
    ask(page, "\n".join(PAYLOADS))
    shown = page.locator(".exchange").evaluate("one => one.textContent")
    assert [one for one in PAYLOADS if one not in shown] == []
    for n in (0, 3, len(PAYLOADS) - 1):
        last(page).locator(":is(.written, .quotation) button.marker").nth(n).click()
        expect(page.locator(".card")).to_be_visible()
        page.keyboard.press("Escape")
    found = elements(page)
    allowed = {
        *(
            "article",
            "bdi",
            "blockquote",
            "button",
            "code",
            "details",
            "div",
            "em",
            "figcaption",
            "figure",
            "form",
            "h2",
            "h3",
        ),
        *(
            "h4",
            "header",
            "li",
            "mark",
            "ol",
            "p",
            "path",
            "section",
            "small",
            "span",
            "strong",
            "summary",
            "svg",
            "textarea",
        ),
        *("time", "ul", "a"),
    }
    assert set(found["tags"]) <= allowed
    assert [
        one for one in found["attributes"] if one.startswith("on") or one in {"srcdoc", "action", "formaction"}
    ] == []
    assert all(one.startswith(f"{stage.base}/t/") for one in found["links"])
    page.reload()  # what is kept is as hostile
    expect(last(page)).to_contain_text("<script>alert(1)</script>")
    assert stage.reports == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_hostile_addresses_lead_nowhere(page: Page, stage: Stage, address: str) -> None:
    stage.replies = [told(answer(citations=[citation(url=address, media_url=address)]))]
    page.goto(stage.put(INLINE))
    ask(page)
    page.locator("button.marker").first.click()
    expect(page.locator(".card")).to_be_visible()
    page.wait_for_timeout(100)
    for link in elements(page)["links"]:
        assert link.startswith(("http://", "https://"))
    page.get_by_role("button", name="Show in transcript").click()
    page.wait_for_timeout(100)
    for frame in page.locator("iframe").all():
        assert str(frame.get_attribute("src")).startswith(f"{stage.base}/")
    page.keyboard.press("Escape")


def test_a_strict_page_hears_of_no_breach_and_no_other_host(page: Page, stage: Stage) -> None:
    stage.choices = {"collections": ["a", "b"], "speakers": ["c", "d"]}
    page.goto(stage.put(LAUNCHER + INLINE))
    page.get_by_role("button", name="Ask the transcripts").click()
    page.locator("dialog .box textarea").fill("Which county?")
    page.keyboard.press("Enter")
    expect(page.locator("dialog .afterwards")).to_be_visible()
    page.locator("dialog button.marker").first.click()
    page.get_by_role("button", name="Show in transcript").click()
    expect(page.locator("iframe")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Good answer").click()
    page.get_by_role("button", name="Copy with citations").click()
    expect(page.get_by_label("Anything to add?")).to_be_visible()
    assert stage.reports == []


def test_browsers_run_the_pinned_file_and_no_other(context: BrowserContext, page: Page, stage: Stage) -> None:
    page.goto(stage.put(built().tag("", None, pinned=True)))
    page.locator(".launcher").click()
    ask(page)
    other = context.new_page()
    other.goto(stage.put(built().tag("", None, pinned=True).replace("sha384-", "sha384-AAAA")))
    expect(other.locator("transcite-chat")).to_have_count(0)


def test_two_widgets_in_a_page_keep_to_themselves(page: Page, stage: Stage) -> None:
    two = INLINE.replace(
        "</transcite-chat>", '</transcite-chat><transcite-chat id="second" heading="Second"></transcite-chat>'
    )
    page.goto(stage.put(two + LAUNCHER))
    first, second = page.locator("transcite-chat").nth(0), page.locator("#second")
    for widget, question in ((first, "One?"), (second, "Two?")):
        widget.locator("textarea").first.fill(question)
        widget.locator("textarea").first.press("Enter")
        expect(widget.locator(".afterwards")).to_be_visible()
    expect(first.locator(".question")).to_have_text("You asked: One?")
    expect(second.locator(".question")).to_have_text("You asked: Two?")
    page.get_by_role("button", name="Ask the transcripts", exact=True).click()
    expect(page.locator("dialog .exchange")).to_have_count(0)
    page.reload()
    expect(first.locator(".question")).to_have_text("You asked: One?")
    expect(second.locator(".question")).to_have_text("You asked: Two?")
    ids = [body["conversation_id"] for body in stage.asked()]
    assert len(set(ids)) == 2


HOSTILE = """
html { font-size: 4px; filter: blur(3px); letter-spacing: 9px; }
* { all: unset !important; display: none !important; color: red !important; font: 40px/3 cursive !important; }
html, body, main, transcite-chat {
  display: block !important; visibility: hidden !important; opacity: .1 !important; transform: rotate(9deg) !important;
  position: relative !important; z-index: -5 !important; pointer-events: none !important;
  text-transform: uppercase !important;
}
button, textarea, h2, div, section { background: lime !important; width: 3px !important; }
"""


def look(page: Page) -> Any:
    """How the parts of the widget come out."""
    return page.evaluate(
        """() => {
          const root = document.querySelector("transcite-chat").shadowRoot;
          const names = [
            "display", "color", "fontSize", "fontFamily", "lineHeight", "letterSpacing", "textTransform", "visibility",
            "pointerEvents", "backgroundColor", "inlineSize", "opacity",
          ];
          return [".launcher", ".panel", "h2", ".question", ".written", "textarea", ".send"].map((part) => {
            const style = getComputedStyle(root.querySelector(part));
            return [part, ...names.map((name) => style[name])];
          });
        }"""
    )


def test_styles_of_the_page_stay_outside(page: Page, stage: Stage) -> None:
    stage.pages["host.css"] = HOSTILE
    looks = []
    for head in ("", '<link rel="stylesheet" href="/host.css">'):
        page.goto(stage.put(LAUNCHER, head=head))
        page.locator(".launcher").wait_for(state="attached")
        page.evaluate("document.querySelector('transcite-chat').open()")
        expect(box(page)).to_be_attached()
        page.evaluate("document.querySelector('transcite-chat').clear()")
        page.evaluate("document.querySelector('transcite-chat').ask('Which county?')")
        page.locator(".afterwards").wait_for(state="attached")
        looks.append(look(page))
    assert looks[0] == looks[1]
    element = page.locator("transcite-chat").evaluate(
        "one => [getComputedStyle(one).opacity, getComputedStyle(one).transform, getComputedStyle(one).visibility]"
    )
    assert element == ["1", "none", "visible"]


def test_variables_and_parts_of_the_page_come_in(page: Page, stage: Stage) -> None:
    stage.pages["host.css"] = (
        "transcite-chat { --transcite-accent: rgb(1, 2, 3); --transcite-height: 500px; }"
        "transcite-chat::part(title) { color: rgb(4, 5, 6); }"
    )
    page.goto(stage.put(INLINE, head='<link rel="stylesheet" href="/host.css">'))
    expect(page.locator(".send")).to_have_css("background-color", "rgb(1, 2, 3)")
    expect(page.locator("h2")).to_have_css("color", "rgb(4, 5, 6)")
    assert page.locator("transcite-chat").evaluate("one => one.offsetHeight") == 500
