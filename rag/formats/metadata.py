"""What a file says of itself: title, date and links from header lines, front matter, comments and the file's name."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from rag.roles import word_set
from rag.turns import clean_text

_FIELDS = {
    "title": "title",
    "meeting": "title",
    "meeting title": "title",
    "episode": "title",
    "episode title": "title",
    "date": "date",
    "published": "date",
    "recorded": "date",
    "recorded on": "date",
    "meeting date": "date",
    "date recorded": "date",
    "pubdate": "date",
    "source": "source_url",
    "source_url": "source_url",
    "source url": "source_url",
    "url": "source_url",
    "link": "source_url",
    "transcript": "source_url",
    "media": "media_url",
    "media_url": "media_url",
    "media url": "media_url",
    "audio": "media_url",
    "audio_url": "media_url",
    "video": "media_url",
    "video_url": "media_url",
    "recording": "media_url",
}
# Said of the file, but kept nowhere.
_OTHER_KEYS = word_set(
    "language kind duration length location place format transcriber "
    "transcribed tags author show podcast series number description layout slug id guid "
    "license licence copyright"
) | {"transcribed by", "transcript by", "episode number", "meeting participants"}
# What these head, on the line or below it, are the people there.
LISTS = word_set("participants attendees present speakers moderators panelists panellists guests hosts")
KEYS = frozenset(_FIELDS) | _OTHER_KEYS | LISTS

_HEADER_LINE = re.compile(r"\s*(?:\*\*)?([A-Za-z][A-Za-z_ ]{0,30}?)\s*(?:\*\*\s*[:：]|[:：]\s*(?:\*\*)?)\s*(.*?)\s*")
_ISO_DATE = re.compile(r"(?<!\d)(\d{4})[-_.](\d{2})[-_.](\d{2})(?!\d)")
_WRITTEN_DATES = ("%B %d %Y", "%d %B %Y", "%b %d %Y", "%d %b %Y", "%Y/%m/%d")


@dataclass(frozen=True, slots=True)
class Metadata:
    """Title, day and links; None where the file does not say."""

    title: str | None = None
    date: dt.date | None = None
    source_url: str | None = None
    media_url: str | None = None


NOTHING_SAID = Metadata()


def metadata_of(fields: Mapping[str, str]) -> Metadata:
    """Metadata from keys and values as written. A date or link that is none is ignored rather than guessed at."""
    found: dict[str, str] = {}
    for key, value in fields.items():
        name, text = _FIELDS.get(key.strip().lower()), clean_text(value).strip("\"'")
        if name is not None and text and name not in found and (not name.endswith("_url") or _is_url(text)):
            found[name] = text
    title, day = found.get("title"), found.get("date")
    return Metadata(title, parse_date(day) if day else None, found.get("source_url"), found.get("media_url"))


def header_field(line: str) -> tuple[str, str] | None:
    """("date", "2024-03-05") of "Date: 2024-03-05"; None for a line that is not about the file."""
    match = _HEADER_LINE.fullmatch(line) if len(line) <= 500 else None
    if match is None or match[1].lower() not in KEYS:
        return None
    return match[1].lower(), match[2]


def front_matter(lines: list[str]) -> tuple[dict[str, str], int]:
    """Fields of a YAML block between `---` lines, and the number of lines it takes (0 where there is none)."""
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    if not lines or lines[first].strip() != "---":
        return {}, 0
    fields: dict[str, str] = {}
    for n in range(first + 1, min(len(lines), first + 200)):
        if lines[n].strip() in ("---", "..."):
            return fields, n + 1
        key, colon, value = lines[n].partition(":")
        if colon and key == key.lstrip():
            fields[key.strip().lower()] = value.strip()
    return {}, 0


def leading_fields(lines: Iterable[str]) -> dict[str, str]:
    """Fields of the header lines among `lines`; the first of each key counts."""
    fields: dict[str, str] = {}
    for line in lines:
        field = header_field(line)
        if field is not None:
            fields.setdefault(*field)
    return fields


def titled(text: str) -> Metadata:
    """Title and date of a heading: a day at its beginning or end is the date and leaves the title."""
    heading = clean_text(text)
    match = _ISO_DATE.search(heading)
    day = _day(match) if match else None
    if match is None or day is None:
        return Metadata(heading or None)
    if match.start() == 0 or match.end() == len(heading):
        rest = (heading[: match.start()] + heading[match.end() :]).strip(" -–—:|,")
        return Metadata(rest or heading, day)
    return Metadata(heading, day)


def merged(first: Metadata, second: Metadata) -> Metadata:
    """What `first` says, completed by `second`."""
    return Metadata(
        first.title or second.title,
        first.date or second.date,
        first.source_url or second.source_url,
        first.media_url or second.media_url,
    )


def parse_date(text: str) -> dt.date | None:
    """A day written as 2024-03-05 (a time may follow), "March 5, 2024" or "5 March 2024"; None for anything else."""
    match = _ISO_DATE.search(text)
    if match is not None:
        return _day(match)
    plain = " ".join(text.replace(",", " ").split())
    for pattern in _WRITTEN_DATES:
        try:
            return dt.datetime.strptime(plain, pattern).date()
        except ValueError:
            continue
    return None


def title_from_name(name: str) -> str:
    """A file's name without folder and ending, separators as spaces, the first letter a capital."""
    stem = PurePath(name.replace("\\", "/")).name
    stem = stem.rsplit(".", 1)[0] if "." in stem.lstrip(".") else stem
    words = clean_text(" ".join(re.sub(r"_+|-+", " ", stem).split()))
    return words[:1].upper() + words[1:] or "Untitled"


def date_from_name(name: str) -> dt.date | None:
    """A day written into a file's name as 2024-03-05 (or with _ or .), None where there is none."""
    match = _ISO_DATE.search(PurePath(name.replace("\\", "/")).name)
    return _day(match) if match else None


def _day(match: re.Match[str]) -> dt.date | None:
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def _is_url(text: str) -> bool:
    return re.fullmatch(r"https?://\S+", text) is not None
