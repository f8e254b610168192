from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from rag.values import Transcript

Read = Callable[..., Transcript]


def test_bold_labels(read: Read) -> None:
    transcript = read(
        "**Ann Lee:** \\[00:04:01.06\\] Hello \\#1.\n\nStill me, \\[04:10\\] here.\n\n**Break:** \\[21:36\\]\n\n"
        "**Bob Ray**: A &lt; b, [link](https://x.org/a\\_b).\n\n**Break:**\n\n**Break**: Ads.\n\n"
        "**Ann Lee:**\n\nBelow\nthe label.\n\n**Important**: this is a list entry, not important people.\n\n"
        "**Bob Ray: Y**es.",
        "show-12.md",
    )
    assert [(t.speaker, t.text, t.start, t.kind) for t in transcript.turns] == [
        ("Ann Lee", "Hello #1.\n\nStill me, here.", 241.06, "speech"),
        (None, "Break", 1296.0, "direction"),
        ("Bob Ray", "A < b, [link](https://x.org/a_b).", None, "speech"),
        (None, "Break\n\nAds.", None, "direction"),
        ("Ann Lee", "Below the label.\n\n**Important**: this is a list entry, not important people.", None, "speech"),
        ("Bob Ray", "Yes.", None, "speech"),
    ]
    assert (transcript.title, transcript.format) == ("Show 12", "markdown")


def test_a_backslash_that_escapes_white_space_is_no_speech(read: Read) -> None:
    turns = read(
        "**Ann Lee:** Before.\n\n**Break:**\\ \\[15:56\\]\n\n**Bob Ray:**\\ Kept\\\nup\\ and \\\\ meant.\\\n\n\\\n\n"
        "**Ann Lee:** Time\\ \\[16:10\\] here.\\",
        "x.md",
    ).turns
    assert [(t.speaker, t.text, t.start, t.kind) for t in turns] == [
        ("Ann Lee", "Before.", None, "speech"),
        (None, "Break", 956.0, "direction"),
        ("Bob Ray", "Kept up and \\ meant.", None, "speech"),
        ("Ann Lee", "Time here.", None, "speech"),
    ]


def test_label_without_blank_line_before_it_is_a_new_turn(read: Read) -> None:
    assert [t.speaker for t in read("**Ann:** One.\n**Bob:** Two.\n", "a.md").turns] == ["Ann", "Bob"]


def test_headings(read: Read) -> None:
    transcript = read(
        "# 2024-02-29 《電子簽章法》逐字稿\n\n### 司儀：\n大家好。\n\n> (laughter)\n\n### 司儀：\n請。\n\n"
        "> 第二部分\n\n### 唐鳳：\n謝謝 &quot;你&quot;。\n",
        "x.md",
    )
    assert (transcript.title, transcript.date) == ("《電子簽章法》逐字稿", dt.date(2024, 2, 29))
    assert [(t.speaker, t.text, t.kind) for t in transcript.turns] == [
        ("司儀", "大家好。\n\n(laughter)\n\n請。", "speech"),
        (None, "第二部分", "direction"),
        ("唐鳳", '謝謝 "你"。', "speech"),
    ]


@pytest.mark.parametrize(
    "header",
    [
        "---\ntitle: The Show\ndate: 2024-03-05\nsource_url: https://x.org/1\n---\n",
        "# The Show\nDate: 2024-03-05\nSource: https://x.org/1\n",
        "# The Show\n\n**Date:** March 5, 2024\n**Source:** https://x.org/1\n",
        "# The Show (2024-03-05)\n\nURL: https://x.org/1\n".replace(" (2024-03-05)", " - 2024-03-05"),
    ],
)
def test_header(read: Read, header: str) -> None:
    transcript = read(f"{header}\n**Ann:** Hi.\n\n**Bob:** Hi.\n", "x.md")
    assert (transcript.title, transcript.date) == ("The Show", dt.date(2024, 3, 5))
    assert transcript.source_url == "https://x.org/1"
    assert len(transcript.turns) == 2


def test_words_before_the_first_label_are_kept(read: Read) -> None:
    turns = read("This was recorded in the rain, sorry.\n\n**Ann:** Hi.\n\n**Bob:** Hi.\n", "x.md").turns
    assert (turns[0].speaker, turns[0].text) == (None, "This was recorded in the rain, sorry.")


def test_sample(sample: Callable[[str], Transcript]) -> None:
    transcript = sample("audreyt-kai-strittmatter-head.md")
    assert (transcript.title, transcript.date) == ("Interview with Kai Strittmatter", dt.date(2018, 10, 17))
    assert transcript.turns[4].text.endswith(
        '"Süddeutsche Zeitung." We’re the largest national newspaper in Germany. I’m the Beijing correspondent.'
    )
    assert transcript.speaker_names() == ("Kai Strittmatter", "Audrey Tang")
