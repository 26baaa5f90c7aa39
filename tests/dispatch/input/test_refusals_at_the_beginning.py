"""Who wants nothing at the list of languages may go, or go on in the language they refused in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.dispatch.turn.words.story_offer import StoryOffer
from bot.languages import LANGUAGES, catalogue
from flows.texts.questions import LEAVING
from tests.support.dispatch_inspection import (
    conversation_of,
    current_step,
    flows_of,
    stored_conversation,
)

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

REFUSALS = {
    "en": ["i dont want", "no thanks", "not now"],
    "fil": ["ayoko", "hindi po", "ayaw ko", "wag na"],
    "id": ["gak mau", "tidak", "saya ga mau"],
    "vi": ["không", "em không muốn", "thôi"],
    "th": ["ไม่", "ไม่เอาค่ะ", "ไม่อยาก"],
    "zh_Hant": ["不要", "我不要", "不想說"],
    "zh_Hans": ["不要", "我不要", "不想说"],
    "ja": ["いいえ", "嫌です", "やめて"],
    "km": ["ទេ", "អត់ទេ", "អត់ចង់"],
    "my": ["မဟုတ်ဘူး", "မလိုဘူး", "ဟင့်အင်း"],
}
PHONES = [(it, it) for it in LANGUAGES] + [(it, "") for it in LANGUAGES if it != "zh_Hans"]
"""Languages, with that of the phone. Both kinds of Chinese share these signs: the phone decides."""
LIST, MENU = ("language", "language"), ("welcome", "menu")
APART = 30
"""Seconds between lines: those of one burst are answered once."""


def refuses(home: HotlineHarness, lines: list[str], phone: str) -> tuple[ChatPerson, list[str]]:
    """Let a new person refuse again and again at the list; return what was said first."""
    person = home.person(phone)
    person.says("/start")
    assert current_step(person) == LIST
    first: list[str] = []
    for line in lines:
        home.advance_time(APART)
        heard = person.says(line)
        first = first or heard
    return person, first


@pytest.mark.parametrize(("tag", "phone"), PHONES)
def test_a_refusal_at_the_list_is_answered_in_its_language_and_is_no_story(
    sqlite_hotline: HotlineHarness, tag: str, phone: str
) -> None:
    person, first = refuses(sqlite_hotline, REFUSALS[tag], phone)
    assert stored_conversation(person).language == tag
    assert first[0] == LEAVING.render(catalogue(tag))
    assert flows_of(person) == ["welcome"]
    assert current_step(person) == MENU


def test_no_alone_keeps_the_language_of_the_phone(sqlite_hotline: HotlineHarness) -> None:
    person, first = refuses(sqlite_hotline, ["no", "no", "no"], "fil")
    assert first[0] == LEAVING.render(catalogue("fil"))
    assert current_step(person) == MENU


def test_wait_at_the_list_is_no_refusal(sqlite_hotline: HotlineHarness) -> None:
    person, _first = refuses(sqlite_hotline, ["wait"], "en")
    assert current_step(person) == LIST


def test_who_refused_goes_on_from_there(sqlite_hotline: HotlineHarness) -> None:
    person, _first = refuses(sqlite_hotline, ["i dont want"], "en")
    person.presses("Ask for help")
    assert flows_of(person)[-1] != "welcome"


def test_without_the_rule_a_second_no_would_be_a_story(
    sqlite_hotline: HotlineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that the tests above could fail."""
    monkeypatch.setattr(StoryOffer, "takes_refusal", lambda *_: False)
    person, _first = refuses(sqlite_hotline, ["ayoko", "hindi po"], "fil")
    assert conversation_of(person) is not None
    assert "story" in flows_of(person)
