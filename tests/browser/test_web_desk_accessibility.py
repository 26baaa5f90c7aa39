"""Everybody can use the desk: axe-core finds nothing on any page, in light and dark alike."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from bot.cases.state_machine import Role
from bot.exports.bodies_abroad import BodyAbroad
from bot.exports.synthetic import MarginalError, SyntheticRelease
from bot.exports.synthetic_releases import SyntheticReleases
from bot.partners.partners import Campaigns, NewCampaign, Partners
from bot.training.demo_figures import add_demo_months
from bot.training.demo_services import add_services
from tests.browser.browser_desk_harness import BrowserDeskHarness, without_time_to_undo
from tests.browser.conftest import PATIENCE, WIDE
from tests.desks.web.team.test_training_pages import SITI
from tests.support.content.expired_place import expired_place
from tests.support.database.key_store_fixtures import PASSWORD, QUEUES
from tests.support.drill_length import drill_length
from tests.support.people.body_abroad import CODE, NAME, RULES

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser, BrowserContext, Page

    from bot.desks.practice import PracticeCase
    from bot.store.writer import Work
    from tests.support.people.chat_person import ChatPerson

NAMED = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""Rules whose answer turns on the theme; all others read names and structure."""
OTHER = {"light": "dark", "dark": "light"}
LONG_AGO = date(2026, 1, 1)
"""Since then nobody has read what people are told: the queue says so to whoever stands above."""
FORM = "form[action$='/do/{}'] button"
ALL_OPEN = """() => { for (const it of document.querySelectorAll('details')) {
  it.removeAttribute("name");  // of the forms in a case's head one is open at a time
  it.open = true;
} }"""
BANNERS = "() => { for (const it of document.querySelectorAll('.banner')) it.hidden = false; }"


class Look:
    """Looks at pages, and keeps what keeps somebody from using them."""

    def __init__(self, scheme: str, other_every: int = 1) -> None:
        """Take a theme, and at which of the pages to look in the other theme too: each n-th."""
        self.scheme, self.other_every = scheme, other_every
        self.axe = Axe()
        self.seen: list[str] = []
        self.found: list[str] = []

    async def at(self, page: Page, name: str, within: str = "html") -> None:
        """Look at what an element holds, then, if it is its turn, at the other theme's colours."""
        if not await page.evaluate("'axe' in window"):
            await page.evaluate(self.axe.axe_script)
        is_seen_twice = len(self.seen) % self.other_every == 0
        self.seen.append(name)
        await self._run(page, f"{name}, {self.scheme}", within, {"type": "tag", "values": NAMED})
        if is_seen_twice:
            await self._run_in_other_theme(page, name, within)

    async def _run_in_other_theme(self, page: Page, name: str, within: str) -> None:
        await page.emulate_media(color_scheme=OTHER[self.scheme])  # type: ignore[arg-type]
        rules = {"type": "rule", "values": COLOURS}
        await self._run(page, f"{name}, {OTHER[self.scheme]}", within, rules)
        await page.emulate_media(color_scheme=self.scheme)  # type: ignore[arg-type]

    async def _run(self, page: Page, name: str, within: str, only: dict[str, Any]) -> None:
        options = {"runOnly": only, "resultTypes": ["violations"], "preload": {"assets": ["media"]}}
        said: Any = await page.evaluate("(it) => axe.run(...it)", [within, options])
        for wrong in said["violations"]:
            where = [node["target"][0] for node in wrong["nodes"]][:3]
            self.found.append(f"{name}: {wrong['id']} {where}")

    async def at_dialogs(self, page: Page, name: str) -> None:
        """Look at each dialog of a page, open; the page behind it was looked at."""
        for known in await page.eval_on_selector_all("dialog[id]", "all => all.map((it) => it.id)"):
            dialog = page.locator(f"dialog#{known}")
            await dialog.evaluate("it => it.showModal()")
            await self.at(page, f"{name}, {known}", f"#{known}")
            await dialog.evaluate("it => it.close()")


