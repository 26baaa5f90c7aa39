"""`haven export`: figures with HXL hashtags, the codebook, an empty sheet, and a check of a file.

An operator opens no case, so none of these commands writes one: caseworkers export cases at the
desk, one at a time, with the person's consent.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.deployment import open_deployment
from bot.cli.health.figures import choose_months
from bot.cli.options import AsJson
from bot.cli.output import print_rows
from bot.errors import HavenError
from bot.exports.htcds.codebook import codebook_csv, codebook_json
from bot.exports.htcds.files import FileFormat, read_file, write_file
from bot.exports.hxl import as_hxl
from bot.hotline.figures.model import FEWEST_PUBLISHED, FEWEST_SHOWN
from bot.hotline.figures.months import load_months
from bot.text import Text

export_app = typer.Typer(no_args_is_help=True)
FAULT_COLUMNS = ("row", "field", "value", "allowed")

Target = Annotated[Path, typer.Argument(help="The file to write.")]


@export_app.command("codebook")
def codebook(target: Target) -> None:
    """Write what each column of an HTCDS file means: as .csv or .json."""
    made = {".csv": codebook_csv, ".json": codebook_json}
    if target.suffix not in made:
        raise HavenError(f"{target.name} ends neither in .csv nor in .json")
    _write(target, made[target.suffix]())


@export_app.command("htcds")
def htcds(target: Target) -> None:
    """Write an empty sheet in HTCDS that a partner can fill in: .xlsx, .csv or .json."""
    form = target.suffix.removeprefix(".")
    if form not in set(FileFormat):
        raise HavenError(f"{target.name} ends in none of .xlsx, .csv and .json")
    _write(target, write_file([], FileFormat(form)))


@export_app.command("check")
def check(
    source: Annotated[Path, typer.Argument(help="A file in HTCDS: .xlsx, .csv or .json.")],
    country: Annotated[
        str, typer.Option(help="Country of telephone numbers without a prefix, e.g. TW.")
    ] = "TW",
    *, json: AsJson = False,
) -> None:  # fmt: skip
    """Check a file in HTCDS before it is imported at the desk; nothing is stored."""
    try:
        data = source.read_bytes()
    except OSError as error:
        raise HavenError(f"{source} cannot be read: {error.strerror}") from None
    found = read_file(data, country)
    rows = [
        {
            "row": str(it.row), "field": it.column, "value": it.value,
            "allowed": it.allowed.source if isinstance(it.allowed, Text) else " ".join(it.allowed),
        }
        for it in found.faults
    ]  # fmt: skip
    print_rows(rows, FAULT_COLUMNS, as_json=json)
    if rows:
        raise HavenError(f"{len(rows)} values are not allowed")
    if not json:
        typer.echo(f"{len(found.cases)} cases; every value is allowed.")


@export_app.command("hxl")
def hxl(
    target: Target,
    month: Annotated[
        str, typer.Option(help="A month or a year, e.g. 2026-11; without it, the last one.")
    ] = "",
    *,
    published: Annotated[
        bool, typer.Option("--published", help="As the public may read it: numbers from 11 on.")
    ] = False,
) -> None:
    """Write the figures of finished months as CSV with HXL hashtags, small numbers left out."""
    with open_deployment() as deployment:
        months = deployment.run(lambda work: load_months(work, is_published=published))
        source = deployment.settings.organisation
    fewest = FEWEST_PUBLISHED if published else FEWEST_SHOWN
    _write(target, as_hxl(choose_months(months, month), source, fewest))


def _write(target: Path, data: bytes) -> None:
    try:
        with target.open("xb") as out:
            out.write(data)
    except OSError as error:
        raise HavenError(f"{target} cannot be written: {error.strerror}") from None
    typer.echo(f"{target} written: {len(data)} bytes")
