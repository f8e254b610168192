"""One question's part in each figure, by the figure's name: what applies to it and no other."""

from __future__ import annotations

import re

from api.eval.gold import SuiteName
from api.eval.qmsum import BUDGET
from api.eval.running import Outcome, Spot
from rag import measures
from rag.measures import Place
from rag.values import Answer, Citation

DEPTHS = (1, 5, 10, 25)
DEEPEST = DEPTHS[-1]

PRECISION, RECALL = "citation precision", "citation recall"
KEYS, F1, COVERAGE = "key accuracy", "token F1", "answer coverage"
WORDS, READ = f"gold words in {BUDGET}", f"words read of {BUDGET}"
WITH_HISTORY, EXPLICIT = "follow-up recall@10, history", "follow-up recall@10, explicit"
OWN, OWN_ANSWERED = "speaker in the question only: own turns cited", "speaker in the question only: answered"
FALSE, OTHER = "false premises refused", "other unanswerable refused"

_MARKER = re.compile(r"\s*\[\d+\]")


def recall_name(k: int) -> str:
    """The name of turn recall at `k`."""
    return f"turn recall@{k}"


def scores(suite: SuiteName, one: Outcome) -> dict[str, float]:
    """The figures that a question has a part in, each with its own value, 0 to 1 but for the words read."""
    return {**_found(suite, one), **_followed(one), **_answered(suite, one), **_opened(one)}


def refused(one: Outcome) -> bool:
    """Whether the answer was that nobody says so; a failure is no refusal."""
    return one.answer is not None and one.answer.status == "not_found"


def cited(answer: Answer | None) -> tuple[Citation, ...]:
    """What an answer quotes; the nearest passages of a refusal are no quotes of it."""
    return () if answer is None else tuple(one for one in answer.citations if not one.nearest)


def place(one: Citation) -> Place:
    """The turn that a citation is of."""
    return one.source.transcript_id, one.span.turn


def _found(suite: SuiteName, one: Outcome) -> dict[str, float]:
    item = one.item
    if one.found is None or not item.gold:
        return {}
    found = _places(one.found)
    if suite == "qmsum":
        words = {spot.place: len(spot.text.split()) for spot in (*one.found, *one.gold)}
        return {
            WORDS: measures.words_found(found, item.gold, words, budget=BUDGET),
            READ: measures.words_read(found, words, budget=BUDGET),
        }
    return {recall_name(k): measures.turn_recall(found, item.gold, item.also, k=k) for k in DEPTHS}


def _followed(one: Outcome) -> dict[str, float]:
    """A follow-up's recall, as put and made explicit."""
    item = one.item
    if one.found is None or item.explicit is None or not item.gold:
        return {}
    return {
        WITH_HISTORY: measures.turn_recall(_places(one.found), item.gold, item.also, k=10),
        EXPLICIT: measures.turn_recall(_places(one.explicit or ()), item.gold, item.also, k=10),
    }


def _answered(suite: SuiteName, one: Outcome) -> dict[str, float]:
    """What the answer is worth; a refusal or a failure where there is an answer is worth nothing."""
    item = one.item
    if not one.asked:
        return {}
    if not item.answerable:
        return {FALSE if item.false_premise else OTHER: float(refused(one))} if suite == "locomo" else {}
    quoted = cited(one.answer)
    said = "" if one.answer is None or refused(one) else one.answer.text
    quotes = "\n".join(citation.quote for citation in quoted)
    found: dict[str, float] = {}
    if item.gold:
        places = {place(citation) for citation in quoted}
        found[PRECISION] = measures.citation_precision(places, item.gold, item.also)
        found[RECALL] = measures.citation_recall(places, item.gold, item.also)
    if suite == "podcasts":
        found[KEYS] = float(measures.has_keys(item.keys, f"{said}\n{quotes}"))
    elif item.answer is not None:
        found[F1] = measures.token_f1(_MARKER.sub("", said), item.answer)
        found[COVERAGE] = measures.coverage(item.answer, quotes)
    return found


def _opened(one: Outcome) -> dict[str, float]:
    """A question about a speaker without the filter: whether it was answered, and whether in their own turns."""
    if not one.asked or not one.item.filters.speakers:
        return {}
    quoted = cited(one.open)
    own = [citation for citation in quoted if citation.turn.speaker in one.item.filters.speakers]
    answered = {OWN_ANSWERED: float(bool(quoted))}
    return {**answered, OWN: len(own) / len(quoted)} if quoted else answered


def _places(spots: tuple[Spot, ...]) -> list[Place]:
    return [spot.place for spot in spots]
