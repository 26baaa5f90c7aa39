"""Somebody wants a case erased: seen with by when, answered by staff, gone from every window."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

from bot.clock import SECOND
from bot.desks.web.auth.sessions import STEP_UP_LIFETIME
from bot.desks.web.live.watcher import CASE, PERSON_WROTE, QUEUE

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness


def wished(office: WebDeskHarness, worker: WebCaseworker) -> str:
    """Return the number of a claimed case that its person wants erased."""
    person, reference = office.add_person()
    worker.told(reference, "claim")
    wish(office, reference)
    del person
    return reference


def wish(office: WebDeskHarness, reference: str) -> None:
    from bot.hotline.erasure.requests import ErasureRequests  # noqa: PLC0415

    wishes, now = ErasureRequests(office.front.audit), office.home.loop.now()
    rows = office.home.ask(f"SELECT chat_key FROM cases WHERE reference = '{reference}'")  # noqa: S608 - ours
    office.home.database.writer.run_sync(lambda work: wishes.request(work, rows[0][0], now))


def erased(office: WebDeskHarness) -> int:
    """Let the bot carry out what is due, as it does every few seconds."""
    house = office.home.house
    went = office.does(house.erasure_job.run_once(house.database, office.home.loop.now()))
    return int(went)


def head(worker: WebCaseworker, reference: str) -> str:
    text = worker.browser.get(f"/cases/{reference}/panes/head").text
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_an_erasure_request_shows_its_due_time(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    assert "Erasure of this case was requested" not in head(mei, reference)
    wish(web_desk, reference)
    due = web_desk.front.locale("en").format_time(
        web_desk.home.loop.now() + 7 * 24 * 3600 * SECOND, web_desk.home.loop.now()
    )
    shown = head(mei, reference)
    assert f"Erasure of this case was requested, due {due}" in shown
    assert "Erase permanently" in shown


def test_it_is_erased_once_its_number_is_typed_and_not_before(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    reference = wished(web_desk, mei)
    for typed in ("", "K7M4Q2", "yes"):
        said = mei.does(reference, "erase", code=typed).json()
        assert said["refused"], typed
        assert "Nothing was erased" in said["told"]
    assert erased(web_desk) == 0
    mei.told(reference, "erase", code=f" {reference[:3]}-{reference[3:].lower()}")
    assert "happens in a few seconds" in head(mei, reference)
    assert erased(web_desk) == 1
    assert mei.browser.get(f"/cases/{reference}").status_code == 404


def test_erasing_wants_the_second_factor_again_after_a_while(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    reference = wished(web_desk, mei)
    web_desk.home.advance_time(STEP_UP_LIFETIME / SECOND + 1)
    said = mei.does(reference, "erase", code=reference)
    assert said.status_code == 403
    assert said.json()["go"] == f"/step-up?back=/cases/{reference}"
    assert erased(web_desk) == 0
    web_desk.home.advance_time(31)
    proved = mei.browser.post("/step-up", {"code": mei.code(), "back": f"/cases/{reference}"})
    assert proved.headers["location"] == f"/cases/{reference}"
    page = mei.browser.get(f"/cases/{reference}").text  # what was typed is kept; nothing goes on
    assert 'id="more-erase" open>' in page
    assert f'value="{reference}" autocomplete' in page
    assert "data-goes-on" not in page
    assert erased(web_desk) == 0
    mei.told(reference, "erase", code=reference)
    assert erased(web_desk) == 1


def test_one_who_objects_is_not_enough_and_two_keep_it(web_desk: WebDeskHarness) -> None:
    mei, hua = web_desk.worker().comes(), web_desk.supervisor().comes()
    reference = wished(web_desk, mei)
    assert mei.does(reference, "keep", words=" ").json()["refused"]
    mei.told(reference, "keep", words="He was made to ask.")
    shown = head(mei, reference)
    assert "Objected: Mei" in shown
    assert "Erasure of this case was requested, due" in shown
    assert mei.does(reference, "keep", words="Still.").json()["refused"]
    hua.browser.post(f"/cases/{reference}/break-glass", {"reason": "A wish."})
    hua.told(reference, "keep", words="I think so, too.")
    shown = head(hua, reference)
    assert "Objected: Mei, Hua" in shown
    assert "Two people objected: it is not erased" in shown
    assert "Erase permanently" not in shown
    assert erased(web_desk) == 0


def test_a_case_without_access_cannot_be_erased(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    reference = wished(web_desk, mei)
    assert jun.does(reference, "erase", code=reference).status_code == 404
    assert erased(web_desk) == 0


# --- every window ----------------------------------------------------------------------------


def test_every_window_that_had_it_open_hears_it_and_gets_the_one_404(
    web_desk: WebDeskHarness,
) -> None:
    mei, hua = web_desk.worker().comes(), web_desk.supervisor().comes()
    reference = wished(web_desk, mei)
    case, streams = web_desk.case(reference), web_desk.front.streams
    other = mei.browser.get("/cases/QQQQQQ").text
    shown = {case: reference}
    with streams.subscribe(mei.id, shown) as one, streams.subscribe(hua.id, shown) as two:
        mei.told(reference, "erase", code=reference)
        _drain(one), _drain(two)
        assert erased(web_desk) == 1
        web_desk.settles()
        assert f"{CASE} {reference}" in _drain(one)
        assert f"{CASE} {reference}" in _drain(two)
    for pane in ("head", "conversation", "write", "file"):
        gone = mei.browser.get(f"/cases/{reference}/panes/{pane}")
        assert gone.status_code == 404
    assert _plain(mei.browser.get(f"/cases/{reference}").text) == _plain(other)
    assert mei.does(reference, "note", words="x").status_code == 404


def test_an_erasure_refreshes_pages_of_other_cases_without_losing_them(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    _person, kept = web_desk.add_person("Another.")
    mei.told(kept, "claim")
    reference = wished(web_desk, mei)
    with web_desk.front.streams.subscribe(mei.id, {web_desk.case(kept): kept}) as stream:
        mei.told(reference, "erase", code=reference)
        _drain(stream)
        assert erased(web_desk) == 1
        web_desk.settles()
        heard = _drain(stream)
        assert f"{CASE} {kept}" in heard
        assert QUEUE in heard
        assert f"{PERSON_WROTE} {kept}" not in heard
    assert mei.browser.get(f"/cases/{kept}").status_code == 200


def _drain(stream: Any) -> list[str]:
    found = []
    while True:
        try:
            found.append(stream.events.get_nowait())
        except asyncio.QueueEmpty:
            return found


def _plain(page: str) -> str:
    """Return a page without what is new with every answer."""
    return re.sub(r'nonce="[^"]+"', "", page)


def test_only_the_holder_or_a_supervisor_may_erase(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    _person, reference = web_desk.add_person()
    wish(web_desk, reference)
    assert "Erase permanently" not in head(mei, reference)
    assert mei.does(reference, "erase", code=reference).json()["refused"]
    assert erased(web_desk) == 0
    assert "Erase permanently" in head(web_desk.supervisor().comes(), reference)
    mei.told(reference, "claim")
    assert "Erase permanently" in head(mei, reference)
