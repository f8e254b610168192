"""The settings of an engine that searches vectors for several servers: its address, and how a library is kept there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.util import find_spec
from urllib.parse import urlsplit

from api import settings_values as values
from index.address import TOKEN, URL, Address
from rag.errors import InputError

REPLICAS, SEARCH = "TRANSCITE_INDEX_REPLICAS", "TRANSCITE_INDEX_SEARCH"

DESCRIPTIONS = {
    URL: "Milvus server that searches the vectors for several servers, such as http://milvus.example:19530, with"
    " /NAME for a database of its own (default: none; vectors are searched in the process)",
    TOKEN: "user:password or key for it; never shown or logged (default: none)",
    REPLICAS: "copies of the vectors it holds in memory, each on query nodes of its own, 1 to 16 (default: 1)",
    SEARCH: "`exact` looks at every vector, `graph` follows an HNSW graph: faster beyond some millions, and misses some"
    " (default: `exact`)",
}


def address(environ: Mapping[str, str]) -> Address | None:
    """Where the engine is; None where vectors are searched in the process.

    Raises:
        InputError: One of the settings is not allowed, or needs another. The token is never shown.
    """
    url, token = (environ.get(name, "").strip() for name in (URL, TOKEN))
    if not url:
        for name in (TOKEN, REPLICAS, SEARCH):
            if name in environ:
                raise InputError(f"{URL} is not set, and {name} needs it")
        return None
    parts = urlsplit(url)
    if "@" in url:  # the value is not shown: it may hold a password
        raise InputError(f"{URL} holds a user or a password; leave them out and set {TOKEN}")
    if not re.fullmatch(r"https?://(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?(?:/\w{0,255})?", url) or not _port(url):
        raise InputError(f"{URL} is {url!r}; allowed is an address such as http://localhost:19530")
    if token and not re.fullmatch(r"[\x21-\x7e]+", token):
        raise InputError(f"{TOKEN} holds characters that no token has; copy it again")
    search = environ.get(SEARCH, "exact").strip().lower()
    if search not in {"exact", "graph"}:
        raise values.refused(SEARCH, search, "exact or graph")
    replicas = values.whole(environ, REPLICAS, usual=1, least=1, most=16)
    return Address(f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}", token, replicas, search == "graph")


def need_extra() -> None:
    """See that what speaks to the engine is installed.

    Raises:
        InputError: It is not.
    """
    if find_spec("pymilvus") is None:
        raise InputError(f"Milvus comes with an extra: pip install 'transcite[milvus]', or unset {URL}")


def _port(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False
