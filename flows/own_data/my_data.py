"""The data stored about a person, by kind and date, never in their own words.

The person who holds the phone may not be the one who wrote. So only the session in which something
was sent shows what is stored. Otherwise the flow gives general rules and how to get a copy.
"""

from bot.conversation import End, Fact, Flow, Menu, Outcome, Say
from bot.text import _, pgettext
from flows.texts import phrases


class MyData(Flow):
    """How long data is stored; within the session also what is stored, and revoking consent."""

    title = _("What we have from you")

    rules = Say(
        # Translators: {keep_days} e.g. 90
        _(
            "Answers you have not sent are erased after 24 hours at the latest. What you send is "
            "erased {keep_days} days after our people have finished with it."
        )
    )
    copy = Say(
        # Translators: {contact} e.g. www.example.org. "Copy" of what the person sent.
        _(
            "Somebody else could hold this phone, so this chat shows nothing of what you sent. A "
            "person here can give you a copy, or use this contact: {contact}"
        )
    )
    quiet = End(
        _("To have it erased, write /delete. To read what we keep of everybody, write /privacy."),
        when=~Fact("sent"),
    )
    what_now = Menu(
        _(
            "You can see what kinds of things we have from this conversation, or take back what "
            "you agreed to."
        ),
        show=pgettext("button", "Show the list"),
        uncount=phrases.COUNT["dont"],
        untell=pgettext("button", "Tell nobody else"),
        nothing=pgettext("button", "Nothing more"),
    )
    shown = End(
        # Translators: {held} is a few lines, e.g. What you told: 21:40
        _("From this sitting we have:\n{held}"),
        Outcome.DATA_REQUESTED,
        when=what_now.was("show"),
    )
    uncounted = End(
        _("All right. It is not counted from now on."),
        Outcome.CONSENT_REVOKED,
        when=what_now.was("uncount"),
    )
    untold = End(
        _(
            "All right. We ask you no more about telling others, and tell them nothing. What the "
            "law makes staff pass on stays as we said at the beginning."
        ),
        Outcome.CONSENT_REVOKED,
        when=what_now.was("untell"),
    )
    end = End(_("All right. You can write here again at any time."))
