"""What the law foresees for somebody it protects: permits, services of Article 15, amounts.

Amounts are those of the assistance regulation (D0080223) and of the fund (D0080183).
"""

from bot.conversation import Begin, Card, End, Flow, Known, Outcome, on_any
from bot.text import _
from flows import cards


class AfterDecision(Flow):
    """What can be asked for, how much at most, and what can end it; no promise."""

    title = _("After a decision")

    services = Card(
        _(
            "What there can be: a safe place, a doctor, an interpreter, a lawyer, someone to talk "
            "to, someone beside you when you are asked, training, and some money to begin with."
        ),
        choices=cards.NEXT,
    )
    before = Card(
        _(
            "Most of it is there already while it is being decided. You do not have to live in a "
            "shelter: if you agree, it can also be your own home or that of a relative."
        ),
        choices=cards.NEXT,
        when=services.was("next"),
    )
    stay = Card(
        # Translators: {permit_months} e.g. 12.
        _(
            "Someone the law protects can ask for a permit to stay for {permit_months} months. It "
            "can be made longer, each time by up to {permit_months} months."
        ),
        choices=cards.NEXT,
        when=before.was("next") & Known("decision"),
    )
    may_work = Card(
        _(
            "With that permit one can ask for a permit to work, without an employer, for the same "
            "time. Who already works here may change to any kind of work."
        ),
        choices=cards.NEXT,
        when=stay.was("next"),
    )
    fine = Card(
        _(
            "Who stayed longer than allowed does not have to pay the fine for it, when the law "
            "protects them in this way."
        ),
        choices=cards.NEXT,
        when=may_work.was("next"),
    )
    health = Card(
        # Translators: blanks are amounts of money, except {talks}, a number of times.
        _(
            "Some amounts, at most: a doctor {doctor} a year, with insurance {doctor_insured}; "
            "{talks} talks with a counsellor at {talk} each; a lawyer {lawyer} for each step in "
            "court."
        ),
        choices=cards.NEXT,
        when=(fine.was("next") | (before.was("next") & ~Known("decision"))) & Known("amounts"),
    )
    rent = Card(
        # Translators: blanks are amounts of money, except {rent_months} and {hotel_nights}.
        _(
            "For a place to live, at most: rent {rent} a month for {rent_months} months, "
            "{deposit} lent for the deposit, a hotel {hotel} a night for {hotel_nights} nights. "
            "Other needs: {other_needs}."
        ),
        choices=cards.NEXT,
        when=health.was("next"),
    )
    further = Card(
        # Translators: {checkup} is an amount of money; {rent_more} a number of months.
        _(
            "Also there can be: a health check, {checkup} at most, and rent for {rent_more} month "
            "more. Who cannot pay them can ask for the fee for the permit and the ticket home."
        ),
        choices=cards.NEXT,
        when=rent.was("next"),
    )
    fund = Card(
        # Translators: blanks are amounts of money, except {fund_months}, e.g. 6.
        _(
            "There is also a fund: {condolence} once, and {out_of_work} for someone without work. "
            "Ask the immigration agency within {fund_months} months after the decision."
        ),
        choices=cards.NEXT,
        when=further.was("next"),
    )
    income = Card(
        # Translators: {income} e.g. 2. "Lowest wage" is the lowest pay the law allows in Taiwan.
        _(
            "This can end when someone works without a permit to work, or when their pay in a "
            "month is {income} times the lowest wage or more. Ask your social worker before you "
            "begin to work."
        ),
        choices=cards.NEXT,
        when=fund.was("next"),
    )
    ends = Card(
        # Translators: {lost_hours} e.g. 72; {summons} e.g. 3, letters that call someone to court.
        _(
            "Support can end if nobody can reach you for {lost_hours} hours, or if you stay away "
            "{summons} times without a reason when you are called. Tell your social worker before "
            "you go somewhere."
        ),
        choices=cards.NEXT,
        when=(income.was("next") | (fine.was("next") & ~Known("amounts"))) & Known("decision"),
    )
    apply = Card(
        cards.APPLY,
        choices=cards.NEXT,
        when=ends.was("next")
        | (~Known("decision") & (income.was("next") | (before.was("next") & ~Known("amounts")))),
    )
    last = Card(
        _("You can ask for any of these here. A person looks for what is possible for you."),
        choices=cards.LAST,
        when=apply.was("next"),
    )

    talking = Begin(
        "talk",
        when=on_any(
            "talk",
            services,
            before,
            stay,
            may_work,
            fine,
            health,
            rent,
            further,
            fund,
            income,
            ends,
            apply,
            last,
        ),
    )
    telling = Begin("report", when=last.was("tell"))
    asking = Begin("ask_for_help", when=last.was("ask"))
    end = End(None, Outcome.READ)
