"""The conversations at the command line: drawn, printed, proved, rehearsed."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.languages import LANGUAGES, catalogue
from bot.settings import read_settings

if TYPE_CHECKING:
    from bot.text import Catalogue

flows_app = typer.Typer(no_args_is_help=True, help="The conversations, drawn and printed.")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one document.")]
InLanguage = Annotated[str, typer.Option("--language", help="A tag, e.g. id or zh_Hant.")]


@flows_app.command("draw")
def draw_flow(flow: str) -> None:
    """Print a flow as a Mermaid diagram."""
    from bot.conversation.export_mermaid import draw  # noqa: PLC0415
    from flows import ALL  # noqa: PLC0415

    found = _known_flow(flow, {each.name: each for each in ALL})
    typer.echo(draw(found))


@flows_app.command("print")
def print_flow(flow: str, language: InLanguage = "en") -> None:
    """Print a flow as a page for people who review it (HTML)."""
    from bot.conversation.export_html import page  # noqa: PLC0415
    from flows import ALL  # noqa: PLC0415

    found = _known_flow(flow, {each.name: each for each in ALL})
    typer.echo(page(found, _told_here(language), language))


@flows_app.command("check")
def check_flows(*, as_json: AsJson = False) -> None:
    """Prove what must hold on every path in every language, and say how much was looked at."""
    from bot.app.flow_checks import paths_of, prove_all, tongues  # noqa: PLC0415
    from bot.app.phrase_list import beside_flows  # noqa: PLC0415
    from bot.app.texts import phrasing_of, place_of  # noqa: PLC0415
    from bot.conversation import Book  # noqa: PLC0415
    from bot.languages import offer as speak  # noqa: PLC0415
    from bot.languages.availability import offered_by  # noqa: PLC0415
    from flows import in_languages  # noqa: PLC0415

    settings = read_settings()
    offer = offered_by(settings)
    place = place_of(settings)
    speak(offer.checked, place.words)
    book, spoken = Book(in_languages(offer.tags)), tongues(offer.checked, place.words)
    proofs = prove_all(book, phrasing_of(settings), place, spoken, beside_flows())
    paths = paths_of(book)
    if as_json:
        found = {
            "flows": len(book.sheets),
            "paths": paths,
            "languages": list(spoken),
            "not_whole": list(offer.refused),
            "proofs": [{**asdict(it), "holds": it.holds} for it in proofs],
        }
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        many = f"{len(book.sheets)} flows, {paths} paths, {len(spoken)} languages"
        typer.echo(f"{many}: {paths * len(spoken)} in all")
        for tag in offer.refused:
            typer.echo(f"left out: {tag} is not whole (haven languages status)")
        for it in proofs:
            verdict = "holds" if it.holds else "FAILS"
            typer.echo(f"{verdict}  {it.name} ({it.looked_at}): {it.promise}")
            for fault in it.faults:
                typer.echo(f"       {fault}")
    if not all(it.holds for it in proofs):
        raise typer.Exit(1)


def rehearse(flow: str, language: InLanguage = "en") -> None:
    """Hold a conversation at this terminal."""
    from bot.conversation import Book  # noqa: PLC0415
    from bot.conversation.text_session import rehearse as hold  # noqa: PLC0415
    from flows import ALL  # noqa: PLC0415

    book = Book(ALL)
    _known_flow(flow, book.sheets)
    hold(book, flow, _told_here(language), _line, typer.echo, languages=_told_here)


def _told_here(language: str) -> Catalogue:
    """Return a language as people of this place read it."""
    from bot.app.texts import place_of  # noqa: PLC0415
    from bot.languages.place_overrides import Instead  # noqa: PLC0415
    from bot.text import Filled  # noqa: PLC0415

    settings = read_settings()
    place, today = place_of(settings), datetime.now(settings.zone).date()
    words = Instead(catalogue(offered(language)), place.words)
    return Filled(words, place.blanks(words, today))


def offered(language: str) -> str:
    """Return a language people are offered; any other is refused with those that are."""
    if language not in LANGUAGES:
        raise typer.BadParameter(f"{language} is not offered; one of: {', '.join(LANGUAGES)}")
    return language


def _known_flow(name: str, flows: Any) -> Any:
    if name not in flows:
        raise typer.BadParameter(f"there is no flow {name}; one of: {', '.join(flows)}")
    return flows[name]


def _line() -> str | None:
    try:
        return input("> ")
    except EOFError:
        return None
