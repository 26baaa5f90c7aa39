"""The part of Telegram that holds updates until they are confirmed, as its server does it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tests.support.telegram.telegram_loopback_server import ReceivedCall, api_error, api_success

if TYPE_CHECKING:
    from tests.support.telegram.telegram_loopback_server import TelegramLoopbackServer

TERMINATED = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)


class TelegramUpdateQueue:
    """Updates waiting, and whoever asks for them."""

    def __init__(self, wire: TelegramLoopbackServer) -> None:
        self.held: dict[int, dict[str, Any]] = {}
        self.offsets: list[int | None] = []
        self.idle = asyncio.Event()
        """Set when somebody waits for an update and there is none."""
        self._asking: tuple[int, asyncio.Future[Any]] | None = None
        wire.next_for = self._answer

    def add(self, *updates: dict[str, Any]) -> None:
        for update in updates:
            self.held[update["update_id"]] = update
        if self._asking:
            self._serve(*self._asking)

    def _answer(self, call: ReceivedCall) -> Any:
        if call.method != "getUpdates":
            return None
        asked = call.parameters.get("offset")
        self.offsets.append(None if asked is None else int(asked))
        begin = int(asked or 0)
        if begin <= max(self.held, default=begin) + 10:  # else it is in the future, and ignored
            self.held = {number: it for number, it in self.held.items() if number >= begin}
        if self._asking and not self._asking[1].done():
            self._asking[1].set_result(api_error(409, TERMINATED))
        answer = asyncio.get_running_loop().create_future()
        self._serve(begin, answer)
        return answer

    def _serve(self, begin: int, answer: asyncio.Future[Any]) -> None:
        ready = [self.held[number] for number in sorted(self.held)][:100]
        if ready and not answer.done():
            self._asking = None
            answer.set_result(api_success(ready))
        else:
            self._asking = (begin, answer)
            self.idle.set()

    def confirmed(self, number: int) -> bool:
        return number not in self.held
