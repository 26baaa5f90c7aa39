"""The fields of a record, as data: every field of HTCDS 2.0 is one of them or stands elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from bot.cases.record import choices
from bot.cases.record.fields import RecordField, SubjectKind, ValueType
from bot.text import Text, pgettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ADDRESS = (
    ("street", pgettext("record", "Address"), "Street"),
    ("city", pgettext("record", "City or district"), "City"),
    ("county", pgettext("record", "County, province or state"), "State"),
    ("postal_code", pgettext("record", "Postal code"), "PostalCode"),
)
_POINT = (
    ("longitude", pgettext("record", "Longitude"), "Longitude"),
    ("latitude", pgettext("record", "Latitude"), "Latitude"),
)
_COUNTRY = pgettext("record", "Country")
_NAME = pgettext("record", "Name")
_OTHER_NAMES = pgettext("record", "Other names, nicknames")
_PHONE = pgettext("record", "Telephone")
_ACCOUNTS = pgettext("record", "LINE, Facebook and other accounts")
_REMARKS = pgettext("record", "Anything else")
_TEXT, _NAMED, _DATE, _CHOICE, _CHOICES = (
    ValueType.TEXT, ValueType.NAME, ValueType.DATE, ValueType.CHOICE, ValueType.CHOICES
)  # fmt: skip


def _address(kind: SubjectKind, prefix: str = "") -> Iterable[RecordField]:
    """Yield the parts of an address; `prefix` is that of HTCDS 2.0, empty where it has none."""

    def path(name: str) -> tuple[str, ...]:
        return (prefix + name,) if prefix else ()

    for name, text, part in _ADDRESS:
        yield RecordField(kind, name, text, htcds=path(part))
    yield RecordField(kind, "country", _COUNTRY, ValueType.COUNTRY, htcds=path("Country"))
    for name, text, part in _POINT:
        yield RecordField(kind, name, text, ValueType.NUMBER, htcds=path(part))


def _human(kind: SubjectKind, *, is_main: bool = False) -> Iterable[RecordField]:
    """Yield what is known of any human; the HTCDS knows most of it of the person."""

    def path(name: str) -> tuple[str, ...]:
        return (f"prs_{name}",) if is_main else ()

    def of(
        name: str, text: Text, type_: ValueType = _TEXT, in_htcds: str = "",
        options: Mapping[str, Text] | None = None, *, is_list: bool = False,
    ) -> RecordField:  # fmt: skip
        return RecordField(
            kind, name, text, type_, options, is_list, path(in_htcds) if in_htcds else ()
        )

    yield of("name", pgettext("record", "Full name"), _NAMED)
    yield of("family_name", pgettext("record", "Family name"), _NAMED, "SecondName")
    yield of("given_name", pgettext("record", "Given name"), _NAMED, "FirstName")
    yield of("middle_name", pgettext("record", "Middle name"), _NAMED, "MiddleName")
    yield of("alias", _OTHER_NAMES, is_list=True)
    yield of("gender", pgettext("record", "Gender"), _CHOICE, "Gender", choices.GENDERS)
    yield of("born", pgettext("record", "Date of birth"), _DATE, "Birthdate")
    yield of("age", pgettext("record", "Age"), ValueType.NUMBER)
    yield of("under_18", pgettext("record", "Under 18"), _CHOICE, "", choices.YES_NO)
    yield of(
        "nationality",
        pgettext("record", "Nationality"),
        ValueType.COUNTRY,
        "Citizenship",
        is_list=True,
    )
    yield of("language", pgettext("record", "Language"), ValueType.LANGUAGE, "PrimaryLanguage")
    yield of(
        "mobile",
        pgettext("record", "Mobile telephone"),
        ValueType.PHONE,
        "MobilePhone",
        is_list=True,
    )
    yield of("account", _ACCOUNTS, is_list=True)
    yield of("passport", pgettext("record", "Passport number"))
    yield of("situation", pgettext("record", "Why in the country"), _CHOICE, "", choices.SITUATIONS)


def _person() -> Iterable[RecordField]:
    kind = SubjectKind.PERSON
    yield from _human(kind, is_main=True)
    yield RecordField(
        kind,
        "other_language",
        pgettext("record", "Other language"),
        ValueType.LANGUAGE,
        is_list=True,
        htcds=("prs_SecondaryLanguage",),
    )
    yield RecordField(
        kind,
        "phone",
        pgettext("record", "Telephone at home"),
        ValueType.PHONE,
        is_list=True,
        htcds=("prs_HomePhone",),
    )
    yield RecordField(
        kind, "email", pgettext("record", "Email"), is_list=True, htcds=("prs_Email",)
    )
    yield from _address(kind, "prs_Mailing")
    yield RecordField(
        kind,
        "identity_number",
        pgettext("record", "National identity number"),
        htcds=("prs_IdentityNumber",),
    )
    yield RecordField(
        kind, "permit_until", pgettext("record", "Permit to stay, valid until"), _DATE
    )
    yield RecordField(kind, "entered_on", pgettext("record", "Entered the country on"), _DATE)
    yield RecordField(
        kind, "position", pgettext("record", "Work or position"), htcds=("prs_Title",)
    )
    yield RecordField(
        kind,
        "marital_status",
        pgettext("record", "Marital status"),
        _CHOICE,
        choices.MARITAL_STATUSES,
        htcds=("prs_MaritalStatus",),
    )
    yield RecordField(
        kind,
        "number_of_children",
        pgettext("record", "Number of children"),
        ValueType.NUMBER,
        htcds=("prs_NumberOfChildren",),
    )
    yield RecordField(
        kind,
        "education",
        pgettext("record", "Education"),
        _CHOICE,
        choices.EDUCATION_LEVELS,
        htcds=("prs_HighestLevelOfEducation",),
    )
    yield RecordField(
        kind, "health", pgettext("record", "Health, pregnancy, medicine"), is_list=True
    )
    yield RecordField(
        kind, "customs", pgettext("record", "Food, religion, other wishes"), is_list=True
    )
    yield RecordField(
        kind, "trusted", pgettext("record", "Someone the person trusts"), is_list=True
    )
    yield RecordField(
        kind,
        "salutation",
        pgettext("record", "How to address the person"),
        htcds=("prs_Salutation",),
    )
    yield RecordField(
        kind,
        "deceased",
        pgettext("record", "No longer alive"),
        _CHOICE,
        choices.YES_NO,
        htcds=("prs_Deceased",),
    )
    yield RecordField(kind, "remarks", _REMARKS, is_list=True)


def _others() -> Iterable[RecordField]:
    """Yield the fields of companions and children."""
    for kind in (SubjectKind.COMPANION, SubjectKind.CHILD):
        yield from _human(kind)
        yield RecordField(kind, "relation", pgettext("record", "Relation to the person"))
        yield RecordField(kind, "whereabouts", pgettext("record", "Where they are now"))
        yield RecordField(kind, "remarks", _REMARKS, is_list=True)


def _identification() -> Iterable[RecordField]:
    kind = SubjectKind.IDENTIFICATION
    yield RecordField(
        kind,
        "status",
        pgettext("record", "Decision"),
        _CHOICE,
        choices.STATUSES,
        htcds=("vic_TraffickingStatus",),
    )
    yield RecordField(
        kind,
        "decided_by",
        pgettext("record", "Who decided"),
        _CHOICE,
        choices.DECIDING_BODIES,
        htcds=("vic_TraffickingStatusDecisionMakingOrg",),
    )
    yield RecordField(kind, "unit", pgettext("record", "Deciding unit"))
    yield RecordField(kind, "notice_number", pgettext("record", "Number of the notice"))
    yield RecordField(kind, "officer", pgettext("record", "Officer in charge"))
    yield RecordField(kind, "prosecution", pgettext("record", "Number of the criminal case"))


def _exploitation() -> Iterable[RecordField]:
    kind = SubjectKind.EXPLOITATION

    def of(
        name: str, text: Text, in_htcds: str = "", type_: ValueType = _TEXT,
        options: Mapping[str, Text] | None = None, *, is_list: bool = False,
    ) -> RecordField:  # fmt: skip
        path = (f"vic_{in_htcds}",) if in_htcds else ()
        return RecordField(kind, name, text, type_, options, is_list, path)

    yield of(
        "type",
        pgettext("record", "Kind of exploitation"),
        "TypeOfExploitation",
        _CHOICES,
        choices.EXPLOITATION_KINDS,
    )
    yield of(
        "industry",
        pgettext("record", "Industry"),
        "ForcedLabourIndustry",
        _CHOICES,
        choices.INDUSTRIES,
    )
    yield of(
        "sex_type",
        pgettext("record", "Kind of sexual exploitation"),
        "TypeOfSexExploitation",
        _CHOICES,
        choices.SEX_EXPLOITATION_KINDS,
    )
    yield of(
        "control",
        pgettext("record", "How the person is controlled"),
        "MethodsOfControl",
        _CHOICES,
        choices.CONTROL_METHODS,
    )
    yield of("began", pgettext("record", "Since when"), "", _DATE, choices.BEGINNINGS)
    yield of("ended", pgettext("record", "Until when"), "", _DATE)
    yield of(
        "place", pgettext("record", "Where it happens"), "LocationOfExploitation", is_list=True
    )
    yield of(
        "app",
        pgettext("record", "Apps used for it"),
        "ExploitationWebsitesAndApps",
        _CHOICES,
        choices.APPS,
    )
    yield of("promised", pgettext("record", "What was promised"), is_list=True)
    yield of("hours", pgettext("record", "Working hours"))
    yield of("pay", pgettext("record", "Pay received"), "", ValueType.AMOUNT)
    yield of(
        "people",
        pgettext("record", "How many people it happens to"),
        "",
        _CHOICE,
        choices.PEOPLE_COUNTS,
    )
    yield of(
        "recruited_by",
        pgettext("record", "How the person was recruited"),
        "MethodOfRecruitment",
        _CHOICES,
        choices.RECRUITMENT_METHODS,
    )
    yield of(
        "recruited_at",
        pgettext("record", "Where the person was recruited"),
        "LocationOfRecruitment",
        is_list=True,
    )
    yield of(
        "recruited_with",
        pgettext("record", "Apps used to recruit"),
        "RecruitmentWebsitesAndApps",
        _CHOICES,
        choices.APPS,
    )
    yield of(
        "relationship",
        pgettext("record", "How the person knows them"),
        "RelationshipToTrafficker",
        _CHOICE,
        choices.RELATIONSHIPS,
    )
    yield of(
        "age_then", pgettext("record", "Age when it began"), "AgeWhenTrafficked", ValueType.NUMBER
    )
    yield of(
        "vulnerability",
        pgettext("record", "What made it possible"),
        "Vulnerabilities",
        _CHOICES,
        choices.VULNERABILITIES,
    )
    yield of(
        "vulnerability_details",
        pgettext("record", "What made it possible, in words"),
        "DetailsOfVulnerabilities",
        is_list=True,
    )
    yield of("remarks", _REMARKS, is_list=True)


def _suspect() -> Iterable[RecordField]:
    kind = SubjectKind.SUSPECT
    yield RecordField(kind, "name", _NAME, _NAMED)
    yield RecordField(kind, "alias", _OTHER_NAMES, is_list=True)
    yield RecordField(
        kind,
        "relation",
        pgettext("record", "What they are to the person"),
        _CHOICE,
        choices.SUSPECT_RELATIONS,
    )
    yield RecordField(
        kind,
        "role",
        pgettext("record", "Role"),
        _CHOICES,
        choices.SUSPECT_ROLES,
        htcds=("per_RoleInProcess",),
    )
    yield RecordField(
        kind,
        "role_details",
        pgettext("record", "What they did"),
        is_list=True,
        htcds=("per_RoleDetails",),
    )
    yield RecordField(kind, "phone", _PHONE, ValueType.PHONE, is_list=True)
    yield RecordField(kind, "account", _ACCOUNTS, is_list=True)
    yield RecordField(kind, "company", pgettext("record", "Company or agency"), is_list=True)
    yield RecordField(kind, "bank_account", pgettext("record", "Bank account"), is_list=True)
    yield RecordField(kind, "gender", pgettext("record", "Gender"), _CHOICE, choices.GENDERS)
    yield RecordField(kind, "nationality", pgettext("record", "Nationality"), ValueType.COUNTRY)
    yield RecordField(kind, "looks", pgettext("record", "What they look like"), is_list=True)
    yield RecordField(kind, "street", pgettext("record", "Address"), is_list=True)
    yield RecordField(kind, "remarks", _REMARKS, is_list=True)


def _employer() -> Iterable[RecordField]:
    kind = SubjectKind.EMPLOYER
    yield RecordField(kind, "name", _NAME, _NAMED, htcds=("org_Name",))
    yield RecordField(
        kind,
        "type",
        pgettext("record", "Kind of organisation"),
        _CHOICE,
        choices.ORGANISATION_KINDS,
        htcds=("org_Type",),
    )
    yield RecordField(kind, "boss", pgettext("record", "Who is in charge there"), is_list=True)
    yield RecordField(kind, "phone", _PHONE, ValueType.PHONE, is_list=True, htcds=("org_Phone",))
    yield from _address(kind, "org_Shipping")
    yield RecordField(kind, "since", pgettext("record", "Worked there since"), _DATE)
    yield RecordField(kind, "until", pgettext("record", "Worked there until"), _DATE)
    yield RecordField(kind, "remarks", _REMARKS, is_list=True)


def _informant() -> Iterable[RecordField]:
    kind = SubjectKind.INFORMANT
    yield RecordField(
        kind,
        "organisation",
        pgettext("record", "Organisation"),
        htcds=("cas_ReferringOrganisation",),
    )
    yield RecordField(kind, "name", _NAME, _NAMED, htcds=("cas_ReferringPrimaryCaseWorker",))
    yield RecordField(kind, "phone", _PHONE, ValueType.PHONE, is_list=True)
    yield RecordField(
        kind, "relation", pgettext("record", "Relation to the person"), choices=choices.LINKS
    )
    yield RecordField(
        kind,
        "told_on",
        pgettext("record", "When they told us"),
        _DATE,
        htcds=("cas_IncomingReferralDate",),
    )
    yield RecordField(
        kind,
        "reason",
        pgettext("record", "Why they referred the case"),
        _CHOICE,
        choices.REFERRAL_REASONS,
        htcds=("cas_ReasonForIncomingReferral",),
    )
    yield RecordField(
        kind,
        "details",
        pgettext("record", "What was agreed with them"),
        is_list=True,
        htcds=("cas_IncomingReferralDetails",),
    )


def _things() -> Iterable[RecordField]:
    """Yield the fields of places, vessels, vehicles and documents."""
    kind = SubjectKind.PLACE
    yield RecordField(kind, "name", _NAME, _NAMED)
    yield RecordField(kind, "use", pgettext("record", "What it is used for"))
    yield from _address(kind)
    yield RecordField(
        kind, "way", pgettext("record", "How to find it, what is seen from it"), is_list=True
    )
    kind = SubjectKind.VESSEL
    yield RecordField(kind, "name", _NAME, _NAMED)
    yield RecordField(kind, "imo", pgettext("record", "IMO number"))
    yield RecordField(
        kind, "registration", pgettext("record", "Registration or call sign"), is_list=True
    )
    yield RecordField(kind, "flag", pgettext("record", "Flag"), ValueType.COUNTRY)
    yield RecordField(kind, "captain", pgettext("record", "Captain"), is_list=True)
    yield RecordField(kind, "owner", pgettext("record", "Owner"), is_list=True)
    yield RecordField(kind, "port", pgettext("record", "Port, position"), is_list=True)
    kind = SubjectKind.VEHICLE
    yield RecordField(kind, "plate", pgettext("record", "Number plate"))
    yield RecordField(kind, "looks", pgettext("record", "Make, colour"))
    yield RecordField(kind, "driver", pgettext("record", "Driver"), is_list=True)
    kind = SubjectKind.DOCUMENT
    yield RecordField(
        kind, "type", pgettext("record", "Which document"), _CHOICE, choices.DOCUMENT_KINDS
    )
    yield RecordField(kind, "number", pgettext("record", "Number"))
    yield RecordField(kind, "held_by", pgettext("record", "Who keeps it"), is_list=True)
    yield RecordField(kind, "since", pgettext("record", "Since when"), _DATE)
    yield RecordField(kind, "returned", pgettext("record", "Given back"), _CHOICE, choices.YES_NO)


def _happenings() -> Iterable[RecordField]:
    """Yield the fields of payments, journeys, events and needs."""
    kind = SubjectKind.PAYMENT
    yield RecordField(
        kind, "type", pgettext("record", "Which payment"), _CHOICE, choices.PAYMENT_KINDS
    )
    yield RecordField(kind, "amount", pgettext("record", "Amount"), ValueType.AMOUNT)
    yield RecordField(kind, "paid_by", pgettext("record", "Who pays"))
    yield RecordField(kind, "paid_to", pgettext("record", "To whom"))
    yield RecordField(kind, "paid_on", pgettext("record", "When, or how often"), _DATE)
    yield RecordField(kind, "proof", pgettext("record", "Proof of it"), is_list=True)
    kind = SubjectKind.JOURNEY
    yield RecordField(kind, "from_place", pgettext("journey", "From"))
    yield RecordField(kind, "to_place", pgettext("journey", "To"))
    yield RecordField(kind, "travelled_on", pgettext("record", "When"), _DATE)
    yield RecordField(kind, "means", pgettext("record", "How"), is_list=True)
    yield RecordField(kind, "arranged_by", pgettext("record", "Who arranged it"), is_list=True)
    kind = SubjectKind.EVENT
    yield RecordField(
        kind,
        "type",
        pgettext("record", "What kind of event"),
        _CHOICE,
        choices.EVENT_KINDS,
        htcds=("hte_Type",),
    )
    yield RecordField(kind, "happened_on", pgettext("record", "When"), _DATE, htcds=("hte_Date",))
    yield RecordField(
        kind,
        "description",
        pgettext("record", "What happened"),
        is_list=True,
        htcds=("hte_Description",),
    )
    yield from _address(kind, "hte_")
    kind = SubjectKind.NEED
    yield RecordField(kind, "needs", pgettext("record", "What is needed"), _CHOICES, choices.NEEDS)
    yield RecordField(kind, "details", pgettext("record", "Needs, in words"), is_list=True)


def _all() -> Iterable[RecordField]:
    for part in (
        _person, _identification, _exploitation, _suspect, _employer, _others, _informant, _things,
        _happenings,
    ):  # fmt: skip
        yield from part()


FIELDS: Mapping[str, RecordField] = {it.code: it for it in _all()}
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
