"""The fields of a record: the whole standard, in the words of staff, and how values are read."""

from __future__ import annotations

import json

import pytest

from bot.cases.record.catalogue import FIELDS, STANDS_ELSEWHERE, with_place_fields
from bot.cases.record.display import display_value
from bot.cases.record.entries import EntrySource, entry_for, subject_kind
from bot.cases.record.fields import CHOSEN, SINGLE, SUBJECT_NAMES, SubjectKind, ValueType
from bot.cases.record.values import parse_value
from bot.languages import catalogue
from bot.places.place import PlaceField
from bot.places.registry import PLACES
from bot.text import Text
from tests.support.paths import ROOT

STANDARD = {
    it["field"]: it
    for it in json.loads(
        (ROOT / "bot" / "exports" / "htcds" / "htcds-2.0.json").read_text(encoding="utf-8")
    )["fields"]
}
"""HTCDS 2.0: International Organization for Migration, CC BY 4.0."""


def test_every_field_of_the_standard_is_in_the_record_once_or_stands_elsewhere() -> None:
    filled = [path for it in FIELDS.values() for path in it.htcds]
    assert len(STANDARD) == 83
    assert sorted([*filled, *STANDS_ELSEWHERE]) == sorted(STANDARD)
    missing = {
        (it.code, value)
        for it in FIELDS.values()
        for path in it.htcds
        for value in STANDARD[path]["values"]
        if value not in (it.choices or {})
    }
    assert not missing
    assert {it.kind for it in FIELDS.values()} == set(SubjectKind) == SUBJECT_NAMES.keys()
    assert [it.code for it in FIELDS.values() if it.type in CHOSEN and not it.choices] == []


def test_a_place_adds_fields_and_its_forms_name_fields_that_exist() -> None:
    for place in PLACES.values():
        fields = with_place_fields(place.record_fields)
        assert len(fields) == len(FIELDS) + len(place.record_fields)
        blanks = place.office_forms.record_blanks if place.office_forms else {}
        named = {code for it in blanks.values() for group in it.alternatives for code in group}
        assert named <= fields.keys()
    with pytest.raises(KeyError):
        with_place_fields([PlaceField("person", "name", Text("Name"))])


@pytest.mark.parametrize(
    ("kind", "parsed", "written"),
    [
        (ValueType.PHONE, "+886912345678", [
            "0912345678", "0912-345-678", "0912 345 678", "0912.345.678", "+886 912 345 678",
            "+886(0)912345678", "00886912345678", "886912345678",
            "\uff10\uff19\uff11\uff12\uff0d\uff13\uff14\uff15\uff0d\uff16\uff17\uff18",
            "\u0e50\u0e59\u0e51\u0e52345678",
        ]),
        (ValueType.PHONE, "+886223456789;ext=12", ["(02) 2345-6789 #12", "02-23456789 ext. 12"]),
        (ValueType.PHONE, "+6281234567890", ["+62 812-3456-7890"]),
        (ValueType.PHONE, "", ["call at night", "12", "", "0" * 500, "'; DROP TABLE cases"]),
        (ValueType.DATE, "2024-05-03", [
            "2024-05-03", "2024/5/3", "113/5/3", "\u6c11\u570b113\u5e745\u67083\u65e5",
            "2567-05-03",
        ]),
        (ValueType.DATE, "2024-05", [
            "2024-05", "2024\u5e745\u6708", "\u6c11\u570b113\u5e745\u6708",
        ]),
        (ValueType.DATE, "1995", ["1995", "1995\u5e74", "\u6c11\u570b84\u5e74"]),
        (ValueType.DATE, "", [
            "last year before Tet", "3/4/2026", "84/5/3", "2024-13-01", "0000", "99999", "",
        ]),
        (ValueType.AMOUNT, "120000 TWD", [
            "NT$120,000", "120000 TWD", "12\u842c\u5143", "120.000 nt$", "120 rb twd",
        ]),
        (ValueType.AMOUNT, "45000000 IDR", ["Rp 45 juta", "45.000.000 rupiah", "Rp45.000.000"]),
        (ValueType.AMOUNT, "", ["about 3000", "$500", "45 juta", "1 2 3 rp 4", "juta rp", ""]),
        (ValueType.COUNTRY, "VN", ["Vietnam", "Viet Nam", "Vi\u1ec7t Nam", "\u8d8a\u5357", "VN"]),
        (ValueType.LANGUAGE, "id", ["Indonesian", "Bahasa Indonesia", "\u5370\u5c3c\u6587", "id"]),
        (ValueType.NUMBER, "17", ["17", " \uff11\uff17 ", "\u0e51\u0e57"]),
        (ValueType.NUMBER, "", ["seventeen", "1e9", "17 or 18", "9" * 40]),
    ],
)  # fmt: skip
def test_typed_values_are_read_in_many_notations_and_kept_as_they_are(
    kind: ValueType, parsed: str, written: list[str]
) -> None:
    wrong = {it: found for it in written if (found := parse_value(kind, it, "TW")) != parsed}
    assert not wrong


def test_a_value_is_shown_as_typed_or_by_the_name_of_the_choice() -> None:
    staff = catalogue("zh_Hant", "staff")

    def shown(code: str, typed: str) -> str:
        field = FIELDS[code]
        content = entry_for(field, "person", typed, EntrySource.SPOKEN, region="TW")
        return display_value(field, content, staff, "zh_Hant")

    assert shown("person.nationality", "Indonesia") == "\u5370\u5c3c"
    assert shown("person.gender", "Feminine") == "\u5973"
    assert shown("person.born", "last year before Tet") == "last year before Tet"


def test_a_subject_names_its_kind_and_a_token_where_there_can_be_several() -> None:
    assert all((subject_kind(it.value) is it) is (it in SINGLE) for it in SubjectKind)
    assert subject_kind("suspect:3f9a") is SubjectKind.SUSPECT
    wrong_names = (
        "", "person:1", "suspect", "suspect:", "suspect:a b", "ghost:1", "suspect:" + "a" * 99,
    )  # fmt: skip
    for wrong in wrong_names:
        assert subject_kind(wrong) is None
