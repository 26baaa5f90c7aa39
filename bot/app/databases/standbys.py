"""What a start and `haven doctor` say of the standbys of data and key store.

A promotion must lose nothing that was acknowledged, and keys must not be behind the data: so a
start refuses a standby that no commit waits for, and a key store without one where the data have
one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.app.keys import key_store_url, opening
from bot.errors import SettingError
from bot.store.database import Database, DataDirectory
from bot.store.replication import Durability, Replication, load_replication

if TYPE_CHECKING:
    from bot.settings import Settings

RELOAD = "SELECT pg_reload_conf();"
OVERRIDE = "HAVEN_ALLOW_ASYNC_STANDBY=yes"
WAIVED = frozenset({Durability.ASYNCHRONOUS, Durability.HIDDEN})
"""What the setting allows; a database that takes no writes is refused in any case."""


@dataclass(frozen=True, slots=True)
class FollowedDatabase:
    """One of the two databases, and what its server said."""

    setting: str
    what: str
    user: str
    found: Replication

    @property
    def fault(self) -> str:
        """Return what is wrong, and what to do; empty if nothing is."""
        names = ", ".join(it.name for it in self.found.standbys)
        wanted = self.found.wanted
        match self.found.durability:
            case Durability.ASYNCHRONOUS:
                return (
                    f"the {self.what} has a standby ({names}) that no commit waits for: if it is "
                    "promoted, what people were told is stored is lost. On the primary: ALTER "
                    f"SYSTEM SET synchronous_standby_names = '{self._names()}'; {RELOAD}"
                )
            case Durability.MISSING:
                return (
                    f"commits of the {self.what} wait for standbys (synchronous_standby_names = "
                    f"'{wanted}'), and too few of them are connected ({names or 'none'}): nothing "
                    "can be stored. Start the standby; or, if there is none any more, on the "
                    f"primary: ALTER SYSTEM SET synchronous_standby_names = ''; {RELOAD}"
                )
            case Durability.HIDDEN:
                return (
                    f"the {self.what} has a standby ({names}), and its user may not see whether "
                    f"commits wait for it. On the primary: GRANT pg_monitor TO {self.user};"
                )
            case Durability.STANDBY:
                return (
                    f"the address of the {self.what} leads to a standby, which takes no writes: "
                    "name all its hosts, as in postgresql://haven@a,b/haven"
                )
            case _:
                return ""

    @property
    def summary(self) -> str:
        """Return the state in a few words, for an operator."""
        durability = self.found.durability
        if durability is Durability.ALONE:
            return f"standbys of the {self.what}: none, and none is waited for"
        states = "; ".join(
            f"{it.name}: {it.sync_state or 'state hidden'}, {it.bytes_behind} bytes and "
            f"{it.seconds_behind:.1f} s behind"
            for it in self.found.standbys
        )
        return f"standbys of the {self.what} (timeline {self.found.timeline}): {states or 'none'}"

    def _names(self) -> str:
        quoted = ", ".join(_quoted(it.name) for it in self.found.standbys)
        return f"FIRST 1 ({quoted})"


def _quoted(name: str) -> str:
    return name if re.fullmatch(r"[a-z_][a-z0-9_]*", name) else f'"{name}"'


def load_standbys(settings: Settings) -> list[FollowedDatabase]:
    """Ask the servers of data and key store for their standbys; none is asked about a SQLite file.

    Raises:
        SettingError: a server does not answer.
    """
    data = settings.database_url or DataDirectory(settings.data).database_url
    asked = (("HAVEN_DATABASE_URL", "database", data),
             ("HAVEN_KEYS_URL", "key store", key_store_url(settings)))  # fmt: skip
    return [_ask(setting, what, Database(url, name=setting)) for setting, what, url in asked]


def _ask(setting: str, what: str, database: Database) -> FollowedDatabase:
    with opening(what, setting):
        found = load_replication(database)
    return FollowedDatabase(setting, what, str(database.url.username or "haven"), found)


def keys_fault(data: FollowedDatabase, keys: FollowedDatabase) -> str:
    """Return why the keys could be behind the data after a promotion; empty if they cannot."""
    if (data.found.durability, keys.found.durability) != (
        Durability.SYNCHRONOUS, Durability.ALONE,
    ):  # fmt: skip
        return ""
    return (
        "the database has a standby and the key store has none: if the machine of the keys is "
        "lost, nothing opens what the standby has. Put both databases on the same servers"
    )


def require_synchronous(settings: Settings) -> None:
    """Refuse to start where a promotion would lose what was acknowledged, or nothing can be stored.

    Raises:
        SettingError: the text names the setting and the fix.
    """
    data, keys = load_standbys(settings)
    for each in (data, keys):
        is_waived = settings.allow_async_standby and each.found.durability in WAIVED
        if each.fault and not is_waived:
            raise SettingError(f"{each.setting}: {each.fault}{_or_waive(each)}")
    if not settings.allow_async_standby and (fault := keys_fault(data, keys)):
        raise SettingError(f"HAVEN_KEYS_URL: {fault}; or set {OVERRIDE}")


def _or_waive(each: FollowedDatabase) -> str:
    if each.found.durability not in WAIVED:
        return ""
    return f" Or set {OVERRIDE} to start all the same"
