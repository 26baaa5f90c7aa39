"""What a caseworker does, as a value: written down by a desk, carried out by the dispatcher."""

from __future__ import annotations

from enum import StrEnum

import msgspec
from msgspec.structs import replace

from bot.cases.escape_text import unturned
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
    SAY = "say"
    """Write `words`, or send `files` or the place, to the person."""
    REWORD = "reword"
    """Put `words` in place of what the letter with the number `code` says."""
    PHRASE = "phrase"
    """Send the sentence `code` of the phrasebook, its blanks filled from `values`."""
    INSIST = "insist"
    """Ask outside the person's contact rule whether this is a good moment; `words` says why."""
    CONFIRM = "confirm"
    """Say that whoever writes in a quiet chat is the person."""
    NOTE = "note"
    """Write `words` for colleagues."""
    ANSWER = "answer"
    """Fill the question `code` (`flow.step`) with the choice, or the words, in `words`."""
    PRIORITY = "priority"
    """Set the priority to `code` (0 to 4); lowering wants a reason in `words`."""
    REFER = "refer"
    """Ask the person whether `code` may receive the parts named in `values`."""
    TELL_OTHERS = "tell_others"
    """Tell the recipient of the referral `code` what the person agreed to, and mark it as told."""
    ERASE = "erase"
    """Confirm that the person wants the case erased: then it is, at once."""
    KEEP = "keep"
    """Object to erasing it, for the reason in `words`; it takes two."""
    REVOKE = "revoke"
    """Take back what the person agreed to (`code`, a kind of agreement), by word of mouth."""
    CLOCK = "clock"
    """Enter that `code` has happened, on the day in `words`, for the law's clocks."""
    STRIKE = "strike"
    """Say that the event with the number `code` was entered by mistake."""
    CHECK_IN = "check_in"
    """Ask the person no more at the hour they agreed on."""
    ASIDE = "aside"
    """Put it aside until the moment in `code`; `words` says why."""
    BACK = "back"
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
    words: str = ""
    """Words of the caseworker. Content: never logged, never stored in clear."""
    code: str = ""
    values: dict[str, str] = {}
    files: tuple[File, ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    at_desk: str = ""
    """Where the caseworker stands, in the desk's own words, so that the answer reaches them."""


TOLD = frozenset({Verb.SAY, Verb.REWORD, Verb.PHRASE})
"""What a person reads."""


def straight(command: Command) -> Command:
    """Return a command whose words read on a phone as they do at the desk they were written at.

    What is pasted may carry signs that turn others round, or that nobody sees.
    """
    if command.verb not in TOLD:
        return command
    values = {name: unturned(value) for name, value in command.values.items()}
    return replace(command, words=unturned(command.words), values=values)


encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Command).decode
