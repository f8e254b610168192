"""The tables of the library: the database is the truth, FAISS and tantivy are derived from it.

Every row of a transcript carries the transcript's `ordinal`, a number never used twice, so that a derived index can
drop a replaced version by one range of ids: `turn_id` is `ordinal * STRIDE` plus the turn's number, `passage_id` plus
the passage's position.
"""

from __future__ import annotations

import sqlalchemy as sa

# Room for a million turns, and as many passages, in one transcript; 2**43 transcripts in 64 bits.
STRIDE = 1 << 20
SCHEMA_VERSION = "2"

metadata = sa.MetaData()

# Settings the library was made with: schema, encoder, dimension, passages.
meta = sa.Table(
    "meta", metadata, sa.Column("key", sa.String(64), primary_key=True), sa.Column("value", sa.Text, nullable=False)
)

transcripts = sa.Table(
    "transcripts",
    metadata,
    sa.Column("ordinal", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("id", sa.String(160), nullable=False, unique=True),
    sa.Column("collection", sa.String(160), nullable=False, index=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("content_hash", sa.String(64), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("date", sa.Date),
    sa.Column("format", sa.String(40), nullable=False),
    sa.Column("source_url", sa.Text),
    sa.Column("media_url", sa.Text),
    sa.Column("turns", sa.Integer, nullable=False),
    sa.Column("words", sa.Integer, nullable=False),
    sa.Column("added_at", sa.String(32), nullable=False),
    sa.UniqueConstraint("collection", "source"),
    sa.Index("by_content", "collection", "content_hash"),
    sqlite_autoincrement=True,
)

# Further sources of the same content: found again as `unchanged`, embedded once.
duplicates = sa.Table(
    "duplicates",
    metadata,
    sa.Column("collection", sa.String(160), primary_key=True),
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("transcript_id", sa.String(160), nullable=False, index=True),
    sa.Column("content_hash", sa.String(64), nullable=False),
)

# A label is what the source calls a speaker; the name is what readers see. Renaming changes the name only.
speakers = sa.Table(
    "speakers",
    metadata,
    sa.Column("ordinal", sa.BigInteger, primary_key=True),
    sa.Column("label", sa.String(300), primary_key=True),
    sa.Column("name", sa.String(300), nullable=False),
    sa.Column("folded", sa.String(300), nullable=False, index=True),
    sa.Column("role", sa.Text),
    sa.Column("organisation", sa.Text),
    sa.Column("reason", sa.Text),
)

turns = sa.Table(
    "turns",
    metadata,
    sa.Column("turn_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("label", sa.String(300)),
    sa.Column("inferred", sa.Boolean, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("start", sa.Float),
    sa.Column("end", sa.Float),
    sa.Column("text", sa.Text, nullable=False),
)

passages = sa.Table(
    "passages",
    metadata,
    sa.Column("passage_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("anchor", sa.BigInteger, nullable=False),  # a turn_id
    sa.Column("vector", sa.LargeBinary, nullable=False),  # float16, unit length
)

# Answers given, as readers got them, and whom they quote: what is deleted is gone from them, too.
answers = sa.Table(
    "answers",
    metadata,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("id", sa.String(64), nullable=False, unique=True),
    sa.Column("document", sa.Text, nullable=False),  # JSON
    sa.Column("given_at", sa.String(32), nullable=False),
    sqlite_autoincrement=True,
)

quoted = sa.Table(
    "quoted",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True),  # of the answer
    sa.Column("transcript_id", sa.String(160), primary_key=True, index=True),
)

feedback = sa.Table(
    "feedback",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),  # of the answer
    sa.Column("vote", sa.String(8), nullable=False),  # up, down
    sa.Column("comment", sa.Text),
    sa.Column("voted_at", sa.String(32), nullable=False),
)

# What derived indexes catch up from: which transcripts came, went or were renamed, in order.
changes = sa.Table(
    "changes",
    metadata,
    sa.Column("generation", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("ordinal", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),  # added, removed, renamed, reencoded
    sa.Column("stamp", sa.BigInteger, nullable=False),
    sqlite_autoincrement=True,
)
