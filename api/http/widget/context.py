"""A citation in its context: the cited turn and the turns beside it, for the card that the widget shows."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api import wire
from api.access import Caller
from api.http import problems
from api.http.gate import Asker
from api.http.service import Service
from api.wire_library import Turn
from rag.errors import NotFoundError

_BESIDE = 1  # turns before and after
_N = Annotated[int, Path(ge=1)]


class Context(wire.Wire):
    """A citation and the turns around it, in order; the cited one is `turns[at]`."""

    citation: wire.Citation
    turns: list[Turn]
    at: int


def context_router(service: Service) -> APIRouter:
    """`/v1/answers/{answer_id}/citations/{n}`."""
    router = APIRouter(prefix="/v1", tags=["asking"], responses=problems.documented())

    @router.get("/answers/{answer_id}/citations/{n}")
    def context(answer_id: str, n: _N, caller: Asker) -> Context:
        """Show a citation of an answer among what was said before and after it."""
        answer = wire.Answer.model_validate_json(service.holdings.answer(caller, answer_id))
        citation = next((one for one in answer.citations if one.n == n), None)
        if citation is None:
            raise NotFoundError(f"answer {answer_id!r} has no citation {n}")
        return _around(service, caller, citation)

    return router


def _around(service: Service, caller: Caller, citation: wire.Citation) -> Context:
    """A citation as the library has it now.

    Raises:
        NotFoundError: The transcript is gone, or does not say that any more.
    """
    _, transcript = service.holdings.transcript(caller, citation.transcript_id)
    turns = [one for one in transcript.turns if abs(one.turn - citation.turn) <= _BESIDE]
    at = next((place for place, one in enumerate(turns) if one.turn == citation.turn), None)
    if at is None or turns[at].text[citation.char_start : citation.char_end] != citation.quote:
        raise NotFoundError(f"the transcript has changed since: turn {citation.turn} does not say that any more")
    return Context(citation=citation, turns=[Turn.of(one) for one in turns], at=at)
