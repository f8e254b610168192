"""How far an ingest is: a bar with turns a second and time left, on a terminal, gone when it is done."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from index.reports import Progress as Step


class Meter:
    """A progress bar where there is a terminal to draw it on, and nothing anywhere else.

    Args:
        console: Where to draw it; standard error when None.
    """

    def __init__(self, console: Console | None = None) -> None:
        console = console or Console(stderr=True)
        self._bar = Progress(
            BarColumn(),
            TextColumn("{task.description}"),
            TimeRemainingColumn(),
            TextColumn("left"),
            console=console,
            transient=True,
            disable=not console.is_terminal or console.is_dumb_terminal,
        )
        self._task = self._bar.add_task("loading the encoder", total=None)
        self._first: tuple[float, float] | None = None  # when the first turns had been encoded, and how many
        self._settled = Step(0, 0, 0, 0, 0.0)  # as of the last time bytes of files were dealt with
        self._bytes_a_turn = 0.0

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def __call__(self, step: Step) -> None:
        """Show how far it is."""
        if step.bytes != self._settled.bytes:
            if step.turns > self._settled.turns:
                self._bytes_a_turn = (step.bytes - self._settled.bytes) / (step.turns - self._settled.turns)
            self._settled = step
        # Bytes come in leaps, when many files are encoded together; the turns encoded since say how far the leap is.
        ahead = (step.turns - self._settled.turns) * self._bytes_a_turn
        done = min(step.bytes + ahead, step.all_bytes)
        description = f"{step.files:,} of {step.all_files:,} files{self._rate(step.turns)}"
        self._bar.update(self._task, completed=done, total=max(step.all_bytes, 1), description=description)

    def _rate(self, turns: float) -> str:
        now = time.monotonic()
        if self._first is None:
            self._first = (now, turns) if turns else None
        if self._first is None or turns == self._first[1]:
            return ""
        return f", {(turns - self._first[1]) / max(now - self._first[0], 1e-3):,.0f} turns/s"
