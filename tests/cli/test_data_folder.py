"""A data folder that is wrong, missing or half there is named, and never begun anew by a question.

An operator who mistypes HAVEN_DATA must not read that no case waits and no caseworker is enrolled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from bot.vault import HostKey
from tests.support.cli_runner import is_user_message, run_haven, written
from tests.support.database import postgres_server
from tests.support.database.key_store_fixtures import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Folders = Callable[[Path], None]

SETTINGS = {
    "organisation": "Hope House", "contact": "02-1234",
    "telegram_token": "123456:ABCdefGHIjklMNOpqrSTUvwxYZ0123456789",
}  # fmt: skip
ASKED = (
    ("cases", "list"), ("cases", "list", "--json"), ("staff", "list"), ("start",),
    ("start", "--only", "bot"), ("start", "--only", "desk"), ("backup", "backups"),
    ("desk", "invite", "Chen", "--role", "administrator"), ("partners", "list"),
    ("partners", "add", "Harbour House"), ("campaigns", "list"), ("campaigns", "counts"),
    ("on-call", "list"), ("on-call", "set", "12345678"), ("legal-hold", "list"), ("hours",),
    ("phrases",), ("retention", "--dry-run"), ("audit", "head"), ("audit", "verify"),
    ("keys", "status"), ("keys", "escrow"), ("keys", "rotate", "other.key"),
    ("cases", "erasure-requests"), ("receipt", "key"),
)  # fmt: skip
"""Commands about a deployment that is there; what they name is relative to a folder of the test."""


def missing(_folder: Path) -> None:
    """Make nothing."""


def empty(folder: Path) -> None:
    folder.mkdir()


def of_others(folder: Path) -> None:
    folder.mkdir()
    (folder / "letters.odt").write_text("not of Haven")


def half(folder: Path) -> None:
    folder.mkdir()
    (folder / "keys.db").write_bytes(b"the keys of cases that are elsewhere")


FOUND = {missing: "does not exist", empty: "is empty", of_others: "has other files",
         half: "has keys.db, but no haven.db"}  # fmt: skip


def deployment(folder: Path, data: Path) -> dict[str, str | Path]:
    key = folder / "host.key"
    if not key.exists():
        HostKey.create(key)
    return {**SETTINGS, "data": data, "host_key_file": key}


def in_folder(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.mark.parametrize("prepare", FOUND, ids=lambda it: it.__name__)
@pytest.mark.parametrize("typed", ASKED, ids=" ".join)
def test_a_question_names_a_wrong_data_folder_and_makes_nothing(
    typed: tuple[str, ...], prepare: Folders, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    prepare(data)
    settings = deployment(tmp_path, data)
    named = [str(tmp_path / it) if it in {"backups", "other.key"} else it for it in typed]
    before = in_folder(tmp_path)
    done = run_haven(*named, **settings)
    assert done.returncode == 1
    assert done.stdout == ""
    assert is_user_message(done.stderr)
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"HAVEN_DATA: {data} {FOUND[prepare]}")
    assert "set HAVEN_DATA" in line
    assert in_folder(tmp_path) == before


@pytest.mark.parametrize("prepare", FOUND, ids=lambda it: it.__name__)
def test_the_doctor_says_it_once_and_nothing_about_lost_keys(
    prepare: Folders, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    prepare(data)
    before = in_folder(tmp_path)
    nowhere = "http://127.0.0.1:9"
    done = run_haven("doctor", **deployment(tmp_path, data), telegram_api=nowhere)
    (line,) = [it for it in done.stdout.splitlines() if str(data) in it]
    said = "fine   not started yet" if prepare in {missing, empty} else "wrong  data"
    assert line.startswith(f"{said}: HAVEN_DATA: {data} {FOUND[prepare]}")
    assert "key store" not in done.stdout
    assert in_folder(tmp_path) - {"host.key"} == before


def test_a_setting_that_is_not_there_is_named_with_the_folder_it_means(tmp_path: Path) -> None:
    settings = deployment(tmp_path, tmp_path)
    del settings["data"]
    done = run_haven("cases", "list", **settings)
    assert done.returncode == 1
    assert done.stderr.startswith("HAVEN_DATA (not set): /")
    assert "/haven-data does not exist. " in done.stderr


@pytest.mark.parametrize("prepare", [missing, empty], ids=lambda it: it.__name__)
def test_the_first_caseworker_begins_a_deployment_and_its_folder_is_said(
    prepare: Folders, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    prepare(data)
    settings = deployment(tmp_path, data)
    done = run_haven(*mei(tmp_path), **settings)
    assert done.returncode == 0, done.stderr
    assert f"New data folder: {data} (HAVEN_DATA)" in done.stderr
    assert "Lin Mei-hua" in run_haven("staff", "list", **settings).stdout
    again = run_haven("staff", "add", "Chen", "--role", "auditor", "--language", "en", **settings)
    assert again.returncode == 0, again.stderr
    assert "New data folder" not in again.stderr


@pytest.mark.parametrize("prepare", [of_others, half], ids=lambda it: it.__name__)
def test_no_deployment_begins_next_to_other_files(prepare: Folders, tmp_path: Path) -> None:
    data = tmp_path / "data"
    prepare(data)
    before = in_folder(data)
    done = run_haven(*mei(tmp_path), **deployment(tmp_path, data))
    assert done.returncode == 1
    assert done.stderr.startswith(f"HAVEN_DATA: {data} {FOUND[prepare]}")
    assert in_folder(data) == before


def test_a_database_elsewhere_is_named_by_its_own_setting(tmp_path: Path) -> None:
    settings = deployment(tmp_path, tmp_path / "data")
    settings["database_url"] = f"sqlite:///{tmp_path}/elsewhere.db"
    for typed in (("cases", "list"), ("start",)):
        done = run_haven(*typed, **settings)
        assert done.returncode == 1
        (line,) = done.stderr.splitlines()
        assert line.startswith(f"HAVEN_DATABASE_URL: {tmp_path}/elsewhere.db holds no tables")
    assert in_folder(tmp_path) == {"host.key"}


def test_a_database_with_cases_is_not_started_without_the_folder_of_their_files(
    tmp_path: Path,
) -> None:
    settings = deployment(tmp_path, tmp_path / "data")
    settings["database_url"] = f"sqlite:///{tmp_path}/elsewhere.db"
    assert run_haven(*mei(tmp_path), **settings).returncode == 0
    done = run_haven("start", **{**settings, "data": tmp_path / "mistyped"})
    assert done.returncode == 1
    assert done.stderr.startswith(f"HAVEN_DATA: {tmp_path}/mistyped does not exist, but")
    assert not (tmp_path / "mistyped").exists()


def unreachable(folder: Path) -> tuple[str, str]:
    return f"postgresql://haven@/haven?host={folder}", "nothing listens at the address"


def without_the_database(_folder: Path) -> tuple[str, str]:
    return postgres_server.url("not_there"), "there is no database of this name"


def forgetful(_folder: Path) -> tuple[str, str]:
    url = postgres_server.empty_database()
    name = url.partition("@/")[2].partition("?")[0]
    with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off".encode())
    return url, "PostgreSQL has synchronous_commit=off; it must be on"


@pytest.mark.parametrize("named", ["database_url", "keys_url"])
@pytest.mark.parametrize("fault", [unreachable, without_the_database, forgetful])
def test_no_deployment_begins_with_a_database_that_does_not_open(
    fault: Callable[[Path], tuple[str, str]], named: str, tmp_path: Path
) -> None:
    url, said = fault(tmp_path)
    settings = deployment(tmp_path, tmp_path / "data")
    settings |= {it: postgres_server.empty_database() for it in ("database_url", "keys_url")}
    settings[named] = url
    done = run_haven(*mei(tmp_path), **settings)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"HAVEN_{named.upper()}: the database cannot be opened: {said}")
    assert "has data" not in line
    assert not (tmp_path / "data").exists()


def test_a_question_to_a_database_that_does_not_open_tells_its_fault(tmp_path: Path) -> None:
    settings = deployment(tmp_path, tmp_path / "data")
    settings["database_url"], said = unreachable(tmp_path)
    for typed in (("cases", "list"), ("start",)):
        done = run_haven(*typed, **settings)
        assert done.returncode == 1
        assert f"HAVEN_DATABASE_URL: the database cannot be opened: {said}" in done.stderr
    assert not (tmp_path / "data").exists()


def mei(folder: Path) -> tuple[str, ...]:
    """Return the words that enrol a caseworker."""
    password = folder / "password"
    if not password.exists():
        written(password, PASSWORD)
    return ("staff", "add", "Lin Mei-hua", "--language", "id", "--password-file", str(password))
