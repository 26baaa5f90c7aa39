"""Names of columns, and how other spellings of them are read.

The standard has one row for a case and one column for a field. A case can have several suspects,
employers or events, and a person several telephones. So a column may have two numbers behind its
name: which subject, and which of its values. `hte_City.2` is the city of the second event,
`prs_Email.1.2` the second address of the person; a reader of the standard alone finds the first.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from bot.exports.htcds.mapping import load_mapping
from bot.exports.htcds.standard import standard_fields
from bot.text import fold

EXTENSION = "x_"
"""Before the name of a column that the standard does not have."""
MAX_NUMBER = 99
_NUMBERED = re.compile(r"(.+?)(?:\.([1-9]\d?))?(?:\.([1-9]\d?))?")


class HtcdsColumn(NamedTuple):
    """A column: a field of the standard, or one with `x_` before it, and its numbers."""

    field: str
    subject: int = 1
    value: int = 1

    def __str__(self) -> str:
        if self.value > 1:
            return f"{self.field}.{self.subject}.{self.value}"
        return f"{self.field}.{self.subject}" if self.subject > 1 else self.field

    @property
    def is_extension(self) -> bool:
        """Whether the standard does not have it."""
        return self.field.startswith(EXTENSION)

    @property
    def standard_field(self) -> str:
        """Return the field of the standard that it belongs to, if it belongs to one."""
        return self.field.removeprefix(EXTENSION)


def parse_column(name: str, label: str = "") -> HtcdsColumn | None:
    """Return the column with a name, however it is spelt; None for one that is unknown.

    `label` is what people read above the column. The toolkit's spreadsheet names its columns for an
    address in another order than it labels them, and who fills it in reads the labels.
    """
    match = _NUMBERED.fullmatch(name.strip())
    if match is None:
        return _labelled(label)
    bare, subject, value = match[1], int(match[2] or 1), int(match[3] or 1)
    if bare.startswith(EXTENSION):
        inner = _names().get(_key(bare.removeprefix(EXTENSION)))
        return HtcdsColumn(EXTENSION + inner, subject, value) if inner else None
    field = _names().get(_key(bare))
    if field is None:
        return _labelled(bare)
    meant = _labels().get((field[:4], fold(label).strip()))
    return HtcdsColumn(meant or field, subject, value)


def _labelled(label: str) -> HtcdsColumn | None:
    """Return the column that a label alone names, if the toolkit labels one so.

    Other fields have labels that say too little: "Phone" is the telephone of an organisation.
    """
    wanted, fields = fold(label).strip(), standard_fields()
    named = (it for it in load_mapping().toolkit_columns if fold(fields[it].label) == wanted)
    field = next(named, None)
    return HtcdsColumn(field) if field else None


def _key(name: str) -> str:
    return fold(name).replace("_", "").replace(" ", "")


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Return the fields by their names without underscores: the survey form has more of them."""
    aliases = load_mapping().field_aliases
    return {_key(name): name for name in standard_fields()} | {
        _key(alias): name for alias, name in aliases.items()
    }


@lru_cache(maxsize=1)
def _labels() -> dict[tuple[str, str], str]:
    """Return the fields by prefix and label."""
    return {(it.prefix, fold(it.label).strip()): it.field for it in standard_fields().values()}
