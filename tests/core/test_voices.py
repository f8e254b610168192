"""Whose own words a question asks for."""

from __future__ import annotations

import pytest

from rag.people import People
from rag.voices import Voices, voices

PEOPLE = People(
    [
        "Greg Allen",
        "Robert Siegel",
        "Johnny Boursiquot",
        "Johnny Dallas",
        "Inés Castellanos",
        "Patricia O'Brien",
        "Marcus Trottier",
        "Renske de Vries",
        "Will Larson",
        "Chen Wei",
        "Lena Fischer",
        "Speaker 1",
    ]
)
GREG, CHEN = "Greg Allen", "Chen Wei"


@pytest.mark.parametrize(
    ("question", "only"),
    [
        ("What did Greg Allen say about Chicago?", [GREG]),
        ("what did greg allen say about chicago", [GREG]),
        ("what did allen think about it", [GREG]),
        ("What does Senator Trottier argue?", ["Marcus Trottier"]),
        ("What did Ines Castellanos tell the council?", ["Inés Castellanos"]),
        ("According to Patricia O'Brien, why was it late?", ["Patricia O'Brien"]),
        ("Why did it break, according to Renske de Vries?", ["Renske de Vries"]),
        ("Which tool did Will Larson recommend?", ["Will Larson"]),
        ("What is Will Larson's opinion of meetings?", ["Will Larson"]),
        ("Why do deadlines slip, in Chen's view?", [CHEN]),
        ("Why does it slip, as Greg Allen explained it?", [GREG]),
        ("Tell me what Greg Allen said about Chicago", [GREG]),
        ("Everything Greg Allen said about Chicago", [GREG]),
        ("What were Greg Allen and Robert Siegel talking about?", [GREG, "Robert Siegel"]),
        ("Did Greg Allen ever mention Chicago?", [GREG]),
        ("What did Johnny say about channels?", ["Johnny Boursiquot", "Johnny Dallas"]),  # both may be meant
        ("How many messages did Lena say Chen promised?", ["Lena Fischer"]),
        ("What does Larson say is down, and what does Castellanos blame?", ["Will Larson", "Inés Castellanos"]),
        ("What did Greg Allen say about it, and why?", [GREG]),
    ],
)
def test_their_own_words_are_asked_for(question: str, only: list[str]) -> None:
    found = voices(question, PEOPLE)
    assert sorted(found.only) == sorted(only)
    assert (found.never, found.unknown) == ((), ())


@pytest.mark.parametrize(
    "question",
    [
        "What did Greg Allen do in Miami?",
        "Where does Greg Allen work?",
        "What did Chen promise?",  # Lena may tell
        "Why did Patricia O'Brien vote against the bike lane?",
        "Did Greg Allen say that the county would pay?",  # whoever tells what he said
        "Who told Greg Allen about it?",
        "What is said about Greg Allen?",
        "What book did she read on Greg Allen's suggestion?",
        "Is Greg Allen said to be in Miami?",
        "After Greg Allen said that, what did the council do?",
        "What did people say about grant money?",
        "What will the state say?",
        "What did the host say about Chicago?",
    ],
)
def test_others_may_tell(question: str) -> None:
    assert voices(question, PEOPLE) == Voices()


@pytest.mark.parametrize(
    ("question", "never"),
    [
        ("Did anyone other than Greg Allen mention Chicago?", [GREG]),
        ("Besides Greg Allen, who spoke about the map?", [GREG]),
        ("Who apart from Greg Allen and Chen Wei voted for it?", [GREG, CHEN]),
        ("What did everyone but Chen say?", [CHEN]),
        ("Who said so, except Lena?", ["Lena Fischer"]),
        ("Besides Greg Allen's map, what did they have?", []),
        ("Which city other than Chicago sued?", []),
    ],
)
def test_somebody_is_left_out(question: str, never: list[str]) -> None:
    found = voices(question, PEOPLE)
    assert sorted(found.never) == sorted(never)
    assert found.only == ()


@pytest.mark.parametrize("name", ["Jonny Boursiquot", "Greg Smith", "Anselm Hartwig"])
def test_a_name_that_nobody_has_is_no_rule_but_known(name: str) -> None:
    assert voices(f"What did {name} say about channels?", PEOPLE) == Voices(unknown=(name,))


def test_a_slip_is_recognised() -> None:
    assert PEOPLE.close("Jonny Boursiquot") == "Johnny Boursiquot"
    assert PEOPLE.close("Anselm Hartwig") is None


@pytest.mark.parametrize(
    ("names", "asked", "meant"),
    [
        (["Sen. Warren", "Bob Jones"], "Elizabeth Warren", ("Sen. Warren",)),  # there is no other Warren
        (["Warren", "Ann Warren"], "Elizabeth Warren", ()),
        (["Mr. Ames", "Ms. Ames"], "Mr. Ames", ("Mr. Ames",)),
        (["Elizabeth Ann Warren"], "Elizabeth Warren", ("Elizabeth Ann Warren",)),
        (["Vanek Smith", "Stacey Vanek Smith"], "Vanek Smith", ("Vanek Smith", "Stacey Vanek Smith")),
        (["SPEAKER_00"], "Speaker", ()),
    ],
)
def test_whom_a_name_means(names: list[str], asked: str, meant: tuple[str, ...]) -> None:
    assert People(names).meant(asked) == meant


def test_part_of_a_longer_name_is_nobody() -> None:
    """Of "Carlos" is not who is meant where the question says Carlos Gimenez."""
    found = People(["Carlos Ray"]).mentions("Which party is mayor Carlos Gimenez from?")
    assert [(one.text, one.names) for one in found] == [("Carlos Gimenez", ())]
