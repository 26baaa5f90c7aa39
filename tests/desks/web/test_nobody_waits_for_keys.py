"""While somebody at the desk waits for the key store, the bot and every other page go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.beside import waits_beside
from tests.desks.web.test_first_time import invited
from tests.desks.web.test_passkeys import asked, with_passkey
from tests.desks.web.window import ORIGIN, Browser

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.desks.web.window import Office

    Asked = tuple[Browser, str, dict[str, str] | None]


def leaves_a_note(office: Office) -> Asked:
    mei = office.worker().comes()
    fields = {"queue": "", "words": "Somebody comes at nine.", "csrf": mei.browser.csrf()}
    return mei.browser, "/shift/leave", fields


def follows_a_link(office: Office) -> Asked:
    return Browser(office), invited(office), None


def chooses_too_short_a_password(office: Office) -> Asked:
    return Browser(office), invited(office), {"password": "x", "again": "x"}


def shows_a_passkey(office: Office) -> Asked:
    _mei, key = with_passkey(office)
    browser = Browser(office)
    shown = key.shows(asked(browser, "/signin/ask", is_signed=False))
    return browser, "/signin/passkey", shown


@pytest.mark.parametrize(
    "does", [leaves_a_note, follows_a_link, chooses_too_short_a_password, shows_a_passkey]
)
def test_whoever_waits_for_keys_holds_nobody_else_up(
    office: Office, does: Callable[[Office], Asked]
) -> None:
    browser, path, fields = does(office)
    keys = office.vault.keys
    assert keys is not None
    headers: dict[str, Any] = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
    asking = (
        browser.client.get(path)
        if fields is None
        else browser.client.post(path, data=fields, headers=headers)
    )
    assert office.does(waits_beside(keys.database.writer, asking))
