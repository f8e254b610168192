"""The server's log: one JSON object a line on standard error. The door to python-json-logger.

Neither questions nor what was said in transcripts stand in it, but for `event: question`, which is off unless asked
for.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from api.http.current import CURRENT

_OURS = logging.getLogger("transcite")
_REQUESTS = logging.getLogger("transcite.requests")
_MODEL = logging.getLogger("transcite.model")
_QUESTIONS = logging.getLogger("transcite.questions")
_FIRST = ("time", "level", "event", "request_id", "trace_id", "message")
_NAMES = {"levelname": "level", "name": "logger", "exc_info": "traceback", "stack_info": "stack"}


def configure_logging() -> None:
    """Write the log of this process, and what libraries warn of, to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    _OURS.setLevel(logging.INFO)
    logging.captureWarnings(True)  # noqa: FBT003 - its only argument


def log_request(**fields: object) -> None:
    """Write the line of a request that is over."""
    _REQUESTS.info("", extra={"event": "request", **fields})


def log_question(question: str, caller: str | None) -> None:
    """Write a question down, a line of its own; only where the settings ask for it."""
    _QUESTIONS.info("", extra={"event": "question", "question": question, "caller": caller})


def log_trouble(reason: str, detail: str) -> None:
    """Write down why the language model could not be used; neither question nor key stands in it."""
    _MODEL.warning("", extra={"event": "model", "reason": reason, "detail": detail})


class Lines(JsonFormatter):
    """Records as JSON: time, level and event first, and which request they are about."""

    def __init__(self) -> None:
        super().__init__(["levelname", "name", "message"], rename_fields=_NAMES, timestamp="time")

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        """Say of a record what it is about."""
        super().add_fields(log_data, record, message_dict)
        current = CURRENT.get()
        if current is not None:
            log_data.setdefault("request_id", current.request_id)
            log_data.setdefault("trace_id", current.trace_id)
        log_data.setdefault("event", "log")

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Order the fields, and leave out the logger and message of lines that are all fields."""
        found = dict(log_data)
        if found["event"] != "log":
            found.pop("logger", None)
        first = {name: found.pop(name) for name in _FIRST if found.get(name) not in {None, ""}}
        return first | {name: value for name, value in found.items() if name not in _FIRST}
