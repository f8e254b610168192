"""The settings of the language model, which go together: none of them, or an address and a model's name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from rag.errors import InputError
from rag.writing.model import Endpoint

URL, MODEL, API_KEY = "TRANSCITE_LLM_URL", "TRANSCITE_LLM_MODEL", "TRANSCITE_LLM_API_KEY"

DESCRIPTIONS = {
    URL: "base address of the language model: OpenAI-compatible, such as http://localhost:11434/v1, or Anthropic's,"
    " https://api.anthropic.com (default: none; answers are quotes)",
    MODEL: "what its server calls the model, such as llama3.1 (needed with the address)",
    API_KEY: "key for its server; never shown or logged (default: none)",
}


def endpoint(environ: Mapping[str, str]) -> Endpoint | None:
    """Where the language model is; None where there is none.

    Raises:
        InputError: One of the settings is not allowed, or the address or the name is missing. The key is never shown.
    """
    url, model, key = (environ.get(name, "").strip() for name in (URL, MODEL, API_KEY))
    if not url and not model and not key:
        return None
    if not url or not model:
        missing = URL if not url else MODEL
        raise InputError(f"{missing} is not set, and the other settings of the language model need it")
    parts = urlsplit(url)
    if "@" in parts.netloc:  # the value is not shown: it holds a password
        raise InputError(f"{URL} holds a user or a password; leave them out and set {API_KEY}")
    if parts.scheme not in {"http", "https"} or not parts.hostname or not re.fullmatch(r"\S+", url) or parts.fragment:
        raise InputError(f"{URL} is {url!r}; allowed is an address such as http://localhost:11434/v1")
    if not model.isprintable():
        raise InputError(f"{MODEL} is {model!r}; allowed is a name such as llama3.1")
    if key and not re.fullmatch(r"[\x21-\x7e]+", key):
        raise InputError(f"{API_KEY} holds characters that no key has; copy it again")
    return Endpoint(url, model, key)
