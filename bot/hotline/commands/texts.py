"""What caseworkers read when an order is carried out, or is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.text import Text, _

if TYPE_CHECKING:
    from collections.abc import Mapping

NO_SUCH_CASE = _("There is no such case.")
CASE_ALREADY_CLAIMED = _("{name} holds this case already.")
YOU_ARE_AT_CAPACITY = _("You hold as many chats as agreed ({most}). Release or close one first.")
NO_SUCH_COLLEAGUE = _("There is no such colleague, or not on duty.")
NO_SUCH_PHRASE = _("There is no such sentence in the phrasebook.")
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
NO_SUCH_RECIPIENT = _("Say who is to be told: {codes}.")
NOTHING_TO_REFER = _("Nothing was sent in this case that could be told. One of: {codes}.")
ANSWERS_SEALED = _(
    "What was sent is sealed for staff who sign in; here nothing of it can be passed on any more."
)
NO_MATCHING_CONSENT = _("The person has not agreed to exactly that; nobody may be told.")
CONSENT_WITHDRAWN = _("The person has taken back that others may be told: nobody may be told.")
DO_NOT_ASK_AGAIN = _(
    "The person has taken back that others may be told, and is asked no more about it. If they "
    "bring it up themselves, ask again and write what they said: /refer {recipient} ..."
)
PERSON_NOT_IN_CHAT = _("Ask when the person is in the chat with you.")
MINUTES_NEEDED = _("Say for how many minutes, up to 240.")
REST_OFFERED = _("That was a hard one. A pause? /rest 15 gives you no new case for 15 minutes.")
DONE = _("Done.")
TAKE_OVER_FIRST = _("Take the conversation over first; nothing was sent.")
NOT_TAKEN_OVER = _("Nobody holds this conversation.")
OUTSIDE_CONTACT_RULE = _(
    "The person wants to be written to only after they wrote: nothing was sent. /insist with a "
    "reason asks them all the same whether this is a good moment."
)
OPENER_ALREADY_SENT = _(
    "The opening question is on its way already; it waits for the person's hour."
)
INSISTED = _("They are asked now whether this is a good moment. The reason is kept as a note.")
ONLY_PERSON_CAN_ANSWER = _("Only the person can answer that; nobody agrees for them.")
CHAT_FROZEN = _(
    "Somebody made the person open this chat: nothing may be sent there. When two of you are sure "
    "that it is the person who writes, each writes why: /confirmed ..."
)
OPENER_NEEDED = _(
    "Nobody has answered you since this chat went quiet. Take it over, ask in neutral words "
    "(/phrase opener), and confirm once they have answered."
)
IDENTITY_REASON_NEEDED = _(
    "Somebody made the person open this chat. Write how you made sure that it is the person who "
    "writes now: /confirmed ..."
)
SECOND_CONFIRMATION_NEEDED = _(
    "Your reason is kept as a note. Nothing is sent yet: within an hour a colleague who is sure as "
    "well writes /confirmed and why."
)
NOBODY_WROTE_RECENTLY = _(
    "Nobody has written in this chat for half an hour. Confirm it when they write."
)
ALREADY_IDENTIFIED = _("Whoever writes in this chat is known already.")
ANSWER_NOT_ACCEPTED = _("That answer does not fit the question, or the question is not open.")

NO_SUCH_CONSENT = _("Say what is taken back: {codes}.")
NO_CONSENT_GIVEN = _("The person has not agreed to that, or has taken it back.")

DISPOSITIONS: Mapping[str, Text] = {
    "helped": _("helped"),
    "referred": _("passed on to another organisation"),
    "no_answer": _("the person did not answer any more"),
    "withdrawn": _("the person wanted nothing more"),
    "information": _("information was given"),
    "duplicate": _("the same as another case"),
    "outside": _("nothing this hotline can do"),
}
"""How a case ended."""
