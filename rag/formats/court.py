"""Court and deposition transcripts: "Q." and "A.", "THE COURT:", numbered lines, page headings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rag.formats.base import Format, Origin, assemble
from rag.formats.exported import day_of
from rag.formats.metadata import Metadata, parse_date
from rag.turns import PARAGRAPHS, Piece
from rag.values import Transcript

_NUMBERED = re.compile(r"[ \t]{0,12}(\d{1,2})(?:(?:[ \t]{1,}|(?=[QA]\.?[ \t]))(.*))?")
_QUESTION = re.compile(r"(?P<who>[QA])(?:\.|:|(?=\s{2,}|\t))\s+(?P<words>.*)")
_COLLOQUY = re.compile(
    r"(?P<who>(?:THE|A|AN) [A-Z][A-Z' -]{2,40}|(?:MR|MS|MRS|MISS|DR|JUDGE|JUSTICE|CHIEF JUSTICE|GENERAL|PROFESSOR)\.? "
    r"[A-Z][A-Za-z.'’ -]{1,40}|[A-Z][A-Z.'’-]+(?: [A-Z][A-Z.'’-]*){0,3}):\s*(?P<words>.*)"
)
_EXAMINER = re.compile(
    r"\(?(?:EXAMINATION )?BY (?P<who>(?:MR|MS|MRS|MISS|DR)\.? [A-Z][A-Z.'’ -]{1,40}|THE COURT)[:.]?\)?", re.IGNORECASE
)
_SWORN = re.compile(
    r"(?P<who>[A-Z][A-Z.'’-]+(?: [A-Z][A-Z.'’-]*){1,3})(?:, ?(?:[A-Z' -]+WITNESS[A-Z' -]*|"
    r"[A-Z]\.?[A-Z]\.?[A-Z]?\.?))?,? "
    r"(?i:having (?:been )?|called (?:as|by|on)\b|was (?:thereupon )?(?:called|sworn|duly)|being |after (?:being|"
    r"having)|the witness|a witness|sworn|previously).*"
)
# A name on a line of its own, with who it is below: "BOB RAY," and then "called as a witness ... duly sworn".
_NAME_ALONE = re.compile(r"[A-Z][A-Z.'’-]+(?: [A-Z][A-Z.'’-]*){1,3}(?:, [A-Z]\.?[A-Z]\.?[A-Z]?\.?)?,?")
_DEPOSITION = re.compile(
    r"(?:(?:VIDEO(?:TAPED|CONFERENCE)? |ORAL |REMOTE |EXPERT )*DEPOSITION|EXAMINATION BEFORE TRIAL|TESTIMONY) OF:? "
    r"(?P<who>[A-Z][A-Z.'’-]+(?: [A-Z][A-Z.'’-]*){1,3})(?:,.*)?"
)
_HEADING = re.compile(
    r"(?:(?:FURTHER |CONTINUED |RESUMED )*(?:DIRECT|CROSS|REDIRECT|RECROSS|"
    r"VOIR DIRE)[ -]*(?:EXAMINATION)?(?: (?:BY|OF|\(CONT).*)?|EXAMINATION(?: BY.*)?|"
    r"P ?R ?O ?C ?E ?E ?D ?I ?N ?G ?S|(?:ORAL |REBUTTAL )?ARGUMENT OF .*|ON BEHALF OF .*|O P E N .*|[-–—*_ =]{3,}|"
    r"C E R T I F I C A T E.*|END OF (?:PROCEEDINGS|TRANSCRIPT).*|AFTERNOON SESSION|MORNING SESSION)"
)
_PAREN = re.compile(r"[\[(].{2,600}[\])]\.?", re.DOTALL)


def body(text: str) -> tuple[list[str], bool]:
    """The lines of the words, and whether they were numbered. Numbers, page numbers and page headings are taken off."""
    lines = [line.replace("\f", "").rstrip() for line in text.split("\n")]
    filled = [line for line in lines if line.strip()]
    matches = [match for line in filled if (match := _NUMBERED.fullmatch(line)) and 1 <= int(match[1]) <= 28]
    runs = sum(int(b[1]) == int(a[1]) + 1 for a, b in pairwise(matches))
    if len(matches) < 5 or len(matches) < 0.6 * len(filled) or runs < 0.6 * (len(matches) - 1):
        return lines, False
    kept = []
    for line in lines:
        match = _NUMBERED.fullmatch(line) if line.strip() else None
        if match is not None and 1 <= int(match[1]) <= 28:
            kept.append(match[2] or "")
    return kept, True


def _sniff(text: str) -> bool:
    if text.count("\n") < 3 or not re.search(r"^[ \t\d]*(?:[QA][.: \t]|[A-Z][A-Z .'’-]{2,45}:)", text, re.MULTILINE):
        return False
    lines, numbered = body(text)
    spoken = [match for line in lines if (match := _speaks(line.strip())) is not None]
    counts = Counter(match["who"] for match in spoken)
    answers = min(counts["Q"], counts["A"])
    dotted = any(re.match(r"\s*[QA]\.?\s", line) for line in lines)
    court = any(who.startswith(("THE COURT", "THE WITNESS", "CHIEF JUSTICE", "JUSTICE ")) for who in counts)
    examined = any(_EXAMINER.fullmatch(line.strip()) for line in lines)
    return bool(numbered and len(spoken) >= 2) or (answers >= 2 and dotted) or (answers >= 1 and (court or examined))


def _speaks(bare: str) -> re.Match[str] | None:
    match = _QUESTION.fullmatch(bare) or _COLLOQUY.fullmatch(bare)
    # "WITNESS: ANN LEE" is a line of the index.
    return None if match and match["who"] == "WITNESS" and match["words"].isupper() else match


def _read(text: str, name: str) -> Transcript:
    lines, _ = body(text)
    above = "\n".join(text.split("\n")[:80])
    day = day_of(" ".join(above.split()))
    title = re.search(
        r"^[ \t\d]*([A-Z][\w.,'& ]{1,60}? (?:v\.?|vs\.?|V\.?|VS\.?) [A-Z][\w.,'& ]{1,60})[ \t,]*$", above, re.MULTILINE
    )
    metadata = Metadata(title[1].strip() if title else None, parse_date(day) if day else None)
    return assemble(_pieces(lines), Origin(name, "court", metadata), joiner=PARAGRAPHS)


def _deponent(lines: Sequence[str]) -> str:
    """Whom the heading of a deposition names, who then answers; "A" where it names nobody or several."""
    names = {match["who"] for line in lines if (match := _DEPOSITION.fullmatch(line.strip())) is not None}
    return names.pop() if len(names) == 1 else "A"


def _joined(lines: Sequence[str]) -> list[str]:
    """A witness's name and the lines that say so as one line, up to the full stop."""
    kept = [line.strip() for line in lines]
    for n, line in enumerate(kept[:-1]):
        if _NAME_ALONE.fullmatch(line) and _SWORN.match(f"{line} {kept[n + 1]}"):
            end = next((m for m in range(n + 1, min(n + 6, len(kept))) if kept[m].endswith((".", ":"))), n + 1)
            kept[n : end + 1] = [" ".join(kept[n : end + 1]), *[""] * (end - n)]
    return kept


def _pieces(lines: Sequence[str]) -> Iterator[Piece]:
    """One piece a speech. "Q." is whoever examines, "A." the witness, once the transcript has said who they are."""
    examiner, witness = "Q", _deponent(lines)
    now, words = Piece("", kind="direction"), list[str]()
    for bare in [*_joined(lines), "(end)"]:
        spoken, by = _speaks(bare), _EXAMINER.fullmatch(bare)
        sworn = _SWORN.match(bare)
        stage = by or sworn or _HEADING.fullmatch(bare) or _PAREN.fullmatch(bare)
        if not (spoken or stage):
            words += [bare] if bare else []
            continue
        yield Piece(" ".join(words), now.label, kind=now.kind)
        if by is not None:
            examiner, words = by["who"], []
        elif sworn is not None:
            witness, words = sworn["who"], [bare]
            now = Piece("", kind="direction")
        elif spoken is not None and not stage:
            who = {"Q": examiner, "A": witness, "THE WITNESS": witness if witness != "A" else "THE WITNESS"}
            now, words = Piece("", who.get(spoken["who"], spoken["who"])), [spoken["words"]]
        else:
            yield Piece(bare if bare != "(end)" else "", kind="direction")
            words = []


COURT = Format("court", (), _sniff, _read)
