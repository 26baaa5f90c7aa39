"""What the outbox says and changes about letters that wait: their state, and their text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.mailbox.letter import Author, LetterState
from bot.mailbox.outbox import hold_letter, letter_author, letter_state
from bot.messages import DeleteMessages, EditText, File, SendFile, SendText
from tests.support.database_fixtures import query
from tests.support.harnesses.courier_harness import CourierHarness
from tests.support.moved_clock import MIDDAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.messages import Body
    from bot.store.writer import Work

PERSON, GONE = 5_000_000_001, 999_999
PHOTO = File("handle", "unique", "photo")


class Round(CourierHarness):
    """A courier that has not been told of any letter yet."""

    def does(self, unit: Callable[[Work], Any]) -> Any:
        return self.database.writer.run_sync(unit)

    def waits(self, body: Body | str, **given: Any) -> int:
        (letter,) = self.leave(PERSON, body, hand=False, **given)
        return letter

    def body_of(self, letter: int) -> Body:
        return self.outbox.open(letter, bytes(self.letters()[letter][1])).body


@pytest.fixture
def round_(tmp_path: Path) -> Iterator[Round]:
    made = Round(tmp_path)
    yield made
    made.close()


def test_the_state_of_a_letter_is_told_with_what_it_waits_for(round_: Round) -> None:
    letter = round_.waits("I am here.", author=Author.CASEWORKER)
    assert round_.does(lambda work: letter_state(work, letter)) == (LetterState.QUEUED, None)
    round_.does(lambda work: hold_letter(work, letter, "hours", MIDDAY + 9))
    assert round_.does(lambda work: letter_state(work, letter)) == (LetterState.QUEUED, "hours")
    assert round_.does(lambda work: letter_author(work, letter)) == Author.CASEWORKER


def test_of_a_letter_whose_row_is_gone_nothing_is_told(round_: Round) -> None:
    assert round_.does(lambda work: letter_state(work, GONE)) is None
    assert round_.does(lambda work: letter_author(work, GONE)) == ""
    assert round_.does(lambda work: round_.outbox.replace_text(work, GONE, "new")) == 0


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        (SendText("old"), SendText("new")),
        (EditText(7, "old"), EditText(7, "new")),
        (SendFile(PHOTO, "old"), SendFile(PHOTO, "new")),
    ],
)
def test_words_of_a_letter_that_waits_can_be_changed(
    round_: Round, body: Body, changed: Body
) -> None:
    letter, other = round_.waits(body), round_.waits("another")
    round_.does(lambda work: hold_letter(work, letter, "undo", MIDDAY + 9))
    assert round_.does(lambda work: round_.outbox.replace_text(work, letter, "new")) == 1
    assert round_.body_of(letter) == changed
    assert round_.body_of(other) == SendText("another")


def test_a_letter_without_words_keeps_what_it_holds(round_: Round) -> None:
    body = DeleteMessages((1, 2))
    letter = round_.waits(body)
    round_.does(lambda work: hold_letter(work, letter, "undo", MIDDAY + 9))
    assert round_.does(lambda work: round_.outbox.replace_text(work, letter, "new")) == 0
    assert round_.body_of(letter) == body


def test_a_letter_that_does_not_open_is_seen_as_failed_and_holds_up_no_other(
    round_: Round,
) -> None:
    altered, other = round_.waits("I am here."), round_.waits("another")
    spoil = f"UPDATE outbox SET body = x'00' WHERE id = {altered} RETURNING id"  # noqa: S608 - ours
    assert query(round_.database, spoil) == [(altered,)]
    due = round_.does(lambda work: round_.outbox.load_due(work, MIDDAY, 9))
    assert [it.id for it in due] == [other]
    assert round_.states()[altered] == LetterState.FAILED


def test_letters_that_are_skipped_are_not_returned_and_take_no_place(round_: Round) -> None:
    first, second, third = (round_.waits(it) for it in ("one", "two", "three"))

    def due(most: int, *skip: int) -> list[int]:
        found = round_.does(lambda work: round_.outbox.load_due(work, MIDDAY, most, set(skip)))
        return [it.id for it in found]

    assert due(1, first) == [second]
    assert due(9, first, second) == [third]
