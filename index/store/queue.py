"""What waits to be taken in by any machine, over PostgreSQL. The door to procrastinate.

Procrastinate claims with FOR UPDATE SKIP LOCKED, has workers give signs of life by the database's clock, and wakes them
with LISTEN and NOTIFY. Whose worker fell silent is looked for by all the others.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Event
from typing import Any

import procrastinate
import sqlalchemy as sa
from procrastinate import exceptions, jobs, retry
from procrastinate.schema import SchemaManager
from procrastinate.types import JSONDict

from index.store.schema import meta
from rag.errors import LibraryError, LibraryLockedError, LibraryUnreachableError

SILENT_S = 20.0  # after which a worker is taken for dead
_NAME, _QUEUE = "transcite:take", "transcite"
_VERSION = "queue"  # in the table of settings: the newest migration of procrastinate's tables that was made
_AGAIN_S = 2  # before a task is tried again that had to wait for the database, and before a lost worker starts anew
_PATIENCE_S = 10.0  # for a connection
_CONNECTIONS = 3  # of a worker: one listens besides
_LOG = logging.getLogger("transcite")

Take = Callable[[str, tuple[int, ...]], None]
"""Takes in some files of a job, by their places in it."""


class PutDownError(Exception):
    """The task in hand is given back to the queue: it is time to stop."""


def is_prepared(known: Mapping[str, str]) -> bool:
    """Whether a library's settings tell of tables of this version."""
    return known.get(_VERSION) == _steps()[-1].stem


def prepare(connection: sa.Connection) -> None:
    """Make procrastinate's tables, or bring them to this version, in the transaction of `connection`."""
    made = connection.execute(sa.select(meta.c.value).where(meta.c.key == _VERSION)).scalar()
    driver = _driver(connection)
    if made is None:
        driver.execute(SchemaManager.get_schema())
        connection.execute(meta.insert().values(key=_VERSION, value=_steps()[-1].stem))
        return
    for step in _steps():
        if step.stem > made:
            driver.execute(step.read_text(encoding="utf-8"))
    connection.execute(meta.update().where(meta.c.key == _VERSION).values(value=_steps()[-1].stem))


def _steps() -> list[Path]:
    """What brings procrastinate's tables from one version to the next, oldest first."""
    return sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))


def defer(connection: sa.Connection, job_id: str, groups: Sequence[Sequence[int]]) -> None:
    """Put groups of files of a job in the queue, in the transaction of `connection`."""
    task = _app("").configure_task(_NAME, queue=_QUEUE, connection=_driver(connection))
    waiting: list[JSONDict] = [{"job_id": job_id, "places": list(places)} for places in groups]
    if waiting:
        task.batch_defer(*waiting)


def workers(connection: sa.Connection) -> int:
    """How many workers are there, busy or not."""
    statement = sa.text(
        "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => :silent)"
    )
    return int(connection.execute(statement, {"silent": SILENT_S}).scalar_one())


class Worker:
    """Takes tasks from the queue, one after the other.

    Args:
        url: Of the database, as psycopg takes it.
        take: Does the work.
        lost: Told of the job of a task whose worker fell silent; the task is in the queue again by then.
        silent_s: After which another worker is taken for dead.
    """

    def __init__(self, url: str, take: Take, lost: Callable[[str], None], *, silent_s: float = SILENT_S) -> None:
        self._url = url
        self._take = take
        self._lost = lost
        self._silent_s = silent_s
        self._stopping = Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running: asyncio.Task[None] | None = None
        # That the database is away is told once by each of them, and again and again by its pool.
        for name, level in (("procrastinate", logging.WARNING), ("psycopg.pool", logging.ERROR)):
            logging.getLogger(name).setLevel(level)

    def run(self) -> None:
        """Work until told to stop; a database that goes away is waited for."""
        while not self._stopping.is_set():
            try:
                asyncio.run(self._until_stopped())
            except Exception as error:  # the database went away: whatever it is, the queue is all there is to do
                _LOG.warning("the queue cannot be reached (%s); trying again", type(error.__cause__ or error).__name__)
            self._stopping.wait(0 if self._stopping.is_set() else _AGAIN_S)

    def stop(self) -> None:
        """Take nothing more, and end when what is in hand has ended; from whatever thread, however often."""
        self._stopping.set()
        loop, running = self._loop, self._running
        if loop is not None and running is not None and not loop.is_closed():
            loop.call_soon_threadsafe(_cancel, running)

    async def _until_stopped(self) -> None:
        app = _app(self._url)
        app.task(name=_NAME, queue=_QUEUE, retry=_Again())(self._taken)
        async with app.open_async():
            rescuing = asyncio.create_task(self._rescue(app))
            self._loop, self._running = asyncio.get_running_loop(), asyncio.create_task(self._work(app))
            try:
                if not self._stopping.is_set():
                    await self._running
            except asyncio.CancelledError:
                pass  # told to stop
            finally:
                rescuing.cancel()
                self._running = None

    async def _work(self, app: procrastinate.App) -> None:
        await app.run_worker_async(
            queues=[_QUEUE],
            name="transcite",
            install_signal_handlers=False,
            delete_jobs="always",  # what became of the files stands in the library
            update_heartbeat_interval=self._silent_s / 4,
            stalled_worker_timeout=self._silent_s,
        )

    def _taken(self, job_id: str, places: list[int]) -> None:
        self._take(job_id, tuple(places))

    async def _rescue(self, app: procrastinate.App) -> None:
        """Put back in the queue what workers had in hand that fell silent."""
        manager = app.job_manager
        while True:
            try:
                for one in await manager.get_stalled_jobs(queue=_QUEUE, seconds_since_heartbeat=self._silent_s):
                    await manager.retry_job(one)
                    await asyncio.to_thread(self._lost, str(one.task_kwargs["job_id"]))
            except (exceptions.ConnectorException, LibraryError):
                pass  # somebody else was quicker, or the database is away
            await asyncio.sleep(self._silent_s / 4)


def _cancel(running: asyncio.Task[None]) -> None:
    """Cancel once: told again, procrastinate would leave what is in hand, to be found 20 seconds later by others."""
    if not running.cancelling():
        running.cancel()


class _Again(retry.BaseRetryStrategy):
    """Tries again what only had to wait, and what was put down."""

    def get_retry_decision(self, *, exception: BaseException, job: jobs.Job) -> retry.RetryDecision | None:  # noqa: ARG002
        if isinstance(exception, PutDownError):
            return retry.RetryDecision()
        if isinstance(exception, LibraryLockedError | LibraryUnreachableError):
            return retry.RetryDecision(retry_in={"seconds": _AGAIN_S})
        return None


def _app(url: str) -> procrastinate.App:
    connector = procrastinate.PsycopgConnector(conninfo=url, min_size=1, max_size=_CONNECTIONS, timeout=_PATIENCE_S)
    return procrastinate.App(connector=connector)


def _driver(connection: sa.Connection) -> Any:
    """The driver's own connection, in the same transaction."""
    return connection.connection.driver_connection
