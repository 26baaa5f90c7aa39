"""What is special about a chat is found in one question, and of that chat alone."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.clock import DAY
from bot.hotline.chat.chat_marks import ChatMarks
from bot.hotline.queue.snooze import PERSON_WROTE, Snoozes
from tests.support.harnesses.hotline_harness import ALWAYS, BOT, VAULT, HotlineHarness

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.people.chat_person import ChatPerson

ENDED = "SELECT case_id, back_why FROM case_dates WHERE back_at IS NOT NULL"


def snoozed(home: HotlineHarness) -> tuple[ChatPerson, str]:
    """Return somebody with a case that a caseworker has snoozed."""
    person = home.person("en")
    person.says("/start")
    person.presses("English", "Talk to a person", "I am safe here", "Send", "Any time")
    ((case,),) = home.ask("SELECT id FROM cases ORDER BY opened_at DESC, id DESC LIMIT 1")
    until = home.loop.now() + DAY
    home.database.writer.run_sync(lambda work: Snoozes.snooze(work, str(case), until, "mei"))
    return person, str(case)


@pytest.mark.both_databases
def test_a_snooze_ends_when_its_person_writes_and_no_other_does(hotline: HotlineHarness) -> None:
    _waits, _other = snoozed(hotline)
    hotline.advance_time(1)
    writes, case = snoozed(hotline)
    assert hotline.ask(ENDED) == []
    writes.says("hello again")
    assert [tuple(row) for row in hotline.ask(ENDED)] == [(case, PERSON_WROTE)]


def test_of_other_chats_and_other_bots_nothing_is_found(tmp_path: Path) -> None:
    with closing(HotlineHarness(tmp_path, hours=ALWAYS, kind="postgresql")) as home:
        person, case = snoozed(home)
        key, other = (VAULT.chat_key(BOT, it.id) for it in (person, home.person("en")))
        run, now = home.database.writer.run_sync, home.loop.now()

        def marks(bot: int, *keys: bytes) -> ChatMarks:
            return run(lambda work: ChatMarks.load(work, bot, keys))

        run(lambda work: home.house.inbox.chats.add(work, [key], now, 0))
        assert marks(BOT, key, other) == ChatMarks(frozenset({key}), frozenset(), ((key, case),))
        assert marks(BOT + 1, key).waiting == frozenset()
        assert marks(BOT, other) == marks(BOT) == ChatMarks(frozenset(), frozenset(), ())
        run(lambda work: home.house.inbox.chats.remove(work, key))
