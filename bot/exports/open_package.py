"""Opens a package that a hotline sealed to your key; makes that key. Nothing has to be installed.

One file, Python 3.8 or newer, its standard library alone. FORMAT.md says what every byte means.

    python3 open_package.py newkey my.key         make a key, once; keep my.key secret
    python3 open_package.py show my.key           show its public half and its fingerprint again
    python3 open_package.py open PACKAGE my.key   open a package into a new folder

Send the line that begins with "haven1-" to the hotline. Read the fingerprint to them by telephone
when they ask for it: so both know that the line was not exchanged on its way.

Haven itself seals with another library (`bot.vault`) and never runs this file. X25519 (RFC 7748),
HKDF-SHA256 (RFC 5869), ChaCha20-Poly1305 (RFC 8439) and HPKE (RFC 9180, base mode) follow the texts
of the standards, so that a reader can compare them line by line. They take no constant time: open
packages on a computer that no one else uses at that moment.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import re
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MAGIC = b"HAVENPKG"
VERSION = b"\x01"
KEY_BYTES = 32
HEAD_BYTES = len(MAGIC) + len(VERSION) + KEY_BYTES
"""The magic, the version, and the SHA-256 of the public key it is sealed to."""
TAG_BYTES = 16
SHORTEST = HEAD_BYTES + KEY_BYTES + TAG_BYTES
LONGEST = 64 * 1024 * 1024
PADDING_MARKER = b"\x80"
PUBLIC_PREFIX, PRIVATE_PREFIX = "haven1-", "haven1-private-"
CHECK_BYTES = 4
"""Of the SHA-256 of a key, after the key: a slip of the pen is noticed."""
FORMAT_NAME = "haven-package"
SHEET = "package.json"
_FILE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,60}\.(pdf|json|txt)")
_KEY = re.compile(r"([0-9a-f]{64})-([0-9a-f]{8})")


class PackageError(Exception):
    """A package or a key that does not open. Its text is one sentence for the reader."""


# --- X25519, RFC 7748 ------------------------------------------------------------------------

PRIME = 2**255 - 19
A24 = 121665
BASE_POINT = (9).to_bytes(KEY_BYTES, "little")


def x25519(scalar: bytes, point: bytes) -> bytes:
    """Return the product of a scalar and a point, 32 bytes each (RFC 7748, section 5)."""
    clamped = bytearray(scalar)
    clamped[0] &= 248
    clamped[31] = clamped[31] & 127 | 64
    k = int.from_bytes(clamped, "little")
    x1 = int.from_bytes(point, "little") & (2**255 - 1)
    x2, z2, x3, z3, swap = 1, 0, x1, 1, 0
    for bit in reversed(range(255)):
        now = k >> bit & 1
        if swap ^ now:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = now
        a, b, c, d = (x2 + z2) % PRIME, (x2 - z2) % PRIME, (x3 + z3) % PRIME, (x3 - z3) % PRIME
        aa, bb, da, cb = a * a % PRIME, b * b % PRIME, d * a % PRIME, c * b % PRIME
        e = (aa - bb) % PRIME
        x3, z3 = (da + cb) ** 2 % PRIME, x1 * (da - cb) ** 2 % PRIME
        x2, z2 = aa * bb % PRIME, e * (aa + A24 * e) % PRIME
    if swap:
        x2, z2 = x3, z3
    return (x2 * pow(z2, PRIME - 2, PRIME) % PRIME).to_bytes(KEY_BYTES, "little")


# --- HKDF-SHA256, RFC 5869 -------------------------------------------------------------------


def hkdf_extract(salt: bytes, secret: bytes) -> bytes:
    """Return the pseudorandom key, 32 bytes."""
    return hmac.new(salt or bytes(32), secret, hashlib.sha256).digest()


def hkdf_expand(key: bytes, info: bytes, length: int) -> bytes:
    """Return `length` bytes derived from a pseudorandom key."""
    found, block, number = b"", b"", 0
    while len(found) < length:
        number += 1
        block = hmac.new(key, block + info + bytes([number]), hashlib.sha256).digest()
        found += block
    return found[:length]


# --- ChaCha20-Poly1305, RFC 8439 -------------------------------------------------------------

_WORD = 0xFFFFFFFF
_CONSTANTS = struct.unpack("<4L", b"expand 32-byte k")
_ROUNDS = (
    (0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
    (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14),
)  # fmt: skip
"""The columns, then the diagonals."""


def chacha20_block(key: bytes, counter: int, nonce: bytes) -> bytes:
    """Return 64 bytes of the key stream (section 2.3)."""
    start = [
        *_CONSTANTS, *struct.unpack("<8L", key), counter & _WORD, *struct.unpack("<3L", nonce)
    ]  # fmt: skip
    s = list(start)
    for _ in range(10):
        for a, b, c, d in _ROUNDS:
            for into, plus, turned, by in (
                (a, b, d, 16),
                (c, d, b, 12),
                (a, b, d, 8),
                (c, d, b, 7),
            ):
                s[into] = s[into] + s[plus] & _WORD
                mixed = s[turned] ^ s[into]
                s[turned] = (mixed << by | mixed >> 32 - by) & _WORD
    return struct.pack("<16L", *((one + two) & _WORD for one, two in zip(s, start)))  # noqa: B905 - 3.8


def chacha20(key: bytes, counter: int, nonce: bytes, data: bytes) -> bytes:
    """Return data encrypted, or decrypted, from a block of the key stream on (section 2.4)."""
    found = bytearray()
    for at in range(0, len(data), 64):
        piece = data[at : at + 64]
        stream = chacha20_block(key, counter + at // 64, nonce)
        found += bytes(one ^ two for one, two in zip(piece, stream))  # noqa: B905 - the last piece is short
    return bytes(found)


def poly1305(key: bytes, message: bytes) -> bytes:
    """Return the tag of a message, 16 bytes (section 2.5)."""
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total, prime = 0, 2**130 - 5
    for at in range(0, len(message), 16):
        total = (total + int.from_bytes(message[at : at + 16] + b"\x01", "little")) * r % prime
    return (total + int.from_bytes(key[16:], "little") & 2**128 - 1).to_bytes(TAG_BYTES, "little")


def aead_open(key: bytes, nonce: bytes, sealed: bytes, associated: bytes) -> bytes:
    """Return what was sealed with ChaCha20-Poly1305 (section 2.8).

    Raises:
        PackageError: the tag is not that of these bytes.
    """
    data, tag = sealed[:-TAG_BYTES], sealed[-TAG_BYTES:]
    one_time = chacha20_block(key, 0, nonce)[:32]
    covered = _padded(associated) + _padded(data) + struct.pack("<QQ", len(associated), len(data))
    if not hmac.compare_digest(poly1305(one_time, covered), tag):
        raise PackageError("This package was altered or cut after it was sealed. Ask for another.")
    return chacha20(key, 1, nonce, data)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 16)


# --- HPKE, RFC 9180: base mode, X25519, HKDF-SHA256, ChaCha20-Poly1305 ------------------------

_KEM_SUITE = b"KEM\x00\x20"
_SUITE = b"HPKE\x00\x20\x00\x01\x00\x03"


def _labeled_extract(suite: bytes, salt: bytes, label: bytes, secret: bytes) -> bytes:
    return hkdf_extract(salt, b"HPKE-v1" + suite + label + secret)


def _labeled_expand(suite: bytes, key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    return hkdf_expand(key, struct.pack(">H", length) + b"HPKE-v1" + suite + label + info, length)


def hpke_keys(private: bytes, encapsulated: bytes, info: bytes) -> tuple[bytes, bytes]:
    """Return the key and the nonce of the one message (sections 4.1 and 5.1).

    Raises:
        PackageError: the ephemeral key is a point of small order.
    """
    shared = x25519(private, encapsulated)
    if shared == bytes(KEY_BYTES):
        raise PackageError("This package was altered or cut after it was sealed. Ask for another.")
    context = encapsulated + x25519(private, BASE_POINT)
    mixed = _labeled_extract(_KEM_SUITE, b"", b"eae_prk", shared)
    secret = _labeled_expand(_KEM_SUITE, mixed, b"shared_secret", context, 32)
    schedule = (
        b"\x00"
        + _labeled_extract(_SUITE, b"", b"psk_id_hash", b"")
        + _labeled_extract(_SUITE, b"", b"info_hash", info)
    )
    root = _labeled_extract(_SUITE, secret, b"secret", b"")
    key = _labeled_expand(_SUITE, root, b"key", schedule, 32)
    return key, _labeled_expand(_SUITE, root, b"base_nonce", schedule, 12)


def hpke_open(
    private: bytes, encapsulated: bytes, sealed: bytes, info: bytes, associated: bytes = b""
) -> bytes:
    """Return the one message that was sealed to a key.

    Raises:
        PackageError: it was altered, or sealed to another key or with other `info`.
    """
    key, nonce = hpke_keys(private, encapsulated, info)
    return aead_open(key, nonce, sealed, associated)


# --- Keys as text ----------------------------------------------------------------------------


def public_text(public: bytes) -> str:
    """Return a public key as the line that is sent to a hotline."""
    return PUBLIC_PREFIX + _with_check(public)


def parse_key(text: str, prefix: str) -> bytes:
    """Return the 32 bytes of a key that was written as text.

    Raises:
        PackageError: it is no such key, or was copied with a mistake.
    """
    found = _KEY.fullmatch("".join(text.split()).lower().replace(prefix, "", 1))
    kind = "private" if prefix == PRIVATE_PREFIX else "public"
    if found is None or not "".join(text.split()).lower().startswith(prefix):
        raise PackageError(f"This is no {kind} key: a key begins with {prefix} and has 64 digits.")
    raw = bytes.fromhex(found[1])
    if hashlib.sha256(raw).hexdigest()[: 2 * CHECK_BYTES] != found[2]:
        raise PackageError("This key was copied with a mistake: a digit is wrong or missing.")
    return raw


def fingerprint(public: bytes) -> str:
    """Return the fingerprint of a public key: 8 groups of 4 digits, to be read aloud."""
    digits = hashlib.sha256(public).hexdigest()[:32]
    return " ".join(digits[at : at + 4] for at in range(0, 32, 4))


def _with_check(raw: bytes) -> str:
    return f"{raw.hex()}-{hashlib.sha256(raw).hexdigest()[: 2 * CHECK_BYTES]}"


# --- Packages --------------------------------------------------------------------------------


def open_package(package: bytes, private: bytes) -> dict[str, object]:
    """Return what a package holds, as FORMAT.md describes it.

    Raises:
        PackageError: it is no package, was cut or altered, or was sealed to another key.
    """
    if not package.startswith(MAGIC):
        raise PackageError("This file is no package of a hotline.")
    if package[len(MAGIC) : len(MAGIC) + 1] != VERSION:
        raise PackageError("This package is of a newer format: ask for a newer open_package.py.")
    if len(package) < SHORTEST or len(package) > LONGEST:
        raise PackageError("This package was altered or cut after it was sealed. Ask for another.")
    head, rest = package[:HEAD_BYTES], package[HEAD_BYTES:]
    public = x25519(private, BASE_POINT)
    if head[-KEY_BYTES:] != hashlib.sha256(public).digest():
        raise PackageError(
            f"This package was sealed to another key: yours has the fingerprint "
            f"{fingerprint(public)}, and it was sealed to {_groups(head[-KEY_BYTES:])}."
        )
    padded = hpke_open(private, rest[:KEY_BYTES], rest[KEY_BYTES:], head)
    plain, marker, zeros = padded.rpartition(PADDING_MARKER)
    if not marker or zeros.strip(b"\x00"):
        raise PackageError("This package was made wrongly. Tell the hotline, and ask for another.")
    return _checked(plain)


def _groups(digest: bytes) -> str:
    digits = digest.hex()[:32]
    return " ".join(digits[at : at + 4] for at in range(0, 32, 4))


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return an object of JSON; readers differ in which value of a key that occurs twice counts."""
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise PackageError(
                f"This package was made wrongly: the key {key[:60]!a} occurs twice in it. Tell the "
                "hotline, and ask for another."
            )
        found[key] = value
    return found


