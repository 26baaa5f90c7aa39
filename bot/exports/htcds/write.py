"""A case as a row of HTCDS 2.0, by default without anything that names the person. Pure.

A value that does not fit its field is neither changed nor guessed. It stands in a column of its
own, `x_` and the field's name: "about 1990", a telephone with an extension, both of two birthdates
that contradict each other, a status that no authority decided. In a file that names no one it is
left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.cases.record.fields import SubjectKind
from bot.cases.record.record import CaseRecord, contradict
from bot.errors import NotAgreedError
from bot.exports.htcds.columns import EXTENSION, HtcdsColumn, parse_column
from bot.exports.htcds.mapping import CODED, ValueForm, load_mapping
from bot.exports.htcds.standard import standard_fields
from bot.exports.htcds.values import BETWEEN_CODES, write_entry

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from bot.cases.record.record import FieldState, RecordSubject
    from bot.exports.htcds.mapping import AgeBands, FieldMapping, HtcdsMapping

    Row = dict[str, str]
    """Values by the name of their column; several codes are joined by `;`."""

AUTHORITIES = frozenset({"Police", "CourtOrProsecution", "NonPoliceGovernmentalOrganization"})
"""Who decides a status: in Taiwan the judicial police and the courts (Act, Article 11)."""
STATUS, DECIDED_BY = "identification.status", "identification.decided_by"
IMPORTED = "informant.imported"
"""The field of the record that holds what an imported file said and no other field does."""
IS = " = "
"""Between the column and the value of such an entry."""


class Profile(StrEnum):
    """How much of a case stands in a file."""

    DEIDENTIFIED = "deidentified"
    """No name, number, address, day or free text; age as a band, place as a county."""
    IDENTIFIED = "identified"


USES: Mapping[Profile, str] = {Profile.DEIDENTIFIED: "statistics", Profile.IDENTIFIED: "referral"}
"""The use (`bot.cases.record.catalogue.USES`) that a file of a profile is."""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What a case is written from."""

    record: CaseRecord
    agreed: Collection[Profile] = ()
    """The profiles for which the person's consent is on record."""
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """What the record does not hold, by column: status, holder, referrals, services, consent."""
    reference: str = ""
    opened: date | None = None
    county: str = ""
    """Where it happens, by its ISO 3166-2:TW code; empty: not known."""


def write_case(facts: CaseFacts, profile: Profile = Profile.DEIDENTIFIED) -> Row:
    """Return a case as a row, its columns in the order of the standard.

    Raises:
        NotAgreedError: the person did not agree to this use.
    """
    if profile not in facts.agreed:
        raise NotAgreedError(f"the person did not agree to a file of the profile {profile}")
    return in_order(_headed(profile) | _written(facts, profile))


def _headed(profile: Profile) -> Row:
    mapping = load_mapping()
    return {
        "x_Standard": mapping.standard, "x_Mapping": mapping.name, "x_Profile": profile.value,
        "x_Attribution": mapping.attribution,
    }  # fmt: skip


def _written(facts: CaseFacts, profile: Profile) -> Row:
    mapping = load_mapping()
    record = _without_refused(facts.record, USES[profile])
    found: Row = {}
    for kind, group in _groups(mapping).items():
        rows = (_subject_row(it, group) for it in record.of_kind(kind) if _may_leave(it))
        for number, row in enumerate(filter(None, rows), 1):
            found |= {str(it._replace(subject=number)): text for it, text in row.items()}
    found |= {name: text for name, text in facts.elsewhere.items() if text}
    if profile is Profile.IDENTIFIED:
        found |= {"x_CaseReference": facts.reference} if facts.reference else {}
        return _imported(record) | found
    kept = {name: text for name, text in found.items() if _names_no_one(name, mapping)}
    return kept | _coarse(facts, record, mapping)


def _names_no_one(name: str, mapping: HtcdsMapping) -> bool:
    column = parse_column(name)
    if column is None:  # a column that only says which code of Haven stands behind one
        return name in {each.column for it in mapping.fields.values() for each in it.extra}
    return not column.is_extension and mapping.fields[column.field].deidentified


def _groups(mapping: HtcdsMapping) -> dict[SubjectKind, dict[str, FieldMapping]]:
    """Return the fields that the record fills, by kind of subject."""
    found: dict[SubjectKind, dict[str, FieldMapping]] = {}
    for name, it in mapping.fields.items():
        if (record_field := it.record_field) is not None:
            found.setdefault(record_field.kind, {})[name] = it
    return found


def _may_leave(it: RecordSubject) -> bool:
    """Tell whether a subject may be named: who told us, as a private person, is kept secret."""
    if it.kind is not SubjectKind.INFORMANT:
        return True
    named = it.field("organisation")
    return named is not None and bool(named.standing)


def _without_refused(record: CaseRecord, use: str) -> CaseRecord:
    """Return a record without the values whose use the person refused."""

    def kept(state: FieldState) -> FieldState:
        left = tuple(it for it in state.standing if it.content.uses.get(use) is not False)
        return replace(state, standing=left, is_contradicting=contradict(state.field, left))

    return CaseRecord(
        tuple(replace(it, fields=tuple(map(kept, it.fields))) for it in record.subjects)
    )


