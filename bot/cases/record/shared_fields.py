"""Fields that several kinds of subjects have: addresses, and what is known of any human."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
COUNTRY = pgettext("record", "Country")
NAME = pgettext("record", "Name")
OTHER_NAMES = pgettext("record", "Other names, nicknames")
PHONE = pgettext("record", "Telephone")
ACCOUNTS = pgettext("record", "LINE, Facebook and other accounts")
REMARKS = pgettext("record", "Anything else")
TEXT, NAMED, DATE, CHOICE, CHOICES = (
    ValueType.TEXT, ValueType.NAME, ValueType.DATE, ValueType.CHOICE, ValueType.CHOICES
)  # fmt: skip


def address_fields(kind: SubjectKind, prefix: str = "") -> Iterable[RecordField]:
    """Yield the parts of an address; `prefix` is that of HTCDS 2.0, empty where it has none."""

    def path(name: str) -> tuple[str, ...]:
        return (prefix + name,) if prefix else ()

    for name, text, part in _ADDRESS:
        yield RecordField(kind, name, text, htcds=path(part))
    yield RecordField(kind, "country", COUNTRY, ValueType.COUNTRY, htcds=path("Country"))
    for name, text, part in _POINT:
        yield RecordField(kind, name, text, ValueType.NUMBER, htcds=path(part))


def human_fields(kind: SubjectKind, *, is_main: bool = False) -> Iterable[RecordField]:
    """Yield what is known of any human; the HTCDS knows most of it of the person."""

    def path(name: str) -> tuple[str, ...]:
        return (f"prs_{name}",) if is_main else ()

    def of(
        name: str, text: Text, type_: ValueType = TEXT, in_htcds: str = "",
        options: Mapping[str, Text] | None = None, *, is_list: bool = False,
    ) -> RecordField:  # fmt: skip
        return RecordField(
            kind, name, text, type_, options, is_list, path(in_htcds) if in_htcds else ()
        )

    yield of("name", pgettext("record", "Full name"), NAMED)
    yield of("family_name", pgettext("record", "Family name"), NAMED, "SecondName")
    yield of("given_name", pgettext("record", "Given name"), NAMED, "FirstName")
    yield of("middle_name", pgettext("record", "Middle name"), NAMED, "MiddleName")
    yield of("alias", OTHER_NAMES, is_list=True)
    yield of("gender", pgettext("record", "Gender"), CHOICE, "Gender", choices.GENDERS)
    yield of("born", pgettext("record", "Date of birth"), DATE, "Birthdate")
    yield of("age", pgettext("record", "Age"), ValueType.NUMBER)
    yield of("under_18", pgettext("record", "Under 18"), CHOICE, "", choices.YES_NO)
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
    yield of("account", ACCOUNTS, is_list=True)
    yield of("passport", pgettext("record", "Passport number"))
    yield of("situation", pgettext("record", "Why in the country"), CHOICE, "", choices.SITUATIONS)