async def opened(browser: Browser, scheme: str) -> tuple[BrowserContext, Page]:
    # axe-core is put into the page, which the desk's own policy forbids.
    context = await browser.new_context(
        viewport=WIDE,  # type: ignore[arg-type]
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce", bypass_csp=True,
    )  # fmt: skip
    context.set_default_timeout(PATIENCE)
    return context, await context.new_page()


async def shows_part(page: Page, part: str) -> None:
    """Open a part of the case file, and wait until it is loaded."""
    await page.evaluate(f"document.getElementById('show-{part}').click()")
    await expect(page.locator(f"[data-part={part}] [data-unopened]")).to_have_count(0)


async def test_axe_finds_nothing_on_any_page_of_the_web_desk(
    browser: Browser, tmp_path: Path
) -> None:
    look = Look("light", other_every=drill_length(3, 1))
    async with BrowserDeskHarness.open(tmp_path) as office:
        _reference = await _a_caseworker(office, look, browser)
        await _a_supervisor(office, look, browser, _reference)
        await _an_administrator(office, look, browser, _reference)
        await _the_first_time(office, look, browser)
    assert look.found == []
    assert len(look.seen) > 30


async def _a_caseworker(office: BrowserDeskHarness, look: Look, browser: Browser) -> str:
    mei = office.worker("Mei")
    context, page = await opened(browser, look.scheme)
    await _the_way_in(office, look, page)
    await mei.signs_in(page, office.address)
    for tab in ("mine", "waiting", "all"):
        await page.goto(f"{office.address}/queue/{tab}")
        await look.at(page, f"queue {tab}, nobody")
    person, reference = await office.somebody()
    await page.goto(f"{office.address}/queue/waiting")
    await expect(page.locator("a.case-link")).to_have_count(1)
    await look.at(page, "queue")
    await look.at_dialogs(page, "queue")
    await _an_open_case(office, look, page, reference)
    await _writes(look, page)
    await page.evaluate(BANNERS)
    await look.at(page, "case, banners")
    await _what_the_person_decided(office, look, page, person, reference)
    await _takes_a_call(office, look, page)
    for path in ("/nowhere", "/step-up", "/account", "/import-cases"):
        await page.goto(f"{office.address}{path}")
        await look.at(page, path)
        await look.at_dialogs(page, path)
    await page.locator("form[action$='/signout'] button").first.click()
    await look.at(page, "signed out")
    await context.close()
    return reference


async def _takes_a_call(office: BrowserDeskHarness, look: Look, page: Page) -> None:
    """Open a case from a call, one step after the other; it has no chat."""
    for path in ("", "/my/refused", "/my"):
        await page.goto(f"{office.address}/new-case{path}")
        await page.evaluate(ALL_OPEN)
        await look.at(page, f"a new case {path}")
    await page.locator("[name='answer.safe'][value=not_safe]").check()
    await page.locator("footer .primary").click()
    await page.locator("form > .error").wait_for()
    await look.at(page, "a new case, refused")
    await page.locator("[name=channel][value=letter]").check()
    await look.at(page, "a new case, told by others")
    await page.locator("textarea[name=words]").fill("She is locked in.")
    await page.locator("footer .primary").click()
    await page.locator("#call-back").wait_for()
    await page.evaluate(ALL_OPEN)
    await look.at(page, "case without a chat")
    await page.locator("#join-code button").click()
    await page.locator(".join-code").wait_for()
    await look.at(page, "the code by which a chat joins")


async def _the_way_in(office: BrowserDeskHarness, look: Look, page: Page) -> None:
    """Look at what is shown to somebody who is not signed in, or not let in."""
    await page.goto(f"{office.address}/nowhere")
    await look.at(page, "nothing there, nobody signed in")
    await page.goto(f"{office.address}/signin")
    await look.at(page, "the way in")
    await page.locator("input[name=who]").fill("Mei")
    await page.locator("input[name=password]").fill("not it")
    await page.locator("input[name=code]").fill("000000")
    await page.locator("form:has(input[name=code]) button").click()
    await look.at(page, "the way in, refused")


