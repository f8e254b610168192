"""Settings: read once, at start, from the environment; an unknown or impossible one stops the start by its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from index.encoder import PACKAGED
from rag.errors import InputError

_PREFIX = "TRANSCITE_"
_HOME, _ENCODER, _MAX_FILE_MB = "TRANSCITE_HOME", "TRANSCITE_ENCODER", "TRANSCITE_MAX_FILE_MB"

# One line each, for people; the README's table is held to it by a test.
DESCRIPTIONS = {
    _HOME: "folder of the library (default: `transcite` in the platform's user data folder)",
    _ENCODER: f"encoder: a sentence-transformers folder or hub name (default: {PACKAGED}, which comes with Transcite)",
    _MAX_FILE_MB: "largest transcript file taken in, in megabytes, 1 to 10000 (default: 64)",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment may decide; `DESCRIPTIONS` says what each is."""

    home: Path
    encoder: str
    max_file_mb: int

    @property
    def max_bytes(self) -> int:
        """`max_file_mb` in bytes."""
        return self.max_file_mb * 1_000_000


def read(environ: Mapping[str, str]) -> Settings:
    """The settings an environment gives.

    Raises:
        InputError: A variable is not known, or its value is not allowed.
    """
    unknown = sorted(name for name in environ if name.startswith(_PREFIX) and name not in DESCRIPTIONS)
    if unknown:
        raise InputError(
            f"no such setting: {', '.join(unknown)}; unset it or correct its name (known: {', '.join(DESCRIPTIONS)})"
        )
    return Settings(_home(environ.get(_HOME)), _encoder(environ.get(_ENCODER, PACKAGED)), _megabytes(environ))


def _home(value: str | None) -> Path:
    if value is None:
        return user_data_path("transcite", appauthor=False)
    if not value.strip():
        raise _refused(_HOME, value, "a folder")
    try:
        return Path(value).expanduser().absolute()
    except RuntimeError as error:
        raise _refused(_HOME, value, "a folder of a user there is") from error


def _encoder(value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise _refused(_ENCODER, value, f"a folder, a hub name, or {PACKAGED}")
    return value


def _megabytes(environ: Mapping[str, str]) -> int:
    value = environ.get(_MAX_FILE_MB, "64")
    # int() alone would also take "1_0", " 7 " and digits of other scripts.
    if not (value.isascii() and value.isdigit() and len(value) <= 5 and 1 <= int(value) <= 10_000):
        raise _refused(_MAX_FILE_MB, value, "a whole number from 1 to 10000")
    return int(value)


def _refused(name: str, value: str, allowed: str) -> InputError:
    return InputError(f"{name} is {value!r}; allowed is {allowed}")
