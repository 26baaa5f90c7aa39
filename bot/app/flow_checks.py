"""Checks of every path of every flow in every language: what `haven flows check` prints.

Each check states its rule, how much it examined, and the faults it found.
"""

from __future__ import annotations

import copy
import gettext
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.app.phrase_list import NamedPhrase, ShownPhrase, phrases_of_flows, phrases_of_place
from bot.conversation import ALWAYS, Begin, End, Fact, FlowRegistry, Outcome, PressInput, Reply, Say
from bot.conversation.engine import answer, begin
from bot.conversation.guards import AnswerGuard
from bot.conversation.outcomes import TAKES_EXTRAS, TELLS_STAFF, TOLD
from bot.conversation.questions.choice import TALK, ListQuestion
from bot.conversation.state import Frame, Position
from bot.conversation.steps import DANGER, KEEP, PERSON
from bot.conversation.tools.checks import find_problems
from bot.conversation.tools.paths import FREE_TEXT, KEPT, SENT, UNASKED, WARNED, count_ways, visits
from bot.dispatch import callback_data
from bot.dispatch.rendering import ROW_WIDTH, Renderer, display_width
from bot.dispatch.turn.flow_names import (
    LEARN_FLOW,
    OFFERING_FLOWS,
    PASSPHRASE_FLOWS,
    RECOGNITION_FLOW,
    URGENT_DETAILS_FLOW,
)
from bot.dispatch.turn.outcome_rules import NEXT_STEP_OUTCOMES
from bot.languages import FALLBACK, OverridingCatalogue
from bot.languages.style_rules import (
    FORBIDDEN,
    LOUD_PUNCTUATION,
    find_faults,
    forbidden_on_lock_screen,
    forbidden_words,
)
from bot.places.place import all_blanks as place_blanks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bot.conversation import Answer, Flow
    from bot.conversation.questions.question import Question
    from bot.dispatch.system_texts import SystemTexts
    from bot.languages import MessageKey
    from bot.places.place import Place
    from bot.text import Catalogue, Text

    Phrases = list[ShownPhrase]
    Catalogues = Mapping[str, Catalogue]
    """By language."""
    Examined = Iterator[int | str]
    """How much was examined, in steps, and each fault."""

WITHOUT_PERSON = frozenset(
    {PERSON, *OFFERING_FLOWS, URGENT_DETAILS_FLOW, RECOGNITION_FLOW, *PASSPHRASE_FLOWS}
)
"""Flows whose questions need no control that leads to a person."""
UNASKED_REASONS = frozenset({TOLD, "alarmed", ("safe", "not_safe"), ("they_safe", "danger")})
"""Facts and answers after which the person is not asked whether answers may be stored."""
LONGEST_MESSAGE = 300
"""Characters in a message: what a frightened reader takes in at once."""
CONTINUING_OUTCOMES = NEXT_STEP_OUTCOMES | {
    Outcome.INFORMATION_READ,
    Outcome.STOPPED,
    Outcome.STAFF_ALERTED,
    Outcome.ADDITION_SENT,
    Outcome.WITHDRAWN,
}
"""Outcomes after which the next question follows, the person has stopped, or a caseworker comes."""
FORBIDDEN_ENGLISH = re.compile(
    r"\b(?:victims?|slaves?|prostitut\w*|illegal\w*|runaways?|guarantee\w*|will|safe now)\b",
    re.IGNORECASE,
)
"""Labels that shame and promises, in English; `style_rules` has the lists of other languages."""
STAFF_READ = re.compile(
    r"\bthey read (?:it|what you write)\b|\bread what you write here\b|\bgo on writing\b",
    re.IGNORECASE,
)
"""What says that staff read from now on, in English."""
SAMPLE_BLANKS = {
    "reference": "K7M4Q2", "trail": "t" * 240, "held": "h" * 240, "count": "12",
    "title": "a government officer", "time": "11/24 21:40", "until": "11/24", "place": "p" * 40,
    "sign": "s" * 40, "who": "w" * 40, "partner": "p" * 40, "recipient": "r" * 60,
    "about": "a" * 60, "number": "1955", "amount": "14000", "first": "Monday", "last": "Friday",
    "words": "w" * 30, "service": "s" * 24, "span": "09:00-21:00", "name": "@haven_bot",
    "when": "Monday to Friday 09:00-21:00",
    "handle": "@garden_of_light_bot", "address": "t.me/garden_of_light_bot",
    "day": "November 24, 2026",
}  # fmt: skip
CONSENT_RULE = (
    "free text is asked for only after the person agreed that it is stored, or was told that "
    "nothing is sent before “Send”; nothing is sent before it; consent to store is not asked for "
    "only in danger or once staff read"
)
FIRST_FLOW = "welcome"


