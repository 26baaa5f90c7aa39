"""The sandbox over HTTP: `/bot<token>/...`, `/file/bot<token>/...`, `/sandbox/...`, `/`.

Why the pages check `Host` and `Origin`: any web page can make a browser send requests to a port of
its own machine. Those carry the page's `Origin` or, when a name was made to point here, a foreign
`Host`; both are refused.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.staticfiles import StaticFiles
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.asgi_server import EmbeddedServer, listen
from bot.sandbox.api import BotApi, FileDownloads
from bot.sandbox.control_api import ControlApi

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Awaitable, Callable

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from bot.sandbox.sandbox import Sandbox

PAGES = Path(__file__).resolve().parent / "pages"

MOUNT_PATHS = ("/desk", "/partners")
"""Paths of other applications, which have their own access checks."""
GUARDED_MOUNT_PATHS = ("/recordings",)
"""Paths of other applications, which rely on the checks of these pages."""
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]", "testserver"})
KEEP_ALIVE = 75
"""Seconds an idle connection is kept: longer than any client here pauses."""
BACKLOG = 2048
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
SECURITY_HEADERS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


def _mounted_app(sandbox: Sandbox, path: str) -> ASGIApp:
    """Return the application mounted at a path at the moment, or a 503."""

    async def pass_on(scope: Scope, receive: Receive, send: Send) -> None:
        app = sandbox.mounted_apps.get(path) or Response(status_code=503)
        await app(scope, receive, send)

    return pass_on


def _guarded(app: ASGIApp) -> ASGIApp:
    """Serve only pages and programs of this machine, and add a strict security policy."""

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        name = host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
        is_foreign = origin is not None and origin.partition("://")[2] != host
        if is_foreign or name not in LOOPBACK_HOSTS:
            refusal = PlainTextResponse("Only pages of this machine may ask here.", 403)
            await refusal(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *SECURITY_HEADERS]
            await send(message)

        await app(scope, receive, send_guarded)

    return guard


def build_app(sandbox: Sandbox) -> Starlette:
    """Return the application of a sandbox: Bot API, control API and pages."""
    pages = Router(
        [
            Route("/", _page("index.html")),
            Route("/phone/{phone:int}", _page("index.html")),
            Route("/group", _page("group.html")),
            Route("/record", _page("record.html")),
            Route("/favicon.ico", _no_icon),
            *(Mount(path, _mounted_app(sandbox, path)) for path in GUARDED_MOUNT_PATHS),
            Mount("/sandbox", routes=ControlApi(sandbox).routes()),
            Mount("/pages", StaticFiles(directory=PAGES)),
        ]
    )
    return Starlette(
        routes=[
            Route("/bot{token}/{method}", BotApi(sandbox)),
            Route("/file/bot{token}/{path:path}", FileDownloads(sandbox)),
            *(Mount(path, _mounted_app(sandbox, path)) for path in MOUNT_PATHS),
            *(Route(path, _add_slash) for path in MOUNT_PATHS),
            Mount("/", _guarded(pages)),
        ]
    )


def _page(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def show(_: Request) -> Response:
        return FileResponse(PAGES / name)

    return show


async def _add_slash(request: Request) -> Response:
    """Lead to the first page of an application whose path was typed without a slash at its end."""
    return RedirectResponse(f"{request.url.path}/")


async def _no_icon(_: Request) -> Response:
    """Return nothing: the pages name their own icon."""
    return Response(status_code=204)


class AbortableProtocol(H11Protocol):
    """uvicorn's HTTP protocol, with a way to cut the connection during a call."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Put a function that cuts the connection into the state of its requests."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "cut": transport.abort}


class SandboxServer(EmbeddedServer):
    """A server that signals when it is ready and runs until it is told to stop."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_ready = asyncio.Event()
        self.stop_requested = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and signal that the server is ready."""
        await super().startup(sockets)
        self.is_ready.set()

    async def main_loop(self) -> None:
        """Serve until told to stop, without polling."""
        await self.stop_requested.wait()


@asynccontextmanager
async def serve(sandbox: Sandbox, *, port: int = 0) -> AsyncIterator[str]:
    """Serve while the context lasts; yield the base URL, without a slash at its end.

    Raises `OSError` when the port is taken; port 0 takes any free one.
    """
    host = "127.0.0.1"
    listener = listen(host, port, BACKLOG)
    config = uvicorn.Config(
        build_app(sandbox),
        http=AbortableProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        date_header=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=1,
    )
    server = SandboxServer(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await server.is_ready.wait()
        yield f"http://{host}:{listener.getsockname()[1]}"
    finally:
        server.stop_requested.set()
        sandbox.close()
        await running
        listener.close()
