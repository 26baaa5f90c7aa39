"""Folder and bucket keep sealed files alike; a bucket that would keep erased ones is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import FileStorageAwayError, FileStorageError, FileStorageUnmarkedError
from bot.store.blobs import bucket
from bot.store.blobs.folder import FolderBlobs
from bot.store.blobs.protocol import pieces_of, store_blob
from tests.support.bucket_server import KEY, MARK, BucketServer, bucket_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.store.blobs.protocol import Blobs

NAMES = [f"{number:032x}" for number in range(4)]
NAME = NAMES[0]
LARGE = bytes(range(256)) * 12_000
"""More than two pieces of a stream."""
STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "begin", "delete"]), st.sampled_from(NAMES), st.binary()),
    max_size=12,
)


@pytest.fixture(scope="module")
def server() -> Iterator[BucketServer]:
    with bucket_server() as made:
        yield made


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, server: BucketServer, tmp_path: Path) -> Blobs:
    if request.param == "folder":
        return FolderBlobs(tmp_path)
    made = server.blobs(server.new_bucket())
    made.claim(MARK)
    return made


def content(blobs: Blobs, name: str) -> bytes | None:
    try:
        with blobs.open(name) as file:
            return b"".join(pieces_of(file, 1000))
    except FileNotFoundError:
        return None


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_a_storage_holds_what_a_dictionary_would(
    storage: Blobs, steps: list[tuple[str, str, bytes]]
) -> None:
    storage.delete(NAMES)
    model: dict[str, bytes] = {}
    for step, name, data in steps:
        if step == "put":
            store_blob(storage, name, [data, data])
            model[name] = data * 2
        elif step == "delete":
            storage.delete([name])
            model.pop(name, None)
        else:  # the process fails while it writes
            half = storage.create(name)
            half.write(data)
            half.discard()
    assert {name: content(storage, name) for name in NAMES} == {
        name: model.get(name) for name in NAMES
    }
    assert {(it.name, it.size) for it in storage.list()} == {
        (name, len(data)) for name, data in model.items()
    }
    assert storage.existing(NAMES) == [name for name in NAMES if name in model]


def test_a_file_of_megabytes_is_read_in_pieces_of_any_size(storage: Blobs) -> None:
    store_blob(storage, NAME, [LARGE])
    with storage.open(NAME) as file:
        assert file.size == len(LARGE)
        assert file.read(7) + file.read(100_000) == LARGE[:100_007]
        assert b"".join(pieces_of(file)) == LARGE[100_007:]


def test_other_files_of_the_folder_are_neither_listed_nor_deleted(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("not ours")
    (tmp_path / f"{NAME}.part").write_bytes(b"half")
    (tmp_path / NAMES[1]).mkdir()
    blobs = FolderBlobs(tmp_path)
    assert [(it.name, it.is_whole) for it in blobs.list()] == [(NAME, False)]
    blobs.delete([NAME])
    assert {it.name for it in tmp_path.iterdir()} == {"letter.txt", NAMES[1]}


def test_objects_are_named_by_the_file_alone_under_their_prefix(server: BucketServer) -> None:
    name = server.new_bucket()
    ours, others = server.blobs(name, prefix="a/b"), server.blobs(name, "other", prefix="c")
    ours.claim(MARK)
    others.claim("other")
    store_blob(ours, NAME, [b"sealed"])
    assert set(server.kept(name)) == {f"a/b/{NAME}", "a/b/haven-mark", "c/haven-mark"}
    assert [it.name for it in others.list()] == []


def test_a_bucket_that_keeps_what_is_deleted_is_refused_at_every_step(
    server: BucketServer,
) -> None:
    name = server.new_bucket()
    blobs = server.blobs(name)
    blobs.claim(MARK)
    store_blob(blobs, NAME, [b"sealed"])
    server.keep_versions(name)
    for step in (
        blobs.check,
        lambda: store_blob(blobs, NAMES[1], [b"more"]),
        lambda: blobs.delete([NAME]),
        lambda: server.blobs(name, prefix="new").claim(MARK),
    ):
        with pytest.raises(FileStorageError, match="versioning or object lock"):
            step()


def test_without_the_check_for_versions_a_deleted_file_would_stay(
    server: BucketServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket.BucketBlobs, "_refuse_versions", lambda _self: None)
    name = server.new_bucket()
    blobs = server.blobs(name)
    blobs.claim(MARK)
    server.keep_versions(name)
    with pytest.raises(FileStorageError):
        store_blob(blobs, NAME, [b"sealed"])
    blobs.delete([NAME])  # says nothing
    assert blobs.existing([NAME]) == []
    assert server.kept(name)[f"files/{NAME}"] == [b"sealed"]


def test_the_files_of_another_database_are_not_touched(server: BucketServer) -> None:
    name = server.new_bucket()
    theirs = server.blobs(name)
    theirs.claim(MARK)
    store_blob(theirs, NAME, [b"sealed"])
    before = server.kept(name)
    other, unclaimed = server.blobs(name, "of another copy"), server.blobs(name, None)
    missing = server.blobs(server.new_bucket())
    for blobs, why in ((other, "another database"), (unclaimed, "yet"), (missing, "no mark")):
        for step in (
            blobs.check,
            lambda it=blobs: it.delete([NAME]),
            lambda it=blobs: list(it.list()),
            lambda it=blobs: it.open(NAME),
            lambda it=blobs: store_blob(it, NAME, [b"over it"]),
        ):
            with pytest.raises(FileStorageError, match=why):
                step()
    with pytest.raises(FileStorageError, match="another database"):
        other.claim("of another copy")
    with pytest.raises(FileStorageError, match="not empty"):
        server.blobs(name, prefix="").claim(MARK)
    assert server.kept(name) == before


def test_a_bucket_that_is_away_or_missing_says_which_setting_and_no_secret(
    server: BucketServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "MAX_RETRIES", 0)
    gone = server.blobs("no-such-bucket")
    with pytest.raises(FileStorageError, match="there is no bucket s3://no-such-bucket/files"):
        gone.claim(MARK)
    blobs = server.blobs(server.new_bucket())
    blobs.claim(MARK)
    with server.away():
        for step in (
            blobs.check,
            lambda: store_blob(blobs, NAME, [b"x"]),
            lambda: blobs.delete([NAME]),
            lambda: list(blobs.list()),
            lambda: blobs.open(NAME),
        ):
            with pytest.raises(FileStorageAwayError, match="HAVEN_FILES_ENDPOINT") as told:
                step()
            assert not [it for it in KEY if it in str(told.value)]
    assert not [it for it in KEY if it in repr(blobs.__dict__["_address"])]
    blobs.check()


def test_a_bucket_that_loses_its_mark_is_touched_no_more_and_keeps_what_is_there(
    server: BucketServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = server.new_bucket()
    blobs = server.blobs(name)
    blobs.claim(MARK)
    store_blob(blobs, NAME, [b"sealed"])
    for change in (
        lambda: server.empty(name, "files/haven-mark"),
        lambda: server.replace(name, "files/haven-mark", b"of another copy"),
    ):
        server.replace(name, "files/haven-mark", MARK.encode())
        blobs.check()
        change()
        before = server.kept(name)
        for step in (
            lambda: store_blob(blobs, NAMES[1], [b"more"]),
            lambda: blobs.delete([NAME]),
            lambda: list(blobs.list()),
            lambda: blobs.open(NAMES[2]),  # not "this one file is missing"
            blobs.check,
        ):
            with pytest.raises(FileStorageUnmarkedError):
                step()
        with monkeypatch.context() as patch:
            patch.setattr(bucket, "CONFIRMED_SECONDS", 0.0)  # a minute later
            with pytest.raises(FileStorageUnmarkedError):
                blobs.open(NAME)
        assert server.kept(name) == before


def test_a_web_page_in_place_of_an_object_is_no_file_and_no_mark(server: BucketServer) -> None:
    name = server.new_bucket()
    blobs = server.blobs(name)
    blobs.claim(MARK)
    store_blob(blobs, NAME, [b"sealed"])
    server.replace(name, f"files/{NAME}", b"<!DOCTYPE html><title>Sign in to this network</title>")
    with pytest.raises(FileStorageAwayError, match="sends a web page"):
        blobs.open(NAME)
    server.replace(name, "files/haven-mark", b"\n<html>Sign in to this network</html>")
    with pytest.raises(FileStorageAwayError, match="sends a web page") as told:
        blobs.check()
    assert not isinstance(told.value, FileStorageUnmarkedError)
