"""`haven cases list`, `show`, `search` and `draw`."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.text import Text as Line

from bot.app.storage import existing_database
from bot.app.tables import case_view, notice_line, queue_table
from bot.app.texts import build_reader
from bot.cases.queries import (
    AnswerView,
    CaseDetails,
    QueuedCase,
    ServiceNotice,
    find_case_id,
    load_notices,
    load_queue,
)
from bot.cases.routing import Queue
from bot.cases.state_machine import draw_mermaid
from bot.cli.cases.deadlines import near_deadlines
from bot.cli.cases.messages import load_messages, print_messages
from bot.cli.deployment import no_such_case, open_deployment, read
from bot.cli.options import AsJson, Language, PasswordFile, SignedIn, one_of, require_language
from bot.cli.output import format_time, make_table, print_json, print_table
from bot.clock import DAY, SystemClock, to_utc
from bot.conversation import FlowRegistry
from bot.hotline.check_ins.model import CheckIn
from bot.hotline.check_ins.store import CheckIns
from bot.hotline.check_ins.texts import check_in_json, check_in_line
from bot.hotline.search.match import SearchMatch
from bot.hotline.search.search import Search, SearchResult
from bot.languages import STAFF_LANGUAGES, catalogue
from bot.settings import Settings, load_settings
from bot.store.database import Database
from bot.store.writer import Work
from bot.text import Catalogue
from bot.vault import AuditLog, Vault
from flows import ALL_FLOWS

NOTICE_PERIOD = 7 * DAY


def list_cases(
    only: Annotated[str, typer.Option("--queue", help="Only this queue, e.g. labour.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """List the cases that wait or are claimed, most urgent first.

    Needs no host key; with one, legal deadlines that end soon are listed too.
    """
    if only:
        one_of("--queue", only, list(Queue))
    settings = load_settings()
    database = existing_database(settings)

    async def load() -> tuple[list[QueuedCase], list[ServiceNotice]]:
        since = SystemClock().now() - NOTICE_PERIOD
        return await load_queue(database, only=only), await load_notices(database, since)

    with closing(database.writer):
        waiting, notices = read(database, load())
        deadlines = near_deadlines(settings, database, [case.reference for case in waiting])
    if as_json:
        print_json(
            [{**_case_as_json(it), "deadlines": deadlines.get(it.reference, [])} for it in waiting]
        )
        return
    console = Console()
    for notice in notices:
        console.print(notice_line(notice, settings.zone))
    print_table(queue_table(waiting, to_utc(SystemClock().now())))
    for reference, near in deadlines.items():
        for deadline in near:
            console.print(f"{reference}  {deadline['summary']}", style="bold", highlight=False)


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
        raise typer.BadParameter(str(no_such_case(reference)))
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
    print_messages(console, messages, zone)


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


def _case_as_json(case: QueuedCase) -> dict[str, Any]:
    return {
        **asdict(case),
        "priority": f"P{case.priority}",
        "waiting_since": case.waiting_since.isoformat(),
        "due_at": case.due_at.isoformat() if case.due_at else None,
    }


def _answer_as_json(answer: AnswerView) -> dict[str, Any]:
    return {**asdict(answer), "files": [it.kind for it in answer.files]}


def _case_details_as_json(opened: CaseDetails) -> dict[str, Any]:
    return {
        **_case_as_json(opened.case), "reasons": list(opened.reasons),
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


DEFAULT_LIMIT = 200


def search_cases(
    query: Annotated[str, typer.Argument(help="At least two characters, side by side.")],
    who: SignedIn,
    password_file: PasswordFile = None,
    limit: Annotated[int, typer.Option(min=1, help="Hits shown, newest first.")] = DEFAULT_LIMIT,
    *,
    as_json: AsJson = False,
) -> None:
    """Search everything a caseworker may open: reports, messages and notes."""
    with open_deployment() as deployment:
        keyring = deployment.sign_in(who, password_file)
        found = deployment.read(
            Search(deployment.database, deployment.vault).find(query, keyring, limit)
        )
        now = deployment.now()

        def record(work: Work) -> None:
            """Record who searched and which cases they read, not the query: a person's words."""
            deployment.audit.record(work, now, who, "search", who, str(found.items))
            for case in dict.fromkeys(hit.case for hit in found.hits):
                deployment.audit.record(work, now, who, "read", case, "search")

        deployment.run(record)
    if as_json:
        print_json({**asdict(found), "hits": [_hit_as_json(hit) for hit in found.hits]})
        return
    zone = deployment.settings.zone
    rows = [
        (hit.reference, format_time(hit.at, zone), hit.source.value, hit.excerpt)
        for hit in found.hits
    ]
    if rows:
        print_table(make_table("", ("case", "when", "in", "text"), rows))
    typer.echo(_summary(found))


def _summary(found: SearchResult) -> str:
    closed = f"; {found.closed} cases you may not open" if found.closed else ""
    unreadable = f"; {found.unreadable} items cannot be read" if found.unreadable else ""
    searched = f"Searched {found.items} items of {found.cases} cases"
    return f"Hits: {len(found.hits)}. {searched}{closed}{unreadable}."


def _hit_as_json(hit: SearchMatch) -> dict[str, str]:
    return {
        "reference": hit.reference, "in": hit.source.value, "at": to_utc(hit.at).isoformat(),
        "text": hit.excerpt,
    }  # fmt: skip
