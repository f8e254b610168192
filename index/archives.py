"""ZIP archives of transcripts: each member a document of its own, read when its turn comes, nothing unpacked to disk.

Word, Excel, OpenDocument and EPUB files are ZIP files too; they are documents, not archives. A member that cannot be
taken is a document with that problem, so that it is reported apart and the others are read. What the directory of an
archive says of sizes is checked before anything is unpacked, and no more than it says is ever unpacked.
"""

from __future__ import annotations

import stat
import struct
import zipfile
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO

from index import files
from index.documents import Document, Facts, Upload
from index.unpacking import BROKEN, Archive, Open
from rag.errors import ReadError

MAX_MEMBERS = 10_000
MAX_UNPACKED = 4 * 1024**3  # bytes, over all members
MAX_RATIO = 200  # unpacked to packed; text packs 3 to 30 times
_SMALL = 1024 * 1024  # what is unpacked to less than this may have any ratio
_MAX_DIRECTORY = 16 * 1024 * 1024  # bytes
_END = struct.Struct("<4s4H2LH")
_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
# What tells an office document or a book from an archive.
_OF_DOCUMENTS = frozenset({"[Content_Types].xml", "mimetype", "META-INF/manifest.xml"})
_ARCHIVES = frozenset({".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz"})


def documents(document: Document, open_it: Open) -> list[Document]:
    """The transcripts in an archive; the document itself when it is none.

    Args:
        document: A file or an upload.
        open_it: Opens its bytes; what cannot be opened is left for `document.read` to report.
    """
    archive = Archive(document, open_it)
    try:
        with open_it() as file:
            if file.read(4) not in _MAGIC:
                return [document]
            members = _members(file)
    except OSError:
        return [document]
    except ReadError as error:
        return [_refused(document, document.shown, error.reason)]
    if members is None:
        return [document]
    found = list(_documents(archive, members))
    if document.facts and len(found) > 1:
        key = sorted(document.facts)[0]
        reason = f"{key} cannot be said of the {len(found)} transcripts in this archive at once; send them one by one"
        return [_refused(document, document.shown, reason)]
    endings = ", ".join(sorted(files.ENDINGS - {".zip"}))
    return found or [_refused(document, document.shown, f"no transcripts in this archive (looked for {endings})")]


def is_one(upload: Upload) -> bool:
    """Whether what was sent is taken apart, or refused as an archive that cannot be."""
    found = of_upload(upload)
    return len(found) != 1 or found[0].source != Document.of_upload(upload).source


def of_file(found: files.Found) -> list[Document]:
    """A file, or the transcripts in it."""
    document = Document.of_file(found)
    return [document] if found.problem else documents(document, lambda: found.path.open("rb"))


def of_upload(upload: Upload) -> list[Document]:
    """What was sent, or the transcripts in it."""
    data = upload.data
    return documents(Document.of_upload(upload), lambda: BytesIO(data) if isinstance(data, bytes) else data.open("rb"))


def _members(file: IO[bytes]) -> list[zipfile.ZipInfo] | None:
    """The members of an archive; None for an office document or a book.

    Raises:
        ReadError: The archive is damaged, or larger than allowed.
    """
    _check_directory(file)
    try:
        with zipfile.ZipFile(file) as opened:
            members = opened.infolist()
    except BROKEN as error:
        raise ReadError(f"a ZIP archive that cannot be opened ({str(error)[:80]}); pack it again") from None
    if any(one.filename in _OF_DOCUMENTS for one in members):
        return None
    if len(members) > MAX_MEMBERS:
        raise ReadError(f"{len(members):,} members are more than the {MAX_MEMBERS:,} allowed; split the archive")
    unpacked = sum(one.file_size for one in members)
    if unpacked > MAX_UNPACKED:
        raise ReadError(f"unpacks to {unpacked / 1e9:.1f} GB, more than {MAX_UNPACKED / 1e9:.1f} GB; split the archive")
    return members


def _check_directory(file: IO[bytes]) -> None:
    """Refuse a directory that would not fit into memory, before zipfile reads it whole."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END.size - 0xFFFF))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise ReadError("a ZIP archive whose end is missing; copy or download it again")
    _, _, _, _, count, directory, _, _ = _END.unpack(tail[at : at + _END.size])
    if count > MAX_MEMBERS or directory > _MAX_DIRECTORY:
        raise ReadError(f"a ZIP archive of more than {MAX_MEMBERS:,} members; split it")


def _documents(archive: Archive, members: list[zipfile.ZipInfo]) -> Iterator[Document]:
    """Each member that looks like a transcript, in order of name, and each archive within."""
    times = Counter(one.filename for one in members)
    for one in sorted({one.filename: one for one in members}.values(), key=lambda one: one.filename):
        path = PurePosixPath(one.filename.replace("\\", "/"))
        hidden = any(part == "__MACOSX" or (part.startswith(".") and part.strip(".")) for part in path.parts)
        nested = path.suffix.lower() in _ARCHIVES
        if (
            path.name == ""
            or one.filename.endswith("/")
            or hidden
            or not (nested or files.looks_like_transcript(Path(path.name)))
        ):
            continue
        shown = f"{archive.document.shown}/{files.shown(Path(one.filename))}"
        problem = _problem(one, path, times=times[one.filename], nested=nested)
        yield _refused(archive.document, shown, problem) if problem else archive.member(one, shown, path.name)


def _problem(one: zipfile.ZipInfo, path: PurePosixPath, *, times: int, nested: bool) -> str | None:
    """Why a member is not read; None when it is."""
    outside = path.is_absolute() or ".." in path.parts or PureWindowsPath(path).drive != ""
    reasons = {
        "an archive within an archive; unpack it first": nested,
        "its name leads out of the archive; pack it again": outside,
        f"stands {times} times in the archive; pack it again with one of them": times > 1,
        "encrypted; unpack the archive with its password and give the files": one.flag_bits & 0x1,
        "a link rather than a file; pack the file it leads to": stat.S_ISLNK(one.external_attr >> 16),
        "packed in a way that is not read here; pack it again with deflate, as usual": one.compress_type
        not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED),
        f"unpacks to more than {MAX_RATIO} times its size, as no transcript does": one.file_size > _SMALL
        and one.file_size > MAX_RATIO * max(one.compress_size, 1),
    }
    return next((reason for reason, applies in reasons.items() if applies), None)


def _refused(document: Document, shown: str, problem: str) -> Document:
    """A document that is reported with its problem and never read."""

    def read(_: int) -> bytes:
        raise ReadError(problem)

    return Document(shown, document.name, "", 0, read, Facts())
