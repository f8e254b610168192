"""Changes. Each takes a connection inside a write transaction; none commits."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from index.store import amending, history, reading, sums
from index.store.amending import NOTHING, Given
from index.store.records import Embedding, Encoded, Origin, Outcome, Reencoded, today
from index.store.schema import STRIDE, duplicates, marks, meta, passages, sentences, speakers, transcripts, turns
from rag.values import Speaker


def decide(connection: sa.Connection, origin: Origin) -> Outcome:
    """What ingesting `origin` would do now."""
    own = _own(connection, origin)
    linked = _linked(connection, origin)
    known = own or linked
    if known is not None and known.content_hash == origin.content_hash:
        return "unchanged"
    if _same_content(connection, origin) is not None:
        return "duplicate"
    return "added" if own is None else "replaced"


def put(connection: sa.Connection, origin: Origin, encoded: Encoded) -> tuple[Outcome, str]:
    """Add or replace one transcript; when meanwhile another process put the same content there, link to it."""
    outcome = decide(connection, origin)
    if outcome in {"unchanged", "duplicate"}:
        return link(connection, origin)
    own = _own(connection, origin)
    given = NOTHING if own is None else amending.given(connection, own)
    _unlink(connection, origin)
    if own is not None:
        _release(connection, own)
    _insert(connection, origin, encoded, given)
    return outcome, origin.transcript_id


def link(connection: sa.Connection, origin: Origin) -> tuple[Outcome, str]:
    """Record a source whose content is there already. Raises KeyError when it is not."""
    own = _own(connection, origin)
    linked = _linked(connection, origin)
    if own is not None and own.content_hash == origin.content_hash:
        return "unchanged", own.id
    if linked is not None and linked.content_hash == origin.content_hash:
        return "unchanged", linked.transcript_id
    holder = _same_content(connection, origin)
    if holder is None:
        raise KeyError(origin.source)
    _unlink(connection, origin)
    if own is not None:
        _release(connection, own)
    connection.execute(
        duplicates.insert().values(
            collection=origin.collection,
            source=origin.source,
            transcript_id=holder.id,
            content_hash=origin.content_hash,
        )
    )
    return "duplicate", holder.id


def remove(connection: sa.Connection, transcript_ids: tuple[str, ...]) -> int:
    """Delete transcripts and what links to them; returns how many turns went."""
    rows = [reading.row_of(connection, transcript_id) for transcript_id in dict.fromkeys(transcript_ids)]
    for row in rows:
        connection.execute(duplicates.delete().where(duplicates.c.transcript_id == row.id))
        _delete(connection, row.ordinal)
    return sum(row.turns for row in rows)


def replace_vectors(connection: sa.Connection, fresh: Iterable[Reencoded], settings: dict[str, str]) -> None:
    """Put other passages in the place of all there are, and record what they were made with."""
    connection.execute(passages.delete())
    connection.execute(sentences.delete())
    for one in fresh:
        put_vectors(connection, one)
    connection.execute(meta.delete().where(meta.c.key.in_(settings)))
    remember(connection, settings)
    history.log(connection, 0, "reencoded")


def put_vectors(connection: sa.Connection, one: Reencoded) -> None:
    """Put other passages in the place of a transcript's; its history is to say so."""
    ordinal = reading.row_of(connection, one.transcript_id).ordinal
    for table, column in ((passages, passages.c.passage_id), (sentences, sentences.c.turn_id)):
        connection.execute(table.delete().where(column.between(ordinal * STRIDE, (ordinal + 1) * STRIDE - 1)))
    _put_passages(connection, ordinal, one.anchors, one.vectors)
    sums.seal(connection, ordinal, "meant")


def remember(connection: sa.Connection, settings: dict[str, str]) -> dict[str, str]:
    """Record what the library is made with, where it is not recorded yet; returns what it is made with."""
    known = {row.key: row.value for row in connection.execute(sa.select(meta))}
    for key, value in settings.items():
        if key not in known:
            connection.execute(meta.insert().values(key=key, value=value))
    return settings | known


