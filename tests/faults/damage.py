"""Damage to a library's files, one at a time, and what has to be so afterwards."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.main import main
from api.wire_library import TranscriptDetail
from tests import fakes


@dataclass(frozen=True)
class Done:
    """What a run of the command line came to."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


def transcite(home: Path, *argv: str) -> Done:
    """The command line in this process, with the tests' encoder; a traceback or a panic gets through."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        environ = {"TRANSCITE_HOME": str(home)}
        code = main(list(argv), environ=environ, encoder=fakes.HashingEncoder)
    assert "Traceback" not in err.getvalue()
    assert "internal error" not in err.getvalue(), err.getvalue()
    assert len(err.getvalue().splitlines()) <= 1 + (argv[0] == "ingest"), err.getvalue()
    return Done(code, out.getvalue(), err.getvalue())


def text(n: int, turns: int = 40) -> str:
    """A file's content, none like another's."""
    who = ("Bob", "Ann", "Zoe")
    return "".join(
        f"{who[k % 3]}: In file{n:03} this is turn{500 + k} about the grant of {n * k}.\n" for k in range(turns)
    )


def damaged(data: bytes) -> Iterator[tuple[str, bytes | None]]:
    """Ways for a file to be damaged: its new content, None for a file that is gone."""
    size = len(data)
    yield "deleted", None
    yield "emptied", b""
    yield "garbage", bytes((at * 37 + 11) % 251 for at in range(size))
    yield "zeroed", bytes(size)
    for share in (0.1, 0.5, 0.9):
        yield f"cut at {share:.0%}", data[: int(size * share)]
    yield "one byte short", data[:-1]
    for page in sorted({0, 1, *(int(size * share) // 4096 for share in (0.2, 0.4, 0.6, 0.8, 0.99))}):
        start = page * 4096
        if start < size:
            end = min(start + 4096, size)
            yield f"page {page} zeroed", data[:start] + bytes(end - start) + data[end:]
            at = min(start + (17 if page == 0 else 2000), size - 1)
            yield f"byte {at} flipped", data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]


@dataclass(frozen=True)
class Outcome:
    """What became of one kind of damage.

    Attributes:
        named: Whether `transcite doctor` said that something is wrong, or the next search made it right by itself.
        lost: How many transcripts could not be repaired and were named as lost.
    """

    file: str
    how: str
    named: str
    lost: int


def whole(home: Path) -> dict[str, Any]:
    """Every transcript as `show --json` gives it, by id."""
    library = fakes.library(home, encoder="all-MiniLM-L6-v2")
    try:
        ids = [one.source.transcript_id for one in library.entries()]
        return {one: TranscriptDetail.of(*library.transcript(one)).model_dump(mode="json") for one in ids}
    finally:
        library.close()


def try_one(sound: Path, folder: Path, file: str, how: str, data: bytes | None, before: dict[str, Any]) -> Outcome:
    """Damage one file of a copy of a library, look, repair, and look again.

    Args:
        sound: The library to copy.
        folder: Where to; made anew.
        file: Which file, from the library's folder.
        how: What is done to it, in words.
        data: Its new content.
        before: `whole` of the library.
    """
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(sound, folder)
    path = folder / file
    path.unlink() if data is None else path.write_bytes(data)
    # Whatever is answered is true; or nothing is, and it is said why.
    seen = transcite(folder, "doctor", "--json")
    found = transcite(folder, "search", "turn507 about the grant", "--json")
    if found.code == 0:
        for hit in found.document["hits"]:
            if hit["transcript_id"] not in before:  # an older state, which is the truth after its log was lost
                assert seen.document["findings"], (file, how)
                continue
            turns = before[hit["transcript_id"]]["turns"]
            assert hit["text"] == turns[hit["first_turn"] - 1]["text"], (file, how)
            assert hit["speaker"] == turns[hit["first_turn"] - 1]["speaker"], (file, how)
    repaired = transcite(folder, "doctor", "--repair", "--json")
    if "reindex" in repaired.err:  # which encoder the vectors are of was lost with a page
        assert transcite(folder, "reindex").code == 0, (file, how)
    if not repaired.out:  # nothing of it can be read: named, and left as it is
        assert "back-up" in repaired.err, (file, how, repaired.err)
        return Outcome(file, how, "beyond repair", len(before))
    lost = {one["transcript_id"] for one in repaired.document["findings"] if one["part"] == "transcript"}
    after = whole(folder)
    missing = before.keys() - after.keys()
    older = "-wal" in file and bool(seen.document["findings"])
    assert older or all(after[one] == before[one] for one in after), (file, how)  # whole, and none that was not there
    assert missing <= lost or None in lost or seen.document["findings"], (file, how, missing, lost)
    again = transcite(folder, "doctor", "--json")
    assert (again.code, again.document["sound"]) == (0, True), (file, how, again.out)
    assert transcite(folder, "doctor", "--repair").code == 0, (file, how)
    hits = transcite(folder, "search", "turn507 about the grant", "--json").document["hits"]
    assert bool(hits) == bool(after), (file, how)
    named = "named" if seen.document["findings"] else "not needed"
    return Outcome(file, how, named, len(missing))
