"""The desk where a browser decides: keys alone, what rings while nobody looks, no connection."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.browser.conftest import NARROW, WIDE
from tests.browser.demo_process import PATIENCE
from tests.browser.phone_page_person import is_in_danger

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

    from tests.browser.conftest import AddPhone, OpenDemoPage
    from tests.browser.demo_process import DemoProcess

_LINK = re.compile(r"(http://\S+/desk/demo/\S+)")


async def sits_down(page: Page, demo: DemoProcess) -> None:
    """Go to the desk by the link the demo prints once."""
    assert demo.process.stdout is not None
    while True:
        line = await asyncio.wait_for(demo.process.stdout.readline(), PATIENCE)
        if found := _LINK.search(line.decode()):
            break
    await page.goto(found[1])
    await page.locator("body.desk").wait_for()


async def test_all_is_reached_by_keys(demo: DemoProcess, open_demo_page: OpenDemoPage) -> None:
    async with open_demo_page(WIDE) as page:
        await sits_down(page, demo)
        keys = page.keyboard
        await keys.press("?")
        await expect(page.locator("#sheet")).to_be_visible()
        await keys.press("Escape")
        await keys.press("g")
        await keys.press("a")
        await page.wait_for_url("**/queue/all")

        await keys.press("Control+k")
        options = page.locator("#bar").get_by_role("option")
        await expect(options.first).to_be_visible()
        await page.keyboard.type("own account")
        await expect(options).to_have_count(1)
        await keys.press("Enter")
        await page.wait_for_url("**/account")

        await keys.press("Control+k")
        await page.keyboard.type("qq99qq")
        await expect(options.first).to_have_text("Go to case QQ99QQ")


AWAY = """
Object.defineProperty(document, "hidden", { get: () => true });
window.shown = [];
window.Notification = class {
  static permission = "granted";
  static requestPermission() {}
  constructor(title, about) { window.shown.push(`${title}|${about.body}|${about.tag}`); }
};
"""
"""A browser whose page nobody looks at, and what it would show on the screen."""


async def test_an_alert_says_only_that_a_person_is_waiting(
    demo: DemoProcess, open_demo_page: OpenDemoPage, add_phone: AddPhone
) -> None:
    async with open_demo_page(NARROW) as phone, open_demo_page(WIDE) as desk:
        await desk.add_init_script(AWAY)
        await sits_down(desk, demo)
        await is_in_danger(await add_phone(phone, "Malee", "ไทย", "th"))
        await expect(desk).to_have_title(re.compile(r"^\(\d\) "))
        assert await desk.evaluate("shown") == []  # nobody has chosen it

        await desk.goto(f"{demo.address}/desk/account")
        await desk.get_by_role(
            "checkbox", name="which says only that there is new activity"
        ).check()
        await desk.locator("form[data-alerts-form] button").click()
        await desk.wait_for_load_state()
        async with open_demo_page(WIDE) as another:
            await is_in_danger(await add_phone(another, "Sari", "Bahasa Indonesia", "id"))
            await expect(desk).to_have_title(re.compile(r"^\(\d\) "))
            assert set(await desk.evaluate("shown")) == {"Haven|New activity at the desk.|haven"}


async def test_a_lost_connection_is_shown(demo: DemoProcess, open_demo_page: OpenDemoPage) -> None:
    async with open_demo_page(WIDE) as page:
        await sits_down(page, demo)
        # In one breath: a stream that begins meanwhile takes the sentence away again.
        lost = "dispatchEvent(new Event('offline'));"
        back = "dispatchEvent(new Event('online'));"
        shown = "return [...document.querySelectorAll('.banner:not([hidden])')].map((it) => it.id)"
        assert await page.evaluate(f"() => {{ {lost} {shown} }}") == ["offline"]
        assert await page.evaluate(f"() => {{ {lost} {back} {shown} }}") == ["reconnecting"]


VEIL = "() => getComputedStyle(document.querySelector('main')).filter"


async def test_an_idle_screen_is_hidden_from_passers_by(
    demo: DemoProcess, browser: Browser, open_demo_page: OpenDemoPage, add_phone: AddPhone
) -> None:
    async with open_demo_page(NARROW) as phone:
        context = await browser.new_context(viewport=WIDE)  # type: ignore[arg-type]
        desk = await context.new_page()
        await desk.clock.install()
        await sits_down(desk, demo)
        await is_in_danger(await add_phone(phone, "Malee", "ไทย", "th"))
        await desk.keyboard.press("n")
        await desk.wait_for_url("**/cases/*")
        takes_over = desk.locator("form[action$='/do/take_over'] button")
        await expect(takes_over).to_be_visible()
        assert await desk.evaluate(VEIL) == "none"
        await desk.clock.fast_forward(121_000)
        await expect(desk.locator("#idle")).to_be_visible()
        assert await desk.evaluate(VEIL) == "blur(18px)"
        await desk.keyboard.press("t")  # it brings the page back, and does nothing else
        await expect(desk.locator("#idle")).to_be_hidden()
        assert await desk.evaluate(VEIL) == "none"
        await expect(takes_over).to_be_visible()

        await desk.locator("#note-words").fill("Half a note")
        other = await context.new_page()
        await other.goto(f"{demo.address}/desk/account")
        await other.locator("form[action$='/signout'] button").click()
        await expect(other.get_by_role("status")).to_contain_text("signed out")
        await other.go_back()
        await other.wait_for_url("**/signin")  # a browser keeps no page of somebody who left
        await expect(desk.locator("#case-file")).not_to_be_empty()
        await desk.clock.fast_forward(61_000)
        await desk.keyboard.press("Shift")
        await expect(desk.locator("#signed-out")).to_be_visible()
        await expect(desk.locator("#case-file")).to_be_empty()
        await expect(desk.locator("#note-words")).to_have_value("Half a note")
        await context.close()
