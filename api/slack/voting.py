"""What people think of an answer, by the buttons below it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any, Literal

from api.slack.answering import Answerer
from api.slack.blocks import note
from api.slack.posting import LOG
from rag.errors import NotFoundError, TransciteError

_VALUE = re.compile(r"([0-9a-f]{1,64}):(up|down)")
_THANKS = "Thank you; it is noted with the answer."
_GONE = "The answer is not kept any more, so your vote could not be noted."
_FAILED = "Your vote could not be noted; the server's log says why."


async def voted(answerer: Answerer, body: Mapping[str, Any]) -> None:
    """Note a vote where all votes are, and say so to who gave it.

    Args:
        answerer: Whose answer it is.
        body: Of the interaction.
    """
    found = _VALUE.fullmatch(str(body["actions"][0].get("value", "")))
    if found is None:
        return
    vote: Literal["up", "down"] = "up" if found[2] == "up" else "down"
    caller = answerer.caller(str(body["team"]["id"]), str(body["channel"]["id"]))
    try:
        await asyncio.to_thread(answerer.service.holdings.vote, caller, found[1], vote, None)
        answerer.service.watch.metrics.vote(vote)
        told = _THANKS
    except NotFoundError:
        told = _GONE
    except TransciteError:
        LOG.exception("a vote in Slack could not be kept")
        told = _FAILED
    await answerer.poster.whisper(str(body["response_url"]), note(told))
