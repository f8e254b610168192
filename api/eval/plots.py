"""Curves and bars of an evaluation as SVG. The door to matplotlib."""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Sheet

from api.eval.figures import ALL, Evaluation, Figure
from api.eval.scores import DEPTHS

_INK, _GRID = "#1f2933", "#d9dee4"
# Told apart also without colour: every line has its dash, and all but one are thin.
_COLOURS = ("#1b6ca8", "#c2571a", "#2e8540", "#7b4ea3", "#b0293f", "#6b6f76", "#a17c00", "#00838f", "#5c3d2e")
_MARKS = ("^", "s", "v")  # strict, balanced, eager
_DASHES = ("-", "--", "-.", ":")
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "transcite",  # the same figures give the same file
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "text.color": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
}

logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it tells of building its font cache


def recall_curves(value: Evaluation) -> str:
    """Turn recall by how many turns are looked at, for each group, with the 95 % interval of all questions."""
    with mpl.rc_context(_STYLE):
        sheet, axes = _sheet("turns looked at (k)", "turn recall@k")
        for at, line in enumerate(value.recall):
            depths = range(1, len(line.values) + 1)
            whole = line.group == ALL
            axes.plot(
                depths,
                line.values,
                label=line.group,
                color=_INK if whole else _COLOURS[at % len(_COLOURS)],
                linestyle=_DASHES[0] if whole else _DASHES[at % len(_DASHES)],
                linewidth=2.6 if whole else 1.4,
                zorder=3 if whole else 2,
            )
            sure = [one for one in line.intervals if one is not None]
            if len(sure) == len(line.values):
                axes.fill_between(
                    depths, [low for low, _ in sure], [high for _, high in sure], color=_INK, alpha=0.12, linewidth=0
                )
        axes.set_xticks(DEPTHS)
        axes.set_xlim(1, DEPTHS[-1])
        _legend(axes)
        return _svg(sheet)


def refusal_curve(value: Evaluation) -> str:
    """Refusal precision by recall as the line moves from refusing nothing to refusing all, and where it is."""
    with mpl.rc_context(_STYLE):
        sheet, axes = _sheet("refusal recall (of the unanswerable)", "refusal precision")
        lines = {"as the line moves": value.refusals, "false premises only": value.premises}
        for at, (label, curve) in enumerate((label, curve) for label, curve in lines.items() if curve):
            points = [point for _, point in curve if point.right]
            across, up = [one.recall for one in points], [one.precision for one in points]
            axes.plot(across, up, label=label, color=_COLOURS[2 * at], linestyle=_DASHES[at], linewidth=1.8)
        for at, line in enumerate(value.drawn):
            at_line = [line.refusals.recall], [line.refusals.precision]
            axes.plot(*at_line, _MARKS[at], color=_COLOURS[3 + at], markersize=8, label=line.caution, zorder=3)
        if value.decided is not None:
            axes.plot(
                [value.decided.recall],
                [value.decided.precision],
                "o",
                color=_COLOURS[1],
                fillstyle="none",  # it is around the mark of its caution
                markersize=15,
                markeredgewidth=1.8,
                label="as it is",
            )
        axes.set_xlim(-0.02, 1.02)
        _legend(axes)
        return _svg(sheet)


def bars(value: Evaluation, name: str) -> str:
    """One measure for all questions and each type of them, with 95 % intervals."""
    with mpl.rc_context(_STYLE):
        groups = [ALL, *value.groups()]
        found = [one for group in groups if (one := value.figure(name, group)) is not None]
        sheet = Sheet(figsize=(6.4, 0.7 + 0.34 * len(found)), layout="constrained")
        axes = sheet.add_subplot()
        axes.barh(
            range(len(found)),
            [one.value for one in found],
            color=[_INK if one.group == ALL else _COLOURS[0] for one in found],
            height=0.6,
            xerr=_errors(found),
            error_kw={"ecolor": "#8a94a0", "elinewidth": 1.6, "capsize": 3},
        )
        axes.set_yticks(range(len(found)), [f"{one.group} ({one.n})" for one in found])
        axes.invert_yaxis()
        axes.set_xlim(0, 1)
        axes.set_xlabel(name)
        _plain(axes)
        return _svg(sheet)


def _errors(found: Sequence[Figure]) -> tuple[list[float], list[float]]:
    """How far the intervals reach below and above their figures."""
    ends = [one.interval or (one.value, one.value) for one in found]
    pairs = list(zip(found, ends, strict=True))
    return [max(one.value - low, 0.0) for one, (low, _) in pairs], [
        max(high - one.value, 0.0) for one, (_, high) in pairs
    ]


def _sheet(across: str, up: str) -> tuple[Sheet, Axes]:
    sheet = Sheet(figsize=(6.4, 4.4), layout="constrained")
    axes = sheet.add_subplot()
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.set_ylim(0, 1.02)
    _plain(axes)
    return sheet, axes


def _plain(axes: Axes) -> None:
    axes.grid(color=_GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _legend(axes: Axes) -> None:
    axes.legend(frameon=False, fontsize=9, handlelength=2.6)


def _svg(sheet: Sheet) -> str:
    out = io.StringIO()
    sheet.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()
