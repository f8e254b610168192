"""The ways one name is written: short for a given name, initials, run together or apart, a country and its people."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from rag.given_names import FEMALE, MALE
from rag.words import stem, surface_words

_SHORT = """
    robert rob bob bobby; william will bill billy; michael mike mick; richard rick dick rich; elizabeth liz beth
    betty lizzie eliza; katherine catherine kathryn kate katie kathy cathy; thomas tom tommy; james jim jimmy jamie;
    joseph joe joey; david dave; daniel dan danny; matthew matt; christopher chris; alexander alex; alexandra alex;
    samuel sam; samantha sam; benjamin ben; anthony tony; steven stephen steve; gregory greg; jeffrey geoffrey jeff
    geoff; edward ed eddie ted; nicholas nick; andrew andy drew; joshua josh; timothy tim; kenneth ken kenny; ronald
    ron; donald don; jonathan jon; john johnny jack; nathan nathaniel nate; joanna joanne jo; melanie mel; jennifer
    jen jenny; deborah deb debbie; susan sue susie; pamela pam; barbara barb; margaret maggie meg peggy; rebecca
    becky becca; cynthia cindy; patricia pat trish tricia; patrick pat; victoria vicky; jessica jess; amanda mandy;
    raymond ray; lawrence larry; gerald jerry; philip phil; frederick fred; gabriel gabe; zachary zach zack; charles
    charlie chuck; peter pete; theodore ted theo; leonard len lenny; walter walt; harold harry; henry hank harry;
    abigail abby; natalie nat; nicole nikki; caroline carrie; suzanne sue; stephanie steph; vincent vince; eugene
    gene
"""
_SAME_THING = """
    us|u s|usa|united states|america|american|americans; uk|u k|united kingdom|britain|british|great britain; eu|e
    u|european union; europe|european|europeans; canada|canadian|canadians; mexico|mexican|mexicans; france|french;
    germany|german|germans; spain|spanish; italy|italian|italians; england|english; wales|welsh;
    scotland|scottish|scots; ireland|irish; china|chinese; japan|japanese; india|indian|indians;
    russia|russian|russians; brazil|brazilian|brazilians; australia|australian|australians; africa|african|africans;
    asia|asian|asians; korea|korean|koreans; sweden|swedish; norway|norwegian; denmark|danish; finland|finnish;
    poland|polish; netherlands|dutch|holland; greece|greek; turkey|turkish; israel|israeli; ukraine|ukrainian;
    vietnam|vietnamese; new york city|nyc|new york; los angeles|la|l a; san francisco|sf; washington dc|washington|d
    c|dc; television|tv; javascript|js; typescript|ts; kubernetes|k8s; postgres|postgresql; mom|mum|mother;
    dad|father
"""
_GROUPS = [frozenset(group.split()) for group in _SHORT.split(";")]
_THINGS = [frozenset(part.strip() for part in group.split("|")) for group in " ".join(_SAME_THING.split()).split(";")]
_SHORTEST = 3  # letters by which a longer given name may be called
_CAPITALS = re.compile(r"\b([A-Z](?:\.?[A-Z0-9]){1,5})(?:s\b|\b\.?)")
_LONG = 7  # letters of a word in a name that may be spelt with one letter more, less or another
_LINKS = frozenset({"of", "the", "and", "for", "in"})


def is_called(said: str, name: str) -> bool:
    """Whether somebody with a given name may be called by another word, both folded: "mel" or "bob" by both."""
    shorter, longer = sorted((said, name), key=len)
    if len(shorter) >= _SHORTEST and len(longer) > len(shorter) and longer.startswith(shorter):
        return True
    return any({said, name} <= group for group in _GROUPS)


def short_forms(name: str) -> set[str]:
    """By what else somebody may be addressed, capitalised as in a name: "Mel" and "Mela" for "Melanie"."""
    found = {name[:length] for length in (3, 4) if len(name) > length + 1}
    for group in _GROUPS:
        if name.lower() in group:
            found |= {one.capitalize() for one in group}
    return found


def is_written(name: str, text: str) -> bool:
    """Whether a text has a name in another way of writing it."""
    folded, plain = " ".join(surface_words(name)), _plain(text)
    for group in _THINGS:
        if folded in group and any(f" {one} " in plain and _is_meant(one, text) for one in group):
            return True
    joined = folded.replace(" ", "")
    if len(joined) >= 4 and joined in _pairs(text):
        return True
    return _by_initials(name, folded, text) or _is_misspelt(folded.split(), text)


def _is_misspelt(name: Sequence[str], text: str) -> bool:
    """Whether a text has a name but for a letter in a long word, as those who type or transcribe get it wrong."""
    there = set(_plain(text).split())
    long = {one for one in there if len(one) >= _LONG - 1}
    return bool(name) and all(
        word in there
        or (len(word) >= _LONG and word not in MALE | FEMALE and any(_is_a_letter_off(word, other) for other in long))
        for word in name
    )


def _is_a_letter_off(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > 1 or one[:2] != other[:2]:
        return False
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[at + (len(one) >= len(other)) :] == other[at + (len(other) >= len(one)) :]


def _by_initials(name: str, folded: str, text: str) -> bool:
    """Initials for words with capitals, and the other way round: "VCS" and "Version Control System"."""
    words = [one for one in folded.split() if one not in _LINKS]
    capitals = {re.sub(r"\W", "", one).lower() for one in _CAPITALS.findall(text)}
    if len(words) > 1 and "".join(one[0] for one in words) in capitals:
        return True
    letters = re.sub(r"\W|(?<=[A-Z])s$", "", name)
    if len(letters) < 2 or not letters.isupper():
        return False
    begun = re.findall(r"\b[A-Z][a-z]+(?:[\s-]+(?:(?:of|the|and|for|in)\s+)?[A-Z][a-z]+)+", text)
    runs = ("".join(part[0] for part in re.split(r"[\s-]+", one) if part not in _LINKS) for one in begun)
    return letters.lower() in capitals or letters in runs


def _is_meant(alias: str, text: str) -> bool:
    """Whether an alias that is also an ordinary word stands there as a name."""
    return alias not in {"us", "la"} or re.search(rf"\b{alias.upper()}\b", text) is not None


@lru_cache(maxsize=1024)
def _plain(text: str) -> str:
    return f" {' '.join(surface_words(text))} "


@lru_cache(maxsize=1024)
def _pairs(text: str) -> frozenset[str]:
    """Words of a text, and neighbours run together."""
    there = surface_words(text)
    return frozenset(there) | {a + b for a, b in pairwise(there)}


def calls(claimed: Sequence[str], known: Sequence[str], others: Iterable[Collection[str]]) -> bool:
    """Whether a claim's name is that of somebody by another form of the given name, and of nobody else there.

    Args:
        claimed: The folded words of the name.
        known: Those of the full name.
        others: The names of all others who are there, in stems.
    """
    if not claimed or not known or not is_called(claimed[0], known[0]):
        return False
    if any(word not in known for word in claimed[1:]):
        return False
    return not any(stem(claimed[0]) in other or any(is_called(claimed[0], one) for one in other) for other in others)
