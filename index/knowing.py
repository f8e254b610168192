"""Who speaks in a library, remembered as long as it does not change: every question is read against their names."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from threading import Lock

from index.store.library import Library
from index.store.records import Point
from rag.values import Filters

_KEPT = 32  # sets of filters whose names are remembered, about 100 KB each at a thousand names


class Names:
    """The names of one library; safe to use from several threads.

    Args:
        library: The truth.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._lock = Lock()
        self._point = Point()
        self._known: OrderedDict[Filters, tuple[str, ...]] = OrderedDict()

    def within(self, filters: Filters) -> tuple[str, ...]:
        """Everybody who speaks in the transcripts that `filters` let through, rules about speakers aside."""
        newest, inside = self._library.newest(), replace(filters, speakers=(), not_speakers=())
        # What days a transcript is of is corrected without a new generation.
        if inside.since is not None or inside.until is not None:
            return self._library.names(self._library.scope(inside))
        with self._lock:
            if self._point != newest:
                self._point, self._known = newest, OrderedDict()
            known = self._known.get(inside)
        if known is None:
            known = self._library.names(self._library.scope(inside))
            with self._lock:
                if self._point == newest:
                    self._known[inside] = known
                    while len(self._known) > _KEPT:
                        self._known.popitem(last=False)
        return known
