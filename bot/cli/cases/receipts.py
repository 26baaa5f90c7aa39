"""`haven receipt`: receipts, verified with the person's passphrase or printed for an officer."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Annotated

import typer

from bot.app.sign_in import ask_secret
from bot.cases.receipts import Receipt, Receipts
from bot.cli.deployment import Deployment, open_deployment
from bot.cli.options import PasswordFile, SignedIn
from bot.errors import HavenError
from bot.exports.case_file_check import public_key
from bot.exports.open_package import fingerprint
from bot.store.writer import Work
from bot.vault.keys.keyring import Keyring

receipt_app = typer.Typer(no_args_is_help=True)
WRONG_RECEIPT = "there is no receipt with this number and this passphrase"
NO_RECEIPT = "receipt"
Reference = Annotated[str, typer.Argument(metavar="REF")]


@receipt_app.command("key")
def print_key() -> None:
    """Print the public key with which anyone can verify a printed receipt or a case file."""
    with open_deployment() as deployment:
        pem = deployment.vault.signer.public_pem
    typer.echo(pem, nl=False)
    typer.echo(f"Fingerprint: {fingerprint(public_key({'public_key': pem}))}", err=True)


@receipt_app.command("verify")
def verify_receipt(
    reference: Reference,
    passphrase_file: Annotated[
        Path | None, typer.Option(help="File with the passphrase; without it, it is asked for.")
    ] = None,
) -> None:
    """Verify a receipt with the person's passphrase.

    A wrong passphrase and an unknown number are answered alike, in the same time.
    """
    typed = ask_secret(passphrase_file, "Passphrase")
    with open_deployment() as deployment:
        text = deployment.run(lambda work: _verify(work, deployment, reference, typed))
    if text is None:
        raise HavenError(WRONG_RECEIPT)
    typer.echo(text)


@receipt_app.command("print")
def print_receipt(reference: Reference, by: SignedIn, password_file: PasswordFile = None) -> None:
    """Print a receipt with its signature, for a caseworker whose keys open the case."""
    with open_deployment() as deployment:
        keyring = deployment.sign_in(by, password_file)
        text = deployment.run(lambda work: _printable(work, deployment, reference, by, keyring))
    typer.echo(text)


def _verify(work: Work, deployment: Deployment, reference: str, passphrase: str) -> str | None:
    """Return what a receipt says; None, after the same time, for a wrong pair."""
    receipts = Receipts(deployment.vault, deployment.audit)
    receipt = receipts.find(work, reference)
    is_right = receipts.is_passphrase(receipt, reference, passphrase)
    if receipt is None or not is_right:
        deployment.record(work, "receipt_verify", NO_RECEIPT, "no")
        return None
    deployment.record(work, "receipt_verify", receipt.case, "yes")
    return f"{receipt.signed_text}\n{_verdict(work, receipts, receipt)}"


def _printable(
    work: Work, deployment: Deployment, reference: str, by: str, keyring: Keyring
) -> str:
    """Return a receipt with its proof; raise CaseNotReadableError if the keyring does not fit."""
    vault = deployment.vault
    receipts = Receipts(vault, deployment.audit)
    receipt = receipts.find(work, reference)
    if receipt is None:
        raise HavenError(f"there is no receipt {reference}")
    vault.cases.opener(receipt.case, keyring)
    deployment.audit.record(work, deployment.now(), by, "receipt_print", receipt.case)
    signature = b64encode(receipt.signature).decode()
    proof = f"Ed25519 of the lines above: {signature}\n{vault.signer.public_pem}"
    return f"{receipt.signed_text}\n{proof}\n{_verdict(work, receipts, receipt)}"


def _verdict(work: Work, receipts: Receipts, receipt: Receipt) -> str:
    if not receipts.is_signature_valid(receipt):
        return "The signature is not valid: this receipt was not issued here."
    if not receipts.is_unchanged(work, receipt):
        return "The signature is valid. What was received has been changed here since."
    return "The signature is valid, and what was received is unchanged here."
