"""What a caseworker does, as a value: written down by a desk, carried out by the dispatcher."""

from __future__ import annotations

from enum import StrEnum

import msgspec
from msgspec.structs import replace

from bot.cases.escape_text import strip_direction
from bot.messages import File  # noqa: TC001 - msgspec reads the annotation


class Verb(StrEnum):
    """What can be done."""

    CLAIM = "claim"
    """Answer for a case: this one, or the next in the queues the caseworker serves."""
    RELEASE = "release"
    """Give it back to the queue; no reason is asked, `words` go to whoever is next."""
    TRANSFER = "transfer"
    """Pass it to the colleague `code`; `words` goes on the context card."""
    TAKE_OVER = "take_over"
    """Hold the conversation: the bot is silent in it."""
    HAND_BACK = "hand_back"
    """Let the bot go on at the first question that is still missing."""
    SEND = "say"
    """Write `words`, or send `files` or the place, to the person."""
    EDIT = "reword"
    """Put `words` in place of what the letter with the number `code` says."""
    PHRASE = "phrase"
    """Send the sentence `code` of the phrasebook, its blanks filled from `values`."""
    INSIST = "insist"
    """Ask outside the person's contact rule whether this is a good moment; `words` says why."""
    CONFIRM_IDENTITY = "confirm"
    """Say that whoever writes in a quiet chat is the person."""
    NOTE = "note"
    """Write `words` for colleagues."""
    FILL_IN = "answer"
    """Fill the question `code` (`flow.step`) with the choice, or the words, in `words`."""
    SET_PRIORITY = "priority"
    """Set the priority to `code` (0 to 4); lowering wants a reason in `words`."""
    REFER = "refer"
    """Ask the person whether `code` may receive the parts named in `values`."""
    SEND_REFERRAL = "tell_others"
    """Tell the recipient of the referral `code` what the person agreed to, and mark it as told."""
    ERASE = "erase"
    """Confirm that the person wants the case erased: then it is, at once."""
    OBJECT_TO_ERASURE = "keep"
    """Object to erasing it, for the reason in `words`; it takes two."""
    REVOKE_CONSENT = "revoke"
    """Take back what the person agreed to (`code`, a kind of agreement), by word of mouth."""
    ADD_DEADLINE_EVENT = "clock"
    """Enter that `code` has happened, on the day in `words`, for the law's clocks."""
    STRIKE_DEADLINE_EVENT = "strike"
    """Say that the event with the number `code` was entered by mistake."""
    END_CHECK_IN = "check_in"
    """Ask the person no more at the hour they agreed on."""
    SNOOZE = "aside"
    """Put it aside until the moment in `code`; `words` says why."""
    UNSNOOZE = "back"
    """Look at it again before that."""
    FOLLOW_UP = "follow_up"
    """Look at it again on the day in `code`, for what `words` says; no day: it is done."""
    LINK = "link"
    """Link it to the case with the number `code`."""
    MERGE = "merge"
    """Close it as a duplicate of the case with the number `code`."""
    UNLINK = "unlink"
    """Take back that it is linked to, or merged with, the case with the number `code`."""
    CLOSE = "close"
    """End the case with the disposition `code`."""
    REOPEN = "reopen"
    ON_DUTY = "on_duty"
    OFF_DUTY = "off_duty"
    REST = "rest"
    """Get no next case for `code` minutes."""


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """One thing one caseworker does."""

    verb: Verb
    by: str
    """Who does it: the id of an enrolled caseworker."""
    case: str = ""
    """The case's id; empty for the next one, and for what concerns none."""
    text: str = ""
    """Words of the caseworker. Content: never logged, never stored in clear."""
    code: str = ""
    values: dict[str, str] = {}
    files: tuple[File, ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    reply_to: str = ""
    """Where the caseworker stands, in the desk's own words, so that the answer reaches them."""


MESSAGE_VERBS = frozenset({Verb.SEND, Verb.EDIT, Verb.PHRASE})
"""What a person reads."""


def sanitize_text(command: Command) -> Command:
    """Return a command whose words read on a phone as they do at the desk they were written at.

    What is pasted may carry signs that turn others round, or that nobody sees.
    """
    if command.verb not in MESSAGE_VERBS:
        return command
    values = {name: strip_direction(value) for name, value in command.values.items()}
    return replace(command, text=strip_direction(command.text), values=values)


encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Command).decode
