"""The local port for monitoring: `/healthz`, `/readyz` and `/metrics`, without a password.

It answers on an address of its own, never on the desk's: what browsers reach shows no metrics.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.asgi_server import listen_for, serving
from bot.asgi_server.connection_limits import ConnectionLimits
from bot.clock import SECOND
from bot.monitoring.metrics import bot_metrics, metrics_text
from bot.monitoring.readings import DatabaseReader, are_keys_usable, backup_age, has_key_holder
from bot.store.findings import POLLING_ALARM

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.requests import Request

    from bot.clock import Clock
    from bot.monitoring.activity import WatchedBot, WatchedStore

BACKLOG = 16
MAX_CONNECTIONS = 16


class WatchPages:
    """The three pages about what runs in this process."""

    def __init__(
        self, store: Callable[[], WatchedStore], clock: Clock, backups: Path | None,
        bot: WatchedBot | None = None,
    ) -> None:  # fmt: skip
        """`bot` is None where the desk runs by itself: nothing is said of polling then."""
        self._store, self._clock, self._backups, self._bot = store, clock, backups, bot
        self._reader = DatabaseReader()

    def app(self) -> Starlette:
        """Return them as an application."""
        routes = [
            Route("/healthz", self._health, methods=["GET"]),
            Route("/readyz", self._ready, methods=["GET"]),
            Route("/metrics", self._metrics, methods=["GET"]),
        ]
        return Starlette(routes=routes)

    async def _health(self, _request: Request) -> Response:
        """Say that the process lives and its event loop turns."""
        return PlainTextResponse("alive\n")

    async def _ready(self, _request: Request) -> Response:
        """Say what is ready: database, polling within five minutes, keys."""
        store, checks = self._store(), {}
        checks["database answers"] = await self._reader.read(store, self._clock.now()) is not None
        if self._bot is not None and self._bot.is_polling:
            activity = self._bot.activity
            if activity.has_answered:
                is_recent = activity.seconds_since_poll * SECOND <= POLLING_ALARM
                checks["Telegram answered within 5 minutes"] = is_recent
            else:
                checks["Telegram has not answered since the start"] = False
        checks["keys are usable"] = are_keys_usable(store)
        checks["a caseworker can open what people send"] = await has_key_holder(store)
        lines = (f"{'ok ' if is_fine else 'no '} {name}\n" for name, is_fine in checks.items())
        is_ready = all(checks.values())
        status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
        return PlainTextResponse("".join(lines), status)

    async def _metrics(self, _request: Request) -> Response:
        """Return the metrics of this moment."""
        store, now = self._store(), self._clock.now()
        found = await self._reader.read(store, now)
        age = None if self._backups is None else await backup_age(self._backups, now)
        of_bot = bot_metrics(self._bot) if self._bot is not None else ()
        text = metrics_text(store, found, age, of_bot)
        return Response(text, media_type=CONTENT_TYPE_LATEST)


async def serve_until_cancelled(pages: WatchPages, host: str, port: int) -> None:
    """Serve the pages until cancelled.

    Raises:
        SettingError: the port is taken.
    """
    listener = listen_for("HAVEN_WATCH_LISTEN", host, port, BACKLOG)
    config = uvicorn.Config(
        pages.app(), http=ConnectionLimits(max_waiting=MAX_CONNECTIONS).protocol,  # type: ignore[arg-type]
        ws="none", lifespan="off", log_config=None, access_log=False,
        server_header=False, proxy_headers=False, timeout_graceful_shutdown=1,
        limit_concurrency=MAX_CONNECTIONS,
    )  # fmt: skip
    async with serving(config, listener) as running:
        await asyncio.shield(running)
