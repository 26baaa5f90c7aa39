"""A case that returns to the queue by itself opens for the colleague who comes next."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from bot.cases.state_machine import Role
from bot.clock import MINUTE, SECOND
from bot.desks.web.live.moved_cases import MovedCases
from bot.hotline.events import EventKind
from bot.hotline.on_call.roster import CallChannel, OnCallRoster, OnCallSettings
from tests.support.harnesses.next_desk import NextDesk

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

WORDS = "He keeps my passport."
SEALED = "your key does not open it"
LAPSE = 16 * MINUTE // SECOND


def team(web_desk: WebDeskHarness) -> tuple[WebCaseworker, WebCaseworker]:
    """Return two caseworkers at the desk; their supervisor has a key and is not there."""
    web_desk.supervisor()
    return web_desk.worker().comes(), web_desk.worker("Jun").comes()


def lapses(web_desk: WebDeskHarness) -> None:
    """Let a claim lapse that was not worked on."""
    home = web_desk.home
    home.advance_time(LAPSE)
    home.database.writer.run_sync(lambda work: home.house.staff.check_due(work, home.loop.now()))
    web_desk.settles()


def reads(who: WebCaseworker, reference: str) -> bool:
    """Tell whether a caseworker reads a case; it says so if they do not."""
    shown = who.browser.get(f"/cases/{reference}").text
    assert (WORDS in shown) != (SEALED in shown), shown
    return WORDS in shown


def test_what_returns_at_the_end_of_a_shift_opens_for_the_next(web_desk: WebDeskHarness) -> None:
    mei, jun = team(web_desk)
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    mei.browser.post("/own/off_duty")
    assert f"waiting again for colleagues: {reference}." in mei.browser.get("/shift").text
    jun.told(reference, "claim")
    assert reads(jun, reference)


def test_a_claim_that_lapsed_opens_for_the_next_once_its_holder_asks_for_anything(
    web_desk: WebDeskHarness,
) -> None:
    mei, jun = team(web_desk)
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    jun.browser.get("/queue/waiting")
    lapses(web_desk)
    jun.comes()
    assert not reads(jun, reference)  # the control: no one who could open it was there
    jun.told(reference, "claim")
    assert "Your key does not open this case" in jun.does(reference, "take_over").json()["told"]
    mei.comes()
    assert reads(jun, reference)
    jun.told(reference, "take_over")


def test_an_open_page_of_a_supervisor_is_enough(web_desk: WebDeskHarness) -> None:
    hua, mei = web_desk.supervisor(), web_desk.worker().comes()
    jun = web_desk.worker("Jun")
    hua.comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    web_desk.home.advance_time(LAPSE // 2)
    hua.browser.get("/queue/waiting")  # her session lasts
    web_desk.home.advance_time(-(LAPSE // 2))
    lapses(web_desk)
    jun.comes()
    assert not reads(jun, reference)
    hua.browser.get("/events")  # as an open page does by itself
    assert reads(jun, reference)


def ends_access(web_desk: WebDeskHarness, who: WebCaseworker) -> WebCaseworker:
    """End a colleague's access at the desk; return the administrator who did it."""
    chief = web_desk.worker("Wen", role=Role.ADMINISTRATOR).comes()
    chief.browser.post(f"/staff/account/{who.id}/disable", {"sure": "1"})
    web_desk.settles()
    return chief


ONLY_HUA = "waits, and no caseworker of its queue can open it yet: only Hua."


def test_a_case_of_who_lost_access_opens_for_the_queue_once_a_supervisor_is_there(
    web_desk: WebDeskHarness,
) -> None:
    hua = web_desk.supervisor().comes()
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    ends_access(web_desk, mei)
    assert not reads(jun, reference)
    hua.browser.get("/events")  # as an open page does by itself
    assert reads(jun, reference)
    assert ONLY_HUA not in jun.browser.get(f"/cases/{reference}").text
    jun.told(reference, "claim")


