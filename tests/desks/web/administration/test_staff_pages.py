"""Accounts at the desk: an administrator invites, changes and ends them, and reads no case."""

from __future__ import annotations

import asyncio
import re
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.app.texts import ROLE_TITLES
from bot.cases.state_machine import Role
from bot.clock import HOUR, SECOND
from bot.desks.web.administration import invitations
from bot.desks.web.administration.texts import ROLE_MEANINGS, TITLES
from bot.desks.web.app import ROUTES
from bot.desks.web.auth.sessions import STEP_UP_LIFETIME
from bot.desks.web.form_nonces import new_nonce
from bot.desks.web.qr_code import qr_code
from bot.desks.web.routes import Permission
from bot.languages import LANGUAGES
from tests.desks.web.auth.test_enrolment import CHOSEN, code, shown
from tests.desks.web.auth.test_two_desks import two_desks
from tests.support.database.key_store_fixtures import PASSWORD, QUEUES
from tests.support.database_fixtures import on_both_databases
from tests.support.harnesses.web_desk_harness import ORIGIN, HttpBrowser, fill_path

if TYPE_CHECKING:
    from pathlib import Path

    from httpx import Response

    from bot.desks.web.request import DeskRequest
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

WORDS = "He keeps my passport."
_LINK = re.compile(r"https://desk\.test(/welcome/[0-9a-f]{64})")
MEI = {
    "name": "Lin  Mei-hua", "role": "caseworker", "title": "counsellor", "chats": "4",
    "language-id": "1", "language-vi": "1", "queue-trafficking": "1", "queue-labour": "1",
    "skills": "children sign_language",
}  # fmt: skip
CHANGED = {
    "role": "supervisor", "title": "lawyer", "chats": "5", "language-th": "1",
    "queue-trafficking": "1", "skills": "",
}  # fmt: skip


@pytest.fixture
def chief(web_desk: WebDeskHarness) -> WebCaseworker:
    return web_desk.worker("Wu", Role.ADMINISTRATOR).comes()


def invites(chief: WebCaseworker, **other: str) -> tuple[str, str]:
    """Invite a caseworker; return their id, and the address of their link, or an empty one."""
    made = chief.browser.post("/staff/new", {**MEI, **other})
    assert made.status_code == 303, made.text
    where = made.headers["location"]
    page = chief.browser.get(where)
    assert page.status_code == 200
    found = _LINK.search(page.text)
    return where.split("/")[3], found[1] if found else ""


def enrols(office: WebDeskHarness, link: str) -> HttpBrowser:
    """Choose a password and a second factor, as somebody who holds a link."""
    browser = HttpBrowser(office)
    asked = browser.post(link, {"password": CHOSEN, "again": CHOSEN}, is_signed=False)
    secret = shown(asked.text)
    done = browser.post(f"{link}/code", {"code": code(office, secret)}, is_signed=False)
    assert "Recovery key" in done.text
    return browser


def approves(who: WebCaseworker) -> Response:
    page = who.browser.get("/approvals").text
    found = re.search(r'id="approval-([0-9a-f]{32})"', page)
    assert found is not None
    return who.browser.post("/approvals/approve", {"request": found[1]})


def staff_row(office: WebDeskHarness, who: str) -> tuple[object, ...]:
    columns = "role, title, languages, queues, skills, most, state"
    (row,) = office.home.ask(f"SELECT {columns} FROM staff WHERE id = '{who}'")  # noqa: S608 - ours
    return row


def audited(office: WebDeskHarness, who: str) -> list[tuple[object, ...]]:
    return office.home.ask(
        f"SELECT actor, deed, detail FROM audit WHERE subject = '{who}' ORDER BY id"  # noqa: S608
    )


# --- Who may -------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.SUPERVISOR, Role.AUDITOR])
def test_only_administrators_use_the_administration_and_others_are_told_so(
    web_desk: WebDeskHarness, role: Role
) -> None:
    other, before = web_desk.worker("Jun", role).comes(), web_desk.home.ask("SELECT * FROM staff")
    pages = [it for it in ROUTES if it.permission is Permission.STAFF]
    assert len(pages) > 8
    for page in pages:
        path = fill_path(page.path, who=other.id)
        said = other.browser.post(path) if page.changes_state else other.browser.get(path)
        assert said.status_code == 403, path
        assert "Only administrators can open this page." in said.text
    assert web_desk.home.ask("SELECT * FROM staff") == before
    refused = web_desk.home.ask("SELECT actor FROM audit WHERE deed = 'refused'")
    assert (other.id,) in refused


