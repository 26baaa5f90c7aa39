"""Passphrases that wait to be hashed: sealed, hashed once, tried again, re-encrypted, given up."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from bot.app.run import expire_keys
from bot.clock import DAY, HOUR, SECOND
from bot.errors import RetryLaterError
from bot.hotline.chat.passphrases import PassphraseResult
from bot.hotline.events import EventKind
from bot.mailbox.passphrase_jobs import LONGEST_RETRY, PassphraseToHash
from bot.vault import Vault
from bot.vault.keys.epoch_keys import epoch_number
from tests.dispatch.passphrases.test_passphrases import LONG, WORD, with_words
from tests.support.database.cheap_passphrase_hash import InlinePassphraseHasher
from tests.support.database.key_store_fixtures import key_store
from tests.support.dispatch_inspection import stored_conversation
from tests.support.harnesses.hotline_harness import ROOT, HotlineHarness

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.people.chat_person import ChatPerson


class StubbornHasher(InlinePassphraseHasher):
    """Hashes nothing until it is allowed to; counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_open = False
        self.fails_over = ""

    async def hash(self, word: str, salt: bytes, pepper: bytes) -> bytes:
        self.asked.append(word)
        if not self.is_open:
            raise RetryLaterError(1.0)
        if word == self.fails_over:
            raise ValueError(word)
        return await super().hash(word, salt, pepper)


def held_up(home: HotlineHarness) -> StubbornHasher:
    hasher = StubbornHasher()
    home.house.passphrase_hashing._hasher = hasher
    home.settled = partial(home.close_writer_idle, 0.1)  # type: ignore[method-assign]
    return hasher


def tried(home: HotlineHarness, person: ChatPerson, word: str) -> None:
    person.says("/start")
    person.presses("English", "I have written before")
    person.send_update(person.words(word))


def waiting(home: HotlineHarness) -> int:
    ((count,),) = home.ask("SELECT count(*) FROM passphrase_jobs")
    return int(count)


def results(home: HotlineHarness) -> list[str]:
    return [it.code for it in home.board.events if it.kind is EventKind.PASSPHRASE_TRIED]


def test_a_passphrase_lies_only_sealed_in_its_job(sqlite_hotline: HotlineHarness) -> None:
    person, _case = with_words(sqlite_hotline)
    sqlite_hotline.advance_time(LONG)
    held_up(sqlite_hotline)
    needle = "tidak ada di sini"
    tried(sqlite_hotline, person, needle)
    assert waiting(sqlite_hotline) == 1
    stored = b"".join(path.read_bytes() for path in sqlite_hotline.settings.data.rglob("*.db*"))
    assert needle.encode() not in stored
    bodies = sqlite_hotline.ask("SELECT id, body FROM outbox WHERE body IS NOT NULL")
    opened = [sqlite_hotline.house.outbox.open(row, bytes(body)) for row, body in bodies]
    assert needle not in repr(opened)


def test_a_hashed_passphrase_leaves_no_job(hotline: HotlineHarness) -> None:
    person, _case = with_words(hotline)
    assert waiting(hotline) == 0
    hotline.advance_time(LONG)
    tried(hotline, person, WORD)
    assert waiting(hotline) == 0


def test_a_result_is_applied_once_when_the_process_ends_before_it(hotline: HotlineHarness) -> None:
    person, case = with_words(hotline)
    hotline.advance_time(LONG)
    hasher = held_up(hotline)
    tried(hotline, person, WORD)
    assert hasher.asked
    del hotline.settled
    hotline.crash()
    hotline.open()
    hotline.run(hotline.close_writer_idle(3))
    hotline.settle()
    assert stored_conversation(person).case == case
    assert results(hotline) == [PassphraseResult.RIGHT]


def test_a_chats_passphrases_are_applied_in_order(hotline: HotlineHarness) -> None:
    """The second waits for the first, although that one has to be tried again."""
    person, _case = with_words(hotline)
    hotline.advance_time(LONG)
    hasher = held_up(hotline)
    tried(hotline, person, "wrong word")
    tried(hotline, person, WORD)
    assert waiting(hotline) == 2
    assert set(hasher.asked) == {"wrong word"}
    hasher.is_open = True
    hotline.run(hotline.close_writer_idle(10))
    assert results(hotline) == [PassphraseResult.WRONG, PassphraseResult.RIGHT]


def test_a_flood_of_tries_makes_no_other_chat_wait(hotline: HotlineHarness) -> None:
    person, _case = with_words(hotline)
    other, _theirs = with_words(hotline)
    hotline.advance_time(LONG)
    hasher = held_up(hotline)
    for _ in range(4):
        tried(hotline, person, "wrong word")
    tried(hotline, other, WORD)
    hasher.is_open, hasher.asked = True, []
    hotline.run(hotline.close_writer_idle(30))
    assert hasher.asked.index(WORD) <= 1
    assert waiting(hotline) == 0


def test_one_that_fails_keeps_no_other_from_being_hashed(hotline: HotlineHarness) -> None:
    person, _case = with_words(hotline)
    other, case = with_words(hotline)
    hotline.advance_time(LONG)
    hasher = held_up(hotline)
    hasher.is_open, hasher.fails_over = True, "wrong word"
    tried(hotline, person, "wrong word")
    tried(hotline, other, WORD)
    hotline.run(hotline.close_writer_idle(2))
    assert stored_conversation(other).case == case
    assert waiting(hotline) == 1


def test_one_that_cannot_be_hashed_for_a_day_is_deleted(hotline: HotlineHarness) -> None:
    person, _case = with_words(hotline)
    hotline.advance_time(LONG)
    held_up(hotline)
    tried(hotline, person, WORD)
    hotline.advance_time(DAY // SECOND - LONGEST_RETRY // SECOND)
    hotline.run(hotline.close_writer_idle(2))
    assert waiting(hotline) == 1
    hotline.advance_time(2 * LONGEST_RETRY // SECOND)
    hotline.run(hotline.close_writer_idle(2))
    assert waiting(hotline) == 0
    assert results(hotline) == []


@pytest.mark.parametrize("days", [2, 15])
def test_one_that_waits_outlives_its_hour_and_not_fourteen_days(days: int, tmp_path: Path) -> None:
    home = HotlineHarness(tmp_path, vault=Vault(ROOT, key_store()))
    person, now = home.person(), home.loop.now()
    key = home.house.vault.chat_key(home.house.inbox.bot, person.id)
    passphrase, jobs = PassphraseToHash(person.id, WORD), home.house.mailbox.passphrase_jobs
    for task in home._running:  # nobody hashes meanwhile
        task.cancel()
    home.database.writer.run_sync(lambda work: jobs.store(work, [(key, passphrase)], now))
    ((before,),) = home.ask("SELECT sealed FROM passphrase_jobs")
    for _hour in range(days * 24):
        home.advance_time(HOUR / SECOND)
        home.run(expire_keys(home.house))
    left = home.ask("SELECT sealed FROM passphrase_jobs")
    assert len(left) == (days < 14)
    if left:
        assert epoch_number(bytes(left[0][0])) != epoch_number(bytes(before))
        due, _count = home.database.writer.run_sync(
            lambda work: jobs.load_due(work, home.loop.now())
        )
        assert [job.passphrase for job in due] == [passphrase]
    home.close()
