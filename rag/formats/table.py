"""CSV and TSV with a header row that names speaker, words or times."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from rag.errors import ReadError
from rag.formats.base import Format, Origin, assemble
from rag.formats.columns import Columns, columns_of
from rag.formats.exported import read_exported_header
from rag.formats.metadata import Metadata, merged
from rag.formats.table_rows import cell_of, pieces_of_rows
from rag.turns import CAPTIONS
from rag.values import Transcript

csv.field_size_limit(50_000_000)  # A cell may hold a long speech; the default is 131 072 characters.
_DELIMITERS = ",;\t|"


def _header(text: str) -> tuple[int, str, Columns] | None:
    """(line number from 0, delimiter, columns) of the header row, which a title and the like may stand above.

    A line between bars is a table inside a Markdown text.
    """
    for n, line in enumerate(text[:20_000].split("\n")[:30]):
        for delimiter in _DELIMITERS:
            if delimiter in line and len(line) <= 2000 and not line.lstrip().startswith("|"):
                columns = columns_of(next(csv.reader([line.strip("\ufeff ")], delimiter=delimiter)))
                if columns is not None:
                    return n, delimiter, columns
    return None


def _sniff(text: str) -> bool:
    try:
        return _header(text) is not None
    except csv.Error:
        return False


def _read(text: str, name: str) -> Transcript:
    try:
        header = _header(text)
        if header is None:
            raise _no_header(text)
        line, delimiter, columns = header
        *above, below = text.split("\n", line + 1)
        rows = _rows(below, delimiter, columns)
    except csv.Error as error:
        raise ReadError(f"not a table: {error}; export it as CSV again") from None
    metadata, _ = read_exported_header([row for row in above[:line] if not row.startswith("sep=")])
    origin = Origin(name, "csv", merged(_metadata(rows, columns), metadata))
    return assemble(pieces_of_rows(rows, columns), origin, joiner=CAPTIONS)


def _rows(below: str, delimiter: str, columns: Columns) -> list[list[str]]:
    """The rows that hold anything, each as wide as its header.

    Tables by whisper and others part columns by tabs and leave quotation marks in the words as they are.
    """
    found = list(csv.reader(io.StringIO(below), delimiter=delimiter))
    if delimiter == "\t" and '"' in below:
        plain = [line.split(delimiter) for line in below.split("\n")]
        whole = all(len(row) > columns.text for row in plain if any(row))
        if whole and not any(len(cell) > 1 and cell[0] == cell[-1] == '"' for row in plain for cell in row):
            found = plain
    rows = [_fitted(row, delimiter, columns) for row in found if any(cell.strip() for cell in row)]
    return [row for row in rows if any(cell.strip(" -:=") for cell in row)]


def _fitted(row: list[str], delimiter: str, columns: Columns) -> list[str]:
    """Words in the last column may hold the delimiter without quotation marks."""
    if len(row) > columns.width == columns.text + 1:
        return [*row[: columns.text], delimiter.join(row[columns.text :])]
    return row


def _no_header(text: str) -> ReadError:
    number, seen = next(((n, line) for n, line in enumerate(text.split("\n"), start=1) if line.strip()), (1, ""))
    cure = 'name the columns in the first row, such as "start,end,speaker,text"'
    return ReadError(f'"{seen.strip()[:60]}" names no columns of words and of speakers or times; {cure}', line=number)


def _metadata(rows: Sequence[Sequence[str]], columns: Columns) -> Metadata:
    titles = {cell_of(row, columns.title) for row in rows} - {""}
    return Metadata(title=titles.pop() if len(titles) == 1 else None)


TABLE = Format("csv", (".csv", ".tsv"), _sniff, _read)
