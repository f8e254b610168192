"""What every format is made of: how it is recognised, how it is read, and how its pieces become a transcript."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rag.errors import ReadError
from rag.formats.metadata import NOTHING_SAID, Metadata, date_from_name, title_from_name
from rag.turns import Piece, turns_of
from rag.values import Speaker, Transcript, Turn


@dataclass(frozen=True, slots=True)
class Format:
    """One way of writing transcripts.

    Attributes:
        name: As in `Transcript.format`.
        suffixes: File name endings, lower case, consulted only when no format recognises the content.
        sniff: Whether a text is of this format. Looks at content only, never raises.
        read: (text, file name) to a transcript, or a `ReadError`.
    """

    name: str
    suffixes: tuple[str, ...]
    sniff: Callable[[str], bool]
    read: Callable[[str, str], Transcript]


@dataclass(frozen=True, slots=True)
class Packed:
    """A kind of file that is no text but holds one, which the formats then read.

    Attributes:
        name: As in `Transcript.format`, in place of the format of the text inside.
        suffixes: File name endings, lower case.
        sniff: Whether bytes are of this kind. Looks at content only, never raises.
        unpack: The text, with single line feeds as line ends, or a `ReadError`.
    """

    name: str
    suffixes: tuple[str, ...]
    sniff: Callable[[bytes], bool]
    unpack: Callable[[bytes], str]


@dataclass(frozen=True, slots=True)
class Origin:
    """What a transcript needs besides its pieces: the file's name, what it was read as, what it says of itself."""

    name: str
    format: str
    metadata: Metadata = NOTHING_SAID


def assemble(pieces: Iterable[Piece], origin: Origin, *, joiner: str) -> Transcript:
    """Pieces in file order to a transcript.

    Args:
        pieces: As the reader found them, merged here into turns.
        origin: Where they come from.
        joiner: What stands between merged texts (see `rag.turns.turns_of`).

    Raises:
        ReadError: Nothing is said in any piece.
    """
    turns, speakers = turns_of(pieces, joiner=joiner)
    return transcript_of(turns, speakers, origin=origin)


def transcript_of(turns: tuple[Turn, ...], speakers: tuple[Speaker, ...], *, origin: Origin) -> Transcript:
    """Finished turns to a transcript; title and date from the file, else from its name.

    Raises:
        ReadError: There are no turns.
    """
    if not turns:
        raise ReadError(f"read as {origin.format}, but no words are in it; export the transcript again")
    known = origin.metadata
    return Transcript(
        title=known.title or title_from_name(origin.name),
        turns=turns,
        date=known.date or date_from_name(origin.name),
        format=origin.format,
        speakers=speakers,
        source_url=known.source_url,
        media_url=known.media_url,
    )