def _checked(plain: bytes) -> dict[str, object]:
    """Return the content; its files are as their digests say, and their names lead nowhere."""
    wrong = PackageError("This package was made wrongly. Tell the hotline, and ask for another.")
    try:
        content = json.loads(plain, object_pairs_hook=_object)
        files = content["files"]
        names = [it["name"] for it in files]
        for it in files:
            data = base64.b64decode(it["base64"], validate=True)
            if hashlib.sha256(data).hexdigest() != it["sha256"]:
                raise wrong
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise wrong from None
    is_named = all(isinstance(it, str) and _FILE_NAME.fullmatch(it) for it in names)
    if content.get("format") != FORMAT_NAME or not is_named or len(set(names)) != len(names):
        raise wrong
    if SHEET in names:
        raise wrong
    return dict(content)


def write_content(content: dict[str, object], folder: Path) -> list[Path]:
    """Write the files of a package, and what it says of itself, into a new folder.

    Raises:
        PackageError: the folder exists, or cannot be written.
    """
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise PackageError(f"The folder {folder} cannot be made: {error.strerror}.") from None
    listed = content["files"]
    assert isinstance(listed, list)  # noqa: S101 - `open_package` has checked it
    about = {**content, "files": [{**it, "base64": None} for it in listed]}
    made = [(it["name"], base64.b64decode(it["base64"])) for it in listed]
    made.append((SHEET, json.dumps(about, indent=1, ensure_ascii=False).encode()))
    paths = []
    for name, data in made:
        _write_private(folder / name, data)
        paths.append(folder / name)
    return paths


