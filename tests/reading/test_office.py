"""Word documents, made here with python-docx or by hand."""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections.abc import Callable, Iterable

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ReadError
from rag.formats import read_transcript
from rag.values import Transcript

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def document(*paragraphs: str, also: Callable[[docx.document.Document], None] | None = None) -> bytes:
    made = docx.Document()
    for paragraph in paragraphs:
        made.add_paragraph(paragraph)
    if also:
        also(made)
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def read(data: bytes, name: str = "Sync.docx") -> Transcript:
    return read_transcript(data, name)


def rows(transcript: Transcript) -> list[tuple[str | None, str, float | None]]:
    return [(t.speaker, t.text, t.start) for t in transcript.turns if t.kind == "speech"]


def test_teams() -> None:
    transcript = read(
        document(
            "Web Governance-20260615_133555-Meeting Transcript",
            "15 June 2026, 03:35am",
            "27m 42s",
            "Nick Miller started transcription",
            "\nDavid Mulholland   0:03\nthat from the planning\ndiscussion.",
            "\nRey Takeshima   0:13\nStructural.",
            "Nick Miller stopped transcription",
        )
    )
    assert (transcript.format, transcript.title) == ("docx", "Web Governance")
    assert str(transcript.date) == "2026-06-15"
    assert rows(transcript) == [
        ("David Mulholland", "that from the planning discussion.", 3.0),
        ("Rey Takeshima", "Structural.", 13.0),
    ]


def test_teams_of_earlier_years() -> None:
    transcript = read(document("0:0:0.0 --> 0:0:1.850\nAnn Lee\nHello.", "0:0:2.0 --> 0:0:3.0\nBob Ray\nHi."))
    assert rows(transcript) == [("Ann Lee", "Hello.", 0.0), ("Bob Ray", "Hi.", 2.0)]
    assert transcript.turns[1].end == 3.0


def test_google_meet() -> None:
    transcript = read(
        document(
            "Oct 2, 2025", "Sync - Transcript", "Attendees", "Ann Lee, Bob Ray", "Transcript", "00:00:00",
            "Ann Lee: Hello.\nBob Ray: Hi.", "00:05:00", "Bob Ray: More.", "Meeting ended after 00:06:00 👋",
            "This editable transcript was computer generated and might contain errors.",
        )
    )  # fmt: skip
    assert rows(transcript) == [("Ann Lee", "Hello.", 0.0), ("Bob Ray", "Hi.\n\nMore.", None)]
    assert transcript.title == "Sync"


@pytest.mark.parametrize(
    "table",
    [
        [["Time", "Speaker", "Text"], ["00:00:01", "Ann Lee", 'Hello, "all".'], ["00:00:05", "Bob", "Hi."]],
        [["00:00:01", "Ann Lee", 'Hello, "all".'], ["00:00:05", "Bob", "Hi."]],
        [["Ann Lee", "00:00:01", 'Hello, "all".'], ["Bob", "00:00:05", "Hi."]],
    ],
)
def test_tables_are_kept(table: list[list[str]]) -> None:
    def add(made: docx.document.Document) -> None:
        grid = made.add_table(len(table), 3)
        for y, row in enumerate(table):
            for x, cell in enumerate(row):
                grid.cell(y, x).text = cell

    transcript = read(document("Weekly call", also=add))
    assert rows(transcript) == [("Ann Lee", 'Hello, "all".', 1.0), ("Bob", "Hi.", 5.0)]
    assert transcript.title == "Weekly call"


def test_insertions_links_and_controls_are_text_and_deletions_are_not() -> None:
    def add(made: docx.document.Document) -> None:
        made.element.body.insert(
            2,
            parse_xml(
                f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>Ann: In </w:t></w:r>"
                "<w:ins><w:r><w:t>a box</w:t></w:r>"
                "</w:ins><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:r><w:t>.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
            ),
        )

    assert rows(read(document("Ann: Hello.", "Bob: Hi.", also=add))) == [
        ("Ann", "Hello.", None), ("Bob", "Hi.", None), ("Ann", "In a box.", None),
    ]  # fmt: skip


def rewritten(data: bytes, change: Callable[[str, bytes], bytes], extra: Iterable[tuple[str, bytes]] = ()) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            new.writestr(member.filename, change(member.filename, old.read(member)))
        for name, content in extra:
            new.writestr(name, content)
    return written.getvalue()


def damaged(main: bytes) -> bytes:
    return rewritten(document("Ann: Hi.", "Bob: Hi."), lambda name, old: main if name == "word/document.xml" else old)


BOMB = b'<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><w:document xmlns:w="' + W.encode() + b'"/>'


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (document(), "no text"),
        (document("   "), "no text"),
        (damaged(BOMB), "document type"),
        (damaged(b"<not closed"), "cannot be opened"),
        (damaged(b""), "cannot be opened"),
        (damaged(b"<a/>"), "cannot be opened"),
        (damaged(b" " * (65 * 1024**2)), "larger than"),
        (rewritten(document("a"), lambda _, old: old, ((f"word/media/{n}", b"") for n in range(5001))), "more than"),
        (document("Ann: Hi.")[:-200], "ZIP archive"),
        (b"PK\x03\x04" + b"\0" * 50, "ZIP archive"),
    ],
)
def test_documents_that_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason) as refused:
        read(data)
    assert "\n" not in str(refused.value)


def test_other_office_files_are_refused() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("xl/workbook.xml", "<a/>")
    with pytest.raises(ReadError):
        read(written.getvalue(), "a.xlsx")


SAMPLE = document("Sync", "Ann Lee   0:03\nHello.", "Bob   0:05\nHi.")


@settings(deadline=None, max_examples=150)
@given(st.integers(0, len(SAMPLE) - 1), st.binary(max_size=6), st.integers(0, len(SAMPLE)))
def test_damaged_bytes_are_read_or_refused(at: int, put: bytes, end: int) -> None:
    for data in (SAMPLE[:at] + put + SAMPLE[at + len(put) :], SAMPLE[:end] + put):
        with contextlib.suppress(ReadError):
            assert read(data).turns
