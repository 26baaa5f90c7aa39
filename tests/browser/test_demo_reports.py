"""The demo walked in a real browser, from the first hello to a case in the queue."""

from __future__ import annotations

import asyncio
import os
import struct
from typing import TYPE_CHECKING, Any

from playwright.async_api import expect

from bot.conversation import CONTROLS
from bot.languages import catalogue
from flows.own_data.passphrase import Passphrase
from flows.requests.afterwards import Afterwards
from flows.requests.ask_for_help import AskForHelp
from flows.requests.contact import ContactFlow
from flows.requests.more_choices import MoreChoices
from flows.requests.report import Report
from flows.start.language import LanguageFlow
from flows.start.welcome import Welcome
from flows.texts import phrases
from flows.urgent.danger import DangerFlow
from flows.urgent.urgent_details import UrgentDetails
from tests.browser.conftest import NARROW, WIDE
from tests.browser.phone_page_reports import (
    answers_more,
    case_reference_on_phone,
    go_to_what_happened,
)
from tests.support.paths import TESTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from playwright.async_api import Page

    from bot.conversation.questions.choice import ListQuestion
    from bot.conversation.questions.question import Question
    from tests.browser.conftest import AddPhone, OpenDemoPage
    from tests.browser.demo_process import DemoProcess
    from tests.browser.phone_page_person import PhonePagePerson

PICTURE = TESTS / "browser" / "pictures" / "phone-id.png"
"""What the README shows. `PICTURES=1 ./run test tests/browser` takes it anew."""
HAPPENED = "Majikan simpan paspor saya. Gaji cuma setengah dari janji."
CAREFUL = "Satpam malam melapor ke bos."
FETCHED = "saved"


async def test_a_report_in_indonesian_reaches_staff_who_read_chinese(
    demo: DemoProcess, open_demo_page: OpenDemoPage, add_phone: AddPhone
) -> None:
    async with open_demo_page(NARROW) as page:
        sari = await add_phone(page, "Sari", "Bahasa Indonesia", "id")
        await _is_welcomed(sari, "tell")
        await go_to_what_happened(sari)
        await _tells_what_happened(sari)
        await _looks_over_her_answers(sari)
        await sari.chooses(Report.send_all, "send")
        reference = await case_reference_on_phone(sari, Report.sent.text)
        await _decides(sari)
    assert sari.cut == set()
    case = await _case(demo, reference)
    assert (case["kind"], case["language"], case["county"]) == ("report", "id", "TAO")
    read = await demo.opened(reference)
    told = _told(read)
    assert told["what"] == HAPPENED
    assert told["anything_else"] == CAREFUL
    assert told["call_me"] == "Ani"
    _reads_in_chinese(
        told,
        {
            Report.about: ("me",),
            Report.under_18: ("adult",),
            Report.needs: ("legal", "papers"),
            Report.leaving: ("forbidden",),
            Report.situation: ("works_here",),
            Report.work: ("factory",),
            Report.signs: ("wages", "documents"),
            Report.who: ("broker",),
            Report.since: ("months",),
            ContactFlow.contact_rule: ("when_i_write",),
            MoreChoices.pass_on: ("ask_first",),
            MoreChoices.counting: ("dont",),
        },
    )
    assert read["reasons"]
    assert [file["kind"] for file in read["files"]] == ["photo"]
    await _is_fetched(demo, reference)


