"""Two who look at one case know of each other, as soon as one comes and when one goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.web.live.watcher import CASE
from tests.desks.web.case.test_case_erasure_page import _drain, head
from tests.support.sse_client import SseClient, close_all, open_all

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebDeskHarness


def test_viewers_of_a_case_see_each_other(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    _person, reference = web_desk.add_person()
    case, streams = {web_desk.case(reference): reference}, web_desk.front.streams
    with streams.subscribe(mei.id, case) as mine:
        assert "Also viewing" not in head(mei, reference)
        with streams.subscribe(jun.id, case):
            assert _drain(mine) == [f"{CASE} {reference}"]
            assert "Also viewing: Jun" in head(mei, reference)
            assert "Also viewing: Mei" in head(jun, reference)
        assert _drain(mine) == [f"{CASE} {reference}"]
        assert "Also viewing" not in head(mei, reference)


def test_a_second_page_of_the_same_viewer_is_not_counted(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = web_desk.add_person()
    case, streams = {web_desk.case(reference): reference}, web_desk.front.streams
    with streams.subscribe(mei.id, case), streams.subscribe(mei.id, case):
        assert "Also viewing" not in head(mei, reference)


def test_a_viewer_of_another_case_is_not_named(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    _person, one = web_desk.add_person()
    _person, other = web_desk.add_person("Another.")
    streams = web_desk.front.streams
    with (
        streams.subscribe(mei.id, {web_desk.case(one): one}),
        streams.subscribe(jun.id, {web_desk.case(other): other}),
    ):
        assert "Also viewing" not in head(mei, one)


def test_a_supervisor_who_has_given_no_reason_yet_is_no_viewer(web_desk: WebDeskHarness) -> None:
    mei, hui = web_desk.worker().comes(), web_desk.supervisor("Hui").comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    assert "break-glass" in hui.browser.get(f"/cases/{reference}").text
    page = SseClient(hui.browser, f"/stream?case={reference}")
    tasks = web_desk.does(open_all([page]))
    assert "Also viewing" not in head(mei, reference)
    with web_desk.front.streams.subscribe(mei.id, {web_desk.case(reference): reference}) as mine:
        hui.browser.post(f"/cases/{reference}/break-glass", {"reason": "Mei is ill"})
        web_desk.settles()
        web_desk.does(page.next_event(CASE))
        assert f"{CASE} {reference}" in _drain(mine)  # her page fetches the names again
    assert "Also viewing: Hui" in head(mei, reference)
    web_desk.does(close_all([page], tasks))
