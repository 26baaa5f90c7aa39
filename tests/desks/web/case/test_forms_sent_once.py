"""A form does what it says once, however often it arrives; two forms are two."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import Role
from bot.clock import HOUR
from bot.desks.web import command_client, texts
from bot.desks.web.app import ROUTES
from bot.desks.web.form_nonces import KEPT, expire_nonces, new_nonce
from bot.desks.web.routes import Permission, Repetition
from bot.desks.web.templates import TEMPLATES_DIR
from tests.desks.web.case.test_concurrent_answers import met
from tests.desks.web.case.test_unsent_drafts import begins, field
from tests.support.harnesses.web_desk_harness import ORIGIN

if TYPE_CHECKING:
    from httpx import Response

    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

WORDS = "I am here now, and I stay here."
TIMES = 12
_FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.DOTALL)


def say(mei: WebCaseworker, reference: str, **fields: str) -> Response:
    path = f"/cases/{reference}/do/say"
    response = mei.browser.post(path, {"words": WORDS, **fields}, is_fetched=True)
    mei.office.settles()
    return response


def test_twelve_equal_forms_are_one_letter_and_get_one_answer(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    person, reference = met(web_desk, mei)
    sent = {"words": WORDS, "csrf": mei.browser.csrf(), "nonce": new_nonce()}
    path, headers = f"/cases/{reference}/do/say", {"origin": ORIGIN, "x-haven": "1"}

    async def all_at_once() -> list[Response]:
        asked = (mei.browser.client.post(path, data=sent, headers=headers) for _ in range(TIMES))
        return await asyncio.gather(*asked)

    said = [it.json() for it in web_desk.does(all_at_once())]
    said.append(say(mei, reference, nonce=sent["nonce"]).json())  # later, as after a step back
    assert all(it == said[0] and not it["refused"] for it in said)
    assert person.texts.count(WORDS) == 1


def test_other_words_and_another_form_are_another_letter(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    person, reference = met(web_desk, mei)
    nonce = new_nonce()
    say(mei, reference, nonce=nonce)
    say(mei, reference, nonce=nonce, words="Other words, after a step back.")
    say(mei, reference, nonce=new_nonce())
    assert person.texts.count(WORDS) == 2
    assert person.texts.count("Other words, after a step back.") == 1


@pytest.mark.parametrize("nonce", ["", "short", "x" * 65, "with spaces in between"])
def test_a_form_without_a_nonce_does_nothing(web_desk: WebDeskHarness, nonce: str) -> None:
    mei = web_desk.worker().comes()
    person, reference = met(web_desk, mei)
    assert say(mei, reference, nonce=nonce).status_code == 422
    assert WORDS not in person.texts


def test_a_shift_note_that_arrives_again_is_left_once(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    fields = {"queue": "", "words": "Somebody comes at nine.", "nonce": new_nonce()}
    for _ in range(3):
        assert mei.browser.post("/shift/leave", fields).status_code == 303
    assert texts.SENT_ALREADY.source in mei.browser.get("/account").text
    assert jun.browser.get("/shift").text.count(fields["words"]) == 1


def test_a_form_that_was_refused_may_be_sent_again(web_desk: WebDeskHarness) -> None:
    chief = web_desk.worker("Wu", Role.ADMINISTRATOR).comes()
    fields = {"nonce": new_nonce()}
    path = "/staff/account/nobody/change"
    assert [chief.browser.post(path, fields).status_code for _ in range(2)] == [404, 404]
    assert web_desk.home.ask("SELECT count(*) FROM desk_nonces") == [(0,)]


def test_a_stored_message_is_not_refused_although_the_bot_cannot_look(
    web_desk: WebDeskHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    mei = web_desk.worker().comes()
    person, reference = met(web_desk, mei)
    begins(mei, reference, WORDS)
    looks = web_desk.front.command_client.wake_dispatcher

    async def is_busy() -> None:
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(web_desk.front.command_client, "wake_dispatcher", is_busy)
    monkeypatch.setattr(command_client, "REPLY_TIMEOUT", 0.0)
    said = say(mei, reference).json()
    assert (said["refused"], said["stored"]) == (False, True)
    assert field(mei, reference) == ""  # the words do not return to the composer
    assert 'class="toast refused"' not in mei.browser.get("/account").text
    monkeypatch.setattr(web_desk.front.command_client, "wake_dispatcher", looks)
    web_desk.does(web_desk.home.house.dispatcher.resume())
    web_desk.settles()
    assert person.texts.count(WORDS) == 1


def test_digests_of_forms_are_kept_for_a_day(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, _reference = met(web_desk, mei)
    count = "SELECT count(*) > 0 FROM desk_nonces"
    run, now = web_desk.home.database.writer.run_sync, web_desk.home.loop.now()
    run(lambda work: expire_nonces(work, now + KEPT - HOUR))
    assert web_desk.home.ask(count) == [(1,)]
    run(lambda work: expire_nonces(work, now + KEPT + HOUR))
    assert web_desk.home.ask(count) == [(0,)]


def lacking(page: str) -> list[str]:
    """Return the forms of a template that have a CSRF token and no nonce."""
    return [
        it
        for it in _FORM.findall(page.replace("{{ csrf() }}", 'name="csrf" name="nonce"'))
        if 'name="csrf"' in it and 'name="nonce"' not in it
    ]


def test_every_form_of_a_signed_in_caseworker_has_a_nonce() -> None:
    pages = {it.name: it.read_text("utf-8") for it in TEMPLATES_DIR.glob("*.html")}
    assert sum(page.count('name="nonce"') for page in pages.values()) > 30
    assert {name: lacking(page) for name, page in pages.items() if lacking(page)} == {}
    assert lacking('<form><input name="csrf"></form>')  # the control


def test_every_form_that_acts_for_others_is_taken_once() -> None:
    allowed = {it.path for it in ROUTES if it.changes_state and
               it.repetition is Repetition.ALLOWED and it.permission is not Permission.PUBLIC
               and not it.is_pane and not it.is_background}  # fmt: skip
    assert allowed == {
        "/account/passkeys/ask", "/audit/check", "/bulk-close", "/cases/{reference}/bundle",
        "/cases/{reference}/case-file", "/cases/{reference}/check",
        "/cases/{reference}/drafts/{kind}", "/cases/{reference}/htcds",
        "/cases/{reference}/referrals/{referral}/package",
        "/cases/{reference}/referrals/{referral}/sheet", "/cases/{reference}/services", "/find",
        "/heartbeat",
        "/queue/{tab}/filter", "/services", "/signout", "/step-up/ask",
    }  # fmt: skip
