"""One update answered: from a conversation and what arrived to what follows.

Nothing here reads a clock or a network; the effects of a turn are values that `batch` stores. The
store is reached through `Hotline` alone: if anything raises, what that wrote is undone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.intake import MAX_FILE_BYTES
from bot.clock import HOUR
from bot.conversation import Choose, Collect, FileRef, answer, begin, keep_extra, open_question
from bot.conversation.inputs import FilesInput, LocationInput, PressInput, TextInput
from bot.dispatch import callback_data
from bot.dispatch.engine_driver import AGAIN_FLOW, DANGER_FLOW, PASSPHRASE_FLOWS, RESUME_FLOW
from bot.dispatch.flood_control import FloodControl
from bot.dispatch.message_ids import ids_of_hour
from bot.dispatch.relay import FORWARDED_MARK, SAFETY_COMMANDS, TAKEOVER_COMMANDS
from bot.dispatch.slash_commands import BYE, COMMAND_FLOWS, START, parse_command
from bot.languages import FALLBACK, negotiate
from bot.messages import Toast, Update, UpdateKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.dispatch.effects import Effects


MOST_ALBUMS = 4
"""Albums that are remembered at a time."""
LANGUAGE_QUESTION = ("language", "language")
"""The flow and the step where a language is chosen."""
SILENT_KINDS = frozenset({UpdateKind.BLOCKED, UpdateKind.UNBLOCKED})
"""What an account does without a word."""


class TurnHandler(FloodControl):
    """One update being answered. `take` returns its effects; the conversation is changed."""

    __slots__ = ()

    def ask_after_downtime(self) -> Effects:
        """Ask the open question once more, unasked: an answer may be lost while we were away."""
        self.remove_fleeting()
        self.send_text(self.services.texts.nothing_lost)
        self.repeat_question()
        return self.effects

    def handle(self, update: Update) -> Effects:
        """Answer an update."""
        self.conversation.chat = update.chat
        if update.kind in SILENT_KINDS or _is_live_location(update):
            # Nobody wrote: it neither ends a silence nor a step.
            _HANDLERS[update.kind](self, update)
            return self.effects
        fleeting = self.conversation.fleeting_letters
        self.remove_fleeting()
        goes_on = self.continue_session(update)
        conversation = self.conversation
        silence = self.now - conversation.touched_at if conversation.touched_at else 0
        self._begin_session(update)
        self.record_last_seen(update)
        if update.kind is UpdateKind.PRESS:
            self.effects.toast = Toast(update.press)
        elif update.message:
            ids_of_hour(conversation.message_ids, self.now).person_messages.append(update.message)
        came, update = update, self.limit_update(update)
        was_passing = self.is_in_flow(*PASSPHRASE_FLOWS)
        case = self.earlier_case()
        if case and self.is_free_text(update):
            self.store_unconfirmed(case, update)
        holding = conversation.takeover
        if holding is not None and self.goes_to_caseworker(
            self._urgent_command(update, TAKEOVER_COMMANDS), update, silence
        ):
            self.forward(holding, update)
        elif goes_on:
            self._answer(came, update, fleeting)
        else:
            self._handle_return(update)
        self.ask_about_notice()
        self.handle_check_in_text(came, was_passphrase_flow=was_passing)
        self.schedule_removal(0 if update.kind is UpdateKind.PRESS else update.message)
        if update.forwarded_from and self.conversation.takeover is None:
            # Somebody's name is content: it lies sealed beside the answers and goes where they go.
            self.conversation.position.add_extra(f"{FORWARDED_MARK} {update.forwarded_from}")
        return self.effects

    def _begin_session(self, update: Update) -> None:
        """Know in which language to speak, and that somebody is here."""
        conversation = self.conversation
        if not conversation.touched_at:
            conversation.language = negotiate(update.language, self.services.languages)
            conversation.earlier_case = self.hotline.find_earlier_case()
            conversation.session_number = max(
                conversation.session_number, self.now // HOUR
            )  # rows go, buttons stay
            self.record_notice()
        elif conversation.language not in self.services.languages:
            conversation.language = FALLBACK  # not offered any more; `/language` offers the others
        conversation.touched_at = self.now

    def _answer(self, came: Update, update: Update, fleeting: list[int]) -> None:
        """Hear what came, or what is taken of it."""
        if update.kind is UpdateKind.PRESS:
            self._handle_press(update)
        elif update is not came:
            self.answer_once(update, fleeting, self._handle_caption)
        elif self.is_over_daily_limit(update):
            self.answer_once(update, fleeting, self._count_only)
        else:
            hear = _HANDLERS[update.kind]
            self.answer_once(update, fleeting, lambda it: hear(self, it))

    # --- what can arrive --------------------------------------------------------------------

    def _handle_text(self, update: Update) -> None:
        found = parse_command(update.text, self.services.username)
        if found is not None:
            self._run_typed_command(*found)
            return
        heard = None
        if self.may_be_label(update.text):
            if (name := self.command_of_label(update.text)) is not None:
                self._run_command(name)
                return
            heard = self._typed_choice(update.text)
        alarms = frozenset() if heard else self._note_alarms(update.text)
        if heard or not self.asks_passphrase():
            self._answer_text(update.text, heard)
        elif alarms:  # a cry for help is no word to be known by: staff have to read it
            self.conversation.position.add_extra(update.text)
        else:
            self.submit_passphrase(update)
        self._begin_alarm_flow(alarms)

    def _begin_alarm_flow(self, alarms: frozenset[str]) -> None:
        if (wanted := flow_for_alarms(alarms)) and not self.is_in_flow(wanted):
            self.begin_flow(wanted)

    def _note_alarms(self, words: str) -> frozenset[str]:
        """Note what alarms us in these words, for staff."""
        alarms = self.services.texts.find_alarms(words)
        if alarms:
            self.conversation.alarms.extend(alarms.difference(self.conversation.alarms))
        return alarms

    def _answer_text(self, words: str, label: PressInput | None) -> None:
        position = self.conversation.position
        if position.frames:
            self.answer_question(label or TextInput(words))
        else:
            position.add_extra(words)
            self.start_conversation()

    def _typed_choice(self, words: str) -> PressInput | None:
        """Return the button of the open question whose label was typed."""
        language = self.conversation.language
        asked = open_question(self.services.registry, self.conversation.position)
        if asked is None:
            return None
        code = self.services.renderer.code_of_label(asked, language, words)
        return PressInput(code) if code else None

    def _handle_press(self, update: Update) -> None:
        token = update.text
        if token == callback_data.DANGER_BUTTON:
            self._run_command(DANGER_FLOW)
        elif token == callback_data.BYE_BUTTON:
            self.end_session()
        elif token == self.conversation.last_press and not self._is_current(token):
            self.show_toast(update, self.services.texts.pressed_already)
        elif self.has_known_case() and (decision := self.consent_decision(token)) is not None:
            self.apply_decision(decision, update)
        elif (code := self._pressed_code(token)) is not None:
            self.conversation.last_press = token
            self.answer_question(PressInput(code), update.message)
        elif (language := self._pressed_language(token)) is not None:
            self.conversation.last_press = token
            self.change_language(language)
            self._repeat_in_language()
        else:
            self.reject_stale_button(update)
            self.continue_or_start()

    def _is_current(self, token: str) -> bool:
        """Tell whether a button may stand under the open question: a tick is set and cleared."""
        is_open = bool(self.conversation.position.frames)
        return is_open and callback_data.question_number(token) == self.conversation.question_count

    def _pressed_code(self, token: str) -> str | None:
        """Return what a button means to the open question.

        Asked again, the question still takes the choices under its last asking: whoever asked why
        and then presses the first of the two keyboards has answered.
        """
        asked = open_question(self.services.registry, self.conversation.position)
        if asked is None:
            return None
        prefix = self.token_prefix(fleeting=asked.fleeting)
        if token.startswith(prefix):
            return self.services.renderer.code_of_token(asked, token[len(prefix) :])
        prefix = self.token_prefix(self.conversation.question_count - 1, fleeting=asked.fleeting)
        if not token.startswith(prefix):
            return None
        code = self.services.renderer.code_of_token(asked, token[len(prefix) :])
        return code if any(choice.code == code for choice in asked.choices) else None

    def _pressed_language(self, token: str) -> str | None:
        """Return the language a button stands for: those work for ever, over any question."""
        number = callback_data.question_number(token)
        question = self.services.registry.question(*LANGUAGE_QUESTION)
        if number is None or not isinstance(question, Choose):
            return None
        where = ".".join(LANGUAGE_QUESTION) + self.session_tag
        prefix = callback_data.token_prefix(self.services.vault, self.chat_key, number, where)
        by_place = {f"{prefix}{place}": code for place, code in enumerate(question.codes)}
        found = by_place.get(token)
        return found if found in self.services.languages else None

    def _repeat_in_language(self) -> None:
        """Show what is open in the language just chosen, the numbers in danger included."""
        for flow in (DANGER_FLOW, SUICIDE_FLOW):
            if self.is_in_flow(flow):
                self.begin_flow(flow)
                return
        self.continue_or_start()

    def _handle_files(self, update: Update) -> None:
        alarms = self._note_alarms(update.text)
        if any(file.size > MAX_FILE_BYTES for file in update.files):
            self.send_text(self.services.texts.file_too_large)
        if self._continues_album(update):
            self._keep_album_files(_files_in(update))
        else:
            self.answer_or_keep(_files_in(update))
        self._begin_alarm_flow(alarms)

    def _handle_caption(self, update: Update) -> None:
        """Hear what was written under files that are not taken."""
        alarms = self._note_alarms(update.text)
        if update.text and not self.is_over_daily_limit(update):
            self._answer_text(update.text, None)
        else:
            self.continue_or_start()
        self._begin_alarm_flow(alarms)

    def _count_only(self, update: Update) -> None:
        """Count words that are too many to be kept, and say so; what alarms us is still seen."""
        self.conversation.activity.dropped_count += 1
        alarms = self._note_alarms(update.text)
        self.send_text(self.services.texts.over_daily_limit)
        self._begin_alarm_flow(alarms)

    def _continues_album(self, update: Update) -> bool:
        """Tell whether this is a further file of an album. Several may come in turns."""
        albums = self.conversation.albums
        if not update.album or update.album in albums:
            return bool(update.album)
        self.conversation.albums = [*albums, update.album][-MOST_ALBUMS:]
        return False

    def _keep_album_files(self, files: FilesInput) -> None:
        """Take what belongs to something that was answered; it must answer nothing else."""
        position = self.conversation.position
        frame = position.frames[-1] if position.frames else None
        if frame and isinstance(self.services.registry.question(frame.flow, frame.step), Collect):
            answer(self.services.registry, position, files, self.facts)
        else:
            keep_extra(position, files)

    def _handle_place(self, update: Update) -> None:
        self.conversation.position.add_extra(update.text)
        self.answer_or_keep(_point_in(update))

    def _handle_contact(self, update: Update) -> None:
        self.conversation.position.add_extra(update.text)
        self.send_text(self.services.texts.received_contact)
        self.continue_or_start()

    def _handle_edit(self, update: Update) -> None:
        self.conversation.position.add_extra(update.text)
        if update.latitude is not None:  # a place that moves goes on moving without a word from us
            keep_extra(self.conversation.position, _point_in(update))
            return
        alarms = self._note_alarms(update.text)
        if self.conversation.position.frames:
            self.send_text(self.services.texts.received_edit)
        self._begin_alarm_flow(alarms)

    def _handle_other(self, _update: Update) -> None:
        self.send_text(self.services.texts.unsupported_content)
        self.continue_or_start()

    def _handle_blocked(self, _update: Update) -> None:
        self.effects.blocked = True
        self.mark_absent()

    def _ignore(self, _update: Update) -> None:
        """Take note, say nothing."""

    # --- commands, and coming back ----------------------------------------------------------

    def _run_typed_command(self, name: str, rest: str) -> None:
        """Do what was typed; words behind a command are somebody's words all the same."""
        if rest and name == START:
            self.apply_partner_link(rest)
        elif rest:
            self.conversation.position.add_extra(rest)
            self._note_alarms(rest)
        self._run_command(name)

    def _run_command(self, name: str) -> None:
        if name == START:
            self._handle_start()
        elif name == BYE:
            self.end_session()
        elif name == DANGER_FLOW or not self.is_in_flow(COMMAND_FLOWS[name]):
            self.begin_flow(COMMAND_FLOWS[name])
        else:
            self.repeat_question()

    def _handle_start(self) -> None:
        if self.has_draft():
            if not self.has_open_draft():
                self.restore_draft()
            self.begin_flow(RESUME_FLOW)
        else:
            self.begin_welcome()

    def _handle_return(self, update: Update) -> None:
        """Ask who can see the phone; what was just sent is kept, what was pressed is not.

        Danger and the ways out come first even now: what there is to ask waits beneath them.
        """
        wanted = self._urgent_command(update)
        if wanted == BYE:
            self.end_session()
            return
        alarms = self._keep_update(update)
        if wanted is None and not alarms:
            self.begin_flow(AGAIN_FLOW)
            return
        begin(self.services.registry, self.conversation.position, AGAIN_FLOW, self.facts)
        self.begin_flow(wanted or flow_for_alarms(alarms) or DANGER_FLOW)

    def _urgent_command(
        self, update: Update, among: frozenset[str] = SAFETY_COMMANDS
    ) -> str | None:
        """Return what a person wants before anything else: danger, or a way out."""
        name: str | None = None
        if update.kind is UpdateKind.PRESS:
            name = {callback_data.DANGER_BUTTON: DANGER_FLOW, callback_data.BYE_BUTTON: BYE}.get(
                update.text
            )
        elif update.kind is UpdateKind.TEXT:
            found = parse_command(update.text, self.services.username)
            name = found[0] if found else self.command_of_label(update.text)
        return name if name in among else None

    def _keep_update(self, update: Update) -> frozenset[str]:
        """Set aside what came after a silence; return what alarms us in it."""
        if update.kind is UpdateKind.PRESS or (
            update.kind is UpdateKind.TEXT and self.is_command(update)
        ):
            return frozenset()
        if update.kind is UpdateKind.FILES:
            self._continues_album(update)
            keep_extra(self.conversation.position, _files_in(update))
        else:
            self.conversation.position.add_extra(update.text)
        if update.latitude is not None:
            keep_extra(self.conversation.position, _point_in(update))
        return self._note_alarms(update.text)