async def test_help_is_asked_for_in_thai_with_danger_and_another_language_in_between(
    demo: DemoProcess, open_demo_page: OpenDemoPage, add_phone: AddPhone
) -> None:
    async with open_demo_page(NARROW) as page:
        malee = await add_phone(page, "Malee", "ไทย", "th")
        await _is_welcomed(malee, "ask")
        await malee.chooses(AskForHelp.about, "me")
        await _looks_at_the_numbers(malee)
        await malee.chooses(AskForHelp.safe, "safe")
        await malee.ticks(AskForHelp.needs, "shelter", "interpreting")
        await malee.chooses(AskForHelp.keep, "may")
        await malee.chooses(AskForHelp.under_18, "adult")
        await malee.chooses(AskForHelp.send, "more")
        await malee.chooses(AskForHelp.tonight, "can_wait")
        await _reads_in(malee, "en", AskForHelp.speaks)
        await malee.chooses(AskForHelp.speaks, "th")
        await _reads_in(malee, "th", AskForHelp.soon)
        await malee.chooses(AskForHelp.soon, "days")
        await malee.chooses(AskForHelp.county, "KHH")
        await malee.chooses(AskForHelp.situation, "works_here")
        await malee.answers(AskForHelp.anything_else, "ห้ามโทรหานายจ้าง")
        await malee.is_asked(AskForHelp.review)
        await malee.presses(phrases.REVIEW_GO)
        await malee.chooses(AskForHelp.send_all, "send")
        reference = await case_reference_on_phone(malee, AskForHelp.sent.text)
    assert malee.cut == set()
    case = await _case(demo, reference)
    assert (case["kind"], case["language"], case["county"]) == ("request", "th", "KHH")
    told = _told(await demo.opened(reference))
    assert told["anything_else"] == "ห้ามโทรหานายจ้าง"
    _reads_in_chinese(
        told,
        {
            AskForHelp.about: ("me",),
            AskForHelp.under_18: ("adult",),
            AskForHelp.safe: ("safe",),
            AskForHelp.needs: ("shelter", "interpreting"),
            AskForHelp.tonight: ("can_wait",),
            AskForHelp.speaks: ("th",),
            AskForHelp.soon: ("days",),
        },
    )


async def test_tell_them_now_puts_a_case_first_in_the_queue(
    demo: DemoProcess, open_demo_page: OpenDemoPage, add_phone: AddPhone
) -> None:
    async with open_demo_page(NARROW) as page:
        linh = await add_phone(page, "Linh", "Tiếng Việt", "vi")
        await linh.begins()
        await linh.is_asked(LanguageFlow.language)
        await linh.presses(phrases.DANGER)
        numbers = await linh.hears(DangerFlow.numbers.text)
        await expect(numbers).to_contain_text("110")
        await linh.chooses(DangerFlow.tell, "now")
        await linh.hears(DangerFlow.only_rehearsed.text)
        await linh.is_asked(UrgentDetails.where)  # and not for a language
    assert linh.cut == set()
    first = (await demo.haven("cases", "list"))[0]
    assert (first["priority"], first["kind"], first["language"]) == ("P0", "danger", "vi")
    told = _told(await demo.opened(first["reference"]))
    assert told == {"tell": _in_chinese(DangerFlow.tell, "now")}


async def test_two_phones_side_by_side_do_not_mix(
    open_demo_page: OpenDemoPage, add_phone: AddPhone
) -> None:
    async with open_demo_page(WIDE) as page:
        jo = await add_phone(page, "Jo", "Filipino", "fil")
        an = await add_phone(page, "小安", "繁體中文", "zh_Hant")
        people = {jo: "Kinuha nila ang pasaporte ko.", an: "他們拿走我的護照。"}
        await _come_to_their_own_words(people)
        for person, words in people.items():
            await person.answers(Report.what, words)
        for person in people:
            await person.is_asked(Report.send)
        for person, words in people.items():
            (other,) = set(people) - {person}
            await expect(person.phone).to_contain_text(words)
            await expect(person.phone).not_to_contain_text(people[other])
            await expect(person.phone).not_to_contain_text(other.read(Report.send.choices["more"]))


async def test_the_picture_in_the_readme_is_of_this_phone(
    open_demo_page: OpenDemoPage, add_phone: AddPhone
) -> None:
    async with open_demo_page(NARROW, device_scale_factor=2, color_scheme="light") as page:
        sari = await add_phone(page, "Sari", "Bahasa Indonesia", "id")
        await _hears_what_to_know(sari)
        await sari.is_asked(Welcome.menu)
        taken = await _photograph(page)
    if os.environ.get("PICTURES"):
        PICTURE.write_bytes(taken)
    assert _size(PICTURE.read_bytes()) == _size(taken) == (720, 1480)


# The parts of a walk


async def _is_welcomed(person: PhonePagePerson, then: str) -> None:
    await _hears_what_to_know(person)
    await person.chooses(Welcome.menu, then)


async def _hears_what_to_know(person: PhonePagePerson) -> None:
    await person.begins()
    await person.hears(phrases.REHEARSAL)
    await person.chooses(LanguageFlow.language, person.language)


