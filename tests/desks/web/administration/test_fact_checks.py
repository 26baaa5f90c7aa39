"""Two people check a number, and people are told what they found: at once, and not before."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from html import unescape
from typing import TYPE_CHECKING

import pytest

from bot.app.fact_checks import use_stored_checks
from bot.app.referral_recipients import find_recipients
from bot.app.texts import build_fact_source, build_system_texts
from bot.cases.state_machine import Role
from bot.clock import DAY, SECOND
from bot.desks.web.administration.texts import DIRECTORY_NOTES
from bot.dispatch.rendering import Renderer
from bot.hotline.fact_checks import LAPSES_AFTER, FactChecks
from bot.languages import catalogue
from bot.places.registry import use_checks
from bot.places.taiwan.directory import SHOWN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

WRONG_BANNER = "A colleague found this wrong: "


@pytest.fixture(autouse=True)
def after_the_release(web_desk: WebDeskHarness) -> Iterator[None]:
    """Let it be later than the day on which the release was verified."""
    web_desk.home.advance_time(10 * DAY / SECOND)
    yield
    use_checks(())


def checks(
    who: WebCaseworker, verdict: str, code: str = "1955", kind: str = "number"
) -> httpx.Response:
    fields = {"kind": kind, "code": code, "method": "call", "verdict": verdict}
    return who.browser.post("/administration/directory/check", fields)


def told(office: WebDeskHarness) -> str:
    """Return the numbers people are told for work, as the bot of this deployment says them."""
    return build_system_texts(office.home.settings).blanks(catalogue("en"))["digits_work"]


def verified_on(office: WebDeskHarness, code: str = "1955") -> str:
    return office.front.place.directory[code].verified_on.isoformat()


def test_the_page_of_numbers_says_what_is_unknown_in_the_language_of_the_desk(
    web_desk: WebDeskHarness,
) -> None:
    entries = web_desk.front.place.directory.values()
    notes = {it.missing for it in entries} | {it.hours for it in entries} - {"24 h"}
    notes |= {it.answered_by.source for it in entries if it not in SHOWN.values()}
    notes.discard("")
    assert notes == set(DIRECTORY_NOTES)
    wu = web_desk.worker("Wu", Role.ADMINISTRATOR).comes()
    wu.browser.post("/language", {"language": "zh_Hant", "back": "/"})
    page = unescape(wu.browser.get("/administration/directory").text)
    page = "".join(page.split("</table>")[:2])  # the two tables of numbers
    assert [it for it in notes if it in page] == []
    assert [it for it in notes if catalogue("zh_Hant", "staff").gettext(it) not in page] == []


def today(office: WebDeskHarness) -> str:
    at = office.home.loop.now() / SECOND
    return datetime.fromtimestamp(at, office.front.zone).date().isoformat()


def test_the_day_of_a_number_moves_only_with_a_second_person(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    before, day = verified_on(web_desk), today(web_desk)
    assert before < day
    for _again in range(2):  # the same person is not two people
        assert checks(mei, "right").status_code == 303
        assert verified_on(web_desk) == before
    assert "Not confirmed yet" in jun.browser.get("/administration/directory").text
    checks(jun, "right")
    assert verified_on(web_desk) == day
    assert "confirmed by Jun" in mei.browser.get("/administration/directory").text
    assert web_desk.front.place.directory["110"].verified_on.isoformat() == before


def test_a_number_two_people_found_wrong_is_told_to_no_one(web_desk: WebDeskHarness) -> None:
    mei, hua = web_desk.worker().comes(), web_desk.supervisor().comes()
    assert "1955" in told(web_desk)
    checks(mei, "wrong")
    assert "1955" in told(web_desk)
    checks(hua, "wrong")
    assert "1955" not in told(web_desk)
    page = hua.browser.get("/administration/directory").text
    assert "hidden: two people found it wrong" in page
    for who in (mei, hua):  # they were told something else meanwhile
        checks(who, "right")
    assert "1955" in told(web_desk)


def test_two_people_who_disagree_change_nothing_until_a_third_agrees(
    web_desk: WebDeskHarness,
) -> None:
    mei, jun, hua = (web_desk.worker(name).comes() for name in ("Mei", "Jun", "Hua"))
    checks(mei, "wrong")
    checks(jun, "right")
    assert "1955" in told(web_desk)
    checks(hua, "wrong")
    assert "1955" not in told(web_desk)
    rows = web_desk.home.ask("SELECT verdict, checked_by, confirmed_by FROM fact_checks")
    assert rows == [("wrong", mei.id, hua.id)]


def test_supervisors_see_at_once_what_one_person_found_wrong(web_desk: WebDeskHarness) -> None:
    mei, hua = web_desk.worker().comes(), web_desk.supervisor().comes()
    with web_desk.front.streams.subscribe(hua.id) as stream:
        assert WRONG_BANNER not in hua.browser.get("/queue/waiting").text
        checks(mei, "wrong")
        assert stream.events.get_nowait() == "all"  # every open page asks for its panes again
    for path in ("/queue/waiting", "/team", "/administration/directory/wrong"):
        assert f"{WRONG_BANNER}1955" in hua.browser.get(path).text, path
    assert WRONG_BANNER not in mei.browser.get("/queue/waiting").text
    checks(hua, "wrong")
    assert WRONG_BANNER not in hua.browser.get("/queue/waiting").text


def test_every_process_follows_within_its_next_look(web_desk: WebDeskHarness) -> None:
    """The bot of another process reads the database, and forgets what it had filled in."""
    mei, hua = web_desk.worker().comes(), web_desk.supervisor().comes()
    texts = build_system_texts(web_desk.home.settings)
    renderer = web_desk.home.house.setting.renderer
    assert isinstance(renderer, Renderer)
    assert "1955" in renderer.blanks("en")["digits_work"]
    checks(mei, "wrong")
    checks(hua, "wrong")
    use_checks(())  # as in a process that knows nothing of it yet
    assert "1955" in texts.blanks(catalogue("en"))["digits_work"]
    web_desk.home.database.writer.run_sync(web_desk.home.house.fact_checks.follow)
    assert "1955" not in texts.blanks(catalogue("en"))["digits_work"]
    assert "1955" not in renderer.blanks("en")["digits_work"]


def test_a_restart_keeps_what_two_people_found(web_desk: WebDeskHarness) -> None:
    mei, hua = web_desk.worker().comes(), web_desk.supervisor().comes()
    for who in (mei, hua):
        checks(who, "wrong")
    use_checks(())
    web_desk.home.restart()
    assert "1955" not in told(web_desk)


def test_commands_say_what_two_people_found(web_desk: WebDeskHarness, tmp_path: Path) -> None:
    mei, hua = web_desk.worker().comes(), web_desk.supervisor().comes()
    for who in (mei, hua):
        checks(who, "wrong")
    use_checks(())
    url = web_desk.home.database.url.render_as_string(hide_password=False)
    of_command = replace(web_desk.home.settings, data=tmp_path, database_url=url)
    use_stored_checks(of_command)
    assert "1955" not in told(web_desk)
    use_stored_checks(replace(of_command, database_url=f"{url}.none"))


def test_an_organisation_two_people_found_wrong_is_offered_no_one(
    web_desk: WebDeskHarness,
) -> None:
    mei, hua = web_desk.worker().comes(), web_desk.supervisor().comes()
    settings, now = web_desk.home.settings, web_desk.home.loop.now()
    assert find_recipients(settings)["police"].is_offered_at(now)
    recipients = web_desk.home.house.staff.service.hotline.recipients
    for who in (mei, hua):
        assert recipients["police"].is_offered_at(now)
        checks(who, "wrong", "police", "recipient")
    assert not recipients["police"].is_offered_at(now)
    assert "agreed_office" in build_fact_source(settings)(now)


def test_a_check_that_no_one_confirms_lapses(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    checks(mei, "wrong")
    web_desk.home.advance_time(LAPSES_AFTER / SECOND + 1)
    checks(jun.comes(), "wrong")
    assert "1955" in told(web_desk)
    now = web_desk.home.loop.now()
    web_desk.home.database.writer.run_sync(lambda work: FactChecks.delete_lapsed(work, now))
    assert web_desk.home.ask("SELECT checked_by FROM fact_checks") == [(jun.id,)]


def test_both_people_are_in_the_audit_log(web_desk: WebDeskHarness) -> None:
    mei, hua = web_desk.worker().comes(), web_desk.supervisor().comes()
    for who in (mei, hua):
        checks(who, "right")
    rows = web_desk.home.ask(
        "SELECT actor, deed, subject, detail FROM audit WHERE subject = 'number:1955' ORDER BY id"
    )
    assert rows == [
        (mei.id, "fact_check", "number:1955", "right/call"),
        (hua.id, "fact_confirm", "number:1955", "right/call"),
    ]


def test_auditors_and_unknown_facts_change_nothing(web_desk: WebDeskHarness) -> None:
    auditor, mei = web_desk.worker("An", Role.AUDITOR).comes(), web_desk.worker().comes()
    assert checks(auditor, "wrong").status_code == 404
    for code, verdict in (("9999", "wrong"), ("1955", "perhaps")):
        assert checks(mei, verdict, code).status_code == 404
    assert web_desk.home.ask("SELECT * FROM fact_checks") == []
