"""What is kept, who can read it, for how long, and what a person may ask of us.

Every sentence is a fact about this program or about the law; the law's part is the notice of
Article 8 of Taiwan's Personal Data Protection Act, and the rights of its Article 3.
"""

from bot.conversation import End, Flow, Known, Say
from bot.text import _


class Privacy(Flow):
    """The whole truth in seven short messages."""

    title = _("What we keep")

    who = Say(
        # Translators: {organisation} e.g. Garden of Light Foundation; {contact} e.g.
        # www.example.org
        _(
            "What you write is collected by {organisation}, only to answer you and to give you "
            "support. You can leave questions out. Then we know less, nothing else happens.\n"
            "Contact: {contact}"
        ),
    )
    telegram = Say(
        # Translators: "bot chat" as opposed to Telegram's secret chats.
        _(
            "Chats with a bot are not secret chats: Telegram, the company, can read them. "
            "We see the name and the language of your Telegram account. "
            "We do not see your phone number unless you send it."
        ),
    )
    locked = Say(
        _(
            "On our side your words are stored locked, and the key is kept in another place. "
            "Someone who only takes the disk cannot read them."
        ),
    )
    drafts = Say(
        _(
            "Nobody here reads answers you have not sent, and they are erased after 24 hours. "
            "Only if you press “Danger now” and let us tell someone, they see your language and "
            "that there is danger."
        ),
    )
    sent = Say(
        # Translators: {organisation} e.g. Garden of Light Foundation; {keep_days} e.g. 90
        _(
            "What you send is read by the people of {organisation}. It is erased {keep_days} days "
            "after they have finished with it."
        ),
    )
    law = Say(
        # Translators: safety sentence [i]. "Must" is a duty of the staff.
        _(
            "Taiwan law says staff must pass some things on to the authorities, also without your "
            "agreement: when someone under 18 is being harmed, and when someone seems to be "
            "forced or controlled."
        ),
        when=~Known("police"),
    )
    law_police = Say(
        # Translators: safety sentence [i] where the staff are officers themselves.
        _(
            "The people who read are officers. Taiwan law says they must act on some things, also "
            "without your agreement: when someone under 18 is being harmed, and when someone "
            "seems to be forced or controlled."
        ),
        when=Known("police"),
    )
    rights = End(
        # Translators: {contact} e.g. www.example.org
        _(
            "You may ask what we have about you, get a copy, correct it, stop its use, or have it "
            "erased. Tell a person here, or use this contact: {contact}"
        ),
    )
