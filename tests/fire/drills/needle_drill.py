"""Plant needles wherever a person can write, erase, and look for them as a thief would.

`python -m tests.fire.drills.needle_drill --people 20` writes what it found as one line of JSON; it
ends with 1
when anything is left. People tell everything, with files, the first while nobody is enrolled; a
caseworker claims, reads, writes with them and takes notes; there is a key of last resort; backups
are made before and after; then every case is erased. What must not be found: a needle in any
spelling, in data, key store, backups opened with the offline key, and log; and a single thing kept
from before that any key opens which still exists: of the host, of hours, of teams, of everybody who
can sign in, of the parts put together.
"""

from __future__ import annotations

import asyncio
import io
import json
import shutil
import sqlite3
import sys
import time
from collections import defaultdict
from contextlib import ExitStack, asynccontextmanager, closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from bot.app.retention import build_erasures
from bot.app.storage import open_vault
from bot.cases.routing import Queue
from bot.cases.state_machine import Role
from bot.clock import DAY
from bot.hotline.staff.staff import Staff
from bot.log import configure
from bot.mailbox import courier
from bot.sandbox import TOKEN, Sandbox, serve
from bot.store.blobs.opening import open_blobs
from bot.store.blobs.protocol import BLOB_NAME, Blobs, store_blob
from bot.vault import HostKey
from bot.vault.backup.create import Backup, delete_expired, list_archives
from bot.vault.backup.offline_key import OfflineKey, OfflineKeys
from bot.vault.backup.read import BackupArchive
from bot.vault.erasure.erase import ErasureReason
from bot.vault.keys.case_openers import HOST
from tests.fire.drill_command import run_command
from tests.fire.drill_staff import KINDS, DrillStaff
from tests.fire.stolen_keys import (
    Wrap,
    blobs_in,
    keys_of,
    obtainable_case_keys,
    opened,
    opened_with,
    sealed_to_cases,
    wraps_in,
    wraps_in_archive,
)
from tests.support.bucket_server import BucketServer, bucket_server
from tests.support.harnesses.live_deployment import LiveDeployment
from tests.support.needle_search import NEEDLE, find_spellings
from tests.support.people.needle_report import report_needle_everywhere
from tests.support.telegram.bot_api_oracle import check

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bot.sandbox import Phone, SandboxGroup
    from bot.vault import Vault
    from tests.support.harnesses.live_deployment import LivePerson

OFFLINE = OfflineKey.generate()
AWAY = 27 * 3600.0
"""Seconds after which no key of words on their way opens anything any more."""
LEFT = "1ef7" * 8
"""The name of a file that no erasure reached."""
FLAWS = ("", "keeps_key", "writes_log", "leaves_file", "all")


@dataclass
class NeedleFindings:
    """What was looked at, and what was found."""

    people: int = 0
    scanned: int = 0
    """Bytes."""
    ciphertexts: int = 0
    """Sealed things kept from before."""
    keys: int = 0
    """Keys that still exist."""
    opened_before: int = 0
    """Of those things, how many gave a needle away while nothing was erased: that the search works.
    """
    opened_by: dict[str, int] = field(default_factory=dict)
    """How much each kind of holder opened then: that all of them are tried."""
    opened_within_a_week: int = 0
    """How many still do, to whoever has the offline key and a backup of keys that lies for a week.
    """
    opened: int = 0
    opened_to: dict[str, int] = field(default_factory=dict)
    """And by which kind of holder's keys."""
    hits: dict[str, list[str]] = field(default_factory=dict)
    """Needles, by place."""
    left: list[str] = field(default_factory=list)
    """What an erasure said was left."""
    kept_files: list[str] = field(default_factory=list)
    """Files in the storage at the end, versions that were deleted included."""
    shown: int = 0
    """Messages left in the caseworkers' group about cases that are gone."""
    seconds: float = 0.0

    @property
    def faults(self) -> dict[str, Any]:
        """Return what must not be."""
        wrong = {
            name: getattr(self, name) for name in ("opened", "hits", "left", "kept_files", "shown")
        }
        wrong["nothing was looked at"] = not (self.opened_before and self.scanned)
        kinds = {HOST, *(it.strip("/") for it in KINDS)}
        wrong["nobody's keys"] = sorted(it for it in kinds if not self.opened_by.get(it))
        return {name: it for name, it in wrong.items() if it}


