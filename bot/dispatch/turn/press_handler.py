"""Button presses: what a token means now, and what is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.conversation import Choose, open_question
from bot.conversation.inputs import PressInput
from bot.dispatch import callback_data
from bot.dispatch.turn.flow_names import DANGER_FLOW, LANGUAGE_QUESTION, SUICIDE_FLOW
from bot.dispatch.turn.talk.relay import TAKEOVER_COMMANDS

if TYPE_CHECKING:
    from bot.dispatch.turn.command_handler import CommandHandler
    from bot.dispatch.turn.context import TurnContext
    from bot.dispatch.turn.engine_driver import EngineDriver
    from bot.dispatch.turn.replies import Replies
    from bot.dispatch.turn.session import Session
    from bot.dispatch.turn.talk.relay import Relay
    from bot.messages import Update


@dataclass(slots=True, eq=False)
class PressHandler:
    """Handles the press of a button."""

    turn: TurnContext
    replies: Replies
    relay: Relay
    session: Session
    engine: EngineDriver
    commands: CommandHandler

    def handle(self, update: Update) -> None:
        """Do what a button stands for; for an old one, say so and show what is open."""
        turn, token, relay = self.turn, update.text, self.relay
        if token == callback_data.DANGER_BUTTON or self._is_danger_in_talk(token):
            self.commands.run(DANGER_FLOW)
        elif token == callback_data.BYE_BUTTON:
            self.session.end()
        elif token == turn.conversation.last_press and not self._is_current(token):
            self.replies.show_toast(update, turn.services.texts.pressed_already)
        elif turn.has_known_case() and (decision := relay.consent_decision(token)) is not None:
            relay.apply_decision(decision, update)
        elif (code := self._pressed_code(token)) is not None:
            turn.conversation.last_press = token
            self.engine.answer_question(PressInput(code), update.message)
        elif (language := self._pressed_language(token)) is not None:
            turn.conversation.last_press = token
            self.engine.change_language(language)
            self._repeat_in_language()
        elif callback_data.says_danger(token):
            self.commands.run(DANGER_FLOW)
        else:
            self.replies.reject_stale_button(update)
            self.engine.continue_or_start()

    def _is_danger_in_talk(self, token: str) -> bool:
        """Tell whether "I am not safe" was pressed while a caseworker holds the chat.

        It answers no question then: the bot would go on with the questions it had asked before.
        """
        is_held = self.turn.conversation.takeover is not None
        is_asked = self.turn.is_in_flow(*TAKEOVER_COMMANDS)
        return is_held and not is_asked and callback_data.says_danger(token)

    def _is_current(self, token: str) -> bool:
        """Tell whether a button may stand under the open question: a tick is set and cleared."""
        count = self.turn.conversation.question_count
        return bool(self.turn.frames) and callback_data.question_number(token) == count

    def _pressed_code(self, token: str) -> str | None:
        """Return what a button means to the open question.

        A question that was asked twice takes the choices under the first asking too: a person who
        asks why, and then presses on the first of the two keyboards, has answered.
        """
        turn, renderer = self.turn, self.turn.services.renderer
        question = open_question(turn.services.registry, turn.conversation.position)
        if question is None:
            return None
        prefix = turn.token_prefix(fleeting=question.fleeting)
        if callback_data.has_prefix(token, prefix):
            return renderer.code_of_token(question, token[len(prefix) :])
        before = turn.conversation.question_count - 1
        prefix = turn.token_prefix(before, fleeting=question.fleeting)
        if not callback_data.has_prefix(token, prefix):
            return None
        code = renderer.code_of_token(question, token[len(prefix) :])
        return code if any(choice.code == code for choice in question.choices) else None

    def _pressed_language(self, token: str) -> str | None:
        """Return the language a button stands for: those work at any time, over any question."""
        turn, number = self.turn, callback_data.question_number(token)
        question = turn.services.registry.question(*LANGUAGE_QUESTION)
        if number is None or not isinstance(question, Choose):
            return None
        where = ".".join(LANGUAGE_QUESTION) + turn.session_tag
        prefix = callback_data.token_prefix(turn.services.vault, turn.chat_key, number, where)
        languages = {f"{prefix}{place}": code for place, code in enumerate(question.codes)}
        language = languages.get(token)
        return language if language in turn.services.languages else None

    def _repeat_in_language(self) -> None:
        """Show what is open in the language just chosen, the numbers in danger included."""
        for flow in (DANGER_FLOW, SUICIDE_FLOW):
            if self.turn.is_in_flow(flow):
                self.engine.begin_flow(flow)
                return
        self.engine.continue_or_start()
