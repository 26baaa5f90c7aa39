"""Every page of the partners' room in a real browser: for everyone, on the smallest phone too."""

from __future__ import annotations

import contextlib
import os
from functools import partial
from typing import TYPE_CHECKING

from bot.app.partner_room.demo import RECIPIENT, create_room_link
from bot.app.partner_room.room import RoomOptions, build_room_context, open_room
from bot.cases.state_machine import Role
from bot.desks.partner_room.app import ROOM_ROUTES
from bot.desks.partner_room.routes import Access
from bot.desks.web.app import serve
from bot.partners.member_access import MemberAccess
from bot.training.shared_scenes import shared_scenes
from tests.browser.browser_desk_harness import BrowserDeskHarness
from tests.browser.conftest import SMALLEST
from tests.browser.test_web_desk_accessibility import Look, opened
from tests.support.database.key_store_fixtures import CHEAP, PASSWORD
from tests.support.database_fixtures import query
from tests.support.free_ports import free_port
from tests.support.paths import TESTS
from tests.support.people.partner_referrals import deliver_directly

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser, Page

    from bot.desks.partner_room.context import RoomContext
    from bot.store.writer import Work

PICTURE = TESTS / "browser" / "pictures" / "partner-room-en.png"
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
BLANKS = {"{referral}": "-", "{number}": "1", "{name}": "Linh", "{link}": "0" * 64}
NO_PAGES = ("/static/{name}", "/practice/{name}/file", "/posters/file", "/demo/{link}")


def paths() -> list[str]:
    """Return the address of every page, those of members last."""
    found = [it for it in ROOM_ROUTES if not it.changes_state and it.path not in NO_PAGES]
    result = []
    for route in sorted(found, key=lambda it: it.access is Access.MEMBER):
        path = route.path
        for blank, value in BLANKS.items():
            path = path.replace(blank, value)
        result.append(path)
    return result


@contextlib.asynccontextmanager
async def open_served_room(office: BrowserDeskHarness) -> AsyncIterator[RoomContext]:
    """Serve the room of the demo's partner next to a desk, at an address of its own."""
    port = free_port()
    options = RoomOptions(
        origin=f"http://localhost:{port}", password_cost=CHEAP, practice=shared_scenes
    )
    room = build_room_context(office.settings, office.database, office.vault, options)
    room.find_username = _bot_name
    async with open_room(room) as app, serve(app, "127.0.0.1", port):
        yield room


async def _bot_name() -> str:
    return "haven_bot"


async def test_everyone_can_use_every_page_of_the_partners_room(
    browser: Browser, tmp_path: Path
) -> None:
    look, wide = Look("light"), list[str]()
    async with BrowserDeskHarness.open(tmp_path) as office, open_served_room(office) as room:
        chief = office.worker("Hui", Role.SUPERVISOR)
        keyring = office.front.staff_keys.unlock(chief.id, PASSWORD)
        (link,) = (await create_room_link(room, keyring, PASSWORD)).values()
        context, page = await opened(browser, "light")
        link = f"{room.origin}{link.removeprefix('/partners')}"
        numbers = [await _deliver(office) for _ in range(2)]
        for path in paths():
            if path == "/":
                await page.goto(link)
            await page.goto(
                f"{room.origin}{path.replace('/referrals/-', f'/referrals/{numbers[0]}')}"
            )
            await look.at(page, path)
            wide += await _too_wide(page, path)
        await _open_referral(page, f"{room.origin}/referrals/{numbers[1]}")
        await look.at(page, "a referral that is open")
        wide += await _too_wide(page, "a referral that is open")
        await _take_referral_pictures(page, room.origin)
        await _take_picture(page, room.origin)
        wide += await _at_the_desk(office, look, page)
        await context.close()
    assert look.found == []
    assert wide == []
    assert len(look.seen) >= 13


async def _at_the_desk(office: BrowserDeskHarness, look: Look, page: Page) -> list[str]:
    """Look at the pages on which staff invite members and approve their keys."""
    wide = list[str]()
    members = office.front.partner_members
    for name, role, paths_ in (
        (
            "Wen",
            Role.ADMINISTRATOR,
            ("/administration/partners", "/administration/partners/1/invite"),
        ),
        ("Hua", Role.SUPERVISOR, ("/key-requests/partners",)),
    ):
        await page.context.clear_cookies()
        await office.worker(name, role).signs_in(page, office.address)
        for path in paths_:
            await page.goto(f"{office.address}{path}")
            await look.at(page, path)
            wide += await _too_wide(page, path)
        if role is Role.ADMINISTRATOR:
            await page.locator("input[name=name]").fill("Jun")
            await page.locator("form[action$='/invite'] button").click()
            await page.wait_for_selector(".secret")
            await look.at(page, "a link for a member")
            link = (await page.locator(".secret").inner_text()).rpartition("/")[2]
            await office.database.writer.run(partial(_enrol, office, link))
    assert await office.database.writer.run(members.is_any_waiting)
    return wide


def _enrol(office: BrowserDeskHarness, link: str, work: Work) -> None:
    access = MemberAccess(office.vault, office.front.audit, CHEAP)
    now, secret = office.clock.now(), bytes.fromhex(link)
    member = office.front.partner_members.find(work, access.invited(work, secret, now))
    assert member is not None
    access.enrol(work, member, secret, access.choose(member, PASSWORD), ("", 0), now)


async def _too_wide(page: Page, path: str) -> list[str]:
    size = page.viewport_size
    await page.set_viewport_size(SMALLEST)  # type: ignore[arg-type]
    over = await page.evaluate(TOO_WIDE)
    await page.set_viewport_size(size)  # type: ignore[arg-type]
    return [f"{path}: {over} pixels"] if over > 0 else []


async def _take_picture(page: Page, origin: str) -> None:
    """Take the picture of the README, if pictures are wanted."""
    if os.environ.get("PICTURES"):
        await page.set_viewport_size({"width": 960, "height": 760})
        await page.goto(f"{origin}/figures")
        await page.screenshot(path=PICTURE, animations="disabled")


async def _deliver(office: BrowserDeskHarness) -> str:
    """Deliver what someone agreed to; return its number in the room."""
    _person, reference = await office.somebody("They keep my passport. We sleep on the boat.")
    ((case,),) = query(office.database, f"SELECT id FROM cases WHERE reference = '{reference}'")  # noqa: S608
    front, now = office.front, office.clock.now()
    return await office.database.writer.run(
        lambda work: deliver_directly(work, front, str(case), RECIPIENT, now)
    )


async def _open_referral(page: Page, address: str) -> None:
    await page.goto(address)
    await page.get_by_role("button", name="Open").click()
    await page.get_by_role("heading", name="What the person agreed to tell you").wait_for()


async def _take_referral_pictures(page: Page, origin: str) -> None:
    """Take pictures of the open referral, the list and the form, if pictures are wanted."""
    folder = os.environ.get("PICTURES_OF_REFERRALS")
    if not folder:
        return
    for name, path in (("open", ""), ("list", "/referrals"), ("refer", "/refer")):
        if path:
            await page.goto(f"{origin}{path}")
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            await page.screenshot(path=f"{folder}/{name}-{scheme}.png", full_page=True)
        size = page.viewport_size
        await page.set_viewport_size(SMALLEST)  # type: ignore[arg-type]
        await page.screenshot(path=f"{folder}/{name}-small.png", full_page=True)
        await page.set_viewport_size(size)  # type: ignore[arg-type]
        await page.emulate_media(color_scheme="light")
