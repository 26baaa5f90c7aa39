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

from bot.app.phrase_list import said_in, said_of
from bot.conversation import Begin, Book, Card, End, Outcome, Pressed, Reply
from bot.conversation.checks import findings
from bot.conversation.choice_questions import Listed
from bot.conversation.engine import answer, begin
from bot.conversation.outcomes import CARRIES_WORDS
from bot.conversation.paths import FREE_TEXT, KEEP, KEPT, SENT, WARNED, visits, ways
from bot.conversation.state import Frame, Position
from bot.conversation.steps import DANGER
from bot.dispatch import callback_data
from bot.dispatch.engine_driver import TOPICS
from bot.dispatch.outcome_rules import LEADS_ON
from bot.dispatch.rendering import WIDEST, Screens, columns
from bot.languages import FALLBACK
from bot.languages.place_overrides import Instead
from bot.languages.style_rules import NEVER, SOUND, never_said, shown_locked
from bot.languages.translation_checks import faults as lost_in
from bot.places.place import blanks as place_blanks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bot.app.phrase_list import Said, Spoken
    from bot.conversation import Answer, Flow
    from bot.conversation.questions import Question
    from bot.dispatch.system_texts import Phrasing
    from bot.languages.place_overrides import Key
    from bot.places.place import Place
    from bot.text import Catalogue, Text

LONGEST = 300
"""Signs in a message: what a frightened reader takes in at once."""
SETTLED = LEADS_ON | {
    Outcome.READ, Outcome.STOPPED, Outcome.TELL_NOW, Outcome.ADDED, Outcome.WITHDRAWN,
}  # fmt: skip
"""Outcomes after which somebody is asked on, or has stopped, or a person comes."""
IN_ENGLISH = re.compile(
    r"\b(?:victims?|slaves?|prostitut\w*|illegal\w*|runaways?|guarantee\w*|will|safe now)\b",
    re.IGNORECASE,
)
"""What English never says to a person: labels that shame, promises. The others have their lists."""
LATE_BLANKS = {
    "reference": "K7M4Q2", "trail": "t" * 240, "held": "h" * 240, "count": "12",
    "title": "a government officer", "time": "11/24 21:40", "until": "11/24", "place": "p" * 40,
    "sign": "s" * 40, "who": "w" * 40, "partner": "p" * 40, "recipient": "r" * 60,
    "about": "a" * 60, "number": "1955", "amount": "14000", "first": "Monday", "last": "Friday",
    "span": "09:00-21:00", "when": "Monday to Friday 09:00-21:00",
}  # fmt: skip
"""Blanks that are known only in a turn, or filled by a caseworker, about as long as they are."""
FLOWS_FROM = "welcome"


