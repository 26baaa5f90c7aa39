"""The on-call roster: who is called, in which order, at which hours and over which channels.

Hours that pass midnight belong to the day on which they begin, as opening hours do.
Hours, channels and addresses are sealed, bound to the caseworker. A row that was changed in the
database does not open, and calls no one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from bot.cases.state_machine import CASE_ROLES
from bot.errors import DecryptionError
from bot.hotline.queue.visibility import works_for
from bot.hotline.staff.opening_hours import EVERY_DAY, same_hours
from bot.hotline.staff.staff import Staff
from bot.store.statements import delete_by, select_by, upsert
from bot.store.tables.on_call import on_call
from bot.vault import Purpose

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from zoneinfo import ZoneInfo

    from bot.cases.offices import CasePlace
    from bot.hotline.staff.opening_hours import OpeningHours
    from bot.hotline.staff.staff import Caseworker
    from bot.settings import Settings
    from bot.store.writer import Work
    from bot.vault import Vault

EVERY_HOUR = "00:00-24:00"


class CallChannel(StrEnum):
    """A way to reach an on-call caseworker."""

    TELEGRAM = "telegram"
    """Their private chat with the bot, which they began."""
    EMAIL = "email"
    PUSH = "push"
    """Browsers they chose at the desk."""


class PushSubscription(msgspec.Struct, frozen=True):
    """One browser that shows calls, as the browser gave it."""

    endpoint: str
    """The address at its push service."""
    public_key: str
    """Its key, base64url; the sentence is encrypted to it."""
    secret: str
    """Its shared secret, base64url."""
    browser: str
    """A name to tell it from others, e.g. Firefox on Linux."""
    added_at: int


class OnCallSettings(msgspec.Struct, frozen=True, omit_defaults=True):
    """How one caseworker is called."""

    channels: tuple[CallChannel, ...]
    """In the order in which they are tried."""
    email: str = ""
    hours: str = ""
    """In the zone of the deployment, e.g. 21:00-09:00; empty for every hour."""
    language: str = ""
    """Of the message; empty for that of the desk."""
    browsers: tuple[PushSubscription, ...] = ()
    """For push; at most `MAX_BROWSERS`."""
    days: tuple[int, ...] = ()
    """Days of the week, Monday is 1; empty for every day."""
    off: tuple[str, ...] = ()
    """Dates on which they are not called, e.g. 2026-12-25."""

    def with_browser(self, added: PushSubscription) -> OnCallSettings:
        """Return the settings with one more browser; the oldest gives way, push is tried first."""
        others = [it for it in self.browsers if it.endpoint != added.endpoint]
        channels = tuple(it for it in self.channels if it is not CallChannel.PUSH)
        return replace(
            self,
            browsers=(*others, added)[-MAX_BROWSERS:],
            channels=(CallChannel.PUSH, *channels),
        )

    def without_browser(self, endpoint: str) -> OnCallSettings:
        """Return the settings without a browser; without any, push is no channel any more."""
        left = tuple(it for it in self.browsers if it.endpoint != endpoint)
        channels = tuple(it for it in self.channels if left or it is not CallChannel.PUSH)
        return replace(self, browsers=left, channels=channels)

    def covers(self, day: date) -> bool:
        """Return whether they are on call on a day."""
        return (not self.days or day.isoweekday() in self.days) and day.isoformat() not in self.off

    def opening_hours(self, zone: ZoneInfo) -> OpeningHours:
        """Return when they may be called."""
        off = [date.fromisoformat(it) for it in self.off]
        return same_hours(self.hours or EVERY_HOUR, zone, self.days or EVERY_DAY, off)


@dataclass(frozen=True, slots=True)
class OnCallPerson:
    """One caseworker on the roster."""

    by: Caseworker
    position: int
    settings: OnCallSettings

    def usable_channels(self, configured: Collection[CallChannel]) -> tuple[CallChannel, ...]:
        """Return the channels that can reach them, in their order.

        Args:
            configured: channels of this deployment.
        """
        has_address = {
            CallChannel.TELEGRAM: self.by.account != 0,
            CallChannel.EMAIL: bool(self.settings.email),
            CallChannel.PUSH: bool(self.settings.browsers),
        }
        return tuple(it for it in self.settings.channels if it in configured and has_address[it])

    def is_on_call(self, zone: ZoneInfo, now: int) -> bool:
        """Return whether they may be called now."""
        if not self.by.is_active or self.by.role not in CASE_ROLES:
            return False
        return self.settings.opening_hours(zone).is_open(now)


MAX_BROWSERS = 5
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(OnCallSettings).decode
_ALL = select_by(
    on_call, "staff_id", "position", "sealed", order_by=("position", "set_at", "staff_id")
)
_STORE = upsert(on_call, "staff_id", "position", "sealed", "set_at", key="staff_id")
_REMOVE = delete_by(on_call, by="staff_id")


class OnCallRoster:
    """The roster as rows, used inside units of work."""

    def __init__(
        self,
        vault: Vault,
        zone: ZoneInfo,
        configured: Collection[CallChannel] = (CallChannel.TELEGRAM,),
    ) -> None:
        """Create a roster.

        Args:
            vault: seals the settings.
            zone: of the hours.
            configured: channels over which this deployment can call.
        """
        self._vault = vault
        self._staff = Staff(vault)
        self._zone = zone
        self.configured = frozenset(configured)

    def of(self, work: Work, who: str) -> OnCallPerson | None:
        """Return a caseworker on the roster; None if they are not on it."""
        return next((it for it in self.all(work) if it.by.id == who), None)

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
            if it.is_on_call(self._zone, now) and it.usable_channels(self.configured)
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


def configured_channels(settings: Settings) -> frozenset[CallChannel]:
    """Return the channels over which a deployment can call."""
    is_set = {
        CallChannel.TELEGRAM: True,
        CallChannel.EMAIL: settings.smtp_url is not None,
        CallChannel.PUSH: bool(settings.push_contact),
    }
    return frozenset(it for it, is_ready in is_set.items() if is_ready)


def serving_first(
    people: Iterable[OnCallPerson], places: Collection[CasePlace]
) -> list[OnCallPerson]:
    """Return people with those first who serve one of these queues, of their own office at best."""

    def rank(it: OnCallPerson) -> tuple[bool, bool]:
        served = [each for each in places if each.queue in it.by.queues]
        return not served, not any(works_for(it.by, each.office) for each in served)

    return sorted(people, key=rank)


def _associated_data(who: str) -> bytes:
    return f"on_call/{who}".encode()
