"""The errors Transcite raises on purpose, from general to exact, so that a caller picks the level to catch.

TransciteError             anything below; its text is one line, for a person, with the cure
├── InputError             what the user gave cannot be used
│   ├── ReadError          a file is not a transcript that can be read (carries the line)
│   ├── QuestionError      a question, query or number out of range
│   └── FilterError        a filter that cannot mean anything
├── AccessError            whoever asks may not do that
├── NotFoundError          a transcript, speaker or answer that is not in the library
├── LibraryError           the library on disk cannot be used
│   ├── LibraryLockedError another process holds it
│   ├── LibraryUnreachableError  the server its database is on cannot be reached just now
│   ├── LibraryFullError   the disk (or a quota) is full
│   ├── LibraryDamagedError   a file of it is not what was written
│   └── LibraryMismatchError  made with another encoder, passage setting or version
├── EngineError            the engine that holds the vectors of several servers cannot be reached or used
├── EncoderError           the encoder is missing, altered or not what it claims
└── ModelError             the language model cannot be reached or used
"""


class TransciteError(Exception):
    """Base of every error raised on purpose. `str(error)` is one line that names the thing and the cure."""


class InputError(TransciteError):
    """What the user gave cannot be used."""


class ReadError(InputError):
    """A file that cannot be read as a transcript.

    Args:
        reason: What was seen and what to do about it, one line, without the file's name.
        line: The 1-based line it was seen on, when there is one.
    """

    def __init__(self, reason: str, *, line: int | None = None) -> None:
        super().__init__(reason if line is None else f"line {line}: {reason}")
        self.reason = reason
        self.line = line


class QuestionError(InputError):
    """A question, query or number out of range."""


class FilterError(InputError):
    """A filter that cannot mean anything, such as a date range that ends before it begins."""


class AccessError(TransciteError):
    """Whoever asks may not do that."""


class NotFoundError(TransciteError):
    """A transcript, speaker or answer that is not in the library."""


class LibraryError(TransciteError):
    """The library on disk cannot be used."""


class LibraryLockedError(LibraryError):
    """Another process holds the library for longer than we wait."""


class LibraryUnreachableError(LibraryError):
    """The server that the library's database is on cannot be reached just now; nothing that was finished is lost."""


class LibraryFullError(LibraryError):
    """The disk, or a quota on it, is full. What was finished before is kept."""


class LibraryDamagedError(LibraryError):
    """What the library's files hold is not what was written to them. `transcite doctor` says what, and repairs."""


class LibraryMismatchError(LibraryError):
    """The library was made with another encoder, passage setting or version than this one."""


class EngineError(TransciteError):
    """The engine that holds the vectors cannot be reached or used; the library is whole, and can be made searchable."""


class EncoderError(TransciteError):
    """The encoder is missing, altered or not what it claims to be."""


class ModelError(TransciteError):
    """The language model cannot be reached or used; the question is answered with quotes instead.

    Args:
        reason: For readers: one line, without addresses or what a server said.
        detail: For those who run it; it holds no key.
    """

    def __init__(self, reason: str, *, detail: str = "") -> None:
        super().__init__(reason)
        self.detail = detail
