"""A turn that fails leaves nothing behind, whatever it had written by then, and harms nobody."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from bot.mailbox.inbox import Arrival
from bot.store.postgresql.pipeline import PipelinedCursor
from bot.store.writer import Work, Writer
from tests.support.dispatch_inspection import (
    cases_of,
    current_step,
    frames,
    quarantine_reasons,
    send_report,
    start_report,
    stored_conversation,
)
from tests.support.people.chat_person import update_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.conversation import Reply
    from bot.messages import SendText
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

pytestmark = pytest.mark.both_databases

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


def wants_it_gone(home: HotlineHarness) -> ChatPerson:
    """Somebody who is about to say that what they sent is to be erased."""
    person = home.person()
    send_report(person)
    person.says("/delete")
    return person


def wishes(home: HotlineHarness) -> int:
    ((count,),) = home.ask("SELECT count(*) FROM wishes")
    return int(count)


def refuses(home: HotlineHarness, table: str) -> None:
    """Let the database take nothing into a table any more."""
    connection = home.database.connect()
    connection.cursor().execute(REFUSES[home.database.dialect].format(table=table))
    connection.close()


@contextlib.contextmanager
def failing(home: HotlineHarness, *errors: Exception) -> Iterator[None]:
    """Let turns fail in English, one for each error, once all is done but to say so."""
    screens = home.house.setting.renderer
    say, left = screens.render, list(errors)

    def fails(reply: Reply, language: str, *more: Any) -> SendText:
        if language == "en" and left:
            raise left.pop(0)
        return say(reply, language, *more)

    screens.render = fails  # type: ignore[method-assign, assignment]
    yield
    screens.render = say  # type: ignore[method-assign]


ALWAYS = [Fails()] * 99


@pytest.mark.parametrize("is_first", [False, True])
def test_what_a_failed_turn_wrote_is_not_there(hotline: HotlineHarness, *, is_first: bool) -> None:
    person, before, behind = wants_it_gone(hotline), hotline.person("id"), hotline.person("id")
    press = person.press(person.token(ERASE))
    if is_first:
        hotline.restart()
    with failing(hotline, *ALWAYS):
        hotline.receives(before.words("halo"), press, behind.words("halo"), before.words("/start"))
    assert (wishes(hotline), quarantine_reasons(hotline)) == (0, ["turn failed: Fails"])
    assert current_step(before) == current_step(behind) == TOLD
    person.presses(ERASE)
    assert (wishes(hotline), len(quarantine_reasons(hotline))) == (1, 1)


@pytest.mark.parametrize("is_first", [False, True])
def test_a_turn_whose_writing_the_database_refuses_is_set_aside_alone(
    hotline: HotlineHarness, *, is_first: bool
) -> None:
    person, before, behind = wants_it_gone(hotline), hotline.person("id"), hotline.person("id")
    press = person.press(person.token(ERASE))
    refuses(hotline, "wishes")
    if is_first:
        hotline.restart()
    hotline.receives(before.words("halo"), press, behind.words("halo"))
    assert current_step(before) == current_step(behind) == TOLD
    assert [it.partition(":")[0] for it in quarantine_reasons(hotline)] == ["turn failed"]


def test_so_is_one_of_which_only_what_follows_cannot_be_written(hotline: HotlineHarness) -> None:
    person, before, behind = hotline.person(), hotline.person("id"), hotline.person("id")
    start_report(person)
    refuses(hotline, "cases")
    hotline.receives(before.words("halo"), person.press(person.token("Send")), behind.words("halo"))
    assert current_step(before) == current_step(behind) == TOLD
    assert current_step(person) == ("report", "send")
    assert (cases_of(hotline), len(quarantine_reasons(hotline))) == ([], 1)


def test_clearing_the_chat_deletes_messages_of_a_failed_turn(
    hotline: HotlineHarness,
) -> None:
    person = wants_it_gone(hotline)
    words = person.words("hello")
    with failing(hotline, *ALWAYS):
        hotline.receives(words)
    assert len(quarantine_reasons(hotline)) == 1
    assert (
        words["message"]["message_id"]
        in stored_conversation(person).message_ids[-1].person_messages
    )


def test_what_comes_behind_a_turn_that_failed_is_answered_in_its_order(
    hotline: HotlineHarness,
) -> None:
    person = hotline.person()
    start_report(person, until="what")
    with failing(hotline, *[Fails()] * 3):  # in the batch, in the line, and alone
        hotline.receives(person.words("one"), person.words("two"), person.words("three"))
    assert len(quarantine_reasons(hotline)) == 1
    assert frames(person)[-1].answers["what"] == "two"


def test_where_the_store_is_at_fault_nothing_is_set_aside_and_all_comes_again(
    hotline: HotlineHarness,
) -> None:
    person, other = wants_it_gone(hotline), hotline.person("id")
    away = sqlite3.OperationalError("database is locked")
    away.sqlite_errorcode = sqlite3.SQLITE_BUSY
    updates = [other.words("halo"), person.press(person.token(ERASE))]
    came = [
        Arrival.of(place, update_json(place, update)) for place, update in enumerate(updates, 9000)
    ]
    with failing(hotline, away), pytest.raises(sqlite3.OperationalError):
        hotline.receive_updates(*came)
    assert (wishes(hotline), quarantine_reasons(hotline)) == (0, [])
    hotline.receive_updates(*came)
    assert (wishes(hotline), quarantine_reasons(hotline), current_step(other)) == (1, [], TOLD)


def commit_whatever_fails(
    writer: Writer, unit: Callable[[Work], Any]
) -> tuple[Any, Exception | None]:
    """Run a unit of work as a writer would that never undoes one."""
    session = writer._session
    cursor = writer._cursor
    if session is not None:
        session.open()
        cursor = PipelinedCursor(session._pipeline)
    work = Work(cursor, writer._dialect)
    cursor.execute("BEGIN")
    result, failure = None, None
    try:
        result = unit(work)
        work.run_deferred()
    except Exception as error:  # noqa: BLE001 - whatever a unit raises
        failure = error
    cursor.execute("COMMIT")
    if session is not None:
        session._pipeline.sync()
    return result, failure


def test_without_undoing_it_would_be_seen(
    hotline: HotlineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of the tests above."""
    person = wants_it_gone(hotline)
    monkeypatch.setattr(Writer, "_run_unit", commit_whatever_fails)
    with failing(hotline, *ALWAYS):
        person.presses(ERASE)
    assert wishes(hotline) == 1
