"""Recipients of referrals: organisations of the place and bodies abroad, with our agreements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.places.directory import Recipient, with_agreements
from bot.places.registry import bodies_abroad, find_place
from bot.settings.formats import parse_agreements

if TYPE_CHECKING:
    from datetime import date

    from bot.places.place import Place
    from bot.settings import Settings


class DeploymentRecipients(Mapping[str, Recipient]):
    """All recipients of the place by code, at each moment as two people last checked them.

    Only those with an agreement are offered.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __getitem__(self, code: str) -> Recipient:
        return find_recipients(self._settings)[code]

    def __iter__(self) -> Iterator[str]:
        return iter(find_recipients(self._settings))

    def __len__(self) -> int:
        return len(find_recipients(self._settings))


def find_recipients(settings: Settings) -> Mapping[str, Recipient]:
    """Return all recipients of the place, by code; only those with an agreement are offered."""
    return deployment_place(settings).recipients


def deployment_place(settings: Settings) -> Place:
    """Return the place, its recipients with the agreements of this deployment and bodies abroad."""
    abroad = tuple(bodies_abroad().items())
    return _with_recipients(find_place(settings.place), settings.agreements, abroad)


@lru_cache(maxsize=8)
def _with_recipients(
    place: Place, agreements: str, abroad: tuple[tuple[str, Recipient], ...]
) -> Place:
    """Return a place with its recipients: every turn asks for them, and they seldom change."""
    known = with_agreements(place.recipients, parse_agreements(agreements))
    return replace(place, recipients={**dict(abroad), **known})


def recipient_facts(settings: Settings, today: date) -> frozenset[str]:
    """Return which kinds of recipients a person can be asked about today."""
    offered = [it for it in find_recipients(settings).values() if it.is_offered(today)]
    return frozenset("agreed_office" if it.is_office else "agreed_organisation" for it in offered)
