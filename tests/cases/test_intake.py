"""What a person sent lies sealed in its rows; a case is only ever raised."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.cases.intake import LARGEST_FILE, NewCase, contact_of, county_of, files_in
from bot.cases.sealed_fields import open_address, open_reasons
from bot.cases.urgency import RULES, Priority, urgency
from bot.clock import HOUR, MINUTE
from bot.conversation import FileNote, Where
from bot.errors import DoesNotOpen
from bot.vault import HostKey, Purpose, Vault
from tests.cases.answered import report, request
from tests.cases.desk import CHAT, Desk
from tests.clocks import MIDDAY
from tests.houses import ROOT, VAULT, opener_of
from tests.stores import ask

NEEDLE = "Needle-of-Sari"


def rows_of(desk: Desk, *tables: str) -> list[bytes]:
    """Return every value of these tables, as bytes."""
    selects = [f"SELECT * FROM {table}" for table in tables]  # noqa: S608 - our own names
    found = [row for select in selects for row in ask(desk.database, select)]
    return [it if isinstance(it, bytes) else str(it).encode() for row in found for it in row]


def of_case(desk: Desk, column: str) -> object:
    return ask(desk.database, f"SELECT {column} FROM cases")[0][0]  # noqa: S608 - our own name


def reasons_of(desk: Desk, case: NewCase, sealed: bytes) -> list[str]:
    found = desk.database.writer.run_now(lambda work: open_reasons(VAULT, work, case.id, sealed))
    assert found is not None
    return found


def test_nothing_a_person_told_stands_readable_in_a_row(desk: Desk) -> None:
    note = FileNote(f"{NEEDLE}-handle", "document", 5, f"{NEEDLE}.pdf", f"{NEEDLE} caption")
    answers = {
        **report(signs=("debt",), leaving="locked").answers,
        "what": f"{NEEDLE} what",
        "evidence": (note,),
        "county": Where(words=f"{NEEDLE} street"),
        "also": (f"{NEEDLE} beside",),
        "alarms": ("suicide",),
    }
    desk.opens(answers)
    values = rows_of(desk, "cases", "reports", "files")
    assert len(values) > 20
    for secret in (NEEDLE, str(CHAT), "locked", "suicide", "debt", "kept_in"):
        assert [value for value in values if secret.encode() in value] == []


def test_reasons_and_address_open_for_the_bot_and_with_no_other_root(desk: Desk) -> None:
    case = desk.opens(report(leaving="locked").answers)
    reasons, address = of_case(desk, "reasons"), of_case(desk, "address")
    assert isinstance(reasons, bytes)
    assert isinstance(address, bytes)
    run = desk.database.writer.run_now
    assert reasons_of(desk, case, reasons) == ["kept_in"]
    assert run(lambda work: open_address(VAULT, work, case.id, address)) == CHAT
    other = desk.opens({}).id
    stranger = Vault(HostKey(bytes(32)), VAULT.keys)
    for vault, whose in ((stranger, case.id), (VAULT, other), (VAULT, "0" * 32)):
        with pytest.raises(DoesNotOpen):
            run(lambda work, v=vault, c=whose: open_reasons(v, work, c, reasons))  # type: ignore[misc]
        with pytest.raises(DoesNotOpen):
            run(lambda work, v=vault, c=whose: open_address(v, work, c, address))  # type: ignore[misc]
    assert Vault(ROOT, VAULT.keys).cases.custody.held_by(case.id)
    with pytest.raises(DoesNotOpen):  # nor is either taken for something of the case itself
        opener_of(desk.database, case.id).open(Purpose.CASE, b"", reasons)


def test_a_county_stands_in_the_queue_only_when_it_was_chosen(desk: Desk) -> None:
    assert desk.opens(report(county=Where("KHH")).answers).county == "KHH"
    assert county_of({"county": Where(words="Kaohsiung harbour, pier 7")}) is None
    assert county_of({"county": Where(latitude=22.6, longitude=120.3)}) is None
    assert county_of({"county": None}) is None
    assert county_of({}) is None


def test_a_case_becomes_more_urgent_and_keeps_every_reason(desk: Desk) -> None:
    case = desk.opens(report(signs=("debt",)).answers)
    assert of_case(desk, "priority") == Priority.THIS_SHIFT
    assert desk.raises(case, report(leaving="locked", hurt="later").answers) is True
    assert of_case(desk, "priority") == Priority.EMERGENCY
    sealed = of_case(desk, "reasons")
    assert isinstance(sealed, bytes)
    assert reasons_of(desk, case, sealed) == [
        "debt",
        "locked_hurt",
        "kept_in",
        "hurt",
    ]


def test_a_case_is_never_made_less_urgent(desk: Desk) -> None:
    case = desk.opens({"tell": "now"}, kind="danger", flow="danger", at_most=Priority.EMERGENCY)
    assert desk.raises(case, report().answers) is False
    assert desk.raises(case, {}) is False
    assert of_case(desk, "priority") == Priority.EMERGENCY
    assert desk.raises(case, {"safe": "not_safe"}) is False  # a new reason, no new level
    sealed = of_case(desk, "reasons")
    assert isinstance(sealed, bytes)
    assert reasons_of(desk, case, sealed) == [
        "told_now",
        "not_safe",
    ]


def test_a_county_told_later_is_taken_and_one_that_is_known_stays(desk: Desk) -> None:
    case = desk.opens({"tell": "now"}, kind="danger", flow="danger")
    assert of_case(desk, "county") is None
    desk.raises(case, {"county": Where("TXG")})
    assert of_case(desk, "county") == "TXG"
    desk.raises(case, {"county": Where("TPE")})
    desk.raises(case, {"county": None})
    assert of_case(desk, "county") == "TXG"


def test_raising_a_case_that_is_gone_does_nothing(desk: Desk) -> None:
    case = desk.opens({})
    case.id = "0" * 32
    assert desk.raises(case, {"safe": "not_safe"}) is False


def test_each_file_is_named_once_and_one_too_large_never_waits(desk: Desk) -> None:
    small = FileNote("a", "photo", 100)
    large = FileNote("b", "video", LARGEST_FILE + 1)
    just = FileNote("c", "video", LARGEST_FILE)
    answers = {"what": (small,), "evidence": (small, large, just), "also_files": (large,)}
    assert [note.handle for note in files_in(answers)] == ["a", "b", "c"]
    desk.opens(answers)
    rows = ask(desk.database, "SELECT state, size FROM files ORDER BY size")
    assert rows == [
        ("named", 100), ("named", LARGEST_FILE), ("too_large", LARGEST_FILE + 1),
    ]  # fmt: skip


# --- What the queue is told ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "rule"),
    [
        ({}, ""),
        ({"contact_rule": None}, ""),
        ({"contact_rule": "when_i_write"}, "when_i_write"),
        ({"contact_rule": "any_time"}, "any_time"),
        ({"contact_rule": "hours", "contact_hours": ("morning", "night")}, "hours:morning,night"),
        ({"contact_rule": "hours", "contact_hours": None}, ""),
        ({"contact_rule": "hours"}, ""),
        ({"contact_rule": "of yesterday"}, ""),
    ],
)
def test_a_contact_rule_is_kept_as_a_code_and_what_allows_nothing_is_no_rule(
    answers: dict[str, Any], rule: str
) -> None:
    assert contact_of(answers) == rule


def test_a_rule_that_was_given_later_is_taken_and_silence_keeps_the_old_one(desk: Desk) -> None:
    case = desk.opens({"contact_rule": "any_time"})
    assert desk.of(case, "contact") == "any_time"
    desk.raises(case, {"added": "words"})
    assert desk.of(case, "contact") == "any_time"
    desk.raises(case, {"contact_rule": "when_i_write"})
    assert desk.of(case, "contact") == "when_i_write"


def test_a_case_begins_with_a_promise_of_its_priority_and_nobody_alerted(desk: Desk) -> None:
    case = desk.opens(report(leaving="locked").answers)
    assert desk.of(case, "due_at", "alerts", "holder") == (MIDDAY + 15 * MINUTE, 0, None)


def test_what_makes_a_case_more_urgent_brings_its_promise_forward(desk: Desk) -> None:
    case = desk.opens(report().answers)
    desk.raises(case, {"safe": "not_safe"}, at=MIDDAY + HOUR)
    assert desk.of(case, "due_at") == MIDDAY + HOUR + 2 * MINUTE
    desk.raises(case, {"safe": "not_safe"}, at=MIDDAY + 2 * HOUR)
    assert desk.of(case, "due_at") == MIDDAY + HOUR + 2 * MINUTE


def test_what_is_added_never_puts_a_promise_off(desk: Desk) -> None:
    case = desk.opens(report().answers)
    desk.raises(case, {"added": "words"}, at=MIDDAY + HOUR)
    assert desk.of(case, "due_at") == MIDDAY + 24 * HOUR


def test_what_is_added_after_an_answer_is_promised_an_answer_anew(desk: Desk) -> None:
    case = desk.opens(report().answers)
    desk.writes("UPDATE cases SET due_at = NULL, alerts = 2")
    desk.raises(case, {"added": "words"}, at=MIDDAY + HOUR)
    assert desk.of(case, "due_at", "alerts") == (MIDDAY + 25 * HOUR, 0)


def test_of_a_closed_case_nothing_is_promised(desk: Desk) -> None:
    case = desk.opens(report().answers)
    desk.writes("UPDATE cases SET due_at = NULL, status = 'closed'")
    desk.raises(case, {"safe": "not_safe"}, at=MIDDAY + HOUR)
    assert desk.of(case, "due_at") is None


# --- Whatever comes --------------------------------------------------------------------------

every_answer = st.sampled_from(
    [
        *(report(**changed).answers for changed in (
            {"signs": ("debt",)}, {"leaving": "locked"}, {"safe": "unsure"}, {"moved": "today"},
            {"signs": ("documents", "threats")}, {"alarms": ("suicide",)}, {},
        )),
        request(soon=None).answers,
        {"tell": "now"},
    ]
)  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(every_answer, min_size=1, max_size=6))
def test_whatever_comes_after_one_another_only_raises(desk: Desk, sent: list[dict]) -> None:  # type: ignore[type-arg]
    case = desk.opens(sent[0])
    levels = []
    for answers in sent[1:]:
        desk.raises(case, answers)
        rows = ask(desk.database, "SELECT id, priority, reasons FROM cases")
        row = next(tuple(rest) for row_id, *rest in rows if row_id == case.id)
        levels.append(row[0])
        codes = reasons_of(desk, case, row[1])
        assert len(codes) == len(set(codes))
    assert levels == sorted(levels, reverse=True)
    if levels:
        assert levels[-1] == min(urgency(answers)[0] for answers in sent)
        assert set(codes) == {rule.code for rule in RULES for it in sent if rule.holds(it)}
