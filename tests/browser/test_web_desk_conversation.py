"""The conversation of a case in a real browser: the report, recordings, pictures, what is new."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from playwright.async_api import expect

from bot.cases.evidence.download import FileDownloader
from bot.cases.intake import Intake, NewReport
from bot.conversation import FileRef
from bot.hotline.chat.messages import (
    CaseMessage,
    CaseMessageContent,
    CaseMessageKind,
    CaseMessages,
    MessageSide,
)
from bot.store.blobs.folder import FolderBlobs
from bot.store.database import DataDirectory
from tests.browser.browser_desk_harness import BrowserDeskHarness, without_time_to_undo
from tests.browser.conftest import PATIENCE, WIDE, complaints_of
from tests.support.database_fixtures import query
from tests.support.harnesses.hotline_harness import BOT
from tests.support.harnesses.web_desk_harness import SingleFileSource
from tests.support.hostile_images import image_with_metadata
from tests.support.recordings import recording

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser, Page

    from tests.browser.browser_desk_harness import BrowserCaseworker
    from tests.support.people.chat_person import ChatPerson

WORDS = "He keeps my passport."
EARLIER = "[data-earlier]"
PLAYS = """(sound) => new Promise((done) => {
  sound.addEventListener("timeupdate", () => sound.currentTime > 0 && done());
})"""


@asynccontextmanager
async def case_page(
    browser: Browser, office: BrowserDeskHarness, mei: BrowserCaseworker, reference: str,
    *, refused: str = "",
) -> AsyncIterator[Page]:  # fmt: skip
    """Give the page of a case that its caseworker has taken over.

    It complains of nothing but a status that is to be refused.
    """
    context = await browser.new_context(viewport=WIDE, reduced_motion="reduce")  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    complaints = complaints_of(page, office.address)
    await mei.signs_in(page, office.address)
    await page.goto(f"{office.address}/cases/{reference}")
    yield page
    assert [it for it in complaints if not refused or refused not in it] == []
    await context.close()


async def takes_over(office: BrowserDeskHarness, page: Page, person: ChatPerson) -> None:
    await page.keyboard.press("c")
    await expect(page.locator("#do-take_over button")).to_be_visible()
    await without_time_to_undo(page)
    await page.keyboard.press("t")
    await expect(page.locator("#do-hand_back button")).to_be_visible()
    await office.house.courier.drain()
    await office.presses(person, "I can write now")


@asynccontextmanager
async def a_conversation_held(
    browser: Browser, folder: Path
) -> AsyncIterator[tuple[Page, BrowserDeskHarness, ChatPerson, str]]:
    """Give the page of a case that Mei has taken over, the office, the person, the number."""
    async with BrowserDeskHarness.open(folder) as office:
        mei = office.worker("Mei")
        person, reference = await office.somebody(WORDS)
        async with case_page(browser, office, mei, reference) as page:
            await takes_over(office, page, person)
            yield page, office, person, reference


async def gets(office: BrowserDeskHarness, reference: str, kind: str, data: bytes) -> None:
    """Let a file have come with a report to a case."""
    ((case,),) = query(office.database, f"SELECT id FROM cases WHERE reference = '{reference}'")  # noqa: S608 - ours
    intake, now = Intake(office.vault, BOT), office.clock.now()
    note = FileRef(f"handle-{kind}", kind, len(data), unique=f"unique-{kind}")
    report = NewReport(case, "addition", "report", {"evidence": (note,)}, now)
    office.database.writer.run_sync(lambda work: intake.store(work, [], [report]))
    assert isinstance(office.front.blobs, FolderBlobs)
    office.front.blobs.folder.mkdir(parents=True, exist_ok=True)
    downloader = FileDownloader(
        office.database.writer, office.vault, SingleFileSource(data), office.front.blobs,
        office.clock,
    )  # fmt: skip
    await downloader.download_due()


async def test_a_report_stands_first_and_its_recording_plays_with_one_click(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office:
        mei = office.worker("Mei")
        _person, reference = await office.somebody(WORDS)
        await gets(office, reference, "voice", recording(seconds=2))
        async with case_page(browser, office, mei, reference) as page:
            first = page.locator("#messages > article").first
            await expect(first).to_have_attribute("id", "report-card-1")
            await expect(first).to_contain_text(WORDS)
            await expect(first).to_be_in_viewport()
            await expect(page.locator("audio")).to_have_count(0)  # silent until it is chosen
            await page.locator("#messages [data-sound]").click()
            sound = page.locator("#messages audio")
            await expect(sound).to_be_visible()
            await expect(sound).to_have_js_property("paused", value=False)
            await sound.evaluate(PLAYS)
    deeds = query(office.database, "SELECT deed FROM audit WHERE deed LIKE 'evidence_%'")
    assert {deed for (deed,) in deeds} >= {"evidence_opened", "evidence_cleaned"}


async def test_a_picture_and_a_recording_stay_when_messages_come(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office:
        mei = office.worker("Mei")
        person, reference = await office.somebody(WORDS)
        await gets(office, reference, "photo", image_with_metadata("JPEG"))
        async with case_page(browser, office, mei, reference) as page:
            await page.locator("#messages [data-picture]").click()
            await page.locator(".file-tabs label:has(#show-files)").click()
            await page.locator("#case-file [data-picture]").click()
            await expect(page.locator("#messages img.picture")).to_be_visible()
            await takes_over(office, page, person)
            await office.hears(person.words("Are you there?"))
            await expect(page.locator(".message.person").last).to_contain_text("Are you there?")
            await expect(page.locator("#messages img.picture")).to_be_visible()
            await expect(page.locator("#case-file img.picture")).to_be_visible()
            await expect(page.locator("#messages [data-picture]")).to_have_count(0)
            seen = page.locator("#messages > [data-order]")
            orders = await seen.evaluate_all("all => all.map((it) => it.dataset.order)")
            assert orders == sorted(orders)


async def test_in_place_of_a_lost_picture_the_page_says_that_it_is_missing(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office:
        mei = office.worker("Mei")
        _person, reference = await office.somebody(WORDS)
        await gets(office, reference, "photo", image_with_metadata("JPEG"))
        for stored in DataDirectory(office.settings.data).files.iterdir():
            stored.unlink()
        async with case_page(browser, office, mei, reference, refused="409") as page:
            await page.locator("#messages [data-picture]").click()
            line = page.locator("#messages [role=status]")
            await expect(line).to_contain_text("This file is missing from the storage of files.")
            await expect(page.locator("#messages img.picture")).to_have_count(0)


async def test_a_line_says_what_is_new_since_the_page_was_looked_at(
    browser: Browser, tmp_path: Path
) -> None:
    async with a_conversation_held(browser, tmp_path) as (page, office, person, reference):
        async with page.expect_response("**/looked"):
            await office.hears(person.words("I am at the station."))
        await expect(page.locator(".message.person").last).to_contain_text("station")
        await page.goto(f"{office.address}/queue/mine")
        await office.hears(person.words("He is here."))
        await page.goto(f"{office.address}/cases/{reference}")
        line = page.locator("#new-since")
        await expect(line).to_have_text("New since you looked")
        await expect(line).to_be_in_viewport()
        await expect(page.locator("#new-since + .message")).to_contain_text("He is here.")
        await office.hears(person.words("He goes away."))
        await expect(page.locator(".message.person").last).to_contain_text("He goes away.")
        await expect(page.locator("#new-since + .message")).to_contain_text("He is here.")


async def test_earlier_messages_come_when_wanted_and_the_page_stays_where_it_is(
    browser: Browser, tmp_path: Path
) -> None:
    async with BrowserDeskHarness.open(tmp_path) as office:
        mei = office.worker("Mei")
        _person, reference = await office.somebody(WORDS)
        ((case,),) = query(office.database, "SELECT id FROM cases")
        begin = office.clock.now()
        store = CaseMessages(office.vault)
        written = [
            CaseMessage(
                case, MessageSide.PERSON, CaseMessageKind.TEXT,
                CaseMessageContent(text=f"line {number}"), begin + number,
            )
            for number in range(150)
        ]  # fmt: skip
        office.database.writer.run_sync(lambda work: store.store(work, written))
        async with case_page(browser, office, mei, reference) as page:
            await expect(page.locator(".message")).to_have_count(100)
            await expect(page.locator("#messages > article").first).to_contain_text(WORDS)
            await page.locator("#messages").evaluate("it => { it.scrollTop = 0; }")
            await page.locator(EARLIER).click()
            await expect(page.locator(".message")).to_have_count(150)
            await expect(page.locator(EARLIER)).to_be_hidden()
            texts = await page.locator(".message .text").all_inner_texts()
            assert texts == [f"line {number}" for number in range(150)]


async def test_a_withdrawal_is_a_banner_that_locks_what_would_leave(
    browser: Browser, tmp_path: Path
) -> None:
    async with a_conversation_held(browser, tmp_path) as (page, _office, _person, _reference):
        banner, refer = (
            page.locator("#consent-taken-back"),
            page.locator("form[action$='/refer']"),
        )
        await expect(refer).to_be_visible()
        await expect(banner).to_have_count(0)  # negative control
        await page.locator("form[action$='/revoke']:has([value=hotline]) button").click()
        await expect(banner).to_be_in_viewport()
        await expect(banner).to_contain_text("took consent back")
        await expect(refer).to_have_count(0)
        await expect(page.locator("a[href$='/print']")).to_have_count(0)
        await banner.locator("summary").click()
        await expect(banner.locator("form[action$='/erase'] button")).to_be_visible()


async def test_the_case_file_shows_one_part_at_a_time_and_keeps_it(
    browser: Browser, tmp_path: Path
) -> None:
    async with a_conversation_held(browser, tmp_path) as (page, office, person, reference):
        await expect(page.locator("#consent")).to_be_visible()
        await expect(page.locator("#deadlines")).to_be_hidden()
        await page.get_by_role("radio", name="Person").focus()
        for part, shown in (
            ("Record", "#record"),
            ("Plan", "#services"),
            ("Law", "#deadlines"),
            ("Files", "#export"),
            ("Log", "#audit-log"),
        ):
            await page.keyboard.press("ArrowRight")
            await expect(page.get_by_role("radio", name=part)).to_be_checked()
            await expect(page.locator(shown)).to_be_visible()
            await expect(page.locator("#consent")).to_be_hidden()
        await expect(page.locator("#audit-log")).to_contain_text("Mei: claimed the case")
        await office.hears(person.words("Are you there?"))
        await expect(page.locator("#messages")).to_contain_text("Are you there?")
        await expect(page.locator("#audit-log")).to_be_visible()
        await page.goto(f"{office.address}/cases/{reference}#plan")
        await expect(page.locator("#services")).to_be_visible()
        await page.goto(f"{office.address}/cases/{reference}#export")
        await page.reload()
        await expect(page.locator("#export")).to_be_visible()


async def test_a_day_in_words_is_shown_as_understood_and_a_phrase_writes_it_out(
    browser: Browser, tmp_path: Path
) -> None:
    async with a_conversation_held(browser, tmp_path) as (page, _office, _person, _reference):
        await page.keyboard.press("f")
        await page.keyboard.type("24 Dec 2026")
        said = page.locator("#understood-day")
        await expect(said).to_have_text("Thursday, December 24, 2026")
        await page.locator("#more-follow [name=code]").fill("some day")
        await expect(said).to_contain_text("Not understood.")
        for _twice in range(2):
            await page.keyboard.press("Escape")
        await page.locator("#case-actions > summary").click()
        await page.locator("#attach > summary").click()
        await expect(page.locator("#case-actions .menu-panel")).to_be_hidden()  # one at a time
        await page.get_by_role("button", name="Phrasebook").click()
        phrase = page.locator("#phrase-call_at")
        time = phrase.get_by_label("Day and time")
        await time.fill("5 Jan 2030")
        await expect(phrase.locator(".understood")).to_contain_text("a day and a time to come")
        await phrase.get_by_role("button", name="Send").click()  # nothing is sent
        await time.fill("5 Jan 2030 14:00")
        await expect(phrase.locator(".understood")).to_have_text("Saturday, January 5, 2030 14:00")
        await phrase.get_by_role("button", name="Send").click()
        await without_time_to_undo(page)
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#messages")).to_contain_text(
            "Saturday, January 5, 14:00", timeout=PATIENCE
        )
