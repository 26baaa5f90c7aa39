"""The record as its entries amount to: nothing lost, nothing overwritten, nothing chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cases.record import record
from bot.cases.record.catalogue import FIELDS
from bot.cases.record.entries import EntryContent, EntrySource, RecordEntry, entry_for
from bot.cases.record.record import CaseRecord, FieldState, comparable, fold_entries

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

CODES = ("person.born", "suspect.phone", "suspect.name", "exploitation.control")
SUBJECTS = {"person": ["person"], "suspect": ["suspect:a1", "suspect:b2"],
            "exploitation": ["exploitation"]}  # fmt: skip
VALUES = {
    "person.born": ["1995", "1995-05", "1996-01-02", "last year before Tet"],
    "suspect.phone": ["0912345678", "+886 912 345 678", "02 2345 6789", "call at night"],
    "suspect.name": ["Pak Budi", "pak  budi", "Budi Santoso", "\u5e03\u8fea"],
    "exploitation.control": ["DebtBondage", "WithholdsDocuments"],
}


@st.composite
def histories(draw: st.DrawFn) -> list[RecordEntry]:
    """Return entries as caseworkers add them, some of which supersede any others, or nothing."""
    found: list[RecordEntry] = []
    for number in range(draw(st.integers(0, 9))):
        code = draw(st.sampled_from(CODES))
        subject = draw(st.sampled_from(SUBJECTS[code.partition(".")[0]]))
        ids = [it.id for it in found] + ["nothing", f"e{number + 1}", f"e{number}"]
        replaced = tuple(draw(st.lists(st.sampled_from(ids), max_size=3)))
        if draw(st.integers(0, 3)) == 0:
            content = EntryContent(
                subject=subject, field=code, is_withdrawal=True, supersedes=replaced
            )
        else:
            content = entry_for(
                FIELDS[code], subject, draw(st.sampled_from(VALUES[code])),
                draw(st.sampled_from(list(EntrySource))), region="TW", supersedes=replaced,
            )  # fmt: skip
        found.append(RecordEntry(f"e{number}", number // 2, content, number))
    return found


def states(found: CaseRecord) -> list[FieldState]:
    return [state for it in found.subjects for state in it.fields]


@given(histories(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_a_record_keeps_every_entry_and_each_stands_until_a_later_one_replaces_it(
    entries: list[RecordEntry], chance: random.Random
) -> None:
    found = fold_entries(entries, FIELDS)
    mixed = list(entries)
    chance.shuffle(mixed)
    assert fold_entries(mixed, FIELDS) == found
    kept = [it.id for state in states(found) for it in state.history]
    assert sorted(kept) == sorted(it.id for it in entries)
    for state in states(found):
        about = {it.id: it for it in state.history}
        replaced = {
            earlier
            for it in state.history
            for earlier in it.content.supersedes
            if earlier in about and about[earlier].number < it.number
        }
        expected = {it.id for it in state.history if not it.content.is_withdrawal} - replaced
        assert {it.id for it in state.standing} == expected
        assert {comparable(it) for it in state.values} == {comparable(it) for it in state.standing}
        if len({comparable(it) for it in state.standing}) < 2 or state.field.holds_many:
            assert not state.is_contradicting


def entry(number: int, code: str, typed: str, *, subject: str = "", over: str = "") -> RecordEntry:
    content = entry_for(
        FIELDS[code], subject or code.partition(".")[0], typed, EntrySource.CASEWORKER,
        region="TW", supersedes=tuple(over.split()),
    )  # fmt: skip
    return RecordEntry(f"e{number}", number, content, number)


def born(*typed: str) -> FieldState:
    made = [entry(number, "person.born", it) for number, it in enumerate(typed)]
    return fold_entries(made, FIELDS).states("person.born")[0]


def test_two_corrections_of_one_value_both_stand_and_contradict() -> None:
    first = entry(1, "person.born", "1995")
    mei = entry(2, "person.born", "1995-05-03", over="e1")
    jun = entry(3, "person.born", "1996-05-03", over="e1")
    (state,) = fold_entries([first, mei, jun], FIELDS).states("person.born")
    assert [it.content.typed for it in state.standing] == ["1995-05-03", "1996-05-03"]
    assert state.is_contradicting
    settled = entry(4, "person.born", "1995-05-03", over="e2 e3")
    (state,) = fold_entries([first, mei, jun, settled], FIELDS).states("person.born")
    assert [it.id for it in state.standing] == ["e4"]
    assert len(state.history) == 4
    assert not state.is_contradicting


def test_what_is_more_exact_or_in_another_script_does_not_contradict() -> None:
    assert not born("1995", "1995-05", "\u6c11\u570b84\u5e745\u6708").is_contradicting
    assert born("1995", "1996").is_contradicting
    assert born("1995", "the year of the pig").is_contradicting
    names = ["Nguy\u1ec5n Th\u1ecb Lan", "\u962e\u6c0f\u862d", "\u0e25\u0e32\u0e19"]
    made = [entry(number, "person.name", it) for number, it in enumerate(names)]
    found = fold_entries(made, FIELDS)
    assert not found.contradictions
    assert len(found.values("person.name")) == 3
    other = fold_entries([*made, entry(9, "person.name", "Tran Thi Lan")], FIELDS)
    assert other.contradictions


def test_an_entry_replaces_nothing_of_another_field_or_subject() -> None:
    one = entry(1, "suspect.phone", "0912345678", subject="suspect:a1")
    other = entry(2, "suspect.phone", "0912345679", subject="suspect:b2", over="e1")
    wrong = entry(3, "suspect.name", "Budi", subject="suspect:a1", over="e1")
    found = fold_entries([one, other, wrong], FIELDS)
    assert len(found.values("suspect.phone")) == 2
    stray = entry(4, "suspect.phone", "0912345678", subject="person")
    unknown = RecordEntry("e5", 5, EntryContent(subject="person", field="person.gone", typed="x"))
    assert fold_entries([one, other, wrong, stray, unknown], FIELDS) == found


def test_a_record_that_keeps_the_newest_value_alone_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def newest_wins(entries: Sequence[RecordEntry]) -> set[str]:
        newest = {(it.content.subject, it.content.field): it.id for it in entries}
        return {it.id for it in entries} - set(newest.values())

    monkeypatch.setattr(record, "_superseded", newest_wins)
    with pytest.raises(AssertionError):
        test_two_corrections_of_one_value_both_stand_and_contradict()
    with pytest.raises(AssertionError):
        test_what_is_more_exact_or_in_another_script_does_not_contradict()
