"""Supported sentences written by hand for these pairs, and talk of yet other episodes restated.

`check_written.json` has 79 summaries of podcast turns with several facts each, as a model tells them, and 72 answers of
LoCoMo put into plain sentences. They were written before the check had been run on any of them; every other summary and
the conversations of check_gold.TUNING are for tuning, the others were not looked into.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

from check_gold import TUNING, Gold, conversation, episode, speakers
from check_more import restated_from

_WRITTEN = Path(__file__).parent / "check_written.json"


def summaries(corpus: Path) -> Iterator[Gold]:
    """Podcast turns summed up."""
    for number, one in enumerate(json.loads(_WRITTEN.read_text(encoding="utf-8"))["podcasts"]):
        others = episode(corpus / one["file"])
        cited = (others[one["turn"] - 1],)
        yield Gold(one["file"], number % 2 == 0, one["sentence"], cited, speakers(others), others)


def told(folder: Path) -> Iterator[Gold]:
    """LoCoMo's answers in plain sentences."""
    read = {path.stem: conversation(path) for path in sorted(folder.glob("*.json"))}
    for one in json.loads(_WRITTEN.read_text(encoding="utf-8"))["locomo"]:
        people, found, asked = read[one["conversation"]]
        cited = tuple(found[key] for key in asked[one["question"]]["evidence"])
        where = one["conversation"]
        yield Gold(where, where in TUNING, one["sentence"], cited, people, tuple(found.values()))


def other_talk(corpus: Path, read: set[str], *, episodes: int) -> Iterator[Gold]:
    """Talk restated, of episodes that are not among those read; all held out."""
    chance = random.Random(70)
    files = [one for one in sorted(corpus.glob("*/*.md")) if one.stem not in read]
    for file in chance.sample(files, episodes):
        found = restated_from(file, chance)
        if found is not None:
            sentence, cited, people, others = found
            yield Gold(f"episode {file.stem}", False, sentence, (cited,), people, others)
