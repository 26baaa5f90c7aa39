from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dispatch.turn.slash_commands import COMMAND_FLOWS, START, parse_command


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("/start", ("start", "")),
        ("/START", ("start", "")),
        ("  /help \n", ("help", "")),
        ("/start@haven_bot", ("start", "")),
        ("/start@Haven_BOT abc", ("start", "abc")),
        ("/stop he is here", ("stop", "he is here")),
        ("/start\tabc def", ("start", "abc def")),
        ("/start@otherbot", None),
        ("/start@", None),
        ("/unknown", None),
        ("/", None),
        ("start", None),
        ("please /start", None),
        ("/start-now", None),
        ("/home/siti", None),
        ("/" + "x" * 33, None),
        ("", None),
    ],
)
def test_a_command_is_for_us_or_it_is_only_words(words: str, meant: object) -> None:
    assert parse_command(words, "haven_bot") == meant
    assert parse_command(words, "@haven_bot") == meant


@given(st.text(st.characters(exclude_categories=[])))
def test_whatever_follows_a_start_it_is_a_start(payload: str) -> None:
    got = parse_command(f"/start {payload}", "haven_bot")
    assert got is not None
    assert got[0] == START
    assert START not in COMMAND_FLOWS
