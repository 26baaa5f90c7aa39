"""What older releases sealed is sealed anew: staff read all of it, the bot nothing of it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from bot.app.reencrypt import AT_A_START, Resealing, reseal_some
from bot.cases.intake import MAX_FILE_BYTES
from bot.cases.queries import CaseReader, load_queue
from bot.cases.sealed_fields import SentFile, encode, open_address, open_handle
from bot.conversation import FileRef, FlowRegistry
from bot.desks.forum.topics import TopicStore
from bot.errors import CaseNotReadableError, DecryptionError
from bot.hotline.chat.messages import (
    CaseMessage,
    CaseMessageContent,
    CaseMessageKind,
    CaseMessages,
    MessageSide,
)
from bot.hotline.staff.staff import Staff
from bot.languages import catalogue
from bot.store.database import DataDirectory
from bot.store.migrate import upgrade
from bot.vault import AuditLog, Purpose
from bot.vault.audit.log import SYSTEM, iter_rows
from bot.vault.erasure.delete_rows import case_tables
from bot.vault.erasure.erase import UNFINISHED
from bot.vault.file_encryption import open_chunks
from bot.vault.keys.case_keys import SEALED_TO_CASE
from flows import ALL_FLOWS
from tests.store.fixtures.make_release_dump import (
    ACCOUNT,
    ANSWERED,
    CONTACT,
    GROUP,
    NOTED,
    SAID,
    referrals_of,
)
from tests.store.fixtures.make_release_dump import WORDS as TOLD
from tests.support.database.key_store_fixtures import PASSWORD, QUEUES, enrol_keyholder, staff_keys
from tests.support.database.kill_at_line import count_lines, kill_at_line
from tests.support.database.legacy_cases import PIECES, downgrade_case
from tests.support.database.release_dumps import DUMPS, restored, vault_of
from tests.support.database_fixtures import migrated_url, on_both_databases, query
from tests.support.harnesses.hotline_harness import BOT, KEEPER, VAULT
from tests.support.harnesses.queue_harness import CHAT
from tests.support.harnesses.retention_harness import GROUP as DESK
from tests.support.harnesses.retention_harness import THREAD, WORDS, RetentionHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.store.database import Database
    from bot.vault import Vault
    from bot.vault.keys.case_keys import Opener
    from bot.vault.keys.keyring import Keyring

PAIRS_SINCE = "0007"
"""The first release in which a case has a key pair."""
OLD = [dump for dump in DUMPS if dump.stem < PAIRS_SINCE]


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[RetentionHarness]:
    made = RetentionHarness(migrated_url("sqlite", tmp_path), tmp_path)
    yield made
    made.close()


def resealing_of(shelf: RetentionHarness) -> Resealing:
    return Resealing(shelf.database.writer, shelf.vault, shelf.folder, SYSTEM)


def aged(shelf: RetentionHarness, *, has_key: bool = True) -> str:
    """Return a case an older release sealed, with a file on the disk."""
    case = shelf.opens()
    shelf.has_file(case)
    downgrade_case(shelf, case, has_key=has_key)
    return case


def enrolled(vault: Vault) -> Keyring:
    """Return the keys of a supervisor; whoever opens a case must be somebody."""
    return (
        KEEPER if vault is VAULT else enrol_keyholder(vault)
    )  # who is enrolled anew has other keys


def opener_of(database: Database, vault: Vault, case: str, keyring: Keyring | None) -> Opener:
    sealed = database.writer.run_sync(lambda work: vault.cases.load_row(work, case))
    return vault.cases.opener(case, sealed, keyring)


def reads(shelf: RetentionHarness, case: str, keyring: Keyring | None) -> list[str]:
    """Return what is read of a case, its file last."""
    opener = opener_of(shelf.database, shelf.vault, case, keyring)
    written = shelf.run(lambda work: CaseMessages.of_case(work, case, opener))
    ((name,),) = query(shelf.database, f"SELECT id FROM files WHERE case_id = '{case}'")  # noqa: S608 - ours
    file = b"".join(open_chunks(opener, name, shelf.folder / name))
    assert file == b"".join(PIECES)
    return [it.content.text for it in written]


# --- Every release that knew no pairs, as it was kept ------------------------------------------


@on_both_databases
@pytest.mark.parametrize("dump", OLD, ids=lambda path: path.stem)
async def test_of_every_older_release_staff_read_all_and_the_bot_nothing(
    dump: Path, kind: str, tmp_path: Path
) -> None:
    database = restored(dump, kind, tmp_path)
    upgrade(database)
    vault = vault_of(dump, tmp_path)
    keyring = enrolled(vault)
    run = database.writer.run_sync
    now = 2_000_000_000_000_000
    vault.rotate_epoch(now)
    resealing = Resealing(database.writer, vault, tmp_path, SYSTEM)
    waiting = resealing.waiting()
    assert waiting
    addresses = {case: address_of(database, vault, case) for case in waiting}
    assert all(resealing.seal(case, now) for case in waiting)
    assert resealing.waiting() == {}

    for case, address in addresses.items():
        with pytest.raises(CaseNotReadableError):
            opener_of(database, vault, case, None)
        assert address_of(database, vault, case) == address
    reader = CaseReader(
        database, vault, FlowRegistry(ALL_FLOWS), catalogue("en"), catalogue("en", "staff")
    )
    (still,) = [case for case in await load_queue(database) if case.status == "waiting"]
    opened = await reader.open(still.reference, keyring)
    assert opened is not None
    assert TOLD in [told.answer for sent in opened.reports for told in sent.answers]
    assert [file.kind for file in opened.files] == ["photo"]
    colleague = run(lambda work: Staff(vault).by_account(work, ACCOUNT))
    if colleague is not None:  # releases since caseworkers answer in the chat
        (case,) = [case for case, called in waiting.items() if called != still.reference]
        opener = opener_of(database, vault, case, keyring)
        written = run(lambda work: CaseMessages.of_case(work, case, opener))
        assert [it.content.text for it in written if it.kind is CaseMessageKind.TEXT] == [
            SAID, ANSWERED, NOTED,
        ]  # fmt: skip
        (referral,) = run(lambda work: referrals_of(vault).of_case(work, case))
        assert referral.may_be_sent
        assert CONTACT in [part.answer for part in referral.included_parts]
        assert run(lambda work: TopicStore(vault).of_case(work, GROUP, case)).thread == 7
    await database.close()


def address_of(database: Database, vault: Vault, case: str) -> int | None:
    ((sealed,),) = query(database, f"SELECT address FROM cases WHERE id = '{case}'")  # noqa: S608
    if sealed is None:
        return None
    return database.writer.run_sync(lambda work: open_address(vault, work, case, bytes(sealed)))


# --- A file on the disk, a claim, a topic ------------------------------------------------------


@pytest.mark.parametrize("has_key", [True, False])
def test_all_of_a_case_is_read_by_whoever_may_and_by_nobody_else(
    shelf: RetentionHarness, *, has_key: bool
) -> None:
    case = aged(shelf, has_key=has_key)
    assert reads(shelf, case, None) == [WORDS, WORDS]  # the bot opens it
    keyring = enrolled(shelf.vault)
    assert resealing_of(shelf).seal(case, shelf.now)
    assert reads(shelf, case, keyring) == [WORDS, WORDS]
    with pytest.raises(CaseNotReadableError):
        reads(shelf, case, None)
    assert [path.name for path in shelf.folder.iterdir() if path.name.endswith(UNFINISHED)] == []
    topic = shelf.run(lambda work: TopicStore(shelf.vault).of_case(work, DESK, case))
    assert topic.thread == THREAD + 1
    assert address_of(shelf.database, shelf.vault, case) == CHAT + 1
    assert (SYSTEM, "reseal", "") in shelf.told(case)
    assert not resealing_of(shelf).seal(case, shelf.now)  # once is enough


def test_nothing_that_was_sealed_before_is_left(shelf: RetentionHarness) -> None:
    case = aged(shelf)
    before = sealed_of(shelf, case)
    enrolled(shelf.vault)
    resealing_of(shelf).seal(case, shelf.now)
    after = sealed_of(shelf, case)
    assert len(after) == len(before) == 5
    assert {it[:1] for it in after} == {SEALED_TO_CASE}
    assert not set(after) & set(before)
    with pytest.raises(DecryptionError):
        shelf.vault.open(Purpose.CASE_KEY, case.encode(), after[-1])


def sealed_of(shelf: RetentionHarness, case: str) -> list[bytes]:
    return [
        bytes(sealed)
        for table in ("reports", "exchanges", "files", "case_keys")
        for (sealed,) in query(
            shelf.database,
            f"SELECT sealed FROM {table} WHERE case_id = '{case}'",  # noqa: S608
        )
    ]


def test_what_comes_later_is_read_beside_it(shelf: RetentionHarness) -> None:
    case = aged(shelf)
    shelf.run(lambda work: shelf.vault.case_sealer(work, case))  # remembered, as by a bot that ran
    keyring = enrolled(shelf.vault)
    resealing_of(shelf).seal(case, shelf.now)
    it = CaseMessage(
        case,
        MessageSide.PERSON,
        CaseMessageKind.TEXT,
        CaseMessageContent(text=WORDS),
        shelf.now + 9,
    )
    shelf.run(lambda work: shelf.exchanges.store(work, [it]))
    assert reads(shelf, case, keyring) == [WORDS, WORDS, WORDS]


def test_whoever_claimed_it_opens_it_at_once(shelf: RetentionHarness) -> None:
    case = aged(shelf)
    keys = staff_keys(shelf.vault)
    keys.enrol(shelf.jun.id, "caseworker", QUEUES, PASSWORD, shelf.now)
    enrolled(shelf.vault)
    shelf.claims_this(shelf.jun, case)
    resealing_of(shelf).seal(case, shelf.now)
    assert reads(shelf, case, keys.unlock(shelf.jun.id, PASSWORD)) == [WORDS, WORDS]
    assert f"staff/{shelf.jun.id}" in shelf.vault.cases.wraps.holders_of(case)


# --- What does not open, and killed half-way ---------------------------------------------------


def test_one_that_was_altered_stays_as_it_was_and_stops_no_other(shelf: RetentionHarness) -> None:
    broken, whole = aged(shelf), aged(shelf)
    connection = shelf.database.connect()
    connection.cursor().execute(
        f"UPDATE reports SET sealed = x'02{'00' * 40}' WHERE case_id = '{broken}'"  # noqa: S608
    )
    connection.close()
    enrolled(shelf.vault)
    resealing = resealing_of(shelf)
    with pytest.raises(DecryptionError):
        resealing.seal(broken, shelf.now)
    assert resealing.some(shelf.now) == 1
    assert set(resealing.waiting()) == {broken}
    assert reads(shelf, broken, None) == [WORDS, WORDS]
    with pytest.raises(CaseNotReadableError):
        reads(shelf, whole, None)


def test_a_start_does_some_and_the_next_the_rest(shelf: RetentionHarness) -> None:
    cases = [aged(shelf) for _ in range(3)]
    directory = DataDirectory(shelf.folder.parent)
    reseal_some(shelf.database, shelf.vault, directory, shelf.now)
    assert len(resealing_of(shelf).waiting()) == 3  # nobody could open them
    enrolled(shelf.vault)
    assert resealing_of(shelf).some(shelf.now, most=2) == 2
    assert len(cases) <= AT_A_START
    reseal_some(shelf.database, shelf.vault, directory, shelf.now)
    assert resealing_of(shelf).waiting() == {}


def test_killed_between_any_two_lines_nothing_is_lost_and_it_goes_on(tmp_path: Path) -> None:
    origin = tmp_path / "origin"
    origin.mkdir()
    shelf = RetentionHarness(migrated_url("sqlite", origin), origin)
    case = aged(shelf)
    enrolled(shelf.vault)
    shelf.close()
    points = count_lines(lambda: reseal(copy_of(origin, tmp_path / "counted"), case))
    assert points > 100
    ends = set()
    for point in range(1, points, max(points // 40, 1)):
        folder = copy_of(origin, tmp_path / f"at{point}")
        assert kill_at_line(point, lambda it=folder: reseal(it, case))  # type: ignore[misc]
        ends.add(finish(folder, case))
    assert ends == {"old", "new"}


def test_a_file_left_beside_by_a_power_cut_is_put_in_its_place(shelf: RetentionHarness) -> None:
    case = aged(shelf)
    keyring = enrolled(shelf.vault)
    resealing = resealing_of(shelf)
    names = shelf.run(lambda work: resealing._seal(work, case, shelf.now))
    assert names is not None  # committed; and there it ended
    (shelf.folder / f"{'0' * 32}{UNFINISHED}").write_bytes(b"of no case")
    with pytest.raises(DecryptionError):
        reads(shelf, case, keyring)
    assert resealing.finish() == 1
    assert reads(shelf, case, keyring) == [WORDS, WORDS]


def copy_of(origin: Path, folder: Path) -> Path:
    shutil.copytree(origin, folder)
    return folder


def reseal(folder: Path, case: str) -> None:
    """Seal anew, as a process of its own would."""
    shelf = RetentionHarness.reopened(folder)
    resealing = resealing_of(shelf)
    resealing.finish()
    resealing.seal(case, shelf.now)


def finish(folder: Path, case: str) -> str:
    """Go on where a process ended; return what it had left."""
    shelf = RetentionHarness.reopened(folder)
    try:
        resealing = resealing_of(shelf)
        left = "old" if case in resealing.waiting() else "new"
        assert left == "new" or reads(shelf, case, None) == [WORDS, WORDS]
        resealing.some(shelf.now)
        assert resealing.waiting() == {}
        keyring = staff_keys(shelf.vault).unlock("keeper", PASSWORD)
        assert reads(shelf, case, keyring) == [WORDS, WORDS]
        assert AuditLog(shelf.vault).verify(iter_rows(shelf.database.writer))
        return left
    finally:
        shelf.close()


# --- Files a release before let the bot read more of --------------------------------------------


def test_of_a_file_a_release_before_named_the_bot_keeps_only_how_it_is_fetched(
    shelf: RetentionHarness, tmp_path: Path
) -> None:
    case, place = shelf.opens(), shelf.intake.store_files
    sent = FileRef("f1", "document", 900, "kontrak.pdf", "The back door.", "u1", "application/pdf")
    large = replace(sent, size=MAX_FILE_BYTES + 1)
    shelf.run(lambda work: place(work, case, [sent, large, sent], shelf.now))
    rows = query(shelf.database, "SELECT id, state FROM files ORDER BY state, id")
    (fetched, _), (broken, _), (never, _) = rows
    for name, _state in rows:
        whole = encode(SentFile(BOT, large if name == never else sent))
        names_again(
            shelf, name, shelf.vault.seal_with_waiting_key(Purpose.HANDLE, name.encode(), whole, 0)
        )
    names_again(shelf, broken, b"\3\2\1")

    def opened() -> FileRef:
        sealed, handle = handles_of(shelf)[fetched]
        return shelf.run(lambda work: open_handle(shelf.vault, work, case, fetched, sealed, handle))

    assert opened() == sent  # what nobody has cut yet is fetched all the same
    reseal_some(shelf.database, shelf.vault, DataDirectory(tmp_path), shelf.now)
    assert opened() == FileRef("f1", "document", 900, unique="u1")
    once = handles_of(shelf)
    assert once[never][1] is None
    assert once[broken][1] == b"\3\2\1"
    reseal_some(shelf.database, shelf.vault, DataDirectory(tmp_path), shelf.now)
    assert handles_of(shelf) == once


def names_again(shelf: RetentionHarness, name: str, handle: bytes) -> None:
    update = "UPDATE files SET handle = ? WHERE id = ?"
    with closing(sqlite3.connect(str(shelf.database.url.database))) as connection, connection:
        connection.execute(update, (handle, name))


def handles_of(shelf: RetentionHarness) -> dict[str, tuple[bytes, bytes | None]]:
    """Return what is sealed of each file: all of it for staff, and how it is fetched."""
    rows = query(shelf.database, "SELECT id, sealed, handle FROM files")
    return {name: (sealed, handle) for name, sealed, handle in rows}


# --- What comes one day ------------------------------------------------------------------------

ANEW = {"reports", "exchanges", "custody", "referrals", "files", "topics", "case_keys"}
OF_THE_HOST = {"clock_events", "clock_marks", "desk_bells", "desk_drafts", "check_ins"}
"""Tables of a case whose rows were never sealed to it."""


def test_every_table_of_a_case_is_sealed_anew_or_is_the_hosts() -> None:
    """Whoever adds a table that is sealed to a case adds it to `resealing`, or says why not."""
    columns = {"sealed", "shown"}
    sealed = {table.name for table in case_tables() if columns & set(table.c.keys())}
    assert sealed == ANEW | OF_THE_HOST
