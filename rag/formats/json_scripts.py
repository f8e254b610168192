"""Scripts that put no space between words, for texts that are put together from recognised words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from rag.turns import CAPTIONS, Piece

# Thai to Tibetan, Burmese, Khmer, kana, bopomofo, Han and its punctuation: the inside of a character class.
SPACELESS = r"\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3000-\u312f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uff60"
_SPACELESS_LETTER = re.compile(f"[{SPACELESS}]")


def joiner_of(pieces: Iterable[Piece]) -> str:
    """What stands between merged texts: nothing in scripts that put no space between words."""
    sample = "".join(piece.text[:200] for piece in islice(pieces, 200))
    letters = sum(c.isalpha() for c in sample)
    return "" if len(_SPACELESS_LETTER.findall(sample)) * 2 > letters > 0 else CAPTIONS
