"""Courses are due again in a year, feedback reaches the colleague alone, and practice compares."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from bot.cases.state_machine import Role
from bot.desks.practice import PracticeCase
from bot.hotline.staff.training import (
    TrainingContent,
    TrainingKind,
    TrainingRecord,
    current_courses,
)

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebDeskHarness

FEEDBACK = "You asked two questions at once. Next time: one."
SITI = PracticeCase(
    "siti", "Siti", "Siti is made up.", "protection", "id", "K7M4Q2", 2, 1,
    ("documents", "wages"), None, 60, True,  # noqa: FBT003 - as the training gives it
)  # fmt: skip


class OnePerson:
    """A training in which one person came, and one did not."""

    async def cases(self) -> list[PracticeCase]:
        return [SITI]


def test_a_course_and_a_look_along_are_written_down_and_read_by_few(
    web_desk: WebDeskHarness,
) -> None:
    hua, mei, jun = web_desk.supervisor(), web_desk.worker(), web_desk.worker("Jun")
    for each in (hua, mei, jun):
        each.comes()
    today = date(2026, 1, 1)
    course = {"staff": mei.id, "kind": "course", "course": "Act, basics", "certificate": "NIA-77"}
    look = {"staff": mei.id, "kind": "look_along", "course": "Scene Linh", "day": str(today)}
    hua.browser.post("/team/training", {**course, "day": str(today - timedelta(days=400))})
    for wrong, why in (
        ({**course, "day": "yesterday"}, "choose a day"),
        ({**course, "day": "2999-01-01"}, "choose a day"),
        ({**course, "day": str(today), "course": " "}, "which course"),
        (look, "needs feedback"),
    ):
        hua.browser.post("/team/training", wrong)
        assert why in hua.browser.get("/team/training").text
    hua.browser.post("/team/training", {**look, "feedback": FEEDBACK})
    page = hua.browser.get("/team/training").text
    for words in ("Act, basics", "NIA-77", "due since", "Scene Linh", FEEDBACK):
        assert words in page
    sections = [page.index(f'id="training-of-{it.id}"') for it in (mei, hua)]
    assert sections == sorted(sections)  # those whose course is due come first
    own = mei.browser.get("/account/training").text
    assert FEEDBACK in own
    assert "NIA-77" in own
    assert FEEDBACK not in jun.browser.get("/account/training").text
    assert jun.browser.get("/team/training").status_code == 404
    sealed = b"".join(
        bytes(it[0]) for it in web_desk.home.ask("SELECT sealed FROM training_records")
    )
    assert b"NIA-77" not in sealed
    hua.browser.post("/team/training/remove", {"staff": mei.id, "record": "1"})
    assert "NIA-77" not in hua.browser.get("/team/training").text


DAYS = st.dates(date(2020, 1, 1), date(2027, 1, 1))


@given(st.lists(st.tuples(st.sampled_from(["Act", "act", "First aid"]), DAYS), max_size=12))
def test_only_the_newest_of_each_course_is_due_again(taken: list[tuple[str, date]]) -> None:
    records = [
        TrainingRecord(number, "mei", TrainingKind.COURSE, day, TrainingContent(course=name), "hua")
        for number, (name, day) in enumerate(taken)
    ]
    current = current_courses(records)
    assert len(current) == len({name.casefold() for name, _day in taken})
    for it in current:
        assert it.due is not None
        assert it.due > it.day
        same = [day for name, day in taken if name.casefold() == it.content.course.casefold()]
        assert it.day == max(same)


def test_practice_compares_what_was_seen_and_is_marked_on_every_page(
    web_desk: WebDeskHarness,
) -> None:
    mei, rex = web_desk.worker().comes(), web_desk.worker("Rex", Role.AUDITOR).comes()
    assert mei.browser.get("/practice").status_code == 404  # a desk in earnest has none
    assert 'id="practice"' not in mei.browser.get("/queue/mine").text
    web_desk.front.practice = OnePerson()
    assert 'id="practice"' in mei.browser.get("/queue/mine").text
    page = mei.browser.get("/practice").text
    assert "Siti" in page
    assert SITI.about not in page  # before the signs are named nothing is given away
    said = mei.browser.post("/practice/siti", {"sign-documents": "1", "sign-debt": "1"}).text
    for words in (SITI.about, "Missed: ", "Nothing they wrote shows: ", "should be P1"):
        assert words in said
    assert mei.browser.post("/practice/nobody", {}).status_code == 404
    assert rex.browser.get("/practice").status_code == 404
