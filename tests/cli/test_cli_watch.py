"""`ingest --watch`: a real folder, a real process, files written while it follows."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.waiting import PATIENCE_S, wait

ROOT = Path(__file__).parents[2]
# The command with the tests' encoder in the place of the real one; nothing else is different.
RUN = (
    # What is started in the background may have been told to ignore SIGINT.
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
    "import sys; from api.main import main; from tests.fakes import HashingEncoder;"
    "sys.exit(main(encoder=lambda _: HashingEncoder()))"
)


def test_what_comes_and_changes_is_taken_in_once_it_is_whole(tmp_path: Path) -> None:
    folder, out = tmp_path / "talks", tmp_path / "out.txt"
    folder.mkdir()
    (folder / "first.txt").write_text("ANN: Hello there.\nBOB: The bridge opens in May.\n", encoding="utf-8")
    environ = {**os.environ, "TRANSCITE_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT)}

    def listed() -> dict[str, int]:
        found = subprocess.run(
            [sys.executable, "-c", RUN, "list", "--json"], env=environ, capture_output=True, text=True, check=True
        )
        return {one["title"]: one["words"] for one in json.loads(found.stdout)["transcripts"]}

    with out.open("w", encoding="utf-8") as written:
        running = subprocess.Popen(
            [sys.executable, "-c", RUN, "ingest", str(folder), "--watch"], env=environ, stdout=written, stderr=written
        )
        try:
            wait(lambda: "following" in out.read_text(encoding="utf-8"))
            (folder / "second.txt").write_text("CAL: One.\nDEE: Two words here.\n", encoding="utf-8")
            (folder / "broken.txt").write_bytes(b"\xff\xfe\x00 nothing")
            wait(lambda: "Second" in listed())
            with (folder / "second.txt").open("a", encoding="utf-8") as growing:
                for n in range(12):  # longer than a round: only the whole of it is taken in
                    growing.write(f"EVE: More {n}.\nFAY: Yes, more {n}.\n")
                    growing.flush()
                    time.sleep(0.2)
            wait(lambda: listed()["Second"] > 50)
        finally:
            running.send_signal(signal.SIGINT)
            code = running.wait(timeout=PATIENCE_S)
    text = out.read_text(encoding="utf-8")
    assert code == 0
    assert "broken.txt" in text
    assert "Traceback" not in text
    assert text.count("replaced") >= 1
