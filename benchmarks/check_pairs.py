"""Pairs of a sentence and the turns it cites, made of the gold answers in shared/eval: supported ones, and corruptions.

    python benchmarks/check_pairs.py --eval FOLDER --corpus FOLDER [--each 60] [--wrong] [--report]

Supported sentences are gold answers made into statements (a question of LoCoMo and its answer into one sentence;
answers to podcast questions as they stand) with their gold turns. Each is then spoilt in every way that applies:
another number or date, another name, another speaker, yes for no, another turn of the conversation, the answer of
another conversation. The check is tuned on half of the data (LoCoMo 26, 30 and 41, every other podcast question) and
reported on the other half, which nobody looked into. QMSum is left out: its gold spans are hundreds of turns long.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import random
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from common import record

from index.remembering import Remembering
from index.sentence_encoder import SentenceEncoder
from rag.evidence import Evidence
from rag.values import Source, Turn
from rag.words import STOP_WORDS, content_words, words
from rag.writing import checking
from rag.writing.days import holds, stretches, written_days
from rag.writing.figures import figures
from rag.writing.names import names

KINDS = ("supported", "number", "name", "speaker", "negation", "other turn", "fabricated")
_AROUND = 8
TUNING = {"26", "30", "41"}
_AUX = r"(?P<aux>did|does|do|is|was|are|were|has|have|had|can|will|would|could|should)"
_MONTHS = set("january february march april may june july august september october november december".split())
_ASKED = re.compile(
    rf"^(?P<wh>What|Which|When|Where|Why|Who|How)(?P<kind>(?: (?!{_AUX[7:-1]}\b)[\w'’/-]+)*?) {_AUX} (?P<rest>.+?)\?$",
    re.I,
)


@dataclass(frozen=True)
class Pair:
    """A sentence and the turns it cites."""

    kind: str
    tuning: bool
    where: str
    sentence: str
    cited: tuple[Evidence, ...]
    context: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Gold:
    """A supported sentence; `others` are the people and the turns of its conversation."""

    where: str
    tuning: bool
    sentence: str
    cited: tuple[Evidence, ...]
    people: tuple[str, ...]
    others: tuple[Evidence, ...]


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


def locomo(folder: Path) -> Iterator[Gold]:
    for path in sorted(folder.glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        people = (data["speaker_a"], data["speaker_b"])
        found: dict[str, Evidence] = {}
        for key in [one for one in data if re.fullmatch(r"session_\d+", one)]:
            date = dt.datetime.strptime(data[f"{key}_date_time"].split(" on ", 1)[1], "%d %B, %Y").date()
            source = Source(f"{path.stem}-{key}", f"Chat of {' and '.join(people)}", "locomo", date)
            turns = [
                Turn(n, f"{one['text']}{_caption(one)}", one["speaker"]) for n, one in enumerate(data[key], start=1)
            ]
            for at, (one, raw) in enumerate(zip(turns, data[key], strict=True)):
                before, after = turns[at - 1] if at else None, turns[at + 1] if at + 1 < len(turns) else None
                found[raw["dia_id"]] = Evidence(source, one, 1.0, before, after)
        others = tuple(found.values())
        lower = {word for one in others for word in one.turn.text.split() if word.islower()}
        for one in data["qa"]:
            sentence = _stated(one["question"], _in_place(str(one.get("answer", "")), lower))
            gold = [found[key] for key in one["evidence"] if key in found]
            whole = sentence and 1 <= len(gold) <= 3 and len(gold) == len(one["evidence"])
            if one["category"] in {1, 2, 4} and whole and _stands(one["question"], gold, others, people):
                yield Gold(path.stem, path.stem in TUNING, sentence, tuple(gold), people, others)


def around(cited: Sequence[Evidence], others: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The turns of the conversation that a model would be given along with the cited ones."""
    return tuple(
        one
        for one in others
        if any(
            one.source.transcript_id == each.source.transcript_id and abs(one.turn.turn - each.turn.turn) <= _AROUND
            for each in cited
        )
    )


def _stands(question: str, gold: Sequence[Evidence], others: Sequence[Evidence], people: Sequence[str]) -> bool:
    """Whether what a question takes for granted is said around its gold turns, which are chosen for the answer."""
    near = around(gold, others)
    said = {word for one in near for word in words(one.turn.text)} | {word for who in people for word in words(who)}
    supported = [day for one in gold for day in stretches(one.turn.text, one.source.date)]
    named = {word for name in names(question) if name.sure for word in name.words}
    return named <= said and all(holds(day, supported) for day in written_days(question))


def _in_place(answer: str, lower: set[str]) -> str:
    """An answer as it stands within a sentence: its first word is capitalised only when it is a name."""
    first = re.sub(r"\W", "", answer.split(maxsplit=1)[0]).lower() if answer.split() else ""
    answer = re.sub(r"`", "", re.sub(r"(?<=[a-z])\.(?=\d{4})", " ", answer))  # slips of the pen
    return answer[:1].lower() + answer[1:] if first in (lower | STOP_WORDS) - _MONTHS else answer


