"""Sentences that a caseworker can send in the person's language.

Where a flow has the sentence already, it is reused, so that it is reviewed once. Each sentence asks
one thing, promises nothing and is neutral on a locked screen. Each button states a fact.
All translations are drafts: no native speaker has reviewed them.
"""

from __future__ import annotations

from bot.conversation import Phrase
from bot.text import Text, _, pgettext
from flows.own_data.privacy import Privacy
from flows.requests.ask_for_help import AskForHelp
from flows.requests.report import Report
from flows.start.return_check import ReturnCheck
from flows.texts import phrases
from flows.urgent.danger import DangerFlow

OPENING, SAFETY, MEETING, PEOPLE = "opening", "safety", "meeting", "people"
NEEDS, UNDERSTANDING, ENDING = "needs", "understanding", "ending"

GROUPS: dict[str, Text] = {
    # Translators: these stand above groups of sentences; caseworkers read them.
    OPENING: pgettext("group", "To begin"),
    SAFETY: pgettext("group", "Safety"),
    # Translators: to telephone, to meet somewhere.
    MEETING: pgettext("group", "Calling and meeting"),
    # Translators: interpreters, officers, colleagues and others.
    PEOPLE: pgettext("group", "Who comes in"),
    NEEDS: pgettext("group", "What is needed"),
    UNDERSTANDING: pgettext("group", "To understand each other"),
    ENDING: pgettext("group", "To end"),
}
"""Names of the groups."""

TIME = pgettext("blank", "Day and time")

# Translators: these stand on buttons below a sentence; the person says them.
NOT_YET = pgettext("reply", "Not yet")
THAT_TIME = pgettext("reply", "That time is good")
ANOTHER_TIME = pgettext("reply", "Another time")

