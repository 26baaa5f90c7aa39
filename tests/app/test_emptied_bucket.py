"""An emptied bucket stops no start; what is gone for good is noted, and the bucket used again."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from bot.app.file_storage.opening import check_files, joined_blobs, prepare_blobs
from bot.cli.main import app
from bot.errors import FileStorageError, FileStorageUnmarkedError, HavenError, SettingError
from bot.store.blobs import bucket
from bot.store.blobs.opening import load_mark
from bot.store.blobs.protocol import store_blob
from bot.store.shared_values import FILES_PLACE, delete_value
from tests.app.test_file_storage import SENT, MovedDeployment
from tests.support.bucket_server import REGION, BucketServer, bucket_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def server() -> Iterator[BucketServer]:
    with bucket_server() as made:
        yield made


@pytest.fixture
def site(
    server: BucketServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MovedDeployment]:
    """Give a deployment whose files lie in a bucket, where they were found at a start."""
    monkeypatch.setattr(bucket, "MAX_RETRIES", 0)
    made = MovedDeployment(server, tmp_path)
    for data in SENT:
        made.sends(data)
    made.moves("", made.url)
    prepare_blobs(made.at(made.url), made.database)
    yield made
    made.close()


def types(site: MovedDeployment, *words: str, url: str | None = None) -> str:
    """Type a command; return what it says, or the error."""
    env = {
        "HAVEN_DATA": str(site.settings.data), "COLUMNS": "300", "NO_COLOR": "1",
        "HAVEN_HOST_KEY_FILE": str(site.settings.host_key_file), "HAVEN_FILES_REGION": REGION,
        "HAVEN_FILES_ENDPOINT": site.server.endpoint, "HAVEN_FILES_KEY_FILE": str(site.key),
        "HAVEN_FILES_URL": site.url if url is None else url,
    }  # fmt: skip
    done = CliRunner().invoke(app, words, env=env)
    return str(done.exception) if isinstance(done.exception, HavenError) else done.output


def code_in(told: str) -> str:
    return told.rpartition("--confirm ")[2].strip()


def states(site: MovedDeployment) -> list[str]:
    return sorted(str(state) for (state,) in site.asks("SELECT state FROM files"))


def actions(site: MovedDeployment) -> list[str]:
    rows = site.asks("SELECT deed FROM audit WHERE deed LIKE '%files_lost%' ORDER BY id")
    return [str(action) for (action,) in rows]


def test_a_start_goes_on_with_an_emptied_bucket_and_the_doctor_names_the_way_out(
    site: MovedDeployment, capsys: pytest.CaptureFixture[str]
) -> None:
    site.server.empty(site.bucket)
    settings = site.at(site.url)
    blobs = prepare_blobs(settings, site.database)
    assert "FileStorageUnmarkedError" in capsys.readouterr().out
    joined_blobs(settings)  # a process that only answers people
    with pytest.raises(FileStorageUnmarkedError):
        store_blob(blobs, "0" * 32, [b"sealed"])
    with pytest.raises(FileStorageUnmarkedError, match="run haven files lost"):
        check_files(settings)
    assert site.objects() == set()


def test_a_start_goes_on_with_a_bucket_that_now_is_another_databases(
    site: MovedDeployment,
) -> None:
    site.server.replace(site.bucket, "files/haven-mark", b"of another copy")
    before = site.objects()
    prepare_blobs(site.at(site.url), site.database)
    with pytest.raises(FileStorageUnmarkedError, match="another database"):
        check_files(site.at(site.url))
    assert "another database" in types(site, "files", "lost")
    assert site.objects() == before


def test_a_bucket_that_was_never_right_is_still_refused_at_a_start(
    server: BucketServer, tmp_path: Path
) -> None:
    site = MovedDeployment(server, tmp_path)
    server.replace(site.bucket, f"files/{'0' * 32}", b"of another deployment")
    for _start in range(2):  # the service manager tries again
        with pytest.raises(SettingError, match="is not empty"):
            prepare_blobs(site.at(site.url), site.database)
    site.close()


def test_a_wrong_address_typed_into_the_settings_is_refused_plainly(
    site: MovedDeployment,
) -> None:
    site.database.writer.run_sync(lambda work: delete_value(work, FILES_PLACE))  # never moved
    wrong = f"s3://{site.server.new_bucket()}/files"
    with pytest.raises(SettingError, match="has no mark of Haven"):
        prepare_blobs(site.at(wrong), site.database)
    with site.server.away(), pytest.raises(SettingError, match="does not answer"):
        prepare_blobs(site.at(wrong), site.database)


def test_lost_files_are_noted_in_two_steps_and_the_bucket_is_used_again(
    site: MovedDeployment,
) -> None:
    site.server.empty(site.bucket)
    old = load_mark(site.settings)
    told = types(site, "files", "lost")
    assert f"{site.url}: 3 of 3 files of cases are not there." in told
    assert (states(site), site.objects()) == (["saved"] * 3, set())
    assert "this is not the code" in types(site, "files", "lost", "--confirm", "0" * 16)
    assert "3 files are shown as missing" in types(
        site, "files", "lost", "--confirm", code_in(told)
    )
    assert states(site) == ["missing"] * 3
    check_files(site.at(site.url))
    assert load_mark(site.settings) not in {None, old}
    assert actions(site) == ["files_lost_ask", "files_lost"]
    custody = site.asks("SELECT deed FROM audit WHERE deed = 'evidence_missing'")
    assert len(custody) == 3
    assert "Nothing was changed" in types(site, "files", "lost")
    prepare_blobs(site.at(site.url), site.database)


def test_a_process_that_runs_goes_on_by_itself_after_files_were_given_up(
    site: MovedDeployment,
) -> None:
    blobs = prepare_blobs(site.at(site.url), site.database)
    site.server.empty(site.bucket)
    with pytest.raises(FileStorageUnmarkedError):
        blobs.confirm()
    types(site, "files", "lost", "--confirm", code_in(types(site, "files", "lost")))
    store_blob(blobs, "0" * 32, [b"sealed"])
    assert blobs.existing(["0" * 32])


def test_a_single_lost_file_is_noted_without_a_new_mark(site: MovedDeployment) -> None:
    old, gone = load_mark(site.settings), min(site.objects() - {"files/haven-mark"})
    site.server.empty(site.bucket, gone)
    told = types(site, "files", "lost")
    assert "1 of 3 files of cases are not there" in told
    types(site, "files", "lost", "--confirm", code_in(told))
    assert states(site) == ["missing", "saved", "saved"]
    assert load_mark(site.settings) == old


def test_a_prefix_without_a_mark_that_holds_files_is_never_taken_over(
    site: MovedDeployment,
) -> None:
    """A restored copy of the data must not delete the files of the original."""
    site.server.empty(site.bucket, "files/haven-mark")
    before = site.objects()
    assert "is not empty" in types(site, "files", "lost")
    assert (site.objects(), states(site)) == (before, ["saved"] * 3)


def test_a_loss_accepted_halfway_is_accepted_by_the_next_command(
    site: MovedDeployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.server.empty(site.bucket)
    told = types(site, "files", "lost")
    with monkeypatch.context() as patch:

        def killed(*_given: object) -> None:
            raise FileStorageError(secrets.token_hex(4))

        patch.setattr("bot.store.blobs.bucket.BucketBlobs.claim", killed)
        types(site, "files", "lost", "--confirm", code_in(told))
    assert states(site) == ["missing"] * 3
    told = types(site, "files", "lost")
    assert "0 of 0 files" in told
    types(site, "files", "lost", "--confirm", code_in(told))
    check_files(site.at(site.url))


def test_an_accepted_loss_may_name_another_bucket_and_says_where_the_files_lay(
    site: MovedDeployment,
) -> None:
    new = f"s3://{site.server.new_bucket()}/files"
    told = types(site, "files", "lost", url=new)
    assert f"They lay in {site.url}: is HAVEN_FILES_URL right?" in told
    types(site, "files", "lost", "--confirm", code_in(told), url=new)
    prepare_blobs(site.at(new), site.database)
    with pytest.raises(SettingError, match="were moved to"):
        prepare_blobs(site.at(site.url), site.database)


def test_a_web_page_in_place_of_a_file_is_no_altered_file(site: MovedDeployment) -> None:
    name = min(site.objects() - {"files/haven-mark"})
    (whole,) = site.server.kept(site.bucket)[name]
    words = ("evidence", "verify", site.case.reference, "--as", site.caseworker())
    words += ("--password-file", str(site.password))
    assert "Nothing was altered: 3 files" in types(site, *words)
    site.server.replace(site.bucket, name, b"<html>Sign in to this network</html>")
    told = types(site, *words)
    assert "does not answer (it sends a web page)" in told
    assert "altered" not in told
    site.server.replace(site.bucket, name, whole[:-1] + b"?")  # the control
    assert "was altered since it was received" in types(site, *words)
