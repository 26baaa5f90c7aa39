"""Read an archive of this deployment: whole, of an age that may be kept, proven; or refuse it.

It is read twice: once to its end before anything of it is believed, then again while it is put in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from bot.clock import DAY
from bot.errors import BackupRefused
from bot.store.migrate import KEY_MIGRATIONS, is_known
from bot.vault.backup.archive import Reader
from bot.vault.backup.create import (
    ABOUT,
    END,
    FILE,
    FILE_NAME,
    PROOF,
    ROWS,
    Running,
    read_about,
    read_end,
)
from bot.vault.backup.export_rows import KEPT, OF_CASES, Part, read_rows
from bot.vault.erasure.ledger import Line
from bot.vault.keys.key_store import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.vault.backup.archive import Member
    from bot.vault.backup.create import About, End
    from bot.vault.backup.export_rows import Rows
    from bot.vault.backup.offline_key import OfflineKey
    from bot.vault.keys.host_key import HostKey

T = TypeVar("T")
LARGEST = 256 * 1024 * 1024
"""Bytes of anything in an archive but a file."""
AHEAD = DAY
"""How far in the future an archive may have been made by its own clock."""


@dataclass
class Seen:
    """An archive that was read to its end."""

    path: Path
    about: About
    end: End
    gone: list[Line] = field(default_factory=list)
    """The ledger as it was then."""
    keyed: set[str] = field(default_factory=set)
    """The cases whose keys are in it."""
    roots: list[list[Any]] = field(default_factory=list)
    """What everything of the host is derived from, sealed under host keys."""

    @property
    def part(self) -> Part:
        """Return which of the two it is."""
        return Part(self.about.part)


class Archive:
    """One archive, with the keys to it."""

    def __init__(self, path: Path, key: OfflineKey, host: HostKey) -> None:
        self._path = path
        self._key = key
        self._host = host

    def inspect(self, now: int) -> Seen:
        """Read it to its end.

        Raises:
            BackupRefused: it is not whole, not of this deployment, too old, or of a later release.
        """
        found: Seen | None = None
        for name, told in self.things():
            if name == ABOUT:
                about = self._decoded(read_about, told)
                self._see_age(about, now)
                found = Seen(self._path, about, read_end(msgspec.msgpack.encode({})))
            elif found is None:
                raise BackupRefused(f"{self._path.name}: it does not begin as a backup does")
            elif name == END:
                found.end = self._decoded(read_end, told)
            elif name.startswith(ROWS):
                _note(found, self._decoded(read_rows, told))
        if found is None:
            raise BackupRefused(f"{self._path.name}: there is nothing in it")
        return found

    def rows(self) -> Iterator[Rows]:
        """Yield the rows in it, some at a time."""
        for name, told in self.things():
            if name.startswith(ROWS):
                yield self._decoded(read_rows, told)

    def things(self) -> Iterator[tuple[str, bytes]]:
        """Yield everything in it but files, and see at the end that it was made with our host key.

        Raises:
            BackupRefused: it is not whole, or was made elsewhere.
        """
        for member, parts in self.members():
            if member.name.startswith(FILE):
                continue
            if member.length > LARGEST:
                raise BackupRefused(f"{self._path.name}: {member.name} in it is too long")
            yield member.name, b"".join(parts)

    def members(self) -> Iterator[tuple[Member, Iterator[bytes]]]:
        """Yield everything in it with its bytes, to be read before the next."""
        running, is_proven = Running(self._host), False
        for member in Reader(self._path, self._key).members():
            if is_proven:
                raise BackupRefused(f"{self._path.name}: something follows its proof")
            if member.name == PROOF:
                is_proven = compare_digest(member.whole(64), running.proof())
                if not is_proven:
                    raise BackupRefused(
                        f"{self._path.name}: it was not made with this host key: it is another "
                        "deployment's, or nobody's. Without the host key it was made with no "
                        "archive is restored: what was erased since would come back"
                    )
                continue
            running.begin(member.name, member.length)
            parts = _told(member, running)
            yield member, parts
            for _ in parts:  # what nobody wanted is proven all the same
                pass
        if not is_proven:
            raise BackupRefused(f"{self._path.name}: nothing proves that it is of this deployment")

    def _see_age(self, about: About, now: int) -> None:
        is_ours = is_known(about.revision) and is_known(about.keys_revision, KEY_MIGRATIONS)
        if about.part not in list(Part) or not is_ours:
            raise BackupRefused(
                f"{self._path.name}: it was made by a later release; upgrade Haven to restore it"
            )
        if about.made_at > now + AHEAD:
            raise BackupRefused(f"{self._path.name}: it is from the future; look at the clock here")
        days = KEPT[Part(about.part)] // DAY
        if now - about.made_at > KEPT[Part(about.part)]:
            raise BackupRefused(
                f"{self._path.name}: it is older than {days} days, and should be gone: what was "
                "erased since would come back with it"
            )

    def _decoded(self, decode: Callable[[bytes], T], told: bytes) -> T:
        try:
            return decode(told)
        except msgspec.MsgspecError:
            raise BackupRefused(
                f"{self._path.name}: it cannot be read; it is of a later release"
            ) from None


def file_name(member: str) -> str | None:
    """Return which file a thing in an archive is; None: none, or not one of ours."""
    name = member.removeprefix(FILE)
    return name if member.startswith(FILE) and FILE_NAME.fullmatch(name) else None


def _told(member: Member, running: Running) -> Iterator[bytes]:
    for part in member.parts():
        running.add(part)
        yield part


def _note(found: Seen, rows: Rows) -> None:
    places = {name: place for place, name in enumerate(rows.columns)}
    if rows.table == "erasures":
        wanted = [places[name] for name in ("case_hash", "begun_at", "why")]
        found.gone += [Line(*(row[place] for place in wanted)) for row in rows.rows]
    elif rows.table in OF_CASES:
        found.keyed |= {row[places["case_id"]] for row in rows.rows}
    elif rows.table == "roots":
        found.roots += [[row[places[name]] for name in COLUMNS] for row in rows.rows]
