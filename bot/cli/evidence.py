"""The commands about evidence: which files a case has, taking them out, whether one changed."""

from __future__ import annotations

import asyncio
import json
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.app.sign_in import ask_secret, sign_in
from bot.cases.reference import parse_reference
from bot.errors import HavenError
from bot.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.table import Table

    from bot.cases.evidence.files import EvidenceFile, EvidenceStore
    from bot.settings import Settings
    from bot.store.database import Database

evidence_app = typer.Typer(no_args_is_help=True, help="Files people sent: kept, proved, handed on.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one document.")]
CaseworkerId = Annotated[str, typer.Option("--as", help="The caseworker who does it: their id.")]
PasswordFile = Annotated[
    Path | None, typer.Option(help="Holds their password; without it, it is asked.")
]
FILE_FAULTS = {
    "missing": "is missing: its bytes are not on the disk",
    "altered": "was altered: it is not what was received",
    "unproven": "was received before receipts were kept: nothing proves it",
}
LEDGER_FAULTS = {
    "missing": "was taken out",
    "altered": "was altered",
    "cut": "and all that followed were cut off",
    "replaced": "is not the one the audit log knows: the ledger was written anew",
}


@evidence_app.command("list")
def list_evidence(
    reference: str, by: CaseworkerId, password_file: PasswordFile = None, *, as_json: AsJson = False
) -> None:
    """Print the files of a case: what each is said to be, what it is, its digest."""
    with _open_evidence(by, password_file) as (_settings, database, evidence):
        items = database.writer.run_sync(
            lambda work: evidence.list_files(
                work, evidence.find_case_id(work, _normalised_reference(reference))
            )
        )
    if as_json:
        found = [{**asdict(item), "is_as_stated": item.matches_stated_type} for item in items]
        typer.echo(json.dumps(found, indent=2, ensure_ascii=True))
        return
    from rich.console import Console  # noqa: PLC0415 - each command pays for what it uses

    Console().print(_table(items))


@evidence_app.command("export")
def export_evidence(
    reference: str,
    folder: Path,
    by: CaseworkerId,
    password_file: PasswordFile = None,
    *,
    clean: Annotated[bool, typer.Option(help="Pictures drawn anew as well.")] = False,
) -> None:
    """Write the files of a case into a new folder, with the ledger that proves them."""
    from bot.cases.evidence.bundle import BundleExporter  # noqa: PLC0415
    from bot.cases.evidence.image_sanitizer import ImageSanitizer  # noqa: PLC0415
    from bot.clock import SystemClock  # noqa: PLC0415

    with _open_evidence(by, password_file) as (_settings, database, evidence):

        async def export() -> tuple[int, str]:
            bundles = BundleExporter(evidence, database.writer, ImageSanitizer(), SystemClock())
            manifest = await bundles.export(
                _normalised_reference(reference), folder, by, clean=clean
            )
            return len(manifest.files), manifest.head

        count, head = asyncio.run(export())
    typer.echo(
        f"{folder}: {count} files. Nothing in it is locked: keep it where nobody else reads."
    )
    typer.echo(f"Write down on paper, for whoever gets it: {head}")


@evidence_app.command("verify")
def verify_evidence(
    what: Annotated[str, typer.Argument(metavar="REF|BUNDLE")],
    by: CaseworkerId = "",
    password_file: PasswordFile = None,
    head: Annotated[str, typer.Option(help="As it was written down at the export.")] = "",
) -> None:
    """Read every file of a case, or of a bundle, and name the first that was changed."""
    folder = Path(what)
    if folder.is_dir():
        _verify_bundle(folder, head)
    else:
        _verify_case(_normalised_reference(what), by, password_file)


