"""What is sealed to a case opens with its private half, in its place, and in no other way."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import DecryptionError
from bot.vault import Purpose
from bot.vault.keys.case_keys import MIN_LENGTH_TO_CASE, CaseOpener, CaseSealer
from bot.vault.keys.hpke import PADDED_LENGTHS, KeyPair, pad, unpad
from tests.vault.reference import reference_crypto, reference_hpke

KNOWN = json.loads(reference_crypto.VECTORS.read_text())["to_cases"]
SECRET = bytes(range(1, 33))
KEY = KeyPair.from_private(SECRET)
SEALER, OPENER = CaseSealer("c", KEY.public), CaseOpener("c", KEY)
THEIRS = (Purpose.CASE, Purpose.FILE)
purposes = st.sampled_from(THEIRS)


@pytest.mark.parametrize(("purpose", "place", "plain", "sealed"), KNOWN)
def test_what_was_sealed_by_hand_opens(purpose: str, place: str, plain: str, sealed: str) -> None:
    opened = OPENER.open(Purpose(purpose), place.encode(), bytes.fromhex(sealed))
    assert opened == bytes.fromhex(plain)


def test_what_is_sealed_opens_by_hand() -> None:
    sealed = SEALER.seal(Purpose.CASE, b"c/notes/1", b"words")
    info = b"haven/5/c/case/c/notes/1"
    assert reference_hpke.open_sealed(SECRET, info, b"", sealed[1:]) == reference_crypto.filled(
        b"words"
    )


@given(purposes, st.binary(max_size=40), st.binary(max_size=2000))
def test_what_is_sealed_opens(purpose: Purpose, place: bytes, plain: bytes) -> None:
    assert OPENER.open(purpose, place, SEALER.seal(purpose, place, plain)) == plain


@settings(max_examples=300)
@given(purposes, st.binary(max_size=300), st.data())
def test_one_bit_changed_is_an_error(purpose: Purpose, plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(SEALER.seal(purpose, b"here", plain))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(DecryptionError):
        OPENER.open(purpose, b"here", bytes(sealed))


def test_what_was_cut_is_an_error() -> None:
    sealed = SEALER.seal(Purpose.FILE, b"here", b"words")
    for length in range(len(sealed)):
        with pytest.raises(DecryptionError):
            OPENER.open(Purpose.FILE, b"here", sealed[:length])
    assert len(sealed) == MIN_LENGTH_TO_CASE + len(b"words")


SLOTS = [
    (case, purpose, place)
    for case in ("c", "d")
    for purpose in THEIRS
    for place in (b"", b"here", b"case/here", b"c/report/r")
]


def test_moved_to_any_other_slot_it_is_an_error() -> None:
    for case, purpose, place in SLOTS:
        sealed = CaseSealer(case, KEY.public).seal(purpose, place, b"words")
        opened = []
        for slot in SLOTS:
            try:
                opened.append((slot, CaseOpener(slot[0], KEY).open(slot[1], slot[2], sealed)))
            except DecryptionError:
                continue
        assert opened == [((case, purpose, place), b"words")]


def test_another_case_s_key_opens_nothing() -> None:
    sealed = SEALER.seal(Purpose.CASE, b"here", b"words")
    with pytest.raises(DecryptionError):
        CaseOpener("c", KeyPair.generate()).open(Purpose.CASE, b"here", sealed)


@given(st.binary(max_size=5000))
def test_how_much_was_written_shows_only_roughly(plain: bytes) -> None:
    assert len(pad(plain)) in {*PADDED_LENGTHS, 2 * PADDED_LENGTHS[-1]}
    assert unpad(pad(plain)) == plain


@given(st.integers(0, 3 * PADDED_LENGTHS[-1]))
def test_every_length_has_a_step(length: int) -> None:
    assert len(pad(bytes(length))) > length
    assert len(pad(bytes(length))) in {
        *PADDED_LENGTHS,
        *(PADDED_LENGTHS[-1] * n for n in range(1, 5)),
    }
    assert unpad(pad(bytes(length))) == bytes(length)


@pytest.mark.parametrize("never", [b"", b"\0" * 256, b"words" + b"\0" * 251, b"\x80words"])
def test_what_was_never_filled_up_is_an_error(never: bytes) -> None:
    with pytest.raises(DecryptionError):
        unpad(never)
