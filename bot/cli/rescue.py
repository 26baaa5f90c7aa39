"""`haven keys rescue`: export the cases a password opens, if the host key is lost for good.

Everything derived from the host key is lost with it, the audit log included, so a rescue is not
recorded anywhere. Where the host key is present the command refuses: every reading of a case must
then leave its row in the log.
"""

from __future__ import annotations

import json
import secrets
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from bot.app.keys import open_key_store
from bot.app.sign_in import ask_secret, opens_no_case, staff_keys_of
from bot.app.storage import existing_database, open_vault
from bot.cases.evidence.files import load_file_notes
from bot.cases.queries import AnswerRenderer
from bot.cases.sealed_fields import decode_contents, report_associated_data
from bot.cases.state_machine import Role
from bot.cli.cases.messages import in_order_seen
from bot.cli.options import PasswordFile, SignedIn
from bot.clock import to_utc
from bot.conversation import FlowRegistry
from bot.desks.web.case.message_view import delivery_states
from bot.errors import CaseNotReadableError, DecryptionError, HavenError
from bot.hotline.chat.messages import CaseMessages
from bot.languages import catalogue
from bot.settings import Settings, load_settings
from bot.store.blobs.opening import open_blobs
from bot.store.blobs.protocol import Blobs
from bot.store.database import Database
from bot.store.statements import select_by
from bot.store.tables.keys import staff_keys
from bot.store.tables.main import cases, reports, staff
from bot.store.writer import Work
from bot.vault import HostKey, KeyStore, Purpose, Vault
from bot.vault.file_encryption import open_chunks
from bot.vault.keys.keyring import Keyring
from bot.vault.keys.team_keys import ROLES_WITH_KEYS
from bot.vault.purpose import Opener
from flows import ALL_FLOWS

HOST_KEY_PRESENT = (
    "this deployment's host key is present: read cases with haven cases show and haven evidence "
    "export, which record who did"
)
_CASES = select_by(
    cases, "id", "reference", "kind", "status", "language", "opened_at", "closed_at",
    order_by=("opened_at", "id"),
)  # fmt: skip
_KEY_ROLES = select_by(staff_keys, "staff_id", "role", order_by="staff_id")
_STAFF_ROLE = select_by(staff, "role", by="id")
_REPORTS = select_by(
    reports, "id", "kind", "flow", "sealed", "sent_at", by="case_id", order_by=("sent_at", "id")
)


def rescue_cases(folder: Path, by: SignedIn, password_file: PasswordFile = None) -> None:
    """Export every case a password opens, if the host key and all its copies are lost."""
    settings = load_settings()
    database = existing_database(settings)
    with closing(database.writer):
        if _has_host_key(settings, database):
            raise HavenError(HOST_KEY_PRESENT)
        # Any host key serves: what is left to open depends on none.
        keys = open_key_store(settings)
        with closing(Vault(HostKey(secrets.token_bytes(32)), keys)) as vault:
            _require_case_key(database, keys, by)
            keyring = staff_keys_of(vault).unlock(by, ask_secret(password_file))
            try:
                folder.mkdir(mode=0o700, parents=True)
            except FileExistsError:
                raise HavenError(f"{folder} exists already; name a new folder") from None
            rescue = CaseRescue(database, vault, keyring, open_blobs(settings))
            written, unreadable = rescue.write(folder)
    typer.echo(f"{folder}: {len(written)} cases. They are not encrypted: keep them from others.")
    typer.echo("People cannot be written to until they write again. Start over with another")
    typer.echo("HAVEN_DATA and a new host key.")
    if unreadable:
        typer.echo(f"Not opened by {by}, or altered: {', '.join(unreadable)}", err=True)


@dataclass(frozen=True)
class CaseRescue:
    """Exports cases with a caseworker's keyring and nothing else."""

    database: Database
    vault: Vault
    keyring: Keyring
    blobs: Blobs

    def write(self, folder: Path) -> tuple[list[str], list[str]]:
        """Write all that opens into a folder; return the references that did, and did not."""
        written, unreadable = [], []
        for case, reference, *clear in self._run(lambda work: work.rows(_CASES)):
            try:
                opener = self.vault.cases.opener(case, self.keyring)
                self._write_case(folder / reference, case, opener, clear)
            except (CaseNotReadableError, DecryptionError):
                unreadable.append(str(reference))
            else:
                written.append(str(reference))
        return written, unreadable

    def _write_case(self, folder: Path, case: str, opener: Opener, clear: list[Any]) -> None:
        kind, status, language, opened_at, closed_at = clear
        messages = self._run(lambda work: _case_messages(work, case, opener))
        content = {
            "kind": kind, "status": status, "language": language,
            "opened_at": _iso_time(opened_at), "closed_at": _iso_time(closed_at),
            "reports": self._run(lambda work: _case_reports(work, case, opener)),
            "messages": messages,
        }  # fmt: skip
        folder.mkdir(mode=0o700)
        content["files"] = self._write_files(folder, case, opener)
        text = json.dumps(content, indent=2, ensure_ascii=False)
        (folder / "case.json").write_text(text, encoding="utf-8")

    def _write_files(self, folder: Path, case: str, opener: Opener) -> list[dict[str, Any]]:
        found = []
        notes = self._run(lambda work: load_file_notes(work, case, opener))
        for number, (name, note) in enumerate(notes, start=1):
            is_present = bool(self.blobs.existing([name]))
            if is_present:
                with (folder / f"{number}.bin").open("wb") as out:
                    out.writelines(open_chunks(opener, name, self.blobs))
            found.append({"number": number, "kind": note.kind, "name": note.name,
                          "is_present": is_present})  # fmt: skip
        return found

    def _run(self, unit: Any) -> Any:
        return self.database.writer.run_sync(unit)


def _has_host_key(settings: Settings, database: Database) -> bool:
    try:
        open_vault(settings, database).close()
    except HavenError:
        return False
    return True


def _require_case_key(database: Database, keys: KeyStore, who: str) -> None:
    """Raise HavenError for one without a key that opens cases, and name who has one."""
    rows = keys.run(lambda work: work.rows(_KEY_ROLES))
    present = [id_ for id_, role in rows if role in ROLES_WITH_KEYS]
    if who not in present:
        roles = database.writer.run_sync(lambda work: work.rows(_STAFF_ROLE, who))
        raise opens_no_case(who, Role(roles[0][0]) if roles else None, present)


def _case_messages(work: Work, case: str, opener: Opener) -> list[dict[str, Any]]:
    written = CaseMessages.of_case(work, case, opener)
    return [
        {"side": it.side.value, "at": _iso_time(it.at), "seen_at": _iso_time(it.seen_at),
         "text": it.content.text, "state": state}
        for it, state in in_order_seen(written, delivery_states(work, written))
    ]  # fmt: skip


def _case_reports(work: Work, case: str, opener: Opener) -> list[dict[str, Any]]:
    renderer = AnswerRenderer(FlowRegistry(ALL_FLOWS), catalogue("en"), catalogue("en", "staff"))
    found = []
    for report, kind, flow, sealed, sent_at in work.rows(_REPORTS, case):
        plain = opener.open(Purpose.CASE, report_associated_data(case, report), bytes(sealed))
        rendered = renderer.render(flow, decode_contents(plain).answers)
        answers = [{"question": it.question, "answer": it.answer} for it in rendered]
        found.append({"kind": kind, "sent_at": _iso_time(sent_at), "answers": answers})
    return found


def _iso_time(moment: int | None) -> str | None:
    return None if moment is None else to_utc(moment).isoformat()
