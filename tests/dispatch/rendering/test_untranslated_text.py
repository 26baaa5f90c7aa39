"""Nothing a person reads stands in the source alone: seen in a language nobody speaks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.dispatch.rendering import MAX_MESSAGE_UNITS, TICK
from bot.languages import LANGUAGES, use_catalogues
from bot.languages.alarms.find import find_alarms
from tests.support.content.pseudo_locale import (
    CLOSE,
    OPEN,
    PseudoTranslations,
    has_lost_bracket,
    untranslated_parts,
)
from tests.support.dispatch_inspection import (
    QUESTIONS,
    place_at,
    quarantine_reasons,
    reachable_positions,
    stored_conversation,
)
from tests.support.harnesses.hotline_harness import HotlineHarness

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
def hotline(tmp_path: Path) -> Iterator[HotlineHarness]:
    use_catalogues({TAG: PseudoTranslations()})
    made = HotlineHarness(tmp_path)
    yield made
    use_catalogues({})
    made.close()


def untranslated(shown: str) -> str:
    """Return what of a message or a label is in no language."""
    left = untranslated_parts(shown.removeprefix(TICK))
    for name in OWN_NAMES:
        left = left.replace(name, "")
    return left if LETTER.search(left) else ""


def test_every_question_and_every_button_is_a_phrase_and_whole(hotline: HotlineHarness) -> None:
    for place in QUESTIONS:
        person = hotline.person(TAG)
        place_at(person, reachable_positions()[place], language=TAG)
        person.says("/help", TOLD)
        assert stored_conversation(person).language == TAG
        asks = any(say.rows for say in person.screen)  # a word that is tried ends its flow
        shown = [*person.texts, *(person.labels() if asks else [])]
        assert [it for it in shown if untranslated(it)] == [], place
        assert [it for it in shown if has_lost_bracket(it)] == [], place
        assert max(map(len, shown), default=0) <= MAX_MESSAGE_UNITS
    assert quarantine_reasons(hotline) == []


@pytest.mark.parametrize("command", ["/start", "/help", "/privacy", "/danger", "/stop"])
def test_every_command_is_answered_in_phrases(hotline: HotlineHarness, command: str) -> None:
    person = hotline.person(TAG)
    person.says("/language")
    person.presses("ไทย")
    before = len(person.texts)
    person.says(command)
    shown = [*person.texts[before:], *person.labels()]
    assert shown
    assert [it for it in shown if untranslated(it) or has_lost_bracket(it)] == []


def test_an_untranslated_and_a_cut_string_would_be_found() -> None:
    assert untranslated(f"{OPEN}Hé{CLOSE} and more") == " and more"
    assert untranslated(f"1 {OPEN}Hé {OPEN}every{CLOSE}{CLOSE}: 12:00") == ""
    assert has_lost_bracket(f"{OPEN}Hé")
    assert not find_alarms(TOLD)
