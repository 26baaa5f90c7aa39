"""The audit log cannot be rewritten unnoticed (promise P19)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.vault import AuditLog, HostKey, Vault
from bot.vault.audit.log import INITIAL_MAC, SYSTEM, AuditBreak, AuditFault, AuditHead, _canonical
from tests.support.harnesses.hotline_harness import VAULT
from tests.vault.reference import reference_crypto

if TYPE_CHECKING:
    from collections.abc import Callable


AUDIT = AuditLog(VAULT)
ROWS = 6
Log = list[list[Any]]


@dataclass
class Unkeyed:
    """What a vault would be whose chain needs no key: anybody can make its proofs."""

    @staticmethod
    def chain_mac(before: bytes, row: bytes) -> bytes:
        return hashlib.sha256(before + row).digest()


def chain(audit: AuditLog, rows: int = ROWS) -> Log:
    """Return a log as it stands in the table."""
    log: Log = []
    before = INITIAL_MAC
    for number in range(1, rows + 1):
        said = (number, number * 10, "9f3c2a1b", f"deed{number % 3}", f"case{number}", "")
        before = audit._vault.chain_mac(before, _canonical(said))
        log.append([*said, before])
    return log


def verified(log: Log, *heads: AuditHead, audit: AuditLog = AUDIT) -> AuditHead | AuditBreak:
    return audit.verify((tuple(row) for row in log), heads)


# --- In memory: every row, every way ---------------------------------------------------------


def test_an_untouched_log_verifies() -> None:
    log = chain(AUDIT)
    assert verified(log) == AuditHead.from_row(ROWS, log[-1][-1])
    assert verified([]) == AuditHead.from_row(0, INITIAL_MAC)
    assert verified(
        log, *(AuditHead.from_row(row[0], row[-1]) for row in log)
    ) == AuditHead.from_row(ROWS, log[-1][-1])


OTHER: tuple[Any, ...] = (None, 0, -1, 1.0, "", "x", b"", b"x", bytes(32))


def test_any_value_changed_in_any_row_is_found_there() -> None:
    tried = 0
    for at, column, value in product(range(ROWS), range(1, 7), OTHER):
        log = chain(AUDIT)
        if (log[at][column], type(log[at][column])) == (value, type(value)):
            continue  # as it was: an empty detail
        log[at][column] = value
        assert verified(log) == AuditBreak(at + 1, AuditFault.ALTERED), (at, column, value)
        tried += 1
    assert tried > 300


@settings(max_examples=400)
@given(st.integers(0, ROWS - 1), st.integers(0, 255))
def test_any_bit_of_a_proof_that_flips_is_found(at: int, bit: int) -> None:
    log = chain(AUDIT)
    mac = bytearray(log[at][-1])
    mac[bit // 8] ^= 1 << bit % 8
    log[at][-1] = bytes(mac)
    assert verified(log) == AuditBreak(at + 1, AuditFault.ALTERED)


@pytest.mark.parametrize("at", range(ROWS - 1))
def test_a_row_taken_out_is_missed(at: int) -> None:
    log = chain(AUDIT)
    del log[at]
    assert verified(log) == AuditBreak(at + 1, AuditFault.MISSING)


@pytest.mark.parametrize("at", range(ROWS - 1))
def test_a_removed_row_is_detected_even_after_recounting_the_rest(at: int) -> None:
    log = chain(AUDIT)
    del log[at]
    for number, row in enumerate(log, 1):
        row[0] = number
    assert verified(log) == AuditBreak(at + 1, AuditFault.ALTERED)


@pytest.mark.parametrize("number", [0, -1, -(2**63)])
def test_a_row_put_before_the_first_is_found(number: int) -> None:
    log = chain(AUDIT)
    log.insert(0, [number, *log[0][1:]])
    assert verified(log) == AuditBreak(number, AuditFault.INSERTED)


@pytest.mark.parametrize("at", range(ROWS))
def test_a_row_put_in_is_found_whether_counted_or_not(at: int) -> None:
    log = chain(AUDIT)
    log.insert(at, list(log[at]))
    assert verified(log) == AuditBreak(at + 1, AuditFault.INSERTED)
    for number, row in enumerate(log, 1):
        row[0] = number
    assert isinstance(verified(log), AuditBreak)


def test_a_row_put_after_the_last_is_found() -> None:
    log = chain(AUDIT)
    log.append([ROWS + 1, *log[-1][1:]])
    assert verified(log) == AuditBreak(ROWS + 1, AuditFault.ALTERED)


@given(st.permutations(range(ROWS)), st.booleans())
def test_rows_that_changed_places_are_found_at_the_first(order: list[int], renumber: bool) -> None:
    was = chain(AUDIT)
    log = [list(was[place]) for place in order]
    if renumber:
        for number, row in enumerate(log, 1):
            row[0] = number
    found = verified(log)
    if order == list(range(ROWS)):
        assert isinstance(found, AuditHead)
        return
    first = next(place for place, row in enumerate(order) if place != row)
    assert isinstance(found, AuditBreak)
    assert found.number in {first + 1, order[first] + 1}


@settings(max_examples=500)
@given(st.lists(st.sampled_from(["drop", "double", "swap", "blank", "borrow"]), max_size=6),
       st.randoms())  # fmt: skip
def test_whatever_is_done_without_the_key_is_found_unless_nothing_changed(
    done: list[str], dice: Any
) -> None:
    was = chain(AUDIT)
    whole = AuditHead.from_row(ROWS, was[-1][-1])
    log = chain(AUDIT)
    other = chain(AuditLog(Vault(HostKey(bytes(32)))))  # of another house
    for how in done:
        at, to = dice.randrange(ROWS - 1), dice.randrange(ROWS - 1)
        if at >= len(log) or to >= len(log):
            continue
        if how == "drop":
            del log[at]
        elif how == "double":
            log.insert(to, list(log[at]))
        elif how == "swap":
            log[at], log[to] = log[to], log[at]
        elif how == "blank":
            log[at][dice.randrange(7)] = dice.choice(OTHER[1:3])
        else:
            log[at] = list(other[at])
    assert (verified(log, whole) == whole) == (log == was)


# --- The end of it ---------------------------------------------------------------------------


@pytest.mark.parametrize("left", range(ROWS))
def test_an_end_cut_off_shows_against_the_head_that_was_written_down(left: int) -> None:
    log = chain(AUDIT)
    head = AuditHead.from_row(ROWS, log[-1][-1])
    assert verified(log[:left], head) == AuditBreak(left + 1, AuditFault.CUT)
    assert isinstance(verified(log[:left]), AuditHead)  # and only against it


@pytest.mark.parametrize("left", range(ROWS))
def test_an_end_replaced_by_true_rows_shows_against_the_head(left: int) -> None:
    log = chain(AUDIT)
    head = AuditHead.from_row(ROWS, log[-1][-1])
    before = log[left - 1][-1] if left else INITIAL_MAC
    for number in range(left + 1, ROWS + 3):  # the house went on after the cut, with its key
        said = (number, 999, SYSTEM, "lapse", "case", "")
        before = VAULT.chain_mac(before, _canonical(said))
        log[number - 1 :] = [[*said, before]]
    assert verified(log, head) == AuditBreak(ROWS, AuditFault.REPLACED)
    assert isinstance(verified(log), AuditHead)


def test_of_several_heads_each_is_held_against() -> None:
    log = chain(AUDIT)
    kept = [AuditHead.from_row(row[0], row[-1]) for row in log]
    wrong = AuditHead(kept[2].number, "0" * 16)
    assert verified(log, kept[5], wrong, kept[2], kept[0]) == AuditBreak(3, AuditFault.REPLACED)


def test_a_head_is_read_as_it_was_written() -> None:
    head = AuditHead.from_row(1842, bytes(range(100, 132)))
    assert AuditHead.parse(str(head)) == AuditHead.parse(f"  {str(head).upper()}\n") == head
    for written in ("", "7", "7:", ":6465666768696a6b", "7:xyz", "-1:6465666768696a6b",
                    "7:6465666768696a6b00", "9" * 30 + ":6465666768696a6b"):  # fmt: skip
        assert AuditHead.parse(written) is None


# --- The negative control --------------------------------------------------------------------


def remade(log: Log, link: Callable[[bytes, bytes], bytes]) -> Log:
    """Return the log with a deed taken out and everything after it proved anew."""
    before, made = INITIAL_MAC, []
    for number, row in enumerate(log[:2] + log[3:], 1):
        said = (number, *row[1:-1])
        before = link(before, _canonical(said))
        made.append([*said, before])
    return made


def test_a_chain_without_a_key_would_be_remade_unnoticed() -> None:
    """Shows why ours has one: whoever can write to the database can compute a hash."""
    unkeyed = AuditLog(Unkeyed())  # type: ignore[arg-type]
    forged = remade(chain(unkeyed), Unkeyed.chain_mac)
    assert isinstance(verified(forged, audit=unkeyed), AuditHead)
    assert verified(remade(chain(AUDIT), Unkeyed.chain_mac)) == AuditBreak(1, AuditFault.ALTERED)


def test_another_host_key_proves_nothing() -> None:
    other = Vault(HostKey(bytes(32)))
    assert verified(remade(chain(AUDIT), other.chain_mac)) == AuditBreak(1, AuditFault.ALTERED)


def test_proofs_are_made_as_they_would_be_by_hand() -> None:
    known = json.loads(reference_crypto.VECTORS.read_text())
    vault = Vault(HostKey(bytes.fromhex(known["host_key"])))
    rows = [(*row, bytes.fromhex(proof)) for row, proof in known["audit"]]
    assert AuditLog(vault).verify(rows) == AuditHead.from_row(3, rows[-1][-1])
