"""How far a long piece of work is, on standard error: a bar on a terminal, a line now and then anywhere else."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from api.streams import tell

_EVERY_S = 30.0  # between two lines


class Progress:
    """Tells how much of something is done.

    Args:
        what: What is being done.
        total: How much there is.
        unit: Of what.
    """

    def __init__(self, what: str, total: int, unit: str) -> None:
        console = Console(stderr=True)
        self._drawn = console.is_terminal and not console.is_dumb_terminal
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn(unit),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not self._drawn,
        )
        self._task = self._bar.add_task(what, total=total)
        self._what, self._total, self._unit = what, total, unit
        self._done = 0
        self._told = time.monotonic()

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def forward(self, step: int = 1) -> None:
        """So much more is done."""
        self._done += step
        self._bar.advance(self._task, step)
        if not self._drawn and time.monotonic() - self._told >= _EVERY_S:
            self._told = time.monotonic()
            tell(f"{self._what}: {self._done:,} of {self._total:,} {self._unit}")

    def reach(self, done: int, total: int) -> None:
        """So much is done by now, of so much as it turned out to be."""
        self._total = total
        self._bar.update(self._task, total=total)
        self.forward(done - self._done)
