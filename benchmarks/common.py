"""What the benchmarks share: the machine's description, peak memory, and where results go."""

from __future__ import annotations

import datetime as dt
import os
import platform
import resource
import subprocess
from pathlib import Path

RESULTS = Path(__file__).with_name("RESULTS.md")


def machine() -> str:
    """Processor, cores, memory and Python, in one line."""
    cpu = platform.processor()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = info.read_text(encoding="utf-8").splitlines()
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
        cpu = names[0] if names else cpu
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return f"{cpu}, {os.cpu_count()} cores, {pages * size / 2**30:.0f} GiB, Python {platform.python_version()}"


def peak_mib() -> float:
    """The most memory this process ever held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def size_mib(path: Path) -> float:
    """Bytes of the files below `path`, in MiB."""
    return sum(one.stat().st_size for one in path.rglob("*") if one.is_file()) / 2**20


def commit() -> str:
    """The commit the figures are of."""
    found = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"


def record(title: str, lines: list[str]) -> None:
    """Print a section and put it into RESULTS.md in the place of the one with the same title."""
    head = f"## {title}"
    body = "\n".join([head, "", f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, commit {commit()}, {machine()}.", "", *lines, ""])
    print(body)
    old = (
        RESULTS.read_text(encoding="utf-8")
        if RESULTS.exists()
        else "# Results\n\nWritten by `make bench` and `make bench-quality`.\n"
    )
    before, *sections = old.split("\n## ")
    titles = [one.splitlines()[0] for one in sections]
    at = titles.index(title) if title in titles else len(sections)
    sections[at : at + 1] = [body.removeprefix("## ")]
    RESULTS.write_text("\n\n## ".join(one.strip() for one in (before, *sections)) + "\n", encoding="utf-8")
