"""aiogram with its states in Redis, as Debian configures it: in memory, saved now and then.

What the server does is not part of the CPU that is told; what it had in memory is lost with it.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from aiogram.fsm.storage.redis import DefaultKeyBuilder, RedisStorage
from redis.asyncio import Redis

from tests.bench import scripted_conversation
from tests.bench.peers import aiogram_walk

if TYPE_CHECKING:
    from tests.bench.scripted_conversation import Step

_BEGINS = 10.0
"""Seconds in which the server must answer."""
_AT_ONCE = 1000
"""Conversations stored with one command."""


class AiogramRedis:
    """One `Dispatcher` whose states are in a Redis of its own, over a socket of this machine."""

    def __init__(self, folder: Path) -> None:
        server = shutil.which("redis-server")
        if server is None:
            raise RuntimeError("Redis is not installed: apt-get install redis-server")
        # The path of a socket has at most 107 characters; that of a test's folder can have more.
        self._near = TemporaryDirectory(prefix="redis")
        socket = Path(self._near.name) / "redis.sock"
        self._server = subprocess.Popen(  # noqa: S603 - Debian's own program
            [server, "--port", "0", "--unixsocket", str(socket), "--dir", str(folder)],
            stdout=subprocess.DEVNULL,
        )
        self._keys = DefaultKeyBuilder()
        self._redis = Redis(unix_socket_path=str(socket))
        self._session = aiogram_walk.NoNetworkSession()
        self._bot = aiogram_walk.bot(self._session)
        self._dispatcher = aiogram_walk.dispatcher(RedisStorage(self._redis, self._keys))

    def press(self, person: int, step: Step) -> str:
        """Return the callback data of the peers."""
        return scripted_conversation.press(person, step)

    async def setup(self, stored: int) -> None:
        """Wait for the server and fill it, many conversations at a time."""
        async with asyncio.timeout(_BEGINS):
            while not await self._answers():  # noqa: ASYNC110 - no event tells it
                await asyncio.sleep(0.02)
        first, waits = scripted_conversation.STORED_PERSON, str(aiogram_walk.WAITS.state)
        answers = json.dumps(scripted_conversation.stored_answers())
        for begin in range(first, first + stored, _AT_ONCE):
            found: dict[str, str] = {}
            for person in range(begin, min(begin + _AT_ONCE, first + stored)):
                key = aiogram_walk.key(person)
                found[self._keys.build(key, "state")] = waits
                found[self._keys.build(key, "data")] = answers
            await self._redis.mset(found)

    async def _answers(self) -> bool:
        try:
            return bool(await self._redis.ping())
        except (ConnectionError, OSError):
            return False

    async def feed(self, raw: bytes) -> None:
        """Parse and process one update."""
        await self._dispatcher.feed_raw_update(self._bot, json.loads(raw))

    async def finished(self) -> int:
        """Return what the transport counted."""
        return self._session.finished

    async def close(self) -> None:
        """Close the connection and end the server."""
        await self._redis.aclose()
        self._server.terminate()
        self._server.wait()
        self._near.cleanup()
