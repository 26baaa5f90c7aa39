"""The commands about receipts: checked with a word, printed by whoever may read the case."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.app.sign_in import ask_secret, sign_in
from bot.errors import HavenError
from bot.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.cases.receipts import Receipt, Receipts
    from bot.store.database import Database
    from bot.store.writer import Work
    from bot.vault import Vault

T = TypeVar("T")

receipt_app = typer.Typer(no_args_is_help=True, help="Receipts people asked for, and their key.")
WRONG_RECEIPT = "there is no receipt with this number and this word"
NO_RECEIPT = "receipt"
"""What the audit log names where no receipt was found."""
CaseworkerId = Annotated[str, typer.Option("--as", help="The caseworker who does it: their id.")]
PasswordFile = Annotated[
    Path | None, typer.Option(help="Holds their password; without it, it is asked.")
]


@receipt_app.command("key")
def print_key() -> None:
    """Print the public half of the key: whoever has it can check a printed receipt."""
    typer.echo(_with_vault(lambda _database, vault: vault.signer.public_pem), nl=False)


@receipt_app.command("verify")
def verify_receipt(
    reference: Annotated[str, typer.Argument(metavar="REF")],
    passphrase: Annotated[
        str, typer.Option(help="The person's word; left out, it is asked and stays in no history.")
    ] = "",
    passphrase_file: Annotated[Path | None, typer.Option(help="Holds the word.")] = None,
) -> None:
    """Check a receipt with the word only the person knows; a wrong pair is like an unknown one."""
    spoken = passphrase or ask_secret(passphrase_file, "Word")
    said = _with_vault(
        lambda database, vault: database.writer.run_sync(
            lambda work: _verify_text(work, vault, reference, spoken)
        )
    )
    if said is None:
        raise HavenError(WRONG_RECEIPT)
    typer.echo(said)


@receipt_app.command("print")
def print_receipt(
    reference: Annotated[str, typer.Argument(metavar="REF")],
    by: CaseworkerId,
    password_file: PasswordFile = None,
) -> None:
    """Print all that is signed, for paper or for an officer; for whoever may read the case."""
    password = ask_secret(password_file)
    typer.echo(
        _with_vault(
            lambda database, vault: _printable_text(database, vault, reference, by, password)
        )
    )


def _verify_text(work: Work, vault: Vault, reference: str, word: str) -> str | None:
    """Return what a receipt says; None for a wrong pair, after as long a time."""
    from bot.cases.receipts import Receipts  # noqa: PLC0415 - each command pays for what it uses
    from bot.vault import AuditLog  # noqa: PLC0415
    from bot.vault.audit.log import OPERATOR  # noqa: PLC0415

    audit = AuditLog(vault)
    receipts = Receipts(vault, audit)
    found = receipts.find(work, reference)
    opens = receipts.is_passphrase(found, reference, word)
    subject, detail = (found.case, "yes") if found and opens else (NO_RECEIPT, "no")
    audit.record(work, _now(), OPERATOR, "receipt_verify", subject, detail)
    if found is None or not opens:
        return None
    return f"{found.signed_text}\n{_verdict(work, receipts, found)}"


def _printable_text(
    database: Database, vault: Vault, reference: str, by: str, password: str
) -> str:
    """Return the text of a receipt with its proof, for a caseworker whose keys open its case."""
    from bot.cases.receipts import Receipts  # noqa: PLC0415
    from bot.vault import AuditLog  # noqa: PLC0415
    from bot.vault.signatures import encode_signature  # noqa: PLC0415

    keyring = sign_in(database, vault, by, password)
    audit = AuditLog(vault)
    receipts = Receipts(vault, audit)

    def read(work: Work) -> str:
        found = receipts.find(work, reference)
        if found is None:
            raise HavenError(f"there is no receipt {reference}")
        vault.cases.opener(found.case, keyring)
        audit.record(work, _now(), by, "receipt_print", found.case)
        signature = encode_signature(found.signature)
        proof = f"Ed25519 of the lines above: {signature}\n{vault.signer.public_pem}"
        return f"{found.signed_text}\n{proof}\n{_verdict(work, receipts, found)}"

    return database.writer.run_sync(read)


def _verdict(work: Work, receipts: Receipts, found: Receipt) -> str:
    """Return what can be said of a receipt now."""
    if not receipts.is_signature_valid(found):
        return "The signature does not hold: this is no receipt of ours."
    if not receipts.is_unchanged(work, found):
        return "The signature holds. What was received was changed here since."
    return "The signature holds, and what was received lies here unchanged."


def _with_vault(do: Callable[[Database, Vault], T]) -> T:
    """Do something with this deployment's database and vault."""
    from bot.app.build import open_vault  # noqa: PLC0415
    from bot.cli.doctor import existing_database  # noqa: PLC0415

    settings = load_settings()
    database = existing_database(settings)
    try:
        vault = open_vault(settings, database)
        try:
            return do(database, vault)
        finally:
            vault.close()
    finally:
        database.writer.close()


def _now() -> int:
    from bot.clock import SystemClock  # noqa: PLC0415

    return SystemClock().now()
