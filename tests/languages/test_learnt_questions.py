"""Questions that no list knows are understood by examples; cries for help are not taken for them.

`questions_held/` was written without sight of lists, examples and other sets, and nothing was
learnt from it: 1,966 questions and 586 other texts. What stood in both was taken out.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.languages import LANGUAGES
from bot.languages.alarms.find import ALSO_ASKED, find_alarms
from bot.languages.answer_model import NONE, AnswerTable, load_answer_model
from bot.languages.questions import (
    KINDS,
    LABELS,
    LEAVING,
    MODEL,
    NO_POLICE,
    find_question,
    likely_question,
    surely_asked,
)
from bot.languages.urgency import read_weights
from tests.languages.scores import HELD_SETS, sentences
from tests.support.content.answer_model import NO_QUESTION, load_question_examples, read_questions
from tests.support.content.urgency_model import digest_of, read_examples
from tests.support.drill_length import part_of

FOLDER = Path(__file__).parent / "questions_held"
EACH, OTHER = 9, 50
"""Questions of each kind in a language, and other texts, at least."""
LISTS_ALONE, UNDERSTOOD, OTHERWISE = 0.3, 0.64, 0.05
"""Shares of the questions: what lists find, what all find, and what is taken for another kind."""
TAKEN_FOR_A_QUESTION = 0.04
"""Share of the other texts."""
CRIES_TAKEN = 0.001
"""Share of known cries for help whose alarm would be answered like a question."""
LEAST = 38
"""Examples of each kind in a language, at least."""


class Held(NamedTuple):
    """A text of the held set, and what it asks about."""

    tag: str
    kind: str
    text: str

    @property
    def found(self) -> str | None:
        """Return the kind that is understood."""
        return find_question(self.text, self.tag) or likely_question(self.text)


def held() -> list[Held]:
    return [
        Held(tag, *line.split("\t"))
        for tag in LANGUAGES
        for line in (FOLDER / f"{tag}.tsv").read_text(encoding="utf-8").splitlines()
    ]


def asked() -> list[Held]:
    return [it for it in held() if it.kind != NO_QUESTION]


def test_the_held_set_is_whole_and_nothing_was_learnt_from_it() -> None:
    counted = Counter((it.tag, it.kind) for it in held())
    assert set(counted) == {(tag, kind) for tag in LANGUAGES for kind in (*KINDS, NO_QUESTION)}
    assert min(most for (_, kind), most in counted.items() if kind != NO_QUESTION) >= EACH
    assert min(most for (_, kind), most in counted.items() if kind == NO_QUESTION) >= OTHER
    learnt = {it.words.casefold() for it in load_question_examples()}
    assert len(learnt) > len(held())
    assert [it for it in held() if it.text.casefold() in learnt] == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_kind_has_examples_in_every_language(tag: str) -> None:
    assert [kind for kind, listed in read_questions(tag).items() if len(listed) < LEAST] == []


def test_the_weights_were_made_from_the_examples_as_they_are() -> None:
    examples = load_question_examples()
    assert read_weights(MODEL, AnswerTable).digest == digest_of(examples)
    assert load_answer_model(MODEL).biases.keys() == {*LABELS, NONE}


def test_most_questions_that_nothing_was_learnt_from_are_understood() -> None:
    questions = asked()
    right = [it for it in questions if it.found == it.kind]
    wrong = [it for it in questions if it.found not in {None, it.kind}]
    assert len(right) >= UNDERSTOOD * len(questions)
    assert len(wrong) <= OTHERWISE * len(questions), wrong


def test_the_lists_alone_would_understand_a_third(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.languages.questions.likely_question", lambda *_: None)
    questions = asked()
    right = [it for it in questions if find_question(it.text, it.tag) == it.kind]
    assert LISTS_ALONE * len(questions) <= len(right) < UNDERSTOOD / 1.5 * len(questions)


def test_what_asks_nothing_is_hardly_ever_taken_for_a_question() -> None:
    other = [it for it in held() if it.kind == NO_QUESTION]
    taken = [it for it in other if it.found and not find_alarms(it.text)]
    assert len(taken) <= TAKEN_FOR_A_QUESTION * len(other), taken


def known_cries(tag: str) -> list[str]:
    """Return cries for help in a language: of the sets held back, and of the examples."""
    return [
        *(each for name in HELD_SETS for each in sentences(name, tag)["urgent"]),
        *(each.words for each in read_examples(tag) if each.is_urgent),
    ]


def test_a_cry_for_help_is_not_answered_like_a_question() -> None:
    cries = [(tag, it) for tag in LANGUAGES for it in part_of(known_cries(tag), 250)]
    alarming = [(tag, it, found) for tag, it in cries if (found := find_alarms(it))]
    assert len(alarming) > len(cries) / 2
    also_danger = ALSO_ASKED | {"danger_now"}
    taken = [
        it
        for tag, it, found in alarming
        if (kind := surely_asked(it, tag))
        and found <= (also_danger if kind in {LEAVING, NO_POLICE} else ALSO_ASKED)
    ]
    assert len(taken) <= CRIES_TAKEN * len(alarming), taken


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "please don't bring police to the dorm"),
        ("zh_Hans", "求你别报警"),
        ("fil", "ayoko po ng pulis"),
        ("km", "កុំឲ្យឈ្មោះខ្ញុំទៅប៉ូលិស"),
    ],
)
def test_a_wish_that_the_police_hear_nothing_is_no_cry_for_the_police(tag: str, text: str) -> None:
    assert find_alarms(text) == frozenset()
    assert surely_asked(text, tag) == "no_police"


@pytest.mark.parametrize(
    "text",
    [
        "please send police now i cant speak",
        "警察呼んでください 声出せません",
        "lapor polisi dong buat aku plis",
        "báo công an giùm em",
        "อยากแจ้งความ",
    ],
)
def test_a_cry_for_the_police_stays_one(text: str) -> None:
    found = find_alarms(text)
    assert found
    assert not found <= ALSO_ASKED or surely_asked(text, "en") is None
