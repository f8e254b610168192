"""The Congressional Record, as text or as the page of govinfo.gov."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.formats.base import Format, Origin, assemble
from rag.formats.exported import day_of
from rag.formats.gpo import Paragraph, page_text, paragraphs
from rag.formats.metadata import Metadata, parse_date
from rag.turns import PARAGRAPHS, Piece
from rag.values import Transcript

_SIGN = re.compile(r"\[Congressional Record Volume \d+, Number \d+|From the Congressional Record Online")
_HEADER = re.compile(
    r"\[(?:Congressional Record Volume|House\]|Senate\]|Extensions of Remarks\]|Daily Digest\]|Pages? |From the )"
    r"|From the "
)
# Surnames are printed in capitals, small letters only in prefixes: "McCAIN", "DeLAY", "GARY G. MILLER", "van HOLLEN".
_SURNAME = (
    r"(?:[A-Z]\. ?|(?:van|von|de|la|der|du|di|St\.) )*(?:Mac|Mc|De|Di|Du|La|Le|Lo|Van|Von|Fitz|"
    r"O['’])?[A-Z][A-Z'’.-]*[A-Z]"
)
_LABEL = re.compile(
    rf"((?:(?:Mr|Mrs|Ms|Dr|Messrs)\.|Miss\.?) {_SURNAME}(?: (?:{_SURNAME}|[A-Z]\.|Jr\.|Sr\.|II|III))*"
    r"(?: of (?:[A-Z][a-z]+|the|New|Rhode|West|North|South)(?: [A-Z][a-z]+){0,3})?"
    r"|The (?:(?i:ACTING|VICE|DEPUTY) )*(?:SPEAKER|PRESIDENT|PRESIDING OFFICER|CHAIR|CHAIRMAN|CHAIRWOMAN|"
    r"CLERK|CHIEF JUSTICE)"
    r"(?: pro tempore)?)"
    r"(?P<who> \([^()]{1,60}\))?(?: \[?\(?continuing\)?\]?)?\. "
)
_STAGE = re.compile(
    r"\(?(?:The|A|An) (?:[a-z]+ ){0,4}[Cc]lerk (?:read|proceeded|called|announced|designated|reported)\b"
    r"|There (?:was|being) no objection"
    r"|The (?:vote|yeas and nays|ayes and noes|recorded vote|question|previous question|result of the vote)\b.{0,80}\b"
    r"(?:was|were) (?:taken|ordered|announced)"
    r"|So \(?(?:two-thirds|three-fifths|the|a|\()[^.]{0,250}\b(?:was|were) (?:suspended|passed|agreed|"
    r"rejected|ordered|not|taken|refused|on)"
    r"|A (?:similar )?(?:motion to reconsider|quorum|recorded vote|bill|message)\b"
    r"|The (?:[a-z]+ ){0,3}(?:bill|resolution|amendment|amendments|motion|nomination|preamble|"
    r"conference report|Journal|"
    r"committee amendment|Senate bill|House bill|text|material|article|articles|letter|statement|excerpt|following|"
    r"remarks|result|announcement|legislation|item)\b[^.]{0,250}\b(?:was|were|is|are)\b[^.]{0,120}"
    r"\b(?:agreed to|passed|rejected|laid|ordered|as follows|follows|read|printed|announced|engrossed|"
    r"withdrawn|tabled)\b"
    r"|The (?:House|Senate|Committee|yeas and nays|result)\b[^.]{0,120}\b(?:proceeded|resumed|"
    r"resolved itself|adjourned|recessed|resulted)"
    r"|\(?(?:Mr|Mrs|Ms|Miss|Messrs)\.? [^.]{1,200}?(?:asked and was given|changed (?:his|her|their) vote|"
    r"addressed the Chair|"
    r"submitted the following|assumed the [Cc]hair|and (?:Mr|Mrs|Ms)\.)"
    r"|(?:Thereupon|Whereupon),"
    r"|(?:Stated|Present and) (?:for|against)\b"
    r"|By (?:Mr|Mrs|Ms|Miss)\. "
    r"|\[Roll(?:call)? (?:No\.|Vote)"
    r"|\(?(?:At the request of|By unanimous consent|Pursuant to) [^.]{1,200}\b(?:was|were) (?:ordered|"
    r"agreed|printed|added)"
)


def _sniff(text: str) -> bool:
    return _SIGN.search(text[:5000]) is not None


def _read(text: str, name: str) -> Transcript:
    found = list(paragraphs(page_text(text)))
    title = next((p.text for p in found if p.indent >= 1 and p.text.isupper() and not _HEADER.match(p.text)), None)
    day = day_of(text[:3000])
    metadata = Metadata(_ordinary(title) if title else None, parse_date(day) if day else None)
    return assemble(_pieces(found), Origin(name, "congressional-record", metadata), joiner=PARAGRAPHS)


def _ordinary(title: str) -> str:
    return " ".join(title.rstrip(".").split())[:200]


def _pieces(found: list[Paragraph]) -> Iterator[Piece]:
    """Words of members; headings, votes, inserted documents and what clerks do are nobody's."""
    speaker: str | None = None
    for paragraph in found:
        if paragraph.is_rule:
            speaker = None  # The next item begins; words without a label there are the reporters'.
        elif not _HEADER.match(paragraph.text):
            label = _LABEL.match(paragraph.text + " ") if 1 <= paragraph.indent <= 4 else None
            if label is not None:
                speaker = label[1] + (label["who"] or "")
                yield Piece(paragraph.text[label.end() :], speaker)
            elif speaker is None or _is_unspoken(paragraph):
                yield Piece(paragraph.text, kind="direction")
            else:
                yield Piece(paragraph.text, speaker)


def _is_unspoken(paragraph: Paragraph) -> bool:
    """Set further in than words are, or told by the reporters."""
    inserted = paragraph.indent >= 4 and paragraph.lowest >= 1
    return inserted or _STAGE.match(paragraph.text) is not None


CONGRESS = Format("congressional-record", (), _sniff, _read)
