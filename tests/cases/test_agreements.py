"""What was agreed to: only by a yes, provably, and taken back as easily as given."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cases.consents import ASKED, NAMES, Agreements, Kind, Shown, agreement
from bot.clock import MINUTE
from bot.vault import Audit
from tests.cases.answered import talk
from tests.clocks import MIDDAY
from tests.houses import VAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.cases.consents import Agreement
    from bot.store.writer import Work
    from tests.cases.desk import Desk

T = TypeVar("T")
LEDGER, AUDIT = Agreements(VAULT), Audit(VAULT)
SHOWN = Shown(bytes(range(32)), "th")
NOTICE = bytes([7]) * 32


def work_at(desk: Desk, do: Callable[[Work], T]) -> T:
    return desk.database.writer.run_now(do)


def answered(step: str, answer: object, at: int = MIDDAY) -> Agreement:
    return agreement(step, answer, SHOWN, NOTICE, at)


def kept(desk: Desk, *agreed: Agreement) -> str:
    """Return a case in which this was answered."""
    case = desk.opens(talk().answers).id
    work_at(desk, lambda work: LEDGER.keep(work, [(case, each) for each in agreed]))
    return case


def may(desk: Desk, case: str, kind: Kind) -> bool:
    return work_at(desk, lambda work: LEDGER.may(work, case, kind))


async def test_nothing_is_agreed_to_that_was_not_asked(desk: Desk) -> None:
    case = kept(desk)
    assert not any(may(desk, case, kind) for kind in Kind)


async def test_only_a_yes_is_a_yes(desk: Desk) -> None:
    for step, asked in ASKED.items():
        for answer in ("", None, "later", "dont", "sitting", "keep_here", "ask_first", "not_yet"):
            assert not may(desk, kept(desk, answered(step, answer)), asked.kind), (step, answer)
        (yes,) = asked.agrees
        assert may(desk, kept(desk, answered(step, yes)), asked.kind)


async def test_a_yes_to_one_thing_is_no_yes_to_another(desk: Desk) -> None:
    case = kept(desk, answered("send", "send"))
    assert [kind for kind in Kind if may(desk, case, kind)] == [Kind.HOTLINE]


async def test_the_newest_answer_holds(desk: Desk) -> None:
    case = kept(desk, answered("counting", "count"), answered("counting", "dont", MIDDAY + MINUTE))
    assert not may(desk, case, Kind.STATISTICS)


async def test_what_is_kept_says_in_which_words_it_was_asked(desk: Desk) -> None:
    case = kept(desk, answered("send", "send"))
    (found,) = work_at(desk, lambda work: LEDGER.of_case(work, case))
    assert (found.words, found.language, found.notice) == (SHOWN.digest, "th", NOTICE)
    work_at(desk, lambda work: LEDGER.remember(work, [(SHOWN, "Kirim?")], MIDDAY))
    work_at(desk, lambda work: LEDGER.remember(work, [(SHOWN, "Kirim?")], MIDDAY + 1))
    assert work_at(desk, lambda work: LEDGER.wording(work, SHOWN.digest)) == "Kirim?"
    assert work_at(desk, lambda work: LEDGER.wording(work, bytes(32))) is None


async def test_it_is_taken_back_once_and_written_down(desk: Desk) -> None:
    case = kept(desk, answered("counting", "count"))
    back = [
        work_at(
            desk, lambda work: LEDGER.revoke(work, AUDIT, case, Kind.STATISTICS, "person", MIDDAY)
        )
        for _ in range(2)
    ]
    assert back == [True, False]
    assert not may(desk, case, Kind.STATISTICS)
    (found,) = work_at(desk, lambda work: LEDGER.of_case(work, case))
    assert (found.revoked_at, found.revoked_by, found.is_sound) == (MIDDAY, "person", True)
    deeds = work_at(desk, lambda work: [row.deed for row in AUDIT.about(work, case)])
    assert deeds.count("consent_revoke") == 1


async def test_whoever_withdraws_takes_everything_back(desk: Desk) -> None:
    case = kept(desk, answered("send", "send"), answered("counting", "count"))
    work_at(desk, lambda work: LEDGER.withdraw(work, case, "person", MIDDAY))
    assert not any(may(desk, case, kind) for kind in Kind)


ZEROS = "zeroblob(32)"
COLUMNS = {
    "given": "1", "answer": "'count'", "words": ZEROS, "notice": ZEROS, "language": "'xx'",
    "at": "1", "kind": "'statistics'", "revoked_by": "'x'", "mac": ZEROS,
}  # fmt: skip


@pytest.mark.parametrize("column", COLUMNS)
async def test_a_row_that_was_changed_agrees_to_nothing(desk: Desk, column: str) -> None:
    step = "send" if column == "kind" else "counting"
    answer = {"given": "dont", "answer": "dont", "kind": "send"}.get(column, "count")
    # What the column is set to is a yes, or another yes: never a no by itself.
    case = kept(desk, answered(step, answer))
    value = COLUMNS[column]
    if value == ZEROS and desk.database.dialect == "postgresql":
        value = f"decode('{'00' * 32}', 'hex')"
    desk.writes(f"UPDATE agreements SET {column} = {value} WHERE case_id = '{case}'")  # noqa: S608
    assert not may(desk, case, Kind.STATISTICS)
    (found,) = work_at(desk, lambda work: LEDGER.of_case(work, case))
    assert not found.is_sound


async def test_a_row_of_another_case_agrees_to_nothing(desk: Desk) -> None:
    one, other = kept(desk, answered("counting", "count")), kept(desk)
    desk.writes(f"UPDATE agreements SET case_id = '{other}' WHERE case_id = '{one}'")  # noqa: S608
    assert not may(desk, other, Kind.STATISTICS)


async def test_a_row_that_was_left_alone_is_sound(desk: Desk) -> None:
    """The negative control: it is the change that is found."""
    case = kept(desk, answered("counting", "count"))
    assert may(desk, case, Kind.STATISTICS)


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
    rows: list[Agreement] = []
    stands = False
    for step, answer in deeds:
        if step == "revoke":
            rows = [_back(it) for it in rows]
            stands = False
        else:
            rows.append(answered(step, answer))
            stands = (answer == "count") if step == "counting" else stands
    newest = [it for it in rows if it.kind is Kind.STATISTICS][-1:]
    assert any(it.holds for it in newest) == stands


def _back(it: Agreement) -> Agreement:
    return replace(it, revoked_at=MIDDAY) if it.holds else it


def test_staff_have_a_name_for_everything() -> None:
    assert NAMES.keys() == set(Kind) == {asked.kind for asked in ASKED.values()}
