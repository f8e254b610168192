"""More supported sentences, for tuning and for a second look at unseen data: meetings summed up, and talk restated.

QMSum's reference answers, cut into sentences, with the gold span they were written of (at most twelve turns: longer
ones are no citation); and sentences out of long podcast turns, put into the third person as a model would ("I wasn't"
becomes "Ana Ruiz said that he was not"). Even meetings and episodes are for tuning, odd ones are not looked into.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

from check_gold import Gold, episode, speakers

from rag.evidence import Evidence
from rag.sentences import sentence_ranges
from rag.values import Source, Turn

_SPAN = 12  # turns a sentence of QMSum may rest on
_NOISE = re.compile(r"\{[^}]*\}")
_THIRD = (
    (r"\bI'm\b|\bI am\b", "he is"), (r"\bI've\b|\bI have\b", "he has"), (r"\bI'd\b", "he would"),
    (r"\bI'll\b", "he will"), (r"\bI don't\b|\bI do not\b", "he does not"), (r"\bI\b", "he"), (r"\bme\b", "him"),
    (r"\bmyself\b", "himself"), (r"\bmy\b", "his"), (r"\bwe're\b", "they are"), (r"\bwe've\b", "they have"),
    (r"\bwe\b", "they"), (r"\bour\b", "their"), (r"\bus\b", "them"), (r"n't\b", " not"),
)  # fmt: skip
_FILLERS = re.compile(
    r"^(?:(?:So|And|But|Well|Yeah|Yes|No|Like|Right|Okay|Oh|Now|Because|I mean|You know|Um|Uh)\b,?\s+)+|"
    r",? (?:you know|like|I mean|kind of|sort of|right),(?= )",
    re.IGNORECASE,
)


def meetings(file: Path) -> Iterator[Gold]:
    """Sentences of QMSum's answers with the turns of their spans."""
    for number, line in enumerate(file.open(encoding="utf-8")):
        one = json.loads(line)
        turns = [
            Turn(n, " ".join(_NOISE.sub(" ", each["content"]).split()) or "...", each["speaker"])
            for n, each in enumerate(one["meeting_transcripts"], start=1)
        ]
        others = _evidence(Source(f"meeting {number}", "Meeting", "qmsum"), turns)
        people = tuple(dict.fromkeys(each.speaker for each in turns if each.speaker))
        for asked in one["specific_query_list"]:
            spans = [(int(first), int(last)) for first, last in asked["relevant_text_span"]]
            cited = tuple(each for first, last in spans for each in others[first : last + 1])
            if not 1 <= len(cited) <= _SPAN:
                continue
            for start, end in sentence_ranges(asked["answer"]):
                sentence = asked["answer"][start:end]
                if len(sentence.split()) >= 6:
                    yield Gold(f"meeting {number}", number % 2 == 0, sentence, cited, people, others)


def restated(corpus: Path, *, episodes: int) -> Iterator[Gold]:
    """One sentence of a long turn of every one of so many episodes, in the third person."""
    chance = random.Random(7)
    files = chance.sample(sorted(corpus.glob("*/*.md")), episodes)
    for number, file in enumerate(files):
        found = restated_from(file, chance)
        if found is not None:
            sentence, cited, people, others = found
            yield Gold(f"episode {number}", number % 2 == 0, sentence, (cited,), people, others)


def restated_from(
    file: Path, chance: random.Random
) -> tuple[str, Evidence, tuple[str, ...], tuple[Evidence, ...]] | None:
    """One sentence of a long turn of an episode in the third person, that turn, who speaks, all turns; None without."""
    others = episode(file)
    people = speakers(others)
    long = [one for one in others if one.turn.speaker and len(one.turn.text.split()) >= 60]
    chance.shuffle(long)
    found = next(((one, said) for one in long for said in _restatable(one.turn.text, chance)), None)
    if found is None or len(people) < 2:
        return None
    one, said = found
    return _third(said, one.turn.speaker or ""), one, people, others


def _restatable(text: str, chance: random.Random) -> list[str]:
    said = [text[start:end] for start, end in sentence_ranges(text)]
    good = [
        one
        for one in said
        if 10 <= len(one.split()) <= 28
        and one.endswith(".")
        and not re.search(r"\byou|[?\"“”\[\]…]|\.\.|--", one, re.IGNORECASE)
    ]
    chance.shuffle(good)
    return good


def _third(said: str, speaker: str) -> str:
    bare = _FILLERS.sub("", said).strip()
    about_self = re.match(r"I\b(?!')", bare)
    for pattern, other in _THIRD:
        bare = re.sub(pattern, other, bare)
    if about_self:
        return f"{speaker}{bare[2:]}"
    first = bare.split(maxsplit=1)[0]
    lower = bare if first != first.capitalize() or first in {"I"} else bare[:1].lower() + bare[1:]
    named = re.match(r"[A-Z][\w'’]+ [A-Z]", bare) is not None or re.search(
        rf"(?<![.?!] )\b{re.escape(first)}\b", said[5:]
    )
    return f"{speaker} said that {bare if named else lower}"


def _evidence(source: Source, turns: list[Turn]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(source, one, 1.0, turns[at - 1] if at else None, turns[at + 1] if at + 1 < len(turns) else None)
        for at, one in enumerate(turns)
    )
