from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import archives, files
from index.documents import Document, Upload
from index.ingest import Ingest
from index.reports import Report
from index.store.library import Library
from rag.errors import ReadError
from tests.fakes import HashingEncoder, write

pytestmark = pytest.mark.embedded
TALK = "Ann: Number one is about the grant.\nBob: And number two.\n"
VTT = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann>Another talk, about rain.\n"


def packed(members: Mapping[str, str | bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return found.getvalue()


def run(library: Library, *paths: Path, max_bytes: int = 10_000_000) -> Report:
    return Ingest(library, HashingEncoder, max_bytes=max_bytes).run(paths)


def told(report: Report, folder: Path) -> dict[str, tuple[str, str]]:
    """Outcome and reason by path below `folder`."""
    return {Path(one.path).relative_to(folder).as_posix(): (one.outcome, one.reason or "") for one in report.files}


def listed(data: bytes, name: str = "a.zip") -> dict[str, str]:
    """What each document of an upload is refused for, "" for one that is read."""
    found = {}
    for document in archives.of_upload(Upload(name, data)):
        try:
            document.read(files.MAX_BYTES)
            found[document.shown] = ""
        except ReadError as error:
            found[document.shown] = error.reason
    assert not any("\n" in reason for reason in found.values())
    return found


def test_each_member_is_a_transcript_of_its_own(library: Library, tmp_path: Path) -> None:
    data = packed({"b/talk.vtt": VTT, "a.txt": TALK, "b/": "", "b/audio.mp3": b"ID3", "README.md": "about"})
    [path] = write(tmp_path, {"talks.zip": data})
    report = run(library, tmp_path)
    assert told(report, tmp_path) == {"talks.zip/a.txt": ("added", ""), "talks.zip/b/talk.vtt": ("added", "")}
    source, transcript = library.transcript(str(report.files[1].transcript_id))
    assert (source.source, transcript.title, transcript.format) == (f"{path.resolve()}/b/talk.vtt", "Talk", "vtt")
    assert {one.outcome for one in run(library, path).files} == {"unchanged"}


def test_a_changed_member_replaces_the_one_of_its_name(library: Library, tmp_path: Path) -> None:
    [path] = write(tmp_path, {"talks.zip": packed({"a.txt": TALK, "b.vtt": VTT})})
    before = run(library, path)
    path.write_bytes(packed({"a.txt": TALK + "Ann: And three.\n", "b.vtt": VTT}))
    after = run(library, path)
    assert [one.outcome for one in after.files] == ["replaced", "unchanged"]
    assert [one.transcript_id for one in after.files] == [one.transcript_id for one in before.files]


def test_an_archive_by_another_name_is_known_by_its_content(library: Library, tmp_path: Path) -> None:
    [path] = write(tmp_path, {"export.bin": packed({"a.txt": TALK})})
    assert told(run(library, path), tmp_path) == {"export.bin/a.txt": ("added", "")}


def test_an_archive_may_be_uploaded(library: Library) -> None:
    report = Ingest(library, HashingEncoder).take([Upload("talks.zip", packed({"a.txt": TALK, "b.vtt": VTT}))])
    assert [(one.path, one.outcome) for one in report.files] == [
        ("talks.zip/a.txt", "added"),
        ("talks.zip/b.vtt", "added"),
    ]
    assert library.transcript(str(report.files[0].transcript_id))[0].source == "upload:talks.zip/a.txt"


def test_what_is_said_of_one_upload_is_not_said_of_many_members(library: Library) -> None:
    ingest = Ingest(library, HashingEncoder)
    [alone] = ingest.take([Upload("one.zip", packed({"a.txt": TALK}), {"title": "The talk"})]).files
    assert library.transcript(str(alone.transcript_id))[1].title == "The talk"
    [refused] = ingest.take([Upload("two.zip", packed({"a.txt": TALK, "b.vtt": VTT}), {"title": "A talk"})]).files
    assert (refused.outcome, refused.path) == ("rejected", "two.zip")
    assert "one by one" in str(refused.reason)


def test_one_bad_member_is_in_nobodys_way(library: Library, tmp_path: Path) -> None:
    inner = packed({"a.txt": TALK})
    [path] = write(
        tmp_path,
        {"talks.zip": packed({"bad.vtt": "WEBVTT\n\nlost words\n", "good.txt": TALK, "more.zip": inner, "x.txt": b""})},
    )
    found = told(run(library, path), tmp_path)
    assert {name: outcome for name, (outcome, _) in found.items()} == {
        "talks.zip/bad.vtt": "rejected",
        "talks.zip/good.txt": "added",
        "talks.zip/more.zip": "rejected",
        "talks.zip/x.txt": "rejected",
    }
    assert "archive within an archive" in found["talks.zip/more.zip"][1]


@pytest.mark.parametrize("name", ["../a.txt", "/etc/a.txt", "b/../../a.txt", "C:\\a.txt", "..\\a.txt"])
def test_a_name_that_leads_out_is_refused(name: str) -> None:
    assert "leads out" in listed(packed({name: TALK}))[f"a.zip/{name}"]


def test_a_name_with_a_colon_or_dots_leads_nowhere() -> None:
    assert set(listed(packed({"10:30 talk.txt": TALK, "a..b.txt": TALK})).values()) == {""}


def test_a_member_without_a_name_is_none() -> None:
    data = packed({"QQ": TALK, "/": TALK, "a/": "", "a.txt": TALK}).replace(b"QQ", b"\0Q")  # names end at a NUL
    assert listed(data) == {"a.zip/a.txt": ""}


def test_an_encrypted_member_is_refused() -> None:
    data = bytearray(packed({"a.txt": TALK}))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(magic) + offset] |= 1
    assert "encrypted" in listed(bytes(data))["a.zip/a.txt"]


def test_a_link_is_refused() -> None:
    info = zipfile.ZipInfo("a.txt")
    info.external_attr = 0o120777 << 16
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert "link" in listed(found.getvalue())["a.zip/a.txt"]


def test_a_name_that_stands_twice_is_refused() -> None:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as archive:
        archive.writestr("a.txt", TALK)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.txt", VTT)
    assert "stands 2 times" in listed(found.getvalue())["a.zip/a.txt"]


def test_unusual_packing_is_refused() -> None:
    assert "deflate" in listed(packed({"a.txt": TALK}, method=zipfile.ZIP_LZMA))["a.zip/a.txt"]
    assert listed(packed({"a.txt": TALK}, method=zipfile.ZIP_STORED)) == {"a.zip/a.txt": ""}


def test_bombs_are_refused_before_they_are_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = packed({"a.txt": b"x" * 5_000_000, "b.txt": TALK})
    found = listed(bomb)
    assert "times its size" in found["a.zip/a.txt"]
    assert found["a.zip/b.txt"] == ""
    monkeypatch.setattr(archives, "MAX_UNPACKED", 4_000_000)
    assert "GB" in listed(bomb)["a.zip"]


def test_a_member_may_be_as_long_as_a_file(library: Library, tmp_path: Path) -> None:
    [path] = write(tmp_path, {"a.zip": packed({"a.txt": "Ann: " + "x y z " * 1000})})
    assert "TRANSCITE_MAX_FILE_MB" in told(run(library, path, max_bytes=1000), tmp_path)["a.zip/a.txt"][1]


def test_too_many_members_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = packed({f"{n}.txt": TALK for n in range(12)})
    monkeypatch.setattr(archives, "MAX_MEMBERS", 11)
    assert "11 members" in listed(data)["a.zip"]
    # An end that lies about the count is found out by the directory itself.
    end = data.rfind(b"PK\x05\x06")
    lying = data[: end + 8] + struct.pack("<2H", 1, 1) + data[end + 12 :]
    assert "members" in listed(lying)["a.zip"]


def test_a_size_that_lies_is_not_believed() -> None:
    data = bytearray(packed({"a.txt": TALK * 100}))
    for magic, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.find(magic) + offset
        data[at : at + 4] = struct.pack("<L", 10)
    assert "cannot be unpacked" in listed(bytes(data))["a.zip/a.txt"]


def test_an_archive_cut_short_is_refused(library: Library, tmp_path: Path) -> None:
    data = packed({"a.txt": TALK, "b.txt": VTT})
    [path] = write(tmp_path, {"a.zip": data[:-30]})
    assert "download it again" in told(run(library, path), tmp_path)["a.zip"][1]


def test_an_archive_without_transcripts_says_so() -> None:
    assert "no transcripts in this archive" in listed(packed({"a.mp3": b"ID3", "__MACOSX/._a.txt": b"x"}))["a.zip"]
    assert "no transcripts in this archive" in listed(packed({}))["a.zip"]


@pytest.mark.parametrize("mark", ["[Content_Types].xml", "mimetype"])
def test_an_office_document_is_a_document(mark: str) -> None:
    data = packed({mark: "application/x", "word/document.txt": TALK})
    [document] = archives.of_upload(Upload("a.docx", data))
    assert (document.shown, document.read(files.MAX_BYTES)) == ("a.docx", data)


def test_what_is_no_archive_stays_as_it_is() -> None:
    for data in (b"", b"PK", b"Ann: Hello.", b"WEBVTT\n"):
        [document] = archives.of_upload(Upload("a.txt", data))
        assert document.read(files.MAX_BYTES) == data


@given(st.data())
def test_a_damaged_archive_is_read_or_refused(data: st.DataObject) -> None:
    whole = bytearray(packed({"a.txt": TALK, "b/c.vtt": VTT, "d.zip": packed({"e.txt": TALK})}))
    for at, value in data.draw(st.lists(st.tuples(st.integers(4, len(whole) - 1), st.integers(0, 255)), max_size=20)):
        whole[at] = value
    listed(bytes(whole[: data.draw(st.integers(4, len(whole)))]))


def test_every_read_closes_what_it_opened(tmp_path: Path) -> None:
    [path] = write(tmp_path, {"a.zip": packed({"a.txt": TALK, "b.txt": TALK})})
    opened: list[io.BytesIO] = []

    def open_it() -> io.BytesIO:
        opened.append(io.BytesIO(path.read_bytes()))
        return opened[-1]

    document = Document.of_upload(Upload("a.zip", b""))
    for one in archives.documents(document, open_it):
        assert one.read(files.MAX_BYTES) == TALK.encode()
    assert len(opened) == 2  # once for the list, once for all members
    assert all(one.closed for one in opened)
