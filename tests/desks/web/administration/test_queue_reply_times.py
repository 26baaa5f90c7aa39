"""A queue's own reply times: lists, alerts and what people are told agree on one moment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.cases.urgency import Priority
from bot.clock import HOUR, MINUTE, SECOND
from tests.desks.web.administration.test_hours_pages import audited, plan, words

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

PAGE = "/administration/hours"
QUEUE = "trafficking"
"""That of someone who asks to talk to a person."""
GENERAL = {"p0": "2", "p1": "15 min", "p2": "4 h", "p3": "24 h", "p4": "3 d"}


@pytest.fixture
def chief(web_desk: WebDeskHarness) -> WebCaseworker:
    return web_desk.supervisor("Hui").comes()


def due_of(office: WebDeskHarness, reference: str) -> tuple[int, int]:
    """Return the priority of a case and when its reply is due."""
    rows = office.home.ask("SELECT reference, priority, due_at FROM cases")
    return next((priority, due) for it, priority, due in rows if it == reference)


def shown_in_queue(mei: WebCaseworker, reference: str) -> tuple[str, str]:
    """Return how near the list says that the reply is due, and its words."""
    row = mei.browser.get("/queue/waiting").text.partition(f'/cases/{reference}"')[2]
    found = re.search(r'<span class="reply-due (\w+)">([^<]*)<', row)
    assert found is not None
    return found[1], found[2]


def alerts(office: WebDeskHarness, moment: int) -> int:
    """Return how many alerts about a late reply there were until a moment."""
    office.home.advance_time((moment - office.home.loop.now()) / SECOND)
    run, now = office.home.database.writer.run_sync, office.home.loop.now()
    run(lambda work: office.home.house.staff.check_due(work, now))
    found = office.home.ask("SELECT detail FROM audit WHERE deed = 'alert'")
    return sum(str(detail).startswith("late") for (detail,) in found)


@pytest.mark.parametrize(
    ("own", "minutes"),
    [
        ({}, 15),
        ({"p1": "40 min"}, 40),
        ({"p2": "10 h"}, 15),
        ({"p0": "5 min", "p1": "7 min"}, 7),
        ({"p0": "30 min", "p1": "30 min"}, 30),
    ],
)
def test_list_alert_and_what_the_person_reads_name_the_same_moment(
    web_desk: WebDeskHarness, chief: WebCaseworker, own: dict[str, str], minutes: int
) -> None:
    chief.browser.post(f"{PAGE}/replies/{QUEUE}", own)
    mei = web_desk.worker().comes()
    began = web_desk.home.loop.now()
    person, reference = web_desk.add_person()
    priority, due = due_of(web_desk, reference)
    assert priority == Priority.WITHIN_A_DAY
    assert began <= due - minutes * MINUTE <= began + HOUR // 60
    told = f"We try to read it by {web_desk.front.locale('en').format_time(due, began)}"
    assert told in person.presses("Has anyone read it?")[0]
    nearness, left = shown_in_queue(mei, reference)
    assert (nearness, left) in {("fine", f"due in {it} min") for it in (minutes - 1, minutes)}
    assert alerts(web_desk, due - minutes * MINUTE // 3) == 0
    mei.comes()  # a session ends after a quarter of an hour
    assert shown_in_queue(mei, reference)[0] == "soon"
    assert alerts(web_desk, due - SECOND) == 0
    assert alerts(web_desk, due) == 1
    assert alerts(web_desk, due + minutes * MINUTE - SECOND) == 1
    assert alerts(web_desk, due + minutes * MINUTE) == 2


def test_a_queue_gets_reply_times_of_its_own_and_gives_them_up(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    said = chief.browser.post(f"{PAGE}/replies/fishers", {"p2": "90 min", "p4": "5 d"})
    assert said.headers["location"] == PAGE
    assert plan(web_desk).minutes_of("fishers") == (2, 15, 90, 1440, 7200)
    assert plan(web_desk).minutes_of("labour") == plan(web_desk).minutes
    shown = words(chief).partition("Fishers")[2].partition("Change")[0]
    assert "P2 1 h 30 min P4 5 d Set by Hui" in shown
    form = chief.browser.get(f"{PAGE}/replies/fishers").text
    assert 'value="90 min"' in form
    assert 'placeholder="24 h"' in form or 'placeholder="1 d"' in form
    chief.browser.post(f"{PAGE}/replies/fishers", {})
    assert not plan(web_desk).queue_minutes
    assert [it[1:] for it in audited(web_desk)] == [
        ("hours_set", "replies/fishers", "-,-,90,-,7200"),
        ("hours_reset", "replies/fishers", ""),
    ]
    for queue in ("nothing", "general"):
        assert chief.browser.get(f"{PAGE}/replies/{queue}").status_code == 404


@pytest.mark.parametrize(
    ("own", "field", "told"),
    [
        ({"p1": "1 min"}, "p1", "must not be shorter"),
        ({"p1": "5 h"}, "p2", "The general time is shorter"),
        ({"p2": "soon"}, "p2", "Write a time"),
        ({"p4": "40 d"}, "p4", "31 days"),
    ],
)
def test_wrong_times_of_a_queue_are_answered_beside_their_field(
    web_desk: WebDeskHarness, chief: WebCaseworker, own: dict[str, str], field: str, told: str
) -> None:
    said = chief.browser.post(f"{PAGE}/replies/fishers", own)
    assert said.status_code == 422
    assert told in said.text.partition(f'id="fault-{field}">')[2][:100]
    for typed in own.values():
        assert f'value="{typed}"' in said.text
    assert not plan(web_desk).stored


def test_when_general_times_change_what_is_more_urgent_is_never_due_later(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    chief.browser.post(f"{PAGE}/replies/fishers", {"p2": "90 min"})
    chief.browser.post(f"{PAGE}/replies", GENERAL | {"p1": "3 h"})
    assert plan(web_desk).minutes_of("fishers") == (2, 90, 90, 1440, 4320)
    assert plan(web_desk).minutes == (2, 180, 240, 1440, 4320)
