"""Taiwan: entitlements of victims and suspected victims, with the amounts of `facts`.

Act (D0080177) Article 15; regulations for assistance (D0080223) and for the fund (D0080183), as
read for the chapter "amounts". Most are for suspected victims as well; counselling, rent and
training are for identified victims (D0080223 Articles 8, 10, 13). Most are for people in placement.
"""

from __future__ import annotations

from bot.places.place import Entitlement
from bot.text import _

_TEXTS = {
    "escort": _("An escort to a safe place."),
    # Translators: blanks are amounts of money; staff read this in the file of a case.
    "doctor": _(
        "A doctor: up to {doctor} a year, with insurance up to {doctor_insured}; a health "
        "check up to {checkup}."
    ),
    "interpreter": _("An interpreter."),
    "lawyer": _(
        "A lawyer: the Legal Aid Foundation first; otherwise up to {lawyer} for each case in "
        "the first and in the second instance."
    ),
    "counsellor": _("Counselling: up to {talks} sessions, up to {talk} each."),
    "beside": _("A support person during questioning."),
    # Translators: {rent_months} and {rent_more} count months.
    "rent": _(
        "Rent: up to {rent} a month for {rent_months} months, {rent_more} more if needed; up "
        "to {deposit} advanced for the deposit."
    ),
    "hotel": _("A hotel until placement: up to {hotel} a day, {hotel_nights} days."),
    "needs": _("Other needs: up to {other_needs}."),
    "place": _("A safe place to stay."),
    "training": _("Training for a job."),
    "home": _("The ticket home and the permit fee, for people who cannot pay them."),
    # Translators: {income} counts how many times the lowest wage.
    "income": _(
        "Assistance ends for people who work without a permit, earn {income} times the minimum "
        "wage or more, or seriously break a shelter's rules; the residence permit also for acts "
        "against public order or good morals."
    ),
    # Translators: {fund_months} counts months; blanks of money are amounts.
    "fund": _(
        "The subsidy fund: {condolence} in condolence, {out_of_work} for people out of work, "
        "once more after {fund_again} months; apply at the National Immigration Agency within "
        "{fund_months} months."
    ),
    # Translators: the Crime Victim Rights Protection Act of Taiwan.
    "crime": _(
        "The Crime Victim Rights Protection Act: its services; money only after a death, a "
        "serious injury or a crime against sexual autonomy."
    ),
    # Translators: Act Article 38: provisional attachment (假扣押) of the other side's property.
    "security": _(
        "The notice of identification replaces security when they ask a court to attach the "
        "other side's property (Article 38)."
    ),
}
_ONCE_IDENTIFIED = ("counsellor", "rent", "training", "fund", "security")

ENTITLEMENTS = tuple(
    Entitlement(code=code, text=text, needs_event="identified" if code in _ONCE_IDENTIFIED else "")
    for code, text in _TEXTS.items()
)
