"""Whoever has stolen everything: every key there still is, tried on everything there ever was.

Symmetric keys are tried raw, whatever a sealed thing is bound to: the stream cipher without its
tag. So what does not come out cannot be had with that key in any way. What was sealed to a case is
tried at its own place with every private half that can be had.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.cases.intake import report_associated_data
from bot.errors import DecryptionError
from bot.hotline.chat.messages import _associated_data as exchange_place
from bot.vault import HostKey, Purpose, Vault, file_encryption
from bot.vault.backup.offline_key import OfflineKey, OfflineKeys
from bot.vault.backup.read import BackupArchive
from bot.vault.file_encryption import _associated_data as piece_place
from bot.vault.keys.case_keys import CaseOpener
from bot.vault.keys.case_keys import _wrap_data as wrap_place
from bot.vault.keys.case_openers import HOST
from bot.vault.keys.hpke import KeyPair
from tests.support.needle_search import NEEDLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from bot.vault.keys.keyring import Keyring

NONCE, TAG = 12, 16
SEALED = file_encryption.CHUNK_SIZE + file_encryption.OVERHEAD
OVERHEAD = 1 + NONCE + TAG
HEADS = (1, 5)
"""How many bytes may stand before a nonce: a version, and an epoch's number."""
OF_ITS_OWN = "case_keys"
"""What lies there is no message but a key: it is opened, and what it opens is tried."""


def blobs_in(path: Path) -> list[bytes]:
    """Return everything sealed in a database, but keys."""
    found = []
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        named = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in named:
            if table == OF_ITS_OWN:
                continue
            for row in connection.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - its own names
                found += [it for it in row if isinstance(it, bytes) and len(it) > OVERHEAD]
    return found


def sealed_chunks(path: Path) -> Iterator[bytes]:
    """Yield the sealed pieces of a file."""
    data = path.read_bytes()
    for begin in range(0, len(data), SEALED):
        yield data[begin : begin + SEALED]


Wrap = tuple[str, str, bytes]
"""A case, whoever holds its key, and that key, sealed to them."""
ToCase = tuple[str, Purpose, bytes, bytes]
"""A case, what it is, its place, and the sealed thing itself."""


def wraps_in(path: Path) -> list[Wrap]:
    """Return the keys of cases that lie in a key store."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        found: list[Wrap] = connection.execute(
            "SELECT case_id, holder, sealed FROM case_wraps"
        ).fetchall()
    return found


def wraps_in_archive(path: Path, key: OfflineKey) -> list[Wrap]:
    """Return the keys of cases in an archive that is still there."""
    found = []
    for rows in BackupArchive(path, OfflineKeys([key])).rows():
        if rows.table == "case_wraps":
            at = [rows.columns.index(name) for name in ("case_id", "holder", "sealed")]
            found += [(row[at[0]], row[at[1]], row[at[2]]) for row in rows.rows]
    return found


def obtainable_case_keys(
    vault: Vault, wraps: Iterable[Wrap], rings: Sequence[Keyring] = ()
) -> list[tuple[str, KeyPair]]:
    """Return the keys of cases that can be had, and what kind of holder had each.

    Args:
        vault: the host's: it keeps what came while nobody was enrolled.
        wraps: everything that lies wrapped.
        rings: of everybody who can sign in, and of the key of last resort.
    """
    found = []
    for case, holder, sealed in wraps:
        place, kind = wrap_place(case, holder), holder.partition("/")[0]
        if holder == HOST:
            plain = vault.open(Purpose.CASE_KEY, place, bytes(sealed))
            found.append((kind, KeyPair.from_private(plain)))
        keys = filter(None, (ring.key(holder) for ring in rings))
        found += [(kind, KeyPair.from_private(key.open(place, bytes(sealed)))) for key in keys]
    return found


def sealed_to_cases(folder: Path) -> list[ToCase]:
    """Return what lies in a copy of the data sealed to cases, each with its place."""
    found: list[ToCase] = []
    with closing(sqlite3.connect(f"file:{folder / 'haven.db'}?mode=ro", uri=True)) as it:
        for case, row, sealed in it.execute("SELECT case_id, id, sealed FROM reports"):
            found.append((case, Purpose.CASE, report_associated_data(case, row), sealed))
        for case, side, at, sealed in it.execute("SELECT case_id, side, at, sealed FROM exchanges"):
            found.append((case, Purpose.CASE, exchange_place(case, side, at), sealed))
        for case, name, sealed in it.execute("SELECT case_id, id, sealed FROM files"):
            found.append((case, Purpose.FILE, name.encode(), sealed))
            path = folder / "files" / name
            pieces = list(sealed_chunks(path)) if path.exists() else []
            for number, piece in enumerate(pieces):
                place = piece_place(name, number, is_last=number == len(pieces) - 1)
                found.append((case, Purpose.FILE, place, piece))
    return found


def opened_with(keys: Iterable[KeyPair], things: Iterable[ToCase]) -> int:
    """Return how many things sealed to cases open with any of these keys."""
    known = list(keys)
    return sum(any(_opens(key, thing) for key in known) for thing in things)


def _opens(key: KeyPair, thing: ToCase) -> bool:
    case, purpose, place, sealed = thing
    try:
        CaseOpener(case, key).open(purpose, place, sealed)
    except DecryptionError:
        return False
    return True


def keys_of(host: HostKey, root: HostKey, vault: Vault) -> set[bytes]:
    """Return every symmetric key that can be had: of the host, of hours that live."""
    secrets = {host.secret, root.secret}
    for secret in (host, root):
        secrets |= {secret.derive(f"seal {purpose}") for purpose in Purpose}
        secrets |= {secret.derive(it) for it in ("identity", "buttons", "audit", "erased", "root")}
    secrets |= set(_of_epochs(vault))
    return secrets


def _of_epochs(vault: Vault) -> Iterator[bytes]:
    if vault.epochs is None or vault.keys is None:
        return
    with closing(vault.keys.database.connect()) as connection:
        numbers = [number for (number,) in connection.execute("SELECT id FROM epochs")]
    for number in numbers:
        secret = vault.epochs.epoch(number).private.private_bytes_raw()
        yield secret
        for purpose in Purpose:
            info = f"haven 3 {purpose}".encode()
            yield HKDF(SHA256(), 32, salt=None, info=info).derive(secret)


def opened(blobs: Iterable[bytes], keys: Iterable[bytes]) -> int:
    """Return how many of them give a needle away to any of these keys."""
    wanted, known = NEEDLE.encode(), list(keys)
    return sum(any(wanted in plain for plain in _tried(blob, known)) for blob in blobs)


def _tried(blob: bytes, keys: list[bytes]) -> Iterator[bytes]:
    for head in HEADS:
        nonce, rest = blob[head : head + NONCE], blob[head + NONCE : -TAG]
        if len(nonce) < NONCE or not rest:
            continue
        for key in keys:
            stream = Cipher(ChaCha20(key, (1).to_bytes(4, "little") + nonce), None)
            yield stream.decryptor().update(rest)
