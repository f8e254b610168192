from __future__ import annotations

from pathlib import Path

from client import BRIDGE, HEARING, Client

from api.compose import Parts
from index.ingest import Ingest
from tests.fakes import HashingEncoder


def test_an_upload_is_reported_as_an_ingest_is(client: Client) -> None:
    sent = {"filename": "hearing.txt", "content": HEARING}
    outcomes = []
    for body in (
        sent,
        sent,
        sent | {"filename": "copy.txt"},
        sent | {"content": BRIDGE},
        sent | {"filename": "bad.vtt", "content": "WEBVTT"},
    ):
        report = client.post("/v1/transcripts", json=body).json()
        [file] = report["files"]
        assert (file["path"], report[file["outcome"]]) == (body["filename"], 1)
        outcomes.append(file["outcome"])
    assert outcomes == ["added", "unchanged", "duplicate", "replaced", "rejected"]


def test_what_is_said_of_an_upload_overrides_its_text(client: Client) -> None:
    said = {
        "collection": "council",
        "title": "The grant",
        "date": "2024-02-29",
        "source_url": "https://example.org/t",
        "media_url": "https://example.org/a.mp3",
    }
    added = client.add("C:\\Users\\me\\hearing.txt", HEARING, **said)
    shown = client.get(f"/v1/transcripts/{added['transcript_id']}").json()
    assert {name: shown[name] for name in said} == said
    assert (shown["source"], shown["speakers"]) == ("upload:hearing.txt", ["Diane Okafor", "José Ibarra"])
    assert [turn["turn"] for turn in shown["turns"]] == [1, 2, 3, 4]


def test_files_of_a_form_are_taken_each_by_itself(client: Client) -> None:
    files = [
        ("files", ("hearing.txt", HEARING.encode(), "text/plain")),
        ("files", ("empty.txt", b"", "text/plain")),
        ("files", ("brücke.txt", BRIDGE.encode(), "application/octet-stream")),
    ]
    report = client.post("/v1/transcripts", files=files, data={"collection": "council"}).json()
    assert [(one["path"], one["outcome"]) for one in report["files"]] == [
        ("hearing.txt", "added"),
        ("empty.txt", "rejected"),
        ("brücke.txt", "added"),
    ]
    listed = client.get("/v1/transcripts").json()["transcripts"]
    assert {one["collection"] for one in listed} == {"council"}


def test_the_list_comes_in_pages_of_which_none_repeats_or_skips(client: Client) -> None:
    files = [("files", (f"{n}.txt", f"{BRIDGE}Anna Berg: Number {n}.".encode())) for n in range(7)]
    assert client.post("/v1/transcripts", files=files).json()["added"] == 7
    whole = client.get("/v1/transcripts").json()
    assert (len(whole["transcripts"]), whole["next_cursor"]) == (7, None)
    paged, cursor = [], None
    for _ in range(4):
        page = client.get("/v1/transcripts", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        paged += page["transcripts"]
        cursor = page["next_cursor"]
    assert (paged, cursor) == (whole["transcripts"], None)


def test_the_list_can_be_of_some_collections(filled: Client) -> None:
    page = filled.get("/v1/transcripts", params={"collection": "council"}).json()
    assert [one["title"] for one in page["transcripts"]] == ["Hearing on the ambulance grant"]


def test_speakers_swap_names_and_facts_are_corrected_at_once(filled: Client) -> None:
    where = f"/v1/transcripts/{filled.ids()['Bridge talk']}"
    names = {"Anna Berg": "Leo Sand", "Leo Sand": "Anna Berg"}
    facts = {"title": "Talk of the bridge", "date": "2024-05-01", "media_url": "https://example.org/a.mp3"}
    changed = filled.patch(where, json={"rename_speakers": names} | facts).json()
    assert changed == filled.get(where).json()
    assert [turn["speaker"] for turn in changed["turns"]] == ["Leo Sand", "Anna Berg"]
    assert {name: changed[name] for name in facts} == facts
    assert filled.patch(where, json={"media_url": None}).json() == changed | {"media_url": None}
    [hit] = filled.post("/v1/search", json={"query": "painting the bridge", "top_k": 1}).json()["hits"]
    assert (hit["speaker"], hit["title"]) == ("Anna Berg", "Talk of the bridge")


def test_a_correction_that_fails_in_part_changes_nothing(filled: Client) -> None:
    where = f"/v1/transcripts/{filled.ids()['Bridge talk']}"
    before = filled.get(where).json()
    body = {"title": "Other", "rename_speakers": {"Anna Berg": "Anna", "Nobody": "Somebody"}}
    assert filled.patch(where, json=body).status_code == 404
    assert filled.get(where).json() == before


def test_where_a_file_lies_on_the_servers_disk_is_not_told(client: Client, parts: Parts, tmp_path: Path) -> None:
    path = tmp_path / "secret-folder" / "bridge.txt"
    path.parent.mkdir()
    path.write_text(BRIDGE, encoding="utf-8")
    with parts.library() as library:
        report = Ingest(library, HashingEncoder).run([path])
    shown = client.get(f"/v1/transcripts/{report.files[0].transcript_id}")
    assert shown.json()["source"] == "bridge.txt"
    assert "secret-folder" not in shown.text
