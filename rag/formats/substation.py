"""SubStation Alpha captions (.ass, .ssa), whose lines have a name field. The one module that calls pysubs2."""

from __future__ import annotations

import re
import warnings

import pysubs2

from rag.errors import ReadError
from rag.formats.base import Format, Origin, assemble
from rag.formats.cues import Cue, pieces_of
from rag.formats.metadata import Metadata
from rag.turns import CAPTIONS, clean_text
from rag.values import Transcript

# What the programs that write such files put where a title should be.
_NO_TITLES = frozenset({"default aegisub file", "<untitled>", "untitled", "new subtitle file"})


def _sniff(text: str) -> bool:
    return (
        re.match(r"\s*(?:;[^\n]*\n\s*){0,20}\[(?:Script Info|V4\+? Styles|Events)\]", text, re.IGNORECASE) is not None
    )


def _read(text: str, name: str) -> Transcript:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of margins and layers that are no numbers
            found = pysubs2.SSAFile.from_string(text, format_="ass")
    except (pysubs2.exceptions.Pysubs2Error, ValueError, KeyError, IndexError, AttributeError, OverflowError) as error:
        raise ReadError(f"not SubStation Alpha: {str(error)[:80]}; export the captions again") from None
    lines = [line for line in found if not line.is_comment and not line.is_drawing]
    # A line without a name is nobody's in particular: signs and songs have none.
    named = any(line.name.strip() for line in lines)
    cues = [
        Cue(line.start / 1000, line.end / 1000, line.plaintext, line.name.strip() if named else None)
        for line in sorted(lines, key=lambda line: line.start)
    ]
    title = clean_text(found.info.get("Title", ""))
    metadata = Metadata(title if title.lower() not in _NO_TITLES else None)
    return assemble(pieces_of(cues), Origin(name, "ass", metadata), joiner=CAPTIONS)


SUBSTATION = Format("ass", (".ass", ".ssa"), _sniff, _read)
