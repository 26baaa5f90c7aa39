"""`haven evidence`: the files of a case, exported and verified."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cases.escape_text import escape_line
from bot.cases.evidence.bundle import BundleExporter
from bot.cases.evidence.custody_log import CustodyAction
from bot.cases.evidence.files import EvidenceFile, EvidenceStore
from bot.cases.evidence.image_sanitizer import ImageSanitizer
from bot.cases.evidence.verify_bundle import find_faults, find_unproved, load_manifest
from bot.cases.reference import is_reference, parse_reference
from bot.cli.deployment import Deployment, open_deployment
from bot.cli.options import AsJson, PasswordFile, SignedIn
from bot.cli.output import count_of, local_time, make_table, print_json, print_table
from bot.clock import SystemClock
from bot.errors import HavenError
from bot.private_file import user_name
from bot.store import Work
from bot.store.blobs.opening import open_blobs
from bot.vault.audit.log import OPERATOR

evidence_app = typer.Typer(no_args_is_help=True)

FILE_FAULTS = {
    "missing": "is missing: its content is not in the storage of files",
    "altered": "was altered since it was received",
    "unproven": "was received before receipts existed: nothing proves it",
}
LEDGER_FAULTS = {
    "missing": "is missing",
    "altered": "was altered",
    "cut": "and all rows after it were cut off",
    "replaced": "is not the one the audit log knows: the ledger was rewritten",
}
COLUMNS = (
    "", "arrived", "channel's date", "message", "stated type", "name", "words with it",
    "detected type", "state", "bytes", "SHA-256",
)  # fmt: skip


@evidence_app.command("list")
def list_evidence(
    reference: str, by: SignedIn, password_file: PasswordFile = None, *, as_json: AsJson = False
) -> None:
    """List the files of a case: stated type, detected type, SHA-256."""
    with _open_evidence(by, password_file) as (deployment, evidence):
        zone = deployment.settings.zone
        files = deployment.run(
            lambda work: evidence.list_files(work, evidence.find_case_id(work, _parse(reference)))
        )
    if as_json:
        rows = [{**asdict(file), "is_as_stated": file.matches_stated_type} for file in files]
        print_json(rows, ascii_only=True)
        return
    rows_ = [_row(file, zone) for file in files]
    print_table(make_table(f"Files: {len(files)}", COLUMNS, rows_))


@evidence_app.command("export")
def export_evidence(
    reference: str,
    folder: Path,
    by: SignedIn,
    password_file: PasswordFile = None,
    *,
    clean: Annotated[bool, typer.Option(help="Add re-encoded pictures without metadata.")] = False,
) -> None:
    """Write the files of a case into a new folder, with the custody ledger that proves them."""
    with _open_evidence(by, password_file) as (deployment, evidence):
        exporter = BundleExporter(
            evidence, deployment.database.writer, ImageSanitizer(), SystemClock()
        )
        manifest = asyncio.run(exporter.export(_parse(reference), folder, by, clean=clean))
    typer.echo(f"{folder}: {manifest.counted}. They are not encrypted: keep them from others.")
    typer.echo(f"Write down on paper, for the recipient: {manifest.head}")


@evidence_app.command("verify")
def verify_evidence(
    what: Annotated[str, typer.Argument(metavar="REF|BUNDLE")],
    by: SignedIn = "",
    password_file: PasswordFile = None,
    head: Annotated[str, typer.Option(help="As it was written down at the export.")] = "",
) -> None:
    """Verify every file of a case or of an exported folder; name the first that was altered."""
    if _is_folder(what):
        _verify_bundle(Path(what), head)
    elif is_reference(what):
        _verify_case(_parse(what), by, password_file)
    else:
        raise HavenError(
            f"{what} is neither the reference of a case nor a folder that the user {user_name()} "
            "may use"
        )


def _is_folder(what: str) -> bool:
    """Tell whether there is such a folder; none can be seen from where the user may not look."""
    with suppress(PermissionError):
        return Path(what).is_dir()
    return False


def _verify_bundle(folder: Path, head: str) -> None:
    manifest = load_manifest(folder)
    with ExitStack() as stack:
        is_authentic = _row_verifier(stack, manifest.case)
        fault = next(find_faults(folder, manifest, head=head, is_authentic=is_authentic), None)
    if fault is not None:
        raise HavenError(fault)
    rows = len(manifest.ledger)
    typer.echo(f"Nothing was altered: {manifest.counted}, {rows} rows, up to {manifest.head}.")
    for line in find_unproved(manifest):
        typer.echo(line)
    if is_authentic is None:
        typer.echo("Without this deployment's host key the author is unproven: compare the head.")


def _verify_case(reference: str, by: str, password_file: Path | None) -> None:
    with _open_evidence(by, password_file) as (deployment, evidence):
        now, who = deployment.now(), by or OPERATOR
        case, saved, head = deployment.run(
            lambda work: _verify_log(work, evidence, reference, who, now)
        )
        faults = evidence.verify_files(evidence.opener(case), saved)
    for number, fault in faults.items():
        raise HavenError(f"file {number} {FILE_FAULTS[fault]}")
    typer.echo(f"Nothing was altered: {count_of(len(saved), 'file')}, the ledger up to {head}.")


def _verify_log(
    work: Work, evidence: EvidenceStore, reference: str, who: str, now: int
) -> tuple[str, list[EvidenceFile], str]:
    """Verify the custody log of a case and record that its files are opened.

    Return the case, the files to be read, and the head of what was verified with these records.

    Raises:
        HavenError: the log, or the list of files, was altered.
    """
    case = evidence.find_case_id(work, reference)
    evidence.lock(work, case)
    if broken := evidence.custody.verify(work, case):
        raise HavenError(f"row {broken.number} of the ledger {LEDGER_FAULTS[broken.fault]}")
    if difference := evidence.find_difference(work, case):
        raise HavenError(difference)
    saved = [file for file in evidence.list_files(work, case) if file.is_saved]
    evidence.record(work, case, saved, CustodyAction.OPENED, who, now)
    return case, saved, evidence.custody.head(work, case)


@contextmanager
def _open_evidence(
    by: str = "", password_file: Path | None = None
) -> Iterator[tuple[Deployment, EvidenceStore]]:
    with open_deployment() as deployment:
        keyring = deployment.sign_in(by, password_file) if by else None
        blobs = open_blobs(deployment.settings)
        yield deployment, EvidenceStore(deployment.vault, blobs, keyring)


def _row_verifier(stack: ExitStack, case: str) -> Callable[[bytes, bytes], bool] | None:
    """Return a check that this deployment wrote a row; None if its host key is not at hand."""
    try:
        _deployment, evidence = stack.enter_context(_open_evidence())
    except HavenError:
        return None
    return lambda link, mac: evidence.custody.is_authentic(case, link, mac)


def _parse(reference: str) -> str:
    return parse_reference(reference) or reference


def _row(file: EvidenceFile, zone: ZoneInfo) -> tuple[object, ...]:
    stated = f"{file.kind} {escape_line(file.mime)}".strip()
    differs = ": not as stated" if file.matches_stated_type is False else ""
    return (
        file.number, _moment(file.arrived_at, zone), _moment(file.sent_at, zone),
        file.message or "-", stated, escape_line(file.name) or "-",
        escape_line(file.caption) or "-", f"{file.detected_type}{differs}" or "-", file.state,
        file.size, file.digest or "-",
    )  # fmt: skip


def _moment(at: int, zone: ZoneInfo) -> str:
    return f"{local_time(at, zone):%Y-%m-%d %H:%M:%S}" if at else "-"
