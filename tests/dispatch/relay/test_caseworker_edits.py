"""A caseworker changes what they wrote: where it went, or before it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.hotline.chat.messages import CaseMessageKind, MessageSide
from bot.hotline.commands.texts import CANNOT_EDIT, TAKE_OVER_FIRST, TOO_LONG
from bot.hotline.commands.types import Verb
from bot.messages import File, SendFile, SendLocation, SendText
from tests.dispatch.relay.test_takeover import in_danger, met
from tests.support.harnesses.hotline_harness import HotlineHarness
from tests.support.people.caseworker_driver import refusals

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PHOTO = File("handle", "unique", "photo", 900)
PAPER = File("handle", "unique", "document", 900, "Mei Lin, victims.PDF", "application/pdf")


@pytest.fixture
def hotline(tmp_path: Path) -> Iterator[HotlineHarness]:
    home = HotlineHarness(tmp_path)
    yield home
    home.close()


def last_letter(home: HotlineHarness) -> str:
    """Return the number of the last letter of a caseworker."""
    return str(home.ask("SELECT max(id) FROM outbox WHERE author = 'caseworker'")[0][0])


def test_the_person_reads_the_new_words_in_place_of_the_old(hotline: HotlineHarness) -> None:
    person, mei, case = met(hotline)
    mei.says(case, "Come at nine.")
    before = len(person.texts)
    mei.run_command(Verb.EDIT, case, code=last_letter(hotline), text="Come at ten.")
    assert person.last == "Come at ten."
    assert len(person.texts) == before
    written = [it for it in mei.reads(case) if it.side is MessageSide.CASEWORKER][-2:]
    assert [(it.kind, it.content.text) for it in written] == [
        (CaseMessageKind.TEXT, "Come at nine."),
        (CaseMessageKind.EDIT, "Come at ten."),
    ]


def test_after_a_silence_an_edit_waits_until_the_person_is_there(hotline: HotlineHarness) -> None:
    person, mei, case = met(hotline)
    mei.says(case, "Come at nine.")
    letter = last_letter(hotline)
    hotline.advance_time(31 * 60)
    mei.run_command(Verb.EDIT, case, code=letter, text="Come at ten.")
    hotline.run(hotline.close_writer_idle(2))
    assert "Come at ten." not in person.texts
    person.says("hi")
    mei.run_command(Verb.PHRASE, case, code="opener")
    person.presses("I can write now")
    mei.run_command(Verb.CONFIRM_IDENTITY, case)
    hotline.run(hotline.close_writer_idle(3))
    assert "Come at ten." in person.texts
    assert "Come at nine." not in person.texts


def test_a_delayed_letter_is_sent_in_its_last_version(hotline: HotlineHarness) -> None:
    person, case = in_danger(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    mei.take_over(case)
    mei.says(case, "Come at nine.")
    mei.run_command(Verb.EDIT, case, code=last_letter(hotline), text="Come at ten.")
    mei.run_command(Verb.EDIT, case, code=last_letter(hotline), text="Come at noon.")
    person.presses("I can write now")
    hotline.run(hotline.close_writer_idle(3))
    assert person.last == "Come at noon."
    assert not {"Come at nine.", "Come at ten."} & set(person.texts)


def test_a_caseworker_edits_only_own_letters_of_the_case(
    hotline: HotlineHarness,
) -> None:
    person, mei, case = met(hotline)
    mei.says(case, "Come at nine.")
    letter = last_letter(hotline)
    jun = hotline.colleague("Jun")
    for who, code in ((jun, letter), (mei, "1"), (mei, "x"), (mei, "999999")):
        told = refusals(who.run_command(Verb.EDIT, case, code=code, text="No."))
        assert told == [CANNOT_EDIT.source]
    mei.run_command(Verb.PHRASE, case, code="hurt")
    told = refusals(mei.run_command(Verb.EDIT, case, code=last_letter(hotline), text="No."))
    assert told == [CANNOT_EDIT.source]
    assert "No." not in person.texts


def test_words_that_do_not_fit_are_refused_whole(hotline: HotlineHarness) -> None:
    _person, mei, case = met(hotline)
    mei.says(case, "Come at nine.")
    told = mei.run_command(
        Verb.EDIT, case, code=last_letter(hotline), text="\N{GRINNING FACE}" * 2049
    )
    assert refusals(told) == [TOO_LONG.source]
    told = mei.run_command(Verb.SEND, case, files=(PHOTO,), text="x" * 1025)
    assert refusals(told) == [TOO_LONG.source]
    mei.run_command(Verb.SEND, case, files=(PHOTO,), text="The door")
    told = mei.run_command(Verb.EDIT, case, code=last_letter(hotline), text="x" * 1025)
    assert refusals(told) == [TOO_LONG.source]


def test_editing_needs_a_takeover(hotline: HotlineHarness) -> None:
    person, mei, case = met(hotline)
    mei.says(case, "Come at nine.")
    letter = last_letter(hotline)
    mei.hand_back(case)
    told = refusals(mei.run_command(Verb.EDIT, case, code=letter, text="Come at ten."))
    assert told == [TAKE_OVER_FIRST.source]
    assert "Come at nine." in person.texts


def test_what_keeps_its_name_goes_under_another_and_what_has_none_by_its_handle(
    hotline: HotlineHarness,
) -> None:
    person, mei, case = met(hotline)
    for file in (PHOTO, PAPER):
        mei.run_command(Verb.SEND, case, files=(file,), text="Look")
    mei.run_command(Verb.SEND, case, latitude=25.0, longitude=121.5, text="Main gate")
    photo, paper, point, words = [it for chat, it in hotline.post.arrived if chat == person.id][-4:]
    assert isinstance(photo, SendFile)
    assert (photo.name, photo.caption) == ("", "Look")
    assert isinstance(paper, SendFile)
    assert paper.name == "file.pdf"
    assert point == SendLocation(25.0, 121.5)
    assert words == SendText("Main gate")
