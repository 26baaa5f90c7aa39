"""Every case has a key of its own: it opens nothing of another, and without it nothing opens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clock import DAY, HOUR, MINUTE
from bot.errors import CaseNotReadableError, DecryptionError
from bot.vault import HostKey, Purpose, Vault
from bot.vault.keys.case_keys import CACHE_SIZE, MIN_LENGTH_TO_CASE, CaseOpener, CaseSealer
from bot.vault.keys.hpke import KeyPair
from tests.support.database_fixtures import migrated_url, on_both_databases, query
from tests.support.harnesses.case_store_harness import CaseStoreHarness
from tests.support.harnesses.hotline_harness import ROOT, VAULT, supervisor_opener
from tests.support.moved_clock import MIDDAY
from tests.vault.reference import reference_crypto

if TYPE_CHECKING:
    from pathlib import Path

VECTORS = json.loads(reference_crypto.VECTORS.read_text())
WORDS = "Dia menyimpan paspor saya. \U0001f4d5".encode()
PAIR = KeyPair.generate()
ONE, OPENER = CaseSealer("c", PAIR.public), CaseOpener("c", PAIR)
THEIRS = (Purpose.CASE, Purpose.FILE, Purpose.ADDRESS)


@pytest.mark.parametrize(("case", "known_by"), VECTORS["erased"])
def test_an_erased_case_is_known_by_the_same_in_every_release(case: str, known_by: str) -> None:
    vault = Vault(HostKey(bytes.fromhex(VECTORS["host_key"])))
    assert vault.erased_case_digest(case).hex() == known_by
    assert Vault(HostKey(bytes(32))).erased_case_digest(case).hex() != known_by


@given(st.binary(max_size=300), st.sampled_from(THEIRS), st.data())
@settings(max_examples=200)
def test_any_bit_that_changes_is_an_error(
    plain: bytes, purpose: Purpose, data: st.DataObject
) -> None:
    sealed = bytearray(ONE.seal(purpose, b"here", plain))
    assert OPENER.open(purpose, b"here", bytes(sealed)) == plain
    at = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[at // 8] ^= 1 << at % 8
    with pytest.raises(DecryptionError):
        OPENER.open(purpose, b"here", bytes(sealed))


def test_what_was_cut_is_an_error() -> None:
    whole = ONE.seal(Purpose.CASE, b"here", b"words")
    assert len(whole) > MIN_LENGTH_TO_CASE
    assert OPENER.open(Purpose.CASE, b"here", whole) == b"words"
    for length in range(len(whole)):
        with pytest.raises(DecryptionError):
            OPENER.open(Purpose.CASE, b"here", whole[:length])


def test_nothing_opens_for_another_case_place_purpose_or_with_the_hosts_key() -> None:
    sealed = ONE.seal(Purpose.CASE, b"here", b"words")
    host = Vault(HostKey(bytes(32)))
    for opener, purpose, place in (
        (CaseOpener("c", KeyPair.generate()), Purpose.CASE, b"here"),
        (CaseOpener("d", PAIR), Purpose.CASE, b"here"),
        (OPENER, Purpose.CASE, b"there"),
        (OPENER, Purpose.FILE, b"here"),
        (host, Purpose.CASE, b"here"),
    ):
        with pytest.raises(DecryptionError):
            opener.open(purpose, place, sealed)
    with pytest.raises(DecryptionError):  # nor is what the host sealed taken for a case's
        OPENER.open(Purpose.CASE, b"here", host.seal(Purpose.CASE, b"here", b"words"))


# --- Where they are kept ---------------------------------------------------------------------


@pytest.fixture
def desk(tmp_path: Path) -> CaseStoreHarness:
    return CaseStoreHarness(migrated_url("sqlite", tmp_path))


def fresh() -> Vault:
    """Return the vault of another process, which remembers nothing."""
    return Vault(ROOT, VAULT.keys)


@on_both_databases
def test_every_new_case_has_a_key_another_process_seals_to_and_staff_open(
    kind: str, tmp_path: Path
) -> None:
    desk = CaseStoreHarness(migrated_url(kind, tmp_path))
    cases = [desk.opens({"what": "words"}) for _ in range(3)]
    kept = query(desk.database, "SELECT case_id, sealed FROM case_keys")
    assert {case for case, _ in kept} == {case.id for case in cases}
    vault, run = fresh(), desk.database.writer.run_sync
    for case in cases:
        sealer = run(lambda work, it=case: vault.case_sealer(work, it.id))  # type: ignore[misc]
        sealed = sealer.seal(Purpose.CASE, b"here", WORDS)
        opener = supervisor_opener(desk.database, case.id)
        assert opener.open(Purpose.CASE, b"here", sealed) == WORDS


def test_a_key_of_another_case_is_refused(desk: CaseStoreHarness) -> None:
    one, other = desk.opens({}), desk.opens({})
    desk.writes(
        "UPDATE case_keys SET sealed = (SELECT sealed FROM case_keys WHERE "  # noqa: S608 - ours
        f"case_id = '{other.id}') WHERE case_id = '{one.id}'"
    )
    with pytest.raises(DecryptionError):
        desk.database.writer.run_sync(lambda work: fresh().case_sealer(work, one.id))


def test_a_case_key_replaced_without_the_host_key_is_refused(
    desk: CaseStoreHarness,
) -> None:
    case = desk.opens({})
    mine = Vault(HostKey(bytes(32)), VAULT.keys).cases.public_key_row(
        case.id, KeyPair.generate().public
    )
    desk.writes(f"UPDATE case_keys SET sealed = x'{mine.hex()}'")  # noqa: S608 - ours
    with pytest.raises(DecryptionError):
        desk.database.writer.run_sync(lambda work: fresh().case_sealer(work, case.id))


def test_once_its_wraps_are_destroyed_nothing_of_a_case_opens(desk: CaseStoreHarness) -> None:
    case, other = desk.opens({"what": "words"}), desk.opens({"what": "more"})
    VAULT.cases.erase(case.id)
    with pytest.raises(CaseNotReadableError):
        supervisor_opener(desk.database, case.id)
    assert supervisor_opener(desk.database, other.id)


def test_keys_without_a_case_go_after_an_hour_and_those_of_cases_stay(
    desk: CaseStoreHarness,
) -> None:
    """A process that ended between the two commits leaves keys that no case ever gets."""
    wraps, now = fresh().cases.wraps, MIDDAY + 30 * DAY
    ages = {"young": 30 * MINUTE, "due": 2 * HOUR, "late": 47 * HOUR, "old": 3 * DAY}
    names = {age: f"{age:x>32}" for age in ages}
    for age, microseconds in ages.items():
        fresh().cases.create([(names[age], "labour")], now - microseconds)
    case = desk.opens({}, at=now - 2 * HOUR)
    assert desk.database.writer.run_sync(lambda work: wraps.delete_orphans(work, now)) == 2
    left = {age for age, name in names.items() if wraps.holders_of(name)}
    assert left == {"young", "old"}  # of what is older, all were looked at before
    assert wraps.holders_of(case.id)
    assert desk.database.writer.run_sync(lambda work: wraps.delete_orphans(work, now)) == 0


def test_only_so_many_keys_are_remembered_and_none_that_is_gone(desk: CaseStoreHarness) -> None:
    vault = fresh()
    vault.cases.create([(f"{number:032x}", "labour") for number in range(CACHE_SIZE + 20)], MIDDAY)
    assert len(vault.cases._sealers) == CACHE_SIZE
    case = desk.opens({})
    run = desk.database.writer.run_sync
    run(lambda work: vault.case_sealer(work, case.id))
    assert run(vault.cases.evict_erased) == CACHE_SIZE - 1  # those were of no case at all
    assert list(vault.cases._sealers) == [case.id]
    desk.writes("DELETE FROM case_keys")
    assert run(vault.cases.evict_erased) == 1


def test_a_search_in_another_process_gets_the_key_that_opens_the_case() -> None:
    sealed = ONE.seal(Purpose.CASE, b"here", WORDS)
    pair = KeyPair.from_private(OPENER.private_bytes)
    assert CaseOpener("c", pair).open(Purpose.CASE, b"here", sealed) == WORDS
