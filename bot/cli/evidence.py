"""The commands about evidence: which files a case has, taking them out, whether one changed."""

from __future__ import annotations

import asyncio
import json
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.app.sign_in import asked, sign_in
from bot.cases.reference import read_reference
from bot.errors import HavenError
from bot.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.table import Table

    from bot.cases.evidence.files import Evidence, Item
    from bot.settings import Settings
    from bot.store.database import Database

evidence_app = typer.Typer(no_args_is_help=True, help="Files people sent: kept, proved, handed on.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one document.")]
As = Annotated[str, typer.Option("--as", help="The caseworker who does it: their id.")]
PasswordFile = Annotated[
    Path | None, typer.Option(help="Holds their password; without it, it is asked.")
]
FAULTS = {
    "missing": "is missing: its bytes are not on the disk",
    "altered": "was altered: it is not what was received",
    "unproven": "was received before receipts were kept: nothing proves it",
}
ROWS = {
    "missing": "was taken out",
    "altered": "was altered",
    "cut": "and all that followed were cut off",
    "replaced": "is not the one the audit log knows: the ledger was written anew",
}


@evidence_app.command("list")
def list_evidence(
    reference: str, by: As, password_file: PasswordFile = None, *, as_json: AsJson = False
) -> None:
    """Print the files of a case: what each is said to be, what it is, its digest."""
    with _opened(by, password_file) as (_settings, database, evidence):
        items = database.writer.run_now(
            lambda work: evidence.items(work, evidence.case_called(work, _named(reference)))
        )
    if as_json:
        found = [{**asdict(item), "is_as_stated": item.is_as_stated} for item in items]
        typer.echo(json.dumps(found, indent=2, ensure_ascii=True))
        return
    from rich.console import Console  # noqa: PLC0415 - each command pays for what it uses

    Console().print(_table(items))


@evidence_app.command("export")
def export_evidence(
    reference: str,
    folder: Path,
    by: As,
    password_file: PasswordFile = None,
    *,
    clean: Annotated[bool, typer.Option(help="Pictures drawn anew as well.")] = False,
) -> None:
    """Write the files of a case into a new folder, with the ledger that proves them."""
    from bot.cases.evidence.bundle import Bundles  # noqa: PLC0415
    from bot.cases.evidence.image_sanitizer import Cleaning  # noqa: PLC0415
    from bot.clock import SystemClock  # noqa: PLC0415

    with _opened(by, password_file) as (_settings, database, evidence):

        async def export() -> tuple[int, str]:
            bundles = Bundles(evidence, database.writer, Cleaning(), SystemClock())
            manifest = await bundles.export(_named(reference), folder, by, clean=clean)
            return len(manifest.files), manifest.head

        count, head = asyncio.run(export())
    typer.echo(
        f"{folder}: {count} files. Nothing in it is locked: keep it where nobody else reads."
    )
    typer.echo(f"Write down on paper, for whoever gets it: {head}")


@evidence_app.command("verify")
def verify_evidence(
    what: Annotated[str, typer.Argument(metavar="REF|BUNDLE")],
    by: As = "",
    password_file: PasswordFile = None,
    head: Annotated[str, typer.Option(help="As it was written down at the export.")] = "",
) -> None:
    """Read every file of a case, or of a bundle, and name the first that was changed."""
    folder = Path(what)
    if folder.is_dir():
        _verify_bundle(folder, head)
    else:
        _verify_case(_named(what), by, password_file)


def _verify_bundle(folder: Path, head: str) -> None:
    from bot.cases.evidence.verify_bundle import faults_in, read_manifest  # noqa: PLC0415

    manifest = read_manifest(folder)
    with ExitStack() as stack:
        is_ours = _proof(stack, manifest.case)
        fault = next(faults_in(folder, manifest, head=head, is_ours=is_ours), None)
    if fault is not None:
        raise HavenError(fault)
    count, rows = len(manifest.files), len(manifest.ledger)
    typer.echo(f"Nothing was changed: {count} files, {rows} rows, up to {manifest.head}.")
    if is_ours is None:
        typer.echo("Without this house's key nobody can tell who wrote it: compare where it ends.")


def _verify_case(reference: str, by: str, password_file: Path | None) -> None:
    from bot.clock import SystemClock  # noqa: PLC0415
    from bot.vault.audit.log import OPERATOR  # noqa: PLC0415

    with _opened(by, password_file) as (_settings, database, evidence):
        run = database.writer.run_now
        case = run(lambda work: evidence.case_called(work, reference))
        broken = run(lambda work: evidence.verify_ledger(work, case))
        if broken is not None:
            raise HavenError(f"row {broken.number} of the ledger {ROWS[broken.fault]}")
        items = run(lambda work: evidence.items(work, case))
        saved = [item for item in items if item.is_saved]
        now = SystemClock().now()
        run(lambda work: evidence.note_opened(work, case, saved, by or OPERATOR, now))
        faults = evidence.look(run(lambda work: evidence.opener(work, case)), saved)
        end = run(lambda work: evidence.custody.head(work, case))
    if faults:
        raise HavenError(f"file {faults[0].number} {FAULTS[faults[0].fault]}")
    typer.echo(f"Nothing was changed: {len(saved)} files, the ledger up to {end}.")


def _named(reference: str) -> str:
    return read_reference(reference) or reference


@contextmanager
def _opened(
    by: str = "", password_file: Path | None = None
) -> Iterator[tuple[Settings, Database, Evidence]]:
    """Open the deployment's database, and what reads evidence in it, for whoever signs in."""
    from bot.app.build import open_vault  # noqa: PLC0415
    from bot.cases.evidence.files import Evidence  # noqa: PLC0415
    from bot.cli.doctor import existing_database  # noqa: PLC0415
    from bot.store.database import DataDirectory  # noqa: PLC0415

    settings = read_settings()
    database = existing_database(settings)
    try:
        vault = open_vault(settings, database)
        try:
            keyring = sign_in(database, vault, by, asked(password_file)) if by else None
            yield settings, database, Evidence(vault, DataDirectory(settings.data).files, keyring)
        finally:
            vault.close()
    finally:
        database.writer.close()


def _proof(stack: ExitStack, case: str) -> Callable[[bytes, bytes], bool] | None:
    """Return what tells whether this house wrote a row; None where its key is not at hand."""
    try:
        _settings, _database, evidence = stack.enter_context(_opened())
    except HavenError:
        return None
    return lambda link, mac: evidence.custody.is_ours(case, link, mac)


def _table(items: list[Item]) -> Table:
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text as Line  # noqa: PLC0415

    from bot.cases.escape_text import in_a_line  # noqa: PLC0415

    table = Table(title=f"Files: {len(items)}", title_justify="left", expand=False)
    for heading in ("", "said to be", "called", "looks like", "state", "bytes", "SHA-256"):
        table.add_column(heading, overflow="fold")
    for item in items:
        stated = f"{item.kind} {in_a_line(item.mime)}".strip()
        looks = item.looks if item.is_as_stated is not False else f"{item.looks}: not as said"
        row = (str(item.number), stated, in_a_line(item.name) or "-", looks or "-", item.state,
               str(item.size), item.digest or "-")  # fmt: skip
        style = "bold red" if item.is_as_stated is False else None
        table.add_row(*map(Line, row), style=style)
    return table
