"""Fields about the person, those it happens to as well, and who told the hotline."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bot.cases.record import choices
from bot.cases.record.fields import RecordField, SubjectKind, ValueType
from bot.cases.record.shared_fields import (
    CHOICE,
    DATE,
    NAME,
    NAMED,
    PHONE,
    REMARKS,
    address_fields,
    human_fields,
)
from bot.text import pgettext

if TYPE_CHECKING:
    from collections.abc import Iterable

_person = partial(RecordField, SubjectKind.PERSON)
PERSON_FIELDS = (
    *human_fields(SubjectKind.PERSON, is_main=True),
    _person(
        "other_language",
        pgettext("record", "Other language"),
        ValueType.LANGUAGE,
        is_list=True,
        htcds=("prs_SecondaryLanguage",),
    ),
    _person(
        "phone",
        pgettext("record", "Telephone at home"),
        ValueType.PHONE,
        is_list=True,
        htcds=("prs_HomePhone",),
    ),
    _person("email", pgettext("record", "Email"), is_list=True, htcds=("prs_Email",)),
    *address_fields(SubjectKind.PERSON, "prs_Mailing"),
    _person(
        "identity_number",
        pgettext("record", "National identity number"),
        htcds=("prs_IdentityNumber",),
    ),
    _person("permit_until", pgettext("record", "Permit to stay, valid until"), DATE),
    _person("entered_on", pgettext("record", "Entered the country on"), DATE),
    _person("position", pgettext("record", "Work or position"), htcds=("prs_Title",)),
    _person(
        "marital_status",
        pgettext("record", "Marital status"),
        CHOICE,
        choices.MARITAL_STATUSES,
        htcds=("prs_MaritalStatus",),
    ),
    _person(
        "number_of_children",
        pgettext("record", "Number of children"),
        ValueType.NUMBER,
        htcds=("prs_NumberOfChildren",),
    ),
    _person(
        "education",
        pgettext("record", "Education"),
        CHOICE,
        choices.EDUCATION_LEVELS,
        htcds=("prs_HighestLevelOfEducation",),
    ),
    _person("health", pgettext("record", "Health, pregnancy, medicine"), is_list=True),
    _person("customs", pgettext("record", "Food, religion, other wishes"), is_list=True),
    _person("trusted", pgettext("record", "Someone the person trusts"), is_list=True),
    _person(
        "salutation", pgettext("record", "How to address the person"), htcds=("prs_Salutation",)
    ),
    _person(
        "told_of_others",
        pgettext("record", "Wants to be told if others reported the same person"),
        CHOICE,
        choices.YES_NO,
    ),
    _person(
        "deceased",
        pgettext("record", "No longer alive"),
        CHOICE,
        choices.YES_NO,
        htcds=("prs_Deceased",),
    ),
    _person("remarks", REMARKS, is_list=True),
)

_identification = partial(RecordField, SubjectKind.IDENTIFICATION)
IDENTIFICATION_FIELDS = (
    _identification(
        "status",
        pgettext("record", "Decision"),
        CHOICE,
        choices.STATUSES,
        htcds=("vic_TraffickingStatus",),
    ),
    _identification(
        "decided_by",
        pgettext("record", "Who decided"),
        CHOICE,
        choices.DECIDING_BODIES,
        htcds=("vic_TraffickingStatusDecisionMakingOrg",),
    ),
    _identification("unit", pgettext("record", "Deciding unit")),
    _identification("notice_number", pgettext("record", "Number of the notice")),
    _identification("officer", pgettext("record", "Officer in charge")),
    _identification("prosecution", pgettext("record", "Number of the criminal case")),
)

_informant = partial(RecordField, SubjectKind.INFORMANT)
INFORMANT_FIELDS = (
    _informant(
        "organisation", pgettext("record", "Organisation"), htcds=("cas_ReferringOrganisation",)
    ),
    _informant("name", NAME, NAMED, htcds=("cas_ReferringPrimaryCaseWorker",)),
    _informant("phone", PHONE, ValueType.PHONE, is_list=True),
    _informant("relation", pgettext("record", "Relation to the person"), choices=choices.LINKS),
    _informant(
        "told_on",
        pgettext("record", "When they told us"),
        DATE,
        htcds=("cas_IncomingReferralDate",),
    ),
    _informant(
        "reason",
        pgettext("record", "Why they referred the case"),
        CHOICE,
        choices.REFERRAL_REASONS,
        htcds=("cas_ReasonForIncomingReferral",),
    ),
    _informant(
        "details",
        pgettext("record", "What was agreed with them"),
        is_list=True,
        htcds=("cas_IncomingReferralDetails",),
    ),
    _informant("imported", pgettext("record", "What else the imported file says"), is_list=True),
)


def companion_fields() -> Iterable[RecordField]:
    """Yield the fields of companions and children."""
    for kind in (SubjectKind.COMPANION, SubjectKind.CHILD):
        yield from human_fields(kind)
        yield RecordField(kind, "relation", pgettext("record", "Relation to the person"))
        yield RecordField(kind, "whereabouts", pgettext("record", "Where they are now"))
        yield RecordField(kind, "remarks", REMARKS, is_list=True)
