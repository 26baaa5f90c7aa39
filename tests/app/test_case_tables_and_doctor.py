"""What people at a terminal see: the queue, an opened case, notices, and what the doctor says."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from bot.app.storage import open_vault
from bot.app.tables import case_view, format_duration, notice_line, queue_table
from bot.cases.queries import AnswerView, QueuedCase, ReportView, ServiceNotice, load_queue
from bot.cases.urgency import Priority
from bot.cli.doctor import run_checks
from bot.clock import MINUTE, to_utc
from bot.conversation import FileRef
from bot.desks.forum.topics import BARRED_NOTICE
from bot.settings import load_settings
from bot.store.database import Database, DataDirectory
from bot.store.migrate import upgrade
from bot.vault import HostKey
from tests.support.content.catalogue_files import read_in
from tests.support.database.key_store_fixtures import enrol_keyholder
from tests.support.harnesses.hotline_harness import settings_for
from tests.support.moved_clock import MIDDAY
from tests.support.people.flow_answers import report, talk

if TYPE_CHECKING:
    from pathlib import Path

    from bot.conversation import Answer
    from tests.support.harnesses.case_store_harness import CaseStoreHarness

TAIPEI = ZoneInfo("Asia/Taipei")
TOKEN, NOWHERE = "123456:" + "a" * 35, "http://127.0.0.1:1"
OF_THE_HOST = {"disk space", "clock is kept by NTP", "Telegram answers and takes the token"}
"""Checks of the machine the tests run on; `cli/test_doctor_surroundings.py` has them."""
NOON = datetime(2026, 11, 26, 4, tzinfo=UTC)


def printed(*things: Any, width: int = 100, colour: bool = False) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=colour, color_system=None)
    for thing in things:
        console.print(thing)
    return out.getvalue()


def waiting(**changed: Any) -> QueuedCase:
    about = {
        "reference": "K7M4Q9", "kind": "report", "status": "waiting", "priority": 1,
        "language": "id", "county": "TPE", "waiting_since": NOON,
    }  # fmt: skip
    return QueuedCase(**{**about, **changed})


async def test_the_queue_shows_level_number_wait_kind_language_and_place(
    case_store: CaseStoreHarness,
) -> None:
    urgent = case_store.opens({"safe": "not_safe"}, at_most=Priority.EMERGENCY)
    calm = case_store.opens(talk().answers, flow="talk", kind="talk", language="th")
    now = to_utc(MIDDAY + 125 * MINUTE)
    lines = printed(queue_table(case_store.database.read(load_queue), now), width=140).splitlines()
    assert "Waiting: 2" in lines[0]
    rows = [line for line in lines if "P0" in line or "P3" in line]
    assert urgent.reference in rows[0]
    assert "P0" in rows[0]
    assert "2 h 5 min" in rows[0]
    assert calm.reference in rows[1]
    assert "Wants to talk to a person" in rows[1]
    assert " th " in rows[1]
    assert "late 2 h 3 min" in rows[0]
    assert "due in 21 h 55 min" in rows[1]
    assert "Trafficking" in rows[0]


def test_held_cases_show_a_holder_and_answered_cases_no_due_time() -> None:
    held = waiting(holder="counsellor", status="open", queue="labour", due_at=None)
    late = waiting(due_at=NOON)
    shown = printed(queue_table([held, late], NOON + timedelta(seconds=61)), width=140)
    assert "Waiting: 1, held: 1" in shown
    assert "open: counsellor" in shown
    assert "Labour" in shown
    assert "given" in shown
    assert "late 1 min" in shown


def test_on_a_narrow_terminal_no_word_of_the_queue_is_lost() -> None:
    shown = printed(
        queue_table(
            [
                waiting(
                    queue="child_protection",
                    due_at=NOON,
                    status="held",
                    holder="counsellor",
                    language="zh_Hant",
                )
            ],
            NOON,
        ),
        width=80,
    )
    for words in ("P1", "K7M4Q9", "Protection", "children", "late", "TPE", "counsellor", "zh_Hant",
                  "happened"):  # fmt: skip
        assert words in shown


def test_an_empty_queue_says_so_and_an_unknown_kind_is_called_by_its_code() -> None:
    assert "Waiting: 0" in printed(queue_table([], NOON))
    assert "of_tomorrow" in printed(queue_table([waiting(kind="of_tomorrow")], NOON))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "0 min"), (59, "0 min"), (60, "1 min"), (3600, "1 h 0 min"), (90_061, "1 d 1 h")],
)
def test_a_span_is_said_as_people_say_it(seconds: int, words: str) -> None:
    assert format_duration(seconds) == words


async def test_an_opened_case_reads_from_why_to_files(case_store: CaseStoreHarness) -> None:
    note = FileRef("h", "photo", 1234, "slip.jpg")
    told: dict[str, Answer] = {"what": "[bold]kata[/] /x", "also": ("b",), "evidence": (note,)}
    case = case_store.opens({**report(leaving="locked").answers, **told})
    for reads in ("en", "zh_Hant"):
        staff = read_in(reads, "staff")
        shown = printed(case_view(await case_store.reads(case.reference, reads), staff, TAIPEI))
        places = [
            shown.index(words)
            for words in (
                f"P1  {case.reference}  id  TPE",
                staff.gettext("Reasons"),
                staff.gettext("Someone is locked in or may not go out."),
                "2026-11-19 12:00",
                "[bold]kata[/] /x",
                "slip.jpg  named  1234",
            )
        ]
        assert places == sorted(places)


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("reads", ["en", "zh_Hant"])
async def test_an_opened_case_ends_with_the_law_and_the_signs(
    case_store: CaseStoreHarness, reads: str, width: int
) -> None:
    told = report(situation="works_here", under_18="unsaid", signs=("movement",), leaving=None)
    case = case_store.opens(told.answers)
    staff = read_in(reads, "staff")
    opened = await case_store.reads(case.reference, reads)
    shown = printed(case_view(opened, staff, TAIPEI), width=width)
    wanted = [
        staff.gettext("Reasons"),
        staff.gettext("Authorities that may be responsible"),
        opened.assessment.authorities[0].condition,
        staff.gettext("Legal duties when someone is under 18"),
        staff.gettext("If someone may be under 18 (the age is not known):"),
        staff.gettext("Indicators, in three vocabularies"),
        "HTCDS 2.0",
        "RestrictsMovement",
        staff.gettext("whether people can go out"),
    ]
    one_line = "".join(shown.split())
    places = [one_line.index("".join(words.split())) for words in wanted]
    assert places == sorted(places)
    assert "\u2026" not in shown[shown.index(wanted[1]) :]


async def test_a_case_that_attacks_the_terminal_is_only_read(case_store: CaseStoreHarness) -> None:
    bad = "\x1b]0;owned\x07\x1b[2J\u202e\x9b1A\rP4"
    case = case_store.opens(
        {"what": bad, "also": (bad,), "evidence": (FileRef("h", "photo", 1, bad),)}
    )
    opened = await case_store.reads(case.reference)
    shown = printed(case_view(opened, read_in("en"), TAIPEI), width=300)
    assert {sign for sign in shown if ord(sign) < 32} == {"\n"}
    assert not set("\x07\x1b\x9b\u202e").intersection(shown)
    assert "\\x1b]0;owned" in shown


async def test_what_another_release_sent_is_shown_by_its_code(case_store: CaseStoreHarness) -> None:
    case = case_store.opens({"what": "x"})
    opened = await case_store.reads(case.reference)
    strange = ReportView("of_tomorrow", NOON, (AnswerView("s", "s", "a"),))
    moved = type(opened)(opened.case, opened.reasons, (strange,), ())
    assert "of_tomorrow" in printed(case_view(moved, read_in("en"), TAIPEI))


def test_a_loss_window_is_told_in_local_time() -> None:
    notice = ServiceNotice("loss_window", NOON, NOON + timedelta(hours=1))
    line = printed(notice_line(notice, TAIPEI), width=200)
    assert "between 2026-11-26 12:00 and 2026-11-26 13:00" in line


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "Since 2026-11-26 12:00 the bot may not write in the caseworkers' group"),
        (90, "Between 2026-11-26 12:00 and 2026-11-26 13:30 the bot could not write"),
    ],
)
def test_a_desk_that_bars_us_is_told_while_it_does_and_afterwards(minutes: int, said: str) -> None:
    notice = ServiceNotice(BARRED_NOTICE, NOON, NOON + timedelta(minutes=minutes))
    line = printed(notice_line(notice, TAIPEI), width=200)
    assert said in line
    assert "24 hours" not in line


# --- The doctor -----------------------------------------------------------------------------


def faults(settings: Any) -> dict[str, str]:
    return {name: fault for name, fault in run_checks(settings) if fault is not None}


def test_the_doctor_finds_nothing_wrong_with_a_healthy_deployment(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, telegram_token=TOKEN, telegram_api=NOWHERE)
    directory = DataDirectory(settings.data)
    directory.create()
    upgrade(Database(directory.database_url))
    vault = open_vault(settings, Database(directory.database_url))
    assert "haven staff add" in faults(settings)["a caseworker can open what people send"]
    enrol_keyholder(vault)
    vault.close()
    assert faults(settings).keys() - OF_THE_HOST == set()


def test_the_doctor_names_what_is_wrong_and_makes_nothing(tmp_path: Path) -> None:
    settings = load_settings(data=tmp_path / "none", host_key_file=tmp_path / "no.key")
    found = faults(settings)
    assert "HAVEN_TELEGRAM_TOKEN" in found["telegram token"]
    assert "HAVEN_ORGANISATION" in found["organisation and contact"]
    assert "host key" in found
    assert "database opens and is durable" not in found  # it was never started
    assert not (tmp_path / "none").exists()


def test_the_doctor_sees_an_old_and_a_broken_database(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, telegram_token=TOKEN, telegram_api=NOWHERE)
    directory = DataDirectory(settings.data)
    directory.create()
    file = directory.path / "haven.db"
    file.touch()
    assert any("has a haven.db without tables" in name for name, _fault in run_checks(settings))
    file.write_bytes(b"this is no database" * 100)
    assert "its file is damaged" in faults(settings)["database opens and is durable"]


def test_the_doctor_sees_a_key_that_lies_with_the_data(tmp_path: Path) -> None:
    key = tmp_path / "data" / "key"
    key.parent.mkdir()
    HostKey.create(key)
    settings = settings_for(tmp_path, telegram_token=TOKEN, telegram_api=NOWHERE, host_key_file=key)
    assert "host key" in faults(settings)
