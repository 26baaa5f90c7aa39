"""The chat is cleared although Telegram asks to wait and the process is killed in the middle."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

import pytest

from bot.sandbox import FaultKind, Sandbox, serve
from flows.texts import phrases
from tests.fire.processes.process_spawner import DeploymentProcesses

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.sandbox import Phone
    from tests.fire.processes.process_spawner import ProcessSpawner

LINES = 120
"""What is written before: with the answers more than one call can delete."""
PATIENCE = 90.0
CLEARED = phrases.CHAT_CLEARED.source


async def until(happens: Callable[[], bool]) -> None:
    for _ in range(int(PATIENCE / 0.02)):
        if happens():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never happened")


async def written(phone: Phone) -> None:
    phone.say("/start")
    await until(lambda: len(phone.messages()) > 1)
    for number in range(LINES):
        phone.say(f"line {number}")
    await until(lambda: len(phone.messages()) > 2 * LINES)


@pytest.mark.parametrize("calls", [0, 1, 2])
async def test_a_killed_bot_clears_the_chat_after_all(
    tmp_path: Path, spawner: ProcessSpawner, calls: int
) -> None:
    sandbox = Sandbox()
    async with serve(sandbox) as address:
        nursery = DeploymentProcesses(spawner, tmp_path, address)
        try:
            phone = sandbox.add_phone("Sari", language="en")
            life = await nursery.begin()
            await written(phone)
            before = len(phone.messages())
            sandbox.faults.add(
                FaultKind.FLOOD, method="deleteMessages", skip=calls, times=20, retry_after=1
            )
            phone.say("/bye")
            await until(lambda: len(sandbox.calls.of("deleteMessages")) > calls)
            life.signal(signal.SIGKILL)
            await life.ended()
            assert len(phone.messages()) > before - 100 * calls - 2  # the control: it was not done
            sandbox.faults.clear()
            await nursery.begin()
            await until(lambda: phone.bot_texts() == [CLEARED])
            assert len(phone.messages()) == 1
        finally:
            await nursery.close()


async def test_a_storm_delays_it_by_no_more_than_it_lasts(
    tmp_path: Path, spawner: ProcessSpawner
) -> None:
    sandbox = Sandbox()
    async with serve(sandbox) as address:
        nursery = DeploymentProcesses(spawner, tmp_path, address)
        try:
            phone = sandbox.add_phone("Sari", language="en")
            await nursery.begin()
            await written(phone)
            sandbox.faults.add(FaultKind.FLOOD, method="deleteMessages", times=3, retry_after=1)
            phone.say("/bye")
            await until(lambda: phone.bot_texts() == [CLEARED])
            assert len(phone.messages()) == 1
        finally:
            await nursery.close()
