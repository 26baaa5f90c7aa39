"""A whole evening: twelve people, three caseworkers and a supervisor, each in their own window.

Chinese and English, light and dark, wide and on a phone stand next to each other. An error
page or an error of a script fails the test.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from typing import TYPE_CHECKING, Any

from playwright.async_api import expect

from bot.cases.state_machine import Role
from bot.hotline.commands.store import submit_command
from bot.hotline.commands.types import Command, Verb
from tests.browser.browser_desk_harness import BrowserDeskHarness
from tests.browser.conftest import PATIENCE, WIDE
from tests.browser.test_web_desk_accessibility import SIDEWAYS
from tests.browser.test_web_desk_phone import PHONE
from tests.support.database_fixtures import query
from tests.support.paths import TESTS

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser, Page

    from bot.store.writer import Work
    from tests.browser.browser_desk_harness import BrowserCaseworker
    from tests.support.people.chat_person import ChatPerson

PEOPLE = 12
BACK = "He hits me, help"


@dataclass(frozen=True)
class Window:
    """A colleague in front of a page."""

    page: Page
    who: BrowserCaseworker
    address: str
    complaints: list[str]

    async def goes(self, path: str) -> None:
        await self.page.goto(f"{self.address}{path}")

    async def held(self) -> list[str]:
        """Return the numbers of the cases that stand on every page, the most urgent first."""
        own = self.page.locator(".own-cases [data-own]")
        return [str(await it.get_attribute("data-own")) for it in await own.all()]

    async def claims_next(self) -> None:
        """Claim what is offered, and take the chat over."""
        await self.goes("/queue/waiting")
        await self.page.locator("form[action$='/next'] button").click()
        await self.page.wait_for_url("**/cases/*")
        await self.takes_over()

    async def takes_over(self) -> None:
        await self.page.locator("#do-take_over button").click()
        await expect(self.page.locator("#outgoing")).to_be_visible()


async def test_twelve_people_are_answered_by_three_caseworkers_and_a_supervisor(
    browser: Browser, tmp_path: Path
) -> None:
    async with AsyncExitStack() as open_, BrowserDeskHarness.open(tmp_path, "zh_Hant") as office:
        mei = await _opened(open_, browser, office, "Mei")
        jun = await _opened(open_, browser, office, "Jun", "English", color_scheme="dark")
        lin = await _opened(
            open_, browser, office, "Lin", "English", viewport=PHONE, has_touch=True
        )
        hua = await _opened(
            open_, browser, office, "Hua", role=Role.SUPERVISOR, color_scheme="dark"
        )
        people = await office.everybody([f"My story is number {it}." for it in range(PEOPLE)])
        three = (mei, jun, lin)
        await asyncio.gather(*(it.claims_next() for it in three))
        await _assigns_one_each(hua, three)
        await _takes_the_rest(office, three)
        await asyncio.gather(*(it.goes("/queue/mine") for it in three))
        assert len({*await mei.held(), *await jun.held(), *await lin.held()}) == PEOPLE
        await _all_go_on(office, people)
        await _a_list_renews_itself(mei.page)
        await _a_danger_is_seen(office, lin, people)
        await asyncio.gather(*(_answers_all(it) for it in three))
        passed_on = await _passes_on(mei, jun)
        await _looks_around(hua, jun, passed_on)
        await _all_are_answered(people)
        for it in (*three, hua):
            assert it.complaints == []


async def _opened(
    open_: AsyncExitStack, browser: Browser, office: BrowserDeskHarness, name: str,
    language: str = "", role: Role = Role.CASEWORKER, **how: Any,
) -> Window:  # fmt: skip
    """Give a colleague who has signed in and reads a language."""
    context = await browser.new_context(**{"viewport": WIDE, "reduced_motion": "reduce", **how})
    open_.push_async_callback(context.close)
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    complaints = _complaints_of(page)
    who = office.worker(name, role)
    await who.signs_in_by_form(page, office.address)
    if language:
        await page.locator("form[action$='/language'] button").dispatch_event("click")
    await expect(page.locator("html")).to_have_attribute("lang", "en" if language else "zh-Hant")
    return Window(page, who, office.address, complaints)


def _complaints_of(page: Page) -> list[str]:
    """Gather errors of scripts, and pages that show an error; panes of a lost case may be gone."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on(
        "response",
        lambda got: (
            found.append(f"{got.status} {got.url}")
            if got.status >= 400 and got.request.is_navigation_request()
            else None
        ),
    )
    return found


