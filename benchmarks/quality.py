"""How good search, quoted answers and refusals are, on the suites of `transcite eval`.

    python benchmarks/quality.py --home FOLDER [--locomo DIR] [--qmsum FILE] [--podcasts FILE --corpus DIR] [--limit N]

The libraries are kept in the home: what is encoded there is not encoded again.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from common import record

from api.compose import Parts
from api.eval import locomo, podcasts, qmsum
from api.eval.figures import Evaluation, Figure, evaluation
from api.eval.gold import Suite
from api.eval.running import run
from api.eval.table import CAUTION_COLUMNS, by_type, cautions, number, overall
from api.settings import read


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--locomo", type=Path)
    parser.add_argument("--qmsum", type=Path)
    parser.add_argument("--podcasts", type=Path)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--limit", type=int)
    options = parser.parse_args()
    parts = Parts(read({"TRANSCITE_HOME": str(options.home)}))
    suites: dict[str, Callable[[], Suite]] = {}
    if options.locomo is not None:
        suites["LoCoMo"] = lambda: locomo.suite(parts, options.locomo)
    if options.qmsum is not None:
        suites["QMSum"] = lambda: qmsum.suite(parts, options.qmsum)
    if options.podcasts is not None and options.corpus is not None:
        suites["podcasts"] = lambda: podcasts.suite(parts, options.podcasts, options.corpus)
    if not suites:
        parser.error("nothing to measure: name a suite")
    for name, prepare in suites.items():  # each is written down as soon as it is there
        suite = prepare().sampled(options.limit)
        began = time.perf_counter()
        outcomes = run(suite, None)
        record(f"Quality on {name}", lines(evaluation(suite, None, outcomes, time.perf_counter() - began)))


def lines(value: Evaluation) -> list[str]:
    """The figures as Markdown."""
    found = [
        f"{len(value.scored):,} questions in {value.seconds:,.0f} s"
        f" ({sum(one.outcome.error is not None for one in value.scored)} failed and count as misses).",
        "",
        "| measure | value | 95 % | questions |",
        "| --- | --- | --- | --- |",
        *(f"| {one.name} | {number(one.value, one.name)} | {_interval(one)} | {one.n:,} |" for one in overall(value)),
        "",
    ]
    if value.drawn:
        columns = ("caution", *CAUTION_COLUMNS)
        found += [f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}"]
        found += [*(f"| {' | '.join(row)} |" for row in cautions(value)), ""]
    names = by_type(value)
    if names:
        found += [f"| {' | '.join(['type', *names])} |", f"|{' --- |' * (len(names) + 1)}"]
        for group in value.groups():
            cells = [_cell(value.figure(name, group)) for name in names]
            found.append(f"| {' | '.join([group, *cells])} |")
        found.append("")
    return [*found, *(f"- {note}" for note in value.suite.notes)]


def _interval(one: Figure) -> str:
    return "" if one.interval is None else " - ".join(number(end, one.name) for end in one.interval)


def _cell(one: Figure | None) -> str:
    return "" if one is None else number(one.value, one.name)


if __name__ == "__main__":
    main()
