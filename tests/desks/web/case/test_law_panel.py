"""The law in the file of a case: clocks that run, what there is, and papers for offices."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from bot.cases.intake import Intake, NewReport
from bot.cases.state_machine import Role
from bot.clock import DAY, HOUR, SECOND
from bot.desks.locale import StaffLocale
from bot.desks.web.auth.sessions import STEP_UP_LIFETIME
from bot.hotline.check_ins.store import ANSWER, CheckIns
from bot.languages.format_date import format_minguo
from bot.places.authorities import IF_MAYBE_UNDER_18, IF_UNDER_18
from bot.places.taiwan.forms import OFFICE_FORMS as PAPERS
from tests.support.harnesses.hotline_harness import BOT

if TYPE_CHECKING:
    from bot.store.writer import Work
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

SAID = "He keeps my passport."


def claimed(office: WebDeskHarness, worker: WebCaseworker) -> str:
    """Return the number of a case somebody has just claimed."""
    _person, reference = office.add_person(SAID)
    worker.told(reference, "claim")
    return reference


def file_of(worker: WebCaseworker, reference: str) -> str:
    return worker.browser.get(f"/cases/{reference}/panes/file").text


def part(text: str, name: str) -> str:
    """Return one section of a file as somebody reads it."""
    found = re.search(rf'<section id="{name}">(.*?)</section>', text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split()) if found else ""


def at(office: WebDeskHarness, span: int) -> str:
    """Return a moment as somebody types it."""
    return office.front.legal_deadlines.law.format_time(office.home.loop.now() + span)


def test_a_clock_that_runs_stands_in_the_file_with_its_article_and_its_end(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    reference = claimed(web_desk, mei)
    assert "No legal deadline is running" in part(file_of(mei, reference), "deadlines")
    mei.does(reference, "clock", code="contact", words=at(web_desk, -53 * HOUR))
    shown = part(file_of(mei, reference), "deadlines")
    assert "assistance may end in 19 h" in shown or "assistance may end in 18 h" in shown
    assert f"until {at(web_desk, 19 * HOUR)}" in shown
    assert "Article 16, subparagraph 1" in shown
    assert 'class="reply-due soon"' in file_of(mei, reference)


def test_a_time_that_is_over_says_so_and_another_event_ends_it(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    reference = claimed(web_desk, mei)
    mei.does(reference, "clock", code="contact", words=at(web_desk, -80 * HOUR))
    assert 'class="reply-due late"' in file_of(mei, reference)
    mei.does(reference, "clock", code="contact", words=at(web_desk, -HOUR))
    assert 'class="reply-due late"' not in file_of(mei, reference)


def test_a_mistake_is_struck_stays_to_be_seen_and_starts_no_clock(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    reference = claimed(web_desk, mei)
    today = web_desk.front.legal_deadlines.law.date_of(web_desk.home.loop.now())
    mei.does(reference, "clock", code="not_identified", words=today.isoformat())
    last = (today + timedelta(days=20)).isoformat()
    assert f"until {last}" in part(file_of(mei, reference), "deadlines")
    mei.does(reference, "strike", code="1")
    shown = part(file_of(mei, reference), "deadlines")
    assert "No legal deadline is running" in shown
    assert "struck out: does not count" in shown
    again = mei.does(reference, "strike", code="1").json()
    assert again["refused"]


@pytest.mark.parametrize(
    ("code", "day"),
    [("contact", "some day"), ("contact", "2199-01-01"), ("contact", "1990-01-01"),
     ("elsewhere", "2026-01-01"), ("contact", "2026-02-30")],
)  # fmt: skip
def test_what_cannot_have_happened_is_refused_with_a_reason(
    web_desk: WebDeskHarness, code: str, day: str
) -> None:
    mei = web_desk.worker().comes()
    reference = claimed(web_desk, mei)
    said = mei.does(reference, "clock", code=code, words=day).json()
    assert said["refused"]
    assert said["told"]
    assert "No legal deadline is running" in part(file_of(mei, reference), "deadlines")


def test_legal_deadlines_need_access_to_the_case(
    web_desk: WebDeskHarness,
) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    admin = web_desk.worker("Wu", role=Role.ADMINISTRATOR).comes()
    reference = claimed(web_desk, mei)
    mei.does(reference, "clock", code="contact", words=at(web_desk, -53 * HOUR))
    assert jun.does(reference, "clock", code="contact", words="").status_code == 404
    assert jun.browser.get(f"/cases/{reference}/panes/file").status_code == 404
    assert 'id="deadlines"' not in file_of(admin, reference)
    assert "assistance may end" not in file_of(admin, reference)


def test_what_there_is_by_law_stands_in_the_file_until_it_expires(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    reference = claimed(web_desk, mei)
    shown = part(file_of(mei, reference), "entitlements")
    assert "NT$10000" in shown
    assert "once they are identified as a victim" in shown
    mei.does(reference, "clock", code="identified", words="")
    assert "once they are identified" not in part(file_of(mei, reference), "entitlements")


def test_an_altered_row_of_the_clocks_stops_the_counting_and_not_the_page(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    reference = claimed(web_desk, mei)
    mei.does(reference, "clock", code="contact", words=at(web_desk, -53 * HOUR))
    web_desk.home.ask("UPDATE clock_events SET sealed = X'00112233' RETURNING id")
    shown = part(file_of(mei, reference), "deadlines")
    assert "were altered in the database" in shown
    assert "assistance may end" not in shown


def test_closing_a_case_with_running_deadlines_needs_a_reason(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    reference, other = claimed(web_desk, mei), claimed(web_desk, mei)
    today = web_desk.front.legal_deadlines.law.date_of(web_desk.home.loop.now())
    mei.does(reference, "clock", code="not_identified", words=today.isoformat())
    last = (today + timedelta(days=20)).isoformat()
    for verb, code in (("close", "helped"), ("merge", other)):
        said = mei.does(reference, verb, code=code).json()
        assert said["refused"], verb
        assert f"({last}: the time to object ends in 20 d)" in said["told"], verb
        file = mei.browser.get(f"/cases/{reference}").text + file_of(mei, reference)
        assert re.search(rf'do/{verb}"(?:(?!</form>).)*name="words"', file, re.DOTALL), verb
    mei.told(reference, "close", code="helped", words="Their lawyer objects.")
    assert "Their lawyer objects." in mei.browser.get(f"/cases/{reference}").text


def test_of_many_that_are_closed_those_whose_clocks_run_stay_open(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    over, runs = claimed(web_desk, mei), claimed(web_desk, mei)
    mei.does(runs, "clock", code="contact", words=at(web_desk, -HOUR))
    marked = {f"case.{over}": "1", f"case.{runs}": "1"}
    mei.browser.post("/bulk-close/confirm", {**marked, "code": "helped"})
    stands = dict(web_desk.home.ask("SELECT reference, status FROM cases"))
    assert (stands[over], stands[runs]) == ("closed", "held")
    said = mei.browser.get("/queue/mine").text
    assert f"{runs} stays open: Legal deadlines still run" in said


# --- an agreed hour ---------------------------------------------------------------------------


def test_an_agreed_hour_stands_in_the_file_and_is_ended_before_the_case_is(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    reference = claimed(web_desk, mei)
    _person, other = web_desk.add_person("Another.")
    mei.told(other, "claim")
    _agrees(web_desk, reference)
    file = file_of(mei, reference)
    assert "Agreed hour: every day at 21:00" in file
    assert "call a number" in file
    for verb, code in (("close", "helped"), ("merge", other)):
        assert "An hour is agreed on" in mei.does(reference, verb, code=code).json()["told"], verb
    mei.told(reference, "check_in")
    assert "Agreed hour" not in file_of(mei, reference)
    assert mei.does(reference, "check_in").json()["refused"]
    mei.told(reference, "close", code="helped")


def _agrees(office: WebDeskHarness, reference: str) -> None:
    case, front, now = office.case(reference), office.front, office.home.loop.now()
    ((key,),) = office.home.ask(f"SELECT chat_key FROM cases WHERE id = '{case}'")  # noqa: S608 - ours
    hours = CheckIns(front.vault, front.audit)

    def agree(work: Work) -> None:
        hours.set_passphrase(work, case, key, bytes(32), ANSWER)
        hours.schedule(work, case, key, 21, "call", now, front.zone, is_daily=True)

    office.home.database.writer.run_sync(agree)


# --- papers ----------------------------------------------------------------------------------


def test_a_draft_is_handed_over_with_its_days_and_is_written_down(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    reference = claimed(web_desk, mei)
    law = web_desk.front.legal_deadlines.law
    served = law.date_of(web_desk.home.loop.now() - 5 * DAY)
    mei.does(reference, "clock", code="not_identified", words=served.isoformat())
    draft = mei.browser.get(f"/cases/{reference}/forms/objection")
    assert draft.status_code == 200
    assert draft.headers["content-type"] == "text/plain; charset=utf-8"
    assert draft.headers["content-disposition"] == (
        f'attachment; filename="{reference}-objection.txt"'
    )
    assert "sandbox" in draft.headers["content-security-policy"]
    assert draft.text.startswith(PAPERS.draft_notice)
    assert format_minguo(served) in draft.text
    assert SAID in draft.text
    rows = web_desk.home.ask("SELECT actor, detail FROM audit WHERE deed = 'draft'")
    assert rows == [(mei.id, "objection")]


def test_a_draft_wants_the_second_factor_again_after_a_while(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    reference = claimed(web_desk, mei)
    web_desk.home.advance_time(STEP_UP_LIFETIME / SECOND + 1)
    said = mei.browser.get(f"/cases/{reference}/forms/work")
    assert said.status_code == 303
    assert said.headers["location"] == f"/step-up?back=/cases/{reference}"
    assert web_desk.home.ask("SELECT 1 FROM audit WHERE deed = 'draft'") == []


@pytest.mark.parametrize("path", ["drafts/diploma", "drafts/..%2fwork", "drafts/WORK"])
def test_there_is_no_other_paper(web_desk: WebDeskHarness, path: str) -> None:
    mei = web_desk.worker().comes()
    reference = claimed(web_desk, mei)
    assert mei.browser.get(f"/cases/{reference}/{path}").status_code == 404


def test_form_drafts_are_refused_without_access_and_to_other_sites(
    web_desk: WebDeskHarness,
) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    admin = web_desk.worker("Wu", role=Role.ADMINISTRATOR).comes()
    reference = claimed(web_desk, mei)
    path = f"/cases/{reference}/forms/work"
    assert jun.browser.get(path).status_code == 404
    assert admin.browser.get(path).status_code == 404
    assert mei.browser.get(path, **{"sec-fetch-site": "cross-site"}).status_code == 404
    assert mei.browser.get(path, **{"sec-fetch-site": "same-origin"}).status_code == 200


@pytest.mark.parametrize(("age", "is_certain"), [("under", True), ("unsaid", False)])
def test_a_duty_stands_after_its_condition_and_is_bold_only_where_that_is_known(
    web_desk: WebDeskHarness, age: str, is_certain: bool
) -> None:
    mei = web_desk.worker().comes()
    reference = claimed(web_desk, mei)
    case, intake = web_desk.case(reference), Intake(web_desk.vault, BOT)
    told = NewReport(case, "addition", "report", {"under_18": age}, web_desk.home.loop.now())
    web_desk.home.database.writer.run_sync(lambda work: intake.store(work, [], [told]))
    page = file_of(mei, reference)
    duties = re.findall(r'<p class="duty">(.*?)</p>', page, re.DOTALL)
    condition = IF_UNDER_18 if is_certain else IF_MAYBE_UNDER_18
    assert len(duties) == len(web_desk.front.place.law.child_duties)
    assert all(it.startswith(condition.source) for it in duties)
    assert all(("<strong>" in it) is is_certain for it in duties)


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        ("when_i_write", "You may write for 30 minutes after the person last wrote."),
        ("hours:morning", "for 30 minutes after the person last wrote, and at 6-12."),
        ("any_time", "You may write at any time."),
        ("a rule of tomorrow", "You may write for 30 minutes after the person last wrote."),
    ],
)
def test_a_contact_rule_is_a_sentence_to_the_caseworker(rule: str, shown: str) -> None:
    assert shown in StaffLocale("en", ZoneInfo("Asia/Taipei")).contact_rule(rule)
