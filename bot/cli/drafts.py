"""Drafts of papers for offices, filled from an opened case, at the command line."""

from __future__ import annotations

import asyncio
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from bot.errors import HavenError
from bot.settings import read_settings

if TYPE_CHECKING:
    from bot.places.forms import Paper, Papers
    from bot.settings import Settings
    from bot.store.writer import Work
    from bot.vault.keys.keyring import Keyring


def draft(
    reference: str,
    kind: Annotated[str, typer.Argument(help="residence, work or objection.")],
    who: Annotated[str, typer.Option("--as", help="The id of whoever drafts.")],
    password_file: Annotated[
        Path | None, typer.Option(help="Holds their password; without it, it is asked.")
    ] = None,
    to: Annotated[Path | None, typer.Option(help="A new file; without it, it is printed.")] = None,
) -> None:
    """Draft a paper from a case, in Chinese, for a human to check; the unknown stays blank."""
    from bot.places.registry import place_named  # noqa: PLC0415 - each command pays for what it uses

    settings = read_settings()
    papers = place_named(settings.place).papers
    if papers is None:
        raise HavenError(f"nobody has read yet what offices of {settings.place} want in writing")
    if kind not in papers.kinds:
        raise typer.BadParameter(f"there is no paper {kind}; one of: {', '.join(papers.kinds)}")
    if to is not None and to.exists():
        raise HavenError(f"{to} exists already: name a new file")
    text = asyncio.run(
        _drafted(settings, papers, papers.kinds[kind], reference, who, password_file)
    )
    if to is None:
        typer.echo(text, nl=False)
        return
    to.touch(mode=0o600, exist_ok=False)
    to.write_text(text, encoding="utf-8")
    typer.echo(f"{to}: a draft for somebody to check; take it away when it is not needed any more.")


async def _drafted(  # noqa: PLR0913, PLR0917 - which paper, of what, by whom
    settings: Settings, papers: Papers, paper: Paper, reference: str, who: str,
    password_file: Path | None,
) -> str:  # fmt: skip
    from bot.app.build import open_vault  # noqa: PLC0415
    from bot.app.sign_in import asked, sign_in  # noqa: PLC0415
    from bot.app.texts import reader_of  # noqa: PLC0415
    from bot.cases.queries import case_called  # noqa: PLC0415
    from bot.cli.doctor import existing_database  # noqa: PLC0415
    from bot.clock import SystemClock  # noqa: PLC0415
    from bot.conversation import Book  # noqa: PLC0415
    from bot.hotline.deadlines import CaseClocks  # noqa: PLC0415
    from bot.hotline.form_data import OFFICE_READS, days, standing, told_in  # noqa: PLC0415
    from bot.places.forms import filled  # noqa: PLC0415
    from bot.places.registry import place_named  # noqa: PLC0415
    from bot.vault import Audit  # noqa: PLC0415
    from flows import ALL  # noqa: PLC0415

    database = existing_database(settings)
    vault = open_vault(settings, database)
    try:
        keyring: Keyring = sign_in(database, vault, who, asked(password_file), reference)
        reader = reader_of(settings, database, vault, Book(ALL), OFFICE_READS)
        opened = await reader.open(reference, keyring)
        if opened is None:
            raise HavenError(f"there is no case {reference}; haven cases list shows them")
        clocks = CaseClocks(vault, Audit(vault), place_named(settings.place).clocks)

        def note(work: Work) -> dict[str, str]:
            case = case_called(work, reference) or ""
            Audit(vault).note(work, SystemClock().now(), who, "draft", case, paper.code)
            return days(work, clocks, papers, paper, case)

        helps = standing(
            papers, opened, organisation=settings.organisation, contact=settings.contact,
            zone=settings.zone, now=SystemClock().now(),
        )  # fmt: skip
        known = {**await database.writer.run(note), **helps}
        return filled(papers, paper, known, told_in(opened) if paper.tells else [])
    finally:
        vault.close()
        await database.close()
