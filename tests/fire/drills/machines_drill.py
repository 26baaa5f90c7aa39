"""Kill, pause and cut off the machines of one deployment while people write and staff answer.

Four workers, two fronts, a leader and its standby and two desks, each a process of its own with a
data folder of its own, on a synchronous pair of PostgreSQL. People walk through the real flows at a
sandbox of Telegram; a caseworker writes at whichever desk answers. Then everything that was written
is looked for: nothing may be lost, handled twice or out of order, and no letter of a caseworker may
arrive twice.

`python -m tests.fire.drills.machines_drill --kills 300` kills each role so often, and writes what
it found as one line of JSON; it ends with 1 when anything is wrong. `--control NAME` runs a Haven
that is broken on purpose and must be found.
"""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import httpx

from bot.sandbox import TOKEN, FaultKind, Sandbox, serve
from bot.store.changes import RETRY_SECONDS
from tests.fire.answer_times import AnswerTimes
from tests.fire.caseworker_at_two_desks import CaseworkerAtTwoDesks
from tests.fire.delivery_findings import StoredDeployment, judge
from tests.fire.drill_command import run_command
from tests.fire.processes.machine_flaws import FLAWS
from tests.fire.processes.machines import ROLES, Machines, machines
from tests.fire.processes.network_namespace import (
    NetworkNamespace,
    can_be_made,
    network_namespace,
)
from tests.fire.processes.started_deployment import StartedDeployment, wait_for
from tests.fire.walkers.concurrent_walkers import ConcurrentWalkers
from tests.support.database.server_pair import server_pair

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.fire.delivery_findings import DeliveryFindings
    from tests.support.database.server_pair import ServerPair

PAUSES = (1, 5, 20)
"""Seconds for which a process stands still."""
BETWEEN = (0.1, 1.0)
"""Seconds between two faults, at least and at most."""
CALM = 60.0
"""Seconds in which everything must be handled once nothing goes wrong any more."""
FROZEN, CUT_OFF = 12.0, 8.0
"""Seconds for which the primary stands still, and a worker reaches no database."""
UPDATES_PER_FAULT, WRITE_AFTER_PROMOTION = 6, 3
"""Updates of all people for each fault; and of each person, more, for each promotion."""
LEFT = 2
"""Machines of a role that have begun when one of all is killed."""
BEGINS = 180.0
"""Seconds in which all machines must have begun, on a busy computer too."""
LATEST_AFTER_PROMOTION, LATEST_NOTICE = 15.0, 10.0
"""Seconds in which someone is answered after a promotion, and a frozen primary is logged."""
ASYNCHRONOUS = "asynchronous"
CONTROLS = ("", *FLAWS, ASYNCHRONOUS)
"""Havens that must be found wanting; the last one has a standby that no commit waits for."""
MOST_IDLE = 1.0
"""Transactions a second and process while nobody writes, in the mean of all."""
BEHIND = 1.0
"""Seconds for which the standby is cut off before it is promoted."""
SLOW, REPEATED = 0.4, 3
"""Seconds by which Telegram answers a letter late, and batches it delivers again, at most."""
SEEDS = (1, 2, 3)
FEW = 8
"""People of a short drill: they come far enough to write what can be lost."""
CONTROL_PATIENCE = 20.0
"""Seconds after which those are given up who lost their way because something is broken."""
DATA = "data"
"""The database of cases and messages; the other one holds the keys."""
SOME_CONNECTIONS = (
    "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity "
    "WHERE application_name LIKE 'haven%' ORDER BY random() LIMIT 3) AS found"
)
UNDER_WAY = "SELECT count(*) FROM outbox WHERE state = 'sending' OR state = 'queued' AND fence > 0"
"""Letters that the leader has in hand: of a bot's it is unknown afterwards which were sent."""
UNCERTAIN = "SELECT count(*) FROM outbox WHERE state = 'uncertain' AND author = 'caseworker'"
TRANSACTIONS = (
    "SELECT sum(xact_commit + xact_rollback) FROM pg_stat_database WHERE datname = 'data'"
)


