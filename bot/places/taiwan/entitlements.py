"""Taiwan: what protection by law consists of, with the amounts of `taiwan_facts`.

Act (D0080177) Article 15; regulations for assistance (D0080223) and for the fund (D0080183), as
read for the chapter "amounts". Most of it is for suspected victims as well; a counsellor, rent and
training are for those who are identified (D0080223 Articles 8, 10, 13). Most of it is for people
who were given a place.
"""

from __future__ import annotations

from bot.places.entitlements import Entitlement
from bot.text import _

ENTITLEMENTS = (
    Entitlement(code="escort", text=_("Somebody who brings them to a safe place.")),
    Entitlement(
        code="doctor",
        # Translators: blanks are amounts of money; staff read this in the file of a case.
        text=_(
            "A doctor: up to {doctor} a year, with insurance up to {doctor_insured}; a health "
            "check up to {checkup}."
        ),
    ),
    Entitlement(code="interpreter", text=_("An interpreter.")),
    Entitlement(
        code="lawyer",
        text=_(
            "A lawyer: the Legal Aid Foundation first; else up to {lawyer} for each case and each "
            "instance."
        ),
    ),
    Entitlement(
        code="counsellor",
        text=_("Talks with a counsellor: up to {talks}, up to {talk} each."),
        needs_event="identified",
    ),
    Entitlement(code="beside", text=_("Somebody beside them when they are questioned.")),
    Entitlement(
        code="rent",
        # Translators: {rent_months} and {rent_more} count months.
        text=_(
            "Rent: up to {rent} a month for {rent_months} months, {rent_more} more if need be; up "
            "to {deposit} advanced for the deposit."
        ),
        needs_event="identified",
    ),
    Entitlement(
        code="hotel",
        text=_("A hotel until there is a place: up to {hotel} a day, {hotel_nights} days."),
    ),
    Entitlement(code="needs", text=_("Other needs: up to {other_needs}.")),
    Entitlement(code="place", text=_("A safe place to stay.")),
    Entitlement(code="training", text=_("Training for a job."), needs_event="identified"),
    Entitlement(
        code="home",
        text=_("The ticket home, and the fee for the permit, for whoever cannot pay them."),
    ),
    Entitlement(
        code="income",
        # Translators: {income} counts how many times the lowest wage.
        text=_(
            "It ends where somebody works without a permit, or earns {income} times the minimum "
            "wage or more."
        ),
    ),
    Entitlement(
        code="fund",
        # Translators: {fund_months} counts months; blanks of money are amounts.
        text=_(
            "The subsidy fund: {condolence} in condolence, {out_of_work} for whoever is out of "
            "work, once more after {fund_again} months; asked for at the National Immigration "
            "Agency within {fund_months} months."
        ),
        needs_event="identified",
    ),
    Entitlement(
        code="crime",
        # Translators: the Crime Victim Rights Protection Act of Taiwan.
        text=_(
            "The Crime Victim Rights Protection Act: its services; money only after a death, a "
            "serious injury or a crime against sexual autonomy."
        ),
    ),
    Entitlement(
        code="security",
        # Translators: Act Article 38: provisional attachment (假扣押) of the other side's property.
        text=_(
            "The notice of identification stands in for security where they ask a court to attach "
            "the other side's property (Article 38)."
        ),
        needs_event="identified",
    ),
)
"""What a case's file shows under what there is by law."""
