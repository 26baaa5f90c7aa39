"""What was agreed to: only by a yes, provably, and taken back as easily as given."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cases.consents import (
    CONSENT_NAMES,
    CONSENT_QUESTIONS,
    ConsentKind,
    ConsentRecords,
    QuestionWording,
    new_consent,
)
from bot.clock import MINUTE
from bot.vault import AuditLog
from tests.support.harnesses.hotline_harness import VAULT
from tests.support.moved_clock import MIDDAY
from tests.support.people.flow_answers import talk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.cases.consents import ConsentRecord
    from bot.store.writer import Work
    from tests.support.harnesses.case_store_harness import CaseStoreHarness

T = TypeVar("T")
LEDGER, AUDIT = ConsentRecords(VAULT), AuditLog(VAULT)
SHOWN = QuestionWording(bytes(range(32)), "th")
NOTICE = bytes([7]) * 32


def work_at(desk: CaseStoreHarness, do: Callable[[Work], T]) -> T:
    return desk.database.writer.run_sync(do)


def answered(step: str, answer: object, at: int = MIDDAY) -> ConsentRecord:
    return new_consent(step, answer, SHOWN, NOTICE, at)


def kept(desk: CaseStoreHarness, *agreed: ConsentRecord) -> str:
    """Return a case in which this was answered."""
    case = desk.opens(talk().answers).id
    work_at(desk, lambda work: LEDGER.store(work, [(case, each) for each in agreed]))
    return case


def may(desk: CaseStoreHarness, case: str, kind: ConsentKind) -> bool:
    return work_at(desk, lambda work: LEDGER.has_consent(work, case, kind))


async def test_nothing_is_agreed_to_that_was_not_asked(case_store: CaseStoreHarness) -> None:
    case = kept(case_store)
    assert not any(may(case_store, case, kind) for kind in ConsentKind)


async def test_only_a_yes_is_a_yes(case_store: CaseStoreHarness) -> None:
    for step, asked in CONSENT_QUESTIONS.items():
        for answer in ("", None, "later", "dont", "sitting", "keep_here", "ask_first", "not_yet"):
            assert not may(case_store, kept(case_store, answered(step, answer)), asked.kind), (
                step,
                answer,
            )
        (yes,) = asked.yes_answers
        assert may(case_store, kept(case_store, answered(step, yes)), asked.kind)


async def test_a_yes_to_one_thing_is_no_yes_to_another(case_store: CaseStoreHarness) -> None:
    case = kept(case_store, answered("send", "send"))
    assert [kind for kind in ConsentKind if may(case_store, case, kind)] == [ConsentKind.HOTLINE]


async def test_the_newest_answer_holds(case_store: CaseStoreHarness) -> None:
    case = kept(
        case_store, answered("counting", "count"), answered("counting", "dont", MIDDAY + MINUTE)
    )
    assert not may(case_store, case, ConsentKind.STATISTICS)


async def test_what_is_kept_says_in_which_words_it_was_asked(case_store: CaseStoreHarness) -> None:
    case = kept(case_store, answered("send", "send"))
    (found,) = work_at(case_store, lambda work: LEDGER.of_case(work, case))
    assert (found.wording_digest, found.language, found.notice_version) == (
        SHOWN.digest,
        "th",
        NOTICE,
    )
    work_at(case_store, lambda work: LEDGER.store_wordings(work, [(SHOWN, "Kirim?")], MIDDAY))
    work_at(case_store, lambda work: LEDGER.store_wordings(work, [(SHOWN, "Kirim?")], MIDDAY + 1))
    assert work_at(case_store, lambda work: LEDGER.find_wording(work, SHOWN.digest)) == "Kirim?"
    assert work_at(case_store, lambda work: LEDGER.find_wording(work, bytes(32))) is None


async def test_it_is_taken_back_once_and_written_down(case_store: CaseStoreHarness) -> None:
    case = kept(case_store, answered("counting", "count"))
    back = [
        work_at(
            case_store,
            lambda work: LEDGER.revoke(work, AUDIT, case, ConsentKind.STATISTICS, "person", MIDDAY),
        )
        for _ in range(2)
    ]
    assert back == [True, False]
    assert not may(case_store, case, ConsentKind.STATISTICS)
    (found,) = work_at(case_store, lambda work: LEDGER.of_case(work, case))
    assert (found.revoked_at, found.revoked_by, found.is_authentic) == (MIDDAY, "person", True)
    deeds = work_at(case_store, lambda work: [row.action for row in AUDIT.rows_about(work, case)])
    assert deeds.count("consent_revoke") == 1


async def test_revoking_all_consents_revokes_each_kind(case_store: CaseStoreHarness) -> None:
    case = kept(case_store, answered("send", "send"), answered("counting", "count"))
    work_at(case_store, lambda work: LEDGER.revoke_all(work, case, "person", MIDDAY))
    assert not any(may(case_store, case, kind) for kind in ConsentKind)


ZEROS = "zeroblob(32)"
COLUMNS = {
    "given": "1", "answer": "'count'", "words": ZEROS, "notice": ZEROS, "language": "'xx'",
    "at": "1", "kind": "'statistics'", "revoked_by": "'x'", "mac": ZEROS,
}  # fmt: skip


@pytest.mark.parametrize("column", COLUMNS)
async def test_a_row_that_was_changed_agrees_to_nothing(
    case_store: CaseStoreHarness, column: str
) -> None:
    step = "send" if column == "kind" else "counting"
    answer = {"given": "dont", "answer": "dont", "kind": "send"}.get(column, "count")
    # What the column is set to is a yes, or another yes: never a no by itself.
    case = kept(case_store, answered(step, answer))
    value = COLUMNS[column]
    if value == ZEROS and case_store.database.dialect == "postgresql":
        value = f"decode('{'00' * 32}', 'hex')"
    case_store.writes(f"UPDATE agreements SET {column} = {value} WHERE case_id = '{case}'")  # noqa: S608
    assert not may(case_store, case, ConsentKind.STATISTICS)
    (found,) = work_at(case_store, lambda work: LEDGER.of_case(work, case))
    assert not found.is_authentic


async def test_a_row_of_another_case_agrees_to_nothing(case_store: CaseStoreHarness) -> None:
    one, other = kept(case_store, answered("counting", "count")), kept(case_store)
    case_store.writes(f"UPDATE agreements SET case_id = '{other}' WHERE case_id = '{one}'")  # noqa: S608
    assert not may(case_store, other, ConsentKind.STATISTICS)


async def test_a_row_that_was_left_alone_is_sound(case_store: CaseStoreHarness) -> None:
    """The negative control: it is the change that is found."""
    case = kept(case_store, answered("counting", "count"))
    assert may(case_store, case, ConsentKind.STATISTICS)


steps = st.sampled_from(
    [
        ("counting", "count"),
        ("counting", "dont"),
        ("counting", ""),
        ("send", "send"),
        ("revoke", ""),
    ]
)


@given(deeds=st.lists(steps, max_size=12))
@settings(max_examples=40, deadline=None)
def test_a_case_may_be_counted_exactly_after_a_yes_that_stands(
    deeds: Sequence[tuple[str, str]],
) -> None:
    """Against the simplest model: the last word counts, and a word taken back is none."""
    rows: list[ConsentRecord] = []
    stands = False
    for step, answer in deeds:
        if step == "revoke":
            rows = [_back(it) for it in rows]
            stands = False
        else:
            rows.append(answered(step, answer))
            stands = (answer == "count") if step == "counting" else stands
    newest = [it for it in rows if it.kind is ConsentKind.STATISTICS][-1:]
    assert any(it.is_active for it in newest) == stands


def _back(it: ConsentRecord) -> ConsentRecord:
    return replace(it, revoked_at=MIDDAY) if it.is_active else it


def test_staff_have_a_name_for_everything() -> None:
    assert (
        CONSENT_NAMES.keys()
        == set(ConsentKind)
        == {asked.kind for asked in CONSENT_QUESTIONS.values()} | {ConsentKind.READING}
    )
