"""CHAT transcripts (.cha) of TalkBank, CHILDES and batchalign: `*SPK:` lines; what is a word, see `chat_codes`."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.errors import ReadError
from rag.formats.base import Format, Origin, assemble
from rag.formats.chat_codes import spoken
from rag.formats.metadata import Metadata
from rag.labels import is_unidentified
from rag.turns import CAPTIONS, Piece
from rag.values import Transcript

_BEGIN = re.compile(r"\s*@(?:UTF8|Begin|Languages:|Participants:|ID:)")
# CLAN writes times between two control characters; what copies the text may lose them, or show bullets.
_BULLET = re.compile(
    r"[\x15•](?:%(?:snd|mov|mp4):\"[^\"\n]{0,200}\"_)?(\d{1,10})_(\d{1,10})-?[\x15•]?|(?<=\s)(\d{1,10})_(\d{1,10})-?\s*\Z"
)
_MEDIA_TIER = re.compile(r"%(?:snd|mov):\s*\"[^\"\n]*\"[\s_](\d{1,10})[\s_](\d{1,10})")
_SPEAKER = re.compile(r"\*([^\s:*]{1,20}):[ \t]*(.*)", re.DOTALL)
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAY = re.compile(r"(\d{1,2})-([A-Z]{3})-(\d{4})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Line:
    """A header, main line or dependent tier with the lines that go on with it, and the number of its first."""

    number: int
    text: str


def _sniff(text: str) -> bool:
    return _BEGIN.match(text) is not None and re.search(r"^(?:@Begin|@Participants:)", text[:20_000], re.M) is not None


def _read(text: str, name: str) -> Transcript:
    lines = list(_logical(text.split("\n")))
    if not any(line.text.startswith("*") for line in lines):
        raise ReadError("CHAT without a main line (*SPK: words): the codes of a recording, not its words")
    headers = dict(line.text.split(":", 1) for line in reversed(lines) if re.match("@[^:]+:", line.text))
    metadata = Metadata(" ".join(headers.get("@Title", "").split()) or None, _day(headers.get("@Date", "")))
    return assemble(_pieces(lines), Origin(name, "chat", metadata), joiner=CAPTIONS)


def _logical(lines: Sequence[str]) -> Iterator[_Line]:
    """Lines with their continuations, which begin with a tab (or a space, where an editor changed it)."""
    begun: list[str] = []
    number = 0
    for n, line in enumerate(lines, start=1):
        if line[:1] in ("@", "*", "%"):
            if begun:
                yield _Line(number, " ".join(begun))
            begun, number = [line], n
        elif line.strip():
            if not begun or line[0] not in " \t":
                reason = f'"{line.strip()[:40]}" begins neither with *SPK:, %tier:, @Header nor with a tab; mend it'
                raise ReadError(reason, line=n)
            begun.append(line.strip())
    if begun:
        yield _Line(number, " ".join(begun))


def _participants(lines: Sequence[_Line]) -> dict[str, tuple[str, str | None]]:
    """Label and role of each code: the participant's own name where one is given, else the code."""
    listed = (line.text.partition(":")[2] for line in lines if line.text.startswith("@Participants:"))
    entries = [entry.split() for text in listed for entry in text.split(",") if entry.strip()]
    names = Counter(entry[1] for entry in entries if len(entry) >= 3)
    found: dict[str, tuple[str, str | None]] = {}
    for entry in entries:
        code, role = entry[0], entry[-1].replace("_", " ") if len(entry) >= 2 else None
        named = len(entry) >= 3 and names[entry[1]] == 1 and not is_unidentified(entry[1].replace("_", " "))
        name = " ".join(entry[1:-1]).replace("_", " ") if named else code
        found[code] = name, role
    return found


def _pieces(lines: Sequence[_Line]) -> Iterator[Piece]:
    participants = _participants(lines)
    for n, line in enumerate(lines):
        if not line.text.startswith("*"):
            continue
        match = _SPEAKER.fullmatch(line.text)
        if match is None:
            raise ReadError(f'"{line.text[:40]}" is not a main line; write *SPK: and the words', line=line.number)
        bullets = [found[1:3] if found[1] else found[3:5] for found in map(_groups, _BULLET.finditer(match[2]))]
        bullets = bullets or _media_times(lines, n)
        start = int(bullets[0][0]) / 1000 if bullets else None
        end = int(bullets[-1][1]) / 1000 if bullets else None
        label, role = participants.get(match[1], (match[1], None))
        yield Piece(spoken(_BULLET.sub(" ", match[2])), label, start, end, role=role)


def _groups(match: re.Match[str]) -> tuple[str, ...]:
    return (match[0], *(group or "" for group in match.groups()))


def _media_times(lines: Sequence[_Line], main: int) -> list[tuple[str, ...]]:
    """Times that old files keep on a %snd or %mov tier below the main line."""
    for line in lines[main + 1 :]:
        if not line.text.startswith("%"):
            return []
        match = _MEDIA_TIER.match(line.text)
        if match is not None:
            return [(match[1], match[2])]
    return []


def _day(text: str) -> dt.date | None:
    """A day as CHAT writes it: 12-MAR-1998."""
    match = _DAY.search(text)
    if match is None or match[2].upper() not in _MONTHS:
        return None
    try:
        return dt.date(int(match[3]), _MONTHS.index(match[2].upper()) + 1, int(match[1]))
    except ValueError:
        return None


CHAT = Format("chat", (".cha",), _sniff, _read)