def _verify_bundle(folder: Path, head: str) -> None:
    from bot.cases.evidence.verify_bundle import find_faults, load_manifest  # noqa: PLC0415

    manifest = load_manifest(folder)
    with ExitStack() as stack:
        is_ours = _row_verifier(stack, manifest.case)
        fault = next(find_faults(folder, manifest, head=head, is_authentic=is_ours), None)
    if fault is not None:
        raise HavenError(fault)
    count, rows = len(manifest.files), len(manifest.ledger)
    typer.echo(f"Nothing was changed: {count} files, {rows} rows, up to {manifest.head}.")
    if is_ours is None:
        typer.echo("Without this house's key nobody can tell who wrote it: compare where it ends.")


def _verify_case(reference: str, by: str, password_file: Path | None) -> None:
    from bot.clock import SystemClock  # noqa: PLC0415
    from bot.vault.audit.log import OPERATOR  # noqa: PLC0415

    with _open_evidence(by, password_file) as (_settings, database, evidence):
        run = database.writer.run_sync
        case = run(lambda work: evidence.find_case_id(work, reference))
        broken = run(lambda work: evidence.verify_custody(work, case))
        if broken is not None:
            raise HavenError(f"row {broken.number} of the ledger {LEDGER_FAULTS[broken.fault]}")
        items = run(lambda work: evidence.list_files(work, case))
        saved = [item for item in items if item.is_saved]
        now = SystemClock().now()
        run(lambda work: evidence.record_opened(work, case, saved, by or OPERATOR, now))
        faults = evidence.verify_files(evidence.opener(case), saved)
        end = run(lambda work: evidence.custody.head(work, case))
    if faults:
        raise HavenError(f"file {faults[0].number} {FILE_FAULTS[faults[0].fault]}")
    typer.echo(f"Nothing was changed: {len(saved)} files, the ledger up to {end}.")


def _normalised_reference(reference: str) -> str:
    return parse_reference(reference) or reference


@contextmanager
def _open_evidence(
    by: str = "", password_file: Path | None = None
) -> Iterator[tuple[Settings, Database, EvidenceStore]]:
    """Open the deployment's database, and what reads evidence in it, for whoever signs in."""
    from bot.app.build import open_vault  # noqa: PLC0415
    from bot.cases.evidence.files import EvidenceStore  # noqa: PLC0415
    from bot.cli.doctor import existing_database  # noqa: PLC0415
    from bot.store.database import DataDirectory  # noqa: PLC0415

    settings = load_settings()
    database = existing_database(settings)
    try:
        vault = open_vault(settings, database)
        try:
            keyring = sign_in(database, vault, by, ask_secret(password_file)) if by else None
            yield (
                settings,
                database,
                EvidenceStore(vault, DataDirectory(settings.data).files, keyring),
            )
        finally:
            vault.close()
    finally:
        database.writer.close()


def _row_verifier(stack: ExitStack, case: str) -> Callable[[bytes, bytes], bool] | None:
    """Return what tells whether this house wrote a row; None where its key is not at hand."""
    try:
        _settings, _database, evidence = stack.enter_context(_open_evidence())
    except HavenError:
        return None
    return lambda link, mac: evidence.custody.is_authentic(case, link, mac)


def _table(items: list[EvidenceFile]) -> Table:
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text as Line  # noqa: PLC0415

    from bot.cases.escape_text import escape_line  # noqa: PLC0415

    table = Table(title=f"Files: {len(items)}", title_justify="left", expand=False)
    for heading in ("", "said to be", "called", "looks like", "state", "bytes", "SHA-256"):
        table.add_column(heading, overflow="fold")
    for item in items:
        stated = f"{item.kind} {escape_line(item.mime)}".strip()
        looks = (
            item.detected_type
            if item.matches_stated_type is not False
            else f"{item.detected_type}: not as said"
        )
        row = (str(item.number), stated, escape_line(item.name) or "-", looks or "-", item.state,
               str(item.size), item.digest or "-")  # fmt: skip
        style = "bold red" if item.matches_stated_type is False else None
        table.add_row(*map(Line, row), style=style)
    return table
