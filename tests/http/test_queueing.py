"""Who gets the one encoder next."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event, Thread

import pytest

from api.http import queueing
from api.http.queueing import BRIEF, HURRY, PATIENT, Queue
from api.http.sharing import OneAtATime
from index.encoder import Vectors
from rag.evidence import Stretch
from tests.fakes import HashingEncoder, Reading
from tests.waiting import PATIENCE_S, wait


def in_order(queue: Queue, *patience: float) -> list[int]:
    """The order in which threads that come one after the other have their turn."""
    had: list[int] = []

    def have(n: int) -> None:
        with queue.turn(patience[n]):
            had.append(n)

    threads = [Thread(target=have, args=(n,)) for n in range(len(patience))]
    with queue.turn():
        for n, thread in enumerate(threads, start=1):
            thread.start()
            wait(lambda n=n: len(queue._waiting) == n)  # type: ignore[misc]
    for thread in threads:
        thread.join()
    return had


def test_those_in_a_hurry_come_first_and_otherwise_who_came_first() -> None:
    assert in_order(Queue(), PATIENT, HURRY, PATIENT, HURRY, HURRY) == [1, 3, 4, 0, 2]


def test_nobody_is_passed_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter(range(100))  # a second goes by between any two that come
    monkeypatch.setattr(queueing, "perf_counter", lambda: float(next(seconds)))
    assert in_order(Queue(), PATIENT, HURRY, HURRY, HURRY) == [0, 1, 2, 3]


def test_who_fails_lets_go() -> None:
    queue = Queue()
    with pytest.raises(ZeroDivisionError), queue.turn():
        raise ZeroDivisionError
    assert in_order(queue, HURRY) == [0]


class Slow(HashingEncoder):
    """An encoder that encodes documents when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []
        self.begun, self.go = Event(), Event()

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        self.begun.set()
        assert self.go.wait(PATIENCE_S)
        self.done.append(f"{len(texts)} texts")
        return super().encode_documents(texts)

    def encode_query(self, text: str) -> Vectors:
        self.done.append(text)
        return super().encode_query(text)


def test_a_question_waits_for_at_most_one_batch_of_an_ingest() -> None:
    slow = Slow()
    shared = OneAtATime(slow)
    texts = [f"passage {n:02}".ljust(500, ".") for n in range(40)]
    vectors: list[Vectors] = []
    ingest = Thread(target=lambda: vectors.append(shared.patient().encode_documents(texts)))
    ingest.start()
    assert slow.begun.wait(PATIENCE_S)
    questions = [Thread(target=shared.encode_query, args=("question",)) for _ in range(2)]
    for n, question in enumerate(questions, start=1):
        question.start()
        wait(lambda n=n: len(shared._queue._waiting) == n)  # type: ignore[misc]
    slow.go.set()
    for thread in (*questions, ingest):
        thread.join()
    assert slow.done == ["16 texts", "question", "question", "16 texts", "8 texts"]
    assert (vectors[0] == HashingEncoder().encode_documents(texts)).all()


def test_nothing_to_encode_is_no_vectors() -> None:
    assert len(OneAtATime(Plain()).patient().encode_documents([])) == 0


class Plain(HashingEncoder):
    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        return super().encode_documents(texts) if texts else self.encode_query("x")[:0]


def test_who_is_brief_passes_those_who_came_before() -> None:
    assert in_order(Queue(), HURRY, PATIENT, BRIEF, HURRY) == [2, 0, 3, 1]


def test_the_parts_of_one_work_stand_where_the_first_stood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queueing, "perf_counter", lambda: 10.0)
    queue, had = Queue(), list[str]()

    def have(name: str, since: float | None) -> None:
        with queue.turn(since=since):
            had.append(name)

    threads = [Thread(target=have, args=one) for one in (("new", None), ("begun before", 9.0))]
    with queue.turn():
        for n, thread in enumerate(threads, start=1):
            thread.start()
            wait(lambda n=n: len(queue._waiting) == n)  # type: ignore[misc]
    for thread in threads:
        thread.join()
    assert had == ["begun before", "new"]


def test_what_is_read_together_is_read_by_the_one_thread() -> None:
    shared, stretch = OneAtATime(Reading("desk")), Stretch("", "On my desk.", ((0, 11),))
    assert shared.answering("Where?", [stretch]) == shared.patient().answering("Where?", [stretch]) == [[5.0]]
    assert OneAtATime(HashingEncoder()).answering("Where?", [stretch]) is None
