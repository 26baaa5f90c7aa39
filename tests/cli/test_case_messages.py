"""The messages of a case at the terminal, or in a file."""

from __future__ import annotations

from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from bot.cli.cases.messages import in_order_seen, print_messages
from bot.desks.web.case.message_view import Delivery
from bot.hotline.chat.messages import (
    CaseMessage,
    CaseMessageContent,
    CaseMessageKind,
    MessageSide,
)
from bot.hotline.chat.takeover import UNTIL_OPENER_ANSWERED
from bot.languages import catalogue

ZONE = ZoneInfo("Asia/Taipei")


def message(minute: int, text: str) -> dict[str, object]:
    at = f"2026-11-30T04:{minute:02}:00+00:00"
    return {
        "at": at, "seen_at": at, "from": "person", "author": "",
        "kind": "words", "text": text, "files": [], "location": None, "state": None,
        "is_unconfirmed": False,
    }  # fmt: skip


def test_each_message_begins_a_line_where_the_output_is_no_terminal() -> None:
    out = StringIO()
    messages = [message(1, "He keeps my passport."), message(2, "Two\nlines"), message(3, "No")]
    print_messages(Console(file=out, width=80), messages, ZONE, catalogue("en", "staff"))
    assert out.getvalue().splitlines() == [
        "", "Messages and notes", "  2026-11-30 12:01  person: He keeps my passport.",
        "  2026-11-30 12:02  person: Two", "lines", "  2026-11-30 12:03  person: No",
    ]  # fmt: skip


def letter(number: int, at: int, **given: Any) -> CaseMessage:
    side, kind = MessageSide.CASEWORKER, CaseMessageKind.TEXT
    content = CaseMessageContent(text=f"letter {number}")
    return CaseMessage("case", side, kind, content, at, "mei", number, id=number, **given)


def test_each_message_stands_where_the_person_saw_it_and_says_how_far_it_has_come() -> None:
    waits = Delivery(UNTIL_OPENER_ANSWERED, is_waiting=True)
    written = [
        letter(1, 10), letter(2, 20, state="uncertain", arrived_at=90), letter(3, 30),
        letter(4, 40, arrived_at=60), letter(5, 50, arrived_at=55),
    ]  # fmt: skip
    found = in_order_seen(written, {1: waits})
    assert [(it.id, state) for it, state in found] == [
        (3, None), (5, None), (4, None), (2, "uncertain"), (1, UNTIL_OPENER_ANSWERED)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "mark"),
    [
        (UNTIL_OPENER_ANSWERED, "(not sent yet: waits until the person answers"),
        ("queued", "(sending)"),
        ("uncertain", "(delivery uncertain)"),
    ],
)
def test_a_letter_that_has_not_arrived_is_marked_as_at_the_desk(state: str, mark: str) -> None:
    out = StringIO()
    messages = [message(1, "We can come.") | {"state": state}]
    print_messages(Console(file=out, width=200), messages, ZONE, catalogue("en", "staff"))
    assert f"We can come. {mark}" in out.getvalue()


def test_what_waited_for_the_persons_yes_says_when_it_was_written() -> None:
    out = StringIO()
    waited = message(9, "They lock the door.") | {"at": "2026-11-30T04:07:46+00:00"}
    of_staff = waited | {"from": "caseworker", "author": "Mei", "text": "We can come."}
    shown = [waited, of_staff, message(9, "yes")]
    print_messages(Console(file=out, width=200), shown, ZONE, catalogue("en", "staff"))
    assert out.getvalue().splitlines()[2:] == [
        "  2026-11-30 12:09  person: They lock the door. (written 2026-11-30 12:07)",
        "  2026-11-30 12:09  caseworker Mei: We can come.",
        "  2026-11-30 12:09  person: yes",
    ]
