"""Which button of the open question a typed text means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.cases.consents import CONSENT_QUESTIONS
from bot.conversation import CONTROLS, Card, Choose, ChooseMany, Decide, Menu, open_question
from bot.conversation.inputs import PressInput, TextInput
from bot.conversation.questions.question import NoMatch
from bot.dispatch.turn.words.typed_place import age_label
from bot.languages import LANGUAGES, catalogue
from bot.languages.answer_model import LIKELY, SURE
from bot.languages.names import match_language
from bot.languages.typed.answer_lists import plain_answer
from bot.languages.typed.no_danger import denies_danger, label_beside_denial
from bot.languages.typed.one_other import Other, find_plea_about_other
from bot.languages.typed.taken_back import find_taken_back
from bot.languages.typed.typed_answers import TypedAnswer

if TYPE_CHECKING:
    from bot.conversation.inputs import Input
    from bot.dispatch.turn.context import TurnContext
    from bot.dispatch.turn.words.typed_place import TypedPlace

LONGEST_LABEL = 60
SHORTEST_CUT_LABEL = 4
"""Signs of a label that is known without its last one, at least."""
PERSON_BUTTON = "person"
PERSON_LABEL = CONTROLS[PERSON_BUTTON].source
CONTROL_LABELS = {CONTROLS[code].source: code for code in ("skip", "back", PERSON_BUTTON)}
"""Buttons below a question that are typed in other words, too."""
YES_OR_NO_STEPS = frozenset({"tell", "give"})
"""Questions of consent that are answered with yes or no."""


@dataclass(slots=True, eq=False)
class MeantChoice:
    """Tells which button a text means in the conversation of this turn."""

    turn: TurnContext
    place: TypedPlace
    _last: TypedAnswer | None = None
    """The text that was asked for last: a turn asks many things of the same one."""

    def typed(self, text: str) -> TypedAnswer:
        """Return a text, made ready once for all that it is compared with."""
        if self._last is None or self._last.text != text:
            self._last = TypedAnswer(text)
        return self._last

    def of_label(self, text: str) -> PressInput | None:
        """Return the button of the open question whose label was typed."""
        turn = self.turn
        question = open_question(turn.services.registry, turn.conversation.position)
        if question is None:
            return None
        code = turn.services.renderer.code_of_label(question, turn.conversation.language, text)
        return PressInput(code) if code else None

    def of_synonym(self, text: str, *, whole: bool = False) -> PressInput | None:
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
            return self._before_empty_words(question, frame.step, text)
        code = self._meant(question, frame.step, text, whole=whole)
        if code is None:
            code = self._of_cut_label(question, frame.step, text)
        if code is None or self._is_only_polite(frame.step, code, text):
            return None
        return None if self._only_asks(question, code, text) else PressInput(code)

    def likely(self, text: str) -> PressInput | None:
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
        if self.says_nothing(text) or self.typed(text).says_number_for(offered.keys(), language):
            return None
        if self.place.birth_ages(offered, text) is not None or denies_danger(text, offered):
            return None
        likely = self.typed(text).most_likely(offered.keys(), language)
        if likely is None:
            return None
        code = offered[likely.label]
        is_meant = likely.probability >= LIKELY
        if code in question.reassuring:
            is_meant = likely.probability >= SURE and not self._may_be_no_relief(text)
        return PressInput(code) if is_meant else None

    def refusal(self, text: str) -> PressInput | None:
        """Return the button by which a text refuses that staff read, and says nothing else.

        "Please tell no one" has a word of a cry for help, and is none.
        """
        frames = self.turn.frames
        if not frames or frames[-1].step not in YES_OR_NO_STEPS:
            return None
        question = self.turn.services.registry.question(frames[-1].flow, frames[-1].step)
        choice = self.of_synonym(text, whole=True)
        if choice is None or not isinstance(question, Choose) or self.gives_consent(choice):
            return None
        return choice if choice.code in question.choices else None

    def gives_consent(self, choice: PressInput) -> bool:
        """Tell whether a button of the open question agrees that staff read."""
        step = self.turn.frames[-1].step
        return step in YES_OR_NO_STEPS and choice.code in CONSENT_QUESTIONS[step].yes_answers

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

    def says_nothing(self, text: str) -> bool:
        """Tell whether a text only thanks or greets: it answers nothing, and is no story."""
        return self.typed(text).says_nothing(self.turn.conversation.language)

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

    def _only_asks(self, question: Choose | ChooseMany, code: str, text: str) -> bool:
        """Tell whether a text asks back what would let us worry less: "safe?"."""
        is_reassuring = isinstance(question, Choose) and code in question.reassuring
        return is_reassuring and self.typed(text).has_question_mark

    def _before_empty_words(
        self, question: Choose | ChooseMany, step: str, text: str
    ) -> PressInput | None:
        """Return the button that is meant by what stands before thanks: "opo, salamat po".

        Thanks and greetings alone mean none, and "ok thanks" says not that all is well.
        """
        rest = self.typed(text).before_empty_words(self.turn.conversation.language)
        code = self._meant(question, step, rest, whole=True) if rest else None
        if code is None or self._is_only_polite(step, code, text):
            return None
        is_reassuring = isinstance(question, Choose) and code in question.reassuring
        return None if is_reassuring else PressInput(code)

    def _may_be_no_relief(self, text: str) -> bool:
        """Tell whether a text asks ("safe?") or holds a cry for help: not all may be well."""
        return self.typed(text).has_question_mark or bool(
            self.turn.services.texts.find_alarms(text)
        )

    def _of_cut_label(self, question: Choose | ChooseMany, step: str, text: str) -> str | None:
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

    def _meant(
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
        typed, spoken = self.typed(text), self.turn.conversation.language
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
        typed, spoken = self.typed(text), self.turn.conversation.language
        offered, gives = _offered(question), CONSENT_QUESTIONS[step].yes_answers
        labels = {label: code in gives for label, code in offered.items()}
        is_explained = self.place.is_explained(step)
        label = typed.whole_consent_label(labels, spoken, is_explained=is_explained)
        if label is None and (control := self._control_meant(question, text)) is not None:
            return control
        if label is None and not whole:
            label = typed.consent_label(labels, spoken, is_explained=is_explained)
        if label is None and step in YES_OR_NO_STEPS and self._lets_no_one_read(text):
            return next(code for label, code in offered.items() if not labels[label])
        return None if label is None else offered[label]

    def _lets_no_one_read(self, text: str) -> bool:
        """Tell whether a text says that no one is to read or know, and no cry for help next to it.

        What would take a yes back refuses one; "do not tell my brother" does not.
        """
        found, plea = find_taken_back(text), find_plea_about_other(text)
        if found is None:
            return False
        if plea is not None and (not found.is_reading or plea.other is Other.UNNAMED):
            return False
        return not self.turn.services.texts.find_alarms(found.rest)

    def _is_only_polite(self, step: str, code: str, text: str) -> bool:
        """Tell whether a yes that gives consent stands with thanks, "I understand" or "wait".

        "Ok" behind an answer to the person's own question may only say that they have read it; any
        yes behind a goodbye may, and another person at the phone may have typed it.
        """
        asked, conversation = CONSENT_QUESTIONS.get(step), self.turn.conversation
        if asked is None or code not in asked.yes_answers:
            return False
        if self.turn.had_left:
            return True
        typed, language = self.typed(text), conversation.language
        return typed.leaves_open(language) or (
            self.place.is_explained(step) and typed.only_acknowledges(language)
        )

    def _control_meant(self, question: Choose | ChooseMany, text: str) -> str | None:
        """Return the code of the button below a question that a whole text means."""
        typed, spoken = self.typed(text), self.turn.conversation.language
        label = typed.label_of(CONTROL_LABELS.keys(), spoken, whole=True)
        if label is None:
            return None
        code = CONTROL_LABELS[label]
        if code == PERSON_BUTTON:  # "agent" alone may answer who it was
            return code if question.offers_person and typed.is_phrase else None
        return code if question.controls else None

    def _asks_why(self, text: str) -> bool:
        """Tell whether a text asks why a question is asked, and says nothing else."""
        why = CONTROLS["why"].source
        spoken = self.turn.conversation.language
        return self.typed(text).label_of((why,), spoken, whole=True) == why


def _offered(question: Choose | ChooseMany) -> dict[str, str]:
    """Return the codes of the choices a question offers, by English label."""
    return {
        label.source: code
        for code, label in question.choices.items()
        if code not in question.withheld
    }
