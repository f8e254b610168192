"""Pairs of a sentence and the turns it cites, made of the gold answers in shared/eval: supported ones, and corruptions.

    python benchmarks/check_pairs.py --eval FOLDER --corpus FOLDER [--each 60] [--wrong] [--report]

Supported sentences are gold answers made into statements (a question of LoCoMo and its answer into one sentence;
answers to podcast questions as they stand) with their gold turns. Each is then spoilt in every way that applies:
another number or date, another name, another speaker, yes for no, another turn of the conversation, the answer of
another conversation; certain for likely, all for some, another unit, a word for its opposite. The check is tuned on
half of the data (LoCoMo 26, 30 and 41, every other podcast question) and reported on the other half, which nobody
looked into. A second set is made of meetings summed up and of talk restated (check_more.py), halved the same way.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from check_gold import Gold, around, locomo, podcasts
from check_more import meetings, restated
from check_report import Pair, by_conversation, ceiling, show_wrong, table
from check_spoil import corrupted, opposed, strengthened
from common import record

from index.remembering import Remembering
from index.sentence_encoder import SentenceEncoder
from rag.words import words
from rag.writing import checking


class EncoderSenses:
    """Meaning by the packaged encoder, rarity over the turns in hand."""

    def __init__(self, turns: Sequence[str]) -> None:
        self._encoder = Remembering(SentenceEncoder())
        self._counts: dict[str, int] = {}
        for text in turns:
            for word in set(words(text)):
                self._counts[word] = self._counts.get(word, 0) + 1
        self._size = len(turns)

    def similarity(self, query: str, texts: Sequence[str]) -> list[float]:
        if not texts:
            return []
        return [float(one) for one in self._encoder.encode_documents(texts) @ self._encoder.encode_query(query)[0]]

    def rarity(self, some: Sequence[str]) -> dict[str, float]:
        return {
            word: float(np.log(1 + (self._size - n + 0.5) / (n + 0.5))) / 5
            for word in some
            for n in [self._counts.get(word, 0)]
        }


def pairs(evals: Path, corpus: Path, *, each: int) -> list[Pair]:
    """The pairs, the same ones every time.

    Args:
        evals: The folder of the gold answers.
        corpus: The podcasts' transcripts.
        each: How many supported sentences, at most, of every conversation.
    """
    chance = random.Random(6)
    golds: list[Gold] = []
    found = list(locomo(evals / "locomo"))
    for where in sorted({one.where for one in found}):
        mine = [one for one in found if one.where == where]
        golds.extend(chance.sample(mine, min(each, len(mine))))
    golds.extend(podcasts(evals / "podcasts" / "dev.jsonl", corpus))
    made = _spoilt(golds, chance)
    chance = random.Random(8)  # its own, so that the pairs above stay what they were
    return made + [
        Pair(kind, gold.tuning, gold.where, sentence, gold.cited, around(gold.cited, gold.others))
        for gold in golds
        for kind, sentence in (*strengthened(gold, chance), *opposed(gold, chance))
    ]


def more_pairs(evals: Path, corpus: Path) -> list[Pair]:
    """The same of meetings and of talk restated, and of all that is left of the conversations tuned on."""
    chance = random.Random(9)
    made: list[Pair] = []
    for golds in (
        list(meetings(evals / "qmsum" / "val.jsonl")),
        list(restated(corpus, episodes=300)),
    ):
        made += _spoilt(golds, chance)
        made += [
            Pair(kind, gold.tuning, gold.where, sentence, gold.cited, around(gold.cited, gold.others))
            for gold in golds
            for kind, sentence in (*strengthened(gold, chance), *opposed(gold, chance))
        ]
    return made


def _spoilt(golds: Sequence[Gold], chance: random.Random) -> list[Pair]:
    made = []
    for gold in golds:
        near = around(gold.cited, gold.others)
        made.append(Pair("supported", gold.tuning, gold.where, gold.sentence, gold.cited, near))
        for kind, sentence, cited in corrupted(gold, golds, chance):
            made.append(Pair(kind, gold.tuning, gold.where, sentence, cited, near))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--eval", type=Path, required=True)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--each", type=int, default=60)
    parser.add_argument("--wrong", action="store_true", help="print what was judged wrongly in the tuning half")
    parser.add_argument("--report", action="store_true", help="write the figures into RESULTS.md")
    options = parser.parse_args()
    made = {"gold answers": pairs(options.eval, options.corpus, each=options.each)}
    made["meetings and talk restated"] = more_pairs(options.eval, options.corpus)
    every = [pair for some in made.values() for pair in some]
    senses = EncoderSenses([one.turn.text for pair in every if pair.kind == "supported" for one in pair.cited])
    judged = {
        name: [(pair, checking.check(pair.sentence, pair.cited, senses, context=pair.context)) for pair in some]
        for name, some in made.items()
    }
    if options.wrong:
        show_wrong(judged)
    kept = sum(pair.kind == "supported" for pair in every)
    lines = [
        f"{kept} supported sentences, {len(every) - kept} spoilt; `benchmarks/check_pairs.py` says how they are made.",
        "",
    ]
    for name, some in judged.items():
        lines += [f"Of {name}:", "", *table(some), ""]
    lines += [
        "Gold answers by conversation, the rules the same for all:",
        "",
        *by_conversation(judged["gold answers"]),
        "",
    ]
    lines += [ceiling(judged["gold answers"]), "", _cost(every, senses)]
    if options.report:
        record("Check of written sentences", lines)
    else:
        print("\n".join(lines))


def _cost(every: list[Pair], senses: EncoderSenses) -> str:
    some = every[:: max(1, len(every) // 300)]
    began, worked = time.perf_counter(), time.process_time()
    for pair in some:
        checking.check(pair.sentence, pair.cited, senses, context=pair.context)
    cost = (time.process_time() - worked) / len(some) * 1000
    took = (time.perf_counter() - began) / len(some) * 1000
    return (
        f"Checking takes {cost:.1f} ms of one core a sentence on average, the vectors of the turns known"
        f" (OMP_NUM_THREADS={os.environ.get('OMP_NUM_THREADS', '')}; {took:.1f} ms by the clock, the machine's load"
        f" {os.getloadavg()[0]:.1f})."
    )


if __name__ == "__main__":
    main()
