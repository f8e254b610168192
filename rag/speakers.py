"""Which person each label of a transcript means: aliases become the fullest name when exactly one candidate fits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from rag.labels import HONORIFICS, PARTICLES, Label, is_unidentified, parse_label, split_honorific, word_set
from rag.values import Speaker

_MALE = frozenset({"mr", "sir"})
_FEMALE = frozenset({"mrs", "ms", "miss", "dame"})
_NOBODY = word_set(
    "host guest moderator audience man woman boy girl question answer narrator announcer speaker member crowd group "
    "all both everyone clip interviewer reporter caller operator clerk chair court judge jury witness q a mc the and "
    "from of at on in i me"
)


def resolve(labels: Iterable[str]) -> dict[str, Speaker]:
    """Each raw label of one transcript, and the speaker it means. Same person, same name."""
    parsed = {raw: parse_label(raw) for raw in dict.fromkeys(labels)}
    spellings = _one_spelling(label.name for label in parsed.values())
    fullest = fullest_names(spellings.values())
    names = {raw: fullest[spellings[label.name.casefold()]] for raw, label in parsed.items()}
    together: defaultdict[str, list[Label]] = defaultdict(list)
    for raw, label in parsed.items():
        together[names[raw]].append(label)
    described = {name: _describe(name, own) for name, own in together.items()}
    return {raw: described[name] for raw, name in names.items()}


def fullest_names(names: Iterable[str]) -> dict[str, str]:
    """Each name, and the longer one of the same list that it can only be short for (itself where there is none).

    "Warren", "Sen. Warren" and "Elizabeth" are short for "Elizabeth Warren" unless "Robert Warren" (or "Elizabeth
    Jones") is there too. "SPEAKER_00" and roles such as "Host" are short for nobody.
    """
    known = list(dict.fromkeys(names))
    by_end: defaultdict[str, list[str]] = defaultdict(list)
    for name in known:
        tokens = _tokens(name)
        if _is_person(name) and len(tokens) >= 2 and split_honorific(name)[0] is None:
            for end in {tokens[0], tokens[-1]}:
                by_end[end].append(name)
    disputed = _disputed_surnames(known)
    return {name: _fullest(name, by_end, disputed) for name in known}


def _fullest(name: str, by_end: Mapping[str, list[str]], disputed: frozenset[str]) -> str:
    tokens, honorific = _tokens(name), split_honorific(name)[0]
    if not _is_person(name) or (honorific is not None and tokens[-1] in disputed):
        return name
    near = {candidate for end in {tokens[0], tokens[-1]} for candidate in by_end.get(end, ())} - {name}
    fitting = [candidate for candidate in near if _short_for(tokens, _tokens(candidate), titled=honorific is not None)]
    # "Elizabeth Warren" is no rival of "Elizabeth Ann Warren".
    longest = [c for c in fitting if not any(_short_for(_tokens(c), _tokens(d), titled=False) for d in fitting)]
    return longest[0] if len(longest) == 1 else name


def _short_for(short: list[str], full: list[str], *, titled: bool) -> bool:
    """Whether `short` is the given name, the surname or both without the middle. A title goes with the surname."""
    if not 0 < len(short) < len(full):
        return False
    if short == full[-len(short) :]:
        return True
    if titled:
        return False
    return short == full[: len(short)] or (len(short) == 2 and [full[0], full[-1]] == short)


def _disputed_surnames(names: Iterable[str]) -> frozenset[str]:
    """Surnames that appear both as a man's and as a woman's: "Mr. Ames" and "Ms. Ames" are two people."""
    seen: defaultdict[str, set[bool]] = defaultdict(set)
    for name in names:
        honorific, rest = split_honorific(name)
        title = (honorific or "").rstrip(".").lower()
        if title in _MALE | _FEMALE:
            seen[rest.split()[-1].casefold()].add(title in _MALE)
    return frozenset(surname for surname, sexes in seen.items() if len(sexes) == 2)


def _tokens(name: str) -> list[str]:
    return [token.strip(".,") for token in split_honorific(name)[1].casefold().split()]


def _is_person(name: str) -> bool:
    """Whether a name is made like a person's: words only, each capitalised or a particle, none of them a role."""
    words = split_honorific(name)[1].split()
    return (
        not is_unidentified(name)
        and name.rstrip(".").lower() not in HONORIFICS
        and all(_is_name_word(word.strip(".,'’")) for word in words)
    )


def _is_name_word(word: str) -> bool:
    lower = word.lower()
    made_of_letters = bool(word) and all(c.isalpha() or c in "-'’." for c in word)
    return made_of_letters and lower not in _NOBODY and (word[0] != word[0].lower() or lower in PARTICLES)


def _one_spelling(names: Iterable[str]) -> dict[str, str]:
    """One spelling for names that differ in capitals only: the one with most capitals inside, as "Vanek Smith"."""
    chosen: dict[str, str] = {}
    for name in names:
        key = name.casefold()
        chosen[key] = max(chosen.get(key, name), name, key=_spelling_rank)
    return chosen


def _spelling_rank(name: str) -> tuple[bool, int]:
    return not name.isupper(), sum(c.isupper() for c in name)


def _describe(name: str, own: list[Label]) -> Speaker:
    role = next((label.role for label in own if label.role), None) or _title_of(own, name)
    return Speaker(name, role, next((label.organisation for label in own if label.organisation), None))


def _title_of(labels: Iterable[Label], name: str) -> str | None:
    """The honorific of a label that turned out to be short for `name`, as the role."""
    if split_honorific(name)[0] is not None:
        return None
    return next((title for label in labels if (title := split_honorific(label.name)[0]) is not None), None)
