"""What a person sent lies sealed in its rows; a case is only ever raised."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.cases.intake import MAX_FILE_BYTES, NewCase, contact_rule_of, county_of, files_in
from bot.cases.sealed_fields import open_address, open_reasons
from bot.cases.urgency import RULES, Priority, assess_urgency
from bot.clock import HOUR, MINUTE
from bot.conversation import FileRef, PlaceAnswer
from bot.errors import DecryptionError
from bot.vault import HostKey, Purpose, Vault
from tests.support.database_fixtures import query
from tests.support.harnesses.case_store_harness import CHAT, CaseStoreHarness
from tests.support.harnesses.hotline_harness import ROOT, VAULT, supervisor_opener
from tests.support.moved_clock import MIDDAY
from tests.support.people.flow_answers import report, request

pytestmark = pytest.mark.both_databases

NEEDLE = "Needle-of-Sari"


def rows_of(desk: CaseStoreHarness, *tables: str) -> list[bytes]:
    """Return every value of these tables, as bytes."""
    selects = [f"SELECT * FROM {table}" for table in tables]  # noqa: S608 - our own names
    found = [row for select in selects for row in query(desk.database, select)]
    return [it if isinstance(it, bytes) else str(it).encode() for row in found for it in row]


def of_case(desk: CaseStoreHarness, column: str) -> object:
    return query(desk.database, f"SELECT {column} FROM cases")[0][0]  # noqa: S608 - our own name


def reasons_of(desk: CaseStoreHarness, case: NewCase, sealed: bytes) -> list[str]:
    found = open_reasons(VAULT, case.id, sealed)
    assert found is not None
    return found


def test_nothing_a_person_told_stands_readable_in_a_row(case_store: CaseStoreHarness) -> None:
    note = FileRef(f"{NEEDLE}-handle", "document", 5, f"{NEEDLE}.pdf", f"{NEEDLE} caption")
    answers = {
        **report(signs=("debt",), leaving="locked").answers,
        "what": f"{NEEDLE} what",
        "evidence": (note,),
        "county": PlaceAnswer(text=f"{NEEDLE} street"),
        "also": (f"{NEEDLE} beside",),
        "alarms": ("self_harm",),
    }
    case_store.opens(answers)
    values = rows_of(case_store, "cases", "reports", "files")
    assert len(values) > 20
    for secret in (NEEDLE, str(CHAT), "locked", "self_harm", "debt", "kept_in"):
        assert [value for value in values if secret.encode() in value] == []


def test_reasons_and_address_open_for_the_bot_and_with_no_other_root(
    case_store: CaseStoreHarness,
) -> None:
    case = case_store.opens(report(leaving="locked").answers)
    reasons, address = of_case(case_store, "reasons"), of_case(case_store, "address")
    assert isinstance(reasons, bytes)
    assert isinstance(address, bytes)
    assert reasons_of(case_store, case, reasons) == ["kept_in"]
    assert open_address(VAULT, case.id, address) == CHAT
    other = case_store.opens({}).id
    stranger = Vault(HostKey(bytes(32)), VAULT.keys)
    for vault, whose in ((stranger, case.id), (VAULT, other), (VAULT, "0" * 32)):
        with pytest.raises(DecryptionError):
            open_reasons(vault, whose, reasons)
        with pytest.raises(DecryptionError):
            open_address(vault, whose, address)
    assert Vault(ROOT, VAULT.keys).cases.wraps.holders_of(case.id)
    with pytest.raises(DecryptionError):  # nor is either taken for something of the case itself
        supervisor_opener(case_store.database, case.id).open(Purpose.CASE, b"", reasons)


def test_a_county_stands_in_the_queue_only_when_it_was_chosen(case_store: CaseStoreHarness) -> None:
    assert case_store.opens(report(county=PlaceAnswer("KHH")).answers).county == "KHH"
    assert county_of({"county": PlaceAnswer(text="Kaohsiung harbour, pier 7")}) is None
    assert county_of({"county": PlaceAnswer(latitude=22.6, longitude=120.3)}) is None
    assert county_of({"county": None}) is None
    assert county_of({}) is None


def test_a_case_becomes_more_urgent_and_keeps_every_reason(case_store: CaseStoreHarness) -> None:
    case = case_store.opens(report(signs=("debt",)).answers)
    assert of_case(case_store, "priority") == Priority.THIS_SHIFT
    assert case_store.raises(case, report(leaving="locked", hurt="later").answers) is True
    assert of_case(case_store, "priority") == Priority.EMERGENCY
    sealed = of_case(case_store, "reasons")
    assert isinstance(sealed, bytes)
    assert reasons_of(case_store, case, sealed) == [
        "debt",
        "locked_hurt",
        "kept_in",
        "hurt",
    ]


def test_a_case_is_never_made_less_urgent(case_store: CaseStoreHarness) -> None:
    case = case_store.opens(
        {"tell": "now"}, kind="danger", flow="danger", at_most=Priority.EMERGENCY
    )
    assert case_store.raises(case, report().answers) is False
    assert case_store.raises(case, {}) is False
    assert of_case(case_store, "priority") == Priority.EMERGENCY
    assert case_store.raises(case, {"safe": "not_safe"}) is False  # a new reason, no new level
    sealed = of_case(case_store, "reasons")
    assert isinstance(sealed, bytes)
    assert reasons_of(case_store, case, sealed) == [
        "told_now",
        "not_safe",
    ]


def test_a_county_told_later_is_taken_and_one_that_is_known_stays(
    case_store: CaseStoreHarness,
) -> None:
    case = case_store.opens({"tell": "now"}, kind="danger", flow="danger")
    assert of_case(case_store, "county") is None
    case_store.raises(case, {"county": PlaceAnswer("TXG")})
    assert of_case(case_store, "county") == "TXG"
    case_store.raises(case, {"county": PlaceAnswer("TPE")})
    case_store.raises(case, {"county": None})
    assert of_case(case_store, "county") == "TXG"


def test_raising_a_case_that_is_gone_does_nothing(case_store: CaseStoreHarness) -> None:
    case = case_store.opens({})
    case.id = "0" * 32
    assert case_store.raises(case, {"safe": "not_safe"}) is False


def test_each_file_is_named_once_and_one_too_large_never_waits(
    case_store: CaseStoreHarness,
) -> None:
    small = FileRef("a", "photo", 100)
    large = FileRef("b", "video", MAX_FILE_BYTES + 1)
    just = FileRef("c", "video", MAX_FILE_BYTES)
    answers = {"what": (small,), "evidence": (small, large, just), "also_files": (large,)}
    assert [note.handle for note in files_in(answers)] == ["a", "b", "c"]
    case_store.opens(answers)
    rows = query(case_store.database, "SELECT state, size FROM files ORDER BY size")
    assert rows == [
        ("named", 100), ("named", MAX_FILE_BYTES), ("too_large", MAX_FILE_BYTES + 1),
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
    assert contact_rule_of(answers) == rule


def test_a_rule_that_was_given_later_is_taken_and_silence_keeps_the_old_one(
    case_store: CaseStoreHarness,
) -> None:
    case = case_store.opens({"contact_rule": "any_time"})
    assert case_store.of(case, "contact") == "any_time"
    case_store.raises(case, {"added": "words"})
    assert case_store.of(case, "contact") == "any_time"
    case_store.raises(case, {"contact_rule": "when_i_write"})
    assert case_store.of(case, "contact") == "when_i_write"


def test_a_new_case_has_the_due_time_of_its_priority_and_no_alerts(
    case_store: CaseStoreHarness,
) -> None:
    case = case_store.opens(report(leaving="locked").answers)
    assert case_store.of(case, "due_at", "alerts", "holder") == (MIDDAY + 15 * MINUTE, 0, None)


def test_raising_urgency_brings_the_due_time_forward(
    case_store: CaseStoreHarness,
) -> None:
    case = case_store.opens(report().answers)
    case_store.raises(case, {"safe": "not_safe"}, at=MIDDAY + HOUR)
    assert case_store.of(case, "due_at") == MIDDAY + HOUR + 2 * MINUTE
    case_store.raises(case, {"safe": "not_safe"}, at=MIDDAY + 2 * HOUR)
    assert case_store.of(case, "due_at") == MIDDAY + HOUR + 2 * MINUTE


def test_an_addition_never_postpones_the_due_time(case_store: CaseStoreHarness) -> None:
    case = case_store.opens(report().answers)
    case_store.raises(case, {"added": "words"}, at=MIDDAY + HOUR)
    assert case_store.of(case, "due_at") == MIDDAY + 24 * HOUR


def test_an_addition_after_a_reply_starts_a_new_due_time(
    case_store: CaseStoreHarness,
) -> None:
    case = case_store.opens(report().answers)
    case_store.writes("UPDATE cases SET due_at = NULL, alerts = 2")
    case_store.raises(case, {"added": "words"}, at=MIDDAY + HOUR)
    assert case_store.of(case, "due_at", "alerts") == (MIDDAY + 25 * HOUR, 0)


def test_a_closed_case_has_no_due_time(case_store: CaseStoreHarness) -> None:
    case = case_store.opens(report().answers)
    case_store.writes("UPDATE cases SET due_at = NULL, status = 'closed'")
    case_store.raises(case, {"safe": "not_safe"}, at=MIDDAY + HOUR)
    assert case_store.of(case, "due_at") is None


# --- Whatever comes --------------------------------------------------------------------------

every_answer = st.sampled_from(
    [
        *(report(**changed).answers for changed in (
            {"signs": ("debt",)}, {"leaving": "locked"}, {"safe": "unsure"}, {"moved": "today"},
            {"signs": ("documents", "threats")}, {"alarms": ("self_harm",)}, {},
        )),
        request(soon=None).answers,
        {"tell": "now"},
    ]
)  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(every_answer, min_size=1, max_size=6))
def test_whatever_comes_after_one_another_only_raises(
    case_store: CaseStoreHarness, sent: list[dict]
) -> None:  # type: ignore[type-arg]
    case = case_store.opens(sent[0])
    levels = []
    for answers in sent[1:]:
        case_store.raises(case, answers)
        rows = query(case_store.database, "SELECT id, priority, reasons FROM cases")
        row = next(tuple(rest) for row_id, *rest in rows if row_id == case.id)
        levels.append(row[0])
        codes = reasons_of(case_store, case, row[1])
        assert len(codes) == len(set(codes))
    assert levels == sorted(levels, reverse=True)
    if levels:
        assert levels[-1] == min(assess_urgency(answers)[0] for answers in sent)
        assert set(codes) == {rule.code for rule in RULES for it in sent if rule.condition(it)}
