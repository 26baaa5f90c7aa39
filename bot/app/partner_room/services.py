"""A partner's entries of the directory of services, as its room shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.partner_room.context import RoomService
from bot.desks.web.services.display import ServiceWords
from bot.desks.web.services.texts import FIELD_NAMES
from bot.hotline.directory.freshness import EntryState, freshness_of
from bot.hotline.directory.model import DirectoryOutcome
from bot.hotline.directory.partner_entries import PartnerEntries, PartnerEntry
from flows.texts.counties import COUNTIES

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.desks.locale import StaffLocale
    from bot.hotline.directory.store import ServiceDirectory
    from bot.places.place import Place
    from bot.settings import Settings
    from bot.store.writer import Work

SHOWN_FIELDS = ("services", "counties", "languages", "week", "guests", "contact")
"""What a partner reads of its entry; what staff note about it is theirs."""


class DirectoryOfPartners:
    """Knows entries by their partner alone: those of others are not there."""

    def __init__(
        self, settings: Settings, directory: ServiceDirectory, find_place: Callable[[], Place]
    ) -> None:
        self._entries = PartnerEntries(directory, freshness_of(settings))
        self._find_place = find_place

    def all(self, work: Work, partner: int, now: int, locale: StaffLocale) -> list[RoomService]:
        """Return the partner's entries in words."""
        words = self._words(locale)
        return [self._room_service(it, words) for it in self._entries.all(work, partner, now)]

    def confirm(self, work: Work, partner: int, entry: str, now: int) -> bool:
        """Store that the partner found an entry still right; tell whether that was possible."""
        return self._entries.confirm(work, partner, entry, now) is DirectoryOutcome.DONE

    def count(self, work: Work, partner: int, entry: str, free: int, now: int) -> bool:
        """Store how many places are free now; tell whether that was possible."""
        done = self._entries.update_free_places(work, partner, entry, free, now)
        return done is DirectoryOutcome.DONE

    def _words(self, locale: StaffLocale) -> ServiceWords:
        services = {it.code: locale(it.name) for it in self._find_place().services}
        counties = {code: it.render(locale.flow_catalogue) for code, it in COUNTIES.items()}
        return ServiceWords(locale, services, counties, {}, {})

    @staticmethod
    def _room_service(entry: PartnerEntry, words: ServiceWords) -> RoomService:
        service, content = entry.service, entry.service.content
        facts = tuple(
            (words.locale(FIELD_NAMES[it]), words.value(content, it))
            for it in SHOWN_FIELDS
            if getattr(content, it) or it in {"counties", "languages"}
        )
        return RoomService(
            service.id, content.name, facts, content.places, entry.free, service.verified_at,
            is_asked_for=entry.is_asked_for, is_hidden=entry.state is EntryState.OLD,
            has_ended=entry.state is EntryState.ENDED,
        )  # fmt: skip
