"""Somebody asks for a receipt: a bare number stays, the word nowhere, and a quiet chat has none."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import pytest

from bot.app.retention import build_erasures
from bot.cases.receipts import NUMBER_LENGTH, Receipts, salt_and_pepper
from bot.cases.reference import ALPHABET
from bot.clock import MINUTE, SECOND
from bot.dispatch.conversation_store import SESSION_TIMEOUT
from bot.errors import RetryLaterError
from bot.messages import DeleteMessages
from bot.vault import AuditLog
from bot.vault.audit.log import SYSTEM
from bot.vault.erasure.erase import ErasureReason
from bot.vault.passphrase_hash import hash_passphrase
from tests.support.database.cheap_passphrase_hash import CHEAP, InlinePassphraseHasher
from tests.support.dispatch_inspection import (
    current_step,
    readable_text,
    send_report,
    stored_conversation,
)
from tests.support.harnesses.hotline_harness import VAULT

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

WORD = "pohon mangga"
NUMBER = re.compile(f"[{ALPHABET}]{{{NUMBER_LENGTH}}}")


def asks(home: HotlineHarness) -> ChatPerson:
    """Return somebody who has sent a report and reads what a receipt is."""
    person = home.person()
    send_report(person)
    person.presses("Proof that I wrote")
    return person


def numbers_in(person: ChatPerson) -> list[str]:
    return [text for text in person.texts if NUMBER.fullmatch(text)]


def test_a_receipt_is_only_issued_on_request(hotline: HotlineHarness) -> None:
    person = hotline.person()
    send_report(person)
    person.presses("Nothing more")
    assert hotline.ask("SELECT count(*) FROM receipts") == [(0,)]
    assert numbers_in(person) == []


def test_the_chat_holds_a_bare_number_and_nothing_else_of_it(hotline: HotlineHarness) -> None:
    person = asks(hotline)
    assert any("ten signs" in text for text in person.texts)
    heard = person.says(WORD)
    (number,) = numbers_in(person)
    assert heard[-1] == number
    assert not any(said in text for text in person.texts for said in ("ten signs", "Which word"))
    ((case,), row) = (
        hotline.ask("SELECT id FROM cases")[0],
        hotline.ask("SELECT * FROM receipts")[0],
    )
    assert (row[0], row[1]) == (number, case)
    assert hotline.ask("SELECT actor, detail FROM audit WHERE deed = 'receipt'") == [("person", "")]


def test_the_passphrase_opens_the_receipt_and_is_not_stored(hotline: HotlineHarness) -> None:
    person = asks(hotline)
    person.says(WORD)
    (number,) = numbers_in(person)
    found = hotline.database.writer.run_sync(lambda work: Receipts.find(work, number))
    assert found is not None
    assert found.passphrase_digest == hash_passphrase(WORD, *salt_and_pepper(VAULT, number), CHEAP)
    assert Receipts(VAULT, AuditLog(VAULT)).is_signature_valid(found)
    assert WORD not in readable_text(stored_conversation(person))
    removed = [
        n
        for _, body in hotline.post.arrived
        if isinstance(body, DeleteMessages)
        for n in body.messages
    ]
    assert person._message in removed


def test_the_receipt_has_its_own_passphrase(hotline: HotlineHarness) -> None:
    person = asks(hotline)
    person.says(WORD)
    assert hotline.ask("SELECT count(*) FROM words") == [(0,)]


@pytest.mark.parametrize("way", ["skip", "short"])
def test_no_receipt_without_a_passphrase(hotline: HotlineHarness, way: str) -> None:
    person = asks(hotline)
    if way == "skip":
        person.presses("Skip")
    else:
        person.says("abc")
        assert current_step(person) == ("receipt", "word")
    assert hotline.ask("SELECT count(*) FROM receipts") == [(0,)]


def test_two_receipts_are_two_numbers(hotline: HotlineHarness) -> None:
    person = asks(hotline)
    person.says(WORD)
    person.says("hello")
    person.presses("Proof that I wrote")
    person.says("another word")
    assert len(set(numbers_in(person))) == 2


def test_it_is_named_among_what_is_held(hotline: HotlineHarness) -> None:
    person = asks(hotline)
    person.says(WORD)
    person.says("/mydata")
    heard = person.presses("Show the list")
    assert any("Receipts you asked for: 1" in text for text in heard)


# --- P11: whoever holds the phone learns nothing of it ----------------------------------------


class Slow(InlinePassphraseHasher):
    """Computes no digest before it is let."""

    is_open = False

    async def hash(self, word: str, salt: bytes, pepper: bytes) -> bytes:
        if not self.is_open:
            raise RetryLaterError(1.0)
        return await super().hash(word, salt, pepper)


def held_up(home: HotlineHarness) -> Slow:
    """Put a slow worker in the place of the quick one."""
    slow = Slow()
    home.settled = partial(home.close_writer_idle, 0.1)  # type: ignore[method-assign] # never empty
    home.house.passphrase_hashing._hasher = slow
    return slow


@pytest.mark.parametrize("way", ["bye", "silence"])
def test_a_chat_that_went_quiet_meanwhile_shows_no_number(
    hotline: HotlineHarness, way: str
) -> None:
    person = asks(hotline)
    slow = held_up(hotline)
    person.says(WORD)
    assert numbers_in(person) == []
    if way == "bye":
        person.says("/bye")
    else:
        hotline.advance_time(SESSION_TIMEOUT // SECOND + 60)
    slow.is_open = True
    hotline.run(hotline.close_writer_idle(3))
    assert numbers_in(person) == []
    assert hotline.ask("SELECT count(*) FROM receipts") == [(0,)]


def test_a_digest_that_was_long_on_its_way_is_lost_by_nothing_else(hotline: HotlineHarness) -> None:
    """The negative control: in the same sitting the number comes, however late."""
    person = asks(hotline)
    slow = held_up(hotline)
    person.says(WORD)
    slow.is_open = True
    hotline.run(hotline.close_writer_idle(5 * MINUTE // SECOND))
    assert len(numbers_in(person)) == 1


def test_clearing_the_chat_takes_the_number_away(hotline: HotlineHarness) -> None:
    person = asks(hotline)
    person.says(WORD)
    person.says("/bye")
    assert numbers_in(person) == []


def test_a_crash_loses_no_receipt(hotline: HotlineHarness) -> None:
    person = asks(hotline)
    held_up(hotline)
    person.says(WORD)
    hotline.crash()
    hotline.open()
    hotline.run(hotline.close_writer_idle(3))
    assert len(numbers_in(person)) == 1


# --- Erased with its case ---------------------------------------------------------------------


def test_it_goes_with_its_case(hotline: HotlineHarness) -> None:
    person = asks(hotline)
    person.says(WORD)
    ((case,),) = hotline.ask("SELECT id FROM cases")
    now, erasures = hotline.loop.now(), build_erasures(hotline.settings, hotline.house.vault)
    hotline.database.writer.run_sync(
        lambda work: erasures.start(work, case, ErasureReason.AGE, SYSTEM, now)
    )
    assert hotline.ask("SELECT count(*) FROM receipts") == [(0,)]
