"""Whoever wants it erased: who makes sure, who objects, and that it goes when it has to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete

from bot.cases.life import Role
from bot.clock import DAY, HOUR, SECOND
from bot.hotline.commands import Verb
from bot.hotline.events import Happened
from bot.hotline.holds import Holds, Reason
from bot.hotline.staff import Staff
from bot.hotline.wishes import ANYWAY, Answer, Wishes
from bot.store.agreed_tables import wishes
from bot.store.prepared import Prepared
from bot.vault import Audit
from bot.vault.retention import Retention
from tests.colleagues import refusals
from tests.dispatch.peeking import at, kept, skip_on, tell
from tests.houses import ALWAYS, VAULT, Home

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.hotline.wishes import Wish
    from bot.store.writer import Work
    from tests.colleagues import Colleague
    from tests.people import Person

_FORGET = Prepared(lambda _: delete(wishes))
WISHES = Wishes(Audit(VAULT))
WORD = "mangga tua"
AT_ONCE = "All right. What you wrote and what you sent is erased now."
ANYTHING_SENT = "If something was sent: our people make sure within a day"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path, hours=ALWAYS)
    yield home
    home.close()


def work(home: Home, do: Callable[[Work], object]) -> object:
    return home.database.writer.run_now(do)


def sent(home: Home) -> Person:
    person = home.person()
    tell(person)
    person.presses("Send")
    return person


def asks(person: Person) -> list[str]:
    """Type the command; after a silence the hello may come first."""
    heard = person.says("/delete")
    if not any("Erase it" in label for label in person.labels()):
        person.presses("English", "Nobody can see")
        heard = person.says("/delete")
    return heard


def wants_it_gone(person: Person) -> list[str]:
    asks(person)
    return person.presses("Erase it")


def cases(home: Home) -> list[str]:
    return [case for (case,) in home.ask("SELECT id FROM cases ORDER BY opened_at, id")]


def wish(home: Home, case: str) -> Wish | None:
    return home.database.writer.run_now(lambda work: Wishes.of(work, case))


def carries_out(home: Home) -> int:
    """Do what the bot does every few seconds."""
    done: int = home.run(home.house.erasing.carry_out(home.database, home.loop.now()))
    return done


def believe(home: Home) -> None:
    now = home.loop.now()
    work(home, lambda work: Retention.believe(work, now))


# --- What the chat says --------------------------------------------------------------------


def test_it_answers_the_same_whether_anything_was_sent_or_not(home: Home) -> None:
    with_case, without = sent(home), home.person()
    home.passes(3600)
    said = [wants_it_gone(person) for person in (with_case, without)]
    assert any(ANYTHING_SENT in text for text in said[0])
    assert [text for text in said[0] if ANYTHING_SENT in text] == [
        text for text in said[1] if ANYTHING_SENT in text
    ]


def test_what_was_not_sent_is_gone_at_once(home: Home) -> None:
    person = home.person()
    tell(person, until="what")
    person.says("My secret words.")
    wants_it_gone(person)
    assert "My secret words." not in str(kept(person))


def test_the_chat_is_cleared_and_says_the_same_to_everybody(home: Home) -> None:
    with_case, without = sent(home), home.person()
    without.says("/start")
    without.presses("English", "Nobody can see")
    screens = []
    for person in (with_case, without):
        before = set(home.post.chats[person.id])
        wants_it_gone(person)
        home.passes(1)
        home.settle()
        assert before.isdisjoint(home.post.chats[person.id])
        screens.append(person.texts)
    assert screens[0] == screens[1]
    assert ANYTHING_SENT in screens[0][-1]


def test_nothing_happens_by_a_slip_of_the_finger(home: Home) -> None:
    person = sent(home)
    person.says("/delete")
    heard = person.presses("Leave it there")
    assert any("Nothing was erased" in text for text in heard)
    assert wish(home, cases(home)[0]) is None


def test_in_the_middle_of_a_question_it_comes_back_to_it(home: Home) -> None:
    person = home.person()
    tell(person, until="needs")
    person.says("/delete")
    person.presses("Leave it there")
    assert at(person) == ("report", "needs")


def test_a_hold_is_told_in_a_live_sitting_and_to_nobody_else(home: Home) -> None:
    person = sent(home)
    hold(home, cases(home)[0], 30 * DAY)
    heard = person.says("/delete")
    assert any("has to be kept by law until" in text for text in heard)
    person.presses("Leave it there")
    home.passes(3600)
    heard = asks(person)
    heard += person.presses("Erase it")
    assert not any("law until" in text for text in heard)


def known_by_word(home: Home) -> tuple[Person, str]:
    """Return somebody who chose a word, was away for an hour, and is known again by it."""
    person = sent(home)
    person.presses("Choose a secret word")
    person.says(WORD)
    person.presses("One word is enough")
    home.passes(3600)
    person.says("/start")
    person.presses("English", "Nobody can see", "I have written before")
    person.says(WORD)
    return person, cases(home)[0]


def test_whoever_wrote_their_word_is_taken_at_it_at_once(home: Home) -> None:
    person, case = known_by_word(home)
    person.says("/delete")
    heard = person.presses("Erase it")
    assert AT_ONCE in heard
    assert ANYTHING_SENT not in "".join(heard)
    assert carries_out(home) == 1
    assert cases(home) == []
    assert home.ask("SELECT actor, detail FROM audit WHERE deed = 'wish'") == [("person", "word")]
    assert not [it for it in home.board.events if it.what is Happened.WISHED and it.case == case]


def test_a_word_proves_nothing_of_another_case_nor_after_the_sitting(home: Home) -> None:
    """The negative control: erased at once is only what the word was written for."""
    person, case = known_by_word(home)
    home.passes(3600)
    asks(person)
    heard = person.presses("Erase it")
    assert AT_ONCE not in heard
    carries_out(home)
    assert cases(home) == [case]


def test_what_the_law_keeps_is_not_said_to_be_erased_now(home: Home) -> None:
    person, case = known_by_word(home)
    hold(home, case, 30 * DAY)
    person.says("/delete")
    assert AT_ONCE not in person.presses("Erase it")


def hold(home: Home, case: str, span: int, *, is_agreed: bool = True) -> None:
    """Let somebody ask by law to keep a case, and a second person agree."""
    one, two = home.colleague("One"), home.colleague("Two")
    holds, now = Holds(Staff(VAULT), Audit(VAULT)), home.loop.now()
    work(home, lambda work: holds.place(work, case, one.id, Reason.COURT, now + span, now))
    if is_agreed:
        work(home, lambda work: holds.agree(work, case, two.id, now))


def test_one_person_alone_keeps_nothing_that_its_person_wants_erased(home: Home) -> None:
    person, case = known_by_word(home)
    hold(home, case, 180 * DAY, is_agreed=False)
    person.says("/delete")
    assert AT_ONCE in person.presses("Erase it")
    assert carries_out(home) == 1
    assert cases(home) == []


def test_once_a_second_agrees_it_is_kept_and_its_person_reads_until_when(home: Home) -> None:
    """The negative control: it is the second person who makes it a hold."""
    person, case = known_by_word(home)
    hold(home, case, 180 * DAY)
    heard = person.says("/delete")
    heard += person.presses("Erase it")
    assert any("has to be kept by law until" in text for text in heard)
    assert any("What has to be kept by law is erased after that day" in text for text in heard)
    assert not any("After seven days it is erased anyway" in text for text in heard)
    assert AT_ONCE not in heard
    assert carries_out(home) == 0
    assert cases(home) == [case]


def test_of_two_cases_that_one_has_to_be_kept_is_said_before_either_is_erased(home: Home) -> None:
    person, first = known_by_word(home)
    hold(home, first, 180 * DAY)
    person.presses("Ask for help")
    while not any("Send" in label for label in person.labels()):
        skip_on(person)
    person.presses("Send")
    assert len(cases(home)) == 2
    heard = person.says("/delete")
    assert any("has to be kept by law until" in text for text in heard)
    assert AT_ONCE not in person.presses("Erase it")


def test_an_unagreed_hold_keeps_nothing_after_seven_days_either(home: Home) -> None:
    person = sent(home)
    (case,) = cases(home)
    hold(home, case, 180 * DAY, is_agreed=False)
    wants_it_gone(person)
    home.passes(ANYWAY // SECOND + 60)
    believe(home)
    assert carries_out(home) == 1
    assert cases(home) == []


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
        self._with(lambda work: work.run(_FORGET))


def test_any_order_of_asking_objecting_and_waiting(home: Home) -> None:
    sent(home)
    AnyOrder.database = home
    quick = settings(max_examples=25, stateful_step_count=12, deadline=None)
    run_state_machine_as_test(AnyOrder, settings=quick)
