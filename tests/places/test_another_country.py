"""The whole bot in a small country that does not exist: nothing of Taiwan is ever said there."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.app.flow_checks import run_flow_checks, strict_catalogues
from bot.app.phrase_list import phrases_outside_flows
from bot.app.texts import build_system_texts, place_bound_phrases
from bot.conversation import FlowRegistry
from bot.dispatch.turn.slash_commands import COMMAND_FLOWS
from bot.errors import SettingError
from bot.languages import LANGUAGES, OverridingCatalogue, catalogue, use_catalogues
from bot.messages import button_token
from bot.places.registry import PLACES
from bot.places.taiwan import TAIWAN
from bot.places.taiwan.directory import VERIFIED_ON
from bot.settings import Settings
from bot.text import Text
from flows import ALL_FLOWS
from tests.support.content.catalogue_files import read_in
from tests.support.content.fictional_country import FARAWAY, TAIWANS
from tests.support.harnesses.hotline_harness import HotlineHarness

if TYPE_CHECKING:
    from pathlib import Path

    from bot.places.place import Place
    from tests.support.people.chat_person import ChatPerson

NAMES = re.compile(
    "taiwan|đài loan|臺灣|台灣|台湾|ไต้หวัน|តៃវ៉ាន់|ថៃវ៉ាន់|ထိုင်ဝမ်|NT\\$|taipei|kaohsiung", re.IGNORECASE
)
"""What Taiwan, its money and its cities are called."""
NUMBER = re.compile(rf"(?<!\d)(?:{'|'.join(TAIWANS)})(?!\d)")
STEPS = 60


def of_taiwan(words: str) -> str:
    """Return what of Taiwan stands in some words."""
    found = NAMES.search(words) or NUMBER.search(words)
    return found[0] if found else ""


def said_in(place: Place, tag: str) -> dict[str, str]:
    """Return every phrase of every step, as it is read there: all that any path can show."""
    words = OverridingCatalogue(read_in(tag), place.overrides)
    blanks = place.blanks(words, VERIFIED_ON)
    return {
        f"{flow.name}.{step.name}.{number}": text.render(words, blanks)
        for flow in ALL_FLOWS
        for step in flow.steps
        for number, text in enumerate(step.phrases())
    }


@pytest.mark.parametrize("tag", LANGUAGES)
def test_no_phrase_of_any_flow_says_anything_of_taiwan(tag: str) -> None:
    said = said_in(FARAWAY, tag)
    assert {where: of_taiwan(words) for where, words in said.items() if of_taiwan(words)} == {}
    control = {where for where, words in said_in(TAIWAN, tag).items() if of_taiwan(words)}
    assert len(control) > 50


@pytest.mark.parametrize("tag", LANGUAGES)
def test_texts_outside_the_flows_do_not_name_taiwan(tag: str) -> None:
    settings = Settings(organisation="The guard", contact="777")
    words = OverridingCatalogue(read_in(tag), FARAWAY.overrides)
    phrasing = build_system_texts(settings)
    texts = [it for it in vars(phrasing).values() if isinstance(it, Text)]
    texts += [*phrasing.controls.values(), *phrasing.labels, *phrasing.data_held.values()]
    assert [of_taiwan(it.render(words)) for it in texts if of_taiwan(it.render(words))] == []


def test_every_proof_holds_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PLACES, FARAWAY.name, FARAWAY)
    use_catalogues({}, FARAWAY.overrides)
    settings = Settings(organisation="The guard", contact="777", place=FARAWAY.name)
    spoken = strict_catalogues(
        {}, FARAWAY.overrides
    )  # its words are in no catalogue: it speaks English
    proofs = run_flow_checks(
        FlowRegistry(ALL_FLOWS),
        build_system_texts(settings),
        FARAWAY,
        spoken,
        phrases_outside_flows(),
    )
    use_catalogues({})
    assert {it.name: it.faults for it in proofs if it.faults} == {}
    assert [it.name for it in proofs if not it.examined] == ["lock screen"]  # English has no list


# --- Walked --------------------------------------------------------------------------------------


def walk(person: ChatPerson, seed: int) -> set[str]:
    """Press whatever there is, say a word where words are asked for; return all that was shown."""
    dice, seen = random.Random(seed), set[str]()
    person.says("/start")
    for step in range(STEPS):
        if not any(it.rows for it in person.screen):
            person.says("/start")
        number, say = person.asked()
        buttons = [it for row in say.rows for it in row if not it.token.startswith("!b")]
        if dice.random() < 0.1:
            person.says(f"/{dice.choice(sorted(COMMAND_FLOWS))}" if step % 2 else "Hello there")
        else:
            person.send_update(person.press(button_token(dice.choice(buttons), say.prefix), number))
        seen |= {it.text for it in person.screen}
        seen |= {it.label for say in person.screen for row in say.rows for it in row}
    return seen | set(person.toasts)


@pytest.mark.parametrize("seed", range(6))
def test_random_walks_in_another_country_meet_nothing_of_taiwan(
    fictional_country: HotlineHarness, seed: int
) -> None:
    tag = ("en", "id", "th", "zh-hant", "vi", "my")[seed]
    seen = walk(fictional_country.person(tag), seed)
    assert len(seen) > 40
    assert {it for it in seen if of_taiwan(it)} == set()
    assert any("777" in it or "Faraway" in it for it in seen)


def test_the_same_walk_in_taiwan_does(tmp_path: Path) -> None:
    """The negative control."""
    home = HotlineHarness(tmp_path)
    assert any(of_taiwan(it) for it in walk(home.person("en"), 0))
    home.close()


# --- What is refused ----------------------------------------------------------------------------


def test_a_place_without_words_of_its_own_starts_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (missing, *_) = sorted(place_bound_phrases(), key=str)
    words = {key: text for key, text in FARAWAY.overrides.items() if key != missing}
    monkeypatch.setitem(PLACES, FARAWAY.name, replace(FARAWAY, overrides=words))
    with pytest.raises(SettingError, match="faraway lacks its own texts for 1 phrases"):
        HotlineHarness(tmp_path, place=FARAWAY.name)


def test_in_taiwan_nothing_stands_in_place_of_anything() -> None:
    assert TAIWAN.overrides == {}
    assert not isinstance(catalogue("vi"), OverridingCatalogue)
