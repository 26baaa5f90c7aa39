"""Looking for words in every case somebody may open, at the command line."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from bot.clock import SECOND, SystemClock
from bot.settings import load_settings

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from rich.table import Table

    from bot.hotline.search.search import SearchHit, SearchResult
    from bot.store.writer import Work

DEFAULT_LIMIT = 200


def search_cases(
    query: Annotated[str, typer.Argument(help="Two signs or more, as they stand side by side.")],
    who: Annotated[str, typer.Option("--as", help="The id of whoever looks.")],
    password_file: Annotated[
        Path | None, typer.Option(help="Holds their password; without it, it is asked.")
    ] = None,
    limit: Annotated[
        int, typer.Option(min=1, help="Places shown, the newest first.")
    ] = DEFAULT_LIMIT,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one document.")] = False,
) -> None:
    """Find words in everything a caseworker may open: what was sent, written and noted."""
    found, zone = asyncio.run(_search(query, who, password_file, limit))
    if as_json:
        told = {**asdict(found), "hits": [_hit_as_json(hit) for hit in found.hits]}
        typer.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    from rich.console import Console  # noqa: PLC0415 - only where it is seen

    console = Console()
    if found.hits:
        console.print(_table(found, zone))
    console.print(_summary(found), markup=False, highlight=False)


async def _search(
    query: str, who: str, password_file: Path | None, limit: int
) -> tuple[SearchResult, ZoneInfo]:
    from bot.app.build import open_vault  # noqa: PLC0415 - each command pays for what it uses
    from bot.app.sign_in import ask_secret, sign_in  # noqa: PLC0415
    from bot.cli.doctor import existing_database  # noqa: PLC0415
    from bot.hotline.search.search import Search  # noqa: PLC0415
    from bot.vault import AuditLog  # noqa: PLC0415

    settings = load_settings()
    database = existing_database(settings)
    vault = open_vault(settings, database)
    try:
        keyring = sign_in(database, vault, who, ask_secret(password_file))
        found = await Search(database, vault).find(query, keyring, limit)
        now = SystemClock().now()

        def note(work: Work) -> None:
            """Write down who looked, not for what: those are words of a person; and who read."""
            audit = AuditLog(vault)
            audit.record(work, now, who, "search", who, str(found.items))
            for case in dict.fromkeys(hit.case for hit in found.hits):
                audit.record(work, now, who, "read", case, "search")

        database.writer.run_sync(note)
        return found, settings.zone
    finally:
        vault.close()
        await database.close()


def _table(found: SearchResult, zone: ZoneInfo) -> Table:
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table("number", "when", "in", "words", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for hit in found.hits:
        at = datetime.fromtimestamp(hit.at / SECOND, UTC).astimezone(zone)
        table.add_row(
            hit.reference, at.strftime("%Y-%m-%d %H:%M"), hit.source.value, Text(hit.excerpt)
        )
    return table


def _summary(found: SearchResult) -> str:
    told = f"Places: {len(found.hits)}. Looked through {found.items} things of {found.cases} cases"
    told += f"; {found.closed} cases you may not open" if found.closed else ""
    told += f"; {found.unreadable} things do not open" if found.unreadable else ""
    return f"{told}."


def _hit_as_json(hit: SearchHit) -> dict[str, str]:
    at = datetime.fromtimestamp(hit.at / SECOND, UTC).isoformat()
    return {
        "reference": hit.reference, "in": hit.source.value, "at": at, "words": hit.excerpt,
    }  # fmt: skip