async def _an_open_case(office: BrowserDeskHarness, look: Look, page: Page, reference: str) -> None:
    """Claim a case, take its chat over, and look at all of it."""
    await page.goto(f"{office.address}/cases/{reference}")
    await look.at(page, "case, not held")
    await page.locator(FORM.format("claim")).click()
    await expect(page.locator(FORM.format("take_over"))).to_be_visible()
    await without_time_to_undo(page)
    await page.locator(FORM.format("take_over")).click()
    await expect(page.locator("#say-words")).to_have_count(1)
    await page.keyboard.press("r")
    await look.at(page, "case, held")
    await page.evaluate(ALL_OPEN)
    await look.at(page, "case, held, all open")
    for part in ("plan", "law"):
        await shows_part(page, part)
        await page.evaluate(ALL_OPEN)
        await look.at(page, f"case, {part}, all open")
    await page.keyboard.press("Escape")
    await page.keyboard.press("/")
    await expect(page.locator("#phrase-results li").first).to_be_visible()
    await look.at(page, "case, phrasebook")
    await page.keyboard.press("Escape")
    await look.at_dialogs(page, "case")


async def _writes(look: Look, page: Page) -> None:
    await page.locator("#say-words").fill("Hello")
    await page.keyboard.press("Control+Enter")
    await look.at(page, "case, words about to leave")
    await page.keyboard.press("Escape")
    await page.keyboard.press("u")
    await page.locator("#say-words").fill("Apakah Anda aman di sana? Tolong tulis kepada saya.")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".outgoing-question")).to_be_visible()
    await look.at(page, "case, asked before words leave")


async def _what_the_person_decided(
    office: BrowserDeskHarness, look: Look, page: Page, person: ChatPerson, reference: str
) -> None:
    """Look at a case whose person agreed to what is told of them, then wants it erased."""
    await office.presses(person, "I can write now")
    await page.goto(f"{office.address}/cases/{reference}")
    await page.locator(FORM.format("refer").replace("button", "select")).select_option("labor_1955")
    await page.locator(FORM.format("refer")).click()
    await expect(page.locator("#referrals .pill")).to_have_text(
        re.compile("consent asked|已徵求同意")
    )
    for label in ("Show it to me", "You may tell them"):
        await office.presses(person, label)
    await expect(page.locator(FORM.format("tell_others"))).to_be_visible()
    await page.locator(FORM.format("hand_back")).click()
    await expect(page.locator(FORM.format("take_over"))).to_be_visible()
    await office.hears(person.words("/delete"))
    await office.presses(person, "Erase it")
    await expect(page.locator("#more-erase")).to_be_visible()
    await page.locator("#more-erase summary").click()
    await look.at(page, "case, what may be told, a wish")


async def _a_supervisor(
    office: BrowserDeskHarness, look: Look, browser: Browser, reference: str
) -> None:
    old = expired_place(office.front.place, LONG_AGO)
    office.front.find_place = lambda: old
    context, page = await opened(browser, look.scheme)
    await office.worker("Hua", Role.SUPERVISOR).signs_in(page, office.address)
    new = office.worker("Tuan")
    office.front.staff_keys.enrol(new.id, "caseworker", QUEUES, PASSWORD, office.clock.now())
    await page.goto(f"{office.address}/queue/waiting")
    await look.at(page, "a key waits for approval")
    await page.locator("#key-requests a").click()
    await look.at(page, "keys that wait for approval")
    await page.locator("form[action$='/key-requests/refuse'] button").click()
    await expect(page.locator("#toasts .toast")).to_be_visible()
    await page.goto(f"{office.address}/cases/{reference}")
    await look.at(page, "glass")
    await _every_tab(look, page, "supervisor")
    await page.goto(f"{office.address}/queue/waiting")
    await expect(page.locator(".notice")).to_contain_text("haven directory todo")
    await _hours_and_shifts(office, look, page)
    await _services(office, look, page)
    figures, now = office.house.figures, office.clock.now()
    await office.database.writer.run(lambda work: add_demo_months(work, figures, now))
    await page.goto(f"{office.address}/figures")
    await page.evaluate(ALL_OPEN)
    await look.at(page, "figures")
    await _exports(office, look, page)
    await _training_and_practice(office, look, page, reference)
    await page.goto(f"{office.address}/audit")
    await page.locator("form[action$='/audit/check'] button").click()
    await look.at(page, "the log, checked")
    await context.close()


