"""The menu after something was sent."""

from bot.conversation import Ask, Begin, Decide, End, Fact, Flow, Menu, Outcome, Say
from bot.text import _, pgettext
from flows.texts import hotline, phrases


class Afterwards(Flow):
    """Add to it, withdraw it, see its status, or begin something else."""

    title = _("After sending")

    contact = Begin("contact", when=Fact("just_sent"))
    what_now = Menu(
        _("What would you like to do now?"),
        # Translators: whether what was sent was read by a person, and what comes next.
        where=pgettext("button", "Has anyone read it?"),
        add=pgettext("button", "Add something"),
        take_back=pgettext("button", "Take it back"),
        tell=pgettext("button", "Tell something new"),
        ask=pgettext("button", "Ask for help"),
        talk=pgettext("button", "Talk to a person"),
        secret=phrases.CHOOSE_PASSPHRASE,
        receipt=phrases.RECEIPT,
        nothing=pgettext("button", "Nothing more"),
        # Translators: we ask how the person is, at an hour they choose, and they answer. Last,
        # because old buttons of this question keep their places.
        check_in=pgettext("button", "Ask me at a set time"),
        # Translators: who else may know, statistics, what we may call the person.
        decide=pgettext("button", "More choices"),
    )

    shown = End(
        hotline.CASE_STATUS,
        Outcome.STATUS_REQUESTED,
        when=what_now.was("where"),
    )
    telling = Begin("report", when=what_now.was("tell"))
    asking = Begin("ask_for_help", when=what_now.was("ask"))
    talking = Begin("talk", when=what_now.was("talk"))

    choosing = Begin("passphrase", when=what_now.was("secret"))
    receipt = Begin("receipt", when=what_now.was("receipt"))
    agreeing = Begin("check_in", when=what_now.was("check_in"))
    deciding = Begin("more_choices", when=what_now.was("decide"))

    warning = Say(phrases.OPENING, when=what_now.was("add"))
    added = Ask(
        _("What would you like to add?"),
        why=_("It is put beside what you sent, so that it is read together."),
        when=what_now.was("add"),
    )
    send = Decide(
        # Translators: "it" is what the person wants to add.
        _("Send it now? It is then read together with the rest."),
        why=phrases.SEND_WHY,
        choices=phrases.SEND_NOW,
        when=added.is_answered,
    )
    # Staff have it already, as a message: nothing is left that could be sent later.
    with_staff = End(phrases.STILL_READ, when=send.was("later") & Fact("told"))
    not_sent = End(phrases.NOT_SENT, Outcome.STOPPED, when=send.was("later"))
    sent = End(_("Thank you. It is added."), Outcome.ADDITION_SENT, when=send.was("send"))

    before_taking_back = Say(
        # Translators: "marked" is: a sign is put on it that the person wants it back.
        _(
            "If you take it back, we mark it so. A person then looks at it and decides what is "
            "erased. Staff may already have told what the law makes them tell."
        ),
        when=what_now.was("take_back"),
    )
    take_back = Decide(
        _("What shall we do with what you sent?"),
        why=_("So that nothing is taken back by a slip of the finger."),
        take_back=pgettext("button", "Take it back"),
        leave=pgettext("button", "Do not take it back"),
        when=what_now.was("take_back"),
    )
    # Its end is a choice of its own: a person who counts on an alarm is not left alone silently.
    taken_back_and_asked = End(
        # Translators: "word" is one only the person knows. Quote the words on the buttons exactly.
        _(
            "All right. It is marked as taken back. At the hour we agreed on we still ask you, and "
            "our people are told if your word does not come. To end that, write here, press “Ask "
            "me at a set time” and then “Ask me no more”."
        ),
        Outcome.WITHDRAWN,
        when=take_back.was("take_back") & Fact("checks_in"),
    )
    taken_back = End(
        _("All right. It is marked as taken back. You can write here again at any time."),
        Outcome.WITHDRAWN,
        when=take_back.was("take_back"),
    )

    led_on = End(None, when=what_now.was("tell", "ask", "talk", "decide"))
    end = End(_("All right. You can write here again at any time."))