@dataclass
class Proof:
    """One thing that must be true, how much was looked at, and what was found against it."""

    name: str
    promise: str
    looked_at: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether something was looked at, and nothing found."""
        return self.looked_at > 0 and not self.faults


def prove_all(
    book: Book,
    phrasing: Phrasing,
    place: Place,
    tongues: Mapping[str, Catalogue],
    beside: Iterable[Spoken] = (),
) -> list[Proof]:
    """Return every proof of these flows, and of what is said beside them (`beside_flows`)."""
    spoken = list(said_in(book, place, beside))
    said = [*spoken, *said_of(place)]
    return [
        _sound(book),
        _consent(book),
        _warning(book),
        _ways_out(book, phrasing, tongues),
        _person(book),
        _no_dead_end(book),
        _complete(said, tongues),
        _intact(said, tongues),
        _numbers(spoken, place),
        _short(said, phrasing, tongues),
        _unsaid(said, tongues),
        _locked(said, tongues),
    ]


def paths_of(book: Book) -> int:
    """Return how many ways lead through all flows together."""
    return sum(ways(sheet.flow) for sheet in book.sheets.values())


def tongues(
    checked: Mapping[str, gettext.NullTranslations], instead: Mapping[Key, Text] | None = None
) -> dict[str, Catalogue]:
    """Return English and these languages, each saying nothing where a phrase is not translated.

    `instead` is what a place says in place of phrases that hold elsewhere.
    """
    found = _tongues(checked)
    if instead:
        return {tag: Instead(words, instead) for tag, words in found.items()}
    return dict(found)


def _tongues(
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


def _sound(book: Book) -> Proof:
    proof = Proof("sound", "every step is reached, every way ends, no flow begins itself again")
    proof.looked_at = paths_of(book)
    proof.faults += findings(book, place_blanks())
    return proof


def _consent(book: Book) -> Proof:
    """Look at the flows that send something: what is kept was agreed to, what goes was sent."""
    proof = Proof(
        "consent",
        "own words are asked for only after the person agreed that they are kept, or was told that "
        "nothing goes before “Send”; nothing goes before it",
    )
    for flow in _sending(book):
        asks_first = any(step.name == KEEP for step in flow.steps)
        for visit in visits(flow):
            step, where = visit.step, f"{flow.name}.{visit.step.name}"
            if isinstance(step, FREE_TEXT):
                proof.looked_at += visit.ways
                if (KEPT if asks_first else WARNED) not in visit.passed:
                    proof.faults.append(f"{where} asks for own words before consent")
            if isinstance(step, End) and step.outcome in CARRIES_WORDS:
                proof.looked_at += visit.ways
                if SENT not in visit.passed:
                    proof.faults.append(f"{where} hands over what nobody sent")
    return _once(proof)


def _warning(book: Book) -> Proof:
    proof = Proof("warning", "who can read the phone is said before the first own words")
    for sheet in book.sheets.values():
        for visit in visits(sheet.flow):
            if isinstance(visit.step, FREE_TEXT):
                proof.looked_at += visit.ways
                if WARNED not in visit.passed:
                    proof.faults.append(f"{sheet.name}.{visit.step.name} comes before the warning")
    return _once(proof)


def _ways_out(book: Book, phrasing: Phrasing, tongues: Mapping[str, Catalogue]) -> Proof:
    proof = Proof("ways out", "danger and a way out are one tap from every step, in every language")
    screens = Screens(phrasing)
    for name, question in _questions(book):
        for tag in tongues:
            proof.looked_at += 1
            rows = screens.say(_put(book, name), tag, "0:", {}).rows
            below = {button.token for row in rows[-2:] for button in row}
            if not {callback_data.DANGER, callback_data.BYE} <= below or not question:
                proof.faults.append(f"{name} has no way out in {tag}")
    return proof


def _person(book: Book) -> Proof:
    """Press danger, then tell: two presses from anywhere; a card has a person on itself."""
    proof = Proof("person", "a person is two taps away from every step, one tap from every card")
    position = Position()
    begin(book, position, DANGER, frozenset())
    told = [
        came.outcome
        for code in _choices(book, position)
        for came in answer(book, _danger(book), Pressed(code), frozenset()).came
    ]
    if Outcome.TELL_NOW not in told:
        proof.faults.append("danger: no press tells a caseworker")
    for name, question in _questions(book):
        proof.looked_at += 1
        if isinstance(question, Card) and "talk" not in question.choices:
            proof.faults.append(f"{name} has no person on it")
        if not _put(book, name).question:
            proof.faults.append(f"{name} has no danger below it")
    return proof


def _no_dead_end(book: Book) -> Proof:
    proof = Proof("no dead end", "whatever is chosen leads to a question, a person, or a stop")
    for name in sorted(_from_the_door(book)):
        for visit in visits(book.flow(name)):
            step = visit.step
            if isinstance(step, End):
                proof.looked_at += visit.ways
                if step.outcome not in SETTLED and not visit.begun:
                    proof.faults.append(f"{name}.{step.name} leads nowhere")
    return _once(proof)


# --- Of every language ------------------------------------------------------------------------


def _complete(said: list[Said], tongues: Mapping[str, Catalogue]) -> Proof:
    proof = Proof("complete", "every phrase is there in every language")
    for it, tag, words in _read(said, tongues):
        proof.looked_at += 1
        if not words.strip():
            proof.faults.append(f"{tag}: {it.where} is not translated")
    return proof


def _intact(said: list[Said], tongues: Mapping[str, Catalogue]) -> Proof:
    proof = Proof("intact", "blanks, digits and commands are the same, nothing unseen, no markup")
    for it, tag, words in _read(said, tongues):
        proof.looked_at += 1
        if words:
            proof.faults += [
                f"{tag}: {it.where}: {lost}" for lost in lost_in(it.text.source, words)
            ]
    return proof


def _numbers(said: list[Said], place: Place) -> Proof:
    proof = Proof("numbers", "numbers to call come from the directory, never from a translator")
    dialled = {entry.number for entry in place.directory.values()}
    for it in said:
        proof.looked_at += 1
        if dialled & set(re.findall(r"\d+", it.text.source)):
            proof.faults.append(f"{it.where} has a number in its words")
    return proof


def _short(said: list[Said], phrasing: Phrasing, tongues: Mapping[str, Catalogue]) -> Proof:
    proof = Proof("short", f"at most {LONGEST} signs a message, {WIDEST} columns a button")
    filled = {tag: {**phrasing.blanks(words), **LATE_BLANKS} for tag, words in tongues.items()}
    for it, tag, words in _read(said, tongues):
        proof.looked_at += 1
        for blank, value in filled[tag].items():
            words = words.replace("{" + blank + "}", value)  # noqa: PLW2901 - filled in
        if it.is_label and columns(words) > WIDEST:
            proof.faults.append(f"{tag}: {it.where} is {columns(words)} columns wide")
        if not it.is_label and len(words) > LONGEST:
            proof.faults.append(f"{tag}: {it.where} is {len(words)} signs long")
    return proof


def _unsaid(said: list[Said], tongues: Mapping[str, Catalogue]) -> Proof:
    proof = Proof("unsaid", "no label that shames, no verdict, no promise, no raised voice")
    for it, tag, words in _read(said, tongues):
        proof.looked_at += 1
        if tag == FALLBACK:
            found = IN_ENGLISH.findall(words) + SOUND.findall(words)
        else:
            found = never_said(tag, words) if tag in NEVER else ["anything: it has no list"]
        proof.faults += [f"{tag}: {it.where} says {word}" for word in found]
    return proof


def _locked(said: list[Said], tongues: Mapping[str, Catalogue]) -> Proof:
    proof = Proof("locked screen", "the first words of a message tell nobody what it is about")
    for it, tag, words in _read(said, tongues):
        if tag != FALLBACK and not it.is_label and not it.is_part:
            proof.looked_at += 1
            shown = shown_locked(tag, words) if tag in NEVER else []
            proof.faults += [f"{tag}: {it.where} shows {word}" for word in shown]
    return proof


# --- What is looked at --------------------------------------------------------------------------


def _read(said: list[Said], tongues: Mapping[str, Catalogue]) -> Iterator[tuple[Said, str, str]]:
    for tag, words in tongues.items():
        for it in said:
            yield it, tag, it.text.read_in(words)


def _sending(book: Book) -> Iterator[type[Flow]]:
    for sheet in book.sheets.values():
        ends = (step for step in sheet.steps.values() if isinstance(step, End))
        if any(end.outcome in CARRIES_WORDS for end in ends):
            yield sheet.flow


def _questions(book: Book) -> Iterator[tuple[str, Question[Answer]]]:
    for sheet in book.sheets.values():
        for name, question in sheet.questions.items():
            yield f"{sheet.name}.{name}", question


def _put(book: Book, where: str) -> Reply:
    flow, step = where.split(".")
    return book.sheets[flow].questions[step].ask(Frame(flow, step), back=False)


def _danger(book: Book) -> Position:
    position = Position()
    begin(book, position, DANGER, frozenset())
    return position


def _choices(book: Book, position: Position) -> tuple[str, ...]:
    frame = position.frames[-1]
    question = book.sheets[frame.flow].questions[frame.step]
    return question.codes if isinstance(question, Listed) else ()


def _from_the_door(book: Book) -> set[str]:
    """Return the flows that lead on by themselves: the first hello, the topics, what they begin."""
    found: set[str] = set()
    ahead = [name for name in (FLOWS_FROM, TOPICS) if name in book.sheets]
    while ahead:
        name = ahead.pop()
        found.add(name)
        steps = book.sheets[name].steps.values()
        begun = {step.flow_name for step in steps if isinstance(step, Begin)}
        last = {visit.begun for visit in visits(book.flow(name)) if isinstance(visit.step, End)}
        ahead += sorted((begun & last) - found)
    return found


def _once(proof: Proof) -> Proof:
    proof.faults = list(dict.fromkeys(proof.faults))
    return proof
