"""Supported sentences with the turns that carry them: the gold answers in shared/eval, and what was said, restated."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from check_names import names

from rag.evidence import Evidence
from rag.values import Source, Turn
from rag.words import STOP_WORDS, words
from rag.writing.days import written_days
from rag.writing.stretches import holds, stretches

_AROUND = 8
TUNING = {"26", "30", "41"}
_AUX = r"(?P<aux>did|does|do|is|was|are|were|has|have|had|can|will|would|could|should)"
_MONTHS = set("january february march april may june july august september october november december".split())
_ASKED = re.compile(
    rf"^(?P<wh>What|Which|When|Where|Why|Who|How)(?P<kind>(?: (?!{_AUX[7:-1]}\b)[\w'’/-]+)*?) {_AUX} (?P<rest>.+?)\?$",
    re.I,
)


@dataclass(frozen=True)
class Gold:
    """A supported sentence; `others` are the people and the turns of its conversation."""

    where: str
    tuning: bool
    sentence: str
    cited: tuple[Evidence, ...]
    people: tuple[str, ...]
    others: tuple[Evidence, ...]


def locomo(folder: Path) -> Iterator[Gold]:
    for path in sorted(folder.glob("*.json")):
        people, found, asked = conversation(path)
        others = tuple(found.values())
        lower = {word for one in others for word in one.turn.text.split() if word.islower()}
        for one in asked:
            sentence = _stated(one["question"], _in_place(str(one.get("answer", "")), lower))
            gold = [found[key] for key in one["evidence"] if key in found]
            whole = sentence and 1 <= len(gold) <= 3 and len(gold) == len(one["evidence"])
            if one["category"] in {1, 2, 4} and whole and _stands(one["question"], gold, others, people):
                yield Gold(path.stem, path.stem in TUNING, sentence, tuple(gold), people, others)


def conversation(path: Path) -> tuple[tuple[str, str], dict[str, Evidence], list[dict[str, Any]]]:
    """Who talks in a conversation of LoCoMo, its turns by their names, and its questions."""
    data = json.loads(path.read_text(encoding="utf-8"))
    people = (data["speaker_a"], data["speaker_b"])
    found: dict[str, Evidence] = {}
    for key in [one for one in data if re.fullmatch(r"session_\d+", one)]:
        date = dt.datetime.strptime(data[f"{key}_date_time"].split(" on ", 1)[1], "%d %B, %Y").date()
        source = Source(f"{path.stem}-{key}", f"Chat of {' and '.join(people)}", "locomo", date)
        turns = [Turn(n, f"{one['text']}{_caption(one)}", one["speaker"]) for n, one in enumerate(data[key], start=1)]
        for at, (one, raw) in enumerate(zip(turns, data[key], strict=True)):
            before, after = turns[at - 1] if at else None, turns[at + 1] if at + 1 < len(turns) else None
            found[raw["dia_id"]] = Evidence(source, one, 1.0, before, after)
    return people, found, data["qa"]


def speakers(others: Sequence[Evidence]) -> tuple[str, ...]:
    """Who speaks in some turns, in order."""
    return tuple(dict.fromkeys(one.turn.speaker for one in others if one.turn.speaker))


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
                read[name] = episode(corpus / name)
            cited.append(read[name][place["turn"] - 1])
        files = dict.fromkeys(place["file"] for place in one["evidence"])  # in order, or the pairs would change
        others = tuple(each for name in files for each in read[name])
        yield Gold("podcasts", number % 2 == 0, one["answer"], tuple(cited), speakers(others), others)


def episode(path: Path) -> tuple[Evidence, ...]:
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
