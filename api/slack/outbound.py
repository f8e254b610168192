"""`transcite slack`: the bot by itself, over a connection that this machine opens; nothing listens here."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

from api.compose import Parts
from api.http.metrics import Metrics
from api.http.service import Service
from api.http.tracing import tracing
from api.http.watch import Watch
from api.logs import configure_logging
from api.settings_slack import APP_TOKEN, Slack, need_extra
from api.streams import say
from rag.errors import InputError

_QUESTIONS = 64  # answered at a time, as a server does


def serve(parts: Parts) -> None:
    """Answer in Slack until told to stop (Ctrl-C, or SIGTERM).

    Args:
        parts: Of this process.

    Raises:
        InputError: The settings name no Slack app for this, its extra is not installed, Slack refuses it, or another
            process does the same already.
        LibraryError: The library cannot be opened.
    """
    slack = parts.settings.slack
    if slack is None or not slack.app_token:
        raise InputError(
            f"{APP_TOKEN} is not set, and `transcite slack` needs it (docs/slack.md); where Slack sends to your server,"
            " `transcite serve` answers"
        )
    need_extra()
    configure_logging()
    watch = Watch(Metrics(None), tracing(os.environ), questions=parts.settings.log_questions)
    service = Service(parts, watch)
    with closing(service), _alone(service.library.home):
        service.library.check()
        asyncio.run(_signalled(service, slack, parts.settings.public_url or ""))


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Be the only one on a library: a second one would take the first for stopped, and tell those who wait so."""
    with closing(sqlite3.connect(home / "slack.lock", isolation_level=None, timeout=0)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")  # until the process ends, however it does
        except sqlite3.OperationalError as error:
            raise InputError(f"another `transcite slack` answers from {home}; stop that one first") from error
        yield


async def _signalled(service: Service, slack: Slack, base: str) -> None:
    """Answer until a signal says stop."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: loop.call_soon_threadsafe(stop.set))
    await answer(service, slack, base, stop)


async def answer(service: Service, slack: Slack, base: str, stop: asyncio.Event) -> None:
    """Answer until told to stop.

    Args:
        service: Does the work.
        slack: The app.
        base: What links begin with.
        stop: Set when it is to end.

    Raises:
        InputError: Slack refuses one of the tokens.
    """
    from api.slack.ledger import Ledger  # noqa: PLC0415 - what is below needs the extra, which was looked for above
    from api.slack.running import running  # noqa: PLC0415
    from api.slack.socket import Socket  # noqa: PLC0415

    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_QUESTIONS, "question"))
    ledger = Ledger(service.library.home / "slack.db", uuid.uuid4().hex)
    async with running(service, slack, ledger, base) as here:
        socket = Socket(here.bot.app, here.calling, slack.app_token)
        place, address = await socket.place(), await socket.address()
        loading = threading.Thread(target=service.warm, name="warm")
        loading.start()
        say(f"answering in Slack {place} (Ctrl-C stops it)", at_once=True)
        await socket.hold(address, stop)
    await asyncio.to_thread(loading.join)
