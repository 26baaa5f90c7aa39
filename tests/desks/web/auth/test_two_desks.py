"""P48: a desk that restarts signs no one out, another goes on, and a dump opens no session."""

from __future__ import annotations

import asyncio
import re
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.state_machine import Role
from bot.clock import MINUTE, SECOND
from bot.desks.web.auth.session_memory import KEY, MemorySeal, apply_changes, changes_of
from bot.desks.web.auth.sessions import IDLE_TIMEOUT, STEP_UP_LIFETIME, DeskSessions
from bot.desks.web.auth.wrong_guesses import FREE_GUESSES
from bot.desks.web.form_nonces import new_nonce
from bot.desks.web.live.watcher import CASE, OWN, SIGNED_OUT
from bot.desks.web.request import SESSION_COOKIE
from bot.errors import DecryptionError
from bot.vault import HostKey, Purpose, Vault
from bot.vault.keys.browser_key import new_session_secret, secret_digest
from tests.desks.web.auth.test_enrolment import CHOSEN, code, invited, shown
from tests.desks.web.auth.test_passkeys import asked, with_passkey
from tests.fire.stolen_keys import keys_of, opened
from tests.support.database_fixtures import on_both_databases
from tests.support.harnesses.hotline_harness import ROOT
from tests.support.harnesses.next_desk import NextDesk
from tests.support.harnesses.web_desk_harness import ORIGIN, HttpBrowser, WebDeskHarness
from tests.support.needle_search import NEEDLE
from tests.support.sse_client import SseClient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from httpx import Response

    from tests.support.harnesses.web_desk_harness import WebCaseworker

WORDS = "He keeps my passport."
GUESS = {"password": "a guess, and a long one"}
ORDER = {"code": "order", "words": "Taipei District, 115-1234"}


@contextmanager
def two_desks(kind: str, folder: Path) -> Iterator[tuple[WebDeskHarness, NextDesk]]:
    with closing(WebDeskHarness(folder, kind=kind)) as first, closing(NextDesk(first)) as other:
        yield first, other


def tokens(office: WebDeskHarness) -> list[bytes]:
    return [bytes(it) for (it,) in office.home.ask("SELECT token FROM desk_sessions")]


def changes(office: WebDeskHarness, sql: str) -> None:
    with closing(office.home.database.connect()) as connection:
        connection.cursor().execute(sql)
        connection.commit()


@on_both_databases
def test_a_session_goes_on_at_another_desk_and_after_a_restart(kind: str, tmp_path: Path) -> None:
    with two_desks(kind, tmp_path) as (first, other):
        _person, reference = first.add_person(WORDS)
        mei, path = first.worker().comes(), f"/cases/{reference}"
        there, csrf = other.browser_of(mei.browser), mei.browser.csrf()
        assert WORDS in there.get(path).text  # the key opens there as well
        assert there.csrf() == csrf  # what stands in open pages is valid
        assert there.post("/account/density", {"density": "roomy", "csrf": csrf}).status_code == 303
        assert "Saved" in mei.browser.get("/account").text  # said by one, shown by the other, once
        assert "Saved" not in there.get("/account").text
        there.post("/services", {"words": "a lawyer who speaks Thai"})
        assert "a lawyer who speaks Thai" in mei.browser.get("/services").text
        if kind == "sqlite":  # it takes processes, and no statement of its own
            there.post("/find", {"words": "passport"})
            assert reference in mei.browser.get("/find/words").text
        with closing(NextDesk(first)) as restarted:
            later = restarted.browser_of(mei.browser)
            assert WORDS in later.get(path).text
            assert "a lawyer who speaks Thai" in later.get("/services").text
            assert later.csrf() == csrf
        changes(first, "UPDATE desk_sessions SET sealed = NULL")  # as a desk that stores no key
        with closing(NextDesk(first)) as restarted:
            assert restarted.browser_of(mei.browser).get(path).status_code == 303  # the control


@on_both_databases
def test_step_up_and_an_export_go_on_at_the_other_desk(kind: str, tmp_path: Path) -> None:
    with two_desks(kind, tmp_path) as (first, other):
        _person, reference = first.add_person(WORDS)
        mei = first.worker().comes()
        mei.told(reference, "claim")
        first.home.advance_time(STEP_UP_LIFETIME / SECOND + 1)
        there = other.browser_of(mei.browser)
        before = mei.browser.client.cookies[SESSION_COOKIE]
        sent = mei.browser.post(f"/cases/{reference}/bundle", ORDER)
        assert "/step-up" in sent.headers["location"]
        back = f"/cases/{reference}#export"
        assert there.post("/step-up", {"code": mei.code(), "back": back}).status_code == 303
        assert before != mei.browser.client.cookies[SESSION_COOKIE]
        form = mei.browser.get(f"/cases/{reference}").text.partition('id="goes-on"')[2]
        form = form.partition("</form>")[0]
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
        assert {name: fields[name] for name in ORDER} == ORDER
        assert there.post(f"/cases/{reference}/bundle", fields).status_code == 200
        old = HttpBrowser(first)
        old.client.cookies.set(SESSION_COOKIE, before, domain="desk.test")
        assert old.get("/account").status_code == 303  # the secret before is worth nothing


