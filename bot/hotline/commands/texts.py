"""Texts that tell a caseworker the result of a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.text import Text, _

if TYPE_CHECKING:
    from collections.abc import Mapping

NO_SUCH_CASE = _("There is no such case.")
NO_CHAT = _(
    "This person has no chat with us, so nothing can be sent there. Call them and write the call "
    "down, or let their chat join the case with a code."
)
HAS_CHAT = _("This case has a chat already.")
MAY_NOT_OPEN = _("Only caseworkers and supervisors open cases.")
CASE_OPENED = _("Case {reference} is open, and it is yours.")
CASE_OPENED_IN_QUEUE = _("Case {reference} is open and waits in the queue.")
NO_SUCH_CALL = _("Say how the call went: {codes}.")
CALL_WITHOUT_WORDS = _("Write down what the person said, or what you told them.")
CALL_STORED = _("The call is written down. No reply is due until the person calls or writes again.")
CALL_AGAIN = _("The call is written down. A reply is still due.")
CALL_RAISED = _(
    "The call is written down. Its words may mean danger, so the priority was raised; the case "
    "file says why. If that is wrong, set the priority and give the reason."
)
JOIN_CODE_MADE = _("Read this code aloud: {code}")
JOIN_CODE_ENDED = _("The code no longer works. Make a new one if the person still wants to write.")
NO_SUCH_PHONE = _(
    "That phone asked more than half an hour ago, or the code has ended. Make a new code while "
    "the person is on the phone."
)
CHAT_HAS_JOINED = _("The chat belongs to this case now. Take over to write there.")
READ_ALOUD_NOW = _(
    "This person has no chat. Read aloud what stands under “Referrals”, and record the answer "
    "there."
)
ANSWER_IN_CHAT = _("This person has a chat: they answer there themselves.")
BREAK_GLASS_NOTE = _("Opened by a supervisor. Reason: {reason}")
"""The note of a reason, as a desk writes it in the language of who gave it."""
NOT_A_COLLEAGUES_CASE = _("No colleague has this case, so it needs no reason.")
REASON_STORED = _("Your reason is logged and stands in the case. It counts for ten hours.")
CASE_ALREADY_CLAIMED = _("{name} holds this case already.")
YOU_ARE_AT_CAPACITY = _(
    "You hold as many chats as agreed ({most}; an emergency counts as two). Release or close one "
    "first."
)
NO_SUCH_COLLEAGUE = _("There is no such colleague, or not on duty.")
NO_SUCH_OFFICE = _("There is no such office, or it was closed.")
OFFICE_NOT_READY = _(
    "The person is in danger, and no one of that office is on duty now. Keep the case, or transfer "
    "it to a colleague who is on duty."
)
NO_SUCH_PHRASE = _("There is no such sentence in the phrasebook.")
PHRASE_CHANGED = _("This phrase was changed just now. Nothing was sent. Read it again.")
BLANKS_MISSING = _("These blanks are still empty: {blanks}.")
BLANKS_TOO_LONG = _("These blanks have too much in them: {blanks}.")
NO_SUCH_DISPOSITION = _("Say how it ended: {codes}.")
NO_SUCH_PRIORITY = _("A priority is a number from 0 to 4.")
NOTHING_TO_SEND = _("There is nothing to send.")
TOO_LONG = _("That is longer than {most} characters; nothing was sent. Please shorten it.")
FILE_TOO_LARGE = _("A file can have at most 20 MB; nothing was sent.")
CANNOT_EDIT = _("That can no longer be changed where it went. Please write again.")
CLAIMED = _("The case is yours.")
CLAIMED_OTHER_LANGUAGE = _(
    "The case is yours. Careful: the person writes in another language than yours."
)
CLAIMED_ABOVE_LIMIT = _("The case is yours, above your limit of {most}: in danger.")
CLAIMED_ABOVE_LIMIT_OTHER_LANGUAGE = _(
    "The case is yours, above your limit of {most}: in danger. Careful: the person writes in "
    "another language than yours."
)
CLAIMED_BESIDE_EMERGENCY = _(
    "The case is yours. A person in danger waits too: you have just closed such a case, so a "
    "colleague on duty should take it. You can still claim it yourself."
)
NO_SUCH_RECIPIENT = _("Say who is to be told: {codes}.")
NOT_OFFERED = _(
    "This organisation cannot be chosen now: there is no agreement with it, or its entry is too "
    "old. One of: {codes}. haven directory recipients says why."
)
NOTHING_TO_REFER = _("This case has no answer that could be told. One of: {codes}.")
ANSWERS_SEALED = _(
    "The answers are sealed for staff who sign in: from here they can no longer be referred."
)
NO_MATCHING_CONSENT = _("The person has not agreed to exactly that: it may not be told to anyone.")
NO_SUCH_REPLY = _("Say what the organisation answered: {codes}.")
NOT_REFERRED = _(
    "This referral is not recorded as referred, or the person took it back: there is no answer to "
    "record."
)
CONSENT_WITHDRAWN = _("The person has withdrawn from sharing: nothing may be told to anyone.")
DO_NOT_ASK_AGAIN = _(
    "The person has withdrawn from sharing and is not asked about it again. If they bring it up "
    "themselves, ask again and write what they said: /refer {recipient} ..."
)
QUESTION_WAITS = _(
    "The person is asked once they have answered whether this is a good moment to write."
)
MINUTES_NEEDED = _("Say for how many minutes, up to 240.")
REST_OFFERED = _("That was a hard one. A pause? /rest 15 gives you no new case for 15 minutes.")
DONE = _("Done.")
ON_DUTY = _("You are on duty: cases are offered to you.")
NOT_FOR_DUTY = _(
    "Only those who can open cases go on duty. Your role opens none, so an emergency that is left "
    "to you would be read by no one."
)
OFF_DUTY = _("You are off duty: no case is offered to you.")
# Translators: {cases} e.g. K7M4Q2, 8JWJ8M.
OFF_DUTY_RETURNED = _(
    "You are off duty: no case is offered to you. Not worked on yet, and waiting again for "
    "colleagues: {cases}."
)
TAKE_OVER_FIRST = _("Take the conversation over first; nothing was sent.")
ACCESS_ENDED = _("Returned to the queue: the access of {other} ended.")
OPENS_ONLY_FOR = _(
    "{reference} waits, and no caseworker of its queue can open it yet: only {names}. Once one of "
    "them is at the desk, it opens for the queue too."
)
PERSON_ENDED_CHAT = _("Not sent: the person ended the chat.")
NOT_TAKEN_OVER = _("No caseworker holds this conversation.")
OUTSIDE_CONTACT_RULE = _(
    "The person wants to be written to only after they wrote: nothing was sent. /insist with a "
    "reason asks them anyway whether this is a good moment."
)
OPENER_ALREADY_SENT = _("There is an opening question already: it waits for the person's hour.")
OPENER_SENT_NOW = _("The person was asked just now, and has not answered yet.")
INSISTED = _("The person is asked now whether this is a good moment. The reason is kept as a note.")
ONLY_PERSON_CAN_ANSWER = _("Only the person can answer that; no one can agree for them.")
CHAT_FROZEN = _(
    "This chat is frozen: the person was made to open it, and nothing that staff write may be sent "
    "there. When two of you are sure that the person writes, each of you says why: /confirmed ..."
)
OPENER_NEEDED = _(
    "There was no answer to you since this chat went quiet. Take it over, ask in neutral words "
    "(/phrase opener), and confirm once they have answered."
)
IDENTITY_REASON_NEEDED = _(
    "This chat is frozen: the person was made to open it. Say how you made sure that the person "
    "writes now: /confirmed ..."
)
SECOND_CONFIRMATION_NEEDED = _(
    "Your reason is kept as a note. Nothing is sent yet: a colleague who is sure as well has to "
    "confirm within an hour, with a reason: /confirmed ..."
)
NOBODY_WROTE_RECENTLY = _(
    "There was no message in this chat for half an hour. Confirm it when they write."
)
ALREADY_IDENTIFIED = _("The person in this chat is identified already.")
ANSWER_NOT_ACCEPTED = _("That answer does not fit the question, or the question is not open.")

NO_SUCH_CONSENT = _("Say what is revoked: {codes}.")
NO_CONSENT_GIVEN = _("The person has not agreed to that, or has revoked it.")

DISPOSITIONS: Mapping[str, Text] = {
    "helped": _("helped"),
    "referred": _("referred to another organisation"),
    "no_answer": _("the person did not answer any more"),
    "withdrawn": _("the person wanted nothing more"),
    "information": _("information was given"),
    "duplicate": _("the same as another case"),
    "outside": _("nothing this hotline can do"),
}
"""How a case ended, by code."""
