"""The link of a demo signs in and proves nothing; what proves is said there, nowhere else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.desks.web.request import SESSION_COOKIE
from bot.vault.keys.browser_key import new_session_secret, secret_digest
from tests.desks.web.case.test_case_erasure_page import wished
from tests.support.database.key_store_fixtures import PASSWORD
from tests.support.harnesses.web_desk_harness import HttpBrowser, WebCaseworker

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebDeskHarness

SAID = re.compile(r"the code for Mei is (\d{6})")


def rehearsed(office: WebDeskHarness) -> tuple[WebCaseworker, str]:
    """Return whoever a rehearsal is for, and the link it prints."""
    mei, secret = office.worker(), new_session_secret()
    office.front.demo_links[secret_digest(secret)] = f"{mei.id}:{PASSWORD}"
    office.front.demo_authenticators[mei.id] = "Mei", mei.secret
    return mei, f"/demo/{secret.hex()}"


def code_on(page: str) -> str:
    """Return the code a page says; empty where it says none."""
    found = SAID.search(page)
    return found[1] if found else ""


def test_a_link_signs_in_again_and_another_one_does_not(web_desk: WebDeskHarness) -> None:
    mei, link = rehearsed(web_desk)
    assert mei.browser.get(link).status_code == 303
    assert mei.browser.get("/queue/mine").status_code == 200
    assert HttpBrowser(web_desk).get(link).status_code == 303
    other = HttpBrowser(web_desk).get(f"/demo/{new_session_secret().hex()}")
    assert other.status_code == 404
    assert SESSION_COOKIE not in other.cookies


def test_a_demo_login_must_step_up_before_an_erasure(
    web_desk: WebDeskHarness,
) -> None:
    mei, link = rehearsed(web_desk)
    mei.browser.get(link)
    reference = wished(web_desk, mei)
    said = mei.does(reference, "erase", code=reference)
    assert (said.status_code, said.json()["go"]) == (403, f"/step-up?back=/cases/{reference}")
    code = code_on(mei.browser.get("/step-up").text)
    went = mei.browser.post("/step-up", {"code": code, "back": f"/cases/{reference}"})
    assert went.headers["location"] == f"/cases/{reference}"
    mei.told(reference, "erase", code=reference)


def test_the_demo_sign_in_page_shows_the_code(web_desk: WebDeskHarness) -> None:
    mei, _link = rehearsed(web_desk)
    code = code_on(mei.browser.get("/signin").text)
    fields = {"who": "Mei", "password": PASSWORD, "code": code}
    assert mei.browser.post("/signin", fields, is_signed=False).status_code == 303


def test_a_demo_code_is_shown_to_its_owner_only(web_desk: WebDeskHarness) -> None:
    rehearsed(web_desk)
    jun = web_desk.worker("Jun").comes()
    assert not code_on(jun.browser.get("/step-up").text)


def test_a_real_deployment_shows_no_code(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    for page in (mei.browser.get("/step-up").text, HttpBrowser(web_desk).get("/signin").text):
        assert "This is a demo" not in page
        assert not code_on(page)
