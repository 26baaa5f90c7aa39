"""A case that is erased leaves no topic behind: what stood there goes from the group as well."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from bot.app.retention import build_erasures
from bot.clock import DAY
from bot.desks.forum.topics import topic_key
from bot.mailbox.letter import Lane, Letter
from bot.messages import SendText
from bot.vault.erasure.erase import ErasureReason
from tests.support.database_fixtures import DATABASE_KINDS
from tests.support.harnesses.forum_desk_harness import ForumDeskHarness
from tests.support.harnesses.hotline_harness import VAULT, settings_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.store.writer import Work

WORDS = "He keeps my passport."


@asynccontextmanager
async def with_a_case(
    folder: Path, kind: str = "sqlite"
) -> AsyncIterator[tuple[ForumDeskHarness, str]]:
    async with ForumDeskHarness.opened(folder, kind=kind) as office:
        office.enrolled("Mei")
        phone, case = await office.in_danger()
        await office.writes(phone, WORDS)
        yield office, case


async def erased(office: ForumDeskHarness, case: str, folder: Path) -> tuple[str, ...] | None:
    """Erase a case as the command does: beside the bot, with the same settings."""
    erasures = build_erasures(settings_for(folder, desk_group=office.named), VAULT)
    now = office.house.clock.now()
    return await erasures.erase(
        office.house.database, case, ErasureReason.WITHDRAWN, "operator", now
    )


@pytest.mark.parametrize("kind", DATABASE_KINDS)
async def test_its_topic_is_deleted_with_every_word_in_it(tmp_path: Path, kind: str) -> None:
    async with with_a_case(tmp_path, kind) as (office, case):
        thread = office.thread()
        assert any("Danger" in text or "P0" in text for text in office.texts(thread))
        assert await erased(office, case, tmp_path) == ()
        await office.until(lambda: not office.threads())
        assert office.texts(thread) == []
        await office.house.courier.drain()
        assert office.ask("SELECT count(*) FROM topics") == [(0,)]


async def test_erasure_succeeds_when_the_topic_is_already_deleted(tmp_path: Path) -> None:
    async with with_a_case(tmp_path) as (office, case):
        office.group.delete_topic(office.thread())
        assert await erased(office, case, tmp_path) == ()
        await office.until(
            lambda: (
                office.ask("SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')")
                == [(0,)]
            )
        )
        assert office.threads() == []
        assert office.ask("SELECT state FROM outbox WHERE state <> 'sent'") == []


async def test_what_is_carried_while_its_case_and_topic_go_is_not_said_where_all_look(
    tmp_path: Path,
) -> None:
    """A letter that was taken up before the erasure, and put down after it."""
    async with with_a_case(tmp_path) as (office, case):
        channel, room = office.house.courier._channel, office.texts()
        assert await channel.deliver(office.group.id, SendText(WORDS, topic=case))  # the control
        assert await erased(office, case, tmp_path) == ()
        await office.until(lambda: not office.threads())
        assert await channel.deliver(office.group.id, SendText(WORDS, topic=case)) is None
        assert office.texts() == room
        assert office.threads() == []


async def test_what_was_on_its_way_to_the_topic_never_arrives(tmp_path: Path) -> None:
    async with with_a_case(tmp_path) as (office, case):
        key, chat = topic_key(VAULT, office.named, case), office.named
        now = office.house.clock.now()

        def keep(work: Work) -> int:
            (number,) = office.house.outbox.new_ids(work, 1)
            said = SendText(WORDS, topic=case)
            letter = Letter(number, key, chat, said, Lane.STAFF, not_before=now + DAY)
            office.house.outbox.store(work, [letter])
            return number

        number = office.house.database.writer.run_sync(keep)
        assert await erased(office, case, tmp_path) == ()
        assert office.ask(f"SELECT id FROM outbox WHERE id = {number}") == []  # noqa: S608
        await office.until(lambda: not office.threads())