def _is_live_location(update: Update) -> bool:
    """Tell whether this is a place shared for a while that has moved: nobody touched the phone."""
    return update.kind is UpdateKind.EDIT and update.latitude is not None


def _files_in(update: Update) -> FilesInput:
    notes = (
        FileRef(file.handle, file.kind, file.size, file.name, unique=file.unique, mime=file.mime)
        for file in update.files
    )
    return FilesInput(tuple(notes), update.text)


def _point_in(update: Update) -> LocationInput:
    return LocationInput(update.latitude or 0.0, update.longitude or 0.0)


_HANDLERS: dict[UpdateKind, Callable[[TurnHandler, Update], None]] = {
    UpdateKind.TEXT: TurnHandler._handle_text,  # noqa: SLF001 - a table of this class's own verbs
    UpdateKind.PRESS: TurnHandler._handle_press,  # noqa: SLF001
    UpdateKind.FILES: TurnHandler._handle_files,  # noqa: SLF001
    UpdateKind.LOCATION: TurnHandler._handle_place,  # noqa: SLF001
    UpdateKind.CONTACT: TurnHandler._handle_contact,  # noqa: SLF001
    UpdateKind.EDIT: TurnHandler._handle_edit,  # noqa: SLF001
    UpdateKind.UNSUPPORTED: TurnHandler._handle_other,  # noqa: SLF001
    UpdateKind.BLOCKED: TurnHandler._handle_blocked,  # noqa: SLF001
    UpdateKind.UNBLOCKED: TurnHandler._ignore,  # noqa: SLF001
}


SUICIDE_FLOW = "despair"
SUICIDE_ALARM = "suicide"
"""The alarm that may mean somebody does not want to live; it goes before every other."""


def flow_for_alarms(alarms: frozenset[str]) -> str | None:
    """Return the flow that these alarms begin; None for none."""
    if not alarms:
        return None
    return SUICIDE_FLOW if SUICIDE_ALARM in alarms else DANGER_FLOW
