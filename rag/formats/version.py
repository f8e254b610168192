"""The version of the reading rules."""

# Part of every transcript's content hash: raise it when the same file would be read differently, and the next ingest
# reads it again.
RULES_VERSION = "5"
