"""What is sealed to the offline key opens with its other half, in its place, and with no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import BackupError, DecryptionError, SettingError
from bot.vault.backup.offline_key import OfflineKey, OfflinePublicKey
from tests.vault.reference import reference_hpke

if TYPE_CHECKING:
    from pathlib import Path

SECRET = bytes.fromhex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb")
PUBLIC = bytes.fromhex("4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a")
EPHEMERAL = bytes.fromhex("f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600")
SENT = bytes.fromhex(
    "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a"
    "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28"
)
PLAIN = b"Beauty is truth, truth beauty"
ODE = b"Ode on a Grecian Urn"
KEY = OfflineKey(SECRET)


def never() -> str:
    raise AssertionError("asked for a passphrase nobody set")


# --- Known answers ----------------------------------------------------------------------------


def test_by_hand_agrees_with_rfc_9180() -> None:
    """Appendix A.2.1: the oracle itself is right."""
    assert reference_hpke.public(SECRET) == PUBLIC
    assert reference_hpke.seal(PUBLIC, EPHEMERAL, ODE, b"Count-0", PLAIN) == SENT
    assert reference_hpke.open_sealed(SECRET, ODE, b"Count-0", SENT) == PLAIN


def test_the_public_half_is_the_rfcs() -> None:
    assert KEY.public.raw == PUBLIC


@pytest.mark.parametrize("plain", [b"", PLAIN, bytes(range(256))])
def test_what_was_sealed_by_hand_opens_and_the_other_way_round(plain: bytes) -> None:
    assert KEY.open(ODE, reference_hpke.seal(PUBLIC, EPHEMERAL, ODE, b"", plain)) == plain
    assert reference_hpke.open_sealed(SECRET, ODE, b"", KEY.public.seal(ODE, plain)) == plain


# --- Sealing ----------------------------------------------------------------------------------


@settings(max_examples=200)
@given(st.binary(max_size=64), st.data())
def test_one_bit_changed_does_not_open(plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(KEY.public.seal(b"here", plain))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1).filter(lambda bit: bit != 255))
    sealed[bit // 8] ^= 1 << bit % 8  # not the bit of the point that X25519 does not look at
    with pytest.raises(DecryptionError):
        KEY.open(b"here", bytes(sealed))


@given(st.binary(max_size=100))
def test_what_was_never_sealed_does_not_open(noise: bytes) -> None:
    with pytest.raises(DecryptionError):
        KEY.open(b"here", noise)


def test_in_another_place_or_with_another_key_it_does_not_open() -> None:
    sealed = KEY.public.seal(b"here", PLAIN)
    with pytest.raises(DecryptionError):
        KEY.open(b"there", sealed)
    with pytest.raises(DecryptionError):
        OfflineKey(bytes(range(32))).open(b"here", sealed)


# --- The public half, written down ------------------------------------------------------------


def test_a_public_key_is_read_as_it_was_written() -> None:
    assert OfflinePublicKey.parse(f" {KEY.public}\n") == KEY.public


@given(st.integers(0, 71), st.sampled_from("0123456789abcdef"))
def test_a_digit_mistyped_is_noticed(at: int, digit: str) -> None:
    written = str(KEY.public)
    mistyped = written[:at] + digit + written[at + 1 :]
    if mistyped == written:
        return
    with pytest.raises(SettingError, match="HAVEN_BACKUP_KEY") as refused:
        OfflinePublicKey.parse(mistyped)
    assert mistyped not in str(refused.value)


@given(st.text(max_size=80))
def test_whatever_else_is_written_is_no_key(noise: str) -> None:
    with pytest.raises(SettingError):
        OfflinePublicKey.parse(noise)


# --- The private half, in a file --------------------------------------------------------------


def test_a_new_key_is_for_its_owner_alone_and_replaces_none(tmp_path: Path) -> None:
    path = tmp_path / "stick" / "offline.key"
    made = OfflineKey.create(path)
    assert path.stat().st_mode & 0o777 == 0o400
    assert OfflineKey.load(path, never) == made
    with pytest.raises(SettingError, match="exists"):
        OfflineKey.create(path)
    assert OfflineKey.load(path, never) == made


def test_a_key_with_a_passphrase_opens_with_it_alone(tmp_path: Path) -> None:
    path = tmp_path / "offline.key"
    made = OfflineKey.create(path, "four words and more")
    assert made.secret.hex() not in path.read_text(encoding="ascii")
    assert OfflineKey.load(path, lambda: "four words and more") == made
    with pytest.raises(BackupError, match="not its passphrase"):
        OfflineKey.load(path, lambda: "four words and less")


def test_a_key_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "offline.key"
    OfflineKey.create(path)
    path.chmod(0o444)
    with pytest.raises(BackupError, match="chmod 0400"):
        OfflineKey.load(path, never)


def test_a_damaged_key_file_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "offline.key"
    whole = OfflineKey.create(path) and path.read_text(encoding="ascii")
    first, public, private = whole.splitlines()
    damaged = {
        f"{first}\n{public}\n": "is no file",
        "": "is no file",
        f"{public}\n{private}\n": "is no file",
        f"{first}\n{public[:-1]}0\n{private}1\n": "wrong or missing|damaged",
        f"{first}\n{public}\n{private[:-2]}\n": "damaged",
        f"{first}\n{public}\nprivate {'0' * 64}\n": "damaged",
        f"{first}\n{public}\nsealed zz\n": "damaged",
    }
    for text, reason in damaged.items():
        path.unlink()
        path.write_text(text, encoding="ascii")
        path.chmod(0o400)
        with pytest.raises((BackupError, SettingError), match=reason):
            OfflineKey.load(path, lambda: "")
    with pytest.raises(BackupError, match="cannot be read"):
        OfflineKey.load(tmp_path / "none", never)


def test_no_private_half_can_be_read_off_an_object() -> None:
    assert SECRET.hex() not in f"{KEY!r} {KEY} {[KEY]}"
    assert repr(SECRET) not in repr(KEY)
