"""Whatever can be pressed can be typed: its number in any digits, its label in any spelling."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pytest

from bot.conversation import AskPlace, Choose, ChooseMany
from bot.languages import LANGUAGES, catalogue
from flows.texts import phrases
from tests.support.dispatch_inspection import (
    BOOK,
    current_step,
    frames,
    place_at,
    quarantine_reasons,
    reachable_positions,
    stored_conversation,
    with_extra_text,
)
from tests.support.drill_length import part_of

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

CHOICES = [
    (flow, step)
    for flow, sheet in BOOK.compiled.items()
    for step, question in sheet.questions.items()
    if isinstance(question, Choose)
]
SHORTENED = {("danger", "tell"), ("despair", "tell")}
"""Long questions of consent that are not asked in full again at once."""
MAY_BE_SECRET = {
    ("check_in", "what_now"), ("check_in", "often"), ("check_in", "plan"),
    ("check_in", "wants_second"),
    ("passphrase", "wants_second"),
}  # fmt: skip
"""Where words may be the passphrase that is asked for next: they are kept nowhere."""
SECOND = [
    "2",
    " 2. ",
    "(2)",
    "\u0662",
    "\u06f2",
    "\u096f"[:0] + "\u0968",
    "\u0e52",
    "\u17e2",
    "\u1042",
    "\uff12",
    "\u4e8c",
    "2\ufe0f\u20e3",
    "\u5169",
]


@pytest.mark.parametrize("typed", SECOND)
def test_the_second_button_can_be_typed_in_any_digits(
    sqlite_hotline: HotlineHarness, typed: str
) -> None:
    person = sqlite_hotline.person()
    place_at(person, reachable_positions()["report", "safe"])
    person.says(typed)
    assert frames(person)[0].answers.get("safe") == "not_safe" or current_step(person) == (
        "danger",
        "tell",
    )
    assert stored_conversation(person).position.extra_texts == []


IN_ALL = ("vi", "th")
"""Languages whose labels are typed at every question: one with accents, one without spaces."""
IN_OTHERS = 16
"""Questions in each of the others."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_typed_presses_its_button(
    sqlite_hotline: HotlineHarness, language: str
) -> None:
    tried: set[str] = set()
    for flow, step in CHOICES if language in IN_ALL else part_of(CHOICES, IN_OTHERS):
        question = BOOK.compiled[flow].questions[step]
        assert isinstance(question, Choose)
        new = {code: label for code, label in question.choices.items() if label.source not in tried}
        tried |= {label.source for label in new.values()}
        for code, label in new.items():
            pressed, typed = sqlite_hotline.person(language), sqlite_hotline.person(language)
            for person in (pressed, typed):
                place_at(person, reachable_positions()[flow, step], language=language)
            words = label.render(catalogue(language))
            place = list(question.choices).index(code)
            pressed.send_update(pressed.press(f"{pressed.asked()[1].prefix}{place}"))
            typed.says(f" {words.upper()} ")
            assert stored_conversation(typed).position == stored_conversation(pressed).position, (
                flow,
                step,
                words,
            )
            assert stored_conversation(typed).alarms == []
    assert quarantine_reasons(sqlite_hotline) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_are_known_without_their_marks_too(
    sqlite_hotline: HotlineHarness, language: str
) -> None:
    label = phrases.NOT_SURE.render(catalogue(language))
    plain = "".join(
        sign
        for sign in unicodedata.normalize("NFD", label.replace("\u0111", "d"))
        if not "\u0300" <= sign <= "\u036f"
    )
    person = sqlite_hotline.person(language)
    place_at(person, reachable_positions()["report", "hurt"], language=language)
    person.says(plain)
    assert frames(person)[-1].answers["hurt"] == "unsure"


@pytest.mark.parametrize(
    "typed", ["khong chac", "Không chắc", "KHÔNG CHẮC", "kh\u00f4ng ch\u0103\u0301c"]
)
def test_vietnamese_is_read_however_its_marks_are_typed(
    sqlite_hotline: HotlineHarness, typed: str
) -> None:
    person = sqlite_hotline.person("vi")
    place_at(person, reachable_positions()["report", "hurt"], language="vi")
    person.says(typed)
    assert frames(person)[-1].answers["hurt"] == "unsure"


