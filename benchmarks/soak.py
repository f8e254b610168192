"""Half an hour of everything at once: questions, pages, uploads, corrections and deletions from several clients.

    python benchmarks/soak.py --home FOLDER --questions FILE.jsonl [--minutes N] [--workers N]

Fails when a request fails, when what was deleted is in the next answer, or when memory grows. It writes to the library:
give it a copy.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
from common import record
from server import Server, serving

READERS, WRITERS = 6, 2
EVERY_S = 10.0  # between two looks at the memory
_SYLLABLES = ("ba", "do", "fi", "gu", "ke", "lo", "mi", "nu", "pe", "ra", "so", "ti", "vu", "za")


@dataclass
class Tally:
    """What happened."""

    done: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    slowest: dict[str, float] = field(default_factory=dict)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    questions = [json.loads(line)["question"] for line in options.questions.open(encoding="utf-8")]
    with serving(options.home, workers=options.workers) as server:
        tally = asyncio.run(_soak(server, questions, options.minutes * 60))
    # The first fifth fills caches and pools; from then on memory should lie still.
    settled = tally.memory[len(tally.memory) // 5 :]
    third = max(1, len(settled) // 3)
    early, late = float(np.mean(settled[:third])), float(np.mean(settled[-third:]))
    record(
        "Soak",
        [
            f"{options.minutes:g} minutes, {options.workers} workers, {READERS} readers and {WRITERS} writers.",
            "",
            "| what | requests | slowest s |",
            "| --- | --- | --- |",
            *(f"| {name} | {count:,} | {tally.slowest[name]:.1f} |" for name, count in sorted(tally.done.items())),
            "",
            f"Wrong: {len(tally.wrong)}. Memory (without pages of files): {early:,.0f} MiB early, {late:,.0f} MiB late,"
            f" {100 * (late / early - 1):+.1f} %.",
        ],
    )
    for one in tally.wrong[:20]:
        print(one, file=sys.stderr)
    sys.exit(bool(tally.wrong) or late > 1.05 * early)


async def _soak(server: Server, questions: list[str], seconds: float) -> Tally:
    tally, ends = Tally(), time.monotonic() + seconds
    work = [_reader(server, tally, questions, seed, ends) for seed in range(READERS)]
    work += [_writer(server, tally, seed, ends) for seed in range(WRITERS)]
    await asyncio.gather(*work, _watch(server, tally, ends))
    return tally


async def _watch(server: Server, tally: Tally, ends: float) -> None:
    while time.monotonic() < ends:
        tally.memory.append(await asyncio.to_thread(server.memory_mib, "Pss_Anon"))
        await asyncio.sleep(EVERY_S)


async def _timed(tally: Tally, what: str, call: Awaitable[httpx2.Response]) -> httpx2.Response:
    began = time.perf_counter()
    try:
        response = await call
    except httpx2.HTTPError as error:
        tally.wrong.append(f"{what}: {type(error).__name__} {error}")
        raise
    tally.done[what] += 1
    tally.slowest[what] = max(tally.slowest.get(what, 0.0), time.perf_counter() - began)
    if response.status_code >= 400 and what != "gone":
        tally.wrong.append(f"{what}: {response.status_code} {response.text[:300]}")
    return response


async def _reader(server: Server, tally: Tally, questions: list[str], seed: int, ends: float) -> None:
    chance = random.Random(seed)
    while time.monotonic() < ends:
        async with httpx2.AsyncClient(base_url=server.url, timeout=120) as client:  # a new connection: any worker
            question = chance.choice(questions)
            for _ in range(5):
                kind = chance.choice(["ask", "events", "search", "search", "list", "page"])
                if kind == "ask":
                    answer = (await _timed(tally, kind, client.post("/v1/ask", json={"question": question}))).json()
                    _checked(tally, answer)
                elif kind == "events":
                    accept = {"accept": "text/event-stream"}
                    await _timed(tally, kind, client.post("/v1/ask", json={"question": question}, headers=accept))
                elif kind == "search":
                    await _timed(tally, kind, client.post("/v1/search", json={"query": question}))
                elif kind == "list":
                    await _timed(tally, kind, client.get("/v1/transcripts", params={"limit": 50}))
                else:
                    listed = (await client.get("/v1/transcripts", params={"limit": 100})).json()["transcripts"]
                    chosen = chance.choice([one["id"] for one in listed if not one["id"].startswith("soak-")])
                    await _timed(tally, kind, client.get(f"/t/{chosen}"))
                question = chance.choice(questions)


def _checked(tally: Tally, answer: dict[str, Any]) -> None:
    """Every marker has its citation and every citation its marker."""
    cited = [one["n"] for one in answer["citations"] if one.get("role") != "nearest"]
    if [n for n in cited if f"[{n}]" not in answer["text"]]:
        tally.wrong.append(f"a citation without a marker: {answer['id']}")


async def _writer(server: Server, tally: Tally, seed: int, ends: float) -> None:
    """Adds a transcript with a word of its own, finds it, corrects it, deletes it, finds it no more."""
    chance, number = random.Random(1000 + seed), 0
    while time.monotonic() < ends:
        number += 1
        word = "".join(chance.choice(_SYLLABLES) for _ in range(6))
        content = "\n".join(
            f"Speaker {'AB'[at % 2]}: In the year {1900 + at} the {word} society met about the {word} bridge."
            for at in range(chance.randint(2, 60))
        )
        body = {"filename": f"soak-{seed}-{number}.txt", "content": content, "collection": "soak"}
        question = {"question": f"What did the {word} society meet about?"}
        async with httpx2.AsyncClient(base_url=server.url, timeout=120) as one:
            added = (await _timed(tally, "upload", one.post("/v1/transcripts", json=body))).json()
        identity = added["files"][0]["transcript_id"]
        async with httpx2.AsyncClient(base_url=server.url, timeout=120) as two:
            found = (await _timed(tally, "ask for it", two.post("/v1/ask", json=question))).json()
            if identity not in {one["transcript_id"] for one in found["citations"]}:
                tally.wrong.append(f"{identity} was added and is not in the next answer")
            await _timed(tally, "correct", two.patch(f"/v1/transcripts/{identity}", json={"title": f"About {word}"}))
        async with httpx2.AsyncClient(base_url=server.url, timeout=120) as three:
            await _timed(tally, "delete", three.delete(f"/v1/transcripts/{identity}"))
        async with httpx2.AsyncClient(base_url=server.url, timeout=120) as four:
            after = (await _timed(tally, "ask for what is gone", four.post("/v1/ask", json=question))).json()
            if identity in {one["transcript_id"] for one in after["citations"]}:
                tally.wrong.append(f"{identity} was deleted and is in the next answer")
            if (await _timed(tally, "gone", four.get(f"/t/{identity}"))).status_code != 404:
                tally.wrong.append(f"{identity} was deleted and its page is there")


if __name__ == "__main__":
    main()
