"""One evaluation from the command line: the suite, its questions put, the figures out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from api import render
from api.eval import report, table
from api.eval.figures import evaluation
from api.eval.gold import Suite
from api.eval.running import Only, run
from api.streams import document, tell
from api.wire_eval import EvaluationShape
from rag.errors import InputError


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of an evaluation is wanted, and in which form.

    Attributes:
        only: Search or answers only; None for both.
        limit: So many of the questions; None for all.
        report: Where the report goes; None for none.
        as_json: One JSON document in place of tables.
    """

    only: Only | None
    limit: int | None
    report: Path | None
    as_json: bool


def measure(wanted: Wanted, prepare: Callable[[], Suite]) -> None:
    """Measure one suite.

    Raises:
        InputError: The report cannot be written where it is wanted.
        GoldError: The suite's data is broken.
    """
    if wanted.report is not None and (wanted.report.is_dir() or not wanted.report.parent.is_dir()):
        raise InputError(f"{wanted.report} cannot be written; name a file in a folder that is there")
    # 1. The questions, and the libraries they are put to.
    suite = prepare().sampled(wanted.limit)
    # 2. Put them.
    began = perf_counter()
    outcomes = run(suite, wanted.only)
    # 3. What came of them, in figures.
    value = evaluation(suite, wanted.only, outcomes, perf_counter() - began)
    # 4. Tell.
    if wanted.report is not None:
        wanted.report.write_text(report.html(value), encoding="utf-8")
        tell(f"the report is in {wanted.report}")
    if wanted.as_json:
        document(EvaluationShape.of(value))
    else:
        render.show(table.lines(value))
