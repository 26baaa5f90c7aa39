"""Too much of anything: streams, long words, patterns that take for ever, guesses."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.desks.web.bell import Ring
from bot.desks.web.drawing import theirs
from bot.desks.web.guard import LARGEST
from bot.desks.web.guesses import LONGEST
from bot.desks.web.sessions import MOST
from bot.desks.web.streaming import OF_A_SESSION, OF_SOMEBODY
from bot.desks.web.watching import ALL, QUEUE, WAITING, Stream
from tests.desks.web.streams import Hearing, all_at_once, left
from tests.desks.web.window import FIREFOX, ORIGIN, Browser

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.desks.web.window import Office, Worker


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
    "one word": "a" * 200_000,
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
    for bomb in ("(a+)+$" * 20, "[" * 5000, "\\" * 100, "%" * 100, "a" * 50_000):
        path = f"/cases/{reference}/panes/phrases"
        found = mei.browser.asks("GET", path, params={"words": bomb})
        assert found.status_code == 200
        assert mei.browser.asks("GET", "/find", params={"number": bomb}).status_code in {303, 404}


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
    for worker in workers:
        assert worker.browser.get("/account").status_code == 200
        assert worker.signs_in().status_code == 303
    office.home.passes(LONGEST + 1)
    new = Browser(office)  # a device nobody knows waits, and no longer than that
    assert new.post("/signin", workers[0].fields(), is_signed=False).status_code == 303
