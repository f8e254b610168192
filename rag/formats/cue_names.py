"""Names at the beginning of caption lines, decided over the whole file: "Name: ", "[Name] ", "(Name) "."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from rag.formats.lines import LabelLine, find_labels
from rag.labels import PARTICLES, is_unidentified
from rag.roles import is_role, word_set

Place = tuple[int, int]  # number of the cue, number of its line

_BRACKETS = re.compile(r"[ \t]*[\[(](?P<name>[^\[\]()\n:：]{1,40})[:：]?[\])][ \t]*[:：]?[ \t]*(?P<rest>.*)")
_PREFIX = re.compile(r"\s*([^:：\n?!]{1,60}?)[ \t]*[:：](?:\s+|$)(.*)")
# Where nearly every caption begins with a name, so do those whose name is not made like one ("jdoe@corp.com: ").
_EVERY_CAPTION = 0.8
_LONGEST_MEAN_TURN = 8000  # characters
_SOUNDS = word_set(
    "music musical applause laughter laughs laugh laughing chuckles chuckle sighs sigh gasps gasp coughs cough "
    "sniffs sobs sob cries cry screams scream shouts shout yells yell whispers whisper groans groan grunts grunt "
    "moans cheers cheering clapping clears crosstalk inaudible unintelligible indistinct indiscernible silence "
    "pause beep bleep buzz noise static bell bells ding knock knocks door phone rings ring footsteps thunder "
    "rain wind engine horn siren explosion gunshot gunshots dog barks birds chirp song singing sings hums "
    "humming whistles whistle speaking speaks foreign non-english english spanish french german italian russian "
    "chinese mandarin cantonese japanese korean arabic hindi hebrew portuguese latin redacted censored blank "
    "intro outro theme ad break end sic ph exhales inhales breathes breath snorts scoffs clicks tongue gulps "
    "yawns claps snaps smacks hesitates stammers stutters continues translated translation subtitle subtitles "
    "caption captions captioning on-screen onscreen text background both reads reading imitates mimics mocking "
    "mockingly sarcastically softly quietly loudly"
)


def names_in(cues: Sequence[Sequence[str]], *, dashed: bool = False) -> Mapping[Place, LabelLine]:
    """The lines that begin with a speaker's name, and what follows it.

    Args:
        cues: The lines of each caption.
        dashed: Whether the file writes names in brackets behind a dash, "- [Ann] Hello", which sounds hardly are.
    """
    people = people_in_brackets(cues, dashed=dashed)
    plain = [[_unbracketed(line, people) for line in lines] for lines in cues]
    first = _in_first_lines(plain)
    first |= _in_every_caption([lines[0] for lines in plain], first)
    if _is_chance(first, plain):
        return {}
    known = {line.label for line in first.values()}
    places = [(n, k) for n, lines in enumerate(plain) for k in range(1, len(lines))]
    within = {places[at]: line for at, line in find_labels([plain[n][k] for n, k in places]).items()}
    # Inside a caption, a colon more often goes on with the sentence.
    return first | {p: line for p, line in within.items() if line.label in known or line.label.isupper()}


def _is_chance(names: Mapping[Place, LabelLine], cues: Sequence[Sequence[str]]) -> bool:
    """Whether what looks like names are words before a colon: one word once, or far apart in a long text."""
    if len(names) == 1:
        label = next(iter(names.values())).label
        return " " not in label and not label.isupper() and not is_unidentified(label)
    length = sum(len(line) for lines in cues for line in lines)
    return (0, 0) not in names and length > _LONGEST_MEAN_TURN * len(names)


def _in_first_lines(cues: Sequence[Sequence[str]]) -> dict[Place, LabelLine]:
    """Judged with the words of the whole caption; of these, `rest` is what stands on the first line."""
    found = {}
    for n, line in find_labels([" ".join(lines) for lines in cues]).items():
        others = sum(len(other) + 1 for other in cues[n][1:])
        if line.label in cues[n][0]:
            rest = line.rest[: max(0, len(line.rest) - others)]
            found[n, 0] = LabelLine(line.label, rest, line.start)
    return found


def _in_every_caption(texts: Sequence[str], accepted: Mapping[Place, LabelLine]) -> dict[Place, LabelLine]:
    """Recurring prefixes of any make, where nearly every caption has one."""
    spoken = {(n, 0): text for n, text in enumerate(texts) if text.strip()}
    matches = {p: match for p, text in spoken.items() if p not in accepted and (match := _PREFIX.match(text))}
    counts = Counter(match[1] for match in matches.values())
    recurring = {place: match for place, match in matches.items() if counts[match[1]] > 1}
    if len(accepted) + len(recurring) < _EVERY_CAPTION * len(spoken):
        return {}
    return {place: LabelLine(match[1], match[2], None) for place, match in recurring.items()}


def people_in_brackets(cues: Sequence[Sequence[str]], *, dashed: bool = False) -> frozenset[str]:
    """What stands in brackets before words and is a name: it recurs there, never stands alone and is no sound.

    Behind dashes, two names or a role need not recur.
    """
    before_words: Counter[str] = Counter()
    alone: set[str] = set()
    for lines in cues:
        for k, line in enumerate(lines):
            match = _BRACKETS.fullmatch(line) if line.lstrip().startswith(("[", "(")) else None
            if match is None:
                continue
            if match["rest"].strip() or any(map(str.strip, lines[k + 1 :])):
                before_words[match["name"]] += 1
            else:
                alone.add(match["name"].casefold())
    people = {name for name in before_words if name.casefold() not in alone and _is_made_like_a_name(name)}
    sure = any(before_words[name] > 1 for name in people)
    sure = sure or (dashed and (len(people) > 1 or any(is_role(name) for name in people)))
    return frozenset(people) if sure else frozenset()


def _is_made_like_a_name(name: str) -> bool:
    words = name.split()
    if not 1 <= len(words) <= 4 or any(word.lower().strip(".,'") in _SOUNDS for word in words):
        return False
    if len(words[0]) > 4 and words[0].lower().endswith("ing"):
        return False  # "[PANTING]"
    return words[0][0].isalpha() and all(not word[0].islower() or word in PARTICLES for word in words)


def _unbracketed(line: str, people: frozenset[str]) -> str:
    match = _BRACKETS.fullmatch(line) if people and line.lstrip().startswith(("[", "(")) else None
    return f"{match['name']}: {match['rest']}" if match is not None and match["name"] in people else line
