"""Following folders: which files came or changed, and are written to the end. The door to watchfiles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from watchfiles import Change, watch

from index.files import looks_like_transcript

_ROUND_MS = 1000  # a file is whole when it stayed as it was for a round


def settled(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """Files under `paths` that were added or changed, once they have stayed the same for a second; never ends.

    Args:
        paths: Folders and files that exist.

    Yields:
        Batches of files, sorted; what is gone again is not among them.

    Raises:
        KeyboardInterrupt: Somebody stopped it.
    """
    named = {path.resolve() for path in paths if path.is_file()}
    growing: dict[Path, tuple[int, int] | None] = {}
    for changes in watch(
        *paths, watch_filter=None, step=50, debounce=_ROUND_MS, rust_timeout=_ROUND_MS, yield_on_timeout=True
    ):
        for kind, name in changes:
            path = Path(name)
            if kind != Change.deleted and (looks_like_transcript(path) or path.resolve() in named):
                growing[path] = None
        now = {path: _state(path) for path in growing}
        ready = sorted(path for path, state in now.items() if state is not None and state == growing[path])
        growing = {path: state for path, state in now.items() if state is not None and path not in ready}
        if ready:
            yield ready


def _state(path: Path) -> tuple[int, int] | None:
    """What changes while a file is written; None when there is no such file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns
