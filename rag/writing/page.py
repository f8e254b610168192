"""What a model wrote, sentence by sentence: what holds goes on the page with its citations, the rest is put aside."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from prompts import REFUSAL
from rag.evidence import Evidence
from rag.values import Citation, Dropped, Sentence, Span
from rag.words import content_words
from rag.writing.checking import Verdict, check
from rag.writing.cited import Senses
from rag.writing.draft import MAX_CHARS, Drafted
from rag.writing.markers import marked
from rag.writing.prompting import Numbered
from rag.writing.quotation import settled
from rag.writing.reference import leans, persons, readings


@dataclass(frozen=True, slots=True)
class Told:
    """A piece of an answer that holds, as it is put on the page.

    Attributes:
        text: With its markers, and white space before it where it is not the first; empty as a mere sign of life.
        citations: Those that it brings in.
    """

    text: str = ""
    citations: tuple[Citation, ...] = ()


ASIDE = "it only introduces what follows"
OnText = Callable[[Told], None]

_CLEARLY = 0.75  # support that gives a sentence without a marker the turn it came from
_TRIED = 4  # turns that are tried for it
_ADDRESS = re.compile(
    r"\b(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|net|org|io|dev|example|co|ai|ru|xyz|info)\b/?\S*", re.I
)


class Page:
    """An answer as it grows.

    Args:
        turns: What it may rest on.
        senses: Of the library.
        on_text: Told every piece of text that holds, with its markers, as it is put on the page.
    """

    def __init__(self, turns: Sequence[Numbered], senses: Senses, on_text: OnText) -> None:
        self.sentences: list[Sentence] = []
        self.citations: list[Citation] = []
        self.dropped: list[Dropped] = []
        self.text = ""
        self.refused = False
        self.repeats = 0  # sentences that were written again, as small models do without end
        self._seen: set[str] = set()
        self._drafted: tuple[str, ...] = ()  # whom the last sentence that names somebody is about, as drafted
        self._shown: tuple[str, ...] = ()  # and as shown
        self._turns = {one.n: one.evidence for one in turns}
        self._senses = senses
        self._context = tuple(self._turns.values())
        self._on_text = on_text

    def take(self, drafted: Drafted) -> None:
        """Check one sentence, and put it on the page or aside."""
        found = marked(drafted.text)
        if not any(char.isalnum() for char in found.text):
            return
        if _refuses(found.text):
            self.refused = True
            return
        if len(found.text) >= MAX_CHARS:
            self.dropped.append(Dropped(f"{found.text[:200]} …", "it is too long to be checked"))
            return
        if not found.numbers and found.text.endswith(":"):
            self.dropped.append(Dropped(found.text, ASIDE))
            return
        if found.text in self._seen:
            self.repeats += 1
            return
        self._seen.add(found.text)
        for number in found.numbers:
            if number not in self._turns:
                reason = f"there is no turn {number} among the {len(self._turns)} that were given"
                self.dropped.append(Dropped(f"[{number}]", reason))
        cited = [self._turns[number] for number in found.numbers if number in self._turns]
        text, cited, verdict = self._judged(found.text, cited)
        verdict = self._as_read(text, cited, verdict)
        people = persons(text, {one.turn.speaker for one in self._context if one.turn.speaker})
        self._drafted = people or self._drafted
        if verdict.reason is None:
            self._shown = people or self._shown
            self._keep(text, cited, verdict, begins_line=drafted.begins_line)
        else:
            self.dropped.append(Dropped(found.text, verdict.reason))

    @property
    def refused_sentences(self) -> list[Dropped]:
        """The sentences that did not hold; neither introductions nor mere markers."""
        return [one for one in self.dropped if one.reason != ASIDE and not one.text.startswith("[")]

    def _judged(self, text: str, cited: list[Evidence]) -> tuple[str, list[Evidence], Verdict]:
        """The sentence with quotation marks that hold, the turns that carry it, and whether they do."""
        if cited:
            text = settled(text, [one.turn.text for one in cited])
            return text, cited, _checked(text, cited, self._senses, self._context)
        words = set(content_words(text))
        likely = sorted(
            self._turns.values(),
            key=lambda one: -len(words & set(content_words(f"{one.turn.speaker or ''} {one.turn.text}"))),
        )
        for one in likely[:_TRIED]:
            quoted = settled(text, [one.turn.text])
            verdict = _checked(quoted, [one], self._senses, self._context)
            if verdict.reason is None and verdict.support >= _CLEARLY:
                return quoted, [one], verdict
        return text, [], Verdict("it cites nothing, and no turn clearly says so", 0.0)

    def _as_read(self, text: str, cited: list[Evidence], verdict: Verdict) -> Verdict:
        """The verdict, that of a sentence which begins with "she" as those read it who see only what was kept."""
        pronoun = leans(text)
        if pronoun is None or verdict.reason is not None:
            return verdict
        if self._drafted != self._shown:
            return Verdict(f"it does not say who “{pronoun}” is: the sentence that did was put aside", 0.0)
        read = [_checked(one, cited, self._senses, self._context) for one in readings(text, self._shown)]
        return verdict if not read or any(one.reason is None for one in read) else read[0]

    def _keep(self, text: str, cited: Sequence[Evidence], verdict: Verdict, *, begins_line: bool) -> None:
        known = len(self.citations)
        numbers: list[int] = []
        for one, span in zip(cited, verdict.spans, strict=True):
            if span is not None:
                numbers.append(self._number(one, span))
        numbers = list(dict.fromkeys(numbers))
        self.sentences.append(Sentence(text, tuple(numbers), round(verdict.support, 3)))
        between = "" if not self.text else "\n" if begins_line else " "
        added = f"{between}{text} {''.join(f'[{n}]' for n in numbers)}"
        self.text += added
        self._on_text(Told(added, tuple(self.citations[known:])))

    def _number(self, one: Evidence, span: Span) -> int:
        for known in self.citations:
            if known.source == one.source and known.span == span:
                return known.n
        self.citations.append(Citation(len(self.citations) + 1, one.source, one.turn, span))
        return len(self.citations)


def _checked(text: str, cited: Sequence[Evidence], senses: Senses, context: Sequence[Evidence]) -> Verdict:
    said = " ".join(one.turn.text for one in cited).casefold()
    for address in _ADDRESS.findall(text):
        if address.rstrip(".,;:!?)").casefold() not in said:
            return Verdict(f"the address {address} is not in what it cites", 0.0)
    return check(text, cited, senses, context=context)


def _refuses(text: str) -> bool:
    return " ".join(re.findall(r"\w+", text.casefold())) == " ".join(re.findall(r"\w+", REFUSAL.casefold()))
