"""How much a frightened person reads and presses before a human can read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.conversation import Menu, PressInput, answer, begin, open_question
from bot.conversation.engine import CONTROL_HANDLERS
from bot.conversation.outcomes import TELLS_STAFF
from bot.conversation.questions.choice import ListQuestion
from bot.conversation.registry import FlowRegistry
from bot.conversation.replies import MAX_CONTROLS
from bot.conversation.state import Frame, Position
from bot.languages import FALLBACK, catalogue
from bot.places.taiwan import TAIWAN
from bot.places.taiwan.directory import VERIFIED_ON
from flows import ALL_FLOWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.conversation import Answer, Turn
    from bot.conversation.questions.question import Question

FLOWS = FlowRegistry(ALL_FLOWS)
STAFFED = frozenset({"staffed", "spoken"})
BLANKS = {
    **TAIWAN.blanks(catalogue(FALLBACK), VERIFIED_ON),
    "organisation": "Garden of Light Foundation",
    "hours": "every day 09:00-21:00",
}
TO_REPORT = ("en", "tell", "me", "safe", "skip", "may", "adult", "skip", "send")
TO_HELP = ("en", "ask", "me", "safe", "skip", "may", "adult", "send")
TO_TALK = ("en", "talk", "safe", "send")
MOST_READ = 700
"""Characters before the question what is needed; there were 1,684."""


class Walk:
    """A person who presses one button after another, from the very start."""

    def __init__(self) -> None:
        self.position = Position()
        self.turns: list[Turn] = [begin(FLOWS, self.position, "welcome", STAFFED)]

    def press(self, code: str) -> None:
        asked = open_question(FLOWS, self.position)
        assert asked is not None
        offered = {choice.code for choice in asked.choices if choice.offered}
        assert code in offered | set(asked.controls)
        self.turns.append(answer(FLOWS, self.position, PressInput(code), STAFFED))

    @property
    def at(self) -> tuple[str, str]:
        return self.position.frames[-1].flow, self.position.frames[-1].step

    @property
    def read(self) -> list[str]:
        words = catalogue(FALLBACK)
        return [reply.render(words, BLANKS) for turn in self.turns for reply in turn.replies]

    @property
    def is_sent(self) -> bool:
        return any(end.outcome in TELLS_STAFF for turn in self.turns for end in turn.endings)


def walked(codes: tuple[str, ...]) -> Walk:
    walk = Walk()
    for code in codes:
        assert not walk.is_sent
        walk.press(code)
    return walk


@pytest.mark.parametrize(
    ("codes", "most"), [(TO_REPORT, 9), (TO_HELP, 8), (TO_TALK, 4)], ids=["report", "help", "talk"]
)
def test_the_shortest_way_to_a_human_takes_few_taps(codes: tuple[str, ...], most: int) -> None:
    assert walked(codes).is_sent
    assert len(codes) <= most


@pytest.mark.parametrize("codes", [TO_REPORT, TO_HELP, TO_TALK])
def test_one_tap_less_sends_nothing(codes: tuple[str, ...]) -> None:
    """The negative control: nothing is sent before the last press."""
    assert not walked(codes[:-1]).is_sent


@pytest.mark.parametrize("codes", [TO_REPORT, TO_HELP])
def test_the_need_is_asked_by_the_fourth_tap_after_few_words(codes: tuple[str, ...]) -> None:
    walk = walked(codes[:4])
    assert walk.at[1] == "needs"
    *before, _need = walk.read
    assert sum(map(len, before)) <= MOST_READ


@pytest.mark.parametrize("codes", [TO_REPORT, TO_HELP, TO_TALK])
def test_nothing_is_said_twice_on_the_way(codes: tuple[str, ...]) -> None:
    sentences = [
        sentence.strip()
        for text in walked(codes).read
        for line in text.split("\n")
        for sentence in line.split(". ")
    ]
    assert len(sentences) == len(set(sentences))


def test_a_flow_begun_without_the_welcome_says_who_can_read() -> None:
    position = Position()
    turn = begin(FLOWS, position, "report", STAFFED)
    assert "can read this chat" in turn.replies[0].text.source


@pytest.mark.parametrize("hidden", [False, True])
def test_a_warning_counts_only_while_the_chat_was_not_silent(hidden: bool) -> None:
    position = Position()
    begin(FLOWS, position, "report", STAFFED)
    answer(FLOWS, position, PressInput("me"), STAFFED)
    if hidden:
        position.frames[0].hidden_answers, position.frames[0].answers = {"about": "me"}, {}
    turn = answer(FLOWS, position, PressInput("person"), STAFFED)
    warned = [it for it in turn.replies if "can read this chat" in it.text.source]
    assert len(warned) == int(hidden)


def test_a_few_more_questions_can_each_be_skipped_and_are_sent_only_then() -> None:
    walk = walked((*TO_REPORT[:-1], "more"))
    while walk.at[1] != "review":
        walk.press("skip")
    assert not walk.is_sent
    walk.press("go")
    assert walk.at[1] == "send_all"
    walk.press("send")
    assert walk.is_sent


@pytest.mark.parametrize(("flow", "unsafe"), [("report", "not_safe"), ("ask_for_help", "not_safe")])
def test_whether_answers_may_be_kept_is_not_asked_in_danger(flow: str, unsafe: str) -> None:
    position = Position()
    begin(FLOWS, position, flow, STAFFED)
    for code in ("me", unsafe, "not_yet", "skip"):
        answer(FLOWS, position, PressInput(code), STAFFED)
    assert position.frames[-1].step == "under_18"


@pytest.mark.parametrize("fact", ["told", "alarmed"])
def test_whether_answers_may_be_kept_is_not_asked_once_staff_read_or_words_alarmed(
    fact: str,
) -> None:
    position, facts = Position(), STAFFED | {fact}
    begin(FLOWS, position, "report", facts)
    for code in ("me", "safe", "skip"):
        answer(FLOWS, position, PressInput(code), facts)
    assert position.frames[-1].step == "under_18"


def test_only_while_we_chat_stays_when_danger_comes_later() -> None:
    """A choice to keep nothing is not lost because the question would not be asked any more."""
    position = Position()
    begin(FLOWS, position, "report", STAFFED)
    for code in ("me", "safe", "skip", "sitting", "back", "back"):
        answer(FLOWS, position, PressInput(code), STAFFED)
    assert position.frames[-1].step == "needs"
    answer(FLOWS, position, PressInput("back"), STAFFED)
    answer(FLOWS, position, PressInput("not_safe"), STAFFED)
    assert position.frames[0].answers["keep"] == "sitting"


def test_every_question_has_at_most_three_controls_in_every_form() -> None:
    crowded = [
        f"{name}.{step}"
        for name, compiled in FLOWS.compiled.items()
        for step, question in compiled.questions.items()
        for frame in _forms(name, step, question)
        for back in (False, True)
        if len(question.ask(frame, back=back).controls) > MAX_CONTROLS
    ]
    assert crowded == []


def test_why_is_a_button_only_where_fewer_than_three_others_are() -> None:
    with_reason = [
        question
        for compiled in FLOWS.compiled.values()
        for question in compiled.questions.values()
        if question.why is not None and question.skippable and question.offers_person
    ]
    assert len(with_reason) > 30
    for question in with_reason:
        frame = next(iter(_forms("report", question.name, question)))
        assert question.ask(frame, back=False).controls == ("skip", "why", "person")
        assert question.ask(frame, back=True).controls == ("skip", "back", "person")


def test_a_person_is_asked_for_from_any_question_and_the_question_waits() -> None:
    walk = walked(TO_REPORT[:5])
    walk.press("person")
    assert walk.at == ("talk", "safe")
    walk.press("safe")
    walk.press("send")
    assert walk.is_sent
    assert walk.at == ("report", "keep")


def test_every_control_does_something() -> None:
    shown = {
        control
        for name, compiled in FLOWS.compiled.items()
        for step, question in compiled.questions.items()
        for frame in _forms(name, step, question)
        for back in (False, True)
        for control in question.ask(frame, back=back).controls
    }
    assert shown == {*CONTROL_HANDLERS, "done"}


def test_a_menu_that_leads_to_a_person_has_no_second_button_for_it() -> None:
    menus = [
        question
        for compiled in FLOWS.compiled.values()
        for question in compiled.questions.values()
        if isinstance(question, Menu) and "talk" in question.choices
    ]
    assert menus
    assert not any(question.offers_person for question in menus)


def _forms(name: str, step: str, question: Question[Answer]) -> Iterator[Frame]:
    """Yield a question as it is asked first, again, and with a part of an answer."""
    part = question.codes[0] if isinstance(question, ListQuestion) else "part"
    yield Frame(name, step)
    yield Frame(name, step, {step: (part,) if question.collects_parts else part})
    if question.collects_parts:
        yield Frame(name, step, partial_answers={step: (part,)})
        yield Frame(name, step, {step: (part,)}, partial_answers={step: (part,)})
        yield Frame(name, step, {step: (part,)}, partial_answers={step: ()})
