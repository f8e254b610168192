"""Whatever is in a transcript, in a stream it stays text too; and no streamed message is more than Slack takes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fake_streams import Streamed, Streams
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from test_slack_blocks import BASE, HOSTILE, answer, links, markup, texts

from api import wire
from api.http.streaming import GoneError
from api.settings_slack import Slack
from api.slack.feed import Feed
from api.slack.heard import Heard
from api.slack.ledger import Ledger, Spot
from api.slack.pieces import BLOCKS, CHARACTERS, SECTION, size
from api.slack.posting import Poster
from api.slack.telling import HALTED, Telling
from api.streams import shown
from rag.values import Citation, Source, Span, Turn
from rag.writing.page import Told
from tests.fakes import settle_hypothesis

settle_hypothesis()

HEARD = Heard("T1", "1.1", Spot("C1", "1.1", "U1"), "Why?", False, False, frozenset(), False)
OURS = re.compile(
    r"\*(?:Sources|Nearest passages)\*"
    r"|<https://transcripts\.example/t/hearing-1#turn-\d+\|(?:\[\d+\] )?turn \d+>"
    r"|(?:1 more source|\d+ more sources, the first of them): <https://transcripts\.example/t/hearing-1#turn-\d+\|[^<>|]+>"
)


@dataclass
class Web:
    """Slack's Web API without a wire: what is sent, and what a stream gets.

    Attributes:
        refusals: By method, what the next calls are refused with.
    """

    streams: Streams = field(default_factory=Streams)
    posted: list[dict[str, Any]] = field(default_factory=list)
    refusals: dict[str, list[str]] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        method = name.replace("_", ".")

        async def call(**sent: Any) -> AsyncSlackResponse:
            body = {key: value for key, value in sent.items() if value is not None}
            refusal = self.refusals.get(method)
            told = {"ok": False, "error": refusal.pop(0)} if refusal else self.streams.take(method, body)
            if method == "chat.postMessage":
                self.posted.append(body)
            return answered(told or {"ok": True, "ts": "1.2"})

        return call


def answered(data: Mapping[str, Any]) -> AsyncSlackResponse:
    """A response as slack_sdk makes it; raises for one that is a refusal."""
    response = AsyncSlackResponse(
        client=None, http_verb="POST", api_url="u", req_args={}, data=dict(data), headers={}, status_code=200
    )
    if not data["ok"]:
        raise SlackApiError("refused", response)
    return response


def told(
    home: Path, pieces: Sequence[Told], outcome: wire.Answer | str, refusals: Mapping[str, list[str]] = {}
) -> tuple[Web, Streamed | None]:
    """Tell an answer of which these pieces were written, one by one; all that was sent, and the stream."""
    web = Web(refusals={name: list(errors) for name, errors in refusals.items()})

    async def run() -> None:
        poster = Poster(None, Slack("xoxb-1", "2"))  # type: ignore[arg-type]  # no call of it goes that far
        poster.client = poster.careful = poster.hasty = web  # type: ignore[assignment]
        feed = Feed(HEARD.place)
        telling = asyncio.create_task(Telling(poster, Ledger(home / "slack.db", "run"), HEARD, BASE).follow(feed))
        with suppress(GoneError):  # a reader has stopped it
            for piece in pieces:
                feed.on_text(piece)
                for _ in range(4 if web.streams.messages else 20):
                    await asyncio.sleep(0 if web.streams.messages else 0.002)
        if outcome == HALTED:
            feed.stop(HALTED)
        else:
            feed.end(outcome)
        assert await telling

    asyncio.run(run())
    return web, next(iter(web.streams.messages.values()), None)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.slack.telling._SPACING_S", 0.0)
    monkeypatch.setattr("api.slack.pacing._SPACING_S", 0.0)
    monkeypatch.setattr("api.slack.pacing._APPENDS", 10_000)


def piece(n: int, text: str, title: str, speaker: str | None, *, first: bool) -> Told:
    """A sentence with its marker, as it comes from a page, and the citation that it brings in."""
    quote = text or "-"
    turn = Turn(n, quote, speaker)
    cited = Citation(n, Source("hearing-1", title, "council", None), turn, Span(n, 0, len(quote)))
    return Told(f"{'' if first else ' '}{text.strip() or '-'} [{n}]", (cited,))


def whole(pieces: Sequence[Told]) -> wire.Answer:
    """The answer that these pieces come to."""
    cited = [wire.Citation.of(citation) for one in pieces for citation in one.citations]
    return answer("".join(one.text for one in pieces), cited)


def kept(blocks: list[dict[str, Any]]) -> None:
    """See that a message is one that Slack takes, and that nothing in it is more than it should be."""
    assert 1 <= len(blocks) <= BLOCKS
    assert sum(size(one) for one in blocks) <= CHARACTERS
    assert all(size(one) <= SECTION for one in blocks)
    assert [one for one in markup(blocks) if not OURS.fullmatch(one)] == []
    assert all(url.startswith(f"{BASE}/t/hearing-1#turn-") for url in links(blocks))


def flat(text: str) -> str:
    return "".join(text.split())


sentences = st.lists(st.tuples(texts, texts, st.none() | texts), min_size=1, max_size=40)


@given(written=sentences)
def test_what_is_streamed_stays_text_and_within_the_limits(
    written: list[tuple[str, str, str | None]], tmp_path: Path
) -> None:
    pieces = [piece(n, *one, first=n == 1) for n, one in enumerate(written, start=1)]
    web, message = told(tmp_path, pieces, whole(pieces))
    assert message is not None
    assert (web.streams.invalid, web.posted) == ([], [])
    kept(message.all_blocks)
    assert "markdown_text" not in message.shown
    said = flat(message.text.removesuffix(" …"))
    assert flat(shown(whole(pieces).text)).startswith(said)
    assert (said == flat(shown(whole(pieces).text))) == (len(whole(pieces).text) <= 7500)
    assert message.all_blocks[-1]["type"] == "context_actions"


@given(
    written=sentences,
    outcome=st.sampled_from([HALTED, "The server was stopped.", "answer"]),
    refused=st.sampled_from(["chat.appendStream", "chat.stopStream"]),
    error=st.sampled_from(["message_not_in_streaming_state", "stopped_by_user", "internal_error", "msg_too_long"]),
)
def test_so_is_what_breaks_in_the_middle(
    written: list[tuple[str, str, str | None]], outcome: str, refused: str, error: str, tmp_path: Path
) -> None:
    pieces = [piece(n, *one, first=n == 1) for n, one in enumerate(written, start=1)]
    end = whole(pieces) if outcome == "answer" else outcome
    web, message = told(tmp_path, pieces, end, {refused: [error]})
    if message is None:  # the first sentence was too long to be told before it had ended
        kept(web.posted[0]["blocks"])
        return
    assert (web.streams.invalid, message.ended is None) == ([], False)
    kept(message.all_blocks)
    stopped = outcome == HALTED or (error == "stopped_by_user" and HALTED in message.text)
    assert (message.all_blocks[-1]["type"] == "context_actions") == (outcome == "answer" and not stopped)
    beginning = flat(message.text.removesuffix(HALTED).removesuffix(outcome).removesuffix("\n").removesuffix(" …"))
    assert flat(shown(whole(pieces).text)).startswith(beginning)


@pytest.mark.parametrize("length", [1, 2999, 3000, 3001, 6999, 7000, 7001, 7499, 7500, 7501, 30_000])
@pytest.mark.parametrize("pieces", [1, 2, 60])
def test_no_length_in_no_number_of_pieces_is_too_long(length: int, pieces: int, tmp_path: Path) -> None:
    each = max(1, length // pieces)
    written = [
        piece(n, "a " * (each // 2) + "a" * (each % 2), "t" * 200, "s" * 200, first=n == 1)
        for n in range(1, pieces + 1)
    ]
    web, message = told(tmp_path, written, whole(written))
    assert message is not None
    assert web.streams.invalid == []
    kept(message.all_blocks)


def test_hostile_words_come_out_as_they_went_in(tmp_path: Path) -> None:
    for hostile in HOSTILE[:11]:
        pieces = [piece(1, hostile, hostile, hostile, first=True), piece(2, hostile, hostile, hostile, first=False)]
        _, message = told(tmp_path, pieces, whole(pieces))
        assert message is not None
        assert flat(message.text) == flat("".join(one.text for one in pieces))
