"""The bot's process cannot open what was submitted: tried with every key it holds.

It holds the root, everything in the key store, and what is derived from them. What it may open for
a day are codes; in a group that may show words, those words; after a day nothing at all.
"""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from bot.cases.intake import MAX_FILE_BYTES
from bot.cases.sealed_fields import open_codes, open_reasons
from bot.clock import DAY, HOUR
from bot.errors import CaseNotReadableError, DecryptionError, HavenError
from bot.hotline.commands.types import Verb
from bot.vault import Purpose, Vault
from bot.vault.keys.case_keys import SEALED_TO_CASE, CaseOpener, CaseSealer
from bot.vault.keys.epoch_keys import EpochKind
from bot.vault.keys.hpke import KeyPair
from bot.vault.keys.keyring import ESCROW_PREFIX, STAFF_PREFIX, TEAM_PREFIX, Keyring
from tests.support.database.key_store_fixtures import enrol_keyholder, key_store
from tests.support.database_fixtures import query
from tests.support.harnesses.hotline_harness import ROOT, HotlineHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.store.database import Database
    from bot.store.writer import Work
    from bot.vault import HostKey
    from bot.vault.keys.key_store import KeyStore
    from bot.vault.purpose import Sealer

WORDS = "He keeps my passport."
CAPTION, NAME = "This is the back door.", "kontrak Sari.pdf"
ARCHIVED = (
    ("reports", Purpose.CASE, "{case}/report/{id}"),
    ("exchanges", Purpose.CASE, "{case}/exchange/{side}/{at}"),
    ("files", Purpose.FILE, "{id}"),
    ("record_entries", Purpose.CASE, "{case}/record/{entry}/{at}"),
    ("referrals", Purpose.CASE, "{case}/referral/{recipient}/{id}"),
)
"""What staff keep: where it lies, and the place it is bound to."""


class Remembering(Vault):
    """Remembers for which places anything was sealed: whoever tries them all misses none."""

    def __init__(self, root: HostKey, keys: KeyStore) -> None:
        self.places: set[tuple[Purpose, bytes]] = set()
        super().__init__(root, keys)

    def seal(self, purpose: Purpose, place: bytes, plain: bytes) -> bytes:
        self.places.add((purpose, place))
        return super().seal(purpose, place, plain)

    def seal_with_waiting_key(
        self, purpose: Purpose, place: bytes, plain: bytes, now: int
    ) -> bytes:
        self.places.add((purpose, place))
        return super().seal_with_waiting_key(purpose, place, plain, now)

    def case_sealer(self, work: Work, case: str) -> Sealer:
        return _OfCase(super().case_sealer(work, case), self.places)


class _OfCase:
    def __init__(self, sealer: Sealer, places: set[tuple[Purpose, bytes]]) -> None:
        self._sealer, self._places = sealer, places

    def seal(self, purpose: Purpose, place: bytes, plain: bytes) -> bytes:
        self._places.add((purpose, place))
        return self._sealer.seal(purpose, place, plain)


def evening(
    folder: Path, *, staffed: bool = True, vault: Vault | None = None
) -> tuple[HotlineHarness, Keyring | None]:
    """Return a house in which somebody has sent words and files, and spoken with a caseworker."""
    vault = vault or Vault(ROOT, key_store(folder))
    keyring = enrol_keyholder(vault) if staffed else None
    home = HotlineHarness(folder, vault=vault)
    person = home.person()
    person.says("/start")
    person.presses("English", "Talk to a person", "I am safe here")
    person.says(WORDS)
    person.presses("Send", "Any time", "Add something")
    person.sends(photo=[{"file_id": "f1", "file_unique_id": "u1", "file_size": 900}])
    for number, size in ((2, 900), (3, MAX_FILE_BYTES + 1)):
        person.sends(**named(number, size))
    person.presses("Send")
    ((case,),) = home.ask("SELECT id FROM cases")
    colleague = home.colleague(account=6_000_000_001)
    colleague.claims(case)
    colleague.take_over(case)
    person.says(WORDS)
    person.sends(**named(4, 900))
    colleague.run_command(Verb.NOTE, case, text=WORDS)
    colleague.run_command(Verb.RECORD, case, code="document:new/held_by", text=WORDS)
    return home, keyring


