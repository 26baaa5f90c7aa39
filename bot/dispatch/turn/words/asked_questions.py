"""Questions that a person asks: which one it is, and what holds now about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.cases.consents import CONSENT_QUESTIONS
from bot.conversation import Outcome
from bot.dispatch.turn.flow_names import DANGER_ALARM
from bot.languages.alarms.find import ALSO_ASKED, find_whole_message
from bot.languages.questions import DEPORTED, HOW_LONG, LEAVING, PERSON, POLICE
from bot.languages.typed.comes_back import says_comes_back

if TYPE_CHECKING:
    from bot.conversation.inputs import PressInput
    from bot.dispatch.turn.context import TurnContext
    from bot.dispatch.turn.engine_driver import EngineDriver
    from bot.dispatch.turn.replies import Replies
    from bot.dispatch.turn.words.story_offer import StoryOffer
    from bot.dispatch.turn.words.typed_text import TypedText

MAY_BE_FEARED = POLICE | {LEAVING, DEPORTED}
"""Questions about who comes: "will you call the police to catch me" has words of danger."""


@dataclass(slots=True, eq=False)
class AskedQuestions:
    """Knows the questions of persons, and answers them."""

    turn: TurnContext
    replies: Replies
    engine: EngineDriver
    typed: TypedText
    stories: StoryOffer

    def kind_of(self, text: str, alarms: frozenset[str]) -> str | None:
        """Return what a text asks about; one with alarming words has to ask it surely.

        "Will the police catch me" asks; staff see its alarms all the same, once they read.
        """
        texts, language = self.turn.services.texts, self.turn.conversation.language
        if says_comes_back(text):  # close to "I am back soon"
            return None
        if not alarms:
            return texts.find_question(text, language)
        if not texts.find_alarm_phrases(text) and (kind := texts.plainly_asked(text)) is not None:
            return kind
        if find_whole_message(text):  # "he has come" is close to a goodbye
            return None
        kind = texts.surely_asked(text, language)
        allowed = ALSO_ASKED | ({DANGER_ALARM} if kind in MAY_BE_FEARED else set())
        return kind if alarms <= allowed else None

    def may_answer(self) -> bool:
        """Tell whether the bot answers what is asked: no caseworker has taken over."""
        return self.turn.conversation.takeover is None and not self.turn.asks_passphrase()

    def button_meant(self, kind: str, text: str) -> PressInput | None:
        """Return the button for a person, where a text asks for one; None for other questions."""
        button = self.typed.choices.person_button() if kind == PERSON else None
        return None if self.typed.begins_with_denial(text) else button

    def answer(self, kind: str, text: str) -> None:
        """Say what holds now to a question of this kind, and ask ours again."""
        turn = self.turn
        if not turn.is_in_case:
            turn.conversation.position.add_extra(text)
        if self.stories.is_asked_for_language():
            self.stories.settle_language(text)
        turn.conversation.has_left = kind == LEAVING
        self.say_all(kind)
        alarms = turn.alarms | turn.services.texts.find_alarm_phrases(text)
        if alarms - ALSO_ASKED - ({DANGER_ALARM} if kind == LEAVING else set()):  # perhaps a cry
            self.replies.send_text(turn.services.texts.danger_digits)
        if kind != LEAVING or not turn.frames:  # who comes in now should find one short line
            self.remind_or_start()
        self.note_answered()

    def note_answered(self) -> None:
        """Note at which question the person's own words were just answered."""
        if frames := self.turn.frames:
            self.turn.conversation.explained_at = f"{frames[-1].flow}.{frames[-1].step}"

    def remind_or_start(self) -> None:
        """Ask the open question again; begin the conversation where there is none."""
        if self.turn.frames:
            self.engine.remind_of_question()
        else:
            self.engine.start_conversation()

    def say_all(self, kind: str) -> None:
        """Say all that holds now about a question of this kind; how far their own case has come."""
        if kind == HOW_LONG and self._say_progress():
            return
        for answered in self.turn.services.texts.answers[kind]:
            if not answered.when.holds({}, self.turn.facts):
                continue
            if kind == LEAVING:
                self.replies.send_goodbye(answered.text)
            else:
                self.replies.send_text(answered.text)

    def _say_progress(self) -> bool:
        """Say how far the case of this session has come; tell whether that was said.

        Without a case, at a question of consent, first say that no one has read it: "someone is on
        duty and reads what you send" alone would sound as if it were being read.
        """
        turn = self.turn
        if not turn.conversation.has_case:
            if turn.frames and turn.frames[-1].step in CONSENT_QUESTIONS:
                self.replies.send_text(turn.services.texts.case_progress.not_read)
            return False
        asked = turn.hotline.requested_texts(turn.conversation, Outcome.STATUS_REQUESTED)
        if asked["trail"]:
            self.replies.send_text(turn.services.texts.case_status, asked)
        return bool(asked["trail"])
