"""Whatever is not theirs is not there: every address, every role, every kind of case."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from bot.cases.queries import find_case_id
from bot.cases.state_machine import Role
from bot.desks.web.app import ROUTES
from bot.desks.web.auth.case_access import check_case_access
from bot.desks.web.case.actions import CASE_ACTIONS
from bot.desks.web.read_pool import ReadPool
from bot.desks.web.request import NotFoundError
from bot.desks.web.routes import Permission, Route
from bot.hotline.commands.permissions import KEY_WAITS, REASON_NEEDED
from bot.store.writer import Work
from tests.support.database.key_store_fixtures import PASSWORD, QUEUES
from tests.support.drill_length import part_in_turn
from tests.support.harnesses.web_desk_harness import HttpBrowser, WebDeskHarness, fill_path
from tests.support.hostile_images import image_with_metadata
from tests.support.response_likeness import normalised_response
from tests.support.sse_client import SseClient, close_all, open_all

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.responses import Response

    from bot.desks.web.request import DeskRequest
    from bot.store.compiled import Prepared
    from bot.store.database import Database
    from tests.support.harnesses.web_desk_harness import WebCaseworker
    from tests.support.response_likeness import Likeness

T = TypeVar("T")
NOT_HIS = ("fishers",)
HIS = ("trafficking", "labour", "child_protection", "violence_at_home", "information")
HELPS = (Role.CASEWORKER, Role.SUPERVISOR, Role.ADMINISTRATOR)
HOLDS = (Role.CASEWORKER, Role.SUPERVISOR)
SEES: dict[Role, frozenset[str]] = {
    Role.CASEWORKER: frozenset({"own", "waiting"}),
    Role.SUPERVISOR: frozenset({"own", "waiting", "other_queue", "anothers"}),
    Role.ADMINISTRATOR: frozenset({"own", "waiting", "other_queue", "anothers"}),
    Role.AUDITOR: frozenset(),
    Role.INTERPRETER: frozenset(),
}
"""Which cases are whose to see: written down here a second time, by hand."""
USES: dict[Permission, frozenset[Role]] = {
    Permission.PUBLIC: frozenset(Role),
    Permission.SIGNED_IN: frozenset(Role),
    Permission.QUEUE: frozenset(HELPS),
    Permission.CASE: frozenset(HELPS),
    Permission.CHANGE: frozenset(HELPS),
    Permission.OPEN: frozenset({Role.CASEWORKER, Role.SUPERVISOR}),
    Permission.AUDIT: frozenset({Role.AUDITOR, Role.ADMINISTRATOR, Role.SUPERVISOR}),
    Permission.TEAM: frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR}),
    Permission.INTERPRET: frozenset({Role.INTERPRETER}),
    Permission.SUPERVISION: frozenset({Role.SUPERVISOR}),
    Permission.STAFF: frozenset({Role.ADMINISTRATOR}),
}
BLANK = re.compile(r"{(\w+)}")
FILLED = {"reference", "pane", "verb", "number"}
"""Blanks of addresses that are filled with something that is there."""
FORGED = "QQQQQQ"
ALWAYS_THERE = {"/", "/queue/{tab}", "/queue/{tab}/pane", "/audit", "/audit/check",
                "/staff", "/account", "/step-up", "/next", "/team", "/team/pane", "/approvals",
                "/audit/reads"}  # fmt: skip
OF_A_CASE = [it for it in ROUTES if "{reference}" in it.path]
OTHERS = [it for it in ROUTES if "{reference}" not in it.path]


class Cast:
    """One case of each kind, and somebody who looks for them."""

    def __init__(self, office: WebDeskHarness, role: Role) -> None:
        self.office = office
        queues = HIS if role is Role.CASEWORKER else (*HIS, *NOT_HIS)
        self.looks = office.worker("Lin", role, queues=queues)
        self.jun = office.worker("Jun")
        self.cases = {
            "own": self._held_by(self.looks if role in HOLDS else self.jun),
            "anothers": self._held_by(self.jun),
            "erased": office.add_person()[1],
            "waiting": office.add_person()[1],
            "other_queue": office.add_person()[1],
            "forged": FORGED,
        }
        office.sends(self.cases["own"], image_with_metadata("JPEG"), kind="photo")
        office.erases(self.cases["erased"])
        self._moves(self.cases["other_queue"], NOT_HIS[0])
        self.looks.comes()
        self.csrf = self.looks.browser.csrf()

    def _held_by(self, worker: WebCaseworker) -> str:
        _person, reference = self.office.add_person()
        worker.colleague.claims(self.office.case(reference))
        return reference

    def _moves(self, reference: str, queue: str) -> None:
        self.office.home.ask(
            f"UPDATE cases SET queue = '{queue}' WHERE reference = '{reference}' RETURNING id"  # noqa: S608
        )

    def tries(self, door: Route, kind: str, **blanks: str) -> Likeness:
        """Use a door to a case; return what was answered."""
        path = fill_path(door.path, self.cases[kind], **blanks)
        if door.changes_state:
            said = self.looks.browser.post(path, {"csrf": self.csrf})
        else:
            said = self.looks.browser.get(path)
        return normalised_response(said)

    def state(self) -> list[tuple[object, ...]]:
        """Return what stands in the store of cases and of what was done."""
        return [
            row
            for table in ("cases", "exchanges", "outbox", "inbox", "reports")
            for row in self.office.home.ask(f"SELECT * FROM {table}")  # noqa: S608 - ours
        ]


@pytest.mark.parametrize("role", list(Role))
def test_a_foreign_case_looks_like_a_missing_case(web_desk: WebDeskHarness, role: Role) -> None:
    cast = Cast(web_desk, role)
    nowhere = normalised_response(cast.looks.browser.get("/no/such/address"))
    assert nowhere[0] == 404
    before = cast.state()
    hidden = [kind for kind in cast.cases if kind not in SEES[role]]
    assert {"erased", "forged"} <= set(hidden)
    for turn, door in enumerate(OF_A_CASE):
        for kind in part_in_turn(hidden, turn, 2):
            assert cast.tries(door, kind) == nowhere, (door.path, kind)
    assert cast.state() == before


@pytest.mark.parametrize("role", HELPS)
def test_a_case_with_access_is_served_on_every_route(web_desk: WebDeskHarness, role: Role) -> None:
    cast = Cast(web_desk, role)
    doors = sorted(OF_A_CASE, key=lambda it: it.changes_state)
    for turn, door in enumerate(doors):
        for kind in part_in_turn(sorted(SEES[role]), turn, 2):
            if "{number}" in door.path and (role is Role.ADMINISTRATOR or kind != "own"):
                continue  # no key, or no file
            if door.path.endswith("/sound"):
                continue  # the file is a picture
            status, *_rest = cast.tries(door, kind, pane="head")
            assert status < 500, (door.path, kind)
            if set(BLANK.findall(door.path)) <= FILLED:
                assert status in {200, 303, 409, 422}, (door.path, kind)


def test_no_case_action_works_on_a_foreign_case(web_desk: WebDeskHarness) -> None:
    cast = Cast(web_desk, Role.CASEWORKER)
    (door,) = [it for it in OF_A_CASE if it.path.endswith("/do/{verb}")]
    nowhere, before = normalised_response(cast.looks.browser.get("/no/such/address")), cast.state()
    for turn, verb in enumerate(CASE_ACTIONS):
        for kind in part_in_turn(("anothers", "other_queue", "erased", "forged"), turn, 2):
            assert cast.tries(door, kind, verb=verb.value) == nowhere, (verb, kind)
    assert cast.state() == before


@pytest.mark.parametrize("role", list(Role))
def test_an_address_that_is_not_for_a_role_is_not_there(
    web_desk: WebDeskHarness, role: Role
) -> None:
    chief = web_desk.worker("Lin", role).comes()
    csrf, nowhere = chief.browser.csrf(), normalised_response(chief.browser.get("/no/such/address"))
    for door in OTHERS:
        if door.path in {"/stream", "/signout"}:
            continue  # the one does not end, after the other nobody is there
        path = fill_path(door.path)
        said = (
            chief.browser.post(path, {"csrf": csrf})
            if door.changes_state
            else chief.browser.get(path)
        )
        if role not in USES[door.permission] and door.permission is Permission.STAFF:
            assert said.status_code == 403, door.path  # what it is for is no secret
            assert "Only administrators" in said.text, door.path
        elif role not in USES[door.permission]:
            assert normalised_response(said) == nowhere, door.path
        elif door.path in ALWAYS_THERE:
            assert said.status_code in {200, 303, 401}, door.path


def test_every_route_sends_visitors_to_the_sign_in_page(
    web_desk: WebDeskHarness,
) -> None:
    cast = Cast(web_desk, Role.CASEWORKER)
    stranger, before = HttpBrowser(web_desk), cast.state()
    for turn, door in enumerate(ROUTES):
        if door.permission is Permission.PUBLIC:
            continue
        tried = {"own", *part_in_turn(cast.cases, turn, 2)}
        found = {
            kind: normalised_response(
                stranger.post(fill_path(door.path, reference), {"csrf": cast.csrf})
                if door.changes_state
                else stranger.get(fill_path(door.path, reference))
            )
            for kind, reference in cast.cases.items()
            if kind in tried
        }
        assert len(set(found.values())) == 1, door.path
        assert found["own"][0] in {303, 401}, door.path
    assert cast.state() == before


def test_an_event_stream_of_a_foreign_case_is_not_found(web_desk: WebDeskHarness) -> None:
    cast = Cast(web_desk, Role.CASEWORKER)
    nowhere = normalised_response(cast.looks.browser.get("/no/such/address"))
    for kind in ("anothers", "other_queue", "erased", "forged"):
        said = cast.looks.browser.get(f"/stream?case={cast.cases[kind]}")
        assert normalised_response(said) == nowhere, kind
    mine = SseClient(cast.looks.browser, f"/stream?case={cast.cases['own']}")
    web_desk.does(close_all([mine], web_desk.does(open_all([mine]))))
    assert mine.status == 200


def test_a_case_that_is_taken_away_is_not_there_any_more(web_desk: WebDeskHarness) -> None:
    """Whoever saw it is told who has it; to everybody else it is like one that never was."""
    cast = Cast(web_desk, Role.CASEWORKER)
    reference = cast.cases["waiting"]
    path, browser = f"/cases/{reference}", cast.looks.browser
    never_saw = web_desk.worker("Ann").comes().browser
    nowhere = normalised_response(browser.get("/nowhere"))
    assert browser.get(path).status_code == 200
    cast.jun.colleague.claims(web_desk.case(reference))
    assert browser.get(path).headers["location"] == "/queue/mine"
    assert f"Jun has case {reference} now" in browser.get("/queue/mine").text
    for part in ("panes/head", "panes/conversation", "files/1/picture", "stream"):
        assert normalised_response(browser.get(f"{path}/{part}")) == nowhere, part
    for each in (path, f"{path}/moved"):
        assert normalised_response(never_saw.get(each)) == nowhere, each


def test_an_erased_case_is_not_spoken_of_to_those_who_saw_it(web_desk: WebDeskHarness) -> None:
    cast = Cast(web_desk, Role.CASEWORKER)
    path, browser = f"/cases/{cast.cases['waiting']}", cast.looks.browser
    assert browser.get(path).status_code == 200
    web_desk.erases(cast.cases["waiting"])
    nowhere = normalised_response(browser.get("/nowhere"))
    for each in (path, f"{path}/moved"):
        assert normalised_response(browser.get(each)) == nowhere, each


def test_a_letter_of_another_case_is_not_changed_through_ones_own(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    (_one, mine), (_other, theirs) = web_desk.add_person(), web_desk.add_person()
    for worker, reference in ((mei, mine), (jun, theirs)):
        worker.told(reference, "claim")
        worker.told(reference, "take_over")
        worker.does(reference, "say", words=f"From {worker.id}")
    letters = web_desk.home.ask("SELECT DISTINCT letter FROM exchanges WHERE letter IS NOT NULL")
    assert len(letters) >= 2
    for (number,) in letters:
        said = mei.does(mine, "reword", code=str(number), words="Changed.").json()
        rows = web_desk.home.ask(f"SELECT case_id FROM exchanges WHERE letter = {number}")  # noqa: S608
        if (web_desk.case(mine),) not in rows:
            assert said["refused"], number
    assert "Changed." not in str(web_desk.home.post.texts(_other.id))


class Asking(ReadPool):
    """Reads that keep what they ask of the store."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.asked: list[str] = []

    def _run_one(self, unit: Callable[[Work], T]) -> T:
        def kept(work: Work) -> T:
            return unit(Told(work._cursor, work.dialect, self.asked))

        return super()._run_one(kept)


