"""Letters that wait longer than the key of their hour lives arrive, or visibly fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.app.run import expire_keys
from bot.clock import DAY, HOUR, SECOND
from bot.mailbox.inbox import Arrival
from bot.mailbox.letter import Author, Letter, LetterState
from bot.messages import SendText
from bot.vault import Vault
from bot.vault.keys.epoch_keys import epoch_number
from tests.support.database.key_store_fixtures import key_store
from tests.support.database_fixtures import on_both_databases
from tests.support.harnesses.hotline_harness import ROOT, HotlineHarness
from tests.support.people.chat_person import update_json

if TYPE_CHECKING:
    from pathlib import Path

CHAT = 5
BODIES = "SELECT id, body FROM outbox WHERE state IN ('queued', 'sending')"


def away(home: HotlineHarness, days: float) -> None:
    """Let the house run that long without a person, tidied as it is every ten minutes."""
    for _hour in range(int(days * 24)):
        home.advance_time(HOUR / SECOND)
        home.run(expire_keys(home.house))


def waiting(home: HotlineHarness) -> list[bytes]:
    return [bytes(body) for _row, body in home.ask(BODIES)]


def held_back(
    folder: Path, days: int, kind: str = "sqlite", author: Author = Author.CASEWORKER
) -> HotlineHarness:
    """Return a house in which a letter may not go for so many days."""
    home = HotlineHarness(folder, kind=kind, vault=Vault(ROOT, key_store()))
    now = home.loop.now()
    letter = Letter(
        900, bytes(16), CHAT, SendText("words"), author=author, not_before=now + days * DAY,
        created_at=now, delay_reason="rule",
    )  # fmt: skip
    home.database.writer.run_sync(lambda work: home.house.outbox.store(work, [letter]))
    return home


@on_both_databases
def test_a_letter_outlives_its_hour_and_a_restart(kind: str, tmp_path: Path) -> None:
    home = held_back(tmp_path, 8, kind, Author.BOT)  # no rule holds an answer back any longer
    (before,) = waiting(home)
    away(home, 2)
    (after,) = waiting(home)
    assert epoch_number(after) != epoch_number(before)
    home.vault = Vault(ROOT, home.vault.keys)  # another process
    home.restart(seconds_away=5 * 24 * 3600.0)
    away(home, 2)
    home.settle()
    assert home.post.texts(CHAT) == ["words"]
    home.close()


def test_after_fourteen_days_it_has_failed_and_nothing_is_left_of_it(tmp_path: Path) -> None:
    home = held_back(tmp_path, 20)
    told: list[object] = []
    home.house.mailbox.results._on_ended = lambda _work, ended, _at: told.extend(ended)
    away(home, 14.2)
    assert home.ask("SELECT state, fault, body FROM outbox WHERE id = 900") == [
        ("failed", "waited too long", None)
    ]
    assert told == [(900, LetterState.FAILED)]  # its caseworker hears of it
    home.close()


def test_an_update_that_was_stored_is_handled_however_late(tmp_path: Path) -> None:
    home = HotlineHarness(tmp_path, vault=Vault(ROOT, key_store()))
    person = home.person()
    arrival = Arrival.of(1, update_json(1, person.words("/start")))
    home.database.writer.run_sync(
        lambda work: home.house.inbox.store_waiting(work, [arrival], home.loop.now())
    )
    away(home, 3)
    home.run(home.house.dispatcher.resume())
    home.settle()
    assert home.ask("SELECT DISTINCT state FROM inbox") == [("done",)]
    assert person.texts
    home.close()


def test_a_conversation_with_an_expired_key_starts_again(tmp_path: Path) -> None:
    home = HotlineHarness(tmp_path, vault=Vault(ROOT, key_store()))
    person = home.person()
    person.says("/start")
    home.loop.advance(30 * 3600)
    home.house.vault.rotate_epoch(home.loop.now())
    home.run(expire_keys(home.house))
    person.says("/start")
    assert home.ask("SELECT fault FROM inbox WHERE fault IS NOT NULL") == []
    assert len(home.ask("SELECT id FROM conversations")) == 1
    home.close()