def _caption(turn: dict[str, str]) -> str:
    return f" [shares {turn['blip_caption']}]" if turn.get("blip_caption") else ""


def podcasts(file: Path, corpus: Path) -> Iterator[Gold]:
    read: dict[str, tuple[Evidence, ...]] = {}
    for number, line in enumerate(file.open(encoding="utf-8")):
        one = json.loads(line)
        if not one["evidence"] or not one["answer"] or len(one["answer"].split()) < 4:
            continue
        cited: list[Evidence] = []
        for place in one["evidence"]:
            name = place["file"]
            if name not in read:
                read[name] = _episode(corpus / name)
            cited.append(read[name][place["turn"] - 1])
        others = tuple(each for name in {place["file"] for place in one["evidence"]} for each in read[name])
        people = tuple(dict.fromkeys(each.turn.speaker for each in others if each.turn.speaker))
        yield Gold("podcasts", number % 2 == 0, one["answer"], tuple(cited), people, others)


def _episode(path: Path) -> tuple[Evidence, ...]:
    """The turns as the questions count them: paragraphs that begin with a bold name."""
    source = Source(path.stem, path.stem, "podcasts")
    text = path.read_text(encoding="utf-8")
    found = re.findall(r"^\*\*(.+?):\*\*(.*?)(?=^\*\*.+?:\*\*|\Z)", text, re.MULTILINE | re.DOTALL)
    turns = [Turn(n, " ".join(said.split()) or "...", name) for n, (name, said) in enumerate(found, start=1)]
    return tuple(
        Evidence(source, one, 1.0, turns[at - 1] if at else None, turns[at + 1] if at + 1 < len(turns) else None)
        for at, one in enumerate(turns)
    )


def _stated(question: str, answer: str) -> str | None:
    """A question and its answer as one statement, the way a model would put it; None where that reads wrong."""
    asked = _ASKED.match(question.strip())
    answer = answer.strip().rstrip(".")
    if asked is None or not answer or len(answer.split()) > 25:
        return None
    rest, aux, kind = asked["rest"].strip(), asked["aux"].lower(), asked["kind"].strip()
    subject = re.match(r"(?:both )?[A-Z][\w-]+(?: and [A-Z][\w-]+)?(?:['’]s? [\w-]+)?", rest)
    if subject is None:
        return None
    told = f"{subject.group()} {aux}{rest[subject.end() :]}"
    link = {"when": "in" if not re.search(r"\d", answer) else "on", "why": "because:", "where": "at"}.get(
        asked["wh"].lower(), ""
    )
    if answer.split()[0].lower() in {"in", "on", "at", "by", "because", "from", "to", "for", "with", "since"}:
        link = ""
    joined = f"{told} {kind}: {answer}" if kind and kind.lower() not in {"many", "much", "long", "often"} else ""
    return f"{joined or ' '.join(f'{told} {link} {answer}'.split())}."


def corrupted(
    gold: Gold, pool: Sequence[Gold], chance: random.Random
) -> Iterator[tuple[str, str, tuple[Evidence, ...]]]:
    """The kind, the sentence and the turns of every corruption that applies."""
    for kind, spoil in (("number", _number), ("name", _name), ("speaker", _speaker), ("negation", _negation)):
        sentence = spoil(gold, pool, chance)
        if sentence is not None and sentence != gold.sentence:
            yield kind, sentence, gold.cited
    mine = {(one.source.transcript_id, one.turn.turn) for one in gold.cited}
    elsewhere = [
        one
        for one in gold.others
        if (one.source.transcript_id, one.turn.turn) not in mine and len(one.turn.text.split()) >= 8
    ]
    if elsewhere:
        yield "other turn", gold.sentence, (chance.choice(elsewhere),)
    strangers = [one for one in pool if one.where != gold.where or one.where == "podcasts"]
    invented = chance.choice([one for one in strangers if one.sentence != gold.sentence])
    sentence = invented.sentence
    for old, new in zip(invented.people[:2], gold.people[:2], strict=False):
        sentence = re.sub(rf"\b{re.escape(old)}\b", new, sentence)
    yield "fabricated", sentence, gold.cited


def _number(gold: Gold, pool: Sequence[Gold], chance: random.Random) -> str | None:  # noqa: ARG001 - of one shape
    said = {value for one in gold.cited for value in figures(one.turn.text)}
    for day in written_days(gold.sentence):
        digits = re.findall(r"\d+", day.text)
        if digits:
            old = chance.choice(digits)
            new = str(int(old) + chance.choice([-2, -1, 1, 2, 3]) or 5)
            if len(old) < 4 and not 1 <= int(new) <= 28:
                new = str(int(old) % 27 + 1 if int(old) % 27 + 1 != int(old) else 3)
            return gold.sentence.replace(day.text, re.sub(rf"\b{old}\b|(?<![\d]){old}(?!\d)", new, day.text, count=1))
    spelt = "zero one two three four five six seven eight nine ten eleven twelve".split()
    for value, written in figures(gold.sentence).items():
        other = next(n for n in (value + 1, value * 2 + 1, value + 7, value + 30) if n not in said)
        shown = spelt[int(other)] if written.lower() in spelt and other < len(spelt) else f"{other:g}"
        return re.sub(rf"(?<![\w.]){re.escape(written)}", shown, gold.sentence, count=1)
    return None


