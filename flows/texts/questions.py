"""Answers to questions people ask in place of an answer, by what the question is about.

All messages whose `when` holds are sent, then the open question is asked again. Where the answer
depends on who runs the bot, or on whether staff read already, the table holds one message for each.
The first forty characters are neutral, because a locked screen shows them.
"""

from bot.conversation import Fact, Say
from bot.text import _
from flows.own_data.privacy import Privacy
from flows.start.help import Help
from flows.texts import cards, organisation, phrases

# Translators: "controlled" by another person. The lawyer is paid by a foundation, after a look
# at each person; no promise.
COST = _(
    "Writing here costs nothing, and this chat never asks you for money. In Taiwan a person who "
    "may have been forced or controlled can ask for a lawyer without cost. It is looked at each "
    "time."
)
# Translators: {organisation} e.g. Garden of Light Foundation. "Says so": agrees with a button.
READERS = _(
    "No person here reads it until you say so. Then the people of {organisation} read it. They "
    "tell others what you agree to, or what the law says they must. Telegram, the company, can "
    "read this chat."
)
# Translators: {organisation} as above; staff read it already.
READERS_NOW = _(
    "The people of {organisation} read what you write here. They tell others what you agree to, "
    "or what the law says they must. Telegram, the company, and a person with your phone can read "
    "this chat."
)
# Translators: "agency" is the broker. Something an office does can be noticed by the boss.
EMPLOYER = _(
    "It is good that you ask before you write. We do not tell your boss or your agency about this "
    "chat. A person with your phone can read it. If an office has to act because of the law, your "
    "boss may notice it."
)
# Translators: someone looks through the phone. Quote the words on the button exactly.
CHECKED = _(
    "It is good that you ask before you write. A person with your phone can read this chat. “Clear "
    "chat” deletes the messages here and erases what you have not sent."
)
# Translators: safety sentence. The law says "may"; no promise. "Punished less or not at all".
NO_PROMISE = _(
    "Nobody here can promise what an office decides. You need not tell us about your visa. If "
    "someone broke rules because they were forced, the law in Taiwan says that they may be "
    "punished less or not at all."
)
# Translators: safety sentence. Officers decide whether a person was forced. "Begin that": the
# deciding.
NOT_SENT_OUT = _(
    "While officers decide whether someone was forced, that person may not be sent out of Taiwan. "
    "Writing here does not begin that. You can ask for a lawyer first, whatever papers you have."
)
LAWYER_FIRST = _(
    "You can ask for a lawyer first, before anything is decided, whatever papers you have. A "
    "person here can tell you how."
)
# Translators: staff with police duties.
OFFICERS_READ = _(
    "The people who read what you send here are officers. You can ask a lawyer before you tell "
    "them more."
)
# Translators: {hours} e.g. every day 09:00-21:00.
ON_DUTY = _(
    "Someone is on duty now and reads what you send, the most urgent first. Nobody can say yet how "
    "long the rest takes.\nPeople usually read: {hours}"
)
# Translators: {hours} as above. Quote the words on the button exactly.
OFF_DUTY = _(
    "Nobody reads here at this moment. What you send waits. Nobody can say yet how long the rest "
    "takes. If it cannot wait, press “Danger now”.\nWhen people read: {hours}"
)
# Translators: {organisation} as above; {contact} e.g. www.example.org. The code that Telegram
# sends to log in.
TRUST = _(
    "It is right to be careful. This chat never asks for money, a bank card or your Telegram code, "
    "and you need not give your name. You can ask {organisation} whether this chat is theirs: "
    "{contact}"
)
# Translators: asked whether a human being writes here. {organisation} and {hours} as above.
BOT_ASKS = _(
    "A bot asks the questions here. No person reads it until you say so. Then people of "
    "{organisation} can read it. When a person answers you, we say so.\nWhen people read: {hours}"
)
# Translators: to call with the voice.
PHONE = _(
    "We answer in this chat. We do not see your phone number unless you send it. If a call would "
    "be useful, a person asks you here first, and you decide."
)
# Translators: a place on the map; a photo can hold the place where it was taken.
LOCATION = _(
    "This chat does not show us where you are. We only know it if you write it or send a place. A "
    "photo sent as a file can show it too. We cannot know whether someone else follows your phone."
)
# Translators: quote the words on the button exactly; leave the words with / as they are.
STOP = _(
    "You can stop at any time: type /stop. “Clear chat” deletes the messages here and erases what "
    "you have not sent. To ask that what you sent is erased, type /delete. What others were told "
    "stays with them."
)

