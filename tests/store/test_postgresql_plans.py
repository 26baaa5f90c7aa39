"""How PostgreSQL finds and stores rows: by keys, however small a table was when it was planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.mailbox.letter import LetterState
from bot.store.database import Database
from bot.store.postgresql import session
from bot.store.statements import insert, update_by
from bot.store.tables.main import conversations, outbox
from tests.support.database import postgres_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.store.work import Work

CHATS = 200
SETTLED = update_by(outbox, "state", by="id", as_lists=True)
NEW = insert(conversations, "chat_key", "state", "touched_at", as_lists=True)
NEXT_STATE = update_by(conversations, "state", by="id", as_lists=True)


@pytest.fixture
def database() -> Iterator[Database]:
    made = Database(postgres_server.migrated_database())
    yield made
    made.writer.close()


def plan_for_settling(database: Database) -> str:
    """Return the plan of a statement that was prepared while the outbox was empty."""

    def settle(work: Work) -> None:
        work.many(SETTLED, [(LetterState.SENT.value, 1), (LetterState.SENT.value, 2)])

    def explain(work: Work) -> str:
        ((name,),) = work.execute(
            "SELECT name FROM pg_prepared_statements WHERE statement LIKE 'UPDATE outbox%'"
        )
        return str(work.execute(f"EXPLAIN EXECUTE {name}(NULL, NULL)"))

    for _ in range(3):
        database.writer.run_sync(settle)
    return database.writer.run_sync(explain)


def test_a_plan_made_while_the_outbox_was_empty_finds_letters_by_their_key(
    database: Database,
) -> None:
    assert "Seq Scan on outbox" not in plan_for_settling(database)


def test_without_that_setting_the_plan_would_read_the_whole_outbox(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    once = "SET plan_cache_mode = force_generic_plan"
    monkeypatch.setattr(session, "_PLAN_ONCE", once)
    assert "Seq Scan on outbox" in plan_for_settling(database)


@pytest.mark.parametrize("is_left", [True, False], ids=["as migrated", "without room"])
def test_the_next_state_of_a_conversation_lies_in_the_page_of_the_last_one(
    database: Database, is_left: bool
) -> None:
    """Then no index is written; in full pages, the negative control, nearly all would move."""
    if not is_left:
        database.writer.run_sync(
            lambda work: work.execute("ALTER TABLE conversations RESET (fillfactor)")
        )
    database.writer.run_sync(
        lambda work: work.many(NEW, [(b"%016d" % n, bytes(400), 0) for n in range(CHATS)])
    )
    before = database.writer.run_sync(pages)
    for _ in range(3):  # an update or a read removes what earlier ones left behind
        database.writer.run_sync(
            lambda work: work.many(NEXT_STATE, [(bytes(400), row) for row in before])
        )
    after = database.writer.run_sync(pages)
    moved = sum(before[row] != after[row] for row in before)
    assert (moved == 0) is is_left


def pages(work: Work) -> dict[int, str]:
    """Return the page in which each conversation lies."""
    found = work.execute("SELECT id, split_part(ctid::text, ',', 1) FROM conversations")
    return dict(found)
