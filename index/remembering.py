"""An encoder that remembers: a question, and the sentences of a turn that is found often, are encoded once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

import numpy as np

from index.encoder import Encoder, Meant, Parted, Vectors
from rag.evidence import Stretch

_Key = tuple[str, str]
"""Passage or question, which an encoder may treat differently, and its text."""

KEPT = 20_000  # texts, about 1.5 KB each with a vector of 384 numbers: 40 MB at most


class Remembering:
    """An encoder in front of another, safe to use from several threads.

    Args:
        encoder: Does the work.
        kept: How many of the texts used last are remembered.
    """

    def __init__(self, encoder: Encoder, *, kept: int = KEPT) -> None:
        self._encoder = encoder
        self._kept = kept
        self._lock = Lock()
        self._known: OrderedDict[_Key, Vectors] = OrderedDict()
        self.name, self.dimension = encoder.name, encoder.dimension

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages, in the order given."""
        found = self._recalled("passage", texts)
        fresh = list(dict.fromkeys(text for text in texts if text not in found))
        if fresh:
            found |= zip(fresh, self._encoder.encode_documents(fresh), strict=True)
            self._keep({("passage", text): found[text] for text in fresh})
        return np.stack([found[text] for text in texts]) if texts else self._encoder.encode_documents(texts)

    def encode_parted(self, texts: Sequence[Parted]) -> list[Meant]:
        """The same with vectors of their parts; not remembered, for a passage is not encoded twice."""
        return self._encoder.encode_parted(texts)

    def encode_query(self, text: str) -> Vectors:
        """The vector of one question, shape (1, dimension)."""
        known = self._recalled("question", [text]).get(text)
        if known is None:
            known = self._encoder.encode_query(text)
            self._keep({("question", text): known})
        return known.copy()  # theirs to change

    def answering(self, question: str, stretches: Sequence[Stretch]) -> list[list[float]] | None:
        """How well each sentence of each stretch answers; not remembered, for few questions are asked twice."""
        return self._encoder.answering(question, stretches)

    def _recalled(self, kind: str, texts: Sequence[str]) -> dict[str, Vectors]:
        with self._lock:
            found = {text: self._known[kind, text] for text in texts if (kind, text) in self._known}
            for text in found:
                self._known.move_to_end((kind, text))
        return found

    def _keep(self, fresh: dict[_Key, Vectors]) -> None:
        with self._lock:
            for key, vector in fresh.items():
                self._known[key] = vector.copy()  # a row of a matrix would keep all of it
            while len(self._known) > self._kept:
                self._known.popitem(last=False)
