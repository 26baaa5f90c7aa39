"""The control file of several deployments, with a name and a file of settings for each.

Only four settings are read here, to compare them: where data, keys and host key lie. No two
deployments may share one: erasing, escrow and a stolen copy of one would then reach the other.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import SettingError
from bot.settings.env_file import read_env_file
from bot.store.database import Database, DataDirectory

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sqlalchemy.engine import URL

CONTROL_FILE = Path("/etc/haven/fleet.toml")
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
EXAMPLE = '[[deployment]]\nname = "hope-house"\nsettings = "/etc/haven/hope-house.env"'
FIELDS = {"name", "settings"}


@dataclass(frozen=True, slots=True)
class FleetMember:
    """One deployment of the fleet."""

    name: str
    settings: Path
    """Its file of settings."""
    data: Path
    database: DatabasePlace
    keys: DatabasePlace
    host_key: Path | None


@dataclass(frozen=True, slots=True)
class DatabasePlace:
    """Where a database is, as far as an address says it."""

    hosts: frozenset[str]
    """Hosts with ports; empty for a file of SQLite."""
    name: str
    """The name of the database, or the path of the file."""

    @classmethod
    def of(cls, url: URL) -> DatabasePlace:
        """Return the place that an address names."""
        if url.get_backend_name() == "sqlite":
            return cls(frozenset(), str(Path(str(url.database)).resolve()))
        hosts = _parts(url.query.get("host", url.host or "localhost"))
        ports = _parts(url.query.get("port", str(url.port or 5432)))
        ports = ports if len(ports) == len(hosts) else ports[:1] * len(hosts)
        pairs = zip(hosts, ports, strict=True)
        return cls(frozenset(f"{host}:{port}" for host, port in pairs), str(url.database))

    def meets(self, other: DatabasePlace) -> bool:
        """Tell whether both may be the same database."""
        is_shared = bool(self.hosts & other.hosts) or not (self.hosts or other.hosts)
        return self.name == other.name and is_shared


def _parts(given: str | Sequence[str]) -> list[str]:
    text = given if isinstance(given, str) else ",".join(given)
    return text.split(",")


def load_fleet(path: Path, only: Collection[str] = ()) -> list[FleetMember]:
    """Return the deployments of a control file, or those of some names, in its order.

    All are compared, whichever are asked for.

    Raises:
        SettingError: the file cannot be used, or two deployments share something; it names them.
    """
    members = [_member(path, entry) for entry in _entries(path)]
    if faults := list(_shared(members)):
        raise SettingError(f"{path}: {'; '.join(faults)}. Nothing was done")
    names = {it.name for it in members}
    if unknown := sorted(set(only) - names):
        raise SettingError(
            f"{path} has no deployment {', '.join(unknown)}; it has: {', '.join(sorted(names))}"
        )
    return [it for it in members if not only or it.name in only]


def _entries(path: Path) -> list[dict[str, Any]]:
    try:
        with path.open("rb") as file:
            found = tomllib.load(file)
    except FileNotFoundError:
        raise SettingError(
            f"there is no {path}: write it, or name another with --file. For example:\n{EXAMPLE}"
        ) from None
    except OSError as error:
        raise SettingError(f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(f"{path} is no TOML: {error}. For example:\n{EXAMPLE}") from None
    entries = found.pop("deployment", [])
    if found or not entries or not isinstance(entries, list):
        raise SettingError(f"{path} must hold deployments and nothing else, like:\n{EXAMPLE}")
    return entries


def _member(path: Path, entry: dict[str, Any]) -> FleetMember:
    name, settings = str(entry.get("name", "")), str(entry.get("settings", ""))
    if set(entry) != FIELDS or not NAME.fullmatch(name) or not settings:
        raise SettingError(
            f"{path}: a deployment has a name of small letters, digits and hyphens, and a file of "
            f"settings, and nothing else, like:\n{EXAMPLE}"
        )
    file = path.parent / settings
    found = read_env_file(file)
    data = Path(found.get("HAVEN_DATA", ""))
    if not data.is_absolute():
        raise SettingError(f"{file}: set HAVEN_DATA to a whole path, like /var/lib/haven/{name}")
    folder = DataDirectory(data)
    database = found.get("HAVEN_DATABASE_URL") or folder.database_url
    keys = found.get("HAVEN_KEYS_URL") or folder.keys_url
    host_key = found.get("HAVEN_HOST_KEY_FILE")
    return FleetMember(
        name, file.resolve(), data.resolve(), DatabasePlace.of(Database(database).url),
        DatabasePlace.of(Database(keys, name="HAVEN_KEYS_URL").url),
        Path(host_key).resolve() if host_key else None,
    )  # fmt: skip


def _shared(members: Sequence[FleetMember]) -> Iterator[str]:
    """Yield what two deployments share, and must not."""
    for one, other in combinations(members, 2):
        both = f"{one.name} and {other.name}"
        if one.name == other.name:
            yield f"two deployments are called {one.name}"
        elif one.settings == other.settings:
            yield f"{both} have one file of settings"
        elif one.keys.meets(other.keys):
            yield f"{both} have one key store (HAVEN_KEYS_URL): give each its own"
        elif one.database.meets(other.database):
            yield f"{both} have one database (HAVEN_DATABASE_URL): give each its own"
        elif one.keys.meets(other.database) or other.keys.meets(one.database):
            yield f"the key store of {one.name} or {other.name} is the other's database"
        elif one.data == other.data:
            yield f"{both} have one folder (HAVEN_DATA): give each its own"
        elif one.host_key is not None and one.host_key == other.host_key:
            yield f"{both} have one host key (HAVEN_HOST_KEY_FILE): make another (haven keys new)"