class Told(Work):
    """A unit of work whose questions are written down."""

    def __init__(self, cursor: Any, dialect: str, asked: list[str]) -> None:
        super().__init__(cursor, dialect)
        self._asked = asked

    def rows(self, statement: Prepared, *values: Any) -> list[Any]:
        self._asked.append(statement.for_dialect(self.dialect).sql)
        return super().rows(statement, *values)


def test_a_foreign_case_takes_the_same_queries_as_a_missing_case(
    web_desk: WebDeskHarness,
) -> None:
    """Nothing is opened and nothing more is asked: an answer takes no longer for being true."""
    cast = Cast(web_desk, Role.CASEWORKER)
    web_desk.front.read_pool.close()
    reads = web_desk.front.read_pool = Asking(web_desk.home.database)

    def steps(door: Route, kind: str) -> tuple[str, ...]:
        reads.asked.clear()
        cast.tries(door, kind, pane="head")
        return tuple(reads.asked)

    for door in OF_A_CASE:
        found = {steps(door, kind) for kind in ("anothers", "other_queue", "erased", "forged")}
        assert len(found) == 1, door.path
    (page,) = [it for it in OF_A_CASE if it.path == "/cases/{reference}"]
    assert len(steps(page, "own")) > len(steps(page, "forged"))  # the control: these differ


