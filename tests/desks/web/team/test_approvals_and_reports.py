"""What takes two is done by nobody alone; who read what is told, and no word of any case."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot.cases.evidence.custody_log import AUDIT_PREFIX, CustodyAction
from bot.cases.state_machine import Role
from bot.clock import HOUR, SECOND
from bot.desks.web.case.export import EXPORT_ACTION
from bot.desks.web.team.approvals import COLUMNS, COPY_COLUMN, as_csv
from bot.desks.web.team.audit import (
    EXPORT_ACTIONS,
    REPORTED_ACTIONS,
    first_row_since,
    summarize,
    week_summary,
)

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

WORDS = "He keeps my passport."
_NUMBER = re.compile(r'id="approval-([0-9a-f]{32})"')


def asks(who: WebCaseworker, kind: str, subject: str, words: str = "The auditors want it.") -> str:
    """Ask for something; return its number."""
    fields = {"kind": kind, "subject": subject, "words": words}
    who.browser.post("/approvals/request", fields)
    found = _NUMBER.search(who.browser.get("/approvals").text)
    return found[1] if found else ""


def proves(who: WebCaseworker) -> None:
    who.office.home.advance_time(31)
    who.browser.post("/step-up", {"code": who.code(), "back": "/approvals"})


def does(who: WebCaseworker, number: str) -> str:
    """Do what was agreed to; return what came."""
    proves(who)
    return str(who.browser.post("/approvals/use", {"request": number}).text)


def test_a_list_of_many_cases_leaves_only_when_two_agree(web_desk: WebDeskHarness) -> None:
    _person, reference = web_desk.add_person(WORDS)
    chief, other = web_desk.supervisor().comes(), web_desk.supervisor("Wei").comes()
    number = asks(chief, "export", "all")
    assert number
    assert reference not in does(chief, number)  # nobody has agreed
    chief.browser.post("/approvals/approve", {"request": number})
    assert reference not in does(chief, number)  # who asked cannot agree
    assert "The auditors want it." in other.browser.get("/approvals").text
    other.browser.post("/approvals/approve", {"request": number})
    assert reference not in does(other, number)  # only who asked
    told = does(chief, number)
    first, *lines = told.splitlines()
    assert first == ",".join([*COLUMNS, COPY_COLUMN])
    assert reference in told
    day = datetime.fromtimestamp(web_desk.home.loop.now() / SECOND, UTC).date()
    assert all(it.endswith(f",{chief.id}/{number[:8]}/{day}") for it in lines)  # whose copy it is
    assert WORDS not in told
    assert reference not in does(chief, number)  # once
    deeds = [deed for (deed,) in web_desk.home.ask("SELECT deed FROM audit WHERE deed LIKE 'two%'")]
    assert deeds == ["two_ask", "two_agree", "two_use"]


def test_a_list_says_of_each_case_whether_its_person_lets_it_be_counted(
    web_desk: WebDeskHarness,
) -> None:
    person = web_desk.home.person("en")
    person.says("/start")
    person.presses("English", "Tell what happened", "Skip", "Skip", "Skip", "You may keep them")
    person.presses("Skip", "Skip", "Send", "Skip", "More choices", "Skip", "Skip")
    person.presses("You may count it")
    counted = web_desk.newest()
    web_desk.home.advance_time(1)
    _never_asked, other = web_desk.add_person()
    chief, second = web_desk.supervisor().comes(), web_desk.supervisor("Wei").comes()

    def told() -> dict[str, str]:
        number = asks(chief, "export", "all")
        second.browser.post("/approvals/approve", {"request": number})
        rows = csv.DictReader(io.StringIO(does(chief, number)))
        return {row["reference"]: row["counted"] for row in rows}

    assert told() == {counted: "yes", other: "no"}
    person.says("/mydata")
    person.presses("Do not count it")
    assert told() == {counted: "no", other: "no"}


def test_it_is_not_done_without_a_second_factor(web_desk: WebDeskHarness) -> None:
    chief, other = web_desk.supervisor().comes(), web_desk.supervisor("Wei").comes()
    number = asks(chief, "export", "all")
    other.browser.post("/approvals/approve", {"request": number})
    web_desk.home.advance_time(6 * 60)
    said = chief.browser.post("/approvals/use", {"request": number})
    assert said.headers["location"] == "/step-up?back=/approvals"


def test_what_was_agreed_to_is_over_after_an_hour(web_desk: WebDeskHarness) -> None:
    _person, reference = web_desk.add_person()
    chief, other = web_desk.supervisor().comes(), web_desk.supervisor("Wei").comes()
    number = asks(chief, "export", "all")
    other.browser.post("/approvals/approve", {"request": number})
    web_desk.home.advance_time(HOUR / SECOND + 1)
    chief.comes()
    assert reference not in does(chief, number)


def test_an_identity_is_shown_once_after_an_approval(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker("Lin Mei-hua")
    auditor, chief = web_desk.worker("Wu", Role.AUDITOR).comes(), web_desk.supervisor().comes()
    mei.comes()
    log = auditor.browser.get("/audit").text
    assert "Lin Mei-hua" not in log
    assert f"caseworker {mei.id}" in log
    number = asks(auditor, "identity", mei.id)
    assert "Lin Mei-hua" not in auditor.browser.get("/approvals").text
    chief.browser.post("/approvals/approve", {"request": number})
    assert "Lin Mei-hua" in does(auditor, number)
    assert "Lin Mei-hua" not in auditor.browser.get("/approvals").text
    assert "Lin Mei-hua" not in does(auditor, number)


@pytest.mark.parametrize(
    ("role", "kind", "subject", "words"),
    [
        (Role.AUDITOR, "export", "all", "because"),
        (Role.SUPERVISOR, "export", "nothing", "because"),
        (Role.SUPERVISOR, "identity", "nobody", "because"),
        (Role.SUPERVISOR, "everything", "all", "because"),
        (Role.SUPERVISOR, "export", "all", " "),
        (Role.CASEWORKER, "export", "all", "because"),
    ],
)
def test_an_approval_request_needs_the_role_and_a_reason(
    web_desk: WebDeskHarness, role: Role, kind: str, subject: str, words: str
) -> None:
    assert asks(web_desk.worker("Wu", role).comes(), kind, subject, words) == ""
    assert web_desk.home.ask("SELECT * FROM desk_requests") == []


def test_a_reason_lies_sealed(web_desk: WebDeskHarness) -> None:
    chief = web_desk.supervisor().comes()
    number = asks(chief, "export", "fishers", "A court asks about Sari.")
    ((kind, sealed),) = web_desk.home.ask("SELECT kind, sealed FROM desk_requests")
    assert number
    assert kind == "export"
    assert b"Sari" not in bytes(sealed)


@pytest.mark.parametrize("evil", ["=cmd|' /C calc'!A0", "+1", "-1", "@sum(A1)", "\t=1", "\r=1"])
def test_nothing_in_a_list_begins_a_formula(evil: str) -> None:
    row = [evil] * 8 + [None] * 4 + ["no"]
    told = as_csv([row], "mei/0/2026-11-27")
    cells = told.partition("\n")[2]
    assert f"'{evil[0]}" in cells
    assert not cells.startswith((evil, f'"{evil}'))


# --- who read what ---------------------------------------------------------------------------


def test_who_read_what_is_told_and_no_word_of_it(web_desk: WebDeskHarness) -> None:
    _person, reference = web_desk.add_person(WORDS)
    mei, chief = web_desk.worker("Lin Mei-hua").comes(), web_desk.supervisor("Hua").comes()
    mei.does(reference, "claim")
    mei.browser.get(f"/cases/{reference}")
    chief.browser.post(f"/cases/{reference}/break-glass", {"reason": "A complaint."})
    chief.browser.get(f"/cases/{reference}")
    page = chief.browser.get("/audit/reads").text
    rows = {who: re.sub(r"<[^>]*>", " ", row) for who, row in readers(page)}
    assert rows[mei.id].split()[:5] == ["Lin", "Mei-hua", "1", "0", "0"]
    assert rows[chief.id].split()[:4] == ["Hua", "1", "1", "0"]
    assert "with a reason" in rows[chief.id]
    assert reference in page
    assert WORDS not in page
    assert "A complaint." not in page
    auditor = web_desk.worker("Wu", Role.AUDITOR).comes().browser.get("/audit/reads").text
    assert "Lin Mei-hua" not in auditor
    assert f"caseworker {mei.id}" in auditor
    assert mei.browser.get("/audit/reads").status_code == 404


def test_a_case_that_a_search_found_is_not_listed_as_opened(web_desk: WebDeskHarness) -> None:
    _person, reference = web_desk.add_person(WORDS)
    mei, chief = web_desk.worker("Mei").comes(), web_desk.supervisor("Hua").comes()
    for _time in range(2):
        mei.browser.post("/find", {"words": WORDS})
    (row,) = [row for who, row in readers(chief.browser.get("/audit/reads").text) if who == mei.id]
    shown = re.sub(r"<[^>]*>", " ", row).split()
    assert shown[:5] == ["Mei", "0", "0", "0", "1"]
    assert " ".join(shown[5:]) == f"{reference} found by a search, not opened"
    log = chief.browser.get("/audit").text
    assert "found by a search" in log
    assert re.search(r">texts that were read: \d+<", log)
    mei.browser.get(f"/cases/{reference}")
    (row,) = [row for who, row in readers(chief.browser.get("/audit/reads").text) if who == mei.id]
    shown = re.sub(r"<[^>]*>", " ", row).split()
    assert shown == ["Mei", "1", "0", "0", "1", reference]


def test_use_of_the_escrow_key_is_listed_among_the_readers(
    web_desk: WebDeskHarness,
) -> None:
    note, now = web_desk.front.audit.record, web_desk.home.loop.now()
    for deed in ("escrow_made", "escrow_opened"):
        web_desk.home.database.writer.run_sync(
            lambda work, deed=deed: note(work, now, "operator", deed, "escrow")
        )
    page = web_desk.supervisor("Hua").comes().browser.get("/audit/reads").text
    (row,) = [row for who, row in readers(page) if who == "operator"]
    assert "created or used the escrow key</span> \N{MULTIPLICATION SIGN}2" in row


def readers(page: str) -> list[tuple[str, str]]:
    return re.findall(r'<tr id="reader-(\w+)">(.*?)</tr>', page, re.DOTALL)


def test_a_week_ends_where_the_next_begins(web_desk: WebDeskHarness) -> None:
    read = web_desk.home.database.writer.run_sync
    audit, start = web_desk.front.audit, web_desk.home.loop.now()
    day = 24 * HOUR
    for number in range(21):
        at = start + number * day
        read(lambda work, at=at, number=number: audit.record(work, at, "mei", "read", f"c{number}"))
    now = start + 20 * day + 1
    weeks = [read(lambda work, back=back: week_summary(work, now, back)) for back in range(4)]
    seen = [sorted(it for each in week for it in each.cases) for week in weeks]
    every = sorted(it for week in seen for it in week)
    assert every == sorted(f"c{number}" for number in range(21))
    assert [len(week) for week in seen] == [7, 7, 7, 0]
    ((tenth,),) = web_desk.home.ask("SELECT id FROM audit WHERE subject = 'c10'")
    assert read(lambda work: first_row_since(work, start + 10 * day)) == tenth


@pytest.mark.parametrize("back", ["-1", "999999", "x", "%00", "105"])
def test_no_week_there_is_none_of_breaks_anything(web_desk: WebDeskHarness, back: str) -> None:
    chief = web_desk.supervisor().comes()
    assert chief.browser.get(f"/audit/reads?back={back}").status_code == 200


def test_the_report_of_readings_ends_at_the_first_reading(web_desk: WebDeskHarness) -> None:
    chief, earlier = web_desk.supervisor().comes(), "Previous week"
    audit, now = web_desk.front.audit, web_desk.home.loop.now()
    write = web_desk.home.database.writer.run_sync
    write(lambda work: audit.record(work, now, "mei", "read", "a"))
    assert earlier not in chief.browser.get("/audit/reads").text
    web_desk.home.advance_time(9 * 24 * 3600)
    chief.comes()
    assert earlier in chief.browser.get("/audit/reads").text  # negative control
    assert earlier not in chief.browser.get("/audit/reads?back=1").text
    assert earlier not in chief.browser.get("/audit/reads?back=50").text


@pytest.mark.parametrize("deed", ["draft", "export", "evidence_exported", "receipt_print"])
def test_what_was_taken_out_counts_apart(deed: str) -> None:
    assert deed in REPORTED_ACTIONS
    (reader,) = summarize(
        [("mei", "read", "a", ""), ("mei", "read", "a", ""), ("mei", deed, "a", "")]
    )
    assert (len(reader.cases), reader.cases["a"], reader.exports) == (1, 2, 1)


def test_whatever_leaves_the_desk_counts_as_taken_out() -> None:
    """Beside the list: what this desk notes when something leaves is on it."""
    assert {EXPORT_ACTION, f"{AUDIT_PREFIX}{CustodyAction.EXPORTED}"} <= set(EXPORT_ACTIONS)
