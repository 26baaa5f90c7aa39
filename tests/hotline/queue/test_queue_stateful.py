"""Whatever people and caseworkers do in whatever order, the queue and the audit log agree."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from bot.cases.state_machine import ActionRefusal, CaseAction, Role
from bot.cases.urgency import Priority
from bot.hotline.queue.claims import Claimed
from bot.vault.audit.log import AuditHead, iter_rows
from tests.support.database_fixtures import migrated_url, query
from tests.support.drill_length import drill_length
from tests.support.harnesses.queue_harness import QueueHarness

if TYPE_CHECKING:
    from bot.hotline.staff.staff import Caseworker

STAFF = {
    "mei": {"most": 2},
    "ana": {"queues": ("labour", "trafficking"), "languages": ("vi",), "most": 3},
    "lin": {"role": Role.SUPERVISOR, "queues": (), "most": 2},
    "eko": {"role": Role.AUDITOR},
}
names = st.sampled_from(sorted(STAFF))
MOVES = (
    CaseAction.RELEASE,
    CaseAction.CLOSE,
    CaseAction.REFER,
    CaseAction.REOPEN,
    CaseAction.NOTE,
    CaseAction.LOWER,
    CaseAction.RAISE,
)
ROWS = "SELECT id, status, holder, claimed_at, worked_at, due_at, priority, alerts FROM cases"
TOLD = "SELECT actor, deed, subject, detail FROM audit ORDER BY id"


@dataclass(frozen=True)
class Row:
    """A case as it stands in the database."""

    case: str
    status: str
    holder: str | None
    claimed_at: int | None
    worked_at: int | None
    due_at: int | None
    priority: int
    alerts: int


class Evening(RuleBasedStateMachine):
    """Cases come, are claimed, passed on, forgotten and closed."""

    kind: ClassVar[str] = "sqlite"
    cases = Bundle("cases")

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.line = QueueHarness(migrated_url(self.kind, Path(self.folder.name)))
        self.staff: dict[str, Caseworker] = {}

    def teardown(self) -> None:
        verified = self.line.audit.verify(iter_rows(self.line.database.writer))
        assert isinstance(verified, AuditHead)
        self.line.database.writer.close()
        self.folder.cleanup()

    # --- What happens ------------------------------------------------------------------------

    @initialize()
    def everybody_comes(self) -> None:
        self.staff = {name: self.line.add_caseworker(name, **STAFF[name]) for name in STAFF}

    @rule(
        target=cases,
        priority=st.sampled_from(Priority),
        queue=st.sampled_from(["trafficking", "labour"]),
        language=st.sampled_from(["id", "vi"]),
    )
    def somebody_sends(self, priority: Priority, queue: str, language: str) -> str:
        return self.line.add_waiting_case(priority, queue, language)

    def check_room(self, name: str, before: int, taken: Claimed) -> None:
        """Only a person in danger is taken beyond the limit, and then it is said."""
        most, priority = self.staff[name].most, self.row(taken.case).priority
        assert before < most or priority == Priority.EMERGENCY
        assert taken.above_limit == (most if before >= most else 0)

    @rule(name=names)
    def claims_next(self, name: str) -> None:
        before = self.load(name)
        taken = self.line.claims_next(self.staff[name])
        if isinstance(taken, Claimed):
            self.check_room(name, before, taken)
            assert self.row(taken.case).holder == self.staff[name].id

    @rule(name=names, case=cases)
    def claims(self, name: str, case: str) -> None:
        before, was = self.load(name), self.row(case)
        taken = self.line.claims_this(self.staff[name], case)
        if isinstance(taken, Claimed):
            self.check_room(name, before, taken)
            assert was.status in {"waiting", "reopened"}
            assert self.row(case).holder == self.staff[name].id
        else:
            assert self.row(case) == was

    @rule(name=names, case=cases, verb=st.sampled_from(MOVES), why=st.sampled_from(["", "why"]))
    def moves(self, name: str, case: str, verb: CaseAction, why: str) -> None:
        was = self.row(case)
        moved = self.line.moves(self.staff[name], case, verb, reason=why)
        if isinstance(moved, ActionRefusal):
            assert self.row(case) == was
        else:
            assert self.row(case).status == moved.value

    @rule(name=names, case=cases, to=names)
    def passes_on(self, name: str, case: str, to: str) -> None:
        was, before = self.row(case), self.load(to)
        moved = self.line.passes_on(self.staff[name], case, self.staff[to])
        if isinstance(moved, ActionRefusal):
            assert self.row(case) == was
        else:
            assert before < self.staff[to].most
            assert self.row(case).holder == self.staff[to].id != was.holder

    @rule(case=cases)
    def answers(self, case: str) -> None:
        if self.row(case).holder and self.row(case).status in {"held", "open", "referred"}:
            self.line.answers(case)

    @rule(case=cases)
    def writes(self, case: str) -> None:
        self.line.writes(case)

    @rule(name=names)
    def goes_home(self, name: str) -> None:
        who = self.staff[name]
        self.line.run(lambda work: self.line.claims.end_shift(work, who, self.line.now))

    @rule(minutes=st.sampled_from([1, 5, 20, 300]))
    def time_passes(self, minutes: int) -> None:
        self.line.passes(minutes)
        late = {row.case for row in self.rows() if row.due_at and row.due_at <= self.line.now}
        heard = {event.case for event in self.line.looks() if event.code == "late"}
        assert heard <= late
        told = {row.case: row.alerts for row in self.rows()}
        assert all(told[case] > 0 for case in late)

    # --- What is true all the time -----------------------------------------------------------

    @invariant()
    def whoever_waits_is_held_by_nobody_and_has_a_clock_that_runs(self) -> None:
        for row in self.rows():
            if row.status in {"waiting", "reopened"}:
                assert row.holder is row.claimed_at is row.worked_at is None
                assert row.due_at is not None
            else:
                assert row.holder
            assert (row.status == "held") <= (row.worked_at is None)
            assert (row.status == "open") <= (row.worked_at is not None)
            assert (row.status == "closed") <= (row.due_at is None)

    @invariant()
    def the_audit_log_tells_who_holds_what(self) -> None:
        holders: dict[str, str] = {}
        for actor, deed, case, detail in query(self.line.database, TOLD):
            if deed == "claim":
                assert case not in holders
                holders[case] = actor
            elif deed == "transfer":
                # Whoever supervises may give somebody what nobody has claimed.
                assert case in holders or actor == self.staff["lin"].id
                holders[case] = detail
            elif deed in {"release", "lapse", "reopen"}:
                del holders[case]
        assert holders == {row.case: row.holder for row in self.rows() if row.holder}

    # --- How it is looked up -----------------------------------------------------------------

    def rows(self) -> list[Row]:
        return [Row(*row) for row in query(self.line.database, ROWS)]

    def row(self, case: str) -> Row:
        return next(row for row in self.rows() if row.case == case)

    def load(self, name: str) -> int:
        who = self.staff[name].id
        mine = [row for row in self.rows() if row.holder == who and row.status in {"held", "open"}]
        return sum(1 + (row.priority == Priority.EMERGENCY) for row in mine)


class EveningOnPostgreSQL(Evening):
    """The same on the other database."""

    kind = "postgresql"


about: dict[str, Any] = {
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}
TestEvening = Evening.TestCase
TestEvening.settings = settings(max_examples=drill_length(3, 15), stateful_step_count=40, **about)
TestEveningOnPostgreSQL = EveningOnPostgreSQL.TestCase
TestEveningOnPostgreSQL.settings = settings(
    max_examples=drill_length(1, 4), stateful_step_count=40, **about
)
