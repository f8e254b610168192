"""The domain: values, reading, passages, asking, quoting and citing. Pure: no database, no network."""
