"""While somebody at the desk waits for the key store, the bot and every other page go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.desks.web.auth.test_enrolment import invited
from tests.desks.web.auth.test_passkeys import asked, with_passkey
from tests.support.event_loop_probe import loop_runs_while_writer_busy
from tests.support.harnesses.web_desk_harness import ORIGIN, HttpBrowser

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.harnesses.web_desk_harness import WebDeskHarness

    Asked = tuple[HttpBrowser, str, dict[str, str] | None]


def leaves_a_note(office: WebDeskHarness) -> Asked:
    mei = office.worker().comes()
    fields = {"queue": "", "words": "Somebody comes at nine.", "csrf": mei.browser.csrf()}
    return mei.browser, "/shift/leave", fields


def follows_a_link(office: WebDeskHarness) -> Asked:
    return HttpBrowser(office), invited(office), None


def chooses_too_short_a_password(office: WebDeskHarness) -> Asked:
    return HttpBrowser(office), invited(office), {"password": "x", "again": "x"}


def shows_a_passkey(office: WebDeskHarness) -> Asked:
    _mei, key = with_passkey(office)
    browser = HttpBrowser(office)
    shown = key.get_assertion(asked(browser, "/signin/ask", is_signed=False))
    return browser, "/signin/passkey", shown


@pytest.mark.parametrize(
    "does", [leaves_a_note, follows_a_link, chooses_too_short_a_password, shows_a_passkey]
)
def test_waiting_for_keys_delays_no_other_request(
    web_desk: WebDeskHarness, does: Callable[[WebDeskHarness], Asked]
) -> None:
    browser, path, fields = does(web_desk)
    keys = web_desk.vault.keys
    assert keys is not None
    headers: dict[str, Any] = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
    asking = (
        browser.client.get(path)
        if fields is None
        else browser.client.post(path, data=fields, headers=headers)
    )
    assert web_desk.does(loop_runs_while_writer_busy(keys.database.writer, asking))
