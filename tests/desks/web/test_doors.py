"""Every address says who may use it, and every answer carries what protects it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from bot.cases.state_machine import Role
from bot.desks.web.app import DOORS, build
from bot.desks.web.routes import Door, May, NoPermission
from bot.desks.web.static_files import STATIC
from bot.desks.web.templates import PAGES
from bot.errors import WrongPassword
from tests.desks.web.window import ORIGIN, Browser, Office, filled

if TYPE_CHECKING:
    import io
    from pathlib import Path

    from httpx import Response

CHANGES = [it for it in DOORS if it.changes]
STRICT = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
    "strict-transport-security": "max-age=63072000",
}


def test_a_route_without_a_permission_stops_the_start(office: Office) -> None:
    async def nothing(_visit: Any) -> Any:
        raise AssertionError

    bad = Door("/open", nothing, None)  # type: ignore[arg-type]
    with pytest.raises(NoPermission, match="/open"):
        build(office.front, [*DOORS, bad])


def test_a_form_that_does_not_say_what_it_takes_stops_the_start(office: Office) -> None:
    async def nothing(_visit: Any) -> Any:
        raise AssertionError

    with pytest.raises(NoPermission, match="/open: nobody said which fields"):
        build(office.front, [*DOORS, Door("/open", nothing, May.SIGNED_IN, "POST")])


def test_two_doors_at_one_address_stop_the_start(office: Office) -> None:
    with pytest.raises(NoPermission, match="/signin"):
        build(office.front, [*DOORS, *(it for it in DOORS if it.path == "/signin")])


def test_every_address_is_behind_a_gate(office: Office) -> None:
    from bot.desks.web.middleware import Gate  # noqa: PLC0415

    assert all(isinstance(route.app, Gate) for route in office.app.routes)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "path", ["/a%0Ab", "/cases/%0A/x", "/%0D%0A", "/queue/mine/", "/x//", "/%2F"]
)
def test_no_address_gets_past_the_gates(office: Office, path: str) -> None:
    said = Browser(office).get(path)
    assert said.status_code == 404
    assert said.headers["content-security-policy"].startswith("default-src 'none'")


def test_every_answer_carries_what_protects_it(office: Office) -> None:
    stranger = Browser(office)
    for door in DOORS:
        path = filled(door.path)
        said = stranger.post(path, is_signed=False) if door.changes else stranger.get(path)
        protects(said, door)


def test_every_answer_to_whoever_has_signed_in_carries_it_as_well(office: Office) -> None:
    _person, reference = office.somebody()
    chief = office.worker("Wu", Role.ADMINISTRATOR).comes()
    chief.told(reference, "claim")
    mark, found = chief.browser.csrf(), set()
    for door in sorted(DOORS, key=lambda it: it.path == "/signout"):
        if door.path == "/stream":
            continue  # it does not end
        path, fields = filled(door.path, reference), {"csrf": mark}
        for given in (fields, {**fields, "nobody-asked": "x"}, {"csrf": "none"}):
            said = chief.browser.post(path, given) if door.changes else chief.browser.get(path)
            found.add(said.status_code)
            protects(said, None)
    assert found >= {200, 303, 403, 404, 422}


async def fails(_visit: Any) -> Any:
    raise ValueError("He keeps my passport.")


async def cannot(_visit: Any) -> Any:
    raise WrongPassword("He keeps my passport.")


@pytest.mark.parametrize(("how", "status"), [(fails, 500), (cannot, 409)])
@pytest.mark.parametrize("is_fetched", [True, False])
def test_a_door_that_fails_says_nothing_of_what_it_was(
    tmp_path: Path, log: io.StringIO, how: Any, status: int, *, is_fetched: bool
) -> None:
    bad = Door("/bad", how, May.ANYBODY)
    office = Office(tmp_path, doors=[*DOORS, bad])
    headers = {"x-haven": "1"} if is_fetched else {}
    said = Browser(office).get("/bad", **headers)
    assert said.status_code == status
    protects(said, None)
    for word in ("passport", "ValueError", "WrongPassword", "Traceback", ".py"):
        assert word not in said.text
    assert "passport" not in log.getvalue()
    assert '"desk_failed"' in log.getvalue()
    office.close()


def test_an_answer_without_what_protects_it_is_found(office: Office) -> None:
    """The control."""
    said = Browser(office).get("/signin")
    protects(said, None)
    for name in (*STRICT, "content-security-policy", "cache-control"):
        bare = httpx.Response(200, headers={k: v for k, v in said.headers.items() if k != name})
        with pytest.raises((AssertionError, KeyError)):
            protects(bare, None)
    open_ = httpx.Response(200, headers={**said.headers, "access-control-allow-origin": "*"})
    with pytest.raises(AssertionError):
        protects(open_, None)


def protects(said: Response, door: Door | None) -> None:
    for name, value in STRICT.items():
        assert said.headers[name] == value, name
    assert not any(name.startswith("access-control-") for name in said.headers)  # nobody's probe
    policy = said.headers["content-security-policy"]
    for word in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert word in policy
    for word in ("require-trusted-types-for 'script'", "trusted-types 'none'"):
        assert word in policy or policy.endswith("sandbox")  # in which no script runs at all
    assert "unsafe" not in policy
    assert said.headers["cache-control"] in {"no-store", "no-cache"}
    if door is not None and door.may is not May.ANYBODY:
        assert said.status_code in {303, 401, 403}


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"content-type": "text/plain"},
        {"content-type": "application/json"},
    ],
    ids=str,
)
def test_no_change_is_made_from_elsewhere(office: Office, headers: dict[str, str]) -> None:
    mei = office.worker().comes()
    fields = {"csrf": mei.browser.csrf()}
    for door in CHANGES:
        assert mei.browser.post(filled(door.path), fields, **headers).status_code in {403, 404}
    assert mei.browser.get("/account").status_code == 200  # not even signed out


@pytest.mark.parametrize("csrf", ["", "0" * 32, "\u00e9"])
def test_no_change_is_made_without_what_forms_carry(office: Office, csrf: str) -> None:
    chief = office.supervisor().comes()
    for door in CHANGES:
        if door.may is not May.ANYBODY:
            said = chief.browser.post(filled(door.path), {"csrf": csrf})
            assert said.status_code in {403, 404}, door.path
    assert chief.browser.get("/account").status_code == 200


def test_a_form_of_another_session_is_no_form_of_this_one(office: Office) -> None:
    mei, jun = office.worker().comes(), office.worker("Jun").comes()
    said = mei.browser.post("/own/off_duty", {"csrf": jun.browser.csrf()})
    assert said.status_code == 403


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_other_methods_find_nothing(office: Office, method: str) -> None:
    mei = office.worker().comes()
    assert mei.browser.asks(method, "/queue/mine").status_code == 404


def test_a_request_for_another_desk_is_not_answered(office: Office) -> None:
    mei = office.worker().comes()
    forged = {"host": "evil.example", "x-forwarded-host": "desk.test", "remote-user": mei.id}
    said = mei.browser.get("/queue/mine", **forged)
    assert said.status_code == 404
    assert said.text == "Not here.\n"


def test_headers_of_proxies_let_nobody_in(office: Office) -> None:
    mei = office.worker()
    forged = {"remote-user": mei.id, "x-forwarded-user": mei.id, "x-remote-user": mei.id,
              "authorization": f"Basic {mei.id}"}  # fmt: skip
    assert Browser(office).get("/queue/mine", **forged).status_code == 303


def test_a_form_that_is_too_long_or_says_something_twice_is_refused(office: Office) -> None:
    mei = office.worker().comes()
    _person, reference = office.somebody()
    long = mei.browser.post(f"/cases/{reference}/do/note", {"words": "x" * 200_000})
    assert long.status_code == 403
    csrf = mei.browser.csrf()
    twice = mei.browser.asks(
        "POST", f"/cases/{reference}/do/note", content=f"csrf={csrf}&words=a&words=b",
        headers={"origin": ORIGIN, "content-type": "application/x-www-form-urlencoded"},
    )  # fmt: skip
    assert twice.status_code == 422


def test_a_way_back_leads_nowhere_else(office: Office) -> None:
    browser = Browser(office)
    for back in (
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:1",
        "/\t",
    ):
        said = browser.post("/language", {"language": "en", "back": back}, is_signed=False)
        assert said.headers["location"] == "/"


def test_no_words_stand_in_an_address(office: Office) -> None:
    """Addresses lie in logs and histories: they hold numbers of cases, names of pages, marks."""
    source = "".join(it.read_text("utf-8") for it in (*PAGES.glob("*.html"), *STATIC.glob("*.js")))
    named = set(re.findall(r"[?&]([a-z]+)=", source))
    assert named == {"back", "case", "number", "after"}
    forms = re.findall(r"<form\b(?:\{\{.*?\}\}|[^>{])*>", source)
    assert len(forms) > 40
    sent = ('method="post"', 'method="dialog"', "{{ doing(", 'class="find"', "data-search")
    assert [form for form in forms if not any(it in form for it in sent)] == []
    _person, reference = office.somebody()
    mei = office.worker().comes()
    assert mei.browser.get(f"/cases/{reference}/panes/phrases?words=passport").status_code == 404
