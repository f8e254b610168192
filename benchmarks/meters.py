"""What the benchmark of growth measures with: time, memory, and an encoder that only looks up."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from index.encoder import Vectors


class Known:
    """An encoder that looks up what was encoded before; other texts get a vector of no meaning."""

    def __init__(self, name: str, texts: list[str], vectors: Vectors) -> None:
        self.name, self.dimension = name, int(vectors.shape[1])
        self._known = {text: vectors[at : at + 1] for at, text in enumerate(texts)}

    def encode_documents(self, texts: list[str]) -> Vectors:
        random = np.random.default_rng(len(texts))
        made = random.standard_normal((len(texts), self.dimension)).astype(np.float32)
        return made / np.linalg.norm(made, axis=1, keepdims=True)

    def encode_query(self, text: str) -> Vectors:
        return self._known[text] if text in self._known else self.encode_documents([text])


@dataclass
class Times:
    """How long calls took, by the clock and of the processor, in ms."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def take(self, call: Callable[[], Any]) -> Any:
        began, spent = time.perf_counter(), time.process_time()
        found = call()
        self.wall.append((time.perf_counter() - began) * 1000)
        self.cpu.append((time.process_time() - spent) * 1000)
        return found

    def told(self) -> dict[str, float]:
        return {
            f"{kind}_p{part}": float(np.percentile(values, part))
            for kind, values in (("wall", self.wall), ("cpu", self.cpu))
            for part in (50, 99)
        }


def memory(home: Path) -> dict[str, float]:
    """MiB in memory: this process's own, and of the files of both indexes."""
    told = Path("/proc/self/smaps").read_text(encoding="utf-8")
    own = files = 0
    for part in re.split(r"\n(?=[0-9a-f]+-[0-9a-f]+ )", told):
        size = re.search(r"\nRss:\s+(\d+)", part)
        anonymous = re.search(r"\nAnonymous:\s+(\d+)", part)
        if size and anonymous:
            own += int(anonymous[1])
            if str(home.resolve() / "vectors") in part or str(home.resolve() / "words") in part:
                files += int(size[1]) - int(anonymous[1])
    return {"own": own / 1024, "files": files / 1024}