_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def _write_private(path: Path, data: bytes) -> None:
    """Write a new file that only this user can read."""
    try:
        handle = os.open(path, _NEW_FILE, 0o600)
    except FileExistsError:
        raise PackageError(f"{path} exists already; it is not overwritten.") from None
    except OSError as error:
        raise PackageError(f"{path} cannot be written: {error.strerror}.") from None
    with os.fdopen(handle, "wb") as out:
        out.write(data)


# --- The command line ------------------------------------------------------------------------


def _say(*lines: str) -> None:
    for line in lines:
        shown = "".join(it if it.isprintable() else "\N{REPLACEMENT CHARACTER}" for it in line)
        encoding = sys.stdout.encoding or "ascii"
        sys.stdout.write(shown.encode(encoding, "replace").decode(encoding) + "\n")


def _read(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(LONGEST + 1)
    except OSError as error:
        raise PackageError(f"{path} cannot be read: {error.strerror}.") from None


def _load_private(path: str) -> bytes:
    return parse_key(_read(path).decode("ascii", "replace"), PRIVATE_PREFIX)


def _show(private: bytes) -> None:
    public = x25519(private, BASE_POINT)
    _say("Send this line to the hotline:", public_text(public), "")
    _say("Read this to them by telephone when they ask for it:", fingerprint(public))


def new_key(path: str) -> None:
    """Make a key pair; the private half goes into a new file."""
    private = os.urandom(KEY_BYTES)
    _write_private(Path(path), (PRIVATE_PREFIX + _with_check(private) + "\n").encode())
    _say(f"{path} is your private key: keep it secret, and keep a copy where no one finds it.", "")
    _show(private)


def show_key(path: str) -> None:
    """Show the public half of a key."""
    _show(_load_private(path))


def open_file(package: str, key: str) -> None:
    """Open a package into a folder of its name, next to it."""
    content = open_package(_read(package), _load_private(key))
    target = Path(package)
    paths = write_content(content, target.with_name(target.name.partition(".")[0] + "-opened"))
    sender, rules = content.get("from"), content.get("rules")
    if isinstance(sender, dict):
        _say(f"From: {sender.get('organisation')}, {sender.get('contact')}")
    if isinstance(rules, dict):
        _say(f"For: {rules.get('purpose')}. Use it for nothing else.")
    _say(str(content.get("notice", "")), "", *(str(it) for it in paths))


COMMANDS: dict[str, tuple[Callable[..., None], int]] = {
    "newkey": (new_key, 1),
    "show": (show_key, 1),
    "open": (open_file, 2),
}


def main(given: list[str]) -> int:
    """Run one command; return the exit code."""
    found = COMMANDS.get(given[0]) if given else None
    if found is None or len(given) - 1 != found[1]:
        _say(*(__doc__ or "").partition("\n\n")[2].partition("\n\nSend")[0].splitlines())
        return 2
    try:
        found[0](*given[1:])
    except PackageError as error:
        _say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
