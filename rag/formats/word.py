"""Word documents (.docx), as Teams and Google Meet write them: their text. The one module that calls python-docx.

Only the text of the main part is taken: paragraphs and tables in order, without what is marked as deleted, pictures,
comments, headers and footers.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator

import docx
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

from rag.errors import ReadError
from rag.formats.base import Packed
from rag.formats.columns import columns_of, guessed_columns

_MAIN = "word/document.xml"
# A transcript of ten hours is about one million characters; a bomb is a thousand times that.
_MOST_MEMBERS = 5_000
_LARGEST_TEXT = 64 * 1024**2  # bytes of the main part
_LARGEST_ALL = 512 * 1024**2  # bytes of all parts, pictures included
_DEEPEST = 200
_PARAGRAPH, _TABLE, _ROW, _CELL = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc")
_TEXT = {qn("w:t"): None, qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:tab"): "\t", qn("w:noBreakHyphen"): "-"}
_UNSAID = {qn(f"w:{tag}") for tag in ("del", "moveFrom", "pPr", "rPr", "rt", "drawing", "pict", "object")} | {
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # says again what its Choice says
}


def _sniff(data: bytes) -> bool:
    if not data.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _MAIN in archive.namelist()
    except Exception:  # zipfile raises a dozen kinds on damaged archives; none of them is a document.
        return False


def _unpack(data: bytes) -> str:
    try:
        _check(data)
        body = docx.Document(io.BytesIO(data)).element.body
        text = "\n".join(_lines(body))
    except ReadError:
        raise
    except Exception as error:  # python-docx passes on whatever zipfile, lxml and its own look-ups raise.
        what = f"{type(error).__name__}: {error}".split("\n")[0][:120]
        raise ReadError(f"this .docx cannot be opened ({what}); open it in Word and save it again") from None
    if not text.strip():
        raise ReadError("this .docx holds no text; export the transcript again")
    return text


def _check(data: bytes) -> None:
    """Refuse what unpacks to far more than a transcript, before anything is unpacked."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        if len(members) > _MOST_MEMBERS or sum(member.file_size for member in members) > _LARGEST_ALL:
            raise ReadError("this .docx unpacks to more than a document holds; save its text as .txt")
        for member in members:
            if member.flag_bits & 1:
                raise ReadError("this .docx is encrypted; save it without a password")
            if member.filename.endswith((".xml", ".rels")):
                _check_part(archive, member)


def _check_part(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    if member.file_size > _LARGEST_TEXT:
        raise ReadError(f"{member.filename[:60]} in this .docx is larger than any transcript; save its text as .txt")
    with archive.open(member) as part:
        if b"<!DOCTYPE" in part.read(8192).replace(b"\0", b""):
            raise ReadError(f"{member.filename[:60]} in this .docx declares a document type, which Word never writes")


def _lines(element: BaseOxmlElement) -> Iterator[str]:
    """Lines of the paragraphs and tables in an element, in order, an empty line after each."""
    for child in element:
        if child.tag == _PARAGRAPH:
            yield from _paragraph(child).split("\n")
            yield ""
        elif child.tag == _TABLE:
            yield from _table(child)
            yield ""
        elif child.tag not in _UNSAID:
            yield from _lines(child)  # Content controls, insertions and the like stand around paragraphs.


def _paragraph(element: BaseOxmlElement, depth: int = 0) -> str:
    if depth > _DEEPEST:
        raise ReadError("this .docx is nested too deeply to be a transcript; save its text as .txt")
    found: list[str] = []
    for child in element:
        if child.tag in _TEXT:
            found.append(_TEXT[child.tag] or child.text or "")
        elif child.tag not in _UNSAID:
            found.append(_paragraph(child, depth + 1))
    return "".join(found)


def _table(element: BaseOxmlElement) -> Iterator[str]:
    """A table of who said what when as CSV with a header row; any other cell by cell."""
    rows = [
        ["\n".join(_lines(cell)).strip() for cell in row.iter(_CELL) if cell.getparent() in (row, *row.iterchildren())]
        for row in element.iter(_ROW)
    ]
    rows = [row for row in rows if any(row)]
    guessed = None if rows and columns_of(rows[0]) else guessed_columns(rows)
    if guessed is not None:
        names = {guessed.text: "text", guessed.speaker: "speaker", guessed.start: "start", guessed.end: "end"}
        rows.insert(0, [names.get(n, "") for n in range(guessed.width)])
    if rows and columns_of(rows[0]) is not None:
        written = io.StringIO()
        csv.writer(written, lineterminator="\n").writerows(rows)
        yield from written.getvalue().split("\n")
        return
    for row in rows:
        for cell in row:
            yield from (cell, "")


DOCX = Packed("docx", (".docx",), _sniff, _unpack)
