"""One update answered: from a conversation and what arrived to what follows. Pure.

Nothing here reads a clock, a database or a network; the effects of a turn are values that `batch`
stores. If anything raises, nothing has happened.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.clock import MINUTE
from bot.conversation import (
    Answer,
    Book,
    Came,
    FileNote,
    Outcome,
    Position,
    Turn,
    answer,
    ask_again,
    begin,
    open_question,
    unpack,
)
from bot.conversation.heard import Files, Heard, Located, Pressed, Words
from bot.dispatch import tokens
from bot.dispatch.commands import FLOWS, START, command
from bot.dispatch.conversations import Conversation, copy_of
from bot.dispatch.outcomes import AFTER, ERASES, FOLLOWS, LEADS_ON
from bot.languages import negotiate
from bot.messages import Body, Edit, Kind, Remove, Say, Toast, Update

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.dispatch.phrasing import Phrasing
    from bot.dispatch.screens import Screens
    from bot.text import Text
    from bot.vault import Vault

SILENCE = 30 * MINUTE
"""After this long nobody knows who holds the phone: it is asked before anything goes on."""
LARGEST_FILE = 20 * 1024 * 1024
"""Bytes Telegram hands to a bot."""
LONGEST_LABEL = 60
FIRST, AGAIN, DANGER, RESUME = "welcome", "again", "danger", "resume"


@dataclass(slots=True)
class Sending:
    """Something a person sent to the hotline in this turn."""

    kind: str
    flow: str
    answers: dict[str, Answer]
    opens: bool
    at_least: int


@dataclass(slots=True)
class Effects:
    """What follows from one update."""

    bodies: list[Body] = field(default_factory=list)
    fleeting: list[int] = field(default_factory=list)
    """Places in `bodies` that vanish at the next step."""
    toast: Toast | None = None
    sendings: list[Sending] = field(default_factory=list)
    blocked: bool = False


@dataclass(frozen=True)
class Setting:
    """What every turn needs beside the conversation and the update."""

    book: Book
    screens: Screens
    phrasing: Phrasing
    vault: Vault
    known: Callable[[int], frozenset[str]]
    """Facts of this deployment at a moment: rehearsal, police, staffed."""
    username: str = ""


class Turning:
    """One update being answered. `take` returns its effects; the conversation is changed."""

    __slots__ = (
        "_before",
        "_reference_of",
        "chat_key",
        "conversation",
        "effects",
        "known",
        "new",
        "now",
        "setting",
    )  # fmt: skip

    def __init__(
        self,
        setting: Setting,
        chat_key: bytes,
        conversation: Conversation | None,
        now: int,
        reference_of: Callable[[Conversation, Sending], str],
    ) -> None:
        self.setting = setting
        self.chat_key = chat_key
        self.new = conversation is None
        self.conversation = conversation or Conversation("", Position())
        unpack(self.conversation.position, setting.book)
        self.now = now
        self.effects = Effects()
        known = setting.known(now)
        self.known = known | {"sent"} if self.conversation.case else known
        self._reference_of = reference_of
        self._before: Position | None = None

    def again(self) -> Effects:
        """Ask the open question once more, unasked: an answer may be lost while we were away."""
        self._tell(self.setting.phrasing.nothing_lost)
        self._ask_again()
        return self.effects

    def take(self, update: Update) -> Effects:
        """Answer an update."""
        conversation = self.conversation
        if self.new:
            conversation.language = negotiate(update.language)
        conversation.chat = update.chat
        if conversation.fleeting:
            self.effects.bodies.append(Remove(letters=tuple(conversation.fleeting)))
            conversation.fleeting = []
        away = not self.new and self.now - conversation.touched_at > SILENCE
        conversation.touched_at = self.now
        if update.kind is Kind.PRESS:
            self.effects.toast = Toast(update.press)
        if away:
            self._after_silence(update)
        else:
            _HANDLERS[update.kind](self, update)
        return self.effects

    # --- what can arrive --------------------------------------------------------------------

    def _words(self, update: Update) -> None:
        found = command(update.words, self.setting.username)
        if found is not None:
            self._command(found)
            return
        heard = self._label(update.words)
        alarms = frozenset() if heard else self._alarms(update.words)
        self._hear_words(update.words, heard)
        if alarms and not self._in_flow(DANGER):
            self._begin(DANGER)

    def _alarms(self, words: str) -> frozenset[str]:
        """Note what alarms us in these words, for staff."""
        alarms = self.setting.phrasing.alarms(words)
        if alarms:
            self.conversation.alarms.extend(alarms.difference(self.conversation.alarms))
        return alarms

    def _hear_words(self, words: str, label: Pressed | None) -> None:
        position = self.conversation.position
        if position.frames:
            self._hear(label or Words(words))
        else:
            position.keep(words)
            self._open_door()

    def _label(self, words: str) -> Pressed | None:
        """Return the button of the open question whose label was typed."""
        language = self.conversation.language
        if len(words) > LONGEST_LABEL or not self.setting.screens.may_be_label(language, words):
            return None
        asked = open_question(self.setting.book, self.conversation.position)
        if asked is None:
            return None
        code = self.setting.screens.pressed(asked, language, words)
        return Pressed(code) if code else None

    def _press(self, update: Update) -> None:
        token = update.words
        if token == tokens.DANGER:
            self._command("danger")
        elif token == tokens.STOP:
            self._command("stop")
        elif not self.conversation.position.frames:
            self._stale(update)
            self._open_door()
        else:
            self._press_here(update, token)

    def _press_here(self, update: Update, token: str) -> None:
        prefix = self._prefix()
        code = None
        if token.startswith(prefix):
            asked = open_question(self.setting.book, self.conversation.position)
            if asked is not None:
                code = self.setting.screens.code(asked, token[len(prefix) :])
        if code is not None:
            self._hear(Pressed(code), update.message)
        elif tokens.asked_of(token) == self.conversation.asked - 1:
            # The question before this one: the same finger twice, or a second press under way.
            self._toast(update, self.setting.phrasing.pressed_already)
        else:
            self._stale(update)
            self._ask_again()

    def _files(self, update: Update) -> None:
        notes = tuple(
            FileNote(
                file.handle, file.kind, file.size, file.name, unique=file.unique, mime=file.mime
            )
            for file in update.files
        )
        if any(file.size > LARGEST_FILE for file in update.files):
            self._tell(self.setting.phrasing.too_large)
        self._hear_or_keep(Files(notes, update.words))

    def _place(self, update: Update) -> None:
        self._hear_or_keep(Located(update.latitude or 0.0, update.longitude or 0.0))

    def _contact(self, update: Update) -> None:
        self.conversation.position.keep(update.words)
        self._tell(self.setting.phrasing.received_contact)
        self._go_on_or_open()

    def _edit(self, update: Update) -> None:
        self.conversation.position.keep(update.words)
        if self.conversation.position.frames:
            self._tell(self.setting.phrasing.received_change)

    def _other(self, _update: Update) -> None:
        self._tell(self.setting.phrasing.polite_no)
        self._go_on_or_open()

    def _blocked(self, _update: Update) -> None:
        self.effects.blocked = True

    def _nothing(self, _update: Update) -> None:
        """Take note, say nothing."""

    # --- commands, and coming back ----------------------------------------------------------

    def _command(self, name: str) -> None:
        if name == START:
            self._start()
        elif not self._in_flow(FLOWS[name]):
            self._begin(FLOWS[name])
        else:
            self._ask_again()

    def _start(self) -> None:
        if self._has_draft():
            if self.conversation.position.frames:
                self._begin(RESUME)
            else:
                self._restore()
                self._begin(RESUME)
        else:
            self._renew()
            self._begin(FIRST)

    def _after_silence(self, update: Update) -> None:
        """Ask who can see the phone; what was just written is kept, what was pressed is not."""
        if update.kind in {Kind.WORDS, Kind.EDIT} and command(update.words) is None:
            self.conversation.position.keep(update.words)
            self._alarms(update.words)
        self.conversation.case = self.conversation.reference = ""
        self.known -= {"sent"}
        if update.kind is Kind.PRESS and update.words == tokens.DANGER:
            self._begin(DANGER)
        elif self._has_draft():
            if not self.conversation.position.frames:
                self._restore()
            self._begin(AGAIN)
        elif update.kind is not Kind.BLOCKED:
            also = self.conversation.position.also
            self._renew()
            self.conversation.position.also = also
            self._begin(FIRST)

    def _open_door(self) -> None:
        """Say the first thing to somebody with whom no question is open."""
        if self.conversation.kept is not None:
            self._restore()
            self._begin(RESUME)
        elif self.conversation.case:
            self._begin(AFTER)
        else:
            self._begin(FIRST)

    def _has_draft(self) -> bool:
        return self.conversation.kept is not None or any(
            frame.answers and frame.flow in _DRAFTS for frame in self.conversation.position.frames
        )

    def _restore(self) -> None:
        kept = self.conversation.kept
        if kept is not None:
            kept.also += self.conversation.position.also
            self.conversation.position = kept
            self.conversation.kept = None

    def _renew(self) -> None:
        self.conversation.position = Position()
        self.conversation.kept = None

    # --- the engine -------------------------------------------------------------------------

    def _hear_or_keep(self, heard: Heard) -> None:
        if self.conversation.position.frames:
            self._hear(heard)
        else:
            self._open_door()
            self._hear(heard)

    def _hear(self, heard: Heard, message: int = 0) -> None:
        position = self.conversation.position
        self._before = copy_of(position) if self._may_stop(heard) else None
        self._follow(answer(self.setting.book, position, heard, self.known), message)

    def _begin(self, flow: str) -> None:
        self._follow(begin(self.setting.book, self.conversation.position, flow, self.known), 0)

    def _ask_again(self) -> None:
        turn = ask_again(self.setting.book, self.conversation.position, self.known)
        self._say(turn, 0, {})

    def _go_on_or_open(self) -> None:
        if self.conversation.position.frames:
            self._ask_again()
        else:
            self._open_door()

    def _follow(self, turn: Turn, message: int) -> None:
        extra: dict[str, str] = {}
        for came in turn.came:
            self._came(came, extra)
        if turn.replies:
            self._say(turn, message, extra)
        leads_on = any(came.outcome in LEADS_ON for came in turn.came)
        if leads_on and not self.conversation.position.frames:
            self._begin(AFTER)

    def _came(self, came: Came, extra: dict[str, str]) -> None:
        follows = FOLLOWS[came.outcome]
        if came.outcome is Outcome.LANGUAGE_CHOSEN:
            chosen = came.answers.get("language")
            if isinstance(chosen, str):
                self.conversation.language = chosen
        elif came.outcome is Outcome.STOPPED:
            self._stopped(came)
        elif follows.kind is not None:
            sending = Sending(
                follows.kind, came.flow, self._answers(came), follows.opens, follows.at_least
            )
            extra["reference"] = self._reference_of(self.conversation, sending)
            self.effects.sendings.append(sending)
            self.known |= {"sent"}

    def _answers(self, came: Came) -> dict[str, Answer]:
        """Return what goes to the hotline: of danger codes only, else with what alarmed us."""
        answers = dict(came.answers)
        if self.conversation.alarms:
            answers["alarms"] = tuple(self.conversation.alarms)
        return answers

    def _stopped(self, came: Came) -> None:
        erases = any(
            came.flow == flow and came.answers.get(step) == code for flow, step, code in ERASES
        )
        before = self._before
        self.conversation.kept = None
        if not erases and before is not None:
            while before.frames and before.frames[-1].flow not in _DRAFTS:
                before.frames.pop()
            if any(frame.answers for frame in before.frames):
                self.conversation.kept = before
        if came.flow == RESUME:
            self._renew()
            self._begin(FIRST)

    # --- saying it --------------------------------------------------------------------------

    def _say(self, turn: Turn, message: int, extra: dict[str, str]) -> None:
        language = self.conversation.language
        bodies = self.effects.bodies
        for reply in turn.replies:
            if reply.question and not reply.edits:
                self.conversation.asked += 1
            prefix = self._prefix() if reply.question else ""
            said = self.setting.screens.say(reply, language, prefix, extra)
            if reply.fleeting:
                self.effects.fleeting.append(len(bodies))
            bodies.append(
                Edit(message, said.text, said.rows, said.prefix)
                if reply.edits and message
                else said
            )

    def _tell(self, text: Text) -> None:
        self.effects.bodies.append(
            Say(self.setting.screens.words(text, self.conversation.language))
        )

    def _stale(self, update: Update) -> None:
        self._toast(update, self.setting.phrasing.stale)

    def _toast(self, update: Update, text: Text) -> None:
        words = self.setting.screens.words(text, self.conversation.language)
        self.effects.toast = Toast(update.press, words)

    # --- where we are -----------------------------------------------------------------------

    def _prefix(self) -> str:
        frames = self.conversation.position.frames
        where = f"{frames[-1].flow}.{frames[-1].step}" if frames else ""
        return tokens.prefix(self.setting.vault, self.chat_key, self.conversation.asked, where)

    def _in_flow(self, flow: str) -> bool:
        frames = self.conversation.position.frames
        return bool(frames) and frames[-1].flow == flow

    def _may_stop(self, heard: Heard) -> bool:
        """Tell whether this answer could end with what is unsent being kept for later."""
        return isinstance(heard, Pressed | Words) and self.conversation.position.frames[
            -1
        ].step in _STOPS.get(self.conversation.position.frames[-1].flow, ())


_DRAFTS = frozenset({"report", "ask_for_help", "talk", "afterwards"})
"""Flows whose answers a person may go on with later."""
_STOPS = {
    "stop": ("unsent",),
    "report": ("send",),
    "ask_for_help": ("send",),
    "talk": ("send",),
    "afterwards": ("send",),
    "again": ("go_on",),
    "welcome": ("go_on",),
}
"""Questions after which a draft may be kept: only before these is a copy worth its price."""

_HANDLERS: dict[Kind, Callable[[Turning, Update], None]] = {
    Kind.WORDS: Turning._words,  # noqa: SLF001 - a table of this class's own verbs
    Kind.PRESS: Turning._press,  # noqa: SLF001
    Kind.FILES: Turning._files,  # noqa: SLF001
    Kind.PLACE: Turning._place,  # noqa: SLF001
    Kind.CONTACT: Turning._contact,  # noqa: SLF001
    Kind.EDIT: Turning._edit,  # noqa: SLF001
    Kind.OTHER: Turning._other,  # noqa: SLF001
    Kind.BLOCKED: Turning._blocked,  # noqa: SLF001
    Kind.UNBLOCKED: Turning._nothing,  # noqa: SLF001
}
