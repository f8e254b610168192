from __future__ import annotations

import pytest

from index.store.answers import Answers
from index.store.database import Database
from index.store.library import FILE, Library
from rag.errors import NotFoundError
from tests import fakes


def test_an_answer_is_kept_as_it_was_given(library: Library) -> None:
    one = fakes.put(library, "a.txt", "Ann: The grant came late.")
    library.answers.keep("x", '{"id": "x"}', [one, one], asker="key_1")
    assert library.answers.get("x") == ('{"id": "x"}', "key_1")
    with pytest.raises(NotFoundError, match="no answer 'y'"):
        library.answers.get("y")


def test_the_last_answers_of_a_conversation_are_its_askers_only(library: Library) -> None:
    one = fakes.put(library, "a.txt", "Ann: The grant came late.")
    for n in range(4):
        library.answers.keep(f"mine-{n}", f"{n}", [one], asker="key_1", conversation_id="c")
    library.answers.keep("theirs", "theirs", [], asker="key_2", conversation_id="c")
    library.answers.keep("nobodys", "nobodys", [], conversation_id="c")
    library.answers.keep("other", "other", [], asker="key_1", conversation_id="d")
    assert library.answers.conversation("c", asker="key_1", last=3) == ["1", "2", "3"]
    assert library.answers.conversation("c", asker="key_2", last=3) == ["theirs"]
    assert library.answers.conversation("c", asker=None, last=3) == ["nobodys"]
    library.remove((one,))
    assert library.answers.conversation("c", asker="key_1", last=3) == []


def test_only_the_newest_are_kept(library: Library) -> None:
    database = Database(library.home / FILE, url=library._database.url)
    few = Answers(database, kept=3)
    for n in range(5):
        few.keep(str(n), "{}", [])
        few.vote(str(n), "up", None)
    assert [answer for answer, _, _ in few.votes()] == ["2", "3", "4"]
    for n in (0, 1):
        with pytest.raises(NotFoundError):
            few.get(str(n))
    database.close()


def test_an_answer_goes_with_the_transcripts_it_quotes(library: Library) -> None:
    one, two = (fakes.put(library, name, f"Ann: This is {name}.") for name in ("a.txt", "b.txt"))
    library.answers.keep("both", "{}", [one, two])
    library.answers.keep("second", "{}", [two])
    library.answers.vote("both", "down", "wrong")
    library.remove((one,))
    with pytest.raises(NotFoundError):
        library.answers.get("both")
    assert (library.answers.get("second"), library.answers.votes()) == (("{}", None), [])
    library.answers.keep("too late", "{}", [one])
    with pytest.raises(NotFoundError):
        library.answers.get("too late")


def test_a_removal_that_fails_leaves_the_answers(library: Library) -> None:
    one = fakes.put(library, "a.txt", "Ann: The grant came late.")
    library.answers.keep("x", "{}", [one])
    with pytest.raises(NotFoundError):
        library.remove((one, "none"))
    assert library.answers.get("x") == ("{}", None)


def test_the_last_vote_counts(library: Library) -> None:
    library.answers.keep("x", "{}", [])
    library.answers.vote("x", "up", None)
    library.answers.vote("x", "down", "on reflection")
    assert library.answers.votes() == [("x", "down", "on reflection")]
    with pytest.raises(NotFoundError):
        library.answers.vote("y", "up", None)
