"""Cut the power at every sync of the database; what was acknowledged must be there, once.

SQLite's writes to the data and to the key store are recorded while people write to Haven, report,
and its keys change. For each sync a disk is put together as a cut right before or after it could
leave it: writes that were not synced are there, lost or torn. Haven starts on that disk. Telegram
delivers what it was not told we have, and some of the rest. Every case must open for its staff.

`python -m tests.fire.drills.power_drill --cuts 1000` writes what it found as one line of JSON; it
ends with 1 when anything is wrong. `--control unsynced` runs SQLite without syncs, `unsynced_keys`
the key store alone, `early` acknowledges before the commit, and `forgets` keeps no trace of what
was handled. They must be found.
"""

from __future__ import annotations

import sqlite3
import sys
from collections import Counter
from contextlib import closing, nullcontext
from dataclasses import asdict, dataclass, field
from itertools import groupby
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from bot.clock import SECOND
from bot.errors import CommitFailedError, HavenError
from bot.mailbox.inbox import Arrival, Inbox
from bot.store import database
from bot.store.database import Database
from bot.vault import KeyStore, Vault
from bot.vault.keys.epoch_keys import EpochKind
from bot.vault.keys.hpke import KeyPair
from bot.vault.keys.keyring import STAFF_PREFIX, Keyring
from tests.fire.drill_command import run_command
from tests.fire.processes.injected_flaws import forget_handled
from tests.support.database.key_store_fixtures import enrol_keyholder, key_store
from tests.support.database.recorded_writes import WriteRecorder, recorded_writes
from tests.support.database_fixtures import migrated_url, query
from tests.support.harnesses.hotline_harness import BOT, ROOT, HotlineHarness
from tests.support.moved_clock import MIDDAY
from tests.support.people.chat_person import update_json

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from contextlib import AbstractContextManager

    from tests.support.people.chat_person import ChatPerson

PEOPLE, BATCHES = 3, 24
REPORTERS = 2
REPORTING = ("/start", "Talk to a person", "I am safe here", "He keeps my passport.", "Send")
"""What a person types who reports; all of it opens a case."""
KEEPER, DATA = "keeper", "haven.db"
KEY_CHANGE = 0.3
"""How likely the key of data in transit is another one after a batch."""
MOST_AT_ONCE = 4
REPEATED = 4
"""Acknowledged updates that Telegram delivers again nevertheless."""
CONTROLS = ("", "unsynced", "unsynced_keys", "early", "forgets")


@dataclass
class PowerFindings:
    """What was found."""

    cuts: int = 0
    syncs: int = 0
    """Syncs that were recorded; a cut was made before and after each."""
    acknowledged: int = 0
    """Updates that had been acknowledged, over all cuts."""
    lost: int = 0
    twice: int = 0
    out_of_order: int = 0
    damaged: int = 0
    """Databases in which SQLite finds fault."""
    cases: int = 0
    """Cases that were there after a cut, over all cuts."""
    sealed_for_ever: int = 0
    """Cases that their staff cannot open."""

    @property
    def faults(self) -> dict[str, int]:
        """Everything that should not be."""
        names = ("lost", "twice", "out_of_order", "damaged", "sealed_for_ever")
        return {name: value for name in names if (value := getattr(self, name))}


@dataclass
class RecordedEvening:
    """What people wrote, what was written to the disk, and when which of it was acknowledged."""

    recorder: WriteRecorder = field(default_factory=WriteRecorder)
    keys: str = ""
    """The name of the key store's file."""
    keeper: bytes = b""
    """The private key of a supervisor, whose keys were there before."""
    reporters: list[int] = field(default_factory=list)
    """Chats whose person reports."""
    lines: list[tuple[int, str, Arrival]] = field(default_factory=list)
    """Chat, words and update, in the order Telegram has them."""
    times: list[int] = field(default_factory=list)
    """When each of the lines was written."""
    acknowledged: list[tuple[int, int]] = field(default_factory=list)
    """After how many calls so many of the lines had been acknowledged."""

    def count_acknowledged(self, calls: int) -> int:
        """Return how many lines were acknowledged when the power failed."""
        return max((count for at, count in self.acknowledged if at <= calls), default=0)


