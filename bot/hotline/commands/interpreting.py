"""Commands about interpreting: inviting, sharing and ending; and those of the interpreter."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.cases.state_machine import CaseAction, Role
from bot.clock import MINUTE
from bot.errors import DecryptionError
from bot.hotline.chat.messages import CaseMessages
from bot.hotline.commands.texts import DONE, NOTHING_TO_SEND
from bot.hotline.events import EventKind
from bot.hotline.interpreting.hide import hide_identifiers
from bot.hotline.interpreting.sessions import (
    EXTENSION_MINUTES,
    INVITATION_VALID_FOR,
    MAX_MINUTES,
    SESSION_MINUTES,
    InterpretingSession,
    InterpretingSessions,
    SessionOutcome,
    new_session_id,
)
from bot.hotline.interpreting.texts import Direction, InterpretedWords, NewText, SharedTexts
from bot.text import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.hotline.commands.context import CommandContext

MINUTES, NAMES, FROM_NOW_ON, AGREED, DIRECTION, LONGER, NOTE = (
    "minutes", "names", "new", "agreed", "direction", "longer", "note"
)  # fmt: skip
"""Names in the values of a command; a box that is ticked has any value."""
MAX_DIGITS = 18
SESSION_ID_LENGTH = 32

NO_SUCH_INTERPRETER = _("There is no such interpreter, or their access has ended.")
INTERPRETER_BUSY = _("This interpreter is in another conversation. Invite another one.")
ALREADY_INVITED = _("An interpreter is invited to this conversation already. End that first.")
CHOOSE_LENGTH = _("Choose how long the interpreter is needed.")
PERSON_NOT_ASKED = _(
    "Ask the person first whether an interpreter may help. If they cannot be asked now, write why."
)
NAMES_FIRST = _(
    "What arrives is shared unread only if the interpreter may see names and numbers. Tick both, "
    "or share each message yourself."
)
READING_TAKEN_BACK = _(
    "The person took back that staff read what they write: nothing of it is shared."
)
INTERPRETER_INVITED = _("Invited. The interpreter sees nothing before they begin.")
NO_SESSION = _("No interpreter is in this conversation. Invite one first.")
ALREADY_SHARED = _("This message was shared already.")
NO_INTERPRETER_KEY = _(
    "This interpreter has no key yet: they have to sign in at the desk once. Nothing was shared."
)
LONG_ENOUGH = _("A session lasts at most {hours} hours. Invite the interpreter again afterwards.")
SHARED = _("Shared with the interpreter.")
SHARED_WITHOUT = _("Shared. Numbers and addresses that were left out: {count}.")
VOICE_NEEDS_NAMES = _(
    "A voice can be recognised. Tick “The interpreter may see names” first; nothing was shared."
)
SESSION_OVER = _("This conversation is over: nothing was saved. Thank you for your work.")
NO_SUCH_TEXT = _("There is no such text in this conversation.")
RENDERED = _("Saved. The caseworker sees it next to the original.")


# --- Of the caseworker ------------------------------------------------------------------------


def invite(context: CommandContext) -> None:
    """Invite an interpreter to this conversation, under their pseudonym."""
    values = context.command.values
    work, case, now = context.work, context.case, context.now
    who = context.services.staff.find(work, context.command.code)
    if who is None or not who.is_active or who.role is not Role.INTERPRETER:
        context.refuse(NO_SUCH_INTERPRETER)
    elif InterpretingSessions.open_in(work, case, now) is not None:
        context.refuse(ALREADY_INVITED)
    elif InterpretingSessions.open_of(work, who.id, now):
        context.refuse(INTERPRETER_BUSY)
    elif not _may_be_invited(context, values) or not context.move(CaseAction.WORK):
        return
    else:
        new = InterpretingSession(
            new_session_id(), case, who.id, context.by.id, _minutes(values),
            bool(values.get(NAMES)), bool(values.get(FROM_NOW_ON)), now,
            now + INVITATION_VALID_FOR,
        )  # fmt: skip
        InterpretingSessions.invite(work, new)
        context.add_note()
        _record(context, new, "interpreter_invite")
        context.reply(INTERPRETER_INVITED)


def _may_be_invited(context: CommandContext, values: Mapping[str, str]) -> bool:
    """Return whether what was chosen allows an invitation; refuse the command if not."""
    consents = context.services.consents
    if _minutes(values) not in SESSION_MINUTES:
        context.refuse(CHOOSE_LENGTH)
    elif values.get(FROM_NOW_ON) and not values.get(NAMES):
        context.refuse(NAMES_FIRST)
    elif not values.get(AGREED) and not context.command.text.strip():
        context.refuse(PERSON_NOT_ASKED)
    elif consents.reading_taken_back_at(context.work, context.case) is not None:
        context.refuse(READING_TAKEN_BACK)
    else:
        return True
    return False


def share(context: CommandContext) -> None:
    """Share a text, a recording or both with the interpreter."""
    command = context.command
    session = _session_of_case(context)
    message = _number(command.code) if command.code else None
    sound = command.uploads[0].data if command.uploads else b""
    direction = command.values.get(DIRECTION, Direction.FROM_PERSON.value)
    if session is None:
        return
    if (not command.text.strip() and not sound) or direction not in set(Direction):
        context.refuse(NOTHING_TO_SEND)
    elif sound and not session.sees_names:
        context.refuse(VOICE_NEEDS_NAMES)
    elif message is not None and not _may_share(context, session, message):
        return
    elif context.move(CaseAction.WORK):
        new = NewText(
            direction=Direction(direction), text=command.text, message=message, sound=sound
        )
        _share(context, session, new)


def _may_share(context: CommandContext, session: InterpretingSession, message: int) -> bool:
    """Return whether a message of this case can be shared; refuse the command if not."""
    consents = context.services.consents
    if not CaseMessages.is_of(context.work, context.case, message):
        context.refuse(NO_SUCH_TEXT)
    elif SharedTexts.is_shared(context.work, session, message):
        context.refuse(ALREADY_SHARED)
    elif consents.reading_taken_back_at(context.work, context.case) is not None:
        context.refuse(READING_TAKEN_BACK)
    else:
        return True
    return False


def _share(context: CommandContext, session: InterpretingSession, new: NewText) -> None:
    hidden = 0
    if new.direction is Direction.FROM_PERSON and not session.sees_names:
        text, hidden = hide_identifiers(new.text)
        new = replace(new, text=text)
    try:
        SharedTexts(context.services.vault).share(context.work, session, new, context.now)
    except DecryptionError:
        context.refuse(NO_INTERPRETER_KEY)
        return
    _record(context, session, "interpreter_share")
    if hidden:
        context.reply(SHARED_WITHOUT, count=str(hidden))
    else:
        context.reply(SHARED)


def set_sharing(context: CommandContext) -> None:
    """Change what is shared from now on, or let the session last longer."""
    values = context.command.values
    session = _session_of_case(context)
    if session is None or not context.move(CaseAction.WORK):
        return
    if values.get(LONGER):
        _extend(context, session)
    elif values.get(FROM_NOW_ON) and not values.get(NAMES):
        context.refuse(NAMES_FIRST)
    else:
        InterpretingSessions.set_sharing(
            context.work, session.id, sees_names=bool(values.get(NAMES)),
            shares_new=bool(values.get(FROM_NOW_ON)),
        )  # fmt: skip
        _record(context, session, "interpreter_set")
        context.reply(DONE)


def _extend(context: CommandContext, session: InterpretingSession) -> None:
    if session.minutes + EXTENSION_MINUTES > MAX_MINUTES:
        context.refuse(LONG_ENOUGH, hours=str(MAX_MINUTES * MINUTE // (60 * MINUTE)))
        return
    InterpretingSessions.extend(context.work, session, EXTENSION_MINUTES)
    _record(context, session, "interpreter_set")
    context.reply(DONE)


def end(context: CommandContext) -> None:
    """End the session: nothing opens to the interpreter from now on."""
    session = _session_of_case(context)
    if session is not None:
        InterpretingSessions.end(context.work, session, SessionOutcome.ENDED, context.now)
        _record(context, session, "interpreter_end")
        context.reply(DONE)


# --- Of the interpreter -----------------------------------------------------------------------


def begin(context: CommandContext) -> None:
    """Begin a session: what was shared opens, and the time counts."""
    session = _own_session(context, context.command.code)
    if session is not None and session.began_at is None:
        InterpretingSessions.begin(context.work, session, context.now)
        _record(context, session, "interpreter_begin")
        context.reply(DONE)


def leave(context: CommandContext) -> None:
    """Decline an invitation, or end a session."""
    session = _own_session(context, context.command.code)
    if session is not None:
        is_declined = session.began_at is None
        outcome = SessionOutcome.DECLINED if is_declined else SessionOutcome.ENDED
        InterpretingSessions.end(context.work, session, outcome, context.now)
        _record(context, session, "interpreter_decline" if is_declined else "interpreter_leave")
        context.reply(DONE)


def render(context: CommandContext) -> None:
    """Store a rendering next to its original; an earlier one is kept."""
    number, _dot, text = context.command.code.partition(".")
    session = _own_session(context, number)
    if session is None:
        return
    words = InterpretedWords(context.command.text, context.command.values.get(NOTE, ""))
    if not session.is_running(context.now) or not SharedTexts.has(
        context.work, session, _number(text)
    ):
        context.refuse(NO_SUCH_TEXT)
    elif not words.text.strip() and not words.note.strip():
        context.refuse(NOTHING_TO_SEND)
    else:
        texts = SharedTexts(context.services.vault)
        texts.render(context.work, session, _number(text), words, context.now)
        context.add_event(EventKind.INTERPRETED)
        context.reply(RENDERED)


def _own_session(context: CommandContext, code: str) -> InterpretingSession | None:
    """Return the session of this interpreter in this case; refuse one that is over or foreign."""
    found = InterpretingSessions.find(context.work, code[:SESSION_ID_LENGTH])
    is_own = found is not None and (found.interpreter, found.case) == (context.by.id, context.case)
    if found is None or not is_own or not found.is_open(context.now):
        context.refuse(SESSION_OVER)
        return None
    return found


def _session_of_case(context: CommandContext) -> InterpretingSession | None:
    found = InterpretingSessions.open_in(context.work, context.case, context.now)
    if found is None:
        context.refuse(NO_SESSION)
    return found


def _record(context: CommandContext, session: InterpretingSession, action: str) -> None:
    context.services.audit.record(
        context.work, context.now, context.by.id, action, session.case, session.interpreter
    )
    context.add_event(EventKind.INTERPRETED)


def _minutes(values: Mapping[str, str]) -> int:
    return _number(values.get(MINUTES, ""))


def _number(written: str) -> int:
    """Return a number from a form; 0 for anything else."""
    is_number = written.isascii() and written.isdecimal() and len(written) <= MAX_DIGITS
    return int(written) if is_number else 0
