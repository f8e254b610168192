"""The command line in process: its own home, settings and encoder, what it prints, how it ends."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from api.main import main
from index.encoder import Meant, Parted, Vectors
from rag.evidence import Stretch

HEARING = """Title: Hearing on the Ambulance Grant
Date: 2023-05-16

DIANE OKAFOR, CHAIR: Good morning. Deputy Commissioner Ibarra, why was the grant of Tamarack County taken back?

JOSÉ IBARRA, DEPUTY COMMISSIONER: Tamarack lost the grant of nine hundred thousand dollars because it filed late.

OKAFOR: How many ambulances was that for?

IBARRA: The grant was for three ambulances and a garage in Port Ellery.
"""
BRIDGE = """WEBVTT

NOTE Title: Bridge talk

00:00:03.000 --> 00:00:08.000
<v Anna Berg>The harbor bridge was closed for eleven weeks.</v>

01:02:03.500 --> 01:02:09.000
<v Leo Sand>Painting the harbor bridge took most of the budget.</v>
"""


class HashEncoder:
    """Words to unit vectors by hash: the same every time, texts that share words near to each other."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.dimension = 32

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        return np.stack([self._vector(text) for text in texts])

    def encode_parted(self, texts: Sequence[Parted]) -> list[Meant]:
        return [Meant(vector, vector[None, :][:0]) for vector in self.encode_documents([one.text for one in texts])]

    def encode_query(self, text: str) -> Vectors:
        return self._vector(text)[None, :]

    def answering(self, question: str, stretches: Sequence[Stretch]) -> list[list[float]] | None:
        return None

    def _vector(self, text: str) -> Vectors:
        total = np.full(self.dimension, 1e-3, dtype=np.float32)
        for word in text.lower().split():
            digest = hashlib.sha256(word.strip(".,?!:").encode()).digest()
            total += np.frombuffer(digest, dtype=np.int8).astype(np.float32) / 128
        return total / np.linalg.norm(total)


@dataclass(frozen=True)
class Result:
    """What a run of the command line came to."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)


class Transcite:
    """The command line with its own home, settings and encoder; `encoders` counts how many were made."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environ = {"TRANSCITE_HOME": str(home)}
        self.encoders: list[HashEncoder] = []

    def load(self, name: str) -> HashEncoder:
        self.encoders.append(HashEncoder(name))
        return self.encoders[-1]

    def __call__(
        self, *argv: str | Path, load: Callable[[str], HashEncoder] | None = None, encoding: str = "utf-8"
    ) -> Result:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2))
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main([str(one) for one in argv], environ=self.environ, encoder=load or self.load)
        return Result(code, *(_written(stream, encoding) for stream in (out, err)))

    def ids(self) -> dict[str, str]:
        """The ids of the transcripts, by title."""
        return {one["title"]: one["id"] for one in self("list", "--json").document["transcripts"]}


def _written(stream: io.TextIOWrapper, encoding: str) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode(encoding)
