"""Whether and when a request to a model's server is made again, and what is told when it is not."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from rag.errors import ModelError

BUSY = frozenset({429, 503, 529})  # 529: "overloaded", as Anthropic says it


def backoff(tried: int) -> float:
    """0.25 to 0.5 s, then twice that, so that those who were turned away together do not come back together."""
    return float(0.25 * 2 ** (tried - 1) * (1 + random.random()))  # noqa: S311 - no secret hangs on it


def asked_to_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds of Retry-After, which is a number or a date."""
    value = str(headers.get("retry-after", "")).strip()
    if value.replace(".", "", 1).isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError):
        return None


def refused(status: int, told: str) -> ModelError:
    """What a reader is told of a request that was not accepted."""
    if status in {401, 403}:
        return ModelError("the language model's server refuses the key", detail=f"HTTP {status}")
    if status == 402:
        return ModelError("the language model's account is out of credit", detail=f"HTTP {status} {told}".strip())
    if status in BUSY:
        return ModelError("the language model is busy", detail=f"HTTP {status}")
    return ModelError("the language model's server refuses the question", detail=f"HTTP {status} {told}".strip())
