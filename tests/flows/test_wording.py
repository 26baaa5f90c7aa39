"""Every sentence a person may read, held to the rules that keep it safe to read.

The checks return what is wrong, so that each can be shown a sentence that must fail.
"""

from __future__ import annotations

import re
from gettext import NullTranslations
from typing import TYPE_CHECKING

import pytest

from bot.app.flow_checks import SAMPLE_BLANKS
from bot.app.phrase_list import phrases_outside_flows
from bot.conversation import Begin, Card, Collect, Decide, End, Review, Say
from bot.conversation.guards import ALWAYS
from bot.conversation.questions.choice import ListQuestion
from bot.conversation.questions.question import Question
from bot.conversation.replies import CONTROLS
from bot.languages import LANGUAGES
from bot.places.taiwan import TAIWAN
from bot.places.taiwan.directory import SHOWN, VERIFIED_ON
from bot.places.taiwan.sentences import SENTENCES
from bot.text import Text
from flows import ALL_FLOWS
from flows.start.language import OWN_NAMES
from flows.texts import phrases, website
from flows.texts.counties import COUNTIES
from flows.texts.phrasebook import PHRASES
from flows.urgent.urgent_details import UrgentDetails

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.conversation import Flow, Step

ENGLISH = NullTranslations()
IN_TAIWAN = TAIWAN.blanks(ENGLISH, VERIFIED_ON)
BLANKS = {
    **IN_TAIWAN,
    **SAMPLE_BLANKS,
    "numbers": "x" * 160,
    "organisation": "x" * 40,
    "contact": "x" * 40,
    "hours": "x" * 45,
    "keep_days": "90",
    "copy_days": "7",
    "offices": "x" * 231,
    "organisations": "x" * 180,
    "introduced": "x" * 200,
    "source": "x" * 100,
}
"""Each blank at about the longest it may be."""
LONGEST_MESSAGE = 300
LONGEST_IN_ENGLISH = 240
"""Leaves a fifth for languages that need more room."""
LONGEST_BUTTON = 24
LOCKED_SCREEN = 40
FEWEST_QUESTIONS = 90

NEVER = re.compile(
    r"!|\b(victims?|cases?|reports?|reported|slaves?|prostitut\w*|illegal\w*|runaways?|rescue\w*"
    r"|traffick\w*|calm|guarantee\w*|should have|client|user|will)\b",
    re.IGNORECASE,
)
"""Labels, verdicts, promises, and the desk's own words."""
ON_A_LOCKED_SCREEN = re.compile(
    r"traffick|police|victim|\bhelp|rescue|\breport|\bcase\b|immigration|salary|wage|broker"
    r"|employer|passport",
    re.IGNORECASE,
)
NEGATIVE = re.compile(r"(?:\bnot\b|n['\u2019]t\b|\bnever\b|\bno\b)", re.IGNORECASE)
YES_OR_NO = re.compile(r"^(?:yes|no|ok|okay|sure)(?:$|[,.;:])", re.IGNORECASE)
STATUS = re.compile(
    r"visa|residen|overstay|permit|\bstatus\b|passport|nationality|citizen|\bARC\b", re.IGNORECASE
)
TAIWAN_NUMBERS = {"110", "112", "113", "118", "119", "1925", "1955", "1990"}
DIGITS = TAIWAN_NUMBERS | {
    "0800",
    "085",
    "095",
    "886",
    "800",
    "0",
    "1",
    "2",
    "3",
    "5",
    "6",
    "12",
    "18",
    "20",
    "21",
    "22",
    "23",
    "24",
}
"""Emergency numbers, keys to press, an age, hours, people, megabytes, an example. No other."""
NOT_OURS = {"Clear history"}
"""Quoted labels of Telegram's own buttons."""


