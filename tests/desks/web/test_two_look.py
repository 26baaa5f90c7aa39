"""Two who look at one case know of each other, as soon as one comes and when one goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.web.live.watcher import CASE
from tests.desks.web.test_erasing_at_the_desk import _drain, head

if TYPE_CHECKING:
    from tests.desks.web.window import Office


def test_whoever_looks_is_told_who_else_does(office: Office) -> None:
    mei, jun = office.worker().comes(), office.worker("Jun").comes()
    _person, reference = office.somebody()
    case, streams = office.case(reference), office.front.streams
    with streams.listening(mei.id, case) as mine:
        assert "as well" not in head(mei, reference)
        with streams.listening(jun.id, case):
            assert _drain(mine) == [CASE]
            assert "Jun looks at this case as well." in head(mei, reference)
            assert "Mei looks at this case as well." in head(jun, reference)
        assert _drain(mine) == [CASE]
        assert "as well" not in head(mei, reference)


def test_a_second_page_of_ones_own_is_nobody_else(office: Office) -> None:
    mei = office.worker().comes()
    _person, reference = office.somebody()
    case, streams = office.case(reference), office.front.streams
    with streams.listening(mei.id, case), streams.listening(mei.id, case):
        assert "as well" not in head(mei, reference)


def test_whoever_looks_at_another_case_is_not_named(office: Office) -> None:
    mei, jun = office.worker().comes(), office.worker("Jun").comes()
    _person, one = office.somebody()
    _person, other = office.somebody("Another.")
    streams = office.front.streams
    with streams.listening(mei.id, office.case(one)), streams.listening(jun.id, office.case(other)):
        assert "as well" not in head(mei, one)