def named(number: int, size: int) -> dict[str, Any]:
    """Return a file with a name, and words under it."""
    about = {"file_id": f"f{number}", "file_unique_id": f"u{number}", "file_size": size}
    return {"document": about | {"file_name": NAME}, "caption": CAPTION}


def archived(home: HotlineHarness) -> list[tuple[str, Purpose, bytes, bytes]]:
    """Return everything that is kept for staff: case, purpose, place and bytes."""
    found = []
    for table, purpose, place in ARCHIVED:
        columns = [row[1] for row in home.ask(f"PRAGMA table_info({table})")]
        for row in home.ask(f"SELECT * FROM {table}"):  # noqa: S608 - our own name
            said = dict(zip(columns, row, strict=True))
            said["case"] = said["case_id"]
            found.append((said["case"], purpose, place.format(**said).encode(), said["sealed"]))
    return found


def keys_of_the_bot(vault: Vault) -> Iterator[KeyPair]:
    """Yield every key pair there is in what the process holds, and every secret taken for one."""
    assert vault.keys is not None
    assert vault.epochs is not None
    for (number,) in query(vault.keys.database, "SELECT id FROM epochs"):
        yield KeyPair(vault.epochs.epoch(number).private)
    for table in ("epochs", "teams", "staff_keys", "escrows"):
        for (public,) in query(vault.keys.database, f"SELECT public FROM {table}"):  # noqa: S608
            yield KeyPair.from_private(public)
    for label in ("", "seal case", "seal file", "members", "identity"):
        yield KeyPair.from_private(vault_root(label))


def vault_root(label: str) -> bytes:
    return ROOT.derive(label) if label else ROOT.secret


def keyrings_of_the_bot(vault: Vault) -> Iterator[Keyring]:
    """Yield every one of these keys in the place of everybody something is wrapped to."""
    assert vault.keys is not None
    held = query(vault.keys.database, "SELECT DISTINCT holder FROM case_wraps")
    held += query(vault.keys.database, "SELECT DISTINCT holder FROM team_wraps")
    for key in keys_of_the_bot(vault):
        for holder in {name for (name,) in held} | {
            f"{it}1" for it in (TEAM_PREFIX, STAFF_PREFIX, ESCROW_PREFIX)
        }:
            yield Keyring(vault.keys, holder, key)


def tries(vault: Vault, case: str, purpose: Purpose, place: bytes, sealed: bytes) -> Iterator[Any]:
    """Yield whatever opens a thing, with all that the bot's process has."""
    ways = [lambda it=it: vault.open(it, place, sealed) for it in Purpose]
    ways += [
        lambda key=key: CaseOpener(case, key).open(purpose, place, sealed)
        for key in keys_of_the_bot(vault)
    ]
    for ring in (None, *keyrings_of_the_bot(vault)):
        try:
            key = vault.cases.wraps.open_key(case, ring)
        except HavenError:
            continue
        ways.append(lambda key=key: CaseOpener(case, key).open(purpose, place, sealed))
    for way in ways:
        try:
            yield way()
        except (DecryptionError, ValueError):
            continue


def test_with_all_it_holds_the_bot_opens_nothing_that_was_submitted(tmp_path: Path) -> None:
    home, keyring = evening(tmp_path)
    things = archived(home)
    assert len(things) >= 6
    for thing in things:
        assert list(tries(home.vault, *thing)) == []
    for case, purpose, place, sealed in things:  # which all open for whoever may
        key = home.vault.cases.wraps.open_key(case, keyring)
        assert CaseOpener(case, key).open(purpose, place, sealed)
    home.close()


def blobs(database: Database) -> Iterator[tuple[str, bytes]]:
    """Yield whatever lies in a column of bytes, of any table, with the column's name."""
    for (table,) in query(database, "SELECT name FROM sqlite_master WHERE type = 'table'"):
        for _, name, kind, *_ in query(database, f"PRAGMA table_info({table})"):
            if kind == "BLOB":
                rows = query(database, f"SELECT {name} FROM {table} WHERE {name} IS NOT NULL")  # noqa: S608 - our own names
                yield from ((f"{table}.{name}", bytes(value)) for (value,) in rows)


