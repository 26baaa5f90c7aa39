"""Whatever happens, no letter arrives outside the rule a person chose; and it is seen why not."""

from __future__ import annotations

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.clock import HOUR, SECOND
from bot.hotline.commands.texts import OPENER_SENT_NOW
from bot.hotline.commands.types import Verb
from bot.hotline.events import EventKind
from tests.support.drill_length import drill_length
from tests.support.harnesses.hotline_harness import HotlineHarness
from tests.support.people.caseworker_driver import refusals
from tests.support.people.contact_rule_simulation import (
    JUMPS,
    RULES,
    WAITS,
    ContactRuleHarness,
    ContactRuleSimulation,
    random_step,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.mailbox.letter import DeliveryResult, Letter
    from bot.store.writer import Work
    from tests.support.people.caseworker_driver import CaseworkerDriver
    from tests.support.people.chat_person import ChatPerson

OPENER = "Hello. Is this a good moment to write?"
NOON, SIX = 12, 18
people = st.integers(0, 1)
sometimes = st.integers(0, 4).map(lambda number: number == 0)


class AnyEvening(RuleBasedStateMachine):
    """Two people with rules, one caseworker, and everything that can go wrong around them."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.world = ContactRuleSimulation(Path(self.folder.name), people=2)

    def teardown(self) -> None:
        self.world.close()
        self.folder.cleanup()

    @rule(place=people, late=st.sampled_from([0, 0, 0, 3600]))
    def writes(self, place: int, late: int) -> None:
        self.world.writes(place, late)

    @rule(place=people, which=st.integers(0, 2))
    def answers(self, place: int, which: int) -> None:
        self.world.answers(place, which)

    @rule(place=people)
    def says(self, place: int) -> None:
        self.world.says(place)

    @rule(place=people, insists=sometimes)
    def asks(self, place: int, insists: bool) -> None:
        (self.world.insists if insists else self.world.asks)(place)

    @rule(place=people)
    def hands_back(self, place: int) -> None:
        self.world.hands_back_and_takes_over(place)

    @rule(place=people, chosen=st.sampled_from(RULES))
    def changes_rule(self, place: int, chosen: str) -> None:
        self.world.changes_rule(place, chosen)

    @rule(place=people, returns=st.booleans())
    def blocks(self, place: int, returns: bool) -> None:
        (self.world.unblocks if returns else self.world.blocks)(place)

    @rule(seconds=st.sampled_from(WAITS))
    def passes(self, seconds: int) -> None:
        self.world.passes(seconds)

    @rule(seconds=st.sampled_from(JUMPS))
    def jumps(self, seconds: int) -> None:
        self.world.clock_jumps(seconds)

    @rule(is_down=st.booleans())
    def network(self, is_down: bool) -> None:
        self.world.network(is_down=is_down)

    @rule(away=st.sampled_from([0, 7200]), jump=st.sampled_from([0, 0, *JUMPS]), dies=st.booleans())
    def ends(self, away: int, jump: int, dies: bool) -> None:
        (self.world.crashes if dies else self.world.restarts)(away, jump)

    @rule()
    def tidies(self) -> None:
        self.world.tidies()

    @invariant()
    def nothing_arrived_outside_a_rule(self) -> None:
        assert self.world.broken == []


TestAnyEvening = AnyEvening.TestCase
TestAnyEvening.settings = settings(
    max_examples=drill_length(4, 12),
    stateful_step_count=40,
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.mark.parametrize("is_off", [False, True])
def test_random_events_break_the_contact_rule_only_without_the_policy(
    tmp_path: Path, *, is_off: bool
) -> None:
    world, dice = ContactRuleSimulation(tmp_path, gate_is_off=is_off), Random(5)
    for _ in range(600 if is_off else drill_length(300, 600)):
        random_step(world, dice)
        if world.broken and world.gated > 30:
            break
    world.close()
    assert world.gated > 30
    assert bool(world.broken) is is_off


# --- One by one ------------------------------------------------------------------------------


@pytest.fixture
def hotline(tmp_path: Path) -> Iterator[HotlineHarness]:
    home = HotlineHarness(tmp_path)
    yield home
    home.close()


def met(home: HotlineHarness, rule: str) -> tuple[ChatPerson, CaseworkerDriver, str]:
    """Return a person with a rule and a caseworker who write to each other, at noon."""
    person = home.person()
    person.says("/start")
    person.presses("English", "Tell what happened", "About me", "I am safe here")
    person.presses("Danger now", "Tell them now")
    case = home.ask("SELECT id FROM cases ORDER BY opened_at DESC LIMIT 1")[0][0]
    choose(home, case, rule)
    mei = home.colleague()
    mei.claims(case)
    mei.take_over(case)
    person.presses("I can write now")
    return person, mei, case


def choose(home: HotlineHarness, case: str, rule: str) -> None:
    home.ask(f"UPDATE cases SET contact = '{rule}' WHERE id = '{case}'")  # noqa: S608


def waits(home: HotlineHarness) -> list[str]:
    """Return why letters wait, oldest first."""
    held = "SELECT hold FROM outbox WHERE state = 'queued' AND hold IS NOT NULL ORDER BY id"
    return [row[0] for row in home.ask(held)]


def held(home: HotlineHarness) -> list[str]:
    """Return what desks were told of letters that wait."""
    return [event.code for event in home.board.events if event.kind is EventKind.DELAYED]


def test_at_any_time_too_the_first_word_after_a_gap_is_the_opener(hotline: HotlineHarness) -> None:
    person, mei, case = met(hotline, "any_time")
    hotline.advance_time(31 * 60)
    mei.says(case, "They gave me your papers.")
    hotline.run(hotline.close_writer_idle(3))
    assert person.last == OPENER
    assert waits(hotline) == held(hotline) == ["until_met"]
    person.presses("I can write now")
    mei.run_command(Verb.CONFIRM_IDENTITY, case)  # after a silence nobody knows who pressed it
    hotline.run(hotline.close_writer_idle(3))
    assert person.last == "They gave me your papers."


def test_in_the_hours_that_were_chosen_the_opener_goes_and_not_before(
    hotline: HotlineHarness,
) -> None:
    person, mei, case = met(hotline, "hours:evening")
    hotline.advance_time(3 * 3600)
    mei.says(case, "They gave me your papers.")
    before = len(person.texts)
    hotline.advance_time((SIX - NOON - 3) * 3600 - 60)
    hotline.run(hotline.close_writer_idle(3))
    assert len(person.texts) == before
    assert waits(hotline) == ["until_hours", "until_met"]
    hotline.advance_time(60)
    hotline.run(hotline.close_writer_idle(3))
    assert person.texts[before:] == [OPENER]


def test_a_rule_that_changed_while_a_letter_waited_is_the_one_that_holds(
    hotline: HotlineHarness,
) -> None:
    person, mei, case = met(hotline, "hours:evening")
    hotline.advance_time(3 * 3600)
    mei.says(case, "They gave me your papers.")
    choose(hotline, case, "hours:morning")
    before = len(person.texts)
    hotline.advance_time(4 * 3600)
    hotline.run(hotline.close_writer_idle(3))
    assert len(person.texts) == before
    choose(hotline, case, "when_i_write")
    hotline.advance_time(12 * 3600)
    hotline.run(hotline.close_writer_idle(3))
    assert len(person.texts) == before
    assert held(hotline)[-1] == "until_written"


def test_a_letter_delayed_until_the_person_left_waits(hotline: HotlineHarness) -> None:
    person, mei, case = met(hotline, "when_i_write")
    hotline.house.courier._retries.pause_until = (
        hotline.loop.monotonic() + 1850
    )  # the channel asked us to wait
    before = len(person.texts)
    mei.says(case, "They gave me your papers.")
    hotline.run(hotline.close_writer_idle(1900))
    assert person.texts[before:] == []
    assert waits(hotline) == ["until_met"]
    assert held(hotline) == ["until_met"]


def test_insisting_needs_a_reason_and_sends_only_the_opening_question(
    hotline: HotlineHarness,
) -> None:
    person, mei, case = met(hotline, "when_i_write")
    hotline.advance_time(3 * 3600)
    mei.says(case, "They gave me your papers.")
    assert refusals(mei.run_command(Verb.INSIST, case)) == ["Please give a reason."]
    before = len(person.texts)
    mei.run_command(Verb.INSIST, case, text="Her sister says that she is alone now.")
    assert person.texts[before:] == [OPENER]
    deeds = hotline.ask("SELECT actor, deed FROM audit WHERE deed = 'insist'")
    assert deeds == [(mei.id, "insist")]
    assert "Her sister says" in mei.reads(case)[-2].content.text
    hotline.advance_time(60)
    again = mei.run_command(Verb.INSIST, case, text="Her sister rang once more.")
    assert OPENER_SENT_NOW.source in refusals(again)
    assert person.texts[before:] == [OPENER]
    person.presses("I can write now")
    mei.run_command(Verb.CONFIRM_IDENTITY, case)  # after a silence nobody knows who pressed it
    hotline.run(hotline.close_writer_idle(3))
    assert person.last == "They gave me your papers."


def test_a_person_who_blocked_and_returned_is_asked_first(hotline: HotlineHarness) -> None:
    person, mei, case = met(hotline, "any_time")
    person.send_update(person.membership("kicked"), person.membership("member"))
    before = len(person.texts)
    mei.says(case, "They gave me your papers.")
    hotline.run(hotline.close_writer_idle(3))
    assert person.texts[before:] == [OPENER]


@pytest.mark.parametrize("sleeps", [3600.0, 0.0])
def test_a_verdict_from_before_the_host_slept_holds_no_more(
    hotline: HotlineHarness, sleeps: float
) -> None:
    person, mei, case = met(hotline, "when_i_write")
    gate = hotline.house.courier._pre_send.policy
    assert gate is not None
    judge = gate.judge
    slept: list[DeliveryResult | None] = []

    def judges(work: Work, letter: Letter, now: int) -> DeliveryResult | None:
        verdict = judge(work, letter, now)
        if not slept:
            slept.append(verdict)
            hotline.loop.advance(sleeps)
        return verdict

    hotline.house.courier._pre_send.policy = Mock(judge=judges)
    mei.says(case, "They gave me your papers.")
    hotline.run(hotline.close_writer_idle(3))
    assert slept == [None]  # it might have gone
    assert ("They gave me your papers." in person.texts) is not bool(sleeps)


@pytest.mark.parametrize("has_blocked", [True, False])
def test_an_opener_sent_before_a_block_does_not_count_as_answered(
    hotline: HotlineHarness, has_blocked: bool
) -> None:
    person, mei, case = met(hotline, "any_time")
    mei.hand_back(case)
    mei.take_over(case)
    assert person.last == OPENER
    if has_blocked:
        person.send_update(person.membership("kicked"))
    mei.says(case, "They gave me your papers.")
    person.says("ok now")
    hotline.run(hotline.close_writer_idle(3))
    has_arrived = "They gave me your papers." in person.texts
    assert has_arrived is not has_blocked  # answered at once, it goes: the control


def test_after_a_jump_of_the_clock_no_hour_is_believed_for_an_hour(hotline: HotlineHarness) -> None:
    person, mei, case = met(hotline, "hours:afternoon")
    hotline.advance_time(2 * 3600)
    hotline.loop.jumped -= 20 * 60 * 1_000_000
    before = len(person.texts)
    mei.says(case, "They gave me your papers.")
    hotline.run(hotline.close_writer_idle(3))
    hotline.advance_time(50 * 60)
    hotline.run(hotline.close_writer_idle(3))
    assert len(person.texts) == before
    assert held(hotline) == ["until_met", "until_steady"]
    hotline.advance_time(11 * 60)
    hotline.run(hotline.close_writer_idle(3))
    assert person.texts[before:] == [OPENER]


@pytest.mark.parametrize("is_dated", [True, False])
@pytest.mark.parametrize("wrong", [-7200, -2400, 0, 2400, 7200])
def test_a_wrong_clock_silences_no_caseworker_and_asks_once(
    tmp_path: Path, wrong: int, is_dated: bool
) -> None:
    home = ContactRuleHarness(tmp_path)
    home.loop.jumped += wrong * SECOND
    if not is_dated:
        home.house.setting.clock_monitor.channel = lambda: None
    home.run(home.close_writer_idle(3))
    person, mei, case = met(home, "when_i_write")
    for number in range(5):
        person.says(f"line {number}")
        mei.says(case, f"answer {number}")
        home.advance_time(60)
        home.run(home.close_writer_idle(3))
    texts = person.texts
    home.close()
    assert [it for it in texts if it.startswith("answer")] == [f"answer {it}" for it in range(5)]
    assert texts.count(OPENER) == 1


@pytest.mark.parametrize("is_dated", [True, False])
def test_a_line_as_late_as_the_clock_was_set_back_is_not_new(
    tmp_path: Path, is_dated: bool
) -> None:
    home = ContactRuleHarness(tmp_path)
    if not is_dated:
        home.house.setting.clock_monitor.channel = lambda: None
    person, mei, case = met(home, "when_i_write")
    home.loop.jumped -= 2 * HOUR
    person.says("ok now")
    home.advance_time(20 * 60)
    home.late = 2 * 3600
    person.says("ok now")
    home.advance_time(20 * 60)
    mei.says(case, "They gave me your papers.")
    home.run(home.close_writer_idle(3))
    has_arrived = "They gave me your papers." in person.texts
    home.close()
    assert has_arrived is not is_dated  # where no answer is dated, it goes: the control


def test_the_later_of_two_choices_in_one_chat_is_kept_as_well(hotline: HotlineHarness) -> None:
    person, mei, case = met(hotline, "any_time")
    key = hotline.ask("SELECT chat_key FROM cases")[0][0]
    columns = "kind, status, priority, language, county, address, reasons, alerts, queue"
    hotline.ask(
        f"INSERT INTO cases (id, reference, chat_key, contact, waiting_since, opened_at, {columns})"  # noqa: S608
        f" SELECT 'later', 'LATER2', chat_key, 'when_i_write', waiting_since, opened_at + 1,"
        f" {columns} FROM cases WHERE chat_key = X'{bytes(key).hex()}'"
    )
    hotline.advance_time(3600)
    before = len(person.texts)
    mei.says(case, "They gave me your papers.")
    hotline.run(hotline.close_writer_idle(3))
    assert len(person.texts) == before