async def _tells_what_happened(sari: PhonePagePerson) -> None:
    await sari.answers(Report.what, HAPPENED)
    await sari.hears(Report.not_your_fault.text)
    await answers_more(sari, leaving="forbidden")
    await sari.ticks(Report.signs, "documents", "wages")
    await sari.chooses(Report.who, "broker")
    await sari.chooses(Report.since, "months")
    await sari.passes(Report.people)
    await sari.is_asked(Report.evidence)
    await sari.sends_a_photo()
    await sari.presses(CONTROLS["done"])
    await sari.answers(Report.anything_else, CAREFUL)


async def _decides(sari: PhonePagePerson) -> None:
    await sari.chooses(ContactFlow.contact_rule, "when_i_write")
    await sari.hears(phrases.CONTACT_SILENT)
    await sari.passes(Passphrase.word)
    await sari.chooses(Afterwards.what_now, "decide")
    await sari.answers(MoreChoices.call_me, "Ani")
    await sari.chooses(MoreChoices.pass_on, "ask_first")
    await sari.chooses(MoreChoices.counting, "dont")
    await sari.is_asked(Afterwards.what_now)


async def _looks_over_her_answers(sari: PhonePagePerson) -> None:
    await sari.is_asked(Report.review)
    await sari.presses(phrases.REVIEW_SHOW)
    summary = sari.said.filter(has_text=HAPPENED)
    await expect(summary).to_contain_text(sari.read(Report.who.choices["broker"]))
    await sari.presses(phrases.REVIEW_GO)
    await expect(summary).to_have_count(0)


async def _looks_at_the_numbers(malee: PhonePagePerson) -> None:
    """Press "Danger now" under a question, tell nobody, and come back to the same question."""
    await malee.is_asked(AskForHelp.safe)
    before = await malee.number()
    await malee.presses(phrases.DANGER)
    await expect(await malee.hears(DangerFlow.numbers.text)).to_contain_text("110")
    await malee.chooses(DangerFlow.tell, "not_yet")
    await malee.hears(DangerFlow.not_told.text)
    await malee.is_asked(AskForHelp.safe)
    assert await malee.number() != before


async def _reads_in(person: PhonePagePerson, language: str, still: Question[Any]) -> None:
    """Change the language while a question is open; it is asked again in the new one."""
    await person.is_asked(still)
    await person.writes("/language")
    await person.is_asked(LanguageFlow.language)
    await person.presses(LanguageFlow.language.choices[language])
    person.language = language
    await person.is_asked(still)


async def _come_to_their_own_words(people: Iterable[PhonePagePerson]) -> None:
    """Answer in turns: each question is answered on every phone before the next one on any."""
    for person in people:
        await person.begins()
    for person in people:
        await person.chooses(LanguageFlow.language, person.language)
    for question, code in (
        (Welcome.menu, "tell"),
        (Report.about, "other"),
        (Report.they_safe, "no_danger"),
    ):
        for person in people:
            await person.chooses(question, code)
    for person in people:
        await person.passes(Report.needs)
    for question, code in ((Report.keep, "may"), (Report.they_under_18, "adult")):
        for person in people:
            await person.chooses(question, code)


# What came of it


async def _case(demo: DemoProcess, reference: str) -> dict[str, Any]:
    found = [it for it in await demo.haven("cases", "list") if it["reference"] == reference]
    assert len(found) == 1
    return dict(found[0])


async def _is_fetched(demo: DemoProcess, reference: str) -> None:
    """Wait until what was sent lies sealed in the data folder."""
    async with asyncio.timeout(30):
        while (await demo.opened(reference))["files"][0]["state"] != FETCHED:
            pass


def _told(case: dict[str, Any]) -> dict[str, str]:
    return {it["step"]: it["answer"] for sent in case["reports"] for it in sent["answers"]}


def _reads_in_chinese(
    told: dict[str, str], chosen: Mapping[ListQuestion[Any], tuple[str, ...]]
) -> None:
    wanted = {question.name: _in_chinese(question, *codes) for question, codes in chosen.items()}
    assert {name: told.get(name) for name in wanted} == wanted


def _in_chinese(question: ListQuestion[Any], *codes: str) -> str:
    return ", ".join(question.choices[code].render(catalogue("zh_Hant")) for code in codes)


async def _photograph(page: Page) -> bytes:
    await page.evaluate("document.fonts.ready")
    await page.mouse.move(0, 0)  # nothing on it is pointed at
    return await page.screenshot(animations="disabled", caret="hide")


def _size(png: bytes) -> tuple[int, int]:
    """Return the width and height a PNG says it has."""
    width, height = struct.unpack(">II", png[16:24])
    return width, height
