"""Information: support under the law, such as permits, services and amounts.

The services are those of Article 15. The amounts are those of the assistance regulation (D0080223)
and of the fund (D0080183). What requires a decision (a counsellor, rent, training) says so.
"""

from bot.conversation import Begin, End, Fact, Flow, Outcome
from bot.text import _, pgettext
from flows.texts import cards


class AfterDecision(Flow):
    """What a person can apply for, up to which amount, and what ends it; without promises."""

    title = pgettext("topic", "If the police say yes")

    services = cards.page(
        _(
            "What there can be: someone who brings you to a safe place, a doctor, an interpreter, "
            "a lawyer, someone to talk to, someone beside you when you are asked, training, a "
            "place to live, and some money."
        )
    )
    before = cards.page(
        _(
            "Most of it can begin while it is still being decided. The place can be a shelter. If "
            "you want it and an office has looked at it, it can also be with relatives or friends."
        ),
        when=services.was("next"),
    )
    stay = cards.page(
        # Translators: {permit_months} e.g. 12.
        _(
            "Someone from abroad whom the law protects can ask for a permit to stay for "
            "{permit_months} months. It may be made longer while police or a court still work on "
            "it, each time by up to {permit_months} months."
        ),
        when=before.was("next") & Fact("decision"),
    )
    may_work = cards.page(
        _(
            "With that permit one can ask for a permit to work, without an employer, for the same "
            "time. Who came here to work and changes the employer may take another kind of work."
        ),
        when=stay.was("next"),
    )
    settle = cards.page(
        # Translators: {settle_years} e.g. 5; {settle_days} e.g. 183, days in each of the years.
        _(
            "Someone who would be in danger at home can ask to stay in Taiwan for good, after "
            "{settle_years} years here with a permit, at least {settle_days} days in each. An "
            "office decides."
        ),
        when=may_work.was("next"),
    )
    fine = cards.page(
        _(
            "Who stayed longer than allowed because of what was done to them does not have to pay "
            "the fine for it, when the law protects them in this way."
        ),
        when=settle.was("next"),
    )
    ends = cards.page(
        # Translators: safety sentence. {lost_hours} e.g. 72. All three count only when they last
        # longer than that.
        _(
            "Support and the permit can end, and you may have to leave Taiwan, if you leave the "
            "shelter without a reason or nobody can reach you for more than {lost_hours} hours. "
            "Tell your social worker before you go somewhere."
        ),
        when=fine.was("next"),
    )
    called = cards.page(
        # Translators: {summons} e.g. 3: letters that call someone to the police or to court. It
        # takes more of them than that.
        _(
            "Support can also end if you are called to speak, by the police or a court, and stay "
            "away more than {summons} times without a good reason. If you cannot come, say so "
            "before."
        ),
        when=ends.was("next"),
    )
    rules = cards.page(
        # Translators: safety sentence. The rules of the shelter. "Good morals": words of the law.
        _(
            "Support can also end for someone who badly breaks the rules of a shelter. The permit "
            "can end for acts against public order or good morals. A person here can tell you "
            "what that means."
        ),
        when=called.was("next"),
    )
    fund = cards.page(
        # Translators: blanks are amounts of money, except {fund_months}, e.g. 6, and {fund_again},
        # e.g. 3.
        _(
            "There is a fund: {condolence} once, and {out_of_work} for someone who cannot work "
            "because of what was done, once more if it is still so after {fund_again} months. Ask "
            "the immigration agency within {fund_months} months after the decision."
        ),
        when=(rules.was("next") | (before.was("next") & ~Fact("decision"))) & Fact("amounts"),
    )
    crime = cards.page(
        # Translators: the law for people against whom a crime was done; not only this one.
        _(
            "Another law is for people hurt by a crime. It can pay money after a very bad injury, "
            "sexual violence or a death. A lawyer can say whether it holds for you."
        ),
        when=fund.was("next"),
    )
    costs = cards.page(
        # Translators: {hotel} is an amount of money, {hotel_nights} e.g. 2.
        _(
            "Until there is a place to live, at most: a hotel {hotel} a night for {hotel_nights} "
            "nights. Who cannot pay the fee for the permit or the ticket home can ask that it is "
            "paid."
        ),
        when=crime.was("next"),
    )
    placed = cards.page(
        _(
            "The amounts that come now are for people whom an office has given a place to live, "
            "also with relatives or friends. Most of it is paid back against a receipt: please "
            "keep receipts."
        ),
        when=costs.was("next"),
    )
    health = cards.page(
        # Translators: blanks are amounts of money.
        _(
            "At most: a doctor {doctor} a year, with insurance {doctor_insured}; one health check "
            "{checkup}."
        ),
        when=placed.was("next"),
    )
    beside = cards.page(
        # Translators: blanks are amounts of money, except {talks}, a number of times. The
        # second court is the one above the first; for a third there is nothing.
        _(
            "After the decision, at most: {talks} talks with a counsellor, {talk} each. A lawyer, "
            "if one without cost is refused: {lawyer} in the first court, and again in the second."
        ),
        when=health.was("next"),
    )
    rent = cards.page(
        # Translators: blanks are amounts of money, except {rent_months} and {rent_more}, numbers
        # of months.
        _(
            "After the decision, at most: rent {rent} a month for {rent_months} months and, if it "
            "is needed, {rent_more} month more; {deposit} lent for the deposit, to be given back."
        ),
        when=beside.was("next"),
    )
    further = cards.page(
        # Translators: {other_needs} is an amount of money.
        _("Also, at most, for other needs: {other_needs}."),
        when=rent.was("next"),
    )
    income = cards.page(
        # Translators: {income} e.g. 2. "Lowest wage" is the lowest pay the law allows in Taiwan.
        _(
            "This can end when someone works without a permit to work, or when their pay in a "
            "month is {income} times the lowest wage or more. Ask your social worker before you "
            "begin to work."
        ),
        when=further.was("next"),
    )
    apply = cards.page(
        cards.APPLY,
        when=income.was("next")
        | (rules.was("next") & ~Fact("amounts"))
        | (before.was("next") & ~Fact("decision") & ~Fact("amounts")),
    )
    last = cards.last_page(
        _("You can ask for any of these here. A person looks for what is possible for you."),
        when=apply.was("next"),
    )

    talking = Begin("talk", when=cards.chosen("talk", locals()))
    telling = Begin("report", when=cards.chosen("tell", locals()))
    asking = Begin("ask_for_help", when=cards.chosen("ask", locals()))
    end = End(None, Outcome.INFORMATION_READ)
