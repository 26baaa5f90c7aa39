"""Words are found in everything somebody may open, and in nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.app.retention import erasures_of
from bot.errors import TooLittle
from bot.hotline.commands.types import Verb
from bot.hotline.search.match import BEFORE, LONGEST, In, around
from bot.hotline.search.search import AT_ONCE, Search
from bot.text import bare
from bot.vault.erasure.erase import Why
from tests.dispatch.peeking import tell
from tests.houses import ALWAYS, KEEPER, VAULT, Home
from tests.keys import nobody
from tests.stores import on_both

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.hotline.search.search import Found
    from bot.vault.keys.keyring import Keyring

SENT = "Chủ giữ hộ chiếu của tôi từ tháng ba"
WRITTEN = "Hộ chiếu ở trong tủ"
SAID = "Who has your passport, hộ chiếu?"
NOTED = "She says the passport (ho chieu) is locked away."


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path, hours=ALWAYS)
    yield home
    home.close()


def looks(home: Home, words: str, keyring: Keyring = KEEPER, most: int = 99) -> Found:
    found: Found = home.run(Search(home.database, VAULT).find(words, keyring, most))
    return found


def talked(home: Home) -> str:
    """Let somebody send a report and talk with a caseworker, who writes a note; return the case."""
    person = home.person()
    tell(person, until="what")
    person.says(SENT)
    tell(person)
    person.presses("Send")
    ((case,),) = home.ask("SELECT id FROM cases")
    mei = home.colleague()
    mei.claims(case)
    mei.takes_over(case)
    person.presses("I can write now")
    person.says(WRITTEN)
    mei.says(case, SAID)
    mei.does(Verb.NOTE, case, words=NOTED)
    return str(case)


@on_both
def test_words_are_found_wherever_they_stand_whatever_their_accents(
    kind: str, tmp_path: Path
) -> None:
    home = Home(tmp_path, hours=ALWAYS, kind=kind)
    talked(home)
    for sought in ("hộ chiếu", "HO CHIEU", "  ho chieu "):
        found = looks(home, sought)
        assert {hit.found_in: hit.words for hit in found.hits} == {
            In.SENT: SENT, In.PERSON: WRITTEN, In.CASEWORKER: SAID, In.NOTE: NOTED,
        }  # fmt: skip
        assert (found.cases, found.closed, found.unreadable) == (1, 0, 0)
    assert [hit.at for hit in found.hits] == sorted((hit.at for hit in found.hits), reverse=True)
    assert looks(home, "chieu ho").hits == ()
    home.close()


def test_whoever_may_open_nothing_finds_nothing(home: Home) -> None:
    """The negative control: it is the keys that find."""
    talked(home)
    found = looks(home, "ho chieu", nobody(VAULT))
    assert (found.hits, found.items, found.cases, found.closed) == ((), 0, 0, 1)


def test_what_was_altered_is_counted_and_stops_nothing(home: Home) -> None:
    talked(home)
    home.ask(
        "UPDATE exchanges SET sealed = (SELECT sealed FROM exchanges WHERE side = 'note') "
        "WHERE side = 'person' RETURNING id"
    )
    found = looks(home, "ho chieu")
    assert In.PERSON not in {hit.found_in for hit in found.hits}
    assert found.unreadable >= 1
    assert len(found.hits) == 3


def test_what_was_erased_is_not_found(home: Home) -> None:
    case = talked(home)
    erasures = erasures_of(home.settings, VAULT)
    left = home.run(erasures.erase(home.database, case, Why.WITHDRAWN, "operator", home.loop.now()))
    assert left == ()
    assert looks(home, "ho chieu").items == 0


def test_more_than_is_opened_in_one_go_is_read_to_the_end(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.hotline.search.search.AT_ONCE", 1)
    talked(home)
    assert len(looks(home, "ho chieu").hits) == 4
    assert len(looks(home, "ho chieu", most=2).hits) == 2
    assert AT_ONCE > 1


@pytest.mark.parametrize("words", ["", " ", "a", " \u200b "])
def test_too_little_is_refused(home: Home, words: str) -> None:
    with pytest.raises(TooLittle, match="2 signs or more"):
        looks(home, words)


def test_what_stands_around_is_one_line_of_bounded_length() -> None:
    text = "x" * 300 + " kunci\n\u202egudang " + "y" * 300
    shown = around(text, bare("kunci"))
    assert "kunci" in shown
    assert "\n" not in shown
    assert "\u202e" not in shown
    assert len(shown) <= LONGEST + 2
    assert shown.index("kunci") <= BEFORE + 2
    assert around(text, "nowhere") == ""
