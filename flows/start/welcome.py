"""The first conversation: language, who answers and who can see it, what is kept, menu."""

from bot.conversation import Begin, End, Fact, Flow, Menu, Say
from bot.text import _, pgettext
from flows.texts import organisation, phrases


class Welcome(Flow):
    """What a person should know before they write, then the menu."""

    title = _("Begin")

    rehearsal = Say(phrases.REHEARSAL, when=Fact("rehearsal"))

    language = Begin("language")

    warning = Say(organisation.FIRST, when=~Fact("police") & ~Fact("office"))
    warning_office = Say(organisation.OFFICE_FIRST, when=Fact("office") & ~Fact("police"))
    warning_police = Say(organisation.POLICE_FIRST, when=Fact("police"))

    consent = Say(phrases.CONSENT, when=~Fact("police"))
    consent_police = Say(phrases.CONSENT_POLICE, when=Fact("police"))

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
