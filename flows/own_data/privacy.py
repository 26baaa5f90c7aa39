"""The privacy notice: what is stored, who can read it, for how long, and which rights apply.

There is one sentence for each way a deployment can be set up; `bot.app.texts` states the facts from
the settings. It covers the notice of Article 8 and the rights of Article 3 of Taiwan's Personal
Data Protection Act.
"""

from bot.conversation import Begin, Card, End, Fact, Flow, Say
from bot.text import _, pgettext
from flows.texts import cards

MORE = {
    # Translators: shows more of the same.
    "more": pgettext("button", "More"),
    "talk": cards.TALK,
    # Translators: the person has read enough of it.
    "enough": pgettext("button", "That is enough"),
}


class Privacy(Flow):
    """At most four messages at a time: first what matters most, the rest for people who want it.

    It asks nothing, so it can also be read as one text.
    """

    title = _("What we keep")

    # --- What matters most -------------------------------------------------------------------

    who = Say(
        # Translators: {organisation} e.g. Garden of Light Foundation; {contact} e.g.
        # www.example.org
        _(
            "What you write is collected by {organisation}, only to answer you and to give you "
            "support. You can leave questions out. Then we know less, nothing else happens.\n"
            "Contact: {contact}"
        )
    )
    sent = Say(
        # Translators: {organisation} e.g. Garden of Light Foundation; {keep_days} e.g. 90
        _(
            "What you send is read by the people of {organisation}. It is erased {keep_days} days "
            "after they have finished with it."
        )
    )
    law = Say(
        # Translators: safety sentence [i]. "Must" is a duty of the staff.
        _(
            "Some things staff must tell without your agreement. Taiwan law says: the police at "
            "once, when someone seems to be forced or controlled; the city or county, when "
            "someone under 18 is being harmed."
        ),
        when=~Fact("police"),
    )
    law_police = Say(
        # Translators: safety sentence [i] where the staff are officers themselves.
        _(
            "The people who read are officers. Taiwan law says they must act on some things, also "
            "without your agreement: when someone under 18 is being harmed, and when someone "
            "seems to be forced or controlled."
        ),
        when=Fact("police"),
    )
    rights = Card(
        # Translators: {contact} e.g. www.example.org
        _(
            "You may ask what we have about you (/mydata), get a copy, correct it, stop its use, "
            "or have it erased (/delete). Tell a person here, or use this contact: {contact}"
        ),
        choices=MORE,
    )

    # --- Who we are, and who can read it ---------------------------------------------------------

    no_office = Say(
        # Translators: {organisation} e.g. Garden of Light Foundation
        _("{organisation} is no government office."),
        when=rights.was("more") & ~Fact("office") & ~Fact("police"),
    )
    office = Say(
        # Translators: {organisation} e.g. Labor Department of the city
        _("{organisation} is a government office in Taiwan."),
        when=rights.was("more") & (Fact("office") | Fact("police")),
    )
    telegram = Say(
        # Translators: "bot chat" as opposed to Telegram's secret chats.
        _(
            "Chats with a bot are not secret chats: Telegram, the company, can read them. "
            "We see the name and the language of your Telegram account. "
            "We do not see your phone number unless you send it."
        ),
        when=rights.was("more"),
    )
    compared = Say(
        # Translators: a broker brings people to work for money. "The same one": the same boss,
        # broker or place.
        _(
            "We compare names and numbers of bosses, brokers and places in what different people "
            "tell us. So we see if several people tell about the same one. Your own name and "
            "number are not compared."
        ),
        when=rights.was("more") & Fact("compared"),
    )
    locked = Card(
        _(
            "On our side your words are stored locked, and the key is kept in another place. "
            "Someone who only takes the disk cannot read them."
        ),
        choices=MORE,
        when=rights.was("more"),
    )

    # --- Where it is stored, and what is seen before it is sent ---------------------------------

    elsewhere = Say(
        # Translators: "they" are the person's words.
        _(
            "They are kept on a computer in another place. They are locked before they go there, "
            "and the key does not go there."
        ),
        when=locked.was("more") & Fact("elsewhere"),
    )
    copies = Say(
        # Translators: backups, {copy_days} e.g. 30. "Locked" as above; what was erased because its
        # time had come, or because the person asked for it.
        _(
            "We make locked copies, so that a machine that breaks takes nothing away. What was "
            "erased can stay in a copy for up to {copy_days} days. After that nobody can open it "
            "any more."
        ),
        when=locked.was("more") & Fact("backups"),
    )
    group = Say(
        # Translators: a group chat of the staff on Telegram. "Number" is the short number of what
        # was sent.
        _(
            "Our people hear in a group on Telegram that someone waits. There they see a number, "
            "your language and how urgent it is, and none of your words."
        ),
        when=locked.was("more") & Fact("desk_notify"),
    )
    group_reads = Say(
        # Translators: as above, where the words themselves are shown.
        _(
            "Our people answer from a group on Telegram. What you send, and what you write to them "
            "here, is copied there. Telegram, the company, can read it there too."
        ),
        when=locked.was("more") & Fact("desk_content"),
    )
    drafts = Card(
        _(
            "Nobody here reads answers you have not sent. They are erased after 24 hours, or "
            "sooner with “Only while we chat”. Only if you let us tell someone about danger, they "
            "read what you had just written and what you write here from then on."
        ),
        choices=MORE,
        when=locked.was("more"),
    )

    # --- Spare key, and whom we may tell ---------------------------------------------------------

    spare_key = Say(
        # Translators: {organisation} e.g. Garden of Light Foundation. Three people each have a
        # part of a spare key; any two parts open.
        _(
            "There is a spare key in three parts. Two of three people chosen by {organisation} "
            "have to come together to open what you sent."
        ),
        when=drafts.was("more") & Fact("escrow"),
    )
    no_spare_key = Say(
        _(
            "There is no spare key. If our people lose theirs, nobody can read what you sent any "
            "more."
        ),
        when=drafts.was("more") & ~Fact("escrow"),
    )
    others = Say(
        # Translators: "tell", not "share" as with photos. Parts of what the person sent.
        _(
            "We tell others what you agree to. You are asked each time, and you can leave parts "
            "out."
        ),
        when=drafts.was("more"),
    )
    offices = Say(
        # Translators: {offices} is a list, one office a line.
        _("If you agree, we can tell these offices in Taiwan:\n{offices}"),
        when=drafts.was("more") & Fact("agreed_office"),
    )
    organisations = Say(
        # Translators: {organisations} is a list, one name a line.
        _("If you agree, we can tell these organisations:\n{organisations}"),
        when=drafts.was("more") & Fact("agreed_organisation"),
    )
    talking = Begin("talk", when=cards.chosen("talk", locals()))
    end = End(None)
