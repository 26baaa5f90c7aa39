"""Whatever can be pressed can be typed: its number in any digits, its label in any spelling."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pytest

from bot.conversation import Choose, ChooseMany, Place
from bot.languages import LANGUAGES, catalogue
from flows import phrases
from tests.dispatch.peeking import BOOK, at, faults, frames, kept, places, stand, with_words

if TYPE_CHECKING:
    from tests.houses import Home

CHOICES = [
    (flow, step)
    for flow, sheet in BOOK.sheets.items()
    for step, question in sheet.questions.items()
    if isinstance(question, Choose)
]
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
def test_the_second_button_can_be_typed_in_any_digits(home_in_a_file: Home, typed: str) -> None:
    person = home_in_a_file.person()
    stand(person, places()["report", "safe"])
    person.says(typed)
    assert frames(person)[0].answers.get("safe") == "not_safe" or at(person) == ("danger", "tell")
    assert kept(person).position.also == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_typed_presses_its_button(home_in_a_file: Home, language: str) -> None:
    tried: set[str] = set()
    for flow, step in CHOICES:
        question = BOOK.sheets[flow].questions[step]
        assert isinstance(question, Choose)
        new = {code: label for code, label in question.choices.items() if label.source not in tried}
        tried |= {label.source for label in new.values()}
        for code, label in new.items():
            pressed, typed = home_in_a_file.person(language), home_in_a_file.person(language)
            for person in (pressed, typed):
                stand(person, places()[flow, step], language=language)
            words = label.read_in(catalogue(language))
            place = list(question.choices).index(code)
            pressed.does(pressed.press(f"{pressed.asked()[1].prefix}{place}"))
            typed.says(f" {words.upper()} ")
            assert kept(typed).position == kept(pressed).position, (flow, step, words)
            assert kept(typed).alarms == []
    assert faults(home_in_a_file) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_are_known_without_their_marks_too(home_in_a_file: Home, language: str) -> None:
    label = phrases.NOT_SURE.read_in(catalogue(language))
    plain = "".join(
        sign
        for sign in unicodedata.normalize("NFD", label.replace("\u0111", "d"))
        if not "\u0300" <= sign <= "\u036f"
    )
    person = home_in_a_file.person(language)
    stand(person, places()["report", "hurt"], language=language)
    person.says(plain)
    assert frames(person)[-1].answers["hurt"] == "unsure"


@pytest.mark.parametrize(
    "typed", ["khong chac", "Không chắc", "KHÔNG CHẮC", "kh\u00f4ng ch\u0103\u0301c"]
)
def test_vietnamese_is_read_however_its_marks_are_typed(home_in_a_file: Home, typed: str) -> None:
    person = home_in_a_file.person("vi")
    stand(person, places()["report", "hurt"], language="vi")
    person.says(typed)
    assert frames(person)[-1].answers["hurt"] == "unsure"


@pytest.mark.parametrize("typed", ["臺北", "台北", "臺北市", "台北市"])
def test_taipei_is_taipei_in_either_spelling(home_in_a_file: Home, typed: str) -> None:
    person = home_in_a_file.person("zh-hant")
    stand(person, places()["report", "county"], language="zh_Hant")
    person.says(typed)
    where = frames(person)[-1].answers["county"]
    assert getattr(where, "county", None) == "TPE"


@pytest.mark.parametrize("typed", ["新竹", "嘉義"])
def test_a_name_two_places_share_is_kept_as_words(home_in_a_file: Home, typed: str) -> None:
    person = home_in_a_file.person("zh-hant")
    stand(person, places()["report", "county"], language="zh_Hant")
    person.says(typed)
    where = frames(person)[-1].answers["county"]
    assert (getattr(where, "county", 1), getattr(where, "words", "")) == (None, typed)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_county_can_be_typed(home_in_a_file: Home, language: str) -> None:
    question = BOOK.sheets["report"].questions["county"]
    assert isinstance(question, Place)
    for code, label in question.choices.items():
        person = home_in_a_file.person(language)
        stand(person, places()["report", "county"], language=language)
        person.says(label.read_in(catalogue(language)))
        assert getattr(frames(person)[-1].answers["county"], "county", None) == code


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_two_buttons_below_every_question_can_be_typed(
    home_in_a_file: Home, language: str
) -> None:
    """A press is lost when we are away for three minutes; words are not (safety.md F6)."""
    for place in (("report", "safe"), ("report", "what"), ("danger", "tell"), ("stop", "unsent")):
        person = home_in_a_file.person(language)
        stand(person, with_words(places()[place]), language=language)
        person.says(phrases.DANGER.read_in(catalogue(language)))
        assert frames(person)[-1].flow == "danger"
        person.says(phrases.BYE.read_in(catalogue(language)))
        assert at(person) is None
        assert len(person.screen) == 1


def test_several_numbers_tick_several_choices(home_in_a_file: Home) -> None:
    person = home_in_a_file.person()
    stand(person, places()["report", "needs"])
    person.says("1, ๓ 四")
    assert frames(person)[-1].answers["needs"] == ("sleep", "doctor", "interpreter")


def test_words_at_a_choice_are_kept_and_the_question_is_asked_again(home_in_a_file: Home) -> None:
    for flow, step in CHOICES:
        question = BOOK.sheets[flow].questions[step]
        person = home_in_a_file.person()
        stand(person, places()[flow, step])
        also = list(kept(person).position.also)
        heard = person.says("the one with the red door, 99")
        assert at(person) == (flow, step)
        assert heard[-1] == question.prompt.read_in(
            catalogue("en"), home_in_a_file.house.setting.screens.blanks("en")
        )
        assert kept(person).position.also == [*also, "the one with the red door, 99"]


def test_a_number_no_button_has_is_kept_as_words(home_in_a_file: Home) -> None:
    for typed in ("0", "4", "-1", "2.5", "00000000000000000002", "1e0"):
        person = home_in_a_file.person()
        stand(person, places()["report", "safe"])
        person.says(typed)
        assert at(person) == ("report", "safe")
        assert kept(person).position.also == [typed]


def test_ticking_by_words_that_are_no_numbers_is_kept(home_in_a_file: Home) -> None:
    person = home_in_a_file.person()
    stand(person, places()["report", "needs"])
    assert isinstance(BOOK.sheets["report"].questions["needs"], ChooseMany)
    person.says("1 2 many")
    assert at(person) == ("report", "needs")
    assert kept(person).position.also == ["1 2 many"]
