"""How the person of a case reached us, who told us of them, and how they are called back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from bot.cases.state_machine import CASEWORK_ROLES
from bot.text import Text, _, pgettext

if TYPE_CHECKING:
    from collections.abc import Mapping


class OriginChannel(StrEnum):
    """How a person reached us, as stored in `case_origins.channel`."""

    CHAT = "chat"
    PHONE = "phone"
    WALK_IN = "walk_in"
    LETTER = "letter"
    PARTNER = "partner"
    OFFICER = "officer"


OPENING_ROLES = CASEWORK_ROLES
"""Who opens cases: administrators read none, and auditors change nothing."""
CHANNEL_NAMES: Mapping[OriginChannel, Text] = {
    OriginChannel.CHAT: pgettext("origin", "Chat"),
    OriginChannel.PHONE: pgettext("origin", "Telephone"),
    OriginChannel.WALK_IN: pgettext("origin", "In person"),
    OriginChannel.LETTER: pgettext("origin", "Letter"),
    OriginChannel.PARTNER: pgettext("origin", "Partner organisation"),
    OriginChannel.OFFICER: pgettext("origin", "Officer"),
}
STAFF_CHANNELS = tuple(it for it in OriginChannel if it is not OriginChannel.CHAT)
"""The channels of a case that staff open, in the order of their number keys."""
TOLD_BY_OTHERS = frozenset({OriginChannel.LETTER, OriginChannel.PARTNER, OriginChannel.OFFICER})
"""Channels on which the one who tells us is not the person: no one can agree for them."""

CALL_TIMES = ("any_time", "morning", "afternoon", "evening", "night")
"""When a call is safe; other times are words."""
HANG_UP, WRONG_NUMBER = "hang_up", "wrong_number"
IF_OTHER_ANSWERS = (HANG_UP, WRONG_NUMBER)
"""What a caseworker says if another person answers the phone; other things are words."""


class CallBack(msgspec.Struct, frozen=True, kw_only=True):
    """How a person can be called back."""

    number: str = ""
    """As it was typed; empty: they may not be called."""
    times: str = ""
    """A code of `CALL_TIMES`, or words; empty: not said."""
    if_other: str = ""
    """A code of `IF_OTHER_ANSWERS`, or words; empty: not said, so the caseworker hangs up."""

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is known."""
        return not (self.number or self.times or self.if_other)


class Teller(msgspec.Struct, frozen=True, kw_only=True):
    """Who told us of a person. The law keeps it secret (taiwan.md 2.2): sealed, never exported."""

    name: str = ""
    reached_at: str = ""
    """A number or an address."""

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is known."""
        return not (self.name or self.reached_at)


@dataclass(frozen=True, slots=True)
class CaseOrigin:
    """How a case began, for staff who can open it."""

    channel: OriginChannel
    opened_by: str
    """The id of the caseworker."""
    teller: Teller
    call_back: CallBack


class CallOutcome(StrEnum):
    """How a call went; the code of a message of kind `call`."""

    WE_CALLED = "we_called"
    THEY_CALLED = "they_called"
    NOT_REACHED = "not_reached"
    OTHER_ANSWERED = "other_answered"


CALL_OUTCOMES: Mapping[CallOutcome, Text] = {
    CallOutcome.WE_CALLED: _("We called, and spoke with the person"),
    CallOutcome.THEY_CALLED: _("The person called us"),
    CallOutcome.NOT_REACHED: _("We called, and no one answered"),
    CallOutcome.OTHER_ANSWERED: _("We called, and another person answered"),
}
TOLD = "told"
"""Of a call, the name of what we said among its values."""
SPOKE_WITH_PERSON = frozenset({CallOutcome.WE_CALLED, CallOutcome.THEY_CALLED})
"""Calls that answer the person: no reply is due after them."""
