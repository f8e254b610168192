"""An evaluation as one HTML file: figures, plots and the worst questions, without a script or anything from elsewhere.

Questions, titles and turns are data: they reach the page through Jinja's escaping, and plots as images.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.eval import plots
from api.eval.figures import Evaluation, Scored
from api.eval.running import Spot
from api.eval.scores import COVERAGE, KEYS, WORDS, cited, place, recall_name, refused
from api.eval.table import CAUTION_COLUMNS, by_type, cautions, failures, number, overall
from api.streams import shown
from api.version import installed

_WORST = 15  # questions shown of each kind
_SHOWN = 5  # turns shown of each
_CHARS = 400  # of each turn


@dataclass(frozen=True, slots=True)
class _Plot:
    """A plot, and what it shows in words."""

    title: str
    about: str
    source: str


@dataclass(frozen=True, slots=True)
class _Worst:
    """Questions that went wrong in one way, the worst first.

    Attributes:
        title: Which way.
        about: What decides the order.
        total: How many there are; only some are shown.
        rows: The questions.
    """

    title: str
    about: str
    total: int
    rows: Sequence[Scored]


def html(value: Evaluation) -> str:
    """The report."""
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["number"] = number
    templates.filters["cut"] = _cut
    return templates.get_template("report.html").render(
        value=value,
        version=installed(),
        made=dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        encoder=value.suite.groups[0].parts.settings.encoder,
        failed=failures(value),
        figures=overall(value),
        measures=by_type(value),
        cautions=cautions(value),
        caution_columns=CAUTION_COLUMNS,
        plots=_plots(value),
        worst=_worst(value),
        turns=_turns,
        cited=lambda one: cited(one.outcome.answer),
        place=place,
    )


def _plots(value: Evaluation) -> list[_Plot]:
    found: list[_Plot] = []

    def add(title: str, about: str, svg: str) -> None:
        found.append(_Plot(title, about, f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"))

    if value.recall:
        add(
            "Turn recall",
            "The share of the gold turns among the first k turns found; the band is the 95 % interval of all.",
            plots.recall_curves(value),
        )
    if value.refusals and value.decided is not None:
        add(
            "Refusals",
            "Of what is refused, how much rightly, against how much of the unanswerable is refused, as the line between"
            " answering and refusing moves. The marks are where strict, balanced and eager draw it; the ring is how"
            " it was.",
            plots.refusal_curve(value),
        )
    for name in (recall_name(10), KEYS, COVERAGE, "refused"):
        if name in by_type(value):
            add(
                f"By type: {name}",
                "With 95 % intervals; behind each type, how many questions.",
                plots.bars(value, name),
            )
    return found


def _worst(value: Evaluation) -> list[_Worst]:
    """The ways in which questions go wrong, those that any question does."""
    found = recall_name(10) if value.suite.name != "qmsum" else WORDS
    told = KEYS if value.suite.name == "podcasts" else COVERAGE
    ways = [
        _way(
            "Not found",
            f"Questions with gold turns, lowest {found} first.",
            [one for one in value.scored if one.scores.get(found, 1.0) < 1.0],
            lambda one: one.scores[found],
        ),
        _way(
            "Answered where nobody says so",
            "Unanswerable questions that were answered, on the best grounds first.",
            [one for one in value.scored if _wrongly_answered(one)],
            lambda one: -_grounds(one),
        ),
        _way(
            "Refused where there is an answer",
            "Answerable questions that were refused, on the poorest grounds first.",
            [one for one in value.scored if one.outcome.item.answerable and refused(one.outcome)],
            _grounds,
        ),
        _way(
            "Answered with something else",
            f"Answerable questions that were answered, lowest {told} first.",
            [one for one in value.scored if one.scores.get(told, 1.0) < 1.0 and not refused(one.outcome)],
            lambda one: one.scores[told],
        ),
    ]
    return [one for one in ways if one.total]


def _way(title: str, about: str, some: Sequence[Scored], key: Callable[[Scored], float]) -> _Worst:
    return _Worst(title, about, len(some), sorted(some, key=key)[:_WORST])


def _wrongly_answered(one: Scored) -> bool:
    return one.outcome.asked and not one.outcome.item.answerable and not refused(one.outcome)


def _grounds(one: Scored) -> float:
    return one.outcome.answer.grounds if one.outcome.answer is not None else 0.0


def _turns(spots: Sequence[Spot]) -> tuple[Sequence[Spot], int]:
    """The first few turns, and how many more there are."""
    return spots[:_SHOWN], max(len(spots) - _SHOWN, 0)


def _cut(text: str, most: int = _CHARS) -> str:
    """The beginning of a text, nothing in it that acts."""
    plain = shown(text)
    return plain if len(plain) <= most else f"{plain[:most].rstrip()} ..."