async def _services(office: BrowserDeskHarness, look: Look, page: Page) -> None:
    """Look at the directory of services: empty, with services, and at one that is refused."""
    await page.goto(f"{office.address}/services")
    await look.at(page, "services, none")
    directory, now = office.front.directory, office.clock.now()
    await office.database.writer.run(lambda work: add_services(work, directory, "mei", "jun", now))
    for path in ("", "/to-check", "/proposals"):
        await page.goto(f"{office.address}/services{path}")
        await look.at(page, f"services {path}")
    await page.locator(".service h2 a").first.click()
    await page.evaluate(ALL_OPEN)
    await look.at(page, "one service")
    await page.goto(f"{office.address}/services/new")
    await page.locator("#field-name").fill("Nameless")
    await page.locator(".service-form button.primary").click()
    await expect(page.locator("#fault-contact")).not_to_be_empty()
    await page.evaluate(ALL_OPEN)
    await look.at(page, "a new service, refused")


async def _exports(office: BrowserDeskHarness, look: Look, page: Page) -> None:
    """Look at bodies abroad, one of which waits for its key to be confirmed, and at releases."""
    bodies, now, run = office.front.bodies_abroad, office.clock.now(), office.database.writer.run
    body = BodyAbroad(CODE, NAME, "ID", RULES)
    await run(lambda work: bodies.add(work, body, "operator", now))
    await run(lambda work: bodies.set_key(work, CODE, bytes(32), "operator", now))
    releases = SyntheticReleases(office.vault, office.front.audit, 8.0)
    number = await run(lambda work: releases.begin(work, 2.0, "someone", now))
    made = SyntheticRelease({"rows": [], "columns": []}, MarginalError(4.2, 9.1, 61.0, 15.0))
    await run(lambda work: releases.finish(work, number, made))
    for path in ("/bodies", "/synthetic"):
        await page.goto(f"{office.address}{path}")
        await look.at(page, path)


class OnePerson:
    """A training in which one made-up person has written."""

    def __init__(self, reference: str) -> None:
        self._reference = reference

    async def cases(self) -> list[PracticeCase]:
        return [replace(SITI, reference=self._reference)]


async def _training_and_practice(
    office: BrowserDeskHarness, look: Look, page: Page, reference: str
) -> None:
    """Look at the courses of the team, at one's own, and at what a trainee saw."""
    today = datetime.fromtimestamp(office.seconds(), office.settings.zone).date()
    for kind, days in (("course", 400), ("course", 340), ("look_along", 1)):
        await page.goto(f"{office.address}/team/training")
        await page.evaluate(ALL_OPEN)
        for name, chosen in (("staff", 1), ("kind", kind)):
            given = {"index": chosen} if isinstance(chosen, int) else {"value": chosen}
            await page.locator(f"#add-training select[name={name}]").select_option(**given)  # type: ignore[arg-type]
        await page.locator("#add-training input[name=course]").fill(f"The Act {days}")
        await page.locator("#add-training input[name=day]").fill(f"{today - timedelta(days)}")
        await page.locator("#add-training textarea").fill("One question at a time.")
        await page.locator("#add-training button.primary").click()
        await expect(page.locator("#toasts .toast")).to_be_visible()
    await expect(page.locator(".training strong")).to_have_count(3)
    await look.at(page, "training")
    await page.goto(f"{office.address}/account/training")
    await look.at(page, "training of one's own")
    office.front.practice = OnePerson(reference)
    await page.goto(f"{office.address}/practice")
    await look.at(page, "practice")
    await page.locator("form[action$='/practice/siti'] .checks input").first.check()
    await page.locator("form[action$='/practice/siti'] button").click()
    await expect(page.locator("#compared")).to_be_visible()
    await look.at(page, "practice, compared")
    office.front.practice = None


