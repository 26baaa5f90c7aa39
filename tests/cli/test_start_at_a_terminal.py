"""`haven start` at a terminal speaks to a person; where no one looks it writes its log alone."""

from __future__ import annotations

import asyncio
import io
import json
from typing import TYPE_CHECKING

import pytest
import structlog

from bot.log import log, write_events
from tests.support.harnesses.setup_harness import BareMachine, Terminal, bare_machine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[BareMachine]:
    async with bare_machine(tmp_path) as made:
        done = await made.sets_up_as_usual()
        assert done.returncode == 0, done.stderr
        yield made


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    before = structlog.get_config()
    yield io.StringIO()
    structlog.configure(**before)


async def test_a_person_reads_that_it_runs_which_bot_it_is_and_how_it_ends(
    machine: BareMachine,
) -> None:
    shown = await asyncio.to_thread(start_and_interrupt, machine)
    assert "Haven runs until you press Ctrl+C." in shown
    assert "The desk is at http://127.0.0.1:0\n" in shown  # of any free port, as was answered
    name = machine.sandbox.world.me()["username"]
    assert f"The bot is @{name}: https://t.me/{name}" in shown
    assert "Messages are fetched from Telegram. (polling)" in shown
    assert '"event"' not in shown
    assert "Traceback" not in shown


def start_and_interrupt(machine: BareMachine) -> str:
    names = ("HAVEN_ENV_FILE", "HAVEN_DATA")
    settings = {it.removeprefix("HAVEN_").lower(): machine.environment[it] for it in names}
    key, token = (
        machine.at(f"/etc/haven/credentials/haven-{it}") for it in ("host-key", "telegram-token")
    )
    terminal = Terminal("start", **settings, host_key_file=str(key), telegram_token_file=str(token))
    terminal.sees("Haven runs")
    terminal.sees_all("The bot is @", "Messages are fetched")
    terminal.interrupts()
    assert terminal.ends() == 0, terminal.shown
    return terminal.shown


def test_an_event_in_words_says_what_it_means_and_what_to_do(out: io.StringIO) -> None:
    write_events(out, for_person=True)
    log.error("disk_full")
    log.warning("poll_failed", error="NetworkError", text="words of a person")
    log.info("started", roles="bot desk")
    log.info("no such event")
    full, failed, started = out.getvalue().splitlines()
    assert full[8:] == (" error: The disk is full: nothing is fetched. Make room. (disk_full)")
    assert failed.endswith("Nothing, unless it stays. (poll_failed, error NetworkError)")
    assert started.endswith("the jobs of its roles run. (started, roles bot desk)")


def test_where_no_one_looks_events_stay_json(out: io.StringIO) -> None:
    write_events(out)
    log.error("disk_full")
    assert json.loads(out.getvalue())["event"] == "disk_full"
