"""A case that a caseworker opens, read from the fields of a command. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from bot.cases.consents import QuestionWording
from bot.conversation import Collect, Decide, PressInput, Review
from bot.conversation.inputs import TextInput
from bot.conversation.questions.question import Complete, Partial
from bot.hotline.origins.model import (
    STAFF_CHANNELS,
    TOLD_BY_OTHERS,
    CallBack,
    OriginChannel,
    Teller,
)
from bot.languages import LANGUAGES
from bot.languages.alarms.find import find_alarms
from bot.text import Text, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.conversation import Answer, FlowRegistry
    from bot.conversation.questions.question import Question

FLOW, WORDS_STEP, ABOUT, ALARMS = "report", "what", "about", "alarms"
"""The flow whose questions are read aloud, its question for free words, whom it is about, and where
the codes of alarming words stand among the answers."""
CHANNEL, LANGUAGE, CONSENT, WORDING, KEEP = "channel", "language", "consent", "wording", "keep"
NUMBER, TIMES, IF_OTHER, TELLER, TELLER_AT = "number", "times", "if_other", "teller", "teller_at"
"""Names of the fields that are no answers."""
ANSWER_PREFIX = "answer."
AGREED, REFUSED = "agreed", "refused"
MINE, QUEUE = "mine", "queue"
MAX_FIELD = 2000
"""Characters of a field."""
ABOUT_OTHER = "other"

CHOOSE_CHANNEL = _("Say how the person reached us. What you typed is kept.")
CHOOSE_LANGUAGE = _("Say which language the person speaks. What you typed is kept.")
CONSENT_NEEDED = _(
    "Read the last question aloud and record the answer. Without a yes nothing is stored; what "
    "you typed stays in your draft."
)
NOTHING_SAID = _("Write down what you were told, or how the person can be called back.")
FIELD_TOO_LONG = _("One field has more than {most} characters. Put the rest into the words.")


@dataclass(frozen=True, slots=True)
class CaseToOpen:
    """What a caseworker was told, checked."""

    channel: OriginChannel
    language: str
    answers: dict[str, Answer]
    call_back: CallBack
    teller: Teller
    wording: QuestionWording | None
    """The question of consent, by its SHA-256; None where the person was not there to be asked."""
    wording_text: str
    is_for_opener: bool
    """Whether the caseworker who opens it also claims it."""
    signs: Mapping[str, Answer] = field(default_factory=dict)
    """What makes it urgent or begins a duty although it is no answer: it stands in the record."""

    @property
    def known(self) -> dict[str, Answer]:
        """Return answers and signs."""
        return {**self.answers, **self.signs}


def read_opening(
    registry: FlowRegistry, values: Mapping[str, str], words: str
) -> CaseToOpen | Text:
    """Return the case that the fields describe, or why it cannot be opened, in words for staff."""
    channel = next((it for it in STAFF_CHANNELS if it.value == values.get(CHANNEL)), None)
    if channel is None:
        return CHOOSE_CHANNEL
    language = values.get(LANGUAGE, "")
    if language not in LANGUAGES:
        return CHOOSE_LANGUAGE
    if any(len(value) > MAX_FIELD for value in values.values()):
        return FIELD_TOO_LONG
    was_asked = channel not in TOLD_BY_OTHERS
    wording = values.get(WORDING, "")
    if was_asked and (values.get(CONSENT) != AGREED or not wording):
        return CONSENT_NEEDED
    call_back = CallBack(
        number=_value(values, NUMBER), times=_value(values, TIMES),
        if_other=_value(values, IF_OTHER),
    )  # fmt: skip
    answers = spoken_answers(registry, values, words)
    if not answers and call_back.is_empty:
        return NOTHING_SAID
    if not was_asked:
        answers.setdefault(ABOUT, ABOUT_OTHER)
    if alarms := alarms_in(registry, values, words):
        answers[ALARMS] = alarms
    teller = Teller(name=_value(values, TELLER), reached_at=_value(values, TELLER_AT))
    return CaseToOpen(
        channel, language, answers, call_back, teller,
        QuestionWording(wording_digest(wording), language) if was_asked else None,
        wording if was_asked else "", values.get(KEEP, MINE) != QUEUE,
    )  # fmt: skip


def spoken_answers(
    registry: FlowRegistry, values: Mapping[str, str], words: str
) -> dict[str, Answer]:
    """Return the answers by step, in the order of the flow; what fits no question is left out."""
    given = {WORDS_STEP: words} | {
        name.removeprefix(ANSWER_PREFIX): value
        for name, value in values.items()
        if name.startswith(ANSWER_PREFIX)
    }
    found = ((step, parse_spoken(it, given.get(step, ""))) for step, it in questions(registry))
    return {step: answer for step, answer in found if answer is not None}


def alarms_in(registry: FlowRegistry, values: Mapping[str, str], words: str) -> tuple[str, ...]:
    """Return the alarms in what was told in words, as in a chat: a choice has its own rule."""
    typed = [words]
    for step, it in questions(registry):
        value = values.get(f"{ANSWER_PREFIX}{step}", "")
        if not set(value.split(",")) <= set(getattr(it, "choices", ())):
            typed.append(value)
    return tuple(sorted(frozenset[str]().union(*map(find_alarms, typed))))


def questions(registry: FlowRegistry) -> list[tuple[str, Question[Answer]]]:
    """Return the questions of the report that can be read aloud, in their order."""
    return [
        (step, it)
        for step, it in registry.compiled[FLOW].questions.items()
        if not isinstance(it, Collect | Decide | Review)
    ]


def parse_spoken(question: Question[Answer], typed: str) -> Answer:
    """Return the answer that a field holds: codes with commas, or words; None for none.

    What fits no choice of a question with choices only is no answer.
    """
    typed = typed.strip()
    if not typed:
        return None
    if question.collects_parts:
        return _ticked(question, typed)
    for incoming in (PressInput(typed), TextInput(typed)):
        parsed = question.parse(incoming, ())
        if type(parsed) is Complete:
            return parsed.answer
    return None


def _ticked(question: Question[Answer], typed: str) -> Answer:
    partial: tuple[object, ...] = ()
    for code in typed.split(","):
        parsed = question.parse(PressInput(code.strip()), partial)  # type: ignore[arg-type]  # codes
        if type(parsed) is Partial:
            partial = parsed.parts
    done = question.parse(PressInput("done"), partial)  # type: ignore[arg-type]  # codes
    return done.answer if type(done) is Complete else None


def wording_digest(words: str) -> bytes:
    """Return the SHA-256 of words that were read aloud."""
    return sha256(words.encode("utf-8", "surrogatepass")).digest()


def _value(values: Mapping[str, str], name: str) -> str:
    return values.get(name, "").strip()
