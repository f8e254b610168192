"""What Slack's words for a refusal mean, by its reference and by those who met them."""

from __future__ import annotations

# A message that is too much; what is said in it is not.
TOO_MUCH = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"})
# Nothing can be said there, however often it is tried; and nothing anywhere.
NOWHERE = frozenset({"is_archived", "not_in_channel", "channel_not_found", "restricted_action"})
REVOKED = frozenset({"token_revoked", "token_expired", "invalid_auth", "not_authed", "account_inactive"})
# Of streams: a reader has ended it; it is open, and cannot be changed; this app or workspace can have none.
STOPPED, OPEN = "stopped_by_user", "streaming_state_conflict"
UNABLE = frozenset({"missing_scope", "unknown_method", "not_allowed_token_type", "feature_not_enabled"})

# Why an answer is not where it belongs; told to who asked, alone.
_GONE = "the message you asked in is not there any more. Ask again to see the answer"
_WHY = {
    "is_archived": "the channel you asked in is archived. Ask in another one, or here",
    "not_in_channel": "I am not in the channel you asked in. Invite me there, or ask here",
    "channel_not_found": "I do not see the channel you asked in. Invite me there, or ask here",
    "thread_not_found": _GONE,
    "message_not_found": _GONE,
    "cannot_reply_to_message": _GONE,
    "restricted_action": "this workspace does not let me post in the channel you asked in. Ask here",
}
OTHERWISE = "Slack did not take the answer; the log of the server that I run on says why. Ask again, or here"
UNKNOWN = "I could not see whether people of another organisation read along; the log of my server says why"
FOREIGN = "People of another organisation read along in this channel, so the transcripts are not quoted in it."


def why(word: str, otherwise: str = OTHERWISE) -> str:
    """What somebody is told of a refusal: never Slack's word itself, which tells them nothing."""
    return _WHY.get(word, otherwise)
