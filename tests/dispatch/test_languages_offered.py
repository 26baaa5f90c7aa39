"""A deployment offers some of our languages: the others cannot be chosen, whatever is pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.languages import LANGUAGES
from tests.dispatch.peeking import faults, kept
from tests.houses import Home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OFFERED = ("id", "en", "th")
HELD_BACK = [tag for tag in LANGUAGES if tag not in OFFERED]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path, offered=OFFERED)
    yield made
    assert faults(made) == []
    made.close()


def test_only_what_is_offered_has_a_button_and_each_keeps_its_number(home: Home) -> None:
    person = home.person()
    person.says("/language")
    numbered = {tag: f"{at} {it.own_name}" for at, (tag, it) in enumerate(LANGUAGES.items(), 1)}
    shown = [label for label in person.labels() if label[0].isdigit()]
    assert shown == [numbered[tag] for tag in OFFERED]


@pytest.mark.parametrize("tag", HELD_BACK)
def test_what_is_not_offered_can_be_chosen_by_no_number_and_no_name(home: Home, tag: str) -> None:
    person = home.person()
    for said in (str(list(LANGUAGES).index(tag) + 1), LANGUAGES[tag].own_name):
        person.says("/language", said)
        assert kept(person).language == "en"
    person.presses("ไทย")
    assert kept(person).language == "th"


@pytest.mark.parametrize(("app", "reads"), [("th", "th"), ("km", "en"), ("zh-hans", "en")])
def test_a_person_begins_in_a_language_that_is_offered(home: Home, app: str, reads: str) -> None:
    person = home.person(app)
    person.says("/start")
    assert kept(person).language == reads


def test_an_old_button_of_a_language_that_is_withdrawn_chooses_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path)
    person = home.person()
    person.says("/language")
    khmer, thai = person.token("ភាសាខ្មែរ"), person.token("ไทย")
    home.close()
    home._made["languages"] = OFFERED
    home.open()
    person.does(person.press(khmer))
    assert kept(person).language == "en"
    person.does(person.press(thai))
    assert kept(person).language == "th"
    home.close()


def test_whoever_reads_a_language_that_is_withdrawn_goes_on_in_english(tmp_path: Path) -> None:
    """With the draft as it was: nothing that was told is lost."""
    home = Home(tmp_path)
    person = home.person("km")
    person.says("/start")
    assert kept(person).language == "km"
    person.presses("ភាសាខ្មែរ")
    before = kept(person).position
    home.close()
    home._made["languages"] = OFFERED
    home.open()
    person.says("/help")
    assert kept(person).language == "en"
    assert kept(person).position == before
    assert "You can press a button" in " ".join(person.texts)
    home.close()
