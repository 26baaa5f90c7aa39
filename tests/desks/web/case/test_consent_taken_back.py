"""Consent in a case: what stands where, and how a page says that it was taken back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.cases.intake import Intake, NewReport
from tests.support.harnesses.hotline_harness import BOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness
    from tests.support.people.chat_person import ChatPerson

BANNER = "do not share or pass on. Ask a supervisor about erasure."
CONSENT_QUESTION = "Send this now?"
EXPORTS = ("transcript", "print")
ROW_REASON = "consent taken back"


def pane(worker: WebCaseworker, reference: str, name: str) -> str:
    return worker.browser.get(f"/cases/{reference}/panes/{name}").text


def consent_rows(page: str) -> list[str]:
    """Return the lines of the section about consent, without markup."""
    section = page.partition('<section id="consent">')[2].partition("</section>")[0]
    found = re.findall(r"<p>(.*?)</p>", section, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", line) for line in found]


def takes_back(
    office: WebDeskHarness, worker: WebCaseworker, person: ChatPerson, reference: str
) -> None:
    """Let a person whose case is claimed take everything back, ten minutes later."""
    office.home.advance_time(600)
    worker.comes().told(reference, "take_over")
    person.presses("I can write now")
    worker.told(reference, "hand_back")
    person.presses("Take it back", "Take it back")
    office.settles()


def test_consent_taken_back_stands_at_the_top_of_the_case_and_in_the_queue(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    queue = mei.browser.get("/queue/mine").text
    assert BANNER not in pane(mei, reference, "head")  # negative control
    assert ROW_REASON not in queue
    takes_back(web_desk, mei, person, reference)
    head = pane(mei, reference, "head")
    (at,) = web_desk.home.ask("SELECT DISTINCT revoked_at FROM agreements WHERE kind = 'hotline'")
    when = web_desk.front.locale("en").format_full_time(at[0])
    assert f'role="status">The person took consent back on {when}: {BANNER}' in head
    assert ROW_REASON in mei.browser.get("/queue/mine").text


def test_nothing_leaves_a_case_whose_consent_was_taken_back(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    paths = [f"/cases/{reference}/{it}" for it in (*EXPORTS, "forms/work")]
    assert [mei.browser.get(it).status_code for it in paths] == [200] * 3  # negative control
    assert "/transcript" in pane(mei, reference, "file")
    takes_back(web_desk, mei, person, reference)
    before = web_desk.home.ask("SELECT count(*) FROM audit WHERE deed IN ('export', 'draft')")
    for path in paths:
        response = mei.browser.get(path)
        assert (response.status_code, response.headers["location"]) == (303, f"/cases/{reference}")
        assert "Nothing was exported" in mei.browser.get(f"/cases/{reference}").text
    file = pane(mei, reference, "file")
    assert "Locked: the person took consent back." in file
    assert not any(it in file for it in ("/transcript", "/print", "/forms/"))
    after = web_desk.home.ask("SELECT count(*) FROM audit WHERE deed IN ('export', 'draft')")
    assert after == before


def test_a_case_nobody_may_read_any_more_is_not_referred(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    person, reference = web_desk.add_person()
    for verb in ("claim", "take_over"):
        mei.told(reference, verb)
    person.presses("I can write now")
    fields = {"code": "legal_aid", "words": "She asked for a lawyer herself."}
    mei.told(reference, "revoke", code="hotline")
    refused = mei.does(reference, "refer", **fields).json()
    assert refused["refused"]
    assert "nothing may be told to anyone" in refused["told"]
    assert "/do/refer" not in pane(mei, reference, "file")
    assert web_desk.home.ask("SELECT id FROM referrals") == []


def test_a_withdrawn_case_is_erased_when_the_person_says_so_in_words(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    assert "/do/erase" not in pane(mei, reference, "head")  # negative control
    assert mei.does(reference, "erase", code=reference).json()["refused"]
    mei.told(reference, "revoke", code="hotline")
    assert "/do/erase" in pane(mei, reference, "head")
    mei.told(reference, "erase", code=reference)
    (wish,) = web_desk.home.ask("SELECT confirmed_by FROM wishes")
    assert wish == (mei.id,)
    deeds = web_desk.home.ask("SELECT deed, actor FROM audit WHERE deed LIKE 'wish%' ORDER BY id")
    assert deeds == [("wish", mei.id), ("wish_confirm", mei.id)]


def test_a_revoked_consent_is_shown_with_the_time_it_was_revoked(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    takes_back(web_desk, mei, person, reference)
    (row,) = web_desk.home.ask("SELECT at, revoked_at FROM agreements WHERE kind = 'hotline'")
    given, revoked = (web_desk.front.locale("en").format_full_time(at) for at in row)
    (line,) = (it for it in consent_rows(pane(mei, reference, "file")) if "Read and keep" in it)
    assert given != revoked
    assert line.endswith(revoked)


def test_another_consent_taken_back_does_not_forbid_sharing(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    mei.told(reference, "revoke", code="reading")
    assert "withdrawn" in " ".join(consent_rows(pane(mei, reference, "file")))
    assert BANNER not in pane(mei, reference, "head")
    mei.told(reference, "revoke", code="hotline")
    assert BANNER in pane(mei, reference, "head")


def in_danger(office: WebDeskHarness) -> tuple[ChatPerson, str]:
    """Return a person who pressed that they are in danger, and wrote where they are."""
    person = office.home.person("th")
    person.says("/start")
    person.presses("English", "Danger now", "Tell them now")
    person.says("third floor, blue door")
    return person, office.newest()


def writes_that_it_is_taken_back(
    office: WebDeskHarness, person: ChatPerson, _worker: WebCaseworker, _reference: str
) -> None:
    person.says("I take back my consent")
    office.settles()


def has_both_revoked(
    _office: WebDeskHarness, _person: ChatPerson, worker: WebCaseworker, reference: str
) -> None:
    for kind in ("alarm", "reading"):
        worker.told(reference, "revoke", code=kind)


@pytest.mark.parametrize("take", [writes_that_it_is_taken_back, has_both_revoked])
def test_nothing_leaves_a_case_of_danger_whose_consent_was_taken_back(
    web_desk: WebDeskHarness, take: Callable[..., None]
) -> None:
    mei = web_desk.worker().comes()
    person, reference = in_danger(web_desk)
    mei.told(reference, "claim")
    paths = [f"/cases/{reference}/{it}" for it in (*EXPORTS, "forms/work")]
    assert [mei.browser.get(it).status_code for it in paths] == [200] * 3  # negative control
    assert '<option value="wish">' in pane(mei, reference, "file")
    take(web_desk, person, mei, reference)
    for path in paths:
        assert mei.browser.get(path).headers["location"] == f"/cases/{reference}"
        assert "Nothing was exported" in mei.browser.get(f"/cases/{reference}").text
    file = pane(mei, reference, "file")
    assert '<option value="wish" disabled>' in file
    assert '<option value="order">' in file
    assert "/do/refer" not in file
    assert BANNER in pane(mei, reference, "head")
    assert ROW_REASON in mei.browser.get("/queue/mine").text
    archive = {"code": "wish", "words": "She asked for it."}
    refused = mei.browser.post(f"/cases/{reference}/bundle", archive)
    assert refused.headers.get("content-type") != "application/zip"


def test_a_case_of_danger_opens_for_exports_again_after_a_new_yes(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    person, reference = in_danger(web_desk)
    mei.told(reference, "claim")
    writes_that_it_is_taken_back(web_desk, person, mei, reference)
    assert BANNER in pane(mei, reference, "head")
    web_desk.home.advance_time(60)
    person.presses("Danger now", "Tell them now")
    web_desk.settles()
    assert web_desk.newest() == reference
    assert BANNER not in pane(mei, reference, "head")
    assert mei.browser.get(f"/cases/{reference}/transcript").status_code == 200


def test_a_person_in_danger_who_only_stops_has_taken_nothing_back(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    person, reference = in_danger(web_desk)
    mei.told(reference, "claim")
    person.says("/stop")
    web_desk.settles()
    assert BANNER not in pane(mei, reference, "head")
    assert mei.browser.get(f"/cases/{reference}/transcript").status_code == 200


def test_a_question_of_consent_stands_under_consent_and_not_among_the_answers(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    file = pane(mei, reference, "file")
    texts = [file, *(mei.browser.get(f"/cases/{reference}/{it}").text for it in EXPORTS)]
    assert all("I am safe here" in text for text in texts)  # negative control
    assert all(CONSENT_QUESTION not in text for text in texts)
    assert any("Read and keep what was sent: agreed" in it for it in consent_rows(file))


def test_a_decision_without_a_record_of_consent_stays_among_the_answers(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    case, intake = web_desk.case(reference), Intake(web_desk.vault, BOT)
    now = web_desk.home.loop.now()
    told = NewReport(case, "addition", "report", {"pass_on": "ask_first"}, now)
    web_desk.home.database.writer.run_sync(lambda work: intake.store(work, [], [told]))
    assert "Telling an organisation" in pane(mei, reference, "file")
