"""Bytes to text: which encodings are read, and how the others are refused.

Only encodings that announce or prove themselves are accepted (UTF-8, UTF-16 with its mark, and what the first line of
an XML document declares); a wrong guess would put wrong letters into quotes.
"""

from __future__ import annotations

import codecs
import re

from rag.errors import ReadError

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive (or an Office document, which is one)"),
    (b"\x1f\x8b", "gzip-compressed data"),
    (b"\xfd7zXZ", "xz-compressed data"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"ID3", "MP3 audio"),
    (b"\xff\xfb", "MP3 audio"),
    (b"OggS", "Ogg audio"),
    (b"fLaC", "FLAC audio"),
    (b"RIFF", "a RIFF file (WAV audio or AVI video)"),
    (b"\x1aE\xdf\xa3", "Matroska or WebM video"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"SQLite format 3", "an SQLite database"),
    (b"ooBinaryFile", "a binary Praat file"),
)
# Encodings of one byte a letter, in which older XML is declared to be.
_DECLARED = re.compile(rb"<\?xml[^>]{1,100}encoding=[\"'](iso-8859-\d{1,2}|windows-125\d|us-ascii)[\"']", re.IGNORECASE)
_UTF16_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def decode(data: bytes) -> str:
    r"""The text of a file, with every line ending as "\n" and without a byte order mark.

    Raises:
        ReadError: The file is empty, blank, binary or in an encoding that cannot be told; naming line and byte.
    """
    if not data:
        raise ReadError("the file is empty; export the transcript again")
    _refuse_binary(data)
    text = _decode_utf16(data) if data[:2] in _UTF16_MARKS else _decode_utf8(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise ReadError("the file holds only white space; export the transcript again")
    return text


def _refuse_binary(data: bytes) -> None:
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise ReadError(f"this is {what}, not a text transcript; export or convert it to plain text first")
    if data[4:8] == b"ftyp":
        raise ReadError("this is MP4 audio or video, not a text transcript; transcribe it first")
    nul = -1 if data[:2] in _UTF16_MARKS else data.find(b"\0")
    if nul >= 0:
        cure = "this is not text; if it is UTF-16 without a mark, convert it: iconv -f UTF-16LE -t UTF-8 FILE"
        raise ReadError(f"byte {nul + 1} is NUL: {cure}", line=_line_of(data, nul))


def _decode_utf8(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        declared = _DECLARED.match(data)
        if declared is not None:
            return _decode_declared(data, declared[1].decode("ascii"))
        # utf-8-sig counts from after the mark.
        offset = error.start + (3 if data.startswith(codecs.BOM_UTF8) else 0)
        reason = (
            f"byte {offset + 1} (0x{data[offset]:02X}) is not UTF-8; "
            "convert it: iconv -f WINDOWS-1252 -t UTF-8 FILE (or whichever encoding it was saved in)"
        )
        raise ReadError(reason, line=_line_of(data, offset)) from None


def _decode_declared(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        raise ReadError(f"the file declares {encoding} but is not in it; save it as UTF-8", line=1) from None


def _decode_utf16(data: bytes) -> str:
    try:
        text = data[2:].decode(_UTF16_MARKS[data[:2]])
    except UnicodeDecodeError as error:
        reason = f"byte {error.start + 3} is not UTF-16 although the file begins with its mark; save it as UTF-8"
        raise ReadError(reason) from None
    if "\0" in text:
        raise ReadError("a NUL character: this is not text; save the transcript as UTF-8 text")
    return text


def _line_of(data: bytes, offset: int) -> int:
    before = data[:offset].replace(b"\r\n", b"\n")
    return before.count(b"\n") + before.count(b"\r") + 1