def _subject_row(it: RecordSubject, group: Mapping[str, FieldMapping]) -> dict[HtcdsColumn, str]:
    found: dict[HtcdsColumn, str] = {}
    for name, mapping in group.items():
        state = it.field(mapping.source.partition(".")[2])
        if state is not None and state.standing:
            found |= _field_cells(name, mapping, state, is_sure=_is_sure(it, state))
    return found


def _is_sure(it: RecordSubject, state: FieldState) -> bool:
    """Tell whether one value holds; a status holds only if an authority decided it."""
    if state.is_contradicting:
        return False
    if state.field.code != STATUS:
        return True
    decided = it.field(DECIDED_BY.partition(".")[2])
    if decided is None or decided.is_contradicting:
        return False
    bodies = {each.content.typed for each in decided.standing}
    return bool(bodies) and bodies <= AUTHORITIES


def _field_cells(
    name: str, mapping: FieldMapping, state: FieldState, *, is_sure: bool
) -> dict[HtcdsColumn, str]:
    """Return the cells of a field: what fits it, and in `x_` columns what does not."""
    fitting: list[str] = []
    others: list[str] = []
    extra: dict[HtcdsColumn, str] = {}
    for it in state.values:
        special = next((each for each in mapping.extra if each.code == it.content.typed), None)
        if special is not None:
            fitting += special.written_as
            extra[HtcdsColumn(special.column)] = special.value
            continue
        written = write_entry(mapping, it.content) if is_sure else None
        if written is None or mapping.deprecated:
            others.append(it.content.typed)
        else:
            fitting.append(written)
    cells = _cells(name, mapping, fitting) | _cells(EXTENSION + name, mapping, others)
    return cells | extra


def _cells(name: str, mapping: FieldMapping, values: Iterable[str]) -> dict[HtcdsColumn, str]:
    """Return the cells of a column: one, or one for each value where it holds one value only."""
    different = list(dict.fromkeys(values))
    field = standard_fields()[name.removeprefix(EXTENSION)]
    if not different:
        return {}
    if mapping.form is ValueForm.LONG_TEXT:
        return {HtcdsColumn(name): "\n".join(different)}
    if field.holds_many and (mapping.form in CODED or not name.startswith(EXTENSION)):
        listed = dict.fromkeys((*mapping.codes, *different))
        places = {code: place for place, code in enumerate(listed)}
        return {HtcdsColumn(name): BETWEEN_CODES.join(sorted(different, key=places.__getitem__))}
    return {HtcdsColumn(name, 1, number): text for number, text in enumerate(different, 1)}


def _imported(record: CaseRecord) -> Row:
    """Return what an imported file said and Haven keeps as it was told."""
    found: Row = {}
    for it in record.values(IMPORTED):
        name, is_told, text = it.content.typed.partition(IS)
        if is_told and name:
            found[name] = f"{found[name]}\n{text}" if name in found else text
    return found


def _coarse(facts: CaseFacts, record: CaseRecord, mapping: HtcdsMapping) -> Row:
    """Return what a file that names no one says instead of days, ages and places."""
    ages, then = mapping.age_bands, _number(record, "exploitation.age_then")
    found = {
        "x_Year": str(facts.opened.year) if facts.opened else "", "x_County": facts.county,
        "x_AgeBand": _age_band(facts, record, ages),
        "x_AgeWhenTraffickedBand": "" if then is None else ages.of(then),
    }  # fmt: skip
    return {name: text for name, text in found.items() if text}


def _age_band(facts: CaseFacts, record: CaseRecord, ages: AgeBands) -> str:
    """Return the band of the age; empty where two bands are possible, or nothing is known."""
    born = [it.content.parsed for it in record.values("person.born")]
    if len(born) == 1 and born[0] and facts.opened:
        youngest, oldest = (_age_on(facts.opened, born[0], rest) for rest in ("-12-31", "-01-01"))
        bands = {ages.of(youngest), ages.of(oldest)}
        return bands.pop() if len(bands) == 1 else ""
    if (age := _number(record, "person.age")) is not None:
        return ages.of(age)
    under = {it.content.typed for it in record.values("person.under_18")}
    return {"yes": "0-17", "no": "18+"}.get(under.pop(), "") if len(under) == 1 else ""


def _age_on(day: date, born: str, rest: str) -> int:
    """Return the age on a day of one born on a day, in a month or in a year.

    `rest` says with which day of the year a month or a year is taken.
    """
    known = born if len(born) == len("2026-11-30") else f"{born[:4]}{rest}"
    month_and_day = f"{day:%m-%d}"
    return day.year - int(known[:4]) - (month_and_day < known[5:])


def _number(record: CaseRecord, code: str) -> int | None:
    """Return a whole number of the record; None if there is none, or sources differ."""
    found = {it.content.parsed for it in record.values(code)}
    parsed = found.pop() if len(found) == 1 else ""
    return int(parsed) if parsed.isdecimal() else None


def in_order(row: Row) -> Row:
    """Return a row with its columns as the standard orders them, the others behind them."""
    places = {name: place for place, name in enumerate(standard_fields())}

    def place_of(name: str) -> tuple[int, int, int, str]:
        column = parse_column(name)
        if column is None:
            return (len(places), 0, 0, name)
        is_own = column.is_extension
        return (places[column.standard_field], column.subject, column.value + 100 * is_own, name)

    return dict(sorted(row.items(), key=lambda cell: place_of(cell[0])))
