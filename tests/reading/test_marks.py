"""Times amid a turn: taken out of the text, kept, and used for the part of the turn that is quoted."""

from __future__ import annotations

import itertools
import json

import pytest

from rag.formats import read_transcript
from rag.values import Citation, Source, Span, Turn


def first(text: str, name: str) -> Turn:
    return read_transcript(text.encode(), name).turns[0]


def parts(turn: Turn) -> list[tuple[float, str]]:
    """What stands at each mark, up to the next."""
    ends = [*(char for char, _ in turn.marks[1:]), len(turn.text)]
    return [(moment, turn.text[char:end].strip()) for (char, moment), end in zip(turn.marks, ends, strict=True)]


def deepgram(words: str) -> str:
    """One word a second, all of one speaker."""
    said = [
        {"word": word, "punctuated_word": word, "start": n, "end": n + 0.5, "speaker": 0}
        for n, word in enumerate(words.split())
    ]
    return json.dumps({"results": {"channels": [{"alternatives": [{"words": said}]}]}})


@pytest.mark.parametrize(
    ("text", "name", "found"),
    [
        (
            "WEBVTT\n\n00:01.000 --> 00:03.000\n<v Ann>Hello there.\n\n00:03.500 --> 00:05.000\n<v Ann>More words,\n\n"
            "00:06.000 --> 00:08.000\n<v Ann>and more.\n",
            "a.vtt",
            [(3.5, "More words,"), (6.0, "and more.")],
        ),
        (
            "Ann Lee: Hello [00:00:10] and more. [00:00:20] Then this.\n\n[00:00:30] And that.\n\nBob Ray: Hi.\n",
            "a.txt",
            [(10.0, "and more."), (20.0, "Then this."), (30.0, "And that.")],
        ),
        # Escapes and entities before a time do not move it.
        (
            "**Ann Lee:** \\[00:04\\] Tom &amp; I \\[00:10\\] and \\*more\\*. \\[00:20\\] Then.\n\n**Bob Ray:** Hi.\n",
            "a.md",
            [(10.0, "and *more*."), (20.0, "Then.")],
        ),
        # Neither do letters that are put together.
        (
            "Ann Lee: Cafe\u0301 [00:00:10] and e\u0301te\u0301. [00:00:20] Then.\n\nBob Ray: Hi.\n",
            "a.txt",
            [(10.0, "and \u00e9t\u00e9."), (20.0, "Then.")],
        ),
        (
            "0:01 - Ann Lee\nHello [00:00:10] and more.\n\n0:15 - Bob Ray\nHi.\n",
            "a.txt",
            [(10.0, "and more.")],
        ),
        # Of words, only those that begin a sentence.
        (deepgram("Hello there. This is it. And so on."), "a.json", [(2.0, "This is it."), (5.0, "And so on.")]),
    ],
)
def test_times_amid_a_turn_are_kept(text: str, name: str, found: list[tuple[float, str]]) -> None:
    assert parts(first(text, name)) == found


def test_captions_of_single_words_give_no_mark_each() -> None:
    cues = "".join(f"00:{n:02}.000 --> 00:{n:02}.900\nword{n}\n\n" for n in range(20))
    marks = first(f"WEBVTT\n\n{cues}", "a.vtt").marks
    assert len(marks) < 10
    assert all(later[1] - sooner[1] >= 2 for sooner, later in itertools.pairwise(marks))


def test_a_quote_has_the_nearest_times_around_it() -> None:
    turn = Turn(1, "One two. Three four. Five six.", start=0.0, end=30.0, marks=((9, 10.0), (21, 20.0)))

    def times(quote: str) -> tuple[float | None, float | None]:
        begin = turn.text.index(quote)
        return Citation(1, Source("a", "A", "default"), turn, Span(1, begin, begin + len(quote))).times

    assert times("One two.") == (0.0, 10.0)
    assert times("Three four.") == (10.0, 20.0)
    assert times("four. Five") == (10.0, 30.0)
    assert times("Five six.") == (20.0, 30.0)
    assert times(turn.text) == (0.0, 30.0)


def test_a_turn_without_times_has_none_for_any_quote() -> None:
    assert Turn(1, "One two.").times(4, 8) == (None, None)
