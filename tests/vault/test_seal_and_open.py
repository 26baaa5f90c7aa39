"""What is sealed opens in its own place, unaltered, with its own key; and in no other way."""

from __future__ import annotations

import json
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import DecryptionError
from bot.vault import HostKey, Purpose, Vault
from bot.vault.vault import MIN_SEALED_LENGTH
from tests.vault.reference import reference_crypto

KNOWN = json.loads(reference_crypto.VECTORS.read_text())
SECRET = bytes.fromhex(KNOWN["host_key"])
VAULT = Vault(HostKey(SECRET))
OTHER = Vault(HostKey(bytes(32)))
purposes = st.sampled_from(Purpose)


def test_by_hand_agrees_with_the_rfcs() -> None:
    """RFC 5869 A.3 and RFC 8439 2.8.2: the oracle itself is right."""
    assert reference_crypto.hkdf(b"\x0b" * 22, b"").hex() == (
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
    )
    sealed = reference_crypto.seal(
        bytes(range(0x80, 0xA0)),
        bytes.fromhex("070000004041424344454647"),
        bytes.fromhex("50515253c0c1c2c3c4c5c6c7"),
        b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the "
        b"future, sunscreen would be it.",
    )
    assert sealed[:8].hex() == "d31a8d34648e60db"
    assert sealed[-16:].hex() == "1ae10b594f09e26a7e902ecbd0600691"


def test_known_envelopes_open() -> None:
    assert len(KNOWN["envelopes"]) >= 45
    for known in KNOWN["envelopes"]:
        place, plain, sealed = (bytes.fromhex(known[name]) for name in ("place", "plain", "sealed"))
        assert VAULT.open(Purpose(known["purpose"]), place, sealed) == plain, known


def test_sealing_agrees_with_the_reference_implementation() -> None:
    for purpose in Purpose:
        sealed = VAULT.seal(purpose, b"here", b"words")
        by_hand = reference_crypto.envelope(SECRET, purpose, b"here", sealed[1:13], b"words")
        assert sealed == by_hand, purpose


def test_every_purpose_has_vectors() -> None:
    assert {known["purpose"] for known in KNOWN["envelopes"]} == set(Purpose)


@pytest.mark.parametrize(("bot", "chat", "key"), KNOWN["chats"])
def test_the_key_of_a_chat_is_the_same_in_every_release(bot: int, chat: int, key: str) -> None:
    assert VAULT.chat_key(bot, chat).hex() == key


@pytest.mark.parametrize(("what", "proof"), KNOWN["buttons"])
def test_a_button_of_an_older_release_is_still_vouched_for(what: str, proof: str) -> None:
    assert VAULT.button_mac(bytes.fromhex(what)).hex() == proof


@given(purposes, st.binary(max_size=40), st.binary(max_size=300))
def test_what_is_sealed_opens(purpose: Purpose, place: bytes, plain: bytes) -> None:
    assert VAULT.open(purpose, place, VAULT.seal(purpose, place, plain)) == plain


@settings(max_examples=400)
@given(purposes, st.binary(max_size=80), st.data())
def test_one_bit_changed_is_never_another_text(
    purpose: Purpose, plain: bytes, data: st.DataObject
) -> None:
    sealed = bytearray(VAULT.seal(purpose, b"here", plain))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(DecryptionError):
        VAULT.open(purpose, b"here", bytes(sealed))


@given(st.binary(max_size=80), st.data())
def test_cut_or_lengthened_it_does_not_open(plain: bytes, data: st.DataObject) -> None:
    sealed = VAULT.seal(Purpose.CASE, b"here", plain)
    keep = data.draw(st.integers(0, len(sealed) - 1))
    for altered in (sealed[:keep], sealed[keep + 1 :], sealed + plain + b"x"):
        with pytest.raises(DecryptionError):
            VAULT.open(Purpose.CASE, b"here", altered)


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_moved_to_another_place_it_does_not_open(here: bytes, there: bytes) -> None:
    sealed = VAULT.seal(Purpose.CASE, here, b"words")
    if here == there:
        assert VAULT.open(Purpose.CASE, there, sealed) == b"words"
    else:
        with pytest.raises(DecryptionError):
            VAULT.open(Purpose.CASE, there, sealed)


@given(purposes, purposes)
def test_moved_to_another_purpose_it_does_not_open(one: Purpose, other: Purpose) -> None:
    sealed = VAULT.seal(one, b"here", b"words")
    if one is not other:
        with pytest.raises(DecryptionError):
            VAULT.open(other, b"here", sealed)


def test_with_another_host_key_nothing_opens_and_nothing_is_found() -> None:
    sealed = VAULT.seal(Purpose.CASE, b"here", b"words")
    with pytest.raises(DecryptionError):
        OTHER.open(Purpose.CASE, b"here", sealed)
    assert OTHER.chat_key(7, 5) != VAULT.chat_key(7, 5)
    assert OTHER.button_mac(b"x") != VAULT.button_mac(b"x")


@given(st.binary(max_size=MIN_SEALED_LENGTH + 5))
def test_anything_that_was_never_sealed_does_not_open(noise: bytes) -> None:
    with pytest.raises(DecryptionError):
        VAULT.open(Purpose.CASE, b"here", noise)


def test_the_error_holds_nothing_of_what_was_sealed() -> None:
    sealed = VAULT.seal(Purpose.CASE, b"chat 5000000001", b"needle")
    with pytest.raises(DecryptionError) as refused:
        VAULT.open(Purpose.CASE, b"chat 5000000002", sealed)
    assert "needle" not in str(refused.value)
    assert "50000" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_no_nonce_is_used_twice() -> None:
    nonces = {VAULT.seal(Purpose.CASE, b"here", b"")[1:13] for _ in range(20_000)}
    assert len(nonces) == 20_000


@given(st.integers(1, 2**53), st.integers(1, 2**53), st.integers(), st.integers())
def test_two_chats_never_share_a_key(bot: int, other: int, chat: int, another: int) -> None:
    if (bot, chat) != (other, another):
        assert VAULT.chat_key(bot, chat) != VAULT.chat_key(other, another)


def test_no_key_can_be_read_off_an_object() -> None:
    key = HostKey(b"\xabSECRET-SECRET-SECRET-SECRET-32!")
    for shown in (repr(key), str(key), f"{key}", repr(Vault(key)), repr([key])):
        assert "SECRET" not in shown
        assert key.secret.hex() not in shown
    with pytest.raises(TypeError):
        pickle.dumps(Vault(key))


def test_without_a_key_store_what_waits_long_is_sealed_by_the_root() -> None:
    vault = Vault(HostKey(SECRET))
    sealed = vault.seal_with_waiting_key(Purpose.OUTBOX, b"7", b"words", 0)
    assert vault.open(Purpose.OUTBOX, b"7", sealed) == b"words"
