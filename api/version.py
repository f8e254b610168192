"""Which Transcite this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def installed() -> str:
    """Its version; "source" when it runs from its source folder and is not installed."""
    try:
        return version("transcite")
    except PackageNotFoundError:
        return "source"
