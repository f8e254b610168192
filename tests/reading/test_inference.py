from __future__ import annotations

from collections.abc import Callable

import pytest

from rag.inference import Said, infer
from rag.values import Transcript

HOST, GUEST = "Maria Lopez", "Dan Whitfield"


def names(*turns: str) -> list[str | None]:
    """Inferred names; a turn that begins with "~" is set off as a clip."""
    found = infer([Said(turn.lstrip("~"), set_off=turn.startswith("~")) for turn in turns])
    return [who.name if who else None for who in found]


def test_npr_seed_names_every_turn(sample: Callable[[str], Transcript]) -> None:
    transcript = sample("npr-sanctuary-cities.txt")
    r, g, s = "Robert", "Greg Allen", "Jeff Sessions"
    assert [t.speaker for t in transcript.turns] == [r, s, r, g, r, g, r, g, r, g, s, g, r, g]
    assert all(t.speaker_inferred for t in transcript.turns)
    assert transcript.format == "unlabelled"
    assert {speaker.name for speaker in transcript.speakers} == {r, g, s}
    assert all(speaker.reason and "turn " in speaker.reason for speaker in transcript.speakers)


def test_interview_with_commas() -> None:
    found = names(
        "Storms again. WXYZ's Dan Whitfield joins us now from the coast. How bad is it, Dan?",
        "Well, Maria, it has been a long night here.",
        "And what comes next?",
        "More rain.",
        "Dan Whitfield in Galveston, thank you.",
        "You're welcome.",
    )
    assert found == ["Maria", GUEST, "Maria", GUEST, "Maria", GUEST]


def test_clip_is_the_voice_it_is_announced_as() -> None:
    found = names(
        "Governor Alice Munroe was in town. She met nurses. Here's what she said about pay.",
        "~We will pay them more.",
        "That was yesterday.",
    )
    assert found == [None, "Alice Munroe", None]


@pytest.mark.parametrize(
    "before",
    [
        "Munroe and Alice Munroe and Peter Munroe met. Munroe said this.",  # Two people of that name.
        "The mayor said this.",
        "It rained. She said this.",
        "Chicago was quiet.",
    ],
)
def test_clip_without_certain_voice_stays_unnamed(before: str) -> None:
    assert names(before, "~We will pay.", "So much for that.") == [None, None, None]


@pytest.mark.parametrize(
    "turns",
    [
        ("Well Chicago is large.", "Well Trump said so.", "Yes it is."),
        ("How was it in Miami, Florida?", "Fine.", "Good."),
        ("Is it about Chicago?", "No.", "Fine."),
        ("I spoke to Robert Smith yesterday.", "Did you?", "Yes."),
        ("Our guests: Ann Lee joins us, and Bob Ray joins us.", "Hello.", "Hi."),
        ("Thank you, everybody, for coming.", "Thanks.", "Bye."),
    ],
)
def test_places_topics_and_third_persons_name_nobody(turns: tuple[str, ...]) -> None:
    assert names(*turns) == [None] * len(turns)


def test_contradiction_leaves_turns_unnamed() -> None:
    found = names(
        "Dan Whitfield joins us now. How are you, Dan?",
        "Well, Maria, fine.",
        "Hello.",
        "Well, Dan, I see.",
        "Well, Maria, no.",
        "Well, Maria, yes.",
    )
    assert None in found
    assert set(found) <= {None, GUEST}


def test_a_third_person_stops_alternation() -> None:
    found = names(
        "Dan Whitfield joins us now. How are you, Dan?",
        "Well, Maria, fine.",
        "And you?",
        "Well, Joan, I am fine too.",
        "Thank you, Maria.",
        "Bye.",
    )
    assert set(found) == {None, GUEST}
    assert found.index(GUEST) == 1


def test_somebody_spoken_about_is_nobody_spoken_to() -> None:
    found = names(
        "Robert Mueller spoke today. Dan Whitfield joins us now. What did he say, Dan?",
        "Well, Robert, he said little.",
        "I see.",
        "Yes.",
        "Dan Whitfield, thank you.",
        "Welcome.",
    )
    assert found[0] == "Robert"


def test_own_name() -> None:
    assert names("From the coast, I'm Maria Lopez.", "Fine.") == [HOST, None]


def test_nothing_to_go_by() -> None:
    assert names() == []
    assert names("Fine.", "Good.") == [None, None]


LONG = "That is a long story that I will tell from its very beginning. " * 6


def test_two_people_who_now_and_then_say_each_others_name() -> None:
    small_talk = ["I see.", "Yes."] * 5
    found = names(
        "Welcome. I'm Maria Lopez, and with me is Dan Whitfield. How are you, Dan?",
        "Fine, Maria, thanks.",
        *small_talk,
        "And then, Dan, what was it like?",
        "Quiet.",
        *small_talk,
        "Thank you, Dan, for coming.",
        "Bye.",
    )
    assert found[:-1] == [HOST, "Dan"] * 12 + [HOST]


def test_a_third_name_between_commas_is_a_third_person() -> None:
    found = names(
        "Welcome. I'm Maria Lopez, and with me is Dan Whitfield. How are you, Dan?",
        "Fine, Maria, thanks.",
        "I think, Joan, it is late.",
        "Yes, Maria, it is.",
        "As you say, Joan, it is.",
        "Thank you, Dan, for coming.",
    )
    assert found == [HOST, "Dan", None, None, None, None]


@pytest.mark.parametrize(
    ("calls", "answer", "name"),
    [
        ("With us is Dan Whitfield. Welcome, Dan!", "Hello.", "Dan"),
        ("With us is Dan Whitfield. Dan, where are you?", "Here.", "Dan"),
        ("Welcome, Dan!", "Hello.", None),  # Whoever Dan is.
        ("With us are Dan Whitfield and Ann Lee. Dan, Ann, where are you?", "Here.", None),
        ("Welcome to the show, Spain!", "Hello.", None),
    ],
)
def test_who_is_called_on_by_a_name_said_in_full_answers(calls: str, answer: str, name: str | None) -> None:
    assert names(calls, answer, "I see.") == [None, name, None]


@pytest.mark.parametrize(("answer", "name"), [(LONG * 2, "Dan"), (LONG, None), ("Ha!", None)])
def test_later_on_only_a_long_answer_is_by_who_was_asked(answer: str, name: str | None) -> None:
    talk = ["Dan Whitfield is one of the many who came.", *["I see."] * 11]
    assert names(*talk, "What do you think, Dan?", answer)[-1] == name
