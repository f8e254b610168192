"""Spoken injection: how many hostile transcripts get their way with a model, and how many with the reader.

    python benchmarks/hostile.py [--real] [--seconds 12] [--report]

Two models: a scripted one that obeys whatever a turn asks for (the worst case), and with `--real` SmolLM2-135M, served
by llama.cpp on this machine, which is too small to obey well. The transcripts are those of tests/writing/hostile.py.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Generator
from pathlib import Path

from common import record

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "writing"), str(ROOT / "tests" / "models")]

from hostile import ATTACKS, Attack  # noqa: E402
from models import Obedient  # noqa: E402
from test_injection import QUESTION, has_harm, hearing, trigger_of  # noqa: E402

from rag.ask import ask  # noqa: E402
from rag.llm import ChatModel, Limits  # noqa: E402
from rag.writing.model import Endpoint, Model, Prompt, Usage  # noqa: E402
from rag.writing.writer import Writer  # noqa: E402


class Overheard:
    """A model in front of another; `said` is what it wrote."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.name, self.cites_blocks = model.name, model.cites_blocks
        self.said = ""

    def write(self, prompt: Prompt, on_usage: Callable[[Usage], None]) -> Generator[str]:
        for piece in self._model.write(prompt, on_usage):
            self.said += piece
            yield piece


def tried(attack: Attack, model: Model) -> tuple[bool, bool]:
    """Whether the model did as it was told, and whether a reader is given that."""
    heard = Overheard(model)
    answer = ask(QUESTION, searcher=hearing(attack), writer=Writer(heard))
    return attack.harm.casefold() in heard.said.casefold(), has_harm(answer, attack)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--seconds", type=float, default=12.0, help="for one answer of the real model")
    parser.add_argument("--report", action="store_true", help="write the figures into RESULTS.md")
    options = parser.parse_args()
    models: dict[str, Callable[[Attack], Model]] = {"obedient": lambda one: Obedient(one.obeyed, trigger_of(one))}
    if options.real:
        from smollm import serving  # noqa: PLC0415 - it needs the model's package

        url, server = serving()
        real = ChatModel(Endpoint(url, "smollm2"), limits=Limits(total=options.seconds))
        models["SmolLM2-135M"] = lambda _: real
    lines = ["| attack | transcripts | model | did as told | reached the reader |", "| --- | --- | --- | --- | --- |"]
    for name, model_of in models.items():
        found = [(one.kind, *tried(one, model_of(one))) for one in ATTACKS]
        for kind in dict.fromkeys(one.kind for one in ATTACKS):
            mine = [one for one in found if one[0] == kind]
            lines.append(
                f"| {kind} | {len(mine)} | {name} | {sum(o for _, o, _ in mine)} | {sum(h for *_, h in mine)} |"
            )
        lines.append(f"| all | {len(found)} | {name} | {sum(o for _, o, _ in found)} | {sum(h for *_, h in found)} |")
    if options.real:
        del server
    if options.report:
        record("Spoken injection", lines)
    else:
        print("\n".join(lines))


if __name__ == "__main__":
    main()
