"""A deployment offers some of our languages: the others cannot be chosen, whatever is pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.languages import LANGUAGES
from tests.support.dispatch_inspection import quarantine_reasons, stored_conversation
from tests.support.harnesses.hotline_harness import HotlineHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OFFERED = ("id", "en", "th")
HELD_BACK = [tag for tag in LANGUAGES if tag not in OFFERED]


@pytest.fixture
def hotline(tmp_path: Path) -> Iterator[HotlineHarness]:
    made = HotlineHarness(tmp_path, offered=OFFERED)
    yield made
    assert quarantine_reasons(made) == []
    made.close()


def test_only_what_is_offered_has_a_button_and_each_keeps_its_number(
    hotline: HotlineHarness,
) -> None:
    person = hotline.person()
    person.says("/language")
    numbered = {tag: f"{at} {it.own_name}" for at, (tag, it) in enumerate(LANGUAGES.items(), 1)}
    shown = [label for label in person.labels() if label[0].isdigit()]
    assert shown == [numbered[tag] for tag in OFFERED]


@pytest.mark.parametrize("tag", HELD_BACK)
def test_what_is_not_offered_can_be_chosen_by_no_number_and_no_name(
    hotline: HotlineHarness, tag: str
) -> None:
    person = hotline.person()
    for said in (str(list(LANGUAGES).index(tag) + 1), LANGUAGES[tag].own_name):
        person.says("/language", said)
        assert stored_conversation(person).language == "en"
    person.presses("ไทย")
    assert stored_conversation(person).language == "th"


@pytest.mark.parametrize(("app", "reads"), [("th", "th"), ("km", "en"), ("zh-hans", "en")])
def test_a_person_begins_in_a_language_that_is_offered(
    hotline: HotlineHarness, app: str, reads: str
) -> None:
    person = hotline.person(app)
    person.says("/start")
    assert stored_conversation(person).language == reads


def test_an_old_button_of_a_language_that_is_withdrawn_chooses_nothing(tmp_path: Path) -> None:
    home = HotlineHarness(tmp_path)
    person = home.person()
    person.says("/language")
    khmer, thai = person.token("ភាសាខ្មែរ"), person.token("ไทย")
    home.close()
    home._made["languages"] = OFFERED
    home.open()
    person.send_update(person.press(khmer))
    assert stored_conversation(person).language == "en"
    person.send_update(person.press(thai))
    assert stored_conversation(person).language == "th"
    home.close()


def test_a_person_with_a_withdrawn_language_continues_in_english(tmp_path: Path) -> None:
    """With the draft as it was: nothing that was told is lost."""
    home = HotlineHarness(tmp_path)
    person = home.person("km")
    person.says("/start")
    assert stored_conversation(person).language == "km"
    person.presses("ភាសាខ្មែរ")
    before = stored_conversation(person).position
    home.close()
    home._made["languages"] = OFFERED
    home.open()
    person.says("/help")
    assert stored_conversation(person).language == "en"
    assert stored_conversation(person).position == before
    assert "You can press a button" in " ".join(person.texts)
    home.close()
