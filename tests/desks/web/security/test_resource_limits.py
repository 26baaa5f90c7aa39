"""Too much of anything: streams, long words, patterns that take for ever, guesses."""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest
from starlette.responses import StreamingResponse

from bot.desks.web.app import ROUTES
from bot.desks.web.auth.sessions import MAX_SESSIONS
from bot.desks.web.auth.throttle import MAX_WAITING, Line, LoginThrottle
from bot.desks.web.auth.totp import STEP_SECONDS
from bot.desks.web.auth.wrong_guesses import MAX_WAIT
from bot.desks.web.form_nonces import new_nonce
from bot.desks.web.live.event_log import DeskEvent
from bot.desks.web.live.sse import MAX_PER_CASEWORKER, MAX_PER_SESSION
from bot.desks.web.live.watcher import ALL, MAX_PENDING, QUEUE, EventStream
from bot.desks.web.routes import Permission, Route
from bot.desks.web.security_headers import MAX_FORM_BYTES
from bot.desks.web.templates import defang
from tests.desks.web.auth.test_enrolment import invited
from tests.support.database.key_store_fixtures import PASSWORD
from tests.support.harnesses.web_desk_harness import FIREFOX, ORIGIN, HttpBrowser, WebDeskHarness
from tests.support.sse_client import SseClient, close_all, open_all

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from starlette.responses import Response

    from bot.desks.web.request import DeskRequest
    from tests.support.harnesses.web_desk_harness import WebCaseworker


def opened(office: WebDeskHarness, *hearings: SseClient) -> list[int]:
    """Open streams in one moment; return how each was answered, and leave them."""
    tasks = office.does(open_all(list(hearings)))
    found = [each.status for each in hearings]
    office.does(close_all(list(hearings), tasks))
    return found


