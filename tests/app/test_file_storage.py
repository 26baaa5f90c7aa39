"""A start takes only its own storage of files; a move loses nothing, wherever it is interrupted."""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from bot.app.file_storage.move import move_files
from bot.app.file_storage.opening import (
    check_files,
    checked_blobs,
    has_room_for_files,
    prepare_blobs,
)
from bot.app.storage import open_database, open_vault
from bot.app.web_desk import run_standalone_desk
from bot.cases.evidence.files import EvidenceStore
from bot.channels.telegram.told_values import adopt_old_files, profile_key, recording_key
from bot.cli.main import app
from bot.errors import FileStorageError, HavenError, SettingError
from bot.private_file import user_name
from bot.settings import load_settings
from bot.store.blobs import bucket
from bot.store.blobs.folder import FolderBlobs
from bot.store.blobs.opening import load_mark, open_blobs
from bot.store.blobs.protocol import store_blob
from bot.store.database import Database, DataDirectory
from bot.store.disk_space import MIN_FREE_BYTES, DiskSpace, UsableSpace
from bot.store.shared_values import FILES_MARK, load_value, store_value
from bot.vault.backup.offline_key import OfflineKey
from tests.support.bucket_server import KEY, REGION, BucketServer, bucket_server
from tests.support.cli_runner import written
from tests.support.database_fixtures import migrated_url, on_both_databases
from tests.support.harnesses.evidence_harness import EvidenceHarness
from tests.support.harnesses.hotline_harness import settings_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result

    from bot.settings import Settings
    from bot.store.blobs.protocol import Blobs

SENT = (b"\xff\xd8\xff first", b"second" * 40_000, b"third")
ORPHAN = "f" * 32


@pytest.fixture(scope="module")
def server() -> Iterator[BucketServer]:
    with bucket_server() as made:
        yield made


class MovedDeployment(EvidenceHarness):
    """A deployment whose files are moved to and fro."""

    def __init__(self, server: BucketServer, folder: Path) -> None:
        super().__init__(folder)
        self.server, self.bucket = server, server.new_bucket()
        self.url = f"s3://{self.bucket}/files"
        self.home = f"file://{self.files.absolute()}"
        self.key = written(folder / "bucket.key", ":".join(KEY))
        self.key.chmod(0o400)

    def at(self, url: str = "") -> Settings:
        """Return the settings with the files at a URL."""
        return replace(
            self.settings, files_url=url, files_endpoint=self.server.endpoint,
            files_region=REGION, files_key_file=self.key,
        )  # fmt: skip

    def moves(self, source: str, target: str) -> None:
        move_files(self.at(source), self.database, target)

    def reads_at(self, url: str) -> list[bytes]:
        """Return every file of the case, as a caseworker reads it from a storage."""
        store = EvidenceStore(self.vault, open_blobs(self.at(url)), self.keeper)
        items = self.database.writer.run_sync(lambda work: store.list_files(work, self.case.id))
        opener = store.opener(self.case.id)
        return [b"".join(store.read_chunks(opener, it)) for it in items]

    def objects(self) -> set[str]:
        return {it for it in self.server.kept(self.bucket) if not it.endswith("-probe")}


@pytest.fixture
def site(server: BucketServer, tmp_path: Path) -> Iterator[MovedDeployment]:
    made = MovedDeployment(server, tmp_path)
    for data in SENT:
        made.sends(data)
    yield made
    made.close()


def test_files_move_to_a_bucket_and_back_without_those_of_no_case(site: MovedDeployment) -> None:
    store_blob(site.blobs, ORPHAN, [b"of an erased case"])
    site.moves("", site.url)
    assert list(site.files.iterdir()) == []
    assert (site.reads_at(site.url), ORPHAN in str(site.objects())) == (list(SENT), False)
    check_files(site.at(site.url))
    with pytest.raises(FileStorageError, match=f"set HAVEN_FILES_URL={site.url}"):
        checked_blobs(site.at())
    site.moves(site.url, site.home)
    assert site.objects() == set()
    assert site.reads_at("") == list(SENT)
    check_files(site.at())
    with pytest.raises(SettingError, match="where they are"):
        site.moves("", site.home)