@dataclass(frozen=True)
class MachinesPlan:
    """What is to happen."""

    kills: int = 5
    """Of each role."""
    pauses: int = 3
    """Of any machine, each of another length."""
    disconnects: int = 5
    """Times a connection to the database is ended by the server."""
    outages: int = 1
    """Times the primary stands still, a worker is cut off, and the standby is promoted."""
    people: int = 20
    workers: int = ROLES["worker"]
    seed: int = 1
    control: str = ""
    patience: float = CALM

    @property
    def updates(self) -> int:
        """How many things people do in all, those included that wait for each promotion."""
        return (
            UPDATES_PER_FAULT * len(self.faults)
            + WRITE_AFTER_PROMOTION * self.people * self.outages
        )

    @property
    def faults(self) -> list[tuple[str, str]]:
        """Return what is done to which role, in order: one kind after the other."""
        done = [("kill", role) for role in ROLES for _ in range(self.kills)]
        done += [("pause", str(PAUSES[it % len(PAUSES)])) for it in range(self.pauses)]
        done += [("connections", "")] * self.disconnects
        once = [("freeze", ""), ("cut", ""), ("promotion", "")]
        return done + [it for it in once for _ in range(self.outages)]


@dataclass
class MachinesFindings:
    """What was found."""

    kills: int = 0
    pauses: int = 0
    cuts: int = 0
    """Times a worker was cut off; 0 where no network could be made."""
    letters: int = 0
    """Letters that a caseworker wrote and the desk took."""
    letters_twice: int = 0
    letters_lost: int = 0
    letters_out_of_order: int = 0
    uncertain: int = 0
    """Letters of which staff are told that it is unknown whether they arrived."""
    repeated_allowed: int = 0
    """Letters that were under way when a leader ended or stood still."""
    ends: dict[str, list[int]] = field(default_factory=dict)
    """What processes ended with that were not killed, by machine."""
    stuck: str = ""
    answered_after_promotion: float = 0.0
    """Seconds, of the longest."""
    frozen_noticed_after: float = 0.0
    idle_transactions: float = 0.0
    """A second and process, while nobody writes."""


class PairOfServers:
    """The databases of the deployment: a primary and a standby, new ones after each promotion."""

    def __init__(self, pair: ServerPair, promotions: int, *, is_synchronous: bool) -> None:
        self.pair, self._is_synchronous = pair, is_synchronous
        folder = Path(pair.primary.data).parents[1]
        names = ("a", "b", *(f"machine_{number}" for number in range(promotions)))
        self._hosts = ",".join(str(folder / name / "data") for name in names)
        self._promoted = 0
        pair.wait_for_standby()
        if is_synchronous:
            pair.be_synchronous()

    def new_database(self, name: str) -> str:
        """Make a database and return its address, which leads to the server that takes writes."""
        self.pair.primary.run(f"CREATE DATABASE {name}")
        ways = f"host={self._hosts}&target_session_attrs=read-write"
        return f"postgresql://postgres:@/{name}?{ways}"

    def socket(self) -> str:
        """Return the socket of the server that takes writes."""
        return f"{self.pair.primary.data}/.s.PGSQL.5432"

    def ask(self, sql: str, name: str = "postgres") -> int:
        """Return the number in the first row of an answer."""
        row = self.pair.primary.run(sql, name)
        return int(str(row[0])) if row and row[0] is not None else 0

    def promote(self) -> None:
        """Kill the primary and have its standby take over; return once it takes writes.

        The standby is cut off before that: what was confirmed meanwhile did not wait for it.
        """
        self.pair.cut_off_standby()
        time.sleep(BEHIND)
        self.pair.primary.kill()
        self.pair.promote()

    def follow(self) -> None:
        """Give the server that took over a standby, for which each commit waits."""
        name = f"machine_{self._promoted}"
        self._promoted += 1
        self.pair.follow_standby(name)
        if self._is_synchronous:
            self.pair.be_synchronous(name)


