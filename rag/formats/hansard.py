"""Debates of the UK Parliament as text: a heading with name, constituency and party above the words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.formats.base import Format, Origin, assemble
from rag.formats.exported import day_of
from rag.formats.metadata import Metadata, parse_date
from rag.turns import PARAGRAPHS, Piece, is_direction
from rag.values import Transcript

_PARTY = (
    r"(?:Con|Lab|LD|Lib ?Dem|Lab ?/ ?Co-op|Lab/Co-op|Lab \(Co-op\)|SNP|DUP|PC|GP|Green|Ind|Alba|SDLP|"
    r"Alliance|APNI|UUP|SF|"
    r"Reform|RUK|UKIP|TUV|WPB|Your Party|CB|Non-Afl|Change UK|TIG|Restore|Speaker)(?:\.)?"
)
_PERSON = r"[A-Z][^()\n:.]{1,70}?(?:Mr|Mrs|Ms|Dr|Sir)?\.?[^()\n:]{0,30}?"
_MEMBER = re.compile(
    rf"(?P<name>(?!The ){_PERSON}) ?\((?P<seat>[^()\n]{{2,60}})\) "
    rf"?\((?P<party>{_PARTY})\)(?:\s?\[[^\]\n]{{1,20}}\])?(?:\s*:\s*(?P<rest>.*)|\s*)"
)
_MINISTER = re.compile(
    r"(?P<office>(?:The|Madam|Mr) [A-Z][^()\n:]{2,160}?) ?\((?P<name>[A-Z][^()\n]{2,60})\)(?:\s*\((?P<party>"
    + _PARTY
    + r")\))?"
    r"(?:\s*:\s*(?P<rest>.*)|\s*)"
)
_PEER = re.compile(
    rf"(?P<name>(?:Lord|Lady|Baroness|Viscount|Viscountess|Earl|The Earl|Bishop|The Lord Bishop|"
    rf"The Archbishop|Countess|"
    rf"The Countess|The Duke|"
    rf"Baron) [^()\n:]{{2,60}}?) ?\((?P<party>{_PARTY})\)(?:\s*\[[^\]\n]{{1,30}}\])?(?:\s*:\s*(?P<rest>.*)|\s*)"
)
_CHAIR = re.compile(
    r"(?P<name>(?:Mr|Madam) (?:Deputy )?Speaker|The (?:Temporary )?(?:Chair|Chairman|Lord Speaker|"
    r"Prime Minister|Deputy Speaker|"
    r"Second Deputy Chairman|First Deputy Chairman)|(?:Several )?[Hh]on\.? Members|An [Hh]on\.? Member|Noble Lords)"
    r"(?:\s*:\s*(?P<rest>.*)|\s*)"
)
# Where words stand after a colon, a member named before is "Mr. Cameron:"; who that is, `rag.speakers` says.
_SHORT = re.compile(
    r"(?:Mr|Mrs|Ms|Miss|Dr|Sir|Dame|Lord|Lady|Baroness|Viscount|Earl)\.? [A-Z][\w'’-]+(?: (?:of )?[A-Z][\w'’-]+){0,3}"
)
# The printed volumes, without the party: "3. Mr. Harry Barnes (North-East Derbyshire): To ask ...".
_PRINTED = re.compile(
    r"(?P<name>(?:Mr|Mrs|Ms|Miss|Dr|Sir|Dame|Lord|Lady|Rev)\.? [A-Z][^()\n:]{1,60}?) ?"
    r"\((?P<seat>[A-Z][^()\n:]{2,60})\)\s*:\s*(?P<rest>.*)"
)
_NUMBER = re.compile(r"Q?\d{1,3}\.\s+(?:\[\d+\]\s+)?(?=[A-Z])")
_COLUMN = re.compile(
    r"\s*(?:\[?col(?:umn|\.)? ?\d+(?:WH|WS|W|GC)?\]?|\d{1,2} \w{3,9} \d{4} ?: ?Column .{1,12}|\d{1,4}(?:WH|WS|GC))\s*",
    re.I,
)
_CLOCK = re.compile(r"\s*(?:\d{1,2}(?:[.:]\d\d)? ?[ap]\.?m\.?|noon|midnight)\s*", re.IGNORECASE)
_STAGE = re.compile(
    r".{0,120}\brose[—–-].{0,40}|(?:Several |Some )?hon\.? Members rose.{0,20}|Question (?:put|agreed|"
    r"again|accordingly)\b.{0,200}|Division No\.? ?\d+.*|"
    r"The House (?:divided|having divided|met|adjourned)\b.{0,100}|(?:Bill|Clause|Amendment|New clause|"
    r"Motion|Debate)\b.{0,120}"
    r"\b(?:read|agreed|made|negatived|ordered|adjourned|withdrawn|brought up)\b.{0,80}|PRAYERS|Prayers|"
    r"\[.{1,160} in the Chair\]|"
    r"Volume \d+.{0,60}debated on.{0,60}|Ayes[: ]+\d+.*|Noes[: ]+\d+.*|Tellers for .*|Ordered,.*|Resolved,.*|"
    r"\[?(?:Interruption|Laughter|Hon\. Members:.{0,60})\.?\]?",
    re.DOTALL,
)
_DIVISION = re.compile(r"Division No\.? ?\d+|The House (?:divided|having divided)|Division \d+")
_HEADINGS = (_MEMBER, _PEER, _MINISTER, _PRINTED, _CHAIR)
_SIGN = re.compile(r"^\s*Volume \d+: debated on ", re.MULTILINE)


def _sniff(text: str) -> bool:
    lines = _joined([line.strip() for line in text.split("\n")])
    members = sum(
        any(pattern.fullmatch(_NUMBER.sub("", line, count=1)) for pattern in (_MEMBER, _PEER, _PRINTED))
        for line in lines
        if "(" in line[:200]
    )
    if _SIGN.search(text[:3000]) is not None:
        return members >= 1 or any(_CHAIR.fullmatch(line) for line in lines)
    return members >= 2 or (members == 1 and any(_MINISTER.fullmatch(line) for line in lines))


def _read(text: str, name: str) -> Transcript:
    lines = _joined([line.strip() for line in text.split("\n")])
    labels = dict(_labels(lines))
    first = min(labels, default=len(lines))
    above = [line for line in lines[:first] if line and not _COLUMN.fullmatch(line) and not _CLOCK.fullmatch(line)]
    day = day_of(" ".join(above[:12]))
    title = next(
        (line for line in above if day_of(line) is None and len(line) <= 160 and line.upper() != "PRAYERS"), None
    )
    metadata = Metadata(title, parse_date(day) if day else None)
    opening = [Piece(line, kind="direction") for line in above if line != title and day_of(line) is None]
    pieces = [*opening, *_pieces(lines, labels)]
    return assemble(pieces, Origin(name, "hansard", metadata), joiner=PARAGRAPHS)


def _joined(lines: list[str]) -> list[str]:
    """A heading set over two lines ("Ann Lee", "(Witney) (Con)") as one; the other line emptied."""
    for n in range(1, len(lines)):
        if lines[n].startswith("(") and lines[n - 1] and len(lines[n]) <= 140 and "(" not in lines[n - 1]:
            both = f"{lines[n - 1]} {lines[n]}"
            if any(pattern.fullmatch(both) for pattern in (_MEMBER, _MINISTER, _PEER)):
                lines[n - 1], lines[n] = "", both
    return lines


def _labels(lines: Sequence[str]) -> Iterator[tuple[int, tuple[str, str]]]:
    """(line number, (label, words on the same line)) of each heading. Once named in full, a name alone is one."""
    known: dict[str, str] = {}
    for n, line in enumerate(lines):
        bare = _NUMBER.sub("", line, count=1)
        if not bare or not bare[0].isupper():
            continue
        short, colon, words = bare.partition(":")
        match = next((m for pattern in _HEADINGS if (m := pattern.fullmatch(bare)) is not None), None)
        if short.strip() in known and (colon or len(bare) == len(short)):
            yield n, (known[short.strip()], words.strip())
        elif match is not None and (match["rest"] or len(line) <= 200):
            label = _label(match)
            for alias in (match["name"], match.groupdict().get("office")):
                if alias:
                    known.setdefault(alias.strip(), label)
            yield n, (label, (match["rest"] or "").strip())
        elif colon and _SHORT.fullmatch(short):
            yield n, (short.strip(), words.strip())


def _label(match: re.Match[str]) -> str:
    """The name; an office is the role, the party (or the seat) the organisation, as `rag.labels` reads them."""
    found = match.groupdict()
    name = found["name"].strip()
    if found.get("office"):
        return f"{name}, {found['office'].strip().replace(',', '')}"
    return f"{name} ({found['party']})" if found.get("party") else name


def _pieces(lines: Sequence[str], labels: dict[int, tuple[str, str]]) -> Iterator[Piece]:
    speaker: str | None = None
    voting = False
    for n in range(min(labels, default=len(lines)), len(lines)):
        line = lines[n]
        if n in labels:
            (speaker, line), voting = labels[n], False
        voting = voting or _DIVISION.match(line) is not None
        if not line or _COLUMN.fullmatch(line) or _CLOCK.fullmatch(line):
            continue
        if voting or _STAGE.fullmatch(line) or is_direction(line):
            yield Piece(line, kind="direction")
        else:
            yield Piece(line, speaker)


HANSARD = Format("hansard", (), _sniff, _read)
