"""Information: returning to one's own country under Article 28."""

from bot.conversation import Begin, End, Flow, Outcome
from bot.text import _
from flows.texts import cards


class GoingHome(Flow):
    """That it is voluntary, what is paid, and what to say before it is booked."""

    title = _("Going home safely")

    choice = cards.page(
        _(
            "Going home under this law is for people who want to go. The offices can help to "
            "arrange it, and a court has to be quick with what you may have to say there."
        )
    )
    ticket = cards.page(
        _("If you cannot pay for the ticket home or for the permit, that can be paid for you."),
        when=choice.was("next"),
    )
    unsafe = cards.page(
        _(
            "If home is not safe, because of a debt, threats or the people who sent you, say it "
            "before anything is booked. You do not have to say more than that."
        ),
        when=ticket.was("next"),
    )
    own_office = cards.page(
        _(
            "You can talk to the office of your own country in Taiwan, if you want to. It is your "
            "choice: it is not safe for everybody."
        ),
        when=unsafe.was("next"),
    )
    things = cards.page(
        _(
            "You do not have to go back to a place for your things or papers. Tell a person here "
            "what is missing."
        ),
        when=own_office.was("next"),
    )
    last = cards.last_page(
        _(
            "A person here can think about it with you: when, who could meet you, and whom you can "
            "call on the way."
        ),
        when=things.was("next"),
    )

    talking = Begin("talk", when=cards.chosen("talk", locals()))
    telling = Begin("report", when=cards.chosen("tell", locals()))
    asking = Begin("ask_for_help", when=cards.chosen("ask", locals()))
    end = End(None, Outcome.INFORMATION_READ)
