"""An erasure request.

It reads the same whether anything was sent or not.
"""

from bot.conversation import Decide, End, Fact, Flow, Outcome, Say
from bot.text import _, pgettext


class Delete(Flow):
    """Ask once, to exclude a mistake; then say what is erased and when."""

    title = _("Erase it")

    kept_by_law = Say(
        # Translators: {until} e.g. 11/24. Shown only within half an hour of the last message, after
        # something was sent.
        _(
            "A part of what you sent has to be kept by law until {until}. Our people can say by "
            "whom. It is erased after that."
        ),
        when=Fact("sent") & Fact("kept_by_law"),
    )
    go_on = Decide(
        _("We can erase what was written here. Shall we do that?"),
        why=_("So that nothing is erased by a slip of the finger."),
        erase=pgettext("button", "Erase it"),
        leave=pgettext("button", "Do not erase it"),
    )
    left = End(_("All right. Nothing was erased."), when=go_on.was("leave"))
    at_once = End(
        # Translators: shown only to a person who has shown by their word that it is theirs.
        _("All right. What you wrote and what you sent is erased now."),
        Outcome.ERASURE_REQUESTED,
        when=Fact("sent") & Fact("theirs") & ~Fact("kept_by_law"),
    )
    kept = End(
        # Translators: said after the sentence that names the day. "Two of them": of our people.
        _(
            "All right. What was not sent is erased. What has to be kept by law is erased after "
            "that day. For the rest our people make sure that you want it; after seven days it is "
            "erased anyway, unless two of them write down why not."
        ),
        Outcome.ERASURE_REQUESTED,
        when=Fact("sent") & Fact("kept_by_law"),
    )
    erased = End(
        # Translators: "two of them" are two of our people.
        _(
            "All right. What was not sent is erased. If something was sent: our people make sure "
            "within a day that you want it, then it is erased. After seven days it is erased "
            "anyway, unless two of them write down why not."
        ),
        Outcome.ERASURE_REQUESTED,
    )
