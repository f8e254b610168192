"""What an ingest tells: how far it is, and what became of each file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from index.files import Skipped
from index.store.records import Outcome, Outline


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file; `reason` and `line` say why it was rejected, `read_as` is None when it was."""

    path: str
    outcome: Outcome
    transcript_id: str | None = None
    turns: int = 0
    reason: str | None = None
    line: int | None = None
    read_as: Outline | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What became of all files, and what was passed over in folders, each in the order they were found."""

    files: tuple[FileReport, ...]
    skipped: tuple[Skipped, ...] = ()

    def count(self, outcome: Outcome) -> int:
        """How many files had this outcome."""
        return Counter(one.outcome for one in self.files)[outcome]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an ingest is: files and bytes of files dealt with, and turns encoded so far."""

    files: int
    all_files: int
    bytes: int
    all_bytes: int
    turns: float
