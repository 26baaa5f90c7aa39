"""`haven audit`: verify the audit log, and print its head."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.deployment import open_deployment
from bot.errors import HavenError
from bot.settings import load_settings
from bot.store.database import DataDirectory
from bot.vault.audit.log import AuditHead

audit_app = typer.Typer(no_args_is_help=True)
FAULT_TEXTS = {
    "missing": "is missing",
    "inserted": "was inserted: the log never gave out this number",
    "altered": "was altered, moved or inserted",
    "cut": "and all rows after it were cut off",
    "too_old": "is older than the two years that are kept: record a newer head",
    "replaced": "is not the row the head names: the end was cut off and other rows added",
}


@audit_app.command("verify")
def verify_audit(
    head: Annotated[str, typer.Option(help="As haven audit head printed it.")] = "",
) -> None:
    """Verify the audit log; name the first row that was altered, removed, inserted or moved."""
    found = _verify_log([_parse_head(head, "--head")] if head else [])
    typer.echo(f"The log is intact: {found.number} rows, up to {found}.")


@audit_app.command("head")
def audit_head() -> None:
    """Print where the log ends. Record it elsewhere: rows up to it can then not be cut off."""
    found = _verify_log([])
    directory = DataDirectory(load_settings().data)
    directory.create()
    part = directory.audit_head_file.with_suffix(".head.part")
    part.write_text(f"{found}\n", encoding="ascii")
    part.replace(directory.audit_head_file)
    typer.echo(str(found))


def _verify_log(heads: list[AuditHead]) -> AuditHead:
    """Return the head of an intact log; raise HavenError, which names the first bad row."""
    with open_deployment() as deployment:
        path = DataDirectory(deployment.settings.data).audit_head_file
        if path.exists():
            text = path.read_text(encoding="ascii", errors="replace")
            heads = [*heads, _parse_head(text, str(path))]
        found = deployment.audit.verify_stored(deployment.database, heads)
    if not isinstance(found, AuditHead):
        raise HavenError(f"row {found.number} {FAULT_TEXTS[found.fault]}")
    return found


def _parse_head(text: str, where: str) -> AuditHead:
    head = AuditHead.parse(text)
    if head is None:
        raise HavenError(
            f"{where}: a head is a row number and 16 digits, like 1842:9f3c2a1b77e05d10"
        )
    return head
