"""The audit log in words, with names and references; the bar and the lists of every page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.hotline.on_call.alarms import NO_ONE
from bot.places.taiwan.recipients import RECIPIENTS
from bot.vault import SYSTEM
from bot.vault.audit.log import AuditLog
from tests.desks.web.administration.test_fact_checks import checks

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebDeskHarness

_HEX = re.compile(r"[0-9a-f]{32}")
_TITLE = re.compile(r'title="[^"]*"')


def visible(page: str) -> str:
    """Return what is read on the audit page, without what only hovering shows."""
    return _TITLE.sub("", page.partition("<tbody>")[2].partition("</tbody>")[0])


def test_the_audit_page_shows_names_and_references_and_keeps_the_ids(
    web_desk: WebDeskHarness,
) -> None:
    mei, hua = web_desk.worker().comes(), web_desk.supervisor().comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    mei.browser.get(f"/cases/{reference}")
    checks(mei, "wrong")
    page = hua.browser.get("/audit").text
    assert f'title="{web_desk.case(reference)}">{reference}<' in page
    assert f'title="{mei.id}">Mei<' in page
    assert ">at the desk<" in page
    assert not _HEX.search(visible(page))
    web_desk.erases(reference)
    after = hua.browser.get("/audit").text
    assert reference not in visible(after)
    assert not _HEX.search(visible(after))


def test_the_log_of_a_case_has_words_and_no_codes(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    page = mei.browser.get(f"/cases/{reference}").text
    log = page.partition('id="audit-log"')[2].partition("</ol>")[0]
    assert "Mei: claimed the case" in log
    assert ">at the desk<" in mei.browser.get(f"/cases/{reference}/panes/file").text
    for code in (">web<", "other_language"):
        assert code not in page


def test_the_log_says_of_an_alarm_only_what_happened(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    case, log = web_desk.case(reference), AuditLog(web_desk.vault)
    for action, detail in (("on_call_start", NO_ONE), ("on_call_told", ""), ("on_call_end", "")):
        web_desk.home.database.writer.run_sync(
            lambda work, action=action, detail=detail: log.record(
                work, web_desk.home.loop.now(), SYSTEM, action, case, detail
            )
        )
    page = mei.browser.get(f"/cases/{reference}").text
    shown = " ".join(re.sub(r"<[^>]*>", " ", page.partition('id="audit-log"')[2]).split())
    assert "raised the alarm: danger, and no one sees to it no one is on call" in shown
    assert "told the person that no one can come now" in shown
    assert "reached someone" not in shown
    assert "call those" not in shown


def tells(office: WebDeskHarness) -> str:
    """Let someone write a story before any question, and return the number of their case."""
    person = office.home.person("en")
    for words in ("He keeps my passport.", "I work day and night and get no pay."):
        person.says(words)
    person.presses("Give it to a person")
    office.settles()
    return office.newest()


def test_the_words_of_a_person_have_one_heading_on_the_page(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    reference = tells(web_desk)
    mei.told(reference, "claim")
    page = mei.browser.get(f"/cases/{reference}").text
    headings = re.findall(r"<h\d[^>]*>([^<]*)</h\d>", page)
    assert len([it for it in headings if "words" in it.lower()]) == 1


# --- The bar and the lists ----------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/account", "/roster", "/own-cases", "/queue/waiting"])
def test_every_page_counts_the_cases_that_wait(web_desk: WebDeskHarness, path: str) -> None:
    mei = web_desk.worker().comes()
    for _each in range(2):
        web_desk.add_person()
    shown = mei.browser.get(path).text
    assert re.search(r'data-count="waiting"[^>]*>2<|data-counts="[^"]*waiting=2', shown)


def test_a_case_without_a_reason_says_what_was_asked_for(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = web_desk.add_person("Hello.")
    row = mei.browser.get("/queue/waiting").text.partition(f'id="case-{reference}"')[2]
    cell = row.partition('class="reasons-cell">')[2].partition("</td>")[0]
    assert "Wants to talk to a person" in cell


def test_a_desk_in_chinese_names_every_organisation_in_chinese(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    mei.browser.post("/language", {"language": "zh_Hant", "back": "/"})
    _person, reference = web_desk.add_person()
    for verb in ("claim", "take_over"):
        mei.told(reference, verb)
    page = mei.browser.get(f"/cases/{reference}").text
    shown = re.findall(r'<option value="(\w+)"[^>]*>([^<]*)</option>', page)
    names = {code: name for code, name in shown if code in RECIPIENTS}
    assert names.keys() == RECIPIENTS.keys()
    assert [it for it in names.values() if not "\u4e00" <= it[0] <= "\u9fff"] == []
