"""A phone scrolls as Telegram does: what came last is in sight, unless the reader scrolled up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiohttp import ClientSession
from playwright.async_api import expect

from bot.sandbox import TOKEN
from flows.requests.report import Report
from flows.start.language import LanguageFlow
from flows.start.welcome import Welcome
from flows.texts import phrases
from flows.urgent.danger import DangerFlow
from tests.browser.conftest import NARROW

if TYPE_CHECKING:
    from tests.browser.conftest import AddPhone, OpenDemoPage
    from tests.browser.demo_process import DemoProcess
    from tests.browser.phone_page_person import PhonePagePerson

FURTHEST_DOWN = "(chat) => { chat.scrollTop = chat.scrollHeight; }"
FURTHEST_UP = "(chat) => { chat.scrollTop = 0; }"


async def test_acting_after_scrolling_up_shows_the_answer(
    open_demo_page: OpenDemoPage, add_phone: AddPhone
) -> None:
    async with open_demo_page(NARROW) as page:
        person = await add_phone(page, "Sari", "Bahasa Indonesia", "id")
        await _comes_to_the_first_question(person)
        await _scrolls(person, FURTHEST_UP)
        assert not await person.is_in_sight(person.asked)
        await person.writes("/danger")
        assert await person.is_in_sight(await person.is_asked(DangerFlow.tell))
        await person.presses(DangerFlow.tell.choices["not_yet"])
        assert await person.is_in_sight(await person.is_asked(Welcome.menu))


async def test_a_word_about_an_old_button_lies_over_no_number(
    open_demo_page: OpenDemoPage, add_phone: AddPhone
) -> None:
    async with open_demo_page(NARROW) as page:
        person = await add_phone(page, "Sari", "Bahasa Indonesia", "id")
        await _comes_to_the_first_question(person)
        other = await person.key(Welcome.menu.choices["ask"]).get_attribute("title")
        await person.chooses(Welcome.menu, "tell")
        await person.is_asked(Report.about)
        await person.phone.get_by_role("button", name=other, exact=True).click()
        toast = person.phone.locator(".toast")
        await expect(toast).to_have_text(person.read(phrases.STALE_BUTTON))
        await person.is_asked(Report.about)
        await person.presses(phrases.DANGER)
        assert await person.is_in_sight(await person.is_asked(DangerFlow.tell))
        await expect(toast).to_be_empty(timeout=2500)  # long before it would end by itself


async def test_an_unasked_message_does_not_move_the_scroll_position(
    demo: DemoProcess, open_demo_page: OpenDemoPage, add_phone: AddPhone
) -> None:
    async with open_demo_page(NARROW) as page:
        person = await add_phone(page, "Sari", "Bahasa Indonesia", "id")
        await _comes_to_the_first_question(person)
        chat = person.phone.locator(".log")
        await _scrolls(person, FURTHEST_UP)
        await _says_unasked(demo, await person.phone.get_attribute("data-phone"))
        await expect(person.said.last).to_have_text(re.compile("^Halo"))
        assert await chat.evaluate("(chat) => chat.scrollTop") == 0
        await _scrolls(person, FURTHEST_DOWN)
        await _says_unasked(demo, await person.phone.get_attribute("data-phone"))
        await expect(person.said.filter(has_text="Halo")).to_have_count(2)
        assert await person.is_in_sight(person.said.last)


async def _comes_to_the_first_question(person: PhonePagePerson) -> None:
    await person.begins()
    await person.chooses(LanguageFlow.language, person.language)
    await person.is_asked(Welcome.menu)


async def _scrolls(person: PhonePagePerson, how: str) -> None:
    await person.phone.locator(".log").evaluate(how)


async def _says_unasked(demo: DemoProcess, chat: str | None) -> None:
    """Have the bot write by itself."""
    async with ClientSession() as session:
        letter = {"chat_id": chat, "text": "Halo"}
        url = f"{demo.address}/bot{TOKEN}/sendMessage"
        async with session.post(url, json=letter) as answer:
            assert answer.ok
