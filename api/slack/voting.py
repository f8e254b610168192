"""What people think of an answer, by the buttons below it; and why, where they think little of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any, Literal

from api.access import Caller
from api.slack.answering import Answerer
from api.slack.blocks import note
from api.slack.posting import LOG
from api.slack.reasons import given, reason_form
from rag.errors import NotFoundError, TransciteError

Vote = Literal["up", "down"]
_VALUE = re.compile(r"([0-9a-f]{1,64}):(up|down)")
_THANKS = "Thank you; it is noted with the answer."
_GONE = "The answer is not kept any more, so your vote could not be noted."
_FAILED = "Your vote could not be noted; the server's log says why."


async def voted(answerer: Answerer, body: Mapping[str, Any]) -> None:
    """Note a vote where all votes are; ask why where it is down, else say to who gave it that it is noted.

    Args:
        answerer: Whose answer it is.
        body: Of the interaction.
    """
    found = _VALUE.fullmatch(str(body["actions"][0].get("value", "")))
    if found is None:
        return
    vote: Vote = "up" if found[2] == "up" else "down"
    channel, where, trigger = str(body["channel"]["id"]), str(body["response_url"]), str(body.get("trigger_id") or "")
    trouble = await _kept(answerer, answerer.caller(str(body["team"]["id"]), channel), found[1], vote)
    if trouble is None:
        answerer.service.watch.metrics.vote(vote)
        if vote == "down" and trigger and await answerer.poster.show(trigger, reason_form(found[1], channel, where)):
            return
    await answerer.poster.whisper(where, note(trouble or _THANKS))


async def explained(answerer: Answerer, body: Mapping[str, Any]) -> None:
    """Keep why somebody thinks little of an answer, with their vote.

    Args:
        answerer: Whose answer it is.
        body: Of the form that was sent.
    """
    opened_for, reason = given(body["view"])
    trouble = None
    if reason:
        caller = answerer.caller(str(body["team"]["id"]), opened_for["channel"])
        trouble = await _kept(answerer, caller, opened_for["answer"], "down", reason)
    await answerer.poster.whisper(opened_for["where"], note(trouble or _THANKS))


async def _kept(
    answerer: Answerer, caller: Caller, answer_id: str, vote: Vote, reason: str | None = None
) -> str | None:
    """Keep a vote; why that could not be, None when it was."""
    try:
        await asyncio.to_thread(answerer.service.holdings.vote, caller, answer_id, vote, reason)
    except NotFoundError:
        return _GONE
    except TransciteError:
        LOG.exception("a vote in Slack could not be kept")
        return _FAILED
    return None
