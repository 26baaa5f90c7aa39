"""Hours set at the desk hold at once in every process, else what the settings say."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from bot.app.hours_text import hours_text
from bot.cases.offices import CasePlace
from bot.cases.urgency import Priority
from bot.clock import HOUR, MINUTE, SECOND
from bot.hotline.commands.types import Verb
from bot.hotline.queue.sla import ReplyClocks
from bot.hotline.staff.opening_hours import Span, same_week
from bot.hotline.staff.service_hours import (
    DAYS,
    QUEUE_WEEK,
    REPLIES,
    WEEK,
    ServiceHours,
    SpecialDay,
)
from bot.languages import LANGUAGES, catalogue
from bot.settings import Settings
from tests.support.harnesses.hotline_harness import HotlineHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.hotline.staff.service_hours import ServicePlan

TAIPEI = ZoneInfo("Asia/Taipei")
SETTINGS = {"hours": "09:00-18:00", "weekdays": "1-5", "holidays": "2026-12-25"}
TUESDAYS = same_week("14:00-17:00", {2})
TUESDAY, TODAY = date(2026, 12, 1), date(2026, 11, 28)


def at(moment: str) -> int:
    return int(datetime.fromisoformat(moment).replace(tzinfo=TAIPEI).timestamp()) * SECOND


@pytest.fixture
def house(tmp_path: Path) -> Iterator[HotlineHarness]:
    home = HotlineHarness(tmp_path, **SETTINGS)
    yield home
    home.close()


def sets(home: HotlineHarness, name: str, value: object) -> None:
    """Set a part of the hours, as another process does it."""
    colleague = home.colleague("Hui")
    colleague.run_command(Verb.OFF_DUTY)
    who = colleague.id
    hours, now = ServiceHours(home.settings, home.vault), home.loop.now()
    home.database.writer.run_sync(lambda work: hours.set(work, name, value, who, now))


def plan(home: HotlineHarness, hours: ServiceHours | None = None) -> ServicePlan:
    hours = hours or ServiceHours(home.settings, home.vault)
    return home.database.writer.run_sync(hours.plan)


def test_the_settings_hold_until_something_is_stored_and_after_it_is_reset(
    house: HotlineHarness,
) -> None:
    hours, open_at = ServiceHours(house.settings, house.vault), at("2026-12-01T12:00")
    assert plan(house, hours).hours().is_open(open_at)
    assert not plan(house, hours).stored
    sets(house, WEEK, same_week("09:00-11:00"))
    assert not plan(house, hours).hours().is_open(open_at)
    assert set(plan(house, hours).stored) == {WEEK}
    assert plan(house, hours).special_day(date(2026, 12, 25)) is not None
    assert house.database.writer.run_sync(lambda work: hours.reset(work, WEEK))
    assert plan(house, hours).hours().is_open(open_at)


def test_a_row_that_cannot_be_read_counts_as_not_stored(house: HotlineHarness) -> None:
    sets(house, REPLIES, (1, 2, 3))
    sets(house, f"{QUEUE_WEEK}fishers", "nonsense")
    found = plan(house)
    assert found.minutes == house.settings.response_minutes
    assert not found.stored
    assert not found.queue_weeks
    sets(house, REPLIES, (1, 2, 3, 4, 5))
    assert plan(house).minutes == (1, 2, 3, 4, 5)
    sets(house, f"{QUEUE_WEEK}labour", TUESDAYS)
    house.database.writer.run_sync(
        lambda work: work.execute("UPDATE service_hours SET sealed = x'00' WHERE name = 'replies'")
    )
    assert set(plan(house).stored) == {f"{QUEUE_WEEK}labour"}


def test_a_queue_with_its_own_hours_counts_them_and_the_others_do_not(
    house: HotlineHarness,
) -> None:
    sets(house, f"{QUEUE_WEEK}labour", TUESDAYS)
    clocks, since = ReplyClocks(ServiceHours(house.settings, house.vault)), at("2026-12-01T10:00")

    def due(queue: str, priority: Priority) -> int:
        return house.database.writer.run_sync(
            lambda work: clocks.due_at(work, CasePlace(queue, None, None), priority, since)
        )

    assert due("labour", Priority.WITHIN_A_DAY) == at("2026-12-01T14:15")
    assert due("fishers", Priority.WITHIN_A_DAY) == since + 15 * MINUTE
    assert due("labour", Priority.EMERGENCY) == since + 2 * MINUTE


def test_on_a_special_day_a_queue_is_open_where_both_are(house: HotlineHarness) -> None:
    sets(house, f"{QUEUE_WEEK}labour", TUESDAYS)
    sets(house, DAYS, [SpecialDay(TUESDAY, "Typhoon", (Span(9 * 60, 15 * 60),))])
    found = plan(house)
    assert [str(it) for it in found.hours().spans_on(TUESDAY)] == ["09:00-15:00"]
    assert [str(it) for it in found.hours("labour").spans_on(TUESDAY)] == ["14:00-15:00"]
    assert found.hours().opens_at(at("2026-12-01T15:00")) == at("2026-12-02T09:00")


@pytest.mark.parametrize("queue", ["", "labour"])
def test_closing_now_closes_every_queue_until_the_next_day(
    house: HotlineHarness, queue: str
) -> None:
    sets(house, f"{QUEUE_WEEK}labour", TUESDAYS)
    for moment in ("2026-12-01T12:00", "2026-12-01T15:00"):
        now = at(moment)
        days = plan(house).closed_from(now, "Typhoon")
        assert days is not None
        sets(house, DAYS, days)
        found = plan(house)
        later = range(now, at("2026-12-02T00:00"), HOUR // 2)
        assert not any(found.hours(queue).is_open(it) for it in later)
        assert found.closed_from(now, "Typhoon") is None
        assert found.special_day(date(2026, 12, 25)) is not None
        sets(house, DAYS, [SpecialDay(date(2026, 12, 25))])


def test_closing_now_closes_a_queue_that_alone_is_open(house: HotlineHarness) -> None:
    sets(house, f"{QUEUE_WEEK}labour", same_week("09:00-18:00", {7}))
    now = at("2026-11-29T12:00")  # a Sunday
    assert plan(house).hours("labour").is_open(now)
    assert not plan(house).hours().is_open(now)
    sets(house, DAYS, plan(house).closed_from(now, "Flood"))
    assert not plan(house).hours("labour").is_open(now)


def test_closing_now_ends_the_night_that_began_yesterday(house: HotlineHarness) -> None:
    sets(house, WEEK, same_week("22:00-06:00"))
    now = at("2026-12-01T02:00")
    assert plan(house).hours().is_open(now)
    sets(house, DAYS, plan(house).closed_from(now, "Flood"))
    found = plan(house).hours()
    assert not found.is_open(now)
    assert found.opens_at(now) == at("2026-12-02T22:00")
    assert found.is_open(now - HOUR)


@pytest.mark.parametrize(
    ("week", "told"),
    [
        (same_week("09:00-18:00"), "every day 09:00-18:00"),
        (same_week("09:00-18:00", {1, 2, 3, 4, 5}), "Monday to Friday 09:00-18:00"),
        (same_week("22:00-06:00", {6, 7, 1, 2}), "Saturday to Tuesday 22:00-06:00"),
        (TUESDAYS, "Tuesday 14:00-17:00"),
        (
            ((Span(540, 720), Span(780, 1080)),) * 5 + ((Span(600, 840),), ()),
            "Monday to Friday 09:00-12:00, 13:00-18:00; Saturday 10:00-14:00",
        ),
        (None, "at no fixed hours"),
    ],
)
def test_people_read_the_week_in_words(house: HotlineHarness, week: object, told: str) -> None:
    sets(house, WEEK, week)
    sets(house, DAYS, [SpecialDay(TODAY)])
    assert hours_text(plan(house), date(2026, 12, 1), catalogue("en")) == told
    if week is not None:
        on_holiday = hours_text(plan(house), TODAY, catalogue("en"))
        assert on_holiday == f"{told}, not on holidays"
    assert all(hours_text(plan(house), TODAY, catalogue(tag)) for tag in LANGUAGES)


def test_the_bot_tells_the_new_hours_in_its_next_message(house: HotlineHarness) -> None:
    person = house.person("en")
    person.says("/start")
    person.presses("English")
    assert "Monday to Friday 09:00-18:00" in " ".join(person.says("/help"))
    sets(house, WEEK, TUESDAYS)
    told = " ".join(person.says("/help"))
    assert "Tuesday 14:00-17:00" in told
    assert "09:00-18:00" not in told
    assert Settings(**SETTINGS).hours in " ".join(_after_reset(house, person))  # type: ignore[arg-type]


def _after_reset(home: HotlineHarness, person: object) -> list[str]:
    hours = ServiceHours(home.settings, home.vault)
    home.database.writer.run_sync(lambda work: hours.reset(work, WEEK))
    return person.says("/help")  # type: ignore[attr-defined, no-any-return]


def test_new_cases_are_due_by_the_new_times_and_open_ones_stay_due(house: HotlineHarness) -> None:
    def report() -> tuple[str, int]:
        person = house.person("th")
        person.says("/start")
        person.presses("English", "Talk to a person", "I am safe here")
        person.says("He keeps my passport.")
        person.presses("Send", "Any time")
        ((case, due),) = house.ask(
            "SELECT id, due_at FROM cases ORDER BY opened_at DESC, id LIMIT 1"
        )
        return str(case), int(due)

    first, due = report()
    sets(house, REPLIES, (50, 60, 60, 60, 60))
    sets(house, WEEK, same_week("00:00-24:00"))
    sets(house, DAYS, [])
    house.advance_time(60)
    before = house.loop.now()
    _, new_due = report()
    assert before <= new_due - 60 * MINUTE <= house.loop.now()
    assert house.ask(f"SELECT due_at FROM cases WHERE id = '{first}'") == [(due,)]  # noqa: S608 - ours


def test_a_person_is_told_when_the_queue_of_their_case_opens(house: HotlineHarness) -> None:
    person = house.person("th")
    person.says("/start")
    person.presses("English", "Talk to a person", "I am safe here")
    person.says("He keeps my passport.")
    person.presses("Send", "Any time")
    ((queue,),) = house.ask("SELECT queue FROM cases")
    assert "Nobody reads here now" not in " ".join(person.presses("Has anyone read it?"))
    sets(house, f"{QUEUE_WEEK}{queue}", TUESDAYS)
    assert "November 24 14:00" in " ".join(person.presses("Has anyone read it?"))
    sets(house, DAYS, [SpecialDay(date(2026, 11, day), "Flood") for day in range(20, 31)])
    assert "December 1 14:00" in " ".join(person.presses("Has anyone read it?"))
