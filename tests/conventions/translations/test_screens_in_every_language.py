"""Every question in every language, as it is shown: danger and stop below it, buttons that fit."""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import pytest
import regex

from bot.app.texts import build_system_texts
from bot.conversation import (
    AskPlace,
    AskWhen,
    Choose,
    ChooseMany,
    Collect,
    End,
    FileRef,
    Flow,
    FlowRegistry,
    Frame,
    Position,
    Reply,
    Review,
    Say,
)
from bot.conversation.questions.choice import ListQuestion
from bot.conversation.questions.question import Question
from bot.conversation.tools.checks import check_flows, find_problems
from bot.dispatch import callback_data
from bot.dispatch.rendering import TICK, Renderer, display_width
from bot.languages import LANGUAGES
from bot.messages import Button
from bot.places.place import all_blanks
from bot.settings import Settings
from bot.text import Text, fold_accents
from flows import ALL_FLOWS
from tests.support.content.catalogue_files import FILES, phrases_of, read_in

if TYPE_CHECKING:
    from collections.abc import Iterator

BOOK = FlowRegistry(ALL_FLOWS)
WIDEST = 24
"""Columns of a button: what a telephone of 360 points shows without cutting it."""
SETTINGS = Settings(organisation="Garden of Light", contact="example.org", hours="09:00-21:00")
FILE = FileRef("handle", "photo", caption="This is what it looks like.")

every_language = pytest.mark.parametrize("tag", LANGUAGES)


class Shown(NamedTuple):
    """One question as it is put in one state."""

    where: str
    reply: Reply


@cache
def screens() -> Renderer:
    return Renderer(build_system_texts(SETTINGS))


def questions() -> Iterator[tuple[type[Flow], Question[object]]]:
    for flow in ALL_FLOWS:
        for step in flow.steps:
            if isinstance(step, Question):
                yield flow, step


@cache
def every_state() -> tuple[Shown, ...]:
    """Return every question as it is put at first, with an answer begun, and asked again."""
    shown = []
    for flow, question in questions():
        for frame in frames_for(flow, question):
            for back in (False, True):
                reply = question.ask(frame, back=back)
                shown.append(Shown(f"{flow.name}.{question.name}", reply))
                if isinstance(question, Review):
                    summary = question.summary(
                        frame, Position(extra_texts=["Something else."]), back=back
                    )
                    shown.append(Shown(f"{flow.name}.{question.name} shown", summary))
    return tuple(shown)


def frames_for(flow: type[Flow], question: Question[object]) -> Iterator[Frame]:
    yield Frame(flow.name, question.name)
    if isinstance(question, Review):
        told = {asked.name: answer_to(asked) for asked in question.questions}
        yield Frame(flow.name, question.name, told)
        return
    yield Frame(flow.name, question.name, {question.name: answer_to(question)})
    if isinstance(question, ChooseMany):
        yield Frame(flow.name, question.name, partial_answers={question.name: question.codes})
    elif isinstance(question, Collect):
        yield Frame(flow.name, question.name, partial_answers={question.name: (FILE,)})


def answer_to(question: Question[object]) -> object:
    if isinstance(question, ChooseMany):
        return question.codes
    if isinstance(question, Choose):
        return question.codes[0]
    return (FILE,) if isinstance(question, Collect) else "Some words."


def rows_of(shown: Shown, tag: str) -> tuple[tuple[Button, ...], ...]:
    return screens().render(shown.reply, tag, "0:", {"reference": "K7M4Q2"}).rows


def width(label: str) -> int:
    """Return the columns of a label, counted by what a reader sees as one sign.

    Wide letters take two; Thai `am` joins its letter and still takes a column of its own. So do, in
    Khmer and Burmese, vowels beside their letter; Burmese letters of two circles take two. As
    measured in Noto Sans, half of their labels are at most 1.1 times that wide.
    """
    signs = regex.findall(r"\X", label)
    wide = sum(1 for sign in signs if unicodedata.east_asian_width(sign[0]) in "WF")
    beside = len(regex.findall(r"(?V1)[\p{Mc}--[\u102b\u102c\u1038]]", label))
    twice = len(regex.findall(r"(?<!\u1039)[ကဃဆညတထဘယလသဟအဏ]", label))
    return len(signs) + wide + beside + twice + label.count("\u0e33")


# --- Proven, and with a way out -------------------------------------------------------------


def test_what_must_hold_of_all_flows_holds() -> None:
    check_flows(BOOK, all_blanks())


