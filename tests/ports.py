"""Ports for servers that are told one, as they cannot say which they were given."""

from __future__ import annotations

import os
import random
import socket
from contextlib import ExitStack

# Below those that Linux gives to whoever asks for any (from 32,768 on): between looking and using, none is given away.
_FIRST, _LAST = 12_000, 32_000
_SHARE = 1_000  # for each of the processes that tests run in


def free_ports(many: int = 1) -> list[int]:
    """Ports that nothing listens on, all different, and not looked for by another process of the same tests."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = _FIRST + worker * _SHARE % (_LAST - _FIRST)
    candidates = random.SystemRandom().sample(range(first, first + _SHARE), _SHARE)
    found: list[int] = []
    with ExitStack() as held:
        for port in candidates:
            one = held.enter_context(socket.socket())
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
            found.append(port)
            if len(found) == many:
                return found
    raise AssertionError(f"there are no {many} free ports from {first} on")
