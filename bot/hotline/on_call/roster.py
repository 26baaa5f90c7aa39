"""The on-call roster: who is called, in which order, at which hours and over which channels.

Hours, channels and addresses are sealed, bound to the caseworker. A row that was changed in the
database does not open, and calls no one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from bot.cases.state_machine import Role
from bot.errors import DecryptionError
from bot.hotline.staff.opening_hours import OpeningHours
from bot.hotline.staff.staff import Staff
from bot.store.statements import delete_by, select_by, upsert
from bot.store.tables.on_call import on_call
from bot.vault import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.vault import Vault


class CallChannel(StrEnum):
    """A way to reach an on-call caseworker."""

    TELEGRAM = "telegram"
    """Their private chat with the bot, which they began."""
    EMAIL = "email"


class OnCallSettings(msgspec.Struct, frozen=True, omit_defaults=True):
    """How one caseworker is called."""

    channels: tuple[CallChannel, ...]
    """In the order in which they are tried."""
    email: str = ""
    hours: str = ""
    """In the zone of the deployment, e.g. 21:00-09:00; empty for every hour."""
    language: str = ""
    """Of the message; empty for that of the desk."""


@dataclass(frozen=True, slots=True)
class OnCallPerson:
    """One caseworker on the roster."""

    by: Caseworker
    position: int
    settings: OnCallSettings

    def usable_channels(self, *, has_email: bool) -> tuple[CallChannel, ...]:
        """Return the channels that can reach them, in their order."""
        usable = {
            CallChannel.TELEGRAM: self.by.account != 0,
            CallChannel.EMAIL: has_email and bool(self.settings.email),
        }
        return tuple(it for it in self.settings.channels if usable[it])

    def is_on_call(self, zone: ZoneInfo, now: int) -> bool:
        """Return whether they may be called now."""
        if not self.by.is_active or self.by.role is Role.AUDITOR:
            return False
        hours = self.settings.hours
        return not hours or OpeningHours(hours, zone).is_open(now)


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(OnCallSettings).decode
_ALL = select_by(
    on_call, "staff_id", "position", "sealed", order_by=("position", "set_at", "staff_id")
)
_STORE = upsert(on_call, "staff_id", "position", "sealed", "set_at", key="staff_id")
_REMOVE = delete_by(on_call, by="staff_id")


class OnCallRoster:
    """The roster as rows, used inside units of work."""

    def __init__(self, vault: Vault, zone: ZoneInfo, *, has_email: bool = False) -> None:
        """Create a roster.

        Args:
            vault: seals the settings.
            zone: of the hours.
            has_email: whether this deployment can send e-mail.
        """
        self._vault = vault
        self._staff = Staff(vault)
        self._zone = zone
        self.has_email = has_email

    def all(self, work: Work) -> list[OnCallPerson]:
        """Return all who are on the roster and have access, in order."""
        rows = work.rows(_ALL)
        staff = {it.id: it for it in self._staff.all(work)} if rows else {}
        found = []
        for who, position, sealed in rows:
            settings = self._open(str(who), bytes(sealed))
            by = staff.get(str(who))
            if settings is not None and by is not None and by.is_active:
                found.append(OnCallPerson(by, position, settings))
        return found

    def available(self, work: Work, now: int) -> list[OnCallPerson]:
        """Return who can be called now, in order."""
        return [
            it
            for it in self.all(work)
            if it.is_on_call(self._zone, now) and it.usable_channels(has_email=self.has_email)
        ]

    def set(self, work: Work, who: str, position: int, settings: OnCallSettings, now: int) -> None:
        """Put a caseworker on the roster, or change how they are called."""
        sealed = self._vault.seal(Purpose.STAFF, _associated_data(who), _encode(settings))
        work.run(_STORE, who, position, sealed, now)

    @staticmethod
    def remove(work: Work, who: str) -> bool:
        """Take a caseworker off the roster; return whether they were on it."""
        return bool(work.run(_REMOVE, who))

    def _open(self, who: str, sealed: bytes) -> OnCallSettings | None:
        try:
            return _decode(self._vault.open(Purpose.STAFF, _associated_data(who), sealed))
        except (DecryptionError, msgspec.MsgspecError):
            return None


def serving_first(people: Iterable[OnCallPerson], queues: set[str]) -> list[OnCallPerson]:
    """Return people with those first who serve one of these queues."""
    return sorted(people, key=lambda it: not queues & set(it.by.queues))


def _associated_data(who: str) -> bytes:
    return f"on_call/{who}".encode()
