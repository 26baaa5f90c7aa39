"""Services, what happens to a person once, and training: people are counted, not entries."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot.clock import DAY
from bot.hotline.commands.types import Verb
from bot.hotline.figures.counters import month_number, month_start
from bot.hotline.figures.model import FIGURES, Count, Figure, ShownMonth, parse_month
from bot.hotline.figures.months import load_months, release, store_month
from bot.hotline.figures.report import as_csv, as_json, year_totals
from bot.hotline.services.model import PlanAction, PlanEntry
from bot.hotline.staff.training import (
    TrainingContent,
    TrainingKind,
    TrainingRecord,
    TrainingRecords,
)
from tests.hotline.figures.test_frozen_months import counted, numbers
from tests.hotline.services.test_service_plan import PLANS, plan_of, record
from tests.support.dispatch_inspection import send_report
from tests.support.harnesses.hotline_harness import ALWAYS, VAULT, HotlineHarness
from tests.support.people.caseworker_driver import refusals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.store.writer import Work
    from tests.support.people.caseworker_driver import CaseworkerDriver

ASK = PlanEntry(action=PlanAction.ASK, service="lawyer", by="person", day="2026-11-25")


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HotlineHarness]:
    home = HotlineHarness(tmp_path_factory.mktemp("casework"), hours=ALWAYS)
    yield home
    home.close()


def cases_of_two_who_agree_and_one_who_refuses(home: HotlineHarness) -> list[str]:
    for answer in ("You may count it", "You may count it", "Do not count it"):
        person = home.person()
        send_report(person)
        person.presses("More choices", "Skip", "Skip", answer)
        home.advance_time(1)
    return [case for (case,) in home.ask("SELECT id FROM cases ORDER BY opened_at, id")]


def services(home: HotlineHarness, month: int) -> dict[str, dict[str, int]]:
    found = counted(home, month)
    named = {name: it for name, it in found.items() if name.startswith("services_")}
    shown = {name: numbers(it, "service") for name, it in named.items()}
    return {name.removeprefix("services_"): it for name, it in shown.items() if it}


def write_plans(mei: CaseworkerDriver, cases: list[str]) -> None:
    for case in cases:
        mei.claims(case)
        assert record(mei, case, "offer.doctor", "accept.doctor", "give.doctor") == []
        # A save that is sent again, and the second of many visits, are the same person.
        assert record(mei, case, "give.doctor", "give.doctor") == []
    assert record(mei, cases[0], "offer.place", "refuse.place", "offer.counsellor") == []


def test_each_case_counts_once_a_month_for_what_became_of_a_service(
    hotline: HotlineHarness,
) -> None:
    month = month_number(hotline.loop.now(), hotline.house.figures.zone)
    cases, mei = cases_of_two_who_agree_and_one_who_refuses(hotline), hotline.colleague()
    asked = hotline.ask("SELECT count(*) FROM plan_entries")[0][0]
    write_plans(mei, cases)
    last = plan_of(hotline, cases[0]).entries[-1].number
    assert not refusals(mei.run_command(Verb.STRIKE_SERVICE, cases[0], code=str(last)))
    found = services(hotline, month)
    assert bool(found.pop("asked", {})) == bool(asked)
    assert found == {
        "offered": {"doctor": 2, "place": 1}, "accepted": {"doctor": 2}, "given": {"doctor": 2},
        "refused": {"place": 1},
    }  # fmt: skip

    # What is entered in the next month is counted there; a service that is new to a place too.
    end = month_start(month + 1, hotline.house.figures.zone)
    hotline.advance_time((end + DAY - hotline.loop.now()) / 1e6)
    assert record(mei, cases[1], "give.doctor", "end.doctor") == []
    odd = PlanEntry(action=PlanAction.ASK, service="of another place", by="person")
    now = hotline.loop.now()
    hotline.database.writer.run_sync(lambda work: PLANS.add(work, cases[1], odd, now))
    assert services(hotline, month)["given"] == {"doctor": 2}
    assert services(hotline, month + 1) == {
        "asked": {"other": 1}, "given": {"doctor": 1}, "ended": {"doctor": 1},
    }  # fmt: skip

    # What happens to a person once is counted in the month in which it was entered first.
    for code in ("identified", "returned", "contact"):
        mei.run_command(Verb.ADD_DEADLINE_EVENT, cases[0], code=code, text="")
        mei.run_command(Verb.ADD_DEADLINE_EVENT, cases[0], code=code, text="")
        mei.run_command(Verb.ADD_DEADLINE_EVENT, cases[2], code=code, text="")
    once = counted(hotline, month + 1)
    assert numbers(once["law"], "event") == {"identified": 1, "returned": 1, "contact": 1}
    assert [once[it].total.number for it in ("identified", "returned")] == [1, 1]  # type: ignore[union-attr]
    end = month_start(month + 2, hotline.house.figures.zone)
    hotline.advance_time((end + DAY - hotline.loop.now()) / 1e6)
    for code in ("identified", "contact"):
        mei.run_command(Verb.ADD_DEADLINE_EVENT, cases[0], code=code, text="")
    assert numbers(counted(hotline, month + 2)["law"], "event") == {"contact": 1}

    # A plan that was altered is left out, and says nothing about the others.
    hotline.ask(
        "DELETE FROM plan_entries WHERE id = (SELECT min(id) FROM plan_entries) RETURNING id"
    )
    assert services(hotline, month)["given"] == {"doctor": 1}

    # Of a case that is erased before the month is frozen nothing is counted.
    erasures = hotline.house.erasure_job._erasures
    now = hotline.loop.now()
    hotline.run(erasures.erase(hotline.database, cases[1], "withdrawn", "mei", now))
    assert services(hotline, month) == {}


def trained(who: str, kind: TrainingKind, day: date) -> TrainingRecord:
    return TrainingRecord(0, who, kind, day, TrainingContent(course="Act"), who)


def test_each_colleague_counts_once_a_month_for_courses(hotline: HotlineHarness) -> None:
    month = parse_month("2026-02") or 0
    mei, jun = hotline.colleague("Mei").id, hotline.colleague("Jun").id
    course, look = TrainingKind.COURSE, TrainingKind.LOOK_ALONG
    days = [date(2026, 2, 1), date(2026, 2, 1), date(2026, 2, 28)]
    listed = [trained(mei, course, it) for it in days]
    listed += [trained(jun, course, date(2026, 1, 31)), trained(jun, course, date(2026, 3, 1))]
    listed += [trained(jun, look, date(2026, 2, 14))]
    store = TrainingRecords(VAULT)
    hotline.database.writer.run_sync(lambda work: [store.add(work, it, 0) for it in listed])
    assert numbers(counted(hotline, month)["training"], "training") == {
        "course": 1, "look_along": 1,
    }  # fmt: skip
    assert numbers(counted(hotline, month - 1)["training"], "training") == {"course": 1}


def test_every_figure_has_a_source_in_the_order_of_the_page(hotline: HotlineHarness) -> None:
    assert tuple(counted(hotline, 2020 * 12)) == FIGURES


def test_a_month_frozen_before_a_figure_existed_is_not_counted_and_never_zero(
    hotline: HotlineHarness,
) -> None:
    old, new = 2025 * 12, 2025 * 12 + 1
    cases, given = Figure("cases", Count(40)), Figure("services_given", Count(30))

    def store(work: Work) -> list[ShownMonth]:
        store_month(work, old, [cases])
        store_month(work, new, [cases, given])
        return [it for it in load_months(work) if it.month in {old, new}]

    before, after = hotline.database.writer.run_sync(store)
    assert "services_given" in before.not_counted
    assert "services_given" not in after.not_counted
    total = year_totals([before, after])["services_given"]
    assert (total.at_least, total.months, total.not_counted) == (30, (None, 30), {0})
    assert total.is_exact  # of the months that count it
    rows = list(csv.DictReader(io.StringIO(as_csv([before, after]))))
    found = [(it["number"], it["status"]) for it in rows if it["figure"] == "services_given"]
    assert found == [("", "not_counted"), ("30", "counted")]
    said = json.loads(as_json([before]))[0]
    assert "services_given" in said["not_counted"]
    assert release([Figure("cases", Count(3))]).staff[0].total is None
