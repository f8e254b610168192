"""Values of settings as they are written: each read strictly, or refused by the setting's name with what is allowed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from rag.errors import InputError


def each(environ: Mapping[str, str], name: str, parse: Callable[[str], str | None], allowed: str) -> tuple[str, ...]:
    """The parts of a value between commas, each as `parse` gives it; refused where that gives None."""
    found: list[str] = []
    for one in filter(None, (part.strip() for part in environ.get(name, "").split(","))):
        value = parse(one)
        if value is None:
            raise refused(name, one, allowed)
        found.append(value)
    return tuple(dict.fromkeys(found))


def rate(environ: Mapping[str, str], name: str, usual: str) -> str:
    """How many requests are let through, as "NUMBER/UNIT"."""
    value = environ.get(name, usual).strip()
    if not re.fullmatch(r"[1-9]\d{0,8}/(?:second|minute|hour|day)", value, re.ASCII):
        raise refused(name, value, "a number of requests a second, minute, hour or day, such as 600/minute")
    return value


def yes(environ: Mapping[str, str], name: str) -> bool:
    """Whether a value is yes; no when not set."""
    value = environ.get(name, "no").strip().lower()
    if value not in {"yes", "no"}:
        raise refused(name, value, "yes or no")
    return value == "yes"


def whole(environ: Mapping[str, str], name: str, *, usual: int, least: int, most: int) -> int:
    """A whole number from `least` to `most`; `usual` when not set."""
    value = environ.get(name, str(usual))
    # int() alone would also take "1_0", " 7 " and digits of other scripts.
    if not (value.isascii() and value.isdigit() and len(value) <= len(str(most)) and least <= int(value) <= most):
        raise refused(name, value, f"a whole number from {least} to {most}")
    return int(value)


def refused(name: str, value: str, allowed: str) -> InputError:
    """The error that tells a value from what is allowed."""
    return InputError(f"{name} is {value!r}; allowed is {allowed}")