@on_both_databases
def test_a_reason_given_at_one_desk_opens_the_case_at_the_other(kind: str, tmp_path: Path) -> None:
    with two_desks(kind, tmp_path) as (first, other):
        _person, reference = first.add_person(WORDS)
        mei, hua = first.worker().comes(), first.supervisor().comes()
        mei.told(reference, "claim")
        there = other.browser_of(hua.browser)
        assert WORDS not in there.get(f"/cases/{reference}").text
        hua.browser.post(f"/cases/{reference}/break-glass", {"reason": "Mei is ill"})
        assert WORDS in there.get(f"/cases/{reference}").text
        reads = "SELECT count(*) FROM audit WHERE deed = 'read' AND actor = '{}'"
        assert first.home.ask(reads.format(hua.id)) == [(1,)]
        hua.browser.get(f"/cases/{reference}")
        assert first.home.ask(reads.format(hua.id)) == [(1,)]  # one row for both desks


@on_both_databases
def test_who_signs_out_or_loses_access_is_out_at_every_desk(kind: str, tmp_path: Path) -> None:
    with two_desks(kind, tmp_path) as (first, other):
        mei, jun = first.worker().comes(), first.worker("Jun").comes()
        stays, ends = other.browser_of(jun.browser), other.browser_of(mei.browser)
        assert stays.get("/account").status_code == ends.get("/account").status_code == 200
        stolen = dict(mei.browser.client.cookies)
        page = SseClient(ends)

        async def listens() -> None:
            running = asyncio.create_task(page.listen())
            await page.next_event("connected")
            await mei.browser.client.post("/signout", data={"csrf": csrf}, headers=headers)
            await other.watch.poll()
            await page.next_event(SIGNED_OUT)  # at once, not with the next heartbeat
            await running

        csrf, headers = mei.browser.csrf(), {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
        other.does(listens())
        thief = HttpBrowser(other)  # type: ignore[arg-type]
        thief.client.cookies.update(stolen)
        assert thief.get("/account").status_code == 303
        assert stays.get("/account").status_code == 200
        wen = first.worker("Wen", Role.ADMINISTRATOR).comes()
        with other.front.streams.subscribe(jun.id) as opened:
            wen.browser.post(f"/staff/account/{jun.id}/disable", {"sure": "yes"})
            other.does(other.watch.poll())
            assert OWN in opened.events  # so its page looks, and closes
        assert stays.get("/account").status_code == 303
        assert len(tokens(first)) == 1


def test_activity_at_one_desk_keeps_the_session_at_all(tmp_path: Path) -> None:
    with two_desks("sqlite", tmp_path) as (first, other):
        mei = first.worker().comes()
        there = other.browser_of(mei.browser)
        there.get("/account")
        for _half_minute in range(4 * 15):  # never a whole minute between two requests
            first.home.advance_time(30)
            assert mei.browser.get("/account").status_code == 200
        first.worker("Jun").comes()  # a sign-in deletes what timed out
        assert there.get("/account").status_code == 200
        first.home.advance_time(IDLE_TIMEOUT / SECOND + 1)
        assert there.get("/account").status_code == 303
        first.home.advance_time(60)  # rows may lag behind that long
        other.does(other.front.sessions.clean())
        assert tokens(first) == []


@on_both_databases
def test_a_form_sent_to_two_desks_at_once_acts_once(kind: str, tmp_path: Path) -> None:
    with two_desks(kind, tmp_path) as (first, other):
        _person, reference = first.add_person(WORDS)
        mei = first.worker().comes()
        mei.told(reference, "claim")
        there, fields = other.browser_of(mei.browser), {"words": "Called the shelter."}
        sent = fields | {"csrf": mei.browser.csrf(), "nonce": new_nonce()}
        path, headers = f"/cases/{reference}/do/note", {"origin": ORIGIN, "x-haven": "1"}

        async def both() -> list[Response]:
            asked = (
                it.client.post(path, data=sent, headers=headers) for it in (mei.browser, there)
            )
            return await asyncio.gather(*asked)

        said = [it.json() for it in first.does(both())]
        first.settles()
        assert not any(it["refused"] for it in said)
        assert mei.browser.get(f"/cases/{reference}").text.count("Called the shelter.") == 1


@on_both_databases
def test_guesses_at_two_desks_wait_like_guesses_at_one(kind: str, tmp_path: Path) -> None:
    with two_desks(kind, tmp_path) as (first, other):
        mei = first.worker()
        desks = [HttpBrowser(first), HttpBrowser(other)]  # type: ignore[arg-type]
        said = [
            desks[guess % 2].post("/signin", mei.fields() | GUESS, is_signed=False).status_code
            for guess in range(FREE_GUESSES + 2)
        ]
        assert said == [401] * FREE_GUESSES + [429] * 2
        headers = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}

        async def all_at_once() -> list[int]:
            fields = mei.fields(who="someone") | GUESS
            asked = (
                desks[number % 2].client.post("/signin", data=fields, headers=headers)
                for number in range(8)
            )
            return sorted(it.status_code for it in await asyncio.gather(*asked))

        # No more are checked than if they had come one after the other.
        assert first.does(all_at_once()) == [401] * FREE_GUESSES + [429] * 5


