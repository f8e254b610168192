"""Answers as Slack's blocks: whatever is in a transcript, it stays text, and no message is more than Slack takes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from api import wire
from api.slack.blocks import Message, message, note
from api.slack.heard import plain
from api.slack.pieces import BLOCKS, CHARACTERS, SECTION, size
from tests.fakes import settle_hypothesis

settle_hypothesis()

BASE = "https://transcripts.example"
HOSTILE = [
    "<!channel>",
    "<!here|here>",
    "<@U123>",
    "<#C123|general>",
    "<!subteam^S1|@team>",
    "<https://evil.example|https://transcripts.example>",
    "https://evil.example",
    "@channel",
    "*bold* _it_ ~no~ `code` ```",
    "> quoted\n> lines",
    "&lt;!channel&gt;",
    "[1] [2] [99] [0]",
    "|>",
    "\x00\x07\x1b[31m",
    "\u202eevil",
    "😀" * 50,
    "\n\n\n",
    "",
    "a" * 5000,
    "word " * 3000,
]
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=200), st.lists(st.sampled_from(HOSTILE)).map(" ".join))


def citation(n: int, title: str, speaker: str | None, quote: str, *, nearest: bool = False) -> wire.Citation:
    return wire.Citation(
        n=n,
        transcript_id="hearing-1",
        title=title,
        date=None,
        collection="council",
        turn=n,
        speaker=speaker,
        speaker_inferred=False,
        char_start=0,
        char_end=len(quote),
        quote=quote,
        start=3723.0,
        end=None,
        url=f"/t/hearing-1#turn-{n}",
        role="nearest" if nearest else None,
    )


def answer(text: str, citations: list[wire.Citation]) -> wire.Answer:
    return wire.Answer(
        id="0123456789abcdef" * 2,
        question="q",
        standalone_question="q",
        status="quoted",
        text=text,
        sentences=[],
        citations=citations,
        dropped=[],
        searched=wire.Searched(collections=[], transcripts=1, turns=1, filters=wire.Filters()),
        model=None,
        timings_ms={},
        conversation_id=None,
    )


def markup(found: Any) -> list[str]:
    """All that Slack reads as markup in some blocks."""
    if isinstance(found, dict):
        own = [str(found["text"])] if found.get("type") == "mrkdwn" else []
        return own + [text for value in found.values() for text in markup(value)]
    return [text for value in found for text in markup(value)] if isinstance(found, list | tuple) else []


def links(found: Any) -> list[str]:
    """The addresses of the links in rich text."""
    if isinstance(found, dict):
        own = [str(found["url"])] if "url" in found else []
        return own + [url for value in found.values() for url in links(value)]
    return [url for value in found for url in links(value)] if isinstance(found, list | tuple) else []


def kept(sent: Message) -> None:
    """See that a message is one that Slack takes, and that nothing in it is more than it should be."""
    blocks = list(sent.blocks)
    assert 1 <= len(blocks) <= BLOCKS
    assert sum(size(one) for one in blocks) <= CHARACTERS
    assert all(size(one) <= SECTION for one in blocks)
    assert [one.to_dict() for one in Block.parse_all(blocks)] == blocks
    ours = re.compile(
        r"\*(?:Sources|Nearest passages)\*"
        r"|<https://transcripts\.example/t/hearing-1#turn-\d+\|(?:\[\d+\] )?turn \d+>"
        r"|(?:1 more source|\d+ more sources, the first of them): <https://transcripts\.example/t/hearing-1#turn-\d+\|[^<>|]+>"
    )
    assert [one for one in markup(blocks) if not ours.fullmatch(one)] == []
    assert all(url.startswith(f"{BASE}/t/hearing-1#turn-") for url in links(blocks))
    assert not re.search(r"[<>]", sent.text)
    assert len(sent.text) <= 4 * SECTION


@given(text=texts, title=texts, speaker=st.none() | texts, quote=texts, count=st.integers(0, 60), nearest=st.booleans())
def test_whatever_is_in_a_transcript_stays_text(
    text: str, title: str, speaker: str | None, quote: str, count: int, nearest: bool
) -> None:
    cited = [citation(n, title, speaker, quote, nearest=nearest) for n in range(1, count + 1)]
    kept(message(answer(text, cited), BASE))
    kept(message(answer(text, cited), BASE, shareable=True))


@given(text=texts)
def test_so_does_what_is_in_a_note(text: str) -> None:
    kept(note(text or "-"))


@pytest.mark.parametrize("length", [*range(SECTION - 3, SECTION + 4), 7498, 7499, 7500, 7501, 20_000, 100_000])
@pytest.mark.parametrize("char", ["a", "a ", "[1] ", "😀"])
def test_no_length_is_too_long(length: int, char: str) -> None:
    text = (char * length)[:length]
    cited = [citation(n, "t" * 200, "s" * 200, "q " * 400) for n in range(1, 30)]
    sent = message(answer(text, cited), BASE)
    kept(sent)
    said = "".join(
        part["text"]
        for block in sent.blocks
        if block["type"] == "rich_text"
        for section in block["elements"]
        for part in section["elements"]
    )
    assert text.startswith(said.removesuffix(" …").strip())
    assert (said == text.strip()) == (len(text.strip()) <= 7500)


def test_the_last_sources_are_left_out_and_counted_with_a_link() -> None:
    cited = [citation(n, "Hearing", "Ann Lee", "It rained.") for n in range(1, 14)]
    sent = message(answer("It rained. [1]", cited), BASE)
    shown = markup(list(sent.blocks))
    assert shown[1:11] == [f"<{BASE}/t/hearing-1#turn-{n}|[{n}] turn {n}>" for n in range(1, 11)]
    assert shown[11] == f"3 more sources, the first of them: <{BASE}/t/hearing-1#turn-11|[11] turn 11>"


def test_a_source_says_who_where_when_and_what() -> None:
    sent = message(answer("It rained. [1]", [citation(1, "Hearing", "Ann Lee", "It rained.")]), BASE)
    assert sent.blocks[2]["elements"][1] == {
        "type": "plain_text",
        "text": "Ann Lee · Hearing · 1:02:03: “It rained.”",
        "emoji": False,
    }
    marker = sent.blocks[0]["elements"][0]["elements"][1]
    assert marker == {"type": "link", "url": f"{BASE}/t/hearing-1#turn-1", "text": "[1]"}


@pytest.mark.parametrize(
    ("typed", "question"),
    [
        ("<@U0BOT> why?", "why?"),
        ("<@U0BOT|bot>: why &lt;b&gt; &amp;amp; c?", ": why <b> &amp; c?"),
        ("see <https://a.example|a.example> in <#C1|general> <!here>", "see a.example in general"),
        ("<https://a.example>", "https://a.example"),
        ("half \ud83d", "half ?"),
        ("<@U0BOT>", ""),
    ],
)
def test_what_is_typed_is_a_question_in_plain_words(typed: str, question: str) -> None:
    assert plain(typed) == question
