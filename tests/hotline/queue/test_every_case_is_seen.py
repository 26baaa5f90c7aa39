"""In every state a case is in the lists, the workload and the alarms of all who must see it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from bot.cases.offices import CasePlace
from bot.cases.queries import load_queue
from bot.cases.routing import Queue
from bot.cases.state_machine import CaseAction, CaseState, Role
from bot.cases.urgency import Priority
from bot.clock import DAY
from bot.desks.web.queue import queries
from bot.desks.web.team.workload import workloads
from bot.hotline.chat.case_progress import CaseProgress, load_progress
from bot.hotline.erasure.requests import ErasureRequests
from bot.hotline.queue.snooze import Snoozes
from bot.hotline.queue.visibility import serves
from bot.hotline.staff.enrolment import Enrolment
from tests.support.database_fixtures import migrated_url, query
from tests.support.drill_length import drill_length
from tests.support.harnesses.hotline_harness import VAULT
from tests.support.harnesses.queue_harness import QueueHarness

if TYPE_CHECKING:
    from bot.hotline.events import Event
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work

ALL_QUEUES = tuple(it.value for it in Queue)
STAFF: dict[str, dict[str, Any]] = {
    "mei": {"queues": ALL_QUEUES[:2]},
    "ana": {"queues": ALL_QUEUES[1:], "languages": ("vi",)},
    "lin": {"role": Role.SUPERVISOR, "queues": ()},
    "wu": {"role": Role.ADMINISTRATOR, "queues": (), "there": False},
    "eko": {"role": Role.AUDITOR, "queues": ALL_QUEUES},
}
LEAVING = ("mei", "ana")
names = st.sampled_from(sorted(STAFF))
MOVES = (
    CaseAction.WORK, CaseAction.RELEASE, CaseAction.CLOSE, CaseAction.REFER, CaseAction.REOPEN,
    CaseAction.NOTE, CaseAction.LOWER, CaseAction.RAISE,
)  # fmt: skip
ROWS = "SELECT id, reference, status, holder, queue, due_at, alerts FROM cases"
REFERRAL = (
    "INSERT INTO referrals (id, case_id, recipient, state, sealed, offered_by, offered_at, sent_at)"
    " VALUES ('{case}', '{case}', 'legal_aid', 'sent', '', 'mei', 1, 2)"
)
HELD = frozenset({CaseState.CLAIMED, CaseState.OPEN, CaseState.REFERRED})
NEXT_STEPS = {
    CaseState.WAITING: {"waiting"},
    CaseState.REOPENED: {"waiting"},
    CaseState.CLAIMED: {"held", "yours"},
    CaseState.OPEN: {"open", "yours"},
    CaseState.REFERRED: {"referred", "taken_back"},
    CaseState.CLOSED: {"closed"},
}


@dataclass(frozen=True)
class Row:
    """A case as it stands in the database."""

    case: str
    reference: str
    status: str
    holder: str | None
    queue: str
    due_at: int | None
    alerts: int

    @property
    def is_held(self) -> bool:
        return self.status in HELD


class Office(RuleBasedStateMachine):
    """Cases come, are claimed, referred, snoozed, closed; consent is taken back; staff leave."""

    kind: ClassVar[str] = "sqlite"
    cases = Bundle("cases")

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.line = QueueHarness(migrated_url(self.kind, Path(self.folder.name)))
        self.ids: dict[str, str] = {}
        self.sent: set[str] = set()
        """Cases with a referral that was sent and stands."""

    def teardown(self) -> None:
        asyncio.run(self.line.database.close())
        self.folder.cleanup()

    # --- What happens ------------------------------------------------------------------------

    @initialize()
    def staff_come(self) -> None:
        self.ids = {name: self.line.add_caseworker(name, **STAFF[name]).id for name in STAFF}

    @rule(
        target=cases, priority=st.sampled_from(Priority), queue=st.sampled_from(ALL_QUEUES),
        language=st.sampled_from(["id", "vi", "km"]),
    )  # fmt: skip
    def comes(self, priority: Priority, queue: str, language: str) -> str:
        return self.line.add_waiting_case(priority, queue, language)

    @rule(name=names, case=cases)
    def is_claimed(self, name: str, case: str) -> None:
        self.line.claims_this(self.who(name), case)

    @rule(name=names, case=cases, verb=st.sampled_from(MOVES))
    def is_moved(self, name: str, case: str, verb: CaseAction) -> None:
        moved = self.line.moves(self.who(name), case, verb, reason="why")
        if verb is CaseAction.REFER and moved is CaseState.REFERRED and case not in self.sent:
            self.run_sql(f"DELETE FROM referrals WHERE case_id = '{case}'")  # noqa: S608
            self.run_sql(REFERRAL.format(case=case))
            self.sent.add(case)

    @rule(case=cases)
    def is_referred_by_its_holder(self, case: str) -> None:
        row = self.row(case)
        if row.is_held:
            self.is_moved(self.name_of(row.holder), case, CaseAction.WORK)
            self.is_moved(self.name_of(row.holder), case, CaseAction.REFER)

    @rule(case=cases)
    def consent_is_taken_back(self, case: str) -> None:
        self.run_sql(f"UPDATE referrals SET state = 'revoked' WHERE case_id = '{case}'")  # noqa: S608
        self.sent.discard(case)

    @rule(case=cases)
    def person_withdraws(self, case: str) -> None:
        """Ask for everything of the chat to be erased: until it is, staff must see the case."""
        ((key,),) = query(self.line.database, f"SELECT chat_key FROM cases WHERE id = '{case}'")  # noqa: S608
        requests = ErasureRequests(self.line.audit)
        asked = self.line.run(lambda work: requests.request(work, key, self.line.now, ()))
        assert case in asked

    @rule(case=cases, days=st.integers(1, 3))
    def is_snoozed(self, case: str, days: int) -> None:
        holder, until = self.row(case).holder, self.line.now + days * DAY
        if holder and self.row(case).is_held:
            self.line.run(lambda work: Snoozes.snooze(work, case, until, holder))

    @rule(case=cases)
    def is_answered(self, case: str) -> None:
        if self.row(case).is_held:
            self.line.answers(case)

    @rule(case=cases)
    def person_writes(self, case: str) -> None:
        self.line.writes(case)

    @rule(name=names, on=st.booleans())
    def duty_changes(self, name: str, on: bool) -> None:
        self.line.run(lambda work: self.line.staff.set_duty(work, self.ids[name], on=on))

    @rule(name=st.sampled_from(LEAVING))
    def leaves_for_good(self, name: str) -> None:
        enrolment = Enrolment(VAULT, self.line.claims, self.line.audit)
        self.line.run(lambda work: enrolment.disable(work, self.line.now, self.ids[name]))

    @rule(minutes=st.sampled_from([1, 20, 300, 6000]))
    def time_passes(self, minutes: int) -> None:
        self.line.passes(minutes)
        events = [event for event in self.line.looks() if event.code == "late"]
        for row in self.rows():
            if row.due_at is not None and row.due_at <= self.line.now:
                self.alarms_reach(row, [it for it in events if it.case == row.case])

    def alarms_reach(self, row: Row, events: list[Event]) -> None:
        """Every overdue case has been alarmed, and this alarm reaches who must hear of it."""
        assert row.alerts > 0
        for event in events:
            staff = {it.id: it for it in self.staff()}
            holder = staff.get(row.holder or "")
            on_duty = [it for it in staff.values() if it.is_active and it.is_on_duty]
            serving = [
                it for it in on_duty if it.role is not Role.AUDITOR and row.queue in it.queues
            ]
            assert event.to  # a supervisor is always reached
            assert holder is None or not holder.is_active or holder.id in event.to
            assert not serving or {it.id for it in serving} & set(event.to)

    # --- What is true all the time -----------------------------------------------------------

    @invariant()
    def all_who_serve_a_queue_find_its_cases(self) -> None:
        for by in self.staff():
            if not by.is_active or by.role is Role.AUDITOR:
                continue
            listed = {tab: self.listed(by, tab) for tab in ("all", "waiting", "mine", "later")}
            for row in self.rows():
                waits = row.status in {CaseState.WAITING, CaseState.REOPENED}
                if row.status != CaseState.CLOSED and serves(
                    by, CasePlace(row.queue, None, None), self.line.now
                ):
                    assert row.case in listed["all"]
                    assert (row.case in listed["waiting"]) is waits
                is_mine = row.is_held and row.holder == by.id
                assert (row.case in listed["mine"] | listed["later"]) is is_mine
                assert row.case not in listed["mine"] & listed["later"]

    @invariant()
    def the_workload_has_every_case_with_a_holder(self) -> None:
        loads = self.line.run(lambda work: workloads(work, self.line.staff, self.line.now))
        shown = {(it.by.id, case.reference) for it in loads for case in it.cases}
        assert shown == {(row.holder, row.reference) for row in self.rows() if row.is_held}

    @invariant()
    def the_queue_at_the_terminal_has_every_open_case(self) -> None:
        shown = {it.reference for it in self.line.database.read(load_queue)}
        assert shown == {row.reference for row in self.rows() if row.status != "closed"}

    @invariant()
    def nobody_who_left_holds_a_case(self) -> None:
        gone = {it.id for it in self.staff() if not it.is_active}
        assert [row for row in self.rows() if row.is_held and row.holder in gone] == []

    @invariant()
    def where_it_stands_is_what_is_so(self) -> None:
        for row in self.rows():
            progress = self.progress_of(row.case)
            assert progress is not None
            assert progress.next_step in NEXT_STEPS[CaseState(row.status)]
            looks = row.status == "referred" and row.case in self.sent
            assert (progress.next_step == "referred") is looks

    # --- How it is looked up -----------------------------------------------------------------

    def listed(self, by: Caseworker, tab: str) -> set[str]:
        wanted = queries.ListQuery(by, tab, self.line.now)
        return self.line.run(lambda work: set(queries.find_cases(work, wanted)))

    def progress_of(self, case: str) -> CaseProgress | None:
        return self.line.run(lambda work: load_progress(work, case))

    def run_sql(self, sql: str) -> None:
        query(self.line.database, sql + " RETURNING case_id")

    def staff(self) -> list[Caseworker]:
        return self.line.run(self.line.staff.all)

    def who(self, name: str) -> Caseworker:
        def find(work: Work) -> Caseworker:
            found = self.line.staff.find(work, self.ids[name])
            assert found is not None
            return found

        return self.line.run(find)

    def name_of(self, who: str | None) -> str:
        return next(name for name, number in self.ids.items() if number == who)

    def rows(self) -> list[Row]:
        return [Row(*row) for row in query(self.line.database, ROWS)]

    def row(self, case: str) -> Row:
        return next(row for row in self.rows() if row.case == case)


class OfficeOnPostgreSQL(Office):
    """The same on the other database."""

    kind = "postgresql"


about: dict[str, Any] = {
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}
TestOffice = Office.TestCase
TestOffice.settings = settings(max_examples=drill_length(4, 40), stateful_step_count=30, **about)
TestOfficeOnPostgreSQL = OfficeOnPostgreSQL.TestCase
TestOfficeOnPostgreSQL.settings = settings(
    max_examples=drill_length(1, 4), stateful_step_count=30, **about
)


@pytest.mark.both_databases
@pytest.mark.parametrize("queue", Queue)
def test_a_referred_case_stays_in_lists_workload_and_alarms(
    queue_harness: QueueHarness, queue: Queue
) -> None:
    mei = queue_harness.add_caseworker(queues=(queue.value,))
    case = queue_harness.add_waiting_case(Priority.WITHIN_A_DAY, queue.value)
    queue_harness.claims_this(mei, case)
    queue_harness.works(case)
    assert queue_harness.moves(mei, case, CaseAction.REFER) is CaseState.REFERRED
    (load,) = queue_harness.run(lambda work: workloads(work, queue_harness.staff, 0))
    assert len(load.cases) == 1
    assert load.load == 0  # a referred case leaves room for another chat
    wanted = queries.ListQuery(mei, queries.MINE, queue_harness.now)
    assert queue_harness.run(lambda work: queries.find_cases(work, wanted)) == [case]
    queue_harness.passes(16)
    assert [event.to for event in queue_harness.looks()] == [(mei.id,)]


def test_a_referred_case_of_a_colleague_who_left_waits_in_the_queue_again(
    queue_harness: QueueHarness,
) -> None:
    mei, case = queue_harness.add_caseworker(), queue_harness.add_waiting_case()
    queue_harness.claims_this(mei, case)
    queue_harness.works(case)
    queue_harness.moves(mei, case, CaseAction.REFER)
    enrolment = Enrolment(VAULT, queue_harness.claims, queue_harness.audit)
    assert queue_harness.run(lambda work: enrolment.disable(work, queue_harness.now, mei.id)) == [
        case
    ]
    assert queue_harness.state(case) == CaseState.REOPENED
