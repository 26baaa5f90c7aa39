"""Information: rights at work and at home, by situation.

Nothing is promised: where the law says "may", so does the text. Deadlines in hours, and that no
person may be deported meanwhile, are left out if their law was verified too long ago.
"""

from bot.conversation import Begin, Choose, End, Fact, Flow, Outcome, on_any
from bot.text import Text, _
from flows.texts import cards, phrases


class MyRights(Flow):
    """First what fits the situation, then what applies to all; one idea a card."""

    title = _("My rights")

    whose = Choose(
        phrases.SITUATION_QUESTION,
        why=_("So that we show what fits. Nothing of it is sent."),
        choices=cards.SITUATION,
    )

    # --- By situation ------------------------------------------------------------------

    home_care = cards.page(
        _(
            "Fewer rules on hours and pay hold for work in a home than for work in a factory. But "
            "here too nobody may force you, hurt you, or keep your papers against your wish."
        ),
        when=whose.was("home_care"),
    )
    factory = cards.page(
        _(
            "Work that is not what you were promised, or that you cannot refuse, can be against "
            "the law in Taiwan. So can making use of someone who cannot read what they sign."
        ),
        when=whose.was("factory"),
    )
    construction = cards.page(
        _(
            "On a building site it can be hard to say who the boss is. You do not need to know it "
            "to ask for help, and you do not need an address."
        ),
        when=whose.was("construction"),
    )
    farm = cards.page(
        _(
            "On a farm people often live where they work, far from others. You can ask for help "
            "also when you do not know the address."
        ),
        when=whose.was("farm"),
    )
    fishing = cards.page(
        _(
            "People who inspect fishing ships, or talk with the crew as part of their work, must "
            "tell the police in Taiwan at once when they think that someone is forced."
        ),
        when=whose.was("fishing") & Fact("duties"),
    )
    at_sea = cards.page(
        cards.SEA_CALL, when=fishing.was("next") | (whose.was("fishing") & ~Fact("duties"))
    )
    crew = cards.page(cards.CREW, when=at_sea.was("next"))
    spouse = cards.page(
        # Translators: {numbers_home} is a list of phone numbers, one a line.
        _(
            "Being married does not mean that someone may lock you in, hurt you, take your papers "
            "or make you work. In Taiwan you can call:\n{numbers_home}"
        ),
        when=whose.was("spouse"),
    )
    student = cards.page(
        _(
            "Work beside school or as an internship can be forced work as well, also when you owe "
            "money to the school or to an agent. A court in Taiwan has punished people for that."
        ),
        when=whose.was("student"),
    )
    young = cards.page(cards.YOUNG_FIRST, when=whose.was("under"))
    young_duty = cards.page(cards.YOUNG_DUTY, when=young.was("next") & Fact("duties"))
    young_numbers = cards.page(
        phrases.YOUNG_NUMBER, when=young_duty.was("next") | (young.was("next") & ~Fact("duties"))
    )
    scam = cards.page(
        _(
            "Someone who is made to cheat others can be protected by the law of Taiwan. That can "
            "hold for people from Taiwan in other countries as well."
        ),
        when=whose.was("scam"),
    )
    scam_careful = cards.page(
        _(
            "If you are there now: write only when nobody sees the phone. Please do not try "
            "anything dangerous alone. A person here can think with you about what is safe."
        ),
        when=scam.was("next"),
    )
    scam_call = cards.page(cards.ABROAD_LINE, when=scam_careful.was("next"))
    family = cards.page(cards.ABROAD_CALL, when=whose.was("family"))
    family_quiet = cards.page(cards.ABROAD_QUIET, when=family.was("next"))
    family_note = cards.page(cards.ABROAD_NOTE, when=family_quiet.was("next"))

    # --- For all -------------------------------------------------------------

    pay = cards.page(
        _(
            "Work for far too little money, or money kept back so that you cannot leave, can be "
            "against the law in Taiwan. The hours, the place and the kind of work count."
        ),
        when=on_any("next", home_care, factory, construction, farm, crew, student)
        | whose.was("other")
        | ~whose.is_answered,
    )
    call_1955 = cards.page(cards.WORK_CALL, when=pay.was("next") & Fact("numbers_work"))
    calling = cards.page(Text("{calling_work}"), when=call_1955.was("next"))
    papers = cards.page(
        cards.PAPERS,
        when=on_any("next", calling, spouse, young_numbers)
        | (pay.was("next") & ~Fact("numbers_work")),
    )
    before_leaving = cards.page(
        _(
            "Before you leave a job or a place, talk to a person if you can: there are rules, and "
            "it has to be safe. You may always say that you want to leave."
        ),
        when=papers.was("next"),
    )
    changing = cards.page(
        _(
            "There are rules in Taiwan for workers from abroad who want to change the employer. "
            "Before you stay away from work, please ask a person here what it can mean for your "
            "papers."
        ),
        when=before_leaving.was("next"),
    )
    stay = cards.page(
        _(
            "For workers from abroad who came with a permit to work in Taiwan there can be a safe "
            "place for a time: in a dispute about work, after they complained, when they were "
            "hurt, or when someone sends them away by force."
        ),
        when=changing.was("next"),
    )
    debt = cards.page(cards.DEBT, when=on_any("next", stay, scam_call))
    sent_away = cards.page(
        _(
            "Saying that you are sent home if you do not obey is a threat. While officers decide "
            "whether the law protects you, you may not be sent out of Taiwan. Writing here does "
            "not begin that: the police or immigration officers begin it."
        ),
        when=debt.was("next") & Fact("decision"),
    )
    broken_rules = cards.page(
        _(
            "Some people had to break rules, or their papers ran out. If it was because they were "
            "forced, the law says that they may be punished less or not at all. It may, it need "
            "not: nobody can promise it."
        ),
        when=sent_away.was("next") | (debt.was("next") & ~Fact("decision")),
    )
    lawyer = cards.page(
        _(
            "People to whom this may have happened can ask for a lawyer without cost, whatever "
            "papers they have, and before anything is decided. It is looked at each time whether "
            "they get one."
        ),
        when=on_any("next", broken_rules, family_note),
    )
    secret = cards.page(cards.SECRET, when=lawyer.was("next"))
    last = cards.last_page(
        _("That is the most important. A person here can look at your own situation with you."),
        when=secret.was("next"),
    )

    talking = Begin("talk", when=cards.chosen("talk", locals()))
    telling = Begin("report", when=cards.chosen("tell", locals()))
    asking = Begin("ask_for_help", when=cards.chosen("ask", locals()))
    end = End(None, Outcome.INFORMATION_READ)
