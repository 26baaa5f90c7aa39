"""The addresses of the sandbox: `/bot<token>/...`, `/file/bot<token>/...`, `/sandbox/...`, `/`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import Route

from bot.sandbox.api import BotApi
from bot.sandbox.control import Control

if TYPE_CHECKING:
    from bot.sandbox.sandbox import Sandbox


def build(sandbox: Sandbox) -> Starlette:
    """Return the application of one sandbox."""
    return Starlette(
        routes=[
            Route("/bot{token}/{method}", BotApi(sandbox)),
            *Control(sandbox).routes(),
        ]
    )
