"""How sure an answer must be, set once: the command line answers or refuses accordingly."""

from __future__ import annotations

import pytest
from command import Transcite

TORN = "What did the budget pay?"  # a sentence speaks of the budget, and of no payment


def status(transcite: Transcite, caution: str | None, question: str) -> str:
    transcite.environ.pop("TRANSCITE_CAUTION", None)
    if caution is not None:
        transcite.environ["TRANSCITE_CAUTION"] = caution
    result = transcite("ask", question, "--json")
    assert result.code == 0, result.err
    return str(result.document["status"])


def test_strict_refuses_what_eager_answers(filled: Transcite) -> None:
    assert status(filled, "strict", TORN) == "not_found"
    assert status(filled, "eager", TORN) == "quoted"
    assert status(filled, None, TORN) == status(filled, "balanced", TORN)


@pytest.mark.parametrize("caution", ["strict", "balanced", "eager"])
def test_what_is_sure_does_not_depend_on_it(filled: Transcite, caution: str) -> None:
    assert status(filled, caution, "How many ambulances was the grant of Tamarack for?") == "quoted"
    assert status(filled, caution, "How often was the harbor bridge mentioned?") == "quoted"
    assert status(filled, caution, "How often were penguins mentioned?") == "not_found"
    assert status(filled, caution, "Who won the chess championship in Reykjavik?") == "not_found"


def test_any_other_word_is_refused_at_start(filled: Transcite) -> None:
    filled.environ["TRANSCITE_CAUTION"] = "bold"
    result = filled("ask", TORN)
    assert (result.code, result.out) == (1, "")
    assert "TRANSCITE_CAUTION is 'bold'; allowed is strict, balanced, eager" in result.err
