"""Which tiers of an annotated recording are what somebody said, and whose.

ELAN and Praat keep parallel tiers: one for each speaker, but also words, phones, translations, gestures and notes,
which repeat or describe the same speech. Of all tiers of one speaker exactly one is read. Tiers are told apart by the
words of their names ("Ann - words", "tx@ANN", "K-Spch", "phones"); those that hold whole utterances come first.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rag.roles import word_set
from rag.turns import Piece, is_direction

_UTTERANCES = word_set(
    "utterance utterances utt utts phrase phrases sentence sentences transcription transcriptions transcript "
    "transcripts trans trs tx txt text spch speech orth orthography orthographic ort ipu ipus turn turns line talk tr"
)
_WORDS = word_set("word words wrd wd token tokens tok wordform kan")
_SOUNDS = word_set(
    "phone phones phoneme phonemes phon phons vowel vowels segment segments seg segs syllable syllables syl syll mau "
    "kas ipa phonetic"
)
_IDS = word_set("ref id ids segnum")
_OTHER = word_set(
    "note notes comment comments com gesture gestures gest gaze translation translations ft fte ftg gloss glosses ge "
    "gls pos ps mb mp morph morphs morpheme morphemes lemma lemmas tone tones tobi break breaks misc noise noises "
    "silence silences pitch event events code codes topic topics act hand hands head posture context background music "
    "pause pauses action actions annotator quality emotion sentiment stress errors"
)
_KINDS = _UTTERANCES | _WORDS | _SOUNDS | _IDS | _OTHER
_GENERIC = word_set("default tier mono main all intervaltier audio untitled none sound wav new")
_OF_WORDS = 2.0  # the rank of a tier of single words
_PARTS = re.compile(r"[@_\-–—.:/|()\[\]\s\"'“”]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SILENCE = re.compile(
    r"<(?:sil|sp|spn|silence|pau|pause|p:?|nib|usb)>|sil|sp|spn|silence|pau|\{(?:sl|ns)\}|[#_.*-]+|\(\.+\)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Annotation:
    """A stretch of a tier: its text and, where known, when, in seconds."""

    text: str
    start: float | None
    end: float | None


@dataclass(frozen=True, slots=True)
class Tier:
    """One tier.

    Attributes:
        name: As the file calls it.
        annotations: In time or file order.
        kind: What the file calls this type of tier, "" where it does not.
        participant: Who speaks on it, where the file says so.
        below: The tier at the top of the tree it hangs in, "" for one that is at the top.
    """

    name: str
    annotations: tuple[Annotation, ...]
    kind: str = ""
    participant: str | None = None
    below: str = ""

    @property
    def speaker(self) -> str | None:
        """Whose tier it is: the participant, else what the name of the tier at the top says."""
        return self.participant or _speaker(self.below or self.name)


def pieces_of(tiers: Iterable[Tier]) -> Iterator[Piece]:
    """What is said on the tiers that hold speech, in order of time; without times in the order of the tiers."""
    found = list(_spoken(list(tiers)))
    # An annotation without a time stays behind the one before it on its tier.
    keyed: list[tuple[float, int, Piece]] = []
    for speaker, said in found:
        at = 0.0
        for one in said:
            at = one.start if one.start is not None else at
            text = " ".join(one.text.split())
            if is_direction(text):
                piece = Piece(text, None, one.start, one.end, "direction")
            else:
                piece = Piece(text, speaker, one.start, one.end)
            keyed.append((at, len(keyed), piece))
    return (piece for _, _, piece in sorted(keyed, key=lambda one: one[:2]))


def _spoken(tiers: Sequence[Tier]) -> Iterator[tuple[str | None, list[Annotation]]]:
    """One tier a speaker: (label, what is said)."""
    said = [(tier, [one for one in tier.annotations if not _is_silence(one.text)]) for tier in tiers]
    filled = [(tier, kept) for tier, kept in said if kept]
    ranked = [(_rank(tier, kept), tier, kept) for tier, kept in filled]
    # Notes and glosses alone are read too: there is nothing else to find in the file.
    lowest = 0.0 if any(rank >= 0 for rank, _, _ in ranked) else -1.0
    of_speaker: defaultdict[str | None, list[tuple[float, Tier, list[Annotation]]]] = defaultdict(list)
    for rank, tier, kept in ranked:
        if rank >= lowest:
            of_speaker[tier.speaker].append((rank, tier, kept))
    best = {who: max(of_one, key=lambda one: (one[0], _length(one[2]))) for who, of_one in of_speaker.items()}
    # Words or phones of nobody, beside whole utterances of somebody, repeat those.
    utterances = any(rank > _OF_WORDS for rank, _, _ in best.values())
    for who, (rank, _, kept) in best.items():
        if who is not None or rank > _OF_WORDS or not utterances:
            yield who, kept


def _length(said: Iterable[Annotation]) -> int:
    return sum(len(one.text) for one in said)


def _rank(tier: Tier, kept: Sequence[Annotation]) -> float:
    """How likely the tier holds whole utterances; below 0 when it holds something else about them."""
    words, typed = _kinds(tier.name), _kinds(tier.name) | _kinds(tier.kind)
    if words & _OTHER or (typed & _OTHER and not words & _UTTERANCES):
        return -1.0
    if typed & _IDS or not any(_has_word(one.text) for one in kept):
        return 0.0
    if typed & _SOUNDS:
        return 1.0
    if typed & _WORDS:
        return _OF_WORDS
    return (5.0 if typed & _UTTERANCES else 4.0) - (0.5 if tier.below else 0.0)


def _speaker(name: str) -> str | None:
    """Whose tier it is by its name: what is left without the words that say what kind of tier it is; else None.

    "S1-words" and "S1-phones" are both of S1.
    """
    parts = [part for part in _PARTS.split(name) if part]
    left = [part for part in parts if not _is_kind(part, among=len(parts))]
    if not left or all(part.lower() in _GENERIC for part in left):
        return None
    return " ".join(left if len(left) < len(parts) else name.split())


def _kinds(name: str) -> frozenset[str]:
    """The words of a name that say what kind of tier it is."""
    parts = [part for part in _PARTS.split(name) if part]
    return frozenset(_CAMEL.split(part)[-1].lower() for part in parts if _is_kind(part, among=len(parts)))


def _is_kind(part: str, *, among: int) -> bool:
    """Whether a part of a name says what kind of tier it is; "PS" alone is rather somebody's initials."""
    initials = among == 1 and len(part) <= 3 and part.isupper()
    return not initials and _CAMEL.split(part)[-1].lower() in _KINDS


def _has_word(text: str) -> bool:
    """Whether there is a word in it, rather than only a number of the annotation such as "a12" or "Kim.003"."""
    return any(sum(c.isalpha() for c in word) >= 1 and not any(c.isdigit() for c in word) for word in text.split())


def _is_silence(text: str) -> bool:
    bare = text.strip()
    return not bare or _SILENCE.fullmatch(bare) is not None