async def _hours_and_shifts(office: BrowserDeskHarness, look: Look, page: Page) -> None:
    """Look at the hours and a colleague's week, both filled in wrongly and as they are."""
    for path in ("", "/week/general", "/week/labour", "/days", "/replies"):
        await page.goto(f"{office.address}/administration/hours{path}")
        await look.at(page, f"hours {path}")
    await page.goto(f"{office.address}/administration/hours/week/general")
    await page.locator("#day1").fill("banana")
    await page.locator(".hours-form button.primary").click()
    await expect(page.locator("#fault-day1")).not_to_be_empty()
    await look.at(page, "hours, not understood")
    await page.goto(f"{office.address}/roster?week=1")
    await page.locator(".shifts .edit").first.click()
    await page.locator("#day1").fill("9-18")
    await page.locator("#day2").fill("banana")
    await page.locator(".plan-form button.primary").click()
    await expect(page.locator("#fault-day2")).not_to_be_empty()
    await look.at(page, "a week of shifts, not understood")
    await page.locator("#day2").fill("22-6")
    await page.locator(".plan-form button.primary").click()
    await expect(page.locator(".shift")).to_have_count(2)
    await look.at(page, "roster with shifts")


async def _an_administrator(
    office: BrowserDeskHarness, look: Look, browser: Browser, reference: str
) -> None:
    context, page = await opened(browser, look.scheme)
    await office.worker("Wu", Role.ADMINISTRATOR).signs_in(page, office.address)
    await page.goto(f"{office.address}/cases/{reference}")
    await look.at(page, "case, sealed")
    await _every_tab(look, page, "administrator")
    await _administration(office, look, page)
    await context.close()
    context, page = await opened(browser, look.scheme)
    await office.worker("Lo", Role.AUDITOR).signs_in(page, office.address)
    await _every_tab(look, page, "auditor")
    await context.close()


async def _administration(office: BrowserDeskHarness, look: Look, page: Page) -> None:
    """Look at every subject, at a form that was filled in wrongly, and at a link."""
    await _add_partner_link(office)
    await page.goto(f"{office.address}/staff")
    subjects = await page.eval_on_selector_all("nav.subjects a", "all => all.map((it) => it.href)")
    further = ("languages/km", "phrase/safe", "phrase/safe/text/km", "new-phrase", "offices/new")
    for address in (*subjects, *(f"{office.address}/administration/{it}" for it in further)):
        await page.goto(address)
        await look.at(page, f"administration, {address.rpartition('/')[2]}")
    await page.goto(f"{office.address}/staff/new")
    await page.locator("form.account-form button.primary").click()
    await expect(page.locator("#fault-role")).not_to_be_empty()
    await look.at(page, "staff, a new account")
    await page.goto(f"{office.address}/staff")
    await page.locator("a.row-link").first.click()
    await look.at(page, "staff, an account")
    await page.locator("form[action$='/staff/invite'] button").click()
    await expect(page.locator(".qr-frame")).to_be_visible()
    await look.at(page, "staff, a link")


