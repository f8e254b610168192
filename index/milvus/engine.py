"""What `index.engine` asks for, by Milvus.

A library's collection is reached by an alias made of the library's identity and settings; the collection behind it has
a name of its own, so that another can be filled beside it and take its place at once. Two rows of every collection are
no passages: they say what it is level with. Their ids are below those of any passage.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from pymilvus import MilvusClient

from index import rules
from index.address import Address
from index.encoder import Vectors
from index.engine import Found, Ids, Rule, Standing, VanishedError
from index.milvus.calls import SLOW_S, Calls
from index.milvus.making import dimension_of, drop, make
from index.store.records import Point
from index.store.schema import STRIDE

TIMEOUT_S = 5.0  # for what a reader waits for, each of two times
_AT_ONCE, _PAGE = 2_000, 16_000  # rows in one message, and in one answer: Milvus gives 16,384 at most
_RULED = 500  # versions in one rule about what to remove
_POINT, _FLOOR = 0, 1  # the rows that are no passages
_LOOKED_AT = 800  # nodes of the graph that a search keeps in view, at least: docs/scale.md


class Milvus:
    """A Milvus server or cluster, as `index.engine` wants it; connected when first used, safe to use from threads.

    Args:
        address: Where it is.
        timeout_s: How long what a reader waits for may take, each of two times.
    """

    def __init__(self, address: Address, *, timeout_s: float = TIMEOUT_S) -> None:
        self._address, self._timeout_s = address, timeout_s
        self._calls = Calls(address, timeout_s=timeout_s)

    def standing(self, library: str, *, strongly: bool) -> Standing | None:
        """As `index.engine.Engine`."""
        try:
            known = self._calls.twice(lambda c: c.describe_collection(self._alias(library), timeout=self._timeout_s))
        except VanishedError:
            return None
        name = str(known["collection_name"])
        fields = ["id", "anchor", "ordinal"]
        rows = {row["id"]: row for row in self._query(name, f"id < {STRIDE}", fields, strongly=strongly)}
        if set(rows) != {_POINT, _FLOOR}:
            return None  # of another making, or damaged: it is made anew
        point = Point(rows[_POINT]["anchor"], rows[_POINT]["ordinal"])
        return Standing(name, point, rows[_FLOOR]["anchor"], dimension_of(known))

    def make(self, library: str, dimension: int) -> str:
        """As `index.engine.Engine`: a collection, loaded."""
        name = f"{self._alias(library)}_{secrets.token_hex(4)}"
        self._calls.twice(lambda c: make(c, name, dimension, self._address))
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
                    self._calls.twice(partial(MilvusClient.delete, collection_name=name, ids=ids, timeout=SLOW_S))

    def mark(self, name: str, point: Point) -> int:
        """As `index.engine.Engine`.

        The time that Milvus tells of a delete is one before it: that of a row written after it is the floor. It is
        waited for here, for as long as much that was put in takes: searches would not have that time.
        """
        known = self._calls.twice(lambda c: c.describe_collection(name, timeout=self._timeout_s))
        blank = np.zeros(dimension_of(known), np.float32)
        floor = self._put(name, [_row(_FLOOR, 0, 0, blank)])
        self._calls.twice(lambda c: c.query(name, ids=[_FLOOR], output_fields=["id"], timeout=SLOW_S, **_since(floor)))
        self._put(name, [_row(_POINT, point.generation, point.stamp, blank), _row(_FLOOR, floor, 0, blank)])
        return floor

    def switch(self, library: str, name: str) -> None:
        """As `index.engine.Engine`; collections of the same library made with other settings go, too."""
        alias = self._alias(library)
        self._calls.twice(lambda c: c.flush(name, timeout=SLOW_S))  # what is sealed gets its index at once
        try:
            self._calls.twice(lambda c: c.describe_collection(alias, timeout=self._timeout_s))
            self._calls.twice(lambda c: c.alter_alias(name, alias, timeout=self._timeout_s))
        except VanishedError:
            self._calls.twice(lambda c: c.create_alias(name, alias, timeout=self._timeout_s))
        family = re.match(r"transcite_[^_]+_", alias)
        for other in self._calls.twice(lambda c: c.list_collections(timeout=self._timeout_s)):
            if family and other.startswith(family[0]) and other != name:
                self._calls.twice(partial(drop, name=other))

    def nearest(self, standing: Standing, query: Vectors, limit: int, rule: Rule) -> Found:
        """As `index.engine.Engine`."""
        wanted = limit + 2  # the rows that are no passages may be among them
        found = self._calls.twice(
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
        return str(self._calls.twice(lambda c: c.get_server_version(timeout=self._timeout_s)))

    def _alias(self, library: str) -> str:
        return f"transcite_{library}_{'graph' if self._address.graph else 'exact'}"

    def _put(self, name: str, rows: list[dict[str, Any]]) -> int:
        """Write rows; returns when that was, by Milvus' clock, 0 where pymilvus does not say."""
        self._calls.twice(lambda c: c.upsert(name, rows, timeout=SLOW_S))
        return self._calls.written(name)

    def _query(self, name: str, rule: str, fields: list[str], *, strongly: bool) -> list[dict[str, Any]]:
        more: dict[str, Any] = {"limit": _PAGE} if rule else {}
        level = "Strong" if strongly else "Eventually"
        return list(
            self._calls.twice(
                lambda c: c.query(
                    name, filter=rule, output_fields=fields, consistency_level=level, timeout=self._timeout_s, **more
                )
            )
        )


def _since(floor: int) -> dict[str, Any]:
    """How to ask for all that was written until then: as good as strong, without waiting for every node's clock."""
    if not floor:
        return {"consistency_level": "Strong"}
    return {"consistency_level": "Customized", "guarantee_timestamp": floor}


def _row(number: int, anchor: int, ordinal: int, vector: Vectors) -> dict[str, Any]:
    return {"id": number, "anchor": anchor, "ordinal": ordinal, "vector": vector}
