"""The pieces that blocks are made of: markup of our own, and text that Slack does not read."""

from __future__ import annotations

from typing import Any

from slack_sdk.models.blocks import MarkdownTextObject, PlainTextObject

from api.streams import shown

CHARACTERS, BLOCKS = 12_000, 45  # of a message; Slack's own limits, with room
SECTION = 3000  # characters of a block
_MENTIONED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def escaped(text: str) -> str:
    """`text` where Slack reads markup, as that text: it mentions nobody and links to nothing."""
    return text.translate(_MENTIONED)


def size(block: Any) -> int:
    """Characters of text and addresses in a block, as `to_dict` gives it."""
    if isinstance(block, dict):
        own = sum(len(block[name]) for name in ("text", "url", "value") if isinstance(block.get(name), str))
        return own + sum(size(value) for value in block.values() if not isinstance(value, str))
    return sum(size(one) for one in block) if isinstance(block, list) else 0


def ours(markup: str) -> MarkdownTextObject:
    """Our own words, with Slack's markup."""
    return MarkdownTextObject(text=markup, verbatim=True)


def plain(text: str) -> PlainTextObject:
    """Text that Slack does not read."""
    return PlainTextObject(text=text, emoji=False)


def link(url: str, label: str) -> str:
    """A link, as markup; `label` is ours."""
    return f"<{escaped(url).replace('|', '%7C')}|{label}>"


def line(text: str, most: int) -> str:
    """`text` in one line of at most so many characters."""
    return short(" ".join(shown(text).split()), most)


def short(text: str, most: int) -> str:
    """`text`, only its beginning when it is longer than `most`."""
    if len(text) <= most:
        return text
    kept = text[: most - 2]
    return (kept.rsplit(" ", 1)[0] if " " in kept[most // 2 :] else kept) + " …"
