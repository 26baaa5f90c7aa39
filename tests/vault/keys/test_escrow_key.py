"""Two of three printed parts open every case, one opens nothing, and no other key's do."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from bot.errors import CaseNotReadableError, WrongPasswordError
from bot.vault import Vault
from bot.vault.keys.passwords import format_printed_key, parse_printed_key
from tests.support.database.key_store_fixtures import enrol_keyholder, key_store
from tests.support.database_fixtures import query
from tests.support.harnesses.hotline_harness import ROOT
from tests.support.moved_clock import MIDDAY

if TYPE_CHECKING:
    from pathlib import Path

CASE, LATER = "1" * 32, "2" * 32


def house(folder: Path) -> Vault:
    """Return a vault with a supervisor, and a case from before there was an escrow."""
    vault = Vault(ROOT, key_store(folder))
    enrol_keyholder(vault)
    vault.cases.create([(CASE, "labour")], MIDDAY)
    return vault


def test_any_two_parts_open_what_came_since(tmp_path: Path) -> None:
    vault = house(tmp_path)
    parts = vault.escrow.create(MIDDAY)
    vault.cases.create([(LATER, "labour")], MIDDAY)
    for two in combinations(parts.values(), 2):
        keyring = vault.escrow.keyring(two)
        assert vault.cases.wraps.open_key(LATER, keyring)
        with pytest.raises(CaseNotReadableError):  # until somebody who may open it has signed in
            vault.cases.wraps.open_key(CASE, keyring)


def test_one_part_twice_or_of_another_key_opens_nothing(tmp_path: Path) -> None:
    vault = house(tmp_path)
    first, second, _third = vault.escrow.create(MIDDAY).values()
    other = list(vault.escrow.create(MIDDAY).values())
    for parts in ([first], [first, first], [first, other[1]], [first, second, other[2]]):
        with pytest.raises(WrongPasswordError):
            vault.escrow.keyring(parts)
    assert vault.escrow.keyring([first, second]).holder == "escrow/1"  # still opens what it did
    assert vault.escrow.keyring(other[:2]).holder == "escrow/2"


def test_nothing_of_it_is_stored(tmp_path: Path) -> None:
    vault = house(tmp_path)
    parts = [parse_printed_key(it, 33)[1:] for it in vault.escrow.create(MIDDAY).values()]
    assert vault.keys is not None
    path = tmp_path / str(vault.keys.database.url.database).rsplit("/", 1)[-1]
    lies = path.read_bytes() + path.with_name(f"{path.name}-wal").read_bytes()
    assert not any(part in lies for part in parts)
    assert query(vault.keys.database, "SELECT count(*) FROM escrows") == [(1,)]


def test_what_is_on_paper_is_read_however_it_is_typed() -> None:
    secret = bytes(range(33))
    printed = format_printed_key(secret)
    for typed in (printed, printed.lower(), printed.replace("-", " "), printed.replace("0", "O")):
        assert parse_printed_key(typed, 33) == secret
    for place, sign in enumerate(printed):
        if sign != "-":
            slip = printed[:place] + ("X" if sign != "X" else "Y") + printed[place + 1 :]
            with pytest.raises(WrongPasswordError):
                parse_printed_key(slip, 33)
    with pytest.raises(WrongPasswordError):
        parse_printed_key(printed[:-1], 33)
