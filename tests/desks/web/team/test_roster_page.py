"""The roster shows who is on duty and on call; supervisors change it, and calls follow it."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.state_machine import Role
from bot.clock import HOUR, SECOND
from bot.hotline.on_call.roster import CallChannel, OnCallSettings

if TYPE_CHECKING:
    from pathlib import Path

    from bot.hotline.on_call.roster import OnCallPerson
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

PAGE, TAIPEI = "/roster", ZoneInfo("Asia/Taipei")
EVERY_DAY = {f"day{number}": "1" for number in range(1, 8)}


def today(office: WebDeskHarness) -> date:
    return datetime.fromtimestamp(office.home.seconds(), office.front.zone).date()


def puts(chief: WebCaseworker, who: WebCaseworker, **given: str) -> str:
    """Put somebody on call; return the page that follows."""
    form = {"staff": who.id, "position": "1", "hours": "", "email": "", "telegram": "1"}
    said = chief.browser.post("/roster/set", form | EVERY_DAY | given)
    assert said.headers["location"] == PAGE
    return chief.browser.get(PAGE).text


def person(office: WebDeskHarness, who: WebCaseworker) -> OnCallPerson | None:
    return office.home.database.writer.run_sync(lambda work: office.front.on_call.of(work, who.id))


def row(page: str, who: WebCaseworker) -> str:
    found = re.search(rf'<tr id="call-{who.id}".*?</tr>', page, re.DOTALL)
    return found[0] if found else ""


def test_everyone_sees_who_is_on_duty_with_languages_and_skills(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker(languages=("th",), skills=("children", "karaoke")).comes()
    web_desk.home.colleague("Auditor", role=Role.AUDITOR)
    page = mei.browser.get(PAGE).text.partition('id="duty"')[2].partition("</section>")[0]
    words = " ".join(re.sub("<[^>]*>", " ", page).split())
    assert "Mei caseworker: Thai; children, karaoke" in words
    assert "Auditor" not in words


def test_a_supervisor_puts_a_colleague_on_call_and_the_calls_follow(
    web_desk: WebDeskHarness,
) -> None:
    chief, mei = web_desk.supervisor().comes(), web_desk.worker().comes()
    page = puts(chief, mei, hours="21:00-09:00", email="mei@example.org", day1="")
    found = person(web_desk, mei)
    assert found is not None
    assert found.settings.hours == "21:00-09:00"
    assert found.settings.days == (2, 3, 4, 5, 6, 7)
    assert found.settings.channels == (CallChannel.TELEGRAM, CallChannel.EMAIL)
    assert "21:00-09:00" in row(page, mei)
    seen = mei.browser.get(PAGE).text
    assert "21:00-09:00" in row(seen, mei)
    assert "mei@example.org" not in seen
    assert "/roster/set" not in seen
    deeds = web_desk.home.ask("SELECT actor, subject, detail FROM audit WHERE deed = 'on_call_set'")
    assert [tuple(it) for it in deeds] == [(chief.id, mei.id, "telegram:email")]
    chief.browser.post("/roster/remove", {"staff": mei.id})
    assert person(web_desk, mei) is None


def test_a_day_off_is_not_covered_and_is_put_back(web_desk: WebDeskHarness) -> None:
    chief, mei = web_desk.supervisor().comes(), web_desk.worker(account=6_000_000_001)
    assert "no one</span>" in puts(
        chief, web_desk.worker("Jun")
    )  # on call, but no call reaches him
    puts(chief, mei)
    day = today(web_desk)
    assert 'class="warn small"><span class="day-name">' not in chief.browser.get(PAGE).text
    for expected in (False, True):
        said = chief.browser.post(
            "/roster/day", {"staff": mei.id, "day": day.isoformat(), "week": "0"}
        )
        assert said.headers["location"] == "/roster?week=0"
        found = person(web_desk, mei)
        assert found is not None
        assert found.settings.covers(day) is expected
        assert found.is_on_call(web_desk.front.zone, web_desk.home.loop.now()) is expected
        page = chief.browser.get(PAGE).text
        assert ("no one</span>" in page) is not expected
        assert ("on call now" in row(page, mei)) is expected


def test_days_of_the_week_are_kept_and_holidays_shown(tmp_path: Path) -> None:
    from tests.support.harnesses.web_desk_harness import WebDeskHarness  # noqa: PLC0415

    office = WebDeskHarness(tmp_path, hours="09:00-18:00", holidays=_next_days())
    chief, mei = office.supervisor().comes(), office.worker()
    form = {"staff": mei.id, "position": "2", "telegram": "1", "hours": "", "email": ""}
    chief.browser.post("/roster/set", {**form, "day2": "1", "day3": "1"})
    found = person(office, mei)
    assert found is not None
    assert (found.position, found.settings.days) == (2, (2, 3))
    assert "Holiday" in chief.browser.get("/roster?week=1").text
    office.close()


def _next_days() -> str:
    from tests.support.moved_clock import MIDDAY  # noqa: PLC0415

    start = datetime.fromtimestamp(MIDDAY / SECOND, TAIPEI).date()
    return ",".join((start + timedelta(days=it)).isoformat() for it in range(7, 14))


@pytest.mark.parametrize(
    "wrong", [{"hours": "9-5"}, {"email": "not an address"}, {"telegram": "", "email": ""}]
)
def test_what_cannot_be_saved_is_said_and_changes_nothing(
    web_desk: WebDeskHarness, wrong: dict[str, str]
) -> None:
    chief, mei = web_desk.supervisor().comes(), web_desk.worker()
    puts(chief, mei, hours="21:00-09:00")
    before = person(web_desk, mei)
    assert "Not saved" in puts(chief, mei, **wrong)
    assert person(web_desk, mei) == before


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.AUDITOR])
def test_only_supervisors_change_the_calls(web_desk: WebDeskHarness, role: Role) -> None:
    chief, mei = web_desk.supervisor().comes(), web_desk.worker()
    puts(chief, mei)
    before, other = person(web_desk, mei), web_desk.worker("Wu", role).comes()
    for path in ("/roster/set", "/roster/remove", "/roster/day"):
        assert other.browser.post(path, {"staff": mei.id}).status_code == 404
    assert person(web_desk, mei) == before


@pytest.mark.parametrize("day", ["", "yesterday", "2020-01-01", "2999-01-01"])
def test_a_day_that_cannot_be_planned_changes_nothing(web_desk: WebDeskHarness, day: str) -> None:
    chief, mei = web_desk.supervisor().comes(), web_desk.worker()
    puts(chief, mei)
    said = chief.browser.post("/roster/day", {"staff": mei.id, "day": day, "week": "0"})
    assert said.status_code == 404
    found = person(web_desk, mei)
    assert found is not None
    assert found.settings.off == ()


@given(
    st.sets(st.integers(1, 7)), st.sets(st.integers(0, 13)), st.integers(0, 13), st.integers(0, 23)
)
def test_who_is_called_at_an_hour_is_what_the_week_says(
    days: set[int], off: set[int], day: int, hour: int
) -> None:
    monday = date(2026, 11, 30)
    settings = OnCallSettings(
        (CallChannel.TELEGRAM,), days=tuple(sorted(days)),
        off=tuple((monday + timedelta(days=it)).isoformat() for it in sorted(off)),
    )  # fmt: skip
    here = monday + timedelta(days=day)
    midnight = datetime(here.year, here.month, here.day, tzinfo=TAIPEI).timestamp()
    now = int(midnight * SECOND) + hour * HOUR
    is_planned = (not days or here.isoweekday() in days) and day not in off
    assert settings.covers(here) is is_planned
    assert settings.opening_hours(TAIPEI).is_open(now) is is_planned


def test_hours_past_midnight_belong_to_the_day_they_begin() -> None:
    settings = OnCallSettings((CallChannel.TELEGRAM,), hours="21:00-09:00", days=(1,))
    hours = settings.opening_hours(TAIPEI)
    tuesday = int(datetime(2026, 12, 1, tzinfo=TAIPEI).timestamp() * SECOND)
    assert hours.is_open(tuesday + 3 * HOUR)  # the night of Monday
    assert not hours.is_open(tuesday + 22 * HOUR)
