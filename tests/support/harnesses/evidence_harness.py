"""A deployment with files in it: what a person sent, kept as it is in a real house."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer.testing import CliRunner

from bot.app.storage import open_database, open_vault
from bot.cases.evidence.download import FileDownloader
from bot.cases.evidence.files import EvidenceStore
from bot.cases.intake import CaseOpening, Intake, NewReport
from bot.cases.state_machine import Role
from bot.cases.urgency import Priority
from bot.cli.main import app
from bot.clock import SystemClock
from bot.conversation import FileRef
from bot.errors import HavenError
from bot.hotline.staff.staff import Staff
from bot.store.blobs.folder import FolderBlobs
from bot.store.database import DataDirectory
from tests.support.cli_runner import written
from tests.support.database import postgres_server
from tests.support.database.copied_schema import copied_schemas
from tests.support.database.key_store_fixtures import (
    PASSWORD,
    QUEUES,
    enrol_approved,
    enrol_keyholder,
    staff_keys,
)
from tests.support.database_fixtures import query
from tests.support.harnesses.case_store_harness import CHAT, CHAT_KEY
from tests.support.harnesses.hotline_harness import BOT, settings_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.cases.intake import NewCase


class EvidenceHarness:
    """One case, whose files are fetched from a dictionary."""

    def __init__(self, folder: Path, kind: str = "sqlite") -> None:
        self.folder = folder
        self.urls = {} if kind == "sqlite" else _postgresql_urls()
        self.settings = settings_for(folder, **self.urls)
        with copied_schemas():
            self.database = open_database(self.settings)
            self.vault = open_vault(self.settings, self.database)
        self.files = DataDirectory(self.settings.data).files
        self.blobs = FolderBlobs(self.files)
        self.vault.rotate_epoch(SystemClock().now())
        self.keeper = enrol_keyholder(self.vault)
        self.evidence = EvidenceStore(self.vault, self.blobs, self.keeper)
        self.sent: dict[str, bytes] = {}
        self.case = self._opened()
        self.reader = self.caseworker()
        """The id of a supervisor, who reads where a test does not say who."""
        self.password = written(folder / "password", PASSWORD)

    def _opened(self) -> NewCase:
        intake = Intake(self.vault, BOT)

        def unit(work: Any) -> NewCase:
            case = intake.open_case(
                work,
                CaseOpening(
                    "report", "id", CHAT_KEY, CHAT, {}, Priority.STANDARD, SystemClock().now()
                ),
            )
            intake.store(work, [case], [])
            return case

        return self.database.writer.run_sync(unit)

    async def fetch(self, handle: str, _unique: str) -> AsyncIterator[bytes]:
        yield self.sent[handle]

    def sends(self, data: bytes, **about: Any) -> None:
        """Send one file to the case, and have it fetched."""
        handle = f"h{len(self.sent)}"
        self.sent[handle] = data
        note = FileRef(handle, **{"kind": "document", "size": len(data), **about})
        report = NewReport(self.case.id, "addition", "report", {"f": (note,)}, SystemClock().now())
        intake = Intake(self.vault, BOT)
        self.database.writer.run_sync(lambda work: intake.store(work, [], [report]))
        asyncio.run(self._keep())

    async def _keep(self) -> None:
        keeper = FileDownloader(self.database.writer, self.vault, self, self.blobs, SystemClock())
        await keeper.download_due()

    def caseworker(self, role: Role = Role.SUPERVISOR, **given: Any) -> str:
        staff = Staff(self.vault)
        about = {"name": "Mei", "role": role, "title": "caseworker", "languages": ("en",),
                 "queues": ("trafficking",), "most": 3, **given}  # fmt: skip
        writer, now = self.database.writer, SystemClock().now()
        new = writer.run_sync(lambda work: staff.add(work, now, **about))
        enrol_approved(staff_keys(self.vault), new.id, new.role.value, QUEUES, PASSWORD, now)
        custody = self.vault.cases.wraps  # the keeper signs in: what came before opens as well
        writer.run_sync(lambda work: custody.rewrap_all(work, self.keeper, now))
        return new.id

    def types(self, *words: str) -> tuple[int, str]:
        """Type a command; return how it ended and what it said."""
        settings = self.settings
        env = {"HAVEN_DATA": str(settings.data), "HAVEN_HOST_KEY_FILE": str(settings.host_key_file),
               "COLUMNS": "220", "NO_COLOR": "1",
               **{f"HAVEN_{name.upper()}": url for name, url in self.urls.items()}}  # fmt: skip
        if "--as" not in words and (words[0] != "verify" or not Path(words[1]).is_dir()):
            words = (*words, "--as", self.reader)
        words = (*words, "--password-file", str(self.password))
        done = CliRunner().invoke(app, ["evidence", *words], env=env)
        if isinstance(done.exception, HavenError):
            return 1, str(done.exception)
        return done.exit_code, done.output

    def writes(self, sql: str, *values: Any) -> None:
        """Change rows from outside."""
        if self.database.dialect == "postgresql":
            with closing(self.database.connect()) as connection:
                connection.execute(sql, values)
            return
        with closing(sqlite3.connect(str(self.database.url.database))) as connection, connection:
            connection.execute(sql, values)

    def asks(self, sql: str) -> list[tuple[Any, ...]]:
        return query(self.database, sql)

    def kept(self, number: int = 0) -> Path:
        """Return where the bytes of a file lie sealed."""
        rows = self.asks("SELECT id FROM files ORDER BY created_at, id")
        return self.files / rows[number][0]

    def close(self) -> None:
        self.database.writer.close()
        self.vault.close()


def _postgresql_urls() -> dict[str, str]:
    return {
        "database_url": postgres_server.migrated_database(),
        "keys_url": postgres_server.empty_database(),
    }
