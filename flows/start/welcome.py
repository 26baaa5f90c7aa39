"""The first conversation: language, who answers, who can see the phone, privacy, menu."""

from bot.conversation import Begin, Choose, Decide, End, Fact, Flow, Menu, Outcome, Say
from bot.text import _, pgettext
from flows.texts import organisation, phrases


class Welcome(Flow):
    """What a person should know before they write, then the menu."""

    title = _("Begin")

    rehearsal = Say(phrases.REHEARSAL, when=Fact("rehearsal"))

    language = Begin("language")

    who_we_are = Say(organisation.PEOPLE, when=~Fact("police") & ~Fact("office"))
    who_we_are_office = Say(organisation.OFFICE, when=Fact("office") & ~Fact("police"))
    who_we_are_police = Say(organisation.POLICE, when=Fact("police"))

    warning = Say(phrases.PHONE_WARNING)

    seen = Choose(
        # Translators: safety sentence [b]. "Anyone else" than you. Not "is a person spying".
        _("Can anyone else see this phone or this chat now?"),
        why=_("If someone can see it, it may be safer to write at another time or place."),
        # Translators: someone other than you can see it.
        someone=pgettext("button", "Someone can see"),
        nobody=pgettext("button", "Nobody can see"),
        unsure=phrases.NOT_SURE,
    )
    careful = Say(
        # Translators: part of safety sentence [m]. Keep the English words "Clear history" with
        # your own. Press the chat's row in the list of chats, not a message.
        _(
            "You can stop now and write later, when nobody can see.\n"
            "To clear this chat: in the list of chats, press and hold this chat, "
            "then choose “Clear history”. Copies on other devices may stay."
        ),
        when=~seen.was("nobody"),
    )
    go_on = Decide(
        _("What is better for you now?"),
        why=_("You know best what is safe. Both answers are fine."),
        pause=pgettext("button", "Stop for now"),
        go_on=pgettext("button", "Go on now"),
        when=~seen.was("nobody"),
    )
    until_later = End(
        _("All right. You can write here again at any time."),
        Outcome.STOPPED,
        when=go_on.was("pause"),
    )

    kept = Say(
        # Translators: {keep_days} e.g. 90. "Locked" is: stored so that a thief of the computer
        # cannot read it. Telegram can read a chat all the same: say no more than this.
        _(
            "On our computer your words are locked. If you do not send them, we erase them after "
            "24 hours. If you send them, we erase them {keep_days} days after we have finished "
            "with them."
        )
    )
    law = Say(
        # Translators: safety sentence [i]. It is the harm that is passed on, not the reader who
        # is reported. "Must" is a duty of the staff. Police of Taiwan; city or county in Taiwan.
        _(
            "People read it only after you send it. Taiwan law says they must tell the police at "
            "once when someone seems to be forced or controlled, and the city or county when "
            "someone under 18 is being harmed."
        ),
        when=~Fact("police"),
    )
    law_police = Say(
        # Translators: safety sentence [i] where the staff are officers themselves.
        _(
            "People read it only after you send it. They are officials with police duties. Taiwan "
            "law says they must act on some things: when someone under 18 is being harmed, and "
            "when someone seems to be forced or controlled."
        ),
        when=Fact("police"),
    )
    promise = Say(
        # Translators: safety sentences [c] and [d]. Quote the word on the button "Send" exactly.
        # No duty to tell it; not a promise that it is never asked.
        _(
            "You can stop at any time. We pass on nothing you write until you say so, with the "
            "button “Send”. You need not tell us about your visa or your permit to stay."
        )
    )

    menu = Menu(
        _("What would you like to do?"),
        tell=pgettext("button", "Tell what happened"),
        ask=pgettext("button", "Ask for help"),
        talk=pgettext("button", "Talk to a person"),
        how=pgettext("button", "How this works"),
        before=phrases.WRITTEN_BEFORE,
        know=pgettext("button", "Know my rights"),
        someone=pgettext("topic", "For someone else"),
        who=organisation.WHO_ARE_YOU,
    )
    explained = Begin("help", when=menu.was("how"))
    known_again = Begin("identify", when=menu.was("before"))
    introduced = Begin("who", when=menu.was("who"))
    then = Menu(
        _("What would you like to do now?"),
        tell=pgettext("button", "Tell what happened"),
        ask=pgettext("button", "Ask for help"),
        talk=pgettext("button", "Talk to a person"),
        know=pgettext("button", "Know my rights"),
        someone=pgettext("topic", "For someone else"),
        when=menu.was("how", "before", "who"),
    )

    telling = Begin("report", when=menu.was("tell") | then.was("tell"))
    asking = Begin("ask_for_help", when=menu.was("ask") | then.was("ask"))
    talking = Begin("talk", when=menu.was("talk") | then.was("talk"))
    knowing = Begin("learn", when=menu.was("know") | then.was("know"))
    for_someone = Begin("for_someone", when=menu.was("someone") | then.was("someone"))

    end = End(None)
