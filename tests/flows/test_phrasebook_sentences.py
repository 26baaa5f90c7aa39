"""Phrasebook sentences in every language: buttons that fit, messages that are short."""

from __future__ import annotations

import pytest

from bot.app.texts import build_phrasebook, build_system_texts
from bot.dispatch.rendering import display_width
from bot.hotline.chat.phrasebook import MAX_VALUE, Phrasebook
from bot.languages import LANGUAGES
from bot.settings import Settings
from bot.text import Text, fold_accents
from flows import ALL_FLOWS
from flows.own_data.privacy import Privacy
from flows.texts import phrases
from flows.texts.phrasebook import GROUPS, PHRASES
from tests.support.content.catalogue_files import read_in

SETTINGS = Settings(organisation="Garden of Light", contact="example.org", hours="09:00-21:00")
WIDEST = 24
"""Columns of a button that stands alone in its row."""
LONGEST = 300
BOOK = Phrasebook(
    PHRASES,
    build_system_texts(SETTINGS).blanks,
    groups=GROUPS,
    exit_buttons={"!d": phrases.DANGER, "!b": phrases.CLEAR_CHAT},
)
USUAL = {
    "time": "11/24 21:40",
    "place": "台北車站 M4",
    "sign": "a green bag",
    "who": "台北市勞動局",
}


def filled(code: str) -> dict[str, str]:
    return {name: USUAL[name] for name in PHRASES[code].blanks}


def too_wide(labels: list[str]) -> list[str]:
    return [label for label in labels if display_width(label) > WIDEST]


def alike(labels: list[str]) -> bool:
    return len({fold_accents(label) for label in labels}) < len(labels)


def screen_faults(text: str, labels: list[str]) -> list[str]:
    """Return what keeps a sentence from being read and answered on a small screen."""
    faults = [f"too wide: {label}" for label in too_wide(labels)]
    if len(text) > LONGEST:
        faults.append(f"too long: {len(text)}")
    if "{" in text:
        faults.append("a blank is left")
    if alike([label.partition(" ")[2] for label in labels]):
        faults.append("two buttons read alike")
    return faults


def test_a_sentence_can_be_read_and_answered_on_a_small_screen() -> None:
    found = {}
    for tag in LANGUAGES:
        for code, phrase in PHRASES.items():
            said = BOOK.render(code, filled(code), tag, "0:")
            labels = [row[0].label for row in said.rows[: len(phrase.replies)]]
            found[tag, code] = screen_faults(said.text, labels)
    assert len(found) >= 250
    assert {where: faults for where, faults in found.items() if faults} == {}


def test_what_does_not_fit_would_be_found() -> None:
    labels = ["1 " + "x" * WIDEST, "2 Not sure", "3 NOT SURE"]
    assert len(screen_faults("{blank}" * LONGEST, labels)) == 4
    assert too_wide(["1 Something far, far too wide", "2 短"]) == ["1 Something far, far too wide"]
    assert alike(["Not sure", "NOT SURE"])


def test_there_are_enough_sentences_and_not_too_many_to_choose_from() -> None:
    assert 25 <= len(PHRASES) <= 42


def test_every_sentence_stands_in_a_group_and_no_group_is_empty() -> None:
    assert {phrase.group for phrase in PHRASES.values()} == set(GROUPS)
    groups = [phrase.group for phrase in PHRASES.values()]
    assert groups == sorted(groups, key=list(GROUPS).index)


def test_a_blank_is_filled_by_a_caseworker_or_by_settings() -> None:
    known = set(build_system_texts(SETTINGS).blanks(read_in("en")))
    for phrase in PHRASES.values():
        blanks = {name for name in [*USUAL, *known] if f"{{{name}}}" in phrase.text.source}
        assert phrase.text.source.count("{") == len(blanks), phrase.code
        assert blanks - known == set(phrase.blanks), phrase.code


def test_the_opener_can_be_answered_by_any_holder_of_the_phone() -> None:
    assert list(PHRASES["opener"].replies) == ["can_write", "not_now", "who"]


def test_what_a_flow_says_already_is_not_said_again_in_other_words() -> None:
    """The sentences of flows are taken from them, so a change of one is a change of both."""
    texts = {text for flow in ALL_FLOWS for step in flow.steps for text in step.phrases()}
    shared = [phrase.code for phrase in PHRASES.values() if phrase.text in texts]
    assert {"seen", "safe", "numbers", "hurt", "tonight", "law"} <= set(shared)
    own = {phrase.text.source for phrase in PHRASES.values()} - {text.source for text in texts}
    assert len(own) + len(shared) == len(PHRASES)


def test_staff_are_told_what_belongs_in_a_blank() -> None:
    for phrase in PHRASES.values():
        for label in phrase.blanks.values():
            assert isinstance(label, Text)
            assert label.render(read_in("zh_Hant")) != label.source


def test_a_blank_takes_a_place_and_a_time() -> None:
    assert all(len(value) < MAX_VALUE for value in USUAL.values())


@pytest.mark.parametrize(
    ("kind", "law"),
    [
        ("ngo", Privacy.law.text),
        ("labour", Privacy.law.text),
        ("police", Privacy.law_police.text),
        ("immigration", Privacy.law_police.text),
    ],
)
def test_the_sentence_on_the_law_fits_the_organisation(kind: str, law: Text) -> None:
    settings = Settings(organisation="Garden of Light", organisation_kind=kind)
    book = build_phrasebook(settings, build_system_texts(settings))
    assert book["law"].text == law
    assert [phrase.code for phrase in book] == list(PHRASES)
