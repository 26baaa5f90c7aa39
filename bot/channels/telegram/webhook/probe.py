"""What the public address of the webhook answers to the one who knows its secret."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

import aiohttp

from bot.channels.telegram.webhook.server import SECRET_HEADER
from bot.errors import HavenError

PROBE_SECONDS = 10.0
_FAULTS: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "the front there knows another secret: give every front and this "
    "process the same HAVEN_WEBHOOK_SECRET_FILE, or the same token, and restart them",
    HTTPStatus.NOT_FOUND: "the front there knows no such path: the proxy has to pass on the path "
    "as it is, and every front needs the same HAVEN_WEBHOOK_URL",
    HTTPStatus.SERVICE_UNAVAILABLE: "the front there takes no messages: its log says why "
    "(commit_failed, polling_paused); Telegram keeps them meanwhile",
}


def check_webhook_address(url: str, secret: str) -> None:
    """Ask the front behind the public address whether it takes posts; nothing is posted.

    Raises:
        HavenError: it does not, with the reason.
    """
    status = asyncio.run(_ask(url, secret))
    if status != HTTPStatus.NO_CONTENT:
        said = f"something else answers there ({status}): see the proxy before the front"
        raise HavenError(_FAULTS.get(status, said))


async def _ask(url: str, secret: str) -> int:
    headers = {SECRET_HEADER.decode(): secret}
    timeout = aiohttp.ClientTimeout(total=PROBE_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as client,
            client.get(url, headers=headers, allow_redirects=False) as answer,
        ):
            return answer.status
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        fault = type(error).__name__
    raise HavenError(
        f"nothing answers there ({fault}): see that the name leads to this machine or its "
        "balancer, that the proxy runs with a certificate, and that the front runs"
    )
