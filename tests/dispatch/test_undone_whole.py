"""A turn that fails leaves nothing behind, whatever it had written by then, and harms nobody."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from bot.mailbox.inbox import Arrival
from bot.store.writer import Writer
from tests.dispatch.peeking import at, cases_of, faults, frames, kept, tell
from tests.people import raw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.conversation import Reply
    from bot.messages import Say
    from tests.houses import Home
    from tests.people import Person

REFUSES = {
    "sqlite": "CREATE TRIGGER refuses BEFORE INSERT ON {table} "
    "BEGIN SELECT RAISE(ABORT, 'not this one'); END",
    "postgresql": "CREATE FUNCTION refuses() RETURNS trigger LANGUAGE plpgsql AS "
    "'BEGIN RAISE EXCEPTION ''not this one''; END'; "
    "CREATE TRIGGER refuses BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuses()",
}
ERASE = "Erase it"
TOLD = ("language", "language")


class Fails(Exception):
    """What a turn was told to do."""


def wants_it_gone(home: Home) -> Person:
    """Somebody who is about to say that what they sent is to be erased."""
    person = home.person()
    tell(person)
    person.presses("Send")
    person.says("/delete")
    return person


def wishes(home: Home) -> int:
    ((count,),) = home.ask("SELECT count(*) FROM wishes")
    return int(count)


def refuses(home: Home, table: str) -> None:
    """Let the database take nothing into a table any more."""
    connection = home.database.connect()
    connection.cursor().execute(REFUSES[home.database.dialect].format(table=table))
    connection.close()


@contextlib.contextmanager
def failing(home: Home, *errors: Exception) -> Iterator[None]:
    """Let turns fail in English, one for each error, once all is done but to say so."""
    screens = home.house.setting.screens
    say, left = screens.say, list(errors)

    def fails(reply: Reply, language: str, *more: Any) -> Say:
        if language == "en" and left:
            raise left.pop(0)
        return say(reply, language, *more)

    screens.say = fails  # type: ignore[method-assign, assignment]
    yield
    screens.say = say  # type: ignore[method-assign]


ALWAYS = [Fails()] * 99


@pytest.mark.parametrize("is_first", [False, True])
def test_what_a_failed_turn_wrote_is_not_there(home: Home, *, is_first: bool) -> None:
    person, before, behind = wants_it_gone(home), home.person("id"), home.person("id")
    press = person.press(person.token(ERASE))
    if is_first:
        home.restart()
    with failing(home, *ALWAYS):
        home.receives(before.words("halo"), press, behind.words("halo"), before.words("/start"))
    assert (wishes(home), faults(home)) == (0, ["turn failed: Fails"])
    assert at(before) == at(behind) == TOLD
    person.presses(ERASE)
    assert (wishes(home), len(faults(home))) == (1, 1)


@pytest.mark.parametrize("is_first", [False, True])
def test_a_turn_whose_writing_the_database_refuses_is_set_aside_alone(
    home: Home, *, is_first: bool
) -> None:
    person, before, behind = wants_it_gone(home), home.person("id"), home.person("id")
    press = person.press(person.token(ERASE))
    refuses(home, "wishes")
    if is_first:
        home.restart()
    home.receives(before.words("halo"), press, behind.words("halo"))
    assert at(before) == at(behind) == TOLD
    assert [it.partition(":")[0] for it in faults(home)] == ["turn failed"]


def test_so_is_one_of_which_only_what_follows_cannot_be_written(home: Home) -> None:
    person, before, behind = home.person(), home.person("id"), home.person("id")
    tell(person)
    refuses(home, "cases")
    home.receives(before.words("halo"), person.press(person.token("Send")), behind.words("halo"))
    assert at(before) == at(behind) == TOLD
    assert at(person) == ("report", "send")
    assert (cases_of(home), len(faults(home))) == ([], 1)


def test_what_somebody_wrote_in_a_turn_that_failed_is_found_again_by_whoever_clears_the_chat(
    home: Home,
) -> None:
    person = wants_it_gone(home)
    words = person.words("hello")
    with failing(home, *ALWAYS):
        home.receives(words)
    assert len(faults(home)) == 1
    assert words["message"]["message_id"] in kept(person).traces[-1].theirs


def test_what_comes_behind_a_turn_that_failed_is_answered_in_its_order(home: Home) -> None:
    person = home.person()
    tell(person, until="what")
    with failing(home, *[Fails()] * 3):  # in the batch, in the line, and alone
        home.receives(person.words("one"), person.words("two"), person.words("three"))
    assert len(faults(home)) == 1
    assert frames(person)[-1].answers["what"] == "two"


def test_where_the_store_is_at_fault_nothing_is_set_aside_and_all_comes_again(home: Home) -> None:
    person, other = wants_it_gone(home), home.person("id")
    away = sqlite3.OperationalError("database is locked")
    away.sqlite_errorcode = sqlite3.SQLITE_BUSY
    updates = [other.words("halo"), person.press(person.token(ERASE))]
    came = [Arrival.of(place, raw(place, update)) for place, update in enumerate(updates, 9000)]
    with failing(home, away), pytest.raises(sqlite3.OperationalError):
        home.takes(*came)
    assert (wishes(home), faults(home)) == (0, [])
    home.takes(*came)
    assert (wishes(home), faults(home), at(other)) == (1, [], TOLD)


def test_without_undoing_it_would_be_seen(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control of the tests above."""
    person = wants_it_gone(home)
    monkeypatch.setattr(Writer, "_undo", lambda _writer, cursor: cursor.execute("COMMIT"))
    with failing(home, *ALWAYS):
        person.presses(ERASE)
    assert wishes(home) == 1
