"""What is known of a case, and which cases have the same in theirs, in a browser."""

from __future__ import annotations

import asyncio
import os
from datetime import date, timedelta
from typing import TYPE_CHECKING

from playwright.async_api import expect

from bot.cases.state_machine import Role
from bot.hotline.commands.types import Command, Verb
from bot.training.demo_figures import add_demo_months
from bot.training.demo_services import add_services
from tests.browser.browser_desk_harness import BrowserDeskHarness
from tests.browser.conftest import WIDE
from tests.browser.test_web_desk_accessibility import Look, opened, shows_part
from tests.support.database_fixtures import query
from tests.support.paths import TESTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from playwright.async_api import Browser, Page, Route

    from tests.browser.browser_desk_harness import BrowserCaseworker

PICTURES = TESTS / "browser" / "pictures"
"""What the desk's guide shows. `PICTURES=1 ./run test tests/browser` takes them anew."""
NARROW = {"width": 320, "height": 640}
FACTS = (
    (("suspect:one/name", "Pak Budi Santoso"), ("suspect:one/phone", "0912 345 678"),
     ("suspect:one/name", "\u5e03\u8fea"), ("vehicle:one/plate", "ABC-1234"),
     ("payment:one/amount", "Rp 45 juta"), ("person/born", "1995"), ("person/born", "1996-05-03"),
     ("person/told_of_others=yes", "")),
    (("suspect:one/name", "Budi SANTOSO"), ("suspect:one/phone", "+886-912-345-678")),
    (("vehicle:one/plate", "abc 1234"), ("person/told_of_others=no", "")),
)  # fmt: skip
PUT = """async ([path, code, words]) => {
  const form = (name) => document.querySelector(`input[name=${name}]`).value;
  const body = new URLSearchParams({csrf: form("csrf"), nonce: form("nonce"), code, words,
                                    source: "spoken"});
  const said = await fetch(path, {method: "POST", headers: {"x-haven": "1"}, body});
  return (await said.json()).refused;
}"""


async def photograph(page: Page, name: str, height: int, *, shows: str = "") -> None:
    """Take a picture of a page in both languages of the desk, where pictures are wanted.

    `shows` is a tab of the case file: then the picture is of the case file alone.
    """
    if not os.environ.get("PICTURES"):
        return
    clip = {"x": 0, "y": 0, "width": 1280, "height": height}
    for language in ("en", "zh"):
        if shows:
            await shows_part(page, shows)
            box = await page.locator("#case-file").bounding_box()
            assert box is not None
            clip = {**box, "height": height}  # type: ignore[dict-item]
        path = PICTURES / f"{name}-{language}.png"
        await page.screenshot(path=path, animations="disabled", clip=clip)  # type: ignore[arg-type]
        await page.locator("button[name=language]").click()
        await page.wait_for_load_state()


PLAN = (
    ("service", "offer.place", {}),
    ("service", "refuse.place", {"words": "She stays with her cousin."}),
    ("service", "ask.doctor", {}),
    ("service", "accept.doctor", {"value.provider": "Taoyuan General Hospital"}),
    ("service", "give.doctor", {"value.kind": "doctor", "value.amount": "1200"}),
    ("service", "offer.counsellor", {}),
    ("service", "accept.counsellor", {}),
    ("service", "give.counsellor", {"value.kind": "talks", "value.amount": "2000"}),
    ("service", "offer.lawyer", {}),
    ("appointment", "doctor", {"value.at": "{soon} 10:00", "value.companion": "Mei",
                               "value.show": "1"}),
)  # fmt: skip
PLAN_FORM = """async ([path, fields]) => {
  const form = (name) => document.querySelector(`input[name=${name}]`).value;
  const body = new URLSearchParams({csrf: form("csrf"), nonce: form("nonce"), ...fields});
  const said = await fetch(path, {method: "POST", headers: {"x-haven": "1"}, body});
  return await said.text();
}"""


async def write_plan(page: Page, case: str) -> None:
    """Enter a plan as its forms send it."""
    for verb, code, more in PLAN:
        await page.goto(case)
        soon = date.today() + timedelta(days=4)  # noqa: DTZ011 - any day soon
        fields = {name: it.format(soon=soon) for name, it in more.items()}
        said = await page.evaluate(PLAN_FORM, [f"{case}/do/{verb}", {"code": code, **fields}])
        assert '"refused":false' in said.replace(" ", ""), (code, said)


