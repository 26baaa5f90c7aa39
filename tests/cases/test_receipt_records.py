"""A receipt proves when something came; without the word it is like one that was never given."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cases.receipts import NUMBER_LENGTH, Receipt, Receipts, new_number, salt_and_pepper
from bot.cases.reference import ALPHABET
from bot.clock import MINUTE
from bot.vault import AuditLog
from bot.vault.passphrase_hash import hash_passphrase
from tests.support.harnesses.hotline_harness import VAULT
from tests.support.moved_clock import MIDDAY
from tests.support.people.flow_answers import talk

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.store.writer import Work
    from tests.support.harnesses.case_store_harness import CaseStoreHarness

RECEIPTS = Receipts(VAULT, AuditLog(VAULT))
NUMBER, WORD = "K7M4Q2WXA9", "mango tree"


def digested(number: str, word: str) -> bytes:
    return hash_passphrase(word, *salt_and_pepper(VAULT, number))


OF_WORD = digested(NUMBER, WORD)


def unit(desk: CaseStoreHarness, do: Callable[[Work], object]) -> object:
    return desk.database.writer.run_sync(do)


def given_out(desk: CaseStoreHarness) -> tuple[str, Receipt]:
    """Return a case and its receipt."""
    case = desk.opens(talk().answers)
    assert unit(desk, lambda work: RECEIPTS.issue(work, case.id, NUMBER, OF_WORD, MIDDAY + MINUTE))
    found = desk.database.writer.run_sync(lambda work: Receipts.find(work, NUMBER))
    assert found is not None
    return case.id, found


async def test_it_says_when_and_how_much_and_nothing_else(case_store: CaseStoreHarness) -> None:
    _, found = given_out(case_store)
    assert re.fullmatch(
        rf"Haven receipt 1\nnumber: {NUMBER}\nreceived: [0-9T:-]+\+00:00\nthings received: 1\n"
        r"SHA-256: [0-9a-f]{64}\n",
        found.signed_text,
    )


async def test_a_receipt_can_be_checked_with_the_public_key(case_store: CaseStoreHarness) -> None:
    _, found = given_out(case_store)
    public = load_pem_public_key(VAULT.signer.public_pem.encode())
    assert isinstance(public, Ed25519PublicKey)
    public.verify(found.signature, found.signed_text.encode())
    with pytest.raises(InvalidSignature):
        public.verify(found.signature, found.signed_text.replace("1\n", "2\n").encode())


async def test_only_the_right_passphrase_opens_a_receipt(case_store: CaseStoreHarness) -> None:
    _, found = given_out(case_store)
    for typed in (WORD, "  Mango   TREE "):
        assert RECEIPTS.is_passphrase(found, NUMBER, typed)
    for typed in ("mango", "papaya", ""):
        assert not RECEIPTS.is_passphrase(found, NUMBER, typed)
    assert not RECEIPTS.is_passphrase(None, NUMBER, WORD)


async def test_a_number_is_found_however_it_is_typed(case_store: CaseStoreHarness) -> None:
    given_out(case_store)
    for typed in (NUMBER.lower(), "k7m4q 2wxa9", "K7M4-Q2WX-A9"):
        assert unit(case_store, lambda work, it=typed: Receipts.find(work, it)) is not None  # type: ignore[misc]
    assert unit(case_store, lambda work: Receipts.find(work, "AAAAAAAAAA")) is None


async def test_what_was_changed_since_is_seen(case_store: CaseStoreHarness) -> None:
    case, found = given_out(case_store)
    assert unit(case_store, lambda work: Receipts.is_unchanged(work, found))
    case_store.writes(f"UPDATE reports SET sent_at = sent_at - 1 WHERE case_id = '{case}'")  # noqa: S608
    assert not unit(case_store, lambda work: Receipts.is_unchanged(work, found))


async def test_what_came_later_changes_nothing(case_store: CaseStoreHarness) -> None:
    case = case_store.opens(talk().answers)
    unit(case_store, lambda work: RECEIPTS.issue(work, case.id, NUMBER, OF_WORD, MIDDAY + MINUTE))
    case_store.adds(case, {"added": "More."}, at=MIDDAY + 2 * MINUTE)
    found = case_store.database.writer.run_sync(lambda work: Receipts.find(work, NUMBER))
    assert found is not None
    assert unit(case_store, lambda work: Receipts.is_unchanged(work, found))


@pytest.mark.parametrize("column", ["at", "count"])
async def test_a_changed_receipt_row_fails_the_signature_check(
    case_store: CaseStoreHarness, column: str
) -> None:
    _, found = given_out(case_store)
    assert RECEIPTS.is_signature_valid(found)
    case_store.writes(f"UPDATE receipts SET {column} = 7")  # noqa: S608 - ours
    changed = case_store.database.writer.run_sync(lambda work: Receipts.find(work, NUMBER))
    assert changed is not None
    assert not RECEIPTS.is_signature_valid(changed)


async def test_there_is_none_of_a_case_that_is_gone(case_store: CaseStoreHarness) -> None:
    assert not unit(
        case_store, lambda work: RECEIPTS.issue(work, "0" * 32, NUMBER, OF_WORD, MIDDAY)
    )


async def test_a_number_is_given_once(case_store: CaseStoreHarness) -> None:
    case, _ = given_out(case_store)
    assert not unit(
        case_store, lambda work: RECEIPTS.issue(work, case, NUMBER, OF_WORD, MIDDAY + MINUTE)
    )


def test_a_number_is_ten_ordinary_signs() -> None:
    numbers = {new_number() for _ in range(1000)}
    assert len(numbers) == 1000
    assert all(len(number) == NUMBER_LENGTH and set(number) <= set(ALPHABET) for number in numbers)


@given(
    number=st.text(ALPHABET, min_size=NUMBER_LENGTH, max_size=NUMBER_LENGTH),
    at=st.integers(0, 2**50),
    count=st.integers(1, 99),
    digest_=st.binary(min_size=32, max_size=32),
    place=st.integers(0, 63),
)
@settings(max_examples=60, deadline=None)
def test_no_other_text_and_no_other_signature_hold(
    number: str, at: int, count: int, digest_: bytes, place: int
) -> None:
    unsigned = Receipt(number, "", at, count, digest_, b"", b"")
    signature = VAULT.signer.sign(unsigned.signed_text)
    assert VAULT.signer.is_valid(unsigned.signed_text, signature)
    assert not VAULT.signer.is_valid(unsigned.signed_text + " ", signature)
    broken = bytearray(signature)
    broken[place] ^= 1
    assert not VAULT.signer.is_valid(unsigned.signed_text, bytes(broken))
