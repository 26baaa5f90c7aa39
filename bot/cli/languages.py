"""What an operator does about languages: how far each has come, and sheets for who reviews them."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from textwrap import shorten
from typing import TYPE_CHECKING, Annotated

import typer

from bot.errors import HavenError
from bot.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.conversation import Flow, Reply
    from bot.conversation.steps import Step
    from bot.dispatch.rendering import Renderer
    from bot.languages.po_files import CheckedCatalogue, MessageKey
    from bot.languages.progress import LanguageProgress
    from bot.languages.review_csv import MessageLocation

languages_app = typer.Typer(
    no_args_is_help=True, help="What people can read, and who has reviewed it."
)
HEADINGS = (
    "language", "all", "drafted", "reviewed", "safety", "unreviewed", "whole", "on", "spoken", "of",
)  # fmt: skip
"""Of a table that fits 80 columns: of all messages, how many are drafts, and reviewed; how many are
critical to safety, and how many of those are unreviewed; whether none is missing; whether people
can choose it; and how many are recorded, of those that can be."""
LONGEST_LINE = 75
"""Signs of a message that fit beside how many have read it."""
Tag = Annotated[str, typer.Argument(help="A tag, e.g. id or zh_Hans.")]


@languages_app.command("status")
def show_status(
    *,
    safety: Annotated[
        bool,
        typer.Option("--safety", help="Name each safety-critical message that two have not read."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one document.")] = False,
) -> None:
    """Print how far every language has come, and what stands against offering it."""
    from bot.languages import LANGUAGES  # noqa: PLC0415 - each command pays for what it uses
    from bot.languages.availability import load_offer  # noqa: PLC0415
    from bot.languages.po_files import load_catalogue  # noqa: PLC0415
    from bot.languages.progress import measure_progress  # noqa: PLC0415

    offer = load_offer(load_settings())
    standings = [
        _with_recordings(measure_progress(load_catalogue(tag), on=tag in offer.tags))
        for tag in LANGUAGES
    ]
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in standings], indent=2))
        return
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(*HEADINGS, box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for each in standings:
        counts = zip(HEADINGS, asdict(each).values(), strict=False)  # what is unread comes below
        table.add_row(*(_cell(value) for _heading, value in counts))
    console = Console()
    console.print(table)
    for line in (*offer.refusals(), *(_unreviewed_lines(standings) if safety else ())):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _unreviewed_lines(standings: list[LanguageProgress]) -> Iterator[str]:
    """Yield by language every safety-critical message that too few have read, and how many did."""
    for each in standings:
        if each.unread:
            yield f"{each.language}: readers, safety-critical message"
        for it in each.unread:
            named = f"{', '.join(it.places)}: {it.source}"
            yield f"  {it.readers}  {shorten(named, LONGEST_LINE, placeholder='…')}"


def _with_recordings(standing: LanguageProgress) -> LanguageProgress:
    """Add how much of a language can be heard."""
    from bot.app.texts import flow_texts  # noqa: PLC0415
    from bot.languages.voice_files import find_recordings, recordable_texts  # noqa: PLC0415

    texts = recordable_texts(flow_texts())
    lying = find_recordings(texts, [standing.language])
    return replace(standing, recorded=len(lying), recordable=len(texts))


@languages_app.command("voices")
def list_voices(language: Tag) -> None:
    """Print what can be recorded, what each file has to be called, and which files say nothing."""
    from bot.app.texts import flow_texts  # noqa: PLC0415
    from bot.languages import LANGUAGES, catalogue  # noqa: PLC0415
    from bot.languages.voice_files import (  # noqa: PLC0415
        EXTENSION,
        orphaned_recordings,
        recording_names,
        recording_path,
        recordings_folder,
    )

    if language not in LANGUAGES:
        raise typer.BadParameter(f"{language} is none of: {', '.join(LANGUAGES)}")
    typer.echo(f"Into {recordings_folder(language)}, as Opus in OGG, at most 1 MB each:")
    for text, name in recording_names(language, flow_texts()).items():
        lies = "lies there" if recording_path(f"{language}/{name}").exists() else "not yet"
        words = text.render(catalogue(language)).replace("\n", " | ")
        typer.echo(f"{name}{EXTENSION}  {lies:10}  {words}")
    for name in orphaned_recordings(language, flow_texts()):
        typer.echo(f"{name}: no phrase is said in these words any more", err=True)


@languages_app.command("export")
def export_sheet(
    language: Tag, csv: Annotated[Path, typer.Option("--csv", help="The sheet to write.")]
) -> None:
    """Write a language as a sheet: source, translation, where it is said, what is on the screen."""
    from bot.languages.review_csv import write_review_csv  # noqa: PLC0415

    held = _open_catalogue(language)
    sheet = write_review_csv(held, message_contexts(language))
    csv.write_text(f"\ufeff{sheet}", encoding="utf-8", newline="")
    typer.echo(f"{csv}: {len(held.entries)} messages. Reviewed ones carry a name and a day.")


@languages_app.command("import")
def import_sheet(
    language: Tag, sheet: Annotated[Path, typer.Argument(help="The sheet as it came back.")]
) -> None:
    """Take translations and reviews from a sheet, all of them or none."""
    from bot.languages.po_files import catalogue_path, serialize_catalogue  # noqa: PLC0415
    from bot.languages.review_csv import apply_review_csv  # noqa: PLC0415

    held = _open_catalogue(language)
    try:
        text = sheet.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise HavenError(f"{sheet}: not UTF-8; save it as CSV UTF-8") from None
    except OSError as error:
        raise HavenError(f"{sheet}: {error.strerror}") from None
    taken = apply_review_csv(held, text, datetime.now(load_settings().zone).date())
    if held.catalog is not None:
        unfinished = catalogue_path(language).with_suffix(".po.part")
        unfinished.write_bytes(serialize_catalogue(held.catalog))
        unfinished.replace(catalogue_path(language))
    typer.echo(f"{language}: {taken.translations} translations changed, {taken.reviews} reviews.")


def _open_catalogue(language: str) -> CheckedCatalogue:
    from bot.languages import FALLBACK, LANGUAGES  # noqa: PLC0415
    from bot.languages.po_files import load_catalogue  # noqa: PLC0415

    others = [tag for tag in LANGUAGES if tag != FALLBACK]
    if language not in others:
        raise typer.BadParameter(f"{language} has no catalogue; one of: {', '.join(others)}")
    held = load_catalogue(language)
    if held.catalog is None:
        raise HavenError("; ".join(map(str, held.faults)))
    return held


def _cell(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


# --- Where a message is met -------------------------------------------------------------------


def message_contexts(language: str) -> dict[MessageKey, MessageLocation]:
    """Return where people meet each message of the flows, and their screen as text."""
    from bot.app.texts import build_system_texts  # noqa: PLC0415
    from bot.dispatch.rendering import Renderer  # noqa: PLC0415
    from bot.languages.review_csv import MessageLocation  # noqa: PLC0415
    from flows import ALL_FLOWS  # noqa: PLC0415

    settings = load_settings()
    shown = {"organisation": "Garden House", "contact": "www.example.org", "hours": "09:00-21:00"}
    screens = Renderer(build_system_texts(settings.model_copy(update=shown)))
    found: dict[MessageKey, MessageLocation] = {}
    for flow in ALL_FLOWS:
        for step in flow.steps:
            screen = "\n\n".join(_step_screens(flow, step, screens, language))
            for text in step.phrases():
                found.setdefault(
                    (text.context, text.source), MessageLocation(f"{flow.name}.{step.name}", screen)
                )
    return found


def _step_screens(flow: type[Flow], step: Step, screens: Renderer, language: str) -> Iterator[str]:
    """Yield the messages of a step as they look."""
    from bot.conversation import Frame  # noqa: PLC0415
    from bot.conversation.questions import Question  # noqa: PLC0415

    if not isinstance(step, Question):
        for text in step.phrases():
            yield screens.text(text, language)
        return
    yield _screen_text(step.ask(Frame(flow.name, step.name), back=True), screens, language)


def _screen_text(reply: Reply, screens: Renderer, language: str) -> str:
    said = screens.render(reply, language, "", {})
    rows = [" ".join(f"[ {button.label} ]" for button in row) for row in said.rows]
    return "\n".join((said.text, *rows))
