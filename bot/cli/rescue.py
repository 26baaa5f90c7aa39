"""The host key is lost for good: cases are written out with a caseworker's password alone.

What is derived from the host key is gone, and the audit log with it, so nothing can be written down
there: whoever does this is seen by nobody but those who stand beside them. Where the host key is
still here this refuses, for then every look at a case leaves its row.
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from sqlalchemy import bindparam, select

from bot.app.sign_in import ask_secret, staff_keys_of
from bot.errors import CaseNotReadableError, DecryptionError, HavenError
from bot.settings import load_settings
from bot.store.compiled import Prepared
from bot.store.tables.main import cases, reports

if TYPE_CHECKING:
    from bot.cases.queries import AnswerRenderer
    from bot.store.database import Database
    from bot.store.writer import Work
    from bot.vault import Vault
    from bot.vault.keys.case_keys import Opener
    from bot.vault.keys.keyring import Keyring

CaseworkerId = Annotated[
    str, typer.Option("--as", help="The caseworker whose password opens: their id.")
]
PasswordFile = Annotated[
    Path | None, typer.Option(help="Holds their password; without it, it is asked.")
]
HOST_KEY_PRESENT = (
    "the host key of this deployment is here: read cases with haven cases show and haven evidence "
    "export, which write down who did"
)
_CASES = Prepared(
    lambda _: (
        select(
            cases.c.id, cases.c.reference, cases.c.kind, cases.c.status, cases.c.language,
            cases.c.opened_at, cases.c.closed_at,
        )
        .order_by(cases.c.opened_at, cases.c.id)
    )
)  # fmt: skip
_REPORTS = Prepared(
    lambda _: (
        select(reports.c.id, reports.c.kind, reports.c.flow, reports.c.sealed, reports.c.sent_at)
        .where(reports.c.case_id == bindparam("case"))
        .order_by(reports.c.sent_at, reports.c.id)
    ),
    "case",
)


def rescue_cases(folder: Path, by: CaseworkerId, password_file: PasswordFile = None) -> None:
    """Write out every case a password opens, where the host key is lost and no copy is left."""
    from bot.app.build import open_vault  # noqa: PLC0415 - each command pays for what it uses
    from bot.app.keys import open_key_store  # noqa: PLC0415
    from bot.cli.doctor import existing_database  # noqa: PLC0415
    from bot.store.database import DataDirectory  # noqa: PLC0415
    from bot.vault import HostKey, Vault  # noqa: PLC0415

    settings = load_settings()
    database = existing_database(settings)
    try:
        if _has_host_key(lambda: open_vault(settings, database).close()):
            raise HavenError(HOST_KEY_PRESENT)
        # A stranger's root: what is left needs none of it.
        vault = Vault(HostKey(secrets.token_bytes(32)), open_key_store(settings))
        try:
            keyring = staff_keys_of(vault).unlock(by, ask_secret(password_file))
            folder.mkdir(mode=0o700, parents=True)
            rescue = CaseRescue(database, vault, keyring, DataDirectory(settings.data).files)
            written, closed = rescue.write(folder)
        except FileExistsError:
            raise HavenError(f"{folder} is there already; name a new folder") from None
        finally:
            vault.close()
    finally:
        database.writer.close()
    typer.echo(f"{folder}: {len(written)} cases. Nothing in it is locked: keep it where nobody")
    typer.echo("else reads. People cannot be written to before they write again: begin anew with")
    typer.echo("another HAVEN_DATA and a new host key.")
    if closed:
        typer.echo(f"Not opened by {by}, or altered: {', '.join(closed)}", err=True)


class CaseRescue:
    """Writes cases out, with what somebody's password opens and nothing else."""

    def __init__(self, database: Database, vault: Vault, keyring: Keyring, files: Path) -> None:
        self._database = database
        self._vault = vault
        self._keyring = keyring
        self._files = files

    def write(self, folder: Path) -> tuple[list[str], list[str]]:
        """Write all that opens into a folder; return the references of what did and did not."""
        written, closed = [], []
        for case, reference, *clear in self._run(lambda work: work.rows(_CASES)):
            try:
                opener = self._vault.cases.opener(case, self._keyring)
                self._write(folder / reference, case, opener, clear)
            except (CaseNotReadableError, DecryptionError):
                closed.append(str(reference))
            else:
                written.append(str(reference))
        return written, closed

    def _write(self, folder: Path, case: str, opener: Opener, clear: list[Any]) -> None:
        kind, status, language, opened_at, closed_at = clear
        whole = {
            "kind": kind, "status": status, "language": language,
            "opened_at": _iso_time(opened_at), "closed_at": _iso_time(closed_at),
            "sent": self._run(lambda work: _case_reports(work, case, opener)),
            "messages": self._run(lambda work: _case_messages(work, case, opener)),
        }  # fmt: skip
        folder.mkdir(mode=0o700)
        whole["files"] = self._write_files(folder, case, opener)
        text = json.dumps(whole, indent=2, ensure_ascii=False)
        (folder / "case.json").write_text(text, encoding="utf-8")

    def _write_files(self, folder: Path, case: str, opener: Opener) -> list[dict[str, Any]]:
        from bot.cases.evidence.files import load_file_notes  # noqa: PLC0415
        from bot.vault.file_encryption import open_chunks  # noqa: PLC0415

        found = []
        notes = self._run(lambda work: load_file_notes(work, case, opener))
        for number, (name, note) in enumerate(notes, start=1):
            path = self._files / name
            if path.exists():
                with (folder / f"{number}.bin").open("wb") as out:
                    out.writelines(open_chunks(opener, name, path))
            found.append({"number": number, "kind": note.kind, "called": note.name,
                          "is_here": path.exists()})  # fmt: skip
        return found

    def _run(self, unit: Any) -> Any:
        return self._database.writer.run_sync(unit)


def _has_host_key(open_vault_once: Any) -> bool:
    """Tell whether the host key is here, and the right one."""
    try:
        open_vault_once()
    except HavenError:
        return False
    return True


def _case_reports(work: Work, case: str, opener: Opener) -> list[dict[str, Any]]:
    from bot.cases.sealed_fields import decode_contents, report_associated_data  # noqa: PLC0415
    from bot.vault import Purpose  # noqa: PLC0415

    telling, found = _answer_renderer(), []
    for report, kind, flow, sealed, sent_at in work.rows(_REPORTS, case):
        plain = opener.open(Purpose.CASE, report_associated_data(case, report), bytes(sealed))
        told = telling.render(flow, decode_contents(plain).answers)
        answers = [{"question": it.question, "answer": it.answer} for it in told]
        found.append({"kind": kind, "sent_at": _iso_time(sent_at), "told": answers})
    return found


def _case_messages(work: Work, case: str, opener: Opener) -> list[dict[str, Any]]:
    from bot.hotline.chat.messages import CaseMessages  # noqa: PLC0415

    return [
        {"side": it.side.value, "at": _iso_time(it.at), "words": it.content.text}
        for it in CaseMessages.of_case(work, case, opener)
    ]


def _answer_renderer() -> AnswerRenderer:
    from bot.cases.queries import AnswerRenderer  # noqa: PLC0415
    from bot.conversation import FlowRegistry  # noqa: PLC0415
    from bot.languages import catalogue  # noqa: PLC0415
    from flows import ALL_FLOWS  # noqa: PLC0415

    return AnswerRenderer(FlowRegistry(ALL_FLOWS), catalogue("en"), catalogue("en", "staff"))


def _iso_time(moment: int | None) -> str | None:
    from bot.cases.queries import to_utc  # noqa: PLC0415

    return None if moment is None else to_utc(moment).isoformat()
