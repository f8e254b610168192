from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.words import content_words, is_back_channel, surface_words, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("They got 500,000 dollars", ["they", "got", "500000", "dollars"]),
        ("500000", ["500000"]),
        ("3.14 and 1,234,567.89", ["3.14", "and", "1234567.89"]),
        ("the county's grant", ["the", "county", "grant"]),
        ("the county’s grant", ["the", "county", "grant"]),
        ("don’t don't", ["dont", "dont"]),
        ("Café José naïve", ["cafe", "jose", "naive"]),
        ("Cafe\u0301", ["cafe"]),
        ("日本語 word", ["日", "本", "語", "word"]),
        ("한국어", ["한", "국", "어"]),
        ("ﬁnance №5 ①", ["finance", "no", "5", "1"]),
        ("SPEAKER_00", ["speaker", "00"]),
        ("COVID19", ["covid", "19"]),
        ("😀 — ... !", []),
        ("", []),
    ],
)
def test_surface_words(text: str, found: list[str]) -> None:
    assert surface_words(text) == found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("grant", "grants"),
        ("county", "counties"),
        ("reason", "reasons"),
        ("encrypt", "encrypted"),
        ("county", "county's"),
        ("JOSÉ", "jose"),
        ("500,000", "500000"),
        ("\u00e9t\u00e9", "e\u0301te\u0301"),
    ],
)
def test_forms_of_one_word_are_one_word(one: str, other: str) -> None:
    assert words(one) == words(other) != []


@pytest.mark.parametrize(("one", "other"), [("did get", "did not get"), ("Greg", "Craig"), ("15", "50"), ("1.5", "15")])
def test_different_words_stay_different(one: str, other: str) -> None:
    assert words(one) != words(other)


def test_stop_words_go_and_negations_stay() -> None:
    assert content_words("They did not get the grant") == words("not grant")


@given(st.text(max_size=200))
def test_any_text_gives_words_that_are_single_tokens(text: str) -> None:
    found = surface_words(text)
    assert all(word and not any(char.isspace() for char in word) for word in found)
    assert len(content_words(text)) <= len(found)


@pytest.mark.parametrize("text", ["Mm-hm.", "Yeah, exactly.", "Okay.", "Thank you very much.", "...", "Hi!"])
def test_back_channels(text: str) -> None:
    assert is_back_channel(text)


@pytest.mark.parametrize(
    "text", ["Yeah, in March.", "No, the county did.", "Okay okay okay okay okay okay okay", "Greg."]
)
def test_what_says_something_is_no_back_channel(text: str) -> None:
    assert not is_back_channel(text)