def test_a_route_with_a_different_answer_is_detected(tmp_path: Path) -> None:
    """The control: a door that says that a case is not theirs, rather than that there is none."""

    async def tells(visit: DeskRequest) -> Response:
        def look(work: Work) -> int:
            try:
                return 200 if check_case_access(work, visit, visit.param("reference")) else 404
            except NotFoundError:
                return 403 if find_case_id(work, visit.param("reference")) else 404

        return visit.render("signed_out.html", status=await visit.context.read_pool.run(look))

    bad = Route("/told/{reference}", tells, Permission.CASE)
    office = WebDeskHarness(tmp_path, doors=[*ROUTES, bad])
    cast = Cast(office, Role.CASEWORKER)
    assert len({cast.tries(bad, kind) for kind in ("anothers", "erased", "forged")}) > 1
    office.close()


def test_a_supervisor_reads_a_colleagues_case_only_with_a_reason(
    web_desk: WebDeskHarness,
) -> None:
    mei, hua = web_desk.worker().comes(), web_desk.supervisor().comes()
    _person, waiting = web_desk.add_person()
    _other, held = web_desk.add_person()
    mei.told(held, "claim")

    def is_asked_why(reference: str) -> bool:
        return "/break-glass" in hua.browser.get(f"/cases/{reference}").text

    assert not is_asked_why(waiting)
    assert is_asked_why(held)
    hua.browser.post(f"/cases/{held}/break-glass", {"reason": "She is ill."})
    assert not is_asked_why(held)


