"""What is kept has become another thing: people are asked again, once, and lose no answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.conversation import Frame, Position
from bot.vault import Vault
from tests.support.database.key_store_fixtures import enrol_keyholder, key_store
from tests.support.dispatch_inspection import (
    cases_of,
    current_step,
    flows_of,
    place_at,
    stored_conversation,
)
from tests.support.harnesses.hotline_harness import ALWAYS, ROOT, HotlineHarness, settings_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.people.chat_person import ChatPerson

ASKED = "Something has changed in what we keep or who can read it."
OTHERWISE = {"keep_days": 30}


@pytest.fixture
def hotline(tmp_path: Path) -> Iterator[HotlineHarness]:
    home = HotlineHarness(tmp_path, hours=ALWAYS)
    yield home
    home.close()


def settle_otherwise(home: HotlineHarness, tmp_path: Path, **given: object) -> None:
    """Start the house again with other settings."""
    home.settings = settings_for(tmp_path, **{"hours": ALWAYS, **given})
    home.restart()


def telling(home: HotlineHarness, language: str = "en") -> ChatPerson:
    person = home.person(language)
    person.says("Hello")
    person.presses("English", "Tell what happened", "About me", "I am safe here")
    return person


def test_a_person_is_asked_again_once_and_their_answer_is_taken(
    hotline: HotlineHarness, tmp_path: Path
) -> None:
    person = telling(hotline)
    settle_otherwise(hotline, tmp_path, **OTHERWISE)
    heard = person.presses("Skip")
    assert any(text.startswith(ASKED) for text in heard)
    assert current_step(person) == ("notice_changed", "go_on")
    assert stored_conversation(person).position.frames[-2].answers["needs"] is None
    person.presses("Go on")
    assert current_step(person) == ("report", "keep")
    heard = person.presses("You may keep them")
    assert not any(text.startswith(ASKED) for text in heard)


def test_a_spare_key_made_while_the_bot_runs_is_told_and_asked_about(tmp_path: Path) -> None:
    vault = Vault(ROOT, key_store(tmp_path))
    enrol_keyholder(vault)
    home = HotlineHarness(tmp_path, hours=ALWAYS, vault=vault)
    person = telling(home)
    vault.escrow.create(home.loop.now())
    home.advance_time(30)
    heard = person.presses("Skip")
    assert any(text.startswith(ASKED) for text in heard)
    heard = person.presses("Read it first", "More", "More", "More")
    assert any("There is a spare key in three parts" in text for text in heard)
    assert not any("There is no spare key" in text for text in heard)
    person.presses("Go on")
    heard = person.presses("You may keep them")
    assert not any(text.startswith(ASKED) for text in heard)
    other = home.person()
    other.says("/privacy")
    heard = other.presses("More", "More", "More")
    assert any("There is a spare key" in text for text in heard)
    home.close()


def test_it_can_be_read_first(hotline: HotlineHarness, tmp_path: Path) -> None:
    person = telling(hotline)
    settle_otherwise(hotline, tmp_path, **OTHERWISE)
    person.presses("Skip")
    heard = person.presses("Read it first")
    assert any("30 days" in text for text in heard)
    person.presses("That is enough")
    assert current_step(person) == ("notice_changed", "then")
    person.presses("Go on")
    assert current_step(person) == ("report", "keep")


@pytest.mark.parametrize(
    "way", [("Stop and erase",), ("Read it first", "That is enough", "Stop and erase")]
)
def test_refusing_a_new_privacy_notice_erases_the_answers(
    hotline: HotlineHarness, tmp_path: Path, way: tuple[str, ...]
) -> None:
    person = telling(hotline)
    settle_otherwise(hotline, tmp_path, **OTHERWISE)
    person.presses("Skip", *way)
    assert flows_of(person) == []
    assert stored_conversation(person).draft is None
    assert cases_of(hotline) == []


def test_the_question_waits_through_another_restart(
    hotline: HotlineHarness, tmp_path: Path
) -> None:
    person = telling(hotline)
    settle_otherwise(hotline, tmp_path, **OTHERWISE)
    person.presses("Skip")
    settle_otherwise(hotline, tmp_path, **OTHERWISE)
    assert current_step(person) == ("notice_changed", "go_on")
    person.presses("Go on")
    assert current_step(person) == ("report", "keep")


def test_an_unchanged_privacy_notice_is_not_asked_about(
    hotline: HotlineHarness, tmp_path: Path
) -> None:
    person = telling(hotline)
    settle_otherwise(hotline, tmp_path, hours="09:00-17:00")
    heard = person.presses("Skip")
    assert not any(text.startswith(ASKED) for text in heard)
    assert current_step(person) == ("report", "keep")


def test_a_conversation_of_an_older_release_was_told_another_text(hotline: HotlineHarness) -> None:
    person = hotline.person()
    draft = Position([Frame("report", "safe", {"about": "me"})])
    place_at(person, draft, notice_version=b"")
    assert current_step(person) == ("notice_changed", "go_on")
    person.presses("Go on")
    assert current_step(person) == ("report", "safe")


def test_another_language_is_no_other_notice(hotline: HotlineHarness) -> None:
    person = telling(hotline, "th")
    heard = person.says("/language")
    person.presses("Bahasa Indonesia")
    assert heard
    assert current_step(person) == ("report", "needs")
    assert stored_conversation(person).notice_version == hotline.house.setting.notice.version("id")


def test_the_hello_and_the_numbers_come_before_it(hotline: HotlineHarness, tmp_path: Path) -> None:
    """Whoever can see the phone, and danger, are asked about first; then this."""
    person = telling(hotline)
    person.presses("Back")
    settle_otherwise(hotline, tmp_path, **OTHERWISE)
    person.presses("I am not safe")
    assert current_step(person) == ("danger", "tell")
    person.presses("Not yet")
    assert current_step(person) == ("notice_changed", "go_on")


def test_a_new_report_uses_the_new_notice_without_asking(
    hotline: HotlineHarness, tmp_path: Path
) -> None:
    settle_otherwise(hotline, tmp_path, **OTHERWISE)
    person = telling(hotline)
    person.presses("Skip")
    assert current_step(person) == ("report", "keep")
