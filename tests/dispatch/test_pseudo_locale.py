"""Nothing a person reads stands in the source alone: seen in a language nobody speaks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.dispatch.rendering import LONGEST, TICK
from bot.languages import LANGUAGES, offer
from flows.alarms import alarms
from tests.dispatch.peeking import QUESTIONS, faults, kept, places, stand
from tests.houses import Home
from tests.pseudo import CLOSE, OPEN, Pseudo, is_cut, outside

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TAG = "th"
"""Whose place it takes for a while."""
LETTER = re.compile(r"[^\W\d_]")
OWN_NAMES = [language.own_name for language in LANGUAGES.values()]
TOLD = "12345"
"""What the person writes: no letters, so that whatever has some is ours."""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    offer({TAG: Pseudo()})
    made = Home(tmp_path)
    yield made
    offer({})
    made.close()


def untranslated(shown: str) -> str:
    """Return what of a message or a label is in no language."""
    left = outside(shown.removeprefix(TICK))
    for name in OWN_NAMES:
        left = left.replace(name, "")
    return left if LETTER.search(left) else ""


def test_every_question_and_every_button_is_a_phrase_and_whole(home: Home) -> None:
    for place in QUESTIONS:
        person = home.person(TAG)
        stand(person, places()[place], language=TAG)
        person.says("/help", TOLD)
        assert kept(person).language == TAG
        asks = any(say.rows for say in person.screen)  # a word that is tried ends its flow
        shown = [*person.texts, *(person.labels() if asks else [])]
        assert [it for it in shown if untranslated(it)] == [], place
        assert [it for it in shown if is_cut(it)] == [], place
        assert max(map(len, shown), default=0) <= LONGEST
    assert faults(home) == []


@pytest.mark.parametrize("command", ["/start", "/help", "/privacy", "/danger", "/stop"])
def test_every_command_is_answered_in_phrases(home: Home, command: str) -> None:
    person = home.person(TAG)
    person.says("/language")
    person.presses("ไทย")
    before = len(person.texts)
    person.says(command)
    shown = [*person.texts[before:], *person.labels()]
    assert shown
    assert [it for it in shown if untranslated(it) or is_cut(it)] == []


def test_an_untranslated_and_a_cut_string_would_be_found() -> None:
    assert untranslated(f"{OPEN}Hé{CLOSE} and more") == " and more"
    assert untranslated(f"1 {OPEN}Hé {OPEN}every{CLOSE}{CLOSE}: 12:00") == ""
    assert is_cut(f"{OPEN}Hé")
    assert not alarms(TOLD)
