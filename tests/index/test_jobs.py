"""Jobs in the library: who has one in hand, and that a file's outcome and its transcript never disagree."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import pytest

from index.documents import Upload, read, written
from index.ingest import Ingest
from index.store.job_files import Sent
from index.store.jobs import SILENT_S
from index.store.library import Library
from index.store.records import Receipt, WithdrawnError
from rag.errors import InputError, NotFoundError
from tests import fakes
from tests.fakes import HashingEncoder, encoded, origin, transcript

TEXT = "Ann: The grant came late.\nBob: It was for three ambulances.\n"


def create(library: Library, job_id: str = "job_1", files: int = 2, asker: str | None = None) -> None:
    sent = [Sent(f"{n}.txt", 10, "{}") for n in range(files)]
    library.jobs.create(job_id, sent, asker=asker, collection="default")


def fall_silent(library: Library) -> None:
    fakes.sql(library, "UPDATE jobs SET seen_at = :then", then=time.time() - SILENT_S - 1)


def claimed(library: Library, worker: str) -> str | None:
    job = library.jobs.claim(worker)
    return None if job is None else job.id


def outcomes(library: Library, job_id: str = "job_1") -> list[str | None]:
    return [one.outcome for one in library.jobs.files(job_id)]


def test_jobs_are_handed_out_oldest_first_and_each_once(library: Library) -> None:
    create(library, "job_1")
    create(library, "job_2")
    assert [claimed(library, worker) for worker in "abc"] == ["job_1", "job_2", None]
    assert library.jobs.get("job_1").state == "running"


def test_the_job_of_a_worker_that_fell_silent_goes_to_another(library: Library) -> None:
    create(library)
    assert claimed(library, "a") == "job_1"
    assert library.jobs.alive("job_1", "a")
    assert claimed(library, "b") is None
    fall_silent(library)
    assert claimed(library, "b") == "job_1"
    assert not library.jobs.alive("job_1", "a")
    assert not library.jobs.end("job_1", "a")
    assert library.jobs.get("job_1").state == "running"
    assert library.jobs.end("job_1", "b")


def test_a_job_that_was_put_down_is_taken_up_by_anybody(library: Library) -> None:
    create(library)
    assert claimed(library, "a") == "job_1"
    library.jobs.release("job_1", "a")
    assert library.jobs.get("job_1").state == "queued"
    assert claimed(library, "b") == "job_1"


def test_a_job_that_kills_whoever_takes_it_is_not_tried_for_ever(library: Library) -> None:
    create(library)
    tries = 0
    while claimed(library, f"worker {tries}"):
        tries += 1
        fall_silent(library)
        assert tries < 20
    job = library.jobs.get("job_1")
    assert (tries, job.state) == (5, "failed")
    assert "5 workers in a row died of it" in (job.reason or "")


def test_a_job_that_gets_on_may_lose_as_many_workers_as_it_likes(library: Library) -> None:
    create(library, files=8)
    for n in range(8):
        assert claimed(library, f"worker {n}") == "job_1"
        library.jobs.reject(Receipt("job_1", n), "no transcript", None)
        fall_silent(library)


def test_an_outcome_is_written_with_the_transcript_and_only_once(library: Library) -> None:
    create(library)
    first, second = Receipt("job_1", 0), Receipt("job_1", 1)
    value = encoded(transcript("Ann: Hello there."))
    assert library.put(origin("a.txt"), value, receipt=first)[0] == "added"
    assert library.link(origin("b.txt", "a.txt"), receipt=second)[0] == "duplicate"
    assert outcomes(library) == ["added", "duplicate"]
    with pytest.raises(WithdrawnError):
        library.put(origin("c.txt"), encoded(transcript("Ann: Another.")), receipt=first)
    with pytest.raises(WithdrawnError):
        library.link(origin("a.txt"), receipt=first)
    assert len(library.entries()) == 1  # what was refused left nothing
    assert outcomes(library) == ["added", "duplicate"]
    assert library.jobs.get("job_1").turns == 2


@pytest.mark.embedded
def test_what_fails_after_the_transcript_is_stored_leaves_neither(library: Library) -> None:
    create(library)
    full = "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
    fakes.sql(library, f"CREATE TRIGGER full BEFORE UPDATE ON job_files {full}")
    with pytest.raises(Exception, match="no room left"):
        library.put(origin("a.txt"), encoded(transcript("Ann: Hello.")), receipt=Receipt("job_1", 0))
    assert (library.entries(), outcomes(library)) == ([], [None, None])


def test_what_is_cancelled_is_not_taken_in_even_by_who_has_it_in_hand(library: Library) -> None:
    create(library)
    claimed(library, "a")
    library.put(origin("a.txt"), encoded(transcript("Ann: Hello.")), receipt=Receipt("job_1", 0))
    library.jobs.cancel("job_1")
    with pytest.raises(WithdrawnError):
        library.put(origin("b.txt"), encoded(transcript("Ann: Hello again.")), receipt=Receipt("job_1", 1))
    job = library.jobs.get("job_1")
    assert (job.state, job.outcomes, job.done) == ("done", {"added": 1, "rejected": 1}, 2)
    assert not library.jobs.alive("job_1", "a")
    assert len(library.entries()) == 1


def test_an_ingest_goes_on_past_what_was_withdrawn(library: Library, tmp_path: Path) -> None:
    create(library, files=3)
    library.jobs.reject(Receipt("job_1", 1), "cancelled", None)
    paths = fakes.write(tmp_path, {f"{n}.txt": f"{TEXT}Ann: File {n}.\n" for n in range(3)})
    uploads = [Upload(path.name, path, receipt=Receipt("job_1", n)) for n, path in enumerate(paths)]
    report = Ingest(library, HashingEncoder).take(uploads)
    assert [one.outcome for one in report.files] == ["added", "rejected", "added"]
    assert outcomes(library) == ["added", "rejected", "added"]
    again = Ingest(library, HashingEncoder).take(uploads)  # as a second worker would, with the first one still at it
    assert [one.outcome for one in again.files] == ["rejected"] * 3
    assert outcomes(library) == ["added", "rejected", "added"]


def test_the_transcript_told_is_the_one_that_holds_the_content_in_the_end(library: Library) -> None:
    old, new = f"{TEXT}Ann: Old.\n".encode(), f"{TEXT}Ann: New.\n".encode()
    ingest = Ingest(library, HashingEncoder)
    ingest.take([Upload("a.txt", old)])
    create(library)
    # The first file takes the id that the content of the second has until then.
    sent = [("a.txt", new), ("b.txt", old)]
    ingest.take([Upload(name, data, receipt=Receipt("job_1", n)) for n, (name, data) in enumerate(sent)])
    files = library.jobs.files("job_1")
    assert [one.outcome for one in files] == ["replaced", "duplicate"]
    for file, (_, data) in zip(files, sent, strict=True):
        assert file.transcript_id is not None
        assert library.transcript(file.transcript_id)[1].turns[-1].text in data.decode()


def test_a_failed_job_can_be_tried_again_and_a_done_one_cannot(library: Library) -> None:
    create(library)
    claimed(library, "a")
    library.jobs.fail("job_1", "a", "the disk is full")
    assert (library.jobs.get("job_1").reason, claimed(library, "b")) == ("the disk is full", None)
    library.jobs.retry("job_1")
    library.jobs.retry("job_1")
    assert claimed(library, "b") == "job_1"
    assert library.jobs.get("job_1").reason is None
    library.jobs.end("job_1", "b")
    with pytest.raises(InputError):
        library.jobs.retry("job_1")
    with pytest.raises(NotFoundError):
        library.jobs.retry("job_2")


def test_what_has_ended_is_forgotten_after_a_week(library: Library) -> None:
    for job_id in ("job_1", "job_2", "job_3"):
        create(library, job_id)
    claimed(library, "a")
    library.jobs.end("job_1", "a")
    claimed(library, "a")
    library.jobs.fail("job_2", "a", "why")
    library.jobs.drop_old()
    assert len(library.jobs.newest(10)) == 3
    fakes.sql(library, "UPDATE jobs SET ended_at = '2020-01-01T00:00:00+00:00' WHERE ended_at IS NOT NULL")
    library.jobs.drop_old()
    assert [one.id for one in library.jobs.newest(10)] == ["job_3"]
    assert library.jobs.files("job_1") == []
    assert library.jobs.unfinished() == {"job_3"}


def test_the_newest_are_listed_first_and_by_whom_they_are(library: Library) -> None:
    for n, asker in enumerate((None, "key_a", "key_b", "key_a")):
        create(library, f"job_{n}", asker=asker)
    assert [one.id for one in library.jobs.newest(3)] == ["job_3", "job_2", "job_1"]
    assert [one.id for one in library.jobs.newest(10, asker="key_a")] == ["job_3", "job_1"]
    assert library.jobs.newest(10, asker="") == []


def test_facts_are_what_they_were_after_a_while_on_disk() -> None:
    for facts in ({}, {"title": "Brücke"}, {"date": dt.date(2024, 2, 29), "media_url": "https://example.org/a"}):
        assert read(written(facts)) == facts  # type: ignore[arg-type]