class _KilledError(Exception):
    """The process is killed here."""


def test_a_move_killed_between_any_two_steps_is_finished_by_the_next(
    site: MovedDeployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    places, kills = ["", site.url], 0
    steps = [
        (FolderBlobs, "open"), (FolderBlobs, "delete"), (bucket.BucketBlobs, "put"),
        (bucket.BucketBlobs, "open"), (bucket.BucketBlobs, "delete"),
        (bucket.BucketBlobs, "forget_mark"), (bucket.BucketBlobs, "claim"),
    ]  # fmt: skip
    for (kind, name), at in ((step, at) for step in steps for at in (1, 3)):
        calls, real = [0], getattr(kind, name)

        def killed(*given: Any, real: Any = real, calls: Any = calls, at: int = at) -> Any:
            calls[0] += 1
            if calls[0] == at:
                raise _KilledError
            return real(*given)

        monkeypatch.setattr(kind, name, killed)
        source, target = places
        try:
            site.moves(source, target or site.home)
        except _KilledError:
            kills += 1
            monkeypatch.setattr(kind, name, real)
            assert is_reported(site, source)
            assert is_reported(site, target)
            site.moves(source, target or site.home)
        monkeypatch.setattr(kind, name, real)
        check_files(site.at(target))
        assert site.reads_at(target) == list(SENT)
        left = site.objects() if source else {it.name for it in site.files.iterdir()}
        assert left == set()
        places.reverse()
    assert kills >= 7


def is_reported(site: MovedDeployment, url: str) -> bool:
    """Tell whether the doctor says that something is wrong with the files at a URL."""
    try:
        check_files(site.at(url))
    except FileStorageError:
        return True
    return False


def test_a_copy_that_differs_deletes_nothing(
    site: MovedDeployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = bucket.BucketBlobs.put
    monkeypatch.setattr(bucket.BucketBlobs, "put", lambda it, name, data: real(it, name, data[1:]))
    with pytest.raises(FileStorageError, match="not what was copied"):
        site.moves("", site.url)
    assert site.reads_at("") == list(SENT)
    assert load_mark(site.settings) is None


def test_a_first_start_claims_its_bucket_and_later_ones_know_it(
    server: BucketServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "MAX_RETRIES", 0)
    site = MovedDeployment(server, tmp_path)
    settings = site.at(site.url)
    with server.away(), pytest.raises(SettingError, match="does not answer"):
        prepare_blobs(settings, site.database)  # what never answered may be a wrong setting
    prepare_blobs(settings, site.database)
    store_blob(open_blobs(settings), ORPHAN, [b"sealed"])
    with server.away():
        prepare_blobs(settings, site.database)  # people are answered all the same
    server.keep_versions(site.bucket)
    with pytest.raises(SettingError, match="versioning"):
        prepare_blobs(settings, site.database)
    with pytest.raises(SettingError, match="lie in object storage"):
        prepare_blobs(site.at(), site.database)
    site.close()


@on_both_databases
def test_every_process_reads_the_mark_from_the_database(kind: str, tmp_path: Path) -> None:
    settings = settings_for(tmp_path, database_url=migrated_url(kind, tmp_path))
    database = Database(str(settings.database_url))
    assert load_mark(settings) is None
    database.writer.run_sync(lambda work: store_value(work, FILES_MARK, "ab"))
    assert load_mark(settings) == "ab"
    database.writer.close()


def test_a_start_at_an_empty_place_is_refused_while_cases_have_files(
    site: MovedDeployment, tmp_path: Path
) -> None:
    for url in (site.url, f"file://{tmp_path / 'elsewhere'}"):
        with pytest.raises(SettingError, match="but cases have 3 files"):
            prepare_blobs(site.at(url), site.database)
    prepare_blobs(site.at(), site.database)


def test_after_a_move_every_command_names_the_place_that_the_settings_do_not(
    site: MovedDeployment, tmp_path: Path
) -> None:
    new = f"file://{tmp_path / 'elsewhere'}"
    site.moves("", new)
    refused = f"set HAVEN_FILES_URL={new}"
    for check in (checked_blobs, check_files, lambda it: prepare_blobs(it, site.database)):
        with pytest.raises((FileStorageError, SettingError), match=refused):
            check(site.at())
        check(site.at(f"{new}/"))
    with pytest.raises(FileStorageError, match=refused):
        site.moves("", site.url)  # nothing would be copied, and the files would be lost
    assert site.reads_at(new) == list(SENT)
    site.moves(new, site.home)
    with pytest.raises(FileStorageError, match="unset it"):
        checked_blobs(site.at(new))
    check_files(site.at())


def test_a_case_is_not_called_erased_while_its_files_lie_elsewhere(
    site: MovedDeployment, tmp_path: Path
) -> None:
    folder = tmp_path / "elsewhere"
    site.moves("", f"file://{folder}")
    site.vault.close()
    for words in (
        ("cases", "erase", site.case.reference), ("retention", "--yes"),
        ("retention", "--scheduled"), ("backup", str(tmp_path / "backups")),
    ):  # fmt: skip
        done = typed(site, *words)
        assert f"set HAVEN_FILES_URL=file://{folder}" in str(done.exception), words
        assert isinstance(done.exception, HavenError)
    assert len(list(folder.iterdir())) == len(SENT)
    asked = typed(site, "cases", "erase", site.case.reference, files_url=f"file://{folder}")
    assert "is erased for good" in asked.output


async def test_a_desk_by_itself_is_not_served_without_the_files(
    server: BucketServer, tmp_path: Path
) -> None:
    site = MovedDeployment(server, tmp_path)
    site.moves("", f"file://{tmp_path / 'elsewhere'}")
    site.vault.close()
    with pytest.raises(FileStorageError, match="set HAVEN_FILES_URL="):
        await run_standalone_desk(site.at())
    site.close()


def test_a_backup_without_a_file_that_a_case_has_is_told(
    site: MovedDeployment, tmp_path: Path
) -> None:
    made = typed(site, "backup", str(tmp_path / "backups"))
    assert (made.exit_code, "Files: 3." in made.output) == (0, True)
    next(site.files.iterdir()).unlink()
    done = typed(site, "backup", str(tmp_path / "more"))
    assert "Files: 2." in done.output
    assert isinstance(done.exception, HavenError)
    assert "1 files of cases are not in this backup" in str(done.exception)
    assert len(list((tmp_path / "more").glob("*.age"))) == 2  # all the rest is kept


def typed(site: MovedDeployment, *words: str, files_url: str = "") -> Result:
    """Type a command at the deployment."""
    offline = OfflineKey.create(site.folder / f"{secrets.token_hex(4)}.key")
    env = {
        "HAVEN_DATA": str(site.settings.data), "COLUMNS": "200", "NO_COLOR": "1",
        "HAVEN_HOST_KEY_FILE": str(site.settings.host_key_file), "HAVEN_FILES_URL": files_url,
        "HAVEN_BACKUP_KEY": offline.recipient,
    }  # fmt: skip
    return CliRunner().invoke(app, words, env=env)


def test_a_disk_with_room_for_text_alone_stops_files_only_if_they_lie_on_it(
    server: BucketServer, tmp_path: Path
) -> None:
    data, whole = DataDirectory(tmp_path), 1000 * MIN_FREE_BYTES

    def takes(blobs: Blobs, share: float) -> bool:
        disk = DiskSpace(
            tmp_path, lambda _: UsableSpace(whole, int(whole * share)), lambda _: False
        )
        return has_room_for_files(blobs, disk, data)()

    bucket_, folder = server.blobs("any"), FolderBlobs(data.files)
    assert [takes(bucket_, it) for it in (0.5, 0.15, 0.01)] == [True, True, False]
    assert [takes(folder, it) for it in (0.5, 0.15, 0.01)] == [True, False, False]
    elsewhere = FolderBlobs(tmp_path / "not there")  # cannot be examined, so it is full
    assert not takes(elsewhere, 0.5)


def test_the_command_moves_and_says_what_to_set(site: MovedDeployment) -> None:
    env = {
        "HAVEN_DATA": str(site.settings.data), "COLUMNS": "200", "NO_COLOR": "1",
        "HAVEN_HOST_KEY_FILE": str(site.settings.host_key_file), "HAVEN_FILES_REGION": REGION,
        "HAVEN_FILES_ENDPOINT": site.server.endpoint, "HAVEN_FILES_KEY_FILE": str(site.key),
    }  # fmt: skip

    def types(*words: str, **more: str) -> str:
        done = CliRunner().invoke(app, ["files", *words], env=env | more)
        if isinstance(done.exception, HavenError):
            return str(done.exception)
        return done.output

    assert "3 files" in types("where")
    said = types("move", "--to", site.url)
    assert f"{site.url}: 3 files, each compared" in said
    assert f"HAVEN_FILES_URL={site.url}" in said
    assert f"set HAVEN_FILES_URL={site.url}" in types("where")
    assert "3 files" in types("where", HAVEN_FILES_URL=site.url)
    assert "unset HAVEN_FILES_URL" in types("move", "--to", site.home, HAVEN_FILES_URL=site.url)
    assert "--to takes" in types("move", "--to", "ftp://x")
    site.key.chmod(0o444)
    assert "HAVEN_FILES_KEY_FILE: others can read" in types("where", HAVEN_FILES_URL=site.url)


def test_a_move_that_cannot_begin_blames_what_was_typed_and_shows_no_progress(
    site: MovedDeployment, capfd: pytest.CaptureFixture[str]
) -> None:
    written(site.folder / "taken", "no folder")
    done = typed(site, "files", "move", "--to", f"file://{site.folder}/taken/files")
    told = str(done.exception)
    assert told.startswith(f"--to: {site.folder}/taken/files: Not a directory")
    assert f"that the user {user_name()} may write to" in told
    shown = capfd.readouterr().err + done.output
    assert "copied" not in shown
    assert "deleted" not in shown
    bucket_url = "s3://no-such-bucket/files"
    with pytest.raises(FileStorageError, match=r"^--to: there is no bucket"):
        site.moves("", bucket_url)


@pytest.mark.parametrize(
    ("name", "fine", "refused"),
    [
        ("files_endpoint", "http://127.0.0.1:9000", "http://s3.example.org"),
        ("files_endpoint", "https://s3.example.org", "https://key:secret@s3.example.org"),
        ("files_url", "s3://haven-files/taipei", "s3://key:secret@haven/x"),
        ("files_url", "file:///srv/files", "file://relative"),
    ],
)
def test_files_travel_by_tls_unless_the_storage_is_on_this_machine(
    name: str, fine: str, refused: str
) -> None:
    assert getattr(load_settings(with_file=False, **{name: fine}), name) == fine
    with pytest.raises(SettingError, match=f"^HAVEN_{name.upper()}: ") as told:
        load_settings(with_file=False, **{name: refused})
    assert "secret" not in str(told.value)


def test_what_telegram_was_told_is_taken_over_from_the_files_of_before(
    tmp_path: Path,
) -> None:
    settings = EvidenceHarness(tmp_path).settings
    database = open_database(settings)
    open_vault(settings, database).close()
    recordings, profile = tmp_path / "recordings.json", tmp_path / "profile.digest"
    recordings.write_text(json.dumps({"d" * 64: "id of a voice", "e" * 64: "x" * 300}))
    profile.write_text("p" * 64)
    run = database.writer.run_sync
    for _ in range(2):  # the second time there are none
        run(lambda work: adopt_old_files(work, 7, recordings, profile))
        assert run(lambda work: load_value(work, recording_key(7, "d" * 64))) == "id of a voice"
        assert run(lambda work: load_value(work, profile_key(7))) == "p" * 64
        assert not recordings.exists()
        assert not profile.exists()
    assert run(lambda work: load_value(work, recording_key(7, "e" * 64))) is None
    database.writer.close()
