"""The codebook: what each column of an exported file means, from the standard and the mapping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from babel import Locale

from bot.exports.htcds.mapping import CODED, ValueForm, load_mapping
from bot.exports.htcds.standard import load_standard
from bot.exports.htcds.values import ALLOWED, three_letters
from bot.exports.tables.csv_json import write_csv

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.exports.htcds.mapping import HtcdsMapping
    from bot.exports.htcds.standard import StandardField

COLUMNS = ("column", "label", "section", "form", "core", "deidentified", "allowed", "description")
IDENTIFIED_ONLY = "(identified only)"
"""How the description of a column ends that no file without names has."""
DEPRECATED = "deprecated: read, never written"


def codebook_rows() -> Iterator[dict[str, str]]:
    """Yield a row for each column, with `COLUMNS`."""
    mapping = load_mapping()
    for field in load_standard().fields:
        yield _row(field, mapping)
    for name, description in mapping.extensions.items():
        stays = "no" if IDENTIFIED_ONLY in description else "yes"
        yield _as_row(name, "", "Haven", "text", "no", stays, "", description)


def _as_row(*values: str) -> dict[str, str]:
    return dict(zip(COLUMNS, values, strict=True))


def _row(field: StandardField, mapping: HtcdsMapping) -> dict[str, str]:
    it = mapping.fields[field.field]
    description = " ".join(field.description.split())
    if it.deprecated:
        description = f"{DEPRECATED}. {description}"
    return _as_row(
        field.field, field.label, field.section, it.form.value, "yes" if field.core else "no",
        "yes" if it.deidentified else "no", _allowed(field, mapping), description,
    )  # fmt: skip


def _allowed(field: StandardField, mapping: HtcdsMapping) -> str:
    it = mapping.fields[field.field]
    if it.form in CODED:
        labels = dict(zip(field.values, field.labels, strict=False))
        return "; ".join(f"{code} ({labels.get(code, code)})" for code in it.codes)
    return ALLOWED[it.form].source if it.form in ALLOWED else ""


def country_labels() -> dict[str, str]:
    """Return the names of countries by code; of Taiwan the name that people use."""
    names = Locale.parse("en").territories
    known = {code: str(name) for code, name in names.items() if code.isalpha() and len(code) == 2}  # noqa: PLR2004
    return dict(sorted((known | load_mapping().country_labels).items()))


def language_labels() -> dict[str, str]:
    """Return the names of languages by their code of three letters."""
    names = Locale.parse("en").languages
    coded = ((three_letters(tag), str(name)) for tag, name in names.items() if "_" not in tag)
    return dict(sorted((code, name) for code, name in coded if code))


def codebook_csv() -> bytes:
    """Return the codebook as CSV."""
    return write_csv(COLUMNS, codebook_rows())


def codebook_json() -> bytes:
    """Return the codebook as JSON, with the names of countries and languages."""
    mapping = load_mapping()
    whole: dict[str, Any] = {
        "standard": mapping.standard, "mapping": mapping.name, "attribution": mapping.attribution,
        "note": mapping.no_endorsement, "columns": list(codebook_rows()),
        ValueForm.COUNTRY.value: country_labels(), ValueForm.LANGUAGE.value: language_labels(),
    }  # fmt: skip
    return msgspec.json.format(msgspec.json.encode(whole))
