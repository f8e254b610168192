"""Zoom's chat, as participants save it and as cloud recordings keep it, in any of its languages.

Times are the chat's own clock: since the beginning in a cloud recording, the time of day in a saved chat.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.formats.base import Format, Origin, assemble
from rag.formats.clock import seconds
from rag.formats.exported import day_of
from rag.formats.metadata import Metadata, parse_date
from rag.turns import PARAGRAPHS, Piece
from rag.values import Transcript

_FROM = r"(?:From|Von|De|Da|Van|От|Od|Från|Fra|Kimden|Dari|Từ|发件人|寄件者|送信者|보낸 사람)"
_TO = r"(?:to|an|à|a|para|pour|naar|aan|кому|для|do|till|til|Kime|kepada|đến|收件人|至|宛先|받는 사람)"
_TIME = r"(?:(?P<day>\d{4}-\d\d-\d\d) )?(?P<clock>\d{1,3}:\d\d:\d\d)"
_HEADERS = (
    # "13:02:45<TAB> From  Ann  to  Everyone:<TAB>words", the words also on the lines below.
    re.compile(
        rf"{_TIME}\s+{_FROM}[ :：]\s*(?P<name>\S.{{0,120}}?)\s+{_TO}\s+(?P<to>[^:：\t]{{1,120}}?)\s*[:：](?P<rest>.*)",
        re.I,
    ),
    re.compile(rf"{_TIME}\s+{_FROM}\s+(?P<name>[^:：\t]{{1,120}}?)\s*[:：](?P<rest>.*)", re.I),
    # A cloud recording's "00:05:32<TAB>Ann:<TAB>words".
    re.compile(rf"{_TIME}\t\s*(?P<name>[^\t]{{1,120}}?)\s*[:：]\t(?P<rest>.*)"),
    # Copied from the window: "From Ann to Everyone: 02:43 PM", the words below; "(02:43 PM)" may have them behind it.
    re.compile(
        rf"{_FROM} (?P<name>\S.{{0,120}}?) {_TO} (?P<to>[^:：\t]{{1,120}}?)\s*[:：]?\s*"
        r"\(?(?P<clock>\d{1,2}:\d\d)\s*(?P<half>[ap]\.?m\.?)?(?:\)\s*(?P<rest>.*)|)(?P<day>)",
        re.I,
    ),
)
_QUOTE = r"(?:\"[^\n]*\"|“[^\n]*”|„[^\n]*[“”]|«[^\n]*»|「[^\n]*」|『[^\n]*』|'[^\n]*')"
_QUOTED = re.compile(_QUOTE)
_REACTION = re.compile(
    r"(?:Reacted to|Liked|Loved|Disliked|Laughed at|Emphasized|Questioned|"
    r"Removed an? .{1,40} (?:reaction )?from) ?[\"“]",
    re.I,
)
# Emoji: symbols outside the letters, digits and marks of any script.
_EMOJI = re.compile("[\u2190-\u2bff\u3030\u303d\ufe0f\U0001f000-\U0001faff]|:[a-z0-9_+-]{2,30}:")
_REPLY = re.compile(rf"\s*(?:[^\W\d_][^\n\"“„«「]{{0,30}})?{_QUOTE}[^\n\w]{{0,5}}(?:[^\W\d_]{{1,12}})?\n\s*(?=\S)")


@dataclass(frozen=True, slots=True)
class _Message:
    name: str
    clock: str
    afternoon: bool | None
    text: str


def _headers(lines: Sequence[str]) -> Iterator[tuple[int, re.Match[str]]]:
    for n, line in enumerate(lines):
        bare = line.strip("\ufeff ")
        if ":" in bare[:160] or "：" in bare[:160]:
            match = next((m for pattern in _HEADERS if (m := pattern.fullmatch(bare)) is not None), None)
            if match is not None:
                yield n, match


def _sniff(text: str) -> bool:
    lines = text.split("\n")
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    return next((n for n, _ in _headers(lines[: first + 12])), -1) == first


def _read(text: str, name: str) -> Transcript:
    lines = text.split("\n")
    found = list(_headers(lines))
    ends = [*(n for n, _ in found[1:]), len(lines)][: len(found)]
    messages = [_message(match, lines[n + 1 : end]) for (n, match), end in zip(found, ends, strict=True)]
    day = next((match["day"] for _, match in found if match["day"]), None) or day_of(name)
    origin = Origin(name, "zoom-chat", Metadata(date=parse_date(day) if day else None))
    return assemble((piece for message in messages for piece in _pieces(message)), origin, joiner=PARAGRAPHS)


def _message(match: re.Match[str], below: Sequence[str]) -> _Message:
    words = "\n".join([(match["rest"] or "").strip(), *(line.strip() for line in below)]).strip()
    half = match.groupdict().get("half")
    return _Message(match["name"].strip(), match["clock"], half.lower().startswith("p") if half else None, words)


def _pieces(message: _Message) -> Iterator[Piece]:
    """The words, without the quotation of what they reply to; a reaction is nobody's speech."""
    start = _start(message)
    if is_reaction(message.text):
        yield Piece(f"{message.name}: {message.text}", None, start, kind="direction")
        return
    text = _REPLY.sub("", message.text, count=1) if _REPLY.match(message.text) else message.text
    yield Piece(text.strip(), message.name, start)


def is_reaction(text: str) -> bool:
    """Whether a message only reports a reaction, in any language: a quotation, an emoji and a few words."""
    if "\n" in text.strip():
        return False
    if _REACTION.match(text):
        return True
    quoted = _QUOTED.search(text)
    if quoted is None:
        return False
    around = text[: quoted.start()] + " " + text[quoted.end() :]
    return _EMOJI.search(around) is not None and len(_EMOJI.sub(" ", around).split()) <= 6 and "?" not in around


def _start(message: _Message) -> float:
    clock = message.clock if message.clock.count(":") == 2 else f"{message.clock}:00"
    start = seconds(clock)
    if message.afternoon is None:
        return start
    return start % 43_200 + (43_200 if message.afternoon else 0)


ZOOM_CHAT = Format("zoom-chat", (), _sniff, _read)
