"""The addresses of the sandbox: `/bot<token>/...`, `/file/bot<token>/...`, `/sandbox/...`, `/`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.staticfiles import StaticFiles

from bot.sandbox.api import BotApi
from bot.sandbox.control_api import ControlApi
from bot.sandbox.downloads import FileDownloads
from bot.sandbox.host_check import LoopbackGuard

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

    from bot.sandbox.sandbox import Sandbox

PAGES = Path(__file__).resolve().parent / "pages"

MOUNT_PATHS = ("/desk",)
"""Where something else may stand, with a door of its own."""


class MountedApp:
    """Whatever stands at a path now; nothing, until somebody puts it there."""

    def __init__(self, sandbox: Sandbox, path: str) -> None:
        self._sandbox = sandbox
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        app = self._sandbox.mounted_apps.get(self._path) or Response(status_code=503)
        await app(scope, receive, send)


def build(sandbox: Sandbox) -> Starlette:
    """Return the application of one sandbox."""
    pages = Router(
        [
            Route("/", phones_page),
            Route("/phone/{phone:int}", phones_page),
            Route("/group", group_page),
            Route("/favicon.ico", no_icon),
            Mount("/sandbox", routes=ControlApi(sandbox).routes()),
            Mount("/pages", StaticFiles(directory=PAGES)),
        ]
    )
    return Starlette(
        routes=[
            Route("/bot{token}/{method}", BotApi(sandbox)),
            Route("/file/bot{token}/{path:path}", FileDownloads(sandbox)),
            *(Mount(path, MountedApp(sandbox, path)) for path in MOUNT_PATHS),
            Mount("/", LoopbackGuard(pages)),
        ]
    )


async def phones_page(_: Request) -> Response:
    """Show the phones; the page's own script reads from the address which."""
    return FileResponse(PAGES / "index.html")


async def group_page(_: Request) -> Response:
    """Show the group of caseworkers."""
    return FileResponse(PAGES / "group.html")


async def no_icon(_: Request) -> Response:
    """Have none; the page carries its own."""
    return Response(status_code=204)
