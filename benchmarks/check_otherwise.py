"""Sentences that turns carry, spoilt in other ways than check_spoil does: a check may fit one spoiler and not another.

Never and contractions for "not", names from a fixed list for any name, a speaker's too, and numbers one to three off.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from check_gold import Gold
from check_names import names

_AUX = re.compile(r"\b(did|does|do|is|was|are|were|has|have|had|can|could|will|would|should)\b")
_NOES = re.compile(r"\b(?:not|never|no|without|cannot|hardly|little|nothing|nobody)\b|n['’]t\b")
_DOES = re.compile(
    r"^((?:[A-Z][\w.'’-]+ )+)(?:(?:also|recently|mainly|often) )?"
    r"(?!(?:and|or|of|in|from|for|with|at|on|to)\b)[a-z]+(?<!ing)(?<!ly)\b"
)
_NAMES = "Priya Nolan,Oslo,Marcus,Kenji,Portugal,Elena,Rust,Boston,Microsoft,Harold,Denver,Fatima".split(",")
_CONTRACTED = {"will": "won't", "can": "can't"}


def otherwise(gold: Gold, chance: random.Random) -> Iterator[tuple[str, str]]:
    """The kind and the sentence of every such corruption that applies."""
    denied = _denied(gold.sentence, chance)
    if denied is not None and denied != gold.sentence:
        yield "negation, otherwise", denied
    said = " ".join(f"{one.turn.speaker or ''} {one.turn.text}" for one in gold.cited)
    named = [one for one in names(gold.sentence) if one.sure]
    if named:
        other = chance.choice([one for one in _NAMES if one not in said])
        yield "name, otherwise", gold.sentence.replace(chance.choice(named).text, other, 1)
    numbers = list(re.finditer(r"(?<![\w.])\d+(?!\w)", gold.sentence))
    if numbers:
        match = chance.choice(numbers)
        other = str(int(match.group()) + (chance.choice([1, 2, -1, 3]) if int(match.group()) > 3 else 2))
        if not re.search(rf"\b{other}\b", said):
            yield "number, otherwise", f"{gold.sentence[: match.start()]}{other}{gold.sentence[match.end() :]}"


def _denied(sentence: str, chance: random.Random) -> str | None:
    if _NOES.search(sentence):
        for pattern, other in (
            (r"\b(?:does|do|did) not (\w+)", r"\1"),
            (r"\b(?:not|never) ", ""),
            (r"(\w+)n['’]t\b", r"\1"),
        ):
            bare = re.sub(pattern, other, sentence, count=1)
            if bare != sentence:
                return bare
        return None
    found = _AUX.search(sentence)
    if found:
        shorter = _CONTRACTED.get(found[1], f"{found[1]}n't")
        return chance.choice(
            [
                f"{sentence[: found.end()]} never{sentence[found.end() :]}",
                f"{sentence[: found.start()]}{shorter}{sentence[found.end() :]}",
            ]
        )
    does = _DOES.match(sentence)
    return f"{sentence[: does.end(1)]}never {sentence[does.end(1) :]}" if does else None