ALL_PHRASES = (
    # --- To begin ------------------------------------------------------------------------------
    Phrase(
        "opener",
        OPENING,
        # Translators: the first words after a silence. The person who holds the phone reads them.
        _("Hello. Is this a good moment to write?"),
        replies={
            "can_write": pgettext("reply", "I can write now"),
            "not_now": pgettext("reply", "Not now"),
            "who": pgettext("reply", "Who is this?"),
        },
    ),
    Phrase(
        "who_we_are",
        OPENING,
        # Translators: an answer to "Who is this?" that does not say that a person wrote before.
        # {organisation} e.g. Garden of Light Foundation
        _(
            "Anyone can write to us in this chat. We are people of {organisation}. "
            "If it was not you, you need not answer."
        ),
        replies={
            "wrote": pgettext("reply", "I wrote to you"),
            "not_me": pgettext("reply", "I did not write"),
        },
    ),
    Phrase("seen", OPENING, ReturnCheck.seen.prompt, replies=ReturnCheck.seen.choices),
    Phrase(
        "alone",
        OPENING,
        # Translators: no other person in the room. Not lonely, not unmarried.
        _("Are you alone right now?"),
        replies={
            "alone": pgettext("reply", "I am alone"),
            "near": pgettext("reply", "Someone is near"),
            "unsure": phrases.NOT_SURE,
        },
    ),
    # --- Safety --------------------------------------------------------------------------------
    Phrase("safe", SAFETY, phrases.SAFE_QUESTION, replies=phrases.SAFE_NOW),
    Phrase("numbers", SAFETY, DangerFlow.numbers.text),
    Phrase("without_a_voice", SAFETY, DangerFlow.without_a_voice.text),
    Phrase("hurt", SAFETY, phrases.HURT_QUESTION, replies=phrases.HURT),
    Phrase(
        "where",
        SAFETY,
        # Translators: a place on the map is sent with Telegram's own button.
        _("Please tell us where you are. You can also send a place from the map."),
        replies={
            "unknown": pgettext("reply", "I do not know where"),
            "unsaid": phrases.OWN_AGE["unsaid"],
        },
    ),
    Phrase("tonight", SAFETY, AskForHelp.tonight.prompt, replies=AskForHelp.tonight.choices),
    Phrase("going_out", SAFETY, Report.leaving.prompt, replies=Report.leaving.choices),
    Phrase(
        "not_back",
        SAFETY,
        # Translators: safety sentence [n]. "There", or it means home. Not a ban.
        _("You do not need to go back there for your papers."),
    ),
    Phrase(
        "careful_with",
        SAFETY,
        # Translators: a person who must not hear of it. Do not say "hide" or "enemy".
        _("Is there someone we should be careful with?"),
        replies={**Report.who.choices, "nobody": pgettext("reply", "Nobody")},
    ),
    Phrase(
        "agree_on_an_hour",
        SAFETY,
        # Translators: an hour at which we ask something short, and the person answers with a word.
        _(
            "If you like, we can agree on an hour at which we hear from you. When we have finished "
            "here, the next menu offers it."
        ),
        replies={
            "fine": pgettext("reply", "That is fine"),
            "not_now": pgettext("reply", "Not now"),
        },
    ),
    # --- Calling and meeting -------------------------------------------------------------------
    Phrase(
        "call",
        MEETING,
        # Translators: to telephone, with the voice.
        _("May we call you on the phone?"),
        replies={
            "now": pgettext("reply", "You can call now"),
            "later": pgettext("reply", "Later, not now"),
            "write": pgettext("reply", "Writing is better"),
        },
    ),
    Phrase(
        "number",
        MEETING,
        _("Which number may we call? Write it here only if that is safe for you."),
        replies={"unsaid": phrases.OWN_AGE["unsaid"]},
    ),
    Phrase(
        "call_at",
        MEETING,
        # Translators: {time} e.g. 11/26 21:00. "This time" is the one written behind it, not now.
        _("Would this time be good for you? We would like to call you: {time}"),
        blanks={"time": TIME},
        replies={
            "good": THAT_TIME,
            "other": ANOTHER_TIME,
            "no_call": pgettext("reply", "Please do not call"),
        },
    ),
    Phrase(
        "where_to_meet",
        MEETING,
        _("Where would it be good to meet? A public place with other people is better."),
        replies={
            "near": pgettext("reply", "Near where I am"),
            # Translators: you, the organisation, choose.
            "choose": pgettext("reply", "You choose the place"),
            "not_yet": pgettext("reply", "I cannot meet now"),
        },
    ),
    Phrase(
        "meet",
        MEETING,
        # Translators: {place} e.g. the name of a station, {time} e.g. 11/26 14:00. The first
        # sentence is long on purpose: a locked screen shows it and not the place.
        _(
            "We have a suggestion for you. Say whether it fits, or not.\n"
            "Meeting place: {place}\nTime: {time}\nIt is a public place."
        ),
        blanks={"place": pgettext("blank", "Place, as it is signposted"), "time": TIME},
        replies={
            "come": pgettext("reply", "I can come"),
            "place": pgettext("reply", "Another place"),
            "time": ANOTHER_TIME,
            "cannot": pgettext("reply", "I cannot come"),
        },
    ),
    Phrase(
        "recognise",
        MEETING,
        # Translators: {sign} e.g. a green bag
        _("This is how you know us: {sign}. If something feels wrong, you can leave."),
        blanks={"sign": pgettext("blank", "What we carry or wear")},
    ),
    Phrase(
        "bring",
        MEETING,
        _("You can bring someone you trust. Coming alone is fine too."),
        replies={
            "brings": pgettext("reply", "I bring someone"),
            "alone": pgettext("reply", "I come alone"),
        },
    ),
    # --- Who comes in --------------------------------------------------------------------------
    Phrase("speaks", PEOPLE, AskForHelp.speaks.prompt, replies=AskForHelp.speaks.choices),
    Phrase(
        "interpreter_sought",
        PEOPLE,
        _(
            "We are looking for an interpreter who speaks your language and does not work for "
            "your broker or employer. Please wait a little."
        ),
    ),
    Phrase(
        "interpreter_there",
        PEOPLE,
        # Translators: {time} e.g. 11/26 14:00
        _("An interpreter can be there: {time}. They do not work for your broker or employer."),
        blanks={"time": TIME},
        replies={"good": THAT_TIME, "other": ANOTHER_TIME},
    ),
    Phrase(
        "woman_or_man",
        PEOPLE,
        _("Would you rather talk with a woman or with a man?"),
        replies={
            "woman": pgettext("reply", "With a woman"),
            "man": pgettext("reply", "With a man"),
            "both": pgettext("reply", "Both are fine"),
        },
    ),
    Phrase(
        "with_me",
        PEOPLE,
        # Translators: a trusted person who may be present when police or another office asks.
        # Every answer is fine; the answer stands in the plan.
        _(
            "Do you want someone to sit beside you when an office asks you questions? It can be a "
            "friend, a social worker or another person you trust. Every answer is fine."
        ),
        replies={
            "yes": pgettext("reply", "I want that"),
            "no": pgettext("reply", "I do not want that"),
            "not_yet": NOT_YET,
        },
    ),
    Phrase(
        "officer",
        PEOPLE,
        # Translators: {who} e.g. 台北市勞動局. An officer of the government, whatever the office;
        # the first half is what a locked screen shows.
        _("Someone can come to where you are, if you want. It is an officer: {who}."),
        blanks={"who": pgettext("blank", "Which office, what kind of officer")},
        replies={
            "come": pgettext("reply", "They can come"),
            "not_yet": NOT_YET,
            "no": pgettext("reply", "They should not come"),
        },
    ),
    Phrase(
        "police",
        PEOPLE,
        # Translators: the first two sentences are long on purpose: a locked screen shows them
        # and not the word for police. An offer, all answers equal.
        _(
            "There is one thing we would like to ask you. Every answer is fine, and you can "
            "decide later. Do you want the police in Taiwan to know of this?"
        ),
        replies={
            "know": pgettext("reply", "They may know"),
            "not_yet": NOT_YET,
            "talk": pgettext("reply", "I want to talk first"),
            "unsure": phrases.NOT_SURE,
        },
    ),
    Phrase("law", PEOPLE, Privacy.law.text),
    Phrase(
        "colleague",
        PEOPLE,
        _(
            "A colleague goes on with you here. They can read what you wrote, so you need not "
            "tell it again."
        ),
    ),
    # --- What is needed ------------------------------------------------------------------------
    Phrase("first", NEEDS, _("What do you need first?"), replies=Report.needs.choices),
    Phrase("read", NEEDS, _("We have read what you sent. Thank you for telling us.")),
    Phrase(
        "unknown",
        NEEDS,
        # Translators: what can be done for the person. No promise.
        _("We do not know yet what is possible. When we know more, we tell you here."),
    ),
    Phrase("not_your_fault", NEEDS, Report.not_your_fault.text),
    # --- To understand each other --------------------------------------------------------------
    Phrase(
        "not_understood",
        UNDERSTANDING,
        _("We did not understand all of it. That is not because of you."),
    ),
    Phrase(
        "another_way",
        UNDERSTANDING,
        _("Please write it another way, in short sentences. You can also record your voice."),
    ),
    Phrase(
        "clear",
        UNDERSTANDING,
        _("Is it clear what we wrote?"),
        replies={
            "clear": pgettext("reply", "It is clear"),
            "part": pgettext("reply", "Only a part is clear"),
            "again": pgettext("reply", "Please explain again"),
        },
    ),
    Phrase("take_time", UNDERSTANDING, _("Take your time. You can answer later, or leave it out.")),
    # --- To end --------------------------------------------------------------------------------
    Phrase("thanks", ENDING, _("Thank you. You can write more whenever it is good for you.")),
    Phrase("silent", ENDING, phrases.CONTACT_SILENT),
    Phrase("clear_chat", ENDING, ReturnCheck.careful.text),
    Phrase(
        "closing",
        ENDING,
        _("We stop here for now. You can write here again at any time."),
        replies={
            "fine": pgettext("reply", "That is fine"),
            "more": pgettext("reply", "I need more"),
        },
    ),
)
"""All sentences in the order caseworkers see them."""

PHRASES: dict[str, Phrase] = {phrase.code: phrase for phrase in ALL_PHRASES}
"""All sentences by code."""

OFFICER_PHRASES: dict[str, Phrase] = PHRASES | {
    "law": Phrase("law", PEOPLE, Privacy.law_police.text)
}
"""The same for an organisation of officers, who have other legal duties."""
