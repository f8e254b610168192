"""How many turns of unlabelled text get a name, and how many of those names are right.

    python benchmarks/inference.py --corpus FOLDER [--sample 200] [--seed 4] [--rest] [--wrong]

Labelled transcripts with the labels taken off: every turn as one run of words, set apart by blank lines in every other
file and by two spaces in the rest, read again as any file is. A given name is right where all its words are in the
label that was taken off ("Mat" of "Mat Ryer"), in their order. Other spellings of the right person ("Matt" for Matthew
Boyle, "Carl Jonson" for Carl Johnson) count as wrong there, and are told apart in a column of their own.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from common import record

from rag.errors import ReadError
from rag.formats import read_transcript
from rag.labels import is_unidentified
from rag.person_names import plain
from rag.values import Transcript, Turn

LABELLED = {"markdown", "labelled"}
GAPS = ("\n\n", "  ")


@dataclass(frozen=True, slots=True)
class Guess:
    """One turn of one transcript: who speaks as its label said, and the name worked out without it."""

    path: Path
    turn: int
    people: int
    truth: str | None
    given: str | None
    reason: str | None

    @property
    def right(self) -> bool:
        """Whether the given name's words stand in the label, in order."""
        rest = iter(_words(self.truth or ""))
        return all(word in rest for word in _words(self.given or ""))

    @property
    def respelt(self) -> bool:
        """Whether a name that is not right differs from the label by the spelling only.

        Each of its words begins one of the label's or is begun by one, or has one letter more, less or another; or it
        is the label with more words.
        """
        given, truth = _words(self.given or ""), _words(self.truth or "")
        rest = iter(given)
        longer = all(word in rest for word in truth)
        return not self.right and (longer or all(any(_alike(a, b) for b in truth) for a in given))


def _alike(one: str, other: str) -> bool:
    """Whether one word begins the other (three letters at least), or they differ in one letter."""
    short, long = sorted((one, other), key=len)
    if len(short) >= 3 and long.startswith(short):
        return True
    if len(long) - len(short) > 1 or len(short) < 3:
        return False
    same = next((n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return short[same + (len(short) == len(long)) :] == long[same + 1 :]


def _words(name: str) -> list[str]:
    return [word.strip(".,") for word in plain(name).split()]


def labelled(path: Path) -> Transcript | None:
    """A transcript whose every turn of speech has a label that names somebody; else None."""
    try:
        transcript = read_transcript(path.read_bytes(), path.name)
    except ReadError:
        return None
    speakers = {turn.speaker for turn in transcript.turns if turn.kind == "speech"}
    named = None not in speakers and not any(is_unidentified(speaker or "") for speaker in speakers)
    return transcript if speakers and named and transcript.format in LABELLED else None


def stripped(transcript: Transcript, gap: str) -> str:
    """What is said, as a file without labels has it: no labels, no lines that mark a break or a jingle."""
    return gap.join(" ".join(turn.text.split()) for turn in _spoken(transcript))


def _spoken(transcript: Transcript) -> list[Turn]:
    """Who goes on speaking after a break has two turns here, as in the file: nothing in it says that they are one."""
    return [turn for turn in transcript.turns if turn.kind == "speech"]


def guesses(path: Path, transcript: Transcript, gap: str) -> Iterator[Guess]:
    """What reading the stripped text gives, turn by turn.

    Raises:
        ReadError: The words alone are no longer a transcript that can be read.
        ValueError: They were read as something else, or in other turns.
    """
    found = read_transcript(stripped(transcript, gap).encode(), path.with_suffix(".txt").name)
    if found.format != "unlabelled":
        raise ValueError(f"read as {found.format}")
    spoken = _spoken(transcript)
    if len(found.turns) != len(spoken):
        raise ValueError(f"{len(found.turns)} turns of {len(spoken)}")
    people = len({turn.speaker for turn in spoken})
    reasons = {speaker.name: speaker.reason for speaker in found.speakers}
    for old, new in zip(spoken, found.turns, strict=True):
        yield Guess(path, new.turn, people, old.speaker, new.speaker, reasons.get(new.speaker or ""))


def table(found: Sequence[Guess], files: Counter[int]) -> Iterator[str]:
    """Rows by number of speakers, then all."""
    yield "| speakers | transcripts | turns | turns named | names right | spelt otherwise | somebody else |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for label, low, high in (
        ("1", 0, 1),
        ("2", 2, 2),
        ("3", 3, 3),
        ("4", 4, 4),
        ("5 and more", 5, 999),
        ("panels: 3 and more", 3, 999),
        ("all", 0, 999),
    ):
        turns = [guess for guess in found if low <= guess.people <= high]
        named = [guess for guess in turns if guess.given is not None]
        right = sum(guess.right for guess in named)
        share = f"{right:,} of {len(named):,} ({100 * right / len(named):.1f} %)" if named else "none given"
        count = sum(n for people, n in files.items() if low <= people <= high)
        named_share = 100 * len(named) / len(turns) if turns else 0.0
        respelt = sum(guess.respelt for guess in named)
        row = f"| {label} | {count} | {len(turns):,} | {len(named):,} ({named_share:.1f} %) | {share}"
        yield f"{row} | {respelt} | {len(named) - right - respelt} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--sample", type=int, default=200, help="transcripts to measure on (default: 200)")
    parser.add_argument("--seed", type=int, default=4, help="of the drawing (default: 4)")
    parser.add_argument("--rest", action="store_true", help="measure on all but the sample, to build on; print only")
    parser.add_argument("--wrong", action="store_true", help="print every wrong name")
    options = parser.parse_args()
    paths = sorted(path for path in options.corpus.rglob("*") if path.is_file())
    random.Random(options.seed).shuffle(paths)
    usable = ((path, transcript) for path in paths if (transcript := labelled(path)) is not None)
    found: list[Guess] = []
    files: Counter[int] = Counter()
    refused: list[str] = []
    for n, (path, transcript) in enumerate(usable):
        if options.rest and n < options.sample:
            continue
        if not options.rest and n >= options.sample:
            break
        try:
            own = list(guesses(path, transcript, GAPS[n % len(GAPS)]))
        except (ReadError, ValueError) as error:
            refused.append(f"{path.name}: {error}")
            continue
        found += own
        files[own[0].people] += 1
    if options.wrong:
        for guess in found:
            if guess.given is not None and not guess.right:
                print(f"{guess.path}:{guess.turn}: {guess.given!r} for {guess.truth!r}; {guess.reason}")
    lines = [
        *table(found, files),
        "",
        f"{sum(files.values())} labelled transcripts (seed {options.seed}) with the labels taken off; left out, because"
        f" the words alone were not read as prose in the same turns: {len(refused)}.",
    ]
    if options.rest:
        print("\n".join([*lines, *refused]))
    else:
        record("Names for unlabelled text", lines)


if __name__ == "__main__":
    main()
