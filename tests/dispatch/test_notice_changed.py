"""What is kept has become another thing: people are asked again, once, and lose no answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.conversation import Frame, Position
from bot.vault import Vault
from tests.dispatch.peeking import at, cases_of, flows_of, kept, stand
from tests.houses import ALWAYS, ROOT, Home, settings_for
from tests.keys import keeper, key_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.people import Person

ASKED = "Something has changed in what we keep or who can read it."
OTHERWISE = {"keep_days": 30}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path, hours=ALWAYS)
    yield home
    home.close()


def settle_otherwise(home: Home, tmp_path: Path, **given: object) -> None:
    """Start the house again with other settings."""
    home.settings = settings_for(tmp_path, **{"hours": ALWAYS, **given})
    home.restart()


def telling(home: Home, language: str = "en") -> Person:
    person = home.person(language)
    person.says("Hello")
    person.presses("English", "Nobody", "Tell what happened", "About me", "18 or over")
    return person


def test_a_person_is_asked_again_once_and_their_answer_is_taken(home: Home, tmp_path: Path) -> None:
    person = telling(home)
    settle_otherwise(home, tmp_path, **OTHERWISE)
    heard = person.presses("I am safe here")
    assert any(text.startswith(ASKED) for text in heard)
    assert at(person) == ("notice_changed", "go_on")
    assert kept(person).position.frames[-2].answers["safe"] == "safe"
    person.presses("Go on")
    assert at(person) == ("report", "keep")
    heard = person.presses("You may keep them")
    assert not any(text.startswith(ASKED) for text in heard)


def test_a_spare_key_made_while_the_bot_runs_is_told_and_asked_about(tmp_path: Path) -> None:
    vault = Vault(ROOT, key_store(tmp_path))
    keeper(vault)
    home = Home(tmp_path, hours=ALWAYS, vault=vault)
    person = telling(home)
    vault.escrow.make(home.loop.now())
    home.passes(30)
    heard = person.presses("I am safe here")
    assert any(text.startswith(ASKED) for text in heard)
    heard = person.presses("Read it first")
    assert any("There is a spare key in three parts" in text for text in heard)
    assert not any("There is no spare key" in text for text in heard)
    person.presses("Go on")
    heard = person.presses("You may keep them")
    assert not any(text.startswith(ASKED) for text in heard)
    assert any("There is a spare key" in text for text in home.person().says("/privacy"))
    home.close()


def test_it_can_be_read_first(home: Home, tmp_path: Path) -> None:
    person = telling(home)
    settle_otherwise(home, tmp_path, **OTHERWISE)
    person.presses("I am safe here")
    heard = person.presses("Read it first")
    assert any("30 days" in text for text in heard)
    assert at(person) == ("notice_changed", "then")
    person.presses("Go on")
    assert at(person) == ("report", "keep")


@pytest.mark.parametrize("way", [("Stop and erase",), ("Read it first", "Stop and erase")])
def test_whoever_does_not_want_it_has_their_answers_erased(
    home: Home, tmp_path: Path, way: tuple[str, ...]
) -> None:
    person = telling(home)
    settle_otherwise(home, tmp_path, **OTHERWISE)
    person.presses("I am safe here", *way)
    assert flows_of(person) == []
    assert kept(person).kept is None
    assert cases_of(home) == []


def test_the_question_waits_through_another_restart(home: Home, tmp_path: Path) -> None:
    person = telling(home)
    settle_otherwise(home, tmp_path, **OTHERWISE)
    person.presses("I am safe here")
    settle_otherwise(home, tmp_path, **OTHERWISE)
    assert at(person) == ("notice_changed", "go_on")
    person.presses("Go on")
    assert at(person) == ("report", "keep")


def test_nobody_is_asked_where_the_same_is_true(home: Home, tmp_path: Path) -> None:
    person = telling(home)
    settle_otherwise(home, tmp_path, hours="09:00-17:00")
    heard = person.presses("I am safe here")
    assert not any(text.startswith(ASKED) for text in heard)
    assert at(person) == ("report", "keep")


def test_a_conversation_of_an_older_release_was_told_another_text(home: Home) -> None:
    person = home.person()
    draft = Position([Frame("report", "safe", {"about": "me"})])
    stand(person, draft, notice=b"")
    assert at(person) == ("notice_changed", "go_on")
    person.presses("Go on")
    assert at(person) == ("report", "safe")


def test_another_language_is_no_other_notice(home: Home) -> None:
    person = telling(home, "th")
    heard = person.says("/language")
    person.presses("Bahasa Indonesia")
    assert heard
    assert at(person) == ("report", "safe")
    assert kept(person).notice == home.house.setting.notice.version("id")


def test_the_hello_and_the_numbers_come_before_it(home: Home, tmp_path: Path) -> None:
    """Whoever can see the phone, and danger, are asked about first; then this."""
    person = telling(home)
    settle_otherwise(home, tmp_path, **OTHERWISE)
    person.presses("I am not safe")
    assert at(person) == ("danger", "tell")
    person.presses("Not yet")
    assert at(person) == ("notice_changed", "go_on")


def test_somebody_who_begins_afterwards_is_told_the_new_text_and_asked_nothing(
    home: Home, tmp_path: Path
) -> None:
    settle_otherwise(home, tmp_path, **OTHERWISE)
    person = telling(home)
    person.presses("I am safe here")
    assert at(person) == ("report", "keep")
