"""What a typed text is: a command, a button's label or number, a passphrase, or free text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.cases.consents import CONSENT_QUESTIONS
from bot.clock import SECOND
from bot.conversation import (
    Ask,
    AskPlace,
    Card,
    Choose,
    Menu,
)
from bot.conversation.questions.text import FreeText
from bot.dispatch import callback_data
from bot.dispatch.turn.flow_names import (
    ASK_WHO_IS_NEAR,
    DANGER_FLOW,
    STOP_FLOW,
    URGENT_DETAILS_FLOW,
)
from bot.dispatch.turn.slash_commands import BYE, parse_command
from bot.dispatch.turn.words.meant_choice import LONGEST_LABEL, MeantChoice
from bot.dispatch.turn.words.typed_place import TypedPlace
from bot.hotline.check_ins.model import MAX_ANSWER_LENGTH
from bot.hotline.contact_rule import LONG_AGO, received_at
from bot.languages.alarms.find import find_whole_message
from bot.languages.questions import LEAVING
from bot.languages.typed.alone_again import says_alone_again
from bot.languages.typed.clear_requests import find_clear_request
from bot.languages.typed.comes_back import says_comes_back
from bot.languages.typed.not_a_passphrase import find_not_a_passphrase
from bot.languages.typed.one_other import Other, find_plea_about_other
from bot.languages.typed.other_hands import says_other_hands
from bot.languages.typed.someone_near import find_someone_near
from bot.languages.typed.taken_back import find_taken_back
from bot.messages import UpdateKind

if TYPE_CHECKING:
    from bot.dispatch.turn.context import TurnContext
    from bot.languages.typed.one_other import PleaAboutOther
    from bot.languages.typed.taken_back import TakenBack
    from bot.messages import Update

READING_TIME = 3 * SECOND
"""How long a question of consent has to be on the screen before words can answer it."""
AGREED_WORDS = 4
"""Words of a text that may be the answer of a check-in before it is asked for."""
LONGEST_TYPED_NUMBER = 2
"""Digits of a button's number, typed."""
WAYS_OUT = {"Clear chat": BYE, "Stop here": STOP_FLOW}
"""Commands by the English label of what a person wants: only a whole text means it."""
AGREES = "Tell them now"
"""The English label of a yes to staff, by which `typed_answers` knows its words."""
WRITTEN_KINDS = frozenset(
    {
        UpdateKind.TEXT,
        UpdateKind.FILES,
        UpdateKind.LOCATION,
        UpdateKind.CONTACT,
        UpdateKind.EDIT,
        UpdateKind.UNSUPPORTED,
    }
)
"""Kinds of updates in which there is something to read."""


