"""Let Telegram's clock and ours differ by up to three days: staff reach people all the same.

A person writes and a caseworker answers, line by line, while `haven start` runs with a clock that
is wrong. `python -m tests.fire.drills.clock_drill` tries all differences and writes what it found
as one line of JSON; it ends with 1 when anything is wrong. `--control` runs a Haven that doubts
every line while the clocks differ, as it once did: that must be found.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import httpx

from tests.fire.drill_command import run_command
from tests.fire.drills.letters_drill import START, UNLIMITED_START, Correspondent
from tests.fire.processes.started_deployment import DeskClient, StartedDeployment, wait_for
from tests.support.bot_api.server import BotApiServer, serve_bot_api
from tests.support.database_fixtures import database_settings
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FIRST = 5_200_000_001
LINES = 5
"""Lines a person writes to one clock."""
OPENER, ANSWER = "Hello. Is this a good moment to write?", "I can write now"
DAY = 86_400
TOLD_FROM = 120
"""Seconds by which a clock may differ before anyone is told."""
OFFSETS = (0, 60, -60, 600, -600, 2400, -2400, 7200, -7200, 40_000, -40_000, DAY, -DAY,
           3 * DAY, -3 * DAY)  # fmt: skip
"""Seconds by which this machine's clock is ahead of Telegram's."""
SHORT = (-7200,)
_CONTROL = (
    "from bot.dispatch.turn.talk import opener; "
    "opener.received_at = lambda sent, now, *_: now if abs(now - sent) < 12e7 else 0; "
    "opener.OpenerDialog._answered_since = lambda self: 0; "
)


@dataclass
class ClockFindings:
    """What was found, each counted by the seconds of difference."""

    clocks: int = 0
    letters: int = 0
    not_arrived: Counter[int] = field(default_factory=Counter)
    """Letters of caseworkers that the person never got."""
    openers: Counter[int] = field(default_factory=Counter)
    """Times the opener was asked beyond once."""
    not_logged: Counter[int] = field(default_factory=Counter)
    not_shown: Counter[int] = field(default_factory=Counter)
    """Pages of the desk that did not say it."""
    not_diagnosed: Counter[int] = field(default_factory=Counter)
    """Runs of `haven doctor` that did not say it."""
    false_alarms: Counter[int] = field(default_factory=Counter)
    """Clocks that were right and called wrong."""
    stuck: str = ""

    @property
    def faults(self) -> dict[str, str]:
        """Everything that should not be."""
        names = ("not_arrived", "openers", "not_logged", "not_shown", "not_diagnosed",
                 "false_alarms", "stuck")  # fmt: skip
        return {name: str(value) for name in names if (value := getattr(self, name))}

    def row(self) -> dict[str, Any]:
        """Return one row of figures."""
        return {"clocks": self.clocks, "letters": self.letters, "faults": self.faults}


class ClockDrill:
    """One deployment, and a Telegram whose clock is moved."""

    def __init__(
        self, server: BotApiServer, deployment: StartedDeployment, lines: int, *, has_alarm: bool
    ) -> None:
        self.server, self.deployment = server, deployment
        self._lines, self._has_alarm = lines, has_alarm
        self.desk = DeskClient(deployment)
        self.found = ClockFindings()
        self._begin = 0
        """Where the log of the next clock begins: the first one is wrong from the start."""

    async def try_clock(self, ahead: int) -> None:
        """Let a person and a caseworker write while our clock is so many seconds ahead."""
        server, found = self.server, self.found
        server.date_offset = -ahead
        found.clocks += 1
        person = Correspondent(server, FIRST + found.clocks)
        await person.reports(self.deployment)
        for verb in ("claim", "take_over"):
            await self.desk.do(person.reference, verb)
        await self._sent()
        if server.has_button(person.number, ANSWER):  # not if it believes that nobody is there
            await person.presses(ANSWER)
        for number in range(self._lines):
            server.say(person.number, f"line {number}")
            letter = f"answer {number} to {person.number}"
            await self.desk.do(person.reference, "say", words=letter)
            found.letters += 1
            await self._sent()
            if not server.record.times(letter):
                found.not_arrived[ahead] += 1
        found.openers[ahead] += server.record.texts(person.number).count(OPENER) - 1
        found.openers = +found.openers
        if self._has_alarm:
            await self._check_alarm(ahead)
        self._begin = len(self.deployment.said())

    async def _sent(self) -> None:
        """Wait until every letter that may go now is gone."""
        await wait_for(lambda: not self.deployment.has_letters_to_send(), "letters")

    async def _check_alarm(self, ahead: int) -> None:
        """Look whether the log, the desk and the doctor say what is so."""
        found, is_wrong = self.found, abs(ahead) > TOLD_FROM
        if is_wrong:
            try:
                await wait_for(lambda: ahead in self._logged(), "the log", 60.0)
            except TimeoutError:
                found.not_logged[ahead] += 1
        page = await self.desk.get("/queue/mine")
        diagnosis = await asyncio.to_thread(self._doctor)
        says = ("clock of Haven" in page.text, "computer's clock is" in diagnosis)
        if not is_wrong:
            found.false_alarms[ahead] += any(says)
        else:
            found.not_shown[ahead] += not says[0]
            found.not_diagnosed[ahead] += not says[1]
        for name in ("false_alarms", "not_shown", "not_diagnosed"):
            setattr(found, name, +getattr(found, name))

    def _logged(self) -> set[int]:
        """Return the differences that were logged, to the minute nearest to one of ours."""
        events = [json.loads(line) for line in self.deployment.said()[self._begin:].splitlines()
                  if line.startswith("{")]  # fmt: skip
        seconds = [it["seconds"] for it in events if it["event"] == "clock_wrong"]
        return {it for it in OFFSETS for found in seconds if abs(found - it) < 60}

    def _doctor(self) -> str:
        command = [sys.executable, "-m", "bot.cli", "doctor"]
        return subprocess.run(  # noqa: S603
            command, env=self.deployment.environment, cwd=ROOT, capture_output=True, text=True,
            check=False,
        ).stdout  # fmt: skip


async def run(  # noqa: PLR0913 - each is an option of the drill
    offsets: Sequence[int], folder: Path, *, lines: int = LINES, has_alarm: bool = True,
    control: bool = False, tell: Callable[[int], None] = lambda _: None, database: str = "sqlite",
) -> ClockFindings:  # fmt: skip
    """Try clocks, one after the other; with `has_alarm` look whether everybody is told."""
    program = ("-c", f"{UNLIMITED_START}{_CONTROL if control else ''}{START}")
    async with serve_bot_api() as server:
        databases = database_settings(database)
        deployment = StartedDeployment(folder, server.address, program, is_forked=True, **databases)
        server.date_offset = -offsets[0]
        life = deployment.begin()
        drill = ClockDrill(server, deployment, lines, has_alarm=has_alarm)
        try:
            await drill.desk.wait_until_served()
            await drill.desk.sign_in()
            for number, ahead in enumerate(offsets, start=1):
                await drill.try_clock(ahead)
                tell(number)
        except (TimeoutError, httpx.TransportError) as error:
            drill.found.stuck = f"{type(error).__name__}: {error}"
        finally:
            await drill.desk.close()
            await life.end()
    return drill.found


def drill(
    *, clocks: int = 5, control: bool = False, database: str = "sqlite",
    tell: Callable[[int], None] = lambda _: None,
) -> dict[str, Any]:  # fmt: skip
    """Try so many clocks; return one row of figures, with what is wrong under `faults`."""
    offsets = OFFSETS[-clocks:]
    with TemporaryDirectory() as folder:
        ours = run(offsets, Path(folder), control=control, tell=tell, database=database)
        return asyncio.run(ours).row()


if __name__ == "__main__":
    sys.exit(run_command(drill))