@pytest.mark.parametrize(
    "path", ["/staff/new", "/staff/account/{who}", "/staff/account/{who}/invitation"]
)
def test_a_page_of_accounts_asks_for_the_second_factor_first(
    web_desk: WebDeskHarness, chief: WebCaseworker, path: str
) -> None:
    mei = web_desk.worker()
    web_desk.home.advance_time(STEP_UP_LIFETIME / SECOND + 1)
    said = chief.browser.get(path.replace("{who}", mei.id))
    assert said.headers["location"].startswith("/step-up?back=/staff/")


def test_no_account_is_changed_invited_or_ended_without_a_fresh_second_factor(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    mei, _jun = web_desk.worker().comes(), web_desk.worker("Jun")
    tables = ("staff", "desk_invites", "desk_requests")
    before = [web_desk.home.ask(f"SELECT * FROM {it}") for it in tables]  # noqa: S608 - ours
    web_desk.home.advance_time(STEP_UP_LIFETIME / SECOND + 1)
    account = f"/staff/account/{mei.id}"
    for path, fields in (
        (f"{account}/disable", {"sure": "1"}),
        (f"{account}/approval", {"reason": "Mei comes on Monday."}),
        ("/staff/invite", {"staff": mei.id}),
        ("/staff/end", {"staff": mei.id}),
    ):
        said = chief.browser.post(path, fields)
        assert said.headers["location"].startswith("/step-up?back="), path
    kept = chief.browser.post(f"{account}/change", {**CHANGED, "skills": "sign_language"})
    assert "Not saved yet: confirm with your second factor first." in kept.text
    assert 'value="sign_language"' in kept.text
    assert [web_desk.home.ask(f"SELECT * FROM {it}") for it in tables] == before  # noqa: S608
    assert mei.browser.get("/queue/mine").status_code == 200


def test_an_unknown_account_is_not_found(web_desk: WebDeskHarness, chief: WebCaseworker) -> None:
    for who in ("nobody", "0123abcd"):
        for path in (f"/staff/account/{who}", f"/staff/account/{who}/invitation"):
            assert chief.browser.get(path).status_code == 404
        for path in (
            f"/staff/account/{who}/change",
            f"/staff/account/{who}/disable",
            f"/staff/account/{who}/approval",
        ):
            assert chief.browser.post(path).status_code == 404
    assert chief.browser.post("/staff/invite", {"staff": "nobody"}).status_code == 404


# --- Inviting ------------------------------------------------------------------------------------


def test_a_caseworker_is_invited_and_enrols_by_the_link_once(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    _person, reference = web_desk.add_person(WORDS)
    who, link = invites(chief)
    assert staff_row(web_desk, who) == (
        "caseworker", "counsellor", "id vi", "trafficking labour", "children sign_language", 4,
        "active",
    )  # fmt: skip
    browser = enrols(web_desk, link)
    assert WORDS in browser.get(f"/cases/{reference}").text
    assert HttpBrowser(web_desk).get(link).status_code == 404  # it was used
    assert [deed for _actor, deed, _detail in audited(web_desk, who)][:2] == [
        "staff_add", "desk_invite",
    ]  # fmt: skip
    assert {actor for actor, deed, _detail in audited(web_desk, who) if "_add" in deed} == {
        chief.id
    }


def test_a_link_is_shown_once_with_its_picture_and_how_to_hand_it_over(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    made = chief.browser.post("/staff/new", MEI)
    page = chief.browser.get(made.headers["location"]).text
    found = _LINK.search(page)
    assert found is not None
    assert qr_code(found[0]) in page
    assert "Do not send it by chat or e-mail" in page
    again = chief.browser.get(made.headers["location"]).text
    assert _LINK.search(again) is None
    assert "shown only once" in again
    other = web_desk.worker("Chen", Role.ADMINISTRATOR).comes()
    assert _LINK.search(other.browser.get(made.headers["location"]).text) is None


def test_the_second_factor_can_be_scanned_at_enrolment(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    _who, link = invites(chief)
    page = (
        HttpBrowser(web_desk).post(link, {"password": CHOSEN, "again": CHOSEN}, is_signed=False)
    ).text
    secret = shown(page)
    address = web_desk.front.factors.totp_address(
        secret, "Lin Mei-hua", web_desk.front.organisation
    )
    assert parse_qs(urlsplit(address).query)["secret"] == [secret]
    assert qr_code(address) in page
    assert "<svg" in page
    assert 'style="' not in page


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "", "Enter a name"),
        ("name", "x" * 81, "Enter a name"),
        ("name", "Mei\u202e", "Enter a name"),
        ("role", "", "Choose a role."),
        ("role", "boss", "Choose a role."),
        ("title", "friend", "Choose what people are told."),
        ("chats", "0", "Enter a number from 1 to 20."),
        ("chats", "21", "Enter a number from 1 to 20."),
        ("chats", "\u0663", "Enter a number from 1 to 20."),
        ("skills", "two-words", "A skill has only letters"),
        ("skills", "x " * 90, "A skill has only letters"),
    ],
)
def test_a_wrong_field_is_named_beside_it_and_nothing_typed_is_lost(
    web_desk: WebDeskHarness, chief: WebCaseworker, field: str, typed: str, said: str
) -> None:
    before = web_desk.home.ask("SELECT * FROM staff")
    page = chief.browser.post("/staff/new", MEI | {field: typed})
    assert page.status_code == 422
    fault = re.search(f'id="fault-{field}">([^<]+)<', page.text)
    assert fault is not None
    assert said in fault[1]
    for kept in ("queue-trafficking", "language-vi"):
        assert re.search(rf'"{kept}"[^>]*(selected|checked)', page.text)
    assert web_desk.home.ask("SELECT * FROM staff") == before


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        (("language-id", "language-vi"), "Choose at least one language."),
        (("queue-trafficking", "queue-labour"), "Choose at least one queue."),
    ],
)
def test_an_account_that_reads_cases_has_a_language_and_a_queue(
    web_desk: WebDeskHarness, chief: WebCaseworker, left_out: tuple[str, ...], said: str
) -> None:
    page = chief.browser.post("/staff/new", {k: v for k, v in MEI.items() if k not in left_out})
    assert said in page.text
    assert len(web_desk.home.ask("SELECT * FROM staff")) == 1


