"""Offices are made, staffed and closed at the desk, and people read the hours of theirs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import Role
from tests.support.harnesses.web_desk_harness import WebDeskHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

    from bot.cases.offices import OfficePlan

PAGE = "/administration/offices"
TAIPEI = {"name-en": "Taipei", "name-zh_Hant": "台北", "county-0": "TPE", "county-1": "NWT"}
SOUTH = {"name-en": "South", "county-5": "KHH"}
WEEK = {"kind": "fixed"} | {f"day{number}": "10-11" for number in range(1, 8)}


class OfficeDesk:
    """A desk at which an administrator sets offices up."""

    def __init__(self, desk: WebDeskHarness) -> None:
        self.desk = desk
        self.wen = desk.worker("Wen", Role.ADMINISTRATOR).comes()
        desk.home.advance_time(60)
        asked = {"code": self.wen.code(), "back": PAGE}
        assert self.wen.browser.post("/step-up", asked).status_code == 303

    def saves(self, fields: dict[str, str], office: str = "new") -> httpx.Response:
        return self.wen.browser.post(f"{PAGE}/{office}", fields)

    def plan(self) -> OfficePlan:
        return self.desk.home.database.writer.run_sync(self.desk.front.offices.plan)

    def two(self) -> tuple[str, str]:
        for fields in (TAIPEI, SOUTH):
            assert self.saves(fields).status_code == 303
        one, other = self.plan()
        return one.id, other.id

    def words(self, path: str) -> str:
        return " ".join(re.sub("<[^>]*>", " ", self.wen.browser.get(path).text).split())


@pytest.fixture
def office_desk(tmp_path: Path) -> Iterator[OfficeDesk]:
    desk = WebDeskHarness(tmp_path, hours="09:00-21:00")
    yield OfficeDesk(desk)
    desk.close()


def test_an_administrator_makes_offices_and_says_who_belongs_to_them(
    office_desk: OfficeDesk,
) -> None:
    assert "There is one queue for all." in office_desk.words(PAGE)
    taipei, south = office_desk.two()
    assert office_desk.plan().default == office_desk.plan().find(taipei)
    mei = office_desk.desk.worker("Mei")
    path = f"/staff/account/{mei.id}"
    form = {"role": "caseworker", "title": "caseworker", "chats": "3", "language-id": "1"}
    form |= {"queue-labour": "1", "office-1": south}
    assert office_desk.wen.browser.post(f"{path}/change", form).status_code == 303
    listed = office_desk.words(PAGE)
    assert "Kaohsiung the general hours Change : Hours of South 1 0" in listed
    assert "These colleagues belong to no office" not in listed
    assert "Mei" in office_desk.words(f"{PAGE}/{south}")
    unknown = office_desk.wen.browser.post(f"{path}/change", form | {"office-1": "ffffffff"})
    assert unknown.status_code == 404
    audited = office_desk.desk.home.ask(
        "SELECT deed, subject, detail FROM audit WHERE deed LIKE 'office%' ORDER BY id"
    )
    assert audited == [
        ("office_add", taipei, "TPE,NWT,default"),
        ("office_add", south, "KHH"),
    ]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name-en": ""}, "Enter a name of at most 60 characters."),
        ({"name-en": "x" * 61}, "Enter a name of at most 60 characters."),
        ({"name-en": "taipei"}, "Another office has this name."),
        ({"name-en": "North", "county-1": "NWT"}, "Taipei serves New Taipei already."),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(
    office_desk: OfficeDesk, fields: dict[str, str], said: str
) -> None:
    office_desk.two()
    answer = office_desk.saves({"name-zh_Hant": "kept", **fields})
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="kept"' in answer.text
    assert len(list(office_desk.plan())) == 2


def test_the_default_office_is_closed_last(office_desk: OfficeDesk) -> None:
    taipei, south = office_desk.two()
    closes = office_desk.wen.browser.post
    closes(f"{PAGE}/{taipei}/close", {"sure": "1"})
    closes(f"{PAGE}/{south}/close", {})
    assert [it.id for it in office_desk.plan()] == [taipei, south]
    office_desk.saves(SOUTH | {"default": "1"}, south)
    closes(f"{PAGE}/{taipei}/close", {"sure": "1"})
    assert [it.id for it in office_desk.plan()] == [south]
    closes(f"{PAGE}/{south}/close", {"sure": "1"})
    assert not office_desk.plan()
    assert "There is one queue for all." in office_desk.words(PAGE)


def test_people_read_the_hours_of_the_office_their_report_goes_to(office_desk: OfficeDesk) -> None:
    def told() -> str:
        person = office_desk.desk.home.person("th")
        person.says("/start")
        person.presses("English", "Talk to a person", "I am safe here")
        person.says("He keeps my passport.")
        return "\n".join(person.presses("Send"))

    assert "09:00-21:00" in told()
    taipei, _south = office_desk.two()
    hours = f"/administration/hours/week/@{taipei}"
    saved = office_desk.wen.browser.post(hours, WEEK)
    assert saved.headers["location"].endswith(PAGE)
    assert "10:00-11:00" in office_desk.words(PAGE)
    assert "10:00-11:00" in told()
    assert office_desk.wen.browser.get("/administration/hours/week/@ffffffff").status_code == 404


def test_no_office_is_made_while_a_group_shows_what_people_write(tmp_path: Path) -> None:
    desk = WebDeskHarness(tmp_path, desk_group=-1001, desk_mode="content")
    office_desk = OfficeDesk(desk)
    assert "New office" not in office_desk.words(PAGE)
    office_desk.saves(TAIPEI)
    assert not office_desk.plan()
    desk.close()
