"""The command that serves the library over HTTP. The door to uvicorn."""

from __future__ import annotations

import signal
import socket
from contextlib import suppress
from ipaddress import ip_address

import uvicorn

from api.compose import Parts
from api.http.app import create_app
from api.streams import say
from rag.errors import InputError

_GRACE_S = 10  # for requests under way when it is told to stop


def serve(parts: Parts, *, host: str, port: int) -> None:
    """Serve until told to stop (Ctrl-C, or SIGTERM).

    Args:
        parts: Of this process.
        host: A name or address of this machine itself.
        port: Where to listen; 0 for any that is free.

    Raises:
        InputError: The host is not loopback, or the port cannot be had.
    """
    with _listening(host, port) as listener:
        address, taken = listener.getsockname()[:2]
        shown = f"[{address}]" if ":" in address else address
        config = uvicorn.Config(
            create_app(parts, host=shown, port=taken),
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_GRACE_S,
        )
        say(f"listening on http://{shown}:{taken} (Ctrl-C stops it)", at_once=True)
        # uvicorn finishes what is under way and then raises the signal it was stopped by once more.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])


def _listening(host: str, port: int) -> socket.socket:
    """A socket that takes connections of this machine only."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise InputError(f"--host {host!r} is no name or address of this machine; try 127.0.0.1") from error
    if not all(ip_address(str(address[0]).split("%")[0]).is_loopback for *_, address in found):
        raise InputError(
            f"--host {host!r} can be reached from elsewhere and there are no access keys yet; use 127.0.0.1"
        )
    family, *_, address = found[0]
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise InputError(
            f"port {port} of {host} cannot be had ({error.strerror}); choose another with --port"
        ) from error
    return listener
