"""Options that several commands share, and checks of their values."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import typer

from bot.languages import LANGUAGES, STAFF_LANGUAGES, catalogue
from bot.text import Catalogue

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
By = Annotated[
    str, typer.Option("--by", help="Id of the caseworker who decides this (haven staff list).")
]
SignedIn = Annotated[str, typer.Option("--as", help="Id of the caseworker who signs in.")]
PasswordFile = Annotated[
    Path | None, typer.Option(help="File with their password; without it, it is asked for.")
]
NewPasswordFile = Annotated[
    Path | None,
    typer.Option(
        "--password-file", help="File with the new password; without it, it is asked for."
    ),
]
Language = Annotated[str, typer.Option("--language", help="Language tag, e.g. id or zh_Hant.")]
StaffLanguage = Annotated[str, typer.Option("--language", help="Staff language: en or zh_Hant.")]
Port = Annotated[int, typer.Option(help="Port of the page; 0 takes a free one.")]
DataFolder = Annotated[
    Path | None, typer.Option(help="Keep the data in this folder; without it, they are deleted.")
]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Print the address only.")]


def one_of(option: str, given: str, offered: Collection[str]) -> str:
    """Return a value; raise BadParameter, which lists those offered, if it is none of them."""
    if given not in offered:
        raise typer.BadParameter(f"{option} {given} is none of: {', '.join(offered)}")
    return given


def require_language(language: str) -> str:
    """Return a language that people are offered; raise BadParameter if it is not."""
    return one_of("--language", language, LANGUAGES)


def staff_catalogue(language: str) -> Catalogue:
    """Return the staff catalogue of a language; raise BadParameter if staff do not read it."""
    return catalogue(one_of("--language", language, STAFF_LANGUAGES), "staff")


def printable_name(name: str, longest: int) -> str:
    """Return a name with single spaces; raise BadParameter if it is too long or unprintable."""
    found = " ".join(name.split())
    if not found or len(found) > longest or not found.isprintable():
        raise typer.BadParameter(f"NAME needs 1 to {longest} printable characters")
    return found
