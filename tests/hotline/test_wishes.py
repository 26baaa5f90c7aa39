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
from bot.hotline.erasure.requests import ANYWAY, Answer, Wishes
from tests.colleagues import refusals
from tests.hotline.wanted import (
    FORGET,
    WISHES,
    believe,
    carries_out,
    cases,
    hold,
    sent,
    wants_it_gone,
    wish,
    work,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.store.writer import Work
    from tests.colleagues import Colleague
    from tests.houses import Home


# --- Who makes sure ------------------------------------------------------------------------


def test_staff_hear_of_it_and_again_after_a_day(home: Home) -> None:
    person = sent(home)
    before = len(home.board.events)
    wants_it_gone(person)
    told = [event.what.value for event in home.board.events[before:]]
    assert told.count("wished") == 1
    home.passes(25 * 3600)
    alerts = home.database.writer.run_now(
        lambda work: home.house.shift.watch.look(work, home.loop.now())
    )
    late = [event for event in alerts if event.text and "nobody has made sure" in event.text.source]
    assert [event.case for event in late] == cases(home)
    again = home.database.writer.run_now(
        lambda work: home.house.shift.watch.look(work, home.loop.now())
    )
    assert not [e for e in again if e.text and "nobody has made sure" in e.text.source]


def test_once_confirmed_it_goes_at_once_and_nothing_is_left(home: Home) -> None:
    person = sent(home)
    (case,) = cases(home)
    mei = home.colleague()
    mei.claims(case)
    wants_it_gone(person)
    assert carries_out(home) == 0
    mei.does("erase", case)
    assert carries_out(home) == 1
    assert cases(home) == []
    assert home.ask("SELECT count(*) FROM wishes") == [(0,)]
    assert home.ask("SELECT count(*) FROM agreements") == [(0,)]
    ((why,),) = home.ask("SELECT why FROM erasures")
    assert why == "withdrawn"


def test_after_seven_days_it_goes_although_nobody_made_sure(home: Home) -> None:
    person = sent(home)
    wants_it_gone(person)
    home.passes(7 * 24 * 3600 - 3600)
    believe(home)
    assert carries_out(home) == 0
    home.passes(2 * 3600)
    believe(home)
    assert carries_out(home) == 1
    assert cases(home) == []


def test_nothing_goes_by_time_while_the_clock_is_not_believed(home: Home) -> None:
    person = sent(home)
    wants_it_gone(person)
    home.passes(30 * 24 * 3600)
    assert carries_out(home) == 0
    believe(home)
    assert carries_out(home) == 1


def test_one_objection_keeps_nothing_two_do(home: Home) -> None:
    person = sent(home)
    (case,) = cases(home)
    mei, jun = home.colleague("Mei"), home.colleague("Jun")
    wants_it_gone(person)
    mei.does("keep", case, words="Her broker was beside her.")
    mei.does("keep", case, words="Once more.")
    found = wish(home, case)
    assert found is not None
    assert (found.objected_by, found.seconded_by) == (mei.id, "")
    assert found.due_at is not None
    jun.does("keep", case, words="She told me on the telephone not to.")
    found = wish(home, case)
    assert found is not None
    assert found.due_at is None
    home.passes(30 * 24 * 3600)
    believe(home)
    assert carries_out(home) == 0
    assert cases(home) == [case]


def test_an_objection_without_a_reason_is_none(home: Home) -> None:
    person = sent(home)
    (case,) = cases(home)
    mei = home.colleague()
    wants_it_gone(person)
    mei.does("keep", case, words="  ")
    found = wish(home, case)
    assert found is not None
    assert found.objected_by == ""


def test_a_case_that_must_be_kept_by_law_waits_and_then_goes(home: Home) -> None:
    person = sent(home)
    (case,) = cases(home)
    mei = home.colleague()
    mei.claims(case)
    wants_it_gone(person)
    hold(home, case, 2 * DAY)
    mei.does("erase", case)
    assert carries_out(home) == 0
    assert cases(home) == [case]
    home.passes(3 * 24 * 3600)
    assert carries_out(home) == 1


def test_with_the_word_it_is_due_at_once(home: Home) -> None:
    sent(home)
    (case,) = cases(home)
    key = bytes(home.ask("SELECT chat_key FROM cases")[0][0])
    now = home.loop.now()
    work(home, lambda work: WISHES.ask(work, key, now, {case}))
    assert carries_out(home) == 1


def test_asking_again_puts_nothing_off(home: Home) -> None:
    person = sent(home)
    (case,) = cases(home)
    wants_it_gone(person)
    first = wish(home, case)
    home.passes(3 * 24 * 3600)
    wants_it_gone(person)
    again = wish(home, case)
    assert first is not None
    assert again is not None
    assert again.due_at == first.due_at


def test_who_did_what_stands_in_the_audit_log(home: Home) -> None:
    person = sent(home)
    (case,) = cases(home)
    mei = home.colleague()
    mei.claims(case)
    wants_it_gone(person)
    mei.does("keep", case, words="Wait.")
    mei.does("erase", case)
    carries_out(home)
    rows = home.ask(f"SELECT actor, deed FROM audit WHERE subject = '{case}' ORDER BY id")  # noqa: S608
    deeds = [row for row in rows if row[1].startswith(("wish", "erase"))]
    assert deeds == [
        ("person", "wish"), (mei.id, "wish_object"), (mei.id, "wish_confirm"), (mei.id, "erase")
    ]  # fmt: skip


def outsiders(home: Home) -> list[Colleague]:
    """Return people who have nothing to say about a case of trafficking."""
    return [
        home.colleague("Audrey", role=Role.AUDITOR),
        home.colleague("Fu", queues=("fishers",)),
        home.colleague("Anja", role=Role.AUDITOR, queues=()),
    ]


def test_a_case_somebody_holds_is_erased_by_nobody_else(home: Home) -> None:
    person = sent(home)
    (case,) = cases(home)
    mei = home.colleague()
    mei.claims(case)
    wants_it_gone(person)
    for other in (
        *outsiders(home), home.colleague("Jun"), home.colleague("Adam", role=Role.ADMINISTRATOR),
    ):  # fmt: skip
        assert refusals(other.does(Verb.ERASE, case))
        assert carries_out(home) == 0
    assert cases(home) == [case]
    assert home.ask("SELECT actor FROM audit WHERE deed = 'wish_confirm'") == []
    mei.does(Verb.ERASE, case)
    assert carries_out(home) == 1


def test_a_supervisor_may_erase_what_another_holds(home: Home) -> None:
    person = sent(home)
    (case,) = cases(home)
    home.colleague().claims(case)
    wants_it_gone(person)
    assert refusals(home.colleague("Hua", role=Role.SUPERVISOR).does(Verb.ERASE, case)) == []
    assert carries_out(home) == 1


def test_nobody_from_outside_keeps_what_its_person_wants_erased(home: Home) -> None:
    person = sent(home)
    (case,) = cases(home)
    wants_it_gone(person)
    for other in outsiders(home):
        assert refusals(other.does(Verb.KEEP, case, words="I do not think so."))
        assert other.reads(case) == []
    found = wish(home, case)
    assert found is not None
    assert (found.objected_by, found.seconded_by) == ("", "")
    assert found.due_at is not None


def test_nobody_from_outside_takes_an_agreement_back(home: Home) -> None:
    sent(home)
    (case,) = cases(home)
    for other in outsiders(home):
        assert refusals(other.does(Verb.REVOKE, case, code="hotline"))
    assert home.ask("SELECT count(*) FROM agreements WHERE revoked_at IS NOT NULL") == [(0,)]


# --- Any order of everything ---------------------------------------------------------------


class AnyOrder(RuleBasedStateMachine):
    """Asks, objections, confirmations and days against the rule written down a second time."""

    database: Home

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
        self._with(lambda work: WISHES.ask(work, self.key, self.now))

    @precondition(lambda self: self.stands)
    @rule(by=st.sampled_from(["mei", "jun", "wu"]))
    def objects(self, by: str) -> None:
        answer = self._with(lambda work: WISHES.object(work, self.case, by, self.now))
        if self.confirmed:
            assert answer is Answer.NO_WISH
            return
        assert (answer is Answer.TWICE) == (by in self.objected)
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
        late = self.now - self.asked_at >= ANYWAY
        due = self.stands and (self.confirmed or late)
        found = self._with(lambda work: Wishes.due(work, self.now))
        assert bool([case for case, _ in found if case == self.case]) == due

    def _with(self, do: Callable[[Work], object]) -> object:
        return self.database.database.writer.run_now(do)

    @property
    def case(self) -> str:
        return cases(self.database)[0]

    @property
    def key(self) -> bytes:
        return bytes(self.database.ask("SELECT chat_key FROM cases")[0][0])

    def teardown(self) -> None:
        self._with(lambda work: work.run(FORGET))


def test_any_order_of_asking_objecting_and_waiting(home: Home) -> None:
    sent(home)
    AnyOrder.database = home
    quick = settings(max_examples=25, stateful_step_count=12, deadline=None)
    run_state_machine_as_test(AnyOrder, settings=quick)
