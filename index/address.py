"""Where the engine is that several servers share."""

from __future__ import annotations

from dataclasses import dataclass, field

URL, TOKEN = "TRANSCITE_INDEX_URL", "TRANSCITE_INDEX_TOKEN"


@dataclass(frozen=True, slots=True)
class Address:
    """Where Milvus is, and how a library is kept there.

    Attributes:
        url: http or https, host and port, and a database's name as its path, if it is not the default one.
        token: "user:password" or a key; empty for a server that asks for none.
        replicas: Copies of a collection in memory, each on query nodes of its own.
        graph: Whether passages are found by an HNSW graph, which misses some, rather than by looking at all.
    """

    url: str
    token: str = field(default="", repr=False)
    replicas: int = 1
    graph: bool = False
