"""What peers.py found, ratios first, into RESULTS.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import mean
from typing import Any

import numpy as np
from common import record

from rag.measures import Place, turn_recall

_NAMES = {
    "transcite": "Transcite",
    "txtai": "txtai",
    "llamaindex-turns": "LlamaIndex, given our passages",
    "llamaindex": "LlamaIndex, its own cutting",
    "bare": "bare limit: arithmetic, exact FAISS",
    "transcite32": "Transcite, float32",
    "bare32": "bare limit, float32",
}
_READ = 1000  # words: what ten turns and ten chunks hold differs many times over

Figures = Mapping[str, Any]
Gold = Sequence[tuple[set[tuple[int, int]], set[tuple[int, int]]]]


def written(
    best: Mapping[str, Figures], gold: Gold, work: Mapping[str, Any], threads: int, pins: Sequence[str]
) -> None:
    """Put the section "Peers" in its place."""
    turns = sum(len(one) for one in work["begins"])
    record(
        "Peers",
        [
            f"{len(work['files'])} transcripts, {turns:,} turns, {len(work['passages']):,} passages, {len(gold)}"
            f" questions put {work['rounds']} times; one engine after the other, threads: {threads}.",
            f"{', '.join(pins)}; the same weights, PyTorch, sentence-transformers and FAISS.",
            "",
            *_ratios(best),
            "",
            *_ingest(best),
            "",
            *_search(best, gold),
            "",
            *_notes(best),
        ],
    )


def _ratios(best: Mapping[str, Figures]) -> list[str]:
    """Times as much as Transcite takes; 3 were asked for, ingesting."""
    own = best.get("transcite")
    if own is None:
        return []
    rows = ["| times what Transcite takes | ingest, wall | ingest, processor | search, p50 | disk | peak memory |"]
    rows.append("| --- " * 6 + "|")
    for name, one in best.items():
        if name != "transcite":
            p50 = np.median(one["search_ms"]) / np.median(own["search_ms"])
            parts = [one[key] / own[key] for key in ("wall_s", "cpu_s")], one["disk_mib"] / own["disk_mib"]
            cells = [*parts[0], p50, parts[1], one["peak_mib"] / own["peak_mib"]]
            rows.append(f"| {_NAMES[name]} | {' | '.join(f'{cell:.2f}' for cell in cells)} |")
    return rows


def _ingest(best: Mapping[str, Figures]) -> list[str]:
    rows = [
        "| ingest | wall s | processor s | word pieces encoded | in | disk MiB | peak MiB | start s | load before |",
        "| --- " * 9 + "|",
    ]
    for name, one in best.items():
        rows.append(
            f"| {_NAMES[name]} | {one['wall_s']:.1f} | {one['cpu_s']:.1f} | {one['pieces']:,} |"
            f" {one['dtype'].removeprefix('torch.')} | {one['disk_mib']:.1f} | {one['peak_mib']:,.0f} |"
            f" {one['start_s']:.1f} | {one['load']:.1f} |"
        )
    return rows


def _search(best: Mapping[str, Figures], gold: Gold) -> list[str]:
    rows = [
        f"| search, end to end | p50 ms | p95 ms | of it encoding, p50 | recall@10 | words of ten hits |"
        f" recall in {_READ:,} words |",
        "| --- " * 7 + "|",
    ]
    for name, one in best.items():
        p50, p95 = np.percentile(one["search_ms"], [50, 95])
        deep, read = (
            mean(_recall(hits, *answers, words=words) for hits, answers in zip(one["hits"], gold, strict=True))
            for words in (None, _READ)
        )
        words = mean(sum(hit[1] for hit in hits) for hits in one["hits"])
        rows.append(
            f"| {_NAMES[name]} | {p50:.1f} | {p95:.1f} | {np.median(one['encoding_ms']):.1f} | {deep:.3f} |"
            f" {words:,.0f} | {read:.3f} |"
        )
    return rows


def _recall(hits: Sequence[Any], gold: set[Any], also: set[Any], *, words: int | None) -> float:
    """Turn recall of the hits, or of those that can be read whole before so many words have gone by."""
    found: list[Place] = []
    read = 0
    for places, size in hits:
        read += size
        if words is not None and read > words:
            break
        found += [(str(file), turn) for file, turn in places]
    wanted, other = ({(str(file), turn) for file, turn in some} for some in (gold, also))
    return turn_recall(found, wanted, other, k=max(len(found), 1))


def _notes(best: Mapping[str, Figures]) -> list[str]:
    """Where the time goes, and what is not encoded at all."""
    lines: list[str] = []
    if "bare" in best:
        one = best["bare"]
        faiss, numpy = np.median(one["faiss_ms"]), np.median(one["numpy_ms"])
        lines.append(f"One scan of the vectors, p50: FAISS {faiss:.2f} ms, numpy {numpy:.2f} ms.")
        lines.append(f"Adding all vectors to exact FAISS: {one['faiss_add_s'] * 1000:.1f} ms.")
    for own, limit in (("transcite", "bare"), ("transcite32", "bare32")):
        if own in best and limit in best:
            share = best[limit]["cpu_s"] / best[own]["cpu_s"]
            lines.append(f"{_NAMES[own]}: the bare limit is {share:.0%} of its processor seconds.")
    others = [name for name in ("txtai", "llamaindex-turns", "llamaindex") if name in best]
    if "transcite32" in best and others:
        base = best["transcite32"]["wall_s"]
        said = "; ".join(f"{_NAMES[name]} {best[name]['wall_s'] / base:.2f}" for name in others)
        lines.append(f"Times Transcite's wall seconds of ingest when it calculates in float32, as they do: {said}.")
    if "llamaindex" in best:
        one = best["llamaindex"]
        lines.append(
            f"LlamaIndex's own {one['texts']:,} chunks are {one['whole']:,} word pieces, of which the model reads"
            f" {one['pieces'] / one['whole']:.0%}: the rest of each chunk cannot be found by its meaning."
        )
    return [f"- {line}" for line in lines]
