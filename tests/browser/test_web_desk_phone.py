"""The desk on a phone: reading and writing at once, actions in a sheet, back, installing it."""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from playwright.async_api import expect

from bot.cases.state_machine import Role
from bot.desks.web.assets import STATIC_DIR
from tests.browser.browser_desk_harness import BrowserDeskHarness, without_time_to_undo
from tests.browser.conftest import PATIENCE, SMALLEST, complaints_of
from tests.browser.test_web_desk_accessibility import SIDEWAYS, Look

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser, Page

    from tests.browser.browser_desk_harness import BrowserCaseworker

PHONE = {"width": 390, "height": 844}
ABOVE_KEYBOARD = {"width": 390, "height": 500}
"""What is left of the same phone while its keyboard is open."""
MAX_BAR = 48
LONG_WORDS = "He has my passport and my card, and he reads my phone every evening before I sleep."
BOX = """(selector) => {
  const { top, bottom, height } = document.querySelector(selector).getBoundingClientRect();
  return { top, bottom, height };
}"""
LAST_MESSAGES = """() => {
  const pane = document.getElementById("messages").getBoundingClientRect();
  const last = [...document.querySelectorAll("#messages .message")].slice(-3);
  return last.map((it) => it.getBoundingClientRect())
    .map(({ top, bottom }) => top >= pane.top && bottom <= pane.bottom);
}"""

ALL_LAST_MESSAGES = f"() => ({LAST_MESSAGES})().every((shown) => shown)"


@asynccontextmanager
async def phone(
    browser: Browser, office: BrowserDeskHarness, size: dict[str, int] = PHONE, **how: Any
) -> AsyncIterator[Page]:
    """Give a page on a phone, without complaints."""
    context = await browser.new_context(
        viewport=size,  # type: ignore[arg-type]
        has_touch=True, is_mobile=True, reduced_motion="reduce", **how,
    )  # fmt: skip
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    complaints = complaints_of(page, office.address)
    yield page
    assert complaints == []
    await context.close()


async def a_conversation(office: BrowserDeskHarness, page: Page, mei: BrowserCaseworker) -> str:
    """Let a caseworker take over a case whose person writes six messages; return its number."""
    person, reference = await office.somebody()
    await mei.signs_in(page, office.address)
    await page.goto(f"{office.address}/cases/{reference}")
    await page.locator("#do-claim button").tap()
    await expect(page.locator("#do-take_over")).to_be_visible()
    await without_time_to_undo(page)
    await page.locator("#do-take_over button").tap()
    await expect(page.locator("#do-hand_back button")).to_be_visible()
    await office.house.courier.drain()
    await office.presses(person, "I can write now")
    for words in ("Hello?", "I am in the kitchen.", "He sleeps.", LONG_WORDS, "Are you there?"):
        await office.hears(person.words(words))
    await expect(page.locator("#messages .message")).to_have_count(6)
    return reference


async def test_three_messages_and_the_composer_fit_above_the_keyboard(
    browser: Browser, tmp_path: Path
) -> None:
    async with (
        BrowserDeskHarness.open(tmp_path) as office,
        phone(browser, office) as page,
    ):
        await a_conversation(office, page, office.worker("Mei"))
        for size in (PHONE, ABOVE_KEYBOARD):
            await page.set_viewport_size(size)  # type: ignore[arg-type]
            await page.locator("#say-words").tap()
            bar, composer = [await page.evaluate(BOX, it) for it in (".topbar", "#compose")]
            assert (bar["top"], bar["height"] <= MAX_BAR) == (0, True)
            assert round(composer["bottom"]) == size["height"]
            await page.wait_for_function(ALL_LAST_MESSAGES)  # they are scrolled to in a frame
            assert await page.evaluate(LAST_MESSAGES) == [True] * 3
        await page.keyboard.type("Yes, I am here.")
        await page.locator("#say button").tap()
        await expect(page.locator("#outgoing")).to_be_visible()
        await page.keyboard.press("Control+Enter")
        assert await page.evaluate(SIDEWAYS) <= 0


