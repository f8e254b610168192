"""What a channel has settled, as it is shown, and the form to change it. Names stand where Slack reads no markup."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    InputBlock,
    Option,
    OptionGroup,
    RadioButtonsElement,
    SectionBlock,
    StaticMultiSelectElement,
)
from slack_sdk.models.views import View

from api.slack.blocks import Message
from api.slack.pieces import escaped, line, ours, plain, short
from index.store.slack import ChannelRule
from rag.refusal import Caution

CHANGE, SETTINGS = "transcite_change", "transcite_settings"  # the button, and the form
_COLLECTIONS, _CAUTION, _USUAL = "collections", "caution", "usual"
_GROUP, _GROUPS, _LABEL = 100, 100, 75  # of a list to choose from: options, groups, characters; Slack's own limits
_SAID = 2800  # characters of a block, with room
_MEANS: dict[Caution, str] = {
    "strict": "strict: rather says that the transcripts do not say",
    "balanced": "balanced",
    "eager": "eager: rather answers",
}


class FormError(Exception):
    """What was sent is not the form, or not as it is now; the text is for who sent it."""


@dataclass(frozen=True, slots=True)
class State:
    """What a channel sees.

    Attributes:
        offered: Collections there are that the settings allow it, by name.
        rule: What it has settled; None where it has not.
        usual: How sure an answer must be where nothing is settled.
    """

    offered: tuple[str, ...]
    rule: ChannelRule | None
    usual: Caution


def told(state: State, refusal: str | None) -> Message:
    """What a channel has settled, with a button to change it; in place of that, why it is not theirs to change."""
    rule = state.rule
    said = [f"Answers here come from {_names(state)}.", f"How sure an answer must be: {_sure(state)}."]
    blocks: list[Block] = [SectionBlock(text=plain(short(one, _SAID))) for one in said]
    if rule is not None:
        day = dt.datetime.fromtimestamp(rule.changed_at, dt.UTC).date()
        who = "".join(re.findall(r"\w", rule.changed_by))
        blocks.append(ContextBlock(elements=[ours(f"Last changed by <@{who}> on {day}.")]))
    if refusal is None:
        blocks.append(ActionsBlock(elements=[ButtonElement(action_id=CHANGE, text=plain("Change"), value=CHANGE)]))
    else:
        blocks.append(ContextBlock(elements=[plain(refusal)]))
    return Message(escaped(short(" ".join(said), _SAID)), tuple(one.to_dict() for one in blocks))


def form(state: State, carried: Mapping[str, str]) -> dict[str, Any]:
    """The form, as Slack opens it. Raises SlackObjectFormationError for one that Slack would refuse.

    Args:
        state: Of the channel.
        carried: Comes back with what is sent.
    """
    blocks: list[Block] = []
    if state.offered:
        blocks.append(_choice(state))
    usual = Option(value=_USUAL, text=f"as the server is set: {state.usual}")
    options = [usual, *(Option(value=one, text=text) for one, text in _MEANS.items())]
    settled = state.rule.caution if state.rule is not None else None
    initial = next(one for one in options if one.value == (settled or _USUAL))
    sure = RadioButtonsElement(action_id=_CAUTION, options=options, initial_option=initial)
    blocks.append(InputBlock(block_id=_CAUTION, label=plain("How sure an answer must be"), element=sure))
    view = View(
        type="modal",
        callback_id=SETTINGS,
        title=plain("Settings here"),
        submit=plain("Save"),
        close=plain("Cancel"),
        private_metadata=json.dumps(dict(carried)),
        blocks=blocks,
    )
    return dict(view.to_dict())


def chosen(view: Mapping[str, Any], state: State) -> tuple[tuple[str, ...] | None, Caution | None]:
    """The collections and the caution that a form was sent with.

    Raises:
        FormError: It is not the form, or names what is not offered any more.
    """
    try:
        values = view["state"]["values"]
        picked = [str(one["value"]) for one in (values.get(_COLLECTIONS) or _NONE)[_COLLECTIONS]["selected_options"]]
        caution = str(values[_CAUTION][_CAUTION]["selected_option"]["value"])
    except (AttributeError, KeyError, TypeError) as error:
        raise FormError("That is not the form that I opened, so nothing was changed.") from error
    known = {_value(one): one for one in state.offered}
    if not set(picked) <= known.keys():
        raise FormError("A collection that was chosen is not there any more, so nothing was changed. Try again.")
    if caution not in {_USUAL, *get_args(Caution)}:
        raise FormError("That is not the form that I opened, so nothing was changed.")
    sure = next((one for one in _MEANS if one == caution), None)
    if not state.offered and state.rule is not None:  # there was nothing to choose from: what was settled stays
        return state.rule.collections, sure
    return tuple(known[one] for one in picked) or None, sure


_NONE: dict[str, Any] = {_COLLECTIONS: {"selected_options": []}}


def _choice(state: State) -> Block:
    settled = set((state.rule.collections or ()) if state.rule is not None else ())
    options = [_option(one) for one in state.offered[: _GROUP * _GROUPS]]
    initial = [_option(one) for one in state.offered if one in settled]
    choice = StaticMultiSelectElement(
        action_id=_COLLECTIONS,
        placeholder=plain("All that I may see here"),
        options=options if len(options) <= _GROUP else None,
        option_groups=None if len(options) <= _GROUP else list(_groups(options)),
        initial_options=initial or None,
    )
    hint = plain("With none chosen, answers come from all that this server lets this channel see, later ones too.")
    return InputBlock(block_id=_COLLECTIONS, label=plain("Answer only from"), element=choice, optional=True, hint=hint)


def _groups(options: Sequence[Option]) -> Iterator[OptionGroup]:
    for at in range(0, len(options), _GROUP):
        some = list(options[at : at + _GROUP])
        yield OptionGroup(label=plain(f"{at + 1} to {at + len(some)}"), options=some)


def _option(name: str) -> Option:
    return Option(value=_value(name), text=plain(line(name, _LABEL) or "?"))


def _value(name: str) -> str:
    """A collection's name in a form, where names may be too long."""
    return hashlib.sha256(name.encode()).hexdigest()


def _names(state: State) -> str:
    settled = state.rule.collections if state.rule is not None else None
    if settled is None:
        return f"all that this server lets this channel see: {_listed(state.offered) or 'nothing yet'}"
    gone = [one for one in settled if one not in state.offered]
    left = _listed([one for one in settled if one in state.offered])
    if not gone:
        return left
    lost = f"not there any more, or not for this channel: {_listed(gone)}"
    return f"{left} ({lost})" if left else f"nothing ({lost})"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(line(one, _LABEL) for one in names)


def _sure(state: State) -> str:
    if state.rule is None or state.rule.caution is None:
        return f"{state.usual}, as the server is set"
    return state.rule.caution
