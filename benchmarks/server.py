"""A server to measure: the real command in processes of its own, on a library that is there already."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

_READY_S = 300


@dataclass(frozen=True)
class Server:
    """A running server."""

    url: str
    process: int

    def memory_mib(self, kind: str = "Pss") -> float:
        """Memory that the server's processes hold, what they share counted once (proportional set size).

        Args:
            kind: `Pss` for all of it, `Pss_Anon` without the pages of files, which the system may take back.
        """
        return sum(_kib(one, kind) for one in self.processes()) / 1024

    def processes(self) -> list[int]:
        """The process that was started and those it started."""
        children = Path(f"/proc/{self.process}/task/{self.process}/children").read_text(encoding="utf-8")
        return [self.process, *map(int, children.split())]


@contextmanager
def serving(home: Path, *, workers: int) -> Iterator[Server]:
    """A server on the library in `home`, ready to answer, stopped at the end."""
    environ = os.environ | {"TRANSCITE_HOME": str(home)}
    command = [sys.executable, "-m", "api.main", "serve", "--port", "0", "--workers", str(workers)]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[2]
        try:
            _until_ready(url, workers)
            yield Server(url, process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _until_ready(url: str, workers: int) -> None:
    """Wait until a run of requests, on connections of their own, finds every worker ready."""
    ends, in_a_row = time.monotonic() + _READY_S, 0
    while in_a_row < 20 * workers:
        if time.monotonic() > ends:
            raise TimeoutError(f"{url} was not ready within {_READY_S} s")
        try:
            ready = httpx2.get(f"{url}/readyz", timeout=30).status_code == 200
        except httpx2.TransportError:
            ready = False
        in_a_row = in_a_row + 1 if ready else 0
        time.sleep(0.0 if ready else 0.2)


def _kib(process: int, kind: str) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    except OSError:  # it is gone
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{kind}:")), 0)
