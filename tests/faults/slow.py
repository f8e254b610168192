"""The tests' encoder, slow enough to be caught at work; and one that can be stopped amid it.

As long as there is a file that the environment calls HELD, nothing that says "file020" is encoded.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from index.encoder import Vectors
from tests.fakes import HashingEncoder


class Slow(HashingEncoder):
    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        time.sleep(0.002 * len(texts))  # as slow however many are put together
        while any("file020" in text for text in texts) and Path(os.environ.get("HELD", "nowhere")).exists():
            time.sleep(0.01)
        return super().encode_documents(texts)
