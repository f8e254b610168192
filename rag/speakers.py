"""Which person each label of a transcript means: aliases become the fullest name when exactly one candidate fits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from rag.aliases import fullest_names
from rag.labels import Label, is_unidentified, parse_label, split_honorific
from rag.person_names import name_of
from rag.values import Speaker

__all__ = ["fullest_names", "resolve"]


def resolve(labels: Iterable[str]) -> dict[str, Speaker]:
    """Each raw label of one transcript, and the speaker it means. Same person, same name."""
    parsed = {raw: parse_label(raw) for raw in dict.fromkeys(labels)}
    spellings = _one_spelling(label.name for label in parsed.values())
    titles: defaultdict[str, list[str]] = defaultdict(list)
    for label in parsed.values():
        # "Sen." is a title; what else a role says ("general manager") is none.
        if label.role and split_honorific(f"{label.role} X")[1] == "X":
            titles[spellings[label.name]].append(label.role)
    fullest = fullest_names(spellings.values(), titles)
    names = {raw: fullest[spellings[label.name]] for raw, label in parsed.items()}
    together: defaultdict[str, list[Label]] = defaultdict(list)
    for raw, label in parsed.items():
        together[names[raw]].append(label)
    described = {name: _describe(name, own) for name, own in together.items()}
    return {raw: described[name] for raw, name in names.items()}


def _one_spelling(names: Iterable[str]) -> dict[str, str]:
    """One spelling for names that differ in capitals, accents or order only: the one that says most, "Vanek Smith"."""
    known = list(dict.fromkeys(names))
    chosen: dict[object, str] = {}
    for name in known:
        key = _key(name)
        chosen[key] = max(chosen.get(key, name), name, key=_spelling_rank)
    return {name: chosen[_key(name)] for name in known}


def _key(name: str) -> object:
    return name.casefold() if is_unidentified(name) else name_of(name).key


def _spelling_rank(name: str) -> tuple[bool, bool, int, int, int]:
    accents, capitals = sum(not c.isascii() for c in name), sum(c.isupper() for c in name)
    return not name.isupper(), "," not in name, accents, capitals, name.count(".")


def _describe(name: str, own: list[Label]) -> Speaker:
    role = next((label.role for label in own if label.role), None) or _title_of(own, name)
    return Speaker(name, role, next((label.organisation for label in own if label.organisation), None))


def _title_of(labels: Iterable[Label], name: str) -> str | None:
    """The honorific of a label that turned out to be short for `name`, as the role."""
    if split_honorific(name)[0] is not None:
        return None
    return next((title for label in labels if (title := split_honorific(label.name)[0]) is not None), None)