@dataclass(slots=True, eq=False)
class TypedText:
    """Tells what a text means in the conversation of this turn."""

    turn: TurnContext
    place: TypedPlace = field(init=False)
    """What texts mean where a place or an age is asked."""
    choices: MeantChoice = field(init=False)
    """Which buttons they mean."""
    _judged: tuple[Update, bool] | None = None
    """The update of this turn, and whether it is free text: what it was when it came."""

    def __post_init__(self) -> None:
        self.place = TypedPlace(self.turn)
        self.choices = MeantChoice(self.turn, self.place)

    def begin(self) -> None:
        """Make ready for a turn: the same update may come again, to another question."""
        self._judged = None

    def parse_command(self, text: str) -> tuple[str, str] | None:
        """Return the slash command in a text and what follows it."""
        return parse_command(text, self.turn.services.username())

    def command_of_label(self, text: str) -> str | None:
        """Return the command of the button below every question whose label was typed."""
        if len(text) > LONGEST_LABEL:
            return None
        turn = self.turn
        return turn.services.renderer.command_of_label(turn.conversation.language, text)

    def command_meant(self, text: str) -> str | None:
        """Return the way out that a text asks for in other words: to clear the chat, or to stop.

        What the open question offers comes first: "delete" may answer whether answers are kept.
        """
        turn = self.turn
        if turn.asks_passphrase():
            return None
        if turn.conversation.takeover is not None:  # "stop" is said to the caseworker
            return BYE if self.asks_to_clear(text, only_arrival=True) else None
        label = self.choices.typed(text).label_of(
            WAYS_OUT.keys(), turn.conversation.language, whole=True
        )
        if label is None:
            return BYE if self.asks_to_clear(text) else None
        if text.lstrip().startswith("/"):
            return None
        is_answer = self.choices.of_synonym(text, whole=True) is not None
        return None if is_answer else WAYS_OUT[label]

    def asks_to_clear(self, text: str, *, only_arrival: bool = False) -> bool:
        """Tell whether a sentence asks for the chat to be cleared now, and answers nothing.

        With `only_arrival` it may say no more than that a person is coming.
        """
        if self.turn.asks_passphrase():
            return False
        request = find_clear_request(text)
        if request is None or (only_arrival and not request.only_arrival):
            return False
        return self.choices.of_synonym(text, whole=True) is None

    def may_be_label(self, text: str) -> bool:
        """Tell whether any button anywhere has this label: most texts are none."""
        if len(text) > LONGEST_LABEL:
            return False
        turn = self.turn
        return turn.services.renderer.may_be_label(turn.conversation.language, text)

    def find_plea(self, text: str) -> PleaAboutOther | None:
        """Return the plea that one other person is not told, where consent is asked for."""
        frames = self.turn.frames
        if not frames or frames[-1].step not in CONSENT_QUESTIONS:
            return None
        plea = find_plea_about_other(text)
        is_answer = plea is not None and self.choices.of_synonym(text) is not None
        return None if is_answer else plea

    def is_before_reading(self, update: Update) -> bool:
        """Tell whether a text was written before the open question of consent could be read.

        People cry for help in several lines, and after an outage lines arrive together: a "yes"
        among them answers no question that only follows from the line before it. No one agrees to
        words that they could not read. A button cannot be pressed before it is there.
        """
        turn = self.turn
        if not turn.frames or not update.sent_at:
            return False
        frame, monitor = turn.frames[-1], turn.services.clock_monitor
        asked_at = turn.conversation.consent_asked_at.get(f"{frame.flow}.{frame.step}", 0)
        if not asked_at:
            return False
        # The channel dates a message in whole seconds.
        read_at, sent_at = asked_at - asked_at % SECOND + READING_TIME, update.sent_at * SECOND
        if monitor.steady_since > asked_at and sent_at >= read_at:
            return False  # one wrong clock, ours or the channel's, must not keep anyone from a yes
        written_at = received_at(
            sent_at, turn.now, monitor.steady_since, monitor.channel_at(turn.now)
        )
        return LONG_AGO < written_at < read_at

    def answers_question(self, text: str) -> bool:
        """Tell whether the whole text is an answer to the open question."""
        if not self.turn.frames:
            return False
        if self.turn.asks_passphrase() or self.choices.fits_question(text):
            return True
        return self.choices.of_synonym(text, whole=True) is not None

    def is_no_goodbye(self, text: str) -> bool:
        """Tell whether a text is "ok" and politeness, or says that someone else comes back."""
        language = self.turn.conversation.language
        return self.choices.typed(text).only_acknowledges(language) or says_comes_back(text)

    def is_beside_question(self, text: str) -> bool:
        """Tell whether only thanks, a yes, "wait" or good news came where a place or fact is asked.

        "Salamat po" and "I am free now" are no address, and no danger. A yes is often late: a
        second cry for help has just agreed to what it answers.
        """
        turn = self.turn
        if not (turn.frames and turn.read_case) or turn.asks_passphrase():
            return False
        question = turn.services.registry.question(turn.frames[-1].flow, turn.frames[-1].step)
        is_asked = isinstance(question, Choose) and not isinstance(question, Menu | Card)
        if not (is_asked or self.takes_any_words()):
            return False
        typed, language = self.choices.typed(text), turn.conversation.language
        is_beside = not is_asked and (
            typed.only_agrees(AGREES, language) or typed.is_good_news(language)
        )
        puts_off = self.place.takes_place() and typed.only_puts_off(language)
        return is_beside or puts_off or typed.is_only_polite(language)

    def takes_back_reading(self, update: Update) -> bool:
        """Tell whether a text takes back that staff may read.

        Right after the person agreed, more words say so: "no need any more" is said of that. Later
        what ends the conversation elsewhere does so here too, and an answer stays one.
        """
        turn, text = self.turn, update.text
        if update.kind is not UpdateKind.TEXT or turn.may_write_secret() or turn.asks_passphrase():
            return False
        if not (turn.read_case or turn.has_ended_reading):
            return False
        found, is_said = find_taken_back(text), False
        if turn.read_case and turn.is_in_flow(URGENT_DETAILS_FLOW):
            is_said = self._takes_back_now(text, found)
        elif found is not None and found.is_reading:
            is_said = self.command_meant(text) is None
        if not is_said or self.choices.of_label(text):
            return False
        return self.choices.of_synonym(text, whole=True) is None

    def _takes_back_now(self, text: str, found: TakenBack | None) -> bool:
        """Tell whether a text takes back what was agreed to just now.

        "Do not tell my brother" does not; "do not tell him" may mean the caseworker.
        """
        if found is not None and found.is_reading:
            return True
        plea = find_plea_about_other(text)
        if plea is not None and plea.other is not Other.UNNAMED:
            return False
        return found is not None or self.choices.typed(text).takes_back(
            self.turn.conversation.language
        )

    def says_someone_near(self, text: str) -> bool:
        """Tell whether a text says that someone is near or reads along, and answers nothing.

        A cry for help in it comes first. Where the line asks for silence, "the boss is here" is
        the reason for that and no cry: a list of numbers would stand there when he looks. What a
        button means stays its answer: "I am not alone" may be one. "Yes, he is watching me" agrees
        to nothing.
        """
        near = None if self.turn.asks_passphrase() else find_someone_near(text)
        if near is None or self._is_choice_or_yes(text) or find_whole_message(text):
            return False
        texts = self.turn.services.texts
        if near.rest and texts.find_alarms(near.rest):
            return False
        return near.asks_for_silence or not texts.find_alarm_phrases(text)

    def says_other_hands(self, text: str) -> bool:
        """Tell whether a text says that someone else holds the phone, and is no cry for help."""
        if self.turn.asks_passphrase() or not says_other_hands(text):
            return False
        return not self.turn.services.texts.find_alarm_phrases(text)

    def says_alone_again(self, text: str) -> bool:
        """Tell whether a text after "someone is near" says that no one is, and answers nothing.

        Elsewhere it counts where it would be taken for a goodbye: "the boss sleeps now" is none.

        A yes at its beginning agrees to nothing: it may say that it is safe to write.
        """
        turn = self.turn
        if turn.asks_passphrase() or not says_alone_again(text):
            return False
        texts, language = turn.services.texts, turn.conversation.language
        kind = texts.find_question(text, language) or texts.likely_question(text)
        if not turn.was_someone_near and (kind != LEAVING or texts.find_alarms(text)):
            return False
        is_choice = self.choices.of_label(text) or self.choices.of_synonym(text, whole=True)
        return is_choice is None

    def tells_of_return(self, text: str) -> bool:
        """Tell whether a text says that someone comes back soon, where a button is to be chosen.

        It is close to "I am back soon", to "not yet" and to "it can wait", and is none of these.
        """
        if not self.turn.frames or self.turn.asks_passphrase() or self.takes_any_words():
            return False
        return says_comes_back(text)

    def begins_with_denial(self, text: str) -> bool:
        """Tell whether a text begins with a word that turns the rest round: "do not talk ..."."""
        return self.choices.typed(text).begins_with_denial(self.turn.conversation.language)

    def _is_choice_or_yes(self, text: str) -> bool:
        """Tell whether a text is a choice of the open question as a whole, or says yes to staff.

        A yes stands in front: in Thai the first sign of "someone reads my phone" is one.
        """
        if self.choices.of_synonym(text, whole=True) is not None:
            return True
        frames = self.turn.frames
        is_about_it = bool(frames) and (frames[-1].flow, frames[-1].step) in ASK_WHO_IS_NEAR
        if is_about_it and self.choices.likely(text) is not None:
            return True
        asked = CONSENT_QUESTIONS.get(self.turn.frames[-1].step) if self.turn.frames else None
        if asked is None or not self._may_begin_with_yes(text):
            return False
        choice = self.choices.of_synonym(text)
        return choice is not None and choice.code in asked.yes_answers

    def _may_begin_with_yes(self, text: str) -> bool:
        """Tell whether a line has a clause, or a first word, besides "someone is near"."""
        near, words = find_someone_near(text), text.replace(",", " ").split()
        if near is None or near.rest:
            return True
        return any(self.choices.of_synonym(it, whole=True) is not None for it in words[:1])

    def takes_any_words(self) -> bool:
        """Tell whether the open question is answered by any words."""
        frames = self.turn.frames
        if not frames:
            return False
        question = self.turn.services.registry.question(frames[-1].flow, frames[-1].step)
        is_free = isinstance(question, Ask) and type(question.accepts) is FreeText
        return is_free or isinstance(question, AskPlace)

    def is_command(self, text: str) -> bool:
        """Tell whether a text is a slash command or the label of one."""
        return self.parse_command(text) is not None or bool(self.command_of_label(text))

    def is_sentence(self, update: Update) -> bool:
        """Tell whether a command was asked for in the person's own words."""
        if update.kind is not UpdateKind.TEXT or self.parse_command(update.text) is not None:
            return False
        return self.command_of_label(update.text) is None

    def may_be_agreed_word(self, text: str) -> bool:
        """Tell whether a text may be the answer of a check-in, and is surely nothing else.

        In the middle of a report words answer its open question, so only a menu is left for it.
        """
        frame, registry = next(reversed(self.turn.frames), None), self.turn.services.registry
        if frame and not isinstance(registry.question(frame.flow, frame.step), Menu | Card):
            return False
        if len(text) > MAX_ANSWER_LENGTH or len(text.split()) > AGREED_WORDS:
            return False
        language, texts = self.turn.conversation.language, self.turn.services.texts
        if texts.find_alarm_phrases(text) or texts.find_question(text, language) is not None:
            return False
        if self.answers_question(text):
            return False
        if self.command_of_label(text) or self.choices.of_label(text) or self.command_meant(text):
            return False
        return find_not_a_passphrase(text, language) is None

    def urgent_command(self, update: Update, among: frozenset[str]) -> str | None:
        """Return which of these commands an update is: danger, or a way out."""
        name: str | None = None
        if update.kind is UpdateKind.PRESS:
            name = _command_of_button(update.text)
        elif update.kind is UpdateKind.TEXT:
            found = self.parse_command(update.text)
            name = found[0] if found else self.command_of_label(update.text)
            if name is None and self.turn.conversation.takeover is not None:
                name = self.command_meant(update.text)
        return name if name in among else None

    def is_free_text(self, update: Update) -> bool:
        """Tell whether the person wrote something, and did not merely press a button in words.

        That is a button of the question that was open when it came: where nothing asks whether
        anyone is hurt, "needs a doctor now" is what staff have to read.
        """
        if self._judged is None or self._judged[0] is not update:
            is_free = not self._is_label_of_question(update) and self.is_in_words(update)
            self._judged = (update, is_free)
        return self._judged[1]

    def _is_label_of_question(self, update: Update) -> bool:
        if update.kind is not UpdateKind.TEXT or not self.may_be_label(update.text):
            return False
        return self.choices.of_label(update.text) is not None

    def is_in_words(self, update: Update) -> bool:
        """Tell whether the person wrote something, even if it stands on a button somewhere."""
        if update.kind is UpdateKind.PRESS:
            return True  # it may answer a caseworker's question: `Relay` knows
        if self.turn.asks_passphrase() or self._may_be_secret(update.text):
            return False
        if update.kind is not UpdateKind.TEXT:
            return update.kind in WRITTEN_KINDS
        text = update.text.strip()
        is_number = len(text) <= LONGEST_TYPED_NUMBER and text.isdecimal()
        if is_number and self.choices.fits_question(text) and self.place.age_in_place(text) is None:
            return False
        return not self.is_command(update.text)

    def _may_be_secret(self, text: str) -> bool:
        """Tell whether staff must not see a text: perhaps a passphrase, and no cry for help."""
        may_be = bool(text) and self.turn.may_be_secret(text)
        return may_be and not self.turn.services.texts.find_alarms(text)


def _command_of_button(token: str) -> str | None:
    """Return the command a button stands for, whatever question it belongs to; None for others."""
    if token == callback_data.DANGER_BUTTON or callback_data.says_danger(token):
        return DANGER_FLOW
    return BYE if token == callback_data.BYE_BUTTON else None
