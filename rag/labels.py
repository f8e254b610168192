"""One speaker label, cleaned without guessing: name, role and organisation kept apart.

Which person a short label means is decided over a whole transcript, in `rag.speakers`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.roles import ROLES, is_role, role_and_organisation, word_set

HONORIFICS = word_set(
    "dr mr mrs ms miss mx sen senator rep representative gov governor prof professor judge justice hon rev sir dame "
    "president chairman chairwoman chairperson chair secretary ambassador mayor councillor councilman councilwoman "
    "councilmember commissioner gen general col colonel capt captain sgt lt officer minister speaker delegate "
    "congressman congresswoman"
)
# Words that belong to the honorific next to them: "Vice Chair", "Madam Chair", "Lt. Gov.", "Mayor Pro Tem".
_BESIDE_HONORIFIC = word_set("madam mister vice deputy acting chief associate lieutenant lt attorney pro tem")
PARTICLES = word_set("de del della der den da di do dos du la le van von ter bin ibn al el y st")
# What a surname may begin with; "Al", "Y" and the like are given names, too.
_SURNAME_BEGINS = PARTICLES - {"al", "y", "st", "bin", "ibn"}
_DEGREES = word_set("jr sr ii iii iv")
_UNIDENTIFIED = re.compile(
    r"(?:speaker|spk|participant|person|caller|voice|guest|host|interviewer|interviewee|respondent|user)[ _-]?"
    r"(?:\d+|[a-z?])|s\d+|#?(?:un(?:known|identified|named)|multiple|several|various)\b.*"
    r"|(?:fe)?male(?: (?:speaker|voice))?(?: ?#?\d+)?|speakers?|inaudible",
    re.IGNORECASE,
)
_TAIL = re.compile(r"\s*[\[(（]([^\[\]()（）]*)[\])）]\s*$")
# CNN: "REP. JIM JORDAN (R-OH), JUDICIARY CHAIR", "REP. MIKE PENCE (R), INDIANA"
_INNER = re.compile(r"\s*\(([DRI](?:-[A-Z][A-Za-z.]+)?)\)(?=,)")
# In parentheses after a name, of nobody: how it is spelled or said, how the voice comes.
_ASIDE = re.compile(
    r"ph|sp|phonetic|(?:she|he|they|ze)(?:/\w+){1,2}|[EC]|voice-?over|on[- ]camera|off[- ](?:camera|mic|screen)"
    r"|(?:via|by|on|through) (?:(?:tele)?phone|satellite|skype|zoom|video(?:tape)?|(?:an? )?(?:translator|interpreter))"
    r"|translated|singing|reading|laughing|continued|cont['’]?d|unverified|external|on screen|",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    r"(?P<name>[^\W\d_a-z][^\W\d_]*\.?(?: [^\W\d_a-z][\w'’-]*\.?){1,3}) (?:\||[-–—]) (?P<after>[^|,]{2,40})"
)
_MIXED_PREFIX = re.compile(r"\b(?:Mac|Mc|O['’]|De|Van|Von|La|Le|Di)(?=[A-Z]{2})")


@dataclass(frozen=True, slots=True)
class Label:
    """What one label says of its speaker.

    Attributes:
        name: Never empty; ALL CAPS turned into ordinary capitals; honorific kept only where there is no given name.
        role: "HOST", "Dr.", ... or None.
        organisation: "NPR", "CDC", ... or None.
    """

    name: str
    role: str | None = None
    organisation: str | None = None


def is_unidentified(name: str) -> bool:
    """Whether a name stands for nobody in particular ("SPEAKER_00", "Unknown Speaker")."""
    return _UNIDENTIFIED.fullmatch(name.strip()) is not None


def parse_label(raw: str) -> Label:
    """Clean one label, as written before the colon. Not empty; at worst the name is the label as found."""
    found = " ".join(raw.split()).strip(":： ")
    if is_unidentified(found):
        return Label(found)
    rest, role, organisation = _without_tail(found)
    if inner := _INNER.search(rest):
        rest, organisation = rest.replace(inner[0], "", 1), organisation or inner[1]
    if beside := _BESIDE.fullmatch(rest):  # "Ann Lee | Acme", as meeting tools show people
        rest, after = beside["name"], beside["after"]
        role, organisation = (after, organisation) if after.lower() in ROLES else (role, organisation or after)
    parts = [part.strip() for part in rest.split(",")]
    head, after = parts[0], [part for part in parts[1:] if part]
    while after and after[0].rstrip(".").lower() in _DEGREES:
        head = f"{head}, {after.pop(0)}"
    if len(after) == 1 and " " not in head and _is_given_name(after[0]):
        head, after = f"{head}, {after[0]}", []  # "Smith, John", as directories list people
    role, organisation = role_and_organisation(after, role=role, organisation=organisation)
    honorific, bare = split_honorific(head)
    if honorific is not None and _has_given_name(bare):
        role, head = role or honorific, bare
    return Label(_ordinary_capitals(head) or found or raw, role, organisation)


def split_honorific(name: str) -> tuple[str | None, str]:
    """("Sen.", "Elizabeth Warren") of "Sen. Elizabeth Warren"; (None, name) where there is none."""
    words = name.split()
    plain = [word.rstrip(".").lower() for word in words]
    end = next((n for n, word in enumerate(plain) if word not in HONORIFICS | _BESIDE_HONORIFIC), 0)
    if not HONORIFICS.isdisjoint(plain[:end]) and plain[end] not in {"of", "for", "and", "tempore"}:
        return " ".join(words[:end]), " ".join(words[end:])
    return None, name


def _has_given_name(bare: str) -> bool:
    """Whether a name without its honorific is more than a surname, as "Miller of Florida" and "De La Cruz" are not."""
    words = [word for word in bare.split(" of ", maxsplit=1)[0].split() if word.lower() not in _SURNAME_BEGINS]
    return len(words) >= 2


def _is_given_name(part: str) -> bool:
    """Whether what follows a single name's comma is written like names and is no role."""
    words = part.split()
    if len(words) > 3 or any(word.rstrip(".").lower() in ROLES | HONORIFICS for word in words):
        return False
    return part[0].isupper() and not words[0].isupper() and all(re.fullmatch(r"[^\W\d_][\w'’.-]*", w) for w in words)


