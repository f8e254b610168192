"""Forms with files, taken apart as they come: a file goes to disk at once, however many there are and however long."""

from __future__ import annotations

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.exceptions import HTTPException

from api.http.spooling import Spool

_MOST_FILES = 1000
_MOST_FIELDS = 20
_MOST_FIELD_BYTES = 100_000


class Form:
    """What a form holds.

    Attributes:
        fields: Those that are not files.
        names: What its files are called, in order; they lie in the spool.
    """

    def __init__(self, spool: Spool) -> None:
        self.fields: dict[str, str] = {}
        self.names: list[str] = []
        self._spool = spool
        self._header, self._value = b"", b""
        self._disposition = b""
        self._field: str | None = None  # name of the field under way; None in a file
        self._text = bytearray()
        self._whole = False

    async def read(self, request: Request) -> None:
        """Read a request to its end.

        Raises:
            HTTPException: It is no form, breaks off, or holds too much.
            LibraryFullError: There is no room for its files.
        """
        boundary = parse_options_header(request.headers.get("content-type"))[1].get(b"boundary")
        if not boundary:
            raise HTTPException(400, "the form does not say what its boundary is")
        try:
            parser = self._parser(boundary)
            async for chunk in request.stream():
                await run_in_threadpool(parser.write, chunk)  # which waits for the disk
        except FormParserError as error:
            raise HTTPException(400, "the form cannot be taken apart") from error
        if not self._whole:
            raise HTTPException(400, "the form breaks off before its end")

    def _parser(self, boundary: bytes) -> MultipartParser:
        return MultipartParser(
            boundary,
            {
                "on_part_begin": self._on_part_begin,
                "on_header_field": self._on_header_field,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers_finished,
                "on_part_data": self._on_part_data,
                "on_part_end": self._on_part_end,
                "on_end": self._on_end,
            },
        )

    def _on_part_begin(self) -> None:
        self._header, self._value, self._disposition = b"", b"", b""

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header, self._value = b"", b""

    def _on_headers_finished(self) -> None:
        said = parse_options_header(self._disposition)[1]
        if b"name" not in said:
            raise HTTPException(400, "a part of the form has no name")
        if b"filename" in said:
            if len(self.names) >= _MOST_FILES:
                raise HTTPException(400, f"too many files; send at most {_MOST_FILES:,} at a time")
            self._field = None
            self._spool.begin(len(self.names))
            self.names.append(_text(said[b"filename"]))
        else:
            if len(self.fields) >= _MOST_FIELDS:
                raise HTTPException(400, "too many fields")
            self._field, self._text = _text(said[b"name"]), bytearray()

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._field is None:
            self._spool.write(data[start:end])
            return
        self._text += data[start:end]
        if len(self._text) > _MOST_FIELD_BYTES:
            raise HTTPException(400, f"a field may have {_MOST_FIELD_BYTES:,} bytes; send transcripts as files")

    def _on_part_end(self) -> None:
        if self._field is None:
            self._spool.finish()
        else:
            self.fields[self._field] = _text(bytes(self._text))

    def _on_end(self) -> None:
        self._whole = True


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")
