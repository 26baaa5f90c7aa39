"""Every address, asked with anything: there is an answer, and it is never that the house failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.cases.state_machine import Role
from bot.desks.web.app import ROUTES
from bot.desks.web.case.actions import CASE_ACTIONS
from bot.desks.web.form_nonces import NONCE_FIELD, new_nonce
from bot.desks.web.request import BROWSER_COOKIE, LANGUAGE_COOKIE, SESSION_COOKIE
from bot.desks.web.routes import Permission, Route
from tests.support.drill_length import drill_length
from tests.support.harnesses.web_desk_harness import ORIGIN, HttpBrowser, WebDeskHarness
from tests.support.sse_client import SseClient, close_all, open_all

if TYPE_CHECKING:
    from pathlib import Path

    from httpx import Response
    from starlette.responses import Response as Answer

    from bot.desks.web.request import DeskRequest

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
    max_examples=drill_length(80, 250), deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


class Knocker:
    """Somebody who tries every door, and may be signed in as anybody."""

    def __init__(self, office: WebDeskHarness) -> None:
        self.office = office
        _person, self.reference = office.add_person()
        self.workers = [office.worker(role.value, role).comes() for role in Role]
        self.stranger = HttpBrowser(office)
        self.workers[0].does(self.reference, "claim")
        self.workers[0].does(self.reference, "take_over")

    def knocks(self, data: st.DataObject, door: Route) -> Response | SseClient:
        browser = self._browser(data)
        query = data.draw(st.lists(st.tuples(NAMES, TEXTS), max_size=3))
        path = f"{self._path(data, door)}?{urlencode(query)}" if query else self._path(data, door)
        headers = {"origin": ORIGIN, "cookie": self._cookies(data, browser)}
        headers |= data.draw(HEADERS)
        raw: Any = {name: value.encode("latin-1", "replace") for name, value in headers.items()}
        if door.path == "/stream":
            return self._listens(browser, path)
        if not door.changes_state:
            return browser.asks("GET", path, headers=raw)
        fields = data.draw(st.lists(st.tuples(NAMES, TEXTS), max_size=4))
        if data.draw(st.booleans()):
            known = sorted(door.fields or ())
            fields = [
                ("csrf", browser.csrf()),
                (NONCE_FIELD, new_nonce()),
                *((it, data.draw(TEXTS)) for it in known if it != "*"),
            ]
        raw["content-type"] = data.draw(KINDS).encode()
        return browser.asks("POST", path, content=urlencode(fields), headers=raw)

    def _browser(self, data: st.DataObject) -> HttpBrowser:
        """Return a browser; whoever a door has signed out comes back."""
        worker = data.draw(st.sampled_from([None, *self.workers]))
        if worker is None:
            return self.stranger
        if not worker.browser.csrf():
            worker.comes()
        return worker.browser

    def _path(self, data: st.DataObject, door: Route) -> str:
        path = door.path.replace("{reference}", data.draw(st.sampled_from(["{a}", self.reference])))
        path = path.replace("{verb}", data.draw(st.sampled_from(["{b}", *CASE_ACTIONS, "rest"])))
        while "{" in path:
            blank = path[path.index("{") : path.index("}") + 1]
            path = path.replace(blank, quote(data.draw(TEXTS), safe=""), 1)
        return path

    def _cookies(self, data: st.DataObject, browser: HttpBrowser) -> str:
        if data.draw(st.booleans()):
            return "; ".join(f"{it.name}={it.value}" for it in browser.client.cookies.jar)
        name = data.draw(
            st.sampled_from([SESSION_COOKIE, BROWSER_COOKIE, LANGUAGE_COOKIE, "other"])
        )
        return f"{name}={data.draw(TEXTS)}"

    def _listens(self, browser: HttpBrowser, path: str) -> SseClient:
        page = SseClient(browser, path)
        self.office.does(close_all([page], self.office.does(open_all([page]))))
        return page


@pytest.fixture
def knocker(web_desk: WebDeskHarness) -> Knocker:
    return Knocker(web_desk)


def status_of(said: Response | SseClient) -> int:
    return said.status if isinstance(said, SseClient) else said.status_code


@given(data=st.data())
@MANY
def test_no_address_fails_whatever_it_is_asked(knocker: Knocker, data: st.DataObject) -> None:
    door = data.draw(st.sampled_from(ROUTES))
    assert 200 <= status_of(knocker.knocks(data, door)) < 500


def test_a_failing_route_is_detected(tmp_path: Path) -> None:
    """The control: a door that takes any number for one of its own."""

    async def takes(visit: DeskRequest) -> Answer:
        return visit.redirect(f"/{int(visit.param('number'))}")

    bad = Route("/number/{number}", takes, Permission.PUBLIC)
    office = WebDeskHarness(tmp_path, doors=[*ROUTES, bad])
    assert HttpBrowser(office).get("/number/one").status_code == 500
    office.close()
