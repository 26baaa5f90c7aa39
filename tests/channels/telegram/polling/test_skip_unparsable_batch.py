"""One update nobody can cut out of an answer keeps nobody else waiting."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from bot.channels.telegram.parsing.split_batch import MAX_FAILURES, MAX_UPDATES, RawUpdate
from bot.channels.telegram.poller import Poller
from bot.channels.telegram.steady_requests import Backoff
from bot.clock import SystemClock
from tests.support.telegram.telegram_loopback_server import (
    ReceivedCall,
    Respond,
    TelegramLoopbackServer,
)
from tests.support.telegram.telegram_samples import raw, text_message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.channels.telegram.client import SilentBot

WORDS = b"paspor"
SOON = 20.0
"""Seconds after which everybody is answered again."""
SPOILT = [
    b'{"update_id":NUMBER,"message":{"text":"paspor"',
    b'{"update_id":NUMBER,"message":{"text":"paspor}',
    b'{"update_id":NUMBER,"message":{"text":"paspor"}}}',
    b'{"update_id":"NUMBER","message":{"text":"paspor"',
    b'[{"update_id":NUMBER',
]
"""Updates after which the list of them seems not to end; the last two do not show their number."""


def message(number: int) -> bytes:
    return raw(text_message("x") | {"update_id": number})


class Telegram:
    """Holds updates as bytes until they are confirmed, and gives as many as it is asked for."""

    def __init__(self, wire: TelegramLoopbackServer, *held: tuple[int, bytes]) -> None:
        self.held = dict(held)
        self.asked: list[tuple[int | None, int]] = []
        self.idle = asyncio.Event()
        wire.next_for = self._answer

    def _answer(self, call: ReceivedCall) -> Any:
        if call.method != "getUpdates":
            return None
        offset, most = call.parameters.get("offset"), int(call.parameters["limit"])
        self.asked.append((None if offset is None else int(offset), most))
        self.held = {n: it for n, it in self.held.items() if n >= int(offset or 0)}
        given = [self.held[number] for number in sorted(self.held)][:most]
        if not given:
            self.idle.set()
            return asyncio.get_running_loop().create_future()
        return Respond(b'{"ok":true,"result":[' + b",".join(given) + b"]}")


class Scene:
    """A poller whose time moves only by what it sleeps."""

    def __init__(self, bot: SilentBot) -> None:
        self.kept: list[RawUpdate] = []
        self.slept: list[float] = []
        patience = Backoff(random.Random(1))
        self.poller = Poller(
            bot, self._receive, clock=SystemClock(), sleep=self._sleep, backoff=patience
        )

    async def _receive(self, batch: Sequence[RawUpdate]) -> None:
        self.kept += batch

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    async def until_idle(self, telegram: Telegram) -> None:
        async with asyncio.timeout(30):
            running = asyncio.create_task(self.poller.run())
            await telegram.idle.wait()
            self.poller.stop()
            await running


@pytest.mark.parametrize("spoilt", SPOILT)
@pytest.mark.parametrize("place", [0, 2, 4])
async def test_an_update_that_cannot_be_split_delays_no_other(
    telegram_server: TelegramLoopbackServer, bot: SilentBot, spoilt: bytes, place: int
) -> None:
    held = {100 + n: message(100 + n) for n in range(5)}
    bad = 100 + place
    held[bad] = spoilt.replace(b"NUMBER", str(bad).encode())
    telegram, scene = Telegram(telegram_server, *held.items()), Scene(bot)
    with capture_logs() as logs:
        await scene.until_idle(telegram)
    good = [update for update in scene.kept if update.raw in held.values()]
    assert [update.update_id for update in good] == [number for number in held if number != bad]
    aside = [update.raw for update in scene.kept if update not in good]
    assert aside
    assert all(update.startswith(held[bad]) for update in aside)
    assert telegram.held == {}
    events = [entry["event"] for entry in logs]
    assert "poll_response_quarantined" in events or "poll_failed" not in events
    assert WORDS.decode() not in str(logs)
    assert sum(scene.slept) < SOON
    assert telegram.asked[-1][1] == MAX_UPDATES


async def test_one_that_shows_no_number_goes_when_the_next_one_shows_its_own(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    telegram, scene = Telegram(telegram_server, (700, b'{"message":{"text":"paspor"')), Scene(bot)
    arrives = scene._sleep

    async def arriving(seconds: float) -> None:
        await arrives(seconds)
        if len(scene.slept) == 3 * MAX_FAILURES:
            telegram.held[701] = message(701)

    scene.poller.requests.sleep = arriving  # type: ignore[method-assign]
    await scene.until_idle(telegram)
    assert RawUpdate(701, message(701)) in scene.kept
    assert telegram.held == {}


@pytest.mark.parametrize(
    "answer",
    [b"<html>please log in</html>", b'{"ok":true}', b'{"ok":true,"result":[', b""],
)
async def test_what_is_not_telegrams_moves_nothing(
    telegram_server: TelegramLoopbackServer, bot: SilentBot, answer: bytes
) -> None:
    telegram, scene = Telegram(telegram_server, (5, message(5))), Scene(bot)
    telegrams, others = telegram_server.next_for, [Respond(answer)] * (4 * MAX_FAILURES)
    telegram_server.next_for = lambda call: (
        others.pop() if call.method == "getUpdates" and others else telegrams(call)
    )
    await scene.until_idle(telegram)
    assert scene.kept == [RawUpdate(5, message(5))]
    assert telegram.asked[0] == (None, MAX_UPDATES)


async def test_an_answer_cut_off_by_accident_is_asked_for_again_whole(
    telegram_server: TelegramLoopbackServer, bot: SilentBot
) -> None:
    telegram, scene = Telegram(telegram_server, (5, message(5))), Scene(bot)
    whole = telegram_server.next_for
    cut = [Respond(b'{"ok":true,"result":[' + message(5)[:-20])] * (MAX_FAILURES - 1)
    telegram_server.next_for = lambda call: (
        cut.pop() if call.method == "getUpdates" and cut else whole(call)
    )
    await scene.until_idle(telegram)
    assert scene.kept == [RawUpdate(5, message(5))]
    assert {most for _, most in telegram.asked} == {MAX_UPDATES}
