"""Files are fetched once their report was sent, sealed, and called saved only when they are."""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest

from bot.cases.evidence import download
from bot.cases.evidence.download import (
    FETCH_TIMEOUT,
    MAX_ATTEMPTS,
    MAX_BACKOFF_SECONDS,
    FileDownloader,
)
from bot.cases.intake import MAX_FILE_BYTES, CaseOpening, Intake, NewReport
from bot.cases.urgency import Priority
from bot.clock import DAY, SECOND
from bot.conversation import FileRef
from bot.errors import DecryptionError, FileTooLargeError, LetterRefusedError, RetryLaterError
from bot.store.blobs.folder import FolderBlobs
from bot.vault.file_encryption import CHUNK_SIZE, open_chunks
from tests.support.database_fixtures import database_on, migrated_url, query
from tests.support.event_loop_probe import observe_disk_io
from tests.support.harnesses.case_store_harness import CHAT, CHAT_KEY
from tests.support.harnesses.hotline_harness import BOT, VAULT, supervisor_opener
from tests.support.moved_clock import MIDDAY, ManualTimeLoop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from bot.vault.purpose import Opener

WHOLE = b"jpeg" * 50_000
"""More than three sealed pieces."""
STALLS = object()


class Files:
    """The edge of the world: hands over bytes, stalls, fails or refuses, as it is told."""

    def __init__(self) -> None:
        self.script: dict[str, list[Any]] = defaultdict(list)
        self.asked: list[str] = []
        self.between: Callable[[], None] = lambda: None

    async def fetch(self, handle: str, _unique: str) -> AsyncIterator[bytes]:
        self.asked.append(handle)
        doing = self.script[handle].pop(0) if self.script[handle] else [WHOLE]
        for part in doing:
            if isinstance(part, Exception):
                raise part
            if part is STALLS:
                await asyncio.Event().wait()
            elif isinstance(part, bytes):
                self.between()
                yield part


