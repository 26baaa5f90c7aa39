"""Every reply of every question stands on a screen, in every language, within Telegram's limits."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

from bot.app.texts import build_system_texts
from bot.conversation import Position, PressInput, answer, ask_again, begin, why
from bot.dispatch import callback_data
from bot.dispatch.conversation_store import copy_position
from bot.dispatch.rendering import MAX_MESSAGE_UNITS, ROW_WIDTH, TICK, Renderer, display_width
from bot.languages import LANGUAGES, catalogue
from bot.messages import SendText
from tests.support.dispatch_inspection import BOOK, STAFFED, answers_at, reachable_positions
from tests.support.harnesses.hotline_harness import settings_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.conversation import Reply

PREFIX = "ffffff:" + "A" * 22 + ":"


@pytest.fixture
def screens(tmp_path: Path) -> Renderer:
    return Renderer(build_system_texts(settings_for(tmp_path)))


def replies() -> Iterator[Reply]:
    """Yield everything said at any question, whatever is answered there."""
    for position in reachable_positions().values():
        yield from ask_again(BOOK, copy_position(position), STAFFED).replies
        yield from why(BOOK, copy_position(position), STAFFED).replies
        for heard in answers_at(position):
            yield from answer(BOOK, copy_position(position), heard, STAFFED).replies
    for flow in BOOK.compiled:
        for known in (
            frozenset[str](),
            STAFFED,
            frozenset({"police", "rehearsal", "sent", "unsent"}),
        ):
            yield from begin(BOOK, Position(), flow, known).replies


@cache
def all_replies() -> list[Reply]:
    return list(replies())


FILLED = {
    "reference": "K7M4Q2", "trail": "21:40", "held": "21:40", "until": "11/24",
    "introduced": "Garden Aid",
}  # fmt: skip
"""What is known only when it is said."""


def test_there_is_something_to_look_at() -> None:
    assert len(all_replies()) > 500
    assert any(reply.fleeting for reply in all_replies())
    assert any(choice.ticked for reply in all_replies() for choice in reply.choices)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reply_is_within_the_limits(screens: Renderer, language: str) -> None:
    """4096 units, 100 buttons, 8 a row, 64 bytes a token; and no blank left open."""
    for reply in all_replies():
        said = screens.render(reply, language, PREFIX, FILLED)
        for part in screens.split_message(said) if reply.fleeting else [said]:
            assert 0 < len(part.text.encode("utf-16-le")) // 2 <= MAX_MESSAGE_UNITS
        assert "{" not in said.text, said.text
        assert bool(said.rows) == reply.is_question
        buttons = [button for row in said.rows for button in row]
        assert len(buttons) <= 100
        assert all(0 < len(row) <= 8 for row in said.rows)
        assert all(button.label.strip() for button in buttons)
        assert all(len((PREFIX + button.token).encode()) <= 64 for button in buttons)
        assert len({button.token for button in buttons}) == len(buttons)


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_choices_share_a_row_only_where_both_are_narrow(
    screens: Renderer, language: str
) -> None:
    shared = 0
    for reply in all_replies():
        for row in screens.render(reply, language, PREFIX, {}).rows:
            choices = [button for button in row if button.token.isdecimal()]
            if len(choices) > 1:
                shared += 1
                assert len(row) == 2
                assert all(
                    display_width(c.label.removeprefix(TICK)) <= ROW_WIDTH // 2 for c in choices
                )
    assert shared


@pytest.mark.parametrize("language", LANGUAGES)
def test_danger_and_the_way_out_are_always_in_the_last_row(
    screens: Renderer, language: str
) -> None:
    for reply in all_replies():
        rows = screens.render(reply, language, PREFIX, {}).rows
        if not rows:
            continue
        last = [button.token for row in rows[-2:] for button in row if button.token[0] == "!"]
        assert last == [callback_data.DANGER_BUTTON, callback_data.BYE_BUTTON]
        assert rows[-1][-1].token == callback_data.BYE_BUTTON
        assert all(button.token[0] == "!" for button in rows[-1])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_button_leads_back_to_its_own_answer(screens: Renderer, language: str) -> None:
    for reply in all_replies():
        said = screens.render(reply, language, PREFIX, {})
        found = [
            screens.code_of_token(reply, button.token)
            for row in said.rows
            for button in row
            if button.token[0] != "!"
        ]
        codes = [*(choice.code for choice in reply.choices), *reply.controls]
        assert sorted(map(str, found)) == sorted(codes)


def test_what_is_remembered_mixes_neither_languages_nor_ticks(tmp_path: Path) -> None:
    """The same as a screen that remembers nothing, in any order, again and again."""
    phrasing = build_system_texts(settings_for(tmp_path))
    remembers = Renderer(phrasing)
    for _ in range(2):
        for number, reply in enumerate(all_replies()[::7]):
            for language in LANGUAGES:
                fresh = Renderer(phrasing).render(reply, language, f"{number}:", {})
                assert remembers.render(reply, language, f"{number}:", {}) == fresh


def test_a_blank_that_changed_changes_texts_that_were_shown_before(tmp_path: Path) -> None:
    phrasing, shown = build_system_texts(settings_for(tmp_path)), {"hours": "09:00-18:00"}
    renderer = Renderer(replace(phrasing, blanks=lambda _: phrasing.blanks(_) | shown))
    reply = next(it for it in all_replies() if "{hours}" in it.text.source)
    assert "09:00-18:00" in renderer.render(reply, "en", PREFIX, {}).text
    shown["hours"] = "14:00-17:00"
    for _ in range(2):
        renderer.use_blanks_of(object())
        assert "14:00-17:00" in renderer.render(reply, "en", PREFIX, {}).text


def test_ticks_of_one_person_are_not_shown_to_another(screens: Renderer) -> None:
    one, two = (
        copy_position(reachable_positions()["report", "needs"]),
        copy_position(reachable_positions()["report", "needs"]),
    )
    answer(BOOK, one, PressInput("food"), STAFFED)
    shown = [
        screens.render(ask_again(BOOK, position, STAFFED).replies[0], "en", PREFIX, {})
        for position in (one, two, one)
    ]
    ticked = ["\u2713" in str(said.rows) for said in shown]
    assert ticked == [True, False, True]


def test_the_memory_of_screens_has_an_end(screens: Renderer) -> None:
    position = copy_position(reachable_positions()["report", "signs"])
    codes = BOOK.compiled["report"].questions["signs"].choices  # type: ignore[attr-defined]
    for number in range(5000):
        position.frames[-1].partial_answers["signs"] = tuple(
            code for bit, code in enumerate(codes) if number >> bit & 1
        )
        screens.render(ask_again(BOOK, position, STAFFED).replies[0], "en", PREFIX, {})
    assert len(screens._layouts) <= 4096


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_and_references_stand_as_they_came(screens: Renderer, language: str) -> None:
    (said,) = [
        reply
        for reply in all_replies()
        if "{reference}" in reply.text.source and "{hours}" in reply.text.source
    ][:1]
    assert "K7M4Q2" in screens.render(said, language, "", {"reference": "K7M4Q2"}).text
    assert "02-1234" in str(screens.blanks(language))
    assert catalogue(language)


def parts(screens: Renderer, text: str) -> list[str]:
    return [part.text for part in screens.split_message(SendText(text))]


def test_a_long_text_is_cut_at_blank_lines(screens: Renderer) -> None:
    paragraphs = [f"{number} " + "\U0001f600" * 500 for number in range(10)]
    found = parts(screens, "\n\n".join(paragraphs))
    assert "\n\n".join(found) == "\n\n".join(paragraphs)
    assert all(len(part.encode("utf-16-le")) // 2 <= MAX_MESSAGE_UNITS for part in found)
    assert len(found) == 3


@pytest.mark.parametrize("text", ["", "x" * 4096, "x" * 4097, "\U0001f600" * 5000, "a\n\n" * 3000])
def test_any_text_is_cut_into_parts_that_fit_and_nothing_is_lost(
    screens: Renderer, text: str
) -> None:
    found = parts(screens, text)
    assert all(len(part.encode("utf-16-le")) // 2 <= MAX_MESSAGE_UNITS for part in found)
    assert "".join("".join(found).split()) == "".join(text.split())
