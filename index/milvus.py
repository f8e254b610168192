"""Vectors in Milvus. The only module that imports pymilvus; written for server 2.3 and later.

A library's collection is reached by an alias made of the library's identity and settings; the collection behind it has
a name of its own, so that another can be filled beside it and take its place at once. Two rows of every collection are
no passages: they say what it is level with. Their ids are below those of any passage.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

import grpc
import numpy as np
from pymilvus import DataType, MilvusClient
from pymilvus.client.ts_utils import get_collection_ts
from pymilvus.exceptions import MilvusException

from index import rules
from index.address import TOKEN, URL, Address
from index.encoder import Vectors
from index.engine import Found, Ids, Rule, Standing, VanishedError
from index.store.records import Point
from index.store.schema import STRIDE
from rag.errors import EngineError

TIMEOUT_S, _SLOW_S = 5.0, 120.0  # for what a reader waits for, tried twice; for making, filling and loading
_AT_ONCE, _PAGE = 2_000, 16_000  # rows in one message, and in one answer: Milvus gives 16,384 at most
_RULED = 500  # versions in one rule about what to remove
_SHARDS = 2  # channels that a collection is written through
_POINT, _FLOOR = 0, 1  # the rows that are no passages
_GONE = 100  # what Milvus calls a collection that is not there
_GRAPH = {"M": 16, "efConstruction": 200}
_LOOKED_AT = 800  # nodes of the graph that a search keeps in view, at least: benchmarks/RESULTS.md

_Result = TypeVar("_Result")

logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # it tells every error with its trace; so do we, in a line


class Milvus:
    """A Milvus server or cluster, as `index.engine` wants it; connected when first used, safe to use from threads.

    Args:
        address: Where it is.
        timeout_s: How long what a reader waits for may take, each of two times.
    """

    def __init__(self, address: Address, *, timeout_s: float = TIMEOUT_S) -> None:
        parts = urlsplit(address.url)
        self._address, self._timeout_s = address, timeout_s
        self._host = f"{parts.hostname}:{parts.port or 19530}"
        self._database = parts.path.strip("/")
        self._connected: MilvusClient | None = None

    def standing(self, library: str, *, strongly: bool) -> Standing | None:
        """As `index.engine.Engine`."""
        try:
            known = self._twice(lambda c: c.describe_collection(self._alias(library), timeout=self._timeout_s))
        except VanishedError:
            return None
        name = str(known["collection_name"])
        fields = ["id", "anchor", "ordinal"]
        rows = {row["id"]: row for row in self._query(name, f"id < {STRIDE}", fields, strongly=strongly)}
        if set(rows) != {_POINT, _FLOOR}:
            return None  # of another making, or damaged: it is made anew
        point = Point(rows[_POINT]["anchor"], rows[_POINT]["ordinal"])
        return Standing(name, point, rows[_FLOOR]["anchor"], _dimension(known))

    def make(self, library: str, dimension: int) -> str:
        """As `index.engine.Engine`: a collection, loaded."""
        name = f"{self._alias(library)}_{secrets.token_hex(4)}"
        self._twice(lambda c: self._make(c, name, dimension))
        return name

    def add(self, name: str, ids: Ids, anchors: Ids, vectors: Vectors) -> None:
        """As `index.engine.Engine`: by upserts."""
        for at in range(0, len(ids), _AT_ONCE):
            part = slice(at, at + _AT_ONCE)
            rows = zip(ids[part].tolist(), anchors[part].tolist(), vectors[part].astype(np.float32), strict=True)
            self._put(name, [_row(i, a, i // STRIDE, vector) for i, a, vector in rows])

    def remove(self, name: str, ordinals: Sequence[int]) -> None:
        """As `index.engine.Engine`: by ids, which are asked for first; deleting by a rule may miss rows just put in."""
        for at in range(0, len(ordinals), _RULED):
            rule, full = f"id >= {STRIDE} and ordinal in {list(ordinals[at : at + _RULED])}", True
            while full:
                ids = [row["id"] for row in self._query(name, rule, ["id"], strongly=True)]
                full = len(ids) == _PAGE
                if ids:
                    self._twice(partial(MilvusClient.delete, collection_name=name, ids=ids, timeout=_SLOW_S))

    def mark(self, name: str, point: Point) -> int:
        """As `index.engine.Engine`.

        The time that Milvus tells of a delete is one before it: that of a row written after it is the floor. It is
        waited for here, for as long as much that was put in takes: searches would not have that time.
        """
        known = self._twice(lambda c: c.describe_collection(name, timeout=self._timeout_s))
        blank = np.zeros(_dimension(known), np.float32)
        floor = self._put(name, [_row(_FLOOR, 0, 0, blank)])
        self._twice(lambda c: c.query(name, ids=[_FLOOR], output_fields=["id"], timeout=_SLOW_S, **_since(floor)))
        self._put(name, [_row(_POINT, point.generation, point.stamp, blank), _row(_FLOOR, floor, 0, blank)])
        return floor

    def switch(self, library: str, name: str) -> None:
        """As `index.engine.Engine`; collections of the same library made with other settings go, too."""
        alias = self._alias(library)
        self._twice(lambda c: c.flush(name, timeout=_SLOW_S))  # what is sealed gets its index at once
        try:
            self._twice(lambda c: c.describe_collection(alias, timeout=self._timeout_s))
            self._twice(lambda c: c.alter_alias(name, alias, timeout=self._timeout_s))
        except VanishedError:
            self._twice(lambda c: c.create_alias(name, alias, timeout=self._timeout_s))
        family = re.match(r"transcite_[^_]+_", alias)
        for other in self._twice(lambda c: c.list_collections(timeout=self._timeout_s)):
            if family and other.startswith(family[0]) and other != name:
                self._twice(partial(_drop, name=other))

    def nearest(self, standing: Standing, query: Vectors, limit: int, rule: Rule) -> Found:
        """As `index.engine.Engine`."""
        wanted = limit + 2  # the rows that are no passages may be among them
        found = self._twice(
            lambda c: c.search(
                standing.name,
                [query[0]],
                limit=wanted,
                filter=rules.expression(rule),
                output_fields=["anchor"],
                search_params={"params": {"ef": max(_LOOKED_AT, 2 * wanted)} if self._address.graph else {}},
                timeout=self._timeout_s,
                **_since(standing.floor),
            )
        )[0]
        hits = [(one["id"], one["entity"]["anchor"], one["distance"]) for one in found if one["id"] >= STRIDE][:limit]
        ids, anchors = (np.array([hit[at] for hit in hits], np.int64) for at in (0, 1))
        return Found(ids, anchors, np.array([hit[2] for hit in hits], np.float32))

    def count(self, name: str, *, strongly: bool) -> int:
        """As `index.engine.Engine`."""
        return int(self._query(name, "", ["count(*)"], strongly=strongly)[0]["count(*)"]) - 2

    def version(self) -> str:
        """As `index.engine.Engine`."""
        return str(self._twice(lambda c: c.get_server_version(timeout=self._timeout_s)))

    def _alias(self, library: str) -> str:
        return f"transcite_{library}_{'graph' if self._address.graph else 'exact'}"

    def _make(self, client: MilvusClient, name: str, dimension: int) -> None:
        schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("anchor", DataType.INT64)
        schema.add_field("ordinal", DataType.INT64)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
        index = client.prepare_index_params()
        kind, params = ("HNSW", _GRAPH) if self._address.graph else ("FLAT", {})
        index.add_index("vector", index_type=kind, metric_type="IP", params=params)
        for scalar in ("anchor", "ordinal"):
            index.add_index(scalar, index_type="STL_SORT")
        if client.has_collection(name, timeout=self._timeout_s):  # the first of two tries came further than it seemed
            _drop(client, name)
        client.create_collection(name, schema=schema, num_shards=_SHARDS, timeout=_SLOW_S)
        client.create_index(name, index, timeout=_SLOW_S)
        client.load_collection(name, replica_number=self._address.replicas, timeout=_SLOW_S)

    def _put(self, name: str, rows: list[dict[str, Any]]) -> int:
        """Write rows; returns when that was, by Milvus' clock, 0 where pymilvus does not say."""
        self._twice(lambda c: c.upsert(name, rows, timeout=_SLOW_S))
        return int(get_collection_ts(name, self._host, self._database) or 0)

    def _query(self, name: str, rule: str, fields: list[str], *, strongly: bool) -> list[dict[str, Any]]:
        more: dict[str, Any] = {"limit": _PAGE} if rule else {}
        level = "Strong" if strongly else "Eventually"
        return list(
            self._twice(
                lambda c: c.query(
                    name, filter=rule, output_fields=fields, consistency_level=level, timeout=self._timeout_s, **more
                )
            )
        )

    def _client(self) -> MilvusClient:
        if self._connected is None:
            plain = self._address.url.removesuffix(urlsplit(self._address.url).path)
            self._connected = MilvusClient(
                plain, token=self._address.token, db_name=self._database, timeout=self._timeout_s
            )
        return self._connected

    def _twice(self, call: Callable[[MilvusClient], _Result]) -> _Result:
        """What a call gives, at the second try if not at the first."""
        try:
            return call(self._client())
        except MilvusException as error:
            if error.code == _GONE:
                raise self._told(error) from error
        except grpc.RpcError:
            pass  # a time-out: pymilvus passes it on as it is
        except ValueError:
            self._connected = None  # what pymilvus says of a connection that was closed
        try:
            return call(self._client())
        except (MilvusException, grpc.RpcError, ValueError) as error:
            raise self._told(error) from error

    def _told(self, error: Exception) -> EngineError:
        """The same in one line, with the cure and without what is secret."""
        said = error.message if isinstance(error, MilvusException) else getattr(error, "details", lambda: error)()
        reason = " ".join(str(said).split())
        if re.search(r"auth|credential|permission", reason, re.IGNORECASE):
            return EngineError(f"the search engine at {self._host} ({URL}) refuses {TOKEN}; set it to user:password")
        if self._address.token:
            reason = reason.replace(self._address.token, "...")
        kind = VanishedError if getattr(error, "code", None) == _GONE else EngineError
        return kind(
            f"the search engine at {self._host} ({URL}) cannot be used ({reason[:200]}); see that Milvus runs there,"
            " or unset the setting to search in the process"
        )


def _since(floor: int) -> dict[str, Any]:
    """How to ask for all that was written until then: as good as strong, without waiting for every node's clock."""
    if not floor:
        return {"consistency_level": "Strong"}
    return {"consistency_level": "Customized", "guarantee_timestamp": floor}


def _row(number: int, anchor: int, ordinal: int, vector: Vectors) -> dict[str, Any]:
    return {"id": number, "anchor": anchor, "ordinal": ordinal, "vector": vector}


def _dimension(known: dict[str, Any]) -> int:
    """Length of the vectors of a collection, from what Milvus tells of it."""
    return next(int(one["params"]["dim"]) for one in known["fields"] if one["name"] == "vector")


def _drop(client: MilvusClient, name: str) -> None:
    for alias in client.list_aliases(name, timeout=_SLOW_S)["aliases"]:
        client.drop_alias(alias, timeout=_SLOW_S)
    client.drop_collection(name, timeout=_SLOW_S)
