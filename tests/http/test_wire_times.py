"""The times of a citation, as every surface shows them."""

from __future__ import annotations

from api import wire
from rag.values import Citation, Source, Span, Turn


def test_a_quote_within_a_long_turn_has_the_times_around_it() -> None:
    turn = Turn(1, "One two. Three four.", "Ann", start=0.0, end=20.0, marks=((9, 10.0),))
    shown = wire.Citation.of(Citation(1, Source("a", "A", "default"), turn, Span(1, 9, 20)))
    assert (shown.quote, shown.start, shown.end) == ("Three four.", 10.0, 20.0)
