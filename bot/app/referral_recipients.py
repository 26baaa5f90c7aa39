"""Recipients of referrals: the organisations of the place, with this deployment's agreements."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.places.directory import Recipient, with_agreements
from bot.places.registry import find_place

if TYPE_CHECKING:
    from datetime import date

    from bot.places.place import Place
    from bot.settings import Settings


def find_recipients(settings: Settings) -> dict[str, Recipient]:
    """Return all recipients of the place, by code; only those with an agreement are offered."""
    return with_agreements(find_place(settings.place).recipients, settings.agreement_days)


def deployment_place(settings: Settings) -> Place:
    """Return the place, its recipients with the agreements of this deployment."""
    return replace(find_place(settings.place), recipients=find_recipients(settings))


def recipient_facts(settings: Settings, today: date) -> frozenset[str]:
    """Return which kinds of recipients a person can be asked about today."""
    offered = [it for it in find_recipients(settings).values() if it.is_offered(today)]
    return frozenset("agreed_office" if it.is_office else "agreed_organisation" for it in offered)
