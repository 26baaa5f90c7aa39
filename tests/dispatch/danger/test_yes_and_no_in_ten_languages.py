"""What people of ten languages type for yes and no where they may have staff told.

The sentences were written by strangers to the word lists. Those that were not understood were added
to the lists afterwards, so the shares measure what is kept, not what is new (`tests/README.md`).
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.languages.typed.typed_answers import TypedAnswer
from tests.dispatch.danger.test_consents_with_other_words import (
    BOTH,
    GIVE_LABELS,
    TELL_LABELS,
)
from tests.support.dispatch_inspection import cases_of, says_at

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

SENTENCES: dict[str, dict[str, list[str]]] = tomllib.loads(
    Path(__file__).with_name("consent_answers.toml").read_text(encoding="utf-8")
)
LEAST = 0.65
"""The part of a language's sentences that is understood at least."""
LEAST_OF_ALL = 0.8


def understood(tag: str, kind: str) -> list[bool]:
    """Return of each sentence for yes or no whether it is heard as one."""
    meant = kind == "yes"
    return [
        any(labels.get(TypedAnswer(it).consent_label(labels, tag) or "") is meant
            for labels in (TELL_LABELS, GIVE_LABELS))
        for it in SENTENCES[tag][kind]
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["yes", "no"])
def test_most_of_what_people_type_for_it_is_understood(kind: str) -> None:
    heard = {tag: understood(tag, kind) for tag in SENTENCES}
    shares = {tag: sum(found) / len(found) for tag, found in heard.items()}
    every = [it for found in heard.values() for it in found]
    assert {tag: share for tag, share in shares.items() if share < LEAST} == {}
    assert sum(every) / len(every) >= LEAST_OF_ALL


@BOTH
@pytest.mark.parametrize("tag", SENTENCES)
def test_what_only_sounds_like_a_yes_lets_no_one_read(
    sqlite_hotline: HotlineHarness, tag: str, step: tuple[str, str]
) -> None:
    for typed in SENTENCES[tag]["neither"]:
        says_at(sqlite_hotline, step, typed, tag)
        assert cases_of(sqlite_hotline) == [], typed


def test_the_languages_are_those_of_the_bot() -> None:
    assert len(SENTENCES) == 10
    assert all(len(it["neither"]) >= 30 for it in SENTENCES.values())
