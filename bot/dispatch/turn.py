"""One update answered: from a conversation and what arrived to what follows.

Nothing here reads a clock or a network; the effects of a turn are values that `batch` stores. The
store is reached through `Hotline` alone: if anything raises, what that wrote is undone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.intake import LARGEST_FILE
from bot.clock import HOUR
from bot.conversation import Choose, Collect, FileNote, answer, begin, keep_beside, open_question
from bot.conversation.inputs import Files, Located, Pressed, Words
from bot.dispatch import callback_data
from bot.dispatch.engine_driver import AGAIN, DANGER, PASSING, RESUME
from bot.dispatch.flood_control import Sparing
from bot.dispatch.message_ids import trace
from bot.dispatch.relay import FORWARDED, SAFETY, SPEAKS
from bot.dispatch.slash_commands import BYE, FLOWS, START, command
from bot.languages import FALLBACK, negotiate
from bot.messages import Kind, Toast, Update

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.dispatch.effects import Effects


MOST_ALBUMS = 4
"""Albums that are remembered at a time."""
LANGUAGES = ("language", "language")
"""The flow and the step where a language is chosen."""
SAYS_NOTHING = frozenset({Kind.BLOCKED, Kind.UNBLOCKED})
"""What an account does without a word."""


class Turning(Sparing):
    """One update being answered. `take` returns its effects; the conversation is changed."""

    __slots__ = ()

    def again(self) -> Effects:
        """Ask the open question once more, unasked: an answer may be lost while we were away."""
        self._clear_fleeting()
        self._tell(self.setting.phrasing.nothing_lost)
        self._ask_again()
        return self.effects

    def take(self, update: Update) -> Effects:
        """Answer an update."""
        self.conversation.chat = update.chat
        if update.kind in SAYS_NOTHING or _is_movement(update):
            # Nobody wrote: it neither ends a silence nor a step.
            _HANDLERS[update.kind](self, update)
            return self.effects
        fleeting = self.conversation.fleeting
        self._clear_fleeting()
        goes_on = self._is_as_before(update)
        conversation = self.conversation
        silence = self.now - conversation.touched_at if conversation.touched_at else 0
        self._begin_sitting(update)
        self._note_heard(update)
        if update.kind is Kind.PRESS:
            self.effects.toast = Toast(update.press)
        elif update.message:
            trace(conversation.traces, self.now).theirs.append(update.message)
        came, update = update, self._within_bounds(update)
        was_passing = self._in_flow(*PASSING)
        case = self._case_of_before()
        if case and self._is_written(update):
            self._put_to(case, update)
        holding = conversation.holding
        if holding is not None and self._goes_to_somebody(
            self._wanted_at_once(update, SPEAKS), update, silence
        ):
            self._relay(holding, update)
        elif goes_on:
            self._answer(came, update, fleeting)
        else:
            self._after_silence(update)
        self._ask_about_notice()
        self._see_to_the_hour(came, is_passing=was_passing)
        self.vanish(0 if update.kind is Kind.PRESS else update.message)
        if update.origin and self.conversation.holding is None:
            # Somebody's name is content: it lies sealed beside the answers and goes where they go.
            self.conversation.position.keep(f"{FORWARDED} {update.origin}")
        return self.effects

    def _begin_sitting(self, update: Update) -> None:
        """Know in which language to speak, and that somebody is here."""
        conversation = self.conversation
        if not conversation.touched_at:
            conversation.language = negotiate(update.language, self.setting.languages)
            conversation.earlier = self._hotline.earlier()
            conversation.era = max(conversation.era, self.now // HOUR)  # rows go, buttons stay
            self._told_now()
        elif conversation.language not in self.setting.languages:
            conversation.language = FALLBACK  # not offered any more; `/language` offers the others
        conversation.touched_at = self.now

    def _answer(self, came: Update, update: Update, fleeting: list[int]) -> None:
        """Hear what came, or what is taken of it."""
        if update.kind is Kind.PRESS:
            self._press(update)
        elif update is not came:
            self._answer_once(update, fleeting, self._caption)
        elif self._is_too_much(update):
            self._answer_once(update, fleeting, self._count)
        else:
            hear = _HANDLERS[update.kind]
            self._answer_once(update, fleeting, lambda it: hear(self, it))

    # --- what can arrive --------------------------------------------------------------------

    def _words(self, update: Update) -> None:
        found = command(update.words, self.setting.username)
        if found is not None:
            self._obey(*found)
            return
        heard = None
        if self._may_be_label(update.words):
            if (name := self._label_below(update.words)) is not None:
                self._command(name)
                return
            heard = self._label(update.words)
        alarms = frozenset() if heard else self._alarms(update.words)
        if heard or not self._is_secret():
            self._hear_words(update.words, heard)
        elif alarms:  # a cry for help is no word to be known by: staff have to read it
            self.conversation.position.keep(update.words)
        else:
            self._take_word(update)
        self._show_danger(alarms)

    def _show_danger(self, alarms: frozenset[str]) -> None:
        if (wanted := flow_for(alarms)) and not self._in_flow(wanted):
            self._begin(wanted)

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
        asked = open_question(self.setting.book, self.conversation.position)
        if asked is None:
            return None
        code = self.setting.screens.pressed(asked, language, words)
        return Pressed(code) if code else None

    def _press(self, update: Update) -> None:
        token = update.words
        if token == callback_data.DANGER:
            self._command(DANGER)
        elif token == callback_data.BYE:
            self._bye()
        elif token == self.conversation.pressed and not self._is_current(token):
            self._toast(update, self.setting.phrasing.pressed_already)
        elif self._knows_a_case() and (decision := self._decision(token)) is not None:
            self._decide(decision, update)
        elif (code := self._code(token)) is not None:
            self.conversation.pressed = token
            self._hear(Pressed(code), update.message)
        elif (language := self._language(token)) is not None:
            self.conversation.pressed = token
            self._speak(language)
            self._show_again()
        else:
            self._stale(update)
            self._go_on_or_open()

    def _is_current(self, token: str) -> bool:
        """Tell whether a button may stand under the open question: a tick is set and cleared."""
        is_open = bool(self.conversation.position.frames)
        return is_open and callback_data.asked_of(token) == self.conversation.asked

    def _code(self, token: str) -> str | None:
        """Return what a button means to the open question.

        Asked again, the question still takes the choices under its last asking: whoever asked why
        and then presses the first of the two keyboards has answered.
        """
        asked = open_question(self.setting.book, self.conversation.position)
        if asked is None:
            return None
        prefix = self._prefix(fleeting=asked.fleeting)
        if token.startswith(prefix):
            return self.setting.screens.code(asked, token[len(prefix) :])
        prefix = self._prefix(self.conversation.asked - 1, fleeting=asked.fleeting)
        if not token.startswith(prefix):
            return None
        code = self.setting.screens.code(asked, token[len(prefix) :])
        return code if any(choice.code == code for choice in asked.choices) else None

    def _language(self, token: str) -> str | None:
        """Return the language a button stands for: those work for ever, over any question."""
        number = callback_data.asked_of(token)
        question = self.setting.book.question(*LANGUAGES)
        if number is None or not isinstance(question, Choose):
            return None
        where = ".".join(LANGUAGES) + self._era
        prefix = callback_data.prefix(self.setting.vault, self.chat_key, number, where)
        by_place = {f"{prefix}{place}": code for place, code in enumerate(question.codes)}
        found = by_place.get(token)
        return found if found in self.setting.languages else None

    def _show_again(self) -> None:
        """Show what is open in the language just chosen, the numbers in danger included."""
        for flow in (DANGER, DESPAIR):
            if self._in_flow(flow):
                self._begin(flow)
                return
        self._go_on_or_open()

    def _files(self, update: Update) -> None:
        alarms = self._alarms(update.words)
        if any(file.size > LARGEST_FILE for file in update.files):
            self._tell(self.setting.phrasing.too_large)
        if self._goes_on(update):
            self._hear_quietly(_files_in(update))
        else:
            self._hear_or_keep(_files_in(update))
        self._show_danger(alarms)

    def _caption(self, update: Update) -> None:
        """Hear what was written under files that are not taken."""
        alarms = self._alarms(update.words)
        if update.words and not self._is_too_much(update):
            self._hear_words(update.words, None)
        else:
            self._go_on_or_open()
        self._show_danger(alarms)

    def _count(self, update: Update) -> None:
        """Count words that are too many to be kept, and say so; what alarms us is still seen."""
        self.conversation.lately.left_out += 1
        alarms = self._alarms(update.words)
        self._tell(self.setting.phrasing.too_much)
        self._show_danger(alarms)

    def _goes_on(self, update: Update) -> bool:
        """Tell whether this is a further file of an album. Several may come in turns."""
        albums = self.conversation.albums
        if not update.album or update.album in albums:
            return bool(update.album)
        self.conversation.albums = [*albums, update.album][-MOST_ALBUMS:]
        return False

    def _hear_quietly(self, files: Files) -> None:
        """Take what belongs to something that was answered; it must answer nothing else."""
        position = self.conversation.position
        frame = position.frames[-1] if position.frames else None
        if frame and isinstance(self.setting.book.question(frame.flow, frame.step), Collect):
            answer(self.setting.book, position, files, self.known)
        else:
            keep_beside(position, files)

    def _place(self, update: Update) -> None:
        self.conversation.position.keep(update.words)
        self._hear_or_keep(_point_in(update))

    def _contact(self, update: Update) -> None:
        self.conversation.position.keep(update.words)
        self._tell(self.setting.phrasing.received_contact)
        self._go_on_or_open()

    def _edit(self, update: Update) -> None:
        self.conversation.position.keep(update.words)
        if update.latitude is not None:  # a place that moves goes on moving without a word from us
            keep_beside(self.conversation.position, _point_in(update))
            return
        alarms = self._alarms(update.words)
        if self.conversation.position.frames:
            self._tell(self.setting.phrasing.received_change)
        self._show_danger(alarms)

    def _other(self, _update: Update) -> None:
        self._tell(self.setting.phrasing.polite_no)
        self._go_on_or_open()

    def _blocked(self, _update: Update) -> None:
        self.effects.blocked = True
        self._lose_touch()

    def _nothing(self, _update: Update) -> None:
        """Take note, say nothing."""

    # --- commands, and coming back ----------------------------------------------------------

    def _obey(self, name: str, rest: str) -> None:
        """Do what was typed; words behind a command are somebody's words all the same."""
        if rest and name == START:
            self._come_by(rest)
        elif rest:
            self.conversation.position.keep(rest)
            self._alarms(rest)
        self._command(name)

    def _command(self, name: str) -> None:
        if name == START:
            self._start()
        elif name == BYE:
            self._bye()
        elif name == DANGER or not self._in_flow(FLOWS[name]):
            self._begin(FLOWS[name])
        else:
            self._ask_again()

    def _start(self) -> None:
        if self._has_draft():
            if not self._has_open_draft():
                self._restore()
            self._begin(RESUME)
        else:
            self._begin_first()

    def _after_silence(self, update: Update) -> None:
        """Ask who can see the phone; what was just sent is kept, what was pressed is not.

        Danger and the ways out come first even now: what there is to ask waits beneath them.
        """
        wanted = self._wanted_at_once(update)
        if wanted == BYE:
            self._bye()
            return
        alarms = self._keep_what_came(update)
        if wanted is None and not alarms:
            self._begin(AGAIN)
            return
        begin(self.setting.book, self.conversation.position, AGAIN, self.known)
        self._begin(wanted or flow_for(alarms) or DANGER)

    def _wanted_at_once(self, update: Update, among: frozenset[str] = SAFETY) -> str | None:
        """Return what a person wants before anything else: danger, or a way out."""
        name: str | None = None
        if update.kind is Kind.PRESS:
            name = {callback_data.DANGER: DANGER, callback_data.BYE: BYE}.get(update.words)
        elif update.kind is Kind.WORDS:
            found = command(update.words, self.setting.username)
            name = found[0] if found else self._label_below(update.words)
        return name if name in among else None

    def _keep_what_came(self, update: Update) -> frozenset[str]:
        """Set aside what came after a silence; return what alarms us in it."""
        if update.kind is Kind.PRESS or (update.kind is Kind.WORDS and self._is_control(update)):
            return frozenset()
        if update.kind is Kind.FILES:
            self._goes_on(update)
            keep_beside(self.conversation.position, _files_in(update))
        else:
            self.conversation.position.keep(update.words)
        if update.latitude is not None:
            keep_beside(self.conversation.position, _point_in(update))
        return self._alarms(update.words)


def _is_movement(update: Update) -> bool:
    """Tell whether this is a place shared for a while that has moved: nobody touched the phone."""
    return update.kind is Kind.EDIT and update.latitude is not None


def _files_in(update: Update) -> Files:
    notes = (
        FileNote(file.handle, file.kind, file.size, file.name, unique=file.unique, mime=file.mime)
        for file in update.files
    )
    return Files(tuple(notes), update.words)


def _point_in(update: Update) -> Located:
    return Located(update.latitude or 0.0, update.longitude or 0.0)


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


DESPAIR = "despair"
SUICIDE = "suicide"
"""The alarm that may mean somebody does not want to live; it goes before every other."""


def flow_for(alarms: frozenset[str]) -> str | None:
    """Return the flow that these alarms begin; None for none."""
    if not alarms:
        return None
    return DESPAIR if SUICIDE in alarms else DANGER
