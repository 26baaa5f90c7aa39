"""Texts of the pages of the directory of services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.hotline.directory.freshness import EntryState
from bot.hotline.directory.model import Decision, DirectoryOutcome, Guests, ProposalKind
from bot.hotline.directory.rules import EntryFault
from bot.text import Text, _, pgettext

if TYPE_CHECKING:
    from collections.abc import Mapping

GUESTS: Mapping[Guests, Text] = {
    Guests.ANY: pgettext("who may come", "everyone"),
    Guests.WOMEN: pgettext("who may come", "women"),
    Guests.MEN: pgettext("who may come", "men"),
    Guests.CHILDREN: pgettext("who may come", "children on their own"),
    Guests.FAMILIES: pgettext("who may come", "families"),
}
STATES: Mapping[EntryState, Text] = {
    EntryState.SHOWN: pgettext("service entry", "shown"),
    EntryState.DUE: pgettext("service entry", "to check"),
    EntryState.OLD: pgettext("service entry", "hidden until someone checks it"),
    EntryState.ENDED: pgettext("service entry", "ended"),
}
KINDS: Mapping[ProposalKind, Text] = {
    ProposalKind.NEW: pgettext("proposal", "new"),
    ProposalKind.CHANGE: pgettext("proposal", "change"),
    ProposalKind.END: pgettext("proposal", "end"),
}
DECISIONS: Mapping[Decision | None, Text] = {
    None: pgettext("proposal", "waits for a second person"),
    Decision.APPROVED: pgettext("proposal", "approved"),
    Decision.REFUSED: pgettext("proposal", "refused"),
    Decision.WITHDRAWN: pgettext("proposal", "withdrawn"),
}
FIELD_NAMES: Mapping[str, Text] = {
    "name": pgettext("service entry", "Name"),
    "services": pgettext("service entry", "What it offers"),
    "counties": pgettext("service entry", "Counties it serves"),
    "languages": pgettext("service entry", "Languages spoken"),
    "week": pgettext("service entry", "Hours"),
    "places": pgettext("service entry", "Places to stay"),
    "guests": pgettext("service entry", "Who may come"),
    "contact": pgettext("service entry", "How staff reach it"),
    "is_public": pgettext("service entry", "Who may be told"),
    "note": pgettext("service entry", "Note"),
    "source": pgettext("service entry", "Known from"),
    "partner": pgettext("service entry", "Partner"),
}
"""In the order in which a page shows them."""
EVERYWHERE = pgettext("service entry", "all of the country")
NOT_KNOWN = pgettext("service entry", "not known")
NONE = pgettext("service entry", "none")
NO_PLACES = pgettext("service entry", "no one stays there")
FOR_PEOPLE = pgettext("service entry", "a person may be told of it")
FOR_STAFF = pgettext("service entry", "only staff: never give it to a person")
DAY_AND_NIGHT = _("day and night")
EVERY_DAY = _("every day: {hours}")
DAY_HOURS = _("{day}: {hours}")
CLOSED = _("closed")
OUTCOMES: Mapping[DirectoryOutcome, Text] = {
    DirectoryOutcome.OWN: _("You proposed this yourself. A colleague has to approve it."),
    DirectoryOutcome.DECIDED: _("Someone has decided about this before you."),
    DirectoryOutcome.CHANGED: _("The service was changed meanwhile. Please look again."),
    DirectoryOutcome.ENDED: _("The service has ended meanwhile."),
    DirectoryOutcome.FAULTY: _(
        "This breaks a rule of the directory, perhaps together with what was approved meanwhile. "
        "Refuse it, and propose it again."
    ),
    DirectoryOutcome.UNKNOWN: _("There is no such service."),
}
"""What a refusal says."""
PROPOSED = _("Proposed. It counts once a colleague has approved it.")
APPROVED = _("Approved. It counts from now on.")
REFUSED = _("Refused. It stays in the history of the service.")
WITHDRAWN = _("Withdrawn. It stays in the history of the service.")
CONFIRMED = _("Stored: still right, found by you just now.")
COUNTED = _("Stored. It counts for a day.")
NUMBER_NEEDED = _("Write how many places are free: a number from 0 to {most}.")
CHANGED_MEANWHILE = _("Someone else changed this service meanwhile. Compare, then propose again.")
FAULTS: Mapping[EntryFault, Text] = {
    EntryFault.EMPTY: _("This is needed."),
    EntryFault.TOO_LONG: _("At most {about} characters. Please shorten it."),
    EntryFault.UNPRINTABLE: _("There are characters in it that cannot be shown."),
    EntryFault.UNKNOWN_CODE: _("Not known here: {about}."),
    EntryFault.ADDRESS: _(
        "“{about}” looks like an address. People stay there in safety, so its address is stored "
        "nowhere: a list can be stolen. Write how to call it instead."
    ),
    EntryFault.PLACES: _("A number from 0 to {about}, or nothing if no one stays there."),
    EntryFault.GUESTS: _("Choose “everyone” alone, or the groups that may come."),
}
NOTHING_CHANGED = _("Nothing is different from what stands there.")
LOOSEN: Mapping[str, Text] = {
    "service": _("whatever it offers"),
    "county": _("in any county"),
    "language": _("in any language"),
    "guests": _("for anyone"),
    "is_open": _("open or closed"),
    "has_place": _("with or without a free place"),
    "words": _("without these words"),
}
"""What is asked for without one of its parts."""
