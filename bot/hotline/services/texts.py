"""What staff read about service plans: states, actions, refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.hotline.services.model import PlanAction, ServiceState
from bot.places.services import CeilingUnit
from bot.text import _, pgettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.text import Text

STATE_NAMES: Mapping[ServiceState, Text] = {
    ServiceState.ASKED: pgettext("service plan", "asked for"),
    ServiceState.OFFERED: pgettext("service plan", "offered"),
    ServiceState.ACCEPTED: pgettext("service plan", "accepted"),
    ServiceState.GIVEN: pgettext("service plan", "given"),
    ServiceState.ENDED: pgettext("service plan", "ended"),
    ServiceState.REFUSED: pgettext("service plan", "refused"),
    ServiceState.WITHDRAWN: pgettext("service plan", "withdrawn"),
}
ACTION_NAMES: Mapping[PlanAction, Text] = {
    PlanAction.ASK: pgettext("service plan", "The person asks for it"),
    PlanAction.OFFER: pgettext("service plan", "Offer it"),
    PlanAction.ACCEPT: pgettext("service plan", "The person accepts"),
    PlanAction.GIVE: pgettext("service plan", "It was given"),
    PlanAction.END: pgettext("service plan", "It has ended"),
    PlanAction.REFUSE: pgettext("service plan", "The person refuses"),
    PlanAction.WITHDRAW: pgettext("service plan", "Withdraw it"),
}
"""What a caseworker records of a service; the others concern appointments."""
ENTRY_NAMES: Mapping[PlanAction, Text] = {
    PlanAction.ASK: pgettext("service plan", "asked for"),
    PlanAction.OFFER: pgettext("service plan", "offered"),
    PlanAction.ACCEPT: pgettext("service plan", "accepted"),
    PlanAction.GIVE: pgettext("service plan", "given"),
    PlanAction.END: pgettext("service plan", "ended"),
    PlanAction.REFUSE: pgettext("service plan", "refused"),
    PlanAction.WITHDRAW: pgettext("service plan", "withdrawn"),
    PlanAction.BOOK: pgettext("service plan", "appointment made"),
    PlanAction.CANCEL: pgettext("service plan", "appointment cancelled"),
    PlanAction.SHOW: pgettext("service plan", "shown to the person"),
    PlanAction.HIDE: pgettext("service plan", "no longer shown to the person"),
    PlanAction.STRIKE: pgettext("service plan", "struck out"),
}
"""What an entry recorded."""
# Translators: numbers that are used up and the most there can be, e.g. 7 of 10 sessions.
UNIT_NAMES: Mapping[CeilingUnit, Text] = {
    CeilingUnit.SESSION: pgettext("service plan", "{used} of {most} sessions"),
    CeilingUnit.MONTH: pgettext("service plan", "{used} of {most} months"),
    CeilingUnit.DAY: pgettext("service plan", "{used} of {most} days"),
    CeilingUnit.TIME: pgettext("service plan", "{used} of {most} times"),
}
# Translators: followed by a number, e.g. sessions: 1.
UNIT_LABELS: Mapping[CeilingUnit, Text] = {
    CeilingUnit.SESSION: pgettext("service plan", "sessions"),
    CeilingUnit.MONTH: pgettext("service plan", "months"),
    CeilingUnit.DAY: pgettext("service plan", "days"),
    CeilingUnit.TIME: pgettext("service plan", "times"),
}
# Translators: money that is used up and the most there can be, e.g. NT$1,200 of NT$10,000.
MONEY_USED = pgettext("service plan", "{spent} of {most}")
THIS_YEAR = pgettext("service plan", "this year")

NO_SUCH_SERVICE = _("There is no such service here: {codes}.")
NOT_POSSIBLE = _("That is not possible now. Look at the state of the service again.")
NO_YES_YET = _(
    "The person has not said yes to that. Ask them (phrasebook: someone who sits with them), or "
    "record that they accepted it."
)
NOT_MENTIONED = _("That is not possible yet: offer the service first.")
NO_SUCH_CEILING = _("Say what was paid for: {codes}.")
NO_SUCH_NUMBER = _("Write the number in digits, for example {example}.")
DAY_NEEDED = _("Say on which day it was, as 2026-11-25: today, or a day before.")
OVER_CEILING = _(
    "That is more than is left: {left}. If an authority approved more, tick “An authority approved "
    "more” and record it again."
)
# Translators: {example} e.g. 2026-11-25 14:30
MOMENT_NEEDED = _("Say when it is, with the time, as {example}: in the future, within a year.")
NO_APPOINTMENT = _("There is no such appointment any more. Look at the plan again.")
CANNOT_STRIKE = _("That entry cannot be struck out: something later rests on it.")
TOO_MANY_ENTRIES = _("A plan has at most {most} entries.")
TOO_LONG_FIELD = _("At most {most} characters a field. Please shorten it.")
ALTERED_PLAN = _("The service plan of this case was altered in the database and cannot be read.")
