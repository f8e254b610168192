from __future__ import annotations

import blingfire
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.sentences import _paragraph_ranges, _starts, sentence_ranges

TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(
        st.sampled_from(
            [
                "Dr. Smith went",
                "No. ",
                "Why? ",
                "\n\n",
                " ",
                "😀. ",
                "İstanbul. ",
                "日本語です。",
                "e.g. this. ",
                "“Yes,” ",
                "\u2028",
                "\u0085",
            ]
        ),
        max_size=40,
    ).map("".join),
)


@given(TEXTS)
@example("")
@example(" \n ")
@example("😀 Hi there. 👩‍👩‍👧 Yes. ok.")
@example("a\u0000b. c")
def test_only_white_space_is_left_between_sentences(text: str) -> None:
    at = 0
    for start, end in sentence_ranges(text):
        assert at <= start < end
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("We met Dr. Smith. He left.", ["We met Dr. Smith.", "He left."]),
        ("Sen. Warren spoke. Mr. Ames did not.", ["Sen. Warren spoke.", "Mr. Ames did not."]),
        ("It was J. R. Smith. Really.", ["It was J. R. Smith.", "Really."]),
        ("See No. 5. It is there.", ["See No. 5.", "It is there."]),
        ("Acme Inc. grew. Others shrank.", ["Acme Inc. grew.", "Others shrank."]),
        ("One paragraph\n\nAnother one", ["One paragraph", "Another one"]),
        ("It cost $3.5 million. Why? Nobody knows!", ["It cost $3.5 million.", "Why?", "Nobody knows!"]),
        ("   outer space.   ", ["outer space."]),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_ranges(text)] == sentences


def test_a_turn_of_a_hundred_thousand_words_is_split_whole() -> None:
    text = "This is one sentence of it. " * 20_000
    found = sentence_ranges(text)
    assert len(found) == 20_000
    assert found[-1][1] == len(text.rstrip())


@given(TEXTS)
@example("a\u0000b. c")
@example("Yes.  Yes. \t Yes. No.\u00a0 No.")
@example("a . . b")
def test_sentences_begin_where_the_splitter_itself_says(text: str) -> None:
    for start, end in _paragraph_ranges(text):
        told = [first for first, _ in blingfire.text_to_sentences_and_offsets(text[start:end])[1]]
        assert _starts(text[start:end]) == told
