"""The write-ahead log beside a SQLite file, read without SQLite: what of it was committed, and what is damaged."""

from __future__ import annotations

import struct
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

_SIZES = {1 << power for power in range(9, 17)}
_USUAL = 4096
_FILE_HEADER, _WAL_HEADER, _FRAME_HEADER = 100, 32, 24
_MAGIC = 0x377F0682  # its last bit tells in which order the bytes of words are summed
_LOOKS, _MOMENT_S = 3, 0.1


def log(path: Path) -> bytes:
    """The write-ahead log beside a database; empty where there is none."""
    with suppress(FileNotFoundError):
        return path.with_name(f"{path.name}-wal").read_bytes()
    return b""


def broken_log(path: Path) -> int:
    """How many pages in the log beside a database were committed and cannot be read.

    SQLite takes no notice: it drops them and, whole or not, all that were written after them. A thousand pages take
    some milliseconds. A log that is being written may look so for a moment, so it is looked at again.
    """
    broken = 0
    for _ in range(_LOOKS):
        found = log(path)
        if not found or not path.exists():
            return 0
        with path.open("rb") as file:
            start = file.read(_FILE_HEADER)
        pages, broken = log_frames(found, page_size(start, found))
        if start and not broken:
            return 0
        if not start:  # the file was emptied; a log that was committed never has an empty one beside it
            broken = broken or len(pages)
        time.sleep(_MOMENT_S)
    return broken


def log_frames(log: bytes, size: int) -> tuple[dict[int, bytes], int]:
    """The newest committed version of each page in a write-ahead log, and how many frames of it cannot be read.

    A frame counts when its checksum follows from the one before as that is written down, so that one that is damaged
    costs itself and not, as with SQLite, all that come after it.
    """
    count = max(0, len(log) - _WAL_HEADER) // (_FRAME_HEADER + size)
    if count == 0:
        return {}, 0
    headed = struct.unpack_from(">I", log)[0] & ~1 == _MAGIC
    order = ">" if headed and log[3] & 1 else "<"
    head = np.frombuffer(log, f"{order}u4", 6)[None, :]
    start = np.frombuffer(log, ">u4", 2, 24)
    headed = headed and bool((_summed(head, np.zeros((1, 2), np.uint32)) == start).all())
    frames = np.frombuffer(log, np.uint8, count * (_FRAME_HEADER + size), _WAL_HEADER).reshape(count, -1)
    # Page number, size after a commit, two salts, two sums. Without its head, a log is that of its first frame.
    told = np.ascontiguousarray(frames[:, :_FRAME_HEADER]).view(">u4").astype(np.uint32)
    salts = np.frombuffer(log, ">u4", 2, 16) if headed else told[0, 2:4]
    words = np.ascontiguousarray(np.delete(frames, np.s_[8:_FRAME_HEADER], axis=1)).view(f"{order}u4")
    before = np.concatenate([start[None, :].astype(np.uint32), told[:-1, 4:6]])
    right = (_summed(words, before) == told[:, 4:6]).all(axis=1) & (told[:, 2:4] == salts).all(axis=1)
    commits = np.flatnonzero(right & (told[:, 1] > 0))
    if len(commits) == 0:
        return {}, 0
    last = int(commits[-1]) + 1  # what comes after it was never committed, or is of a log before this one
    pages = {int(told[at, 0]): frames[at, _FRAME_HEADER:].tobytes() for at in np.flatnonzero(right[:last])}
    return pages, int((~right[:last]).sum()) + (not headed)


def _summed(words: npt.NDArray[Any], before: npt.NDArray[Any]) -> npt.NDArray[np.uint32]:
    """SQLite's checksum of some rows of words, each begun with two numbers: shape (n, 2).

    It adds every first word and the second sum to the first sum, then every second word and the first sum to the
    second: what a word adds in the end is itself times a Fibonacci number.
    """
    pairs = words.shape[1] // 2
    weights = np.ones(2 * pairs + 2, np.uint32)  # ascending Fibonacci numbers, as far as 32 bits keep them
    with np.errstate(over="ignore"):
        for at in range(2, len(weights)):
            weights[at] = weights[at - 1] + weights[at - 2]
        # Both sums behave as words would that came before all others.
        first, second = words[:, ::2].astype(np.uint32), words[:, 1::2].astype(np.uint32)
        falling = weights[: 2 * pairs][::-1]
        one = first * falling[1::2] + second * np.concatenate([falling[2::2], [np.uint32(0)]])
        two = first * falling[::2] + second * falling[1::2]
        ahead = weights[2 * pairs - 2] if pairs else np.uint32(1), weights[2 * pairs - 1]
        sums = np.stack([one.sum(axis=1, dtype=np.uint32), two.sum(axis=1, dtype=np.uint32)], axis=1)
        sums[:, 0] += before[:, 0] * ahead[0] + before[:, 1] * ahead[1]
        sums[:, 1] += before[:, 0] * ahead[1] + before[:, 1] * weights[2 * pairs]
    return sums


def page_size(file: bytes, log: bytes) -> int:
    """How long the pages of a database are, as it or its log says, else what is usual."""
    for data, form, at in ((file, ">H", 16), (log, ">I", 8)):
        if len(data) >= _WAL_HEADER:
            size = int(struct.unpack_from(form, data, at)[0])
            if (size := 65536 if size == 1 else size) in _SIZES:
                return size
    return _USUAL
