"""What is on its way opens for a day, in its place, and never after; whoever must wait can."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clock import DAY, HOUR, MINUTE
from bot.errors import DecryptionError, EpochExpiredError
from bot.vault import HostKey, Purpose, Vault
from bot.vault.keys.epoch_keys import (
    LIFETIME,
    ROTATION_PERIOD,
    SEALED_WITH_EPOCH,
    Epoch,
    EpochPublicKey,
    epoch_cipher,
    epoch_number,
    newest_public_key,
)
from bot.vault.purpose import IN_TRANSIT
from tests.support.database.key_store_fixtures import key_store
from tests.support.moved_clock import MIDDAY
from tests.vault.reference import reference_crypto, reference_hpke

KNOWN = json.loads(reference_crypto.VECTORS.read_text())
ROOT = HostKey(bytes(range(32)))
WORDS = "Dia menyimpan paspor saya. \U0001f4d5".encode()
VAULT = Vault(ROOT, key_store())
VAULT.rotate_epoch(MIDDAY)
purposes = st.sampled_from(IN_TRANSIT)


def house(at: int = MIDDAY) -> Vault:
    """Return a vault with a key store of its own, at a moment."""
    vault = Vault(ROOT, key_store())
    vault.rotate_epoch(at)
    return vault


def again(vault: Vault) -> Vault:
    """Return the vault of another process on the same key store."""
    return Vault(ROOT, vault.keys)


def lies_in(path: str) -> bytes:
    """Return all a SQLite database has on the disk."""
    files = [Path(f"{path}{end}") for end in ("", "-wal", "-journal")]
    return b"".join(file.read_bytes() for file in files if file.exists())


# --- Known answers ----------------------------------------------------------------------------


@pytest.mark.parametrize(("purpose", "sealed"), KNOWN["epochs"])
def test_what_was_sealed_by_hand_is_what_an_epoch_seals(purpose: str, sealed: str) -> None:
    epoch = Epoch(7, X25519PrivateKey.from_private_bytes(bytes(range(32))), 0)
    head, cipher, bound = epoch_cipher(epoch, Purpose(purpose))
    nonce = bytes(range(12))
    assert (head + nonce + cipher.encrypt(nonce, WORDS, bound + b"row 9")).hex() == sealed


def test_what_is_sealed_to_the_public_half_opens_by_hand() -> None:
    secret = bytes(range(1, 33))
    sealed = EpochPublicKey(7, reference_hpke.public(secret)).seal(Purpose.INBOX, b"here", WORDS)
    assert sealed[:5] == b"\4" + (7).to_bytes(4)
    assert reference_hpke.open_sealed(secret, b"haven/epoch/inbox/7/here", b"", sealed[5:]) == WORDS


# --- Sealing ----------------------------------------------------------------------------------


@given(purposes, st.binary(max_size=40), st.binary(max_size=200), st.booleans())
def test_what_is_sealed_opens_in_another_process(
    purpose: Purpose, place: bytes, plain: bytes, to_public: bool
) -> None:
    assert VAULT.keys is not None
    seal = newest_public_key(VAULT.keys).seal if to_public else VAULT.seal
    assert again(VAULT).open(purpose, place, seal(purpose, place, plain)) == plain


@settings(max_examples=200)
@given(purposes, st.binary(max_size=60), st.data(), st.booleans())
def test_one_bit_changed_does_not_open(
    purpose: Purpose, plain: bytes, data: st.DataObject, to_public: bool
) -> None:
    assert VAULT.keys is not None
    seal = newest_public_key(VAULT.keys).seal if to_public else VAULT.seal
    sealed = bytearray(seal(purpose, b"here", plain))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(DecryptionError):
        VAULT.open(purpose, b"here", bytes(sealed))


@given(purposes, purposes, st.binary(max_size=20), st.binary(max_size=20))
def test_moved_it_does_not_open(one: Purpose, other: Purpose, here: bytes, there: bytes) -> None:
    sealed = VAULT.seal(one, here, b"words")
    if (one, here) == (other, there):
        assert VAULT.open(other, there, sealed) == b"words"
    else:
        with pytest.raises(DecryptionError):
            VAULT.open(other, there, sealed)


@given(purposes, st.binary(max_size=80))
def test_noise_does_not_open(purpose: Purpose, noise: bytes) -> None:
    for front in (b"\3", b"\4", b"\3\0\0\0\1", b"\4\0\0\0\1"):
        with pytest.raises(DecryptionError):
            VAULT.open(purpose, b"here", front + noise)


def test_what_is_kept_is_no_business_of_an_epoch() -> None:
    sealed = VAULT.seal(Purpose.STAFF, b"here", b"words")
    assert epoch_number(sealed) is None
    moved = VAULT.seal(Purpose.OUTBOX, b"here", b"words")
    with pytest.raises(DecryptionError):
        VAULT.open(Purpose.STAFF, b"here", moved)


# --- Time -------------------------------------------------------------------------------------


async def test_every_half_hour_has_a_key_that_dies_within_26_hours_of_its_birth() -> None:
    vault = house()
    sealed = {}
    for minutes in range(0, 60 * 30, 10):
        now = MIDDAY + minutes * MINUTE
        vault.rotate_epoch(now)
        await vault.expire_epochs(now, ())
        sealed[minutes] = vault.seal(Purpose.INBOX, b"", b"words")
        for then, blob in sealed.items():
            born = then // 30 * 30
            if minutes - born <= 25 * 60:  # all that is on its way is gone by then
                assert vault.open(Purpose.INBOX, b"", blob) == b"words"
            if minutes - born >= 26 * 60:
                with pytest.raises(EpochExpiredError):
                    vault.open(Purpose.INBOX, b"", blob)
    assert len({epoch_number(blob) for blob in sealed.values()}) == 60


async def test_what_was_destroyed_is_nowhere_in_the_key_store(tmp_path: Path) -> None:
    keys = key_store(tmp_path)
    vault = Vault(ROOT, keys)
    vault.rotate_epoch(MIDDAY)
    path = str(keys.database.url.database)
    (sealed,) = keys.run(
        lambda work: [bytes(it) for (it,) in work.rows(_raw("SELECT sealed FROM epochs"))]
    )
    assert sealed in lies_in(path)
    vault.rotate_epoch(MIDDAY + LIFETIME + MINUTE)
    assert await vault.expire_epochs(MIDDAY + LIFETIME + MINUTE, ()) == 1
    assert sealed not in lies_in(path)


async def test_the_epoch_of_now_is_never_destroyed_whatever_the_clock_does() -> None:
    vault = house()
    for now in (MIDDAY + 400 * DAY, MIDDAY - 400 * DAY, MIDDAY):
        vault.rotate_epoch(now)
        sealed = vault.seal(Purpose.CONVERSATION, b"", b"words")
        await vault.expire_epochs(now, ())
        assert again(vault).open(Purpose.CONVERSATION, b"", sealed) == b"words"


def test_a_number_is_never_used_twice() -> None:
    vault = house()
    first = epoch_number(vault.seal(Purpose.INBOX, b"", b""))
    assert vault.epochs is not None
    vault.epochs.expire(MIDDAY + 3 * DAY)
    vault.rotate_epoch(MIDDAY + 3 * DAY)
    assert epoch_number(vault.seal(Purpose.INBOX, b"", b"")) == (first or 0) + 1


async def test_what_must_wait_opens_for_fourteen_days_and_no_longer() -> None:
    vault = house()
    sealed = vault.seal_with_waiting_key(Purpose.OUTBOX, b"1", b"words", MIDDAY)
    number = epoch_number(sealed)
    assert number is not None
    for days in (1, 7, 13):
        await vault.expire_epochs(MIDDAY + days * DAY, {number})
        assert vault.open(Purpose.OUTBOX, b"1", sealed) == b"words"
    await vault.expire_epochs(MIDDAY + 14 * DAY + MINUTE, {number})
    with pytest.raises(EpochExpiredError):
        vault.open(Purpose.OUTBOX, b"1", sealed)


async def test_an_unused_waiting_key_is_deleted_after_a_day() -> None:
    vault = house()
    sealed = vault.seal_with_waiting_key(Purpose.OUTBOX, b"1", b"words", MIDDAY)
    await vault.expire_epochs(MIDDAY + 25 * HOUR, ())  # somebody may be sealing with it just now
    assert vault.open(Purpose.OUTBOX, b"1", sealed) == b"words"
    await vault.expire_epochs(MIDDAY + 26 * HOUR, ())
    with pytest.raises(EpochExpiredError):
        vault.open(Purpose.OUTBOX, b"1", sealed)


async def test_a_key_that_another_process_destroyed_opens_nothing_here_either() -> None:
    vault = house()
    sealed, later = vault.seal(Purpose.INBOX, b"", b"words"), MIDDAY + LIFETIME + MINUTE
    other = again(vault)
    other.rotate_epoch(later)
    await other.expire_epochs(later, ())
    assert vault.open(Purpose.INBOX, b"", sealed) == b"words"  # it is in memory here
    vault.rotate_epoch(later)
    with pytest.raises(EpochExpiredError):
        vault.open(Purpose.INBOX, b"", sealed)


def test_another_root_opens_no_epoch() -> None:
    vault = house()
    sealed = vault.seal(Purpose.INBOX, b"", b"words")
    with pytest.raises(DecryptionError):
        Vault(HostKey(bytes(32)), vault.keys).open(Purpose.INBOX, b"", sealed)


def _raw(sql: str) -> object:
    from sqlalchemy import text  # noqa: PLC0415

    from bot.store.compiled import Prepared  # noqa: PLC0415

    return Prepared(lambda _: text(sql))


def test_before_the_bot_ever_ran_nothing_is_sealed_to_it() -> None:
    with pytest.raises(DecryptionError, match="haven start"):
        newest_public_key(key_store())


def test_the_bot_seals_with_the_key_of_the_newest_epoch() -> None:
    vault = Vault(ROOT, key_store())
    numbers = []
    for now in (MIDDAY, MIDDAY + ROTATION_PERIOD):
        vault.rotate_epoch(now)
        sealed = vault.seal(Purpose.INBOX, b"1", b"words")
        assert sealed[:1] == SEALED_WITH_EPOCH  # and not to its public half, as others must
        numbers.append(epoch_number(sealed))
    assert numbers[0] != numbers[1]
