"""What a person tells on a phone, as short as it can be told, and the number it is given."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.async_api import expect

from flows.requests.contact import ContactFlow
from flows.requests.report import Report
from flows.requests.talk import Talk
from flows.start.language import LanguageFlow
from flows.start.welcome import Welcome
from flows.texts import phrases

if TYPE_CHECKING:
    from bot.text import Text
    from tests.browser.phone_page_person import PhonePagePerson

REFERENCE = re.compile(r"\b[0-9A-Z]{6}\b")


async def is_welcomed(person: PhonePagePerson, wish: str) -> None:
    await person.begins()
    await person.chooses(LanguageFlow.language, person.language)
    await person.chooses(Welcome.menu, wish)


async def wants_to_talk(person: PhonePagePerson, about: str = "") -> None:
    """Ask for somebody to talk to."""
    await is_welcomed(person, "talk")
    await person.chooses(Talk.safe, "safe")
    if about:
        await person.is_asked(Talk.send)
        before = await person.number()
        await person.writes(about)
        # The question comes again, below their words; a press of the older one is refused.
        await expect(person.asked).not_to_have_attribute("data-message", before)
    await person.chooses(Talk.send, "send")
    await person.chooses(ContactFlow.contact_rule, "any_time")


async def go_to_what_happened(person: PhonePagePerson) -> None:
    """Come to the question what has happened."""
    await person.chooses(Report.about, "me")
    await person.chooses(Report.safe, "safe")
    await person.ticks(Report.needs, "papers", "legal")
    await person.chooses(Report.keep, "may")
    await person.chooses(Report.under_18, "adult")


async def answers_more(person: PhonePagePerson, *, leaving: str) -> None:
    """Answer a few more questions first, whether or not one may go out."""
    await person.chooses(Report.send, "more")
    await person.chooses(Report.hurt, "nobody")
    await person.chooses(Report.leaving, leaving)
    await person.chooses(Report.moved, "no_sign")
    await person.chooses(Report.county, "TAO")
    await person.chooses(Report.situation, "works_here")
    await person.chooses(Report.work, "factory")


async def sends_a_report(person: PhonePagePerson, words: str) -> str:
    """Tell that papers were taken and pay is short; return the number of the case."""
    await is_welcomed(person, "tell")
    await go_to_what_happened(person)
    await person.answers(Report.what, words)
    await answers_more(person, leaving="watched")
    left_out = (Report.signs, Report.who, Report.since, Report.people, Report.evidence)
    for unanswered in (*left_out, Report.anything_else):
        await person.passes(unanswered)
    await person.is_asked(Report.review)
    await person.presses(phrases.REVIEW_GO)
    await person.chooses(Report.send_all, "send")
    reference = await case_reference_on_phone(person, Report.sent.text)
    await person.chooses(ContactFlow.contact_rule, "any_time")
    return reference


async def case_reference_on_phone(person: PhonePagePerson, last_words: Text | None) -> str:
    """Return the number of the case, as the person reads it from the phone."""
    said = await person.hears(last_words)
    found = REFERENCE.findall(await said.locator(".words").inner_text())
    assert len(found) == 1
    return str(found[0])