def _name(gold: Gold, pool: Sequence[Gold], chance: random.Random) -> str | None:
    """Another name for a person or thing that is not one of those who speak."""
    spoken = {word for person in gold.people for word in content_words(person)}
    mine = [one for one in names(gold.sentence) if not one.words & spoken and one.sure]
    if not mine:
        return None
    said = {word for one in gold.cited for word in words(one.turn.text)}
    others = [
        name.text
        for one in pool
        if one.where != gold.where or one.where == "podcasts"
        for name in names(one.sentence)
        if name.sure and not name.words & said
    ]
    return gold.sentence.replace(chance.choice(mine).text, chance.choice(others), 1)


def _speaker(gold: Gold, pool: Sequence[Gold], chance: random.Random) -> str | None:  # noqa: ARG001 - of one shape
    """Somebody else of the same conversation in the place of the one who speaks in the cited turns."""
    speakers = {one.turn.speaker for one in gold.cited}
    for one in names(gold.sentence):
        spoken = next((who for who in speakers if who and one.words <= set(content_words(who))), None)
        others = [who for who in gold.people if who not in speakers]
        if spoken is not None and others:
            return re.sub(rf"\b{re.escape(one.text)}\b", chance.choice(others), gold.sentence)
    if gold.where == "podcasts":  # a podcast's answers mostly name nobody: as a model would put it
        others = [who for who in gold.people if who not in speakers]
        return f"{chance.choice(others)} said: {gold.sentence}" if others else None
    return None


def _negation(gold: Gold, pool: Sequence[Gold], chance: random.Random) -> str | None:  # noqa: ARG001 - of one shape
    sentence = gold.sentence
    bare = re.sub(
        r"\b(did|does|do|is|was|are|were|has|have|had|can|will|would|could|should) not\b|\b(?:never|not) ",
        r"\1 ",
        sentence,
    )
    if bare != sentence:
        return " ".join(bare.split())
    for pattern in (r"\b(did|does|do|is|was|are|were|has|have|had|can|could|will|would|should)\b",):
        found = re.search(pattern, sentence)
        if found:
            return f"{sentence[: found.end()]} not{sentence[found.end() :]}"
    verb = re.search(r"\b(\w{3,})(ed|s)\b(?= (?:the|a|an|it|to|for|in|on|by|from|that|out|over))", sentence)
    if verb is None:
        return None
    return f"{sentence[: verb.start()]}did not {verb[1]}{sentence[verb.end() :]}"


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
    made = pairs(options.eval, options.corpus, each=options.each)
    senses = EncoderSenses([one.turn.text for pair in made if pair.kind == "supported" for one in pair.cited])
    judged = []
    for pair in made:
        verdict = checking.check(pair.sentence, pair.cited, senses, context=pair.context)
        judged.append((pair, verdict))
        wrong = (verdict.reason is None) != (pair.kind == "supported")
        if options.wrong and pair.tuning and wrong:
            cited = " || ".join(f"({one.source.date}) {one.turn.speaker}: {one.turn.text[:300]}" for one in pair.cited)
            print(f"{pair.kind} | {pair.where} | {pair.sentence} | {verdict.reason} {verdict.support:.2f}\n    {cited}")
    some = judged[:: max(1, len(judged) // 300)]
    began, worked = time.perf_counter(), time.process_time()
    for pair, _ in some:
        checking.check(pair.sentence, pair.cited, senses, context=pair.context)
    cost = (time.process_time() - worked) / len(some) * 1000
    took = (time.perf_counter() - began) / len(some) * 1000
    kept = sum(pair.kind == "supported" for pair in made)
    lines = [
        f"{kept} supported sentences, {len(made) - kept} spoilt; `benchmarks/check_pairs.py` says how they are made.",
        "",
        *_table(judged),
        "",
        f"Checking takes {cost:.1f} ms of one core a sentence on average, the vectors of the turns known"
        f" (OMP_NUM_THREADS={os.environ.get('OMP_NUM_THREADS', '')}; {took:.1f} ms by the clock, the machine's load"
        f" {os.getloadavg()[0]:.1f}).",
    ]
    if options.report:
        record("Check of written sentences", lines)
    else:
        print("\n".join(lines))


def _table(judged: list[tuple[Pair, checking.Verdict]]) -> list[str]:
    rows = []
    for kind in KINDS:
        cells = []
        for tuning in (True, False):
            right = [
                (verdict.reason is None) == (kind == "supported")
                for pair, verdict in judged
                if pair.kind == kind and pair.tuning == tuning
            ]
            cells.append(f"{sum(right) / max(len(right), 1):.3f} ({sum(right)} of {len(right)})")
        rows.append(f"| {kind} | {'kept' if kind == 'supported' else 'caught'} | {cells[1]} | {cells[0]} |")
    return ["| pairs | measure | held out | tuned on |", "| --- | --- | --- | --- |", *rows]


if __name__ == "__main__":
    main()
