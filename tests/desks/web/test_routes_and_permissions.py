"""Every address says who may use it, and every answer carries what protects it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from bot.cases.state_machine import Role
from bot.desks.web.app import ROUTES, build_app
from bot.desks.web.assets import STATIC_DIR
from bot.desks.web.form_nonces import new_nonce
from bot.desks.web.routes import Permission, Route, RouteError
from bot.desks.web.templates import TEMPLATES_DIR
from bot.errors import WrongPasswordError
from tests.support.harnesses.web_desk_harness import ORIGIN, HttpBrowser, WebDeskHarness, fill_path

if TYPE_CHECKING:
    import io
    from pathlib import Path

    from httpx import Response

STRICT = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
    "strict-transport-security": "max-age=63072000",
}


def test_a_route_without_a_permission_stops_the_start(web_desk: WebDeskHarness) -> None:
    async def nothing(_visit: Any) -> Any:
        raise AssertionError

    bad = Route("/open", nothing, None)  # type: ignore[arg-type]
    with pytest.raises(RouteError, match="/open"):
        build_app(web_desk.front, [*ROUTES, bad])


def test_a_form_that_does_not_say_what_it_takes_stops_the_start(web_desk: WebDeskHarness) -> None:
    async def nothing(_visit: Any) -> Any:
        raise AssertionError

    with pytest.raises(RouteError, match="/open: no form fields are set"):
        build_app(web_desk.front, [*ROUTES, Route("/open", nothing, Permission.SIGNED_IN, "POST")])


def test_two_routes_with_one_path_stop_the_start(web_desk: WebDeskHarness) -> None:
    with pytest.raises(RouteError, match="/signin"):
        build_app(web_desk.front, [*ROUTES, *(it for it in ROUTES if it.path == "/signin")])


def test_every_route_requires_a_permission(web_desk: WebDeskHarness) -> None:
    from bot.desks.web.middleware import DeskEndpoint  # noqa: PLC0415

    assert all(isinstance(route.app, DeskEndpoint) for route in web_desk.app.routes)  # type: ignore[attr-defined]


def test_only_these_addresses_take_a_file_or_want_a_fresh_second_factor() -> None:
    """What gives access or ends it is no weaker than these; only three forms hold a file."""
    assert {it.path for it in ROUTES if it.takes_file} == {
        "/cases/{reference}/send-file", "/cases/{reference}/duty-report", "/import-cases",
    }  # fmt: skip
    assert {it.path for it in ROUTES if it.needs_step_up} == {
        "/account/calls", "/account/calls/end", "/account/end", "/account/passkeys",
        "/account/passkeys/ask", "/account/passkeys/end", "/administration/hours/reset",
        "/administration/offices/{office}/close",
        "/administration/phrase/{code}/restore", "/administration/phrase/{code}/withdraw",
        "/administration/phrase/{code}/text/{tag}/reviewed",
        "/administration/phrase/{code}/text/{tag}/shipped",
        "/administration/partners/end", "/administration/partners/invite",
        "/key-requests/approve",
        "/key-requests/refuse", "/key-requests/partners/approve",
        "/key-requests/partners/refuse", "/staff/account/{who}/approval",
        "/staff/account/{who}/disable",
        "/staff/end", "/staff/invite",
        "/bodies/confirm", "/synthetic/make", "/synthetic/decide",
    }  # fmt: skip


def test_only_these_addresses_are_for_scripts() -> None:
    """A stranger who asks for any other is led to the sign-in, and using it keeps a session up."""
    shown = ("/pane", "/{pane}", "/picture", "/sound", "/panes/phrases")
    named = {
        "/events", "/own-cases", "/session", "/stream", "/understood", "/cases/{reference}/looked",
        "/cases/{reference}/moved", "/cases/{reference}/seen", "/shift/notice", "/emergencies",
        "/delayed",
        "/administration/directory/wrong", "/cases/{reference}/record/form",
        "/cases/{reference}/join-code/phones", "/new-case/{language}/draft",
    }  # fmt: skip
    found = {it.path for it in ROUTES if it.is_pane and not it.path.endswith(shown)}
    assert found == named
    assert all(it.is_pane or it.path == "/static/{name}" for it in ROUTES if it.is_background)


@pytest.mark.parametrize(
    "path", ["/a%0Ab", "/cases/%0A/x", "/%0D%0A", "/queue/mine/", "/x//", "/%2F"]
)
def test_no_route_bypasses_its_permission(web_desk: WebDeskHarness, path: str) -> None:
    said = HttpBrowser(web_desk).get(path)
    assert said.status_code == 404
    assert said.headers["content-security-policy"].startswith("default-src 'none'")


def test_every_answer_carries_what_protects_it(web_desk: WebDeskHarness) -> None:
    stranger = HttpBrowser(web_desk)
    for door in ROUTES:
        path = fill_path(door.path)
        said = stranger.post(path, is_signed=False) if door.changes_state else stranger.get(path)
        protects(said, door)


def test_responses_after_sign_in_carry_security_headers(web_desk: WebDeskHarness) -> None:
    _person, reference = web_desk.add_person()
    chief = web_desk.worker("Wu", Role.ADMINISTRATOR).comes()
    web_desk.worker("Mei").comes().told(reference, "claim")
    mark, found = chief.browser.csrf(), set()
    for door in sorted(ROUTES, key=lambda it: it.path == "/signout"):
        if door.path == "/stream":
            continue  # it does not end
        path, fields = fill_path(door.path, reference), {"csrf": mark}
        forms = (fields, {**fields, "nobody-asked": "x"}, {"csrf": "none"})
        answers = (
            [chief.browser.post(path, it) for it in forms]
            if door.changes_state
            else [chief.browser.get(path)]
        )
        for said in answers:
            found.add(said.status_code)
            protects(said, None)
    assert found >= {200, 303, 403, 404, 422}


async def fails(_visit: Any) -> Any:
    raise ValueError("He keeps my passport.")


async def cannot(_visit: Any) -> Any:
    raise WrongPasswordError("He keeps my passport.")


@pytest.mark.parametrize(("how", "status"), [(fails, 500), (cannot, 409)])
@pytest.mark.parametrize("is_fetched", [True, False])
def test_a_failing_route_reveals_no_error_details(
    tmp_path: Path, debug_log: io.StringIO, how: Any, status: int, *, is_fetched: bool
) -> None:
    bad = Route("/bad", how, Permission.PUBLIC)
    office = WebDeskHarness(tmp_path, doors=[*ROUTES, bad])
    headers = {"x-haven": "1"} if is_fetched else {}
    said = HttpBrowser(office).get("/bad", **headers)
    assert said.status_code == status
    protects(said, None)
    for word in ("passport", "ValueError", "WrongPassword", "Traceback", ".py"):
        assert word not in said.text
    assert "passport" not in debug_log.getvalue()
    assert '"desk_request_failed"' in debug_log.getvalue()
    office.close()


def test_an_answer_without_what_protects_it_is_found(web_desk: WebDeskHarness) -> None:
    """The control."""
    said = HttpBrowser(web_desk).get("/signin")
    protects(said, None)
    for name in (*STRICT, "content-security-policy", "cache-control"):
        bare = httpx.Response(200, headers={k: v for k, v in said.headers.items() if k != name})
        with pytest.raises((AssertionError, KeyError)):
            protects(bare, None)
    open_ = httpx.Response(200, headers={**said.headers, "access-control-allow-origin": "*"})
    with pytest.raises(AssertionError):
        protects(open_, None)


def protects(said: Response, door: Route | None) -> None:
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
    if door is not None and door.permission is not Permission.PUBLIC:
        assert said.status_code in {303, 401, 403}


def test_a_form_of_another_session_is_no_form_of_this_one(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    said = mei.browser.post("/own/off_duty", {"csrf": jun.browser.csrf()})
    assert said.status_code == 403


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_other_methods_find_nothing(web_desk: WebDeskHarness, method: str) -> None:
    mei = web_desk.worker().comes()
    assert mei.browser.asks(method, "/queue/mine").status_code == 404


def test_a_request_for_another_desk_is_not_answered(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    forged = {"host": "evil.example", "x-forwarded-host": "desk.test", "remote-user": mei.id}
    said = mei.browser.get("/queue/mine", **forged)
    assert said.status_code == 404
    assert said.text == "Not here.\n"


def test_proxy_headers_grant_no_access(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker()
    forged = {"remote-user": mei.id, "x-forwarded-user": mei.id, "x-remote-user": mei.id,
              "authorization": f"Basic {mei.id}"}  # fmt: skip
    assert HttpBrowser(web_desk).get("/queue/mine", **forged).status_code == 303


def test_a_form_that_is_too_long_or_says_something_twice_is_refused(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    _person, reference = web_desk.add_person()
    long = mei.browser.post(f"/cases/{reference}/do/note", {"words": "x" * 200_000})
    assert long.status_code == 413
    assert "too long for this form" in long.text
    csrf = mei.browser.csrf()
    twice = mei.browser.asks(
        "POST", f"/cases/{reference}/do/note",
        content=f"csrf={csrf}&nonce={new_nonce()}&words=a&words=b",
        headers={"origin": ORIGIN, "content-type": "application/x-www-form-urlencoded"},
    )  # fmt: skip
    assert twice.status_code == 422


def test_a_way_back_leads_nowhere_else(web_desk: WebDeskHarness) -> None:
    browser = HttpBrowser(web_desk)
    for back in (
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:1",
        "/\t",
    ):
        said = browser.post("/language", {"language": "en", "back": back}, is_signed=False)
        assert said.headers["location"] == "/"


_FIELD = re.compile(
    r"<(?:input|select|textarea)\b|\bname=|\{%-?(?! *endif)|\{\{(?! *(?:_|pgettext)\()"
)
"""What puts a value into the address of a GET form."""


def test_no_words_stand_in_an_address(web_desk: WebDeskHarness) -> None:
    """Addresses lie in logs and histories: they hold numbers of cases, names of pages, marks."""
    source = "".join(
        it.read_text("utf-8") for it in (*TEMPLATES_DIR.glob("*.html"), *STATIC_DIR.glob("*.js"))
    )
    named = set(re.findall(r"[?&]([a-z]+)=", source))
    # `mlat` is a place on a map, in a link that a caseworker has to choose first.
    # `week` counts weeks of the roster from this one.
    # `month` chooses figures of many people.
    # `about` and all after it are codes and numbers of the record, and of a report.
    assert named == {"back", "case", "since", "mlat", "week", "month", "about",
                     "field", "entry", "message", "report", "step"}  # fmt: skip
    forms = re.findall(r"<form\b(?:\{\{.*?\}\}|[^>{])*>", source)
    assert len(forms) > 40
    # `poster-form` chooses codes of public links, sizes and languages: no words, no person.
    drawn_once = [f"{{{{ {it} }}}}" for it in re.findall(r"set (\w+) = case_form\(", source)]
    sent = ('method="post"', 'method="dialog"', "{{ case_form(", 'class="find"', "data-search",
            'poster-form"',
            *drawn_once)  # fmt: skip
    # A GET form without any field, as the download that goes on after a step-up, has no words.
    bare = re.findall(
        r'(<form\b[^>]*\bmethod="get"[^>]*>)((?:(?!</form>).)*)</form>', source, re.DOTALL
    )
    fieldless = {form for form, inside in bare if not _FIELD.search(inside)}
    assert len(fieldless) == 1
    assert [
        form for form in forms if form not in fieldless and not any(it in form for it in sent)
    ] == []
    _person, reference = web_desk.add_person()
    mei = web_desk.worker().comes()
    assert mei.browser.get(f"/cases/{reference}/panes/phrases?words=passport").status_code == 404
