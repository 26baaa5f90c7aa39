"""Going back to one's own country under the law (Article 28): wanted, arranged, safe."""

from bot.conversation import Begin, Card, End, Flow, Outcome, on_any
from bot.text import _
from flows import cards


class GoingHome(Flow):
    """It is a choice; what is paid; what to say first; whom not to have to ask."""

    title = _("Going home safely")

    choice = Card(
        _(
            "Going home under this law is for people who want to go. The offices can help to "
            "arrange it, and a court has to be quick with what you may have to say there."
        ),
        choices=cards.NEXT,
    )
    ticket = Card(
        _("If you cannot pay for the ticket home or for the permit, that can be paid for you."),
        choices=cards.NEXT,
        when=choice.was("next"),
    )
    unsafe = Card(
        _(
            "If home is not safe, because of a debt, threats or the people who sent you, say it "
            "before anything is booked. You do not have to say more than that."
        ),
        choices=cards.NEXT,
        when=ticket.was("next"),
    )
    own_office = Card(
        _(
            "You can talk to the office of your own country in Taiwan, if you want to. It is your "
            "choice: it is not safe for everybody."
        ),
        choices=cards.NEXT,
        when=unsafe.was("next"),
    )
    things = Card(
        _(
            "You do not have to go back to a place for your things or papers. Tell a person here "
            "what is missing."
        ),
        choices=cards.NEXT,
        when=own_office.was("next"),
    )
    last = Card(
        _(
            "A person here can think about it with you: when, who could meet you, and whom you can "
            "call on the way."
        ),
        choices=cards.LAST,
        when=things.was("next"),
    )

    talking = Begin("talk", when=on_any("talk", choice, ticket, unsafe, own_office, things, last))
    telling = Begin("report", when=last.was("tell"))
    asking = Begin("ask_for_help", when=last.was("ask"))
    end = End(None, Outcome.INFORMATION_READ)
