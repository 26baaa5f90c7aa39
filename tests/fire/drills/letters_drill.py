"""Let caseworkers write while Telegram delivers and then fails: each letter arrives once, in order.

People with an independent Bot API, `haven start` as a process, a caseworker at its desk. Every
answer to a letter is spoilt in turn, forms are sent several times, and an outage is written
through.

`python -m tests.fire.drills.letters_drill --rounds 20` writes what it found as one line of JSON; it
ends with 1 when anything is wrong. `--control sent_again` runs a Haven that takes a 502 for "not
sent", as it once did; `overtakes` and `many_forms` are others. They must be found.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import httpx

from tests.fire.drill_command import run_command
from tests.fire.processes.started_deployment import DeskClient, StartedDeployment, wait_for
from tests.support.bot_api.faults import SpoiltAnswer
from tests.support.bot_api.server import BotApiServer, serve_bot_api
from tests.support.database_fixtures import database_settings

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST = 5_100_000_001
TIMES = 12
"""How often an impatient browser sends one form."""
FAULTS: dict[str, dict[str, Any]] = {
    "none": {},
    "502 after": {"status": 502, "delivers": True},
    "HTML 502 after": {"status": 502, "reply": SpoiltAnswer.HTML, "delivers": True},
    "HTML 404 after": {"status": 404, "reply": SpoiltAnswer.HTML, "delivers": True},
    "HTML 413 after": {"status": 413, "reply": SpoiltAnswer.HTML, "delivers": True},
    "500 after": {"status": 500, "delivers": True},
    "cut after": {"reply": SpoiltAnswer.CUT, "delivers": True},
    "429 before": {"status": 429, "retry_after": 1},
}
"""What becomes of the call that carries a letter, by name."""
PARTS = ("forms", "release", "outage")
"""What happens in each round besides: a form sent several times, letters that waited for an opener,
and an outage."""
UNCERTAIN = {name for name, given in FAULTS.items() if given.get("delivers")}
SHORT = ("none", "502 after", "HTML 404 after", "cut after")
UNLIMITED_START = (
    "import sys; from functools import partial; from bot.cli import start; "
    "from bot.mailbox.rate_limit import UNLIMITED; "
    "start.RunOptions = partial(start.RunOptions, limits=UNLIMITED); "
)
"""Telegram is ours: what it allows would only make the drill long."""
START = "sys.argv[1:] = ['start']; from bot.cli.main import main; main()"
CONTROLS = {
    "": "",
    "sent_again": "from bot.channels.telegram import aiohttp_request as r; "
    "from bot.channels.telegram.delivery_errors import NotSentError; old = r.response_error; "
    "r.response_error = lambda s, p: NotSentError('x') if s in (404, 413, 502) else old(s, p); ",
    "overtakes": "from bot.mailbox.outbox import OutboxResults; "
    "OutboxResults.owes_older = staticmethod(lambda work, letter: False); ",
    "many_forms": "from bot.desks.web import command_client as c; "
    "c.take_nonce = lambda work, digest, now: True; ",
}
"""Havens that must be found wanting, by what they do: the statements that make them so."""


def program_of(control: str) -> tuple[str, ...]:
    """Return the arguments of a Python that starts Haven, as it is or as one of the controls."""
    return ("-c", f"{UNLIMITED_START}{CONTROLS[control]}{START}")


@dataclass(frozen=True)
class LettersPlan:
    """What is to happen."""

    rounds: int = 1
    people: int = 1
    faults: tuple[str, ...] = tuple(FAULTS)
    spoilt: int = 2
    """Answers in a row that are spoilt."""
    parts: tuple[str, ...] = PARTS
    control: str = ""
    database: str = "sqlite"


@dataclass
class LetterFindings:
    """What was found."""

    letters: int = 0
    forms: int = 0
    """Forms that were sent, repetitions included."""
    twice: Counter[str] = field(default_factory=Counter)
    """Letters that arrived more than once, by what happened to them."""
    lost: Counter[str] = field(default_factory=Counter)
    """Letters that never arrived although staff were told that they did, or were told nothing."""
    out_of_order: int = 0
    not_uncertain: Counter[str] = field(default_factory=Counter)
    """Letters of which staff were not told that it is unknown whether they arrived."""
    returned: int = 0
    """Stored letters whose words were given back to their caseworker."""
    stuck: str = ""
    """What was waited for in vain."""
    complaints: tuple[str, ...] = ()
    """Calls that break the documentation."""

    @property
    def faults(self) -> dict[str, str]:
        """Everything that should not be."""
        names = ("twice", "lost", "out_of_order", "not_uncertain", "returned", "stuck",
                 "complaints")  # fmt: skip
        return {name: str(value) for name in names if (value := getattr(self, name))}

    def row(self) -> dict[str, Any]:
        """Return one row of figures."""
        return {"letters": self.letters, "forms": self.forms, "faults": self.faults}


class Correspondent:
    """A person whose case the caseworker has taken over."""

    def __init__(self, server: BotApiServer, number: int) -> None:
        self.server, self.number, self.reference = server, number, ""
        server.add_person(number, "th")

    async def says(self, words: str) -> None:
        """Write something, and see an answer."""
        before = len(self.server.record.texts(self.number))
        self.server.say(self.number, words)
        await self._answered(before, words)

    async def presses(self, *labels: str) -> None:
        """Press buttons one after the other, each as soon as it is there."""
        for label in labels:
            await wait_for(partial(self.server.has_button, self.number, label), label)
            before = len(self.server.record.texts(self.number))
            self.server.press(self.number, label)
            await self._answered(before, label)

    async def _answered(self, before: int, to: str) -> None:
        texts = self.server.record.texts
        await wait_for(lambda: len(texts(self.number)) > before, f"an answer to {to}")

    async def reports(self, deployment: StartedDeployment) -> None:
        """Talk to a person; note the number of the case."""
        known = {row[0] for row in deployment.ask("SELECT reference FROM cases")}
        await self.says("/start")
        await self.presses("English", "Talk to a person", "I am safe here")
        await self.says("He keeps my passport.")
        await self.presses("Send")
        rows = "SELECT reference FROM cases ORDER BY opened_at"
        found = await wait_for(
            lambda: [row[0] for row in deployment.ask(rows) if row[0] not in known], "a case"
        )
        self.reference = found[-1]


class LettersDrill:
    """One evening of letters."""

    def __init__(
        self, plan: LettersPlan, server: BotApiServer, deployment: StartedDeployment
    ) -> None:
        self.plan, self.server, self.deployment = plan, server, deployment
        self.desk = DeskClient(deployment)
        self.found = LetterFindings()
        self.people: list[Correspondent] = []
        self._sent: dict[int, list[tuple[str, str]]] = {}
        """Letters of each person in the order of writing: the words, and what happens to them."""

    async def begin(self) -> None:
        """Let people report, and take over their chats."""
        await self.desk.wait_until_served()
        await self.desk.sign_in()
        for number in range(self.plan.people):
            person = Correspondent(self.server, FIRST + number)
            await person.reports(self.deployment)
            for verb in ("claim", "take_over"):
                said = await self.desk.do(person.reference, verb)
                assert not said["refused"], said
            await person.presses("I can write now")
            self.people.append(person)
            self._sent[person.number] = []

    async def write(self, person: Correspondent, fault: str, times: int = 1) -> None:
        """Write a letter, whose answer is spoilt, in a form that is sent so often."""
        words = f"Letter {secrets.token_hex(4)}: we are here."
        if FAULTS[fault]:
            self.server.faults.add(
                "sendMessage", chat=person.number, times=self.plan.spoilt, **FAULTS[fault]
            )
        nonce = secrets.token_hex(12)
        said = await asyncio.gather(
            *(self.desk.do(person.reference, "say", nonce, words=words) for _ in range(times))
        )
        self._sent[person.number].append((words, fault))
        self.found.letters += 1
        self.found.forms += times
        self.found.returned += sum(bool(it.get("refused")) for it in said)
        await self._settled()
        self.server.faults.clear()

    async def outage(self) -> None:
        """Write through an outage, let everybody come back, and write at once."""
        await self.server.stop()
        for person in self.people:
            await self._say(person)
        await self.server.start()
        for person in self.people:
            await self._say(person)
        await self._settled()

    async def release(self, person: Correspondent) -> None:
        """Let letters wait for the opener; once it is answered, write at once."""
        await self.desk.do(person.reference, "hand_back")
        await self.desk.do(person.reference, "take_over")
        await self._say(person)
        await self._say(person)
        await person.presses("I can write now")
        await self._say(person)
        await self._settled()

    async def _say(self, person: Correspondent) -> None:
        words = f"Letter {secrets.token_hex(4)}: we are here."
        said = await self.desk.do(person.reference, "say", words=words)
        self.found.returned += bool(said["refused"])
        self._sent[person.number].append((words, "none"))
        self.found.letters += 1
        self.found.forms += 1

    async def _settled(self) -> None:
        await wait_for(lambda: not self.deployment.has_letters_to_send(), "letters")

    def judge(self) -> None:
        """Compare what was written with what arrived and with what staff were told."""
        found, record = self.found, self.server.record
        states = Counter(
            row[0]
            for row in self.deployment.ask("SELECT state FROM outbox WHERE author = 'caseworker'")
        )
        for number, letters in self._sent.items():
            texts = record.texts(number)
            for words, fault in letters:
                found.twice[fault] += texts.count(words) > 1
                found.lost[fault] += words not in texts
            places = [texts.index(words) for words, _fault in letters if words in texts]
            found.out_of_order += sum(later < earlier for earlier, later in pairwise(places))
        uncertain = sum(fault in UNCERTAIN for it in self._sent.values() for _words, fault in it)
        if states["uncertain"] != uncertain:
            found.not_uncertain[f"{states['uncertain']} of {uncertain}"] += 1
        found.twice, found.lost = +found.twice, +found.lost
        found.complaints = tuple(record.complaints)


async def run(
    plan: LettersPlan, folder: Path, tell: Callable[[int], None] = lambda _: None
) -> LetterFindings:
    """Write as many rounds of letters as planned."""
    async with serve_bot_api() as server:
        databases = database_settings(plan.database)
        program = program_of(plan.control)
        deployment = StartedDeployment(folder, server.address, program, is_forked=True, **databases)
        life = deployment.begin()
        drill = LettersDrill(plan, server, deployment)
        try:
            await drill.begin()
            for number in range(1, plan.rounds + 1):
                for place, fault in enumerate(plan.faults):
                    await drill.write(drill.people[place % plan.people], fault)
                person = drill.people[number % plan.people]
                if "forms" in plan.parts:
                    await drill.write(person, "none", TIMES)
                if "release" in plan.parts:
                    await drill.release(person)
                if "outage" in plan.parts:
                    await drill.outage()
                tell(number)
        except (TimeoutError, httpx.TransportError) as error:
            drill.found.stuck = f"{type(error).__name__}: {error}"
        finally:
            await drill.desk.close()
            await life.end()
        drill.judge()
    return drill.found


def drill(
    *, rounds: int = 2, people: int = 3, control: str = "", database: str = "sqlite",
    tell: Callable[[int], None] = lambda _: None,
) -> dict[str, Any]:  # fmt: skip
    """Write so many rounds; return one row of figures, with what is wrong under `faults`."""
    plan = LettersPlan(rounds=rounds, people=people, control=control, database=database)
    with TemporaryDirectory() as folder:
        return asyncio.run(run(plan, Path(folder), tell)).row()


if __name__ == "__main__":
    sys.exit(run_command(drill, control=CONTROLS))
