"""A stored version as it was read, with what was made of it."""

from __future__ import annotations

import sqlalchemy as sa

from index.store.records import Origin, Stored
from index.store.schema import STRIDE, passages, sentences, speakers, transcripts, turns
from rag.values import Turn


def stored(connection: sa.Connection, origin: Origin) -> Stored | None:
    """The present version of a source; None when there is none."""
    own = sa.and_(transcripts.c.collection == origin.collection, transcripts.c.source == origin.source)
    ordinal = connection.execute(sa.select(transcripts.c.ordinal).where(own)).scalar()
    if ordinal is None:
        return None
    first, end = ordinal * STRIDE, (ordinal + 1) * STRIDE
    said = connection.execute(
        sa.select(turns).where(turns.c.turn_id >= first, turns.c.turn_id < end).order_by(turns.c.turn_id)
    ).all()
    made = connection.execute(
        sa.select(passages)
        .where(passages.c.passage_id >= first, passages.c.passage_id < end)
        .order_by(passages.c.passage_id)
    ).all()
    told = {
        row.turn_id: row.codes
        for row in connection.execute(
            sa.select(sentences).where(sentences.c.turn_id >= first, sentences.c.turn_id < end)
        )
    }
    known = connection.execute(sa.select(speakers).where(speakers.c.ordinal == ordinal)).all()
    renamed = {row.label for row in known if row.name != row.label}
    return Stored(
        tuple(Turn(row.turn_id - first, row.text, row.label, kind=row.kind) for row in said),
        frozenset(row.turn_id - first for row in said if row.label in renamed),
        tuple(row.anchor - first for row in made),
        tuple(row.vector for row in made),
        {turn_id - first: codes for turn_id, codes in told.items()},
    )
