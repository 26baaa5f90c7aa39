"""The web server to which Telegram posts updates, one a request.

The status is all Telegram reads: with 2xx it forgets the update, with anything else it posts it
again. So 200 is sent only after the update is durable, and never for one that was not stored. What
cannot be read is stored as well and set aside by the inbox, because Telegram would repeat it for a
day, and hold back everything the same chat sends after it.

Nothing of a request is logged or trusted but its body, once its secret is right: no address, no
header, no forwarded name. A stranger gets 401 or 404 without a word, before a byte of the body is
read.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import uvicorn

from bot.asgi_server import listen_for, serving
from bot.asgi_server.connection_limits import ConnectionLimits
from bot.asgi_server.open_files import connections_with_files
from bot.channels.telegram.parsing.split_batch import RawUpdate, read_update
from bot.errors import HavenError
from bot.log import log

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import Receive, Scope, Send

    TakeUpdate = Callable[[RawUpdate], Awaitable[None]]
    """Returns once the update is durable; raises WebhookClosedError if it is not."""

SECRET_HEADER = b"x-telegram-bot-api-secret-token"
HEALTH_PATH = "/healthz"
"""For a balancer: 200 while updates are taken."""
MAX_BODY_BYTES = 1 << 22
"""Telegram puts no more into an answer to `getUpdates`, so no update is larger."""
BODY_SECONDS = 30.0
"""How long a body may take to arrive."""
RETRY_SECONDS = 2
"""After how many seconds Telegram posts again what was not stored."""
KEEP_ALIVE = 90
"""Seconds an idle connection is kept: longer than proxies and Telegram pause."""
BACKLOG = 256
MAX_CONNECTIONS = 300
"""Connections of all kinds: Telegram opens 100 at most, a balancer some more."""
MAX_WAITING = 200
"""Connections of one address that wait for a request: a proxy keeps its own open."""


class WebhookClosedError(HavenError):
    """An update was not stored: Telegram has to post it again."""


class BodyRefusedError(HavenError):
    """A body that is too large, that took too long or that broke off."""


class WebhookServer:
    """Answers posts for as long as the process runs; while no one takes updates, with 503."""

    def __init__(self, url: str, is_secret: Callable[[bytes], bool]) -> None:
        """`url` is the public address; only its path counts here."""
        self.path = urlsplit(url).path or "/"
        self._is_secret = is_secret
        self._take: TakeUpdate | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether updates are taken."""
        return self._take is not None

    def open(self, take: TakeUpdate) -> None:
        """Hand over from now on what is posted."""
        self._take = take

    def close(self) -> None:
        """Answer 503 from now on; Telegram keeps the updates and posts them again."""
        self._take = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, without a word."""
        status = await self._answer(scope, receive)
        headers = [(b"content-length", b"0")]
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            headers.append((b"retry-after", b"%d" % RETRY_SECONDS))
        await send({"type": "http.response.start", "status": int(status), "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def _answer(self, scope: Scope, receive: Receive) -> HTTPStatus:
        is_look = scope["method"] in {"GET", "HEAD"}
        if scope["path"] == HEALTH_PATH and is_look:
            return self._health(HTTPStatus.OK)
        if scope["path"] != self.path:
            return HTTPStatus.NOT_FOUND
        if not self._is_secret(dict(scope["headers"]).get(SECRET_HEADER, b"")):
            return HTTPStatus.UNAUTHORIZED
        if is_look:  # `haven doctor` asks whether the secret is right
            return self._health(HTTPStatus.NO_CONTENT)
        if scope["method"] != "POST":
            return HTTPStatus.METHOD_NOT_ALLOWED
        return await self._answer_post(receive)

    def _health(self, well: HTTPStatus) -> HTTPStatus:
        return well if self.is_open else HTTPStatus.SERVICE_UNAVAILABLE

    async def _answer_post(self, receive: Receive) -> HTTPStatus:
        try:
            update = read_update(await _read_body(receive))
            if self._take is None:
                return HTTPStatus.SERVICE_UNAVAILABLE
            await self._take(update)
        except BodyRefusedError:
            log.warning("webhook_body_refused")
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        except WebhookClosedError:
            return HTTPStatus.SERVICE_UNAVAILABLE
        return HTTPStatus.OK

    async def serve(self, host: str, port: int) -> None:
        """Serve until cancelled; what is being answered then is answered.

        Raises:
            SettingError: the port is taken.
        """
        listener = listen_for("HAVEN_WEBHOOK_LISTEN", host, port, BACKLOG)
        limits = ConnectionLimits(max_waiting=MAX_WAITING)
        config = uvicorn.Config(
            self, http=limits.protocol,  # type: ignore[arg-type]
            ws="none", lifespan="off", log_config=None, access_log=False,
            server_header=False, date_header=False, proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE, timeout_graceful_shutdown=2,
            limit_concurrency=connections_with_files(MAX_CONNECTIONS),
        )  # fmt: skip
        async with serving(config, listener) as running:
            await asyncio.shield(running)


async def _read_body(receive: Receive) -> bytes:
    """Return the body of a request.

    Raises:
        BodyRefusedError: it is larger than any update, too slow, or broke off.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise BodyRefusedError("it broke off")
                body += message.get("body", b"")
                if len(body) > MAX_BODY_BYTES:
                    raise BodyRefusedError("it is too large")
                if not message.get("more_body"):
                    return bytes(body)
    except TimeoutError:
        raise BodyRefusedError("it is too slow") from None
