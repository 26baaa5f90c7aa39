"""Checks a prosecutor's case file: its signature, its custody log, and the files it names.

One file, Python 3.9 or newer, its standard library alone:

    python3 check_case_file.py case-file.json            the case file by itself
    python3 check_case_file.py case-file.json FOLDER     and the files of an unpacked archive

It prints one line for everything that is not as it says, and ends with 1; or one line that all is
right. It also prints the fingerprint of the key that signed: ask the organisation for theirs by
telephone, or the signature proves only that someone signed.

What it computes. The contents as JSON with sorted keys and without spaces have the SHA-256 that
stands in the signed text. The signature is Ed25519 (RFC 8032) over that text. A link of the custody
log is the SHA-256 of the link before it (32 zero bytes before the first) and of the row as such
JSON. A file has the SHA-256 and the size that the manifest says, and the log says it was received.
No key stands twice in an object: readers differ in which of the two counts.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMAT, VERSION = "haven-case-file", 1
SPKI = bytes.fromhex("302a300506032b6570032100")
"""What stands before the 32 bytes of a public key of Ed25519 in a PEM (RFC 8410)."""
CHUNK_BYTES = 1024 * 1024
MAX_BYTES = 64 * 1024 * 1024
RECEIVED = "received"
Json = dict[str, Any]

# --- Ed25519, RFC 8032, section 5.1 and appendix A ---------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


def _add(one: Point, two: Point) -> Point:
    a = (one[1] - one[0]) * (two[1] - two[0]) % P
    b = (one[1] + one[0]) * (two[1] + two[0]) % P
    c, d = 2 * one[3] * two[3] * D % P, 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _multiply(times: int, point: Point) -> Point:
    found: Point = (0, 1, 1, 0)
    while times:
        if times & 1:
            found = _add(found, point)
        point = _add(point, point)
        times >>= 1
    return found


def _decompress(data: bytes) -> Point:
    """Return a point; raise ValueError if the bytes are none."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    squared = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(squared, (P + 3) // 8, P)
    if (x * x - squared) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if y >= P or (x * x - squared) % P or (not x and sign):
        raise ValueError("no point")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


_Y = 4 * pow(5, P - 2, P) % P
BASE = _decompress(_Y.to_bytes(32, "little"))


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether a signature of Ed25519 is right."""
    if len(public) != 32 or len(signature) != 64:  # noqa: PLR2004 - the lengths of RFC 8032
        return False
    try:
        key, commitment = _decompress(public), _decompress(signature[:32])
    except ValueError:
        return False
    scalar = int.from_bytes(signature[32:], "little")
    if scalar >= ORDER:
        return False
    mixed = hashlib.sha512(signature[:32] + public + message).digest()
    right = _add(commitment, _multiply(int.from_bytes(mixed, "little") % ORDER, key))
    left = _multiply(scalar, BASE)
    return all((left[at] * right[2] - right[at] * left[2]) % P == 0 for at in (0, 1))


# --- The case file ------------------------------------------------------------------------------


class RepeatedKeyError(ValueError):
    """A key stands twice in an object, so that readers differ in what the file says."""


def _object(pairs: list[tuple[str, Any]]) -> Json:
    found: Json = {}
    for key, value in pairs:
        if key in found:
            raise RepeatedKeyError(ascii(key[:60]))
        found[key] = value
    return found


def read_json(data: bytes) -> Json:
    """Return the object in a JSON text.

    Raises:
        RepeatedKeyError: a key stands in it twice.
        ValueError: it is no JSON.
    """
    found: Json = json.loads(data, object_pairs_hook=_object)
    return found


def canonical(value: object) -> bytes:
    """Return JSON with sorted keys and without spaces, in UTF-8."""
    found = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return found.encode("utf-8", "surrogatepass")


def public_key(whole: Json) -> bytes:
    """Return the 32 bytes of the key that signed; none if it is not written as a key."""
    lines = str(whole.get("public_key")).splitlines()
    try:
        raw = base64.b64decode("".join(it for it in lines if not it.startswith("-----")))
    except ValueError:
        return b""
    return raw[len(SPKI) :] if raw.startswith(SPKI) else b""


def find_faults(whole: Json, folder: Path | None) -> Iterator[str]:
    """Yield a sentence for everything that is not as the case file says."""
    contents = whole["contents"]
    if contents.get("format") != FORMAT or contents.get("version") != VERSION:
        yield "This is no case file of version 1."
        return
    yield from _signature_faults(whole, contents)
    yield from _custody_faults(contents["custody"], contents["files"])
    for it in contents["files"] if folder is not None else ():
        fault = _file_fault(folder, it) if folder is not None else ""
        if fault:
            yield f"File {it['number']} {fault}."


def _signature_faults(whole: Json, contents: Json) -> Iterator[str]:
    text = str(whole["signed_text"])
    if f"SHA-256: {hashlib.sha256(canonical(contents)).hexdigest()}\n" not in text:
        yield "The contents were changed after they were signed."
    key = public_key(whole)
    if not is_signed(key, text.encode(), base64.b64decode(whole["signature"])):
        yield "The signature is not that of the key that stands in the file."
    for it in contents["receipts"]:
        if not is_signed(key, it["signed_text"].encode(), base64.b64decode(it["signature"])):
            yield f"The receipt {it['number']!a} was not signed by the same key."


def _custody_faults(custody: Json, files: list[Json]) -> Iterator[str]:
    before, received = bytes(32), set()
    for number, it in enumerate(custody["rows"], 1):
        row = it["row"]
        before = hashlib.sha256(before + canonical(row)).digest()
        if row["number"] != number or before.hex() != it["link"]:
            yield f"Row {number} of the custody log was changed, or one before it is missing."
            return
        if row["deed"] == RECEIVED:
            received.add(row.get("digest"))
    if custody["head"] != f"{len(custody['rows'])}:{before.hex()[:16]}" and custody["rows"]:
        yield "Rows at the end of the custody log are missing."
    for it in files:
        if it["sha256"] and it["sha256"] not in received:
            yield f"File {it['number']} is not what the custody log says was received."


def _file_fault(folder: Path, it: Json) -> str:
    number = int(it["number"])
    path = folder / "files" / f"{number:04}.bin"  # never a path that the case file names
    if path.is_symlink() or not path.is_file():
        return "is missing"
    if path.stat().st_size != it["size"]:
        return "was changed: it has another size"
    seen = hashlib.sha256()
    with path.open("rb") as file:
        for part in iter(lambda: file.read(CHUNK_BYTES), b""):
            seen.update(part)
    return "" if seen.hexdigest() == it["sha256"] else "was changed"


def main(given: list[str]) -> int:
    """Check one case file; return the exit code."""
    if not 1 <= len(given) <= 2:  # noqa: PLR2004 - a case file, and a folder
        sys.stdout.write((__doc__ or "") + "\n")
        return 2
    try:
        with Path(given[0]).open("rb") as file:
            whole = read_json(file.read(MAX_BYTES))
        found = list(find_faults(whole, Path(given[1]) if given[1:] else None))
    except RepeatedKeyError as error:
        found = [f"{Path(given[0]).name!a} was changed: the key {error} stands in it twice."]
        whole = {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        found = ["This file cannot be read as a case file."]
        whole = {}
    for fault in found:
        sys.stdout.write(fault + "\n")
    if not found:
        sys.stdout.write("Everything is as the case file says.\n")
        digits = hashlib.sha256(public_key(whole)).hexdigest()[:32]
        groups = " ".join(digits[at : at + 4] for at in range(0, 32, 4))
        sys.stdout.write(f"Fingerprint of the key that signed: {groups}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