def faults(text: str) -> list[str]:
    """Return what is wrong with a message."""
    filled = text
    for blank, value in BLANKS.items():
        filled = filled.replace("{" + blank + "}", value)
    found = [f"says {word.group()!r}" for word in NEVER.finditer(text)]
    found += [
        f"has a blank that nothing fills: {{{it}}}" for it in re.findall(r"\{(\w*)\}", filled)
    ]
    found += [f"knows the number {it}" for it in re.findall(r"\d+", text) if it not in DIGITS]
    if len(text) > LONGEST_IN_ENGLISH or len(filled) > LONGEST_MESSAGE:
        found.append(f"is too long: {len(text)}, filled in {len(filled)}")
    if shown := ON_A_LOCKED_SCREEN.search(text[:LOCKED_SCREEN]):
        found.append(f"shows {shown.group()!r} on a locked screen")
    if text.count("?") > 1:
        found.append("asks two things")
    if TAIWAN_NUMBERS & set(re.findall(r"\d+", text)) and "Taiwan" not in text:
        found.append("does not say where its number answers")
    return found


def question_faults(text: str) -> list[str]:
    """Return the faults of a question, in addition to those of any message."""
    found = [
        f"asks negatively: {asked.strip()}"
        for asked in re.findall(r"[^.?!\n]*\?", text)
        if NEGATIVE.search(asked)
    ]
    if status := STATUS.search(text):
        found.append(f"asks about {status.group()}")
    return found


def button_faults(label: str, number: int = 0) -> list[str]:
    """Return what is wrong with a button."""
    found = [f"says {word.group()!r}" for word in NEVER.finditer(label)]
    shown = f"{number} {label}" if number else label
    if len(shown) > LONGEST_BUTTON:
        found.append(f"is too wide: {len(shown)}")
    if YES_OR_NO.search(label):
        found.append("does not state the fact")
    return found


def steps() -> Iterator[tuple[type[Flow], Step]]:
    for flow in ALL_FLOWS:
        for step in flow.steps:
            yield flow, step


def messages() -> dict[str, str]:
    """Return every message by where it stands; what is spoken between flows as well."""
    found = {}
    for flow, step in steps():
        where = f"{flow.name}.{step.name}"
        if isinstance(step, Say | End) and step.text is not None:
            found[where] = step.text.source
        if isinstance(step, Question):
            found[where] = step.prompt.source
            if step.why is not None:
                found[f"{where} why"] = step.why.source
    found |= {where: text.source for where, text in phrases_outside_flows() if text.context is None}
    found |= {
        f"calling {code}": it.call_description(ENGLISH)
        for code, it in SHOWN.items()
        if it.call_text
    }
    return {where: in_taiwan(words) for where, words in found.items()}


def in_taiwan(words: str) -> str:
    """Return a message with the sentences in it that are Taiwan's."""
    for name, line in SENTENCES.items():
        words = words.replace("{" + name + "}", line.text.source)
    return words


def buttons() -> dict[str, tuple[str, int]]:
    """Return every label by where it stands, with the digit before it."""
    found = {"danger": (phrases.DANGER.source, 0), "bye": (phrases.CLEAR_CHAT.source, 0)}
    found |= {code: (label.source, 0) for code, label in CONTROLS.items()}
    found["leave the site"] = (website.LEAVE.source, 0)
    for flow, step in steps():
        if isinstance(step, ListQuestion):
            for number, (code, label) in enumerate(step.choices.items(), 1):
                found[f"{flow.name}.{step.name}.{code}"] = (label.source, number)
        if isinstance(step, Review):
            found[f"{flow.name}.{step.name}.show"] = (step.show.source, 1)
            found[f"{flow.name}.{step.name}.go"] = (step.go.source, 2)
    for phrase in PHRASES.values():
        for number, (code, label) in enumerate(phrase.replies.items(), 1):
            found[f"phrasebook {phrase.code}.{code}"] = (label.source, number)
    return found


def unquoted(texts: Iterable[str], labels: set[str]) -> set[str]:
    """Return words quoted in messages that stand on no button."""
    return (
        {quoted for text in texts for quoted in re.findall("“([^”]+)”", text)} - labels - NOT_OURS
    )


def wrong(found: Iterable[tuple[str, list[str]]], at_least: int) -> dict[str, list[str]]:
    """Return the faults by where they are; fail when fewer texts than `at_least` were checked."""
    checked = list(found)
    assert len(checked) >= at_least
    return {where: told for where, told in checked if told}


