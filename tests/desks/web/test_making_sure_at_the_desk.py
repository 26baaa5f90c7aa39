"""Being sure who writes, at the desk in a browser: after a second word it takes two, in writing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.web.case.texts import CONFIRM_WHY, QUIET
from bot.hotline.chat.passphrases import Recognition
from bot.hotline.commands.texts import ASK_FIRST, SAY_HOW, SURE_ALONE

if TYPE_CHECKING:
    from bot.store.writer import Work
    from tests.desks.web.window import Office, Worker
    from tests.people import Person

LONG = 31 * 60
HOW = "She rang us from the shelter."


def quiet(office: Office) -> tuple[Worker, Person, str]:
    """Return a caseworker in a chat that went quiet, whoever writes there, and the case."""
    mei = office.worker().comes()
    person, reference = office.somebody()
    for verb in ("claim", "take_over"):
        mei.told(reference, verb)
    person.presses("I can write now")
    office.home.passes(LONG)
    mei.comes()
    person.says("hello")
    return mei, person, reference


def head(worker: Worker, reference: str) -> str:
    return worker.browser.get(f"/cases/{reference}/panes/head").text


def freezes(office: Office, reference: str) -> None:
    """Let the second word of a case have been written."""
    case, now = office.case(reference), office.home.loop.now()

    def second(work: Work) -> None:
        Recognition.keep(work, case, bytes(16), bytes(32))
        Recognition.freeze(work, case, now)

    office.home.database.writer.run_now(second)


def test_in_a_quiet_chat_the_page_says_what_comes_before_being_sure(office: Office) -> None:
    mei, person, reference = quiet(office)
    assert QUIET.source in head(mei, reference)
    said = mei.does(reference, "confirm").json()
    assert (said["refused"], said["told"]) == (True, ASK_FIRST.source)
    mei.told(reference, "phrase", code="opener")
    person.presses(person.labels()[0])
    mei.told(reference, "confirm")
    assert QUIET.source not in head(mei, reference)


def test_after_a_second_word_the_page_asks_how_and_a_supervisor_is_the_second(
    office: Office,
) -> None:
    mei, person, reference = quiet(office)
    freezes(office, reference)
    hua = office.supervisor().comes()
    assert CONFIRM_WHY.source in head(mei, reference)
    assert CONFIRM_WHY.source in head(hua, reference)
    assert mei.does(reference, "confirm").json()["told"] == SAY_HOW.source
    assert mei.does(reference, "confirm", words=HOW).json()["told"] == SURE_ALONE.source
    assert mei.does(reference, "confirm", words=HOW).json()["told"] == SURE_ALONE.source
    assert office.home.ask("SELECT frozen_at FROM words") != [(None,)]
    hua.told(reference, "confirm", words="I know her voice.")
    assert office.home.ask("SELECT frozen_at FROM words") == [(None,)]
    assert CONFIRM_WHY.source not in head(mei, reference)
    assert "a caseworker of Hope House" in " ".join(person.texts)