@dataclass
class MachinesDrill:
    """One evening on several machines."""

    plan: MachinesPlan
    sandbox: Sandbox
    pair: PairOfServers
    disk: StoredDeployment
    machines: Machines
    crowd: ConcurrentWalkers
    staff: CaseworkerAtTwoDesks
    times: AnswerTimes
    network: NetworkNamespace | None
    """Where one of the workers is, if this machine lets a network be made."""
    found: MachinesFindings = field(default_factory=MachinesFindings)

    def __post_init__(self) -> None:
        self._dice = Random(f"{self.plan.seed} faults")

    async def run(self, tell: Callable[[int], None]) -> None:
        """Do everything that was planned while people and staff write."""
        faults = self.plan.faults
        for number, (kind, what) in enumerate(faults, 1):
            self.crowd.allowed += UPDATES_PER_FAULT
            self.times.during = f"{kind} {what}".strip()
            await self._ready(what)
            self._disturb()
            writing = asyncio.create_task(self.staff.write())
            await asyncio.sleep(self._dice.uniform(*BETWEEN))
            await getattr(self, f"_{kind}")(what)
            await writing
            tell(number)
        self.times.during = ""
        self.crowd.allowed = self.plan.updates

    def _disturb(self) -> None:
        """Let Telegram deliver some updates again, and be slow to answer the next letter."""
        for trouble in ("again", "twice"):
            setattr(self.sandbox.updates, trouble, self._dice.randint(0, REPEATED))
        self.sandbox.faults.add(
            FaultKind.SLOW, method="sendMessage", chat=self.staff.phone.id, times=1, seconds=SLOW
        )

    async def _ready(self, role: str) -> None:
        """Wait until all machines of a role run, and two of them have begun.

        So every kill meets a process and leaves another one: what is measured is a death, and not
        how long a start takes.
        """
        if role in ROLES:
            those = self.machines.of(role)
            await wait_for(lambda: all(it.is_alive for it in those), role)
            await wait_for(lambda: sum(it.has_begun for it in those) >= LEFT, role)

    async def _kill(self, role: str) -> None:
        if role == "leader":
            await self._letter_under_way()
        machine = self._dice.choice(self.machines.of(role))
        led = machine.leads
        machine.kill()
        self.found.kills += 1
        self._allow_repeats(led=led)

    def _allow_repeats(self, *, led: bool) -> None:
        if led:
            self.found.repeated_allowed += self.pair.ask(UNDER_WAY, DATA)

    async def _letter_under_way(self) -> None:
        """Wait until a letter has arrived of which Haven is not told yet."""
        before = len(self.staff.phone.bot_texts())
        with suppress(TimeoutError):
            await wait_for(lambda: len(self.staff.phone.bot_texts()) > before, "a letter", 2.0)

    async def _pause(self, seconds: str) -> None:
        self.found.pauses += 1
        machine = self._dice.choice(self.machines.all)
        pausing = asyncio.create_task(machine.pause(float(seconds)))
        await asyncio.sleep(0)  # until it stands still
        self._allow_repeats(led=machine.leads)
        await pausing

    async def _connections(self, _what: str) -> None:
        self.pair.ask(SOME_CONNECTIONS)

    async def _cut(self, _what: str) -> None:
        """Pull the cable of the worker that has a network of its own."""
        if self.network is not None:
            self.network.cut()
            await asyncio.sleep(CUT_OFF)
            self.network.mend()
            self.found.cuts += 1

    async def _freeze(self, _what: str) -> None:
        before, began = self.machines.said("database_silent"), time.monotonic()
        self.pair.pair.primary.freeze()
        thaw = asyncio.create_task(self._thaw())
        with suppress(TimeoutError):
            await wait_for(lambda: self.machines.said("database_silent") > before, "a log line")
            self.found.frozen_noticed_after = round(time.monotonic() - began, 1)
        await thaw

    async def _thaw(self) -> None:
        await asyncio.sleep(FROZEN)
        self.pair.pair.primary.thaw()

    async def _promotion(self, _what: str) -> None:
        self.crowd.allowed += 2 * self.plan.people
        await asyncio.to_thread(self.pair.promote)
        began, before = time.monotonic(), self.crowd.messages
        self.crowd.allowed += self.plan.people
        try:
            answered = lambda: self.crowd.messages > before + 1  # noqa: E731 - asked again and again
            await wait_for(answered, "an answer", self.plan.patience)
            took = round(time.monotonic() - began, 1)
            self.found.answered_after_promotion = max(self.found.answered_after_promotion, took)
        finally:
            await asyncio.to_thread(self.pair.follow)

    async def settle(self) -> None:
        """Wait until everything is handled and sent."""
        disk, patience = self.disk, self.plan.patience
        await wait_for(lambda: self.crowd.is_there, "people", patience)
        await wait_for(lambda: not self.sandbox.updates.pending_count, "updates", patience)
        await wait_for(lambda: not disk.waiting and not disk.on_the_way, "letters", patience)

    async def measure_idle(self, seconds: float) -> None:
        """Count the transactions of a time in which nobody writes."""
        await asyncio.sleep(2 * RETRY_SECONDS)  # after a promotion the server is heard again
        before = self.pair.ask(TRANSACTIONS)
        await asyncio.sleep(seconds)
        count = self.pair.ask(TRANSACTIONS) - before
        self.found.idle_transactions = round(count / seconds / len(self.machines.all), 2)


