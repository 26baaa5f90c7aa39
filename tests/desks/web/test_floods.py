"""Too much of anything: streams, long words, patterns that take for ever, guesses."""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest
from starlette.responses import StreamingResponse

from bot.desks.web.app import DOORS
from bot.desks.web.auth.sessions import MOST
from bot.desks.web.auth.throttle import IN_LINE, LONGEST
from bot.desks.web.auth.totp import STEP
from bot.desks.web.live.event_log import Ring
from bot.desks.web.live.sse import OF_A_SESSION, OF_SOMEBODY
from bot.desks.web.live.watcher import ALL, QUEUE, WAITING, Stream
from bot.desks.web.routes import Door, May
from bot.desks.web.security_headers import LARGEST
from bot.desks.web.templates import theirs
from tests.desks.web.streams import Hearing, all_at_once, left
from tests.desks.web.test_first_time import invited
from tests.desks.web.window import FIREFOX, ORIGIN, Browser, Office
from tests.keys import PASSWORD

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from starlette.responses import Response

    from bot.desks.web.request import Visit
    from tests.desks.web.window import Worker


def opened(office: Office, *hearings: Hearing) -> list[int]:
    """Open streams in one moment; return how each was answered, and leave them."""
    tasks = office.does(all_at_once(list(hearings)))
    found = [each.status for each in hearings]
    office.does(left(list(hearings), tasks))
    return found


def test_of_many_streams_of_one_session_few_are_open(office: Office) -> None:
    mei = office.worker().comes()
    found = opened(office, *(Hearing(mei.browser) for _page in range(60)))
    assert found.count(200) == OF_A_SESSION
    assert found.count(429) == 60 - OF_A_SESSION
    assert opened(office, Hearing(mei.browser)) == [200]  # whoever left makes room


def test_of_many_streams_of_one_caseworker_few_are_open(office: Office) -> None:
    mei = office.worker().comes()
    others = [Browser(office) for _device in range(3)]
    for other in others:
        office.home.passes(31)
        assert other.post("/signin", mei.fields(), is_signed=False).status_code == 303
    pages = [Hearing(each) for each in (mei.browser, *others) for _page in range(OF_A_SESSION)]
    assert opened(office, *pages).count(200) == OF_SOMEBODY


def test_a_stream_that_counts_nobody_is_found(tmp_path: Path) -> None:
    """The control: at a door without a bound, as many streams are open as are asked for."""

    async def endless(_visit: Visit) -> Response:
        async def told() -> AsyncIterator[bytes]:
            yield b"event: here\n\n"
            await asyncio.Event().wait()

        return StreamingResponse(told(), media_type="text/event-stream")

    bad = Door("/endless", endless, May.SIGNED_IN, is_pane=True, is_watched=True)
    office = Office(tmp_path, doors=[*DOORS, bad])
    mei = office.worker().comes()
    found = opened(office, *(Hearing(mei.browser, "/endless") for _page in range(60)))
    assert found.count(200) == 60
    office.close()


def test_five_hundred_streams_are_open_and_all_hear(office: Office) -> None:
    any_browser, front = Browser(office), office.front
    pages = []
    for number in range(100):
        who = office.home.colleague(f"Worker {number}").id
        for _device in range(MOST):
            secret = office.does(front.sessions.begin(who, None, FIREFOX, front.clock.now()))
            pages.append(Hearing(any_browser, secret=secret.hex()))
    tasks = office.does(all_at_once(pages))
    assert {each.status for each in pages} == {200}

    async def rings() -> None:
        front.streams.ring(Ring(1, "", "claimed", "", None))
        await asyncio.gather(*(each.hears(QUEUE) for each in pages))

    office.does(rings())
    office.does(left(pages, tasks))
    assert front.streams._open == set()


def test_a_reader_that_never_reads_costs_a_handful_of_names() -> None:
    stream = Stream("mei", "")
    for number in range(10_000):
        stream.put(f"event{number}")
    assert stream.events.qsize() <= WAITING
    assert stream.events.get_nowait() == ALL
    for _again in range(10_000):
        stream.put(QUEUE)
    assert stream.events.qsize() == 1


def test_a_stream_ends_with_the_session_it_belongs_to(office: Office) -> None:
    mei = office.worker().comes()
    page = Hearing(mei.browser)
    tasks = office.does(all_at_once([page]))
    mei.browser.post("/signout")
    office.front.streams.ring(Ring(1, "", "claimed", "", None))
    office.does(asyncio.gather(*tasks))
    assert page.heard == ["here", "ended"]


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
def test_what_somebody_writes_is_read_in_the_time_its_length_takes(bomb: str) -> None:
    """A pattern that goes over it again and again does not come back from these."""
    assert len(theirs(bomb)) >= len(bomb) / 2


def test_a_bomb_in_a_search_is_a_search_that_finds_nothing(office: Office) -> None:
    mei, reference = holding(office)
    bombs = ("(a+)+$" * 20, "[" * 5000, "\\" * 100, "%" * 100, "a" * 60_000, "'\"`;--" * 50)
    for bomb in bombs:
        path = f"/cases/{reference}/panes/phrases"
        found = mei.browser.post(path, {"words": bomb})
        assert found.status_code == 200
        assert "No sentence was found." in found.text
        assert mei.browser.asks("GET", "/find", params={"number": bomb}).status_code in {303, 404}
    assert office.front.phrasebook.search("a" * 100_000, "en") == []  # no browser asks so long


