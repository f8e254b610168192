"""An evaluation as tables on a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from api.eval.figures import ALL, Evaluation, Figure
from api.eval.scores import READ
from api.streams import shown


def lines(value: Evaluation) -> list[RenderableType]:
    """The figures over all questions, those of each type, and what has to be known to read them."""
    size = f"{len(value.scored):,} questions in {value.seconds:,.0f} s"
    found: list[RenderableType] = [Text(shown(f"{value.suite.name}, {value.suite.data}: {size}"), "bold"), Text()]
    found.append(_table(("measure", "#value", "#95 %", "#questions"), (_row(one) for one in overall(value))))
    if value.groups()[1:]:
        names = [name for name in by_type(value) if not name.startswith("follow-up")]
        rows = [[group, *(_value(value.figure(name, group)) for name in names)] for group in value.groups()]
        found += [Text(), _table(("type", *(f"#{name}" for name in names)), rows)]
    if value.drawn:
        found += [Text(), _table(("caution", *(f"#{name}" for name in CAUTION_COLUMNS)), cautions(value))]
    found.append(Text())
    found += [Text(shown(note), "dim") for note in value.suite.notes]
    failed = failures(value)
    if failed is not None:
        found.append(Text(shown(failed), "red"))
    return found


def failures(value: Evaluation) -> str | None:
    """How many questions failed, and the first reason; None when none did."""
    errors = [one.outcome.error for one in value.scored if one.outcome.error is not None]
    if not errors:
        return None
    counted = "1 question failed and counts as a miss" if len(errors) == 1 else f"{len(errors):,} questions failed"
    return f"{counted}{'' if len(errors) == 1 else ' and count as misses, the first'}: {errors[0]}"


def overall(value: Evaluation) -> list[Figure]:
    """The figures over all questions."""
    return [one for one in value.figures if one.group == ALL]


def by_type(value: Evaluation) -> list[str]:
    """The measures that more than one type of question has."""
    names = dict.fromkeys(one.name for one in value.figures if one.group != ALL)
    return [name for name in names if len([one for one in value.figures if one.name == name]) > 2]


CAUTION_COLUMNS = ("grounds from", "refused", "precision", "recall", "F1")


def cautions(value: Evaluation) -> list[list[str]]:
    """What each caution comes to, the one of this run marked, as rows under "caution" and `CAUTION_COLUMNS`."""
    return [
        [
            f"{one.caution}{' (this run)' if one.caution == value.caution else ''}",
            f"{one.least:.1f}",
            f"{one.refusals.right + one.refusals.wrong:,}",
            *(f"{share:.3f}" for share in (one.refusals.precision, one.refusals.recall, one.refusals.f1)),
        ]
        for one in value.drawn
    ]


def number(value: float, name: str) -> str:
    """A value as it is printed: shares with three places, what is counted or timed without."""
    return f"{value:,.0f}" if name == READ or " ms" in name else f"{value:.3f}"


def _row(one: Figure) -> list[str]:
    interval = "" if one.interval is None else " - ".join(number(end, one.name) for end in one.interval)
    return [one.name, number(one.value, one.name), interval, f"{one.n:,}"]


def _value(one: Figure | None) -> str:
    return "" if one is None else number(one.value, one.name)


def _table(headings: Iterable[str], rows: Iterable[list[str]]) -> Table:
    """A bare table; a heading with # in front is of numbers."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in headings:
        name = heading.removeprefix("#")
        table.add_column(name, justify="left" if name == heading else "right")
    for row in rows:
        table.add_row(*(Text(shown(cell)) for cell in row))
    return table