async def test_case_actions_open_in_one_sheet_and_close_again(
    browser: Browser, tmp_path: Path
) -> None:
    async with (
        BrowserDeskHarness.open(tmp_path) as office,
        phone(browser, office) as page,
    ):
        office.worker("Jun")
        await a_conversation(office, page, office.worker("Mei"))
        menu, panel = page.locator("#case-actions"), page.locator("#case-actions .menu-panel")
        await menu.locator("> summary").tap()
        await expect(panel.get_by_text("Transfer", exact=True).first).to_be_visible()
        assert round((await page.evaluate(BOX, ".menu-panel"))["bottom"]) == PHONE["height"]
        await page.locator("#more-transfer > summary").tap()
        await expect(page.locator("#transfer-to")).to_be_visible()
        await expect(page.locator("#more-close > summary")).to_be_hidden()  # one form at a time
        await page.locator("#more-transfer textarea").fill("She likes short sentences.")
        await page.touchscreen.tap(20, 120)  # outside the sheet
        await expect(panel).to_be_hidden()
        await menu.locator("> summary").tap()
        await expect(page.locator("#more-transfer textarea")).to_have_value(
            "She likes short sentences."
        )
        await page.keyboard.press("Escape")
        await expect(page.locator("#more-close > summary")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(panel).to_be_hidden()


async def test_a_phone_reaches_every_page_from_one_menu(browser: Browser, tmp_path: Path) -> None:
    async with (
        BrowserDeskHarness.open(tmp_path) as office,
        phone(browser, office) as page,
    ):
        await office.worker("Wu", Role.ADMINISTRATOR).signs_in(page, office.address)
        menu = page.locator("#menu")
        await expect(menu).to_be_hidden()
        await page.get_by_role("button", name="Menu").tap()
        for name in ("Snoozed", "All", "Closed", "Team", "Audit log", "Administration"):
            await expect(menu.get_by_role("link", name=name)).to_be_visible()
        await expect(menu.get_by_label("Case number or words")).to_be_visible()
        await menu.get_by_role("link", name="Team").tap()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Team")
        await expect(page.locator("#menu")).to_be_hidden()


async def opens_from_the_list(office: BrowserDeskHarness, page: Page) -> str:
    """Open a case from the list of one's own, so that the list is where back leads; return it."""
    reference = await a_conversation(office, page, office.worker("Mei"))
    await page.goto(f"{office.address}/queue/mine")
    await page.locator("a.case-link").tap()
    return reference


async def test_back_leads_to_the_list_and_forward_to_the_unsent_words(
    browser: Browser, tmp_path: Path
) -> None:
    async with (
        BrowserDeskHarness.open(tmp_path) as office,
        phone(browser, office) as page,
    ):
        reference = await opens_from_the_list(office, page)
        await page.wait_for_url(f"**/cases/{reference}")  # with its scripts: a draft is saved
        async with page.expect_response(re.compile(r"/drafts/say$")):
            await page.locator("#say-words").fill("I will call the shelter")
        await page.go_back()
        await expect(page.locator("a.case-link")).to_have_text(reference)
        await page.go_forward()
        await expect(page.locator("#say-words")).to_have_value("I will call the shelter")
        await page.get_by_role("link", name="Back to the list").tap()
        await expect(page).to_have_url(re.compile("/queue/mine$"))


async def has_entry(page: Page, *, is_there: bool = True) -> None:
    """Wait until the history has an entry for what is open, or has none."""
    async with asyncio.timeout(PATIENCE / 1000):
        while await page.evaluate("Boolean(history.state?.sheet)") != is_there:  # noqa: ASYNC110 - a browser
            await asyncio.sleep(0.05)


async def test_back_closes_what_is_open_before_it_leaves_the_page(
    browser: Browser, tmp_path: Path
) -> None:
    async with (
        BrowserDeskHarness.open(tmp_path) as office,
        phone(browser, office) as page,
    ):
        reference = await opens_from_the_list(office, page)
        case = re.compile(f"/cases/{reference}$")
        await page.locator("#say-words").fill("I will call the shelter")
        actions = page.locator("#case-actions .menu-panel")
        openers = (
            (page.locator("#case-actions > summary"), actions),
            (page.get_by_role("button", name="Case file"), page.locator("#case-file")),
            (page.get_by_role("button", name="Menu"), page.locator("#menu")),
            (page.get_by_role("button", name="Phrasebook"), page.locator("#phrases")),
        )
        for opener, sheet in openers:
            await opener.tap()
            await expect(sheet).to_be_visible()
            await has_entry(page)
            await page.go_back()
            await expect(sheet).to_be_hidden()
            await expect(page).to_have_url(case)
            await expect(page.locator("#say-words")).to_have_value("I will call the shelter")
        await page.locator("#case-actions > summary").tap()
        await expect(actions).to_be_visible()
        await has_entry(page)
        await page.touchscreen.tap(20, 120)  # closed in another way: the entry is gone, too
        await expect(actions).to_be_hidden()
        await has_entry(page, is_there=False)
        await page.go_back()
        await expect(page).to_have_url(re.compile("/queue/mine$"))


async def test_back_from_a_page_of_the_menu_leads_to_the_page_before(
    browser: Browser, tmp_path: Path
) -> None:
    async with (
        BrowserDeskHarness.open(tmp_path) as office,
        phone(browser, office) as page,
    ):
        await office.worker("Hua", Role.SUPERVISOR).signs_in(page, office.address)
        await page.goto(f"{office.address}/queue/waiting")
        await page.get_by_role("button", name="Menu").tap()
        await has_entry(page)
        await page.locator("#menu").get_by_role("link", name="Team").tap()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Team")
        await page.go_back()
        await expect(page).to_have_url(re.compile("/queue/waiting$"))
        await expect(page.locator("#menu")).to_be_hidden()
        await page.get_by_role("button", name="Filter").tap()
        await has_entry(page)
        await page.locator("#filters select[name=language]").select_option("vi")
        await expect(page).to_have_url(re.compile(r"/queue/waiting\?language=vi$"))
        await page.go_back()
        await expect(page).to_have_url(re.compile("/queue/waiting$"))
        await has_entry(page, is_there=False)


async def test_every_cell_of_a_list_says_on_a_phone_what_it_is(
    browser: Browser, tmp_path: Path
) -> None:
    async with (
        BrowserDeskHarness.open(tmp_path) as office,
        phone(browser, office) as page,
    ):
        await office.somebody()
        await office.worker("Hua", Role.SUPERVISOR).signs_in(page, office.address)
        await page.goto(f"{office.address}/queue/all")
        known = {"cell-select", "cell-priority", "cell-case", "cell-due", "reasons-cell"}
        cells = await page.eval_on_selector_all(
            "tbody td", "all => all.map((it) => [it.className, it.dataset.label ?? ''])"
        )
        assert [it for it in cells if not it[1] and it[0] not in known] == []
        labels = {label for _kind, label in cells if label}
        assert {"Language", "Queue", "Waiting time", "Last message", "Assigned to"} <= labels


async def test_axe_finds_nothing_on_a_phone_and_no_page_scrolls_sideways(
    browser: Browser, tmp_path: Path
) -> None:
    look, wide = Look("light"), {}
    async with BrowserDeskHarness.open(tmp_path, "zh_Hant") as office:
        mei, hua = office.worker("Mei"), office.worker("Hua", Role.SUPERVISOR)
        async with phone(browser, office, bypass_csp=True) as page:
            reference = await _look_at_a_case(office, look, page, mei)
        async with phone(browser, office, bypass_csp=True) as page:
            await hua.signs_in(page, office.address)
            paths = await page.eval_on_selector_all(
                "nav.tabs a", "all => all.map((it) => it.pathname)"
            )
            others = ("/roster", "/account", "/audit/reads", "/shift", f"/cases/{reference}")
            for path in (*paths, *others):
                await page.goto(f"{office.address}{path}")
                await look.at(page, path)
                for size in (SMALLEST, PHONE):
                    await page.set_viewport_size(size)  # type: ignore[arg-type]
                    wide[path, size["width"]] = await page.evaluate(SIDEWAYS)
    assert look.found == []
    assert {where: more for where, more in wide.items() if more > 0} == {}


async def _look_at_a_case(
    office: BrowserDeskHarness, look: Look, page: Page, mei: BrowserCaseworker
) -> str:
    reference = await a_conversation(office, page, mei)
    await look.at(page, "case")
    await page.locator("#case-actions > summary").tap()
    await look.at(page, "case, actions")
    await page.locator("#more-close > summary").tap()
    await look.at(page, "case, one action")
    for _twice in range(2):
        await page.keyboard.press("Escape")
    await page.locator(".case-title [popovertarget=case-file]").tap()
    await look.at(page, "case, its file")
    await page.goto(f"{office.address}/queue/mine")
    await page.locator("[popovertarget=menu]").tap()
    await look.at(page, "menu")
    await page.keyboard.press("Escape")
    await page.locator("[popovertarget=filters]").tap()
    await look.at(page, "filters")
    return reference


async def test_the_desk_can_be_installed_and_its_worker_keeps_nothing(
    browser: Browser, tmp_path: Path
) -> None:
    async with (
        BrowserDeskHarness.open(tmp_path) as office,
        phone(browser, office) as page,
    ):
        await office.worker("Mei").signs_in(page, office.address)
        devtools = await page.context.new_cdp_session(page)
        manifest = await devtools.send("Page.getAppManifest")
        assert manifest["errors"] == []
        assert manifest["url"] == f"{office.address}/static/desk.webmanifest"
        said = await devtools.send("Page.getInstallabilityErrors")
        assert [it["errorId"] for it in said["installabilityErrors"]] in ([], ["in-incognito"])
        got = await page.request.get(manifest["url"])
        assert got.headers["content-type"] == "application/manifest+json"
        for name in ("icon-192.png", "icon-512.png"):
            icon = await page.request.get(f"{office.address}/static/{name}")
            assert icon.headers["content-type"] == "image/png"
    worker = (STATIC_DIR / "push_worker.js").read_text()
    assert "push" in worker
    assert not [it for it in ('"fetch"', "caches", "indexedDB") if it in worker]
