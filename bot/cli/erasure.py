"""What people want erased or take back, as a caseworker answers it at the command line."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.errors import HavenError
from bot.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.hotline.erasure.requests import Wish
    from bot.hotline.staff.staff import Caseworker
    from bot.settings import Settings
    from bot.store.writer import Work
    from bot.vault import Audit, Vault

T = TypeVar("T")
By = Annotated[str, typer.Option("--by", help="The id of whoever says so (haven staff list).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one document.")]
SAID = {
    "confirmed": "{reference} is erased by the bot within seconds; a legal hold would stop it.",
    "objected": "{by} objects. Once somebody else objects too, {reference} is not erased.",
    "refused": "Two object: {reference} is not erased, unless somebody asks for it again.",
}
REFUSED = {
    "no_wish": "nobody has asked to erase {reference}; haven cases wishes shows who has",
    "twice": "{by} has objected to erasing {reference} already; a colleague has to object as well",
}


NOT_THEIRS = (
    "{by} may not say so of {reference}: whoever holds it, or a supervisor, confirms; whoever "
    "serves its queue objects or takes back"
)


def list_wishes(*, as_json: AsJson = False) -> None:
    """Print which cases somebody wants erased, by when, and who confirmed it or objected."""
    from bot.hotline.erasure.requests import Wishes  # noqa: PLC0415 - each command pays for what it uses

    settings, found = _in_a_unit(lambda work, _vault, _audit: Wishes.all(work))
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in found], indent=2))
        return
    for each in found:
        typer.echo(_in_words(each, settings))
    if not found:
        typer.echo("Nobody wants anything erased.")


def confirm_wish(reference: str, by: By) -> None:
    """Confirm that the person wants a case erased: it is, at once."""
    _answer(reference, by, "")


def object_to_wish(
    reference: str,
    by: By,
    because: Annotated[str, typer.Option(help="Why not; kept sealed, as a note of the case.")],
) -> None:
    """Object to erasing a case; two have to, each with a reason, or it is erased all the same."""
    if not because.strip():
        raise typer.BadParameter("--because says why the case must not be erased")
    _answer(reference, by, because)


def revoke_agreement(
    reference: str,
    kind: Annotated[str, typer.Argument(help="chat, hotline, alarm, others or statistics.")],
    by: By,
) -> None:
    """Take back what a person agreed to, because they said so by word of mouth."""
    from bot.app.texts import consent_of, phrasing_of  # noqa: PLC0415
    from bot.cases.consents import Kind  # noqa: PLC0415
    from bot.conversation import Book  # noqa: PLC0415
    from bot.hotline.commands.erasure import may_answer  # noqa: PLC0415
    from bot.hotline.referrals.revoke import TakingBack  # noqa: PLC0415
    from bot.hotline.referrals.store import Referrals  # noqa: PLC0415
    from flows import ALL  # noqa: PLC0415

    if kind not in list(Kind):
        raise typer.BadParameter(f"there is no agreement {kind}; one of: {', '.join(Kind)}")

    settings, book = read_settings(), Book(ALL)
    consent = consent_of(settings, book, phrasing_of(settings))

    def revoke(work: Work, vault: Vault, audit: Audit) -> bool:
        case, who = _case_of(work, reference), _colleague(work, vault, by)
        if not may_answer(work, case, who):
            raise HavenError(NOT_THEIRS.format(by=by, reference=reference))
        taking_back = TakingBack(vault, audit, Referrals(vault, audit, book, consent))
        return taking_back.revoke(work, case, Kind(kind), by, _now()) is not None

    _, done = _in_a_unit(revoke)
    if not done:
        raise HavenError(f"nothing of that kind is agreed to in {reference} now")
    typer.echo(f"{reference}: {kind} is taken back.")


def _answer(reference: str, by: str, because: str) -> None:
    """Confirm a wish, or object for a reason."""
    from bot.hotline.chat.messages import Content, Exchange, Exchanges, Side, Sort  # noqa: PLC0415
    from bot.hotline.commands.erasure import may_answer, may_erase  # noqa: PLC0415
    from bot.hotline.erasure.requests import Answer, Wishes  # noqa: PLC0415

    def answer(work: Work, vault: Vault, audit: Audit) -> Answer:
        case, who = _case_of(work, reference), _colleague(work, vault, by)
        if not (may_answer if because else may_erase)(work, case, who):
            raise HavenError(NOT_THEIRS.format(by=by, reference=reference))
        if not because:
            return Wishes(audit).confirm(work, case, by, _now())
        found = Wishes(audit).object(work, case, by, _now())
        if found in {Answer.OBJECTED, Answer.REFUSED}:
            note = Exchange(case, Side.NOTE, Sort.WORDS, Content(words=because), _now(), by)
            Exchanges(vault).keep(work, [note])
        return found

    _, found = _in_a_unit(answer)
    blanks = {"reference": reference, "by": by}
    if found.value in REFUSED:
        raise HavenError(REFUSED[found.value].format(**blanks))
    typer.echo(SAID[found.value].format(**blanks))


def _case_of(work: Work, reference: str) -> str:
    from bot.cases.queries import case_called  # noqa: PLC0415

    found = case_called(work, reference)
    if found is None:
        raise HavenError(f"there is no case {reference}; haven cases list shows them")
    return found


def _colleague(work: Work, vault: Vault, by: str) -> Caseworker:
    from bot.cases.state_machine import Role  # noqa: PLC0415
    from bot.hotline.staff.staff import Staff  # noqa: PLC0415

    found = Staff(vault).find(work, by)
    if found is None or not found.is_active or found.role is Role.AUDITOR:
        raise HavenError(f"{by} is no caseworker who may; haven staff list shows them")
    return found


def _in_a_unit(do: Callable[[Work, Vault, Audit], T]) -> tuple[Settings, T]:
    from bot.app.build import open_vault  # noqa: PLC0415
    from bot.cli.doctor import existing_database  # noqa: PLC0415
    from bot.vault import Audit  # noqa: PLC0415

    settings = read_settings()
    database = existing_database(settings)
    try:
        vault = open_vault(settings, database)
        try:
            return settings, database.writer.run_now(lambda work: do(work, vault, Audit(vault)))
        finally:
            vault.close()
    finally:
        database.writer.close()


def _in_words(wish: Wish, settings: Settings) -> str:
    said = [f"{wish.reference}  asked {_moment(wish.asked_at, settings)}"]
    if wish.confirmed_by:
        said.append(f"confirmed by {wish.confirmed_by}")
    elif wish.due_at is not None:
        said.append(f"erased on {_moment(wish.due_at, settings)}")
    else:
        said.append("not erased")
    objected = [by for by in (wish.objected_by, wish.seconded_by) if by]
    said += [f"objected: {', '.join(objected)}"] if objected else []
    return "  ".join(said)


def _moment(at: int, settings: Settings) -> str:
    return datetime.fromtimestamp(at / 1_000_000, settings.zone).strftime("%Y-%m-%d %H:%M")


def _now() -> int:
    from bot.clock import SystemClock  # noqa: PLC0415

    return SystemClock().now()
