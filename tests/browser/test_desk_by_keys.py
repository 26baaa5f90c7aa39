"""The desk where a browser decides: keys alone, what rings while nobody looks, no connection."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.browser.conftest import NARROW, WIDE
from tests.browser.demo import PATIENCE
from tests.browser.person import is_in_danger

if TYPE_CHECKING:
    from playwright.async_api import Page

    from tests.browser.conftest import Joins, Opens
    from tests.browser.demo import Demo

_LINK = re.compile(r"(http://\S+/desk/rehearse/\S+)")


async def sits_down(page: Page, demo: Demo) -> None:
    """Go to the desk by the link the demo prints once."""
    assert demo.process.stdout is not None
    while True:
        line = await asyncio.wait_for(demo.process.stdout.readline(), PATIENCE)
        if found := _LINK.search(line.decode()):
            break
    await page.goto(found[1])
    await page.locator("body.desk").wait_for()


async def test_all_is_reached_by_keys(demo: Demo, opens: Opens) -> None:
    async with opens(WIDE) as page:
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
        await page.keyboard.type("zz99zz")
        await expect(options.first).to_have_text("Go to case ZZ99ZZ")


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


async def test_what_is_shown_of_somebody_who_waits_says_only_that(
    demo: Demo, opens: Opens, joins: Joins
) -> None:
    async with opens(NARROW) as phone, opens(WIDE) as desk:
        await desk.add_init_script(AWAY)
        await sits_down(desk, demo)
        await is_in_danger(await joins(phone, "Malee", "ไทย", "th"))
        await expect(desk).to_have_title(re.compile(r"^\(\d\) "))
        assert await desk.evaluate("shown") == []  # nobody has chosen it

        await desk.goto(f"{demo.address}/desk/account")
        await desk.get_by_role("checkbox", name="which says only that something waits").check()
        await desk.get_by_role("button", name="Keep", exact=True).click()
        await desk.wait_for_load_state()
        async with opens(WIDE) as another:
            await is_in_danger(await joins(another, "Sari", "Bahasa Indonesia", "id"))
            await expect(desk).to_have_title(re.compile(r"^\(\d\) "))
            assert set(await desk.evaluate("shown")) == {"Haven|Something waits at the desk.|haven"}


async def test_whoever_has_no_connection_reads_so(demo: Demo, opens: Opens) -> None:
    async with opens(WIDE) as page:
        await sits_down(page, demo)
        # In one breath: a stream that begins meanwhile takes the sentence away again.
        lost = "dispatchEvent(new Event('offline'));"
        back = "dispatchEvent(new Event('online'));"
        shown = "return [...document.querySelectorAll('.banner:not([hidden])')].map((it) => it.id)"
        assert await page.evaluate(f"() => {{ {lost} {shown} }}") == ["offline"]
        assert await page.evaluate(f"() => {{ {lost} {back} {shown} }}") == ["again"]
