"""Administrators add partners and invite their members at the desk; no one else does."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from bot.cases.state_machine import Role
from bot.desks.web.administration import partner_texts as texts
from bot.partners.names import NameProblem

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

PAGE = "/administration/partners"


def administrator(web_desk: WebDeskHarness) -> WebCaseworker:
    return web_desk.worker("Wen", Role.ADMINISTRATOR).comes()


def test_a_member_is_invited_once_and_their_access_ended(web_desk: WebDeskHarness) -> None:
    wen = administrator(web_desk)
    assert wen.browser.post(PAGE, {"name": "Harbour House"}).status_code == 303
    assert "Harbour House" in wen.browser.get(f"{PAGE}/1/invite").text
    said = wen.browser.post(f"{PAGE}/invite", {"partner": "1", "name": "Rosa"})
    (link,) = re.findall("/welcome/([0-9a-f]{64})<", said.text)
    assert link not in wen.browser.get(PAGE).text
    access = web_desk.front.partner_members
    (member,) = web_desk.home.database.writer.run_sync(access.all)
    assert (member.name, member.invited_by) == ("Rosa", wen.id)
    assert wen.browser.post(f"{PAGE}/end", {"member": "1"}).status_code == 303
    assert wen.browser.post(f"{PAGE}/end", {"member": "1"}).status_code == 404
    (member,) = web_desk.home.database.writer.run_sync(access.all)
    assert not member.may_sign_in


def test_a_name_is_refused_with_the_reason_and_kept(web_desk: WebDeskHarness) -> None:
    wen = administrator(web_desk)
    wen.browser.post(PAGE, {"name": "Harbour House"})
    wen.browser.post(f"{PAGE}/invite", {"partner": "1", "name": "Rosa"})
    address = texts.NAME_REFUSALS[NameProblem.ADDRESS].source
    for path, fields, why in (
        (PAGE, {"name": "t.me/other"}, address),
        (PAGE, {"name": "Harbour House"}, texts.NAME_TAKEN.source),
        (f"{PAGE}/invite", {"partner": "1", "name": "@other"}, address),
        (f"{PAGE}/invite", {"partner": "1", "name": "ROSA"}, texts.NAME_TAKEN.source),
    ):
        said = wen.browser.post(path, fields)
        assert said.status_code == 422
        assert (why in unescape(said.text), fields["name"] in said.text) == (True, True)
    assert wen.browser.post(f"{PAGE}/invite", {"partner": "9", "name": "Jun"}).status_code == 404


def test_inviting_takes_a_fresh_second_factor_before_anything_is_typed(
    web_desk: WebDeskHarness,
) -> None:
    wen = administrator(web_desk)
    wen.browser.post(PAGE, {"name": "Harbour House"})
    web_desk.home.advance_time(6 * 60)
    asked = wen.browser.get(f"{PAGE}/1/invite")
    assert (asked.status_code, asked.headers["location"].startswith("/step-up")) == (303, True)
    wen.browser.post(f"{PAGE}/invite", {"partner": "1", "name": "Rosa"})
    assert web_desk.home.ask("SELECT id FROM partner_members") == []
