"""What a typed text is: a command, a button's label or number, a passphrase, or free text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.cases.consents import CONSENT_QUESTIONS
from bot.clock import SECOND
from bot.conversation import (
    CONTROLS,
    Ask,
    AskPlace,
    Card,
    Choose,
    ChooseMany,
    Decide,
    Menu,
    open_question,
)
from bot.conversation.inputs import PressInput, TextInput
from bot.conversation.questions.question import NoMatch
from bot.conversation.questions.text import FreeText
from bot.dispatch import callback_data
from bot.dispatch.turn.flow_names import (
    ASK_WHO_IS_NEAR,
    DANGER_FLOW,
    STOP_FLOW,
    URGENT_DETAILS_FLOW,
)
from bot.dispatch.turn.slash_commands import BYE, parse_command
from bot.dispatch.turn.typed_place import TypedPlace, age_label
from bot.hotline.check_ins.model import MAX_ANSWER_LENGTH
from bot.hotline.contact_rule import LONG_AGO, received_at
from bot.languages import LANGUAGES, catalogue
from bot.languages.alarms.find import find_whole_message
from bot.languages.answer_model import LIKELY, SURE
from bot.languages.names import match_language
from bot.languages.questions import LEAVING
from bot.languages.typed.alone_again import says_alone_again
from bot.languages.typed.answer_lists import plain_answer
from bot.languages.typed.clear_requests import find_clear_request
from bot.languages.typed.no_danger import denies_danger, label_beside_denial
from bot.languages.typed.not_a_passphrase import find_not_a_passphrase
from bot.languages.typed.one_other import Other, find_plea_about_other
from bot.languages.typed.someone_near import find_someone_near
from bot.languages.typed.taken_back import find_taken_back
from bot.languages.typed.typed_answers import TypedAnswer
from bot.messages import UpdateKind

if TYPE_CHECKING:
    from bot.conversation.inputs import Input
    from bot.dispatch.turn.context import TurnContext
    from bot.languages.typed.one_other import PleaAboutOther
    from bot.languages.typed.taken_back import TakenBack
    from bot.messages import Update

LONGEST_LABEL = 60
READING_TIME = 3 * SECOND
"""How long a question of consent has to be on the screen before words can answer it."""
SHORTEST_CUT_LABEL = 4
"""Signs of a label that is known without its last one, at least."""
PERSON_BUTTON = "person"
PERSON_LABEL = CONTROLS[PERSON_BUTTON].source
CONTROL_LABELS = {CONTROLS[code].source: code for code in ("skip", "back", PERSON_BUTTON)}
"""Buttons below a question that are typed in other words, too."""
AGREED_WORDS = 4
"""Words of a text that may be the answer of a check-in before it is asked for."""
LONGEST_TYPED_NUMBER = 2
"""Digits of a button's number, typed."""
WAYS_OUT = {"Clear chat": BYE, "Stop here": STOP_FLOW}
"""Commands by the English label of what a person wants: only a whole text means it."""
AGREES = "Tell them now"
"""The English label of a yes to staff, by which `typed_answers` knows its words."""
YES_OR_NO_STEPS = frozenset({"tell", "give"})
"""Questions of consent that are answered with yes or no."""
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
    _last: TypedAnswer | None = None
    """The text that was asked for last: a turn asks many things of the same one."""

    def __post_init__(self) -> None:
        self.place = TypedPlace(self.turn)

    def _typed(self, text: str) -> TypedAnswer:
        if self._last is None or self._last.text != text:
            self._last = TypedAnswer(text)
        return self._last

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
        label = self._typed(text).label_of(WAYS_OUT.keys(), turn.conversation.language, whole=True)
        if label is None:
            return BYE if self.asks_to_clear(text) else None
        if text.lstrip().startswith("/"):
            return None
        is_answer = self.choice_of_synonym(text, whole=True) is not None
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
        return self.choice_of_synonym(text, whole=True) is None

    def may_be_label(self, text: str) -> bool:
        """Tell whether any button anywhere has this label: most texts are none."""
        if len(text) > LONGEST_LABEL:
            return False
        turn = self.turn
        return turn.services.renderer.may_be_label(turn.conversation.language, text)

    def choice_of_label(self, text: str) -> PressInput | None:
        """Return the button of the open question whose label was typed."""
        turn = self.turn
        question = open_question(turn.services.registry, turn.conversation.position)
        if question is None:
            return None
        code = turn.services.renderer.code_of_label(question, turn.conversation.language, text)
        return PressInput(code) if code else None

    def choice_of_synonym(self, text: str, *, whole: bool = False) -> PressInput | None:
        """Return the button of the open question that a text means in other words.

        What the question takes as it is (a number, a place, a date) is never another answer. With
        `whole` only the whole text counts; where a person agrees to something, that or a clear yes
        or no.
        """
        turn = self.turn
        if not turn.frames or turn.asks_passphrase() or text.lstrip().startswith("/"):
            return None
        frame = turn.frames[-1]
        question = turn.services.registry.question(frame.flow, frame.step)
        if question is not None and question.why is not None and self._asks_why(text):
            return PressInput("why")
        if not isinstance(question, Choose | ChooseMany) or self.fits_question(text):
            return None
        if self.says_nothing(text):
            return self._choice_before_empty_words(question, frame.step, text)
        code = self._choice_meant(question, frame.step, text, whole=whole)
        if code is None:
            code = self._choice_of_cut_label(question, frame.step, text)
        if code is None or self._is_only_polite(frame.step, code, text):
            return None
        return None if self._only_asks(question, code, text) else PressInput(code)

    def _only_asks(self, question: Choose | ChooseMany, code: str, text: str) -> bool:
        """Tell whether a text asks back what would let us worry less: "safe?"."""
        is_reassuring = isinstance(question, Choose) and code in question.reassuring
        return is_reassuring and self._typed(text).has_question_mark

    def _choice_before_empty_words(
        self, question: Choose | ChooseMany, step: str, text: str
    ) -> PressInput | None:
        """Return the button that is meant by what stands before thanks: "opo, salamat po".

        Thanks and greetings alone mean none, and "ok thanks" says not that all is well.
        """
        rest = self._typed(text).before_empty_words(self.turn.conversation.language)
        code = self._choice_meant(question, step, rest, whole=True) if rest else None
        if code is None or self._is_only_polite(step, code, text):
            return None
        is_reassuring = isinstance(question, Choose) and code in question.reassuring
        return None if is_reassuring else PressInput(code)

    def likely_choice(self, text: str) -> PressInput | None:
        """Return the button of the open question that the learnt examples say a text means.

        Nothing is agreed to in this way. What would let us worry less has to be surer, and no cry
        for help: "there are guards, and we cannot leave" is close to "I am safe here" in its words.
        No number is guessed at: "almost 18" is close to "18" in all but what it means. "There is"
        is a yes alone, so a guess must not rest on it: "there are many guards" hurts no one.
        """
        turn = self.turn
        if not turn.frames or turn.asks_passphrase() or text.lstrip().startswith("/"):
            return None
        frame = turn.frames[-1]
        question = turn.services.registry.question(frame.flow, frame.step)
        is_agreement = isinstance(question, Decide) or frame.step in CONSENT_QUESTIONS
        if not isinstance(question, Choose) or is_agreement or self.fits_question(text):
            return None
        offered, language = _offered(question), turn.conversation.language
        if self.says_nothing(text) or self._typed(text).says_number_for(offered.keys(), language):
            return None
        if self.place.birth_ages(offered, text) is not None or denies_danger(text, offered):
            return None
        likely = self._typed(text).most_likely(offered.keys(), language)
        if likely is None:
            return None
        code = offered[likely.label]
        is_meant = likely.probability >= LIKELY
        if code in question.reassuring:
            is_meant = likely.probability >= SURE and not self._may_be_no_relief(text)
        return PressInput(code) if is_meant else None

    def _may_be_no_relief(self, text: str) -> bool:
        """Tell whether a text asks ("safe?") or holds a cry for help: not all may be well."""
        return self._typed(text).has_question_mark or bool(
            self.turn.services.texts.find_alarms(text)
        )

    def _choice_of_cut_label(
        self, question: Choose | ChooseMany, step: str, text: str
    ) -> str | None:
        """Return the code of the choice whose label was typed without its last sign.

        Nothing is agreed to in this way, and nothing said that would let us worry less.
        """
        is_agreement = isinstance(question, Decide) and not isinstance(question, Menu | Card)
        if is_agreement or step in CONSENT_QUESTIONS or len(text) > LONGEST_LABEL:
            return None
        read_in, typed = catalogue(self.turn.conversation.language), plain_answer(text)
        cut = {code: plain_answer(it.render(read_in)) for code, it in question.choices.items()}
        found = [it for it, label in cut.items() if label[:-1] == typed]
        is_clear = len(found) == 1 and len(typed) >= SHORTEST_CUT_LABEL
        reassuring = question.reassuring if isinstance(question, Choose) else ()
        return found[0] if is_clear and found[0] not in {*question.withheld, *reassuring} else None

    def _choice_meant(
        self, question: Choose | ChooseMany, step: str, text: str, *, whole: bool
    ) -> str | None:
        """Return the code of the choice a text means in other words."""
        offered = _offered(question)
        if question.choices.keys() & LANGUAGES.keys():
            language = match_language(text)
            is_offered = language is not None and language in offered.values()
            return language if is_offered else self._control_meant(question, text)
        if step in CONSENT_QUESTIONS:
            whole = whole or step not in YES_OR_NO_STEPS
            return self._consent_meant(question, step, text, whole=whole)
        if denies_danger(text, offered):
            is_cry = bool(self.turn.services.texts.find_alarms(text))
            spoken = self.turn.conversation.language
            said = label_beside_denial(text, offered.keys(), spoken, whole=whole, is_cry=is_cry)
            return None if said is None else offered[said]
        typed, spoken = self._typed(text), self.turn.conversation.language
        whole = whole or (isinstance(question, Decide) and not isinstance(question, Menu | Card))
        ages = self.place.birth_ages(offered, text)
        label = typed.label_of(offered.keys(), spoken, whole=True)
        label = label if ages is None else age_label(offered, ages)
        if label is not None:
            return offered[label]
        control = self._control_meant(question, text) if ages is None else None
        if control is not None or ages is not None:
            return control
        label = None if whole else typed.label_of(offered.keys(), spoken)
        code = offered[label] if label is not None else None
        return None if isinstance(question, Choose) and code in question.reassuring else code

    def _consent_meant(
        self, question: Choose | ChooseMany, step: str, text: str, *, whole: bool
    ) -> str | None:
        """Return the code of a yes or no to consent that a text means in other words."""
        typed, spoken = self._typed(text), self.turn.conversation.language
        offered, gives = _offered(question), CONSENT_QUESTIONS[step].yes_answers
        labels = {label: code in gives for label, code in offered.items()}
        is_explained = self.place.is_explained(step)
        label = typed.whole_consent_label(labels, spoken, is_explained=is_explained)
        if label is None and (control := self._control_meant(question, text)) is not None:
            return control
        if label is None and not whole:
            label = typed.consent_label(labels, spoken, is_explained=is_explained)
        return None if label is None else offered[label]

    def refusal_meant(self, text: str) -> PressInput | None:
        """Return the button by which a text refuses that staff read, and says nothing else.

        "Please tell no one" has a word of a cry for help, and is none.
        """
        frames = self.turn.frames
        if not frames or frames[-1].step not in YES_OR_NO_STEPS:
            return None
        question = self.turn.services.registry.question(frames[-1].flow, frames[-1].step)
        choice = self.choice_of_synonym(text, whole=True)
        if choice is None or not isinstance(question, Choose) or self.gives_consent(choice):
            return None
        return choice if choice.code in question.choices else None

    def find_plea(self, text: str) -> PleaAboutOther | None:
        """Return the plea that one other person is not told, where consent is asked for."""
        frames = self.turn.frames
        if not frames or frames[-1].step not in CONSENT_QUESTIONS:
            return None
        plea = find_plea_about_other(text)
        is_answer = plea is not None and self.choice_of_synonym(text) is not None
        return None if is_answer else plea

    def gives_consent(self, choice: PressInput) -> bool:
        """Tell whether a button of the open question agrees that staff read."""
        step = self.turn.frames[-1].step
        return step in YES_OR_NO_STEPS and choice.code in CONSENT_QUESTIONS[step].yes_answers

    def _is_only_polite(self, step: str, code: str, text: str) -> bool:
        """Tell whether a yes that gives consent stands with thanks, "I understand" or "wait".

        "Ok" behind an answer to the person's own question may only say that they have read it.
        """
        asked, conversation = CONSENT_QUESTIONS.get(step), self.turn.conversation
        if asked is None or code not in asked.yes_answers:
            return False
        typed, language = self._typed(text), conversation.language
        return typed.leaves_open(language) or (
            self.place.is_explained(step) and typed.only_acknowledges(language)
        )

    def _control_meant(self, question: Choose | ChooseMany, text: str) -> str | None:
        """Return the code of the button below a question that a whole text means."""
        typed, spoken = self._typed(text), self.turn.conversation.language
        label = typed.label_of(CONTROL_LABELS.keys(), spoken, whole=True)
        if label is None:
            return None
        code = CONTROL_LABELS[label]
        if code == PERSON_BUTTON:  # "agent" alone may answer who it was
            return code if question.offers_person and typed.is_phrase else None
        return code if question.controls else None

    def person_button(self) -> PressInput | None:
        """Return the button by which the open question leads to a person; None if it has none."""
        turn = self.turn
        if not turn.frames:
            return None
        question = turn.services.registry.question(turn.frames[-1].flow, turn.frames[-1].step)
        if question is None:
            return None
        if isinstance(question, Choose) and (code := _offered(question).get(PERSON_LABEL)):
            return PressInput(code)
        return PressInput(PERSON_BUTTON) if question.offers_person else None

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
        if self.turn.asks_passphrase() or self.fits_question(text):
            return True
        return self.choice_of_synonym(text, whole=True) is not None

    def says_nothing(self, text: str) -> bool:
        """Tell whether a text only thanks or greets: it answers nothing, and is no story."""
        return self._typed(text).says_nothing(self.turn.conversation.language)

    def only_acknowledges(self, text: str) -> bool:
        """Tell whether a text is "ok" and words of politeness: no one goes away with it."""
        return self._typed(text).only_acknowledges(self.turn.conversation.language)

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
        typed, language = self._typed(text), turn.conversation.language
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
        if not is_said or self.choice_of_label(text):
            return False
        return self.choice_of_synonym(text, whole=True) is None

    def _takes_back_now(self, text: str, found: TakenBack | None) -> bool:
        """Tell whether a text takes back what was agreed to just now.

        "Do not tell my brother" does not; "do not tell him" may mean the caseworker.
        """
        if found is not None and found.is_reading:
            return True
        plea = find_plea_about_other(text)
        if plea is not None and plea.other is not Other.UNNAMED:
            return False
        return found is not None or self._typed(text).takes_back(self.turn.conversation.language)

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
        is_choice = self.choice_of_label(text) or self.choice_of_synonym(text, whole=True)
        return is_choice is None

    def begins_with_denial(self, text: str) -> bool:
        """Tell whether a text begins with a word that turns the rest round: "do not talk ..."."""
        return self._typed(text).begins_with_denial(self.turn.conversation.language)

    def _is_choice_or_yes(self, text: str) -> bool:
        """Tell whether a text is a choice of the open question as a whole, or says yes to staff.

        A yes stands in front: in Thai the first sign of "someone reads my phone" is one.
        """
        if self.choice_of_synonym(text, whole=True) is not None:
            return True
        frames = self.turn.frames
        is_about_it = bool(frames) and (frames[-1].flow, frames[-1].step) in ASK_WHO_IS_NEAR
        if is_about_it and self.likely_choice(text) is not None:
            return True
        asked = CONSENT_QUESTIONS.get(self.turn.frames[-1].step) if self.turn.frames else None
        if asked is None or not self._may_begin_with_yes(text):
            return False
        choice = self.choice_of_synonym(text)
        return choice is not None and choice.code in asked.yes_answers

    def _may_begin_with_yes(self, text: str) -> bool:
        """Tell whether a line has a clause, or a first word, besides "someone is near"."""
        near, words = find_someone_near(text), text.replace(",", " ").split()
        if near is None or near.rest:
            return True
        return any(self.choice_of_synonym(it, whole=True) is not None for it in words[:1])

    def takes_any_words(self) -> bool:
        """Tell whether the open question is answered by any words."""
        frames = self.turn.frames
        if not frames:
            return False
        question = self.turn.services.registry.question(frames[-1].flow, frames[-1].step)
        is_free = isinstance(question, Ask) and type(question.accepts) is FreeText
        return is_free or isinstance(question, AskPlace)

    def _asks_why(self, text: str) -> bool:
        """Tell whether a text asks why a question is asked, and says nothing else."""
        why = CONTROLS["why"].source
        spoken = self.turn.conversation.language
        return self._typed(text).label_of((why,), spoken, whole=True) == why

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
        if self.command_of_label(text) or self.choice_of_label(text) or self.command_meant(text):
            return False
        return find_not_a_passphrase(text, language) is None

    def urgent_command(self, update: Update, among: frozenset[str]) -> str | None:
        """Return which of these commands an update is: danger, or a way out."""
        name: str | None = None
        if update.kind is UpdateKind.PRESS:
            name = {callback_data.DANGER_BUTTON: DANGER_FLOW, callback_data.BYE_BUTTON: BYE}.get(
                update.text
            )
        elif update.kind is UpdateKind.TEXT:
            found = self.parse_command(update.text)
            name = found[0] if found else self.command_of_label(update.text)
            if name is None and self.turn.conversation.takeover is not None:
                name = self.command_meant(update.text)
        return name if name in among else None

    def is_free_text(self, update: Update) -> bool:
        """Tell whether the person wrote something, and did not merely answer the bot."""
        if update.kind is UpdateKind.PRESS:
            return True  # it may answer a caseworker's question: `Relay` knows
        if self.turn.asks_passphrase() or self._may_be_secret(update.text):
            return False
        if update.kind is not UpdateKind.TEXT:
            return update.kind in WRITTEN_KINDS
        text = update.text.strip()
        is_number = len(text) <= LONGEST_TYPED_NUMBER and text.isdecimal()
        if is_number and self.fits_question(text) and self.place.age_in_place(text) is None:
            return False
        return not (self.is_command(update.text) or self.may_be_label(text))

    def _may_be_secret(self, text: str) -> bool:
        """Tell whether staff must not see a text: perhaps a passphrase, and no cry for help."""
        may_be = bool(text) and self.turn.may_write_secret()
        return may_be and not self.turn.services.texts.find_alarms(text)

    def fits_question(self, text: str) -> bool:
        """Tell whether the open question takes a text as it is: "17" may be an age, or a button."""
        return self.fits(TextInput(text))

    def fits(self, incoming: Input) -> bool:
        """Tell whether an input answers the open question, or a part of it."""
        if not self.turn.frames:
            return False
        frame = self.turn.frames[-1]
        question = self.turn.services.registry.question(frame.flow, frame.step)
        return question is not None and not isinstance(
            question.parse(incoming, question.partial_answer(frame)), NoMatch
        )


def _offered(question: Choose | ChooseMany) -> dict[str, str]:
    """Return the codes of the choices a question offers, by English label."""
    return {
        label.source: code
        for code, label in question.choices.items()
        if code not in question.withheld
    }
