"""How a case of Haven fills the fields of HTCDS 2.0: data with a version, checked on both sides.

A field or a code that only one side has would be lost without a word. So the mapping is refused
when it is loaded, with the name of what is missing.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from bot.cases.record.catalogue import FIELDS, STANDS_ELSEWHERE
from bot.errors import MappingError
from bot.exports.htcds.standard import load_standard

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.cases.record.fields import RecordField
    from bot.exports.htcds.standard import Standard, StandardField

MAPPING_FILE = Path(__file__).with_name("htcds_mapping.toml")


class ValueForm(StrEnum):
    """How a value is written."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CODE = "code"
    CODES = "codes"
    DATE = "date"
    """ISO 8601, a whole day."""
    NUMBER = "number"
    CHECKBOX = "checkbox"
    """`true` or `false`."""
    PHONE = "phone"
    """E.164."""
    COUNTRY = "country"
    """ISO 3166-1, two letters."""
    LANGUAGE = "language"
    """ISO 639-2/T, three letters."""


CODED = frozenset({ValueForm.CODE, ValueForm.CODES})


class ExtraCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A code of Haven that the standard lacks: what is written instead, and where it stands too."""

    code: str
    written_as: tuple[str, ...]
    column: str
    value: str


class FieldMapping(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"source": "from"}
):
    """How one field of the standard is filled."""

    source: str
    """The code of a field of the record, or what else of the case fills it."""
    form: ValueForm
    deidentified: bool
    """Whether it stands in a file that names no one."""
    deprecated: bool = False
    codes: tuple[str, ...] = ()
    alias: dict[str, str] = {}
    extra: tuple[ExtraCode, ...] = ()

    @property
    def record_field(self) -> RecordField | None:
        """Return the field of the record that fills it; None if something else of a case does."""
        return FIELDS.get(self.source)


class AgeBands(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ages as ranges."""

    starts: tuple[int, ...]

    def of(self, age: int) -> str:
        """Return the band of an age in years, e.g. `18-20`; the last one is open: `48+`."""
        if age < self.starts[0]:
            return ""
        place = max(place for place, start in enumerate(self.starts) if start <= age)
        if place + 1 == len(self.starts):
            return f"{self.starts[place]}+"
        return f"{self.starts[place]}-{self.starts[place + 1] - 1}"


class HtcdsMapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole mapping, as its file holds it."""

    version: int
    standard: str
    attribution: str
    no_endorsement: str
    toolkit_columns: tuple[str, ...]
    extensions: dict[str, str]
    field_aliases: dict[str, str]
    country_aliases: dict[str, str]
    country_labels: dict[str, str]
    age_bands: AgeBands
    fields: dict[str, FieldMapping]

    @property
    def name(self) -> str:
        """Return its name with its version, as it stands in every exported file."""
        return f"haven-{self.version}"


def parse_mapping(data: bytes, standard: Standard) -> HtcdsMapping:
    """Return the mapping in a file.

    Raises:
        MappingError: it is not well formed, or a field or a code of either side is missing.
    """
    try:
        mapping = msgspec.toml.decode(data, type=HtcdsMapping)
    except msgspec.MsgspecError as error:
        raise MappingError(f"the mapping of {standard.name} cannot be read: {error}") from None
    faults = list(_faults(mapping, standard))
    if faults:
        raise MappingError(f"the mapping of {standard.name} is incomplete: {'; '.join(faults)}")
    return mapping


@lru_cache(maxsize=1)
def load_mapping() -> HtcdsMapping:
    """Return the mapping of this release, read and checked once.

    Raises:
        MappingError: it is incomplete.
    """
    return parse_mapping(MAPPING_FILE.read_bytes(), load_standard())


def _faults(mapping: HtcdsMapping, standard: Standard) -> Iterator[str]:
    if mapping.standard != standard.name:
        yield f"it is of {mapping.standard}"
    if mapping.attribution != standard.attribution:
        yield "the attribution to the makers of the standard is missing"
    known = {it.field: it for it in standard.fields}
    yield from (f"field {name} is missing" for name in known if name not in mapping.fields)
    yield from (f"{name} is no field" for name in mapping.fields if name not in known)
    for name in mapping.fields.keys() & known.keys():
        yield from _field_faults(name, mapping.fields[name], known[name], mapping.extensions)


def _field_faults(
    name: str, it: FieldMapping, standard: StandardField, extensions: Mapping[str, str]
) -> Iterator[str]:
    record = it.record_field
    if record is None and name not in STANDS_ELSEWHERE:
        yield f"{name} is filled from {it.source}, which is no field of the record"
    if record is not None and name not in record.htcds:
        yield f"{name} is filled from {it.source}, which says nothing of {name}"
    if it.deprecated != (standard.status == "DEPRECATED"):
        yield f"{name} is deprecated on one side only"
    yield from (f"{name} lost the code {code}" for code in standard.values if code not in it.codes)
    yield from (f"{name} has no code {code}" for code in it.codes if code not in standard.values)
    if bool(it.codes) != (it.form in CODED):
        yield f"{name} has codes, or its form says so, but not both"
    written = {*it.codes, *(each.code for each in it.extra)}
    if it.form in CODED and record is not None:
        kept = record.choices or {}
        yield from (f"{name} lost the code {code}" for code in kept if code not in written)
        yield from (f"the record lost the code {code} of {name}" for code in written - kept.keys())
    for each in it.extra:
        if each.column not in extensions or not set(each.written_as) <= set(it.codes):
            yield f"{name}: {each.code} is written as what does not exist"
