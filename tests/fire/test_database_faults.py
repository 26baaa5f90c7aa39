"""PostgreSQL is killed, started again and frozen under a running Haven, which goes on by itself.

`haven start` as a process, with people, a caseworker at its desk, and a Bot API of its own. While
the database is away a person writes on and the caseworker tries to answer.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx
import psycopg
import pytest

from tests.fire.drills.letters_drill import FIRST, START, Correspondent
from tests.fire.processes.started_deployment import (
    DeskClient,
    StartedDeployment,
    StartedProcess,
    wait_for,
)
from tests.support.bot_api.server import serve_bot_api
from tests.support.database.private_server import PrivateServer, private_server
from tests.support.forked_commands import run_forked

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from tests.support.bot_api.server import BotApiServer

QUICK_START = (
    "import sys; from functools import partial; from bot.cli import start; "
    "from bot.mailbox.rate_limit import UNLIMITED; "
    "from bot.store.patience import Patience, StatementLimits; "
    "start.RunOptions = partial(start.RunOptions, limits=UNLIMITED, patience=Patience("
    "first=0.02, longest=0.2, reopen=0.2, silence=0.5, limits=StatementLimits(1.0, 0.5, 0.5))); "
)
"""As in a deployment, without its waits; Telegram is ours."""
CONTROLS = {
    "": "",
    "ends": "from bot.app import run\n"
    "async def refuses(database, vault, error=None): raise SystemExit(1)\n"
    "run.wait_until_writable = refuses\n",
}
"""Havens that must be found wanting, by what they do."""
KILLS = 8
ANY_CONNECTION = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
AWAY = "database does not answer"


@pytest.fixture(scope="module")
def server() -> Iterator[PrivateServer]:
    with private_server() as made:
        yield made


@dataclass
class Evening:
    """A person whose case a caseworker holds, and what both wrote."""

    api: BotApiServer
    server: PrivateServer
    deployment: StartedDeployment
    name: str
    life: StartedProcess
    desk: DeskClient
    person: Correspondent
    lines: int = 0
    letters: list[str] = field(default_factory=list)
    """Words of the caseworker, those that the desk refused included."""
    taken: list[str] = field(default_factory=list)
    """Words that the desk took."""
    pages: list[httpx.Response] = field(default_factory=list)

    async def begin(self) -> None:
        """Let the person report, and the caseworker take over the chat."""
        await self.desk.wait_until_served()
        await self.desk.sign_in()
        await self.person.reports(self.deployment)
        for verb in ("claim", "take_over"):
            said = await self.desk.do(self.person.reference, verb)
            assert not said["refused"], said
        await self.person.presses("I can write now")
        self.lines = self.stored()

    def says(self) -> None:
        """Let the person write a line, whatever becomes of it."""
        self.lines += 1
        self.api.say(self.person.number, f"Line {self.lines}.")

    async def answers(self) -> None:
        """Let the caseworker write; the desk may refuse."""
        words = f"Letter {secrets.token_hex(4)}: we are here."
        self.letters.append(words)
        said = await self.desk.do(self.person.reference, "say", words=words)
        if not said["refused"]:
            self.taken.append(words)

    def stored(self) -> int:
        """Return how many lines of the person are stored."""
        rows = self.deployment.ask("SELECT count(*) FROM exchanges WHERE side = 'person'")
        return int(rows[0][0])

    async def settled(self) -> None:
        """Wait until all lines are stored and no letter waits."""
        await wait_for(lambda: self.life.is_over or self.stored() >= self.lines, "lines")
        assert not self.life.is_over
        await wait_for(lambda: not self.deployment.has_letters_to_send(), "letters")

    def times_arrived(self) -> list[int]:
        """Return how often each letter arrived."""
        texts = self.api.record.texts(self.person.number)
        return [texts.count(words) for words in self.letters]


async def kill_connections(evening: Evening) -> None:
    """Kill every connection again and again, while both write."""
    for _time in range(KILLS):
        with psycopg.connect(evening.server.url(), autocommit=True) as other:
            evening.says()
            other.execute(ANY_CONNECTION, (evening.name,))
        await evening.answers()


async def kill_server(evening: Evening) -> None:
    """Kill the server itself; start it again a moment later."""
    evening.says()
    evening.server.kill()
    evening.says()
    evening.pages.append(await evening.desk.get("/queue/all"))
    await evening.answers()
    said, life = evening.deployment.said, evening.life
    await wait_for(lambda: "commit_failed" in said() or life.is_over, "it is noticed")
    evening.pages.append(await evening.desk.get("/queue/all"))
    await asyncio.to_thread(evening.server.start)


async def freeze(evening: Evening) -> None:
    """Let the server stand still until that was logged, shown and said, and then go on."""
    evening.says()
    evening.server.freeze()
    evening.says()
    try:
        await wait_for(lambda: "database_silent" in evening.deployment.said(), "it is noticed", 10)
        evening.pages.append(await evening.desk.get("/queue/all"))
        said = await asyncio.to_thread(run_doctor, evening.deployment)
    finally:
        evening.server.thaw()
    assert "wrong  database opens and is durable: the database does not answer" in said
    assert "Haven does not run" not in said
    assert "wrong  database answers the running bot: it has stored nothing since" in said
    await wait_for(lambda: "database_answers" in evening.deployment.said(), "it goes on")


def run_doctor(deployment: StartedDeployment) -> str:
    _code, printed, _complained = run_forked(["doctor"], "", deployment.environment)
    return printed


FAULTS: dict[str, Callable[[Evening], Awaitable[None]]] = {
    "connections killed": kill_connections,
    "server killed": kill_server,
    "server frozen": freeze,
}


async def spend(folder: Path, server: PrivateServer, fault: str, control: str = "") -> Evening:
    """Spend an evening with one fault; return what was written, once all is settled."""
    name = f"haven_{secrets.token_hex(4)}"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    program = ("-c", f"{QUICK_START}\n{CONTROLS[control]}{START}")
    address = f"{server.url(name)}&connect_timeout=2"
    async with serve_bot_api() as api:
        deployment = StartedDeployment(
            folder, api.address, program, is_forked=True, database_url=address
        )
        life, desk = deployment.begin(), DeskClient(deployment)
        evening = Evening(api, server, deployment, name, life, desk, Correspondent(api, FIRST))
        try:
            await evening.begin()
            await FAULTS[fault](evening)
            evening.says()
            await evening.settled()
        finally:
            await desk.close()
            await life.end()
    return evening


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_of_the_database_loses_nothing_and_repeats_nothing(
    tmp_path: Path, server: PrivateServer, fault: str
) -> None:
    evening = await spend(tmp_path, server, fault)
    assert evening.stored() == evening.lines
    assert max(evening.times_arrived(), default=0) <= 1
    texts = evening.api.record.texts(evening.person.number)
    assert [words for words in evening.taken if words not in texts] == []
    rows = evening.deployment.ask("SELECT count(*) FROM inbox WHERE state <> 'done'")
    assert (rows[0][0], list(evening.api.record.complaints)) == (0, [])
    assert {page.status_code for page in evening.pages} <= {200, 503}
    assert all(AWAY in page.text for page in evening.pages if page.status_code == 503)
    assert not any("nothing was sent" in page.text for page in evening.pages)
    assert "Traceback" not in evening.deployment.said()
    assert "disk" not in evening.deployment.said()


async def test_a_haven_that_ends_when_its_database_does_is_noticed(
    tmp_path: Path, server: PrivateServer
) -> None:
    with pytest.raises((AssertionError, TimeoutError, httpx.TransportError)):
        await spend(tmp_path, server, "server killed", "ends")
