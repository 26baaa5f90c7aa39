"""A report of exploitation, in the person's own time."""

from bot.conversation import (
    Ask,
    AskPlace,
    AskWhen,
    Choose,
    ChooseMany,
    Collect,
    Danger,
    Decide,
    End,
    Flow,
    Outcome,
    Review,
    Say,
)
from bot.text import _, pgettext
from flows.texts import phrases, shared_questions
from flows.texts.counties import COUNTIES


class Report(Flow):
    """Safety first, then needs and own words; further questions are asked only on request.

    Whatever a caseworker can ask later stands behind "A few more questions".
    """

    title = _("Tell what happened")
    short_names = phrases.SHORT
    was_reordered = True
    moved_steps = phrases.MOVED_STEPS

    warning = Say(phrases.OPENING)

    about = Choose(phrases.WHO, why=phrases.WHO_WHY, choices=phrases.ABOUT)
    stay_away = Say(
        # Translators: for a person who writes about another.
        _(
            "Thank you for thinking of them. Keep yourself safe: please do not go there for us, "
            "and do not speak to the people who do this."
        ),
        when=about.was("other"),
    )

    # --- Safety and needs -----------------------------------------------------------------

    safe = shared_questions.safety(~about.was("other"))
    they_safe = shared_questions.their_safety(about.was("other"))
    danger = Danger(when=safe.was("not_safe") | they_safe.was("danger"))
    unsure_is_fine = Say(phrases.SAFE_UNSURE, when=safe.was("unsure") | they_safe.was("unsure"))
    needs = ChooseMany(
        _("What is needed most right now? You can choose more than one, then press “Done”."),
        why=_("What you need comes before what happened. It tells us what to look for first."),
        exclusive=frozenset({"nothing"}),
        sleep=pgettext("need", "Safe place to sleep"),
        food=pgettext("need", "Food"),
        doctor=pgettext("need", "A doctor"),
        # Translators: an interpreter who does not work for the broker or the employer.
        interpreter=pgettext("need", "An interpreter"),
        legal=pgettext("need", "Legal advice"),
        # Translators: to have the passport or other papers back.
        papers=pgettext("need", "Papers back"),
        # Translators: to be able to leave that place without harm.
        leave=pgettext("need", "To leave safely"),
        family=pgettext("need", "To reach family"),
        listen=pgettext("need", "Someone to talk to"),
        nothing=pgettext("need", "Nothing right now"),
    )
    ambulance_now = Say(phrases.AMBULANCE, when=needs.has("doctor"))
    own_interpreter = Say(
        # Translators: an interpreter from a broker or agency may side with them: say the whole.
        _("You can ask for an interpreter who does not work for your broker or employer."),
        when=needs.has("interpreter"),
    )

    # --- Consent to keep, age, own words --------------------------------------------------

    keep = shared_questions.to_keep(safe, they_safe)
    not_kept = End(phrases.NOT_KEPT, Outcome.STOPPED, when=keep.was("dont"))
    age_first = Say(phrases.AGE_FIRST)
    under_18 = shared_questions.age(~about.was("other"))
    they_under_18 = shared_questions.their_age(about.was("other", "several"))
    young = Say(phrases.YOUNG, when=under_18.was("under"))
    young_number = Say(
        phrases.YOUNG_NUMBER, when=under_18.was("under") | they_under_18.was("under")
    )
    what = Ask(
        _(
            "What happened? Write or record as much or as little as you like. "
            "Leave out what hurts to tell."
        ),
        short=pgettext("summary", "What happened"),
        why=_("Your own words tell us more than buttons. It need not be exact."),
    )
    not_your_fault = Say(
        # Translators: safety sentence [j]. Comfort, not a legal finding: never "you are innocent".
        _("Thank you for telling us this. What happened is not your fault."),
        when=what.is_answered & ~about.was("other") & ~under_18.was("under"),
    )
    thank_you = Say(
        _("Thank you for telling us this. It is not easy to write it down."),
        when=what.is_answered & about.was("other"),
    )
    send = Decide(phrases.SEND_QUESTION, why=phrases.SEND_WHY, choices=phrases.SEND_OR_MORE)
    erased_now = End(phrases.ERASED, Outcome.STOPPED, when=send.was("later") & keep.was("sitting"))
    not_sent_now = End(phrases.NOT_SENT, Outcome.STOPPED, when=send.was("later"))
    sent_now = End(phrases.SENT, Outcome.REPORT_SUBMITTED, when=send.was("send"))

    # --- A few more questions -------------------------------------------------------------

    hurt = Choose(
        phrases.HURT_QUESTION, why=phrases.HURT_WHY, choices=phrases.HURT, reassuring=("nobody",)
    )
    ambulance = Say(phrases.AMBULANCE, when=hurt.was("now") & ~needs.has("doctor"))
    leaving = Choose(
        _("Think of the place where you, or they, live and work. What is true about going out?"),
        short=pgettext("summary", "Going out"),
        why=_("If someone is kept in, people have to act faster and more carefully."),
        reassuring=("free",),
        free=pgettext("going out", "Free to go out"),
        # Translators: may go out, but never alone.
        watched=pgettext("going out", "Only with someone"),
        forbidden=pgettext("going out", "Not allowed out"),
        locked=pgettext("going out", "Locked in"),
        unsure=phrases.NOT_SURE,
    )
    moved = Choose(
        # Translators: taken away against their will, for example to another house, ship or country.
        _("Could someone be taken to another place, or be sent away, soon?"),
        short=pgettext("summary", "Taken away soon"),
        why=_("After a move it is harder to find people, so time matters."),
        reassuring=("no_sign",),
        today=pgettext("moved", "Within a day"),
        soon=pgettext("moved", "In the next days"),
        no_sign=pgettext("moved", "No sign of that"),
        unsure=phrases.NOT_SURE,
    )
    county = AskPlace(phrases.COUNTY_QUESTION, why=phrases.COUNTY_WHY, counties=COUNTIES)
    situation = shared_questions.situation(~about.was("other") & ~under_18.was("under"))
    they_situation = shared_questions.situation(
        about.was("other") & ~they_under_18.was("under"), of_another=True
    )
    work = Choose(
        _("What kind of work or place is it?"),
        short=pgettext("summary", "Work or place"),
        why=_("Different offices look after different kinds of work."),
        when=~under_18.was("under"),
        # Translators: looking after an old or ill person, or doing housework, in a family's home.
        home_care=pgettext("work", "Care work in a home"),
        factory=pgettext("work", "Factory"),
        construction=pgettext("work", "Building site"),
        farm=pgettext("work", "Farm"),
        fishing_boat=pgettext("work", "Fishing boat"),
        shop_restaurant=pgettext("work", "Shop or restaurant"),
        # Translators: KTV is a karaoke bar.
        massage_entertainment=pgettext("work", "Massage, bar, KTV"),
        # Translators: selling small things or asking for money in the street.
        street_begging=pgettext("work", "In the street"),
        # Translators: made to cheat people over the internet or the telephone.
        online_scam=pgettext("work", "Online scam place"),
        # Translators: in the home of a husband or wife.
        marriage_home=pgettext("work", "Home of a spouse"),
        school=pgettext("work", "School, internship"),
        other=phrases.SOMETHING_ELSE,
        unsure=phrases.NOT_SURE,
    )
    signs = ChooseMany(
        _("Do any of these happen there? Choose what fits, then press “Done”."),
        short=pgettext("summary", "What happens there"),
        why=_(
            "These can be signs that people are not treated as the law wants. It is about what "
            "others did, not about you or your status."
        ),
        exclusive=frozenset({"none"}),
        # Translators: the work or the pay is different from what was promised.
        deception=pgettext("sign", "Not as promised"),
        wages=pgettext("sign", "Not paid properly"),
        overtime=pgettext("sign", "Too many hours"),
        # Translators: food, bed, air or work that harms people.
        conditions=pgettext("sign", "Very bad conditions"),
        # Translators: someone else keeps the passport or other papers.
        documents=pgettext("sign", "Papers taken away"),
        # Translators: has to work until money is paid back.
        debt=pgettext("sign", "Debt to work off"),
        movement=pgettext("sign", "Cannot go out freely"),
        # Translators: may not call, write to or meet other people.
        isolation=pgettext("sign", "Cut off from people"),
        # Translators: others abuse that the person depends on them or is alone.
        vulnerability=pgettext("sign", "Cannot say no"),
        threats=pgettext("sign", "Threats"),
        violence=pgettext("sign", "Hit or hurt"),
        # Translators: touched or pressed in a way the person did not want. No shaming word.
        unwanted_touch=pgettext("sign", "Unwanted touching"),
        none=pgettext("sign", "None of these"),
    )
    who = Choose(
        # Translators: the person or people who do these things.
        _("Who does this? You do not need to give a name."),
        short=pgettext("summary", "Who does this"),
        why=_("It shows whom to be careful with, and who must not hear of it."),
        employer=pgettext("role", "Employer or boss"),
        broker=pgettext("role", "Broker or agency"),
        # Translators: of a ship.
        captain=pgettext("role", "Captain"),
        family=pgettext("role", "A family member"),
        partner=pgettext("role", "Partner or spouse"),
        other=pgettext("role", "Someone else"),
        unsure=phrases.NOT_SURE,
    )
    since = AskWhen(
        _("When did it begin? Choose, or write a date. A guess is enough."),
        short=pgettext("summary", "When it began"),
        why=_("So that we understand how long it has gone on."),
        days=pgettext("since", "In the last days"),
        weeks=pgettext("since", "Some weeks ago"),
        months=pgettext("since", "Some months ago"),
        years=pgettext("since", "Over a year ago"),
        over=pgettext("since", "It is over now"),
        unsure=phrases.NOT_SURE,
    )
    people = Choose(
        _("How many people does this happen to?"),
        why=_("So that nobody is forgotten. A guess is fine."),
        choices=phrases.HOW_MANY,
    )
    link = Choose(
        # Translators: the person this is about; for a person who writes about another.
        _("How do you know the person?"),
        short=pgettext("summary", "How you know them"),
        why=_("It shows what you could see yourself, and what you heard from others."),
        when=about.was("other"),
        family=pgettext("link", "Family"),
        friend=pgettext("link", "Friend"),
        coworker=pgettext("link", "We work together"),
        neighbour=pgettext("link", "I live nearby"),
        # Translators: a teacher, nurse, interpreter, official and so on.
        work=pgettext("link", "Through my work"),
        online=pgettext("link", "Only online"),
        other=phrases.SOMETHING_ELSE,
    )
    they_know = Choose(
        _("Does the person know that you write to us?"),
        short=pgettext("summary", "Whether they know"),
        why=_("If they do not know, we have to be more careful. You do not need to ask them."),
        when=about.was("other"),
        know=pgettext("they", "They know"),
        unaware=pgettext("they", "They do not know"),
        unsure=phrases.NOT_SURE,
    )
    no_risk = Say(
        # Translators: no one may run a risk for a picture. "Notice": see or hear that it is taken.
        _(
            "You do not need to take new photos or recordings, and please take none where someone "
            "could notice. If you know how to send a photo as a file, do that: then it stays "
            "exactly as it is."
        )
    )
    evidence = Collect(
        # Translators: safety sentence [n]. "Back there", not "back home". Not a ban.
        _(
            "If you already have photos or messages about it, and it is safe, you can send them "
            "here, then press “Done”. You do not need to go back there for anything."
        ),
        short=pgettext("summary", "What you sent with it"),
        why=_("Pictures can be useful later. They are never more important than your safety."),
    )
    anything_else = Ask(
        _("Is there something else we should know, or be careful about?"),
        why=_("Sometimes the most important thing was not in our questions."),
    )
    review = Review(
        phrases.REVIEW,
        questions=(
            about, safe, they_safe, needs, under_18, they_under_18, what, hurt, leaving, moved,
            county, situation, they_situation, work, signs, who, since, people, link, they_know,
            evidence, anything_else,
        ),
        show=phrases.REVIEW_SHOW,
        go=phrases.REVIEW_GO,
    )  # fmt: skip
    send_all = Decide(phrases.SEND_QUESTION, why=phrases.SEND_WHY, choices=phrases.SEND_NOW)
    erased = End(phrases.ERASED, Outcome.STOPPED, when=send_all.was("later") & keep.was("sitting"))
    not_sent = End(phrases.NOT_SENT, Outcome.STOPPED, when=send_all.was("later"))
    sent = End(phrases.SENT, Outcome.REPORT_SUBMITTED)
