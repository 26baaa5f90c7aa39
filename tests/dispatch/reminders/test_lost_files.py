"""A file that cannot be downloaded: the person is told once, while they are in the chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.cases.evidence.download import FileDownloader
from bot.clock import SECOND
from bot.dispatch.conversation_store import SESSION_TIMEOUT
from bot.errors import LetterRefusedError
from bot.hotline.contact_rule import PRESENCE_WINDOW
from bot.store.blobs.folder import FolderBlobs
from flows.texts.phrases import FAILED_TRY_AGAIN
from tests.dispatch.relay.test_messages_reach_case import told
from tests.dispatch.relay.test_takeover import met
from tests.support.people.telegram_attachments import photo

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson


class RefusedFiles:
    """A channel that gives no file, ever."""

    async def fetch(self, handle: str, unique: str) -> AsyncIterator[bytes]:  # noqa: ARG002
        raise LetterRefusedError("wrong file_id")
        yield b""


def downloads(home: HotlineHarness, folder: Path) -> None:
    """Let the bot try to download what is due, and send what follows."""
    folder.mkdir(exist_ok=True)
    downloader = FileDownloader(
        home.database.writer, home.house.vault, RefusedFiles(), FolderBlobs(folder), home.loop,
        tell_lost=home.house.lost_files.tell,
    )  # fmt: skip
    home.run(downloader.download_due())
    home.advance_time(5)  # the courier looks for what others have stored
    home.settle()


def told_of_loss(person: ChatPerson) -> int:
    return person.texts.count(FAILED_TRY_AGAIN.source)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


def test_a_person_is_told_once_that_files_did_not_arrive(
    sqlite_hotline: HotlineHarness, folder: Path
) -> None:
    person = told(sqlite_hotline)
    for name in ("one", "two", "three"):
        person.sends(photo=photo(name))
    downloads(sqlite_hotline, folder)
    assert sqlite_hotline.ask("SELECT DISTINCT state FROM files") == [("gone",)]
    assert told_of_loss(person) == 1
    downloads(sqlite_hotline, folder)
    assert told_of_loss(person) == 1


def test_during_a_talk_they_are_told_too(sqlite_hotline: HotlineHarness, folder: Path) -> None:
    person, _mei, _case = met(sqlite_hotline)
    person.sends(photo=photo("room"))
    downloads(sqlite_hotline, folder)
    assert told_of_loss(person) == 1


@pytest.mark.parametrize("left", ["/bye", "silence", "long silence"])
def test_who_has_left_or_cleared_the_chat_is_told_nothing(
    sqlite_hotline: HotlineHarness, folder: Path, left: str
) -> None:
    person = told(sqlite_hotline)
    person.sends(photo=photo("room"))
    if left == "/bye":
        person.says(left)
    else:
        away = PRESENCE_WINDOW if left == "silence" else SESSION_TIMEOUT
        sqlite_hotline.advance_time(away / SECOND + 60)
    downloads(sqlite_hotline, folder)
    assert sqlite_hotline.ask("SELECT state FROM files") == [("gone",)]
    assert told_of_loss(person) == 0