HAND_MADE = {
    "release": {}, "note": {"words": "x"}, "priority": {"code": "0"}, "revoke": {"code": "reading"},
    "duty": {"code": "police", "words": "x"}, "duty_none": {"code": "child", "words": "x"},
    "follow_up": {"code": "2026-12-01", "words": "x"},
}  # fmt: skip
"""Forms that the page of break-glass does not have."""


@pytest.mark.parametrize("verb", list(HAND_MADE))
def test_a_hand_made_form_of_a_supervisor_takes_a_reason_first(
    web_desk: WebDeskHarness, verb: str
) -> None:
    mei, hua = web_desk.worker().comes(), web_desk.supervisor().comes()
    _person, reference = web_desk.add_person("He keeps my passport.")
    mei.told(reference, "claim")
    before = web_desk.home.ask("SELECT * FROM cases")
    said = hua.does(reference, verb, **HAND_MADE[verb]).json()
    assert (said["refused"], said["told"]) == (True, REASON_NEEDED.source)
    assert web_desk.home.ask("SELECT * FROM cases") == before
    assert "He keeps my passport." not in hua.browser.get(f"/cases/{reference}").text
    hua.browser.post(f"/cases/{reference}/break-glass", {"reason": "She is ill."})
    said = hua.does(reference, verb, **HAND_MADE[verb]).json()
    assert said["told"] != REASON_NEEDED.source  # negative control
    logged = web_desk.home.ask("SELECT actor FROM audit WHERE deed = 'break_glass'")
    assert logged == [(hua.id,)]
    assert "She is ill." in mei.browser.get(f"/cases/{reference}").text


def test_a_supervisor_whose_key_waits_takes_no_case_from_a_colleague(
    web_desk: WebDeskHarness,
) -> None:
    web_desk.supervisor().comes()
    otto, zed = web_desk.worker("Otto").comes(), web_desk.worker("Zed", Role.SUPERVISOR)
    web_desk.keys.enrol(zed.id, "supervisor", QUEUES, PASSWORD, web_desk.home.loop.now())
    zed.comes()
    _person, reference = web_desk.add_person()
    otto.told(reference, "claim")
    zed.browser.post(f"/cases/{reference}/break-glass", {"reason": "Otto is ill."})
    said = zed.does(reference, "release", words="Otto is ill.").json()
    assert (said["refused"], said["told"]) == (True, KEY_WAITS.source)
    assert web_desk.home.ask("SELECT holder FROM cases") == [(otto.id,)]
    otto.told(reference, "release")  # negative control
