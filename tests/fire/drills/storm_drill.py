"""Every fault at once: spoilt answers, a wrong clock and kills, while both sides write.

People with an independent Bot API, the bot and the desk as two processes. In each round a person
and a caseworker write, calls of every kind are answered with 429, 500, 502 or a proxy's page, cut
or delivered and then spoilt, and the bot is killed. Telegram's clock is two hours away from ours.

`python -m tests.fire.drills.storm_drill --rounds 100` writes what it found as one line of JSON; it
ends with 1 when anything is wrong. `--control sent_again` runs a Haven that sends a caseworker's
letter again after a 502, `forgets` one that does not know a person's line when it comes again. Both
must be found.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import signal
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import httpx

from tests.fire.drill_command import run_command
from tests.fire.drills.letters_drill import (
    CONTROLS as LETTER_CONTROLS,
)
from tests.fire.drills.letters_drill import FAULTS, FIRST, UNLIMITED_START, Correspondent
from tests.fire.processes.started_deployment import DeskClient, StartedDeployment, wait_for
from tests.support.bot_api.faults import SpoiltAnswer
from tests.support.bot_api.server import BotApiServer, serve_bot_api
from tests.support.database_fixtures import database_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fire.processes.started_deployment import StartedProcess

CONTROLS = {
    "": "",
    "sent_again": LETTER_CONTROLS["sent_again"],
    "forgets": "from tests.fire.processes.injected_flaws import inject_flaw; "
    "inject_flaw('forgets_handled'); ",
}
"""Havens that must be found wanting, by what they do."""
START = "sys.argv[1:] = ['start', '--only', sys.argv[1]]; from bot.cli.main import main; main()"
AHEAD = -7200
"""Seconds by which Telegram's clock is ahead of ours."""
LINES, LETTERS = 3, 2
"""Of each round."""
ROUNDS_OF_ONE = 8
"""Rounds until the next person comes: a page of the desk holds a hundred messages."""
SPOILT = tuple(name for name in FAULTS if name != "none")
METHODS = ("getUpdates", "getMe", "setMyCommands", "sendMessage", "answerCallbackQuery")
CALM = 60.0
"""Seconds in which all must be handled once nothing goes wrong any more."""
POLLING = '"polling"'
WORDS = "SELECT count(*) FROM exchanges WHERE side = 'person' AND kind = 'words'"
"""Counts the lines of people that are stored."""
LINE = re.compile(r"storm line (\d+)\.")


@dataclass
class StormFindings:
    """What was found."""

    rounds: int = 0
    kills: int = 0
    unconfirmed: int = 0
    """Kills while a line was stored and not confirmed."""
    spoilt: int = 0
    """Calls that were answered wrongly."""
    lines: int = 0
    letters: int = 0
    lost: int = 0
    """Lines that staff cannot read, and letters of which staff were told too much."""
    stored_twice: int = 0
    sent_twice: int = 0
    out_of_order: int = 0
    stuck: str = ""

    @property
    def faults(self) -> dict[str, Any]:
        """Everything that should not be."""
        names = ("lost", "stored_twice", "sent_twice", "out_of_order", "stuck")
        return {name: value for name in names if (value := getattr(self, name))}


@dataclass
class StormChat:
    """What was written in one chat."""

    person: Correspondent
    lines: int = 0
    letters: list[str] = field(default_factory=list)


