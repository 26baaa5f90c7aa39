"""Proofs over every path of every flow, in every language; what `haven flows check` prints.

Each proof says what it promises, how much it looked at, and what it found. They read the flows, the
catalogues and the place as they are now, and touch nothing.
"""

from __future__ import annotations

import copy
import gettext
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.app.phrase_list import phrases_of_flows, phrases_of_place
from bot.conversation import Begin, Card, End, FlowRegistry, Outcome, PressInput, Reply
from bot.conversation.checks import find_problems
from bot.conversation.choice_questions import ListQuestion
from bot.conversation.engine import answer, begin
from bot.conversation.outcomes import TAKES_EXTRAS
from bot.conversation.paths import FREE_TEXT, KEEP, KEPT, SENT, WARNED, count_ways, visits
from bot.conversation.state import Frame, Position
from bot.conversation.steps import DANGER
from bot.dispatch import callback_data
from bot.dispatch.engine_driver import LEARN_FLOW
from bot.dispatch.outcome_rules import NEXT_STEP_OUTCOMES
from bot.dispatch.rendering import ROW_WIDTH, Renderer, display_width
from bot.languages import FALLBACK
from bot.languages.place_overrides import OverridingCatalogue
from bot.languages.style_rules import (
    FORBIDDEN,
    LOUD_PUNCTUATION,
    forbidden_on_lock_screen,
    forbidden_words,
)
from bot.languages.translation_checks import find_faults as lost_in
from bot.places.place import all_blanks as place_blanks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bot.app.phrase_list import NamedPhrase, ShownPhrase
    from bot.conversation import Answer, Flow
    from bot.conversation.questions import Question
    from bot.dispatch.system_texts import SystemTexts
    from bot.languages.place_overrides import MessageKey
    from bot.places.place import Place
    from bot.text import Catalogue, Text

LONGEST_MESSAGE = 300
"""Signs in a message: what a frightened reader takes in at once."""
CONTINUING_OUTCOMES = NEXT_STEP_OUTCOMES | {
    Outcome.INFORMATION_READ,
    Outcome.STOPPED,
    Outcome.STAFF_ALERTED,
    Outcome.ADDITION_SENT,
    Outcome.WITHDRAWN,
}
"""Outcomes after which somebody is asked on, or has stopped, or a person comes."""
FORBIDDEN_ENGLISH = re.compile(
    r"\b(?:victims?|slaves?|prostitut\w*|illegal\w*|runaways?|guarantee\w*|will|safe now)\b",
    re.IGNORECASE,
)
"""What English never says to a person: labels that shame, promises. The others have their lists."""
SAMPLE_BLANKS = {
    "reference": "K7M4Q2", "trail": "t" * 240, "held": "h" * 240, "count": "12",
    "title": "a government officer", "time": "11/24 21:40", "until": "11/24", "place": "p" * 40,
    "sign": "s" * 40, "who": "w" * 40, "partner": "p" * 40, "recipient": "r" * 60,
    "about": "a" * 60, "number": "1955", "amount": "14000", "first": "Monday", "last": "Friday",
    "span": "09:00-21:00", "when": "Monday to Friday 09:00-21:00",
}  # fmt: skip
"""Blanks that are known only in a turn, or filled by a caseworker, about as long as they are."""
FIRST_FLOW = "welcome"


