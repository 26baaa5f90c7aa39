"""A network whose only way out is a proxy: the bot goes through the one that is set, by TLS."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import aiohttp.connector
import pytest

from bot.channels.telegram.client import build_bot, build_fetch, connections
from bot.channels.telegram.delivery_errors import NotSentError, ProxyRefusedError
from bot.channels.telegram.system_proxy import system_proxy, unused_proxy
from bot.errors import SettingError
from bot.settings import load_settings
from tests.support.tls_server import make_certificate

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

TOKEN = "7100000001:AAa-token-of-a-bot-that-there-is-not-00"  # noqa: S105 - no token
PROXY = "http://proxy.example.org:3128"
ME = b'{"ok":true,"result":{"id":7100000001,"is_bot":true,"first_name":"Hope"}}'


class Proxy:
    """Passes connections on to one server, whatever host they name; or refuses them."""

    def __init__(self, port: int, refusal: bytes = b"") -> None:
        self.asked: list[bytes] = []
        self._port, self._refusal = port, refusal

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(head)
        if self._refusal:
            writer.write(self._refusal)
        else:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            await asyncio.gather(_pass_on(reader, far_writer), _pass_on(far_reader, writer))
        writer.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while found := await reader.read(65536):
            writer.write(found)
    writer.close()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(asyncio.IncompleteReadError):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(ME), ME))
    writer.close()


@asynccontextmanager
async def listening(
    serve: Callable[..., Awaitable[None]], context: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def test_calls_go_through_the_proxy_which_sees_a_name_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain = make_certificate(tmp_path, 1)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    trusting = ssl.create_default_context(cafile=chain)
    monkeypatch.setattr(aiohttp.connector, "_SSL_CONTEXT_VERIFIED", trusting)
    async with listening(_answer, context) as telegram:
        proxy = Proxy(telegram)
        async with listening(proxy.serve) as port:
            bot = build_bot(TOKEN, "https://127.0.0.1:1", proxy=f"http://u:p@127.0.0.1:{port}")
            async with connections(bot):
                assert (await bot.get_me()).id == bot.id
                assert await build_fetch(bot)(None, 0) == ME
    assert [it.partition(b" HTTP")[0] for it in proxy.asked] == [b"CONNECT 127.0.0.1:1"] * 2
    assert all(b"Proxy-Authorization: Basic" in it for it in proxy.asked)
    assert not any(TOKEN.encode() in it for it in proxy.asked)


async def test_what_a_proxy_refuses_was_not_sent() -> None:
    proxy = Proxy(0, b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
    async with listening(proxy.serve) as port:
        bot = build_bot(TOKEN, "https://telegram.invalid", proxy=f"http://127.0.0.1:{port}")
        async with connections(bot):
            with pytest.raises(ProxyRefusedError, match="407"):
                await bot.get_me()
    bot = build_bot(TOKEN, "https://telegram.invalid", proxy=f"http://127.0.0.1:{port}")
    async with connections(bot):
        with pytest.raises(NotSentError):  # nothing listens there now
            await bot.get_me()


def test_a_proxy_of_the_environment_is_named_and_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
        "HTTP_PROXY",
        "http_proxy",
    ):
        monkeypatch.delenv(name, raising=False)
    assert unused_proxy(load_settings()) == ""
    monkeypatch.setenv("HTTPS_PROXY", "proxy.example.org:3128/")
    said = unused_proxy(load_settings())
    assert said.startswith("HTTPS_PROXY is set, and Haven does not use it")
    assert "example.org" not in said
    assert system_proxy() == PROXY
    assert unused_proxy(load_settings(telegram_proxy=PROXY)) == ""
    assert unused_proxy(load_settings(telegram_api="http://127.0.0.1:8081")) == ""
    monkeypatch.setenv("HTTPS_PROXY", "socks5://proxy.example.org:1080")
    assert system_proxy() == ""
    assert unused_proxy(load_settings()) == said


def test_a_proxy_is_refused_where_it_could_read_the_token() -> None:
    assert load_settings(telegram_proxy=PROXY).proxy() == PROXY
    assert load_settings().proxy() == ""
    with pytest.raises(SettingError, match="would read the token"):
        load_settings(telegram_proxy=PROXY, telegram_api="http://10.0.0.5:8081").proxy()