async def _assigns_one_each(hua: Window, three: tuple[Window, ...]) -> None:
    """Give each colleague a case that waits, from its row."""
    for to in three:
        await hua.goes("/team")
        row = hua.page.locator("#waiting tbody tr").first
        await row.locator("summary").click()
        await row.locator(f"button[value='{to.who.id}']").click()
        await expect(hua.page.locator(".toast")).to_be_visible()


async def _takes_the_rest(office: BrowserDeskHarness, three: tuple[Window, ...]) -> None:
    """Let each colleague claim cases in turn, and take over all they hold, from other windows."""
    now, run = office.clock.now(), office.database.writer.run_sync
    waiting = query(office.database, "SELECT id FROM cases WHERE holder IS NULL ORDER BY id")
    for (case,), by in zip(waiting, cycle(three), strict=False):
        run(partial(_gives, office, Command(verb=Verb.CLAIM, by=by.who.id, case=case), now))
    await office.house.dispatcher.resume()
    for case, by in query(office.database, "SELECT id, holder FROM cases"):
        run(partial(_gives, office, Command(verb=Verb.TAKE_OVER, by=by, case=case), now))
    await office.house.dispatcher.resume()
    await office.house.courier.drain()


def _gives(office: BrowserDeskHarness, command: Command, now: int, work: Work) -> None:
    submit_command(work, office.vault, command, now)


async def _all_go_on(office: BrowserDeskHarness, people: list[tuple[ChatPerson, str]]) -> None:
    """Let each person press that they can write, and write."""
    told = [person.press(person.token("I can write now")) for person, _reference in people]
    await office.hears(*told)
    await office.hears(*(person.words("Thank you.") for person, _reference in people))


async def _a_list_renews_itself(page: Page) -> None:
    """See what is new in a list; the tabs that are not counted show no empty count."""
    await expect(page.locator("tbody .unread").first).to_be_visible()
    for tab in ("all", "closed"):
        await expect(page.locator(f"[data-count={tab}]")).to_have_attribute("hidden", "")


async def _a_danger_is_seen(
    office: BrowserDeskHarness, lin: Window, people: list[tuple[ChatPerson, str]]
) -> None:
    """Let one of Lin's people write while she looks at another list, on her phone."""
    of_lin = set(await lin.held())
    person, reference = next(it for it in people if it[1] in of_lin)
    await lin.goes("/account")
    await office.hears(person.words(BACK))
    await expect(lin.page.locator("a.toast").last).to_contain_text(reference)
    assert BACK not in await lin.page.locator("body").inner_text()
    assert not await lin.page.evaluate(SIDEWAYS)


async def _answers_all(window: Window) -> None:
    """Write to each person, and leave each page at once."""
    for reference in await window.held():
        await window.goes(f"/cases/{reference}")
        await window.page.locator("#say-words").fill(f"I read this: {reference}.")
        await window.page.keyboard.press("Control+Enter")
        await expect(window.page.locator("#outgoing")).to_be_visible()
    await window.goes("/queue/mine")


async def _all_are_answered(people: list[tuple[ChatPerson, str]]) -> None:
    """Wait for each person's answer: what a page left with can be undone for five seconds."""
    async with asyncio.timeout(PATIENCE / 1000):
        for person, reference in people:
            while f"I read this: {reference}." not in person.texts:  # noqa: ASYNC110 - no event tells it
                await asyncio.sleep(0.05)


async def _passes_on(mei: Window, jun: Window) -> str:
    """Transfer the last case of one to the other; it ends on the queue with a toast."""
    reference = (await mei.held())[-1]
    await mei.goes(f"/cases/{reference}")
    await mei.page.locator("#case-actions > summary").click()
    await mei.page.locator("#more-transfer > summary").click()
    await mei.page.locator("#transfer-to").select_option(jun.who.id)
    await mei.page.locator("#more-transfer textarea").fill("She likes short sentences.")
    await mei.page.locator("#more-transfer button").click()
    await mei.page.wait_for_url("**/queue/mine")
    await expect(mei.page.locator(".toast")).to_contain_text(reference)
    return reference


async def _looks_around(hua: Window, jun: Window, passed_on: str) -> None:
    """Find what was passed on, and see on Team that no one waits."""
    await jun.goes(f"/cases/{passed_on}")
    await expect(jun.page.locator("#messages")).to_contain_text("She likes short sentences.")
    for path in ("/queue/all", "/roster", "/approvals", "/audit", "/team"):
        await hua.goes(path)
    await expect(hua.page.locator("#waiting tbody tr")).to_have_count(0)
    await expect(hua.page.locator("#workload tbody tr")).to_have_count(4)
    if os.environ.get("PICTURES"):
        taken = await hua.page.screenshot(animations="disabled", caret="hide")
        (TESTS / "browser" / "pictures" / "team-zh-dark.png").write_bytes(taken)
