"""A quiet chat with a draft shows nothing of what is in it. What is compared: `drafts.py`."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fire.drills.case_privacy_drill import MOST_MOVES, WAYS, Move
from tests.fire.drills.draft_privacy_drill import PLACES, DraftSecret, session
from tests.fire.test_case_privacy_drill import MOVES, STEPS

SEEDS = st.integers(0, 10**6)
SECRETS = st.builds(DraftSecret, place=st.sampled_from(PLACES), seed=SEEDS, other=SEEDS)
CHANGED = st.builds(
    DraftSecret, way=st.sampled_from(sorted({*WAYS} - {"silence"})), place=st.sampled_from(PLACES),
    seed=SEEDS,
)  # fmt: skip
PRESSES = [st.tuples(st.just("press"), st.integers(0, 11)), MOVES]
"""Whoever goes on presses what is shown last; else nobody would come far."""
WALKS = st.lists(st.one_of(PRESSES), min_size=1, max_size=MOST_MOVES)
LOOKS: list[Move] = [("say", 0), ("press", 1), ("press", 0), ("press", 0)]
"""Writes, says that nobody can see it, and presses the first button there is, twice."""


@STEPS
@given(secret=SECRETS, moves=WALKS)
def test_a_draft_is_not_revealed_after_a_silence(secret: DraftSecret, moves: list[Move]) -> None:
    with TemporaryDirectory() as folder:
        assert session(Path(folder), secret, moves) is None


@STEPS
@given(secret=CHANGED, moves=WALKS)
def test_another_account_cannot_tell_that_there_was_a_draft(
    secret: DraftSecret, moves: list[Move]
) -> None:
    with TemporaryDirectory() as folder:
        assert session(Path(folder), secret, moves) is None


@pytest.mark.parametrize("way", WAYS)
def test_obvious_attempts_do_not_show_a_draft(way: str, tmp_path: Path) -> None:
    assert session(tmp_path, DraftSecret(way), LOOKS) is None


def test_a_draft_that_is_not_veiled_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    monkeypatch.setattr("bot.dispatch.turn.drafts.hide_earlier_answers", lambda *_: None)
    assert session(tmp_path, DraftSecret(), LOOKS) is not None


@pytest.mark.parametrize("way", ["language", "name", "account"])
def test_a_bot_that_ignores_the_account_is_detected(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    monkeypatch.setattr("bot.dispatch.turn.session.fingerprint_account", lambda _: 7)
    assert session(tmp_path, DraftSecret(way), LOOKS) is not None
