"""A case in HTCDS 2.0 comes back equal: exported, checked, imported and exported again."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cases.record.catalogue import FIELDS, STANDS_ELSEWHERE
from bot.cases.record.entries import EntrySource, RecordEntry, entry_for
from bot.cases.record.fields import CHOSEN, SINGLE, RecordField, ValueType
from bot.cases.record.record import fold_entries
from bot.exports.htcds.files import FileFormat, read_file, write_file
from bot.exports.htcds.mapping import ValueForm, load_mapping
from bot.exports.htcds.write import CaseFacts, Profile, write_case

if TYPE_CHECKING:
    from bot.exports.htcds.read import ReadFile
    from bot.exports.htcds.write import Row

OPENED = date(2026, 11, 25)
BOTH = frozenset(Profile)
_WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn")) | st.sampled_from("\n\t=+-@';,\"_x0041"),
    min_size=1, max_size=40,
).map(lambda it: it.replace("\r", "\n").strip()).filter(bool)  # fmt: skip
_TYPED = {
    ValueType.PHONE: st.sampled_from(["0912 345 678", "+84 24 3938 4200", "02-2388 1234 ext. 7",
                                      "ask at the shop"]),
    ValueType.DATE: st.sampled_from(["1990-05-03", "2001/2/3", "2001", "May", "around 1990"]),
    ValueType.NUMBER: st.sampled_from(["3", "17", "25.0330", "-1.5", "three"]),
    ValueType.COUNTRY: st.sampled_from(["Vietnam", "TW", "\u53f0\u7063", "Atlantis"]),
    ValueType.LANGUAGE: st.sampled_from(["vi", "zh_Hant", "zh_Hans", "Tagalog", "Klingonese"]),
}  # fmt: skip


def _typed(field: RecordField) -> st.SearchStrategy[str]:
    if field.type in CHOSEN:
        return st.sampled_from(sorted(field.choices or {}))
    return _TYPED.get(field.type, _WORDS)


def _subject(field: RecordField) -> st.SearchStrategy[str]:
    if field.kind in SINGLE:
        return st.just(field.kind.value)
    return st.sampled_from([f"{field.kind}:a", f"{field.kind}:b", f"{field.kind}:c"])


@st.composite
def _entries(draw: st.DrawFn) -> list[RecordEntry]:
    fields = [it for it in FIELDS.values() if it.htcds or it.name == "remarks"]
    named = [(FIELDS["informant.organisation"], "informant:a"),
             (FIELDS["informant.organisation"], "informant:b")]  # fmt: skip
    chosen = [*named, *((it, draw(_subject(it))) for it in draw(st.lists(
        st.sampled_from(fields), min_size=20, max_size=60
    )))]  # fmt: skip
    return [
        RecordEntry(f"e{number}", number, entry_for(
            field, subject, draw(_typed(field)), EntrySource.SPOKEN, region="TW"
        ), number)
        for number, (field, subject) in enumerate(chosen)
    ]  # fmt: skip


@st.composite
def _elsewhere(draw: st.DrawFn) -> Row:
    found = {}
    for name in sorted(STANDS_ELSEWHERE):
        it = load_mapping().fields[name]
        if not it.deprecated and draw(st.booleans()):
            by_form = {
                ValueForm.CODE: st.sampled_from(it.codes or ("-",)),
                ValueForm.DATE: st.just("2026-11-25"), ValueForm.CHECKBOX: st.just("true"),
            }  # fmt: skip
            found[name] = draw(by_form.get(it.form, _WORDS))
            if name.startswith(("spl_", "cas_Outgoing")):
                found[f"{name}.2"] = draw(by_form.get(it.form, _WORDS))
    return found


def exported(entries: list[RecordEntry], elsewhere: Row) -> Row:
    record = fold_entries(entries, FIELDS)
    return write_case(CaseFacts(record, BOTH, elsewhere), Profile.IDENTIFIED)


def imported(read: ReadFile) -> list[RecordEntry]:
    (case,) = read.cases
    return [RecordEntry(f"i{at}", at, it, at) for at, it in enumerate(case.entries())]


@settings(max_examples=60, deadline=None)
@given(_entries(), _elsewhere(), st.sampled_from(FileFormat))
def test_every_case_comes_back_equal_in_every_format(
    entries: list[RecordEntry], elsewhere: Row, form: FileFormat
) -> None:
    row = exported(entries, elsewhere)
    read = read_file(write_file([row], form, Profile.IDENTIFIED), "TW")
    assert read.faults == []
    back = imported(read)
    assert {it.content.source for it in back} == {EntrySource.IMPORT}
    assert exported(back, {}) == row
