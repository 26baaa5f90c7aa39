"""A caseworker changes what they wrote: where it went, or before it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.hotline.chat.messages import Side, Sort
from bot.hotline.commands.texts import CANNOT_CHANGE, TAKE_OVER_FIRST, TOO_LONG
from bot.hotline.commands.types import Verb
from bot.messages import Enclose, File, Point, Say
from tests.colleagues import refusals
from tests.dispatch.test_takeover import in_danger, met
from tests.houses import Home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PHOTO = File("handle", "unique", "photo", 900)
PAPER = File("handle", "unique", "document", 900, "Mei Lin, victims.PDF", "application/pdf")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path)
    yield home
    home.close()


def last_letter(home: Home) -> str:
    """Return the number of the last letter of a caseworker."""
    return str(home.ask("SELECT max(id) FROM outbox WHERE author = 'caseworker'")[0][0])


def test_the_person_reads_the_new_words_in_place_of_the_old(home: Home) -> None:
    person, mei, case = met(home)
    mei.says(case, "Come at nine.")
    before = len(person.texts)
    mei.does(Verb.REWORD, case, code=last_letter(home), words="Come at ten.")
    assert person.last == "Come at ten."
    assert len(person.texts) == before
    written = [it for it in mei.reads(case) if it.side is Side.CASEWORKER][-2:]
    assert [(it.sort, it.content.words) for it in written] == [
        (Sort.WORDS, "Come at nine."),
        (Sort.EDIT, "Come at ten."),
    ]


def test_after_a_silence_an_edit_waits_until_the_person_is_there(home: Home) -> None:
    person, mei, case = met(home)
    mei.says(case, "Come at nine.")
    letter = last_letter(home)
    home.passes(31 * 60)
    mei.does(Verb.REWORD, case, code=letter, words="Come at ten.")
    home.run(home.rest(2))
    assert "Come at ten." not in person.texts
    person.says("hi")
    mei.does(Verb.PHRASE, case, code="opener")
    person.presses("I can write now")
    mei.does(Verb.CONFIRM, case)
    home.run(home.rest(3))
    assert "Come at ten." in person.texts
    assert "Come at nine." not in person.texts


def test_of_what_waits_nobody_reads_the_first_version(home: Home) -> None:
    person, case = in_danger(home)
    mei = home.colleague()
    mei.claims(case)
    mei.takes_over(case)
    mei.says(case, "Come at nine.")
    mei.does(Verb.REWORD, case, code=last_letter(home), words="Come at ten.")
    mei.does(Verb.REWORD, case, code=last_letter(home), words="Come at noon.")
    person.presses("I can write now")
    home.run(home.rest(3))
    assert person.last == "Come at noon."
    assert not {"Come at nine.", "Come at ten."} & set(person.texts)


def test_nobody_changes_what_a_colleague_wrote_or_what_is_none_of_this_case(home: Home) -> None:
    person, mei, case = met(home)
    mei.says(case, "Come at nine.")
    letter = last_letter(home)
    jun = home.colleague("Jun")
    for who, code in ((jun, letter), (mei, "1"), (mei, "x"), (mei, "999999")):
        told = refusals(who.does(Verb.REWORD, case, code=code, words="No."))
        assert told == [CANNOT_CHANGE.source]
    mei.does(Verb.PHRASE, case, code="hurt")
    told = refusals(mei.does(Verb.REWORD, case, code=last_letter(home), words="No."))
    assert told == [CANNOT_CHANGE.source]
    assert "No." not in person.texts


def test_words_that_do_not_fit_are_refused_whole(home: Home) -> None:
    _person, mei, case = met(home)
    mei.says(case, "Come at nine.")
    told = mei.does(Verb.REWORD, case, code=last_letter(home), words="\N{GRINNING FACE}" * 2049)
    assert refusals(told) == [TOO_LONG.source]
    mei.does(Verb.SAY, case, files=(PHOTO,), words="The door")
    told = mei.does(Verb.REWORD, case, code=last_letter(home), words="x" * 1025)
    assert refusals(told) == [TOO_LONG.source]


def test_whoever_handed_the_chat_back_changes_nothing_in_it(home: Home) -> None:
    person, mei, case = met(home)
    mei.says(case, "Come at nine.")
    letter = last_letter(home)
    mei.hands_back(case)
    told = refusals(mei.does(Verb.REWORD, case, code=letter, words="Come at ten."))
    assert told == [TAKE_OVER_FIRST.source]
    assert "Come at nine." in person.texts


def test_what_keeps_its_name_goes_under_another_and_what_has_none_by_its_handle(
    home: Home,
) -> None:
    person, mei, case = met(home)
    for file in (PHOTO, PAPER):
        mei.does(Verb.SAY, case, files=(file,), words="Look")
    mei.does(Verb.SAY, case, latitude=25.0, longitude=121.5, words="Main gate")
    photo, paper, point, words = [it for chat, it in home.post.arrived if chat == person.id][-4:]
    assert isinstance(photo, Enclose)
    assert (photo.name, photo.caption) == ("", "Look")
    assert isinstance(paper, Enclose)
    assert paper.name == "file.pdf"
    assert point == Point(25.0, 121.5)
    assert words == Say("Main gate")
