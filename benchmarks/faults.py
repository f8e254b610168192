"""What becomes of an answer when the model's server misbehaves: status, reason and seconds, as the tests have it.

    python benchmarks/faults.py [--report]

The faults are those of tests/writing/test_faults.py; the client may take one second in all.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from common import record

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "writing")]

from conftest import GRANT  # noqa: E402
from models import chat  # noqa: E402
from test_faults import FAULTS, QUESTION  # noqa: E402

from rag.ask import ask  # noqa: E402
from rag.llm import Limits  # noqa: E402
from rag.writing.writer import Writer  # noqa: E402
from tests.fakes import MemorySearcher, transcript  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--report", action="store_true", help="write the figures into RESULTS.md")
    options = parser.parse_args()
    searcher = MemorySearcher(transcript(*GRANT, title="Hearing"))
    lines = ["| the server | status | reason given | seconds |", "| --- | --- | --- | --- |"]
    for name, (handler, _, _) in FAULTS.items():
        model, _ = chat(handler, limits=Limits(connect=1, first=1, total=1))
        began = time.monotonic()
        answer = ask(QUESTION, searcher=searcher, writer=Writer(model))
        took = time.monotonic() - began
        reason = "; ".join(dict.fromkeys(one.reason for one in answer.dropped)) or "-"
        lines.append(f"| {name} | `{answer.status}` | {reason} | {took:.2f} |")
    if options.report:
        record("Faults of a model's server", lines)
    else:
        print("\n".join(lines))


if __name__ == "__main__":
    main()