@dataclass
class NeedleDeployment:
    """A deployment with a group of caseworkers, and a folder for its backups."""

    night: LiveDeployment
    group: SandboxGroup
    folder: Path
    log: io.StringIO
    server: BucketServer | None = None
    bucket: str = ""
    crew: DrillStaff = field(default_factory=DrillStaff)

    @property
    def data(self) -> Path:
        return self.night.settings.data

    @property
    def backups(self) -> Path:
        return self.folder / "backups"

    @property
    def host(self) -> HostKey:
        return HostKey.load(self.night.settings.required_host_key_file(), self.data)

    def vault(self) -> Vault:
        return open_vault(self.night.settings, self.night.database)

    def backs_up(self) -> None:
        vault = self.vault()
        assert vault.keys is not None
        made = Backup(self.backups, OFFLINE.public, vault.backup_mac)
        made.create(self.night.database, vault.keys.database, self.blobs, self.night.clock.now())
        vault.close()

    @property
    def blobs(self) -> Blobs:
        """The storage of files, in whatever a bucket is among the settings."""
        return open_blobs(self.night.settings)

    def copy_objects(self, to: Path) -> None:
        """Copy what a bucket keeps, deleted versions included, into a folder."""
        to.mkdir(exist_ok=True)
        for name, values in self.server.kept(self.bucket).items() if self.server else ():
            for number, data in enumerate(values):
                (to / f"{Path(name).name}{f'.{number}' * bool(number)}").write_bytes(data)


@asynccontextmanager
async def place(folder: Path, server: BucketServer | None) -> AsyncIterator[NeedleDeployment]:
    """Have one, with the bot running; with a server, its files lie in a bucket."""
    bucket = server.new_bucket() if server else ""
    given = server.settings(bucket, folder) if server else {}
    log = io.StringIO()
    configure(log)
    sandbox = Sandbox(check=check)
    chair = sandbox.add_colleague("Chair")
    group = sandbox.add_group("Night shift", forum=True)
    group.add_member(chair, "creator")
    group.add_bot(chair, "administrator")
    with_results_at_once = patch.object(courier, "RESULT_DELAY", 0.0)
    async with serve(sandbox) as address:
        night = LiveDeployment(
            folder,
            sandbox,
            address,
            desk_group=group.id,
            desk_mode="content",
            staff_language="en",
            **given,
        )
        with with_results_at_once:
            try:
                await night.start()
                yield NeedleDeployment(night, group, folder, log, server, bucket)
            finally:
                await night.close()
                configure()


# --- What happens before ---------------------------------------------------------------------


def employs(here: NeedleDeployment, number: int) -> tuple[Phone, str]:
    """Enrol a caseworker with an account and a key, in the group; return both."""
    night, account = here.night, here.night.sandbox.add_colleague(f"Mei {number}")
    here.group.add_member(account)
    vault = here.vault()
    if not here.crew.who:
        here.crew.begins(vault, night.clock.now())
    staff, now = Staff(vault), night.clock.now()
    mei = night.database.writer.run_sync(
        lambda work: staff.add(
            work, now, name="Mei", role=Role.CASEWORKER, title="caseworker", languages=("en",),
            queues=[it.value for it in Queue], most=9, account=account.id,
        )
    )  # fmt: skip
    night.database.writer.run_sync(lambda work: staff.set_duty(work, mei.id, on=True))
    here.crew.joins(vault, mei.id, Role.CASEWORKER, now)
    vault.close()
    return account, mei.id


def reads(here: NeedleDeployment, who: str, reference: str) -> None:
    """Have whoever claimed a case sign in and open it."""
    night, vault = here.night, here.vault()
    ((case,),) = night.sql(f"SELECT id FROM cases WHERE reference = '{reference}'")  # noqa: S608
    here.crew.reads(vault, night.database, case, who, night.clock.now())
    vault.close()


