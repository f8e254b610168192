"""How a command ends: an exit code, and at most one line of reason on standard error; never a traceback."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable

import typer

from api import streams
from rag.errors import TransciteError

_FAILED = 1


def told(command: Callable[..., None]) -> Callable[..., None]:
    """`command` with every end it can come to said in one line."""

    @functools.wraps(command)
    def run(*args: object, **kwargs: object) -> None:
        reason = None
        try:
            command(*args, **kwargs)
            sys.stdout.flush()
        except typer.BadParameter:
            raise  # wrong usage has an end of its own
        except BrokenPipeError:
            pass  # `| head`: the reader has what it wanted
        except KeyboardInterrupt:
            reason = "stopped; what was finished is kept, run it again to continue"
        except TransciteError as error:
            reason = str(error)
        except MemoryError:
            reason = "not enough memory; close other programs, or ingest fewer or smaller files at a time"
        except OSError as error:
            reason = f"{error.filename or 'input or output'}: {error.strerror or error}"
        except Exception as error:
            reason = f"internal error: {type(error).__name__}: {error}; please report it with the command you ran"
        streams.finish()
        if reason is not None:
            streams.tell(reason)
            raise SystemExit(_FAILED)

    return run
