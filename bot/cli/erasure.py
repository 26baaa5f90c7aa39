"""What people want erased or take back, as a caseworker answers it at the command line."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.errors import HavenError
from bot.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.hotline.erasure.requests import ErasureRequest
    from bot.hotline.staff.staff import Caseworker
    from bot.settings import Settings
    from bot.store.writer import Work
    from bot.vault import AuditLog, Vault

T = TypeVar("T")
StaffId = Annotated[str, typer.Option("--by", help="The id of whoever says so (haven staff list).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one document.")]
ANSWER_TEXTS = {
    "confirmed": "{reference} is erased by the bot within seconds; a legal hold would stop it.",
    "objected": "{by} objects. Once somebody else objects too, {reference} is not erased.",
    "refused": "Two object: {reference} is not erased, unless somebody asks for it again.",
}
REFUSAL_TEXTS = {
    "no_wish": "nobody has asked to erase {reference}; haven cases wishes shows who has",
    "twice": "{by} has objected to erasing {reference} already; a colleague has to object as well",
}


NOT_PERMITTED = (
    "{by} may not say so of {reference}: whoever holds it, or a supervisor, confirms; whoever "
    "serves its queue objects or takes back"
)


def list_erasure_requests(*, as_json: AsJson = False) -> None:
    """Print which cases somebody wants erased, by when, and who confirmed it or objected."""
    from bot.hotline.erasure.requests import ErasureRequests  # noqa: PLC0415 - each command pays for what it uses

    settings, found = _with_vault(lambda work, _vault, _audit: ErasureRequests.all(work))
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in found], indent=2))
        return
    for each in found:
        typer.echo(_request_line(each, settings))
    if not found:
        typer.echo("Nobody wants anything erased.")


def confirm_erasure(reference: str, by: StaffId) -> None:
    """Confirm that the person wants a case erased: it is, at once."""
    _answer_request(reference, by, "")


def object_to_erasure(
    reference: str,
    by: StaffId,
    reason: Annotated[str, typer.Option(help="Why not; kept sealed, as a note of the case.")],
) -> None:
    """Object to erasing a case; two have to, each with a reason, or it is erased all the same."""
    if not reason.strip():
        raise typer.BadParameter("--because says why the case must not be erased")
    _answer_request(reference, by, reason)


def revoke_consent(
    reference: str,
    kind: Annotated[str, typer.Argument(help="chat, hotline, alarm, others or statistics.")],
    by: StaffId,
) -> None:
    """Take back what a person agreed to, because they said so by word of mouth."""
    from bot.app.texts import build_consent, build_system_texts  # noqa: PLC0415
    from bot.cases.consents import ConsentKind  # noqa: PLC0415
    from bot.conversation import FlowRegistry  # noqa: PLC0415
    from bot.hotline.commands.erasure import may_object  # noqa: PLC0415
    from bot.hotline.referrals.revoke import ConsentRevocation  # noqa: PLC0415
    from bot.hotline.referrals.store import Referrals  # noqa: PLC0415
    from flows import ALL_FLOWS  # noqa: PLC0415

    if kind not in list(ConsentKind):
        raise typer.BadParameter(f"there is no agreement {kind}; one of: {', '.join(ConsentKind)}")

    settings, book = load_settings(), FlowRegistry(ALL_FLOWS)
    consent = build_consent(settings, book, build_system_texts(settings))

    def revoke(work: Work, vault: Vault, audit: AuditLog) -> bool:
        case, who = _require_case(work, reference), _require_caseworker(work, vault, by)
        if not may_object(work, case, who):
            raise HavenError(NOT_PERMITTED.format(by=by, reference=reference))
        taking_back = ConsentRevocation(vault, audit, Referrals(vault, audit, book, consent))
        return taking_back.revoke(work, case, ConsentKind(kind), by, _now()) is not None

    _, done = _with_vault(revoke)
    if not done:
        raise HavenError(f"nothing of that kind is agreed to in {reference} now")
    typer.echo(f"{reference}: {kind} is taken back.")


def _answer_request(reference: str, by: str, reason: str) -> None:
    """Confirm a wish, or object for a reason."""
    from bot.hotline.chat.messages import (  # noqa: PLC0415
        CaseMessage,
        CaseMessageContent,
        CaseMessageKind,
        CaseMessages,
        MessageSide,
    )
    from bot.hotline.commands.erasure import may_erase, may_object  # noqa: PLC0415
    from bot.hotline.erasure.requests import ErasureDecision, ErasureRequests  # noqa: PLC0415

    def answer(work: Work, vault: Vault, audit: AuditLog) -> ErasureDecision:
        case, who = _require_case(work, reference), _require_caseworker(work, vault, by)
        if not (may_object if reason else may_erase)(work, case, who):
            raise HavenError(NOT_PERMITTED.format(by=by, reference=reference))
        if not reason:
            return ErasureRequests(audit).confirm(work, case, by, _now())
        found = ErasureRequests(audit).object(work, case, by, _now())
        if found in {ErasureDecision.OBJECTED, ErasureDecision.REFUSED}:
            note = CaseMessage(
                case,
                MessageSide.NOTE,
                CaseMessageKind.TEXT,
                CaseMessageContent(text=reason),
                _now(),
                by,
            )
            CaseMessages(vault).store(work, [note])
        return found

    _, found = _with_vault(answer)
    blanks = {"reference": reference, "by": by}
    if found.value in REFUSAL_TEXTS:
        raise HavenError(REFUSAL_TEXTS[found.value].format(**blanks))
    typer.echo(ANSWER_TEXTS[found.value].format(**blanks))


def _require_case(work: Work, reference: str) -> str:
    from bot.cases.queries import find_case_id  # noqa: PLC0415

    found = find_case_id(work, reference)
    if found is None:
        raise HavenError(f"there is no case {reference}; haven cases list shows them")
    return found


def _require_caseworker(work: Work, vault: Vault, by: str) -> Caseworker:
    from bot.cases.state_machine import Role  # noqa: PLC0415
    from bot.hotline.staff.staff import Staff  # noqa: PLC0415

    found = Staff(vault).find(work, by)
    if found is None or not found.is_active or found.role is Role.AUDITOR:
        raise HavenError(f"{by} is no caseworker who may; haven staff list shows them")
    return found


def _with_vault(do: Callable[[Work, Vault, AuditLog], T]) -> tuple[Settings, T]:
    from bot.app.build import open_vault  # noqa: PLC0415
    from bot.cli.doctor import existing_database  # noqa: PLC0415
    from bot.vault import AuditLog  # noqa: PLC0415

    settings = load_settings()
    database = existing_database(settings)
    try:
        vault = open_vault(settings, database)
        try:
            return settings, database.writer.run_sync(lambda work: do(work, vault, AuditLog(vault)))
        finally:
            vault.close()
    finally:
        database.writer.close()


def _request_line(erasure_request: ErasureRequest, settings: Settings) -> str:
    said = [
        f"{erasure_request.reference}  asked {_format_time(erasure_request.asked_at, settings)}"
    ]
    if erasure_request.confirmed_by:
        said.append(f"confirmed by {erasure_request.confirmed_by}")
    elif erasure_request.due_at is not None:
        said.append(f"erased on {_format_time(erasure_request.due_at, settings)}")
    else:
        said.append("not erased")
    objected = [by for by in (erasure_request.objected_by, erasure_request.seconded_by) if by]
    said += [f"objected: {', '.join(objected)}"] if objected else []
    return "  ".join(said)


def _format_time(at: int, settings: Settings) -> str:
    return datetime.fromtimestamp(at / 1_000_000, settings.zone).strftime("%Y-%m-%d %H:%M")


def _now() -> int:
    from bot.clock import SystemClock  # noqa: PLC0415

    return SystemClock().now()