async def talks(here: NeedleDeployment, guest: LivePerson, reference: str, account: Phone) -> None:
    """Have a caseworker write with somebody, and take notes."""
    night = here.night
    asked = f"SELECT thread FROM topics JOIN cases ON cases.id = case_id WHERE reference = '{reference}'"  # noqa: E501, S608
    await night.until(lambda: night.sql(asked) and night.sql(asked)[0][0], "a topic")
    thread = night.sql(asked)[0][0]
    for line in ("/claim", "/takeover"):
        here.group.say(account, line, thread=thread)
        await night.settled()
    await guest.press("I can write now")
    guest.phone.say(f"{NEEDLE} to a caseworker")
    await night.until(lambda: _stands(here, thread, "to a caseworker"), "words in the topic")
    before = guest.said()
    here.group.say(account, f"/say {NEEDLE} from a caseworker", thread=thread)
    await guest.sees_more_than(before)
    here.group.say(account, f"{NEEDLE} in a note", thread=thread)
    notes = "SELECT count(*) FROM exchanges WHERE side = 'note'"
    await night.until(lambda: night.sql(notes)[0][0], "a note")
    await night.settled()


def _stands(here: NeedleDeployment, thread: int, words: str) -> bool:
    return any(words in str(it.get("text", "")) for it in here.group.messages(thread))


# --- What is looked at -----------------------------------------------------------------------


def given_away(
    here: NeedleDeployment, before: Path, *, archives: bool
) -> tuple[int, int, dict[str, int]]:
    """Return how many keys there are now, how much kept from before they give away, and to whom.

    Args:
        here: the deployment.
        before: a copy of its data.
        archives: whether the keys in backups count.
    """
    vault = here.vault()
    assert vault.keys is not None
    root = vault.keys.load_root(here.host, here.night.database, here.night.clock.now())
    wraps = wraps_in(here.data / "keys.db")
    for kept in list_archives(here.backups) if archives else ():
        wraps += wraps_in_archive(kept.path, OFFLINE)
    rings = here.crew.rings(vault)
    keys, halves = keys_of(here.host, root, vault), obtainable_case_keys(vault, wraps, rings)
    vault.close()
    things, by = sealed_to_cases(before), defaultdict(list)
    for kind, half in halves:
        by[kind].append(half)
    given = opened(blobs_in(before / "haven.db"), keys)
    given += opened_with([half for _, half in halves], things)
    to = {kind: opened_with(each, things) for kind, each in by.items()}
    return len(keys) + len(rings) + len(halves), given, to


def scan(here: NeedleDeployment, found: NeedleFindings) -> None:
    """Look for needles wherever bytes lie."""
    here.copy_objects(here.folder / "kept")
    files = here.folder / "kept" if here.server else here.data / "files"
    found.kept_files = [it.name for it in files.iterdir() if BLOB_NAME.fullmatch(it.name)]
    places = (*here.data.rglob("*"), *here.backups.iterdir(), *(here.folder / "kept").iterdir())
    lying = [path for path in places if path.is_file()]
    for path in lying:
        _look(found, path.name, path.read_bytes())
    for kept in list_archives(here.backups):
        inside = b"".join(
            told for _, told in BackupArchive(kept.path, OfflineKeys([OFFLINE])).small_entries()
        )
        _look(found, f"inside {kept.path.name}", inside)
    _look(found, "log", here.log.getvalue().encode())


def _look(found: NeedleFindings, name: str, data: bytes) -> None:
    found.scanned += len(data)
    if ways := find_spellings(data, NEEDLE):
        found.hits[name] = ways


# --- The drill -------------------------------------------------------------------------------


def _nothing(_done: int) -> None:
    pass