@on_both_databases
def test_codes_and_answers_of_passkeys_count_at_one_desk_once(kind: str, tmp_path: Path) -> None:
    with two_desks(kind, tmp_path) as (first, other):
        mei, key = with_passkey(first)
        headers = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
        desks = [HttpBrowser(first), HttpBrowser(other)]  # type: ignore[arg-type]

        async def both(path: str, fields: dict[str, str]) -> list[bool]:
            asked = (it.client.post(path, data=fields, headers=headers) for it in desks)
            return sorted([it.status_code == 303 for it in await asyncio.gather(*asked)])

        question = asked(desks[0], "/signin/ask", is_signed=False)
        assert first.does(both("/signin/passkey", key.get_assertion(question))) == [False, True]
        first.home.advance_time(30)
        assert first.does(both("/signin", mei.fields())) == [False, True]


@on_both_databases
def test_an_enrolment_begun_at_one_desk_ends_at_the_other(kind: str, tmp_path: Path) -> None:
    with two_desks(kind, tmp_path) as (first, other):
        link, begins, ends = invited(first), HttpBrowser(first), HttpBrowser(other)  # type: ignore[arg-type]
        text = begins.post(link, {"password": CHOSEN, "again": CHOSEN}, is_signed=False).text
        digits = {"code": code(first, shown(text))}
        done = ends.post(f"{link}/code", digits, is_signed=False)
        assert "Recovery key" in done.text
        assert ends.get("/staff").status_code == 200
        assert first.home.ask("SELECT * FROM desk_enrolments") == []
        assert begins.post(f"{link}/code", digits, is_signed=False).status_code == 404


@on_both_databases
def test_what_one_desk_stores_the_pages_of_the_other_hear(kind: str, tmp_path: Path) -> None:
    with two_desks(kind, tmp_path) as (first, other):
        _person, reference = first.add_person(WORDS)
        mei, case = first.worker().comes(), first.case(reference)
        first.settles()
        other.does(other.watch.poll())
        assert other.front.streams.position == first.front.streams.position
        with other.front.streams.subscribe(mei.id, {case: reference}) as page:
            running = first.home.loop.create_task(other.watch.run())
            mei.told(reference, "claim")

            async def hears() -> set[str]:
                heard = set()
                while not {f"{CASE} {reference}", OWN} <= heard:
                    heard.add(await asyncio.wait_for(page.events.get(), 1.0))
                return heard

            first.home.run(hears())
            running.cancel()
        other.does(other.watch.poll())
        # So a page that was drawn at one desk and listens at the other fetches nothing twice.
        assert other.front.streams.position == first.front.streams.position


def test_two_requests_of_a_session_lose_nothing_of_each_other(tmp_path: Path) -> None:
    """Each desk knows what it changed, and neither what the other did."""
    with two_desks("sqlite", tmp_path) as (first, other), closing(NextDesk(first)) as third:
        mei = first.worker().comes()
        secret = bytes.fromhex(mei.browser.client.cookies[SESSION_COOKIE])
        desks = [first.front.sessions, other.front.sessions]
        token, now = secret_digest(secret), first.home.loop.now()

        def row() -> Any:
            return first.home.database.writer.run_sync(lambda work: DeskSessions.load(work, token))

        stored = row()
        one, two = (first.does(it.resume(stored, secret, now)) for it in desks)
        one.read_cases["a"], two.read_cases["b"] = 1, 2
        one.flashes.append(("said", False))
        one.break_glass_cases.add("c")

        async def both() -> None:
            await asyncio.gather(*(it.keep(session, secret) for it, session in zip(
                desks, (one, two), strict=True
            )))  # fmt: skip

        first.does(both())
        one.flashes.clear()
        first.does(desks[0].keep(one, secret))
        for it in (*desks, third.front.sessions):
            found = first.does(it.resume(row(), secret, now))
            assert found.read_cases == {"a": 1, "b": 2}
            assert found.break_glass_cases == {"c"}
            assert found.flashes == []


