"""Sentences that turns carry, spoilt so that they no longer do: one way for every kind of mistake that models make."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from check_gold import Gold
from check_names import names

from rag.evidence import Evidence
from rag.words import content_words, words
from rag.writing.days import written_days
from rag.writing.figures import figures


def corrupted(
    gold: Gold, pool: Sequence[Gold], chance: random.Random
) -> Iterator[tuple[str, str, tuple[Evidence, ...]]]:
    """The kind, the sentence and the turns of every corruption that applies."""
    for kind, spoil in (("number", _number), ("name", _name), ("speaker", _speaker), ("negation", _negation)):
        sentence = spoil(gold, pool, chance)
        if sentence is not None and sentence != gold.sentence:
            yield kind, sentence, gold.cited
    mine = {(one.source.transcript_id, one.turn.turn) for one in gold.cited}
    elsewhere = [
        one
        for one in gold.others
        if (one.source.transcript_id, one.turn.turn) not in mine and len(one.turn.text.split()) >= 8
    ]
    if elsewhere:
        yield "other turn", gold.sentence, (chance.choice(elsewhere),)
    strangers = [one for one in pool if one.where != gold.where or one.where == "podcasts"]
    invented = chance.choice([one for one in strangers if one.sentence != gold.sentence])
    sentence = invented.sentence
    for old, new in zip(invented.people[:2], gold.people[:2], strict=False):
        sentence = re.sub(rf"\b{re.escape(old)}\b", new, sentence)
    yield "fabricated", sentence, gold.cited


def _number(gold: Gold, pool: Sequence[Gold], chance: random.Random) -> str | None:  # noqa: ARG001 - of one shape
    said = {value for one in gold.cited for value in figures(one.turn.text)}
    for day in written_days(gold.sentence):
        digits = re.findall(r"\d+", day.text)
        if digits:
            old = chance.choice(digits)
            new = str(int(old) + chance.choice([-2, -1, 1, 2, 3]) or 5)
            if len(old) < 4 and not 1 <= int(new) <= 28:
                new = str(int(old) % 27 + 1 if int(old) % 27 + 1 != int(old) else 3)
            return gold.sentence.replace(day.text, re.sub(rf"\b{old}\b|(?<![\d]){old}(?!\d)", new, day.text, count=1))
    spelt = "zero one two three four five six seven eight nine ten eleven twelve".split()
    for value, written in figures(gold.sentence).items():
        other = next(n for n in (value + 1, value * 2 + 1, value + 7, value + 30) if n not in said)
        shown = spelt[int(other)] if written.lower() in spelt and other < len(spelt) else f"{other:g}"
        return re.sub(rf"(?<![\w.]){re.escape(written)}", shown, gold.sentence, count=1)
    return None


def _name(gold: Gold, pool: Sequence[Gold], chance: random.Random) -> str | None:
    """Another name for a person or thing that is not one of those who speak."""
    spoken = {word for person in gold.people for word in content_words(person)}
    mine = [one for one in names(gold.sentence) if not one.words & spoken and one.sure]
    if not mine:
        return None
    said = {word for one in gold.cited for word in words(one.turn.text)}
    others = [
        name.text
        for one in pool
        if one.where != gold.where or one.where == "podcasts"
        for name in names(one.sentence)
        if name.sure and not name.words & said
    ]
    return gold.sentence.replace(chance.choice(mine).text, chance.choice(others), 1)


def _speaker(gold: Gold, pool: Sequence[Gold], chance: random.Random) -> str | None:  # noqa: ARG001 - of one shape
    """Somebody else of the same conversation in the place of the one who speaks in the cited turns."""
    speakers = {one.turn.speaker for one in gold.cited}
    for one in names(gold.sentence):
        spoken = next((who for who in speakers if who and one.words <= set(content_words(who))), None)
        others = [who for who in gold.people if who not in speakers]
        if spoken is not None and others:
            return re.sub(rf"\b{re.escape(one.text)}\b", chance.choice(others), gold.sentence)
    if gold.where == "podcasts":  # a podcast's answers mostly name nobody: as a model would put it
        others = [who for who in gold.people if who not in speakers]
        return f"{chance.choice(others)} said: {gold.sentence}" if others else None
    return None


def _negation(gold: Gold, pool: Sequence[Gold], chance: random.Random) -> str | None:  # noqa: ARG001 - of one shape
    sentence = gold.sentence
    bare = re.sub(
        r"\b(did|does|do|is|was|are|were|has|have|had|can|will|would|could|should) not\b|\b(?:never|not) ",
        r"\1 ",
        sentence,
    )
    if bare != sentence:
        return " ".join(bare.split())
    for pattern in (r"\b(did|does|do|is|was|are|were|has|have|had|can|could|will|would|should)\b",):
        found = re.search(pattern, sentence)
        if found:
            return f"{sentence[: found.end()]} not{sentence[found.end() :]}"
    verb = re.search(r"\b(\w{3,})(ed|s)\b(?= (?:the|a|an|it|to|for|in|on|by|from|that|out|over))", sentence)
    if verb is None:
        return None
    return f"{sentence[: verb.start()]}did not {verb[1]}{sentence[verb.end() :]}"


_FIRMER = (
    (r"\b(?:might|may|could)(?= (?!be\b|have\b|not\b)[a-z]+)", "will"),
    (r"\b(?:might|may|could) be\b", "is certainly"),
    (
        r"\b(?:plan(?:s|ned)?|hop(?:es?|ed)|want(?:s|ed)?|tr(?:ies|ied)|is (?:planning|hoping|trying)) to\b",
        "managed to",
    ),
    (r"\b(?:is|was) (?:thinking (?:of|about)|considering)\b", "has begun"),
    (r"\bwould like to\b", "will"),
    (r"\b(?:probably|perhaps|maybe|possibly)\b", "certainly"),
    (r"\b(?:is|are|was|were) likely\b", "is certain"),
)
_WIDER = (
    (r"\b(?:some|many|most|several)(?: of)? (?=(?:the |his |her |their |these )?[a-z]+s\b)", "all "),
    (r"\b(?:often|sometimes|usually|generally|frequently|mostly)\b", "always"),
    (r"\b(?:rarely|seldom|hardly ever)\b", "never"),
    (r"\bone of the\b", "the only one of the"),
    (r"\b(?:partly|largely|mainly)\b", "entirely"),
    (r"\b(?:[Aa] few|few)\b", "most"),
)
_OTHER_UNIT = (
    (r"(?<=\d )(?:percent|per cent)\b|(?<=\d)%", " percentage points"),
    (r"(?<=[\w\d] )hours?\b", "days"), (r"(?<=[\w\d] )minutes?\b", "hours"), (r"(?<=[\w\d] )days?\b", "weeks"),
    (r"(?<=[\w\d] )weeks?\b", "months"), (r"(?<=[\w\d] )months?\b", "years"), (r"(?<=[\w\d] )years\b", "months"),
    (r"(?<=[\w\d] )dollars\b", "euros"), (r"[$](?=\d)", "€"), (r"(?<=[\w\d] )miles\b", "kilometres"),
)  # fmt: skip
_NUMBER_BEFORE = re.compile(r"(?:\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|a few))\s*$")


def strengthened(gold: Gold, chance: random.Random) -> Iterator[tuple[str, str]]:
    """The kind and the sentence of what says more than was said: certain for likely, all for some, another unit.

    Only where what it is changed to stands nowhere in the cited turns.
    """
    said = " ".join(one.turn.text for one in gold.cited).lower()
    for kind, changes in (("modal", _FIRMER), ("quantifier", _WIDER), ("unit", _OTHER_UNIT)):
        found = []
        for pattern, other in changes:
            telling = other.split()[-1] if kind == "unit" else other.replace("one of the", "").replace("is ", "")
            if re.search(rf"(?<!\w){re.escape(telling.strip())}(?!\w)", said):
                continue
            for match in re.finditer(pattern, gold.sentence):
                before = gold.sentence[: match.start()]
                if kind == "unit" and match.group() != "$" and not _NUMBER_BEFORE.search(before):
                    continue
                found.append(f"{before}{other}{gold.sentence[match.end() :]}")
        if found:
            yield kind, chance.choice(found)


_OPPOSITE = [
    pair.split("/")
    for pair in """
    increased/decreased increases/decreases increase/decrease more/less early/late earlier/later before/after
    easy/hard first/last high/low higher/lower bigger/smaller larger/smaller big/small large/small fast/slow
    faster/slower good/bad best/worst better/worse started/stopped start/stop starts/stops open/closed
    cheap/expensive accepted/rejected agrees/disagrees agreed/disagreed supports/opposes supported/opposed love/hate
    loves/hates loved/hated gained/lost won/lost over/under always/never remember/forget older/younger strong/weak
    safe/dangerous
    """.split()
]


def opposed(gold: Gold, chance: random.Random) -> Iterator[tuple[str, str]]:
    """The sentence with one word for its opposite, where that stands nowhere in the cited turns."""
    said = {word for one in gold.cited for word in re.findall(r"[a-z]+", one.turn.text.lower())}
    found = []
    for pair in _OPPOSITE:
        for word, other in (pair, pair[::-1]):
            match = re.search(rf"\b{word}\b(?! (?:of all|time))", gold.sentence)
            if match and word in said and other not in said:
                found.append(f"{gold.sentence[: match.start()]}{other}{gold.sentence[match.end() :]}")
    if found:
        yield "opposite", chance.choice(found)