def test_messages_are_short_and_neutral_and_promise_nothing() -> None:
    assert wrong(((where, faults(text)) for where, text in messages().items()), 600) == {}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("You are a victim of this.", "says 'victim'"),
        ("Your case is open.", "says 'case'"),
        ("Thank you for your report.", "says 'report'"),
        ("Please stay calm.", "says 'calm'"),
        ("Thank you!", "says '!'"),
        ("You will get a permit.", "says 'will'"),
        ("Dear {nickname}, hello.", "has a blank that nothing fills: {nickname}"),
        ("In Taiwan call 1922.", "knows the number 1922"),
        ("Call 110.", "does not say where its number answers"),
        ("The police read this.", "shows 'police' on a locked screen"),
        ("Are you well? Where are you?", "asks two things"),
        ("x" * 241, "is too long: 241, filled in 241"),
        ("{numbers}{numbers}", "is too long: 18, filled in 320"),
    ],
)
def test_an_unsafe_message_would_be_found(text: str, fault: str) -> None:
    assert fault in faults(text)


def asked() -> Iterator[tuple[str, str]]:
    """Yield every question by where it stands, those of the phrasebook included."""
    for flow, step in steps():
        if isinstance(step, Question) and not isinstance(step, Card):
            yield f"{flow.name}.{step.name}", step.prompt.source
    for phrase in PHRASES.values():
        if phrase.replies:
            yield f"phrasebook {phrase.code}", phrase.text.source


def test_no_question_is_negative_or_asks_for_visa_or_residence() -> None:
    assert wrong(((where, question_faults(text)) for where, text in asked()), 120) == {}
    assert {where.partition(" ")[0] for where, _ in asked()} >= {"report.safe", "phrasebook"}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Aren't you safe?", "asks negatively: Aren't you safe?"),
        ("Are you not safe there?", "asks negatively: Are you not safe there?"),
        ("What kind of visa do you have?", "asks about visa"),
        ("Is your residence permit still good?", "asks about residen"),
    ],
)
def test_an_unsafe_question_would_be_found(text: str, fault: str) -> None:
    assert fault in question_faults(text)


def test_a_card_is_read_and_asks_nothing() -> None:
    cards = [(flow.name, step) for flow, step in steps() if isinstance(step, Card)]
    assert len(cards) > 80
    assert [f"{name}.{card.name}" for name, card in cards if "?" in card.prompt.source] == []


def test_permits_are_only_spoken_of_as_something_one_may_want() -> None:
    asked_about = {where for where, (label, _) in buttons().items() if STATUS.search(label)}
    wanted = {"ask_for_help.needs.residence_permit", "ask_for_help.needs.work_permit"}
    assert asked_about == wanted


def test_a_button_is_narrow_and_states_the_fact() -> None:
    assert wrong(((where, button_faults(*it)) for where, it in buttons().items()), 800) == {}


@pytest.mark.parametrize(
    ("label", "fault"),
    [
        ("Yes", "does not state the fact"),
        ("No, keep it here", "does not state the fact"),
        ("Report to somebody", "says 'Report'"),
        ("A label that is far too wide", "is too wide: 30"),
    ],
)
def test_an_unsafe_button_would_be_found(label: str, fault: str) -> None:
    assert fault in button_faults(label, 1)


def test_quoted_buttons_exist_under_that_name() -> None:
    labels = {label for label, _ in buttons().values()}
    assert unquoted(messages().values(), labels) == set()
    assert unquoted(["Press “Sned”."], labels) == {"Sned"}


def questions() -> list[tuple[str, Question[object]]]:
    """Return every question of a flow by where it stands; a card is only read."""
    found = [
        (f"{flow.name}.{step.name}", step)
        for flow, step in steps()
        if isinstance(step, Question) and not isinstance(step, Card)
    ]
    assert len(found) >= FEWEST_QUESTIONS
    return found


def says_no_reason(step: Question[object]) -> bool:
    return bool(step.controls) and not isinstance(step, Review) and step.why is None


DECISIONS = {"language", "menu", "then", "go_on", "keep", "send", "send_all", "what_now",
             "take_back", "draft", "review", "give", "wants_second", "after", "topic",
             "matter"}  # fmt: skip


def cannot_be_skipped(step: Question[object]) -> bool:
    return not step.skippable and step.name not in DECISIONS


