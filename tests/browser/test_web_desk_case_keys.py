"""Keys and messages on the page of a case: the next case, a kept draft, what covers no button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.browser.conftest import NARROW, WIDE
from tests.browser.desk_windows import held, mei_at_the_desk

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser

COVERED = """() => {
  const boxOf = (it) => it.getBoundingClientRect();
  const toasts = [...document.querySelectorAll("#toasts > *")].map(boxOf);
  const buttons = document.querySelectorAll(":is(#compose, #outgoing, .case-header) button");
  const covers = (a, b) =>
    a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const shown = [...buttons].filter((it) => it.checkVisibility());
  return shown.filter((it) => toasts.some((each) => covers(each, boxOf(it)))).map((it) => it.id);
}"""
TWO_TOASTS = """() => {
  for (const words of ["Saved.", "What you wrote was not sent, because the case had changed."]) {
    const toast = document.createElement("p");
    toast.className = "toast refused";
    toast.textContent = words;
    document.getElementById("toasts").append(toast);
  }
}"""

NEXT_FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Resolves once what follows a change of the window, as the place of the toasts, is drawn."""


async def test_n_claims_the_next_case_inside_a_case(browser: Browser, tmp_path: Path) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        await held(page, office)
        _other, reference = await office.somebody()
        await page.locator("#main").focus()
        await page.keyboard.press("n")
        await page.wait_for_url(f"**/cases/{reference}")
        await expect(page.locator("#do-take_over")).to_be_visible()


async def test_r_goes_to_the_end_of_a_draft(browser: Browser, tmp_path: Path) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        await held(page, office)
        await page.locator("#say-words").fill("Are you")
        async with page.expect_response("**/drafts/say"):
            pass
        await page.reload()
        words = page.locator("#say-words")
        await expect(words).to_have_value("Are you")
        await page.keyboard.press("r")
        await expect(words).to_be_focused()
        await page.keyboard.type(" safe?")
        await expect(words).to_have_value("Are you safe?")


async def test_toasts_cover_no_button_of_a_case(browser: Browser, tmp_path: Path) -> None:
    async with mei_at_the_desk(browser, tmp_path) as (office, page):
        await held(page, office)
        await page.locator("#say-words").fill("Are you safe?")
        await page.keyboard.press("Control+Enter")
        await page.evaluate(TWO_TOASTS)
        for size in (WIDE, NARROW, {"width": 900, "height": 700}):
            await page.set_viewport_size(size)  # type: ignore[arg-type]
            await expect(page.locator("#toasts .toast").last).to_be_visible()
            await page.evaluate(NEXT_FRAME)
            assert await page.evaluate(COVERED) == []