@dataclass
class FlowCheck:
    """A rule, how much was examined, and what breaks it."""

    name: str
    rule: str
    examined: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether something was examined, and no fault found."""
        return self.examined > 0 and not self.faults


def run_flow_checks(
    registry: FlowRegistry,
    texts: SystemTexts,
    place: Place,
    catalogues: Catalogues,
    extra_phrases: Iterable[NamedPhrase] = (),
) -> list[FlowCheck]:
    """Run all checks of these flows, of a place, and of phrases outside the flows."""
    dialogue = list(phrases_of_flows(registry, place, extra_phrases))
    phrases = [*dialogue, *phrases_of_place(place)]
    length = f"at most {LONGEST_MESSAGE} characters a message, {ROW_WIDTH} columns a button"
    checks: dict[tuple[str, str], Examined] = {
        ("structure", "every step is reached, every path ends, no flow begins itself again"):
            _structure(registry),
        ("consent", CONSENT_RULE): _consent(registry),
        ("warning", "a warning about who can read the phone precedes free text"):
            _warning(registry),
        ("exits", "danger and leaving are one tap from every step, in every language"):
            _exits(registry, texts, catalogues),
        ("caseworker", "a person is one tap from every question, staff are told two from danger"):
            _caseworker_reachable(registry),
        ("danger first", "where staff are offered, the first question can hand over the words"):
            _words_can_be_sent_first(registry),
        ("reading", "it is said that staff read only where they do"):
            _says_who_reads(registry),
        ("dead ends", "every choice leads to a question, a caseworker, or a stop"):
            _dead_ends(registry),
        ("complete", "every phrase is translated into every language"):
            _complete(phrases, catalogues),
        ("placeholders",
         "blanks, digits and commands are the same, no hidden characters, no markup"):
            _placeholders(phrases, catalogues),
        ("numbers", "numbers to call come from the directory, never from a translator"):
            _numbers(dialogue, place),
        ("length", length): _lengths(phrases, texts, catalogues),
        ("forbidden words", "no shaming label, no verdict, no promise, no shouting"):
            _forbidden_words(phrases, catalogues),
        ("lock screen", "the first words of a message do not reveal its subject"):
            _lock_screen(phrases, catalogues),
    }  # fmt: skip
    return [_run_check(name, rule, examined) for (name, rule), examined in checks.items()]


def _run_check(name: str, rule: str, examined: Examined) -> FlowCheck:
    found = list(examined)
    faults = dict.fromkeys(it for it in found if isinstance(it, str))
    return FlowCheck(name, rule, sum(it for it in found if isinstance(it, int)), list(faults))


def count_paths(registry: FlowRegistry) -> int:
    """Return the number of paths through all flows."""
    return sum(count_ways(compiled.flow) for compiled in registry.compiled.values())


def strict_catalogues(
    checked: Mapping[str, gettext.NullTranslations],
    overrides: Mapping[MessageKey, Text] | None = None,
) -> dict[str, Catalogue]:
    """Return English and these languages; what is not translated renders as nothing."""
    found = {FALLBACK: gettext.NullTranslations()}
    for tag, translations in checked.items():
        if tag != FALLBACK:
            found[tag] = copy.copy(translations)
            found[tag].add_fallback(Untranslated())
    if overrides:
        return {tag: OverridingCatalogue(words, overrides) for tag, words in found.items()}
    return dict(found)


class Untranslated(gettext.NullTranslations):
    """A catalogue that has no translations; blanks alone need none."""

    def gettext(self, message: str) -> str:
        """Return an empty string, or a message that consists of blanks."""
        return message if re.fullmatch(r"(?:\{\w+\}|\s)+", message) else ""

    def pgettext(self, _context: str, _message: str) -> str:
        """Return an empty string."""
        return ""


# --- Paths ------------------------------------------------------------------------------------


def _structure(registry: FlowRegistry) -> Examined:
    yield count_paths(registry)
    yield from find_problems(registry, place_blanks())


def _consent(registry: FlowRegistry) -> Examined:
    for flow in _sending_flows(registry):
        yield from _wrongly_unasked(flow)
        asks_first = any(step.name == KEEP for step in flow.steps)
        for visit in visits(flow):
            step, location = visit.step, f"{flow.name}.{visit.step.name}"
            if isinstance(step, FREE_TEXT):
                yield visit.ways
                if not _is_agreed(visit.marks, asks_first=asks_first):
                    yield f"{location} asks for free text before consent"
            if isinstance(step, End) and step.outcome in TAKES_EXTRAS:
                yield visit.ways
                if SENT not in visit.marks:
                    yield f"{location} hands over what was not sent"


def _is_agreed(marks: frozenset[str], *, asks_first: bool) -> bool:
    """Return whether the person agreed to storing, or was told and must not be asked."""
    if not asks_first:
        return WARNED in marks
    return KEPT in marks or {UNASKED, WARNED} <= marks


def _wrongly_unasked(flow: type[Flow]) -> Iterator[str]:
    """Yield the question for consent to store if it is left out for any other reason."""
    step = next((step for step in flow.steps if step.name == KEEP), None)
    if step is None or step.when is ALWAYS:
        return
    reasons = {
        leaf.name if isinstance(leaf, Fact) else (leaf.question.name, *leaf.codes)
        for leaf in step.when.leaves()
        if isinstance(leaf, Fact | AnswerGuard)
    }
    nothing_known = step.when.holds({}, frozenset())
    if not nothing_known or not reasons <= UNASKED_REASONS:
        yield f"{flow.name}.{KEEP} is left out where nothing hurries"


def _warning(registry: FlowRegistry) -> Examined:
    for compiled in registry.compiled.values():
        for visit in visits(compiled.flow):
            if isinstance(visit.step, FREE_TEXT):
                yield visit.ways
                if WARNED not in visit.marks:
                    yield f"{compiled.name}.{visit.step.name} precedes the warning"


def _exits(registry: FlowRegistry, texts: SystemTexts, catalogues: Catalogues) -> Examined:
    renderer = Renderer(texts)
    for location, _question in _questions(registry):
        for tag in catalogues:
            yield 1
            rows = renderer.render(_ask(registry, location), tag, "0:", {}).rows
            tokens = {button.token for row in rows[-2:] for button in row}
            if not {callback_data.DANGER_BUTTON, callback_data.BYE_BUTTON} <= tokens:
                yield f"{location} has no exit in {tag}"


def _caseworker_reachable(registry: FlowRegistry) -> Examined:
    """Check that danger, then one answer, alerts staff, and that every question offers a person.

    Exceptions are the flow in which a person is asked for, the emergency flows, which tell staff
    by themselves, and questions in which a passphrase is chosen.
    """
    if Outcome.STAFF_ALERTED not in _outcomes_of_first_question(registry, DANGER):
        yield "danger: no answer alerts a caseworker"
    for location, question in _questions(registry):
        yield 1
        if not _offers_person(location, question):
            yield f"{location} offers no person"
        if not _ask(registry, location).is_question:
            yield f"{location} has no danger button"


def _words_can_be_sent_first(registry: FlowRegistry) -> Examined:
    """Check that danger, despair and a story ask nothing before staff can be told."""
    for flow in OFFERING_FLOWS:
        if flow not in registry.compiled:
            continue
        yield 1
        if not _outcomes_of_first_question(registry, flow) & TELLS_STAFF:
            yield f"{flow} asks something before staff can be told"


def _outcomes_of_first_question(registry: FlowRegistry, flow: str) -> set[Outcome | None]:
    return {
        ending.outcome
        for code in _choice_codes(registry, _begun(registry, flow))
        for ending in answer(
            registry, _begun(registry, flow), PressInput(code), frozenset()
        ).endings
    }


def _says_who_reads(registry: FlowRegistry) -> Examined:
    for compiled in registry.compiled.values():
        for step in compiled.flow.steps:
            if isinstance(step, Say | End) and any(map(_says_they_read, step.phrases())):
                yield 1
                is_after = isinstance(step, End) and step.outcome in TELLS_STAFF
                is_told = {TOLD, "alerted"} & set(step.when.facts())
                if not (is_after or is_told or compiled.name == URGENT_DETAILS_FLOW):
                    yield f"{compiled.name}.{step.name} says that staff read"


def _says_they_read(text: Text) -> bool:
    return STAFF_READ.search(text.source) is not None


def _offers_person(location: str, question: Question[Answer]) -> bool:
    """Return whether a choice or a control leads to a person from every form of a question."""
    flow, step = location.split(".")
    if flow in WITHOUT_PERSON:
        return True
    if isinstance(question, ListQuestion) and TALK in question.choices:
        return True
    return all(
        "person" in question.ask(frame, back=back).controls
        for frame in _forms(flow, step, question)
        for back in (False, True)
    )


def _forms(flow: str, step: str, question: Question[Answer]) -> Iterator[Frame]:
    """Yield frames in which a question is asked first, again, and with a part of an answer."""
    part = question.codes[0] if isinstance(question, ListQuestion) else "part"
    yield Frame(flow, step)
    yield Frame(flow, step, {step: (part,) if question.collects_parts else part})
    if question.collects_parts:
        yield Frame(flow, step, partial_answers={step: (part,)})


def _dead_ends(registry: FlowRegistry) -> Examined:
    for name in sorted(_entry_flows(registry)):
        for visit in visits(registry.flow(name)):
            step = visit.step
            if isinstance(step, End):
                yield visit.ways
                if step.outcome not in CONTINUING_OUTCOMES and not visit.begun:
                    yield f"{name}.{step.name} leads nowhere"


# --- Languages --------------------------------------------------------------------------------


def _complete(phrases: Phrases, catalogues: Catalogues) -> Examined:
    for phrase, tag, words in _translations(phrases, catalogues):
        yield 1
        if not words.strip():
            yield f"{tag}: {phrase.location} is not translated"


def _placeholders(phrases: Phrases, catalogues: Catalogues) -> Examined:
    for phrase, tag, words in _translations(phrases, catalogues):
        yield 1
        for fault in find_faults(phrase.text.source, words) if words else ():
            yield f"{tag}: {phrase.location}: {fault}"


def _numbers(phrases: Phrases, place: Place) -> Examined:
    numbers = {entry.number for entry in place.directory.values()}
    for phrase in phrases:
        yield 1
        if numbers & set(re.findall(r"\d+", phrase.text.source)):
            yield f"{phrase.location} has a number in its words"


def _lengths(phrases: Phrases, texts: SystemTexts, catalogues: Catalogues) -> Examined:
    values = {tag: {**texts.blanks(words), **SAMPLE_BLANKS} for tag, words in catalogues.items()}
    for phrase, tag, words in _translations(phrases, catalogues):
        yield 1
        filled = words
        for blank, value in values[tag].items():
            filled = filled.replace("{" + blank + "}", value)
        if phrase.is_label and display_width(filled) > ROW_WIDTH:
            yield f"{tag}: {phrase.location} is {display_width(filled)} columns wide"
        if not phrase.is_label and len(filled) > LONGEST_MESSAGE:
            yield f"{tag}: {phrase.location} is {len(filled)} characters long"


def _forbidden_words(phrases: Phrases, catalogues: Catalogues) -> Examined:
    for phrase, tag, words in _translations(phrases, catalogues):
        yield 1
        found = ["anything: it has no list"]
        if tag == FALLBACK:
            found = FORBIDDEN_ENGLISH.findall(words) + LOUD_PUNCTUATION.findall(words)
        elif tag in FORBIDDEN:
            found = list(forbidden_words(tag, words))
        yield from (f"{tag}: {phrase.location} says {word}" for word in found)


def _lock_screen(phrases: Phrases, catalogues: Catalogues) -> Examined:
    for phrase, tag, words in _translations(phrases, catalogues):
        if tag != FALLBACK and not phrase.is_label and not phrase.is_fragment:
            yield 1
            shown = forbidden_on_lock_screen(tag, words) if tag in FORBIDDEN else []
            yield from (f"{tag}: {phrase.location} shows {word}" for word in shown)


# --- What is examined -------------------------------------------------------------------------


def _translations(
    phrases: Phrases, catalogues: Catalogues
) -> Iterator[tuple[ShownPhrase, str, str]]:
    for tag, catalogue in catalogues.items():
        for phrase in phrases:
            yield phrase, tag, phrase.text.render(catalogue)


def _sending_flows(registry: FlowRegistry) -> Iterator[type[Flow]]:
    for compiled in registry.compiled.values():
        ends = (step for step in compiled.steps.values() if isinstance(step, End))
        if any(end.outcome in TAKES_EXTRAS for end in ends):
            yield compiled.flow


def _questions(registry: FlowRegistry) -> Iterator[tuple[str, Question[Answer]]]:
    for compiled in registry.compiled.values():
        for name, question in compiled.questions.items():
            yield f"{compiled.name}.{name}", question


def _ask(registry: FlowRegistry, location: str) -> Reply:
    flow, step = location.split(".")
    return registry.compiled[flow].questions[step].ask(Frame(flow, step), back=False)


def _begun(registry: FlowRegistry, flow: str) -> Position:
    """Return a new conversation in which this flow has begun."""
    position = Position()
    begin(registry, position, flow, frozenset())
    return position


def _choice_codes(registry: FlowRegistry, position: Position) -> tuple[str, ...]:
    frame = position.frames[-1]
    question = registry.compiled[frame.flow].questions[frame.step]
    return question.codes if isinstance(question, ListQuestion) else ()


def _entry_flows(registry: FlowRegistry) -> set[str]:
    """Return the flows that lead on by themselves: welcome, the topics, and what they begin."""
    found: set[str] = set()
    pending = [name for name in (FIRST_FLOW, LEARN_FLOW) if name in registry.compiled]
    while pending:
        name = pending.pop()
        found.add(name)
        steps = registry.compiled[name].steps.values()
        begun = {step.flow_name for step in steps if isinstance(step, Begin)}
        last = {visit.begun for visit in visits(registry.flow(name)) if isinstance(visit.step, End)}
        pending += sorted((begun & last) - found)
    return found