def test_what_was_typed_stays_when_the_second_factor_has_lapsed(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    web_desk.home.advance_time(STEP_UP_LIFETIME / SECOND + 1)
    page = chief.browser.post("/staff/new", MEI)
    assert page.status_code == 422
    assert "Not saved yet: confirm with your second factor first." in page.text
    assert 'value="Lin  Mei-hua"' in page.text
    assert len(web_desk.home.ask("SELECT * FROM staff")) == 1


# --- Two people ----------------------------------------------------------------------------------


def test_a_new_account_takes_two_people_once_there_are_two(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    hua = web_desk.supervisor().comes()
    assert chief.browser.post("/staff/new", MEI).status_code == 422  # who is it?
    who, link = invites(chief, reason="Mei was at our training in May.")
    assert link == ""
    refused = chief.browser.post("/staff/invite", {"staff": who})
    assert _LINK.search(chief.browser.get(refused.headers["location"]).text) is None
    assert web_desk.home.ask("SELECT * FROM desk_invites") == []
    page = hua.browser.get("/approvals").text
    assert "New account of Lin Mei-hua: caseworker" in page
    assert "Mei was at our training in May." in page
    approves(chief)  # who asked cannot approve
    assert web_desk.home.ask("SELECT agreed_by FROM desk_requests") == [(None,)]
    approves(hua)
    made = chief.browser.post("/staff/invite", {"staff": who})
    assert _LINK.search(chief.browser.get(made.headers["location"]).text)
    deeds = [deed for (deed,) in web_desk.home.ask("SELECT deed FROM audit WHERE deed LIKE 'two%'")]
    assert deeds == ["two_ask", "two_agree", "two_use"]


def test_an_approval_makes_one_link_and_is_asked_for_again_after_an_hour(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    hua = web_desk.supervisor().comes()
    who, _link = invites(chief, reason="Mei was at our training in May.")
    approves(hua)
    web_desk.home.advance_time(HOUR / SECOND + 1)
    chief.comes()
    assert "used or has expired" in chief.browser.get(f"/staff/account/{who}").text
    chief.browser.post("/staff/invite", {"staff": who})
    assert web_desk.home.ask("SELECT * FROM desk_invites") == []
    chief.browser.post(f"/staff/account/{who}/approval", {"reason": "Mei comes on Monday."})
    approves(hua.comes())
    chief.browser.post("/staff/invite", {"staff": who})
    assert len(web_desk.home.ask("SELECT * FROM desk_invites")) == 1
    (first,) = web_desk.home.ask("SELECT token FROM desk_invites")
    chief.browser.post("/staff/invite", {"staff": who})  # used up
    assert web_desk.home.ask("SELECT token FROM desk_invites") == [first]


def test_the_account_and_the_list_say_what_the_invitation_waits_for(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    hua = web_desk.supervisor().comes()

    def says(on_list: str, on_account: str, *, who: str) -> None:
        for path, said in (("/staff", on_list), (f"/staff/account/{who}", on_account)):
            page = chief.browser.get(path)
            assert page.status_code == 200
            assert said in page.text

    who, _link = invites(chief, reason="Mei was at our training in May.")
    says("waiting for approval", "Waiting for approval by: Hua.", who=who)
    approves(hua)
    says("approved: make the link", "Approved. The link can be made until", who=who)
    chief.browser.post("/staff/invite", {"staff": who})
    shown_once = chief.browser.get(f"/staff/account/{who}/invitation").text
    says("invited, until", "A link was made, and can be used until", who=who)
    found = _LINK.search(shown_once)
    assert found is not None
    enrols(web_desk, found[1])
    says("Off duty", "They have signed in before.", who=who)


def test_an_account_is_neither_requested_nor_used_on_the_approvals_page(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    hua = web_desk.supervisor().comes()
    fields = {"kind": "account", "subject": chief.id, "words": "Please."}
    assert chief.browser.post("/approvals/request", fields).status_code == 404
    invites(chief, reason="Mei was at our training in May.")
    approves(hua)
    (number,) = web_desk.home.ask("SELECT id FROM desk_requests")[0]
    chief.browser.post("/approvals/use", {"request": str(number)})
    assert web_desk.home.ask("SELECT used_at FROM desk_requests") == [(None,)]
    assert "Make the invitation link" in chief.browser.get("/approvals").text


# --- Changing ------------------------------------------------------------------------------------


def test_who_reads_all_languages_has_no_chip_for_each(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    mei, jun = (
        web_desk.worker(languages=tuple(LANGUAGES)),
        web_desk.worker("Jun", languages=("id",)),
    )
    page = chief.browser.get("/staff").text

    def languages(of: WebCaseworker) -> str:
        row = page.partition(f'href="/staff/account/{of.id}"')[2].partition("</tr>")[0]
        return row.partition('data-label="Language">')[2].partition("</td>")[0].strip()

    assert languages(mei) == "All languages"
    assert languages(jun) == '<span class="pill">Indonesian</span>'
    assert page.count('<span class="on-one-line"><span class="dot') >= 2  # "Off duty" is one line


def test_changed_queues_and_languages_count_for_the_desk_and_for_the_keys(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    mei = web_desk.worker()
    other = web_desk.worker("Jun").comes()
    fields = {**CHANGED, "role": "caseworker", "queue-trafficking": "", "queue-labour": "1"}
    assert chief.browser.post(f"/staff/account/{mei.id}/change", fields).status_code == 303
    assert staff_row(web_desk, mei.id) == (
        "caseworker", "lawyer", "th", "labour", "", 5, "active",
    )  # fmt: skip
    member = web_desk.vault.cases.wraps.holders().members[mei.id]
    assert member.queues == ("labour",)
    assert audited(web_desk, mei.id)[-1] == (
        chief.id, "staff_change", "title,languages,queues,most",
    )  # fmt: skip
    mei.comes()
    _person, reference = web_desk.add_person(WORDS)  # of the queue trafficking
    assert mei.browser.get(f"/cases/{reference}").status_code == 404
    assert WORDS in other.browser.get(f"/cases/{reference}").text  # the control


def test_a_caseworker_who_becomes_supervisor_opens_the_cases_of_all(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    _person, reference = web_desk.add_person(WORDS)
    jun.told(reference, "claim")
    assert mei.browser.get(f"/cases/{reference}").status_code == 404
    fields = CHANGED | {"queue-labour": "1"}
    assert chief.browser.post(f"/staff/account/{mei.id}/change", fields).status_code == 303
    assert audited(web_desk, mei.id)[-1][2] == "role:supervisor,title,languages,queues,most"
    jun.comes()  # whoever can open the case wraps it for the others
    mei.comes()
    mei.browser.post(f"/cases/{reference}/glass", {"reason": "Jun asked me to look."})
    assert mei.browser.get(f"/cases/{reference}").status_code == 200


def test_who_administers_accounts_never_gets_to_read_cases(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    auditor = web_desk.worker("Lo", Role.AUDITOR)
    page = chief.browser.post(f"/staff/account/{auditor.id}/change", CHANGED)
    assert "This role cannot be given to this account." in page.text
    assert staff_row(web_desk, auditor.id)[0] == "auditor"
    own = chief.browser.post(f"/staff/account/{chief.id}/change", CHANGED)
    assert "You cannot change or end your own account." in (
        chief.browser.get(own.headers["location"]).text
    )
    assert staff_row(web_desk, chief.id)[0] == "administrator"


# --- The end of access ---------------------------------------------------------------------------


def test_ended_access_signs_out_erases_the_key_and_returns_the_cases(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    _person, reference = web_desk.add_person(WORDS)
    mei.told(reference, "claim")
    unsure = chief.browser.post(f"/staff/account/{mei.id}/disable", {"sure": ""})
    assert "Nothing was changed." in chief.browser.get(unsure.headers["location"]).text
    assert mei.browser.get("/queue/mine").status_code == 200
    ended = chief.browser.post(f"/staff/account/{mei.id}/disable", {"sure": "1"})
    assert "Cases returned to the queue: 1." in chief.browser.get(ended.headers["location"]).text
    assert mei.browser.get("/queue/mine").status_code == 303
    assert mei.signs_in().status_code == 401
    assert mei.id not in web_desk.vault.cases.wraps.holders().members
    assert WORDS in jun.browser.get(f"/cases/{reference}").text
    assert (chief.id, "staff_disable", "released:1") in audited(web_desk, mei.id)


def test_a_case_says_whose_access_ended(web_desk: WebDeskHarness, chief: WebCaseworker) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    person, reference = web_desk.add_person(WORDS)
    mei.told(reference, "claim")
    mei.does(reference, "take_over")
    web_desk.settles()
    person.presses("I can write now")
    chief.browser.post(f"/staff/account/{mei.id}/disable", {"sure": "1"})
    web_desk.settles()
    page = jun.browser.get(f"/cases/{reference}").text
    assert "Returned to the queue: the access of Mei ended." in page
    told = "The bot answers here again. This person has left the chat: a caseworker."
    assert told in person.texts[-3:]


def test_the_last_who_can_open_cases_is_not_ended(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    mei = web_desk.worker()
    said = chief.browser.post(f"/staff/account/{mei.id}/disable", {"sure": "1"})
    assert "No one else could open a case then." in (
        chief.browser.get(said.headers["location"]).text
    )
    assert staff_row(web_desk, mei.id)[-1] == "active"


def test_access_stays_while_a_case_would_open_for_no_one(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    mei = web_desk.worker()
    web_desk.worker("Jun", queues=("fishers",))
    _person, _reference = web_desk.add_person(WORDS)
    said = chief.browser.post(f"/staff/account/{mei.id}/disable", {"sure": "1"})
    assert "No one else could open a case then." in (
        chief.browser.get(said.headers["location"]).text
    )
    assert staff_row(web_desk, mei.id)[-1] == "active"


def test_the_only_one_who_can_approve_keeps_access_and_role(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    hua, _mei = web_desk.supervisor().comes(), web_desk.worker()
    for action, fields in (
        ("disable", {"sure": "1"}),
        ("change", {**CHANGED, "role": "caseworker"}),
    ):
        said = chief.browser.post(f"/staff/account/{hua.id}/{action}", fields)
        page = chief.browser.get(said.headers["location"]).text
        assert "No one else could approve a new account then." in page
        assert staff_row(web_desk, hua.id)[0] == "supervisor"
    assert hua.browser.get("/queue/mine").status_code == 200
    web_desk.worker("Chen", Role.ADMINISTRATOR)
    chief.browser.post(f"/staff/account/{hua.id}/disable", {"sure": "1"})
    assert staff_row(web_desk, hua.id)[-1] == "disabled"


def ends(by: HttpBrowser, who: str) -> Any:
    """Return a request, not yet sent, that ends the access of a colleague."""
    fields = {"sure": "1", "csrf": by.csrf(), "nonce": new_nonce()}
    headers = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
    return by.client.request("POST", f"/staff/account/{who}/disable", data=fields, headers=headers)


@pytest.fixture
def at_one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two checks of who else approves be under way at once, where nothing keeps them apart."""
    both, found = threading.Barrier(2), invitations.approvers

    def meet(work: Work, request: DeskRequest) -> tuple[Caseworker, ...]:
        known = found(work, request)
        with suppress(threading.BrokenBarrierError):
            both.wait(timeout=1)
        return known

    monkeypatch.setattr(invitations, "approvers", meet)


@pytest.mark.usefixtures("at_one_moment")
@on_both_databases
def test_of_two_administrators_who_end_each_other_at_once_one_stays(
    kind: str, tmp_path: Path
) -> None:
    with two_desks(kind, tmp_path) as (office, other):
        wu = office.worker("Wu", Role.ADMINISTRATOR).comes()
        chen = office.worker("Chen", Role.ADMINISTRATOR).comes()
        office.supervisor()
        requests = ends(wu.browser, chen.id), ends(other.browser_of(chen.browser), wu.id)

        async def both() -> None:
            await asyncio.gather(*requests)

        office.does(both())
        states = [staff_row(office, it.id)[-1] for it in (wu, chen)]
        assert sorted(map(str, states)) == ["active", "disabled"]


@on_both_databases
def test_of_three_administrators_who_end_each_other_in_a_ring_two_stay(
    kind: str, tmp_path: Path
) -> None:
    with two_desks(kind, tmp_path) as (office, other):
        names = ("Wu", "Chen", "Lin")
        ring = [office.worker(it, Role.ADMINISTRATOR).comes() for it in names]
        office.worker()
        office.worker("Jun")
        desks = (lambda it: it, other.browser_of, lambda it: it)
        requests = [
            ends(at(by.browser), ring[(number + 1) % 3].id)
            for number, (by, at) in enumerate(zip(ring, desks, strict=True))
        ]

        async def all_three() -> None:
            await asyncio.gather(*requests)

        office.does(all_three())
        states = [staff_row(office, it.id)[-1] for it in ring]
        assert states.count("active") == 2


def test_an_administrator_does_not_end_their_own_access(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    chief.browser.post(f"/staff/account/{chief.id}/disable", {"sure": "1"})
    assert staff_row(web_desk, chief.id)[-1] == "active"


def test_every_role_and_title_has_words_for_staff() -> None:
    assert ROLE_MEANINGS.keys() == {it.value for it in Role}
    assert TITLES.keys() == ROLE_TITLES.keys()


def test_a_change_of_a_key_that_waits_ends_the_duty_of_its_holder(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    web_desk.supervisor()
    jun, mei = web_desk.home.colleague("Jun"), web_desk.worker()
    web_desk.keys.enrol(jun.id, "caseworker", QUEUES, PASSWORD, web_desk.home.loop.now())
    for who in (jun, mei):
        chief.browser.post(f"/staff/account/{who.id}/change", CHANGED)
    on_duty = web_desk.home.ask("SELECT id FROM staff WHERE on_duty = 1")
    assert (jun.id,) not in on_duty
    assert (mei.id,) in on_duty  # the control: their key opens cases
    page = chief.browser.get(f"/staff/account/{jun.id}").text
    assert "Jun is off duty until a colleague approves their key." in page
