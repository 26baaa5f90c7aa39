"""Offices as they are stored, and what each of their caseworkers is given."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.cases.intake import CaseOpening, Intake
from bot.cases.offices import CasePlace, Office, OfficePlan
from bot.cases.state_machine import ActionRefusal, CaseState, Role
from bot.cases.urgency import Priority
from bot.clock import MINUTE
from bot.conversation import PlaceAnswer
from bot.hotline.queue import case_status
from bot.hotline.queue.claims import IN_THAT_OFFICE, NOT_YOUR_QUEUE, Claimed
from bot.hotline.queue.visibility import serves
from bot.hotline.staff.offices import Offices
from bot.hotline.staff.service_hours import ServiceHours
from bot.settings import Settings
from tests.support.harnesses.hotline_harness import BOT, VAULT

if TYPE_CHECKING:
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from tests.support.harnesses.queue_harness import QueueHarness

pytestmark = pytest.mark.both_databases
TAIPEI = Office("", {"en": "Taipei", "zh_Hant": "台北"}, ("TPE",))
SOUTH = Office("", {"en": "South"}, ("KHH",))


class TwoOffices:
    """A queue with two offices, the first of which is the default."""

    def __init__(self, line: QueueHarness) -> None:
        self.line = line
        self.chief = line.add_caseworker("Chief", role=Role.SUPERVISOR, there=False)
        self.store = Offices(VAULT, ServiceHours(Settings(), VAULT))
        self.intake = Intake(VAULT, BOT, offices=self.store)
        self.taipei, self.south = self.add(TAIPEI), self.add(SOUTH)
        self._chats = 7_000_000_000

    def add(self, office: Office) -> str:
        by, now = self.chief.id, self.line.now
        return self.line.run(lambda work: self.store.add(work, office, by, now)).id

    def plan(self) -> OfficePlan:
        return self.line.run(self.store.plan)

    def caseworker(self, name: str, *offices: str, **given: Any) -> Caseworker:
        return self.line.add_caseworker(name, offices=offices, **given)

    def case(self, county: str = "", priority: Priority = Priority.STANDARD) -> str:
        """Have a person of a county report, and return the case."""
        self._chats += 1
        answers = {"county": PlaceAnswer(county=county)} if county else {}
        key = VAULT.chat_key(BOT, self._chats)
        opening = CaseOpening("report", "id", key, self._chats, answers, priority, self.line.now)

        def store(work: Work) -> str:
            case = self.intake.open_case(work, opening)
            self.intake.store(work, [case], [])
            return case.id

        return self.line.run(store)

    def place(self, case: str) -> CasePlace:
        found = self.line.run(lambda work: case_status.load(work, case))
        assert found is not None
        return found.place

    def passes_on(self, by: Caseworker, case: str, office: str) -> CaseState | ActionRefusal:
        now = self.line.now
        return self.line.run(lambda work: self.line.claims.pass_on(work, case, office, now, by))


@pytest.fixture
def two(queue_harness: QueueHarness) -> TwoOffices:
    return TwoOffices(queue_harness)


def test_the_next_case_is_one_of_the_own_office_of_all_or_an_overdue_one(two: TwoOffices) -> None:
    jun, mei = two.caseworker("Jun", two.south), two.caseworker("Mei", two.taipei)
    north = two.case("TPE")
    assert not isinstance(two.line.claims_next(jun), Claimed)
    assert two.line.claims_this(jun, north) == ActionRefusal(NOT_YOUR_QUEUE)
    south = two.case("KHH")
    assert two.line.claims_next(jun) == Claimed(south)
    assert two.line.claims_next(replace(two.chief, is_on_duty=True)) == Claimed(north)
    two.line.run(lambda work: two.line.claims.release(work, north, two.line.now))
    two.line.passes(30 * 24 * 60)  # overdue: now all offices see it
    assert two.line.claims_next(jun) == Claimed(north)
    assert serves(mei, two.place(two.case()), two.line.now)  # no county: of the default office


def test_a_speaker_of_another_office_keeps_no_case_from_its_own(two: TwoOffices) -> None:
    two.caseworker("Speaks", two.taipei, languages=("id",))
    jun = two.caseworker("Jun", two.south, languages=("vi",))
    case = two.case("KHH")
    assert two.line.claims_next(jun) == Claimed(case, is_other_language=True)


def test_danger_while_the_office_is_closed_is_seen_by_all(two: TwoOffices) -> None:
    mei = two.caseworker("Mei", two.taipei)
    case, later = two.case("KHH", Priority.EMERGENCY), two.case("KHH")
    assert two.place(case).office is None
    assert two.line.claims_next(mei) == Claimed(case)
    now = two.line.now
    two.line.run(lambda work: two.intake.raise_priority(work, later, {}, Priority.EMERGENCY, now))
    assert two.place(later).office is None
    two.caseworker("Jun", two.south)
    assert two.place(two.case("KHH", Priority.EMERGENCY)).office == two.south


def test_alerts_go_to_the_own_office_first_and_to_all_if_it_has_no_one(two: TwoOffices) -> None:
    mei, case = two.caseworker("Mei", two.taipei), two.case("KHH")
    two.line.passes(30 * 24 * 60)
    (event,) = two.line.looks()
    assert event.to == (mei.id,)
    jun = two.caseworker("Jun", two.south)
    two.line.passes(30 * 24 * 60)
    (event,) = two.line.looks()
    assert (event.case, event.to) == (case, (jun.id, two.chief.id))


def test_passing_on_takes_a_case_from_one_office_to_the_other(two: TwoOffices) -> None:
    jun, mei = two.caseworker("Jun", two.south), two.caseworker("Mei", two.taipei)
    case = two.case("TPE")
    assert isinstance(two.passes_on(jun, case, two.south), ActionRefusal)  # not his to give
    two.line.claims_this(mei, case)
    assert two.passes_on(mei, case, two.taipei) == ActionRefusal(IN_THAT_OFFICE)
    assert two.passes_on(mei, case, two.south) is CaseState.WAITING
    assert two.line.claims_this(mei, case) == ActionRefusal(NOT_YOUR_QUEUE)
    assert two.line.claims_this(jun, case) == Claimed(case)
    rows = two.line.run(lambda work: two.line.audit.rows_about(work, case))
    assert [it.detail for it in rows if it.action == "pass_on"] == [f"{two.taipei}:{two.south}"]
    moved = two.line.passes_on(jun, case, mei)  # a colleague of another office
    assert isinstance(moved, ActionRefusal)


def test_exactly_one_open_office_is_the_default(two: TwoOffices) -> None:
    def defaults() -> list[str]:
        return [it.id for it in two.plan() if it.is_default]

    assert defaults() == [two.taipei]
    ports = two.add(Office("", {"en": "Ports"}, ("PIF",), is_default=True))
    assert defaults() == [ports]
    office, by, now = two.plan().find(two.south), two.chief.id, two.line.now
    assert office is not None
    again = Office(office.id, office.names, office.counties, is_default=True)
    two.line.run(lambda work: two.store.change(work, again, by, now))
    assert defaults() == [two.south]


def test_closing_an_office_leaves_no_case_unseen_and_shows_no_one_more(two: TwoOffices) -> None:
    jun, case = two.caseworker("Jun", two.south), two.case("KHH")

    def close(office: str) -> None:
        found, staff = two.plan().find_open(office), two.line.staff
        assert found is not None
        by, now = two.chief.id, two.line.now
        two.line.run(lambda work: two.store.close(work, found, staff, by, now))

    assert two.line.run(Offices.count_members) == 1  # what the doctor warns by
    close(two.south)
    assert two.place(case).office == two.taipei
    assert two.line.run(lambda work: two.line.seen(work, jun)).offices == (two.taipei,)
    close(two.taipei)
    assert two.place(case).office is None
    assert two.line.run(lambda work: two.line.seen(work, jun)).offices == ()
    assert not two.plan()
    assert two.line.run(Offices.count_members) == 0


def test_reply_times_count_the_hours_of_the_office(two: TwoOffices) -> None:
    hours = ServiceHours(Settings(hours="09:00-18:00"), VAULT)
    store, by, now = Offices(VAULT, hours), two.chief.id, two.line.now
    night = tuple(((0, 60 * 6),) for _day in range(7))
    two.line.run(lambda work: hours.set(work, f"week/@{two.south}", night, by, now))

    def due(office: str | None) -> int:
        of = two.line.run(lambda work: hours.of(work, "trafficking", office))
        return of.due_at(Priority.WITHIN_A_DAY, now)

    assert due(two.taipei) == due(None) == now + 15 * MINUTE
    assert due(two.south) > now + 60 * MINUTE
    two.caseworker("Jun", two.south)
    two.caseworker("Mei", two.taipei)
    assert two.line.run(lambda work: store.ready(work, now)) == {two.taipei}  # at midday


def test_an_office_that_the_database_changed_is_none(two: TwoOffices) -> None:
    connection = two.line.database.connect()
    cursor = connection.cursor()
    cursor.execute(f"UPDATE offices SET id = 'ffffffff' WHERE id = '{two.south}'")  # noqa: S608 - ours
    connection.commit()
    connection.close()
    assert [it.id for it in two.plan()] == [two.taipei]