@pytest.mark.parametrize("typed", ["臺北", "台北", "臺北市", "台北市"])
def test_taipei_is_taipei_in_either_spelling(sqlite_hotline: HotlineHarness, typed: str) -> None:
    person = sqlite_hotline.person("zh-hant")
    place_at(person, reachable_positions()["report", "county"], language="zh_Hant")
    person.says(typed)
    where = frames(person)[-1].answers["county"]
    assert getattr(where, "county", None) == "TPE"


@pytest.mark.parametrize("typed", ["新竹", "嘉義"])
def test_a_name_two_places_share_is_kept_as_words(
    sqlite_hotline: HotlineHarness, typed: str
) -> None:
    person = sqlite_hotline.person("zh-hant")
    place_at(person, reachable_positions()["report", "county"], language="zh_Hant")
    person.says(typed)
    where = frames(person)[-1].answers["county"]
    assert (getattr(where, "county", 1), getattr(where, "text", "")) == (None, typed)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_county_can_be_typed(sqlite_hotline: HotlineHarness, language: str) -> None:
    question = BOOK.compiled["report"].questions["county"]
    assert isinstance(question, AskPlace)
    for code, label in question.choices.items():
        person = sqlite_hotline.person(language)
        place_at(person, reachable_positions()["report", "county"], language=language)
        person.says(label.render(catalogue(language)))
        assert getattr(frames(person)[-1].answers["county"], "county", None) == code


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_two_buttons_below_every_question_can_be_typed(
    sqlite_hotline: HotlineHarness, language: str
) -> None:
    """A press is lost when we are away for three minutes; words are not (safety.md F6)."""
    for place in (("report", "safe"), ("report", "what"), ("danger", "tell"), ("stop", "unsent")):
        person = sqlite_hotline.person(language)
        place_at(person, with_extra_text(reachable_positions()[place]), language=language)
        person.says(phrases.DANGER.render(catalogue(language)))
        assert frames(person)[-1].flow == "danger"
        person.says(phrases.CLEAR_CHAT.render(catalogue(language)))
        assert current_step(person) is None
        assert len(person.screen) == 1


def test_several_numbers_tick_several_choices(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person()
    place_at(person, reachable_positions()["report", "needs"])
    person.says("1, ๓ 四")
    assert frames(person)[-1].answers["needs"] == ("sleep", "doctor", "interpreter")


def test_words_at_a_choice_are_kept_and_the_question_is_asked_again(
    sqlite_hotline: HotlineHarness,
) -> None:
    for flow, step in CHOICES:
        question = BOOK.compiled[flow].questions[step]
        person = sqlite_hotline.person()
        place_at(person, reachable_positions()[flow, step])
        also = list(stored_conversation(person).position.extra_texts)
        heard = person.says("blue paper clouds")
        if flow == "story":  # the question stands above
            continue
        assert current_step(person) == (flow, step)
        asked = phrases.QUESTION_STANDS if (flow, step) in SHORTENED else question.prompt
        assert heard[-1] == asked.render(
            catalogue("en"), sqlite_hotline.house.setting.renderer.blanks("en")
        )
        kept = [] if (flow, step) in MAY_BE_SECRET else ["blue paper clouds"]
        assert stored_conversation(person).position.extra_texts == [*also, *kept]


def test_a_number_no_button_has_is_kept_as_words(sqlite_hotline: HotlineHarness) -> None:
    for typed in ("0", "4", "-1", "2.5", "00000000000000000002", "1e0"):
        person = sqlite_hotline.person()
        place_at(person, reachable_positions()["report", "safe"])
        person.says(typed)
        assert current_step(person) == ("report", "safe")
        assert stored_conversation(person).position.extra_texts == [typed]


def test_ticking_by_words_that_are_no_numbers_is_kept(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person()
    place_at(person, reachable_positions()["report", "needs"])
    assert isinstance(BOOK.compiled["report"].questions["needs"], ChooseMany)
    person.says("1 2 many")
    assert current_step(person) == ("report", "needs")
    assert stored_conversation(person).position.extra_texts == ["1 2 many"]
