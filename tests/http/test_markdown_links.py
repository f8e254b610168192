"""Answers as Markdown, read by a parser of it: what was said must come out as it was said, and as nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from api import wire
from api.markdown import address, escaped, written

BASE = "https://transcripts.example"
HOSTILE = (
    "[click](https://evil.example)",
    "![x](https://evil.example/pixel.png)",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "<https://evil.example>",
    "[evil]: https://evil.example 'title'",
    "[evil] [evil][evil] [^1]",
    "# Heading",
    "Heading\n===",
    "> quote",
    "- item\n  1. item",
    "1. one",
    "1) one",
    "    indented code",
    "\ttab",
    "```html\n<b>x</b>\n```",
    "~~~\nfence",
    "`code` ``code``",
    "*emphasis* **strong** _under_ __score__ ~~struck~~",
    "***",
    "- - -",
    "a | b\n--- | ---\nc | d",
    "&lt;b&gt; &amp; &#60; &copy",
    "\\[x\\] \\(y\\) \\* \\",
    "$\\href{https://evil.example}{x}$ costs $5 and $6",
    ":::artifact{identifier=x type=text/html}",
    "https://evil.example www.evil.example evil.example me@evil.example",
    "a](https://evil.example)",
    "](https://evil.example)[",
    "wow!",
    "end\\",
    "[[1]](https://evil.example) [1] [2] [99]",
    "\x00\x1b[31m\x7f",
    "line\u2028# two\x0b# three\x0c# four\x85# five\r# six",
    "<!-- comment --> <?x?> <![CDATA[x]]>",
    "{onclick=alert(1)} {{template}}",
)
READER = MarkdownIt("gfm-like", {"html": True, "linkify": False})


def citation(n: int = 1, **more: object) -> wire.Citation:
    facts: dict[str, object] = {
        "n": n,
        "transcript_id": f"hearing-{n}",
        "title": f"Hearing {n}",
        "date": dt.date(2023, 5, 16),
        "collection": "council",
        "turn": 2,
        "speaker": "José Ibarra",
        "speaker_inferred": False,
        "char_start": 0,
        "char_end": 13,
        "quote": "It filed late",
        "start": 65.0,
        "end": 70.0,
        "url": f"/t/hearing-{n}#turn-2",
    }
    return wire.Citation.model_validate(facts | more)


def answer(text: str, *citations: wire.Citation, status: str = "quoted") -> wire.Answer:
    searched = {"collections": ["council"], "transcripts": 1, "turns": 4, "filters": {}}
    return wire.Answer.model_validate(
        {
            "id": "a",
            "question": "Why?",
            "standalone_question": "Why?",
            "status": status,
            "text": text,
            "sentences": [],
            "citations": [one.model_dump() for one in citations],
            "dropped": [],
            "searched": searched,
            "model": None,
            "timings_ms": {},
            "conversation_id": None,
        }
    )


def inline(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from inline(token.children or [])


def links(text: str) -> list[str]:
    return [str(one.attrs["href"]) for one in inline(READER.parse(text)) if one.type == "link_open"]


def plain(text: str) -> str:
    """What a reader sees, its paragraphs and lines as single spaces."""
    seen = (
        one.content if one.type == "text" else "" if one.type.startswith("link") else " "
        for one in inline(READER.parse(text))
    )
    return " ".join("".join(seen).split())


def kinds(text: str) -> set[str]:
    return {one.type for one in inline(READER.parse(text))}


def tidy(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text_wherever_it_stands(text: str) -> None:
    one = citation(quote=text, title=text, speaker=text, char_end=len(text))
    told = written(answer(f"{text}: “{text.replace('[1]', '(1)')}” [1]", one), BASE)
    mine = address(BASE, one.url)
    # A marker of ours in hostile text is a link to the source all the same, never to elsewhere.
    assert set(links(told.text)) == {mine}
    assert kinds(told.text) <= {
        "inline",
        "text",
        "paragraph_open",
        "paragraph_close",
        "bullet_list_open",
        "bullet_list_close",
        "list_item_open",
        "list_item_close",
        "link_open",
        "link_close",
        "strong_open",
        "strong_close",
    }
    assert sum(token.type == "bullet_list_open" for token in READER.parse(told.text)) == 1
    assert sum(token.type == "strong_open" for token in inline(READER.parse(told.text))) == 1


@given(st.text(max_size=80))
@example("&#91;x&#93;")
@example("\\")
def test_text_comes_out_as_it_went_in(text: str) -> None:
    seen = plain(f"x {escaped(text)} x")
    expected = "".join(
        "\ufffd" if ord(c) < 32 or 127 <= ord(c) < 160 else c for c in " ".join(text.splitlines()).replace("\t", " ")
    )
    assert seen == tidy(f"x {expected} x")
    assert kinds(f"x {escaped(text)} x") == {"paragraph_open", "paragraph_close", "inline", "text"}


@given(st.text(alphabet="[]()!<>*_`~#-+.:1|\\$&;{}@/ \naw", max_size=30), st.text(alphabet="[]()!*`\\ 1", max_size=6))
def test_nothing_that_is_said_leads_elsewhere(said: str, name: str) -> None:
    one = citation(quote=said, speaker=name, title=name or "x", char_end=len(said))
    told = written(answer(f"{name}: “{said}” [1]{said}", one, citation(2, quote=said, role="nearest")), BASE)
    assert set(links(told.text)) <= {f"{BASE}/t/hearing-1#turn-2", f"{BASE}/t/hearing-2#turn-2"}
    assert not kinds(told.text) & {"image", "html_inline", "html_block", "code_inline", "fence", "code_block"}
    assert not kinds(told.text) & {
        "heading_open",
        "blockquote_open",
        "ordered_list_open",
        "table_open",
        "hr",
        "em_open",
    }


def test_markers_are_links_and_their_places_are_told() -> None:
    told = written(answer("Ibarra: “Größe \U0001f600.” [1]\nOkafor: “Yes.” [2][1]", citation(), citation(2)), BASE)
    assert [told.text[one.start : one.end] for one in told.links] == [
        f"[[1]]({BASE}/t/hearing-1#turn-2)",
        f"[[2]]({BASE}/t/hearing-2#turn-2)",
        f"[[1]]({BASE}/t/hearing-1#turn-2)",
    ]
    assert [one.citation.n for one in told.links] == [1, 2, 1]
    shown = READER.render(told.text)
    assert shown.count(f'<a href="{BASE}/t/hearing-1#turn-2">[1]</a>') == 3  # the last of them in the list
    assert "<p>Okafor: “Yes.” <a" in shown  # a paragraph of its own


def test_the_sources_say_who_where_when_and_what() -> None:
    shown = plain(written(answer("x [1]", citation(speaker_inferred=True)), BASE).text)
    assert shown.endswith("Sources [1] José Ibarra (name inferred), Hearing 1, 2023-05-16, 0:01:05: “It filed late”")
    bare = citation(speaker=None, date=None, start=None)
    assert plain(written(answer("x [1]", bare), BASE).text).endswith("[1] Unknown speaker, Hearing 1: “It filed late”")


def test_a_long_quote_is_cut_in_the_list_only() -> None:
    said = "word " * 200
    told = written(answer(f"x: “{said.strip()}” [1]", citation(quote=said.strip())), BASE)
    text, listed = told.text.split("**Sources**")
    assert text.count("word") == 200
    assert 40 < listed.count("word") < 50
    assert listed.endswith("word …”")


def test_nearest_passages_are_no_citations_of_the_text() -> None:
    told = written(answer("They do not say.", citation(role="nearest"), status="not_found"), BASE)
    assert told.links == ()
    assert plain(told.text).startswith("They do not say. Nearest passages Hearing 1, José Ibarra, 2023-05-16")
    assert links(told.text) == [f"{BASE}/t/hearing-1#turn-2"]
    assert written(answer("They do not say.", status="not_found"), BASE).text == "They do not say."


def test_a_marker_after_an_exclamation_mark_is_no_image() -> None:
    text = written(answer("Wow![1]", citation()), BASE).text
    assert "image" not in kinds(text)
    assert plain(text).startswith("Wow![1]")


def test_a_number_that_cites_nothing_is_text() -> None:
    told = written(answer("He said [7] and [1].", citation()), BASE)
    assert [one.citation.n for one in told.links] == [1]
    assert plain(told.text).startswith("He said [7] and [1].")


def test_an_address_cannot_end_its_link() -> None:
    assert address("http://[::1]:8300", "/t/x#turn-1") == "http://[::1]:8300/t/x#turn-1"
    url = address("http://a) [b](c", "/t/x<y>#turn-1")
    assert [one.replace("%5B", "[").replace("%5D", "]") for one in links(f"[z]({url})")] == [url]
