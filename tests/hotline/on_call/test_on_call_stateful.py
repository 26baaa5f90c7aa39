"""Whatever staff and emergencies do, one who waits is called for, and an end is an end."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from bot.cases.offices import CasePlace
from bot.cases.state_machine import Role
from bot.cases.urgency import Priority
from bot.clock import SECOND
from bot.hotline.on_call import alarms as on_call
from bot.hotline.on_call.roster import CallChannel, OnCallRoster, OnCallSettings
from bot.hotline.queue.visibility import serves
from tests.support.database_fixtures import migrated_url, query
from tests.support.drill_length import drill_length
from tests.support.harnesses.hotline_harness import VAULT
from tests.support.harnesses.queue_harness import QueueHarness

if TYPE_CHECKING:
    from bot.store.writer import Work

STAFF: dict[str, dict[str, Any]] = {
    "mei": {"account": 1},
    "ana": {"account": 2, "queues": ("labour",)},
    "lin": {"role": Role.SUPERVISOR, "queues": ()},
}
names = st.sampled_from(sorted(STAFF))
CHECK = 5 * SECOND
LOST = 3
"""Checks in a row after which one who waits must have been called for."""
CASES = "SELECT id, status, holder, priority, due_at FROM cases"
ALARMS = (
    "SELECT case_id, since, acknowledged_at, told_at FROM on_call_alarms WHERE ended_at IS NULL"
)


class Night(RuleBasedStateMachine):
    """Emergencies come, caseworkers go on and off duty and on and off call; channels fail."""

    kind: ClassVar[str] = "sqlite"
    cases = Bundle("cases")

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.line = QueueHarness(migrated_url(self.kind, Path(self.folder.name)))
        self.roster = OnCallRoster(
            VAULT, ZoneInfo("Asia/Taipei"), [CallChannel.TELEGRAM, CallChannel.EMAIL]
        )
        self.alarms = on_call.OnCallAlarms(self.roster, self.line.staff, self.line.audit)
        self.staff: dict[str, Any] = {}
        self.waits: Counter[str] = Counter()
        self.told: Counter[str] = Counter()
        self.broken: set[str] = set()

    def teardown(self) -> None:
        self.line.database.writer.close()
        self.folder.cleanup()

    @initialize()
    def staff_come(self) -> None:
        for name, how in STAFF.items():
            self.staff[name] = self.line.add_caseworker(name, there=False, **how)

    @rule(
        target=cases, priority=st.sampled_from([Priority.EMERGENCY, Priority.STANDARD]),
        queue=st.sampled_from(["trafficking", "labour"]),
    )  # fmt: skip
    def comes(self, priority: Priority, queue: str) -> str:
        return self.line.add_waiting_case(priority, queue)

    @rule(name=names, on=st.booleans())
    def duty(self, name: str, on: bool) -> None:
        who = self.staff[name].id
        self.line.run(lambda work: self.line.staff.set_duty(work, who, on=on))

    @rule(name=names, channels=st.permutations(list(CallChannel)), position=st.integers(1, 3))
    def goes_on_call(self, name: str, channels: list[CallChannel], position: int) -> None:
        who, how = self.staff[name].id, OnCallSettings(tuple(channels), "a@example.org")
        self.line.run(lambda work: self.roster.set(work, who, position, how, self.line.now))

    @rule(gap=st.integers(1, 4), name=names)
    def two_emergencies_come_one_after_the_other(self, gap: int, name: str) -> None:
        self.goes_on_call(name, list(CallChannel), 1)
        for _ in range(2):
            self.comes(Priority.EMERGENCY, "trafficking")
            self.time_passes(gap)

    @rule(name=names)
    def goes_off_call(self, name: str) -> None:
        self.line.run(lambda work: self.roster.remove(work, self.staff[name].id))

    @rule(case=cases, name=names)
    def is_claimed(self, case: str, name: str) -> None:
        self.line.claims_this(self.staff[name], case)

    @rule(case=cases)
    def is_answered(self, case: str) -> None:
        if self.holder_of(case):
            self.line.answers(case)

    @rule(case=cases)
    def person_writes(self, case: str) -> None:
        self.line.writes(case)

    @rule(channel=st.sampled_from(list(CallChannel)), works=st.booleans())
    def channel_changes(self, channel: CallChannel, works: bool) -> None:
        (self.broken.discard if works else self.broken.add)(channel.value)

    @rule(name=names)
    def is_seen(self, name: str) -> None:
        who = self.staff[name].id
        self.line.run(lambda work: self.alarms.acknowledge(work, who, self.line.now))
        assert [row for row in self.running() if row[2] is None] == []
        self.waits.clear()

    @rule(checks=st.integers(1, 30))
    def time_passes(self, checks: int) -> None:
        for _ in range(checks):
            self.line.now += CHECK
            self.check()

    def check(self) -> None:
        def unit(work: Work) -> on_call.AlarmResult:
            result = self.alarms.check(work, self.line.now)
            for call in result.calls:
                self.alarms.store_call(work, call, None, self.line.now)
            return result

        people = self.line.run(lambda work: self.roster.available(work, self.line.now))
        result = self.line.run(unit)
        for call in result.calls:  # the network answers at once
            state = "failed" if call.channel.value in self.broken else "sent"
            query(
                self.line.database,
                f"UPDATE on_call_calls SET state = '{state}' WHERE state = 'queued' "  # noqa: S608
                f"AND channel = '{call.channel.value}' RETURNING id",
            )
        self.told.update(result.untold)
        assert all(count == 1 for count in self.told.values())
        self.alarms_are_what_is_so()
        calls = query(self.line.database, "SELECT max(at) FROM on_call_calls")[0][0] or 0
        for case, since, acknowledged_at, told_at in self.running():
            waits = acknowledged_at is None and bool(people) and calls < since
            self.waits[case] = self.waits[case] + 1 if waits else 0
            assert self.waits[case] < LOST
            if acknowledged_at is None and self.line.now - since >= 65 * SECOND:
                assert told_at is not None or self.holder_of(case)

    def alarms_are_what_is_so(self) -> None:
        on_duty = [it for it in self.line.run(self.line.staff.all) if it.is_on_duty]
        expected = set()
        queues = dict(query(self.line.database, "SELECT id, queue FROM cases"))
        for case, status, holder, priority, due_at in self.rows():
            if priority != 0 or due_at is None or status == "closed":
                continue
            place = CasePlace(queues[case], None, None)
            serving = [
                it for it in on_duty if (it.id == holder if holder else serves(it, place, 0))
            ]
            if due_at <= self.line.now or not serving:
                expected.add(case)
        assert {row[0] for row in self.running()} == expected

    @invariant()
    def a_call_names_only_staff_and_channel(self) -> None:
        known = {it.id for it in self.staff.values()}
        rows = query(self.line.database, "SELECT staff_id, channel FROM on_call_calls")
        assert all(who in known and channel in set(CallChannel) for who, channel in rows)

    def holder_of(self, case: str) -> str | None:
        holder: str | None = {it[0]: it[2] for it in self.rows()}[case]
        return holder

    def rows(self) -> list[tuple[Any, ...]]:
        return query(self.line.database, CASES)

    def running(self) -> list[tuple[Any, ...]]:
        return query(self.line.database, ALARMS)


class NightOnPostgreSQL(Night):
    """The same on the other database."""

    kind = "postgresql"


about: dict[str, Any] = {
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}
TestNight = Night.TestCase
TestNight.settings = settings(max_examples=drill_length(3, 30), stateful_step_count=25, **about)
TestNightOnPostgreSQL = NightOnPostgreSQL.TestCase
TestNightOnPostgreSQL.settings = settings(
    max_examples=drill_length(1, 4), stateful_step_count=25, **about
)
