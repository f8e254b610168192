"""The truth: transcripts, turns and vectors in a database. The only package that imports SQLAlchemy."""