def opened_by_the_bot(home: HotlineHarness, vault: Remembering) -> dict[str, list[bytes]]:
    """Return what opens of all that is kept, by column: every key at every place there is."""
    assert vault.keys is not None
    ((case,),) = home.ask("SELECT id FROM cases")
    keys = {key.private_bytes: key for key in keys_of_the_bot(vault)}.values()
    case_openers = [CaseOpener(case, key) for key in keys]
    found: dict[str, list[bytes]] = {}
    for column, sealed in [*blobs(home.database), *blobs(vault.keys.database)]:
        for purpose, place in vault.places:
            ways = [partial(vault.open, purpose, place, sealed)]
            if sealed[:1] == SEALED_TO_CASE:
                ways += [partial(it.open, purpose, place, sealed) for it in case_openers]
            for way in ways:
                with contextlib.suppress(DecryptionError, ValueError):
                    found.setdefault(column, []).append(way())
    return found


def test_the_bot_cannot_decrypt_file_names_or_captions_in_any_column(
    tmp_path: Path,
) -> None:
    vault = Remembering(ROOT, key_store(tmp_path))
    home, _ = evening(tmp_path, vault=vault)
    found = opened_by_the_bot(home, vault)
    assert any(b"f1" in it for it in found["files.handle"])  # the search does find what opens
    submitted = (CAPTION, NAME, WORDS)
    shown = {column for column, plain in found.items() for it in plain
             if any(words.encode() in it for words in submitted)}  # fmt: skip
    assert shown == set()
    assert home.ask("SELECT state, count(handle) FROM files GROUP BY state") == [
        ("named", 3), ("too_large", 0),
    ]  # fmt: skip
    home.close()


def test_without_staff_the_host_opens_cases_and_the_search_finds_it(tmp_path: Path) -> None:
    """The control: where nobody is enrolled the house itself keeps the key, and the search finds.

    `haven start` refuses to begin like that.
    """
    home, _ = evening(tmp_path, staffed=False)
    for thing in archived(home):
        assert list(tries(home.vault, *thing))
    home.close()


def test_the_sealer_a_process_is_given_has_no_way_to_open(tmp_path: Path) -> None:
    home, _ = evening(tmp_path)
    ((case,),) = home.ask("SELECT id FROM cases")
    sealer = home.database.writer.run_sync(lambda work: home.vault.case_sealer(work, case))
    assert isinstance(sealer, CaseSealer)
    assert not hasattr(sealer, "open")
    with pytest.raises(CaseNotReadableError, match="sign in"):
        home.vault.cases.opener(case, None)
    home.close()


def codes_of(home: HotlineHarness) -> list[Any]:
    rows = home.ask("SELECT case_id, id, codes FROM reports")
    return [open_codes(home.vault, *row) for row in rows]


def reasons_of(home: HotlineHarness) -> list[Any]:
    rows = home.ask("SELECT id, reasons FROM cases")
    return [open_reasons(home.vault, *row) for row in rows]


async def _gone(home: HotlineHarness, now: int) -> None:
    home.vault.rotate_epoch(now)
    await home.vault.expire_epochs(now, ())


def test_for_a_day_it_reads_codes_and_then_says_that_it_does_not(tmp_path: Path) -> None:
    home, _ = evening(tmp_path)
    kept = codes_of(home)
    assert all(it is not None for it in kept)
    assert WORDS not in str(kept)
    assert "f1" not in str(kept)
    assert None not in reasons_of(home)
    home.run(_gone(home, home.loop.now() + DAY + 2 * HOUR))
    assert set(codes_of(home)) == {None}
    assert reasons_of(home) == [None]
    home.close()


def test_a_waiting_key_is_none_of_an_hour(tmp_path: Path) -> None:
    vault = Vault(ROOT, key_store(tmp_path))
    assert vault.epochs is not None
    assert (
        vault.epochs.current(EpochKind.WAITING, 1).number
        != vault.epochs.current(EpochKind.TRANSIT, 1).number
    )