def _without_tail(found: str) -> tuple[str, str | None, str | None]:
    """Take closing parentheses off: (label, role, organisation)."""
    match = _TAIL.search(found)
    if match is None or not match.start():
        return found, None, None
    inside = match[1].strip()
    if _ASIDE.fullmatch(inside.strip(".?")):
        return _without_tail(found[: match.start()])
    if split_honorific(inside)[0] is not None and found.lower().startswith(("the ", "madam ", "acting ")):
        return found, None, None  # "The PRESIDING OFFICER (Mr. Frist)": who holds the office changes
    rest = _without_aside(found[: match.start()])
    first, comma, last = inside.partition(", ")
    if comma and first and is_role(first):  # NPR: "Ms. LOREN MOONEY (Editor-in-Chief, Bicycling Magazine)"
        return rest, first, last
    if comma and last and is_role(last):
        return rest, last, first
    return (rest, inside, None) if is_role(inside) else (rest, None, inside)


def _without_aside(found: str) -> str:
    match = _TAIL.search(found)
    return found[: match.start()] if match and match.start() and _ASIDE.fullmatch(match[1].strip(" .?")) else found


def _ordinary_capitals(name: str) -> str:
    """Write "McDONALD" and "ROBERT SIEGEL" as in running text; leave other names as found."""
    letters = [c for c in _MIXED_PREFIX.sub("", name) if c.isalpha()]
    if not letters or any(c == c.lower() for c in letters):
        return name
    words = name.split()
    if len(words) == 1 and len(letters) <= 3:
        return name  # "Q", "MC", "CDC": an abbreviation as likely as a name.
    return " ".join(_capitalise(word) for word in words)


def _capitalise(word: str) -> str:
    bare = word.strip(".,").lower()
    if bare in {"ii", "iii", "iv"} or re.fullmatch(r"(?:[A-Z]\.)+[A-Z]?|[B-DF-HJ-NP-TV-XZ]{2}", word):
        return word  # "J.D.", "JJ", "III"
    if word.startswith(("Mac", "De", "Van", "Von", "La", "Le", "Di")) and word[1].islower():
        prefix = _MIXED_PREFIX.match(word)
        return word if prefix is None else prefix[0] + word[prefix.end() :].capitalize()
    pieces = re.split(r"([-'’])", word.lower())
    joined = "".join(piece[:1].upper() + piece[1:] for piece in pieces)
    joined = re.sub(r"(['’])S$", r"\1s", joined)
    return re.sub(r"^Mc(\w)", lambda m: "Mc" + m[1].upper(), joined)
