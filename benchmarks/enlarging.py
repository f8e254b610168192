"""A library of any size out of one that is there: its first transcripts, or all of them several times over.

A copy has the same words under another name, and its vectors with a little noise, so that no two are alike.
"""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import numpy as np

from index.store.library import FILE, Library
from index.store.schema import STRIDE

NOISE = 0.35  # length of what is added to a unit vector: the cosine of a passage and its copy is about 0.94
_TABLES = ("transcripts", "turns", "marks", "speakers", "passages", "changes")


def settings(home: Path) -> dict[str, str]:
    """What a library was made with."""
    with sqlite3.connect(home / FILE) as connection:
        return dict(connection.execute("SELECT key, value FROM meta"))


def enlarged(source: Path, home: Path, passages: int) -> None:
    """Make a library of about so many passages, of whole transcripts.

    Args:
        source: Folder of the library to take them from.
        home: Where to; what is there goes.
        passages: How many, at least.
    """
    shutil.rmtree(home, ignore_errors=True)
    made_with = settings(source)
    Library(home, encoder=made_with["encoder"]).close()
    connection = sqlite3.connect(home / FILE, isolation_level=None)
    connection.execute("ATTACH ? AS source", (str(source / FILE),))
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("BEGIN")
    connection.execute("INSERT OR REPLACE INTO meta SELECT * FROM source.meta WHERE key != 'schema'")
    own = [row[0] for row in connection.execute("SELECT ordinal FROM source.transcripts ORDER BY ordinal")]
    count = "SELECT count(*) FROM source.passages WHERE passage_id >= ? AND passage_id < ?"
    sizes = [connection.execute(count, (one * STRIDE, (one + 1) * STRIDE)).fetchone()[0] for one in own]
    random, left, times, step = np.random.default_rng(0), passages, 0, own[-1] + 1
    connection.create_function("noisy", 2, lambda vector, times: _noisy(vector, random) if times else vector)
    while left > 0:
        last = int(np.searchsorted(np.cumsum(sizes), left)) + 1
        _copy(connection, own[: min(last, len(own))][-1], times, times * step)
        left -= sum(sizes[:last])
        times += 1
    connection.execute("COMMIT")
    connection.close()


def _copy(connection: sqlite3.Connection, last: int, times: int, shift: int) -> None:
    """The transcripts up to `last`, their ordinals moved by `shift`."""
    far = shift * STRIDE
    values = {"last": last, "times": times, "shift": shift, "far": far, "end": (last + 1) * STRIDE}
    for table in _TABLES:
        names = [row[1] for row in connection.execute(f"PRAGMA source.table_info({table})")]
        taken = {name: name for name in names} | {
            "ordinal": "ordinal + :shift",
            "turn_id": "turn_id + :far",
            "passage_id": "passage_id + :far",
            "anchor": "anchor + :far",
            "vector": "noisy(vector, :times)",
            "id": "id || '-' || :times",
            "source": "source || '-' || :times",
            "content_hash": "content_hash || '-' || :times",
        }
        if table == "changes":
            chosen = "SELECT ordinal + :shift, 'added', ordinal * 7919 + :times FROM source.transcripts"
            into, rule = "changes (ordinal, kind, stamp)", "ordinal <= :last ORDER BY ordinal"
        else:
            chosen = f"SELECT {', '.join(taken[name] for name in names)} FROM source.{table}"
            into = f"{table} ({', '.join(names)})"
            key = next(one for one in ("turn_id", "passage_id", "ordinal") if one in names)
            rule = f"{key} < :end" if key != "ordinal" else "ordinal <= :last"
        connection.execute(f"INSERT INTO {into} {chosen} WHERE {rule}", values)


def _noisy(vector: bytes, random: np.random.Generator) -> bytes:
    row = np.frombuffer(vector, dtype=np.float16).astype(np.float32)
    row += random.standard_normal(len(row), dtype=np.float32) * np.float32(NOISE / np.sqrt(len(row)))
    return (row / np.linalg.norm(row)).astype(np.float16).tobytes()
