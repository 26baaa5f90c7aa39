"""Somebody asks for a receipt: a bare number stays, the word nowhere, and a quiet chat has none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.app.build import erasures_of
from bot.cases.receipts import LENGTH, Receipts, salted
from bot.cases.reference import SIGNS
from bot.clock import MINUTE, SECOND
from bot.dispatch.session import SILENCE
from bot.errors import TryLater
from bot.messages import Remove
from bot.vault import Audit
from bot.vault.audit.log import HOUSE
from bot.vault.erasure.erase import Why
from bot.vault.passphrase_hash import digest
from tests.dispatch.peeking import at, kept, tell, words_in
from tests.houses import VAULT
from tests.words import CHEAP, Here

if TYPE_CHECKING:
    from tests.houses import Home
    from tests.people import Person

WORD = "pohon mangga"
NUMBER = re.compile(f"[{SIGNS}]{{{LENGTH}}}")


def asks(home: Home) -> Person:
    """Return somebody who has sent a report and reads what a receipt is."""
    person = home.person()
    tell(person)
    person.presses("Send", "A receipt")
    return person


def numbers_in(person: Person) -> list[str]:
    return [text for text in person.texts if NUMBER.fullmatch(text)]


def test_nobody_gets_one_who_did_not_ask(home: Home) -> None:
    person = home.person()
    tell(person)
    person.presses("Send", "Nothing more")
    assert home.ask("SELECT count(*) FROM receipts") == [(0,)]
    assert numbers_in(person) == []


def test_the_chat_holds_a_bare_number_and_nothing_else_of_it(home: Home) -> None:
    person = asks(home)
    assert any("ten signs" in text for text in person.texts)
    heard = person.says(WORD)
    (number,) = numbers_in(person)
    assert heard[-1] == number
    assert not any(said in text for text in person.texts for said in ("ten signs", "Which word"))
    ((case,), row) = home.ask("SELECT id FROM cases")[0], home.ask("SELECT * FROM receipts")[0]
    assert (row[0], row[1]) == (number, case)
    assert home.ask("SELECT actor, detail FROM audit WHERE deed = 'receipt'") == [("person", "")]


def test_the_word_opens_it_and_is_kept_nowhere(home: Home) -> None:
    person = asks(home)
    person.says(WORD)
    (number,) = numbers_in(person)
    found = home.database.writer.run_now(lambda work: Receipts.find(work, number))
    assert found is not None
    assert found.word == digest(WORD, *salted(VAULT, number), CHEAP)
    assert Receipts(VAULT, Audit(VAULT)).is_sound(found)
    assert WORD not in words_in(kept(person))
    removed = [
        n for _, body in home.post.arrived if isinstance(body, Remove) for n in body.messages
    ]
    assert person._message in removed


def test_it_has_another_word_than_the_safe_word(home: Home) -> None:
    person = asks(home)
    person.says(WORD)
    assert home.ask("SELECT count(*) FROM words") == [(0,)]


@pytest.mark.parametrize("way", ["skip", "short"])
def test_without_a_word_there_is_none(home: Home, way: str) -> None:
    person = asks(home)
    if way == "skip":
        person.presses("Skip")
    else:
        person.says("abc")
        assert at(person) == ("receipt", "word")
    assert home.ask("SELECT count(*) FROM receipts") == [(0,)]


def test_two_receipts_are_two_numbers(home: Home) -> None:
    person = asks(home)
    person.says(WORD)
    person.says("hello")
    person.presses("A receipt")
    person.says("another word")
    assert len(set(numbers_in(person))) == 2


def test_it_is_named_among_what_is_held(home: Home) -> None:
    person = asks(home)
    person.says(WORD)
    person.says("/mydata")
    heard = person.presses("Show the list")
    assert any("Receipts you asked for: 1" in text for text in heard)


# --- P11: whoever holds the phone learns nothing of it ----------------------------------------


class Slow(Here):
    """Computes no digest before it is let."""

    is_open = False

    async def of(self, word: str, salt: bytes, pepper: bytes) -> bytes:
        if not self.is_open:
            raise TryLater(1.0)
        return await super().of(word, salt, pepper)


def held_up(home: Home) -> Slow:
    """Put a slow worker in the place of the quick one."""
    slow = Slow()
    home.settle = lambda: home.run(home.rest(0.1))  # type: ignore[method-assign] # never empty
    home.house.courier._channel._digests = slow  # type: ignore[attr-defined]
    return slow


@pytest.mark.parametrize("way", ["bye", "silence"])
def test_a_chat_that_went_quiet_meanwhile_shows_no_number(home: Home, way: str) -> None:
    person = asks(home)
    slow = held_up(home)
    person.says(WORD)
    assert numbers_in(person) == []
    if way == "bye":
        person.says("/bye")
    else:
        home.passes(SILENCE // SECOND + 60)
    slow.is_open = True
    home.run(home.rest(3))
    assert numbers_in(person) == []
    assert home.ask("SELECT count(*) FROM receipts") == [(0,)]


def test_a_digest_that_was_long_on_its_way_is_lost_by_nothing_else(home: Home) -> None:
    """The negative control: in the same sitting the number comes, however late."""
    person = asks(home)
    slow = held_up(home)
    person.says(WORD)
    slow.is_open = True
    home.run(home.rest(5 * MINUTE // SECOND))
    assert len(numbers_in(person)) == 1


def test_clearing_the_chat_takes_the_number_away(home: Home) -> None:
    person = asks(home)
    person.says(WORD)
    person.says("/bye")
    assert numbers_in(person) == []


def test_a_crash_loses_no_receipt(home: Home) -> None:
    person = asks(home)
    held_up(home)
    person.says(WORD)
    home.crash()
    home.open()
    home.run(home.rest(3))
    assert len(numbers_in(person)) == 1


# --- Erased with its case ---------------------------------------------------------------------


def test_it_goes_with_its_case(home: Home) -> None:
    person = asks(home)
    person.says(WORD)
    ((case,),) = home.ask("SELECT id FROM cases")
    now, erasures = home.loop.now(), erasures_of(home.settings, home.house.vault)
    home.database.writer.run_now(lambda work: erasures.begin(work, case, Why.AGE, HOUSE, now))
    assert home.ask("SELECT count(*) FROM receipts") == [(0,)]