class Room:
    """A keeper on a database, with time that is moved."""

    def __init__(self, folder: Path) -> None:
        self.loop = ManualTimeLoop()
        self.database = database_on(migrated_url("sqlite", folder), self.loop)
        self.intake = Intake(VAULT, BOT)
        self.source = Files()
        self.folder = folder / "files"
        self.folder.mkdir()
        self.keeper = FileDownloader(
            self.database.writer, VAULT, self.source, FolderBlobs(self.folder), self.loop
        )

    def opener(self) -> Opener:
        """Return what opens in the one case there is."""
        ((case,),) = query(self.database, "SELECT id FROM cases")
        return supervisor_opener(self.database, case)

    def sends(self, *notes: FileRef) -> None:
        answers = {"what": notes}

        def unit(work: Any) -> None:
            case = self.intake.open_case(
                work,
                CaseOpening("report", "id", CHAT_KEY, CHAT, answers, Priority.STANDARD, MIDDAY),
            )
            self.intake.store(
                work, [case], [NewReport(case.id, "report", "report", dict(answers), MIDDAY)]
            )

        self.database.writer.run_sync(unit)

    def keeps(self) -> int:
        return int(self.loop.run_until_complete(self.keeper.download_due()))

    def keeps_for(self, seconds: float) -> None:
        running = self.loop.create_task(self.keeper.run())
        self.loop.run_until_complete(asyncio.sleep(seconds))
        running.cancel()
        self.loop.run_until_complete(asyncio.wait({running}))

    def states(self) -> list[tuple[str, int, int]]:
        return [
            (state, size, tries)
            for state, size, tries in query(
                self.database, "SELECT state, size, attempts FROM files ORDER BY created_at, id"
            )
        ]

    def waits(self) -> int:
        """Return the seconds until the first file is due; 0 when it is."""
        ((moment,),) = query(self.database, "SELECT min(not_before) FROM files")
        return max(0, -(-(int(moment) - self.loop.now()) // SECOND))

    def names(self) -> list[str]:
        return [name for (name,) in query(self.database, "SELECT id FROM files")]

    def on_disk(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path)
    yield made
    made.loop.run_until_complete(made.database.close())
    made.loop.close()


def photo(handle: str = "p", size: int = 100) -> FileRef:
    return FileRef(handle, "photo", size)


def test_while_a_file_is_put_onto_the_disk_everybody_else_is_answered(room: Room) -> None:
    folder, meanwhile = observe_disk_io(room.folder, room.loop)
    room.keeper.blobs = FolderBlobs(folder)
    room.sends(photo())
    assert room.keeps() == 1
    assert meanwhile == [True]
    assert room.states() == [("saved", len(WHOLE), 0)]


def test_with_a_nearly_full_disk_files_wait_and_lose_no_try(room: Room) -> None:
    room.keeper.has_room = lambda: False
    room.sends(photo())
    room.keeps_for(3600)
    assert room.states() == [("named", 100, 0)]
    assert room.source.asked == []
    room.keeper.has_room = lambda: True
    room.keeps()
    assert room.states() == [("saved", len(WHOLE), 0)]


def test_more_than_a_days_worth_of_files_waits_until_tomorrow(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "MAX_BYTES_A_DAY", len(WHOLE))
    room.sends(*(photo(f"p{number}") for number in range(3)))
    monkeypatch.setattr(download, "MAX_PARALLEL", 1)
    for _ in range(5):
        room.keeps()
    assert [state for state, _, _ in room.states()].count("saved") == 2
    room.loop.advance(DAY / SECOND)
    room.keeps()
    assert [state for state, _, _ in room.states()].count("saved") == 3


def test_a_file_is_fetched_sealed_and_opens_again(room: Room) -> None:
    room.sends(photo())
    room.keeps()
    (name,) = room.names()
    assert room.states() == [("saved", len(WHOLE), 0)]
    assert room.on_disk() == [name]
    assert b"".join(open_chunks(room.opener(), name, FolderBlobs(room.folder))) == WHOLE
    assert b"jpegjpeg" not in (room.folder / name).read_bytes()
    assert room.keeps() == 0
    assert room.source.asked == ["p"]


def test_nothing_is_fetched_before_a_report_was_sent(room: Room) -> None:
    assert room.keeps() == 0
    assert room.source.asked == []


@pytest.mark.parametrize(
    "parts", [[b""], [], [b"x"], [b"x" * CHUNK_SIZE], [b"x"] * (CHUNK_SIZE + 1)]
)
def test_a_file_of_any_size_opens_again(room: Room, parts: list[bytes]) -> None:
    room.source.script["p"] = [parts]
    room.sends(photo(size=0))
    room.keeps()
    (name,) = room.names()
    assert b"".join(open_chunks(room.opener(), name, FolderBlobs(room.folder))) == b"".join(parts)
    assert room.states() == [("saved", sum(map(len, parts)), 0)]


@pytest.mark.parametrize("cut", [1, CHUNK_SIZE, CHUNK_SIZE + 29, 2 * (CHUNK_SIZE + 29)])
def test_a_file_that_was_cut_or_moved_does_not_open(room: Room, cut: int) -> None:
    room.sends(photo())
    room.keeps()
    (name,) = room.names()
    path = room.folder / name
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(DecryptionError):
        list(open_chunks(room.opener(), name, FolderBlobs(room.folder)))
    other = room.folder / ("0" * 32)
    path.rename(other)
    with pytest.raises(DecryptionError):
        list(open_chunks(room.opener(), other.name, FolderBlobs(room.folder)))


def test_saved_is_said_only_after_the_disk_has_it(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.sends(photo())
    seen: list[tuple[str, str]] = []

    def watch(name: str) -> None:
        real = getattr(os, name)

        def called(*given: Any) -> Any:
            seen.append((name, room.states()[0][0]))
            return real(*given)

        monkeypatch.setattr(os, name, called)

    watch("fsync")
    watch("rename")
    room.keeps()
    assert seen == [("fsync", "named"), ("rename", "named"), ("fsync", "named")]
    assert room.states()[0][0] == "saved"


def test_while_it_comes_in_it_is_not_called_saved(room: Room) -> None:
    seen = []
    room.source.between = lambda: seen.append((room.states()[0][0], room.on_disk()))
    room.source.script["p"] = [[WHOLE[:9], WHOLE[9:]]]
    room.sends(photo())
    room.keeps()
    (name,) = room.names()
    assert seen == [("named", [f"{name}.part"])] * 2


def test_a_full_disk_saves_nothing_and_is_tried_again(room: Room) -> None:
    room.sends(photo())
    (name,) = room.names()
    (room.folder / f"{name}.part").symlink_to("/dev/full")
    room.keeps()
    assert room.states() == [("named", 100, 1)]
    assert room.on_disk() == []
    room.keeps_for(5)
    assert room.states() == [("saved", len(WHOLE), 1)]


@pytest.mark.parametrize(
    "failure", [RetryLaterError(), RetryLaterError(5.0), OSError("disk"), ValueError("surprise")]
)
def test_what_fails_half_way_is_fetched_again_from_its_beginning(
    room: Room, failure: Exception
) -> None:
    room.source.script["p"] = [[WHOLE[:70_000], failure]]
    room.sends(photo())
    room.keeps()
    assert room.states() == [("named", 100, 1)]
    assert room.on_disk() == []
    assert room.keeps() == 0  # not at once
    room.keeps_for(5)
    (name,) = room.names()
    assert b"".join(open_chunks(room.opener(), name, FolderBlobs(room.folder))) == WHOLE


def test_waits_grow_and_in_the_end_it_is_given_up(room: Room) -> None:
    room.source.script["p"] = [[RetryLaterError()] for _ in range(2 * MAX_ATTEMPTS)]
    room.sends(photo())
    waits: list[int] = []
    while room.states()[0][0] == "named":
        assert room.keeps() == 1
        assert room.keeps() == 0  # not before its time
        waits.append(room.waits())
        room.loop.advance(waits[-1])
    assert len(waits) == MAX_ATTEMPTS == len(room.source.asked)
    assert waits[:5] == [2, 4, 8, 16, 32]
    assert waits[:-1] == sorted(waits[:-1])
    assert waits[-2] == MAX_BACKOFF_SECONDS
    assert sum(waits) > 24 * 3600
    assert room.states() == [("gone", 0, MAX_ATTEMPTS - 1)]
    assert room.on_disk() == []
    assert room.keeps() == 0


def test_what_is_refused_is_not_asked_for_again(room: Room) -> None:
    room.source.script["p"] = [[b"half", LetterRefusedError("too big")]]
    room.sends(photo())
    room.keeps()
    assert room.states() == [("gone", 0, 0)]
    assert room.on_disk() == []
    room.keeps_for(2 * MAX_BACKOFF_SECONDS)
    assert room.source.asked == ["p"]


def test_a_file_that_the_channel_finds_too_large_is_kept_as_such(room: Room) -> None:
    room.source.script["p"] = [[FileTooLargeError("too big")]]
    room.sends(photo())
    room.keeps()
    assert room.states() == [("too_large", 0, 0)]


def test_a_file_that_is_too_large_is_named_and_never_fetched(room: Room) -> None:
    room.sends(photo(size=MAX_FILE_BYTES + 1))
    room.keeps_for(60)
    assert room.source.asked == []
    assert room.states() == [("too_large", MAX_FILE_BYTES + 1, 0)]


def test_what_was_claimed_about_a_file_is_not_believed(room: Room) -> None:
    room.sends(photo(size=3))
    room.keeps()
    assert room.states() == [("saved", len(WHOLE), 0)]


def test_a_file_that_stalls_is_tried_again_and_the_others_come(room: Room) -> None:
    room.source.script["a"] = [[WHOLE[:70_000], STALLS]]
    room.sends(photo("a"), photo("b"), photo("c"), photo("d"), photo("e"))
    room.keeps_for(FETCH_TIMEOUT + 60)
    assert sorted(room.source.asked) == ["a", "a", "b", "c", "d", "e"]
    assert [state for state, _, _ in room.states()] == ["saved"] * 5


def test_a_damaged_file_row_does_not_block_other_downloads(room: Room) -> None:
    room.sends(photo("a"))
    connection = room.database.connect()
    connection.execute("UPDATE files SET handle = x'0102'")
    connection.close()
    room.sends(photo("b"))
    room.keeps()
    assert sorted(state for state, _, _ in room.states()) == ["named", "saved"]
    assert room.source.asked == ["b"]


def test_a_process_that_ends_half_way_fetches_it_again(room: Room) -> None:
    room.source.script["p"] = [[WHOLE[:70_000], STALLS]]
    room.sends(photo())
    room.keeps_for(10)  # cancelled while the file stalls
    assert room.states() == [("named", 100, 0)]
    room.keeps()
    assert room.states() == [("saved", len(WHOLE), 0)]
