"""Whoever stops decides what happens to what is unsent, and it happens."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.clock import DAY, HOUR, SECOND
from bot.conversation import Position
from bot.dispatch.conversation_store import Conversation
from tests.dispatch.peeking import (
    at,
    cases_of,
    conversation_of,
    flows_of,
    frames,
    kept,
    tell,
    words_in,
)

if TYPE_CHECKING:
    from tests.houses import Home
    from tests.people import Person

TOLD = "Kotak biru di atas lemari 4711"
CAREFUL = "Can anyone else see this phone or this chat now?"
AT_ONCE = "All right. You can write here again at any time."
CONTINUE = "There are answers you have not sent. Go on with them, or begin again?"


def told(home: Home) -> Person:
    """Return somebody who has told something and not sent it."""
    person = home.person()
    tell(person, until="what")
    person.says(TOLD)
    return person


def files_of(home: Home) -> bytes:
    """Return every byte the database keeps on disk, once what is old is written over."""
    home.ask("PRAGMA wal_checkpoint(TRUNCATE)")
    path = Path(str(home.database.url.database))
    return b"".join(found.read_bytes() for found in path.parent.glob(path.name + "*"))


def spellings(words: str) -> list[bytes]:
    """Return how words may stand in a file."""
    found = []
    for plain in (words.encode(), words.encode("utf-16-le"), words.encode("utf-16-be")):
        found += [plain, plain.hex().encode(), plain.hex().upper().encode()]
        for shift in range(3):
            text = base64.b64encode(b"\0" * shift + plain)
            found.append(text[4 * (shift > 0) : -4])
    return found


def test_the_search_finds_words_in_every_spelling(home_in_a_file: Home) -> None:
    home = home_in_a_file
    """The negative control: words written in clear, in any of them, are found."""
    for place, spelled in enumerate(spellings(TOLD)):
        _write(home, f"x{place}", spelled)
        assert spelled in files_of(home)


def _write(home: Home, name: str, value: bytes) -> None:
    connection = home.database.connect()
    connection.execute(f"CREATE TABLE IF NOT EXISTS {name} (words BLOB)")
    connection.execute(f"INSERT INTO {name} VALUES (?)", (value,))  # noqa: S608
    connection.commit()
    connection.close()


def test_what_is_erased_is_nowhere_any_more_not_even_sealed(home_in_a_file: Home) -> None:
    home = home_in_a_file
    person = told(home)
    sealed = bytes(home.ask("SELECT state FROM conversations")[0][0])
    assert sealed in files_of(home)
    person.says("/stop")
    heard = person.presses("Erase now")
    assert heard[0].startswith("All right. On our side, what was not sent is erased.")
    disk = files_of(home)
    assert not any(spelled in disk for spelled in spellings(TOLD))
    assert sealed not in disk
    assert sealed[len(sealed) // 2 :] not in disk
    assert TOLD not in words_in(kept(person))
    assert at(person) is None
    assert person.says("hello")[-1].startswith("Choose your language.")
    assert cases_of(home) == []


def test_do_not_keep_them_erases(home: Home) -> None:
    person = home.person()
    tell(person, until="about")
    person.says(TOLD)
    tell(person, until="keep")
    person.presses("Do not keep them")
    assert TOLD not in words_in(kept(person))
    assert kept(person).kept is None
    assert at(person) is None


def test_begin_again_erases_what_alarmed_us_as_well(home: Home) -> None:
    for ending in ("Erase now", "Begin again"):
        person = home.person()
        tell(person, until="what")
        person.says("help me now")
        person.presses("Not yet")
        person.says("/start" if ending == "Begin again" else "/stop")
        person.presses(ending)
        assert kept(person).alarms == []


@pytest.mark.parametrize("how", ["Keep for 24 hours", "Skip"])
def test_what_is_kept_can_be_gone_on_with(home: Home, how: str) -> None:
    person = told(home)
    here, answers = at(person), dict(frames(person)[-1].answers)
    person.says("/stop")
    person.presses(how)
    assert at(person) is None
    assert cases_of(home) == []
    assert person.says("I am back")[-1] == CONTINUE
    person.presses("Go on")
    assert at(person) == here
    assert frames(person)[-1].answers == answers
    assert kept(person).position.also == ["I am back"]


def test_stopping_twice_keeps_what_was_kept(home: Home) -> None:
    person = told(home)
    for _ in range(3):
        person.says("/stop")
        person.presses("Keep for 24 hours")
    person.says("again")
    person.presses("Go on")
    assert frames(person)[-1].answers["what"] == TOLD


def test_danger_after_stopping_loses_nothing_of_what_was_kept(home: Home) -> None:
    person = told(home)
    person.says("/stop")
    person.presses("Keep for 24 hours")
    person.says("/danger", "/stop")
    person.presses("Keep for 24 hours")
    person.says("again")
    person.presses("Go on")
    assert frames(person)[-1].answers["what"] == TOLD


def test_stopping_twice_erases_what_was_kept(home: Home) -> None:
    person = told(home)
    person.says("/stop")
    person.presses("Keep for 24 hours")
    person.says("/stop")
    person.presses("Erase now")
    assert TOLD not in words_in(kept(person))


def test_words_beside_the_questions_are_kept_by_stopping_too(home: Home) -> None:
    person = home.person()
    person.says(TOLD, "/stop")
    person.presses("Keep for 24 hours")
    person.says("hello")
    assert TOLD in words_in(kept(person).position)


def test_not_now_keeps_the_draft_and_any_word_brings_it_back(home: Home) -> None:
    person = told(home)
    tell(person)
    person.presses("Not now")
    assert cases_of(home) == []
    home.passes(120)
    assert person.says("so") == [CONTINUE]
    person.presses("Go on")
    assert at(person) == ("report", "send")
    person.presses("Send")
    (case,) = cases_of(home)
    assert case.sent[0].answers["what"] == TOLD
    assert case.sent[0].answers["also"] == ("so",)


def test_not_now_and_a_silence_ask_first_who_can_see(home: Home) -> None:
    person = told(home)
    tell(person)
    person.presses("Not now")
    home.passes(3 * 3600)
    assert person.says("so") == [CAREFUL]
    person.presses("Nobody can see")
    assert at(person) == ("report", "send")


def test_after_a_day_what_was_kept_is_gone(home: Home) -> None:
    person = told(home)
    person.says("/stop")
    person.presses("Keep for 24 hours")
    home.passes(DAY // SECOND + 1)
    person.says("hello")
    assert TOLD not in words_in(kept(person))
    assert at(person) == ("language", "language")


def test_after_a_day_nothing_is_left_but_numbers(home: Home) -> None:
    person = told(home)
    conversations = home.house.conversations
    home.passes(DAY // SECOND - 60)
    now = home.loop.now()
    home.database.writer.run_now(lambda work: conversations.expire(work, now))
    assert conversation_of(person) is not None
    home.passes((HOUR * 2) // SECOND)
    now = home.loop.now()
    assert home.database.writer.run_now(lambda work: conversations.expire(work, now)) == 1
    assert words_in(kept(person)) == words_in(
        Conversation("", Position(), person.id, traces=kept(person).traces, era=kept(person).era)
    )


def test_stopping_after_sending_leaves_the_case(home: Home) -> None:
    person = told(home)
    tell(person)
    person.presses("Send")
    heard = person.says("/stop")
    assert heard[0].startswith("What you sent before stays")
    assert heard[1].startswith(AT_ONCE)
    assert at(person) is None
    assert len(cases_of(home)) == 1


@pytest.mark.parametrize("until", ["/start", "English", "Nobody can see", "Tell what happened"])
def test_whoever_has_written_nothing_is_asked_nothing_on_leaving(home: Home, until: str) -> None:
    person = home.person()
    person.says("/start")
    steps = ["English", "Nobody can see", "Tell what happened"]
    person.presses(*steps[: steps.index(until) + 1 if until in steps else 0])
    (heard,) = person.says("/stop")
    assert heard.startswith(AT_ONCE)
    assert "Clear history" in heard
    assert not person.screen[-1].rows
    assert at(person) is None
    assert person.says("hello")[-1].startswith("Choose your language.")


def test_whoever_only_wrote_beside_decides_what_happens_to_it(home: Home) -> None:
    for how, left in (("Keep for 24 hours", [TOLD]), ("Erase now", [])):
        person = home.person()
        person.says(TOLD, "/stop")
        assert at(person) == ("stop", "unsent")
        person.presses(how)
        assert kept(person).position.also == left


def test_leaving_the_menu_after_sending_asks_about_nothing(home: Home) -> None:
    person = told(home)
    tell(person)
    person.presses("Send", "Tell something new")
    assert person.says("/stop")[-1].startswith(AT_ONCE)
    assert at(person) is None


def test_something_new_after_sending_is_asked_about(home: Home) -> None:
    person = told(home)
    tell(person)
    person.presses("Send", "Tell something new", "About me")
    person.says("/stop")
    assert at(person) == ("stop", "unsent")


def test_stopping_at_the_stop_question_asks_it_once(home: Home) -> None:
    person = told(home)
    person.says("/stop", "/stop", "/stop")
    assert flows_of(person) == ["welcome", "report", "stop"]
