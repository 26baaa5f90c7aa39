"""Supervisors plan shifts by week at the desk, and a shift that ends says what to hand over."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import Role
from bot.clock import HOUR, MINUTE, SECOND
from bot.hotline.commands.types import Verb
from bot.hotline.staff.duty_shifts import DutyShift, DutyShifts, ShiftState
from bot.hotline.staff.service_hours import DAYS, SpecialDay
from bot.hotline.staff.shift_notice import NOTICE_AFTER, NOTICE_BEFORE, shift_notice
from tests.support.harnesses.web_desk_harness import WebDeskHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.harnesses.web_desk_harness import WebCaseworker

NO_DAYS = {f"day{number}": "" for number in range(1, 8)}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[WebDeskHarness]:
    desk = WebDeskHarness(tmp_path, hours="09:00-18:00")
    yield desk
    desk.close()


@pytest.fixture
def chief(office: WebDeskHarness) -> WebCaseworker:
    return office.supervisor("Hui").comes()


def monday(office: WebDeskHarness, week: int = 0) -> date:
    today = datetime.fromtimestamp(office.home.seconds(), office.front.zone).date()
    return today + timedelta(days=7 * week - today.weekday())


def plans(chief: WebCaseworker, who: WebCaseworker, week: int, **days: str) -> tuple[int, str]:
    """Send the form of a week; return its status and page, that of the roster if it was saved."""
    form = NO_DAYS | days | {"monday": str(monday(chief.office, week))}
    said = chief.browser.post(f"/roster/plan/{who.id}", form)
    if said.status_code == 303:
        return 303, chief.browser.get(said.headers["location"]).text
    return said.status_code, said.text


def row(page: str, who: WebCaseworker) -> str:
    found = re.search(rf'<tr id="shifts-{who.id}".*?</tr>', page, re.DOTALL)
    return " ".join(re.sub("<[^>]*>", " ", found[0]).split()) if found else ""


def shifts(office: WebDeskHarness, who: WebCaseworker) -> list[DutyShift]:
    return office.home.database.writer.run_sync(lambda work: DutyShifts.of(work, who.id, 0))


def passes(office: WebDeskHarness, minutes: float) -> None:
    office.home.advance_time(minutes * MINUTE / SECOND)
    now = office.home.loop.now()
    office.home.database.writer.run_sync(lambda work: office.home.house.staff.check_due(work, now))


def test_a_supervisor_plans_the_next_week_and_everyone_sees_it(
    office: WebDeskHarness, chief: WebCaseworker
) -> None:
    mei, jun = office.worker("Mei"), office.worker("Jun").comes()
    status, page = plans(chief, mei, 1, day1="9\uff5e12\u300113\uff5e18", day5="22-6")
    assert status == 303
    assert row(page, mei).startswith("Mei 16 h Plan")
    assert "09:00-12:00 13:00-18:00" in row(page, mei)
    seen = jun.browser.get("/roster?week=1").text
    assert "22:00-06:00" in row(seen, mei)
    assert "/roster/plan" not in seen
    assert "09:00-12:00" not in jun.browser.get("/roster").text
    gaps = re.findall(r'num">([^<]*)<', seen.partition('id="shift-gaps"')[2].partition("</tr>")[0])
    assert gaps[0] == "12:00-13:00"
    assert gaps[1:] == ["09:00-18:00"] * 6
    form = chief.browser.get(f"/roster/plan/{mei.id}?week=1").text
    assert 'value="09:00-12:00, 13:00-18:00"' in form
    ((by, who, detail),) = office.home.ask(
        "SELECT actor, subject, detail FROM audit WHERE deed = 'shift_plan'"
    )
    assert (by, who) == (chief.id, mei.id)
    assert detail.startswith(f"{monday(office, 1)}:09:00-12:00,13:00-18:00;")


@pytest.mark.parametrize(
    ("days", "field", "told"),
    [
        ({"day2": "banana"}, "day2", "Not understood."),
        ({"day2": "9-12, 11-15"}, "day2", "These hours overlap."),
        ({"day2": "20-8", "day3": "6-9"}, "day3", "overlaps with another shift"),
    ],
)
def test_a_wrong_shift_is_answered_beside_its_day_and_nothing_is_lost(
    office: WebDeskHarness, chief: WebCaseworker, days: dict[str, str], field: str, told: str
) -> None:
    mei = office.worker("Mei")
    status, page = plans(chief, mei, 1, day7="8-16", **days)
    assert status == 422
    assert told in page.partition(f'id="fault-{field}">')[2][:80]
    for name, typed in ({"day7": "8-16"} | days).items():
        assert f'name="{name}" value="{typed}"' in page
    assert not shifts(office, mei)


def test_somebody_is_ill_and_the_shift_of_today_is_removed_before_it_begins(
    office: WebDeskHarness, chief: WebCaseworker
) -> None:
    mei, jun = office.worker("Mei"), office.worker("Jun")
    for who in (mei, jun):
        who.colleague.run_command(Verb.OFF_DUTY)
    now = datetime.fromtimestamp(office.home.seconds(), office.front.zone)
    today, begins = f"day{now.isoweekday()}", f"{now.hour + 1}-{now.hour + 3}"
    assert plans(chief, mei, 0, **{today: begins})[0] == 303
    assert plans(chief, mei, 0)[0] == 303
    assert plans(chief, jun, 0, **{today: begins})[0] == 303
    passes(office, 60)
    on_duty = office.home.ask("SELECT id FROM staff WHERE on_duty = 1")
    assert (jun.id,) in on_duty
    assert (mei.id,) not in on_duty
    page = chief.comes().browser.get("/roster").text
    assert "not signed in" in page.partition('id="duty"')[2].partition("</section>")[0]


def test_a_week_is_copied_where_nothing_is_planned_and_the_office_is_open(
    office: WebDeskHarness, chief: WebCaseworker
) -> None:
    mei, jun = office.worker("Mei"), office.worker("Jun")
    plans(chief, mei, 1, day1="9-18", day2="9-18", day3="22-6")
    plans(chief, jun, 2, day2="12-20")
    plans(chief, jun, 1, day2="9-18")
    holiday, now = monday(office, 2), office.home.loop.now()
    office.home.database.writer.run_sync(
        lambda work: office.front.service_hours.set(
            work, DAYS, [SpecialDay(holiday, "Lunar New Year")], chief.id, now
        )
    )
    said = chief.browser.post("/roster/copy", {"monday": str(holiday)})
    assert said.headers["location"] == "/roster?week=2"
    page = chief.browser.get("/roster?week=2").text
    assert "Shifts copied: 2. Days left out, closed or planned already: 2." in page
    assert "Lunar New Year" in page
    assert row(page, mei) == "Mei 17 h Plan : Mei " + " ".join(
        _cells(office, {1: "09:00-18:00", 2: "22:00-06:00"}, special={0: "Lunar New Year"})
    )
    assert "12:00-20:00" in row(page, jun)
    chief.browser.post("/roster/copy", {"monday": str(holiday)})
    assert len(shifts(office, mei)) == 5


def _cells(office: WebDeskHarness, found: dict[int, str], special: dict[int, str]) -> Iterator[str]:
    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    for number, name in enumerate(names):
        day = monday(office, 2) + timedelta(days=number)
        yield f"{name} {day:%m-%d}"
        if number in special:
            yield special[number]
        yield found.get(number, "\u2013")


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.AUDITOR])
def test_only_supervisors_and_administrators_plan_shifts(
    office: WebDeskHarness, role: Role
) -> None:
    mei, other = office.worker("Mei"), office.worker("Wu", role).comes()
    assert other.browser.get(f"/roster/plan/{mei.id}").status_code == 404
    form = NO_DAYS | {"monday": str(monday(office)), "day7": "9-18"}
    assert other.browser.post(f"/roster/plan/{mei.id}", form).status_code == 404
    copied = other.browser.post("/roster/copy", {"monday": str(monday(office))})
    assert copied.status_code == 404
    assert not shifts(office, mei)


def test_no_shift_is_planned_for_whom_or_when_there_can_be_none(
    office: WebDeskHarness, chief: WebCaseworker
) -> None:
    mei, wen = office.worker("Mei"), office.worker("Wen", Role.ADMINISTRATOR)
    assert plans(chief, wen, 1, day1="9-18")[0] == 404
    assert plans(chief, mei, 9, day1="9-18")[0] == 404
    assert plans(chief, mei, -2, day1="9-18")[0] == 404
    tuesday = str(monday(office, 1) + timedelta(days=1))
    said = chief.browser.post(f"/roster/plan/{mei.id}", NO_DAYS | {"monday": tuesday})
    assert said.status_code == 404


# --- The notice of a shift that ends ----------------------------------------------------------


def test_every_page_says_that_a_shift_ends_to_whom_to_hand_over_and_that_it_ended(
    office: WebDeskHarness,
) -> None:
    mei, jun = office.worker("Mei").comes(), office.worker("Jun")
    _person, reference = office.add_person()
    mei.told(reference, "claim")
    mei.told(reference, "take_over")
    now, run = office.home.loop.now(), office.home.database.writer.run_sync
    run(lambda work: DutyShifts.plan(work, mei.id, now, now + HOUR))
    run(lambda work: DutyShifts.plan(work, jun.id, now + HOUR // 2, now + 3 * HOUR))
    passes(office, 1)
    notice = mei.browser.get("/account").text.partition('id="shift-notice"')[2]
    assert "Your shift ends" not in notice.partition("</div>")[0]
    for minutes, told in (
        (46, ("Your shift ends at", "Cases you hold: 1", "On duty after you: Jun")),
        (14, ("Your shift ended at", "You are off duty", "Stay on duty")),
    ):
        passes(office, minutes)
        for page in (
            mei.comes().browser.get("/account").text,
            mei.browser.get("/shift/notice").text,
        ):
            words = " ".join(re.sub("<[^>]*>", " ", page).split())
            assert all(it in words for it in told), words
    mei.browser.post("/own/on_duty")
    assert "Your shift" not in mei.browser.get("/shift/notice").text
    passes(office, 10)
    assert office.home.ask(f"SELECT on_duty FROM staff WHERE id = '{mei.id}'") == [(1,)]  # noqa: S608 - ours


def shift(begins: int, ends: int, state: str = "running") -> DutyShift:
    return DutyShift(begins, "mei", begins * MINUTE, ends * MINUTE, ShiftState(state))


@pytest.mark.parametrize(
    ("shifts", "is_on_duty", "ends_at", "is_over", "changes_at"),
    [
        ([], True, 0, False, 0),
        ([shift(0, 200)], True, 0, False, 185),
        ([shift(0, 116)], True, 0, False, 101),
        ([shift(0, 110)], True, 110, False, 0),
        ([shift(0, 110)], False, 0, False, 0),  # they went off duty before
        ([shift(0, 110), shift(110, 300, "planned")], True, 0, False, 285),
        ([shift(0, 90, "over")], False, 90, True, 120),
        ([shift(0, 90, "over")], True, 0, False, 0),  # they stay
        ([shift(0, 100)], True, 0, False, 0),  # ends in this moment
    ],
)
def test_the_notice_is_shown_around_the_end_of_a_shift(
    shifts: list[DutyShift], is_on_duty: bool, ends_at: int, is_over: bool, changes_at: int
) -> None:
    found = shift_notice(shifts, is_on_duty, 100 * MINUTE)
    assert (found.ends_at, found.is_over) == (ends_at * MINUTE, is_over)
    if changes_at:
        assert found.changes_at == changes_at * MINUTE
    if ends_at and not is_over:
        assert found.changes_at > ends_at * MINUTE  # it says then that the shift is over
    assert NOTICE_BEFORE < NOTICE_AFTER
