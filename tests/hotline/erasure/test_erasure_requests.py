"""Whoever wants it erased: who makes sure, who objects, and that it goes when it has to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.cases.state_machine import Role
from bot.clock import DAY, HOUR
from bot.hotline.commands.types import Verb
from bot.hotline.erasure.requests import ERASE_AFTER, ErasureDecision, ErasureRequests
from tests.support.drill_length import drill_length
from tests.support.people.caseworker_driver import refusals
from tests.support.people.erasure_request_steps import (
    FORGET,
    WISHES,
    add_legal_hold,
    cases,
    erasure_request_of,
    request_erasure,
    run_erasure_job,
    sent,
    trust_clock,
    work,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.store.writer import Work
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.caseworker_driver import CaseworkerDriver


# --- Who makes sure ------------------------------------------------------------------------


def test_staff_hear_of_it_and_again_after_a_day(hotline: HotlineHarness) -> None:
    person = sent(hotline)
    before = len(hotline.board.events)
    request_erasure(person)
    told = [event.kind.value for event in hotline.board.events[before:]]
    assert told.count("wished") == 1
    hotline.advance_time(25 * 3600)
    alerts = hotline.database.writer.run_sync(
        lambda work: hotline.house.staff.alerts.check(work, hotline.loop.now())
    )
    late = [it for it in alerts if it.text and "no caseworker has confirmed" in it.text.source]
    assert [event.case for event in late] == cases(hotline)
    again = hotline.database.writer.run_sync(
        lambda work: hotline.house.staff.alerts.check(work, hotline.loop.now())
    )
    assert not [e for e in again if e.text and "no caseworker has confirmed" in e.text.source]


def test_once_confirmed_it_goes_at_once_and_nothing_is_left(hotline: HotlineHarness) -> None:
    person = sent(hotline)
    (case,) = cases(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    request_erasure(person)
    assert run_erasure_job(hotline) == 0
    mei.run_command("erase", case)
    assert run_erasure_job(hotline) == 1
    assert cases(hotline) == []
    assert hotline.ask("SELECT count(*) FROM wishes") == [(0,)]
    assert hotline.ask("SELECT count(*) FROM agreements") == [(0,)]
    ((why,),) = hotline.ask("SELECT why FROM erasures")
    assert why == "withdrawn"


def test_after_seven_days_it_is_erased_without_confirmation(hotline: HotlineHarness) -> None:
    person = sent(hotline)
    request_erasure(person)
    hotline.advance_time(7 * 24 * 3600 - 3600)
    trust_clock(hotline)
    assert run_erasure_job(hotline) == 0
    hotline.advance_time(2 * 3600)
    trust_clock(hotline)
    assert run_erasure_job(hotline) == 1
    assert cases(hotline) == []


def test_nothing_goes_by_time_while_the_clock_is_not_believed(hotline: HotlineHarness) -> None:
    person = sent(hotline)
    request_erasure(person)
    hotline.advance_time(30 * 24 * 3600)
    assert run_erasure_job(hotline) == 0
    trust_clock(hotline)
    assert run_erasure_job(hotline) == 1


def test_one_objection_keeps_nothing_two_do(hotline: HotlineHarness) -> None:
    person = sent(hotline)
    (case,) = cases(hotline)
    mei, jun = hotline.colleague("Mei"), hotline.colleague("Jun")
    request_erasure(person)
    mei.run_command("keep", case, text="Her broker was beside her.")
    mei.run_command("keep", case, text="Once more.")
    found = erasure_request_of(hotline, case)
    assert found is not None
    assert (found.objected_by, found.seconded_by) == (mei.id, "")
    assert found.due_at is not None
    jun.run_command("keep", case, text="She told me on the telephone not to.")
    found = erasure_request_of(hotline, case)
    assert found is not None
    assert found.due_at is None
    hotline.advance_time(30 * 24 * 3600)
    trust_clock(hotline)
    assert run_erasure_job(hotline) == 0
    assert cases(hotline) == [case]


def test_an_objection_without_a_reason_is_none(hotline: HotlineHarness) -> None:
    person = sent(hotline)
    (case,) = cases(hotline)
    mei = hotline.colleague()
    request_erasure(person)
    mei.run_command("keep", case, text="  ")
    found = erasure_request_of(hotline, case)
    assert found is not None
    assert found.objected_by == ""


def test_a_case_that_must_be_kept_by_law_waits_and_then_goes(hotline: HotlineHarness) -> None:
    person = sent(hotline)
    (case,) = cases(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    request_erasure(person)
    add_legal_hold(hotline, case, 2 * DAY)
    mei.run_command("erase", case)
    assert run_erasure_job(hotline) == 0
    assert cases(hotline) == [case]
    hotline.advance_time(3 * 24 * 3600)
    assert run_erasure_job(hotline) == 1


def test_with_the_passphrase_erasure_is_due_at_once(hotline: HotlineHarness) -> None:
    sent(hotline)
    (case,) = cases(hotline)
    key = bytes(hotline.ask("SELECT chat_key FROM cases")[0][0])
    now = hotline.loop.now()
    work(hotline, lambda work: WISHES.request(work, key, now, {case}))
    assert run_erasure_job(hotline) == 1


def test_asking_again_puts_nothing_off(hotline: HotlineHarness) -> None:
    person = sent(hotline)
    (case,) = cases(hotline)
    request_erasure(person)
    first = erasure_request_of(hotline, case)
    hotline.advance_time(3 * 24 * 3600)
    request_erasure(person)
    again = erasure_request_of(hotline, case)
    assert first is not None
    assert again is not None
    assert again.due_at == first.due_at


def test_who_did_what_stands_in_the_audit_log(hotline: HotlineHarness) -> None:
    person = sent(hotline)
    (case,) = cases(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    request_erasure(person)
    mei.run_command("keep", case, text="Wait.")
    mei.run_command("erase", case)
    run_erasure_job(hotline)
    rows = hotline.ask(f"SELECT actor, deed FROM audit WHERE subject = '{case}' ORDER BY id")  # noqa: S608
    deeds = [row for row in rows if row[1].startswith(("wish", "erase"))]
    assert deeds == [
        ("person", "wish"), (mei.id, "wish_object"), (mei.id, "wish_confirm"), (mei.id, "erase")
    ]  # fmt: skip


def outsiders(home: HotlineHarness) -> list[CaseworkerDriver]:
    """Return people who have nothing to say about a case of trafficking."""
    return [
        home.colleague("Audrey", role=Role.AUDITOR),
        home.colleague("Fu", queues=("fishers",)),
        home.colleague("Anja", role=Role.AUDITOR, queues=()),
    ]


def test_a_held_case_is_erased_only_by_its_holder_or_a_supervisor(hotline: HotlineHarness) -> None:
    person = sent(hotline)
    (case,) = cases(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    request_erasure(person)
    for other in (
        *outsiders(hotline),
        hotline.colleague("Jun"),
        hotline.colleague("Adam", role=Role.ADMINISTRATOR),
    ):
        assert refusals(other.run_command(Verb.ERASE, case))
        assert run_erasure_job(hotline) == 0
    assert cases(hotline) == [case]
    assert hotline.ask("SELECT actor FROM audit WHERE deed = 'wish_confirm'") == []
    mei.run_command(Verb.ERASE, case)
    assert run_erasure_job(hotline) == 1


def test_a_supervisor_may_erase_what_another_holds(hotline: HotlineHarness) -> None:
    person = sent(hotline)
    (case,) = cases(hotline)
    hotline.colleague().claims(case)
    request_erasure(person)
    hua = hotline.colleague("Hua", role=Role.SUPERVISOR)
    hua.gives_reason(case)
    assert refusals(hua.run_command(Verb.ERASE, case)) == []
    assert run_erasure_job(hotline) == 1


def test_outsiders_cannot_object_to_an_erasure_request(hotline: HotlineHarness) -> None:
    person = sent(hotline)
    (case,) = cases(hotline)
    request_erasure(person)
    for other in outsiders(hotline):
        assert refusals(other.run_command(Verb.OBJECT_TO_ERASURE, case, text="I do not think so."))
        assert other.reads(case) == []
    found = erasure_request_of(hotline, case)
    assert found is not None
    assert (found.objected_by, found.seconded_by) == ("", "")
    assert found.due_at is not None


def test_outsiders_cannot_revoke_a_consent(hotline: HotlineHarness) -> None:
    sent(hotline)
    (case,) = cases(hotline)
    for other in outsiders(hotline):
        assert refusals(other.run_command(Verb.REVOKE_CONSENT, case, code="hotline"))
    assert hotline.ask("SELECT count(*) FROM agreements WHERE revoked_at IS NOT NULL") == [(0,)]


# --- Any order of everything ---------------------------------------------------------------


class AnyOrder(RuleBasedStateMachine):
    """Asks, objections, confirmations and days against the rule written down a second time."""

    database: HotlineHarness

    def __init__(self) -> None:
        super().__init__()
        self.now = 0
        self.stands = False
        self.asked_at = 0
        self.confirmed = False
        self.objected: set[str] = set()

    @rule()
    def ask(self) -> None:
        if not self.stands:
            self.stands, self.asked_at = True, self.now
            self.confirmed, self.objected = False, set()
        self._with(lambda work: WISHES.request(work, self.key, self.now))

    @precondition(lambda self: self.stands)
    @rule(by=st.sampled_from(["mei", "jun", "wu"]))
    def objects(self, by: str) -> None:
        answer = self._with(lambda work: WISHES.object(work, self.case, by, self.now))
        if self.confirmed:
            assert answer is ErasureDecision.NO_REQUEST
            return
        assert (answer is ErasureDecision.ALREADY_OBJECTED) == (by in self.objected)
        self.objected.add(by)
        if len(self.objected) == 2:
            self.stands = False

    @precondition(lambda self: self.stands)
    @rule()
    def confirm(self) -> None:
        self.confirmed = True
        assert self._with(lambda work: WISHES.confirm(work, self.case, "mei", self.now))

    @rule(hours=st.integers(1, 100))
    def wait(self, hours: int) -> None:
        self.now += hours * HOUR

    @invariant()
    def it_is_due_exactly_when_the_rule_says(self) -> None:
        late = self.now - self.asked_at >= ERASE_AFTER
        due = self.stands and (self.confirmed or late)
        found = self._with(lambda work: ErasureRequests.due(work, self.now))
        assert bool([case for case, _ in found if case == self.case]) == due

    def _with(self, do: Callable[[Work], object]) -> object:
        return self.database.database.writer.run_sync(do)

    @property
    def case(self) -> str:
        return cases(self.database)[0]

    @property
    def key(self) -> bytes:
        return bytes(self.database.ask("SELECT chat_key FROM cases")[0][0])

    def teardown(self) -> None:
        self._with(lambda work: work.run(FORGET))


def test_any_order_of_asking_objecting_and_waiting(hotline: HotlineHarness) -> None:
    sent(hotline)
    AnyOrder.database = hotline
    quick = settings(max_examples=drill_length(8, 25), stateful_step_count=12, deadline=None)
    run_state_machine_as_test(AnyOrder, settings=quick)
