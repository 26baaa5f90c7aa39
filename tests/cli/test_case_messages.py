"""The messages of a case at the terminal, or in a file."""

from __future__ import annotations

from io import StringIO
from zoneinfo import ZoneInfo

from rich.console import Console

from bot.cli.cases.messages import print_messages

ZONE = ZoneInfo("Asia/Taipei")


def message(minute: int, text: str) -> dict[str, object]:
    return {
        "at": f"2026-11-30T04:{minute:02}:00+00:00", "from": "person", "author": "",
        "kind": "words", "text": text, "files": [], "location": None, "state": None,
        "is_unconfirmed": False,
    }  # fmt: skip


def test_each_message_begins_a_line_where_the_output_is_no_terminal() -> None:
    out = StringIO()
    messages = [message(1, "He keeps my passport."), message(2, "Two\nlines"), message(3, "No")]
    print_messages(Console(file=out, width=80), messages, ZONE)
    assert out.getvalue().splitlines() == [
        "", "Messages and notes", "  2026-11-30 12:01  person: He keeps my passport.",
        "  2026-11-30 12:02  person: Two", "lines", "  2026-11-30 12:03  person: No",
    ]  # fmt: skip
