"""Tiny suites made up for the tests, and `transcite eval` run on them with the hashing encoder."""

from __future__ import annotations

import contextlib
import copy
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.main import main
from tests.fakes import HashingEncoder

HOSTILE = "<script>alert('q')</script>"

CONVERSATION: dict[str, Any] = {
    "speaker_a": "Ann",
    "speaker_b": "Bob",
    "session_1_date_time": "1:56 pm on 8 May, 2023",
    "session_1": [
        {"speaker": "Ann", "dia_id": "D1:1", "text": "Yesterday I ran the charity marathon in Leeds."},
        {
            "speaker": "Bob",
            "dia_id": "D1:2",
            "text": "Splendid! My violin concert went badly.",
            "blip_caption": "a hall",
        },
    ],
    "session_2_date_time": "9:00 am on 25 December, 2023",
    "session_2": [
        {"speaker": "Bob", "dia_id": "D2:1", "text": "I adopted an elderly greyhound called Pickle."},
        {"speaker": "Ann", "dia_id": "D2:2", "text": "I baked gingerbread."},
    ],
    "qa": [
        {"question": "Which charity marathon did Ann run?", "answer": "Leeds", "evidence": ["D1:1"], "category": 4},
        {"question": "What is the greyhound called?", "answer": "Pickle", "evidence": ["D2:1"], "category": 1},
        {"question": "What violin concert did Ann play?", "evidence": ["D1:2"], "category": 5},
        {"question": "Which zeppelin did Bob steer?", "evidence": [], "category": 5},
    ],
}

MEETING: dict[str, Any] = {
    "meeting_transcripts": [
        {"speaker": "Chair", "content": "The remote control needs a rubber case ."},
        {"speaker": "Designer", "content": ""},
        {"speaker": "Designer", "content": "Batteries or kinetic energy ?"},
    ],
    "specific_query_list": [
        {"query": "What was said on the rubber case?", "answer": "...", "relevant_text_span": [["0", "1"]]},
        {"query": "What about batteries and kinetic energy?", "answer": "...", "relevant_text_span": [["1", "2"]]},
    ],
}

EPISODE = """**Mara Lind:** Welcome to the lighthouse hour.

**Break:** \\[00:10.0\\]

**Otto Reyes:** \\[00:12.0\\] The lantern was lit with colza oil until 1846.

An oil pressed from rapeseed.

**Mara Lind:** And who paid the keeper?

**Otto Reyes:** The harbour board paid the keeper forty guineas.
"""

ROWS: list[dict[str, Any]] = [
    {
        "id": "p-1",
        "type": "fact",
        "question": "What oil lit the lantern?",
        "history": [],
        "speaker": None,
        "answer": "Colza oil.",
        "key": ["colza"],
        "evidence": [{"file": "show/one.md", "turn": 3, "quote": "lit with colza oil until 1846"}],
        "also": [],
    },
    {
        "id": "p-2",
        "type": "speaker",
        "question": "What did Otto Reyes say the harbour board paid the keeper?",
        "history": [],
        "speaker": "Otto Reyes",
        "answer": "Forty guineas.",
        "key": ["forty guineas"],
        "evidence": [{"file": "show/one.md", "turn": 5}],
        "also": [],
    },
    {
        "id": "p-3",
        "type": "followup",
        "question": "And until when was it?",
        "history": [{"question": "What oil lit the lantern?", "answer": "Colza oil."}],
        "speaker": None,
        "answer": "Until 1846.",
        "key": ["1846"],
        "evidence": [{"file": "show/one.md", "turn": 3, "quote": "An oil pressed from rapeseed"}],
        "also": [],
    },
    {
        "id": "p-4",
        "type": "unanswerable",
        "question": "Which zeppelin did the mayor of Ulm steer?",
        "history": [],
        "speaker": None,
        "answer": None,
        "key": [],
        "evidence": [],
        "also": [],
    },
]


@dataclass(frozen=True)
class Result:
    """How a run ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)

    def figure(self, name: str, group: str = "all") -> tuple[float, int]:
        """A figure's value and over how many questions."""
        [one] = [one for one in self.document["figures"] if (one["name"], one["group"]) == (name, group)]
        return one["value"], one["n"]

    def names(self) -> set[str]:
        """The figures there are."""
        return {one["name"] for one in self.document["figures"]}


class Measured:
    """`transcite eval` on suites that a test may change first; `encoder` counts what was encoded."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.encoder = HashingEncoder("all-MiniLM-L6-v2")
        self.environ: dict[str, str] = {}
        self.conversation = copy.deepcopy(CONVERSATION)
        self.meeting = copy.deepcopy(MEETING)
        self.rows = copy.deepcopy(ROWS)

    def locomo(self, *options: str | Path) -> Result:
        folder = self.folder / "locomo"
        folder.mkdir(exist_ok=True)
        (folder / "7.json").write_text(json.dumps(self.conversation, indent=1), encoding="utf-8")
        return self("locomo", folder, *options)

    def qmsum(self, *options: str | Path) -> Result:
        return self("qmsum", self._lines("val.jsonl", [self.meeting]), *options)

    def podcasts(self, *options: str | Path) -> Result:
        show = self.folder / "corpus" / "show"
        show.mkdir(parents=True, exist_ok=True)
        (show / "one.md").write_text(EPISODE, encoding="utf-8")
        return self("podcasts", self._lines("dev.jsonl", self.rows), "--corpus", self.folder / "corpus", *options)

    def __call__(self, *argv: str | Path, load: Callable[[str], HashingEncoder] | None = None) -> Result:
        return self.run("eval", *argv, load=load)

    def run(self, *argv: str | Path, load: Callable[[str], HashingEncoder] | None = None) -> Result:
        out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
        environ = {**self.environ, "TRANSCITE_HOME": str(self.home)}
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main([str(one) for one in argv], environ=environ, encoder=load or (lambda _: self.encoder))
        out.flush()
        assert isinstance(out.buffer, io.BytesIO)
        return Result(code, out.buffer.getvalue().decode(), err.getvalue())

    def _lines(self, name: str, rows: list[dict[str, Any]]) -> Path:
        file = self.folder / name
        file.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
        return file
