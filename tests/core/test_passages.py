from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.passages import MAX_CHARS, MAX_WORDS, part_ranges, passages
from rag.sentences import quotable_ranges
from rag.values import Turn
from rag.words import is_back_channel
from tests.fakes import transcript

WORDS = st.sampled_from(
    [
        "yeah",
        "mm-hm",
        "the",
        "county's",
        "grant",
        "500,000",
        "Dr.",
        "No.",
        "Why?",
        "日本語",
        "한국어",
        "😀",
        "👩‍👩‍👧",
        "é",
        "x" * 950,
    ]
)
GAPS = st.sampled_from([" ", " ", " ", "  ", "\n\n", "\t", "\u00a0", "\u3000", ". ", "。", ""])
LONG = st.sampled_from(
    [
        "word " * 400 + "end",
        "abc\t" * 300 + "end",
        "話" * 5000,
        "a" * 5000,
        "😀" * 1200,
        "Yes. " * 500 + "So.",
        "!" * 2000,
    ]
)
TEXTS = (
    st.one_of(
        st.sampled_from(["Mm-hm.", "Yeah, exactly.", "Okay.", "...", "😀"]),
        st.lists(st.tuples(WORDS, GAPS), min_size=1, max_size=60).map(lambda pairs: "".join(w + g for w, g in pairs)),
        st.text(min_size=1, max_size=200),
        LONG,
    )
    .map(str.strip)
    .filter(bool)
)
SPEAKERS = st.sampled_from([None, "Ann", "Robert Siegel"])
KINDS = st.sampled_from(["speech", "speech", "speech", "direction"])


@st.composite
def all_turns(draw: st.DrawFn) -> tuple[Turn, ...]:
    drawn = draw(st.lists(st.tuples(TEXTS, SPEAKERS, KINDS), min_size=1, max_size=12))
    return tuple(Turn(n, text, speaker, kind=kind) for n, (text, speaker, kind) in enumerate(drawn, start=1))


def fits(text: str) -> bool:
    return len(text) <= MAX_CHARS and len(text.split()) <= MAX_WORDS


@given(all_turns())
@example((Turn(1, "abc\t" * 300 + "end"),))
@example((Turn(1, "Mm-hm."), Turn(2, "Yeah."), Turn(3, "We got the grant."), Turn(4, "Okay.")))
def test_passages_cover_every_character_of_every_turn_once_and_in_order(turns: tuple[Turn, ...]) -> None:
    cut = passages(turns)
    spans = [span for passage in cut for span in passage.spans]
    assert all(span.char_start < span.char_end for span in spans)
    at = 0
    for turn in turns:
        covered = 0
        while at < len(spans) and spans[at].turn == turn.turn:
            assert spans[at].char_start == covered
            covered = spans[at].char_end
            at += 1
        assert covered == len(turn.text)
    assert at == len(spans)


@given(all_turns())
def test_no_part_is_longer_than_the_encoder_reads(turns: tuple[Turn, ...]) -> None:
    by_number = {turn.turn: turn for turn in turns}
    for passage in passages(turns):
        own = [span for span in passage.spans if span.turn == passage.anchor]
        for span in own:
            turn = by_number[span.turn]
            if is_back_channel(turn.text) and turn.kind == "speech":
                assert len(own) == 1  # joined whole, however long
            else:
                assert fits(turn.text[span.char_start : span.char_end].strip())


@given(all_turns())
def test_an_anchor_is_a_turn_of_its_passage_and_anchors_never_go_back(turns: tuple[Turn, ...]) -> None:
    cut = passages(turns)
    assert all(passage.anchor in {span.turn for span in passage.spans} for passage in cut)
    assert [passage.anchor for passage in cut] == sorted(passage.anchor for passage in cut)
    telling = {turn.turn for turn in turns if not is_back_channel(turn.text) or turn.kind == "direction"}
    if telling:
        assert {passage.anchor for passage in cut} == telling


@given(all_turns())
def test_what_is_encoded_is_the_spans_with_their_speakers(turns: tuple[Turn, ...]) -> None:
    by_number = {turn.turn: turn for turn in turns}
    for passage in passages(turns):
        lines = []
        for span in passage.spans:
            turn = by_number[span.turn]
            said = turn.text[span.char_start : span.char_end]
            lines.append(said if turn.speaker is None else f"{turn.speaker}: {said}")
        assert passage.text == "\n".join(lines)


def test_a_back_channel_joins_the_turn_before_it_and_leading_ones_the_turn_after() -> None:
    value = transcript("Ann: Mm-hm.", "Bob: We got the grant.", "Ann: Yeah.", "Bob: It was late.", "(Okay)")
    cut = passages(value.turns)
    assert [[span.turn for span in one.spans] for one in cut] == [[1, 2, 3], [4], [5]]
    assert [one.anchor for one in cut] == [2, 4, 5]
    assert cut[0].text == "Ann: Mm-hm.\nBob: We got the grant.\nAnn: Yeah."


def test_nothing_but_back_channels_is_one_passage() -> None:
    cut = passages(transcript("Ann: Hi.", "Bob: Hello.", "Ann: Okay.").turns)
    assert [([span.turn for span in one.spans], one.anchor) for one in cut] == [([1, 2, 3], 1)]


def test_a_long_turn_is_cut_between_sentences() -> None:
    sentences = [f"Sentence number {n} has seven words here." for n in range(60)]
    text = " ".join(sentences)
    parts = [text[start:end].strip() for start, end in part_ranges(text)]
    assert len(parts) > 1
    assert all(part.startswith("Sentence") and part.endswith("here.") for part in parts)


@pytest.mark.parametrize("gap", [" ", "\t", "\u00a0", "\u3000", "  "])
def test_a_sentence_too_long_is_cut_between_words_whatever_white_space_is_between_them(gap: str) -> None:
    text = gap.join(["abc"] * 400)
    ranges = part_ranges(text)
    assert [len(text[start:end].split()) for start, end in ranges] == [150, 150, 100]
    assert "".join(text[start:end] for start, end in ranges) == text


@pytest.mark.parametrize("char", ["話", "a", "😀", "é"])
def test_five_thousand_characters_without_a_space_are_cut_at_the_limit(char: str) -> None:
    turn = Turn(1, char * 5000 + (" words" if char == "😀" else ""))
    lengths = [span.char_end - span.char_start for one in passages((turn,)) for span in one.spans]
    assert sum(lengths) == len(turn.text)
    assert max(lengths) <= MAX_CHARS


@given(all_turns())
def test_every_sentence_of_an_anchor_is_where_its_passage_says(turns: tuple[Turn, ...]) -> None:
    cut = passages(turns)
    for turn in turns:
        own = [one for one in cut if one.anchor == turn.turn]
        said = [one.text[start:end] for one in own for start, end in one.sentences]
        ranges = quotable_ranges(turn.text) if own else ()
        assert len(said) == len(ranges)
        for found, (start, end) in zip(said, ranges, strict=True):
            assert found
            assert turn.text[start:end].startswith(found)