def test_a_flow_that_breaks_it_would_be_found() -> None:
    class Careless(Flow):
        title = Text("Careless")
        told = Choose(Text("Well?"), why=None, well=Text("Well"), unwell=Text("well"))
        end = End(Text("Hello {stranger}."))

    found = "\n".join(find_problems(FlowRegistry([*ALL_FLOWS, Careless])))
    assert "does not say why it is asked" in found
    assert "two buttons that read alike" in found
    assert "{stranger}" in found


@every_language
def test_danger_and_stop_stand_below_every_question(tag: str) -> None:
    words = read_in(tag)
    phrasing = build_system_texts(SETTINGS)
    wanted = {
        callback_data.DANGER_BUTTON: phrasing.danger.render(words),
        callback_data.BYE_BUTTON: phrasing.bye.render(words),
    }
    for shown in every_state():
        below = {button.token: button.label for row in rows_of(shown, tag)[-2:] for button in row}
        assert wanted.items() <= below.items(), shown.where


def test_a_message_without_a_question_would_be_found() -> None:
    said = Shown("a statement", Reply(Say(Text("Hello.")).text))
    assert rows_of(said, "en") == ()


def test_all_kinds_of_question_were_looked_at() -> None:
    kinds = {type(question) for _, question in questions()}
    assert kinds >= {Choose, ChooseMany, Collect, AskPlace, AskWhen, Review}
    controls = {control for shown in every_state() for control in shown.reply.controls}
    assert controls == {"skip", "why", "back", "done", "keep", "clear", "person"}


# --- Buttons that fit -----------------------------------------------------------------------


@every_language
def test_no_button_is_cut(tag: str) -> None:
    """Alone in its row a button may have 24 columns, beside another 12, beside two 8."""
    cut = {
        (button.label, len(row))
        for shown in every_state()
        for row in rows_of(shown, tag)
        for button in row
        if width(button.label.removeprefix(TICK)) > WIDEST // len(row)
    }
    assert cut == set()


def test_a_button_that_is_too_wide_would_be_found() -> None:
    assert width("12 Something far too wide") > WIDEST
    assert width("12 " + "\u4e00" * 11) > WIDEST
    assert width("\u0e2d\u0e31\u0e19\u0e15\u0e23\u0e32\u0e22") == 6
    assert width("\u0e17\u0e33") == 2


@every_language
def test_a_tick_moves_no_button(tag: str) -> None:
    for flow, question in questions():
        if isinstance(question, ChooseMany):
            unticked = question.ask(Frame(flow.name, question.name), back=True)
            ticked = Frame(
                flow.name, question.name, partial_answers={question.name: question.codes}
            )
            shown = [unticked, question.ask(ticked, back=True)]
            places = [choices_in(rows_of(Shown("", reply), tag)) for reply in shown]
            assert places[0] == places[1], f"{flow.name}.{question.name}"


def choices_in(rows: tuple[tuple[Button, ...], ...]) -> list[list[str]]:
    return [[button.token for button in row] for row in rows if row[0].token.isdigit()]


@pytest.mark.parametrize("tag", sorted({tag for tag, _ in FILES}))
def test_button_width_is_counted_in_visible_characters(tag: str) -> None:
    labels = [it.words for it in phrases_of(tag) if it.is_label or it.is_county]
    assert labels
    assert {label: display_width(label) for label in labels} == {
        label: width(label) for label in labels
    }


@every_language
def test_no_two_buttons_of_a_question_read_alike(tag: str) -> None:
    for shown in every_state():
        buttons = [button for row in rows_of(shown, tag) for button in row]
        if shown.where.endswith(" shown"):  # there only the numbers tell the answers apart
            buttons = [button for button in buttons if not button.token.isdigit()]
        assert alike(buttons) == set(), shown.where


def alike(buttons: list[Button]) -> set[str]:
    times = Counter(fold_accents(label_of(button)) for button in buttons)
    return {label for label, count in times.items() if count > 1}


def test_two_buttons_that_read_alike_would_be_found() -> None:
    assert alike([Button("1 Not sure", "0"), Button("\u2713 2 NOT SURE", "1")]) == {"not sure"}


def label_of(button: Button) -> str:
    """Return a label without its tick and its number."""
    return button.label.removeprefix(TICK).lstrip("0123456789").strip()


@every_language
def test_a_label_that_is_typed_is_its_button(tag: str) -> None:
    words = read_in(tag)
    for flow, question in questions():
        if isinstance(question, ListQuestion):
            reply = question.ask(Frame(flow.name, question.name), back=True)
            for choice in reply.choices:
                label = choice.label.render(words)
                assert screens().may_be_label(tag, label)
                assert screens().code_of_label(reply, tag, label.upper()) == choice.code
