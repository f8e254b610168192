from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from rag.formats.zoom_chat import is_reaction
from rag.values import Transcript

Read = Callable[..., Transcript]


@pytest.mark.parametrize(
    "text",
    [
        "00:05:32\tAnn Lee:\tHello: all\r\n00:05:40\tBob:\tOne\ntwo\n\nthree\r\n00:06:01\tAnn Lee:\tYes\r\n",
        "00:05:32\tFrom Ann Lee to Everyone:\tHello: all\r\n00:05:40\tFrom Bob to Everyone:\tOne\ntwo\n\nthree\r\n"
        "00:06:01\tFrom Ann Lee to Bob(Direct Message):\tYes\r\n",
        "00:05:32\t From  Ann Lee : Hello: all\n00:05:40\t From  Bob : One\ntwo\n\nthree\n"
        "00:06:01\t From  Ann Lee  to  Bob (Privately) : Yes\n",
        "00:05:32 From Ann Lee to Everyone:\n\tHello: all\n00:05:40 From Bob to Everyone:\n\tOne\n\ttwo\n\n\tthree\n"
        "00:06:01 From Ann Lee to Everyone:\n\tYes\n",
        "00:05:32\tVon Ann Lee an Alle:\tHello: all\n00:05:40\tVon Bob an Alle:\tOne\ntwo\n\nthree\n"
        "00:06:01\tVon Ann Lee an Alle:\tYes\n",
    ],
)
def test_zoom_chat(read: Read, text: str) -> None:
    transcript = read(text, "meeting_saved_chat.txt")
    assert transcript.format == "zoom-chat"
    assert [(t.speaker, " ".join(t.text.split()), t.start) for t in transcript.turns] == [
        ("Ann Lee", "Hello: all", 332.0),
        ("Bob", "One two three", 340.0),
        ("Ann Lee", "Yes", 361.0),
    ]


def test_zoom_chat_replies_and_reactions(read: Read) -> None:
    transcript = read(
        "2022-06-14 15:01:39 From Ann to Everyone:\n    When do we go?\n2022-06-14 15:01:45 From Bob to Everyone:\n"
        '    Replying to "When do we..."\n    \n    At "ten"\n2022-06-14 15:01:53 From Ann to Everyone:\n'
        '    Reacted to "At ten" with 😂\n2022-06-14 15:02:00 From Bob to Everyone:\n    Then\n'
    )
    assert transcript.date == dt.date(2022, 6, 14)
    assert [(t.speaker, t.text, t.kind) for t in transcript.turns] == [
        ("Ann", "When do we go?", "speech"),
        ("Bob", 'At "ten"', "speech"),
        (None, 'Ann: Reacted to "At ten" with 😂', "direction"),
        ("Bob", "Then", "speech"),
    ]


def test_zoom_chat_copied_from_the_window(read: Read) -> None:
    transcript = read("From Ann Lee to Everyone:  02:43 PM\nhttps://x.org\nFrom Me to Everyone 02:44 PM\nYes: all.\n")
    assert [(t.speaker, t.text, t.start) for t in transcript.turns] == [
        ("Ann Lee", "https://x.org", 52980.0),
        ("Me", "Yes: all.", 53040.0),
    ]


@pytest.mark.parametrize(
    ("text", "reaction"),
    [
        ('Reacted to "Hi" with 👍', True),
        ('Removed a 👍 reaction from "Hi"', True),
        ("Hat auf „Guten Morgen zusammen“ mit 👍 reagiert", True),
        ("A réagi à « Bonjour à tous » avec ❤️", True),
        ('Reaccionó a "Hola, ¿qué tal?" con 😂', True),
        ("「こんにちは」に👍でリアクションしました", True),
        ('She said "no" and left', False),
        ('Did you see "Dune"? 😂', False),
        ("👍", False),
        ('I read "Dune" twice and I would read it again tomorrow 😂', False),
    ],
)
def test_reactions_in_any_language(text: str, reaction: bool) -> None:
    assert is_reaction(text) is reaction
