"""What came of all questions, in figures: each with its 95 % interval, over all and for every type of question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median

from api.eval import intervals
from api.eval.gold import Suite
from api.eval.intervals import Interval
from api.eval.refusing import Curve, Drawn, curve, drawn
from api.eval.running import Outcome
from api.eval.scores import DEEPEST, EXPLICIT, WITH_HISTORY, refused, scores
from rag import measures
from rag.refusal import Caution

ALL = "all"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number.

    Attributes:
        name: Of the measure.
        group: "all", or a type of question.
        value: The number.
        interval: Where it would be 95 times of 100 with other questions of the kind; None where that is not known.
        n: Over how many questions.
    """

    name: str
    group: str
    value: float
    interval: Interval | None
    n: int


@dataclass(frozen=True, slots=True)
class Line:
    """Recall by how many turns are looked at, from 1, of one group; an interval for each where there are any."""

    group: str
    values: tuple[float, ...]
    intervals: tuple[Interval | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Scored:
    """What came of one question, and its part in each figure."""

    outcome: Outcome
    scores: dict[str, float]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All there is to tell of a run.

    Attributes:
        suite: What was asked.
        only: "search" or "answers" when the other was left out.
        scored: Every question, in order.
        figures: By measure, then by group.
        recall: By group, "all" first.
        refusals: Refusals as the line moves, from refusing nothing to refusing all.
        premises: The same where of the unanswerable only false premises count; empty where there are none.
        drawn: Where strict, balanced and eager draw the line, in this order; empty when nothing was asked.
        caution: Which of them the questions were asked with.
        decided: Refusals as they were decided; None when nothing was asked.
        seconds: How long the questions took.
    """

    suite: Suite
    only: str | None
    scored: tuple[Scored, ...]
    figures: tuple[Figure, ...]
    recall: tuple[Line, ...]
    refusals: Curve
    premises: Curve
    drawn: tuple[Drawn, ...]
    caution: Caution
    decided: measures.Refusals | None
    seconds: float

    def figure(self, name: str, group: str = ALL) -> Figure | None:
        """One figure; None when it was not taken."""
        return next((one for one in self.figures if (one.name, one.group) == (name, group)), None)

    def groups(self) -> list[str]:
        """The types of questions there are, in order of the data."""
        return list(dict.fromkeys(one.outcome.item.type for one in self.scored))


def evaluation(suite: Suite, only: str | None, outcomes: Sequence[Outcome], seconds: float) -> Evaluation:
    """Figures of what came of the questions."""
    scored = tuple(Scored(one, scores(suite.name, one)) for one in outcomes)
    by_group = {ALL: scored} | {
        group: tuple(one for one in scored if one.outcome.item.type == group)
        for group in dict.fromkeys(one.outcome.item.type for one in scored)
    }
    if len(by_group) == 2:  # a single type is all there is
        by_group = {ALL: scored}
    asked = tuple(one.outcome for one in scored if one.outcome.asked)
    rightly = [not one.item.answerable for one in asked]
    return Evaluation(
        suite=suite,
        only=only,
        scored=scored,
        figures=(*_means(by_group), *_refusals(asked), *_shares(by_group), *_ratio(scored), *_times(outcomes)),
        recall=() if suite.name == "qmsum" else _recall(by_group),
        refusals=curve(asked),
        premises=curve([one for one in asked if one.item.answerable or one.item.false_premise], least=1),
        drawn=drawn(asked),
        caution=suite.groups[0].parts.settings.caution,
        decided=measures.Refusals.of([refused(one) for one in asked], rightly) if asked else None,
        seconds=seconds,
    )


def _means(by_group: dict[str, tuple[Scored, ...]]) -> list[Figure]:
    names = dict.fromkeys(name for one in by_group[ALL] for name in one.scores)
    found = []
    for name in names:
        for group, some in by_group.items():
            values = [one.scores[name] for one in some if name in one.scores]
            if values:
                found.append(Figure(name, group, mean(values), intervals.of_mean(values), len(values)))
    return found


def _refusals(asked: Sequence[Outcome]) -> list[Figure]:
    if not asked:
        return []
    no, rightly = [refused(one) for one in asked], [not one.item.answerable for one in asked]
    counted = measures.Refusals.of(no, rightly)
    values = {"precision": counted.precision, "recall": counted.recall, "F1": counted.f1}
    return [
        Figure(f"refusal {name}", ALL, value, interval, len(asked))
        for (name, value), interval in zip(values.items(), intervals.of_refusals(no, rightly), strict=True)
    ]


def _shares(by_group: dict[str, tuple[Scored, ...]]) -> list[Figure]:
    """The share of each group that was refused, rightly or not."""
    found = []
    for group, some in by_group.items():
        values = [float(refused(one.outcome)) for one in some if one.outcome.asked]
        if values:
            found.append(Figure("refused", group, mean(values), intervals.of_mean(values), len(values)))
    return found


def _ratio(scored: Sequence[Scored]) -> list[Figure]:
    """Follow-ups against the same questions made explicit."""
    both = [(one.scores[WITH_HISTORY], one.scores[EXPLICIT]) for one in scored if EXPLICIT in one.scores]
    explicit = sum(other for _, other in both)
    if not explicit:
        return []
    return [Figure("follow-ups: history / explicit", ALL, sum(own for own, _ in both) / explicit, None, len(both))]


def _times(outcomes: Sequence[Outcome]) -> list[Figure]:
    times = {
        "search ms, median": [one.search_ms for one in outcomes if one.search_ms is not None],
        "ask ms, median": [one.ask_ms for one in outcomes if one.ask_ms is not None],
    }
    return [Figure(name, ALL, median(values), None, len(values)) for name, values in times.items() if values]


def _recall(by_group: dict[str, tuple[Scored, ...]]) -> tuple[Line, ...]:
    lines = []
    for group, some in by_group.items():
        searched = [one.outcome for one in some if one.outcome.found is not None and one.outcome.item.gold]
        if not searched:
            continue
        each = [[_at(one, k) for one in searched] for k in range(1, DEEPEST + 1)]
        sure = tuple(intervals.of_mean(values) for values in each) if group == ALL else ()
        lines.append(Line(group, tuple(mean(values) for values in each), sure))
    return tuple(lines)


def _at(one: Outcome, k: int) -> float:
    found = [spot.place for spot in one.found or ()]
    return measures.turn_recall(found, one.item.gold, one.item.also, k=k)
