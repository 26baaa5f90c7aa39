"""One turn: an update is answered, in the order in which `take` reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.consents import CONSENT_QUESTIONS
from bot.clock import HOUR
from bot.conversation import Outcome
from bot.conversation.outcomes import TAKES_EXTRAS
from bot.dispatch.conversation_store import ids_of_hour
from bot.dispatch.turn.command_handler import CommandHandler
from bot.dispatch.turn.context import TurnContext
from bot.dispatch.turn.drafts import Drafts
from bot.dispatch.turn.engine_driver import EngineDriver
from bot.dispatch.turn.flood_control import FloodControl
from bot.dispatch.turn.flow_names import (
    DANGER_FLOW,
    OFFERING_FLOWS,
    PASSPHRASE_FLOWS,
    RETURN_CHECK_FLOW,
    flow_for_alarms,
)
from bot.dispatch.turn.join_handler import JoinHandler
from bot.dispatch.turn.message_handler import MessageHandler
from bot.dispatch.turn.passphrase_handler import PassphraseHandler
from bot.dispatch.turn.press_handler import PressHandler
from bot.dispatch.turn.replies import Replies
from bot.dispatch.turn.session import Session
from bot.dispatch.turn.slash_commands import BYE
from bot.dispatch.turn.staff_actions import StaffActions
from bot.dispatch.turn.talk.caseworker_talk import CaseworkerTalk
from bot.dispatch.turn.talk.opener import OpenerDialog
from bot.dispatch.turn.talk.relay import SAFETY_COMMANDS, TAKEOVER_COMMANDS, Relay
from bot.dispatch.turn.words.story_offer import StoryOffer
from bot.dispatch.turn.words.typed_text import TypedText
from bot.hotline.chat.messages import FORWARDED_MARK
from bot.languages import FALLBACK, negotiate
from bot.languages.detect import guess_language
from bot.languages.questions import LEAVING
from bot.languages.typed.clear_requests import says_arrival
from bot.languages.typed.comes_back import puts_off
from bot.languages.typed.someone_near import find_someone_near, warns_of_someone
from bot.messages import Toast, UpdateKind

if TYPE_CHECKING:
    from bot.dispatch.conversation_store import Conversation
    from bot.dispatch.effects import Effects
    from bot.dispatch.hotline_adapter import HotlineAdapter
    from bot.dispatch.turn_services import TurnServices
    from bot.hotline.chat.passphrases import PassphraseAttempt
    from bot.hotline.chat.takeover import ChatAction
    from bot.mailbox.passphrase_jobs import PassphraseToHash
    from bot.messages import Update

SILENT_KINDS = frozenset({UpdateKind.BLOCKED, UpdateKind.UNBLOCKED})
"""What an account does without writing."""


class TurnHandler:
    """All parts of a turn, put together; used for one turn after another.

    `begin` names the conversation, then one of `take`, `perform`, `apply_hash` and
    `repeat_after_downtime` changes it and returns its effects.
    """

    def __init__(self, services: TurnServices) -> None:
        self.context = turn = TurnContext(services)
        self._replies = replies = Replies(turn)
        drafts = Drafts(turn)
        self._talk = talk = CaseworkerTalk(turn, replies)
        self._opener = opener = OpenerDialog(turn, talk, replies)
        self._relay = relay = Relay(turn, replies, talk, opener)
        self._session = session = Session(turn, drafts, talk)
        self._engine = engine = EngineDriver(turn, replies, drafts, relay, session)
        self._typed = typed = TypedText(turn)
        self._flood_control = FloodControl(turn, replies, typed)
        self._passphrases = PassphraseHandler(turn, replies, engine)
        commands = CommandHandler(turn, session, engine)
        self._presses = PressHandler(turn, replies, relay, session, engine, commands)
        stories = StoryOffer(turn, replies, engine)
        self._messages = MessageHandler(
            turn, replies, engine, typed, commands, self._passphrases, stories
        )
        self._joins = JoinHandler(turn, replies)
        self._staff_actions = StaffActions(turn, replies, relay, session, engine)

    @property
    def conversation(self) -> Conversation:
        """Return the conversation as it is now: another object once the session has changed."""
        return self.context.conversation

    def begin(
        self, chat_key: bytes, conversation: Conversation | None, now: int, hotline: HotlineAdapter
    ) -> None:
        """Make ready for a turn of this conversation; None: the person never wrote."""
        self.context.begin(chat_key, conversation, now, hotline)
        self._typed.begin()
        self._engine.load_facts()

    def take(self, update: Update) -> Effects:
        """Answer an update of a person."""
        turn = self.context
        turn.conversation.chat = update.chat
        if self._is_silent(update):
            return turn.effects
        fleeting = self._replies.remove_fleeting()
        self._talk.end_takeover_of_absent()
        goes_on = self._session.continue_after(update)
        if ends := self._passphrases.may_answer_check_in(update, self._typed):
            self._session.suspend()
        silence = self._note_activity(update)
        accepted = self._flood_control.count(update)
        is_unheard, turn.conversation.has_unheard_end = turn.conversation.has_unheard_end, False
        was_choosing, was_secret = turn.is_in_flow(*PASSPHRASE_FLOWS), turn.may_write_secret()
        read_case, extras = turn.read_case, _count_extras(turn.conversation)
        self._store_written(accepted)
        if not self._forward(accepted, silence, fleeting):
            if accepted is update and self._joins.take(update):
                self._go_on_after_code(goes_on=goes_on)
            elif goes_on and is_unheard and self._answers_caseworker(accepted):
                self._engine.continue_or_start()
            elif goes_on:
                self._answer(update, accepted, fleeting)
            else:
                self._check_return(accepted)
        is_extra = _count_extras(turn.conversation) > extras
        self._keep_urgent(accepted, read_case, is_extra=is_extra)
        self._engine.ask_about_notice()
        self._passphrases.check_text(
            update, was_choosing=was_choosing, was_secret=was_secret, ended_session=ends
        )
        self._replies.schedule_removal(0 if update.kind is UpdateKind.PRESS else update.message)
        self._keep_sender(update)
        turn.forget_closed_questions()
        turn.conversation.has_unheard_end |= is_unheard and not self._replies.visible_places()
        return turn.effects

    def perform(self, action: ChatAction, reply_to: str, language: str) -> Effects:
        """Do in the conversation what a caseworker's command asks for.

        Args:
            action: what to do; a refusal is shown at the desk.
            reply_to: where the caseworker is.
            language: of the case, for a chat that has none now.
        """
        self._staff_actions.perform(action, reply_to, language)
        return self.context.effects

    def apply_hash(
        self, passphrase: PassphraseToHash, digest: bytes, attempt: PassphraseAttempt | None
    ) -> Effects:
        """Go on with what a passphrase came to."""
        self._passphrases.apply_hash(passphrase, digest, attempt)
        return self.context.effects

    def repeat_after_downtime(
        self, chat_key: bytes, conversation: Conversation, now: int
    ) -> Effects:
        """Ask the open question again: a press may have been lost while the bot was down."""
        self.context.begin(chat_key, conversation, now)
        self._engine.load_facts()
        self._replies.remove_fleeting()
        self._replies.send_text(self.context.services.texts.nothing_lost)
        self._engine.repeat_question()
        return self.context.effects

    # --- the steps of a turn --------------------------------------------------------------------

    def _is_silent(self, update: Update) -> bool:
        """Handle an update that no one wrote, which ends neither a silence nor a step."""
        if update.kind is UpdateKind.BLOCKED:
            self.context.effects.blocked = True
            self._opener.mark_absent()
        elif update.kind is UpdateKind.EDIT and update.latitude is not None:
            self._messages.handle_edit(update)  # a live location that has moved by itself
            self._relay.store_position(update)
            return True
        return update.kind in SILENT_KINDS

    def _note_activity(self, update: Update) -> int:
        """Note that the person is here; return microseconds since they did something before."""
        turn, conversation = self.context, self.context.conversation
        silence = turn.now - conversation.touched_at if conversation.touched_at else 0
        if not conversation.touched_at:
            self._begin_session(update)
        elif conversation.language not in turn.services.languages:
            conversation.language = FALLBACK  # not offered any more; `/language` offers the others
        conversation.touched_at = turn.now
        turn.had_left, conversation.has_left = conversation.has_left, False
        turn.was_someone_near = conversation.is_someone_near
        conversation.is_someone_near = self._says_someone_near(update) or (
            turn.was_someone_near and update.kind is UpdateKind.TEXT and puts_off(update.text)
        )
        self._opener.record_last_seen(update)
        if update.kind is UpdateKind.PRESS:
            turn.effects.toast = Toast(update.press)
        elif update.message:
            ids_of_hour(conversation.message_ids, turn.now).person_messages.append(update.message)
        return silence

    def _says_someone_near(self, update: Update) -> bool:
        """Tell whether the person writes that someone is near, comes, or that we must not write.

        Also next to a cry for help, where two promises conflict: to answer at once, and to show
        nothing to others. Staff see the cry, and may insist on writing with a reason.
        """
        if update.kind is UpdateKind.PRESS or update.forwarded_from or not update.text:
            return False
        if warns_of_someone(update.text):
            return True
        if not says_arrival(update.text):
            return False
        texts, language = self.context.services.texts, self.context.conversation.language
        is_leaving = texts.find_question(update.text, language) == LEAVING
        return is_leaving or bool(texts.find_alarm_phrases(update.text))

    def _begin_session(self, update: Update) -> None:
        turn, conversation = self.context, self.context.conversation
        offered = turn.services.languages
        of_phone = negotiate(update.language, offered)
        written = guess_language(update.text, of_phone)
        conversation.is_language_known = written in offered
        conversation.language = written if written in offered else of_phone
        conversation.earlier_case = turn.hotline.find_earlier_case()
        # Rows are deleted and buttons stay: a number that was used must not come again.
        conversation.session_number = max(conversation.session_number, turn.now // HOUR)
        turn.record_notice()

    def _store_written(self, update: Update) -> None:
        """Add what was written to the case that it belongs to, whatever the bot makes of it.

        More than is kept a day is only counted, and the person is told so.
        """
        if not self._typed.is_free_text(update):
            return
        # A caseworker may hold an earlier case of this chat: what staff read here reaches both.
        if self._relay.earlier_case():
            self._relay.store_unconfirmed(update)
        if self.context.read_case and not self._flood_control.is_over_daily_limit(update):
            is_other = (
                self._typed.takes_back_reading(update)
                or self._typed.command_meant(update.text) is not None
                or self._typed.says_someone_near(update.text)
                or self._typed.tells_of_return(update.text)
                or self._typed.place.is_no_place(update.text)
                or self._typed.says_alone_again(update.text)
            )
            self._relay.store_read(update, is_answer=not is_other)

    def _keep_urgent(self, update: Update, read_case: str, *, is_extra: bool) -> None:
        """Keep words that no case has yet, and that go along with an alert.

        Words with which the person agreed that staff are told go to the case this opened, also
        "boleh" (you may), which stands on a button: staff judge by them what was agreed. Others
        wait until the person decides. An address that answered no question is of "just now", too.

        Args:
            update: what was written.
            read_case: the case that staff read before this turn; empty for none.
            is_extra: it was kept outside the questions.
        """
        turn = self.context
        if turn.is_in_case and turn.alarms:  # "17" alarms only by what was asked
            turn.effects.staff.alarms |= turn.alarms
        if turn.is_in_case or turn.submitted in TAKES_EXTRAS:
            return
        if turn.submitted is Outcome.STAFF_ALERTED and not read_case:
            if self._typed.is_in_words(update):
                self._relay.store_agreement(update)
            return
        is_urgent = turn.is_in_flow(*OFFERING_FLOWS) and self._typed.is_free_text(update)
        if not (turn.alarms or is_urgent):
            if is_extra and not read_case and self._typed.is_free_text(update):
                self._relay.remember_urgent(update, is_loose=True)
            return
        if not read_case:
            self._relay.remember_urgent(update)
        elif read_case == turn.read_case:
            self._relay.store_read(update)

    def _forward(self, update: Update, silence: int, fleeting: list[int]) -> bool:
        """Give an update to the caseworker who has taken over; tell whether one has.

        Words on a button of a question of consent, which only the caseworker would read, press it.
        """
        takeover = self.context.conversation.takeover
        if takeover is None:
            return False
        command = self._typed.urgent_command(update, TAKEOVER_COMMANDS)
        if not self._relay.takes(update, command, silence):
            if command == BYE and self._typed.is_sentence(update):
                self._relay.store(takeover, update)  # "the boss is coming": they should know why
            return False
        self._relay.forward(takeover, update)
        if (decision := self._relay.typed_decision(takeover, update)) is not None:
            self._relay.apply_decision(decision, update)
        elif fleeting and update.kind is UpdateKind.TEXT and not find_someone_near(update.text):
            self._relay.ask_consent_again(takeover)
        return True

    def _answer(self, update: Update, accepted: Update, fleeting: list[int]) -> None:
        """Answer an update, or what is accepted of it."""
        if accepted.kind is UpdateKind.PRESS:
            self._presses.handle(accepted)
        elif accepted is not update:
            self._flood_control.reply_once(accepted, fleeting, self._messages.handle_caption)
        elif self._flood_control.is_over_daily_limit(update):
            self._flood_control.reply_once(update, fleeting, self._messages.count_only)
        else:
            self._flood_control.reply_once(update, fleeting, self._messages.handle)

    def _answers_caseworker(self, update: Update) -> bool:
        """Tell whether words answer what a caseworker asked who holds the chat no more.

        A yes to "Is this a good moment to write?" agrees to nothing that the bot asked before.
        """
        if update.kind is not UpdateKind.TEXT or self.context.asks_passphrase():
            return False
        frames = self.context.frames
        is_agreement = bool(frames) and frames[-1].step in CONSENT_QUESTIONS
        is_answer = is_agreement and self._typed.answers_question(update.text)
        return is_answer or self._opener.is_reply_in_words(update)

    def _go_on_after_code(self, *, goes_on: bool) -> None:
        """Ask the open question, or who can see the phone: a code is no answer to either."""
        if goes_on:
            self._engine.continue_or_start()
        else:
            self._engine.begin_flow(RETURN_CHECK_FLOW)

    def _check_return(self, update: Update) -> None:
        """Ask who can see the phone; what was just sent is kept, what was pressed is not.

        Danger and the ways out come first even now: the question waits beneath them.
        """
        command = self._typed.urgent_command(update, SAFETY_COMMANDS)
        if command == BYE:
            self._session.end()
            return
        alarms = self._messages.keep(update)
        if command is None and not alarms:
            self._engine.begin_flow(RETURN_CHECK_FLOW)
            return
        self._engine.begin_silently(RETURN_CHECK_FLOW)
        self._engine.begin_flow(command or flow_for_alarms(alarms) or DANGER_FLOW)

    def _keep_sender(self, update: Update) -> None:
        """Keep the name of whom a forwarded message came from: it is content, like the text."""
        if update.forwarded_from and self.context.conversation.takeover is None:
            self.context.conversation.position.add_extra(
                f"{FORWARDED_MARK} {update.forwarded_from}"
            )


def _count_extras(conversation: Conversation) -> int:
    position = conversation.position
    return len(position.extra_texts) + len(position.extra_files)
