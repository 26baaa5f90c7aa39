"""Texts of the page of partners."""

from __future__ import annotations

from bot.partners.members import MemberState
from bot.partners.names import NameProblem
from bot.text import _

STATES = {
    MemberState.INVITED: _("invited"),
    MemberState.WAITING: _("key waits for approval"),
    MemberState.ACTIVE: _("opens referrals"),
}
NAME_REFUSALS = {
    NameProblem.LENGTH: _("Write a name of 1 to {longest} characters."),
    NameProblem.HIDDEN: _(
        "That name holds signs that cannot be seen, which can change how it reads. Type it by hand."
    ),
    NameProblem.ADDRESS: _(
        "That name holds an address or a @name, which would lead people to others. Leave it out."
    ),
}
NAME_TAKEN = _("That name is taken. Add the organisation to it, or choose another.")
PARTNER_ADDED = _("{name} is a partner now.")
ACCESS_ENDED = _("The access of {name} has ended.")
