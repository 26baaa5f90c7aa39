"""What is in a letter's way is said by its name, and who blocked us stays so while it is noted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from structlog.testing import capture_logs

from bot.errors import ChatBlockedError
from bot.mailbox.letter import Author
from tests.support.harnesses.courier_harness import CourierHarness
from tests.support.telegram.recording_channel import FINE, delivery_failure

if TYPE_CHECKING:
    from pathlib import Path

    from bot.mailbox.letter import DeliveryResult, Letter
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