def test_every_question_says_why_it_is_asked() -> None:
    assert [where for where, step in questions() if says_no_reason(step)] == []


def test_a_question_can_be_skipped_unless_it_is_a_decision() -> None:
    assert [where for where, step in questions() if cannot_be_skipped(step)] == []


def test_a_question_without_a_reason_or_a_way_past_it_is_found() -> None:
    silent = Decide(Text("Well?"), why=None, well=Text("Well"))
    silent.name = "how"
    assert says_no_reason(silent)
    assert cannot_be_skipped(silent)


def warned(flow_steps: Iterable[Step]) -> bool:
    """Return whether every question that takes free words has the warning before it."""
    warnings: list[Say] = []
    for step in flow_steps:
        if isinstance(step, Say) and "can read this chat" in step.text.source:
            warnings.append(step)
        takes_words = isinstance(step, Question) and (
            isinstance(step, Collect) or not isinstance(step, ListQuestion | Review)
        )
        if takes_words and not any(w.when is ALWAYS or w.when == step.when for w in warnings):
            return False
    return True


def test_a_warning_about_the_phone_precedes_the_first_free_text() -> None:
    assert len(ALL_FLOWS) > 30
    assert [flow.name for flow in ALL_FLOWS if not warned(flow.steps)] == []


def test_a_flow_without_the_warning_would_be_found() -> None:
    report = next(flow for flow in ALL_FLOWS if flow.name == "report")
    assert not warned(step for step in report.steps if step.name != "warning")


def test_safety_stands_before_consent_needs_and_facts() -> None:
    for name in ("report", "ask_for_help"):
        flow = next(flow for flow in ALL_FLOWS if flow.name == name)
        order = [step.name for step in flow.steps]
        wanted = [
            "warning",
            "safe",
            "danger",
            "needs",
            "keep",
            "under_18",
            "send",
            "county",
            "send_all",
        ]
        assert sorted(wanted, key=order.index) == wanted


def test_a_person_who_is_not_safe_always_gets_the_numbers() -> None:
    asking = [flow for flow in ALL_FLOWS if any(step.name == "safe" for step in flow.steps)]
    asking.remove(UrgentDetails)  # staff were told by then: it shows the numbers itself
    assert UrgentDetails.numbers.when.holds({"safe": "not_safe"}, frozenset())
    assert {flow.name for flow in asking} == {"report", "ask_for_help", "talk"}
    for flow in asking:
        dangers = [s for s in flow.steps if isinstance(s, Begin) and s.flow_name == "danger"]
        assert [d.when.holds({"safe": "not_safe"}, frozenset()) for d in dangers] == [True]


def test_every_flow_that_is_begun_exists() -> None:
    names = {flow.name for flow in ALL_FLOWS}
    assert {step.flow_name for _, step in steps() if isinstance(step, Begin)} <= names


def test_language_buttons_are_the_languages_we_offer_in_their_own_script() -> None:
    offered = {tag: language.own_name for tag, language in LANGUAGES.items()}
    assert {tag: name.source for tag, name in OWN_NAMES.items()} == offered


def test_all_counties_of_taiwan_can_be_chosen() -> None:
    elsewhere = {"at_sea", "abroad"}
    assert len(COUNTIES.keys() - elsewhere) == 22
    assert elsewhere < COUNTIES.keys()


def test_the_first_hello_tells_a_rehearsal_from_the_real_thing() -> None:
    welcome = next(flow for flow in ALL_FLOWS if flow.name == "welcome")
    first = welcome.steps[0]
    assert isinstance(first, Say)
    assert first.text is phrases.REHEARSAL
    assert first.when.holds({}, frozenset({"rehearsal"}))
    assert not first.when.holds({}, frozenset())


def test_the_police_and_others_say_different_things_of_themselves() -> None:
    welcome = next(flow for flow in ALL_FLOWS if flow.name == "welcome")
    says = [step for step in welcome.steps if isinstance(step, Say)]
    ours = {s.name for s in says if s.when.holds({}, frozenset())}
    theirs = {s.name for s in says if s.when.holds({}, frozenset({"police"}))}
    assert ours - theirs == {"warning", "consent"}
    assert theirs - ours == {"warning_police", "consent_police"}