@asynccontextmanager
async def drilled(plan: MachinesPlan, folder: Path) -> AsyncIterator[MachinesDrill]:
    """Put everything up, with everyone at their place."""
    async with AsyncExitStack() as stack:
        sandbox = Sandbox(seed=plan.seed, keep_calls=1000)
        address = await stack.enter_async_context(serve(sandbox))
        is_synchronous = plan.control != ASYNCHRONOUS
        servers = stack.enter_context(server_pair())
        pair = PairOfServers(servers, plan.outages, is_synchronous=is_synchronous)
        databases = {"database_url": pair.new_database(DATA), "keys_url": pair.new_database("keys")}
        network = None
        if plan.outages and can_be_made():  # else none is cut off
            network = await stack.enter_async_context(network_namespace(pair.socket))
        given = {"telegram_token": TOKEN}
        if not is_synchronous:
            given["allow_async_standby"] = "yes"
        deployment = StartedDeployment(folder, address, **databases, **given)
        settings = deployment.settings | {"HAVEN_DESK_ORIGIN": deployment.desk}
        running = await stack.enter_async_context(
            machines(
                folder,
                settings,
                plan.control if is_synchronous else "",
                network,
                ROLES | {"worker": plan.workers},
            )
        )
        crowd = ConcurrentWalkers(sandbox, people=plan.people, acts=plan.updates, seed=plan.seed)
        staff = CaseworkerAtTwoDesks(
            deployment, running.desks(), sandbox.add_phone("Mali", language="en")
        )
        stack.push_async_callback(staff.client.close)
        times = AnswerTimes([it.phone for it in crowd.walkers])
        await wait_for(lambda: running.said("polling"), "a front", BEGINS)
        await staff.begin()
        reader = deployment.mei.who
        disk = StoredDeployment(folder / "data", folder / "key", **databases, reader=reader)
        drill = MachinesDrill(plan, sandbox, pair, disk, running, crowd, staff, times, network)
        tasks = [asyncio.create_task(it) for it in (crowd.walk(), times.watch())]
        stack.push_async_callback(asyncio.gather, *tasks, return_exceptions=True)
        for each in tasks:
            stack.callback(each.cancel)
        yield drill


