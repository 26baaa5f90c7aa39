"""The fields of a record, as data: every field of HTCDS 2.0 is one of them or stands elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from bot.cases.record.fields import RecordField, SubjectKind
from bot.cases.record.matter_fields import (
    EMPLOYER_FIELDS,
    EXPLOITATION_FIELDS,
    HAPPENING_FIELDS,
    SUSPECT_FIELDS,
    THING_FIELDS,
)
from bot.cases.record.people_fields import (
    IDENTIFICATION_FIELDS,
    INFORMANT_FIELDS,
    PERSON_FIELDS,
    companion_fields,
)
from bot.text import Text, pgettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FIELDS: Mapping[str, RecordField] = {
    it.code: it
    for it in (
        *PERSON_FIELDS, *IDENTIFICATION_FIELDS, *EXPLOITATION_FIELDS, *SUSPECT_FIELDS,
        *EMPLOYER_FIELDS, *companion_fields(), *INFORMANT_FIELDS, *THING_FIELDS, *HAPPENING_FIELDS,
    )
}  # fmt: skip
"""Every field that no place adds, by code."""

STANDS_ELSEWHERE: Mapping[str, str] = {
    "cas_Status": "the state of the case",
    "cas_ReasonForCaseClosure": "how the case ended",
    "cas_CaseOwner": "the holder of the case",
    "cas_ReferredOrganisation": "the referrals",
    "cas_ReferredPrimaryCaseWorker": "the referrals: what the recipient answered",
    "cas_ReasonForOutgoingReferral": "the referrals",
    "cas_OutgoingReferralDate": "the referrals",
    "cas_OutgoingReferralDetails": "the referrals: what the person agreed to pass on",
    "cco_CaseComment": "the notes",
    "con_Consent": "the consents",
    "vic_AgreementToManagePersonalData": "the consents",
    "spl_Objectives": "the service plan",
    "spl_ActionPlan": "the service plan",
    "spl_PlannedEndDate": "the service plan",
    "spl_ActualEndDate": "the service plan",
    "spl_Type": "the service plan",
}
"""Fields of HTCDS 2.0 that Haven keeps outside the record, and where."""


class PlaceFieldLike(Protocol):
    """A field that a place adds."""

    @property
    def kind(self) -> str:
        """The kind of subject it belongs to."""

    @property
    def name(self) -> str:
        """Its name, which no other field of the kind has."""

    @property
    def text(self) -> Text:
        """What staff read."""


def with_place_fields(added: Iterable[PlaceFieldLike]) -> Mapping[str, RecordField]:
    """Return every field of a place by code; those that it adds stand after the others.

    Raises:
        ValueError: a kind is unknown.
        KeyError: a field is there already.
    """
    found = dict(FIELDS)
    for it in added:
        field = RecordField(SubjectKind(it.kind), it.name, it.text)
        if field.code in found:
            raise KeyError(field.code)
        found[field.code] = field
    return found


USES: Mapping[str, Text] = {
    "referral": pgettext("use", "Referral"),
    "prosecution": pgettext("use", "Prosecution"),
    "statistics": pgettext("use", "Statistics"),
}
"""What a value may be used for, if the person decided it for this value alone."""
