"""`haven flows`, `haven rehearse` and `haven privacy`: what people read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import TypeVar

import typer

from bot.app.flow_checks import count_paths, run_flow_checks, strict_catalogues
from bot.app.phrase_list import phrases_outside_flows
from bot.app.texts import build_notice, build_system_texts, load_place
from bot.cli.keys import has_escrow
from bot.cli.options import AsJson, Language, require_language
from bot.cli.output import print_json
from bot.conversation import FlowRegistry
from bot.conversation.tools.export_html import render_page
from bot.conversation.tools.export_mermaid import draw_mermaid
from bot.conversation.tools.text_session import TextSession
from bot.languages import OverridingCatalogue, catalogue, use_catalogues
from bot.languages.availability import load_offer
from bot.settings import load_settings
from bot.text import Catalogue, FilledCatalogue
from flows import ALL_FLOWS, flows_for_languages

T = TypeVar("T")
flows_app = typer.Typer(no_args_is_help=True)


@flows_app.command("draw")
def draw_flow(flow: str) -> None:
    """Print a flow as a Mermaid diagram."""
    typer.echo(draw_mermaid(_find_flow(flow, {each.name: each for each in ALL_FLOWS})))


@flows_app.command("print")
def print_flow(flow: str, language: Language = "en") -> None:
    """Print a flow as an HTML page for reviewers."""
    found = _find_flow(flow, {each.name: each for each in ALL_FLOWS})
    typer.echo(render_page(found, _local_catalogue(language), language))


@flows_app.command("check")
def check_flows(*, as_json: AsJson = False) -> None:
    """Check what must hold on every path in every language, and print how much was examined."""
    settings = load_settings()
    offer, place = load_offer(settings), load_place(settings)
    use_catalogues(offer.checked, place.overrides)
    registry = FlowRegistry(flows_for_languages(offer.tags))
    catalogues = strict_catalogues(offer.checked, place.overrides)
    checks = run_flow_checks(
        registry, build_system_texts(settings), place, catalogues, phrases_outside_flows()
    )
    flows, paths = len(registry.compiled), count_paths(registry)
    if as_json:
        results = [{**asdict(check), "holds": check.holds} for check in checks]
        print_json({"flows": flows, "paths": paths, "languages": list(catalogues),
                    "incomplete": list(offer.refused), "checks": results})  # fmt: skip
    else:
        typer.echo(
            f"{flows} flows, {paths} paths, {len(catalogues)} languages: "
            f"{paths * len(catalogues)} in all"
        )
        for tag in offer.refused:
            typer.echo(f"left out: {tag} is incomplete (haven languages status)")
        for check in checks:
            verdict = "holds" if check.holds else "FAILS"
            typer.echo(f"{verdict}  {check.name} ({check.examined}): {check.rule}")
            for fault in check.faults:
                typer.echo(f"       {fault}")
    if not all(check.holds for check in checks):
        raise typer.Exit(1)


def rehearse(flow: str, language: Language = "en") -> None:
    """Hold a conversation at this terminal."""
    registry = FlowRegistry(ALL_FLOWS)
    _find_flow(flow, registry.compiled)
    words = _local_catalogue(language)
    session = TextSession(registry, flow, words, languages=_local_catalogue)
    session.run(_read_line, typer.echo)


def privacy(language: Language = "en") -> None:
    """Print the privacy notice that these settings make true, and its version (SHA-256)."""
    settings = load_settings()
    settings.public_identity()
    use_catalogues({}, load_place(settings).overrides)
    is_escrowed = has_escrow(settings)
    notice = build_notice(settings, escrow=lambda: is_escrowed)
    typer.echo(notice.text(require_language(language)))
    typer.echo(f"\nSHA-256 {notice.version(language).hex()}")


def _local_catalogue(language: str) -> Catalogue:
    settings = load_settings()
    place, today = load_place(settings), datetime.now(settings.zone).date()
    words = OverridingCatalogue(catalogue(require_language(language)), place.overrides)
    return FilledCatalogue(words, place.blanks(words, today))


def _find_flow(name: str, flows: Mapping[str, T]) -> T:
    if name not in flows:
        raise typer.BadParameter(f"there is no flow {name}; one of: {', '.join(flows)}")
    return flows[name]


def _read_line() -> str | None:
    try:
        return input("> ")
    except EOFError:
        return None
