"""`haven languages`: progress of translations, recordings, and sheets for reviewers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from textwrap import shorten
from typing import Annotated

import typer
from rich.console import Console

from bot.app.safety_sentences import safety_sentences
from bot.app.texts import build_system_texts, load_place, spoken_texts
from bot.cli.options import AsJson, one_of
from bot.cli.output import make_table, print_json, print_table
from bot.conversation import Flow, Frame
from bot.conversation.questions.question import Question
from bot.conversation.steps import Step
from bot.dispatch.rendering import Renderer
from bot.errors import HavenError
from bot.languages import FALLBACK, LANGUAGES, MessageKey, catalogue
from bot.languages.availability import load_offer
from bot.languages.po_files import (
    CheckedCatalogue,
    LanguageProgress,
    catalogue_path,
    load_catalogue,
    measure_progress,
    serialize_catalogue,
)
from bot.languages.recording_manifest import EXTENSION, RecordingManifest
from bot.languages.review_csv import MessageLocation, apply_review_csv, write_review_csv
from bot.languages.voice_files import (
    find_recordings,
    orphaned_recordings,
    recordable_texts,
    recording_names,
    recordings_folder,
    spoken_words,
)
from bot.settings import load_settings
from flows import ALL_FLOWS

languages_app = typer.Typer(no_args_is_help=True)
HEADINGS = (
    "language", "all", "drafted", "reviewed", "safety", "unreviewed", "full", "on", "spoken", "of",
)  # fmt: skip
"""Messages: all, drafted, reviewed, critical to safety, and of those unreviewed; whether none is
missing and whether people can choose the language; how many are recorded, of how many."""
MAX_LINE = 75  # characters of a message that fit next to its number of reviewers
Tag = Annotated[str, typer.Argument(help="A language tag, e.g. id or zh_Hans.")]


@languages_app.command("status")
def show_status(
    *,
    safety: Annotated[
        bool,
        typer.Option("--safety", help="Name the safety-critical messages too few have reviewed."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show the progress of every language, and why one is not offered."""
    settings = load_settings()
    offer, place = load_offer(settings), load_place(settings)
    texts, progress = recordable_texts(spoken_texts(place)), []
    for tag in LANGUAGES:
        each = measure_progress(load_catalogue(tag), on=tag in offer.tags)
        recorded = len(set(find_recordings(texts, [tag]).values()))
        progress.append(replace(each, recorded=recorded, recordable=len(texts)))
    if as_json:
        print_json([asdict(each) for each in progress])
        return
    counts = [list(asdict(each).values())[: len(HEADINGS)] for each in progress]
    print_table(make_table("", HEADINGS, counts))
    console = Console()
    for line in (*offer.refusals(), *(_unreviewed_lines(progress) if safety else ())):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _unreviewed_lines(progress: list[LanguageProgress]) -> Iterator[str]:
    for each in progress:
        if each.unread:
            yield f"{each.language}: reviewers, safety-critical message"
        for it in each.unread:
            named = f"{', '.join(it.places)}: {it.source}"
            yield f"  {it.readers}  {shorten(named, MAX_LINE, placeholder='…')}"


@languages_app.command("voices")
def list_voices(
    language: Tag,
    *,
    safety: Annotated[
        bool, typer.Option("--safety", help="Only the safety sentences, the most urgent first.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List what can be recorded and the name of each file, and files that match no message."""
    one_of("LANGUAGE", language, LANGUAGES)
    place, folder = load_place(load_settings()), recordings_folder(language)
    manifest, texts = RecordingManifest(folder), spoken_texts(place)
    if safety:
        found = {it.name: it.words for it in safety_sentences(language, place)}
    else:
        words, names = catalogue(language), recording_names(language, texts)
        found = {name: spoken_words(text.render(words)) for text, name in names.items()}
    rows = [
        {"number": number, "file": f"{name}{EXTENSION}", "state": manifest.state(name), "words": it}
        for number, (name, it) in enumerate(found.items(), start=1)
    ]
    if as_json:
        print_json(rows)
        return
    typer.echo(f"Into {folder}, as Opus in OGG, at most 1 MB each:")
    for row in rows:
        shown = str(row["words"]).replace("\n", " | ")
        typer.echo(f"{row['number']:3}  {row['file']}  {row['state']:12}  {shown}")
    for name in orphaned_recordings(language, texts):
        typer.echo(f"{name}: no message has these words any more", err=True)


@languages_app.command("export")
def export_sheet(
    language: Tag, csv: Annotated[Path, typer.Option("--csv", help="The sheet to write.")]
) -> None:
    """Write a language as a sheet: source, translation, location, screen."""
    found = _open_catalogue(language)
    sheet = write_review_csv(found, message_contexts(language))
    csv.write_text(f"\ufeff{sheet}", encoding="utf-8", newline="")
    typer.echo(f"{csv}: {len(found.entries)} messages. Reviewed ones have a name and a date.")


@languages_app.command("import")
def import_sheet(
    language: Tag, sheet: Annotated[Path, typer.Argument(help="The sheet as it came back.")]
) -> None:
    """Take translations and reviews from a sheet, all of them or none."""
    found = _open_catalogue(language)
    try:
        text = sheet.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise HavenError(f"{sheet}: not UTF-8; save it as CSV UTF-8") from None
    except OSError as error:
        raise HavenError(f"{sheet}: {error.strerror}") from None
    taken = apply_review_csv(found, text, datetime.now(load_settings().zone).date())
    if found.catalog is not None:
        part = catalogue_path(language).with_suffix(".po.part")
        part.write_bytes(serialize_catalogue(found.catalog))
        part.replace(catalogue_path(language))
    typer.echo(f"{language}: {taken.translations} translations changed, {taken.reviews} reviews.")


def _open_catalogue(language: str) -> CheckedCatalogue:
    one_of("LANGUAGE", language, [tag for tag in LANGUAGES if tag != FALLBACK])
    found = load_catalogue(language)
    if found.catalog is None:
        raise HavenError("; ".join(map(str, found.faults)))
    return found


def message_contexts(language: str) -> dict[MessageKey, MessageLocation]:
    """Return where people meet each message of the flows, and their screen as text."""
    settings = replace(
        load_settings(),
        organisation="Garden House", contact="www.example.org", hours="09:00-21:00",
    )  # fmt: skip
    screens = Renderer(build_system_texts(settings))
    found: dict[MessageKey, MessageLocation] = {}
    for flow in ALL_FLOWS:
        for step in flow.steps:
            screen = "\n\n".join(_step_screens(flow, step, screens, language))
            location = MessageLocation(f"{flow.name}.{step.name}", screen)
            for text in step.phrases():
                found.setdefault((text.context, text.source), location)
    return found


def _step_screens(flow: type[Flow], step: Step, screens: Renderer, language: str) -> Iterator[str]:
    if not isinstance(step, Question):
        for text in step.phrases():
            yield screens.text(text, language)
        return
    screen = screens.render(step.ask(Frame(flow.name, step.name), back=True), language, "", {})
    rows = [" ".join(f"[ {button.label} ]" for button in row) for row in screen.rows]
    yield "\n".join((screen.text, *rows))
