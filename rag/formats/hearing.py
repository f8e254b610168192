"""Congressional hearings as the Government Publishing Office prints them (CHRG): text, or the page of govinfo.gov."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from rag.formats.base import Format, Origin, assemble
from rag.formats.exported import day_of
from rag.formats.gpo import Paragraph, page_text, paragraphs
from rag.formats.metadata import Metadata, parse_date
from rag.turns import PARAGRAPHS, Piece
from rag.values import Transcript

_SIGN = re.compile(
    r"\[(?:House|Senate|Joint|S\.|H\.)[ .](?:Hearing|Hrg|Prt)|\bHEARING[S]?\s+before the\b"
    r"|^\s*OPENING STATEMENT OF (?:HON\.|SENATOR|THE)",
    re.IGNORECASE | re.MULTILINE,
)
_TITLES = (
    r"(?:Mr|Mrs|Ms|Dr|Prof|Hon|Rev|(?:Lt\. |Maj\. |Brig\. )?Gen|Lt|(?:Lt\. )?Col|Maj|Capt|(?:Vice |Rear )?Adm|Sgt|Amb|"
    r"Gov)\.|Miss|(?:Lieutenant|Major|Brigadier) General|(?:Vice|Rear) Admiral|Lieutenant Colonel|Commander|Sergeant|"
    r"Senator|Representative|Congressman|"
    r"Congresswoman|Delegate|Chairman|Chairwoman|Chairperson|Chair|Vice Chairman|Vice Chair|Ranking Member|Secretary|"
    r"(?:Assistant|Deputy|Under|Acting) Secretary|General|Admiral|Colonel|Captain|Major|Judge|Justice|Governor|Mayor|"
    r"Ambassador|Director|Commissioner|Administrator|Professor|Chief|Sheriff|President|Attorney General|Reverend"
)
_NAME = (
    r"(?:(?:de|la|van|von|der|del|di|du|St\.) ){0,2}[A-Z][\w'’-]*[a-z\w](?: (?:[A-Z]\.|"
    r"[A-Z][\w'’-]*[a-z]|Jr\.|Sr\.|II|III)){0,3}"
)
_LABEL = re.compile(
    rf"(?P<label>(?:{_TITLES}) {_NAME}(?: of (?:[A-Z]\w+ ?){{1,3}})?|The (?:"
    r"(?i:(?:Vice |Acting )?Chair(?:man|woman|person)?)|"
    r"Presiding Officer|Clerk|Reporter|Witness|Ranking Member)|Voice|Staff|(?:Unidentified|Unknown) \w+)"
    r",?(?P<note> ?[\[(][^\[\]()]{1,60}[\])])?\. ?(?=\S|$)",
)
_LABEL_LINES = re.compile(
    r"^ {0,8}(?:Mr|Mrs|Ms|Dr|Senator|Representative|Chair\w{0,6}|(?i:The (?:Acting )?Chair)\w{0,5})\.? .{2,60}?\. ",
    re.MULTILINE,
)
# "Mr. Chairman. ..." begins words said to the chair.
_ADDRESS = re.compile(
    r"(?:Mr|Mrs|Ms|Madam|Miss)\.? (?:Chair(?:man|woman|person)?|Speaker|President|Secretary|Ranking Member|Vice)\b"
)
_DOCUMENT = re.compile(
    r"\[?(?:The|Additional|Supplemental) (?:prepared |opening |written |following |additional |joint )*"
    r"(?:statement|information|material|document|documents|letter|article|report|chart|slides?|response|"
    r"responses|biography|"
    r"submission|testimony|attachment|follow)[^.]{0,200}?(?:follows?|submitted|referred to)\b[^.]{0,80}[:.\]]"
    r"|\[.{0,80}GRAPHICS? (?:NOT|\(?S\)? NOT)|\[Committee staff note|\*{3,}\s*COMMITTEE INSERT"
    r"|(?:PREPARED|WRITTEN) STATEMENT (?:OF|BY|FROM|SUBMITTED)|A P P E N D I X|APPENDIX|"
    r"Questions for the Record|ADDITIONAL MATERIAL|"
    r"Prepared [Ss]tatement (?:of|by)",
)
_STAGE = re.compile(r"\[[^\[\]]{1,600}\]|\([^()]{1,120}\)|(?:Whereupon|Thereupon),.*", re.DOTALL)
_MET = re.compile(
    r"The (?:sub)?committees?\b.{0,40} met\b|The (?:sub)?committees?.{0,80}(?:met,|convened)|Present: |Also present",
    re.DOTALL,
)


def _sniff(text: str) -> bool:
    """A hearing's first page; without it, several labels that recur and begin nothing else."""
    announced = _SIGN.search(text[:12_000]) is not None
    if not announced and len(_LABEL_LINES.findall(text)) < 6:
        return False
    labels = Counter(label["label"] for p in paragraphs(page_text(text)) if (label := _label(p)) is not None)
    recurring = sum(count >= 2 for count in labels.values())
    return (announced and len(labels) >= 2) or (recurring >= 2 and labels.total() >= 6)


def _label(paragraph: Paragraph) -> re.Match[str] | None:
    if paragraph.is_rule or not (0 <= paragraph.indent <= 8) or _ADDRESS.match(paragraph.text):
        return None
    return _LABEL.match(paragraph.text)


def _read(text: str, name: str) -> Transcript:
    found = [p for p in paragraphs(page_text(text)) if not p.is_rule]
    first = next((n for n, p in enumerate(found) if _label(p) is not None), len(found))
    day = day_of(" ".join(p.text for p in found[:first])[:20_000])
    metadata = Metadata(_title(text, found[:first]), parse_date(day) if day else None)
    opening = [Piece(p.text, kind="direction") for p in found[:first] if _MET.match(p.text)]
    return assemble([*opening, *_pieces(found[first:])], Origin(name, "hearing", metadata), joiner=PARAGRAPHS)


def _title(text: str, above: list[Paragraph]) -> str | None:
    """The heading in capitals above "HEARING before the ..."; else the page's own title."""
    for p in above:
        plain = not p.text.startswith("[") and not re.match(r"HEARINGS?\b|[CS] O N T|[\d. -]+$", p.text)
        if p.text.isupper() and plain and len(p.text.split()) >= 2:
            return p.text[:200]
    page = re.search(r"<title>\s*(?:- )?([^<]{3,200})</title>", text[:2000], re.IGNORECASE)
    return " ".join(page[1].split()) if page else None


def _pieces(found: list[Paragraph]) -> Iterator[Piece]:
    """Words of members and witnesses; statements handed in, headings and what happened are nobody's speech."""
    speaker, document = "", False
    for paragraph in found:
        label = _label(paragraph)
        if label is not None:
            speaker, document = label["label"].strip(), False
            yield Piece(paragraph.text[label.end() :], speaker)
        elif _DOCUMENT.match(paragraph.text):
            document = True
            yield Piece(paragraph.text, kind="direction")
        elif document or _STAGE.fullmatch(paragraph.text) or _is_heading(paragraph):
            yield Piece(paragraph.text, kind="direction")
        else:
            yield Piece(paragraph.text, speaker)


def _is_heading(paragraph: Paragraph) -> bool:
    letters = [c for c in paragraph.text if c.isalpha()]
    capitals = sum(c.isupper() for c in letters) > 0.8 * len(letters)
    return paragraph.indent >= 10 or (capitals and len(paragraph.text) > 5) or not letters


HEARING = Format("hearing", (), _sniff, _read)
