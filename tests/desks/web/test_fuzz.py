"""Every address, asked with anything: there is an answer, and it is never that the house failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.cases.state_machine import Role
from bot.desks.web.app import DOORS
from bot.desks.web.case.actions import FORMS
from bot.desks.web.request import KNOWN, LANGUAGE, SESSION
from bot.desks.web.routes import Door, May
from tests.desks.web.streams import Hearing, all_at_once, left
from tests.desks.web.window import ORIGIN, Browser, Office

if TYPE_CHECKING:
    from pathlib import Path

    from httpx import Response
    from starlette.responses import Response as Answer

    from bot.desks.web.request import Visit

ODD = (
    "", "0", "-1", "1", "9" * 30, "1e309", "nan", "\x00", "../..", "%00", "%2e%2e%2f", "\u0661",
    "\u00b2", "\u00ed\u00a0\u0080", "a" * 5000, "[]", "{}", "K7M4Q2", "waiting", "head", "file",
    "phrases", "claim", "note", "true", "null", "*", "others",
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=40), st.sampled_from(ODD))
NAMES = st.sampled_from(
    ["csrf", "words", "code", "back", "session", "who", "password", "staff", "language", "reason",
     "value.place", "queue", "case", "number", "a"]
)  # fmt: skip
KINDS = st.sampled_from([
    "application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x",
    "multipart/form-data; boundary=x; charset=nothing", "text/plain", "application/json", "",
    "application/x-www-form-urlencoded; charset=utf-16",
])  # fmt: skip
HEADERS = st.dictionaries(
    st.sampled_from(["accept", "if-none-match", "range", "last-event-id", "x-haven", "user-agent",
                     "cookie2", "sec-fetch-site", "content-length", "accept-language"]),
    st.one_of(st.sampled_from(["1", "bytes=0-", "*", "same-origin", "cross-site", "9" * 40]),
              st.binary(max_size=20).map(lambda it: it.decode("latin-1"))),
    max_size=3,
)  # fmt: skip
MANY = settings(
    max_examples=250, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


class Knocker:
    """Somebody who tries every door, and may be signed in as anybody."""

    def __init__(self, office: Office) -> None:
        self.office = office
        _person, self.reference = office.somebody()
        self.workers = [office.worker(role.value, role).comes() for role in Role]
        self.stranger = Browser(office)
        self.workers[0].does(self.reference, "claim")
        self.workers[0].does(self.reference, "take_over")

    def knocks(self, data: st.DataObject, door: Door) -> Response | Hearing:
        browser = self._browser(data)
        query = data.draw(st.lists(st.tuples(NAMES, TEXTS), max_size=3))
        path = f"{self._path(data, door)}?{urlencode(query)}" if query else self._path(data, door)
        headers = {"origin": ORIGIN, "cookie": self._cookies(data, browser)}
        headers |= data.draw(HEADERS)
        raw: Any = {name: value.encode("latin-1", "replace") for name, value in headers.items()}
        if door.path == "/stream":
            return self._listens(browser, path)
        if not door.changes:
            return browser.asks("GET", path, headers=raw)
        fields = data.draw(st.lists(st.tuples(NAMES, TEXTS), max_size=4))
        if data.draw(st.booleans()):
            known = sorted(door.fields or ())
            fields = [
                ("csrf", browser.csrf()),
                *((it, data.draw(TEXTS)) for it in known if it != "*"),
            ]
        raw["content-type"] = data.draw(KINDS).encode()
        return browser.asks("POST", path, content=urlencode(fields), headers=raw)

    def _browser(self, data: st.DataObject) -> Browser:
        """Return a browser; whoever a door has signed out comes back."""
        worker = data.draw(st.sampled_from([None, *self.workers]))
        if worker is None:
            return self.stranger
        if not worker.browser.csrf():
            worker.comes()
        return worker.browser

    def _path(self, data: st.DataObject, door: Door) -> str:
        path = door.path.replace("{reference}", data.draw(st.sampled_from(["{a}", self.reference])))
        path = path.replace("{verb}", data.draw(st.sampled_from(["{b}", *FORMS, "rest"])))
        while "{" in path:
            blank = path[path.index("{") : path.index("}") + 1]
            path = path.replace(blank, quote(data.draw(TEXTS), safe=""), 1)
        return path

    def _cookies(self, data: st.DataObject, browser: Browser) -> str:
        if data.draw(st.booleans()):
            return "; ".join(f"{it.name}={it.value}" for it in browser.client.cookies.jar)
        name = data.draw(st.sampled_from([SESSION, KNOWN, LANGUAGE, "other"]))
        return f"{name}={data.draw(TEXTS)}"

    def _listens(self, browser: Browser, path: str) -> Hearing:
        page = Hearing(browser, path)
        self.office.does(left([page], self.office.does(all_at_once([page]))))
        return page


@pytest.fixture
def knocker(office: Office) -> Knocker:
    return Knocker(office)


def status_of(said: Response | Hearing) -> int:
    return said.status if isinstance(said, Hearing) else said.status_code


@given(data=st.data())
@MANY
def test_no_address_fails_whatever_it_is_asked(knocker: Knocker, data: st.DataObject) -> None:
    door = data.draw(st.sampled_from(DOORS))
    assert 200 <= status_of(knocker.knocks(data, door)) < 500


def test_a_door_that_fails_is_found(tmp_path: Path) -> None:
    """The control: a door that takes any number for one of its own."""

    async def takes(visit: Visit) -> Answer:
        return visit.go(f"/{int(visit.param('number'))}")

    bad = Door("/number/{number}", takes, May.ANYBODY)
    office = Office(tmp_path, doors=[*DOORS, bad])
    assert Browser(office).get("/number/one").status_code == 500
    office.close()
