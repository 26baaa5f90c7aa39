"""A shift begins and ends duty by itself; between, duty by hand holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.clock import HOUR, MINUTE, SECOND
from bot.hotline.commands.types import Verb
from bot.hotline.staff.duty_shifts import SHIFTS_KEPT, DutyShifts
from bot.hotline.staff.enrolment import Enrolment
from bot.hotline.staff.shift_duty import as_present
from bot.hotline.staff.staff import Staff
from bot.store.statements import insert
from bot.store.tables.desk import desk_sessions
from tests.support.database.key_store_fixtures import PASSWORD, QUEUES, enrol_approved, staff_keys
from tests.support.harnesses.hotline_harness import HotlineHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.people.caseworker_driver import CaseworkerDriver


_SIGN_IN = insert(desk_sessions, "token", "staff_id", "browser", "begun_at", "seen_at", "proved_at")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[HotlineHarness]:
    home = HotlineHarness(tmp_path)
    yield home
    home.close()


def plans(home: HotlineHarness, who: CaseworkerDriver, begins: int, ends: int) -> None:
    """Plan a shift, from and to minutes from now."""
    now = home.loop.now()
    home.database.writer.run_sync(
        lambda work: DutyShifts.plan(work, who.id, now + begins * MINUTE, now + ends * MINUTE)
    )


def passes(home: HotlineHarness, minutes: float) -> None:
    """Let time pass, and what is due happen."""
    home.advance_time(minutes * MINUTE / SECOND)
    home.database.writer.run_sync(lambda work: home.house.staff.check_due(work, home.loop.now()))


def is_on_duty(home: HotlineHarness, who: CaseworkerDriver) -> bool:
    return home.ask(f"SELECT on_duty FROM staff WHERE id = '{who.id}'") == [(1,)]  # noqa: S608 - ours


def off_duty(home: HotlineHarness, name: str = "Mei") -> CaseworkerDriver:
    who = home.colleague(name)
    who.run_command(Verb.OFF_DUTY)
    return who


def test_a_shift_puts_no_one_on_duty_whose_key_waits_for_approval(house: HotlineHarness) -> None:
    keys, now = staff_keys(house.vault), house.loop.now()
    mei, jun = off_duty(house), off_duty(house, "Jun")
    try:
        enrol_approved(keys, jun.id, "caseworker", QUEUES, PASSWORD, now)
        keys.enrol(mei.id, "caseworker", QUEUES, PASSWORD, now)
        for who in (mei, jun):
            plans(house, who, 10, 60)
        passes(house, 11)
        assert not is_on_duty(house, mei)
        assert is_on_duty(house, jun)  # the control
    finally:
        for who in (mei, jun):  # the key store outlives a test
            keys.remove(who.id, now)


def test_a_shift_puts_on_duty_at_its_beginning_and_off_at_its_end(house: HotlineHarness) -> None:
    mei = off_duty(house)
    plans(house, mei, 10, 60)
    passes(house, 9)
    assert not is_on_duty(house, mei)
    passes(house, 2)
    assert is_on_duty(house, mei)
    passes(house, 50)
    assert not is_on_duty(house, mei)
    deeds = house.ask("SELECT deed FROM audit WHERE deed LIKE 'shift%' ORDER BY id")
    assert deeds == [("shift_begin",), ("shift_end",)]


def test_duty_by_hand_holds_until_the_next_beginning_or_end(house: HotlineHarness) -> None:
    mei = off_duty(house)
    plans(house, mei, 10, 60)
    plans(house, mei, 120, 180)
    passes(house, 15)
    mei.run_command(Verb.OFF_DUTY)
    passes(house, 10)
    assert not is_on_duty(house, mei)
    passes(house, 40)
    mei.run_command(Verb.ON_DUTY)  # stays after the end
    passes(house, 30)
    assert is_on_duty(house, mei)
    passes(house, 60)
    assert is_on_duty(house, mei)
    passes(house, 30)
    assert not is_on_duty(house, mei)


def test_two_shifts_without_a_pause_are_one_for_duty(house: HotlineHarness) -> None:
    mei = off_duty(house)
    plans(house, mei, 0, 5)
    plans(house, mei, 5, 60)
    passes(house, 1)
    case = _claimed_case(house, mei)
    passes(house, 6)
    assert is_on_duty(house, mei)
    assert house.ask(f"SELECT holder FROM cases WHERE id = '{case}'") == [(mei.id,)]  # noqa: S608 - ours


def _claimed_case(home: HotlineHarness, who: CaseworkerDriver) -> str:
    person = home.person("th")
    person.says("/start")
    person.presses("English", "Talk to a person", "I am safe here")
    person.says("He keeps my passport.")
    person.presses("Send", "Any time")
    ((case,),) = home.ask("SELECT id FROM cases ORDER BY opened_at DESC LIMIT 1")
    who.claims(str(case))
    return str(case)


def test_a_claimed_case_waits_again_when_the_shift_ends_and_a_worked_on_stays(
    house: HotlineHarness,
) -> None:
    mei = off_duty(house)
    plans(house, mei, 0, 10)
    passes(house, 1)
    worked_on = _claimed_case(house, mei)
    mei.take_over(worked_on)
    claimed = _claimed_case(house, mei)
    passes(house, 10)
    found = dict(house.ask("SELECT id, holder FROM cases"))
    assert found == {worked_on: mei.id, claimed: None}


def test_a_shift_that_was_missed_as_a_whole_changes_nothing(house: HotlineHarness) -> None:
    mei, jun = house.colleague("Mei"), off_duty(house, "Jun")
    for who in (mei, jun):
        plans(house, who, 10, 60)
    passes(house, 90)
    assert is_on_duty(house, mei)
    assert not is_on_duty(house, jun)
    assert house.ask("SELECT DISTINCT state FROM duty_shifts") == [("over",)]


def test_a_running_shift_that_is_removed_ends_now_and_a_planned_one_is_gone(
    house: HotlineHarness,
) -> None:
    mei = off_duty(house)
    plans(house, mei, 0, 60)
    plans(house, mei, 120, 180)
    passes(house, 1)
    now = house.loop.now()

    def cancel(work: object) -> None:
        for shift in DutyShifts.of(work, mei.id, now):  # type: ignore[arg-type]
            DutyShifts.cancel(work, shift, now)  # type: ignore[arg-type]

    house.database.writer.run_sync(cancel)
    passes(house, 0.1)
    assert not is_on_duty(house, mei)
    assert house.ask("SELECT state FROM duty_shifts") == [("over",)]


def test_someone_whose_shift_began_and_who_is_not_there_counts_as_absent(
    house: HotlineHarness,
) -> None:
    mei, jun = off_duty(house), house.colleague("Jun")
    ann = house.colleague("Ann", account=6_000_000_001)
    for who in (mei, ann):
        plans(house, who, 0, 60)
    passes(house, 1)
    staff = Staff(house.vault)

    def present() -> set[str]:
        now = house.loop.now()
        found = house.database.writer.run_sync(lambda work: as_present(work, staff.all(work), now))
        return {it.id for it in found if it.is_on_duty}

    assert is_on_duty(house, mei)
    assert present() == {jun.id, ann.id}
    now = house.loop.now()
    house.database.writer.run_sync(
        lambda work: work.run(_SIGN_IN, bytes(32), mei.id, "Firefox Linux", now, now, now)
    )
    assert present() == {mei.id, jun.id, ann.id}
    passes(house, 17)  # no desk runs that would delete a session that timed out
    assert present() == {jun.id, ann.id}


def test_shifts_are_deleted_long_after_their_end_and_when_access_ends(
    house: HotlineHarness,
) -> None:
    mei, jun = off_duty(house), off_duty(house, "Jun")
    plans(house, mei, 0, 60)
    plans(house, jun, 600, 660)
    service = house.house.staff.service.hotline
    enrolment, now = Enrolment(house.vault, service.claims, service.audit), house.loop.now()
    house.database.writer.run_sync(lambda work: enrolment.disable(work, now, jun.id))
    assert house.ask("SELECT staff_id FROM duty_shifts") == [(mei.id,)]
    later = now + HOUR + SHIFTS_KEPT
    run = house.database.writer.run_sync
    assert run(lambda work: DutyShifts.expire(work, later)) == 0
    assert run(lambda work: DutyShifts.expire(work, later + 1)) == 1
