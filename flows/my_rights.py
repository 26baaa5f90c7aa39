"""What holds for somebody, by where they are: pay, papers, leaving, debt, threats, broken rules.

Nothing here is a promise: where the law says "may", so do we. What counts hours, and that nobody
may be sent away meanwhile, is left out once its law was read too long ago.
"""

from bot.conversation import Begin, Card, Choose, End, Fact, Flow, Outcome, on_any
from bot.text import Text, _
from flows import cards, phrases


class MyRights(Flow):
    """First what fits the situation, then what holds for everybody; one idea a card."""

    title = _("My rights")

    whose = Choose(
        phrases.SITUATION_QUESTION,
        why=_("So that we show what fits. Nothing of it is sent."),
        choices=cards.SITUATION,
    )

    # --- Where somebody is ------------------------------------------------------------------

    home_care = Card(
        _(
            "Fewer rules on hours and pay hold for work in a home than for work in a factory. But "
            "here too nobody may force you, hurt you, or keep your papers against your wish."
        ),
        choices=cards.NEXT,
        when=whose.was("home_care"),
    )
    factory = Card(
        _(
            "Work that is not what you were promised, or that you cannot refuse, is something the "
            "law in Taiwan looks at. So is making use of someone who cannot read what they sign."
        ),
        choices=cards.NEXT,
        when=whose.was("factory"),
    )
    construction = Card(
        _(
            "On a building site it can be hard to say who the boss is. You do not need to know it "
            "to ask for help, and you do not need an address."
        ),
        choices=cards.NEXT,
        when=whose.was("construction"),
    )
    farm = Card(
        _(
            "On a farm people often live where they work, far from others. You can ask for help "
            "also when you do not know the address."
        ),
        choices=cards.NEXT,
        when=whose.was("farm"),
    )
    fishing = Card(
        _(
            "People who inspect fishing ships, or talk with the crew as part of their work, must "
            "tell the police in Taiwan at once when they think that someone is forced."
        ),
        choices=cards.NEXT,
        when=whose.was("fishing") & Fact("duties"),
    )
    at_sea = Card(
        # Translators: {numbers_sea} is a list of phone numbers, one a line.
        _(
            "In a harbour in Taiwan, or where the phone network of Taiwan still works, you can "
            "call:\n{numbers_sea}"
        ),
        choices=cards.NEXT,
        when=fishing.was("next") | (whose.was("fishing") & ~Fact("duties")),
    )
    spouse = Card(
        # Translators: {numbers_home} is a list of phone numbers, one a line.
        _(
            "Being married does not mean that someone may lock you in, hurt you, take your papers "
            "or make you work. In Taiwan you can call:\n{numbers_home}"
        ),
        choices=cards.NEXT,
        when=whose.was("spouse"),
    )
    student = Card(
        _(
            "Work beside school or as an internship can be forced work as well, also when you owe "
            "money to the school or to an agent. A court in Taiwan has punished people for that."
        ),
        choices=cards.NEXT,
        when=whose.was("student"),
    )
    young = Card(cards.YOUNG_FIRST, choices=cards.NEXT, when=whose.was("under"))
    young_duty = Card(cards.YOUNG_DUTY, choices=cards.NEXT, when=young.was("next") & Fact("duties"))
    young_numbers = Card(
        phrases.YOUNG_NUMBER,
        choices=cards.NEXT,
        when=young_duty.was("next") | (young.was("next") & ~Fact("duties")),
    )
    scam = Card(
        _(
            "Someone who is made to cheat others can be protected by the law of Taiwan. That can "
            "hold for people from Taiwan in other countries as well."
        ),
        choices=cards.NEXT,
        when=whose.was("scam"),
    )
    scam_careful = Card(
        _(
            "If you are there now: write only when nobody sees the phone. Please do not try "
            "anything dangerous alone. A person here can think with you about what is safe."
        ),
        choices=cards.NEXT,
        when=scam.was("next"),
    )
    family = Card(cards.ABROAD_CALL, choices=cards.NEXT, when=whose.was("family"))
    family_quiet = Card(cards.ABROAD_QUIET, choices=cards.NEXT, when=family.was("next"))
    family_note = Card(cards.ABROAD_NOTE, choices=cards.NEXT, when=family_quiet.was("next"))

    # --- What holds for everybody -------------------------------------------------------------

    pay = Card(
        _(
            "Work for far too little money, or money kept back so that you cannot leave, is "
            "something the law in Taiwan looks at: the hours, the place and the kind of work count."
        ),
        choices=cards.NEXT,
        when=on_any("next", home_care, factory, construction, farm, at_sea, student)
        | whose.was("other")
        | ~whose.is_answered,
    )
    call_1955 = Card(cards.WORK_CALL, choices=cards.NEXT, when=pay.was("next") & Fact("numbers"))
    calling = Card(Text("{calling_work}"), choices=cards.NEXT, when=call_1955.was("next"))
    papers = Card(
        cards.PAPERS,
        choices=cards.NEXT,
        when=on_any("next", calling, spouse, young_numbers) | (pay.was("next") & ~Fact("numbers")),
    )
    before_leaving = Card(
        _(
            "Before you leave a job or a place, talk to a person if you can: there are rules, and "
            "it has to be safe. You may always say that you want to leave."
        ),
        choices=cards.NEXT,
        when=papers.was("next"),
    )
    changing = Card(
        _(
            "There are rules in Taiwan for workers from abroad who want to change the employer. "
            "Before you stay away from work, please ask a person here what it can mean for your "
            "papers."
        ),
        choices=cards.NEXT,
        when=before_leaving.was("next"),
    )
    stay = Card(
        _(
            "There can be a safe place for workers from abroad for a time: in a dispute about "
            "work, after they complained, when they were hurt, or when someone sends them away by "
            "force."
        ),
        choices=cards.NEXT,
        when=changing.was("next"),
    )
    debt = Card(cards.DEBT, choices=cards.NEXT, when=on_any("next", stay, scam_careful))
    sent_away = Card(
        _(
            "Saying that you are sent home if you do not obey is a threat. While officers decide "
            "whether the law protects you, you may not be sent out of Taiwan. Writing here does "
            "not begin that: the police or immigration officers begin it."
        ),
        choices=cards.NEXT,
        when=debt.was("next") & Fact("decision"),
    )
    broken_rules = Card(
        _(
            "Some people had to break rules, or their papers ran out. If it was because they were "
            "forced, the law says that they may be punished less or not at all. It may, it need "
            "not: nobody can promise it."
        ),
        choices=cards.NEXT,
        when=sent_away.was("next") | (debt.was("next") & ~Fact("decision")),
    )
    lawyer = Card(
        _(
            "People to whom this may have happened can ask for a lawyer without cost, whatever "
            "papers they have, and before anything is decided. It is looked at each time whether "
            "they get one."
        ),
        choices=cards.NEXT,
        when=on_any("next", broken_rules, family_note),
    )
    secret = Card(cards.SECRET, choices=cards.NEXT, when=lawyer.was("next"))
    last = Card(
        _("That is the most important. A person here can look at your own situation with you."),
        choices=cards.LAST,
        when=secret.was("next"),
    )

    talking = Begin(
        "talk",
        when=on_any(
            "talk", home_care, factory, construction, farm, fishing, at_sea, spouse, student,
            young, young_duty, young_numbers, scam, scam_careful, family, family_quiet,
            family_note, pay, call_1955, calling, papers, before_leaving, changing, stay, debt,
            sent_away, broken_rules, lawyer, secret, last,
        ),
    )  # fmt: skip
    telling = Begin("report", when=last.was("tell"))
    asking = Begin("ask_for_help", when=last.was("ask"))
    end = End(None, Outcome.INFORMATION_READ)
