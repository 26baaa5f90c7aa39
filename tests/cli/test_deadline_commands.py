"""`haven deadlines`, as a caseworker types it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from bot.clock import DAY, SystemClock
from bot.places.taiwan.deadlines import DEADLINE_RULES
from tests.cli.test_erasure_commands import Done, typing
from tests.support.harnesses.hotline_harness import HotlineHarness

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True)
class Deployment:
    """Somebody wrote that they want to talk."""

    haven: Callable[..., Done]
    reference: str
    mei: str


@pytest.fixture
def deployed(tmp_path: Path) -> Deployment:
    home = HotlineHarness(tmp_path / "data")
    mei = home.colleague("Mei").id
    person = home.person("en")
    person.says("hello")
    person.presses("English", "Talk to a person", "I am safe here")
    person.presses("Send", "Only when I write", "Skip")
    ((reference,),) = home.ask("SELECT reference FROM cases")
    home.close()
    return Deployment(typing(home, tmp_path), reference, mei)


def days_ago(days: int) -> str:
    return DEADLINE_RULES.date_of(SystemClock().now() - days * DAY).isoformat()


def shown(deployed: Deployment) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        deployed.haven("deadlines", "show", deployed.reference, "--json").said
    )
    return found


def test_what_happened_leads_to_dates_articles_and_what_must_follow(
    deployed: Deployment,
) -> None:
    haven, case, mei = deployed.haven, deployed.reference, deployed.mei
    haven("deadlines", "add", case, "not_identified", "--on", days_ago(15), "--by", mei)
    haven("deadlines", "add", case, "contact", "--on", days_ago(2), "--by", mei)
    contact, objection = shown(deployed)["deadlines"]
    assert contact["summary"].startswith("assistance may end in ")
    assert 0 <= contact["hours_left"] < 24  # it ends with the day
    assert objection["last_day"] == days_ago(-5)
    assert "Article 11, paragraph 5" in objection["articles"][0]
    assert "in writing" in objection["must"]
    assert objection["person_acts"]
    told = haven("deadlines", "show", case, "--language", "zh_Hant").said
    assert "第 11 條第 5 項" in told
    assert "失去聯繫" in told


def test_the_queue_says_which_time_runs_out(deployed: Deployment) -> None:
    haven, case, mei = deployed.haven, deployed.reference, deployed.mei
    haven("deadlines", "add", case, "contact", "--on", days_ago(2), "--by", mei)
    (row,) = json.loads(haven("cases", "list", "--json").said)
    assert [it["deadline"] for it in row["deadlines"]] == ["contact"]
    listed = " ".join(haven("cases", "list").said.split())
    assert f"{case} assistance may end in " in listed
    assert "(72-hour contact rule)" in listed


def test_a_mistake_is_struck_and_stays(deployed: Deployment) -> None:
    haven, case, mei = deployed.haven, deployed.reference, deployed.mei
    haven("deadlines", "add", case, "identified", "--on", days_ago(1), "--by", mei)
    haven("deadlines", "retract", case, "1", "--by", mei)
    found = shown(deployed)
    assert found["deadlines"] == []
    assert [(it["event"], it["counts"]) for it in found["events"]] == [
        ("identified", False), ("strike", False),
    ]  # fmt: skip
    assert "retracted" in haven("deadlines", "show", case).said


def test_bad_input_is_answered_and_nothing_is_entered(deployed: Deployment) -> None:
    haven, case, mei = deployed.haven, deployed.reference, deployed.mei
    for given, why in (
        (("contact", "--on", "tomorrow", "--by", mei), "2026-11-25"),
        (("contact", "--on", days_ago(-1), "--by", mei), "not come yet"),
        (("arrived", "--by", mei), "not_identified"),
        (("contact", "--by", "nobody"), "haven staff list"),
    ):
        done = haven("deadlines", "add", case, *given)
        assert (done.returncode, why in done.said) == (1, True), done.said
    assert "haven cases list" in haven("deadlines", "show", "AAAAAA").said
    assert shown(deployed)["events"] == []


def test_what_can_be_entered_is_listed_with_the_day_that_counts(deployed: Deployment) -> None:
    listed = deployed.haven("deadlines", "events").said
    assert all(code in listed for code in DEADLINE_RULES.event_kinds)
    assert "the day it was served" in listed
