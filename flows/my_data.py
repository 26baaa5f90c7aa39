"""Someone wants to know what we have from them: by kind and date, never in their words.

Who holds the phone may not be who wrote, so only in the sitting in which something was sent does
this say what there is; everybody else reads what is kept of anybody, and how to get a copy.
"""

from bot.conversation import End, Fact, Flow, Menu, Outcome, Say
from bot.text import _, pgettext
from flows import phrases


class MyData(Flow):
    """How long what is kept; in the sitting itself also what there is, and taking a yes back."""

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
