"""De-identified attributes of a case for a synthetic release: seven, each of few fixed codes. Pure.

The codes are fixed here and not taken from the cases, because a code that one case alone has would
say that this case exists. What is not known, or was refused for statistics, is empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.cases.record.entries import RecordEntry
    from bot.cases.record.record import CaseRecord

AttributeRow = dict[str, str]
"""A case: by attribute, its code; several are joined by `JOINED_BY`; empty for not known."""
USE: Final = "statistics"
JOINED_BY: Final = ";"
AGE, SEX, NATIONALITY, SECTOR = "age", "sex", "nationality", "sector"
REGION, CONTROL, KIND = "region", "control", "kind"
ATTRIBUTES: Final = (AGE, SEX, NATIONALITY, SECTOR, REGION, CONTROL, KIND)
SEVERAL: Final = (CONTROL, KIND)
"""Attributes of which a case can have several codes."""
OTHER: Final = "other"
ADULT: Final = 18
AGE_BANDS: Final = ((ADULT, "under_18"), (25, "18_24"), (35, "25_34"), (45, "35_44"))
"""The first age that is above a band, and the band."""
OLDEST: Final = "45_over"
SEXES: Mapping[str, str] = {"Feminine": "female", "Masculine": "male"}
NATIONALITIES: Final = frozenset({"ID", "VN", "PH", "TH", "MM", "KH", "CN", "TW"})
SECTORS: Mapping[str, str] = {
    "A": "farms_and_fishing", "C": "factories", "F": "building", "G": "services", "H": "services",
    "I": "services", "S": "services", "T": "households",
}  # fmt: skip
"""Of the first letter of an industry (ISIC); others are `other`."""
CONTROLS: Mapping[str, str] = {
    "DebtBondage": "money", "TakesEarnings": "money", "RestrictsFinancialAccess": "money",
    "WithholdsDocuments": "documents", "ThreatsLawEnforcement": "threats",
    "PhysicalThreats": "threats", "ThreatensChildrenFamily": "threats", "FalsePromises": "deceit",
    "PhysicalAbuse": "violence", "SexualAbuse": "violence", "PsychologicalAbuse": "violence",
    "RestrictsMovement": "confinement", "ExcessiveWorkingHours": "conditions",
    "WithholdsNecessities": "conditions", "RestrictsMedicalCare": "conditions",
}  # fmt: skip
KINDS: Mapping[str, str] = {
    "ForcedLabour": "labour", "ChildLabour": "labour", "Servitude": "labour",
    "SexualExploitation": "sexual", "ForcedMarriage": "marriage", "ForcedCriminality": "crime",
}  # fmt: skip


def attributes_of(record: CaseRecord, regions: Mapping[str, str], year: int) -> AttributeRow:
    """Return the attributes of a case that was closed in a year; `regions` are of counties."""
    return {
        AGE: _age_band(record, year),
        SEX: _one(SEXES.get(it, OTHER) for it in _typed(record, "person.gender")),
        NATIONALITY: _one(
            it if it in NATIONALITIES else OTHER for it in _parsed(record, "person.nationality")
        ),
        SECTOR: _one(
            SECTORS.get(it[:1], OTHER) for it in _typed(record, "exploitation.industry")
        ),
        REGION: _one(regions.get(it, OTHER) for it in _typed(record, "place.county")),
        CONTROL: _several(
            CONTROLS.get(it, OTHER) for it in _typed(record, "exploitation.control")
        ),
        KIND: _several(KINDS.get(it, OTHER) for it in _typed(record, "exploitation.type")),
    }  # fmt: skip


def _age_band(record: CaseRecord, year: int) -> str:
    ages = [int(it) for it in _parsed(record, "person.age") if it.isdecimal()]
    born = [int(it[:4]) for it in _parsed(record, "person.born") if it[:4].isdecimal()]
    known = [*ages, *(year - it for it in born)]
    if not known:
        return AGE_BANDS[0][1] if "yes" in _typed(record, "person.under_18") else ""
    return next((band for above, band in AGE_BANDS if known[-1] < above), OLDEST)


def _allowed(record: CaseRecord, code: str) -> list[RecordEntry]:
    """Return the standing values of a field, without those refused for statistics."""
    return [it for it in record.values(code) if it.content.uses.get(USE) is not False]


def _typed(record: CaseRecord, code: str) -> list[str]:
    return [it.content.typed for it in _allowed(record, code)]


def _parsed(record: CaseRecord, code: str) -> list[str]:
    return [it.content.parsed for it in _allowed(record, code) if it.content.parsed]


def _one(codes: Iterable[str]) -> str:
    """Return the newest code; empty for none."""
    return ([*codes] or [""])[-1]


def _several(codes: Iterable[str]) -> str:
    return JOINED_BY.join(sorted(set(codes)))
