"""A caseworker and an interpreter at two browsers: invited, shared, rendered, sent, ended."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import expect

from bot.cases.state_machine import Role
from tests.browser.browser_desk_harness import BrowserDeskHarness, without_time_to_undo
from tests.browser.conftest import SMALLEST
from tests.browser.test_web_desk_accessibility import FORM, Look, opened

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

    from tests.support.people.chat_person import ChatPerson

OVERLAP = """(message) => {
  const boxOf = (it) => message.querySelector(it).getBoundingClientRect();
  const [first, other] = [boxOf(".share button"), boxOf(".put-record")];
  const isApart = (start, end) => first[end] <= other[start] || other[end] <= first[start];
  return !isApart("left", "right") && !isApart("top", "bottom");
}"""
WORDS = "Mandor ambil paspor saya. Telepon saya 0912 345 678."
WIDER_THAN_SCREEN = "() => document.documentElement.scrollWidth > window.innerWidth"

MODES_IN_SIGHT = """() => {
  const around = document.querySelector(".mode-choice").getBoundingClientRect();
  return [...document.querySelectorAll(".mode-choice label")].map((it) => {
    const { left, right } = it.getBoundingClientRect();
    return around.left <= left && right <= around.right && right <= window.innerWidth;
  });
}"""


async def keep_picture(page: Page, name: str) -> None:
    """Keep a picture where somebody asked for one."""
    if folder := os.environ.get("PICTURES_FOLDER"):
        await page.screenshot(path=Path(folder) / f"{name}.png")


async def test_an_interpreter_works_on_a_phone_and_with_the_keyboard_alone(
    browser: Browser, tmp_path: Path
) -> None:
    look = Look("light")
    async with BrowserDeskHarness.open(tmp_path) as office:
        hua = office.worker("Hua", Role.SUPERVISOR)
        mei, ana = office.worker("Mei"), office.worker("Ana", Role.INTERPRETER)
        person, reference = await office.somebody("Saya takut.")
        (_, page), (_, phone) = (
            await opened(browser, look.scheme),
            await opened(browser, look.scheme),
        )
        await phone.set_viewport_size(SMALLEST)  # type: ignore[arg-type]
        await mei.signs_in(page, office.address)
        await ana.signs_in(phone, office.address)
        await look.at(phone, "interpreter, nothing to do")
        await keep_picture(phone, "interpreter-none")
        await page.goto(f"{office.address}/cases/{reference}")
        await _takes_over_and_invites(office, look, page, phone, person)
        await _begins_and_renders(office, look, page, phone, person)
        await _asks_through_the_interpreter(look, page, phone)
        await _sends_and_ends(look, page, phone)
        await _supervisor(office, look, page, hua)
    assert look.found == []


async def _takes_over_and_invites(
    office: BrowserDeskHarness, look: Look, page: Page, phone: Page, person: ChatPerson
) -> None:
    """Take over the chat, and invite the interpreter with the keyboard."""
    await page.locator(FORM.format("claim")).click()
    await without_time_to_undo(page)
    await page.locator(FORM.format("take_over")).click()
    await expect(page.locator("#say-words")).to_have_count(1)
    await office.hears(person.words(WORDS))
    await expect(page.locator(".message.person")).to_have_count(1)
    await page.locator("#messages").focus()
    await page.keyboard.press("o")
    await page.keyboard.press("i")
    await page.wait_for_selector("#invite")
    await look.at(page, "invite an interpreter")
    await keep_picture(page, "invite")
    await page.locator("#invite input[name=code]").focus()
    await page.keyboard.press("Space")
    await page.locator("#invite select").select_option("60")
    await page.locator("#invite input[name='value.agreed']").focus()
    await page.keyboard.press("Space")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")  # from a field: the form is sent
    await page.wait_for_selector("#interpreting")
    await expect(phone.locator("#invitation")).to_be_visible()  # by itself
    await look.at(phone, "interpreter, invited")
    await keep_picture(phone, "interpreter-invited")
    assert not await phone.evaluate(WIDER_THAN_SCREEN)


async def _begins_and_renders(
    office: BrowserDeskHarness, look: Look, page: Page, phone: Page, person: ChatPerson
) -> None:
    """Begin, and render what is shared; the number in it is left out."""
    await phone.locator("#do-interpret_begin button").focus()
    await phone.keyboard.press("Enter")
    await expect(phone.locator("#no-texts")).to_be_visible()
    await office.hears(person.words("Ya"))
    short = page.locator(".message.person", has_text="Ya").last
    await short.hover()
    await expect(short.locator(".put-record")).to_be_visible()
    assert not await short.evaluate(OVERLAP)  # under a short answer, one would cover the other
    await keep_picture(page, "case-short-answer")
    await page.locator(".message.person .share button").first.click()
    await expect(phone.locator(".shared .text").first).to_contain_text("Mandor")
    await expect(phone.locator(".shared .text").first).not_to_contain_text("0912")
    await keep_picture(phone, "interpreter-shared")
    await phone.locator(".render-form textarea").fill("The foreman took my passport.")
    await phone.keyboard.press("Control+Enter")
    await expect(page.locator(".rendering .text")).to_have_text("The foreman took my passport.")
    await look.at(phone, "interpreter, one rendering")
    assert not await phone.evaluate(WIDER_THAN_SCREEN)


async def _asks_through_the_interpreter(look: Look, page: Page, phone: Page) -> None:
    """Render a question of the caseworker for the person."""
    await page.locator("#as-interpreter").check()
    for other in ("say", "call", "note"):  # one form at a time
        await expect(page.locator(f"#{other}")).to_be_hidden()
    await page.locator("#interpret-words").fill("Are you safe now?")
    await page.keyboard.press("Control+Enter")
    await expect(phone.locator(".shared.to_person")).to_be_visible()
    await phone.locator(".shared.to_person textarea").fill("Apakah kamu aman sekarang?")
    await phone.locator(".shared.to_person .render-form .primary").click()
    await expect(page.locator(".send-rendering button")).to_be_visible()
    await look.at(page, "case, with renderings")
    await keep_picture(page, "case-interpreted")
    await keep_picture(phone, "interpreter-two")


async def _sends_and_ends(look: Look, page: Page, phone: Page) -> None:
    """Send the rendering to the person, and end the session."""
    await page.set_viewport_size(SMALLEST)  # type: ignore[arg-type]
    assert not await page.evaluate(WIDER_THAN_SCREEN)
    await keep_picture(page, "case-interpreted-phone")
    for width in (320, 390, 520, 700):  # all four modes are in sight, none is scrolled to
        await page.set_viewport_size({"width": width, "height": 640})
        assert await page.evaluate(MODES_IN_SIGHT) == [True] * 4, width
    await page.set_viewport_size({"width": 1280, "height": 900})
    await without_time_to_undo(page)
    await page.locator(".send-rendering button").click()
    await expect(page.locator(".message.caseworker")).to_contain_text("Apakah kamu aman")
    await page.locator("#interpreting-menu summary").click()
    await look.at(page, "case, menu of the interpreter")
    await keep_picture(page, "case-menu")
    await page.locator("#do-interpret_end button").click()
    await expect(phone.locator(".shared")).to_have_count(0)
    await expect(page.locator("#interpreting")).to_have_count(0)
    await keep_picture(phone, "interpreter-ended")


async def _supervisor(office: BrowserDeskHarness, look: Look, page: Page, hua: object) -> None:
    await page.context.clear_cookies()
    await hua.signs_in(page, office.address)  # type: ignore[attr-defined]
    for path in ("/interpreters", "/interpreters/fees"):
        await page.goto(f"{office.address}{path}")
        await look.at(page, path)
        await keep_picture(page, f"{path.replace('/', '-')[1:]}")
        await page.set_viewport_size(SMALLEST)  # type: ignore[arg-type]
        assert not await page.evaluate(WIDER_THAN_SCREEN), path
        await page.set_viewport_size({"width": 1280, "height": 900})
