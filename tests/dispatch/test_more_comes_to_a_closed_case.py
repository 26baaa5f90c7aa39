"""What a person sends to a case that is over is read all the same: the case waits again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.hotline.commands.types import Verb
from bot.hotline.events import Happened
from tests.dispatch.peeking import tell

if TYPE_CHECKING:
    from tests.colleagues import Colleague
    from tests.houses import Home
    from tests.people import Person


def sent_and_closed(home: Home) -> tuple[Person, Colleague, str]:
    """Return a person who is still here, and whoever has closed their case."""
    person = home.person()
    tell(person)
    person.presses("Send")
    mei = home.colleague()
    case = mei.claims()
    mei.does(Verb.CLOSE, case, code="helped")
    assert home.ask("SELECT status, due_at FROM cases") == [("closed", None)]
    return person, mei, case


def takes_back(person: Person) -> None:
    person.presses("Take it back", "Take it back")


def adds(person: Person) -> None:
    person.presses("Add something")
    person.says("there is also a second house")
    person.presses("Send")


@pytest.mark.parametrize("sends", [adds, takes_back])
def test_a_closed_case_to_which_more_comes_waits_again_and_the_desks_hear(
    home: Home, sends: object
) -> None:
    person, mei, case = sent_and_closed(home)
    home.passes(60)
    shown = len(home.board.events)
    sends(person)  # type: ignore[operator]
    ((status, holder, due_at),) = home.ask("SELECT status, holder, due_at FROM cases")
    assert (status, holder) == ("reopened", None)
    assert due_at > home.loop.now()
    heard = [event.what for event in home.board.events[shown:] if event.case == case]
    assert heard == [Happened.ADDED, Happened.REOPENED]
    assert mei.claims() == case
