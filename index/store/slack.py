"""What the Slack bot keeps: where it is installed, installations that were begun, and what channels have settled."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from index.store.database import Database
from index.store.schema import slack_channels, slack_installations, slack_states
from rag.refusal import Caution


@dataclass(frozen=True, slots=True)
class Installation:
    """The bot in a workspace that installed it.

    Attributes:
        team: Id of the workspace.
        enterprise: Of the organisation that it belongs to, if it does.
        name: Of the workspace.
        user: Id of the bot as a user.
        bot: Id of the bot.
        sealed: Its tokens, which only who knows the app's client secret can read.
        expires_at: When they do, in seconds since 1970; None for never.
        installed_by: Id of who installed it.
        installed_at: In seconds since 1970.
    """

    team: str
    enterprise: str | None
    name: str
    user: str
    bot: str
    sealed: str
    expires_at: float | None
    installed_by: str
    installed_at: float


@dataclass(frozen=True, slots=True)
class ChannelRule:
    """What a channel has settled for itself.

    Attributes:
        collections: The only ones it is answered from, in order of name; None for all that it may.
        caution: How sure an answer must be; None for as sure as everywhere.
        changed_by: Id of who settled it.
        changed_at: When, in seconds since 1970.
    """

    collections: tuple[str, ...] | None
    caution: Caution | None
    changed_by: str
    changed_at: float


class SlackStore:
    """What the bot keeps in one library.

    Args:
        database: Of the library.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def install(self, one: Installation) -> None:
        """Keep an installation, in place of an earlier one in the same workspace."""
        with self._database.writing() as connection:
            connection.execute(slack_installations.delete().where(slack_installations.c.team == one.team))
            connection.execute(slack_installations.insert().values(**_row(one)))

    def installation(self, team: str) -> Installation | None:
        """The installation in a workspace; None where there is none."""
        statement = sa.select(slack_installations).where(slack_installations.c.team == team)
        with self._database.reading() as connection:
            row = connection.execute(statement).first()
        return None if row is None else Installation(**row._asdict())

    def installations(self) -> list[Installation]:
        """All of them, oldest first."""
        statement = sa.select(slack_installations).order_by(slack_installations.c.installed_at)
        with self._database.reading() as connection:
            return [Installation(**row._asdict()) for row in connection.execute(statement)]

    def renew(self, team: str, *, was: str, sealed: str, expires_at: float | None) -> bool:
        """Put new tokens in place of the old ones; False when those are not there any more."""
        known = (slack_installations.c.team == team) & (slack_installations.c.sealed == was)
        with self._database.writing() as connection:
            new = slack_installations.update().where(known).values(sealed=sealed, expires_at=expires_at)
            return connection.execute(new).rowcount == 1

    def uninstall(self, team: str, *, at: float) -> bool:
        """Forget an installation that was there at a time: word of its end may come after it was made again."""
        known = (slack_installations.c.team == team) & (slack_installations.c.installed_at <= at)
        with self._database.writing() as connection:
            return connection.execute(slack_installations.delete().where(known)).rowcount == 1

    def begin(self, state: str, *, lives_s: float) -> None:
        """Note an installation that was begun; those that were never ended go."""
        now = time.time()
        with self._database.writing() as connection:
            connection.execute(slack_states.delete().where(slack_states.c.expires_at < now))
            connection.execute(slack_states.insert().values(digest=_digest(state), expires_at=now + lives_s))

    def end(self, state: str) -> bool:
        """Whether an installation was begun with a state, and not too long ago; it is so once."""
        known = (slack_states.c.digest == _digest(state)) & (slack_states.c.expires_at >= time.time())
        with self._database.writing() as connection:
            return connection.execute(slack_states.delete().where(known)).rowcount == 1

    def channel(self, team: str, channel: str) -> ChannelRule | None:
        """What a channel has settled; None where it has not."""
        statement = sa.select(slack_channels).where(slack_channels.c.team == team, slack_channels.c.channel == channel)
        with self._database.reading() as connection:
            row = connection.execute(statement).first()
        if row is None:
            return None
        collections = None if row.collections is None else tuple(json.loads(row.collections))
        return ChannelRule(collections, row.caution, row.changed_by, row.changed_at)

    def settle(self, team: str, channel: str, rule: ChannelRule) -> None:
        """Keep what a channel settles, in place of what it had."""
        own = (slack_channels.c.team == team) & (slack_channels.c.channel == channel)
        collections = None if rule.collections is None else json.dumps(sorted(set(rule.collections)))
        values: dict[str, Any] = {
            "team": team,
            "channel": channel,
            "collections": collections,
            "caution": rule.caution,
            "changed_by": rule.changed_by,
            "changed_at": rule.changed_at,
        }
        with self._database.writing() as connection:
            connection.execute(slack_channels.delete().where(own))
            connection.execute(slack_channels.insert().values(values))


def _row(one: Installation) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Installation.__slots__}


def _digest(state: str) -> str:
    """Of what a browser holds: who reads the database cannot end what another began."""
    return hashlib.sha256(state.encode()).hexdigest()
