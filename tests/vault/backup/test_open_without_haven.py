"""A backup opens with the tools of a Debian system, as its README and the operator's page say."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.vault.backup.create import ARCHIVE_NAME, Backup
from bot.vault.backup.export_rows import ArchivePart, archive_tables, key_store_tables
from bot.vault.backup.load_script import README_TEXT
from bot.vault.backup.offline_key import BackupRecipients, OfflineKey
from tests.support.age_key_files import use_cheap_key_files
from tests.support.database_fixtures import migrated_url, on_both_databases, query
from tests.support.harnesses.backup_harness import BackupHarness
from tests.support.harnesses.hotline_harness import VAULT
from tests.support.harnesses.retention_harness import RetentionHarness
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

TOOLS = ("age", "tar", "sha256sum", "sqlite3")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]
pytestmark = pytest.mark.skipif(
    bool(MISSING), reason=f"not installed: {', '.join(MISSING)} (apt-get install age sqlite3)"
)
LOCK = "four words and more"


def shell(script: str, folder: Path) -> str:
    """Run the commands of a page; each must succeed, also inside a pipe."""
    done = subprocess.run(  # noqa: S603 - our own words
        ["/bin/bash", "-euo", "pipefail", "-c", script],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def commands(page: str, after: str) -> str:
    """Return the shell block of a page after a heading."""
    return re.search(r"```sh\n(.*?)```", page[page.index(after) :], re.DOTALL)[1]  # type: ignore[index]


@on_both_databases
def test_the_commands_of_the_operators_page_open_every_row_and_file(
    kind: str, tmp_path: Path
) -> None:
    shelf = RetentionHarness(migrated_url(kind, tmp_path), tmp_path)
    site = BackupHarness(shelf, tmp_path)
    case = shelf.closed()
    name = shelf.has_file(case, os.urandom(200_000))
    key, spare = OfflineKey.create(tmp_path / "offline.key"), OfflineKey.generate()
    recipients = BackupRecipients((spare.recipient, key.recipient))
    made = Backup(site.backups, recipients, VAULT.backup_mac).create(
        shelf.database, shelf.keys, shelf.blobs, shelf.now
    )
    for path in made.paths:
        shutil.copy(path, tmp_path)
    time = ARCHIVE_NAME.fullmatch(made.paths[0].name)[2]  # type: ignore[index]
    page = (ROOT / "bot/cli/README.md").read_text(encoding="utf-8")
    said = shell(commands(page, "### Without Haven").replace("TIME", time), tmp_path)
    reference = query(shelf.database, "SELECT reference FROM cases")[0][0]
    assert str(reference) in said
    assert not re.search(r"FAILED|No such", said)
    sealed = (tmp_path / f"haven-main-{time}" / "files" / name).read_bytes()
    assert sealed == (shelf.folder / name).read_bytes()
    tables = {
        shelf.database: [*archive_tables(ArchivePart.MAIN), *archive_tables(ArchivePart.KEYS)],
        shelf.keys: key_store_tables(),
    }
    with closing(sqlite3.connect(tmp_path / "look.db")) as look:
        for database, names in tables.items():
            for table in names:
                columns = ", ".join(f'"{column.name}"' for column in table.columns)
                asked = f'SELECT {columns} FROM "{table.name}"'  # noqa: S608 - our own tables
                found = sorted(map(repr, look.execute(asked)))
                assert found == sorted(map(repr, query(database, asked))), table.name
    shelf.close()


def test_the_readme_in_an_archive_says_the_same_commands() -> None:
    page = commands((ROOT / "bot/cli/README.md").read_text(encoding="utf-8"), "### Without Haven")
    for line in (
        "age --decrypt --identity offline.key haven-main-TIME.age | tar --extract",
        "sha256sum --check --quiet MANIFEST",
        "sqlite3 ../look.db < load.sql",
    ):
        assert line in page
        assert line in README_TEXT


def test_a_changed_file_is_named_by_the_manifest(
    backup_harness: BackupHarness, tmp_path: Path
) -> None:
    backup_harness.shelf.closed()
    key = OfflineKey.create(tmp_path / "offline.key")
    made = Backup(backup_harness.backups, key.public, VAULT.backup_mac).create(
        backup_harness.shelf.database, backup_harness.shelf.keys, backup_harness.shelf.blobs,
        backup_harness.shelf.now,
    )  # fmt: skip
    opened = tmp_path / made.paths[0].stem
    shell(f"age -d -i offline.key {made.paths[0]} | tar -x", tmp_path)
    shell("sha256sum --check --quiet --strict MANIFEST", opened)
    about = json.loads((opened / "about.json").read_text(encoding="utf-8"))
    assert (about["part"], about["made_at"]) == ("main", backup_harness.shelf.now)
    listed = {line.split("  ")[1] for line in (opened / "MANIFEST").read_text().splitlines()}
    there = {str(it.relative_to(opened)) for it in opened.rglob("*") if it.is_file()}
    assert listed == there - {"MANIFEST", "PROOF", "padding"}
    (opened / "rows/cases/000000.json").write_text("{}", encoding="utf-8")
    done = subprocess.run(
        ["sha256sum", "--check", "--quiet", "MANIFEST"],  # noqa: S607 - as the page says
        cwd=opened, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, "rows/cases/000000.json: FAILED" in done.stdout) == (1, True)


def test_debians_age_opens_a_key_file_with_a_passphrase(tmp_path: Path) -> None:
    """It asks at a terminal."""
    key_and_archive(tmp_path)
    assert typed_at_a_terminal(LOCK, tmp_path) == b"plain"


def test_debians_age_refuses_another_passphrase(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above, and of the cheap files of other tests."""
    use_cheap_key_files(monkeypatch)
    key_and_archive(tmp_path)
    assert typed_at_a_terminal(LOCK, tmp_path) == b"plain"
    assert typed_at_a_terminal("other words", tmp_path) is None


def key_and_archive(folder: Path) -> None:
    key = OfflineKey.create(folder / "offline.key", LOCK)
    with (folder / "archive.age").open("wb") as out:
        key.public.encrypt(iter([b"plain"]), out)


def typed_at_a_terminal(passphrase: str, folder: Path) -> bytes | None:
    """Return what age decrypts when someone types a passphrase; None if it refuses."""
    out = folder / "plain"
    out.unlink(missing_ok=True)
    process, terminal = pty.fork()
    if not process:  # the child, with a terminal of its own
        os.chdir(folder)
        os.execlp("age", "age", "-d", "-i", "offline.key", "-o", "plain", "archive.age")  # noqa: S606,S607
    while b"passphrase" not in os.read(terminal, 1024):
        pass
    os.write(terminal, f"{passphrase}\n".encode())
    with os.fdopen(terminal, "rb", buffering=0) as shown:
        try:
            while shown.read(1024):
                pass
        except OSError:  # the terminal is closed
            pass
    os.waitpid(process, 0)
    return out.read_bytes() if out.exists() else None
