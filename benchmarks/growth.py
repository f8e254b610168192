"""How search, changes and start grow with the library: 1 thousand to 1 million passages.

    python benchmarks/growth.py --home FOLDER --questions FILE.jsonl [--sizes 1000,10000] [--work FOLDER] [--plot PNG]

The libraries are made of one that is there: its first transcripts; beyond its size all of them several times over, the
same words, the same vectors with a little noise (enlarging.py). The questions are encoded beforehand; one core.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from common import record, size_mib
from enlarging import NOISE, enlarged, settings

from index.derived import Derived
from index.sentence_encoder import SentenceEncoder
from index.store.library import Library

SIZES = "1000,10000,100000"
WORKER = Path(__file__).with_name("growth_worker.py")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--sizes", default=SIZES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", type=Path, default=Path(".cache/growth"))
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    texts = [json.loads(line)["question"] for line in options.questions.open(encoding="utf-8")]
    encoder = SentenceEncoder()
    np.save(options.work / "vectors.npy", np.concatenate([encoder.encode_query(text) for text in texts]))
    (options.work / "questions.json").write_text(json.dumps(texts), encoding="utf-8")
    del encoder
    told = [measured(options.home, options.work, int(size), options.rounds) for size in options.sizes.split(",")]
    if options.plot:
        plot(told, options.plot)
    record("Growth", lines(told, len(texts), options.rounds))


def measured(source: Path, work: Path, passages: int, rounds: int) -> dict[str, Any]:
    """Make a library of this size, unless it is there, and measure it in a process of its own."""
    home = work / str(passages)
    built: dict[str, float] = {}
    if not (home / "vectors" / "manifest.json").exists():
        enlarged(source, home, passages)
        made_with, began, spent = settings(home), time.perf_counter(), time.process_time()
        library = Library(home, encoder=made_with["encoder"])
        dimension = library.dimension()
        assert dimension is not None, "a library without vectors"
        derived = Derived(library, dimension=dimension)
        derived.catch_up()
        derived.save()
        library.close()
        built = {"wall_s": time.perf_counter() - began, "cpu_s": time.process_time() - spent}
    command = [
        sys.executable,
        str(WORKER),
        str(home),
        str(work / "questions.json"),
        str(work / "vectors.npy"),
        str(rounds),
    ]
    here = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    told: dict[str, Any] = json.loads(
        subprocess.run(command, env=here, check=True, capture_output=True, text=True).stdout
    )
    told["disk_mib"] = {name: size_mib(home / name) for name in ("vectors", "words")}
    return told | {"built": built}


def lines(told: list[dict[str, Any]], questions: int, rounds: int) -> list[str]:
    """The section of RESULTS.md: ratios first."""
    head = " | ".join(f"{one['passages']:,}" for one in told)
    rows = {
        "nearest 200 vectors, ours against faiss flat fp32": [f"{_ratio(one, 'faiss'):.2f}" for one in told],
        "the same against numpy fp32": [f"{_ratio(one, 'numpy'):.2f}" for one in told],
        "recall@10 of exact": [f"{one['recall@10']:.4f}" for one in told],
        "search p50 / p99, CPU ms": [_pair(one["search"], "cpu") for one in told],
        "search p50 / p99, wall ms": [_pair(one["search"], "wall") for one in told],
        "one transcript only: share of all, recall@10": [
            f"{100 * one['filtered']['kept']:.2f} %, {one['filtered']['recall@10']:.3f}" for one in told
        ],
        "one transcript only: p50 / p99, CPU ms": [_pair(one["filtered"], "cpu") for one in told],
        "start, s": [f"{one['start_s']:.2f}" for one in told],
        "memory: our own / mapped files, MiB": [
            f"{one['memory']['own']:.0f} / {one['memory']['files']:.0f}" for one in told
        ],
        "disk: vectors / words, MiB": [
            f"{one['disk_mib']['vectors']:.0f} / {one['disk_mib']['words']:.0f}" for one in told
        ],
        "indexes made anew, CPU s": [f"{one['built']['cpu_s']:.0f}" if one["built"] else "-" for one in told],
    }
    for what in ("add", "replace", "rename", "delete"):
        rows[f"{what} 100 turns: seen after, ms"] = [f"{1000 * one['changes']['seen_s'][what]:.0f}" for one in told]
    rows["written down after, ms"] = [f"{1000 * one['changes']['seen_s']['save']:.0f}" for one in told]
    rows["longest search meanwhile, ms"] = [f"{max(one['changes']['longest_ms'].values()):.0f}" for one in told]
    rows["longest search when nothing changes, ms"] = [f"{one['changes']['calm_ms']:.0f}" for one in told]
    return [
        f"{questions} questions, encoded beforehand, {rounds} rounds after a first to warm up; one core, while"
        f" {os.getloadavg()[0]:.0f} processes of the machine wanted one (idle: 1). Beyond the corpus: its words again,"
        f" its vectors with noise of length {NOISE}.",
        "",
        f"| passages | {head} |",
        f"| --- |{' --- |' * len(told)}",
        *(f"| {name} | {' | '.join(values)} |" for name, values in rows.items()),
    ]


def _ratio(told: dict[str, Any], other: str) -> float:
    return float(told["bare"]["ours"]["cpu_p50"] / told["bare"][other]["cpu_p50"])


def _pair(times: dict[str, float], kind: str) -> str:
    return f"{times[f'{kind}_p50']:.1f} / {times[f'{kind}_p99']:.1f}"


def plot(told: list[dict[str, Any]], to: Path) -> None:
    """Search and the bare vectors over the size of the library, both scales logarithmic."""
    import matplotlib as mpl  # noqa: PLC0415 - only where a plot is wanted

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    sizes = [one["passages"] for one in told]
    figure, axes = plt.subplots(figsize=(7, 4.2), dpi=120)
    for name, values in {
        "search, p50": [one["search"]["cpu_p50"] for one in told],
        "search, p99": [one["search"]["cpu_p99"] for one in told],
        "of it: nearest 200 vectors, p50": [one["bare"]["ours"]["cpu_p50"] for one in told],
        "faiss flat fp32, p50": [one["bare"]["faiss"]["cpu_p50"] for one in told],
        "numpy fp32, p50": [one["bare"]["numpy"]["cpu_p50"] for one in told],
    }.items():
        axes.plot(sizes, values, marker="o", label=name, linestyle="-" if "search" in name or "of it" in name else "--")
    axes.set(xscale="log", yscale="log", xlabel="passages", ylabel="ms of one core", title="Search, question encoded")
    axes.grid(visible=True, which="both", alpha=0.25)
    axes.legend(fontsize=8)
    figure.tight_layout()
    to.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(to)


if __name__ == "__main__":
    main()
