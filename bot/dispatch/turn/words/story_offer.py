"""What a person writes in their own words: kept, and a caseworker is offered at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.conversation import keep_extra
from bot.conversation.inputs import TextInput
from bot.conversation.steps import PERSON
from bot.dispatch.turn.flow_names import (
    FIRST_MENUS,
    GREETING_LANGUAGE,
    LANGUAGE_QUESTION,
    OFFERING_FLOWS,
    STORY_FLOW,
)
from bot.dispatch.turn.replies import REMEMBERED
from bot.languages.detect import guess_language
from bot.languages.function_words import language_of_yes
from bot.languages.names import asked_language
from bot.languages.typed.typed_answers import TypedAnswer

if TYPE_CHECKING:
    from bot.conversation.inputs import Input
    from bot.dispatch.turn.context import TurnContext
    from bot.dispatch.turn.engine_driver import EngineDriver
    from bot.dispatch.turn.replies import Replies

SENDING_STEPS = frozenset({"send", "send_all"})
STORY_WORDS = 5
"""Words of a text that tells something, and does not merely try to answer."""
STORY_SIGNS = 12
"""The same in a script without spaces: characters of Thai, Khmer, Burmese."""
DENSE_STORY_SIGNS = 7
"""The same of Chinese and Japanese, where one or two signs are a word: 我欠仲介二十萬."""
_UNSPACED = re.compile("[\u0e00-\u0e7f\u1000-\u109f\u1780-\u17ff]")
_DENSE = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_WORD = re.compile(r"\w+")


def is_story(text: str) -> bool:
    """Tell whether a text is long enough to tell something."""
    return (
        len(_WORD.findall(text)) >= STORY_WORDS
        or len(_UNSPACED.findall(text)) >= STORY_SIGNS
        or len(_DENSE.findall(text)) >= DENSE_STORY_SIGNS
    )


@dataclass(slots=True, eq=False)
class StoryOffer:
    """Offers a caseworker for what answers no question."""

    turn: TurnContext
    replies: Replies
    engine: EngineDriver

    def take(self, incoming: Input, *, tells: bool = True) -> bool:
        """Keep what answers no question and offer a caseworker; tell whether that was done.

        It is done for a story, a file or a place at once, and for shorter texts when the same
        question was not understood twice in a row. What is long and only thanks or greets does not
        tell anything.
        """
        turn = self.turn
        if not self._may_offer():
            return False
        text = incoming.text if isinstance(incoming, TextInput) else ""
        is_told = tells and is_story(text)
        if text and not is_told and not self._is_second_failure():
            return False
        keep_extra(turn.conversation.position, incoming)
        turn.conversation.misunderstood_at = ""
        self.settle_language(text)
        self.engine.begin_flow(STORY_FLOW)
        return True

    def settle_language(self, text: str) -> None:
        """Go on in the language of a text, and ask for none any more."""
        self.offer_language(text)
        if self.turn.conversation.is_language_known:
            self._leave_language_question()

    def offer_language(self, text: str) -> None:
        """Go on in the language of a text if none was chosen yet; else say how to change it."""
        turn, conversation = self.turn, self.turn.conversation
        language = guess_language(text, conversation.language)
        if language is None or language not in turn.services.languages:
            return
        is_unasked = not turn.frames or self.is_asked_for_language()
        conversation.is_language_known |= is_unasked
        if language == conversation.language:
            return
        if is_unasked:
            self.engine.change_language(language)
        else:
            self.replies.send_text(turn.services.texts.other_language, language=language)

    def speak_language_asked(self, text: str) -> bool:
        """Go on in the language that a text asks for by its name; tell whether it was another."""
        conversation = self.turn.conversation
        language = asked_language(text)
        if language is None or language == conversation.language:
            return False
        return self._speak(language)

    def takes_refusal(self, text: str) -> bool:
        """Go on in the language of a refusal at the languages or the first menu; tell if it is one.

        Who wants nothing has told nothing, and need not be asked for a language again.
        """
        conversation = self.turn.conversation
        if not (self.is_asked_for_language() or self._is_at_first_menu()):
            return False
        language = TypedAnswer(text).refusal_language(conversation.language)
        if language is None:
            return False
        if self.is_asked_for_language():
            if language in self.turn.services.languages and language != conversation.language:
                self.engine.change_language(language)
            conversation.is_language_known = True
            self._leave_language_question()
        return True

    def speak_language_of_yes(self, text: str) -> bool:
        """Ask again in the language of a bare yes with accents; tell whether it was another.

        Who says yes in Vietnamese may not have been able to read what was asked in another
        language: it agrees to nothing before it is asked in their own.
        """
        language = language_of_yes(text)
        if language is None or language == self.turn.conversation.language:
            return False
        return self._speak(language)

    def _speak(self, language: str) -> bool:
        """Go on in a language and ask the open question in it; tell whether it is offered."""
        turn = self.turn
        if language not in turn.services.languages:
            return False
        self.engine.change_language(language)
        turn.conversation.is_language_known = turn.must_reply = True
        self._leave_language_question()
        self.engine.continue_or_start()
        return True

    def is_asked_for_language(self) -> bool:
        """Tell whether the open question is the one for a language."""
        frames = self.turn.frames
        return bool(frames) and (frames[-1].flow, frames[-1].step) == LANGUAGE_QUESTION

    def _is_at_first_menu(self) -> bool:
        frames = self.turn.frames
        return bool(frames) and (frames[-1].flow, frames[-1].step) in FIRST_MENUS

    def _leave_language_question(self) -> None:
        """Close the question for a language: who has written in one is greeted in it afterwards."""
        frames = self.turn.frames
        if not self.is_asked_for_language():
            return
        frames.pop()
        if frames and (frames[-1].flow, frames[-1].step) == GREETING_LANGUAGE:
            frames.pop()

    def _may_offer(self) -> bool:
        """Tell whether words reach a caseworker in no other way, and none was offered just now."""
        turn = self.turn
        if turn.read_case or turn.is_in_case or turn.conversation.takeover is not None:
            return False
        if turn.is_in_flow(*OFFERING_FLOWS, PERSON) or turn.asks_passphrase():
            return False
        if turn.now - turn.conversation.declined_at < REMEMBERED:  # "I said no!" is no new story
            return False
        return not (turn.frames and turn.frames[-1].step in SENDING_STEPS)  # words go along

    def _is_second_failure(self) -> bool:
        """Note that the open question was not understood; tell whether that was said before.

        Lines of one burst are one message in parts.
        """
        frames, conversation = self.turn.frames, self.turn.conversation
        if not frames or conversation.activity.was_just_answered(self.turn.now):
            return False
        here = f"{frames[-1].flow}.{frames[-1].step}"
        is_second = conversation.misunderstood_at == here
        conversation.misunderstood_at = here
        return is_second
