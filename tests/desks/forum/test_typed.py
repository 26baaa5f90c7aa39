"""What is typed is taken apart the same way however it is written. Pure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.state_machine import Role
from bot.desks.forum.parse_command import Typed, colleague, command, values
from bot.desks.forum.split_text import LONGEST, cut, in_parts
from bot.hotline.staff.staff import Caseworker
from bot.messages import Button, Say


def named(name: str, who: str) -> Caseworker:
    return Caseworker(
        who, Role.CASEWORKER, "caseworker", name, 1, (), (), (), 3,
        is_active=True, is_on_duty=True, rests_until=0,
    )  # fmt: skip


STAFF = [named("Mei", "a1"), named("Mei Lin", "b2"), named("Jun", "c3"), named("Jun", "d4")]


@pytest.mark.parametrize(
    ("words", "typed"),
    [
        ("/claim", Typed("claim", "")),
        ("/CLAIM  K7M4Q2 ", Typed("claim", "K7M4Q2")),
        ("/claim@haven_bot x", Typed("claim", "x")),
        ("/claim@Haven_Bot", Typed("claim", "")),
        ("/claim@other_bot", None),
        ("/say two\nlines", Typed("say", "two\nlines")),
        ("/say\nbelow", Typed("say", "below")),
        ("/", None),
        ("/9", None),
        ("/say/what", None),
        (" /say x", None),
        ("say /claim", None),
        ("", None),
    ],
)
def test_a_command_begins_a_message(words: str, typed: Typed | None) -> None:
    assert command(words, "haven_bot") == typed


@given(st.text())
def test_whatever_is_typed_is_a_command_or_none(words: str) -> None:
    typed = command(words)
    assert typed is None or (typed.name and typed.words == typed.words.strip())


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
    assert values(words, ["place", "time"]) == filled


def test_a_lone_blank_needs_no_name() -> None:
    assert values("Main station", ["place"]) == {"place": "Main station"}
    assert values("", ["place"]) == {}


@given(st.text(), st.lists(st.text(alphabet="abc", min_size=1), max_size=3))
def test_only_blanks_there_are_can_be_filled(words: str, blanks: list[str]) -> None:
    assert set(values(words, blanks)) <= set(blanks)


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
    found, behind = colleague(words, STAFF)
    assert ([each.id for each in found], behind) == (meant, rest)


@given(st.text(alphabet=st.sampled_from("a \n\u0e19\u0e49\U0001f600\u0301"), max_size=9000))
def test_a_text_in_parts_is_the_text(text: str) -> None:
    parts = cut(text)
    assert "".join(parts) == text
    assert all(len(part) <= LONGEST for part in parts)
    assert all(len(part.encode("utf-16-le")) <= 2 * 4096 for part in parts)


def test_no_mark_is_cut_from_its_letter() -> None:
    text = "\u0e19\u0e49" * 3000
    assert not any(part.startswith("\u0e49") for part in cut(text))


def test_only_what_is_remembered_is_cut_and_the_buttons_stand_under_the_last_part() -> None:
    rows = ((Button("A", "a"),),)
    plain = Say("x" * 5000, rows)
    assert in_parts(plain) == [plain]
    parts = in_parts(Say("x" * 5000, rows, mark="words"))
    assert [isinstance(part, Say) and part.rows for part in parts] == [(), (), rows]
