"""The conversations at the command line: drawn, printed, proved, rehearsed."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.languages import LANGUAGES, catalogue
from bot.settings import load_settings

if TYPE_CHECKING:
    from bot.text import Catalogue

flows_app = typer.Typer(no_args_is_help=True, help="The conversations, drawn and printed.")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one document.")]
InLanguage = Annotated[str, typer.Option("--language", help="A tag, e.g. id or zh_Hant.")]


@flows_app.command("draw")
def draw_flow(flow: str) -> None:
    """Print a flow as a Mermaid diagram."""
    from bot.conversation.export_mermaid import draw_mermaid  # noqa: PLC0415
    from flows import ALL_FLOWS  # noqa: PLC0415

    found = _find_flow(flow, {each.name: each for each in ALL_FLOWS})
    typer.echo(draw_mermaid(found))


@flows_app.command("print")
def print_flow(flow: str, language: InLanguage = "en") -> None:
    """Print a flow as a page for people who review it (HTML)."""
    from bot.conversation.export_html import render_page  # noqa: PLC0415
    from flows import ALL_FLOWS  # noqa: PLC0415

    found = _find_flow(flow, {each.name: each for each in ALL_FLOWS})
    typer.echo(render_page(found, _local_catalogue(language), language))


@flows_app.command("check")
def check_flows(*, as_json: AsJson = False) -> None:
    """Prove what must hold on every path in every language, and say how much was looked at."""
    from bot.app.flow_checks import count_paths, run_flow_checks, strict_catalogues  # noqa: PLC0415
    from bot.app.phrase_list import phrases_outside_flows  # noqa: PLC0415
    from bot.app.texts import build_system_texts, load_place  # noqa: PLC0415
    from bot.conversation import FlowRegistry  # noqa: PLC0415
    from bot.languages import use_catalogues as speak  # noqa: PLC0415
    from bot.languages.availability import load_offer  # noqa: PLC0415
    from flows import flows_for_languages  # noqa: PLC0415

    settings = load_settings()
    offer = load_offer(settings)
    place = load_place(settings)
    speak(offer.checked, place.overrides)
    book, spoken = (
        FlowRegistry(flows_for_languages(offer.tags)),
        strict_catalogues(offer.checked, place.overrides),
    )
    proofs = run_flow_checks(
        book, build_system_texts(settings), place, spoken, phrases_outside_flows()
    )
    paths = count_paths(book)
    if as_json:
        found = {
            "flows": len(book.compiled),
            "paths": paths,
            "languages": list(spoken),
            "not_whole": list(offer.refused),
            "proofs": [{**asdict(it), "holds": it.holds} for it in proofs],
        }
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        many = f"{len(book.compiled)} flows, {paths} paths, {len(spoken)} languages"
        typer.echo(f"{many}: {paths * len(spoken)} in all")
        for tag in offer.refused:
            typer.echo(f"left out: {tag} is not whole (haven languages status)")
        for it in proofs:
            verdict = "holds" if it.holds else "FAILS"
            typer.echo(f"{verdict}  {it.name} ({it.examined}): {it.rule}")
            for fault in it.faults:
                typer.echo(f"       {fault}")
    if not all(it.holds for it in proofs):
        raise typer.Exit(1)


def rehearse(flow: str, language: InLanguage = "en") -> None:
    """Hold a conversation at this terminal."""
    from bot.conversation import FlowRegistry  # noqa: PLC0415
    from bot.conversation.text_session import TextSession  # noqa: PLC0415
    from flows import ALL_FLOWS  # noqa: PLC0415

    book = FlowRegistry(ALL_FLOWS)
    _find_flow(flow, book.compiled)
    session = TextSession(book, flow, _local_catalogue(language), languages=_local_catalogue)
    session.run(_read_line, typer.echo)


def _local_catalogue(language: str) -> Catalogue:
    """Return a language as people of this place read it."""
    from bot.app.texts import load_place  # noqa: PLC0415
    from bot.languages.place_overrides import OverridingCatalogue  # noqa: PLC0415
    from bot.text import FilledCatalogue  # noqa: PLC0415

    settings = load_settings()
    place, today = load_place(settings), datetime.now(settings.zone).date()
    words = OverridingCatalogue(catalogue(require_language(language)), place.overrides)
    return FilledCatalogue(words, place.blanks(words, today))


def require_language(language: str) -> str:
    """Return a language people are offered; any other is refused with those that are."""
    if language not in LANGUAGES:
        raise typer.BadParameter(f"{language} is not offered; one of: {', '.join(LANGUAGES)}")
    return language


def _find_flow(name: str, flows: Any) -> Any:
    if name not in flows:
        raise typer.BadParameter(f"there is no flow {name}; one of: {', '.join(flows)}")
    return flows[name]


def _read_line() -> str | None:
    try:
        return input("> ")
    except EOFError:
        return None
