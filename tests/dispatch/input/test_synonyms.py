"""What people write in place of a button is understood, and never more than they wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.dispatch_inspection import (
    cases_of,
    current_step,
    frames,
    place_at,
    reachable_positions,
    start_report,
    stored_conversation,
)

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

NOT_SAFE = {
    "id": "tidak aman",
    "vi": "khong an toan",
    "en": "no, not safe!",
    "zh_Hant": "不安全",
    "fil": "hindi ligtas po",
    "th": "ไม่ปลอดภัยค่ะ",
    "km": "មិនមានសុវត្ថិភាពទេ",
    "my": "မလုံခြုံဘူး",
    "zh_Hans": "不安全",
    "ja": "安全じゃない",
}
TALK = {
    "id": "mau bicara dengan orang",
    "vi": "muốn nói chuyện với người",
    "en": "can i talk to someone",
    "zh_Hant": "我要跟人說",
    "fil": "gusto ko makausap ang tao",
    "th": "ขอคุยกับคน",
    "km": "ចង់និយាយជាមួយមនុស្ស",
    "my": "လူနဲ့ပြောချင်တယ်",
    "zh_Hans": "我要跟人说",
    "ja": "人と話したい",
}
OWN_NAMES = {
    "id": "bahasa indonesia",
    "vi": "tieng viet",
    "en": "english please",
    "zh_Hant": "中文",
    "fil": "tagalog",
    "th": "thai",
    "km": "khmer",
    "my": "burmese",
    "zh_Hans": "简体",
    "ja": "japanese",
}


def asked_for_a_language(hotline: HotlineHarness, language: str) -> ChatPerson:
    """Return a person whose app names another language than theirs."""
    person = hotline.person("ja" if language == "en" else "en")
    person.says("/start")
    assert current_step(person) == ("language", "language")
    return person


@pytest.mark.parametrize(("language", "typed"), NOT_SAFE.items())
def test_a_synonym_answers_the_question_in_ten_languages(
    sqlite_hotline: HotlineHarness, language: str, typed: str
) -> None:
    person = sqlite_hotline.person(language)
    place_at(person, reachable_positions()["report", "safe"], language=language)
    person.says(typed)
    assert frames(person)[0].answers.get("safe") == "not_safe"


@pytest.mark.parametrize("typed", ["hindi po ligtas", "not that safe here", "they say it is safe"])
def test_a_text_that_only_holds_a_reassuring_word_is_no_answer(
    sqlite_hotline: HotlineHarness, typed: str
) -> None:
    person = sqlite_hotline.person("fil")
    place_at(person, reachable_positions()["report", "safe"], language="fil")
    person.says(typed)
    assert frames(person)[0].answers.get("safe") != "safe"


@pytest.mark.parametrize(("language", "typed"), TALK.items())
def test_a_wish_to_talk_is_understood_before_a_language_is_chosen(
    sqlite_hotline: HotlineHarness, language: str, typed: str
) -> None:
    person = asked_for_a_language(sqlite_hotline, language)
    person.says(typed)
    assert (frames(person)[-1].flow, stored_conversation(person).language) == ("talk", language)


@pytest.mark.parametrize(("language", "typed"), TALK.items())
def test_a_wish_to_talk_is_understood_at_every_choice(
    sqlite_hotline: HotlineHarness, language: str, typed: str
) -> None:
    for place in (("report", "about"), ("report", "safe"), ("report", "who"), ("welcome", "menu")):
        person = sqlite_hotline.person(language)
        place_at(person, reachable_positions()[place], language=language)
        person.says(typed)
        assert frames(person)[-1].flow == "talk", place


def test_a_wish_not_to_talk_begins_nothing(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person()
    place_at(person, reachable_positions()["report", "safe"])
    for typed in ("do not talk to a person", "a person hits me", "agent", "i cannot talk"):
        person.says(typed)
        assert frames(person)[-1].flow != "talk", typed


@pytest.mark.parametrize("language", NOT_SAFE)
@pytest.mark.parametrize(("typed", "code"), [("17", "under"), ("25", "adult")])
def test_years_answer_the_question_of_age(
    sqlite_hotline: HotlineHarness, language: str, typed: str, code: str
) -> None:
    person = sqlite_hotline.person(language)
    place_at(person, reachable_positions()["report", "under_18"], language=language)
    person.says(typed)
    assert frames(person)[-1].answers["under_18"] == code


@pytest.mark.parametrize(("language", "typed"), OWN_NAMES.items())
def test_a_language_is_known_by_its_name(
    sqlite_hotline: HotlineHarness, language: str, typed: str
) -> None:
    person = asked_for_a_language(sqlite_hotline, language)
    person.says(typed)
    assert stored_conversation(person).language == language


def test_a_number_of_a_button_comes_before_a_synonym(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person()
    place_at(person, reachable_positions()["report", "under_18"])
    person.says("2")
    assert frames(person)[-1].answers["under_18"] == "adult"


@pytest.mark.parametrize(
    "typed", ["don't tell them now please", "please do not tell anyone now", "not yes, not now"]
)
def test_words_within_a_text_never_agree_to_anything(
    sqlite_hotline: HotlineHarness, typed: str
) -> None:
    person = sqlite_hotline.person()
    start_report(person, until="what")
    person.says("/danger", typed)
    assert cases_of(sqlite_hotline) == []


def test_yes_tells_a_caseworker(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person()
    start_report(person, until="what")
    person.says("/danger", "yes please")
    assert len(cases_of(sqlite_hotline)) == 1


def test_a_synonym_is_no_passphrase(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person()
    place_at(person, reachable_positions()["passphrase", "word"])
    assert "longer" in person.says("yes")[0]
    assert current_step(person) == ("passphrase", "word")
    assert stored_conversation(person).position.extra_texts == []


def test_a_short_answer_leaves_nothing_beside_it_and_a_long_one_is_kept(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person()
    place_at(person, reachable_positions()["report", "safe"])
    person.says("yes safe")
    assert stored_conversation(person).position.extra_texts == []
    place_at(person, reachable_positions()["report", "safe"])
    person.says("no i am not safe here")
    assert frames(person)[0].answers.get("safe") == "not_safe"
    assert stored_conversation(person).position.extra_texts == ["no i am not safe here"]


def test_skip_and_back_are_known_in_other_words(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person("id")
    place_at(person, reachable_positions()["report", "leaving"], language="id")
    person.says("lewatin aja")
    assert current_step(person) != ("report", "leaving")
    person.says("balik lagi")
    assert current_step(person) == ("report", "leaving")


def test_a_story_that_holds_the_word_back_goes_nowhere(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person("en")
    place_at(person, reachable_positions()["report", "leaving"], language="en")
    person.says("they brought me back")
    assert current_step(person) == ("report", "leaving")
