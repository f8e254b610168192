"""An engine in memory: what `index.engine` asks for, by numpy; it can be cut off, and can tell of what was before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.encoder import Vectors
from index.engine import Found, Ids, Rule, Standing, VanishedError
from index.store.records import Point
from index.store.schema import STRIDE
from rag.errors import EngineError

Rows = dict[int, tuple[int, Vectors]]


class MemoryEngine:
    """One server; several of Transcite may share it.

    Attributes:
        calls: What was called, in order.
        sets: Rows by name of their set.
        cut_off: Whether every call fails.
    """

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.sets: dict[str, Rows] = {}
        self.cut_off = False
        self._now: dict[str, Standing] = {}
        self._libraries: dict[str, str] = {}
        self._dimensions: dict[str, int] = {}
        self._clock = 0

    def standing(self, library: str, *, strongly: bool) -> Standing | None:
        self._called("standing")
        return self._now.get(self._libraries.get(library, ""))

    def make(self, library: str, dimension: int) -> str:
        self._called("make")
        name = f"{library}-{len(self._dimensions)}"
        self.sets[name], self._dimensions[name] = {}, dimension
        return name

    def add(self, name: str, ids: Ids, anchors: Ids, vectors: Vectors) -> None:
        self._called("add")
        rows = self._rows(name)
        for one, anchor, vector in zip(ids.tolist(), anchors.tolist(), vectors, strict=True):
            rows[one] = (anchor, vector)

    def remove(self, name: str, ordinals: Sequence[int]) -> None:
        self._called("remove")
        rows = self._rows(name)
        for one in [one for one in rows if one // STRIDE in set(ordinals)]:
            del rows[one]

    def mark(self, name: str, point: Point) -> int:
        self._called("mark")
        self._rows(name)
        self._clock += 1
        self._now[name] = Standing(name, point, self._clock, self._dimensions[name])
        return self._clock

    def switch(self, library: str, name: str) -> None:
        self._called("switch")
        family = library.split("_", maxsplit=1)[0]
        self._libraries[library] = name
        self.sets = {one: rows for one, rows in self.sets.items() if one == name or not one.startswith(family)}

    def nearest(self, standing: Standing, query: Vectors, limit: int, rule: Rule) -> Found:
        self._called("nearest")
        rows = {one: row for one, row in self._rows(standing.name).items() if lets(rule, row[0])}
        ids = np.array(sorted(rows), np.int64)
        scores = np.array([float(rows[one][1] @ query[0]) for one in ids.tolist()], np.float32)
        best = np.argsort(-scores, kind="stable")[:limit]
        return Found(ids[best], np.array([rows[one][0] for one in ids[best].tolist()], np.int64), scores[best])

    def count(self, name: str, *, strongly: bool) -> int:
        self._called("count")
        return len(self._rows(name))

    def version(self) -> str:
        self._called("version")
        return "memory"

    def _rows(self, name: str) -> Rows:
        if name not in self.sets:
            raise VanishedError(f"{name} is not there")
        return self.sets[name]

    def _called(self, what: str) -> None:
        self.calls.append(what)
        if self.cut_off:
            raise EngineError("the engine is cut off")


def lets(rule: Rule, anchor: int) -> bool:
    """Whether a rule lets a turn through."""
    return (
        (rule.ordinals is None or anchor // STRIDE in rule.ordinals)
        and (rule.only is None or anchor in rule.only)
        and anchor not in rule.never
        and (rule.above is None or anchor > rule.above)
        and (rule.upto is None or anchor <= rule.upto)
    )
