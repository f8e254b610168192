"""What a check tells apart in what was said: yes and no, names however written, amounts, how sure, who "she" is."""

from __future__ import annotations

import datetime as dt

import pytest
from test_writer import asked

from rag.evidence import Evidence
from rag.values import Source, Turn
from rag.writing.checking import check
from rag.writing.reference import readings
from tests.fakes import MemorySearcher, transcript, turn

TALK = (
    "Ana Ruiz: I didn't feel comfortable running liquid through the pump, and I never said the old valve was broken.",
    "Bo Lind: Did the council approve the new bridge?",
    "Ana Ruiz: No, I don't think so. We might build it in 2031, and some of the harbours would close.",
    "Bo Lind: It took three weeks, it cost $40,000, and sales grew 5 percent, less than 300 boats. Margins fell early.",
    "Melanie Stone: Don't forget to bring the charter. The U.S. office of the Version Control System was unstable.",
    "Bo Lind: Thanks, Mel! I failed to file the report, but I did not refuse the audit. My daughter Joanne loved it.",
    "Ana Ruiz: I won my fourth regatta in the Xeonoblade last week. Its GPU cost a hundred, well, a thousand dollars. "
    "According to Rina Falk, the lighthouse was sold; she never wrote why. Pilots are few, so don't wait.",
)


@pytest.fixture(scope="module")
def talk() -> MemorySearcher:
    return MemorySearcher(transcript(*TALK, title="Harbour board", date=dt.date(2030, 3, 4)))


def judged(talk: MemorySearcher, sentence: str, *numbers: int) -> str | None:
    """Why a sentence does not hold, given the numbers of the turns it cites."""
    source = Source("t0", "Harbour board", "default", dt.date(2030, 3, 4))
    turns: list[Turn | None] = [None, *(turn(n, line) for n, line in enumerate(TALK, start=1)), None]
    every = [
        Evidence(source, each, 1.0, turns[at - 1], turns[at + 1]) for at, each in enumerate(turns) if each is not None
    ]
    return check(sentence, [every[n - 1] for n in numbers], talk, context=every).reason


@pytest.mark.parametrize(
    ("sentence", "cites"),
    [
        ("Ana Ruiz was not comfortable running liquid through the pump.", 1),
        ("Ana Ruiz was uncomfortable running liquid through the pump.", 1),
        ("The council did not approve the new bridge.", 3),
        ("The bridge might be built in 2031.", 3),
        ("Some harbours would close.", 3),
        ("It took three weeks and cost 40,000 dollars.", 4),
        ("Sales grew by 5%.", 4),
        ("Melanie Stone said to bring the charter.", 5),
        ("Mel Stone said that the US office was unstable.", 5),
        ("Mel said that the office of the VCS was unstable.", 5),
        ("Bo Lind did not file the report.", 6),
        ("Bo Lind's daughter Joanne loved the audit.", 6),
        ("Ana Ruiz has won four regattas.", 7),
        ("Ana Ruiz won a regatta in February 2030.", 7),
        ("Ana Ruiz won a regatta in the Xenoblade.", 7),
        ("The GPUs cost a thousand dollars.", 7),
        ("Rina Falk wrote that the lighthouse was sold.", 7),
        ("Ana Ruiz said not to wait for pilots.", 7),
    ],
)
def test_what_was_said_in_other_words_holds(talk: MemorySearcher, sentence: str, cites: int) -> None:
    assert judged(talk, sentence, cites) is None


