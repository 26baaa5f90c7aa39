""" "There is" with anything behind it is no yes: an answer in the file is one the person gave.

"มียามเยอะ" (there are many guards) stood as *Needs a doctor now* and was told to staff.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.conversation import Choose
from bot.languages import LANGUAGES
from bot.languages.typed.answer_lists import answers_in, load_answers
from bot.languages.typed.typed_answers import match_label
from tests.support.dispatch_inspection import (
    BOOK,
    current_step,
    frames,
    reachable_positions,
    says_at,
)

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

SENTENCES: dict[str, list[str]] = tomllib.loads(
    Path(__file__).with_name("there_is.toml").read_text(encoding="utf-8")
)
HURT = {"Needs a doctor now", "Hurt, but can wait", "Nobody hurt or ill", "Not sure"}
BARE = {
    "zh_Hant": ["有", "有啊"], "zh_Hans": ["有", "有啊"], "vi": ["có", "dạ có ạ", "co"],
    "th": ["มี", "มีค่ะ", "มีครับ"], "km": ["មាន", "មានបង", "ចាស មាន"],
    "my": ["ရှိတယ်", "ရှိတယ် ရှင်"], "ja": ["います"],
}  # fmt: skip
"""What stays a yes to whether someone is hurt."""


def meanings(tag: str) -> set[str]:
    """Return the English labels that "there is" alone may mean."""
    known = answers_in(tag)
    return {label for it in known.there_is for label in known.labels.get(it, ())}


def places(tag: str) -> list[tuple[str, str]]:
    """Return the questions that "there is" answers."""
    return [
        (flow, step)
        for flow, step in reachable_positions()
        if isinstance(asked := BOOK.compiled[flow].questions[step], Choose)
        and any(it.source in meanings(tag) for it in asked.choices.values())
    ]


@pytest.mark.parametrize("tag", LANGUAGES)
def test_there_is_with_more_behind_it_is_stored_as_no_yes(
    sqlite_hotline: HotlineHarness, tag: str
) -> None:
    stored = []
    for place in places(tag):
        question = BOOK.compiled[place[0]].questions[place[1]]
        assert isinstance(question, Choose)
        yes = {code for code, it in question.choices.items() if it.source in meanings(tag)}
        for typed in SENTENCES[tag]:
            person = says_at(sqlite_hotline, place, typed, tag)
            given = [it.answers.get(place[1]) for it in frames(person) if it.flow == place[0]]
            if current_step(person) != place and yes.intersection(map(str, given)):
                stored.append((place, typed))
    assert stored == []


@pytest.mark.parametrize("tag", BARE)
def test_there_is_alone_stays_a_yes(tag: str) -> None:
    assert {it: match_label(it, HURT, tag) for it in BARE[tag]} == dict.fromkeys(
        BARE[tag], "Needs a doctor now"
    )


def test_without_the_list_many_guards_would_need_a_doctor(
    sqlite_hotline: HotlineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that the test above could fail."""
    known = load_answers("th")._replace(there_is=frozenset())
    monkeypatch.setattr(
        "bot.languages.typed.typed_answers.answers_in",
        lambda tag: known if tag == "th" else answers_in(tag),
    )
    person = says_at(sqlite_hotline, ("report", "hurt"), "มียามเยอะ", "th")
    assert frames(person)[-1].answers.get("hurt") == "now"