def record_evening(folder: Path, seed: int, control: str) -> RecordedEvening:
    """Let people write and report, and record it."""
    dice, kept = Random(seed), RecordedEvening()
    unsynced = {"synchronous": "0"}
    store = key_store(folder)
    kept.keeper = enrol_keyholder(Vault(ROOT, store), KEEPER).own_key().private_bytes
    store.close()
    kept.keys = Path(str(store.database.url.database)).name
    here = Database(migrated_url("sqlite", folder))
    with _broken(control), recorded_writes() as kept.recorder:
        with patch.dict(database.PRAGMAS, unsynced if control.startswith("unsynced") else {}):
            vault = _vault(store.database)
            vault.rotate_epoch(MIDDAY)  # it connects now
        with patch.dict(database.PRAGMAS, unsynced if control == "unsynced" else {}):
            home = HotlineHarness(folder, database=here, vault=vault)
            _let_people_write(home, kept, dice, control)
            end = len(kept.recorder.calls)
            home.close()
            vault.close()
    del kept.recorder.calls[end:]  # the end in good order is no part of it
    return kept


def _broken(control: str) -> AbstractContextManager[object]:
    if control == "forgets":
        return patch.object(Inbox, "store_handled", forget_handled)
    return nullcontext()


def _vault(keys: Database) -> Vault:
    return Vault(ROOT, KeyStore(Database(keys.url.render_as_string(hide_password=False))))


def _let_people_write(
    home: HotlineHarness, kept: RecordedEvening, dice: Random, control: str
) -> None:
    people = [home.person("en") for _ in range(PEOPLE)]
    to_say = {home.person("en"): list(REPORTING) for _ in range(REPORTERS)}
    kept.reporters = [person.id for person in to_say]
    for _ in range(BATCHES):
        reporter = dice.choice(list(to_say))
        _let_read(home, reporter)
        batch = [_line(home, kept, dice.choice(people)) for _ in range(dice.randint(1, 3))]
        if to_say[reporter]:
            batch.append(_line(home, kept, reporter, to_say[reporter].pop(0)))
        if control == "early":
            kept.acknowledged.append((len(kept.recorder.calls), len(kept.lines)))
        home.run(home.house.dispatcher.receive(batch, home.next_update))
        kept.acknowledged.append((len(kept.recorder.calls), len(kept.lines)))
        if dice.random() < 0.5:
            home.settle()
        if dice.random() < 0.25:
            home.run(home.database.writer.truncate_wal())
        if dice.random() < KEY_CHANGE:
            _change_key(home.vault, home.loop.now())


def _let_read(home: HotlineHarness, person: ChatPerson) -> None:
    """Let a person read a question of consent: words that come sooner do not answer it.

    They take a second longer, as after a cut the question may come a little later than it did.
    """
    before = home.loop.now()
    home.let_read(person.id)
    if home.loop.now() > before:
        home.advance_time(1)


def _change_key(vault: Vault, now: int) -> None:
    """Begin another key of data in transit, as happens every half hour."""
    assert vault.epochs is not None
    vault.epochs.current(EpochKind.TRANSIT, now, rotation_period=0)
    vault.rotate_epoch(now)


def _line(
    home: HotlineHarness, kept: RecordedEvening, person: ChatPerson, words: str = ""
) -> Arrival:
    words, number = words or f"line {len(kept.lines)}", home.next_update
    home.next_update += 1
    arrival = Arrival.of(number, update_json(number, person.words(words)))
    kept.lines.append((person.id, words, arrival))
    kept.times.append(home.loop.now())
    return arrival


def cut(kept: RecordedEvening, calls: int, dice: Random, found: PowerFindings) -> None:
    """Cut the power after so many calls, start on what is left, and look."""
    done = kept.count_acknowledged(calls)
    found.cuts += 1
    found.acknowledged += done
    with TemporaryDirectory() as folder:
        for name, content in kept.recorder.files_after_cut(calls, dice).items():
            (Path(folder) / name).write_bytes(content)
        here, of_keys = (Database(f"sqlite:///{folder}/{name}") for name in (DATA, kept.keys))
        if _is_damaged(here) or _is_damaged(of_keys):
            found.damaged += 1
            return
        vault, now = _vault(of_keys), kept.times[min(done, len(kept.times) - 1)]
        vault.rotate_epoch(now)
        _check_cases(kept, vault, here, found)
        home = HotlineHarness(Path(folder), database=here, vault=vault, at=now)
        _deliver_again(kept, home, max(0, done - dice.randint(0, REPEATED)))
        _compare(kept, home, found)
        _check_cases(kept, vault, here, found)
        home.close()
        vault.close()