def test_of_many_streams_of_one_session_few_are_open(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    found = opened(web_desk, *(SseClient(mei.browser) for _page in range(60)))
    assert found.count(200) == MAX_PER_SESSION
    assert found.count(429) == 60 - MAX_PER_SESSION
    assert opened(web_desk, SseClient(mei.browser)) == [200]  # whoever left makes room


def test_of_many_streams_of_one_caseworker_few_are_open(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    others = [HttpBrowser(web_desk) for _device in range(3)]
    for other in others:
        web_desk.home.advance_time(31)
        assert other.post("/signin", mei.fields(), is_signed=False).status_code == 303
    pages = [SseClient(each) for each in (mei.browser, *others) for _page in range(MAX_PER_SESSION)]
    assert opened(web_desk, *pages).count(200) == MAX_PER_CASEWORKER


def test_an_unbounded_stream_route_is_found(tmp_path: Path) -> None:
    """The control: at a door without a bound, as many streams are open as are asked for."""

    async def endless(_visit: DeskRequest) -> Response:
        async def told() -> AsyncIterator[bytes]:
            yield b"event: here\n\n"
            await asyncio.Event().wait()

        return StreamingResponse(told(), media_type="text/event-stream")

    bad = Route("/endless", endless, Permission.SIGNED_IN, is_pane=True, is_background=True)
    office = WebDeskHarness(tmp_path, doors=[*ROUTES, bad])
    mei = office.worker().comes()
    found = opened(office, *(SseClient(mei.browser, "/endless") for _page in range(60)))
    assert found.count(200) == 60
    office.close()


def test_five_hundred_streams_are_open_and_all_hear(web_desk: WebDeskHarness) -> None:
    any_browser, front = HttpBrowser(web_desk), web_desk.front
    pages = []
    for number in range(100):
        who = web_desk.home.colleague(f"Worker {number}").id
        for _device in range(MAX_SESSIONS):
            secret = web_desk.does(front.sessions.start(who, None, FIREFOX, front.clock.now()))
            pages.append(SseClient(any_browser, secret=secret.hex()))
    tasks = web_desk.does(open_all(pages))
    assert {each.status for each in pages} == {200}

    async def rings() -> None:
        front.streams.publish(DeskEvent(1, "", "claimed", "", None))
        await asyncio.gather(*(each.next_event(QUEUE) for each in pages))

    web_desk.does(rings())
    web_desk.does(close_all(pages, tasks))
    assert front.streams._open == set()


def test_a_reader_that_never_reads_costs_a_handful_of_names() -> None:
    stream = EventStream("mei", "")
    for number in range(10_000):
        stream.put(f"event{number}")
    assert stream.events.qsize() <= MAX_PENDING
    assert stream.events.get_nowait() == ALL
    for _again in range(10_000):
        stream.put(QUEUE)
    assert stream.events.qsize() == 1


def test_a_stream_ends_with_the_session_it_belongs_to(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    page = SseClient(mei.browser)
    tasks = web_desk.does(open_all([page]))
    mei.browser.post("/signout")
    web_desk.front.streams.publish(DeskEvent(1, "", "claimed", "", None))
    web_desk.does(asyncio.gather(*tasks))
    assert page.heard == ["connected", "ended"]


BOMBS = {
    "one word": "a" * 1_000_000,
    "dashes": "a-" * 100_000,
    "dots": "a." * 100_000,
    "dots and no end": "a." * 100_000 + "1",
    "schemes": "http://" * 30_000,
    "slashes": "a.bc/" * 40_000,
    "almost": ("a" * 63 + ".") * 3_000 + "!",
    "marks": "\u202e\u0301" * 50_000,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_text_is_parsed_in_time_proportional_to_its_length(bomb: str) -> None:
    """A pattern that goes over it again and again does not come back from these."""
    assert len(defang(bomb)) >= len(bomb) / 2


def test_a_bomb_in_a_search_is_a_search_that_finds_nothing(web_desk: WebDeskHarness) -> None:
    mei, reference = holding(web_desk)
    bombs = ("(a+)+$" * 20, "[" * 5000, "\\" * 100, "%" * 100, "a" * 60_000, "'\"`;--" * 50)
    for bomb in bombs:
        path = f"/cases/{reference}/panes/phrases"
        found = mei.browser.post(path, {"words": bomb})
        assert found.status_code == 200
        assert "No phrases match." in found.text
        said = mei.browser.post("/find", {"words": bomb})
        assert (said.status_code, said.headers["location"]) == (303, "/find/words")
        assert "Nothing found" in mei.browser.get("/find/words").text
    assert web_desk.front.phrasebook.search("a" * 100_000, "en") == []  # no browser asks so long


def test_a_search_finds_the_same_in_other_forms_of_an_alphabet(web_desk: WebDeskHarness) -> None:
    """The control of the one above: what is sought like this is found, however it is spelt."""
    mei, reference = holding(web_desk)
    path = f"/cases/{reference}/panes/phrases"
    wide = {sign: chr(ord(sign) + 0xFEE0) for sign in map(chr, range(0x21, 0x7F))}
    for words in ("write", "WRITE", " write  ", "".join(wide[it] for it in "write")):
        assert "phrase-" in mei.browser.post(path, {"words": words}).text, words
    spelt = (reference.lower(), f"{reference[:3]}-{reference[3:]}", f" {' '.join(reference)} ",
             "".join(wide[it] for it in reference))  # fmt: skip
    for number in spelt:
        said = mei.browser.post("/find", {"words": number})
        assert said.headers["location"] == f"/cases/{reference}", number


def holding(office: WebDeskHarness) -> tuple[WebCaseworker, str]:
    _person, reference = office.add_person()
    mei = office.worker().comes()
    mei.told(reference, "claim")
    mei.told(reference, "take_over")
    return mei, reference


@pytest.mark.parametrize("verb", ["say", "note", "insist", "keep", "priority"])
def test_a_field_of_any_size_is_taken_or_refused_and_never_a_failure(
    web_desk: WebDeskHarness, verb: str
) -> None:
    mei, reference = holding(web_desk)
    fields = {"code": "1"} if verb == "priority" else {}
    for size in (
        0,
        1,
        1000,
        4096,
        12_000,
        40_000,
        MAX_FORM_BYTES - 200,
        MAX_FORM_BYTES,
        10 * MAX_FORM_BYTES,
    ):
        said = mei.does(reference, verb, words="w" * size, **fields)
        assert said.status_code in {200, 413, 422}, size
    many = {f"value.{number}": "x" for number in range(200)}
    assert mei.does(reference, "phrase", code="opener", **many).status_code in {400, 422}


def test_a_body_longer_than_it_said_is_cut_off(web_desk: WebDeskHarness) -> None:
    mei, reference = holding(web_desk)

    async def endless() -> AsyncIterator[bytes]:
        for _piece in range(100):
            yield b"words=" + b"w" * 4096 + b"&"

    before = web_desk.home.ask("SELECT count(*) FROM inbox")
    headers = {"origin": ORIGIN, "content-length": "100",
               "content-type": "application/x-www-form-urlencoded"}  # fmt: skip
    path = f"/cases/{reference}/do/note"
    with pytest.raises(AssertionError):  # the connection ends without an answer
        mei.browser.asks("POST", path, content=endless(), headers=headers)
    assert web_desk.home.ask("SELECT count(*) FROM inbox") == before


def test_a_body_as_long_as_it_said_is_answered(web_desk: WebDeskHarness) -> None:
    """The control."""
    mei, reference = holding(web_desk)
    body = f"csrf={mei.browser.csrf()}&nonce={new_nonce()}&words=w".encode()

    async def in_pieces() -> AsyncIterator[bytes]:
        for place in range(len(body)):
            yield body[place : place + 1]

    headers = {"origin": ORIGIN, "content-length": str(len(body)),
               "content-type": "application/x-www-form-urlencoded"}  # fmt: skip
    path = f"/cases/{reference}/do/note"
    assert mei.browser.asks("POST", path, content=in_pieces(), headers=headers).status_code == 303


def test_fifty_simultaneous_sign_ins_do_not_shut_out_known_staff(
    web_desk: WebDeskHarness,
) -> None:
    """A check takes a second and a quarter of a gigabyte: no more than a few may stand in line."""
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun")
    link, turns = invited(web_desk, jun.id), web_desk.front.throttle
    web_desk.home.advance_time(STEP_SECONDS)

    async def at_once() -> tuple[list[int], int, int]:
        async with turns.check_slot(Line.UNKNOWN):  # somebody is being checked
            fields = [{"who": f"nobody {it}", "password": "x", "code": "1"} for it in range(50)]
            strangers = [asyncio.create_task(posts(web_desk, "/signin", it)) for it in fields]
            for sent_away in islice(asyncio.as_completed(strangers), 50 - (MAX_WAITING - 1)):
                await sent_away
            at_home = await posts(web_desk, "/signin", mei.fields(), mei.browser)
            by_link = await posts(web_desk, link, {"password": "not it, by any means"})
        return sorted(await asyncio.gather(*strangers)), at_home, by_link

    found, at_home, by_link = web_desk.does(at_once())
    assert found == [401] * (MAX_WAITING - 1) + [429] * (50 - (MAX_WAITING - 1))
    assert at_home == 303
    assert by_link == 401  # a line of its own: the password was checked, and was wrong
    with_time = HttpBrowser(web_desk).post(link, {"password": PASSWORD}, is_signed=False)
    assert with_time.status_code == 200  # the control: the same link, once the line is short


async def posts(
    office: WebDeskHarness, path: str, fields: Any, browser: HttpBrowser | None = None
) -> int:
    client = (browser or HttpBrowser(office)).client
    return (await client.post(path, data=fields, headers={"origin": ORIGIN})).status_code


def test_guessing_across_accounts_locks_no_one_out(web_desk: WebDeskHarness) -> None:
    workers = [web_desk.worker(name).comes() for name in ("Mei", "Jun", "Hua")]
    thief = HttpBrowser(web_desk)
    guesses = [
        thief.post(
            "/signin", {"who": who, "password": f"guess {turn}", "code": "000000"}, is_signed=False
        )
        for turn in range(40)
        for who in (*(it.id for it in workers), "nobody", "Wu")
    ]
    assert {it.status_code for it in guesses} == {401, 429}
    new = HttpBrowser(web_desk)  # a device nobody knows waits, and no longer than it has to
    assert new.post("/signin", workers[0].fields(), is_signed=False).status_code == 429
    for worker in workers:
        assert worker.browser.get("/account").status_code == 200
        assert worker.signs_in().status_code == 303
    web_desk.home.advance_time(MAX_WAIT + 1)
    assert new.post("/signin", workers[0].fields(), is_signed=False).status_code == 303


async def _turns_of_invitations(throttle: LoginThrottle) -> bool:
    """Let sixteen strangers and more guess, and tell whether an invitation gets its turn."""
    has_begun, is_over = asyncio.Event(), asyncio.Event()

    async def guesses() -> None:
        async with throttle.check_slot(Line.UNKNOWN) as has_turn:
            has_begun.set()
            if has_turn:
                await is_over.wait()

    strangers = [asyncio.create_task(guesses()) for _stranger in range(40)]
    await has_begun.wait()
    async with asyncio.timeout(5), throttle.check_slot(Line.INVITED) as has_turn:
        is_over.set()
    await asyncio.gather(*strangers)
    return has_turn


async def test_strangers_who_guess_keep_no_invitation_waiting() -> None:
    assert await _turns_of_invitations(LoginThrottle())


async def test_one_line_for_all_would_be_noticed() -> None:
    """The negative control."""
    throttle = LoginThrottle()
    for line in Line:
        throttle._waiting[line] = MAX_WAITING
    async with throttle.check_slot(Line.INVITED) as has_turn:
        assert not has_turn
