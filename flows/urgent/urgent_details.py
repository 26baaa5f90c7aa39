"""What helpers need first, once staff were told: one question a message."""

from bot.conversation import Ask, Choose, End, Fact, Flow, Say
from bot.text import _, pgettext
from flows.texts import phrases
from flows.urgent.danger import DangerFlow


class UrgentDetails(Flow):
    """Safety, the place, injuries. Each answer reaches the case at once; all can be skipped."""

    title = _("What helpers need first")
    offers_person = False
    short_names = phrases.SHORT

    safe = Choose(
        # Translators: asked after a story, which may be about the person or about someone else.
        _("Is anyone in danger right now? You, or the person you wrote about."),
        why=phrases.THEIR_DANGER_WHY,
        reassuring=("safe",),
        not_safe=pgettext("button", "Someone is in danger"),
        safe=pgettext("button", "Nobody is in danger"),
        unsure=phrases.NOT_SURE,
        when=~Fact("alerted"),
    )
    numbers = Say(DangerFlow.numbers.text, when=safe.was("not_safe"))
    without_a_voice = Say(DangerFlow.without_a_voice.text, when=safe.was("not_safe"))
    # Danger that is said only here is new: the person has to know that staff have it.
    is_told = safe.was("not_safe") & ~Fact("rehearsal")
    staff_have_it = Say(phrases.STILL_READ, when=is_told & Fact("staffed"))
    told_for_later = Say(phrases.TOLD_FOR_LATER, when=is_told & ~Fact("staffed"))
    warning = Say(phrases.PHONE_WARNING, when=Fact("alerted") | safe.was("not_safe", "unsure"))
    where = Ask(
        # Translators: the place where the person is, or the one who needs help. {digits} are phone
        # numbers, e.g. 110.
        _(
            "Where is it? A street, a shop sign, the name of a ship, a photo of the door: send "
            "what you can.\n{digits}"
        ),
        why=_("So that people can find the place. You can also share a location."),
        when=Fact("alerted") | safe.was("not_safe", "unsure"),
    )
    hurt = Choose(
        phrases.HURT_QUESTION,
        why=phrases.HURT_WHY,
        choices=phrases.HURT,
        reassuring=("nobody",),
        when=Fact("alerted") | safe.was("not_safe"),
    )
    ambulance = Say(phrases.AMBULANCE, when=hurt.was("now"))
    end = End(phrases.STILL_READ, when=Fact("staffed"))
    end_for_later = End(phrases.TOLD_FOR_LATER)
