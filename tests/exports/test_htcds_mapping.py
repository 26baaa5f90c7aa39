"""The mapping to HTCDS 2.0 has every field and every code of both sides, or is refused."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot.cases.record.catalogue import FIELDS
from bot.cases.record.entries import EntrySource, RecordEntry, entry_for
from bot.cases.record.record import fold_entries
from bot.errors import MappingError, NotAgreedError
from bot.exports.htcds.codebook import codebook_rows, country_labels
from bot.exports.htcds.files import FileFormat, read_file, write_file
from bot.exports.htcds.mapping import MAPPING_FILE, ValueForm, load_mapping, parse_mapping
from bot.exports.htcds.standard import load_standard, standard_fields
from bot.exports.htcds.write import CaseFacts, Profile, write_case

if TYPE_CHECKING:
    from bot.exports.htcds.write import Row

SOURCE = MAPPING_FILE.read_text(encoding="utf-8")


def row_of(*said: tuple[str, str], profile: Profile = Profile.IDENTIFIED) -> Row:
    """Return the row of a case of which these values are known, by field of the record."""
    entries = [
        RecordEntry(f"e{at}", at, entry_for(
            FIELDS[code], code.partition(".")[0] if code[:3] in {"per", "ide", "exp"}
            else f"{code.partition('.')[0]}:a", typed, EntrySource.SPOKEN, region="TW",
        ), at)
        for at, (code, typed) in enumerate(said)
    ]  # fmt: skip
    record = fold_entries(entries, FIELDS)
    return write_case(CaseFacts(record, frozenset(Profile), opened=date(2026, 11, 25)), profile)


def test_the_mapping_has_every_field_and_every_code_of_the_standard() -> None:
    mapping, fields = load_mapping(), standard_fields()
    assert len(fields) == 83
    assert mapping.fields.keys() == fields.keys()
    lost = {
        (name, code)
        for name, field in fields.items()
        for code in field.values
        if code not in mapping.fields[name].codes
    }
    assert not lost
    assert sum(len(it.values) for it in fields.values()) > 150
    assert {it["column"] for it in codebook_rows()} == {*fields, *mapping.extensions}


@pytest.mark.parametrize(
    ("cut", "named"),
    [
        ('  "DebtBondage",\n', "vic_MethodsOfControl lost the code DebtBondage"),
        ('  "Unaquainted",\n', "vic_RelationshipToTrafficker lost the code Unaquainted"),
        ('  "SocialCare",\n', "spl_Type lost the code SocialCare"),
        ('code = "RestrictsMovement"\n', "cannot be read"),
        ("[fields.con_Consent]", "cannot be read"),
        ('from = "person.gender"', "cannot be read"),
    ],
)
def test_a_mapping_that_lost_something_is_refused_with_its_name(cut: str, named: str) -> None:
    assert parse_mapping(SOURCE.encode(), load_standard())
    assert cut in SOURCE
    with pytest.raises(MappingError, match=named):
        parse_mapping(SOURCE.replace(cut, "", 1).encode(), load_standard())


def test_a_code_of_the_record_without_a_place_in_the_mapping_is_refused() -> None:
    changed = SOURCE.replace('code = "ForcedCriminality"', 'code = "Scamming"')
    with pytest.raises(MappingError, match="TypeOfExploitation lost the code ForcedCriminality"):
        parse_mapping(changed.encode(), load_standard())
    for old, new, named in (
        ('standard = "HTCDS-2.0"', 'standard = "HTCDS-3.0"', "it is of HTCDS-3.0"),
        ('attribution = "Human', 'attribution = "A human', "attribution"),
        ('from = "person.gender"', 'from = "person.born"', "says nothing of prs_Gender"),
    ):
        assert old in SOURCE
        with pytest.raises(MappingError, match=named):
            parse_mapping(SOURCE.replace(old, new, 1).encode(), load_standard())


def test_the_traps_of_the_standard_are_avoided() -> None:
    row = row_of(
        ("exploitation.control", "RestrictsMovement"), ("exploitation.control", "DebtBondage"),
        ("exploitation.type", "ForcedCriminality"), ("person.language", "Vietnamese"),
        ("person.nationality", "\u53f0\u7063"), ("exploitation.vulnerability", "Poverty"),
        ("identification.status", "ActualVictimOfTrafficking"), ("person.born", "around 1990"),
        ("suspect.role", "Exploiter"), ("suspect.name", "Pak Budi"),
    )  # fmt: skip
    assert row["vic_MethodsOfControl"] == "DebtBondage;Other"
    assert row["x_MethodsOfControlDetail"] == "RestrictsMovement"
    assert row["vic_TypeOfExploitation"] == "ForcedLabour;Other"
    assert row["x_ForcedCriminality"] == "true"
    assert (row["prs_PrimaryLanguage"], row["prs_Citizenship"]) == ("vie", "TW")
    assert country_labels()["TW"] == "Taiwan"
    assert "vic_Vulnerabilities" not in row  # deprecated
    assert row["x_vic_Vulnerabilities"] == "Poverty"
    assert "vic_TraffickingStatus" not in row  # no authority decided it
    assert row["x_vic_TraffickingStatus"] == "ActualVictimOfTrafficking"
    assert "prs_Birthdate" not in row  # empty, never invented
    assert row["x_prs_Birthdate"] == "around 1990"
    assert row["x_Standard"] == "HTCDS-2.0"
    assert row["x_Attribution"] == load_standard().attribution
    assert "Budi" not in str(row)  # the standard has no field for the name of a suspect
    for body, column in (
        ("Police", "vic_TraffickingStatus"), ("NGO", "x_vic_TraffickingStatus"),
    ):  # fmt: skip
        decided = row_of(
            ("identification.status", "NotAVictimOfTrafficking"),
            ("identification.decided_by", body),
        )
        assert decided[column] == "NotAVictimOfTrafficking"


def test_the_toolkit_and_the_survey_form_are_read_as_people_fill_them_in() -> None:
    names = (
        "", "prs_First_Name", "Second Name", "vic_Methods_of_Control", "prs_MailingCity",
        "prs_MailingStreet", "vic_TraffickinStatusDecisionMakingOrg", "prs_Citizenship", "",
        "prs_Gender", "Phone", "vic_TypeOfExploitation",
    )  # fmt: skip
    labels = (
        "", "First Name", "Second Name", "Methods of Control", "Mailing Street",
        "Mailing Zip/Postal Code", "Trafficking Status Decision Making Organization", "Citizenship",
        "Reason for Outgoing Referral", "Gender", "", "",
    )  # fmt: skip
    said = (
        "1", "Siti", "Rahayu", "DebtBondage ;Threats Law Enforcement", "12 Harbour Road", "804",
        "Police", "Taiwan, Province of China;IDN;Viet Nam;Atlantis", "Other", "female", "0912",
        "ForcedLabour ForcedBegging",
    )  # fmt: skip
    lines = "\r\n".join(",".join(f'"{it}"' for it in line) for line in (names, labels, said))
    read = read_file(lines.encode("utf-8-sig"), "TW")
    values = {(it.field, it.typed, it.parsed) for it in read.cases[0].contents}
    wanted = {
        ("person.given_name", "Siti"), ("person.family_name", "Rahayu"),
        ("exploitation.control", "DebtBondage"), ("exploitation.control", "ThreatsLawEnforcement"),
        ("person.street", "12 Harbour Road"), ("person.postal_code", "804"),
        ("identification.decided_by", "Police"), ("person.gender", "Feminine"),
        ("exploitation.type", "ForcedLabour"), ("exploitation.type", "ForcedBegging"),
    }  # fmt: skip
    assert wanted <= {(field, typed) for field, typed, _parsed in values}
    assert {parsed for field, _typed, parsed in values if field == "person.nationality"} == {
        "TW", "ID", "VN",
    }  # fmt: skip
    assert read.cases[0].kept == [
        ("cas_ReasonForOutgoingReferral", "Other"), ("Phone", "0912"),
    ]  # fmt: skip
    (fault,) = read.faults
    assert (fault.row, fault.column, fault.value) == (3, "prs_Citizenship", "Atlantis")


def test_a_file_that_names_no_one_holds_neither_names_nor_days_nor_words() -> None:
    said = (
        ("person.given_name", "Siti"), ("person.born", "1990-05-03"),
        ("person.mobile", "0912345678"), ("person.street", "12 Harbour Road"),
        ("person.county", "Kaohsiung"), ("person.gender", "Feminine"),
        ("employer.name", "Ocean Star"),
        ("employer.type", "CorporateBusiness"), ("event.description", "They took the boat"),
        ("event.happened_on", "2026-05-03"), ("event.type", "Transit"),
        ("suspect.role_details", "He drove the van"), ("exploitation.age_then", "16"),
        ("informant.imported", "cco_CaseComment = a neighbour"), ("person.deceased", "unknown"),
    )  # fmt: skip
    row = row_of(*said, profile=Profile.DEIDENTIFIED)
    headers = {"x_Standard", "x_Mapping", "x_Profile", "x_Attribution"}
    assert {name: text for name, text in row.items() if name not in headers} == {
        "prs_Gender": "Feminine", "org_Type": "CorporateBusiness", "hte_Type": "Transit",
        "x_AgeBand": "30-38", "x_AgeWhenTraffickedBand": "9-17", "x_Year": "2026",
    }  # fmt: skip
    whole = str(row_of(*said))
    parsed = {"0912345678": "+886912345678", "cco_CaseComment = a neighbour": "a neighbour"}
    assert not [typed for _code, typed in said if parsed.get(typed, typed) not in whole]
    for band, born in (("30-38", "1995"), ("", "1999"), ("48+", "1950-01-01"), ("", "unknown")):
        row = row_of(("person.born", born), profile=Profile.DEIDENTIFIED)
        assert row.get("x_AgeBand", "") == band, born
    row = row_of(("person.under_18", "yes"), profile=Profile.DEIDENTIFIED)
    assert row["x_AgeBand"] == "0-17"


def test_no_profile_is_written_without_the_consent_to_it() -> None:
    record = fold_entries([], FIELDS)
    for agreed, profile in (
        ((), Profile.DEIDENTIFIED), ((Profile.DEIDENTIFIED,), Profile.IDENTIFIED),
        ((Profile.IDENTIFIED,), Profile.DEIDENTIFIED),
    ):  # fmt: skip
        with pytest.raises(NotAgreedError):
            write_case(CaseFacts(record, agreed), profile)
    assert write_case(CaseFacts(record, (Profile.DEIDENTIFIED,)))["x_Profile"] == "deidentified"


def test_who_told_us_as_a_private_person_never_leaves() -> None:
    told = ("informant.name", "Mrs. Chen"), ("informant.details", "Do not say it was me")
    assert "Chen" not in str(row_of(*told))
    named = row_of(("informant.organisation", "Sunrise Shelter"), *told)
    assert named["cas_ReferringPrimaryCaseWorker"] == "Mrs. Chen"


def test_files_of_another_standard_or_a_newer_release_are_refused() -> None:
    for column, value, words in (
        ("x_Standard", "IC-TIP-1.0", "IC-TIP-1.0"), ("x_Mapping", "haven-9999", "haven-9999"),
    ):  # fmt: skip
        data = write_file([{"prs_FirstName": "Siti", column: value}], FileFormat.CSV)
        with pytest.raises(Exception, match=words):
            read_file(data)


def test_an_empty_sheet_offers_the_codes_of_each_field_that_holds_one() -> None:
    with zipfile.ZipFile(io.BytesIO(write_file([], FileFormat.XLSX))) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        codes = archive.read("xl/worksheets/sheet4.xml").decode()
    offered = re.findall(r'sqref="([A-Z]+)3:\1\d+"><formula1>Codes!\$([A-Z]+)\$2:', sheet)
    heads = dict(re.findall(r'<c r="([A-Z]+)1".*?preserve">(\w+)<', sheet))
    lists = dict(re.findall(r'<c r="([A-Z]+)1".*?preserve">(\w+)<', codes))
    named = {heads[column]: lists[codes_in] for column, codes_in in offered}
    fields = load_mapping().fields
    assert named.keys() == {name for name, it in fields.items() if it.form is ValueForm.CODE}
    assert all(name == field for name, field in named.items())
    assert '<row r="1" hidden="1">' in sheet
