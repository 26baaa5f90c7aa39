"""A day or time typed in words is shown as it was understood, and counts as that."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.clock import SECOND
from bot.hotline.queue.snooze import Snoozes
from tests.desks.web.queue.test_snooze_and_follow_up import answered

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness


def understood(worker: WebCaseworker, words: str, kind: str = "moment") -> tuple[str, bool]:
    said = worker.browser.post("/understood", {"words": words, "kind": kind}).json()
    return said["told"], said["refused"]


def days_on(office: WebDeskHarness, days: int) -> datetime:
    today = datetime.fromtimestamp(office.home.loop.now() / SECOND, office.front.zone)
    return today + timedelta(days=days)


@pytest.mark.parametrize("words", ["tomorrow 14:00", "明天下午2點", "明天 14:00"])
def test_a_time_in_words_is_shown_with_its_weekday_before_it_counts(
    web_desk: WebDeskHarness, words: str
) -> None:
    mei = web_desk.worker().comes()
    then = days_on(web_desk, 1)
    assert understood(mei, words) == (f"{then:%A, %B} {then.day}, {then.year} 14:00", False)
    assert understood(mei, words, "day")[0] == f"{then:%A, %B} {then.day}, {then.year}"


def test_what_is_not_understood_says_what_to_write(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    told, is_refused = understood(mei, "some time", "day")
    assert (told.startswith("Not understood."), is_refused) == (True, True)
    for words in ("some time", "yesterday", "昨天 14:00"):
        told, is_refused = understood(mei, words)
        assert ("a time to come" in told, is_refused) == (True, True)


@pytest.mark.parametrize("kind", ["moment", "day", "past", "appointment"])
@pytest.mark.parametrize("later", [0, 500])
def test_the_example_of_a_typed_time_would_be_taken_today(
    web_desk: WebDeskHarness, kind: str, later: int
) -> None:
    web_desk.home.advance_time(later * 24 * 3600)
    mei = web_desk.worker().comes()
    told, _is_refused = understood(mei, "some time", kind)
    examples = re.findall(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d)?", told)
    assert [understood(mei, it, kind)[1] for it in examples] == [False]
    day = datetime.fromisoformat(examples[0]).date()
    assert (day < days_on(web_desk, 0).date()) == (kind == "past")


def test_a_refused_date_names_one_that_would_be_taken(web_desk: WebDeskHarness) -> None:
    web_desk.home.advance_time(500 * 24 * 3600)
    mei = web_desk.worker().comes()
    _person, reference = answered(web_desk, mei)
    for verb in ("aside", "follow_up"):
        said = mei.does(reference, verb, code="some time", words="Later.").json()
        (example,) = re.findall(r"as (\d{4}-[^:]+(?::\d\d)?): in the future", said["told"])
        assert not mei.does(reference, verb, code=example, words="Later.").json()["refused"]


@pytest.mark.parametrize("words", ["some time", "tomorrow", "yesterday 14:00", "明天"])
def test_a_phrase_offers_no_time_that_is_unclear_or_over(
    web_desk: WebDeskHarness, words: str
) -> None:
    mei = web_desk.worker().comes()
    _person, reference = answered(web_desk, mei)
    assert understood(mei, words, "appointment")[1]
    said = mei.does(reference, "phrase", code="call_at", **{"value.time": words}).json()
    assert said["refused"]
    assert "a day and a time to come" in said["told"]
    said = mei.does(reference, "phrase", code="call_at", **{"value.time": "明天 14:00"}).json()
    assert not said["refused"], said
    then = days_on(web_desk, 1)
    assert f"{then:%A, %B} {then.day}, 14:00" in mei.browser.get(f"/cases/{reference}").text


def test_a_case_is_snoozed_until_what_was_typed(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = answered(web_desk, mei)
    mei.told(reference, "aside", code="tomorrow 14:00", words="She is at work until then.")
    case = web_desk.case(reference)
    dates = web_desk.home.database.writer.run_sync(lambda work: Snoozes.of_case(work, case))
    then = days_on(web_desk, 1).replace(hour=14, minute=0, second=0, microsecond=0)
    assert dates.snoozed_until == int(then.timestamp()) * SECOND
    mei.told(reference, "follow_up", code="Mon", words="Ask about the shelter.")
    dates = web_desk.home.database.writer.run_sync(lambda work: Snoozes.of_case(work, case))
    assert dates.follow_up_at is not None
    day = datetime.fromtimestamp(dates.follow_up_at / SECOND, web_desk.front.zone)
    assert (day.weekday(), day.hour) == (0, 0)


def test_an_event_that_happened_is_recorded_on_the_last_such_day(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    _person, reference = answered(web_desk, mei)
    mei.told(reference, "clock", code="contact", words="yesterday 9:00")
    file = mei.browser.get(f"/cases/{reference}/panes/file").text
    assert f"{days_on(web_desk, -1):%Y-%m-%d} 09:00" in file
