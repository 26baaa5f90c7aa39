"""The menu of information flows."""

from bot.conversation import Begin, End, Flow, Menu
from bot.text import _, pgettext
from flows.texts import cards


class Learn(Flow):
    """One topic at a time; nothing is asked or sent."""

    title = _("Know my rights")

    topic = Menu(
        _("What would you like to know more about?"),
        situation=pgettext("topic", "My situation"),
        rights=pgettext("topic", "My rights"),
        someone=pgettext("topic", "For someone else"),
        # Translators: police or other offices ask the person questions.
        questioned=pgettext("topic", "Being questioned"),
        # Translators: the police or another such office has decided that the law protects them.
        decided=pgettext("topic", "If the police say yes"),
        home=pgettext("topic", "Going home safely"),
        # Translators: messages, photos, pay slips that may be useful later.
        proof=pgettext("topic", "What to keep"),
        # Translators: the person does not want to live any more. Not the conversation.
        despair=pgettext("topic", "I do not want to live"),
        numbers=pgettext("topic", "Phone numbers"),
        talk=cards.TALK,
        quiz=pgettext("topic", "A short quiz"),
    )
    situation = Begin("my_situation", when=topic.was("situation"))
    rights = Begin("my_rights", when=topic.was("rights"))
    someone = Begin("for_someone", when=topic.was("someone"))
    questioned = Begin("being_questioned", when=topic.was("questioned"))
    decided = Begin("after_decision", when=topic.was("decided"))
    home = Begin("going_home", when=topic.was("home"))
    proof = Begin("what_to_keep", when=topic.was("proof"))
    despair = Begin("despair", when=topic.was("despair"))
    numbers = Begin("phone_numbers", when=topic.was("numbers"))
    talking = Begin("talk", when=topic.was("talk"))
    quizzed = Begin("quiz", when=topic.was("quiz"))

    end = End(None)