@pytest.mark.parametrize(
    ("sentence", "cites", "reason"),
    [
        ("Ana Ruiz was comfortable running liquid through the pump.", 1, "it leaves out the no"),
        ("Ana Ruiz said that the old valve was broken.", 1, "it leaves out the no"),
        ("The council approved the new bridge.", 3, "it leaves out the no"),
        ("Melanie Stone said that the office was stable.", 5, "it leaves out the no"),
        ("Melanie Stone said not to bring the charter.", 5, "it says no"),
        ("Bo Lind filed the report.", 6, "it leaves out the no"),
        ("Margins did not fall early.", 4, "it says no"),
        ("Margins fell late.", 4, "it says the opposite"),
        ("Bo Lind's daughter Joanne hated it.", 6, "it says the opposite"),
        ("The bridge will be built in 2031.", 3, "it makes certain"),
        ("All of the harbours would close.", 3, "it says of all or most"),
        ("It took three months.", 4, "the number 3 counts week in the cited turn, not month"),
        ("It cost €40,000.", 4, "the number 40000 counts dollar in the cited turn, not euro"),
        ("Sales grew 5 percentage points.", 4, "the number 5 counts percent in the cited turn, not point"),
        ("Sales grew to more than 300 boats.", 4, "the cited turn says less than 300"),
        ("Mel thanked Bo Lind for the audit.", 6, "the name Mel is not in what it cites"),
        ("Joanna Lind loved the audit.", 6, "the name Joanna Lind is not in what it cites"),
        ("Ana Ruiz has won five regattas.", 7, "the number five is not in what it cites"),
        ("Ana Ruiz won a regatta in January 2030.", 7, "the date January 2030 is not in what it cites"),
        ("Ana Ruiz won a regatta in the Nautilus.", 7, "the name Nautilus is not in what it cites"),
        ("Rina Falk wrote why.", 7, "it leaves out the no"),
        ("Bo Lind said that the lighthouse was sold.", 7, "it has Bo Lind say what another says in the cited turn"),
        ("The lighthouse was not sold.", 7, "it says no"),
    ],
)
def test_what_was_not_said_does_not(talk: MemorySearcher, sentence: str, cites: int, reason: str) -> None:
    assert (judged(talk, sentence, cites) or "").startswith(reason)


def test_no_in_a_long_turn_is_that_of_the_clause_that_says_it() -> None:
    line = (
        "Ana Ruiz: I never liked the ferry, nobody does, and we do not run it in winter. "
        "The lights on the pier were replaced. It is not cheap, no, but we don't regret it."
    )
    talk = MemorySearcher(transcript(line))
    one = Evidence(Source("t0", "Board", "default"), turn(1, line), 1.0, None, None)
    assert check("The lights on the pier were replaced.", [one], talk).reason is None
    assert check("The lights on the pier were not replaced.", [one], talk).reason is not None
    assert check("They run the ferry in winter.", [one], talk).reason is not None


def test_who_a_pronoun_can_stand_for() -> None:
    people = ("Diane Okafor", "Jose Ibarra", "Lee Sand")
    assert readings("She said so.", people) == ["Diane Okafor said so.", "Lee Sand said so."]
    assert readings("Later, his plan failed.", people) == [
        "Later, Jose Ibarra’s plan failed.",
        "Later, Lee Sand’s plan failed.",
    ]
    assert readings("The plan failed.", people) == []


def test_she_is_whom_the_sentence_before_names(searcher: MemorySearcher) -> None:
    first = "Diane Okafor asked why the grant of Tamarack County was taken back [1]."
    answer, _ = asked(searcher, f"{first} She said that Tamarack filed late [2].", "The transcripts do not say.")
    assert [one.text for one in answer.sentences] == [first.replace(" [1]", "")]
    assert [one.reason for one in answer.dropped] == ["it has Diane Okafor say what another says in the cited turn"]
    second = "Jose Ibarra said that Tamarack filed late [2]. He said the grant was for three ambulances [4]."
    answer, _ = asked(searcher, second)
    assert len(answer.sentences) == 2


def test_she_is_nobody_once_her_sentence_is_put_aside(searcher: MemorySearcher) -> None:
    draft = (
        "Jose Ibarra said that Tamarack filed late [2]. Lee Sand said that pigs fly [5]. "
        "He did not vote for the ambulance grant [5]."
    )
    answer, _ = asked(searcher, draft, "The transcripts do not say.")
    assert [one.text for one in answer.sentences] == ["Jose Ibarra said that Tamarack filed late."]
    assert answer.dropped[-1].reason == "it does not say who “He” is: the sentence that did was put aside"
