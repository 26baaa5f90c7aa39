"""A request for one of the services the law provides, or for help in general."""

from bot.conversation import (
    Ask,
    AskPlace,
    Choose,
    ChooseMany,
    Danger,
    Decide,
    End,
    Flow,
    Outcome,
    Review,
    Say,
)
from bot.text import _, pgettext
from flows.start.language import OWN_NAMES
from flows.texts import cards, phrases, shared_questions
from flows.texts.counties import COUNTIES

_NAMES = list(OWN_NAMES.items())
_OLDER_LANGUAGES = 6
INTERPRETER_LANGUAGES = {
    **dict(_NAMES[:_OLDER_LANGUAGES]),
    "other": pgettext("language", "Another language"),
    **dict(_NAMES[_OLDER_LANGUAGES:]),
}
"""Languages of interpreters. "Another language" keeps the number it had when there were six: an
old button must not come to mean another answer."""


class AskForHelp(Flow):
    """What is needed, for whom, and how soon; without a promise that it is granted.

    The services are those of Article 15 of the Human Trafficking Prevention Act and of the permits
    that belong to them (Articles 14 and 28).
    """

    title = _("Ask for help")
    short_names = phrases.SHORT
    was_reordered = True
    moved_steps = phrases.MOVED_STEPS

    warning = Say(phrases.OPENING)

    about = Choose(
        _("Who needs it?"),
        why=phrases.WHO_WHY,
        me=pgettext("for whom", "I need it"),
        other=pgettext("for whom", "Someone else"),
        # Translators: the person who writes and other people too.
        several=pgettext("for whom", "I and others"),
    )

    # --- Safety and needs -----------------------------------------------------------------

    safe = shared_questions.safety(~about.was("other"))
    they_safe = shared_questions.their_safety(about.was("other"))
    danger = Danger(when=safe.was("not_safe") | they_safe.was("danger"))
    unsure_is_fine = Say(phrases.SAFE_UNSURE, when=safe.was("unsure") | they_safe.was("unsure"))
    needs = ChooseMany(
        _("What would be good to have? You can choose more than one, then press “Done”."),
        why=_("So that the right people read it first."),
        # Translators: a place to live for some time where the person cannot be followed.
        shelter=pgettext("service", "A safe place to stay"),
        living_costs=pgettext("service", "Money to live on"),
        # Translators: a trained person who listens.
        counselling=pgettext("service", "Someone to talk to"),
        medical=pgettext("service", "A doctor"),
        interpreting=pgettext("service", "An interpreter"),
        legal_aid=pgettext("service", "Legal advice"),
        # Translators: a person who sits with them when police or other offices ask.
        company_at_questioning=pgettext("service", "Someone beside me"),
        residence_permit=pgettext("service", "Permit to stay"),
        work_permit=pgettext("service", "Permit to work"),
        safe_return=pgettext("service", "To go home safely"),
        unsure=phrases.NOT_SURE,
    )
    ambulance_now = Say(phrases.AMBULANCE, when=needs.has("medical"))
    beside_you = Say(
        # Translators: "someone" is a social worker or another person who is trusted.
        _(
            "You can ask for someone to sit beside you when the police or another office asks you "
            "questions, and for an interpreter who does not work for your broker."
        ),
        when=needs.has("company_at_questioning"),
    )

    # --- Consent to keep, age -------------------------------------------------------------

    keep = shared_questions.to_keep(safe, they_safe)
    not_kept = End(phrases.NOT_KEPT, Outcome.STOPPED, when=keep.was("dont"))
    age_first = Say(phrases.AGE_FIRST)
    under_18 = shared_questions.age(~about.was("other"))
    they_under_18 = shared_questions.their_age(about.was("other", "several"))
    young_number = Say(
        phrases.YOUNG_NUMBER, when=under_18.was("under") | they_under_18.was("under")
    )
    what_next = Say(
        _(
            "After you send it, a person reads it and looks for what is possible. Some things are "
            "decided by other offices, so we cannot promise them. We tell you what we find."
        )
    )
    send = Decide(phrases.SEND_QUESTION, why=phrases.SEND_WHY, choices=phrases.SEND_OR_MORE)
    erased_now = End(phrases.ERASED, Outcome.STOPPED, when=send.was("later") & keep.was("sitting"))
    not_sent_now = End(phrases.NOT_SENT, Outcome.STOPPED, when=send.was("later"))
    sent_now = End(phrases.SENT, Outcome.HELP_REQUESTED, when=send.was("send"))

    # --- A few more questions -------------------------------------------------------------

    doctor = Choose(
        phrases.HURT_QUESTION,
        short=phrases.SHORT["hurt"],
        why=phrases.HURT_WHY,
        choices=phrases.HURT,
        when=needs.has("medical"),
    )
    tonight = Choose(
        _("Is there a safe place to sleep tonight?"),
        short=pgettext("summary", "A place tonight"),
        why=_("Someone without a place for tonight comes before someone who can wait."),
        when=needs.has("shelter"),
        reassuring=("can_wait",),
        none=pgettext("tonight", "No place tonight"),
        # Translators: there is a place, but it is not safe to be there.
        not_safe=pgettext("tonight", "A place, not safe"),
        can_wait=pgettext("tonight", "Safe for tonight"),
        unsure=phrases.NOT_SURE,
    )
    speaks = Choose(
        # Translators: an interpreter from a broker or agency may side with them: say the whole.
        _(
            "Which language should the interpreter speak? We look for an interpreter who does not "
            "work for your broker or employer."
        ),
        short=pgettext("summary", "Language to speak"),
        why=_("You should hear everything in the language you know best."),
        choices=INTERPRETER_LANGUAGES,
        when=needs.has("interpreting"),
    )
    speaks_other = Ask(
        _("Which language is it? Write its name as you know it."),
        short=pgettext("summary", "Language to speak"),
        why=_("You should hear everything in the language you know best."),
        when=speaks.was("other"),
    )
    soon = Choose(
        _("How soon is it needed?"),
        short=pgettext("summary", "How soon"),
        why=_("So that the most urgent things are read first."),
        today=pgettext("how soon", "Today"),
        days=pgettext("how soon", "In the next days"),
        later=pgettext("how soon", "It can wait"),
        unsure=phrases.NOT_SURE,
    )
    people = Choose(
        _("How many people need it?"),
        why=_("So that nobody is forgotten. A guess is fine."),
        choices=phrases.HOW_MANY,
        when=about.was("several"),
    )
    county = AskPlace(phrases.COUNTY_QUESTION, why=phrases.COUNTY_WHY, counties=COUNTIES)
    situation = shared_questions.situation(~about.was("other") & ~under_18.was("under"))
    they_situation = shared_questions.situation(
        about.was("other") & ~they_under_18.was("under"), of_another=True
    )
    abroad_numbers = Say(
        cards.ABROAD_LINE, when=situation.was("abroad") | they_situation.was("abroad")
    )
    sea_numbers = Say(cards.SEA_CALL, when=situation.was("at_sea") | they_situation.was("at_sea"))
    anything_else = Ask(
        _("Is there something we should know, or be careful about? Write as little as you like."),
        why=_("For example someone who must not hear of it, or an illness or a pregnancy."),
    )
    review = Review(
        phrases.REVIEW,
        questions=(
            about, safe, they_safe, needs, under_18, they_under_18, doctor, tonight, speaks,
            speaks_other, soon, people, county, situation, they_situation, anything_else,
        ),
        show=phrases.REVIEW_SHOW,
        go=phrases.REVIEW_GO,
    )  # fmt: skip
    send_all = Decide(phrases.SEND_QUESTION, why=phrases.SEND_WHY, choices=phrases.SEND_NOW)
    erased = End(phrases.ERASED, Outcome.STOPPED, when=send_all.was("later") & keep.was("sitting"))
    not_sent = End(phrases.NOT_SENT, Outcome.STOPPED, when=send_all.was("later"))
    sent = End(phrases.SENT, Outcome.HELP_REQUESTED)
