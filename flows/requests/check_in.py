"""An agreed time for check-ins: one question, a passphrase, and what silence leads to.

A message at the same time each day can be noticed, so the person is warned first. All messages of
this flow are deleted. The question asked later is neutral, and the chat answers the passphrase, the
duress passphrase and a wrong one in the same way.
"""

from bot.conversation import Ask, Choose, Decide, End, Fact, Flow, Menu, Number, Outcome, Say
from bot.text import _, pgettext
from flows.texts import phrases


class CheckInFlow(Flow):
    """Agree on a time for check-ins, change it, or end it."""

    title = _("An hour to hear from you")
    offers_person = False

    what_now = Menu(
        _("An hour is agreed already. What would you like?"),
        anew=pgettext("button", "Agree anew"),
        # Translators: we ask at that hour no more.
        end=pgettext("button", "Ask me no more"),
        leave=pgettext("button", "Leave it as it is"),
        when=Fact("checks_in"),
    )
    left = End(None, when=what_now.was("leave"))
    ended = End(None, Outcome.CHECK_IN_ENDED, when=what_now.was("end"))

    explained = Say(
        # Translators: "word" is one that only the person knows; "a person" is one of our people.
        _(
            "We can agree on an hour. Then we ask you something short here, and you answer with a "
            "word only you know. If it does not come within an hour, our people are told at once."
        )
    )
    trail = Say(
        # Translators: "notice" is what another person may do who sees the phone.
        _(
            "Someone may notice a message that comes at the same hour. We ask only at hours you "
            "allowed. At other hours nothing comes from us: then write your word without being "
            "asked."
        )
    )
    who_is_there = Say(
        # Translators: {hours} e.g. every day 09:00-21:00. Quote the words on the button exactly.
        _(
            "Our people are told at any hour, but it can take longer until one of them reads it.\n"
            "When people read: {hours}\n"
            "In danger do not wait for us: “Danger now” shows phone numbers."
        )
    )
    warning = Say(phrases.OPENING)

    hour = Ask(
        # Translators: a number of hours as on a clock with 24 hours.
        _("Which hour? Please write a number from 0 to 23, for example 21 for nine at night."),
        why=_("A full hour is enough. It is counted by the clock of the people who answer here."),
        accepts=Number(0, 23),
    )
    often = Choose(
        _("Once, or every day at that hour?"),
        why=_("You can end it at any time, in the same place where you began it."),
        once=pgettext("button", "Only once"),
        daily=pgettext("button", "Every day"),
        when=hour.is_answered,
    )
    plan = Choose(
        # Translators: "your word" is the answer the person chooses in this conversation.
        _("What would you like a person of ours to do when your word stays away?"),
        why=_("Nothing happens by itself. A person reads it first, and decides with care."),
        # Translators: look at it, without calling or telling anyone.
        nothing=pgettext("button", "Only look at it"),
        call=pgettext("button", "Call a number"),
        tell=pgettext("button", "Tell an organisation"),
        # Translators: a person at a certain place needs help.
        place=pgettext("button", "A place needs help"),
        when=hour.is_answered,
    )
    which_number = Say(
        # Translators: a phone number that one of our people is to call.
        _("Next we ask for the number. If only some hours are safe, write them with it."),
        when=plan.was("call"),
    )
    which_organisation = Say(
        _("Next we ask for the organisation: its name, and where it is if you know."),
        when=plan.was("tell"),
    )
    which_place = Say(
        _("Next we ask for the place: an address, or what one can see there."),
        when=plan.was("place"),
    )
    details = Ask(
        # Translators: "it": a phone number, an organisation or a place, as was said just before.
        _("Please write it in one message. We take it off this chat at once."),
        why=_("It lies locked with what you sent. Only the people who answer you can read it."),
        when=plan.was("call", "tell", "place"),
    )
    word = Ask(
        _(
            "Which word is your answer? Four letters or more, and one you could write to anybody. "
            "We take it off this chat at once."
        ),
        why=_("Without it we could not tell your answer from the answer of someone else."),
        when=hour.is_answered,
    )
    wants_second = Decide(
        # Translators: for when another person forces them to answer.
        _(
            "Do you want a second word, for when someone makes you answer? It looks like any other "
            "answer, and we know then that you are not free."
        ),
        why=phrases.PASSPHRASE_UNSEEN,
        choices=phrases.DURESS_CHOICES,
        when=word.is_answered,
    )
    second = Ask(
        phrases.DURESS_QUESTION, why=phrases.PASSPHRASE_UNSEEN, when=wants_second.was("yes")
    )
    what_is_seen = Say(
        # Translators: "right or wrong" is said of the word the person writes.
        _(
            "We ask only whether it is a good moment. Whatever you write then, right or wrong, the "
            "chat answers as to somebody new. The question and your answer go from the chat about "
            "an hour later."
        ),
        when=word.is_answered,
    )
    send = Decide(
        _(
            "Shall we agree on that? Nothing goes to anybody else by itself: a person of ours "
            "reads what you want and decides. To agree, press “Send”."
        ),
        why=phrases.SEND_WHY,
        choices=phrases.SEND_NOW,
        when=word.is_answered,
    )
    agreed = End(None, Outcome.CHECK_IN_AGREED, when=send.was("send"))
    end = End(None)