@dataclass
class FlowCheck:
    """One thing that must be true, how much was looked at, and what was found against it."""

    name: str
    rule: str
    examined: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether something was looked at, and nothing found."""
        return self.examined > 0 and not self.faults


def run_flow_checks(
    book: FlowRegistry,
    phrasing: SystemTexts,
    place: Place,
    catalogues: Mapping[str, Catalogue],
    extra_phrases: Iterable[NamedPhrase] = (),
) -> list[FlowCheck]:
    """Return every proof of these flows, and of what is said beside them (`beside_flows`)."""
    spoken = list(phrases_of_flows(book, place, extra_phrases))
    said = [*spoken, *phrases_of_place(place)]
    return [
        _check_structure(book),
        _check_consent(book),
        _check_warning(book),
        _check_exits(book, phrasing, catalogues),
        _check_caseworker_reachable(book),
        _check_dead_ends(book),
        _check_complete(said, catalogues),
        _check_placeholders(said, catalogues),
        _check_numbers(spoken, place),
        _check_lengths(said, phrasing, catalogues),
        _check_forbidden_words(said, catalogues),
        _check_lock_screen(said, catalogues),
    ]


def count_paths(book: FlowRegistry) -> int:
    """Return how many ways lead through all flows together."""
    return sum(count_ways(sheet.flow) for sheet in book.compiled.values())


def strict_catalogues(
    checked: Mapping[str, gettext.NullTranslations],
    instead: Mapping[MessageKey, Text] | None = None,
) -> dict[str, Catalogue]:
    """Return English and these languages, each saying nothing where a phrase is not translated.

    `instead` is what a place says in place of phrases that hold elsewhere.
    """
    found = _strict_translations(checked)
    if instead:
        return {tag: OverridingCatalogue(words, instead) for tag, words in found.items()}
    return dict(found)


def _strict_translations(
    checked: Mapping[str, gettext.NullTranslations],
) -> dict[str, gettext.NullTranslations]:
    found = {FALLBACK: gettext.NullTranslations()}
    for tag, words in checked.items():
        if tag != FALLBACK:
            found[tag] = copy.copy(words)
            found[tag].add_fallback(Untranslated())
    return found


class Untranslated(gettext.NullTranslations):
    """What answers for a phrase that a catalogue does not have: nothing."""

    def gettext(self, message: str) -> str:
        """Return nothing for a phrase; one that is only a blank has no translation."""
        return message if re.fullmatch(r"(?:\{\w+\}|\s)+", message) else ""

    def pgettext(self, context: str, message: str) -> str:  # noqa: ARG002 - as `gettext` has it
        """Return nothing."""
        return ""


# --- Of every path ----------------------------------------------------------------------------


def _check_structure(book: FlowRegistry) -> FlowCheck:
    proof = FlowCheck("sound", "every step is reached, every way ends, no flow begins itself again")
    proof.examined = count_paths(book)
    proof.faults += find_problems(book, place_blanks())
    return proof


def _check_consent(book: FlowRegistry) -> FlowCheck:
    """Look at the flows that send something: what is kept was agreed to, what goes was sent."""
    proof = FlowCheck(
        "consent",
        "own words are asked for only after the person agreed that they are kept, or was told that "
        "nothing goes before “Send”; nothing goes before it",
    )
    for flow in _sending_flows(book):
        asks_first = any(step.name == KEEP for step in flow.steps)
        for visit in visits(flow):
            step, where = visit.step, f"{flow.name}.{visit.step.name}"
            if isinstance(step, FREE_TEXT):
                proof.examined += visit.ways
                if (KEPT if asks_first else WARNED) not in visit.marks:
                    proof.faults.append(f"{where} asks for own words before consent")
            if isinstance(step, End) and step.outcome in TAKES_EXTRAS:
                proof.examined += visit.ways
                if SENT not in visit.marks:
                    proof.faults.append(f"{where} hands over what nobody sent")
    return _without_duplicates(proof)


def _check_warning(book: FlowRegistry) -> FlowCheck:
    proof = FlowCheck("warning", "who can read the phone is said before the first own words")
    for sheet in book.compiled.values():
        for visit in visits(sheet.flow):
            if isinstance(visit.step, FREE_TEXT):
                proof.examined += visit.ways
                if WARNED not in visit.marks:
                    proof.faults.append(f"{sheet.name}.{visit.step.name} comes before the warning")
    return _without_duplicates(proof)


def _check_exits(
    book: FlowRegistry, phrasing: SystemTexts, catalogues: Mapping[str, Catalogue]
) -> FlowCheck:
    proof = FlowCheck(
        "ways out", "danger and a way out are one tap from every step, in every language"
    )
    screens = Renderer(phrasing)
    for name, question in _questions(book):
        for tag in catalogues:
            proof.examined += 1
            rows = screens.render(_ask(book, name), tag, "0:", {}).rows
            below = {button.token for row in rows[-2:] for button in row}
            if not {callback_data.DANGER_BUTTON, callback_data.BYE_BUTTON} <= below or not question:
                proof.faults.append(f"{name} has no way out in {tag}")
    return proof


def _check_caseworker_reachable(book: FlowRegistry) -> FlowCheck:
    """Press danger, then tell: two presses from anywhere; a card has a person on itself."""
    proof = FlowCheck(
        "person", "a person is two taps away from every step, one tap from every card"
    )
    position = Position()
    begin(book, position, DANGER, frozenset())
    told = [
        came.outcome
        for code in _choice_codes(book, position)
        for came in answer(book, _danger_position(book), PressInput(code), frozenset()).endings
    ]
    if Outcome.STAFF_ALERTED not in told:
        proof.faults.append("danger: no press tells a caseworker")
    for name, question in _questions(book):
        proof.examined += 1
        if isinstance(question, Card) and "talk" not in question.choices:
            proof.faults.append(f"{name} has no person on it")
        if not _ask(book, name).is_question:
            proof.faults.append(f"{name} has no danger below it")
    return proof


def _check_dead_ends(book: FlowRegistry) -> FlowCheck:
    proof = FlowCheck("no dead end", "whatever is chosen leads to a question, a person, or a stop")
    for name in sorted(_entry_flows(book)):
        for visit in visits(book.flow(name)):
            step = visit.step
            if isinstance(step, End):
                proof.examined += visit.ways
                if step.outcome not in CONTINUING_OUTCOMES and not visit.begun:
                    proof.faults.append(f"{name}.{step.name} leads nowhere")
    return _without_duplicates(proof)


# --- Of every language ------------------------------------------------------------------------


def _check_complete(phrases: list[ShownPhrase], catalogues: Mapping[str, Catalogue]) -> FlowCheck:
    proof = FlowCheck("complete", "every phrase is there in every language")
    for it, tag, words in _translations(phrases, catalogues):
        proof.examined += 1
        if not words.strip():
            proof.faults.append(f"{tag}: {it.location} is not translated")
    return proof


def _check_placeholders(
    phrases: list[ShownPhrase], catalogues: Mapping[str, Catalogue]
) -> FlowCheck:
    proof = FlowCheck(
        "intact", "blanks, digits and commands are the same, nothing unseen, no markup"
    )
    for it, tag, words in _translations(phrases, catalogues):
        proof.examined += 1
        if words:
            proof.faults += [
                f"{tag}: {it.location}: {lost}" for lost in lost_in(it.text.source, words)
            ]
    return proof


def _check_numbers(phrases: list[ShownPhrase], place: Place) -> FlowCheck:
    proof = FlowCheck("numbers", "numbers to call come from the directory, never from a translator")
    dialled = {entry.number for entry in place.directory.values()}
    for it in phrases:
        proof.examined += 1
        if dialled & set(re.findall(r"\d+", it.text.source)):
            proof.faults.append(f"{it.location} has a number in its words")
    return proof


def _check_lengths(
    phrases: list[ShownPhrase], phrasing: SystemTexts, catalogues: Mapping[str, Catalogue]
) -> FlowCheck:
    proof = FlowCheck(
        "short", f"at most {LONGEST_MESSAGE} signs a message, {ROW_WIDTH} columns a button"
    )
    filled = {tag: {**phrasing.blanks(words), **SAMPLE_BLANKS} for tag, words in catalogues.items()}
    for it, tag, words in _translations(phrases, catalogues):
        proof.examined += 1
        for blank, value in filled[tag].items():
            words = words.replace("{" + blank + "}", value)  # noqa: PLW2901 - filled in
        if it.is_label and display_width(words) > ROW_WIDTH:
            proof.faults.append(f"{tag}: {it.location} is {display_width(words)} columns wide")
        if not it.is_label and len(words) > LONGEST_MESSAGE:
            proof.faults.append(f"{tag}: {it.location} is {len(words)} signs long")
    return proof


def _check_forbidden_words(
    phrases: list[ShownPhrase], catalogues: Mapping[str, Catalogue]
) -> FlowCheck:
    proof = FlowCheck("unsaid", "no label that shames, no verdict, no promise, no raised voice")
    for it, tag, words in _translations(phrases, catalogues):
        proof.examined += 1
        if tag == FALLBACK:
            found = FORBIDDEN_ENGLISH.findall(words) + LOUD_PUNCTUATION.findall(words)
        else:
            found = (
                forbidden_words(tag, words) if tag in FORBIDDEN else ["anything: it has no list"]
            )
        proof.faults += [f"{tag}: {it.location} says {word}" for word in found]
    return proof


def _check_lock_screen(
    phrases: list[ShownPhrase], catalogues: Mapping[str, Catalogue]
) -> FlowCheck:
    proof = FlowCheck("locked screen", "the first words of a message tell nobody what it is about")
    for it, tag, words in _translations(phrases, catalogues):
        if tag != FALLBACK and not it.is_label and not it.is_fragment:
            proof.examined += 1
            shown = forbidden_on_lock_screen(tag, words) if tag in FORBIDDEN else []
            proof.faults += [f"{tag}: {it.location} shows {word}" for word in shown]
    return proof


# --- What is looked at --------------------------------------------------------------------------


def _translations(
    phrases: list[ShownPhrase], catalogues: Mapping[str, Catalogue]
) -> Iterator[tuple[ShownPhrase, str, str]]:
    for tag, words in catalogues.items():
        for it in phrases:
            yield it, tag, it.text.render(words)


def _sending_flows(book: FlowRegistry) -> Iterator[type[Flow]]:
    for sheet in book.compiled.values():
        ends = (step for step in sheet.steps.values() if isinstance(step, End))
        if any(end.outcome in TAKES_EXTRAS for end in ends):
            yield sheet.flow


def _questions(book: FlowRegistry) -> Iterator[tuple[str, Question[Answer]]]:
    for sheet in book.compiled.values():
        for name, question in sheet.questions.items():
            yield f"{sheet.name}.{name}", question


def _ask(book: FlowRegistry, where: str) -> Reply:
    flow, step = where.split(".")
    return book.compiled[flow].questions[step].ask(Frame(flow, step), back=False)


def _danger_position(book: FlowRegistry) -> Position:
    position = Position()
    begin(book, position, DANGER, frozenset())
    return position


def _choice_codes(book: FlowRegistry, position: Position) -> tuple[str, ...]:
    frame = position.frames[-1]
    question = book.compiled[frame.flow].questions[frame.step]
    return question.codes if isinstance(question, ListQuestion) else ()


def _entry_flows(book: FlowRegistry) -> set[str]:
    """Return the flows that lead on by themselves: the first hello, the topics, what they begin."""
    found: set[str] = set()
    ahead = [name for name in (FIRST_FLOW, LEARN_FLOW) if name in book.compiled]
    while ahead:
        name = ahead.pop()
        found.add(name)
        steps = book.compiled[name].steps.values()
        begun = {step.flow_name for step in steps if isinstance(step, Begin)}
        last = {visit.begun for visit in visits(book.flow(name)) if isinstance(visit.step, End)}
        ahead += sorted((begun & last) - found)
    return found


def _without_duplicates(proof: FlowCheck) -> FlowCheck:
    proof.faults = list(dict.fromkeys(proof.faults))
    return proof