async def _add_partner_link(office: BrowserDeskHarness) -> None:
    """Make a link, so that the page of posters has something to show."""

    async def name() -> str:
        return "haven_bot"

    def add(work: Work) -> None:
        Partners(office.front.audit).add(work, "Harbour House", "wu", office.clock.now())
        new = NewCampaign("pier", "Harbour House", "vi")
        Campaigns(office.front.audit).add(work, new, "wu", office.clock.now())

    office.front.find_username = name
    await office.database.writer.run(add)


async def _every_tab(look: Look, page: Page, who: str) -> None:
    """Look at whatever somebody's page leads to, so that a new one is looked at by itself."""
    tabs = await page.eval_on_selector_all("nav.tabs a", "all => all.map((it) => it.href)")
    assert tabs
    for tab in tabs:
        await page.goto(tab)
        await look.at(page, f"{who}, {tab.partition('//')[2].partition('/')[2]}")


async def _the_first_time(office: BrowserDeskHarness, look: Look, browser: Browser) -> None:
    context, page = await opened(browser, look.scheme)
    link = office.invites("Chen")
    await page.goto(link)
    await look.at(page, "welcome")
    for name in ("password", "again"):
        await page.locator(f"input[name={name}]").fill(PASSWORD)
    await page.locator("main button.primary").click()
    await look.at(page, "second factor")
    secret = await page.locator("p.secret").inner_text()
    await page.locator("input[name=code]").fill(_code(secret.replace(" ", "")))
    await page.locator("form:has(input[name=code]) button").click()
    await look.at(page, "recovery key")
    await page.goto(link)
    await look.at(page, "a link that was used")
    await context.close()


def _code(secret: str) -> str:
    import pyotp  # noqa: PLC0415

    return str(pyotp.TOTP(secret).now())


SIDEWAYS = "() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
FOUR_TIMES = {"width": 320, "height": 640}
"""A window 1280 wide, everything four times as large."""


async def test_at_400_percent_no_page_scrolls_sideways(browser: Browser, tmp_path: Path) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office:
        context = await browser.new_context(viewport=FOUR_TIMES)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        page = await context.new_page()
        _person, reference = await office.somebody("https://example.org/" + "w" * 300)
        wide = {}
        old = expired_place(office.front.place, LONG_AGO)
        office.front.find_place = lambda: old
        await page.goto(f"{office.address}/signin")
        wide["/signin"] = await page.evaluate(SIDEWAYS)
        await office.worker("Wu", Role.SUPERVISOR).signs_in(page, office.address)
        for path in (
            f"/cases/{reference}",
            "/queue/waiting",
            "/account",
            "/audit",
            "/step-up",
            "/x",
        ):
            await page.goto(f"{office.address}{path}")
            wide[path] = await page.evaluate(SIDEWAYS)
        await context.close()
        assert {path: more for path, more in wide.items() if more > 0} == {}


async def test_an_inaccessible_page_is_found(browser: Browser) -> None:
    """The control: a picture without words, a field without a name, grey on grey."""
    context, page = await opened(browser, "light")
    await page.set_content(
        "<!doctype html><html><title>x</title><main><h1>x</h1><img src=x><input>"
        "<p style='color:#999;background:#888'>words</p></main></html>"
    )
    look = Look("light")
    await look.at(page, "bad")
    known = " ".join(look.found)
    for wrong in ("image-alt", "label", "color-contrast", "html-has-lang"):
        assert wrong in known
    await context.close()


async def test_a_page_that_is_pale_in_one_theme_alone_is_found_whichever_is_shown(
    browser: Browser,
) -> None:
    """The control: dark words on dark in the dark, and nothing wrong in the light."""
    for scheme in OTHER:
        context, page = await opened(browser, scheme)
        await page.set_content(
            "<!doctype html><html lang=en><title>x</title><main><h1>x</h1>"
            "<p style='color-scheme:light dark;color:light-dark(#000,#555);"
            "background:light-dark(#fff,#333)'>words</p></main></html>"
        )
        look = Look(scheme)
        await look.at(page, "pale")
        assert look.found == ["pale, dark: color-contrast ['p']"]
        await context.close()
