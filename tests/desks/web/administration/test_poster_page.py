"""Administrators see what would be printed, and save it; the page says what cannot be printed."""

from __future__ import annotations

import io
import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from bot.cases.state_machine import Role
from bot.partners.partners import Campaign, Campaigns, NewCampaign, Partners
from bot.store import update_by
from bot.store.tables.partners import partners
from tests.support.poster_harness import read_codes

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

PAGE = "/administration/posters"
_RENAME = update_by(partners, "name", by="id")


async def known_name() -> str:
    return "haven_bot"


async def unknown_name() -> str:
    return ""


def add_links(desk: WebDeskHarness, *languages: str) -> list[Campaign]:
    front, now = desk.front, desk.home.loop.now()
    front.find_username = known_name
    add = Campaigns(front.audit).add

    def make(work: object) -> list[Campaign]:
        Partners(front.audit).add(work, "Harbour House", "wu", now)  # type: ignore[arg-type]
        return [
            add(work, NewCampaign(f"pier {it}", "Harbour House", it), "wu", now)  # type: ignore[arg-type]
            for it in languages
        ]

    return desk.home.database.writer.run_sync(make)


@pytest.fixture
def chief(web_desk: WebDeskHarness) -> WebCaseworker:
    return web_desk.worker("Wu", Role.ADMINISTRATOR).comes()


def test_a_link_is_shown_as_it_is_printed_and_saved_in_each_format(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    assert "haven campaigns add NAME" in chief.browser.get(PAGE).text
    links = add_links(web_desk, "vi", "id")
    shown = chief.browser.get(PAGE).text
    (source,) = re.findall(r'<img src="([^"]+preview=1)"', shown)
    picture = chief.browser.get(unescape(source))
    assert picture.headers["content-type"] == "image/png"
    assert "content-disposition" not in picture.headers
    image = Image.open(io.BytesIO(picture.content))
    assert read_codes(image) == {f"https://t.me/haven_bot?start={links[1].code}"}
    for form, first in {"pdf": b"%PDF-", "svg": b"<svg "}.items():
        query = f"?link={links[0].id}&kind=tile&openness=open&language=th&format={form}"
        file = chief.browser.get(f"{PAGE}/file{query}")
        assert file.content.startswith(first)
        name = f"tile-open-th-{links[0].code[:6].lower()}.{form}"
        assert file.headers["content-disposition"] == f'attachment; filename="{name}"'
        assert "sandbox" in file.headers["content-security-policy"]


def test_what_cannot_be_printed_is_said_on_the_page(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    links = add_links(web_desk, "vi", "id", "th")
    both = "&".join(f"link={it.id}" for it in links)
    refused = {
        "?kind=a4": "Choose at least one link.",
        f"?{both}&language=km": "Choose one link for each language",
        f"?{both}&kind=sticker": "A camera cannot tell so many QR codes apart.",
        f"?link={links[0].id}&kind=tile&language=id&language=vi&language=th": "cannot be read",
    }
    for query, why in refused.items():
        page = chief.browser.get(PAGE + query).text
        assert (why in unescape(page), "<img" in page) == (True, False), query
        assert chief.browser.get(f"{PAGE}/file{query}&format=pdf").status_code == 303
        assert chief.browser.get(f"{PAGE}/file{query}&preview=1").status_code == 404
    web_desk.front.find_username = unknown_name
    assert "Telegram does not answer" in chief.browser.get(PAGE).text
    web_desk.front.find_username = known_name
    web_desk.home.database.writer.run_sync(lambda work: work.run(_RENAME, "t.me/other", 1))
    assert "is not printed" in unescape(chief.browser.get(PAGE).text)


def test_where_no_poster_can_be_made_the_page_says_so_and_shows_no_broken_picture(
    web_desk: WebDeskHarness, chief: WebCaseworker, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_links(web_desk, "vi")
    assert "preview=1" in chief.browser.get(PAGE).text
    monkeypatch.setattr("bot.documents.typesetter.importlib.util.find_spec", lambda _name: None)
    shown = chief.browser.get(PAGE).text
    assert "typst is not installed" in shown
    assert "preview=1" not in shown
