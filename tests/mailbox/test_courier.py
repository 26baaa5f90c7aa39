"""Letters are carried in order, people first, as often as it takes, and no faster than allowed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.clock import HOUR, SECOND
from bot.errors import ChatBlockedError, DeliveryUncertainError, LetterRefusedError, RetryLaterError
from bot.mailbox import courier
from bot.mailbox.courier import Courier
from bot.mailbox.letter import Author, DeliveryResult, Lane, Letter, LetterState
from bot.mailbox.outbox import hold_letter, release_letters
from bot.mailbox.rate_limit import RateLimits
from bot.messages import DeleteMessages, SendText, Toast
from tests.support.database.query_plans import query_plan
from tests.support.database_fixtures import migrated_url, on_both_databases
from tests.support.harnesses.courier_harness import CourierHarness
from tests.support.harnesses.hotline_harness import BOT, VAULT
from tests.support.telegram.recording_channel import FINE, DeliveryFault, delivery_failure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.messages import Body

A, B, GROUP = 5_000_000_001, 5_000_000_002, -1_000_000_001


@pytest.fixture(params=["sqlite", "postgresql"])
def round_(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CourierHarness]:
    made = CourierHarness(tmp_path, kind=request.param)
    yield made
    made.close()


def test_what_was_sent_keeps_its_number_and_loses_its_words(round_: CourierHarness) -> None:
    (letter,) = round_.leave(A, "needle")
    assert round_.letters()[letter][1] is not None
    assert b"needle" not in round_.letters()[letter][1]
    round_.settle()
    assert round_.arrivals(A) == ["needle"]
    state, body, fault, message, _ = round_.letters()[letter]
    assert (state, body, fault) == ("sent", None, None)
    assert message in round_.post.chats[A]


def test_letters_another_process_left_are_found(round_: CourierHarness) -> None:
    letters = round_.leave(A, "one", "two", author=Author.CASEWORKER, hand=False)
    round_.passes(2)
    assert round_.arrivals(A) == ["one", "two"]
    assert [round_.states()[letter] for letter in letters] == ["sent", "sent"]


def test_a_letter_handed_over_and_found_is_sent_once(round_: CourierHarness) -> None:
    round_.post.fate = lambda _chat, _body: DeliveryFault(
        seconds=10
    )  # it is found while on the wire
    round_.leave(A, "one", "two")
    round_.passes(30)
    assert round_.arrivals(A) == ["one", "two"]


def test_a_letter_is_not_sent_before_its_time(round_: CourierHarness) -> None:
    at = round_.loop.now() + 60 * SECOND
    round_.leave(A, "later", hand=False, not_before=at)
    round_.passes(59)
    assert round_.arrivals(A) == []
    round_.passes(3)
    assert round_.arrivals(A) == ["later"]


def test_a_hanging_letter_delays_no_other_chat(round_: CourierHarness) -> None:
    round_.post.fate = lambda chat, _body: DeliveryFault(seconds=10**6) if chat == A else FINE
    round_.leave(A, "hangs", "behind it")
    round_.leave(B, "one", "two")
    round_.passes(1)
    assert round_.arrivals(B) == ["one", "two"]
    assert round_.arrivals(A) == []


# --- What a channel can answer ---------------------------------------------------------------


def failing_once(*errors: Exception | None, arrives: bool = False) -> object:
    """Return a fate that gives these errors first, then none."""
    left = list(errors)

    def fate(_chat: int, _body: Body) -> DeliveryFault:
        error = left.pop(0) if left else None
        return DeliveryFault(error, arrives=arrives or error is None)

    return fate


@pytest.mark.parametrize("author", Author)
def test_what_was_not_sent_is_tried_again(round_: CourierHarness, author: Author) -> None:
    round_.post.fate = failing_once(*[RetryLaterError()] * 5)
    (letter,) = round_.leave(A, "one", author=author)
    round_.settle()
    assert round_.arrivals(A) == ["one"]
    assert round_.letters()[letter][0] == "sent"
    assert round_.letters()[letter][4] == 5


ONCE = (Author.CASEWORKER, Author.UNSOLICITED, Author.REMINDER)
"""Whose letters a person must not read twice: what a human wrote, and what comes unasked."""


@pytest.mark.parametrize("author", ONCE)
@pytest.mark.parametrize(
    "error", [DeliveryUncertainError("no answer"), RuntimeError("a mistake of ours")]
)
def test_words_of_a_person_are_never_sent_twice_by_themselves(
    round_: CourierHarness, error: Exception, author: Author
) -> None:
    round_.post.fate = failing_once(error, arrives=True)
    first, second = round_.leave(A, "one", "two", author=author)
    round_.settle()
    assert round_.arrivals(A) == ["one", "two"]
    assert round_.states() == {first: "uncertain", second: "sent"}
    assert round_.letters()[first][1] is not None  # so that a caseworker can send it again


def test_a_released_letter_is_not_overtaken_by_a_newer_one(round_: CourierHarness) -> None:
    key, work = VAULT.chat_key(BOT, A), round_.database.writer.run_sync
    held, newer = round_.leave(A, "held", "behind", author=Author.CASEWORKER, hand=False)
    work(lambda it: [hold_letter(it, letter, "an answer", 2**60) for letter in (held, newer)])
    round_.passes(3)
    work(lambda it: release_letters(it, key, "an answer", round_.loop.now() + SECOND))
    round_.leave(A, "new", author=Author.CASEWORKER)
    round_.leave(A, "answer of the bot")
    round_.passes(5)
    assert round_.arrivals(A) == ["answer of the bot", "held", "behind", "new"]


def test_a_bot_question_is_repeated_after_an_uncertain_delivery(round_: CourierHarness) -> None:
    round_.post.fate = failing_once(DeliveryUncertainError("no answer"), arrives=True)
    (letter,) = round_.leave(A, "one")
    round_.settle()
    assert round_.arrivals(A) == ["one", "one"]
    assert round_.states() == {letter: "sent"}


def test_a_refused_letter_is_seen_as_refused_and_the_next_goes_on(round_: CourierHarness) -> None:
    round_.post.fate = failing_once(LetterRefusedError("message is too long " + "x" * 200))
    first, second = round_.leave(A, "one", "two")
    round_.settle()
    assert round_.states() == {first: "refused", second: "sent"}
    assert round_.letters()[first][2].startswith("message is too long")


def test_a_chat_that_blocked_the_bot_gets_nothing_until_it_writes(round_: CourierHarness) -> None:
    round_.post.fate = failing_once(ChatBlockedError("blocked"))
    letters = round_.leave(A, "one", "two", "three")
    other = round_.leave(B, "for somebody else")
    round_.settle()
    assert round_.arrivals(A) == []
    assert [round_.states()[letter] for letter in letters] == ["blocked"] * 3
    assert round_.states()[other[0]] == "sent"
    round_.leave(A, "you write again")
    round_.settle()
    assert round_.arrivals(A) == ["you write again"]


def test_a_day_of_failures_ends_in_failed_and_not_in_silence(round_: CourierHarness) -> None:
    round_.post.fate = lambda _chat, _body: delivery_failure(RetryLaterError())
    (letter,) = round_.leave(A, "one")
    for _ in range(23):
        round_.jumps(3600)
        assert round_.states() == {letter: "queued"}
    round_.jumps(2 * 3600)
    assert round_.states() == {letter: "failed"}


def test_being_asked_to_wait_holds_that_chat_alone(round_: CourierHarness) -> None:
    round_.post.fate = lambda chat, _body: (
        delivery_failure(RetryLaterError(60.0)) if chat == A and round_.loop.moved < 60 else FINE
    )
    round_.leave(A, "one", "two")
    round_.leave(B, "one", "two")
    round_.passes(50)
    assert round_.arrivals(B) == ["one", "two"]
    assert round_.arrivals(A) == []
    assert len([chat for chat, _ in round_.post.attempts if chat == A]) == 1
    round_.passes(20)
    assert round_.arrivals(A) == ["one", "two"]


def test_being_asked_to_wait_everywhere_holds_everybody(round_: CourierHarness) -> None:
    round_.post.fate = failing_once(RetryLaterError(60.0, is_global=True))
    round_.leave(A, "one")
    round_.passes(1)
    round_.leave(B, "one")
    round_.passes(50)
    assert round_.arrivals(B) == []
    round_.passes(20)
    assert (round_.arrivals(A), round_.arrivals(B)) == (["one"], ["one"])


def test_a_toast_is_tried_once_and_its_failure_stops_no_letter(round_: CourierHarness) -> None:
    round_.post.fate = failing_once(
        RetryLaterError(), RuntimeError("a mistake of ours"), ChatBlockedError("x"), None
    )
    for number in range(4):
        round_.courier.send_toast(A, Toast(str(number), "We have your answer."))
    round_.leave(A, "one")
    round_.settle()
    assert [toast.press for _, toast in round_.post.toasts] == ["3"]
    assert round_.arrivals(A) == ["one"]
    assert not round_.running.done()


def test_tried_again_and_sent_before_either_was_written_down_it_is_sent(
    round_: CourierHarness,
) -> None:
    """With words erased and still called queued it would end every process that looks."""
    (number,) = round_.leave(A, "one", hand=False)
    letter = Letter(number, b"key", A, SendText("one"))
    later = DeliveryResult(letter, LetterState.QUEUED, 1, fault="TryLater", not_before=2)
    sent = DeliveryResult(letter, LetterState.SENT, 3, message_id=9)
    round_.database.writer.run_sync(lambda work: round_.mailbox.results.store(work, [later, sent]))
    assert round_.letters()[number][:2] == ("sent", None)
    round_.passes(5)
    assert not round_.running.done()


# --- Removing what was said ------------------------------------------------------------------


def test_a_summary_is_removed_by_the_number_the_channel_gave_it(round_: CourierHarness) -> None:
    (shown,) = round_.leave(A, "your answers")
    round_.leave(A, DeleteMessages(letters=(shown,)), "go on")
    round_.settle()
    assert [say.text for say in round_.post.chats[A].values()] == ["go on"]


def test_what_was_never_sent_needs_no_removing(round_: CourierHarness) -> None:
    round_.post.fate = failing_once(LetterRefusedError("no"))
    (refused,) = round_.leave(A, "your answers")
    round_.leave(A, DeleteMessages(messages=(7,), letters=(refused, 10**6)))
    round_.settle()
    assert [body for _, body in round_.post.arrived] == [DeleteMessages(messages=(7,))]


# --- Who comes first, and how fast -----------------------------------------------------------


def test_people_come_before_staff(tmp_path: Path) -> None:
    round_ = CourierHarness(
        tmp_path, limits=RateLimits(1.0, 100.0, 100.0, 100.0, 100.0, in_flight=8)
    )
    for number in range(20):
        round_.leave(GROUP - number, f"mirror {number}", lane=Lane.STAFF)
    round_.passes(5.5)
    before = len(round_.post.arrived)
    round_.leave(A, "for a person", lane=Lane.PERSON)
    round_.passes(1.1)
    assert 0 < before < 20
    assert round_.post.arrived[before] == (A, SendText("for a person"))
    round_.settle()
    assert len(round_.post.arrived) == 21
    round_.close()


def moments(round_: CourierHarness, chats: dict[int, int]) -> list[float]:
    """Send so many letters to each chat; return when each arrived, from the first on."""
    came: list[float] = []

    def fate(_chat: int, _body: Body) -> DeliveryFault:
        came.append(round_.loop.moved)
        return FINE

    round_.post.fate = fate
    for chat, count in chats.items():
        round_.leave(chat, *(str(number) for number in range(count)))
    round_.settle()
    return [moment - came[0] for moment in came]


def most_within(moments: list[float], seconds: float) -> int:
    return max(sum(1 for m in moments if begin <= m < begin + seconds) for begin in moments)


@pytest.mark.parametrize(
    ("chats", "seconds", "most"),
    [
        ({A: 30}, 1.0, 7),  # a burst of six, then one a second
        ({A: 30}, 10.0, 16),
        ({GROUP: 50}, 60.0, 40),  # twenty at once, then twenty a minute
        ({A + number: 1 for number in range(200)}, 1.0, 61),  # thirty at once, thirty a second
    ],
)
def test_no_chat_is_written_to_faster_than_allowed(
    tmp_path: Path, chats: dict[int, int], seconds: float, most: int
) -> None:
    round_ = CourierHarness(tmp_path, limits=RateLimits())
    came = moments(round_, chats)
    round_.close()
    assert len(came) == sum(chats.values())
    assert most_within(came, seconds) <= most


def test_a_chat_that_must_wait_costs_the_others_nothing(tmp_path: Path) -> None:
    """Thirty a second go out though one chat has two hundred letters of its own to send."""
    round_ = CourierHarness(tmp_path, limits=RateLimits())
    round_.leave(A, *(str(number) for number in range(200)))
    round_.passes(5)
    came = moments(round_, {B + number: 1 for number in range(150)})
    round_.close()
    assert sorted(came)[149] < 7


# --- The end of a day ------------------------------------------------------------------------


def test_a_stopping_courier_lets_what_is_on_the_wire_arrive(tmp_path: Path) -> None:
    round_ = CourierHarness(tmp_path)
    round_.post.fate = lambda _chat, _body: DeliveryFault(seconds=2)
    letters = round_.leave(A, "one", author=Author.CASEWORKER)
    round_.passes(1)
    round_.close()
    assert round_.arrivals(A) == ["one"]
    assert round_.states() == {letters[0]: "sent"}


@pytest.mark.parametrize("author", ONCE)
def test_a_letter_of_a_person_under_way_in_a_crash_is_uncertain_and_stays_so(
    tmp_path: Path, author: Author
) -> None:
    round_ = CourierHarness(tmp_path)
    round_.post.fate = lambda _chat, _body: DeliveryFault(seconds=5)
    first, second = round_.leave(A, "one", "two", author=author)
    round_.passes(1)
    assert round_.states() == {first: "sending", second: "queued"}
    round_.crash()
    round_.post.fate = lambda _chat, _body: FINE
    round_.open()
    round_.passes(10)
    assert round_.states() == {first: "uncertain", second: "sent"}
    assert round_.arrivals(A) == ["two"]
    round_.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_became_of_letters_is_handed_on_until_a_courier_has_stored_it(
    kind: str, tmp_path: Path
) -> None:
    round_ = CourierHarness(tmp_path, kind=kind)
    round_.passes(60)  # after its start a courier stores each result at once
    round_.leave(A, "one", author=Author.CASEWORKER)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(courier, "RESULT_DELAY", 10**6)  # the first courier sends and cannot store
        round_.passes(1)
        (result,) = round_.courier.results_not_stored()
    assert result.state is LetterState.SENT
    second, third = (
        Courier(round_.mailbox, round_.database.writer, round_.post, round_.loop, round_.limits)
        for _ in range(2)
    )
    second.take_over([result])
    assert second.results_not_stored() == [result]  # it ends before it has run
    third.take_over(second.results_not_stored())
    running = round_.loop.create_task(third.run())
    round_.passes(1)
    assert third.results_not_stored() == []
    assert round_.states() == {result.letter.id: "sent"}
    assert round_.arrivals(A) == ["one"]
    running.cancel()
    round_.loop.run_until_complete(asyncio.wait({running}))
    round_.courier.collect()
    round_.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_order_is_kept_over_a_restart_while_the_first_letter_waits(
    kind: str, tmp_path: Path
) -> None:
    round_ = CourierHarness(tmp_path, kind=kind)
    round_.post.fate = failing_once(RetryLaterError(600.0))
    round_.leave(A, "one", "two", "three")
    round_.passes(5)
    round_.close()
    round_.open()
    round_.leave(B, "for somebody else", hand=False)
    round_.passes(60)
    assert round_.arrivals(A) == []
    assert round_.arrivals(B) == ["for somebody else"]
    round_.passes(600)
    assert round_.arrivals(A) == ["one", "two", "three"]
    round_.close()


def test_a_letter_that_does_not_open_is_failed_and_in_nobodys_way(tmp_path: Path) -> None:
    round_ = CourierHarness(tmp_path)
    first, second = round_.leave(A, "one", "two", hand=False)
    connection = round_.database.connect()
    connection.execute("UPDATE outbox SET body = x'00' WHERE id = ?", (first,))
    connection.close()
    round_.passes(3)
    assert round_.states() == {first: "failed", second: "sent"}
    round_.close()


# --- Forgetting ------------------------------------------------------------------------------


def test_numbers_are_forgotten_after_two_days_and_undelivered_words_after_seven(
    round_: CourierHarness,
) -> None:
    round_.post.fate = failing_once(LetterRefusedError("no"))
    refused, sent = round_.leave(A, "one", "two")
    waiting = round_.leave(B, "held", hand=False, not_before=2**60)[0]
    round_.settle()
    outbox, writer, now = round_.outbox, round_.database.writer, round_.loop.now()
    for hours, left in ((47, 3), (49, 2), (24 * 7 - 1, 2), (24 * 7 + 1, 1), (10**6, 1)):
        writer.run_sync(lambda work, at=now + hours * HOUR: outbox.expire(work, at))
        assert len(round_.states()) == left
    assert set(round_.states()) == {waiting}
    assert refused < sent


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_looking_for_letters_reads_no_whole_table(kind: str, tmp_path: Path) -> None:
    from bot.mailbox import letter_claims, outbox  # noqa: PLC0415
    from bot.store.database import Database  # noqa: PLC0415

    database = Database(migrated_url(kind, tmp_path))
    for statement, row in (
        (outbox._DUE, (1, 500)),
        (letter_claims._CLAIM, (1, 2, 3)),
        (letter_claims._END_CLAIMS, (1, 2, 3, 4)),
        (letter_claims._NEXT_END, (1,)),
        (outbox._BLOCK_CHAT, (1, b"key")),
        (outbox._HUMAN_LETTERS, (b"key",)),
    ):
        plan = query_plan(database, statement, row)
        assert "ix_outbox_open" in plan or "pk_outbox" in plan or "INTEGER PRIMARY KEY" in plan


@on_both_databases
def test_released_letters_found_late_are_sent_behind_what_the_bot_says(
    kind: str, tmp_path: Path
) -> None:
    round_ = CourierHarness(tmp_path, kind=kind)
    later = round_.loop.now() + SECOND
    written = ("one", "two")
    round_.leave(A, *written, author=Author.CASEWORKER, hand=False, not_before=later)
    round_.leave(A, "A person writes now.", hand=False)
    round_.loop.advance(10)
    round_.passes(30)
    assert round_.arrivals(A) == ["A person writes now.", *written]
    round_.close()


def test_a_letter_released_in_its_own_batch_holds_up_nothing_of_the_bot(tmp_path: Path) -> None:
    round_ = CourierHarness(tmp_path)
    round_.passes(2)
    later = round_.loop.now() + SECOND
    round_.leave(A, "one", author=Author.CASEWORKER, not_before=later)
    round_.leave(A, "A person writes now.")
    round_.passes(30)
    assert round_.arrivals(A) == ["A person writes now.", "one"]
    round_.close()
