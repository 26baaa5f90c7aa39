"""`haven cases show` and `draw`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.text import Text as Line

from bot.app.tables import case_view
from bot.app.texts import build_reader
from bot.cases.queries import (
    AnswerView,
    CaseDetails,
    find_case_id,
)
from bot.cases.state_machine import draw_mermaid
from bot.cli.cases.messages import load_messages, print_messages
from bot.cli.cases.queue import queued_case_as_json
from bot.cli.deployment import no_such_case, open_deployment
from bot.cli.options import AsJson, Language, PasswordFile, SignedIn, require_language
from bot.cli.output import print_json
from bot.conversation import FlowRegistry
from bot.hotline.check_ins.model import CheckIn
from bot.hotline.check_ins.store import CheckIns
from bot.hotline.check_ins.texts import check_in_json, check_in_line
from bot.languages import STAFF_LANGUAGES, catalogue
from bot.settings import Settings
from bot.store.database import Database
from bot.store.writer import Work
from bot.text import Catalogue
from bot.vault import AuditLog, Vault
from flows import ALL_FLOWS


def show_case(
    reference: str,
    language: Language = "en",
    who: SignedIn = "",
    password_file: PasswordFile = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show a case; for a caseworker who signs in, with what was sent and written."""
    require_language(language)
    with open_deployment() as deployment:
        settings, database, vault = deployment.settings, deployment.database, deployment.vault
        reader = build_reader(settings, database, vault, FlowRegistry(ALL_FLOWS), language)
        keyring = deployment.sign_in(who, password_file, reference) if who else None
        opened = deployment.read(reader.open(reference, keyring))
        # Agreed hours are for signed-in caseworkers only, although the host key opens them.
        check_in = agreed_check_in(database, vault, reference) if who else None
        messages: list[dict[str, Any]] = []
        if opened is not None and keyring is not None:
            messages = load_messages(deployment, reference, keyring, language)
    if opened is None:
        raise no_such_case(reference)
    if as_json:
        found = _case_details_as_json(opened)
        found |= check_in_as_json(check_in, settings.zone) if who else {}
        found |= {"messages": messages} if who else {}
        print_json(found)
        return
    staff, zone = (
        catalogue(language if language in STAFF_LANGUAGES else "en", "staff"),
        settings.zone,
    )
    console = Console()
    console.print(case_view(opened, staff, zone), *check_in_lines(check_in, staff, settings))
    print_messages(console, messages, zone, staff)


def draw_states() -> None:
    """Print the states of a case, and who may change them, as a Mermaid diagram."""
    typer.echo(draw_mermaid())


def agreed_check_in(database: Database, vault: Vault, reference: str) -> CheckIn | None:
    """Return the check-in agreed on in a case, without the person's words."""

    def load(work: Work) -> CheckIn | None:
        case = find_case_id(work, reference)
        stored = CheckIns(vault, AuditLog(vault)).of_case(work, case) if case else None
        return None if stored is None else stored.check_in

    return database.writer.run_sync(load)


def check_in_as_json(check_in: CheckIn | None, zone: ZoneInfo) -> dict[str, object]:
    """Return a check-in under its JSON key."""
    return {"check_in": check_in_json(check_in, zone) if check_in is not None else None}


def check_in_lines(check_in: CheckIn | None, words: Catalogue, settings: Settings) -> list[Line]:
    """Return the line about a check-in that stands below a case."""
    if check_in is None:
        return []
    return [Line(f"\n{check_in_line(check_in, words, settings.zone)}", style="bold")]


def _answer_as_json(answer: AnswerView) -> dict[str, Any]:
    return {**asdict(answer), "files": [it.kind for it in answer.files]}


def _case_details_as_json(opened: CaseDetails) -> dict[str, Any]:
    return {
        **queued_case_as_json(opened.case), "reasons": list(opened.reasons),
        "reports": [
            {"kind": it.kind, "sent_at": it.sent_at.isoformat(),
             "answers": [_answer_as_json(answer) for answer in it.answers]}
            for it in opened.reports
        ],
        "files": [asdict(file) for file in opened.files],
        "consents": [
            {**asdict(it), "at": it.at.isoformat(),
             "revoked_at": it.revoked_at.isoformat() if it.revoked_at else None}
            for it in opened.consents
        ],
        "is_open": opened.is_decrypted, **asdict(opened.assessment),
    }  # fmt: skip
