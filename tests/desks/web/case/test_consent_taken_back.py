"""Consent that was taken back: seen at the top of the case, in the queue and in its exports."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.desks.web.templates import format_datetime

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness
    from tests.support.people.chat_person import ChatPerson

BANNER = "do not share or pass on. Ask a supervisor about erasure."
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
    when = format_datetime(web_desk.front.zone, at[0])
    assert f'role="status">The person took consent back on {when}: {BANNER}' in head
    assert ROW_REASON in mei.browser.get("/queue/mine").text
    assert f"took consent back on {when}" in mei.browser.get(f"/cases/{reference}/transcript").text
    assert f"took consent back on {when}" in mei.browser.get(f"/cases/{reference}/print").text


def test_a_revoked_consent_is_shown_with_the_time_it_was_revoked(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    takes_back(web_desk, mei, person, reference)
    (row,) = web_desk.home.ask("SELECT at, revoked_at FROM agreements WHERE kind = 'hotline'")
    given, revoked = (format_datetime(web_desk.front.zone, at)[5:] for at in row)
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
