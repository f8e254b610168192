"""What was judged rightly and wrongly of pairs, in tables."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from rag.evidence import Evidence
from rag.writing import checking

KINDS = ("supported", "number", "name", "speaker", "negation", "other turn", "fabricated")
KINDS += ("negation, otherwise", "name, otherwise", "number, otherwise", "modal", "quantifier", "unit", "opposite")


@dataclass(frozen=True)
class Pair:
    """A sentence and the turns it cites."""

    kind: str
    tuning: bool
    where: str
    sentence: str
    cited: tuple[Evidence, ...]
    context: tuple[Evidence, ...] = ()


Judged = tuple[Pair, checking.Verdict]


def show_wrong(judged: dict[str, list[Judged]]) -> None:
    """What was judged wrongly in the tuning halves."""
    for pair, verdict in (one for some in judged.values() for one in some):
        if pair.tuning and (verdict.reason is None) != (pair.kind == "supported"):
            cited = " || ".join(f"({one.source.date}) {one.turn.speaker}: {one.turn.text[:300]}" for one in pair.cited)
            print(
                f"{pair.kind} | {pair.where} | {key(pair)} | {pair.sentence} | {verdict.reason} {verdict.support:.2f}"
            )
            print(f"    {cited}")


def key(pair: Pair) -> str:
    """What a sentence goes by in refused.json, where it may not be copied to."""
    return hashlib.sha256(f"{pair.where} {pair.sentence}".encode()).hexdigest()[:12]


def ceiling(judged: list[Judged]) -> str:
    """How many supported sentences a reader finds in the turns they cite, in the half tuned on and in the other."""
    labels = json.loads((Path(__file__).parent / "check_refused.json").read_text(encoding="utf-8"))
    told = []
    for half, tuning in (("tuning", True), ("other", False)):
        mine = [one for one in judged if one[0].tuning is tuning and one[0].kind == "supported"]
        refused = [labels.get(key(pair)) for pair, verdict in mine if verdict.reason is not None]
        rightly = sum(one is not None and one["rightly"] for one in refused)
        told.append(
            f"Of the {len(mine)} supported sentences of the {half} half {len(refused)} are refused, {rightly} of them"
            f" rightly: read by hand, the cited turns do not say them (`benchmarks/check_refused.json`;"
            f" {refused.count(None)} not read). So {(len(mine) - rightly) / len(mine):.3f} is the most that can be"
            f" kept there."
        )
    return " ".join(told)


def table(judged: list[Judged]) -> list[str]:
    """Kind by kind, the half that was held out beside the one tuned on."""
    rows = []
    for kind in KINDS:
        held, tuned = (_share([one for one in judged if one[0].tuning is tuning], kind) for tuning in (False, True))
        if (held, tuned) != ("-", "-"):
            rows.append(f"| {kind} | {'kept' if kind == 'supported' else 'caught'} | {held} | {tuned} |")
    return ["| pairs | measure | held out | tuned on |", "| --- | --- | --- | --- |", *rows]


def by_conversation(judged: list[Judged]) -> list[str]:
    """Each conversation for itself; podcasts in the two halves."""
    groups: dict[str, list[Judged]] = {}
    for pair, verdict in judged:
        groups.setdefault(f"{pair.where}{'' if pair.tuning else ' (held out)'}", []).append((pair, verdict))
    kinds = KINDS[:7]
    rows = [f"| {name} | {' | '.join(_share(some, kind) for kind in kinds)} |" for name, some in groups.items()]
    return [f"| of | {' | '.join(kinds)} |", f"|{' --- |' * (len(kinds) + 1)}", *rows]


def _share(judged: list[Judged], kind: str) -> str:
    right = [(verdict.reason is None) == (kind == "supported") for pair, verdict in judged if pair.kind == kind]
    return f"{sum(right) / len(right):.3f} ({sum(right)} of {len(right)})" if right else "-"