class StormDrill:
    """One storm."""

    def __init__(
        self, server: BotApiServer, deployment: StartedDeployment, seed: int, patience: float
    ) -> None:
        self.server, self.deployment = server, deployment
        self.desk, self.found = DeskClient(deployment), StormFindings()
        self.chats: list[StormChat] = []
        self.patience = patience
        self._dice = Random(seed)
        self._bot: StartedProcess | None = None
        self._sending: list[asyncio.Task[Any]] = []

    async def begin(self) -> None:
        """Start the bot and its desk, and sign in."""
        await self._start_bot()
        self._office = self.deployment.begin("desk")
        await self.desk.wait_until_served()
        await self.desk.sign_in()

    async def end(self) -> None:
        """End both processes."""
        for task in self._sending:
            task.cancel()
        await self.desk.close()
        await self._office.end()
        if self._bot is not None:
            await self._bot.end()

    async def _start_bot(self) -> None:
        before = self.deployment.said().count(POLLING)
        self._bot = self.deployment.begin("bot")
        await wait_for(lambda: self.deployment.said().count(POLLING) > before, "polling")

    async def add_person(self) -> None:
        """Let a person report, and take over the chat, while all is calm."""
        person = Correspondent(self.server, FIRST + len(self.chats))
        await person.reports(self.deployment)
        for verb in ("claim", "take_over"):
            await self.desk.do(person.reference, verb)
        await wait_for(
            partial(self.server.has_button, person.number, "I can write now"), "the opener"
        )
        await person.presses("I can write now")
        self.chats.append(StormChat(person))

    async def rage(self) -> None:
        """Let both sides write while everything fails and the bot is killed, then be calm."""
        chat, faults = self.chats[-1], self.server.faults
        self._spoil_calls()
        said, stored = [], self.deployment.ask(WORDS)[0][0]
        for number in range(max(LINES, LETTERS)):
            if number < LINES:
                said.append(self.server.say(chat.person.number, f"storm line {chat.lines}."))
                chat.lines += 1
            if number < LETTERS:
                self._send(chat)
        # What is handed out is stored, its confirmation fails, and the process is killed.
        deaf = faults.add("getUpdates", times=-1, confirms=said[0], reply=SpoiltAnswer.HTML)
        faults.faults.insert(0, faults.faults.pop())
        with suppress(TimeoutError):
            await wait_for(lambda: self.deployment.ask(WORDS)[0][0] > stored, "a line", 30.0)
            self.found.unconfirmed += 1
        await asyncio.sleep(self._dice.uniform(0, 0.5))
        assert self._bot is not None
        await self._bot.end(signal.SIGKILL)
        self.found.kills += 1
        faults.faults.remove(deaf)
        await self._start_bot()
        await asyncio.gather(*self._sending)
        self._sending.clear()
        await self._settle()
        self.found.spoilt += deaf.spoilt + sum(it.spoilt for it in faults.faults)
        faults.clear()
        self.found.rounds += 1

    def _spoil_calls(self) -> None:
        dice, chat = self._dice, self.chats[-1].person.number
        for method in METHODS:
            name = dice.choice(SPOILT)
            self.server.faults.add(method, times=dice.randint(1, 2), **FAULTS[name])
        for name in ("502 after", dice.choice(SPOILT)):  # a letter's answer, twice in a row
            self.server.faults.add("sendMessage", chat=chat, times=2, **FAULTS[name])

    def _send(self, chat: StormChat) -> None:
        words = f"Letter {secrets.token_hex(4)}: we are here."
        chat.letters.append(words)
        before = self._sending[-1] if self._sending else None

        async def send() -> None:
            if before is not None:
                await before  # one caseworker writes one letter after the other
            await self.desk.do(chat.person.reference, "say", words=words)

        self._sending.append(asyncio.create_task(send()))

    async def _settle(self) -> None:
        ask = self.deployment.ask
        waiting = "SELECT count(*) FROM {} WHERE state IN ('waiting', 'queued', 'sending')"
        await wait_for(
            lambda: (
                not self.server.unconfirmed
                and not any(
                    ask(waiting.format(it))[0][0] for it in ("inbox", "outbox", "staff_commands")
                )
            ),
            "calm", self.patience,
        )  # fmt: skip

    async def judge(self) -> None:
        """Compare what was written with what staff read and what arrived."""
        found = self.found
        for chat in self.chats:
            path = f"/cases/{chat.person.reference}/panes/conversation"
            read = [int(it) for it in LINE.findall((await self.desk.get(path)).text)]
            times = Counter(read)
            found.lines += chat.lines
            found.lost += sum(number not in times for number in range(chat.lines))
            found.stored_twice += sum(count > 1 for count in times.values())
            texts = self.server.record.texts(chat.person.number)
            arrived = [it for it in chat.letters if it in texts]
            found.letters += len(chat.letters)
            found.sent_twice += sum(texts.count(it) > 1 for it in arrived)
            places = [texts.index(it) for it in arrived]
            for order in (read, places):
                found.out_of_order += sum(later < earlier for earlier, later in pairwise(order))
        states = Counter(
            row[0]
            for row in self.deployment.ask("SELECT state FROM outbox WHERE author = 'caseworker'")
        )
        arrived_once = sum(
            self.server.record.times(it) > 0 for chat in self.chats for it in chat.letters
        )
        found.lost += max(0, states["sent"] - arrived_once)  # staff were told that they arrived
        found.lost += max(0, found.letters - states.total())


async def run(  # noqa: PLR0913 - each is an option of the drill
    folder: Path, *, rounds: int, seed: int = 1, control: str = "", patience: float = CALM,
    tell: Callable[[int], None] = lambda _: None, database: str = "sqlite",
) -> StormFindings:  # fmt: skip
    """Let a storm rage for so many rounds; `control` names what is broken, if anything."""
    broken = "".join(CONTROLS[it] for it in control.split())
    program = ("-c", f"{UNLIMITED_START}{broken}{START}")
    async with serve_bot_api() as server:
        server.date_offset = AHEAD
        databases = database_settings(database)
        deployment = StartedDeployment(folder, server.address, program, is_forked=True, **databases)
        drill = StormDrill(server, deployment, seed, patience)
        try:
            await drill.begin()
            for number in range(rounds):
                if number % ROUNDS_OF_ONE == 0:
                    await drill.add_person()
                await drill.rage()
                tell(number + 1)
        except (TimeoutError, httpx.TransportError) as error:
            drill.found.stuck = f"{type(error).__name__}: {error}"
        try:
            await drill.judge()
        finally:
            await drill.end()
    return drill.found


def drill(
    *, rounds: int = 10, control: str = "", database: str = "sqlite",
    tell: Callable[[int], None] = lambda _: None,
) -> dict[str, Any]:  # fmt: skip
    """Let it rage; return one row of figures, with what is wrong under `faults`."""
    with TemporaryDirectory() as folder:
        ours = run(Path(folder), rounds=rounds, control=control, tell=tell, database=database)
        found = asyncio.run(ours)
    return asdict(found) | {"faults": found.faults}


if __name__ == "__main__":
    sys.exit(run_command(drill, control=CONTROLS))
