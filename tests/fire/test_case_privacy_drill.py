"""A quiet chat with a case answers like one in which nobody ever wrote. At length: `fresh.py`."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.dispatch.turn.session import Session
from tests.fire.drills.case_privacy_drill import (
    COMMANDS,
    KINDS,
    LINES,
    MOST_MOVES,
    WAYS,
    CaseSecret,
    Move,
    session,
)
from tests.support.drill_length import drill_length
from tests.support.people.partner_links import LINK

MOVES = st.one_of(
    [st.tuples(st.just(kind), st.integers(0, ways - 1)) for kind, ways in KINDS.items()]
)
SECRETS = st.builds(
    CaseSecret, way=st.sampled_from(WAYS), has_words=st.booleans(), is_claimed=st.booleans(),
    is_held=st.booleans(), is_closed=st.booleans(), is_adding=st.booleans(),
    days=st.sampled_from([0, 2]),
)  # fmt: skip
STEPS = settings(
    max_examples=drill_length(8, 25),
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.generate],
)


@STEPS
@given(secret=SECRETS, moves=st.lists(MOVES, min_size=1, max_size=MOST_MOVES))
def test_random_actions_do_not_reveal_whether_there_is_a_case(
    secret: CaseSecret, moves: list[Move]
) -> None:
    with TemporaryDirectory() as folder:
        assert session(Path(folder), secret, moves) is None


ASKS = ("English", "Who are you?")
ATTACKS: list[list[Move]] = [
    [("word", 0)] * 4 + [("word", 1)] * 2,
    [("old", way) for way in range(12)],
    [("say", 0), ("wait", 2), ("say", 0), ("restart", 0), ("press", 0)],
    [("command", 7), ("command", 8), ("command", 9)],
    [("command", COMMANDS.index(f"/start {LINK}")), *[("say", LINES.index(it)) for it in ASKS]],
    [("command", COMMANDS.index("/start")), *[("say", LINES.index(it)) for it in ASKS]],
]
AFTER_CLEARING: list[list[Move]] = [
    [("edit", 9), ("old", 49), ("thing", 4)],
    [("edit", 0), ("thing", 4)],
]
"""The last words of the session leave the chat with the first step of the next one."""


@pytest.mark.parametrize("moves", ATTACKS)
@pytest.mark.parametrize("is_held", [False, True])
def test_obvious_attempts_do_not_reveal_a_case(
    moves: list[Move], is_held: bool, tmp_path: Path
) -> None:
    secret = CaseSecret(has_words=True, is_claimed=True, is_held=is_held, is_adding=True)
    assert session(tmp_path, secret, moves) is None


@pytest.mark.parametrize("moves", AFTER_CLEARING)
def test_what_leaves_a_cleared_chat_changes_no_reply(moves: list[Move], tmp_path: Path) -> None:
    assert session(tmp_path, CaseSecret("bye", is_adding=True), moves) is None


def test_what_staff_read_is_answered_the_same_beside_a_held_case(tmp_path: Path) -> None:
    moves = [("thing", 2), ("edit", 8), ("say", 1), ("command", 5), ("say", 19)]
    assert session(tmp_path, CaseSecret("account", is_held=True, days=2), moves) is None


@pytest.mark.parametrize("way", WAYS)
def test_a_bot_that_never_hides_a_case_is_detected(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    monkeypatch.setattr(Session, "suspend", lambda _session: None)
    assert session(tmp_path, CaseSecret(way), [("say", 0), ("say", 0)]) is not None
