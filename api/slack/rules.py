"""What a channel sees: what the settings allow, and within that what it has settled for itself."""

from __future__ import annotations

from dataclasses import dataclass

from api.settings_slack import Slack
from api.slack.posting import LOG
from index.store.slack import ChannelRule, SlackStore
from rag.errors import LibraryError
from rag.refusal import Caution

NOWHERE = ("",)  # no collection has an empty name


@dataclass(frozen=True, slots=True)
class Ruling:
    """What holds in a channel.

    Attributes:
        collections: It is answered from; None for all.
        caution: How sure an answer must be; None for what the server is set to.
    """

    collections: tuple[str, ...] | None
    caution: Caution | None = None


class Rules:
    """The rules of all channels.

    Args:
        slack: The app; what its settings allow, no channel can exceed.
        store: Where channels settle theirs.
    """

    def __init__(self, slack: Slack, store: SlackStore) -> None:
        self._slack = slack
        self.store = store

    def ceiling(self, team: str, channel: str) -> tuple[str, ...] | None:
        """The collections that the settings allow a channel; None for all."""
        return self._slack.seen_in(channel, team)

    def ruling(self, team: str, channel: str) -> Ruling:
        """What holds in a channel now; nothing is seen where that cannot be read."""
        ceiling = self.ceiling(team, channel)
        try:
            rule = self.store.channel(team, channel)
        except LibraryError:
            LOG.exception("what a channel in Slack has settled cannot be read")
            return Ruling(NOWHERE)
        return Ruling(ceiling) if rule is None else Ruling(_within(rule, ceiling), rule.caution)


def _within(rule: ChannelRule, ceiling: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The collections of a rule that the settings allow: none of them is nothing, not everything."""
    if rule.collections is None:
        return ceiling
    return tuple(one for one in rule.collections if ceiling is None or one in ceiling) or NOWHERE
