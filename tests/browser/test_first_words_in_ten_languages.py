"""The smallest phone, in ten languages: the question and the numbers are in sight together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.text import Text
from flows.texts import phrases
from flows.urgent.danger import DangerFlow
from flows.urgent.story import Story
from flows.urgent.urgent_details import UrgentDetails
from tests.browser.conftest import SMALLEST, WIDE
from tests.browser.group_page_caseworker import GroupPageCaseworker
from tests.browser.phone_page_reports import case_reference_on_phone
from tests.dispatch.input.test_first_words import FIRST_WORDS
from tests.support.drill_length import drill_length

if TYPE_CHECKING:
    from bot.conversation.questions.question import Question
    from tests.browser.conftest import AddPhone, OpenDemoPage
    from tests.browser.demo_process import DemoProcess
    from tests.browser.phone_page_person import PhonePagePerson

PHONES = {
    "en": ("Kit", "English"), "id": ("Sari", "Bahasa Indonesia"), "vi": ("Linh", "Tiếng Việt"),
    "fil": ("Jo", "Filipino"), "zh_Hant": ("小安", "繁體中文"), "zh_Hans": ("小林", "简体中文"),
    "th": ("Malee", "ไทย"), "km": ("Srey", "ខ្មែរ"), "my": ("Aye", "မြန်မာ"),
    "ja": ("Hana", "日本語"),
}  # fmt: skip
"""By language: the phone that the demo offers, and the language of its app."""
UNLIKE = ("id", "zh_Hant", "th", "my")
"""Languages whose lines differ: long words, characters, marks above and below, tall letters."""
IN_DANGER, OTHERWISE = Text("{digits}"), Text("{digits_other}")
"""The numbers beside a question."""

LINES_IN_SIGHT = """(words) => {
  const chat = words.closest('.log').getBoundingClientRect();
  const line = parseFloat(getComputedStyle(words).lineHeight);
  const { top, bottom } = words.getBoundingClientRect();
  return bottom <= chat.bottom && Math.max(top, bottom - 4 * line) >= chat.top;
}"""
"""Whether the last four lines of a message are in sight: a question and its numbers."""


async def test_first_words_reach_a_person_with_numbers_in_sight(
    demo: DemoProcess, open_demo_page: OpenDemoPage, add_phone: AddPhone
) -> None:
    hidden, references = [], {}
    tags = sorted(FIRST_WORDS, key=UNLIKE.__contains__, reverse=True)[: drill_length(4, 10)]
    assert {*UNLIKE} <= {*tags}
    for tag in tags:
        story, address = FIRST_WORDS[tag]
        async with open_demo_page(SMALLEST) as page:
            person = await add_phone(page, *PHONES[tag], tag)
            await person.begins()
            await person.writes("/danger")
            hidden += await _hidden(person, DangerFlow.tell, IN_DANGER)
            await person.presses(DangerFlow.tell.choices["not_yet"])
            await person.hears(DangerFlow.not_told.text)
            await person.writes(story)
            await person.hears(Story.kept.text)
            hidden += await _hidden(person, Story.give, OTHERWISE)
            await person.presses(Story.give.choices["give"])
            references[tag] = await case_reference_on_phone(person, phrases.SENT)
            await person.chooses(UrgentDetails.safe, "not_safe")
            await person.hears(DangerFlow.numbers.text)
            hidden += await _hidden(person, UrgentDetails.where, IN_DANGER)
            await person.writes(address)
            await person.is_asked(UrgentDetails.hurt)
        assert person.cut == set(), tag
    assert hidden == []
    async with open_demo_page(WIDE) as page:
        mei = await GroupPageCaseworker.open_group_page(page, demo, "Mei")
        for tag, reference in references.items():
            await mei.opens(reference)
            for words in FIRST_WORDS[tag]:
                await mei.reads(words)


async def _hidden(
    person: PhonePagePerson, question: Question[Any], numbers: Text
) -> list[tuple[str, str]]:
    """Return the question if its last lines, with the numbers, are not in sight."""
    message = await person.is_asked(question)
    words = message.locator(".words")
    assert (await words.inner_text()).endswith(person.read(numbers))
    is_seen = await words.evaluate(LINES_IN_SIGHT) and await person.is_in_sight(
        message.locator(".key").first
    )
    return [] if is_seen else [(person.language, question.name)]