def test_a_search_finds_the_same_in_other_forms_of_an_alphabet(office: Office) -> None:
    """The control of the one above: what is sought like this is found, however it is spelt."""
    mei, reference = holding(office)
    path = f"/cases/{reference}/panes/phrases"
    wide = {sign: chr(ord(sign) + 0xFEE0) for sign in map(chr, range(0x21, 0x7F))}
    for words in ("write", "WRITE", " write  ", "".join(wide[it] for it in "write")):
        assert "phrase-" in mei.browser.post(path, {"words": words}).text, words
    spelt = (reference.lower(), f"{reference[:3]}-{reference[3:]}", f" {' '.join(reference)} ",
             "".join(wide[it] for it in reference))  # fmt: skip
    for number in spelt:
        said = mei.browser.asks("GET", "/find", params={"number": number})
        assert said.headers["location"] == f"/cases/{reference}", number


def holding(office: Office) -> tuple[Worker, str]:
    _person, reference = office.somebody()
    mei = office.worker().comes()
    mei.told(reference, "claim")
    mei.told(reference, "take_over")
    return mei, reference


@pytest.mark.parametrize("verb", ["say", "note", "insist", "keep", "priority"])
def test_a_field_of_any_size_is_taken_or_refused_and_never_a_failure(
    office: Office, verb: str
) -> None:
    mei, reference = holding(office)
    fields = {"code": "1"} if verb == "priority" else {}
    for size in (0, 1, 1000, 4096, 12_000, 40_000, LARGEST - 200, LARGEST, 10 * LARGEST):
        said = mei.does(reference, verb, words="w" * size, **fields)
        assert said.status_code in {200, 403, 422}, size
    many = {f"value.{number}": "x" for number in range(200)}
    assert mei.does(reference, "phrase", code="opener", **many).status_code in {400, 422}


def test_a_body_longer_than_it_said_is_cut_off(office: Office) -> None:
    mei, reference = holding(office)

    async def endless() -> AsyncIterator[bytes]:
        for _piece in range(100):
            yield b"words=" + b"w" * 4096 + b"&"

    before = office.home.ask("SELECT count(*) FROM inbox")
    headers = {"origin": ORIGIN, "content-length": "100",
               "content-type": "application/x-www-form-urlencoded"}  # fmt: skip
    path = f"/cases/{reference}/do/note"
    with pytest.raises(AssertionError):  # the connection ends without an answer
        mei.browser.asks("POST", path, content=endless(), headers=headers)
    assert office.home.ask("SELECT count(*) FROM inbox") == before


def test_a_body_as_long_as_it_said_is_answered(office: Office) -> None:
    """The control."""
    mei, reference = holding(office)
    body = f"csrf={mei.browser.csrf()}&words=w".encode()

    async def in_pieces() -> AsyncIterator[bytes]:
        for place in range(len(body)):
            yield body[place : place + 1]

    headers = {"origin": ORIGIN, "content-length": str(len(body)),
               "content-type": "application/x-www-form-urlencoded"}  # fmt: skip
    path = f"/cases/{reference}/do/note"
    assert mei.browser.asks("POST", path, content=in_pieces(), headers=headers).status_code == 303


def test_of_fifty_who_sign_in_at_once_few_wait_and_whoever_works_here_is_let_in(
    office: Office,
) -> None:
    """A check takes a second and a quarter of a gigabyte: no more than a few may stand in line."""
    mei, jun = office.worker().comes(), office.worker("Jun")
    link, turns = invited(office, jun.id), office.front.guesses
    office.home.passes(STEP)

    async def at_once() -> tuple[list[int], int, int]:
        async with turns.turn(is_known=False):  # somebody is being checked
            fields = [{"who": f"nobody {it}", "password": "x", "code": "1"} for it in range(50)]
            strangers = [asyncio.create_task(posts(office, "/signin", it)) for it in fields]
            for sent_away in islice(asyncio.as_completed(strangers), 50 - (IN_LINE - 1)):
                await sent_away
            at_home = await posts(office, "/signin", mei.fields(), mei.browser)
            by_link = await posts(office, link, {"password": PASSWORD})
        return sorted(await asyncio.gather(*strangers)), at_home, by_link

    found, at_home, by_link = office.does(at_once())
    assert found == [401] * (IN_LINE - 1) + [429] * (50 - (IN_LINE - 1))
    assert at_home == 303
    assert by_link == 401
    assert office.front.half_done == {}
    with_time = Browser(office).post(link, {"password": PASSWORD}, is_signed=False)
    assert with_time.status_code == 200  # the control: the same link, once the line is short


async def posts(office: Office, path: str, fields: Any, browser: Browser | None = None) -> int:
    client = (browser or Browser(office)).client
    return (await client.post(path, data=fields, headers={"origin": ORIGIN})).status_code


def test_guessing_at_everybody_locks_nobody_out(office: Office) -> None:
    workers = [office.worker(name).comes() for name in ("Mei", "Jun", "Hua")]
    thief = Browser(office)
    guesses = [
        thief.post(
            "/signin", {"who": who, "password": f"guess {turn}", "code": "000000"}, is_signed=False
        )
        for turn in range(40)
        for who in (*(it.id for it in workers), "nobody", "Wu")
    ]
    assert {it.status_code for it in guesses} == {401, 429}
    new = Browser(office)  # a device nobody knows waits, and no longer than it has to
    assert new.post("/signin", workers[0].fields(), is_signed=False).status_code == 429
    for worker in workers:
        assert worker.browser.get("/account").status_code == 200
        assert worker.signs_in().status_code == 303
    office.home.passes(LONGEST + 1)
    assert new.post("/signin", workers[0].fields(), is_signed=False).status_code == 303
