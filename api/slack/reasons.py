"""The form that asks why an answer is bad."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from slack_sdk.models.blocks import ContextBlock, InputBlock, PlainTextInputElement
from slack_sdk.models.views import View

from api.slack.pieces import plain

REASON = "transcite_reason"  # what the form is called
_FIELD = "reason"
_MOST = 3000  # characters that Slack lets be typed; the table takes more
_NOTED = "Your vote is noted with the answer, for those who run this library. Saying why helps them."


def reason_form(answer_id: str, channel: str, where: str) -> dict[str, Any]:
    """The form, as it is sent.

    Args:
        answer_id: The answer that somebody voted down.
        channel: Where.
        where: The `response_url` that who voted is told by that it is kept.
    """
    field = PlainTextInputElement(action_id=_FIELD, multiline=True, max_length=_MOST, focus_on_load=True)
    view = View(
        type="modal",
        callback_id=REASON,
        title=plain("Bad answer"),
        submit=plain("Send"),
        close=plain("Skip"),
        blocks=[
            ContextBlock(elements=[plain(_NOTED)]),
            InputBlock(block_id=_FIELD, label=plain("What is wrong with it?"), element=field, optional=True),
        ],
        private_metadata=json.dumps({"answer": answer_id, "channel": channel, "where": where}),
    )
    return dict(view.to_dict())


def given(view: Mapping[str, Any]) -> tuple[dict[str, str], str]:
    """What the form was opened for, and what was typed into it."""
    field = view["state"]["values"][_FIELD][_FIELD]
    typed = str(field.get("value") or "").encode("utf-8", "replace").decode("utf-8").strip()
    return {name: str(value) for name, value in json.loads(view["private_metadata"]).items()}, typed
