"""Page of phone numbers and recipients: what people are shown, its source, and what is due.

The facts are part of a release (`bot.places`): the page shows them and changes none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.clock import SECOND
from bot.desks.web.administration import texts
from bot.desks.web.routes import Permission, get
from bot.places.directory import RECHECK_AFTER, DirectoryEntry, Recipient, SourceQuality

if TYPE_CHECKING:
    from bot.desks.web.request import DeskRequest, Response
    from bot.places.directory import SourcedFact
    from bot.places.place import Place


class FactState(StrEnum):
    """Whether people are told a fact, and if not, why."""

    SHOWN = "shown"
    DUE = "due"
    """Shown, and last read so long ago that it should be read again."""
    EXPIRED = "expired"
    UNREAD = "unread"
    """Not read in a public source of this year."""
    INCOMPLETE = "incomplete"


SHOWN_STATES = frozenset({FactState.SHOWN, FactState.DUE})


@dataclass(frozen=True, slots=True)
class NumberRow:
    """A phone number, and whether people are told it."""

    entry: DirectoryEntry
    state: FactState
    situations: tuple[str, ...]
    """The situations in which people see it."""


@dataclass(frozen=True, slots=True)
class FactRow:
    """A sentence or a chapter of the law, and whether people are told it."""

    code: str
    fact: SourcedFact
    state: FactState


@dataclass(frozen=True, slots=True)
class RecipientRow:
    """An organisation, and whether a case can be referred to it."""

    recipient: Recipient
    state: FactState


@get("/administration/directory", Permission.STAFF)
async def _directory_page(request: DeskRequest) -> Response:
    context = request.context
    place = context.place
    today = datetime.fromtimestamp(request.now / SECOND, context.zone).date()
    numbers, facts = number_rows(place, today), fact_rows(place, today)
    recipients = [RecipientRow(it, _recipient_state(it, today)) for it in place.recipients.values()]
    states = [*(it.state for it in numbers), *(it.state for it in facts)]
    states += [it.state for it in recipients]
    return request.render(
        "directory.html", place=place.name, facts=facts, recipients=recipients,
        shown=[it for it in numbers if it.state in SHOWN_STATES and it.situations],
        hidden=[it for it in numbers if it.state not in SHOWN_STATES or not it.situations],
        due=sum(it is not FactState.SHOWN for it in states), states=texts.FACT_STATES,
        situations=texts.SITUATIONS, recheck_days=str(RECHECK_AFTER.days),
    )  # fmt: skip


def number_rows(place: Place, today: date) -> list[NumberRow]:
    """Return every phone number of a place, in its order."""
    return [
        NumberRow(
            entry, fact_state(entry, today),
            tuple(name for name, codes in place.numbers_by_situation.items() if code in codes),
        )
        for code, entry in place.directory.items()
    ]  # fmt: skip


def fact_rows(place: Place, today: date) -> list[FactRow]:
    """Return every other fact of a place."""
    return [
        FactRow(code, fact, fact_state(fact, today))
        for code, fact in place.facts()
        if not isinstance(fact, DirectoryEntry)
    ]


def fact_state(fact: SourcedFact, today: date) -> FactState:
    """Return whether people are told a fact today, and if not, why."""
    if fact.missing:
        return FactState.INCOMPLETE
    if fact.quality is not SourceQuality.READ:
        return FactState.UNREAD
    if today >= fact.expires_on:
        return FactState.EXPIRED
    return FactState.DUE if today - fact.verified_on > RECHECK_AFTER else FactState.SHOWN


def _recipient_state(recipient: Recipient, today: date) -> FactState:
    if not recipient.is_offered(today):
        return FactState.EXPIRED
    return FactState.DUE if today - recipient.read_on > RECHECK_AFTER else FactState.SHOWN
