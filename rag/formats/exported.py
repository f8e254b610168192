"""The lines that exporters write above the words: title, day, duration, attendees, links. None of it is speech."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.formats.metadata import NOTHING_SAID, Metadata, header_field, leading_fields, merged, metadata_of, parse_date
from rag.turns import clean_text

_MONTHS = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    r"Nov(?:ember)?|Dec(?:ember)?)"
)
_DAY = re.compile(
    rf"\b({_MONTHS})\.? (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})\b|\b(\d{{1,2}})(?:st|nd|rd|"
    rf"th)? ({_MONTHS})\.?,? (\d{{4}})\b"
    r"|\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b",
    re.IGNORECASE,
)
# What may stand beside a day on a line that says nothing else, word by word: weekday, time, zone, duration.
_BESIDE_DAY = re.compile(
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?|at|on|\d{1,2}:\d\d(?::\d\d)?(?:[ap]\.?m\.?)?"
    r"|[ap]\.?m\.?|(?-i:[A-Z]{2,4})(?:\+\d\d(?::?\d\d)?)?|(?:\d{1,3})?(?:h(?:rs?|ours?)?|m(?:ins?|inutes?)?|s(?:ecs?|econds?)?)"
    r"|\d{1,3}",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[\s,•|·–—-]+")
_DURATION = re.compile(
    r"(?:duration:? ?)?(?=\d)(?:\d+ ?h(?:rs?|ours?)?,? ?)?(?:\d+ ?m(?:ins?|inutes?)?,? ?)?(?:\d+ ?s(?:ecs?|econds?)?)?",
    re.IGNORECASE,
)
_SAID_WHEN = re.compile(r"(?:aired|recorded|published|posted|broadcast|held|date)(?: on)?:? ", re.IGNORECASE)
_IN_PARENTHESES = re.compile(r"\s*\([^()]*\)")
_LINK = re.compile(r"(?:[A-Z][\w ()/-]{0,60}:?\s*)?<?(https?://\S+?)>?")
# What these head is a list, up to the next blank line.
_LISTS = re.compile(
    r"(?:summary )?keywords|speakers|attendees|participants|invited|attachments|present|topics|outline|"
    r"meeting records?",
    re.IGNORECASE,
)
_HEADINGS = re.compile(
    r"(?:full |meeting |audio )?(?:transcript(?:ion)?)|[-–—=_*]{3,}|audio file|notes|📖 ?transcript", re.IGNORECASE
)
_TAIL = re.compile(
    r"(?i)[-–— ]*(?:\d{8}_\d{6}(?:UTC)?)?[-–— ]*(?:meeting |recording )?(?:transcript(?:ion)?|recording)$"
)


def day_of(line: str) -> str | None:
    """An ISO day written anywhere in a line; None where there is none."""
    match = _DAY.search(line)
    if match is None:
        return None
    if match[7]:
        written = f"{match[7]}-{int(match[8]):02}-{int(match[9]):02}"
    else:
        month, day, year = (match[1], match[2], match[3]) if match[1] else (match[5], match[4], match[6])
        written = f"{month[:3].capitalize()} {day} {year}"
    found = parse_date(written)
    return found.isoformat() if found else None


def only_day(line: str) -> str | None:
    """An ISO day, for a line that says nothing but when: "Aired March 5, 2024 - 10:00   ET"; None for any other."""
    day = day_of(line) if len(line) <= 120 else None
    if day is None:
        return None
    beside = _BETWEEN.split(_DAY.sub("", _SAID_WHEN.sub("", line.strip("#*_ \t"), count=1), count=1))
    return day if all(_BESIDE_DAY.fullmatch(word) for word in beside if word) else None


def is_transcript_heading(line: str) -> bool:
    """Whether a Markdown heading says no more than that the transcript begins."""
    return line.startswith("#") and _HEADINGS.fullmatch(line.strip("#*_ \t")) is not None


def plain_title(title: str) -> str:
    """A title without the exporter's "- Transcript" behind it."""
    # A first line may be the whole text of a long file, which no title is.
    return clean_text(_TAIL.sub("", title)) or title if len(title) <= 200 else title


def read_exported_header(lines: Sequence[str], known: Metadata = NOTHING_SAID) -> tuple[Metadata, list[str]]:
    """What the lines above the words say of the file, and those that fit none of the usual kinds.

    The first line that is no day, duration, list or link is the title.
    """
    metadata = merged(known, metadata_of(leading_fields(lines)))
    rest: list[str] = []
    listing = False
    for line in lines:
        bare = line.strip().strip("#*_ \t").strip()
        listing = bool(bare) and listing
        if not bare or listing or header_field(line) is not None or _HEADINGS.fullmatch(bare):
            continue
        if _LISTS.fullmatch(bare.rstrip(":")):
            listing = True
            continue
        metadata, used = _take(bare, metadata)
        if not used:
            rest.append(line)
    return metadata, rest


def _take(bare: str, metadata: Metadata) -> tuple[Metadata, bool]:
    day, when = day_of(bare), only_day(bare)
    link = _LINK.fullmatch(bare)
    if link is not None:
        return merged(metadata, metadata_of({"source_url": link[1]})), True
    if when is not None:
        return merged(metadata, metadata_of({"date": when})), True
    if _DURATION.fullmatch(bare):
        return metadata, True
    if metadata.title is None and len(bare) <= 200:
        title = plain_title(bare)
        title = _IN_PARENTHESES.sub(lambda found: "" if day_of(found[0]) else found[0], title)
        without = re.sub(r"\s{2,}", " ", _DAY.sub("", title, count=1)).strip(" -–—:|,()") if day else title
        return merged(metadata, metadata_of({"title": without or title, "date": day or ""})), True
    return metadata, False
