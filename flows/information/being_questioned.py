"""Information: how officers decide whether the law protects a person (Article 11)."""

from bot.conversation import Begin, End, Fact, Flow, Outcome
from bot.text import _
from flows.texts import cards


class BeingQuestioned(Flow):
    """Who decides, what a person may ask for, and how to object."""

    title = _("Being questioned")

    deciding = cards.page(
        _(
            "Somebody has to decide whether a special law protects you. In Taiwan only officers "
            "do that, such as the police, immigration or the coast guard. This chat cannot, and no "
            "organisation can."
        )
    )
    rights = cards.page(
        _(
            "They have to do it at once when they hear of it. Before they begin, they have to give "
            "you a paper with your rights and explain what happens."
        ),
        when=deciding.was("next"),
    )
    interpreter = cards.page(cards.INTERPRETER, when=rights.was("next"))
    beside = cards.page(
        _(
            "Someone you trust may sit beside you and speak as well: a social worker, a relative, "
            "a doctor. Not somebody who is suspected, or who would disturb the questions."
        ),
        when=interpreter.was("next"),
    )
    expert = cards.page(
        _(
            "If you are under 18, very upset, or have a mental disability, they must ask a social "
            "worker or an expert to be there."
        ),
        when=beside.was("next"),
    )
    apart = cards.page(
        _(
            "You can ask not to sit with the people who are suspected when you have to speak: by "
            "video, or behind a screen. The police and the court have to think of your safety."
        ),
        when=expert.was("next"),
    )
    paper = cards.page(
        # Translators: safety sentence. {objection_days} e.g. 20. It counts from the day the paper
        # is received.
        _(
            "You get the answer on a paper. If you do not agree, you can write that, with your "
            "reasons, to the office that gave it, within {objection_days} days after you got it. "
            "A person here can look at it with you."
        ),
        when=apart.was("next") & Fact("decision"),
    )
    meanwhile = cards.page(
        # Translators: {review_days} and {answer_days} e.g. 10: first one office, then one above it.
        _(
            "That office has {review_days} days to look at it again, the one above it "
            "{answer_days} days more. That answer is the last. If you disagreed in writing, you "
            "may not be sent out of Taiwan before it, and support goes on until then."
        ),
        when=paper.was("next"),
    )
    either_way = cards.page(
        _(
            "Whatever the answer is: a lawyer, a safe place for a time and help with pay can still "
            "be possible."
        ),
        when=meanwhile.was("next") | (apart.was("next") & ~Fact("decision")),
    )
    secret = cards.page(cards.SECRET, when=either_way.was("next"))
    last = cards.last_page(
        _("You can ask here for someone to sit beside you, or talk to a person about it first."),
        when=secret.was("next"),
    )

    talking = Begin("talk", when=cards.chosen("talk", locals()))
    telling = Begin("report", when=cards.chosen("tell", locals()))
    asking = Begin("ask_for_help", when=cards.chosen("ask", locals()))
    end = End(None, Outcome.INFORMATION_READ)
