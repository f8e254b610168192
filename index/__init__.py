"""Keeping and finding: encoder, library, vectors, words, and the search that fuses them."""