def test_who_cannot_open_such_a_case_reads_who_has_to_come_first(
    web_desk: WebDeskHarness,
) -> None:
    hua = web_desk.supervisor()
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    assert ONLY_HUA not in jun.browser.get(f"/cases/{reference}").text  # the control: it is hers
    chief = ends_access(web_desk, mei)
    assert ONLY_HUA in chief.browser.get("/staff").text
    assert ONLY_HUA in jun.browser.get(f"/cases/{reference}").text
    alerts = [it for it in web_desk.home.board.events if it.kind is EventKind.OVERDUE]
    assert [it.to for it in alerts] == [(hua.id,)]


def test_an_emergency_that_no_one_on_duty_can_open_calls_who_can(
    web_desk: WebDeskHarness,
) -> None:
    hua = web_desk.worker("Hua", role=Role.SUPERVISOR, account=1)
    lan, mei = web_desk.worker("Lan", account=2), web_desk.worker().comes()
    web_desk.worker("Jun").comes()
    _person, reference = web_desk.add_person()
    home = web_desk.home
    for away in (hua, lan):
        home.database.writer.run_sync(
            lambda work, away=away: web_desk.front.staff.set_duty(work, away.id, on=False)
        )
    mei.told(reference, "claim")
    mei.told(reference, "priority", code="0")
    roster, now = OnCallRoster(home.vault, home.settings.zone), home.loop.now()
    reached = OnCallSettings((CallChannel.TELEGRAM,))
    for position, who in enumerate((lan, hua)):
        home.database.writer.run_sync(
            lambda work, who=who, position=position: roster.set(
                work, who.id, position, reached, now
            )
        )
    alarms = home.house.staff.service.on_call
    check = home.database.writer.run_sync
    assert check(lambda work: alarms.check(work, home.loop.now())).calls == []  # the control
    ends_access(web_desk, mei)
    found = check(lambda work: alarms.check(work, home.loop.now()))
    assert [it.person.by.id for it in found.calls] == [hua.id]  # Lan opens it as little as Jun
    hua.comes()
    ended = check(lambda work: alarms.check(work, home.loop.now()))
    assert ended.calls == []


def test_what_moved_while_no_desk_ran_is_made_up_for(web_desk: WebDeskHarness) -> None:
    mei, jun = team(web_desk)
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    case, front = web_desk.case(reference), web_desk.front
    home = web_desk.home
    claims = home.house.staff.service.hotline.claims
    home.database.writer.run_sync(
        lambda work: claims.release(work, case, home.loop.now(), front.staff.find(work, mei.id))
    )
    assert not reads(jun, reference)
    with closing(NextDesk(web_desk)) as restarted:
        restarted.browser_of(mei.browser).get("/queue/waiting")
    assert reads(jun, reference)


def test_no_key_goes_to_who_may_not_open_the_case(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    wen = web_desk.worker("Wen", role=Role.ADMINISTRATOR).comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    mei.browser.post("/own/off_duty")
    web_desk.settles()
    holders = web_desk.vault.cases.wraps.holders_of(web_desk.case(reference))
    assert f"staff/{wen.id}" not in holders
    assert f"staff/{mei.id}" not in holders  # the team's key opens it for her, as for others
    assert holders


def test_each_moved_case_is_told_once_and_what_was_forgotten_is_not_invented() -> None:
    moved = MovedCases()
    assert moved.since(-1) == []
    for case in ("a", "b", "a"):
        moved.add(case)
    assert moved.since(-1) == moved.since(0) == ["a", "b"]
    assert moved.since(2) == ["a"]
    assert moved.since(3) == []
    moved.settle("a", 2)  # it was looked at before it moved for the third time
    assert moved.since(0) == ["a", "b"]
    moved.settle("a", 3)
    assert moved.since(0) == ["b"]
    moved.add("a")  # it has moved again
    assert moved.since(0) == ["a", "b"]
    for number in range(2_000):
        moved.add(str(number))
    assert len(moved.since(0)) == 1_000
    assert moved.since(0)[-1] == "1999"