def _deliver_again(kept: RecordedEvening, home: HotlineHarness, first: int) -> None:
    """Deliver the lines from one on, several together, but each once it had been written.

    A yes that came together with what it answers would have been written before the question.
    """
    lines = list(zip(kept.times, kept.lines, strict=True))[first:]
    for second, group in groupby(lines, lambda it: it[0] // SECOND):
        if (ahead := second - home.seconds()) > 0:
            home.advance_time(ahead)
        arrivals = [arrival for _at, (_chat, _words, arrival) in group]
        for start in range(0, len(arrivals), MOST_AT_ONCE):
            home.receive_updates(*arrivals[start : start + MOST_AT_ONCE])


def _is_damaged(here: Database) -> bool:
    try:
        with closing(here.connect()) as connection:
            return list(connection.execute("PRAGMA integrity_check")) != [("ok",)]
    except (sqlite3.DatabaseError, CommitFailedError):
        return True


def _check_cases(kept: RecordedEvening, vault: Vault, here: Database, found: PowerFindings) -> None:
    """Open every case that is there with the keys of its staff."""
    assert vault.keys is not None
    ring = Keyring(vault.keys, f"{STAFF_PREFIX}{KEEPER}", KeyPair.from_private(kept.keeper))
    for (case,) in query(here, "SELECT id FROM cases"):
        found.cases += 1
        try:
            vault.cases.opener(case, ring)
        except HavenError:
            found.sealed_for_ever += 1


def _compare(kept: RecordedEvening, home: HotlineHarness, found: PowerFindings) -> None:
    for chat in {chat for chat, _words, _arrival in kept.lines}:
        if chat in kept.reporters:
            _count_cases(kept, home, chat, found)
            continue
        written = [words for it, words, _arrival in kept.lines if it == chat]
        stored = _stored_lines(home, chat)
        found.lost += (Counter(written) - Counter(stored)).total()
        found.twice += (Counter(stored) - Counter(written)).total()
        found.out_of_order += [it for it in written if it in stored] != list(dict.fromkeys(stored))


def _count_cases(
    kept: RecordedEvening, home: HotlineHarness, chat: int, found: PowerFindings
) -> None:
    """Look whether a person who reported to the end has a case, and no more than one."""
    key = home.house.vault.chat_key(BOT, chat)
    count = sum(bytes(it) == key for (it,) in home.ask("SELECT chat_key FROM cases"))
    has_sent = any((it, words) == (chat, REPORTING[-1]) for it, words, _arrival in kept.lines)
    found.lost += has_sent and not count
    found.twice += max(0, count - 1)


def _stored_lines(home: HotlineHarness, chat: int) -> list[str]:
    key = home.house.vault.chat_key(BOT, chat)
    rows = home.database.writer.run_sync(lambda work: home.house.conversations.load(work, [key]))
    also = rows[key].conversation.position.extra_texts if key in rows else []
    return "\n".join(also).splitlines()


def run(
    *, cuts: int, seed: int = 1, control: str = "", enough: Collection[str] = (),
    tell: Callable[[int], None] = lambda _: None,
) -> PowerFindings:  # fmt: skip
    """Record evenings, and cut the power around each of their syncs, until there were so many.

    The first of these faults that is found is `enough`.
    """
    found, dice = PowerFindings(), Random(seed)
    while found.cuts < cuts:
        with TemporaryDirectory() as folder:
            kept = record_evening(Path(folder), seed, control)
        begin = kept.acknowledged[0][0] if control != "early" else 0
        places = [it for sync in kept.recorder.syncs for it in (sync, sync + 1)]
        if control:  # without syncs, or before the first: anywhere
            places = list(range(begin, len(kept.recorder.calls)))
        found.syncs += len(kept.recorder.syncs)
        dice.shuffle(places)
        for place in places[: cuts - found.cuts]:
            cut(kept, place, dice, found)
            tell(found.cuts)
            if found.faults.keys() & set(enough):
                return found
        seed += 1
    return found


def drill(
    *, cuts: int = 100, control: str = "", tell: Callable[[int], None] = lambda _: None
) -> dict[str, Any]:
    """Cut so often; return one row of figures, with what is wrong under `faults`."""
    found = run(cuts=cuts, control=control, tell=tell)
    return asdict(found) | {"faults": found.faults}


if __name__ == "__main__":
    sys.exit(run_command(drill, control=CONTROLS))
