"""What other programs read of an evaluation: figures, curves, and what came of every question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from api.eval.figures import Evaluation, Figure, Line, Scored
from api.eval.refusing import Drawn
from api.eval.running import Spot
from api.eval.scores import cited, place
from api.version import installed
from api.wire import Wire
from rag.measures import Place, Refusals
from rag.refusal import Caution

_SHOWN = 50  # turns found that are listed; QMSum's result lists are longer


class FigureShape(Wire):
    """One number, with its 95 % interval where there is one, over `n` questions."""

    name: str
    group: str
    value: float
    low: float | None
    high: float | None
    n: int

    @classmethod
    def of(cls, value: Figure) -> Self:
        """The shape of one figure."""
        low, high = value.interval or (None, None)
        return cls(name=value.name, group=value.group, value=value.value, low=low, high=high, n=value.n)


class RecallLine(Wire):
    """Recall of a group of questions at 1, 2, 3, ... turns."""

    group: str
    values: list[float]

    @classmethod
    def of(cls, value: Line) -> Self:
        """The shape of one line."""
        return cls(group=value.group, values=list(value.values))


class RefusalPoint(Wire):
    """What refusing on grounds up to `grounds` comes to; null stands for how it was decided."""

    grounds: float | None
    refused: int
    precision: float
    recall: float
    f1: float

    @classmethod
    def of(cls, grounds: float | None, value: Refusals) -> Self:
        """The shape of one point."""
        return cls(
            grounds=grounds,
            refused=value.right + value.wrong,
            precision=value.precision,
            recall=value.recall,
            f1=value.f1,
        )


class CautionLine(Wire):
    """What a caution comes to: grounds worth less than `least` are refused."""

    caution: Caution
    least: float
    refused: int
    precision: float
    recall: float
    f1: float

    @classmethod
    def of(cls, value: Drawn) -> Self:
        """The shape of one line."""
        counted = value.refusals
        return cls(
            caution=value.caution,
            least=value.least,
            refused=counted.right + counted.wrong,
            precision=counted.precision,
            recall=counted.recall,
            f1=counted.f1,
        )


class TurnPlace(Wire):
    """A turn."""

    transcript_id: str
    turn: int

    @classmethod
    def each(cls, places: Sequence[Place]) -> list[Self]:
        """The shapes of some turns."""
        return [cls(transcript_id=transcript_id, turn=turn) for transcript_id, turn in places]


class QuestionResult(Wire):
    """What came of one question; `found` is what search found, best first, the first 50 turns at most."""

    id: str
    type: str
    question: str
    answerable: bool
    gold: list[TurnPlace]
    found: list[TurnPlace] | None
    status: str | None
    answer: str | None
    cited: list[TurnPlace] | None
    grounds: float | None
    scores: dict[str, float]
    error: str | None

    @classmethod
    def of(cls, value: Scored) -> Self:
        """The shape of one question."""
        one, answer = value.outcome, value.outcome.answer
        return cls(
            id=one.item.id,
            type=one.item.type,
            question=one.item.text,
            answerable=one.item.answerable,
            gold=TurnPlace.each(sorted(one.item.gold)),
            found=None if one.found is None else _places(one.found[:_SHOWN]),
            status=None if answer is None else answer.status,
            answer=None if answer is None else answer.text,
            cited=None if answer is None else TurnPlace.each([place(citation) for citation in cited(answer)]),
            grounds=None if answer is None else answer.grounds,
            scores=value.scores,
            error=one.error,
        )


class EvaluationShape(Wire):
    """One run of a suite."""

    suite: str
    data: str
    version: str
    encoder: str
    only: str | None
    questions: int
    errors: int
    seconds: float
    notes: list[str]
    figures: list[FigureShape]
    recall: list[RecallLine]
    refusals: list[RefusalPoint]
    false_premises: list[RefusalPoint]
    cautions: list[CautionLine]
    caution: Caution
    decided: RefusalPoint | None
    results: list[QuestionResult]

    @classmethod
    def of(cls, value: Evaluation) -> Self:
        """The shape of a run."""
        return cls(
            suite=value.suite.name,
            data=value.suite.data,
            version=installed(),
            encoder=value.suite.groups[0].parts.settings.encoder,
            only=value.only,
            questions=len(value.scored),
            errors=sum(one.outcome.error is not None for one in value.scored),
            seconds=round(value.seconds, 1),
            notes=list(value.suite.notes),
            figures=[FigureShape.of(one) for one in value.figures],
            recall=[RecallLine.of(one) for one in value.recall],
            refusals=[RefusalPoint.of(grounds, point) for grounds, point in value.refusals],
            false_premises=[RefusalPoint.of(grounds, point) for grounds, point in value.premises],
            cautions=[CautionLine.of(one) for one in value.drawn],
            caution=value.caution,
            decided=None if value.decided is None else RefusalPoint.of(None, value.decided),
            results=[QuestionResult.of(one) for one in value.scored],
        )


def _places(spots: Sequence[Spot]) -> list[TurnPlace]:
    return TurnPlace.each([spot.place for spot in spots])
