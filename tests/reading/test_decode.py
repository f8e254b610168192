from __future__ import annotations

import codecs

import pytest

from rag.decode import decode
from rag.errors import ReadError


def test_marks_and_line_ends_are_taken_off() -> None:
    assert decode(codecs.BOM_UTF8 + b"a\r\nb\rc\n") == "a\nb\nc\n"
    assert decode(codecs.BOM_UTF16_LE + "Zoë: hi".encode("utf-16-le")) == "Zoë: hi"
    assert decode(codecs.BOM_UTF16_BE + "Zoë: hi".encode("utf-16-be")) == "Zoë: hi"


@pytest.mark.parametrize(
    ("data", "seen", "line"),
    [
        (b"", "empty", None),
        (b" \n\t\n", "white space", None),
        (b"%PDF-1.7 ...", "PDF", None),
        (b"PK\x03\x04...", "ZIP", None),
        (b"ID3\x04", "MP3", None),
        (b"\0\0\0\x18ftypmp42", "MP4", None),
        (b"Ann: hi\nB\0ob: hi", "byte 10 is NUL", 2),
        (b"Ann: hi\r\nBob: caf\xe9", r"byte 18 \(0xE9\) is not UTF-8; convert it: iconv -f WINDOWS-1252", 2),
        (codecs.BOM_UTF8 + b"caf\xe9", r"byte 7 \(0xE9\)", 1),
        (codecs.BOM_UTF16_LE + b"a", "UTF-16", None),
    ],
)
def test_other_bytes_are_refused_with_the_place(data: bytes, seen: str, line: int | None) -> None:
    with pytest.raises(ReadError, match=seen) as refused:
        decode(data)
    assert refused.value.line == line
    assert "\n" not in str(refused.value)