def _insert(connection: sa.Connection, origin: Origin, encoded: Encoded, given: Given) -> None:
    value, names = encoded.transcript, given.names
    row = {
        "id": origin.transcript_id,
        "collection": origin.collection,
        "source": origin.source,
        "content_hash": origin.content_hash,
        "title": value.title,
        "date": value.date,
        "format": value.format,
        "source_url": value.source_url,
        "media_url": value.media_url,
        "turns": len(value.turns),
        "words": value.words(),
        "added_at": today(),
        "corrected": json.dumps(sorted(given.facts)) if given.facts else None,
    }
    row |= given.facts
    inserted = connection.execute(transcripts.insert().values(row)).inserted_primary_key
    assert inserted is not None  # noqa: S101 - an insert into a table with a key returns it
    base = inserted[0] * STRIDE
    connection.execute(
        turns.insert(),
        [
            {
                "turn_id": base + turn.turn,
                "label": turn.speaker,
                "inferred": turn.speaker_inferred and turn.speaker not in names,
                "kind": turn.kind,
                "start": turn.start,
                "end": turn.end,
                "text": turn.text,
            }
            for turn in value.turns
        ],
    )
    timed = [
        {"turn_id": base + turn.turn, "marks": " ".join(f"{char} {moment}" for char, moment in turn.marks)}
        for turn in value.turns
        if turn.marks
    ]
    if timed:
        connection.execute(marks.insert(), timed)
    _put_passages(connection, inserted[0], [passage.anchor for passage in encoded.passages], encoded.vectors)
    spoke = {speaker.name: speaker for speaker in value.speakers}
    people = [_speaker_row(inserted[0], label, names.get(label), spoke.get(label)) for label in value.speaker_names()]
    if people:
        connection.execute(speakers.insert(), people)
    sums.seal(connection, inserted[0])
    history.log(connection, inserted[0], "added")


def _put_passages(connection: sa.Connection, ordinal: int, anchors: Sequence[int], made: Sequence[Embedding]) -> None:
    """Store what was made of a transcript's passages, given the number of each one's anchor turn."""
    base = ordinal * STRIDE
    told: dict[int, bytes] = {}  # of a turn in several passages, one after another
    for anchor, one in zip(anchors, made, strict=True):
        told[base + anchor] = told.get(base + anchor, b"") + one.sentences
    rows = [
        {"passage_id": base + position, "anchor": base + anchor, "vector": one.vector}
        for position, (anchor, one) in enumerate(zip(anchors, made, strict=True))
    ]
    connection.execute(passages.insert(), rows)
    if codes := [{"turn_id": turn_id, "codes": one} for turn_id, one in told.items() if one]:
        connection.execute(sentences.insert(), codes)


def _speaker_row(ordinal: int, label: str, given: str | None, known: Speaker | None) -> dict[str, Any]:
    """A speaker under the name a user gave, which needs no reason, or else under the label."""
    name = given or label
    return {
        "ordinal": ordinal,
        "label": label,
        "name": name,
        "folded": reading.fold(name),
        "role": known.role if known else None,
        "organisation": known.organisation if known else None,
        "reason": known.reason if known and given is None else None,
    }


def _release(connection: sa.Connection, own: Any) -> None:
    """Take a version away from its source: delete it, or hand it to another source of the same content."""
    heirs = sa.select(duplicates).where(duplicates.c.transcript_id == own.id).order_by(duplicates.c.source)
    heir = connection.execute(heirs).first()
    if heir is None:
        _delete(connection, own.ordinal)
        return
    new_id = Origin(heir.collection, heir.source, heir.content_hash).transcript_id
    _unlink(connection, Origin(heir.collection, heir.source, heir.content_hash))
    connection.execute(
        transcripts.update().where(transcripts.c.ordinal == own.ordinal).values(id=new_id, source=heir.source)
    )
    connection.execute(duplicates.update().where(duplicates.c.transcript_id == own.id).values(transcript_id=new_id))
    sums.seal(connection, own.ordinal, "named")


def _delete(connection: sa.Connection, ordinal: int) -> None:
    for table, column in (
        (turns, turns.c.turn_id),
        (marks, marks.c.turn_id),
        (passages, passages.c.passage_id),
        (sentences, sentences.c.turn_id),
    ):
        connection.execute(table.delete().where(column >= ordinal * STRIDE, column < (ordinal + 1) * STRIDE))
    connection.execute(speakers.delete().where(speakers.c.ordinal == ordinal))
    connection.execute(transcripts.delete().where(transcripts.c.ordinal == ordinal))
    sums.forget(connection, ordinal)
    history.log(connection, ordinal, "removed")


def _own(connection: sa.Connection, origin: Origin) -> Any:
    own = sa.and_(transcripts.c.collection == origin.collection, transcripts.c.source == origin.source)
    return connection.execute(sa.select(transcripts).where(own)).first()


def _linked(connection: sa.Connection, origin: Origin) -> Any:
    linked = sa.and_(duplicates.c.collection == origin.collection, duplicates.c.source == origin.source)
    return connection.execute(sa.select(duplicates).where(linked)).first()


def _unlink(connection: sa.Connection, origin: Origin) -> None:
    linked = sa.and_(duplicates.c.collection == origin.collection, duplicates.c.source == origin.source)
    connection.execute(duplicates.delete().where(linked))


def _same_content(connection: sa.Connection, origin: Origin) -> Any:
    same = sa.and_(transcripts.c.collection == origin.collection, transcripts.c.content_hash == origin.content_hash)
    return connection.execute(sa.select(transcripts).where(same).order_by(transcripts.c.ordinal)).first()
