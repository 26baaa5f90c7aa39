"""The form of a service in the directory: what it means, and what is wrong by field."""

from __future__ import annotations

import unicodedata
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from bot.desks.web.administration.hours_form import DAY_FIELDS, Faults, ParsedForm, parse_week
from bot.desks.web.form_nonces import NONCE_FIELD
from bot.desks.web.services import texts
from bot.hotline.chat.phrase_rules import clean_text
from bot.hotline.directory.model import Guests, ServiceContent
from bot.hotline.directory.rules import MAX_PLACES, EntryFault, find_faults

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from bot.hotline.directory.rules import KnownCodes
    from bot.hotline.staff.opening_hours import Week

SERVICE, COUNTY, LANGUAGE, GUEST = "service.", "county.", "language.", "guest."
"""What the names of boxes begin with."""
EVERY_DAY, SEEN, CSRF = "every", "seen", "csrf"
TEXT_FIELDS = ("name", "contact", "note", "source")
OTHER_FIELDS = frozenset(
    {*TEXT_FIELDS, "places", "public", "partner", "why", EVERY_DAY, SEEN, *DAY_FIELDS}
)


def check_fields(values: Iterable[str], known: KnownCodes) -> None:
    """Raise HTTPException for a field that the form does not have."""
    boxes = {
        *(SERVICE + it for it in known.services), *(COUNTY + it for it in known.counties),
        *(LANGUAGE + it for it in known.languages), *(GUEST + it for it in Guests),
    }  # fmt: skip
    if set(values) - boxes - OTHER_FIELDS - {CSRF, NONCE_FIELD}:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)


def entry_values(content: ServiceContent) -> dict[str, str]:
    """Return the fields of a form that says what a service is now."""
    values = {it: str(getattr(content, it)) for it in TEXT_FIELDS}
    values |= {SERVICE + it: "1" for it in content.services}
    values |= {COUNTY + it: "1" for it in content.counties}
    values |= {LANGUAGE + it: "1" for it in content.languages}
    values |= {GUEST + it: "1" for it in content.guests}
    values |= {"public": "1"} if content.is_public else {}
    values["places"] = "" if content.places is None else str(content.places)
    values["partner"] = str(content.partner or "")
    return values | _week_values(content.week)


def _week_values(week: Week | None) -> dict[str, str]:
    if week is None:
        return {}
    days = [", ".join(map(str, it)) for it in week]
    if len(set(days)) == 1:
        return {EVERY_DAY: days[0]}
    return dict(zip(DAY_FIELDS, days, strict=True))


def parse_entry(
    values: Mapping[str, str], known: KnownCodes, partners: Collection[int]
) -> ParsedForm[ServiceContent]:
    """Return the service of a form."""
    week, faults = _parse_hours(values)
    content = ServiceContent(
        **{it: clean_text(values.get(it, "")) for it in TEXT_FIELDS},
        services=_ticked(values, SERVICE, known.services),
        counties=_ticked(values, COUNTY, known.counties),
        languages=_ticked(values, LANGUAGE, known.languages),
        guests=tuple(it for it in Guests if values.get(GUEST + it)),
        places=_parse_places(values, faults), week=week, is_public=bool(values.get("public")),
        partner=_parse_partner(values, partners, faults),
    )  # fmt: skip
    for name, found in find_faults(content, known).items():
        faults.setdefault(name, (texts.FAULTS[found.fault], {"about": found.about}))
    return ParsedForm(values, None if faults else content, faults)


def _ticked(values: Mapping[str, str], prefix: str, known: Iterable[str]) -> tuple[str, ...]:
    return tuple(it for it in known if values.get(prefix + it))


def _parse_hours(values: Mapping[str, str]) -> tuple[Week | None, Faults]:
    """Return the hours of a week; a day without its own has those of every day."""
    every = values.get(EVERY_DAY, "").strip()
    typed = {it: values.get(it, "").strip() or every for it in DAY_FIELDS}
    if not any(typed.values()):
        return None, {}
    form = parse_week(typed)
    # A fault of what was typed once for every day is told there.
    faults = {
        (it if values.get(it, "").strip() else EVERY_DAY): told for it, told in form.faults.items()
    }
    return form.meaning, faults


def _parse_places(values: Mapping[str, str], faults: Faults) -> int | None:
    typed = parse_count(values.get("places", ""))
    if typed is None and values.get("places", "").strip():
        faults["places"] = (texts.FAULTS[EntryFault.PLACES], {"about": str(MAX_PLACES)})
    return typed


def parse_count(typed: str) -> int | None:
    """Return a number as it is typed, also in full-width digits; None for anything else."""
    folded = unicodedata.normalize("NFKC", typed).strip()
    is_number = folded.isascii() and folded.isdecimal() and len(folded) <= len(str(MAX_PLACES))
    return int(folded) if is_number else None


def _parse_partner(values: Mapping[str, str], partners: Collection[int], faults: Faults) -> int:
    typed = values.get("partner", "")
    number = int(typed) if typed.isascii() and typed.isdecimal() else 0
    if typed and number not in partners:
        faults["partner"] = (texts.FAULTS[EntryFault.UNKNOWN_CODE], {"about": typed[:20]})
    return number