# Translators: the person has to stop writing now. Quote the words on the button exactly.
LEAVING = _(
    "All right. You can go now and come back at any time. “Clear chat” deletes the messages here "
    "and erases what you have not sent."
)
# Translators: the same; our people can read what the person wrote.
LEAVING_READ = _(
    "All right. You can go now and come back at any time. What you wrote is with our people. "
    "“Clear chat” deletes the messages here."
)
# Translators: the person asks that the police are not told.
NOT_TOLD_YET = _(
    "It is good that you say so first. No person here has read what you wrote just now, and nobody "
    "was told of it."
)
# Translators: as above; "this" is that the police are told.
WISH_IS_READ = _(
    "Our people can read that you do not want this. You can ask them here what they have to tell, "
    "and to whom, before you write more."
)
# Translators: the person wants to talk with a human being. "Agree": with the button below.
PERSON_READS_LATER = _(
    "Yes, people work here too. A person can read this and answer in this chat as soon as you "
    "agree to that."
)
PERSON_READS_NOW = _("Yes. People can read what you write here, and they can answer in this chat.")
# Translators: the person asks whether someone here understands their language.
SPEAKS = _(
    "You can write here in your own language, as you speak it. If the person who answers does not "
    "know it, an interpreter can help."
)
# Translators: the person only wants to ask something, perhaps about a visa. {numbers_papers} is a
# list of phone numbers, one a line.
ASKING = _(
    "You can ask it here, and a person can answer. About visas and residence cards you can also "
    "call in Taiwan:\n{numbers_papers}"
)

ANSWERS: dict[str, tuple[Say, ...]] = {
    "cost": (Say(COST),),
    "readers": (
        Say(READERS, when=~Fact("told") & ~Fact("sent")),
        # Who stopped, or took it back: "no person reads it" is untrue of what was sent before.
        Say(phrases.TOLD_ALREADY, when=~Fact("told") & Fact("sent")),
        Say(READERS_NOW, when=Fact("told")),
    ),
    "police": (
        Say(organisation.PEOPLE, when=~Fact("police") & ~Fact("office")),
        Say(organisation.OFFICE, when=Fact("office") & ~Fact("police")),
        Say(organisation.POLICE, when=Fact("police")),
        Say(Privacy.law.text, when=~Fact("police")),
        Say(Privacy.law_police.text, when=Fact("police")),
    ),
    "no_police": (
        Say(NOT_TOLD_YET, when=~Fact("told")),
        Say(WISH_IS_READ, when=Fact("told") & ~Fact("police")),
        Say(OFFICERS_READ, when=Fact("police")),
        Say(Privacy.law.text, when=~Fact("police")),
        Say(Privacy.law_police.text, when=Fact("police")),
    ),
    "checked": (Say(CHECKED),),
    "employer": (Say(EMPLOYER),),
    "deported": (
        Say(OFFICERS_READ, when=Fact("police")),
        Say(NO_PROMISE),
        Say(NOT_SENT_OUT, when=Fact("decision")),
        Say(LAWYER_FIRST, when=~Fact("decision")),
    ),
    "how_long": (Say(ON_DUTY, when=Fact("staffed")), Say(OFF_DUTY, when=~Fact("staffed"))),
    "real": (
        Say(BOT_ASKS, when=~Fact("told") & ~Fact("sent")),
        Say(Help.what_this_is.text, when=Fact("told") | Fact("sent")),
    ),
    "trust": (Say(TRUST),),
    "phone": (Say(PHONE),),
    "location": (Say(LOCATION),),
    "stop": (Say(STOP),),
    "leaving": (Say(LEAVING, when=~Fact("told")), Say(LEAVING_READ, when=Fact("told"))),
    "person": (
        Say(PERSON_READS_LATER, when=~Fact("told")),
        Say(PERSON_READS_NOW, when=Fact("told")),
        Say(OFF_DUTY, when=Fact("told") & ~Fact("staffed")),
    ),
    "speaks": (Say(SPEAKS),),
    "asking": (
        Say(ASKING, when=Fact("numbers_papers")),
        Say(cards.WORK_CALL, when=Fact("numbers_work")),
        Say(cards.NO_NUMBERS, when=~Fact("numbers_papers") & ~Fact("numbers_work")),
    ),
}
"""By the kinds of `bot.languages.questions`."""
