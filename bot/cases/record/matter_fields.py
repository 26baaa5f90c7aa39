"""Fields about what is done to the person: by whom, where, with which things, and what happened."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bot.cases.record import choices
from bot.cases.record.fields import RecordField, SubjectKind, ValueType
from bot.cases.record.shared_fields import (
    ACCOUNTS,
    CHOICE,
    CHOICES,
    DATE,
    NAME,
    NAMED,
    OTHER_NAMES,
    PHONE,
    REMARKS,
    TEXT,
    address_fields,
)
from bot.text import Text, pgettext

if TYPE_CHECKING:
    from collections.abc import Mapping


def _done(
    name: str, text: Text, in_htcds: str = "", type_: ValueType = TEXT,
    options: Mapping[str, Text] | None = None, *, is_list: bool = False,
) -> RecordField:  # fmt: skip
    """Return a field about what is done to the person, with its field of HTCDS 2.0."""
    path = (f"vic_{in_htcds}",) if in_htcds else ()
    return RecordField(SubjectKind.EXPLOITATION, name, text, type_, options, is_list, path)


EXPLOITATION_FIELDS = (
    _done(
        "type",
        pgettext("record", "Kind of exploitation"),
        "TypeOfExploitation",
        CHOICES,
        choices.EXPLOITATION_KINDS,
    ),
    _done(
        "industry",
        pgettext("record", "Industry"),
        "ForcedLabourIndustry",
        CHOICES,
        choices.INDUSTRIES,
    ),
    _done(
        "sex_type",
        pgettext("record", "Kind of sexual exploitation"),
        "TypeOfSexExploitation",
        CHOICES,
        choices.SEX_EXPLOITATION_KINDS,
    ),
    _done(
        "control",
        pgettext("record", "How the person is controlled"),
        "MethodsOfControl",
        CHOICES,
        choices.CONTROL_METHODS,
    ),
    _done("began", pgettext("record", "Since when"), "", DATE, choices.BEGINNINGS),
    _done("ended", pgettext("record", "Until when"), "", DATE),
    _done("place", pgettext("record", "Where it happens"), "LocationOfExploitation", is_list=True),
    _done(
        "app",
        pgettext("record", "Apps used for it"),
        "ExploitationWebsitesAndApps",
        CHOICES,
        choices.APPS,
    ),
    _done("promised", pgettext("record", "What was promised"), is_list=True),
    _done("hours", pgettext("record", "Working hours")),
    _done("pay", pgettext("record", "Pay received"), "", ValueType.AMOUNT),
    _done(
        "people",
        pgettext("record", "How many people it happens to"),
        "",
        CHOICE,
        choices.PEOPLE_COUNTS,
    ),
    _done(
        "recruited_by",
        pgettext("record", "How the person was recruited"),
        "MethodOfRecruitment",
        CHOICES,
        choices.RECRUITMENT_METHODS,
    ),
    _done(
        "recruited_at",
        pgettext("record", "Where the person was recruited"),
        "LocationOfRecruitment",
        is_list=True,
    ),
    _done(
        "recruited_with",
        pgettext("record", "Apps used to recruit"),
        "RecruitmentWebsitesAndApps",
        CHOICES,
        choices.APPS,
    ),
    _done(
        "relationship",
        pgettext("record", "How the person knows them"),
        "RelationshipToTrafficker",
        CHOICE,
        choices.RELATIONSHIPS,
    ),
    _done(
        "age_then", pgettext("record", "Age when it began"), "AgeWhenTrafficked", ValueType.NUMBER
    ),
    _done(
        "vulnerability",
        pgettext("record", "What made it possible"),
        "Vulnerabilities",
        CHOICES,
        choices.VULNERABILITIES,
    ),
    _done(
        "vulnerability_details",
        pgettext("record", "What made it possible, in words"),
        "DetailsOfVulnerabilities",
        is_list=True,
    ),
    _done("remarks", REMARKS, is_list=True),
)

_suspect = partial(RecordField, SubjectKind.SUSPECT)
SUSPECT_FIELDS = (
    _suspect("name", NAME, NAMED),
    _suspect("alias", OTHER_NAMES, is_list=True),
    _suspect(
        "relation",
        pgettext("record", "What they are to the person"),
        CHOICE,
        choices.SUSPECT_RELATIONS,
    ),
    _suspect(
        "role",
        pgettext("record", "Role"),
        CHOICES,
        choices.SUSPECT_ROLES,
        htcds=("per_RoleInProcess",),
    ),
    _suspect(
        "role_details",
        pgettext("record", "What they did"),
        is_list=True,
        htcds=("per_RoleDetails",),
    ),
    _suspect("phone", PHONE, ValueType.PHONE, is_list=True),
    _suspect("account", ACCOUNTS, is_list=True),
    _suspect("company", pgettext("record", "Company or agency"), is_list=True),
    _suspect("bank_account", pgettext("record", "Bank account"), is_list=True),
    _suspect("gender", pgettext("record", "Gender"), CHOICE, choices.GENDERS),
    _suspect("nationality", pgettext("record", "Nationality"), ValueType.COUNTRY),
    _suspect("looks", pgettext("record", "What they look like"), is_list=True),
    _suspect("street", pgettext("record", "Address"), is_list=True),
    _suspect("remarks", REMARKS, is_list=True),
)

_employer = partial(RecordField, SubjectKind.EMPLOYER)
EMPLOYER_FIELDS = (
    _employer("name", NAME, NAMED, htcds=("org_Name",)),
    _employer(
        "type",
        pgettext("record", "Kind of organisation"),
        CHOICE,
        choices.ORGANISATION_KINDS,
        htcds=("org_Type",),
    ),
    _employer("boss", pgettext("record", "Who is in charge there"), is_list=True),
    _employer("phone", PHONE, ValueType.PHONE, is_list=True, htcds=("org_Phone",)),
    *address_fields(SubjectKind.EMPLOYER, "org_Shipping"),
    _employer("since", pgettext("record", "Worked there since"), DATE),
    _employer("until", pgettext("record", "Worked there until"), DATE),
    _employer("remarks", REMARKS, is_list=True),
)

_place = partial(RecordField, SubjectKind.PLACE)
_vessel = partial(RecordField, SubjectKind.VESSEL)
_vehicle = partial(RecordField, SubjectKind.VEHICLE)
_document = partial(RecordField, SubjectKind.DOCUMENT)
THING_FIELDS = (
    _place("name", NAME, NAMED),
    _place("use", pgettext("record", "What it is used for")),
    *address_fields(SubjectKind.PLACE),
    _place("way", pgettext("record", "How to find it, what is seen from it"), is_list=True),
    _vessel("name", NAME, NAMED),
    _vessel("imo", pgettext("record", "IMO number")),
    _vessel("registration", pgettext("record", "Registration or call sign"), is_list=True),
    _vessel("flag", pgettext("record", "Flag"), ValueType.COUNTRY),
    _vessel("captain", pgettext("record", "Captain"), is_list=True),
    _vessel("owner", pgettext("record", "Owner"), is_list=True),
    _vessel("port", pgettext("record", "Port, position"), is_list=True),
    _vehicle("plate", pgettext("record", "Number plate")),
    _vehicle("looks", pgettext("record", "Make, colour")),
    _vehicle("driver", pgettext("record", "Driver"), is_list=True),
    _document("type", pgettext("record", "Which document"), CHOICE, choices.DOCUMENT_KINDS),
    _document("number", pgettext("record", "Number")),
    _document("held_by", pgettext("record", "Who keeps it"), is_list=True),
    _document("since", pgettext("record", "Since when"), DATE),
    _document("returned", pgettext("record", "Given back"), CHOICE, choices.YES_NO),
)

_payment = partial(RecordField, SubjectKind.PAYMENT)
_journey = partial(RecordField, SubjectKind.JOURNEY)
_event = partial(RecordField, SubjectKind.EVENT)
_need = partial(RecordField, SubjectKind.NEED)
HAPPENING_FIELDS = (
    _payment("type", pgettext("record", "Which payment"), CHOICE, choices.PAYMENT_KINDS),
    _payment("amount", pgettext("record", "Amount"), ValueType.AMOUNT),
    _payment("paid_by", pgettext("record", "Who pays")),
    _payment("paid_to", pgettext("record", "To whom")),
    _payment("paid_on", pgettext("record", "When, or how often"), DATE),
    _payment("proof", pgettext("record", "Proof of it"), is_list=True),
    _journey("from_place", pgettext("journey", "From")),
    _journey("to_place", pgettext("journey", "To")),
    _journey("travelled_on", pgettext("record", "When"), DATE),
    _journey("means", pgettext("record", "How"), is_list=True),
    _journey("arranged_by", pgettext("record", "Who arranged it"), is_list=True),
    _event(
        "type",
        pgettext("record", "What kind of event"),
        CHOICE,
        choices.EVENT_KINDS,
        htcds=("hte_Type",),
    ),
    _event("happened_on", pgettext("record", "When"), DATE, htcds=("hte_Date",)),
    _event(
        "description", pgettext("record", "What happened"), is_list=True, htcds=("hte_Description",)
    ),
    *address_fields(SubjectKind.EVENT, "hte_"),
    _need("needs", pgettext("record", "What is needed"), CHOICES, choices.NEEDS),
    _need("details", pgettext("record", "Needs, in words"), is_list=True),
)
