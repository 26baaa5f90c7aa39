"""A command of a caseworker, as a value: stored by a desk, carried out by the dispatcher."""

from __future__ import annotations

from enum import StrEnum

import msgspec
from msgspec.structs import replace

from bot.cases.escape_text import strip_direction
from bot.messages import File, OutgoingFile  # noqa: TC001 - msgspec reads the annotations


class Verb(StrEnum):
    """What a caseworker can do; `registry.COMMANDS` says more of each."""

    CLAIM = "claim"
    """Claim this case, or the next one in the queues the caseworker serves."""
    RELEASE = "release"
    """Return it to the queue; `text` is for the next caseworker."""
    TRANSFER = "transfer"
    """Transfer it to the colleague `code`; `text` says what they must know."""
    PASS_ON = "office"  # noqa: S105 - a command
    """Pass it to the queue of the office `code`; `text` is for its caseworkers."""
    TAKE_OVER = "take_over"
    HAND_BACK = "hand_back"
    """Let the bot go on at the first question that is still missing."""
    SEND = "say"
    """Send `text`, `files` or the location to the person."""
    EDIT = "reword"
    """Change the letter with the number `code` to `text`."""
    PHRASE = "phrase"
    """Send the sentence `code` of the phrasebook, its blanks filled from `values`."""
    INSIST = "insist"
    """Ask outside the person's contact rule whether this is a good moment; `text` says why."""
    CONFIRM_IDENTITY = "confirm"
    NOTE = "note"
    """Write `text` for colleagues."""
    RECORD = "record"
    """Add the value `text` to the record; `code` is subject and field, as `suspect:new/phone`."""
    WITHDRAW_ENTRY = "withdraw_entry"
    """Withdraw the entries named in `values` from the record; `text` says why."""
    FILL_IN = "answer"
    """Answer the question `code` (`flow.step`) with the choice, or the words, in `text`."""
    SET_PRIORITY = "priority"
    """Set the priority to `code` (0 to 4); lowering it needs a reason in `text`."""
    REFER = "refer"
    """Ask the person whether `code` may receive the parts named in `values`."""
    SEND_REFERRAL = "tell_others"
    """Mark the referral `code` as sent: its recipient was told what the person consented to."""
    DELIVER_REFERRAL = "deliver"
    """Deliver the referral `code` to the room of its recipient."""
    REPLY_TO_PARTNER = "partner_reply"
    """Answer a partner's question about a delivery: `code` is `number.reply`."""
    ASK_PARTNER_TO_CALL = "partner_call"
    """Ask the partner who referred this case to telephone."""
    PARTNER_OPENED = "partner_opened"
    """Of a partner's room: the delivery `code` was opened."""
    PARTNER_ANSWERED = "partner_answered"
    """Of a partner's room: an answer, `code` is `number.message.answer`."""
    PARTNER_REFERS = "partner_refers"
    """Of a partner's room: open a case from the fields in `values`; `code` is its number."""
    RECORD_REPLY = "recipient_reply"
    """Record what the recipient of a referral answered: `code` is `referral.answer`."""
    GIVE_REASON = "reason"
    """Of a supervisor: say in `text` why they act on a case that a colleague has (break-glass)."""
    ERASE = "erase"
    OBJECT_TO_ERASURE = "keep"
    """Object to erasing it, for the reason in `text`; it takes two."""
    REVOKE_CONSENT = "revoke"
    """Record that the person revoked a kind of consent (`code`) in words."""
    ADD_DEADLINE_EVENT = "clock"
    """Enter that the event `code` happened, on the day in `text`, for the legal deadlines."""
    STRIKE_DEADLINE_EVENT = "strike"
    """Mark the event with the number `code` as entered by mistake."""
    END_CHECK_IN = "check_in"
    SNOOZE = "aside"
    """Hide it from the holder's list until the moment in `code`; `text` says why."""
    UNSNOOZE = "back"
    FOLLOW_UP = "follow_up"
    """Look at it again on the day in `code`, for what `text` says; no day: it is done."""
    SERVICE = "service"
    """Record what became of a service: `code` is `action.service`; details in `values`."""
    BOOK_APPOINTMENT = "appointment"
    """Make an appointment for the service `code`, at the moment in `values`."""
    CANCEL_APPOINTMENT = "appointment_off"
    """Cancel the appointment with the number `code`."""
    SHOW_APPOINTMENT = "appointment_show"
    """Let the person read the appointment with the number `code`."""
    HIDE_APPOINTMENT = "appointment_hide"
    STRIKE_SERVICE = "service_strike"
    """Strike out the entry of the plan with the number `code` as a mistake."""
    BEGIN_DUTY = "duty"
    """Begin the duty to report `code`; `text` says what was noticed."""
    RECORD_REPORT = "duty_told"
    """Record that the duty `code` was fulfilled: `at`, `to`, `way` and `number` in `values`, a
    proof in `uploads`."""
    DECIDE_NO_DUTY = "duty_none"
    """Decide that there is no duty `code`, for the reason in `text`."""
    LINK = "link"
    """Link it to the case with the number `code`."""
    MERGE = "merge"
    """Close it as a duplicate of the case with the number `code`."""
    UNLINK = "unlink"
    """Remove the link to, or undo the merge into, the case with the number `code`."""
    INVITE_INTERPRETER = "interpreter"
    """Invite the interpreter `code` to this conversation; `values` say for how long and what they
    see; `text` says why the person could not be asked."""
    SHARE_TEXT = "interpret"
    """Share `text` with the interpreter; `code` is the message it is of, `values` the direction."""
    SET_SHARING = "interpret_set"
    """Change what is shared, or for how long: `values` as for the invitation."""
    END_INTERPRETING = "interpret_end"
    BEGIN_INTERPRETING = "interpret_begin"
    """Of the interpreter: begin the session `code`."""
    LEAVE_INTERPRETING = "interpret_leave"
    """Of the interpreter: decline the session `code`, or end it."""
    RENDER = "render"
    """Of the interpreter: render the text `code` (`session.text`) as `text`."""
    CLOSE = "close"
    """Close the case with the disposition `code`."""
    REOPEN = "reopen"
    OPEN_CASE = "open"
    """Open a case from the fields in `values`, `text` being what was told in free words."""
    IMPORT_CASE = "import"
    """Open a case from a file of another system: its entries in `values`, `text` a remark."""
    LOG_CALL = "call"
    """Write down a call that went as `code` says: what the person said in `text`, what we said in
    `values`."""
    SET_CALL_BACK = "call_back"
    """Set in `values` on which number, when and how the person is called back."""
    MAKE_JOIN_CODE = "join_code"
    """Make a code by which the person's chat joins the case."""
    CONFIRM_JOIN = "join"
    """Give the case the chat of the request `code`: the person read its two words aloud."""
    END_JOIN_CODE = "join_end"
    ANSWER_ALOUD = "aloud"
    """Record what a person without a chat answered to a referral; `code` is the button's token."""
    ACCESS_ENDED = "access_ended"
    """Of `Enrolment`: end the talk of who held the case, because their access has ended."""
    ON_DUTY = "on_duty"
    OFF_DUTY = "off_duty"
    REST = "rest"
    """Receive no next case for `code` minutes."""


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """One thing one caseworker does."""

    verb: Verb
    by: str
    """The id of an enrolled caseworker."""
    case: str = ""
    """The case's id; empty for the next case, and for what concerns no case."""
    text: str = ""
    """Words of the caseworker. Content: never logged, never stored in clear."""
    code: str = ""
    values: dict[str, str] = {}
    files: tuple[File, ...] = ()
    uploads: tuple[OutgoingFile, ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    reply_to: str = ""
    """Where the result is shown: a place in the desk it came from, in that desk's own format."""
    is_delayed: bool = False
    """Whether it was stored with seconds for undoing, after which no page waits for its result."""


MESSAGE_VERBS = frozenset({Verb.SEND, Verb.EDIT, Verb.PHRASE})
"""Commands whose text the person reads."""


def sanitize_text(command: Command) -> Command:
    """Return a command whose text reads on a phone as it did at the desk.

    Pasted text may hold invisible characters, or characters that reverse the order of others.
    """
    if command.verb not in MESSAGE_VERBS:
        return command
    values = {name: strip_direction(value) for name, value in command.values.items()}
    return replace(command, text=strip_direction(command.text), values=values)


encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Command).decode
