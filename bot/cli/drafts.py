"""Drafts of papers for offices, filled from an opened case, at the command line."""

from __future__ import annotations

import asyncio
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from bot.errors import HavenError
from bot.settings import load_settings

if TYPE_CHECKING:
    from bot.places.forms import OfficeForm, OfficeForms
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
    from bot.places.registry import find_place  # noqa: PLC0415 - each command pays for what it uses

    settings = load_settings()
    papers = find_place(settings.place).office_forms
    if papers is None:
        raise HavenError(f"nobody has read yet what offices of {settings.place} want in writing")
    if kind not in papers.forms:
        raise typer.BadParameter(f"there is no paper {kind}; one of: {', '.join(papers.forms)}")
    if to is not None and to.exists():
        raise HavenError(f"{to} exists already: name a new file")
    text = asyncio.run(
        _draft_text(settings, papers, papers.forms[kind], reference, who, password_file)
    )
    if to is None:
        typer.echo(text, nl=False)
        return
    to.touch(mode=0o600, exist_ok=False)
    to.write_text(text, encoding="utf-8")
    typer.echo(f"{to}: a draft for somebody to check; take it away when it is not needed any more.")


async def _draft_text(  # noqa: PLR0913, PLR0917 - which paper, of what, by whom
    settings: Settings, papers: OfficeForms, paper: OfficeForm, reference: str, who: str,
    password_file: Path | None,
) -> str:  # fmt: skip
    from bot.app.build import open_vault  # noqa: PLC0415
    from bot.app.sign_in import ask_secret, sign_in  # noqa: PLC0415
    from bot.app.texts import build_reader  # noqa: PLC0415
    from bot.cases.queries import find_case_id  # noqa: PLC0415
    from bot.cli.doctor import existing_database  # noqa: PLC0415
    from bot.clock import SystemClock  # noqa: PLC0415
    from bot.conversation import FlowRegistry  # noqa: PLC0415
    from bot.hotline.deadlines import CaseDeadlines  # noqa: PLC0415
    from bot.hotline.form_data import OFFICE_LANGUAGE, base_fields, event_days, person_statements  # noqa: PLC0415
    from bot.places.forms import fill_form  # noqa: PLC0415
    from bot.places.registry import find_place  # noqa: PLC0415
    from bot.vault import AuditLog  # noqa: PLC0415
    from flows import ALL_FLOWS  # noqa: PLC0415

    database = existing_database(settings)
    vault = open_vault(settings, database)
    try:
        keyring: Keyring = sign_in(database, vault, who, ask_secret(password_file), reference)
        reader = build_reader(settings, database, vault, FlowRegistry(ALL_FLOWS), OFFICE_LANGUAGE)
        opened = await reader.open(reference, keyring)
        if opened is None:
            raise HavenError(f"there is no case {reference}; haven cases list shows them")
        clocks = CaseDeadlines(vault, AuditLog(vault), find_place(settings.place).deadline_rules)

        def note(work: Work) -> dict[str, str]:
            case = find_case_id(work, reference) or ""
            AuditLog(vault).record(work, SystemClock().now(), who, "draft", case, paper.code)
            return event_days(work, clocks, papers, paper, case)

        helps = base_fields(
            papers, opened, organisation=settings.organisation, contact=settings.contact,
            zone=settings.zone, now=SystemClock().now(),
        )  # fmt: skip
        known = {**await database.writer.run(note), **helps}
        return fill_form(
            papers, paper, known, person_statements(opened) if paper.includes_answers else []
        )
    finally:
        vault.close()
        await database.close()
