"""The 83 fields of HTCDS 2.0 as the International Organization for Migration published them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import msgspec

STANDARD_FILE = Path(__file__).with_name("htcds-2.0.json")
MULTIPLE = "Multiselect Picklist"


class StandardField(msgspec.Struct, frozen=True, kw_only=True):
    """One field of the standard."""

    section: str
    status: str
    """`DRAFT`, as nearly all fields of 2.0, or `DEPRECATED`."""
    core: bool
    prefix: str
    label: str
    field: str
    """Prefix and name, e.g. `prs_FirstName`."""
    type: str
    values: tuple[str, ...]
    labels: tuple[str, ...]
    """Of the values, in their order."""
    codelist: str
    description: str

    @property
    def holds_many(self) -> bool:
        """Whether one column may hold several values, joined by `;`."""
        return self.type == MULTIPLE


class Standard(msgspec.Struct, frozen=True, kw_only=True):
    """The standard, with who made it."""

    standard: str
    version: str
    licence: str
    attribution: str
    fields: tuple[StandardField, ...]

    @property
    def name(self) -> str:
        """Return its name with its version: `HTCDS-2.0`."""
        return f"{self.standard}-{self.version}"


@lru_cache(maxsize=1)
def load_standard() -> Standard:
    """Return the standard, read once."""
    return msgspec.json.decode(STANDARD_FILE.read_bytes(), type=Standard)


@lru_cache(maxsize=1)
def standard_fields() -> dict[str, StandardField]:
    """Return the fields by name, in the order of the standard."""
    return {it.field: it for it in load_standard().fields}
