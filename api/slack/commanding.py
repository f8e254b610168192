"""`/ask`, and the same of a message that stands there: an answer for one person, who may share it with the channel."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from api import wire
from api.slack.answering import Answerer
from api.slack.blocks import message, note
from api.slack.heard import plain
from api.slack.manifest import COMMAND
from api.slack.posting import LOG
from rag.errors import NotFoundError, TransciteError

LOOKING = "Looking through the transcripts…"
_USAGE = f"Ask a question after the command, such as: {COMMAND} what was decided about the bridge?"
_SHARED = "Shared with the channel."
_GONE = "The answer is not kept any more, so it could not be shared. Ask again."
_FAILED = "The answer could not be shared; the server's log says why."


async def commanded(answerer: Answerer, body: Mapping[str, Any]) -> None:
    """Answer a command, for who typed it alone.

    Args:
        answerer: Makes the answer.
        body: Of the command.
    """
    await _whispered(answerer, str(body["team_id"]), str(body["channel_id"]), body, body.get("text"))


async def asked_about(answerer: Answerer, body: Mapping[str, Any]) -> None:
    """Ask what a message says, for who chose it from the message's menu.

    Args:
        answerer: Makes the answer.
        body: Of the shortcut.
    """
    await _whispered(answerer, str(body["team"]["id"]), str(body["channel"]["id"]), body, body["message"].get("text"))


async def _whispered(answerer: Answerer, team: str, channel: str, body: Mapping[str, Any], text: object) -> None:
    question, where, poster = plain(str(text or "")), str(body["response_url"]), answerer.poster
    if not question:
        await poster.whisper(where, note(_USAGE))
        return
    found = await answerer.made(answerer.caller(team, channel), question)
    if not isinstance(found, wire.Answer):
        await poster.whisper(where, note(found))
        return
    shareable = await poster.foreign(channel) is not True  # where that is not known, the button says so
    await poster.whisper(where, message(found, answerer.base, shareable=shareable))


async def shared(answerer: Answerer, body: Mapping[str, Any]) -> None:
    """Post an answer to `/ask` in its channel, with who asked and what.

    Args:
        answerer: Whose answer it is.
        body: Of the interaction.
    """
    channel, where = str(body["channel"]["id"]), str(body["response_url"])
    caller, answer_id = answerer.caller(str(body["team"]["id"]), channel), str(body["actions"][0].get("value", ""))
    try:
        document = await asyncio.to_thread(answerer.service.holdings.answer, caller, answer_id)
    except NotFoundError:
        await answerer.poster.whisper(where, note(_GONE))
        return
    except TransciteError:
        LOG.exception("an answer could not be read to be shared in Slack")
        await answerer.poster.whisper(where, note(_FAILED))
        return
    answer = wire.Answer.model_validate_json(document)
    asker = "".join(re.findall(r"\w", str(body["user"]["id"])))
    trouble = await answerer.poster.share(channel, message(answer, answerer.base, asker=asker))
    await answerer.poster.whisper(where, note(trouble or _SHARED), instead=trouble is None)