async def run(
    folder: Path, people: int = 2, flaw: str = "", tell: Callable[[int], None] = _nothing,
    server: BucketServer | None = None,
) -> NeedleFindings:  # fmt: skip
    """Plant, erase, and look."""
    found = NeedleFindings(people=people)
    async with place(folder, server) as here:
        for number in range(people):
            guest = here.night.add_person(f"{NEEDLE} {NEEDLE}", "en")
            mei = employs(here, number) if number else None  # whoever is first comes before them
            reference = await report_needle_everywhere(guest)
            await here.night.until(lambda: _files_are_saved(here), "files")
            account, who = mei or employs(here, number)
            await talks(here, guest, reference, account)
            if number:  # the case of the first stays with the host
                reads(here, who, reference)
            else:  # the bot knows of the new escrow key before the next person is told of it
                await here.night.restart()
            tell(number + 1)
        here.backs_up()
        before = folder / "before"
        shutil.copytree(here.data, before)
        here.copy_objects(before / "files")
        found.ciphertexts = len(blobs_in(before / "haven.db")) + len(sealed_to_cases(before))
        _, found.opened_before, found.opened_by = given_away(here, before, archives=False)
        wraps = wraps_in(here.data / "keys.db")
        await erase_all(here, found)
        here.night.sandbox.jump(60)
        here.backs_up()
        await here.night.restart(AWAY)
        await here.night.settled()
        _go_wrong(here, flaw, wraps)
        _, found.opened_within_a_week, _ = given_away(here, before, archives=True)
        remove_old_keys(here)
        found.keys, found.opened, found.opened_to = given_away(here, before, archives=True)
        found.shown = sum(NEEDLE in str(it) for it in here.group.messages())
        await here.night.stop()
        scan(here, found)
    return found


def _files_are_saved(here: NeedleDeployment) -> bool:
    states = {state for (state,) in here.night.sql("SELECT state FROM files")}
    return states == {"saved"}


async def erase_all(here: NeedleDeployment, found: NeedleFindings) -> None:
    """Erase every case, as the command does beside the running bot."""
    night, vault = here.night, here.vault()
    erasures = build_erasures(night.settings, vault)
    for (case,) in night.sql("SELECT id FROM cases"):
        now = night.clock.now()
        left = await erasures.erase(night.database, case, ErasureReason.WITHDRAWN, "operator", now)
        found.left += list(left or ("everything",)) if left != () else []
    vault.close()
    await night.until(lambda: not here.group.chat.topics, "topics deleted")
    await night.settled()


def remove_old_keys(here: NeedleDeployment) -> None:
    """Let a week and a day go by in the folder of backups."""
    delete_expired(here.backups, here.night.clock.now() + 7 * DAY)


def _go_wrong(here: NeedleDeployment, flaw: str, wraps: list[Wrap]) -> None:
    """Do what must be noticed."""
    if flaw in {"keeps_key", "all"}:
        with closing(sqlite3.connect(here.data / "keys.db")) as keys, keys:
            keys.executemany("INSERT INTO case_wraps VALUES (?, ?, ?, 0)", wraps)
    if flaw in {"writes_log", "all"}:
        here.log.write(json.dumps({"event": "said", "words": NEEDLE}))
    if flaw in {"leaves_file", "all"}:
        left = NEEDLE.encode("utf-16-le")
        if here.server:
            store_blob(here.blobs, LEFT, [left])
        else:
            (here.data / "files" / LEFT).write_bytes(left)


def drill(*, people: int = 2, flaw: str = "", storage: str = "folder",
          tell: Callable[[int], None] = _nothing) -> dict[str, Any]:  # fmt: skip
    """Burn once; return one row of figures, with what is wrong under `faults`."""
    began = time.monotonic()
    with TemporaryDirectory(prefix="haven-needle-") as folder, ExitStack() as stack:
        server = stack.enter_context(bucket_server()) if storage == "bucket" else None
        found = asyncio.run(run(Path(folder), people, flaw, tell, server))
    found.seconds = round(time.monotonic() - began, 1)
    assert TOKEN
    return {**asdict(found), "faults": found.faults}


if __name__ == "__main__":
    sys.exit(run_command(drill, flaw=FLAWS, storage=("folder", "bucket")))
