"""While object storage is away, files that arrive wait: none is given up, none is lost."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.cases.evidence.download import MAX_ATTEMPTS, STORAGE_WAIT_SECONDS
from bot.store.blobs import bucket
from bot.store.findings import load_findings
from bot.vault.file_encryption import open_chunks
from tests.cases.evidence.test_evidence_download import WHOLE, Room, photo
from tests.support.bucket_server import MARK, bucket_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

    from tests.support.bucket_server import BucketServer


@contextmanager
def room_with_bucket(folder: Path) -> Iterator[tuple[Room, BucketServer, str]]:
    """Yield a case whose files go into a marked bucket, its server, and the bucket's name."""
    room = Room(folder)
    with bucket_server() as server:
        name = server.new_bucket()
        room.keeper.blobs = blobs = server.blobs(name)
        blobs.claim(MARK)
        yield room, server, name
    room.loop.run_until_complete(room.database.close())
    room.loop.close()


def test_files_wait_for_a_bucket_that_is_away_and_none_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "MAX_RETRIES", 0)
    with room_with_bucket(tmp_path) as (room, server, name):
        assert room.keeps() == 0  # the bucket answered: it is asked again in a minute
        room.sends(photo("a"), photo("b"))
        with server.away():
            for number in range(MAX_ATTEMPTS + 5):
                assert room.keeps() == (2 if number == 0 else 0)
                room.loop.advance(STORAGE_WAIT_SECONDS)
            assert room.source.asked == ["a", "b"]  # nothing is fetched in vain
            assert {state for state, _, _ in room.states()} == {"named"}
            assert [tries for _, _, tries in room.states()] == [0, 0]
        assert room.keeps() == 2
        assert room.states() == [("saved", len(WHOLE), 0)] * 2
        for file in room.names():
            assert b"".join(open_chunks(room.opener(), file, room.keeper.blobs)) == WHOLE
        assert b"jpegjpeg" not in b"".join(it for kept in server.kept(name).values() for it in kept)


def test_a_bucket_emptied_while_haven_runs_gets_no_file_and_the_desk_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with room_with_bucket(tmp_path) as (room, server, name):
        room.sends(photo("a"))
        assert room.keeps() == 1
        mark = {it: values[-1] for it, values in server.kept(name).items() if "mark" in it}
        server.empty(name)
        room.sends(photo("b"))
        assert room.keeps() == 1  # noticed at the upload
        assert "file_storage_failed            error=FileStorageUnmarkedError" in said(capsys)
        since = away_since(room)
        assert since
        room.loop.advance(STORAGE_WAIT_SECONDS)
        assert room.keeps() == 0
        assert (away_since(room), server.kept(name)) == (since, {})
        assert sorted(state for state, _, _ in room.states()) == ["named", "saved"]
        for path, data in mark.items():
            server.replace(name, path, data)
        room.loop.advance(STORAGE_WAIT_SECONDS)
        assert room.keeps() == 1
        assert [state for state, _, _ in room.states()] == ["saved", "saved"]
        assert away_since(room) == 0
        server.empty(name)
        room.loop.advance(STORAGE_WAIT_SECONDS)
        assert room.keeps() == 0  # nothing arrives, and it is noticed all the same
        assert away_since(room)


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


def away_since(room: Room) -> int:
    now = room.keeper.clock.now()
    return room.database.writer.run_sync(lambda work: load_findings(work, now)).files_away_since