async def adds_a_service_by_its_key(
    page: Page, office: BrowserDeskHarness, reference: str, colleague: BrowserCaseworker
) -> None:
    """See that the key waits for the plan, and that typed words outlast a colleague's entry."""
    is_released = asyncio.Event()

    async def late(route: Route) -> None:
        await is_released.wait()
        await route.continue_()

    await page.route("**/plan/pane", late)
    await page.goto(f"{office.address}/cases/{reference}")
    await page.keyboard.press("v")
    await page.keyboard.press("m")  # would begin a note
    is_released.set()
    await expect(page.locator("#service-code")).to_be_focused()
    await expect(page.locator("#note-words")).to_have_value("")
    provider = page.locator("#add-service [name='value.provider']")
    await provider.fill("Half a name")
    ((case,),) = query(office.database, f"SELECT id FROM cases WHERE reference = '{reference}'")  # noqa: S608 - ours
    for verb, words in (
        (Verb.GIVE_REASON, {"text": "I heard"}),
        (Verb.SERVICE, {"code": "accept.lawyer"}),
    ):
        sent = Command(verb=verb, by=colleague.id, case=case, **words)
        assert await office.front.command_client.send(sent)
    await expect(page.locator("#service-lawyer .pill")).to_have_text("accepted")
    await expect(provider).to_have_value("Half a name")
    await expect(provider).to_be_focused()
    await page.unroute("**/plan/pane")


async def claims_and_records(
    page: Page, office: BrowserDeskHarness, references: Sequence[str]
) -> None:
    """Claim each case, and put its facts into its record."""
    for reference, facts in zip(references, FACTS, strict=True):
        await page.goto(f"{office.address}/cases/{reference}")
        await page.keyboard.press("c")
        await page.wait_for_selector("[data-key=t]")
        for code, words in facts:
            await page.reload()
            path = f"/cases/{reference}/record"
            assert await page.evaluate(PUT, [path, code, words]) is False


async def shows_connections(page: Page, references: Sequence[str]) -> None:
    """See that the first case is connected with each of the two others, and these with no other."""
    rows = page.locator("tbody tr")
    assert await rows.count() == 2
    for row, cases in ((rows.nth(0), references[:2]), (rows.nth(1), references[::2])):
        shown = await row.inner_text()
        assert [it for it in references if it in shown] == sorted(cases, key=references.index)


async def finds_services(page: Page, office: BrowserDeskHarness, case: str) -> None:
    """Fill the directory of services, and look for one in Taipei from a case."""
    directory, now = office.front.directory, office.clock.now()
    await office.database.writer.run(lambda work: add_services(work, directory, "mei", "jun", now))
    await page.goto(f"{case}/services")
    await page.locator("select[name=county]").select_option("TPE")
    await page.locator(".services-filter button.primary").click()
    await expect(page.locator(".service").first).to_be_visible()
    await photograph(page, "services", 720)


async def test_record_plan_figures_and_connections_are_read_on_any_screen(
    browser: Browser, tmp_path: Path
) -> None:
    look = Look("light")
    reason = "to find brokers whom several people report"
    async with BrowserDeskHarness.open(tmp_path, "en", connections=reason) as office:
        people = await office.everybody(["The boss keeps my passport."] * len(FACTS))
        context, page = await opened(browser, "light")
        await office.worker("Hua", Role.SUPERVISOR).signs_in(page, office.address)
        references = [reference for _person, reference in people]
        await claims_and_records(page, office, references)
        await page.goto(f"{office.address}/cases/{references[0]}/record")
        await page.set_viewport_size({"width": 1280, "height": 900})
        await photograph(page, "record", 900)
        await look.at(page, "the record")
        case, jun = f"{office.address}/cases/{references[0]}", office.worker("Jun", Role.SUPERVISOR)
        await write_plan(page, case)
        await page.goto(case)
        await photograph(page, "plan", 720, shows="plan")
        await shows_part(page, "plan")
        await look.at(page, "the plan")
        await adds_a_service_by_its_key(page, office, references[0], jun)
        await page.goto(f"{case}/plan")
        await look.at(page, "the plan, on its page")
        months, now = office.house.figures, office.clock.now()
        await office.database.writer.run(lambda work: add_demo_months(work, months, now))
        await page.goto(f"{office.address}/figures")
        await photograph(page, "figures", 900)
        await finds_services(page, office, case)
        await page.goto(f"{office.address}/team")
        await page.get_by_role("link", name="Connections").click()
        await photograph(page, "connections", 460)
        await look.at(page, "connections")
        await shows_connections(page, references)
        await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= NARROW["width"]
        await look.at(page, "connections on a phone")
        await page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        await context.close()
    assert look.found == []
