"""The whole bot in a small country that does not exist: nothing of Taiwan is ever said there."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.app.flow_checks import prove_all, tongues
from bot.app.phrase_list import beside_flows
from bot.app.texts import bound, phrasing_of
from bot.conversation import Book
from bot.dispatch.slash_commands import FLOWS
from bot.errors import WrongSetting
from bot.languages import LANGUAGES, catalogue, offer
from bot.languages.place_overrides import Instead
from bot.messages import token_of
from bot.places.registry import PLACES
from bot.places.taiwan import TAIWAN
from bot.places.taiwan.directory import VERIFIED
from bot.settings import Settings
from bot.text import Text
from flows import ALL
from tests.house.catalogues import read_in
from tests.houses import Home
from tests.places.faraway import FARAWAY, TAIWANS

if TYPE_CHECKING:
    from pathlib import Path

    from bot.places.place import Place
    from tests.people import Person

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
    words = Instead(read_in(tag), place.words)
    blanks = place.blanks(words, VERIFIED)
    return {
        f"{flow.name}.{step.name}.{number}": text.read_in(words, blanks)
        for flow in ALL
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
def test_nothing_said_beside_the_flows_names_taiwan(tag: str) -> None:
    settings = Settings(organisation="The guard", contact="777")
    words = Instead(read_in(tag), FARAWAY.words)
    phrasing = phrasing_of(settings)
    texts = [it for it in vars(phrasing).values() if isinstance(it, Text)]
    texts += [*phrasing.controls.values(), *phrasing.labels, *phrasing.held.values()]
    assert [of_taiwan(it.read_in(words)) for it in texts if of_taiwan(it.read_in(words))] == []


def test_every_proof_holds_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PLACES, FARAWAY.name, FARAWAY)
    offer({}, FARAWAY.words)
    settings = Settings(organisation="The guard", contact="777", place=FARAWAY.name)
    spoken = tongues({}, FARAWAY.words)  # its words are in no catalogue: it speaks English
    proofs = prove_all(Book(ALL), phrasing_of(settings), FARAWAY, spoken, beside_flows())
    offer({})
    assert {it.name: it.faults for it in proofs if it.faults} == {}
    assert [it.name for it in proofs if not it.looked_at] == [
        "locked screen"
    ]  # English has no list


# --- Walked --------------------------------------------------------------------------------------


def walk(person: Person, seed: int) -> set[str]:
    """Press whatever there is, say a word where words are asked for; return all that was shown."""
    dice, seen = random.Random(seed), set[str]()
    person.says("/start")
    for step in range(STEPS):
        if not any(it.rows for it in person.screen):
            person.says("/start")
        number, say = person.asked()
        buttons = [it for row in say.rows for it in row if not it.token.startswith("!b")]
        if dice.random() < 0.1:
            person.says(f"/{dice.choice(sorted(FLOWS))}" if step % 2 else "Hello there")
        else:
            person.does(person.press(token_of(dice.choice(buttons), say.prefix), number))
        seen |= {it.text for it in person.screen}
        seen |= {it.label for say in person.screen for row in say.rows for it in row}
    return seen | set(person.toasts)


@pytest.mark.parametrize("seed", range(6))
def test_whoever_walks_about_there_meets_nothing_of_taiwan(faraway: Home, seed: int) -> None:
    tag = ("en", "id", "th", "zh-hant", "vi", "my")[seed]
    seen = walk(faraway.person(tag), seed)
    assert len(seen) > 40
    assert {it for it in seen if of_taiwan(it)} == set()
    assert any("777" in it or "Faraway" in it for it in seen)


def test_the_same_walk_in_taiwan_does(tmp_path: Path) -> None:
    """The negative control."""
    home = Home(tmp_path)
    assert any(of_taiwan(it) for it in walk(home.person("en"), 0))
    home.close()


# --- What is refused ----------------------------------------------------------------------------


def test_a_place_without_words_of_its_own_starts_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (missing, *_) = sorted(bound(), key=str)
    words = {key: text for key, text in FARAWAY.words.items() if key != missing}
    monkeypatch.setitem(PLACES, FARAWAY.name, replace(FARAWAY, words=words))
    with pytest.raises(WrongSetting, match="faraway lacks words of its own for 1 phrases"):
        Home(tmp_path, place=FARAWAY.name)


def test_in_taiwan_nothing_stands_in_place_of_anything() -> None:
    assert TAIWAN.words == {}
    assert not isinstance(catalogue("vi"), Instead)
