"""What stands behind a speaker's name: what they do, and for whom."""

from __future__ import annotations

import re


def word_set(text: str) -> frozenset[str]:
    """The words of a list written as running text."""
    return frozenset(text.split())


ROLES = word_set(
    "host co-host cohost guest byline anchor reporter correspondent moderator interviewer interviewee narrator "
    "announcer instructor presenter producer "
    "editor chair secretary ceo cto cfo coo witness translator interpreter caller attorney author "
    "professor director president writer journalist columnist critic analyst founder editor-in-chief spokesman "
    "spokeswoman spokesperson lawyer historian economist scientist researcher commentator contributor"
)
_STATES = frozenset(
    "alabama,alaska,arizona,arkansas,california,colorado,connecticut,delaware,florida,georgia,hawaii,idaho,illinois,"
    "indiana,iowa,kansas,kentucky,louisiana,maine,maryland,massachusetts,michigan,minnesota,mississippi,missouri,montana,"
    "nebraska,nevada,new hampshire,new jersey,new mexico,new york,north carolina,north dakota,ohio,oklahoma,oregon,"
    "pennsylvania,rhode island,south carolina,south dakota,tennessee,texas,utah,vermont,virginia,washington,"
    "west virginia,wisconsin,wyoming".split(",")
)
# "CNN ANCHOR", "FOX NEWS HOST": whose, and what.
_BROADCASTER = re.compile(
    r"((?:CNN|HLN|NPR|BBC|CBC|ABC|CBS|NBC|MSNBC|CNBC|PBS|ESPN|FOX|SKY)(?: (?:NEWS|BUSINESS|SPORTS|INTERNATIONAL))?)\s+"
    r"(?P<role>\S.*)"
)
_ORGANISATION = re.compile(
    r"\b(?:Inc|Corp|Corporation|LLC|Ltd|GmbH|Company|Group|Partners|University|College|School|Institute|Institution|"
    r"Foundation|Association|Society|Center|Centre|Council|Committee|Commission|Agency|Department|Ministry|Hospital|Bank|"
    r"Network|News|Times|Post|Journal|Magazine|Radio|Party|Union|Project|Lab(?:s|oratory)?)\W*$",
    re.IGNORECASE,
)
_TITLES_BEHIND = word_set("phd ph.d md m.d jd j.d esq qc kc mp msp mep obe mbe cbe rn dds mba dphil")
_PARTY = re.compile(r"[DRI](?:-[A-Z][A-Za-z.]*)?")


def is_role(text: str) -> bool:
    """Whether words say what somebody does: "Political Editor", "Professor of Law"."""
    words = text.split()
    return words[-1].lower() in ROLES or (len(words) > 2 and words[0].lower() in ROLES and words[1] == "of")


def role_and_organisation(
    parts: list[str], *, role: str | None, organisation: str | None
) -> tuple[str | None, str | None]:
    """Sort what follows the name's comma: what is made like an organisation is one, all else is the role.

    The broadcaster before a role is the organisation, and so is the state after a party.
    """
    for part in parts:
        if organisation in {"D", "R", "I"} and part.lower() in _STATES:
            organisation = f"{organisation}, {part}"
            continue
        broadcaster = _BROADCASTER.fullmatch(part) if organisation is None else None
        if broadcaster is not None and is_role(broadcaster["role"]):
            organisation, does = broadcaster[1], broadcaster["role"]
        elif organisation is None and _is_organisation(part):
            organisation, does = part, None
        else:
            does = part
        role = ", ".join(filter(None, (role, does))) or None
    return role, organisation


def _is_organisation(part: str) -> bool:
    """Whether words behind a name are an abbreviation or say that they are a company, a university and the like."""
    if is_role(part) or part.rstrip(".").lower() in _TITLES_BEHIND:
        return False
    if re.fullmatch(r"[A-Z][A-Z&.-]{1,5}", part) or _PARTY.fullmatch(part) or _BROADCASTER.fullmatch(f"{part} X"):
        return True
    # "University of Texas", but neither "chief of staff to the committee" nor "party strategist".
    return _ORGANISATION.search(re.split(r"\b(?:of|for|at|to|in)\b", part, maxsplit=1, flags=re.I)[0]) is not None
