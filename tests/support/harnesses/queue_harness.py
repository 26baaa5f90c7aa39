"""A queue with people in it and colleagues before it; time stands still until it is moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from bot.cases.intake import CaseOpening, Intake
from bot.cases.response_times import ResponseTimes
from bot.cases.sealed_fields import keep_everything
from bot.cases.state_machine import CaseAction, Role
from bot.cases.urgency import Priority
from bot.clock import MINUTE
from bot.hotline.queue import case_status
from bot.hotline.queue.alerts import QueueMonitor
from bot.hotline.queue.claims import Claims
from bot.hotline.queue.sla import ReplyClocks
from bot.hotline.staff.staff import Staff
from bot.store.database import Database
from bot.vault.audit.log import AuditLog
from tests.support.database_fixtures import query
from tests.support.harnesses.hotline_harness import BOT, VAULT
from tests.support.moved_clock import MIDDAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.cases.response_times import ResponseTimeSource
    from bot.cases.state_machine import CaseState
    from bot.hotline.events import Event
    from bot.hotline.queue.claims import ClaimResult
    from bot.hotline.staff.opening_hours import OpeningHours
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work

T = TypeVar("T")
CHAT = 5_000_000_001


class QueueHarness:
    """Everything between a case in the queue and whoever answers for it."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self.now = MIDDAY
        self.staff, self.audit, self.promises = Staff(VAULT), AuditLog(VAULT), ReplyClocks()
        self.claims = Claims(self.audit, self.promises)
        self.watch = QueueMonitor(self.staff, self.claims, self.promises.times, self.audit)
        self.intake = Intake(VAULT, BOT, answer_filter=keep_everything)
        self._people = 0

    def count_hours(self, hours: OpeningHours) -> None:
        """Count reply times in opening hours from now on."""
        self.count_times(ResponseTimes(hours=hours))

    def count_times(self, times: ResponseTimeSource) -> None:
        """Count other reply times from now on."""
        self.promises = ReplyClocks(times)
        self.claims = Claims(self.audit, self.promises)
        self.watch = QueueMonitor(self.staff, self.claims, times, self.audit)
        self.intake = Intake(VAULT, BOT, times, keep_everything)

    def run(self, unit: Callable[[Work], T]) -> T:
        return self.database.writer.run_sync(unit)

    def passes(self, minutes: float) -> None:
        self.now += int(minutes * MINUTE)

    # --- Who is there ------------------------------------------------------------------------

    def add_waiting_case(
        self,
        priority: Priority = Priority.STANDARD,
        queue: str = "trafficking",
        language: str = "id",
    ) -> str:
        """Put a case into the queue, and return its id."""
        self._people += 1
        chat = CHAT + self._people

        def unit(work: Work) -> str:
            case = self.intake.open_case(
                work,
                CaseOpening(
                    "report", language, VAULT.chat_key(BOT, chat), chat, {}, priority, self.now
                ),
            )
            case.queue = queue
            self.intake.store(work, [case], [])
            return case.id

        return self.run(unit)

    def add_caseworker(self, name: str = "Mei", *, there: bool = True, **given: Any) -> Caseworker:
        """Enrol a caseworker; Indonesian and trafficking unless said otherwise."""
        about = {
            "role": Role.CASEWORKER,
            "title": "caseworker",
            "languages": ("id",),
            "queues": ("trafficking",),
            "most": 100,
            **given,
        }

        def unit(work: Work) -> Caseworker:
            new = self.staff.add(work, self.now, name=name, **about)
            self.staff.set_duty(work, new.id, on=there)
            return self.seen(work, new)

        return self.run(unit)

    def seen(self, work: Work, who: Caseworker) -> Caseworker:
        found = self.staff.find(work, who.id)
        assert found is not None
        return found

    def rests(self, who: Caseworker, minutes: int) -> Caseworker:
        def unit(work: Work) -> Caseworker:
            self.staff.rest(work, who.id, self.now + minutes * MINUTE)
            return self.seen(work, who)

        return self.run(unit)

    # --- What they do ------------------------------------------------------------------------

    def claims_next(self, who: Caseworker) -> ClaimResult:
        return self.run(lambda work: self.claims.claim_next(work, who, self.now))

    def claims_this(self, who: Caseworker, case: str) -> ClaimResult:
        return self.run(lambda work: self.claims.claim(work, case, who, self.now))

    def moves(self, who: Caseworker | None, case: str, verb: CaseAction, **said: str) -> Any:
        return self.run(lambda work: self.claims.move(work, case, verb, self.now, who, **said))

    def passes_on(self, who: Caseworker, case: str, to: Caseworker) -> Any:
        return self.run(lambda work: self.claims.transfer(work, case, to, self.now, who))

    def works(self, case: str) -> None:
        """Let the holder of a case, if there is one, work on it."""

        def work_on(work: Work) -> None:
            status = case_status.load(work, case)
            holder = self.staff.find(work, status.holder) if status and status.holder else None
            if holder is not None:
                self.claims.move(work, case, CaseAction.WORK, self.now, holder)

        self.run(work_on)

    def answers(self, case: str) -> None:
        """Let whoever holds a case answer the person."""
        self.works(case)
        self.run(lambda work: self.promises.caseworker_answered(work, case, self.now))

    def writes(self, case: str) -> None:
        """Let the person write."""
        self.run(lambda work: self.promises.person_wrote(work, case, self.now))

    def looks(self) -> list[Event]:
        return self.run(lambda work: self.watch.check(work, self.now))

    # --- What is there afterwards ------------------------------------------------------------

    def of(self, case: str, *columns: str) -> Any:
        """Return what stands in a case's row: one value, or several."""
        sql = f"SELECT {', '.join(columns)} FROM cases WHERE id = '{case}'"  # noqa: S608 - ours
        (row,) = query(self.database, sql)
        return row if len(columns) > 1 else row[0]

    def state(self, case: str) -> CaseState:
        return self.of(case, "status")  # type: ignore[no-any-return]

    def told(self, case: str) -> list[tuple[str, str, str]]:
        """Return what the audit log says of a case: who, what, which."""
        rows = self.run(lambda work: self.audit.rows_about(work, case))
        return [(row.actor, row.action, row.detail) for row in rows]

    def due_in(self, case: str) -> float | None:
        """Return the minutes until the promised moment; none while the person is waited for."""
        due = self.of(case, "due_at")
        return None if due is None else (due - self.now) / MINUTE
