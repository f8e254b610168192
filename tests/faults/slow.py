"""The tests' encoder, slow enough to be caught at work."""

from __future__ import annotations

import time
from collections.abc import Sequence

from index.encoder import Vectors
from tests.fakes import HashingEncoder


class Slow(HashingEncoder):
    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        time.sleep(0.002 * len(texts))  # as slow however many are put together
        return super().encode_documents(texts)
