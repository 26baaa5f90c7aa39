"""Texts of the page of figures."""

from __future__ import annotations

from bot.hotline.figures.casework import SERVICE_FIGURES
from bot.hotline.services.model import TRANSITIONS
from bot.hotline.services.texts import STATE_NAMES
from bot.text import _, pgettext

FIGURE_NAMES = {
    # Translators: how many times people began to write to the hotline.
    "sessions": pgettext("figure", "People wrote"),
    "cases": pgettext("figure", "Cases opened"),
    "answers": pgettext("figure", "First answers"),
    "outcomes": pgettext("figure", "Cases closed"),
    "referrals": pgettext("figure", "Referrals"),
    # Translators: in how many cases; several services of one case count each.
    "services_asked": pgettext("figure", "Services asked for"),
    "services_offered": pgettext("figure", "Services offered"),
    "services_accepted": pgettext("figure", "Services accepted"),
    "services_given": pgettext("figure", "Services given"),
    "services_refused": pgettext("figure", "Services refused"),
    "services_ended": pgettext("figure", "Services ended"),
    # Translators: an authority found that the person was trafficked.
    "identified": pgettext("figure", "Identified"),
    "returned": pgettext("figure", "Returned safely"),
    "law": pgettext("figure", "Legal events"),
    "deadlines": pgettext("figure", "Legal deadlines"),
    "training": pgettext("figure", "Training"),
}
SERVICE_FIGURE_STATES = {
    name: STATE_NAMES[TRANSITIONS[action][1]] for name, action in SERVICE_FIGURES.items()
}
"""By figure: the heading of its column in the table of services."""
FIGURE_NOTES = {
    "sessions": _(
        "Each time a person begins to write, until they leave or fall silent for half an hour. By "
        "step: where they left."
    ),
    "cases": _("Reports, requests and messages for which a case was opened."),
    "answers": _(
        "The first answer of a caseworker in a case, and how many of them came before they were "
        "due. Hours: when the case was opened."
    ),
    "outcomes": _("How cases ended, only of people who agreed to be counted."),
    "referrals": _("Referrals that were sent, only of people who agreed to be counted."),
    "services_given": _(
        "In how many cases each service was asked for, offered and so on in this month, however "
        "often, only of people who agreed to be counted."
    ),
    "law": _("In how many cases this was entered, only of people who agreed to be counted."),
    "deadlines": _(
        "Deadlines that ended with an event, and how many of them were kept, only of people who "
        "agreed to be counted."
    ),
    "training": _(
        "How many colleagues took a course, and with how many a supervisor looked along. What is "
        "written down more than a week after the month is not counted."
    ),
}
FIGURE_DIMENSIONS = {
    "language": _("By language"),
    "step": _("By the step where they left"),
    "kind": _("By what the person sent"),
    "queue": _("By queue"),
    "office": _("By office"),
    "hour": _("By hour of the day"),
    "outcome": _("By outcome"),
    "reply": _("By the answer of the organisation"),
    "event": _("By event"),
    "rule": _("By deadline"),
    "training": _("By kind"),
}
TRAINING_NAMES = {"course": _("A course"), "look_along": _("A look-along")}
FIGURE_OTHER = pgettext("figure", "Other")
NO_REPLY_YET = pgettext("organisation", "has not answered yet")
STEP_SENT = _("Something was sent to the hotline")
STEP_NO_QUESTION = _("No question was open")
