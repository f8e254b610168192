"""The numbers in a text, however they are written: "500,000", "half a million", "twenty-five", "1.5bn"."""

from __future__ import annotations

import re

_UNITS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
        " seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 10 * number
    for number, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
_SCALES = {"hundred": 100.0, "thousand": 1e3, "k": 1e3, "million": 1e6, "mn": 1e6, "m": 1e6, "billion": 1e9, "bn": 1e9}
_SCALES |= {"trillion": 1e12, "dozen": 12.0}
_ALONE = {"dozen": 12.0, "twice": 2.0, "couple": 2.0, "thrice": 3.0}
_LONG = {name: value for name, value in _SCALES.items() if len(name) > 2}
_DIGITS = re.compile(
    r"(?<![A-Za-z\d.,])(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?:st|nd|rd|th|s)?"
    rf"(?:[\s-]?({'|'.join(sorted(_SCALES, key=len, reverse=True))})s?\b)?(?![A-Za-z])",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"\d[\s-]?$")
_ORDINALS = {
    word: float(number)
    for number, word in enumerate(
        "second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), start=2
    )
}
_WORDS = re.compile(r"[a-z]+", re.IGNORECASE)
_LINKED = re.compile(r"[\s-]+|\s*,\s*")


def figures(text: str) -> dict[float, str]:
    """Every number with the words it is written in. "One" by itself is none: it mostly is a pronoun."""
    found: dict[float, str] = {}
    for match in _DIGITS.finditer(text):
        scale = _SCALES.get((match[2] or "").lower(), 1.0)
        found.setdefault(round(float(match[1].replace(",", "")) * scale, 6), match.group().strip())
    for value, words in _spelt(text):
        found.setdefault(value, words)
    return found


def counted(text: str) -> set[float]:
    """The numbers that what a text puts in order come to: who won "my fourth" has won four."""
    return {_ORDINALS[word.lower()] for word in _WORDS.findall(text) if word.lower() in _ORDINALS}


def _spelt(text: str) -> list[tuple[float, str]]:
    """Numbers in words: runs of number words with nothing but spaces, hyphens or "and" between them."""
    found: list[tuple[float, str]] = []
    run: list[str] = []
    began = ended = 0
    for match in [*_WORDS.finditer(text), None]:
        word = "" if match is None else match.group().lower()
        beside = match is not None and (not run or _LINKED.fullmatch(text[ended : match.start()]) is not None)
        scales = word.rstrip("s") in _LONG and not _BEHIND.search(text[: match.start()] if match else "")
        counts = word in _UNITS or word in _TENS or scales or word in _ALONE or word == "half"
        joins = bool(run) and (word == "and" or (word == "a" and run[-1] in {"half", "and"}))
        if run and not (beside and (counts or joins)):
            found.extend(_values(run, text[began:ended]))
            run = []
        if match is not None and counts:
            if not run:
                began = match.start()
            run.append(word)
            ended = match.end()
        elif match is not None and run and joins:
            run.append(word)
            ended = match.end()
    return found


def _values(run: list[str], words: str) -> list[tuple[float, str]]:
    """What a run of number words comes to; several numbers where it is a list or a year ("nineteen eighty-four")."""
    words = re.sub(r"\s+(?:and|a)$", "", words)
    values: list[float] = []
    total, current, seen, small = 0.0, 0.0, False, False
    for word in run:
        if word in {"and", "a"}:
            small = False if word == "a" else small
            continue
        if word in _ALONE and word != "dozen":
            values.append(_ALONE[word])
        elif word == "half":
            current, seen = (current if seen else 0.0) + 0.5, True
        elif word.rstrip("s") in _LONG:
            scale = _LONG[word.rstrip("s")]
            if scale == 100:
                current = (current or 1.0) * 100
            else:
                total, current = total + (current or 1.0) * scale, 0.0
            seen, small = True, False
        else:
            value = float(_UNITS.get(word, _TENS.get(word, 0)))
            joins = not small or (word in _UNITS and 0 < value < 10 and current % 100 >= 20 and current % 10 == 0)
            if seen and not joins:
                values.append(total + current)
                total = current = 0.0
            current, seen, small = current + value, True, True
    if seen:
        values.append(total + current)
    if len(values) == 2 and 10 <= values[0] <= 20 and 10 <= values[1] <= 99:
        # "nineteen eighty-four" is a year as well, "twelve fifty" a price
        values.append(values[0] * 100 + values[1] if values[0] > 12 else values[0] + values[1] / 100)
    alone = run == ["one"]
    return [] if alone else [(value, words) for value in values]
