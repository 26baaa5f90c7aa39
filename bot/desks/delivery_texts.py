"""Words for deliveries that both the desk and the partner's room show."""

from __future__ import annotations

from bot.partners.delivered import DeliveryState, DeskReply, PartnerAnswer
from bot.text import pgettext

STATES = {
    DeliveryState.NEW: pgettext("delivery", "new"),
    DeliveryState.OPENED: pgettext("delivery", "opened"),
    DeliveryState.ANSWERED: pgettext("delivery", "answered"),
    DeliveryState.DONE: pgettext("delivery", "finished"),
    DeliveryState.TAKEN_BACK: pgettext("delivery", "taken back by the person"),
    DeliveryState.RETURNED: pgettext("delivery", "returned to the hotline"),
}
ANSWER_NAMES = {
    PartnerAnswer.ACCEPTED: pgettext("partner's answer", "We take it up"),
    PartnerAnswer.NO_PLACE: pgettext("partner's answer", "No place free now"),
    PartnerAnswer.DECLINED: pgettext("partner's answer", "We do not take it up"),
    PartnerAnswer.ASKED: pgettext("partner's answer", "Ask the hotline"),
    PartnerAnswer.UNREACHED: pgettext("partner's answer", "We could not reach the person"),
    PartnerAnswer.FINISHED: pgettext("partner's answer", "Our part is finished"),
}
ANSWERS_GIVEN = {
    PartnerAnswer.ACCEPTED: pgettext("partner's answer", "taken up"),
    PartnerAnswer.NO_PLACE: pgettext("partner's answer", "no place free"),
    PartnerAnswer.DECLINED: pgettext("partner's answer", "not taken up"),
    PartnerAnswer.ASKED: pgettext("partner's answer", "a question"),
    PartnerAnswer.UNREACHED: pgettext("partner's answer", "person not reached"),
    PartnerAnswer.FINISHED: pgettext("partner's answer", "part finished"),
}
"""An answer once it was given; `ANSWER_NAMES` stand on buttons."""
DESK_REPLIES = {
    DeskReply.CALL_US: pgettext("reply to a partner", "Please call us about it."),
    DeskReply.WILL_ASK: pgettext(
        "reply to a partner",
        "We ask the person. What they agree to comes to you as a new referral.",
    ),
    DeskReply.NOT_TOLD: pgettext("reply to a partner", "The person does not want that told."),
    DeskReply.NOT_KNOWN: pgettext("reply to a partner", "We do not know that."),
    DeskReply.GO_AHEAD: pgettext("reply to a partner", "Please go ahead as you suggest."),
    DeskReply.NOT_NEEDED: pgettext(
        "reply to a partner", "It is not needed any more; please close it."
    ),
}
"""All that staff can reply: their own words about the person would be told without consent."""
