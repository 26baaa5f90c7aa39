"""`haven cases search`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from bot.cli.deployment import open_deployment
from bot.cli.options import AsJson, PasswordFile, SignedIn
from bot.cli.output import format_time, make_table, print_json, print_table
from bot.clock import to_utc
from bot.hotline.search.match import SearchMatch
from bot.hotline.search.search import Search, SearchResult
from bot.store.writer import Work

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
