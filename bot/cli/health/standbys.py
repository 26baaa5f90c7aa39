"""What `haven doctor` says of standbys: their state, their lag, and what a promotion would lose."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bot.app.databases.standbys import FollowedDatabase, keys_fault, load_standbys
from bot.app.keys import key_store_url
from bot.app.storage import database_url
from bot.errors import HavenError, SettingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.cli.health.surroundings import Check
    from bot.settings import Settings

FAR_BEHIND = 30.0
"""Seconds after which a standby that lags is a fault: a promotion would last so much longer."""


def standby_checks(settings: Settings) -> Iterator[Check]:
    """Yield the checks of the servers of data and key store; none for SQLite files."""
    if not any(
        it.startswith("postgresql") for it in (database_url(settings), key_store_url(settings))
    ):
        return
    try:
        data, keys = load_standbys(settings)
    except SettingError as error:
        yield "standbys", partial(_refuse, str(error))
        return
    for each in (data, keys):
        yield each.summary, partial(_refuse, each.fault or _lag_fault(each))
    if fault := keys_fault(data, keys):
        yield "keys are where the data are", partial(_refuse, fault)


def _lag_fault(each: FollowedDatabase) -> str:
    if each.found.seconds_behind < FAR_BEHIND:
        return ""
    return "it is far behind: look at its log, its disk and the network between both"


def _refuse(fault: str) -> None:
    if fault:
        raise HavenError(fault)
