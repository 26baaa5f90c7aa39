"""What is in a letter's way is said by its name, and who blocked us stays so while it is noted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from bot.clock import SECOND
from bot.errors import ChatBlockedError
from bot.mailbox.letter import Author, DeliveryResult, LetterState
from bot.mailbox.outbox import OutboxResults
from tests.support.database_fixtures import query
from tests.support.harnesses.courier_harness import CourierHarness
from tests.support.moved_clock import MIDDAY
from tests.support.telegram.recording_channel import FINE, delivery_failure

if TYPE_CHECKING:
    from pathlib import Path

    from bot.mailbox.letter import Letter
    from bot.store.writer import Work

A, B = 5_000_000_001, 5_000_000_002


class Fails(Exception):
    """What a gate was told to do."""


class OnceBroken:
    """A gate that fails over the first letter, with what was in it."""

    fails = True

    def judge(self, _work: Work, letter: Letter, _now: int) -> DeliveryResult | None:
        if self.fails:
            self.fails = False
            raise Fails(str(letter.body))
        return None


def test_a_failing_contact_policy_is_named_without_letter_content(tmp_path: Path) -> None:
    round_ = CourierHarness(tmp_path)
    round_.courier._pre_send.policy = OnceBroken()
    with capture_logs() as logs:
        (letter,) = round_.leave(A, "needle", author=Author.CASEWORKER)
        round_.settle()
    assert [it["error"] for it in logs if it["event"] == "letter_delayed"] == ["Fails"]
    assert "needle" not in str(logs)
    assert round_.arrivals(A) == ["needle"]
    assert round_.states() == {letter: "sent"}
    round_.close()


def test_nothing_is_tried_in_a_chat_that_blocked_us_before_that_is_written_down(
    tmp_path: Path,
) -> None:
    """Whoever writes a batch down takes along what came of letters until then, and no more."""
    round_ = CourierHarness(tmp_path)
    round_.post.fate = lambda chat, _body: (
        delivery_failure(ChatBlockedError("blocked")) if chat == A else FINE
    )
    round_.passes(0.97)  # the courier looks for letters every second
    round_.leave(B, "one")
    round_.passes(0.001)
    results = round_.courier.collect()
    round_.leave(A, "one", "two", "three")
    round_.passes(0.001)
    round_.database.writer.run_sync(lambda work: round_.mailbox.results.store(work, results))
    round_.courier.mark_stored(results)
    round_.passes(5)
    assert [chat for chat, _ in round_.post.attempts if chat == A] == [A]
    assert sorted(round_.states().values()) == ["blocked"] * 3 + ["sent"]
    round_.close()


@pytest.mark.parametrize(
    "state", [LetterState.SENT, LetterState.FAILED, LetterState.BLOCKED, LetterState.UNCERTAIN]
)
def test_how_a_caseworkers_letter_ends_is_reported_and_how_the_bots_does_is_not(
    tmp_path: Path, state: LetterState
) -> None:
    round_, reported = CourierHarness(tmp_path), []
    results = OutboxResults(lambda _work, ended, at: reported.append((ended, at)))
    (theirs,) = round_.leave(A, "I am here.", author=Author.CASEWORKER, hand=False)
    (ours,) = round_.leave(B, "Who are you?", hand=False)

    def end(work: Work) -> None:
        due = {it.id: it for it in round_.outbox.load_due(work, MIDDAY, 9)}
        results.store(work, [DeliveryResult(due[it], state, MIDDAY + 7) for it in (theirs, ours)])

    round_.database.writer.run_sync(end)
    assert reported == [([(theirs, state)], MIDDAY + 7)]
    assert round_.states() == {theirs: state.value, ours: state.value}
    round_.close()


def test_when_a_chat_blocks_us_only_letters_of_people_are_reported(tmp_path: Path) -> None:
    round_, reported = CourierHarness(tmp_path), []
    results = OutboxResults(lambda _work, ended, at: reported.append((ended, at)))
    (theirs,) = round_.leave(A, "I am here.", author=Author.CASEWORKER, hand=False)
    round_.leave(A, "Who are you?", hand=False)
    (elsewhere,) = round_.leave(B, "I am here.", author=Author.CASEWORKER, hand=False)
    key = {it[0]: it[1] for it in query(round_.database, "SELECT id, chat_key FROM outbox")}
    round_.database.writer.run_sync(lambda work: results.block_chat(work, key[theirs], MIDDAY))
    assert reported == [([(theirs, LetterState.BLOCKED)], MIDDAY)]
    assert round_.states()[elsewhere] == LetterState.QUEUED
    round_.close()


def test_a_letter_that_may_go_later_is_sent_then_and_not_before(tmp_path: Path) -> None:
    round_ = CourierHarness(tmp_path)
    round_.passes(1)
    round_.leave(A, "I am here.", not_before=round_.loop.now() + 30 * SECOND)
    round_.passes(25)
    assert round_.arrivals(A) == []
    round_.passes(10)
    assert round_.arrivals(A) == ["I am here."]
    round_.close()
