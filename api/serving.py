"""The command that serves the library over HTTP, in one process or several. The door to uvicorn."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from api.compose import Parts
from api.http.app import Application, Place, create_app
from api.logs import configure_logging
from api.settings import Settings
from api.settings_slack import need_extra
from api.streams import say
from rag.errors import InputError, LibraryError

if TYPE_CHECKING:
    from index.encoder import Encoder

_GRACE_S = 10  # for requests under way when it is told to stop
_SILENT_S = 60  # after which a worker is taken for dead; one that starts on a busy machine is silent for long
_ORPHAN_S = 2.0  # between two looks at whether the process that started a worker is still there


def serve(parts: Parts, *, host: str, port: int, workers: int) -> None:
    """Serve until told to stop (Ctrl-C, or SIGTERM).

    Args:
        parts: Of this process.
        host: A name or address to listen on; without any key, of this machine itself.
        port: Where to listen; 0 for any that is free.
        workers: Processes that answer.

    Raises:
        InputError: The port cannot be had, others could reach a library that has no key, or what the Slack bot is made
            with is not installed.
        LibraryError: The library cannot be opened, or a worker could not start.
    """
    if parts.settings.slack is not None and not parts.settings.slack.app_token:
        need_extra()
    found, loopback = _addresses(host)
    with parts.library() as library:  # what is wrong with it is told here, once, and not by every worker
        library.check()
        guarded = library.keys.guard()
    if not guarded:
        _only_here(host, parts.settings, loopback=loopback)
    with _listening(found, host, port) as listener, TemporaryDirectory(prefix="transcite-") as shared:
        configure_logging()
        address, taken = listener.getsockname()[:2]
        shown = f"[{address}]" if ":" in address else address
        asks = "asks for a key" if guarded else "no key yet, so only this machine is let in"
        say(f"listening on http://{shown}:{taken} ({asks}; Ctrl-C stops it)", at_once=True)
        place = Place(shown, taken, loopback, Path(shared))
        if workers == 1:
            _alone(_config(partial(create_app, parts, place), parts.settings), listener)
        else:
            made = partial(_worker, parts.settings, parts.load, place, os.getpid())
            _together(_config(made, parts.settings), listener, workers)


def _alone(config: uvicorn.Config, listener: socket.socket) -> None:
    # uvicorn finishes what is under way and then raises the signal it was stopped by once more.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])


def _together(config: uvicorn.Config, listener: socket.socket, workers: int) -> None:
    """Several processes on one socket; one that dies is made again."""
    # Each would otherwise take all cores for its arithmetic, and they would stand in each other's way.
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // workers)))
    config.workers = workers
    supervisor = Multiprocess(config, sockets=[listener])
    supervisor.run()
    if any(one.exitcode == STARTUP_FAILURE for one in supervisor.processes):
        raise LibraryError("a worker could not start; its log above says why")


def _worker(settings: Settings, load: Callable[[str], Encoder] | None, place: Place, parent: int) -> Application:
    """The application of one of several processes, each of which goes when the one that started it is gone."""
    configure_logging()
    threading.Thread(target=_until_orphaned, args=(parent,), name="orphan", daemon=True).start()
    return create_app(Parts(settings, load), place)


def _until_orphaned(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_ORPHAN_S)
    os.kill(os.getpid(), signal.SIGTERM)  # or it would hold the port for nobody


def _config(app: Callable[[], Application], settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        factory=True,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=_GRACE_S,
        timeout_worker_healthcheck=_SILENT_S,
    )


def _addresses(host: str) -> tuple[list[tuple[int, tuple[object, ...]]], bool]:
    """Family and address of each that a name stands for, and whether only this machine reaches them."""
    try:
        found = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise InputError(f"--host {host!r} is no name or address of this machine; try 127.0.0.1") from error
    loopback = all(ip_address(str(address[0]).split("%")[0]).is_loopback for *_, address in found)
    return [(int(family), address) for family, *_, address in found], loopback


def _only_here(host: str, settings: Settings, *, loopback: bool) -> None:
    """Refuse to open a library to others while it has no key."""
    cure = "make one with `transcite keys create NAME --scope manage`"
    if not loopback:
        raise InputError(f"--host {host!r} can be reached from elsewhere and there is no key yet; {cure}")
    if settings.trusted_proxies:
        raise InputError(f"TRANSCITE_TRUSTED_PROXIES lets others in through a proxy and there is no key yet; {cure}")


def _listening(found: list[tuple[int, tuple[object, ...]]], host: str, port: int) -> socket.socket:
    family, address = found[0]
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address[0], port, *address[2:]))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise InputError(
            f"port {port} of {host} cannot be had ({error.strerror}); choose another with --port"
        ) from error
    return listener
