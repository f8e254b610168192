"""`/ask settings`: what a channel sees, for everybody in it to read, and for who manages it to change."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any

from api.slack import forms
from api.slack.answering import Answerer
from api.slack.blocks import note
from api.slack.posting import LOG, TROUBLE, code
from api.slack.rights import refused
from index.store.slack import ChannelRule
from rag.errors import TransciteError

_WORD = "settings"
_FAILED = "The settings of this channel could not be had; the log of the server that I run on says why."
_UNOPENED = "Slack did not open the form; try again."


def settings_asked(body: Mapping[str, Any]) -> bool:
    """Whether a command asks for the settings."""
    return str(body.get("text") or "").strip().lower() == _WORD


async def told(answerer: Answerer, body: Mapping[str, Any]) -> None:
    """Tell what a channel sees, for who typed the command alone.

    Args:
        answerer: Answers in the channel.
        body: Of the command.
    """
    team, channel, user = (str(body[name]) for name in ("team_id", "channel_id", "user_id"))
    refusal = await refused(answerer.poster.client, team=team, channel=channel, user=user)
    await _tell(answerer, (team, channel), str(body["response_url"]), refusal)


async def opened(answerer: Answerer, body: Mapping[str, Any]) -> None:
    """Open the form, for who may change it.

    Args:
        answerer: Answers in the channel.
        body: Of the button.
    """
    team, channel, user = (str(body[name]["id"]) for name in ("team", "channel", "user"))
    client, where = answerer.poster.client, str(body["response_url"])
    refusal = await refused(client, team=team, channel=channel, user=user)
    state = await _state(answerer, team, channel)
    if refusal is not None or state is None:
        await answerer.poster.whisper(where, note(refusal or _FAILED))
        return
    view = forms.form(state, {"channel": channel, "response_url": where})
    try:
        await client.views_open(trigger_id=str(body["trigger_id"]), view=view)
    except TROUBLE as error:
        LOG.error("a form could not be opened in Slack: %s", code(error))
        await answerer.poster.whisper(where, note(_UNOPENED))


async def changed(answerer: Answerer, body: Mapping[str, Any]) -> None:
    """Keep what a form was sent with, and tell what the channel sees from now on.

    Args:
        answerer: Answers in the channel.
        body: Of the form.
    """
    # 1. Who sent it, and from where; rights are asked for again, as time may have gone by.
    team, user = str(body["team"]["id"]), str(body["user"]["id"])
    try:
        carried = json.loads(body["view"]["private_metadata"])
        channel, where = str(carried["channel"]), str(carried["response_url"])
    except (ValueError, KeyError, TypeError):
        LOG.warning("a form came back from Slack without what it was sent with")
        return
    refusal = await refused(answerer.poster.client, team=team, channel=channel, user=user)
    state = await _state(answerer, team, channel)
    if refusal is not None or state is None:
        await answerer.poster.whisper(where, note(refusal or _FAILED))
        return
    # 2. What it says, which can only be what the settings allow now.
    try:
        collections, caution = forms.chosen(body["view"], state)
    except forms.FormError as error:
        await answerer.poster.whisper(where, note(str(error)))
        return
    # 3. Keep it.
    rule = ChannelRule(collections, caution, user, time.time())
    try:
        await asyncio.to_thread(answerer.rules.store.settle, team, channel, rule)
    except TransciteError:
        LOG.exception("the settings of a channel in Slack could not be kept")
        await answerer.poster.whisper(where, note(_FAILED))
        return
    LOG.info("the settings of channel %s in workspace %s were changed by %s", channel, team, user)
    await _tell(answerer, (team, channel), where, None, instead=True)


async def _tell(
    answerer: Answerer, place: tuple[str, str], where: str, refusal: str | None, *, instead: bool = False
) -> None:
    state = await _state(answerer, *place)
    shown = note(_FAILED) if state is None else forms.told(state, refusal)
    await answerer.poster.whisper(where, shown, instead=instead)


async def _state(answerer: Answerer, team: str, channel: str) -> forms.State | None:
    """What a channel sees; None where that cannot be read."""
    rules, library = answerer.rules, answerer.service.library

    def read() -> forms.State:
        ceiling = rules.ceiling(team, channel)
        offered = tuple(one for one in library.collections() if ceiling is None or one in ceiling)
        return forms.State(offered, rules.store.channel(team, channel), answerer.service.caution)

    try:
        return await asyncio.to_thread(read)
    except TransciteError:
        LOG.exception("the settings of a channel in Slack cannot be read")
        return None
