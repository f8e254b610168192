"""Text to the words that lexical search and evidence checks compare: one analyser for both, so that they agree.

A word is lower-cased, stripped of accents and possessives, and stemmed (Porter 2 as implemented by Snowball); a number
loses its thousands separators ("500,000" and "500000" are the same); each CJK character is a word of its own. The text
that is shown is never touched.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import Stemmer

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_WORD = re.compile(
    rf"[{_CJK}]|\d{{1,3}}(?:,\d{{3}})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)*|[^\W\d_{_CJK}]+(?:['’][^\W\d_{_CJK}]+)*"
)
_STEMMER = Stemmer.Stemmer("english")

# Words that carry grammar or fill the air, in speech more than in print. Question words are here too: what a question
# asks for is read from it elsewhere. Negations are not: "did not get" is not "did get".
STOP_WORDS = frozenset(
    """
    a about actually ah all also am an and any are as at basically be because been being but by can could did do
    does doing done down for from get gets getting go goes going gone gonna got gotta had has have having he her
    here hers herself hey him himself his how i if im in into is it its itself ive just kind kinda know let lets
    like literally lot many may me mean might mm mmhm more most much must my myself of off oh ok okay on one
    only onto or other our ours ourselves out over own quite really right said say saying says shall she should
    so some something sort stuff such tell tells than that thats the their theirs them themselves then there
    theres these they theyre thing things think this those through to told too uh uhhuh um up upon us very wanna
    want wants was we well were what whats when where whether which while who whom whose why will with would
    yeah yep yes you your youre yours yourself
    """.split()
)

# A turn of nothing but these answers, agrees or greets; alone it means nothing to a search.
BACK_CHANNELS = frozenset(
    """
    absolutely ah aha alright amazing awesome aye bye cool correct course definitely exactly fine good great ha
    haha hello hey hi hm hmm huh indeed interesting mhm mm mmhm much nice no nope of oh ok okay perfect please
    right so sorry sure thank thanks true uh uhhuh um very welcome well wow yeah yep yes you
    """.split()
)


def surface_words(text: str) -> list[str]:
    """The words of `text` in order, folded (case, accents, possessives, separators) but not stemmed."""
    folded = unicodedata.normalize("NFKD", text).lower() if not text.isascii() else text.lower()
    return [_plain(word) for word in _WORD.findall(_strip_marks(folded))]


def words(text: str) -> list[str]:
    """The words of `text` in order, folded and stemmed, stop words included."""
    return [stem(word) for word in surface_words(text)]


def content_words(text: str) -> list[str]:
    """The stemmed words of `text` that carry meaning, in order."""
    return [stem(word) for word in surface_words(text) if word not in STOP_WORDS]


@lru_cache(maxsize=4096)  # an answer looks at the same sentences and turns from several sides
def content_set(text: str) -> frozenset[str]:
    """The stemmed words of `text` that carry meaning, each once."""
    return frozenset(content_words(text))


def is_back_channel(text: str) -> bool:
    """True when `text` only agrees, greets or fills ("Mm-hm.", "Yeah, exactly."): at most six words, all such."""
    found = surface_words(text)
    return len(found) <= 6 and all(word in BACK_CHANNELS for word in found)


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """The Porter 2 stem of one folded word; numbers and non-English words come back as they are or nearly so."""
    return str(_STEMMER.stemWord(word))


@lru_cache(maxsize=200_000)
def _plain(word: str) -> str:
    if word[0].isdigit():
        return word.replace(",", "")
    word = word.replace("’", "'")
    if word.endswith("'s"):
        word = word[:-2]
    return word.replace("'", "")


def _strip_marks(text: str) -> str:
    if text.isascii():
        return text
    # Composed again, or a Hangul syllable would stay in the three letters it was taken apart into.
    return unicodedata.normalize("NFC", "".join(char for char in text if not unicodedata.combining(char)))