VALUES = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 3))


@given(VALUES, VALUES, VALUES)
def test_changes_of_two_desks_add_up(
    before: dict[str, int], one: dict[str, int], two: dict[str, int]
) -> None:
    """The desk that stores second changes nothing that the other did, but what both changed."""
    mine, theirs = changes_of(before, one), changes_of(before, two)
    assert apply_changes(before, mine) == one
    both = apply_changes(apply_changes(before, theirs), mine)
    for name in before | one | two:
        wanted = one if name in mine else two
        assert both.get(name) == wanted.get(name)


def test_a_session_of_another_release_ends_and_no_page_fails(tmp_path: Path) -> None:
    with two_desks("sqlite", tmp_path) as (first, other):
        mei = first.worker().comes()
        secret, seal = mei.browser.client.cookies[SESSION_COOKIE], MemorySeal(first.vault, "desk")
        (token,) = tokens(first)
        sealed = seal.seal(token, bytes.fromhex(secret), {KEY: b"", "query|/services": {"new": 1}})
        changes(first, f"UPDATE desk_sessions SET sealed = X'{sealed.hex()}', version = 9")  # noqa: S608 - ours
        assert other.browser_of(mei.browser).get("/account").status_code == 303
        assert tokens(first) == []


# --- a thief of the database ---------------------------------------------------------------------


def with_needle(office: WebDeskHarness) -> tuple[WebCaseworker, bytes]:
    """Return a supervisor whose session keeps a needle, and the secret in their browser."""
    hua = office.worker("Hua", Role.SUPERVISOR).comes()
    hua.browser.post("/services", {"words": NEEDLE[:60]})
    return hua, bytes.fromhex(hua.browser.client.cookies[SESSION_COOKIE])


def test_a_dump_and_the_host_key_open_no_session(tmp_path: Path) -> None:
    with two_desks("sqlite", tmp_path) as (first, _other):
        _hua, secret = with_needle(first)
        ((token, sealed),) = first.home.ask("SELECT token, sealed FROM desk_sessions")
        about = f"desk/session/{bytes(token).hex()}".encode()
        keys = keys_of(ROOT, ROOT, first.vault)
        inner = first.vault.open(Purpose.SESSION, about, bytes(sealed))  # with the host key
        assert opened([bytes(sealed), b"\1" + inner, b"\1\0\0\0\0" + inner], keys) == 0
        seal = MemorySeal(first.vault, "desk")
        memory = seal.open(bytes(token), secret, bytes(sealed))
        assert memory[KEY]
        assert NEEDLE[:60] in str(memory)
        # The controls: sealed under the root alone it is found, as it is with the browser's secret.
        weak = first.vault.seal(Purpose.SESSION, about, NEEDLE.encode())
        assert opened([weak], keys) == 1
        for thief, known in (
            (MemorySeal(first.vault, "desk"), new_session_secret()),  # no browser
            (MemorySeal(first.vault, "desk"), bytes(token)),
            (MemorySeal(Vault(HostKey(bytes(32))), "desk"), secret),  # a browser, no host key
            (MemorySeal(first.vault, "room"), secret),
        ):
            with pytest.raises(DecryptionError):
                thief.open(bytes(token), known, bytes(sealed))


def test_what_stands_in_a_row_lets_no_browser_in(tmp_path: Path) -> None:
    with two_desks("sqlite", tmp_path) as (first, other):
        hua, _secret = with_needle(first)
        ((token, sealed),) = first.home.ask("SELECT token, sealed FROM desk_sessions")
        thief = HttpBrowser(other)  # type: ignore[arg-type]
        for value in (bytes(token), bytes(sealed)[:32], bytes(sealed)[-32:]):
            thief.client.cookies.set(SESSION_COOKIE, value.hex(), domain="desk.test")
            assert thief.get("/account").status_code == 303
        first.home.advance_time(MINUTE / SECOND)
        spoilt = bytes(sealed)[:-1] + bytes([bytes(sealed)[-1] ^ 1])
        changes(first, f"UPDATE desk_sessions SET sealed = X'{spoilt.hex()}'")  # noqa: S608 - ours
        assert other.browser_of(hua.browser).get("/account").status_code == 303
        assert tokens(first) == []  # a row that was changed ends its session
