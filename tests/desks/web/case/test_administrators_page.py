"""What an administrator finds on the page of a case: who has it, and nothing to work on it with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.cases.state_machine import HAS_REASON, OPENS_NO_CASE, Role
from tests.desks.web.queue.test_emergencies import emergency, notices

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

_FORM = re.compile(r'/do/(\w+)"')


def offered(who: WebCaseworker, path: str) -> set[str]:
    """Return the commands for which a page has a form."""
    return set(_FORM.findall(who.browser.get(path).text))


def test_an_administrator_is_offered_nothing_but_the_return_to_the_queue(
    web_desk: WebDeskHarness,
) -> None:
    mei, hua = web_desk.worker().comes(), web_desk.supervisor().comes()
    wen = web_desk.worker("Wen", Role.ADMINISTRATOR).comes()
    _person, reference = web_desk.add_person()
    case = f"/cases/{reference}"
    assert offered(wen, case) == set()
    assert "claim" in offered(hua, case)  # negative control
    mei.told(reference, "claim")
    assert offered(wen, case) == {"release"}
    assert {"transfer", "priority", "close"} <= offered(mei, case)
    for path in ("/queue/mine", "/queue/all"):
        assert "select-case" not in wen.browser.get(path).text
    assert "select-case" in hua.browser.get("/queue/all").text
    mei.told(reference, "close", code="helped")
    assert offered(wen, case) == offered(wen, "/queue/closed") == set()
    assert "reopen" in offered(mei, case) & offered(mei, "/queue/closed")
    assert "reopen" not in offered(hua, "/queue/closed")
    hua.browser.post(f"{case}/break-glass", {"reason": "They wrote again."})
    assert "reopen" in offered(hua, case) & offered(hua, "/queue/closed")


def test_an_administrator_who_returns_a_case_says_why(web_desk: WebDeskHarness) -> None:
    mei, wen = web_desk.worker().comes(), web_desk.worker("Wen", Role.ADMINISTRATOR).comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    page = wen.browser.get(f"/cases/{reference}").text
    form = page.partition("/do/release")[2].partition("</form>")[0]
    assert '<textarea name="words" rows="3" required' in form
    said = wen.does(reference, "release").json()
    assert (said["refused"], said["told"]) == (True, HAS_REASON.refusal.source)
    wen.told(reference, "release", words="Mei is away.")
    assert "Mei is away." in mei.browser.get(f"/cases/{reference}").text
    assert "Mei is away." not in wen.browser.get(f"/cases/{reference}").text


def test_a_claim_of_an_administrator_silences_no_emergency(web_desk: WebDeskHarness) -> None:
    mei, wen = web_desk.worker().comes(), web_desk.worker("Wen", Role.ADMINISTRATOR).comes()
    reference = emergency(web_desk)
    for verb, code in (("claim", ""), ("close", "helped"), ("priority", "4")):
        said = wen.does(reference, verb, **({"code": code} if code else {})).json()
        assert (said["refused"], said["told"]) == (True, OPENS_NO_CASE.source), verb
    assert notices(mei) == [reference]
    mei.told(reference, "claim")  # negative control
    assert notices(mei) == []
