"""What is typed is taken apart the same way however it is written. Pure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.state_machine import Role
from bot.desks.forum.delivery import MAX_PART_LENGTH, split_into_parts, split_message
from bot.desks.forum.parse_command import TypedCommand, match_colleague, parse_command, parse_values
from bot.hotline.staff.staff import Caseworker
from bot.messages import Button, SendText


def named(name: str, who: str) -> Caseworker:
    return Caseworker(
        who, Role.CASEWORKER, "caseworker", name, 1, (), (), (), 3,
        is_active=True, is_on_duty=True, rests_until=0,
    )  # fmt: skip


STAFF = [named("Mei", "a1"), named("Mei Lin", "b2"), named("Jun", "c3"), named("Jun", "d4")]


@pytest.mark.parametrize(
    ("words", "typed"),
    [
        ("/claim", TypedCommand("claim", "")),
        ("/CLAIM  K7M4Q2 ", TypedCommand("claim", "K7M4Q2")),
        ("/claim@haven_bot x", TypedCommand("claim", "x")),
        ("/claim@Haven_Bot", TypedCommand("claim", "")),
        ("/claim@other_bot", None),
        ("/say two\nlines", TypedCommand("say", "two\nlines")),
        ("/say\nbelow", TypedCommand("say", "below")),
        ("/", None),
        ("/9", None),
        ("/say/what", None),
        (" /say x", None),
        ("say /claim", None),
        ("", None),
    ],
)
def test_a_command_begins_a_message(words: str, typed: TypedCommand | None) -> None:
    assert parse_command(words, "haven_bot") == typed


@given(st.text())
def test_whatever_is_typed_is_a_command_or_none(words: str) -> None:
    typed = parse_command(words)
    assert typed is None or (typed.name and typed.text == typed.text.strip())


@pytest.mark.parametrize(
    ("words", "filled"),
    [
        ("place=Main station time=10:00", {"place": "Main station", "time": "10:00"}),
        ("time = 10:00, place = the gate", {"time": "10:00", "place": "the gate"}),
        ('place="Gate 3"; time=10', {"place": "Gate 3", "time": "10"}),
        ("place\uff1d\u53f0\u5317\u8eca\u7ad9", {"place": "\u53f0\u5317\u8eca\u7ad9"}),
        ("colour=red place=x", {"place": "x"}),
        ("somewhere", {}),
        ("", {}),
    ],
)
def test_blanks_are_filled_by_name(words: str, filled: dict[str, str]) -> None:
    assert parse_values(words, ["place", "time"]) == filled


def test_a_lone_blank_needs_no_name() -> None:
    assert parse_values("Main station", ["place"]) == {"place": "Main station"}
    assert parse_values("", ["place"]) == {}


@given(st.text(), st.lists(st.text(alphabet="abc", min_size=1), max_size=3))
def test_only_blanks_there_are_can_be_filled(words: str, blanks: list[str]) -> None:
    assert set(parse_values(words, blanks)) <= set(blanks)


@pytest.mark.parametrize(
    ("words", "meant", "rest"),
    [
        ("Mei she is safe", ["a1"], "she is safe"),
        ("mei lin: she is safe", ["b2"], "she is safe"),
        ("b2 she is safe", ["b2"], "she is safe"),
        ("Jun", ["c3", "d4"], ""),
        ("Meiyu", [], "Meiyu"),
        ("", [], ""),
    ],
)
def test_a_colleague_is_meant_by_id_or_by_the_longest_name(
    words: str, meant: list[str], rest: str
) -> None:
    found, behind = match_colleague(words, STAFF)
    assert ([each.id for each in found], behind) == (meant, rest)


@given(st.text(alphabet=st.sampled_from("a \n\u0e19\u0e49\U0001f600\u0301"), max_size=9000))
def test_a_text_in_parts_is_the_text(text: str) -> None:
    parts = split_into_parts(text)
    assert "".join(parts) == text
    assert all(len(part) <= MAX_PART_LENGTH for part in parts)
    assert all(len(part.encode("utf-16-le")) <= 2 * 4096 for part in parts)


def test_no_mark_is_cut_from_its_letter() -> None:
    text = "\u0e19\u0e49" * 3000
    assert not any(part.startswith("\u0e49") for part in split_into_parts(text))


def test_only_what_is_remembered_is_cut_and_the_buttons_stand_under_the_last_part() -> None:
    rows = ((Button("A", "a"),),)
    plain = SendText("x" * 5000, rows)
    assert split_message(plain) == [plain]
    parts = split_message(SendText("x" * 5000, rows, post_kind="words"))
    assert [isinstance(part, SendText) and part.rows for part in parts] == [(), (), rows]
