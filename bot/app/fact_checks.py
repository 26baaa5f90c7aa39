"""What people are told follows what two colleagues found, in every process, within a second.

So do the bodies abroad that a case can be referred to.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from bot.app.databases.moved import refuse_moved
from bot.app.storage import existing_database
from bot.errors import HavenError
from bot.hotline.fact_checks import FactChecks
from bot.log import log
from bot.places.registry import use_bodies_abroad, use_checks
from bot.store.faults import is_store_error

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from zoneinfo import ZoneInfo

    from bot.exports.bodies_abroad import BodiesAbroad
    from bot.places.checks import FactCheck
    from bot.places.directory import Recipient
    from bot.settings import Settings
    from bot.store.changes import Changes
    from bot.store.writer import Work

READ_SECONDS = 1.0
LONG_READ_SECONDS = 60.0
"""While nothing is stored: a day is over at midnight."""


class FactCheckFollower:
    """Reads the checks and the bodies abroad, and has them used when they have changed."""

    def __init__(
        self, zone: ZoneInfo, bodies: BodiesAbroad | None = None,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """Without `bodies`, a process knows of none."""
        self._zone, self._bodies, self._on_change = zone, bodies, on_change
        self._used: tuple[tuple[FactCheck, ...], dict[str, Recipient]] | None = None

    def follow(self, work: Work) -> None:
        """Use the checks and the bodies that are in force now."""
        bodies = self._bodies.all(work) if self._bodies is not None else []
        found = FactChecks.in_force(work, self._zone), {it.code: it.recipient for it in bodies}
        if found == self._used:
            return
        self._used = found
        use_checks(found[0])
        use_bodies_abroad(found[1])
        self._on_change()


def use_stored_checks(settings: Settings) -> None:
    """Use the checks of a deployment once, for a command; none if it has no database yet.

    Raises:
        SettingError: it was copied to PostgreSQL, so other checks may be in force.
    """
    refuse_moved(settings)
    with contextlib.suppress(HavenError):
        database = existing_database(settings)
        try:
            database.writer.run_sync(FactCheckFollower(settings.zone).follow)
        finally:
            database.writer.close()


async def keep_following(
    follow: Callable[[Work], None],
    read: Callable[[Callable[[Work], None]], Awaitable[None]],
    changes: Changes,
) -> None:
    """Follow once a second, or as things change, until cancelled; `read` runs a unit of work."""
    while True:
        seen = changes.count
        try:
            await read(follow)
        except Exception as error:  # noqa: BLE001 - the next look may work
            if not is_store_error(error):  # the whole process says what is wrong with the disk
                log.error("fact_checks_not_read", error=type(error).__name__)
        await changes.wait(seen, READ_SECONDS, LONG_READ_SECONDS)