async def run(
    plan: MachinesPlan, folder: Path, tell: Callable[[int], None] = lambda _: None
) -> tuple[MachinesFindings, DeliveryFindings, AnswerTimes]:
    """Do what was planned, and look at what is left."""
    async with drilled(plan, folder) as drill:
        try:
            await drill.run(tell)
            await drill.settle()
            if plan.outages:  # a whole drill, and not one of a test
                await drill.measure_idle(10.0)
        except (TimeoutError, httpx.TransportError) as error:
            drill.found.stuck = f"{type(error).__name__}: {error}"
        found, staff = drill.found, drill.staff
        found.letters, found.letters_twice = len(staff.taken), staff.twice()
        found.letters_lost, found.letters_out_of_order = staff.lost(), staff.out_of_order()
        drill.found.uncertain = drill.pair.ask(UNCERTAIN, DATA)
        drill.found.ends = drill.machines.ends
        return drill.found, judge(drill.disk, drill.crowd.walkers), drill.times


def faults_of(
    plan: MachinesPlan, found: MachinesFindings, kept: DeliveryFindings
) -> dict[str, object]:
    """Return everything that should not be.

    A letter that did not arrive is not lost if whoever wrote it is told that this is unknown.
    """
    names = ("letters_twice", "letters_out_of_order", "stuck")
    wrong = {name: value for name in names if (value := getattr(found, name))}
    if found.letters_lost > found.uncertain:
        wrong["letters_lost"] = found.letters_lost
    wrong |= {name: it for name, it in kept.faults.items() if name != "unsent"}
    if kept.unsent > found.uncertain:
        wrong["unsent"] = kept.unsent
    if kept.repeated > found.repeated_allowed:
        wrong["repeated"] = kept.repeated
    if plan.outages and found.answered_after_promotion > LATEST_AFTER_PROMOTION:
        wrong["answered_after_promotion"] = found.answered_after_promotion
    if plan.outages and not 0 < found.frozen_noticed_after <= LATEST_NOTICE:
        wrong["frozen_noticed_after"] = found.frozen_noticed_after
    if plan.outages and found.idle_transactions > MOST_IDLE:
        wrong["idle_transactions"] = found.idle_transactions
    return wrong


def drill(
    *, kills: int = 5, pauses: int = 3, disconnects: int = 5, outages: int = 1, control: str = "",
    tell: Callable[[int], None] = lambda _: None,
) -> dict[str, Any]:  # fmt: skip
    """Kill each role so often; return one row of figures, with what is wrong under `faults`."""
    plan = MachinesPlan(
        kills=kills, pauses=pauses, disconnects=disconnects, outages=outages, control=control
    )
    began = time.monotonic()
    found, kept, times = _carried_out(plan, tell)
    waits = {f"p99 {during or 'calm'}": times.part(during, 0.99) for during in sorted(times.waited)}
    faults = faults_of(plan, found, kept)
    row = asdict(found) | asdict(kept) | waits
    if not control:
        row["controls"] = [name for name in CONTROLS if name and is_noticed(name)]
        if unnoticed := {*CONTROLS} - {"", *row["controls"]}:
            faults["unnoticed"] = sorted(unnoticed)
    return row | {"faults": faults, "seconds": round(time.monotonic() - began, 1)}


def _carried_out(
    plan: MachinesPlan, tell: Callable[[int], None] = lambda _: None
) -> tuple[MachinesFindings, DeliveryFindings, AnswerTimes]:
    with TemporaryDirectory() as folder:
        return asyncio.run(run(plan, Path(folder), tell))


def is_noticed(control: str) -> bool:
    """Tell whether a short drill finds fault with a Haven that is broken on purpose."""
    outages = int(control == ASYNCHRONOUS)
    for seed in SEEDS:  # chance decides what a fault meets
        plan = MachinesPlan(
            kills=3, pauses=0, disconnects=0, outages=outages, people=FEW, seed=seed,
            control=control, patience=CONTROL_PATIENCE,
        )  # fmt: skip
        with suppress(TimeoutError):  # so broken that not even the caseworker could begin
            found, kept, _times = _carried_out(plan)
            if faults_of(plan, found, kept):
                return True
    return False


if __name__ == "__main__":
    sys.exit(run_command(drill, control=CONTROLS))
