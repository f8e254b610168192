"""The HTTP service, put together."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from api.compose import Parts
from api.http import ending, problems
from api.http.agents import Agents
from api.http.asking import asking_router
from api.http.chat import chat_router
from api.http.desk import Desk
from api.http.dialect import Dialect
from api.http.gate import Cors, Doors, Gate, Origins
from api.http.guard import Guard, Rules
from api.http.health import health_router
from api.http.jobs import jobs_router
from api.http.limiting import Limiter
from api.http.measuring import metrics_router
from api.http.metrics import Metrics
from api.http.observing import Observed
from api.http.people import people_router
from api.http.running import Runner
from api.http.service import Service
from api.http.sites import sites_router
from api.http.spooling import Uploads
from api.http.tokens import Tokens
from api.http.tracing import tracing
from api.http.transcripts import transcripts_router
from api.http.viewer import viewer_router
from api.http.watch import Watch
from api.http.widget import widget_routers
from api.settings import Settings

if TYPE_CHECKING:
    from api.http.hands import Hands
    from api.http.slack import SlackDesk

Application = FastAPI  # what `create_app` makes, for those who may not know the framework
PORT = 8300
_QUESTIONS = 64  # answered at a time; with a language model most of their time is waiting
_NAMES = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server listens.

    Attributes:
        host: The address, as it stands in an URL.
        loopback: Whether only this machine reaches it.
        shared: A folder that the workers of one server share while it runs; None when there is only this one.
    """

    host: str = "127.0.0.1"
    port: int = PORT
    loopback: bool = True
    shared: Path | None = None


def create_app(parts: Parts, place: Place = Place(), watching: Watch | None = None) -> FastAPI:
    """The service on one library.

    Args:
        parts: Of this process.
        place: Where it listens.
        watching: Is told what is done; None for what the environment says.

    Raises:
        LibraryError: The library cannot be opened.
    """
    settings = parts.settings
    metrics = Metrics(place.shared / "metrics" if place.shared else None)
    watch = watching or Watch(metrics, tracing(os.environ), questions=settings.log_questions)
    service = Service(parts, watch)
    keys = service.library.keys
    shared = place.shared or Path(service.keep(TemporaryDirectory(prefix="transcite-")))
    tokens, origins = Tokens(keys.signing_secret), Origins(settings.cors_origins, keys)
    local, far = place.loopback and not settings.trusted_proxies, service.library.is_shared
    doors = Doors(keys, tokens, Limiter(settings.rates, shared / "counts.db"), local, far)

    agents = Agents(service, settings.public_url)
    uploads = Uploads(settings.home)
    runner = _runner(service, uploads)
    desk = Desk(service.library.jobs, uploads, runner.wake, lambda: runner.is_stopping)
    slack = _slack(service, settings, shared.name)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        # Apart from the threads that serve everything else, which questions must not make wait.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_QUESTIONS, "question"))
        loading = threading.Thread(target=service.warm, name="warm")
        loading.start()  # meanwhile what needs neither index nor encoder is served
        runner.start()
        with ending.heard(runner.quit):
            async with agents.running(), slack.running() if slack else nullcontext():
                yield
        await run_in_threadpool(runner.stop)
        await run_in_threadpool(loading.join)
        await run_in_threadpool(service.close)
        await run_in_threadpool(watch.tracing.close)

    app = FastAPI(
        title="Transcite",
        summary="Transcripts, cited: who said it, in which turn, when, word for word.",
        version="1",
        lifespan=lifespan,
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        telemetry=watch.tracing.config(),
    )
    app.state.service = service  # for who has the application in hand: tests, and whoever embeds it
    problems.install(app)
    for router in (
        asking_router(service),
        chat_router(service, settings.public_url),
        transcripts_router(service, desk),
        jobs_router(desk),
        sites_router(keys, tokens),
        health_router(service),
        metrics_router(service, watch),
        viewer_router(service.holdings.transcript),
        people_router(service, tokens, settings.public_url),
        *widget_routers(service),
        *([slack.router()] if slack else []),
    ):
        app.include_router(router)
    app.router.routes.append(agents.route)
    # The last one added is the first that a request meets.
    app.add_middleware(Gate, doors=doors)
    app.add_middleware(Cors, origins=origins)
    judge = origins.judge if far else None
    rules = Rules(_hosts(place, settings.hosts), settings.max_bytes, settings.max_upload_bytes, origins.allows, judge)
    app.add_middleware(Guard, rules=rules)
    app.add_middleware(Dialect)
    app.add_middleware(Observed, watch=watch)
    return app


def _runner(service: Service, uploads: Uploads) -> Runner | Hands:
    """What takes in later what was sent: of this server alone, or of all that share the library."""
    if not service.library.is_shared:
        return Runner(service, uploads)
    from api.http.hands import Hands  # noqa: PLC0415 - its queue comes with an extra

    return Hands(service)


def _slack(service: Service, settings: Settings, run: str) -> SlackDesk | None:
    if settings.slack is None or settings.slack.app_token:  # there `transcite slack` answers, and nothing is sent here
        return None
    from api.http.slack import SlackDesk  # noqa: PLC0415 - its libraries come with an extra

    return SlackDesk(service, settings.slack, settings.public_url or "", run)


def _hosts(place: Place, settled: tuple[str, ...]) -> frozenset[str] | None:
    """What a Host header may be; None for anything. A browser leaves out the port when it is 80."""
    if not place.loopback:
        return frozenset(settled) or None
    names = {*_NAMES, place.host}
    own = {f"{name}:{place.port}" for name in names} | (names if place.port == 80 else set())
    return frozenset(own | set(settled))
