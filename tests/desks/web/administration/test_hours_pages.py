"""Hours, holidays and reply times are changed at the desk, and hold at once."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import Role
from bot.clock import SECOND
from bot.desks.web.auth.sessions import STEP_UP_LIFETIME
from bot.hotline.staff.service_hours import DAYS, REPLIES, WEEK
from tests.support.harnesses.web_desk_harness import WebDeskHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.hotline.staff.service_hours import ServicePlan
    from tests.support.harnesses.web_desk_harness import WebCaseworker

PAGE = "/administration/hours"
WEEK_FORM = {"kind": "fixed"} | {f"day{number}": "9-18" for number in range(1, 6)}
REPLIES_FORM = {"p0": "2", "p1": "30 min", "p2": "4 h", "p3": "1 d", "p4": "3 d"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[WebDeskHarness]:
    desk = WebDeskHarness(
        tmp_path, hours="09:00-21:00", weekdays="1-5", holidays="2020-01-01,2099-01-01"
    )
    yield desk
    desk.close()


@pytest.fixture
def chief(office: WebDeskHarness) -> WebCaseworker:
    return office.supervisor("Hui").comes()


def plan(office: WebDeskHarness) -> ServicePlan:
    return office.home.database.writer.run_sync(office.front.service_hours.plan)


def words(chief: WebCaseworker, path: str = PAGE) -> str:
    shown = chief.browser.get(path)
    assert shown.status_code == 200
    return " ".join(re.sub("<[^>]*>", " ", shown.text).split())


def today(office: WebDeskHarness) -> str:
    return str(datetime.fromtimestamp(office.home.seconds(), office.front.zone).date())


def audited(office: WebDeskHarness) -> list[tuple[str, ...]]:
    return office.home.ask(
        "SELECT actor, deed, subject, detail FROM audit WHERE deed LIKE 'hours%'"
    )


def test_until_something_is_stored_the_settings_are_shown_with_their_variables(
    chief: WebCaseworker,
) -> None:
    shown = words(chief)
    for said in (
        "Monday 09:00-21:00",
        "Sunday closed",
        "2099-01-01",
        "From HAVEN_HOURS",
        "From HAVEN_HOLIDAYS",
        "From HAVEN_PROMISE_MINUTES",
        "People read: Monday to Friday 09:00-21:00, not on holidays",
        "P2 4 h",
    ):
        assert said in shown
    assert "2020-01-01" not in shown


def test_a_week_is_changed_and_its_source_and_the_audit_log_say_by_whom(
    office: WebDeskHarness, chief: WebCaseworker
) -> None:
    form = WEEK_FORM | {"day1": "9\uff5e12\u300113\uff5e18", "day6": "22-2", "day7": ""}
    said = chief.browser.post(f"{PAGE}/week/general", form)
    assert said.headers["location"] == PAGE
    shown = words(chief)
    assert "Monday 09:00-12:00 , 13:00-18:00" in shown
    assert "Saturday 22:00-02:00 the next day" in shown
    assert "Set by Hui" in shown
    assert "From HAVEN_HOURS" not in shown
    ((by, deed, subject, detail),) = audited(office)
    assert (by, deed, subject) == (chief.id, "hours_set", WEEK)
    assert detail.startswith("1:09:00-12:00,13:00-18:00;2:09:00-18:00;")
    chief.browser.post(f"{PAGE}/reset", {"part": WEEK})
    assert "From HAVEN_HOURS" in words(chief)


@pytest.mark.parametrize(
    ("wrong", "field", "told"),
    [
        ({"day2": "banana"}, "day2", "Not understood."),
        ({"day3": "9-12, 11-15"}, "day3", "These hours overlap."),
        ({"day3": "9-8"}, "day3", "This ends before it begins."),
        ({"day1": "22-10"}, "day2", "overlaps with the hours past midnight: 22:00-10:00"),
        ({"day7": "22-10"}, "day1", "overlaps with the hours past midnight: 22:00-10:00"),
        (dict.fromkeys(WEEK_FORM, "") | {"kind": "fixed"}, "day1", "At least one day"),
    ],
)
def test_wrong_hours_are_answered_beside_their_field_and_nothing_is_lost(
    office: WebDeskHarness, chief: WebCaseworker, wrong: dict[str, str], field: str, told: str
) -> None:
    before = plan(office)
    said = chief.browser.post(f"{PAGE}/week/general", WEEK_FORM | {"day5": "9-13"} | wrong)
    assert said.status_code == 422
    fault = re.search(rf'id="fault-{field}">([^<]*)<', said.text)
    assert fault is not None
    assert told in fault[1]
    for name, typed in ({"day5": "9-13"} | wrong).items():
        if name.startswith("day"):
            assert f'name="{name}" value="{typed}"' in said.text
    assert plan(office).week == before.week


def test_what_was_typed_stays_when_the_second_factor_has_lapsed(
    office: WebDeskHarness, chief: WebCaseworker
) -> None:
    office.home.advance_time(STEP_UP_LIFETIME / SECOND + 1)
    for path, form in (
        ("week/general", WEEK_FORM | {"day6": "10-14"}),
        ("days", {"day": "2099-05-05", "name": "Moving house", "hours": "10-14"}),
        ("replies", REPLIES_FORM | {"p4": "10-14"}),
    ):
        said = chief.browser.post(f"{PAGE}/{path}", form)
        assert said.status_code == 422
        assert 'value="10-14"' in said.text
    for path, form in (
        ("days/close-now", {"name": "Typhoon"}),
        ("days/remove", {"day": "2099-01-01"}),
        ("days/holidays", {}),
    ):
        assert "confirm with your second factor" in chief.browser.post(f"{PAGE}/{path}", form).text
    assert not plan(office).stored
    assert "/step-up" in chief.browser.get(f"{PAGE}/days").headers["location"]
    assert not audited(office)


def test_a_queue_gets_hours_of_its_own_and_gives_them_up(
    office: WebDeskHarness, chief: WebCaseworker
) -> None:
    form = dict.fromkeys(WEEK_FORM, "") | {"kind": "fixed", "day2": "14-17"}
    chief.browser.post(f"{PAGE}/week/labour", form)
    assert [str(it) for it in plan(office).queue_weeks["labour"][1]] == ["14:00-17:00"]
    assert "Tuesday 14:00-17:00" in words(chief)
    chief.browser.post(f"{PAGE}/week/labour", form | {"kind": "unfixed"})
    assert not plan(office).queue_weeks
    assert [it[1] for it in audited(office)] == ["hours_set", "hours_reset"]
    assert chief.browser.get(f"{PAGE}/week/nothing").status_code == 404


def test_a_special_day_is_added_changed_and_removed(
    office: WebDeskHarness, chief: WebCaseworker
) -> None:
    for hours, expected in (("", []), ("9-12", ["09:00-12:00"])):
        form = {"day": "2099-02-06", "name": "Lunar New Year", "hours": hours}
        chief.browser.post(f"{PAGE}/days", form)
        (found,) = [it for it in plan(office).days if it.name]
        assert [str(it) for it in found.spans] == expected
    assert "2099-01-01" in words(chief)  # that of the settings is kept
    chief.browser.post(f"{PAGE}/days/remove", {"day": "2099-02-06"})
    assert not [it for it in plan(office).days if it.name]
    assert [it[3] for it in audited(office)] == [
        "+2099-02-06:closed", "+2099-02-06:09:00-12:00", "-2099-02-06",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "field", "told"),
    [
        ({"day": "2020-02-06"}, "day", "This day is past."),
        ({"day": "31 February"}, "day", "Write a day"),
        ({"day": "tomorrow 14:00"}, "day", "Write a day"),
        ({"name": ""}, "name", "Enter a name"),
        ({"name": "x" * 41}, "name", "Enter a name"),
        ({"hours": "noon"}, "hours", "Not understood."),
    ],
)
def test_a_wrong_special_day_is_answered_beside_its_field(
    office: WebDeskHarness, chief: WebCaseworker, form: dict[str, str], field: str, told: str
) -> None:
    right = {"day": "2099-05-05", "name": "Moving house", "hours": "10-14"}
    said = chief.browser.post(f"{PAGE}/days", right | form)
    assert said.status_code == 422
    assert told in said.text.partition(f'id="fault-{field}">')[2][:80]
    for typed in (right | form).values():
        assert f'value="{typed}"' in said.text
    assert DAYS not in plan(office).stored


def test_holidays_of_the_country_are_proposed_and_only_ticked_ones_hold(
    office: WebDeskHarness, chief: WebCaseworker
) -> None:
    first, second = office.front.place.holidays[-2:]
    shown = words(chief, f"{PAGE}/days")
    assert f"{first.day} " in shown
    assert "Constitution Day" in shown
    chief.browser.post(f"{PAGE}/days/holidays", {f"holiday-{first.day}": "1"})
    found = plan(office).special_day(first.day)
    assert found is not None
    assert found.name == first.name
    assert plan(office).special_day(second.day) is None
    shown = chief.browser.get(f"{PAGE}/days").text
    assert f"holiday-{first.day}" not in shown
    assert f"holiday-{second.day}" in shown
    chief.browser.post(f"{PAGE}/days/holidays", {})
    assert "Tick at least one holiday" in words(chief)


def test_a_typhoon_closes_everything_for_the_rest_of_today(
    office: WebDeskHarness, chief: WebCaseworker
) -> None:
    chief.browser.post(f"{PAGE}/week/general", WEEK_FORM | {"day6": "0-24", "day7": "0-24"})
    now = office.home.loop.now()
    assert plan(office).hours().is_open(now)
    chief.browser.post(f"{PAGE}/days/close-now", {"name": "Typhoon"})
    assert not plan(office).hours().is_open(office.home.loop.now())
    shown = words(chief)
    assert "People are told so from now on" in shown
    assert f"{today(office)}" in shown
    assert "Typhoon" in shown
    assert "Close now" not in words(chief, f"{PAGE}/days")
    chief.browser.post(f"{PAGE}/days/remove", {"day": today(office)})
    assert plan(office).hours().is_open(office.home.loop.now())


def test_reply_times_are_typed_in_any_unit_and_may_not_fall(
    office: WebDeskHarness, chief: WebCaseworker
) -> None:
    chief.browser.post(f"{PAGE}/replies", REPLIES_FORM)
    assert plan(office).minutes == (2, 30, 240, 1440, 4320)
    assert 'value="30 min"' in chief.browser.get(f"{PAGE}/replies").text
    for wrong, told in (
        ({"p1": "soon"}, "Write a time"),
        ({"p2": "10 min"}, "must not be shorter"),
        ({"p4": "60 d"}, "Between a minute and 31 days"),
        ({"p0": "0"}, "Between a minute and 31 days"),
    ):
        said = chief.browser.post(f"{PAGE}/replies", REPLIES_FORM | wrong)
        (field,) = wrong
        assert told in said.text.partition(f'id="fault-{field}">')[2][:80]
        assert f'value="{wrong[field]}"' in said.text
    assert plan(office).minutes == (2, 30, 240, 1440, 4320)
    assert [it[2:] for it in audited(office)] == [(REPLIES, "2,30,240,1440,4320")]


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.AUDITOR])
def test_only_supervisors_and_administrators_see_and_change_hours(
    office: WebDeskHarness, role: Role
) -> None:
    other = office.worker("Mei", role).comes()
    for path in (PAGE, f"{PAGE}/week/general", f"{PAGE}/days", f"{PAGE}/replies"):
        assert other.browser.get(path).status_code == 404
    for path, form in (("week/general", WEEK_FORM), ("days/close-now", {}), ("reset", {})):
        assert other.browser.post(f"{PAGE}/{path}", form).status_code == 404
    assert not plan(office).stored


def test_the_settings_page_says_what_was_replaced_at_the_desk(office: WebDeskHarness) -> None:
    chief = office.worker("Wen", Role.ADMINISTRATOR).comes()
    assert "Replaced at the desk" not in words(chief, "/administration/deployment")
    chief.browser.post(f"{PAGE}/replies", REPLIES_FORM)
    row = chief.browser.get("/administration/deployment").text.partition("HAVEN_PROMISE_MINUTES")[2]
    assert "Replaced at the desk" in row.partition("</tr>")[0]


def test_the_country_proposes_each_day_once_and_in_order(web_desk: WebDeskHarness) -> None:
    days = [it.day for it in web_desk.front.place.holidays]
    assert days == sorted(set(days))
    assert all(it.name and it.local_name for it in web_desk.front.place.holidays)
    assert days[-1] - days[0] < timedelta(days=800)
