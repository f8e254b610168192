"""The tables of the library: the database is the truth, FAISS and tantivy are derived from it.

Every row of a transcript carries the transcript's `ordinal`, a number never used twice, so that a derived index can
drop a replaced version by one range of ids: `turn_id` is `ordinal * STRIDE` plus the turn's number, `passage_id` plus
the passage's position.
"""

from __future__ import annotations

import sqlalchemy as sa

# Room for a million turns, and as many passages, in one transcript; 2**43 transcripts in 64 bits.
STRIDE = 1 << 20
SCHEMA_VERSION = "6"

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
    sa.Column("corrected", sa.Text),  # JSON list: which of title, date and addresses a user corrected
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

# Times amid a turn, of those that have any: "char seconds" pairs, parted by spaces.
marks = sa.Table(
    "marks",
    metadata,
    sa.Column("turn_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("marks", sa.Text, nullable=False),
)

passages = sa.Table(
    "passages",
    metadata,
    sa.Column("passage_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("anchor", sa.BigInteger, nullable=False),  # a turn_id
    sa.Column("vector", sa.LargeBinary, nullable=False),  # float16, unit length
)

# What the sentences of a turn mean, in order, packed (`index.codes`); not of turns that join another's passage, nor
# where the encoder does not tell. It is kept beside the passages, which are read whole when the index is made.
sentences = sa.Table(
    "sentences",
    metadata,
    sa.Column("turn_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("codes", sa.LargeBinary, nullable=False),
)

# Digests of each transcript as it was stored: of what was said, of its names and facts, and of its vectors.
sums = sa.Table(
    "sums",
    metadata,
    sa.Column("ordinal", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("said", sa.String(64), nullable=False),
    sa.Column("named", sa.String(64), nullable=False),
    sa.Column("meant", sa.String(64), nullable=False),
)

# Answers given, as readers got them, and whom they quote: what is deleted is gone from them, too.
answers = sa.Table(
    "answers",
    metadata,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("id", sa.String(64), nullable=False, unique=True),
    sa.Column("document", sa.Text, nullable=False),  # JSON
    sa.Column("given_at", sa.String(32), nullable=False),
    sa.Column("asker", sa.String(32)),  # id of the key or site it was given to; null where none was needed
    sqlite_autoincrement=True,
)

quoted = sa.Table(
    "quoted",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True),  # of the answer
    sa.Column("transcript_id", sa.String(160), primary_key=True, index=True),
)

# Which conversation an answer belongs to, by what its client calls it.
conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),  # of the answer
    sa.Column("conversation_id", sa.String(200), nullable=False, index=True),
)

feedback = sa.Table(
    "feedback",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),  # of the answer
    sa.Column("vote", sa.String(8), nullable=False),  # up, down
    sa.Column("comment", sa.Text),
    sa.Column("voted_at", sa.String(32), nullable=False),
)

# Who may use the server. A row stays when it is revoked: a library that ever had one never falls open.
keys = sa.Table(
    "keys",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("kind", sa.String(8), nullable=False),  # key, site
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("digest", sa.String(64)),  # sha256 of a key's secret; null for a site, which has none
    sa.Column("scope", sa.String(8), nullable=False),  # ask, manage
    sa.Column("collections", sa.Text),  # JSON list; null for all
    sa.Column("origins", sa.Text, nullable=False),  # JSON list; of a site
    sa.Column("created_at", sa.String(32), nullable=False),
    sa.Column("used_at", sa.String(32)),
    sa.Column("revoked_at", sa.String(32)),
)

# Uploads taken in behind the reader's back, and what became of each of their files.
jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("id", sa.String(32), nullable=False, unique=True),
    sa.Column("asker", sa.String(32)),  # id of the key that sent it
    sa.Column("collection", sa.String(160), nullable=False),
    sa.Column("state", sa.String(8), nullable=False, index=True),  # queued, running, done, failed
    sa.Column("reason", sa.Text),  # why it failed
    sa.Column("worker", sa.String(64)),  # who has it in hand
    sa.Column("seen_at", sa.Float),  # when that worker last gave a sign of life, in seconds since 1970
    sa.Column("lost", sa.Integer, nullable=False),  # how many workers in a row fell silent without finishing a file
    sa.Column("created_at", sa.String(32), nullable=False),
    sa.Column("ended_at", sa.String(32)),
    sqlite_autoincrement=True,
)

job_files = sa.Table(
    "job_files",
    metadata,
    sa.Column("job_id", sa.String(32), primary_key=True),
    sa.Column("at", sa.Integer, primary_key=True),  # place in the upload, from 0
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("facts", sa.Text, nullable=False),  # JSON: title, date and addresses said beside it
    sa.Column("outcome", sa.String(16)),  # null until it was dealt with: written in the transaction that stores it
    sa.Column("transcript_id", sa.String(160)),
    sa.Column("turns", sa.Integer),
    sa.Column("reason", sa.Text),
    sa.Column("line", sa.Integer),
)

# Where no file of an upload can lie because other machines are to take it in: what is in it, in pieces.
contents = sa.Table(
    "contents",
    metadata,
    sa.Column("job_id", sa.String(32), primary_key=True),
    sa.Column("at", sa.Integer, primary_key=True),  # as in job_files
    sa.Column("piece", sa.Integer, primary_key=True),  # from 0
    sa.Column("data", sa.LargeBinary, nullable=False),
)

# Of files that a command handed over: what they are called where they were found, and what they are to be read as.
found_files = sa.Table(
    "found_files",
    metadata,
    sa.Column("job_id", sa.String(32), primary_key=True),
    sa.Column("at", sa.Integer, primary_key=True),  # as in job_files
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("shown", sa.Text, nullable=False),
    sa.Column("as_format", sa.String(40)),
)

# Where the Slack app is installed, where several workspaces may.
slack_installations = sa.Table(
    "slack_installations",
    metadata,
    sa.Column("team", sa.String(32), primary_key=True),
    sa.Column("enterprise", sa.String(32)),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("user", sa.String(32), nullable=False),
    sa.Column("bot", sa.String(32), nullable=False),
    sa.Column("sealed", sa.Text, nullable=False),  # tokens, encrypted with a key from the app's client secret
    sa.Column("expires_at", sa.Float),
    sa.Column("installed_by", sa.String(32), nullable=False),
    sa.Column("installed_at", sa.Float, nullable=False),
)

# Installations that somebody has begun in a browser.
slack_states = sa.Table(
    "slack_states",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("expires_at", sa.Float, nullable=False),
)

# What channels of Slack have settled for themselves, within what the settings allow.
slack_channels = sa.Table(
    "slack_channels",
    metadata,
    sa.Column("team", sa.String(32), primary_key=True),
    sa.Column("channel", sa.String(32), primary_key=True),
    sa.Column("collections", sa.Text),  # JSON list; null for all
    sa.Column("caution", sa.String(16)),  # null for that of the settings
    sa.Column("changed_by", sa.String(32), nullable=False),
    sa.Column("changed_at", sa.Float, nullable=False),
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
