"""The roles, and which store each combination of them needs."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from bot.errors import SettingError
from bot.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from bot.settings import Settings


class ProcessRole(StrEnum):
    """A part of what a deployment does."""

    FRONT = "front"
    """Takes what arrives from the channel, and stores it."""
    WORKER = "worker"
    """Answers people."""
    LEADER = "leader"
    """Keeps the clocks, carries out commands of desks, sends letters, erases: one at a time."""
    DESK = "desk"
    """Serves the desk in browsers."""


BOT_ROLES: Final = frozenset({ProcessRole.FRONT, ProcessRole.WORKER, ProcessRole.LEADER})
ALL_ROLES: Final = BOT_ROLES | {ProcessRole.DESK}
ONLY: Final[Mapping[str, frozenset[ProcessRole]]] = {
    "": ALL_ROLES, "bot": BOT_ROLES, **{it.value: frozenset({it}) for it in ProcessRole},
}  # fmt: skip
"""What `haven start --only` may name."""
_ALONE = "with SQLite one process does everything: leave {option} out"
_KEYS = "processes on several machines need one key store: name a PostgreSQL, as in {hint}"


def roles_of(only: str) -> frozenset[ProcessRole]:
    """Return the roles that `--only` names; SettingError, with the choices, for anything else."""
    if only not in ONLY:
        raise SettingError(f"--only {only} is none of: {', '.join(name for name in ONLY if name)}")
    return ONLY[only]


def answers_at_once(roles: frozenset[ProcessRole]) -> bool:
    """Tell whether a process answers what arrives in the transaction that stores it."""
    return roles >= BOT_ROLES


def names(roles: Collection[ProcessRole]) -> str:
    """Return the names of roles, in the order in which an update meets them."""
    return ",".join(role.value for role in ProcessRole if role in roles)


def require_shared_store(settings: Settings, only: str, *, is_standby: bool) -> None:
    """Refuse to divide what one process must do.

    Raises:
        SettingError: data or keys are not in a PostgreSQL; the text names the fix.
    """
    roles = roles_of(only)
    if is_standby and ProcessRole.LEADER not in roles:
        raise SettingError(
            f"--standby waits until no other process leads, and --only {only} never leads: leave "
            "--standby out"
        )
    if not is_standby and (roles >= BOT_ROLES or roles == {ProcessRole.DESK}):
        return
    option = "--standby" if is_standby else f"--only {only}"
    if not _is_postgresql(settings.database_url, "HAVEN_DATABASE_URL"):
        raise SettingError(
            f"HAVEN_DATABASE_URL: {option} needs PostgreSQL, which several processes share; "
            + _ALONE.format(option=option)
        )
    if not _is_postgresql(settings.keys_url, "HAVEN_KEYS_URL"):
        raise SettingError(
            "HAVEN_KEYS_URL: "
            + _KEYS.format(hint="HAVEN_KEYS_URL=postgresql://haven@db.example.org/haven_keys")
        )


def _is_postgresql(url: str | None, name: str) -> bool:
    return bool(url) and Database(str(url), name=name).dialect == "postgresql"
