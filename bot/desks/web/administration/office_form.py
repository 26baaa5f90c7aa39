"""The form of an office: what was typed, the office it means, and what is wrong by field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.offices import FALLBACK_LANGUAGE, Office, OfficePlan
from bot.desks.web.administration import texts
from bot.desks.web.administration.hours_form import Faults, ParsedForm
from bot.hotline.staff.offices import MAX_NAME
from bot.languages import STAFF_LANGUAGES
from bot.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NAME_PREFIX, COUNTY_PREFIX, DEFAULT = "name-", "county-", "default"
"""What names of fields begin with. The value of the fields of counties is the code of one."""
MAX_COUNTIES = 40
OFFICE_FIELDS = frozenset(
    {DEFAULT}
    | {NAME_PREFIX + tag for tag in STAFF_LANGUAGES}
    | {f"{COUNTY_PREFIX}{number}" for number in range(MAX_COUNTIES)}
)


def office_form(office: Office) -> ParsedForm[Office]:
    """Return the form of an office as it is now."""
    values = {NAME_PREFIX + tag: name for tag, name in office.names.items()}
    values |= {f"{COUNTY_PREFIX}{number}": it for number, it in enumerate(office.counties)}
    return ParsedForm(values | ({DEFAULT: "1"} if office.is_default else {}), office)


def marked_counties(values: Mapping[str, str]) -> frozenset[str]:
    """Return the codes of the counties that are marked in a form."""
    return frozenset(it for name, it in values.items() if name.startswith(COUNTY_PREFIX))


def parse_office(
    values: Mapping[str, str], known: Iterable[str], plan: OfficePlan, old: Office | None = None
) -> ParsedForm[Office]:
    """Return the office of a form.

    Args:
        values: of its fields.
        known: the codes of all counties, in the order in which they are shown.
        plan: the offices that there are.
        old: the one that is changed; None for a new one.
    """
    typed = {tag: " ".join(values.get(NAME_PREFIX + tag, "").split()) for tag in STAFF_LANGUAGES}
    others = [it for it in plan if old is None or it.id != old.id]
    marked = marked_counties(values)
    counties = tuple(code for code in known if code in marked)
    faults = _name_faults(typed, others) | _county_faults(counties, others)
    is_default = bool(values.get(DEFAULT)) or (old is not None and old.is_default)
    names = {tag: name for tag, name in typed.items() if name}
    office = Office(old.id if old else "", names, counties, is_default)
    return ParsedForm(values, None if faults else office, faults)


def _name_faults(typed: Mapping[str, str], others: list[Office]) -> Faults:
    faults: Faults = {}
    for tag, name in typed.items():
        taken = {fold(it.names[tag]) for it in others if tag in it.names}
        if (
            len(name) > MAX_NAME
            or not name.isprintable()
            or (not name and tag == FALLBACK_LANGUAGE)
        ):
            faults[NAME_PREFIX + tag] = (texts.OFFICE_NAME_NEEDED, {"count": str(MAX_NAME)})
        elif name and fold(name) in taken:
            faults[NAME_PREFIX + tag] = (texts.OFFICE_NAME_TAKEN, {})
    return faults


def _county_faults(counties: tuple[str, ...], others: list[Office]) -> Faults:
    """Return the fault of the first county that another office serves."""
    for code in counties:
        for other in others:
            if code in other.counties:
                named = {"county": code, "office": other.id}
                return {"counties": (texts.COUNTY_TAKEN, named)}
    return {}
