"""An id that belongs to another case or colleague helps nobody, in whichever field it stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import Role
from tests.desks.web.auth.test_passkeys import adds, comes
from tests.desks.web.team.test_approvals_and_reports import asks
from tests.support.harnesses.web_desk_harness import HttpBrowser
from tests.support.virtual_authenticator import VirtualAuthenticator

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

_PASSKEY = re.compile(r'name="passkey" value="([^"]+)"')


@pytest.fixture
def two(web_desk: WebDeskHarness) -> tuple[WebCaseworker, str, WebCaseworker, str]:
    """Give two colleagues, each with a case in which something was asked, entered and noted."""
    found: list[WebCaseworker | str] = []
    for name in ("Mei", "Jun"):
        worker = web_desk.worker(name).comes()
        person, reference = web_desk.add_person(f"{name}: he keeps my passport.")
        worker.told(reference, "claim")
        worker.told(reference, "take_over")
        worker.told(reference, "phrase", code="opener")
        person.presses("I can write now")
        worker.told(reference, "clock", code="summons", words="2026-11-20")
        worker.told(reference, "refer", code=next(iter(web_desk.front.recipients)))
        web_desk.settles()
        person.presses("Show it to me")
        person.presses("You may tell them")
        web_desk.settles()
        found += [worker, reference]
    mei, mine, jun, theirs = found
    return mei, mine, jun, theirs  # type: ignore[return-value]


def standing(office: WebDeskHarness) -> list[object]:
    """Return what stands of cases, of what was agreed to, entered and linked."""
    tables = ("cases", "referrals", "exchanges", "case_links", "clock_events", "outbox")
    return [row for it in tables for row in office.home.ask(f"SELECT * FROM {it}")]  # noqa: S608


def of_case(office: WebDeskHarness, what: str, table: str, reference: str) -> list[str]:
    """Return the ids of things of one case."""
    where = f"case_id = '{office.case(reference)}' AND {what} IS NOT NULL"
    rows = office.home.ask(f"SELECT {what} FROM {table} WHERE {where}")  # noqa: S608 - ours
    return [str(it) for (it,) in rows]


def test_an_id_of_another_case_is_none_of_this_one(
    web_desk: WebDeskHarness, two: tuple[WebCaseworker, str, WebCaseworker, str]
) -> None:
    mei, mine, jun, theirs = two
    ids = of_case(web_desk, "id", "referrals", theirs)
    letters = of_case(web_desk, "letter", "exchanges", theirs)
    assert ids
    assert letters
    before = standing(web_desk)
    tried = {"tell_others": ids, "reword": letters, "link": (theirs,), "merge": (theirs,),
             "unlink": (theirs,), "strike": ("2", ids[0])}  # fmt: skip
    for verb, codes in tried.items():
        for code in codes:
            fields = {"code": code} | ({"words": "x"} if verb == "reword" else {})
            assert mei.does(mine, verb, **fields).json()["refused"], (verb, code)
    assert standing(web_desk) == before
    jun.told(theirs, "tell_others", code=ids[0])  # the control: in its own case it is one
    assert standing(web_desk) != before


def test_a_passkey_of_another_is_not_ones_own_to_take_away(web_desk: WebDeskHarness) -> None:
    mei, jun, key = (
        web_desk.worker().comes(),
        web_desk.worker("Jun").comes(),
        VirtualAuthenticator(),
    )
    assert adds(jun, key).status_code == 303
    (theirs,) = _PASSKEY.findall(jun.browser.get("/account").text)
    said = mei.browser.post("/account/passkeys/end", {"passkey": theirs})
    assert said.status_code == 404
    assert comes(HttpBrowser(web_desk), key).status_code == 303  # the control: it still lets jun in


def test_a_request_that_two_agreed_to_is_whose_who_asked(web_desk: WebDeskHarness) -> None:
    chief, other = web_desk.supervisor().comes(), web_desk.supervisor("Wei").comes()
    auditor = web_desk.worker("Wu", Role.AUDITOR).comes()
    number = asks(chief, "identity", other.id)
    other.browser.post("/approvals/approve", {"request": number})
    for who in (other, auditor):
        who.browser.post("/approvals/use", {"request": number})
    assert web_desk.home.ask("SELECT used_at FROM desk_requests") == [(None,)]
    chief.browser.post("/approvals/use", {"request": number})  # the control
    assert web_desk.home.ask("SELECT used_at FROM desk_requests") != [(None,)]
