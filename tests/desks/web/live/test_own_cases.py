"""What a caseworker is shown of her own cases on every page, and what counts as unread."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.clock import HOUR
from bot.desks.web.live import seen_marks
from bot.desks.web.live.seen_marks import SeenMarks
from bot.desks.web.live.watcher import GONE, OWN
from bot.hotline.queue.own_cases import MAX_LISTED, SeenMark, own_cases
from tests.desks.web.auth.test_moved_keys import lapses
from tests.desks.web.case.test_case_erasure_page import _drain
from tests.support.harnesses.web_desk_harness import ORIGIN
from tests.support.sse_client import SseClient, close_all, open_all

if TYPE_CHECKING:
    from bot.store.writer import Work
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness
    from tests.support.people.chat_person import ChatPerson

_ROW = re.compile(r'data-own="(\w+)" data-unread="(\d+)" data-priority="(\d)"')
WORDS = "He keeps it in the red car."
OPENER = "Hello. Is this a good moment to write?"


def shown(who: WebCaseworker, path: str = "/own-cases") -> dict[str, int]:
    """Return the unread messages of each listed case, in the order of the list."""
    return {reference: int(n) for reference, n, _p in _ROW.findall(who.browser.get(path).text)}


def newest(office: WebDeskHarness) -> str:
    return str(office.home.ask("SELECT max(id) FROM exchanges")[0][0])


def talks(office: WebDeskHarness, who: WebCaseworker) -> tuple[ChatPerson, str]:
    person, reference = office.add_person()
    who.told(reference, "claim")
    who.told(reference, "take_over")
    return person, reference


def writes(office: WebDeskHarness, person: ChatPerson, words: str = WORDS) -> None:
    person.says(words)
    office.settles()


@pytest.mark.parametrize("path", ["/queue/waiting", "/account", "/shift", "/own-cases"])
def test_every_page_counts_what_is_unread_without_the_words(
    web_desk: WebDeskHarness, path: str
) -> None:
    mei = web_desk.worker().comes()
    person, reference = talks(web_desk, mei)
    assert shown(mei, path) == {reference: 0}
    writes(web_desk, person)
    writes(web_desk, person)
    assert shown(mei, path) == {reference: 2}
    assert WORDS not in mei.browser.get(path).text


def test_what_was_seen_or_answered_is_not_unread(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    person, reference = talks(web_desk, mei)
    writes(web_desk, person)
    first = newest(web_desk)
    writes(web_desk, person)
    assert mei.browser.post(f"/cases/{reference}/seen", {"message": first}).status_code == 204
    assert shown(mei) == {reference: 1}
    assert mei.browser.post(f"/cases/{reference}/seen", {"message": "1"}).status_code == 204
    assert shown(mei) == {reference: 1}  # a page that is behind takes nothing back
    mei.does(reference, "note", words="She wrote twice.")
    assert shown(mei) == {reference: 0}


def test_an_opener_that_the_bot_repeats_leaves_unread_what_was_written(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    person, reference = talks(web_desk, mei)
    writes(web_desk, person)
    assert person.texts.count(OPENER) == 2  # it was repeated
    assert shown(mei) == {reference: 1}
    mei.does(reference, "note", words="She wrote.")
    assert shown(mei) == {reference: 0}  # the control: what Mei writes has read it


def test_a_number_that_is_not_there_hides_nothing_to_come(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    person, reference = talks(web_desk, mei)
    path = f"/cases/{reference}/seen"
    assert mei.browser.post(path, {"message": "9" * 18}).status_code == 204
    for wrong in ("", "-1", "x", "9" * 19, "\u0661"):
        assert mei.browser.post(path, {"message": wrong}).status_code == 422
    writes(web_desk, person)
    assert shown(mei) == {reference: 1}


def test_seen_is_seen_by_the_holder_only(web_desk: WebDeskHarness) -> None:
    mei, hua = web_desk.worker().comes(), web_desk.supervisor().comes()
    person, reference = talks(web_desk, mei)
    writes(web_desk, person)
    fields = {"message": newest(web_desk)}
    assert hua.browser.post(f"/cases/{reference}/seen", fields).status_code == 204
    assert shown(mei) == {reference: 1}


def test_a_case_that_was_given_to_somebody_is_new_to_them(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    person, reference = talks(web_desk, mei)
    writes(web_desk, person)
    mei.browser.post(f"/cases/{reference}/seen", {"message": newest(web_desk)})
    mei.told(reference, "transfer", code=jun.id)
    assert shown(mei) == {}
    assert shown(jun) == {reference: 1}


def test_reporting_what_was_seen_keeps_no_session_alive(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = talks(web_desk, mei)
    csrf = mei.browser.csrf()
    for _time in range(4):
        web_desk.home.advance_time(5 * 60)
        mei.browser.asks(
            "POST", f"/cases/{reference}/seen", data={"message": "1", "csrf": csrf},
            headers={"origin": ORIGIN},
        )  # fmt: skip
    assert mei.browser.get("/account").status_code == 303


def test_own_cases_come_by_the_reply_that_is_due_first(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    references = [talks(web_desk, mei)[1] for _each in range(3)]
    for place, reference in enumerate(references):
        due = ("NULL", "3", "2")[place]
        web_desk.home.ask(
            f"UPDATE cases SET due_at = {due} WHERE reference = '{reference}' RETURNING id"  # noqa: S608
        )
    wanted = [references[2], references[1], references[0]]
    assert list(shown(mei)) == wanted
    page = mei.browser.get("/queue/mine").text.partition("<main")[2]
    assert re.findall(r'id="case-(\w+)"', page) == wanted


def test_a_letter_that_was_written_before_is_no_reply_to_what_the_person_wrote_then(
    web_desk: WebDeskHarness,
) -> None:
    """It waited for a yes to the opening question, and the person asked for help before that."""
    mei = web_desk.worker().comes()
    person, reference = talks(web_desk, mei)
    mei.does(reference, "say", words="Are you safe?")
    assert "Are you safe?" not in web_desk.home.post.texts(person.id)
    writes(web_desk, person)
    web_desk.home.advance_time(2)  # a letter goes a moment after another
    web_desk.settles()
    assert "Are you safe?" not in web_desk.home.post.texts(person.id)
    person.presses("I can write now")
    web_desk.home.advance_time(2)
    web_desk.settles()
    assert "Are you safe?" in web_desk.home.post.texts(person.id)
    assert web_desk.home.ask("SELECT due_at FROM cases")[0][0] is not None
    mei.does(reference, "say", words="I am here.")
    assert web_desk.home.ask("SELECT due_at FROM cases") == [(None,)]


def test_a_snoozed_case_is_not_listed_until_the_person_writes(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    person, reference = talks(web_desk, mei)
    mei.does(reference, "say", words="Are you safe?")
    now = web_desk.home.loop.now()
    until = web_desk.front.legal_deadlines.law.format_time(now + HOUR)
    mei.told(reference, "aside", code=until, words="She is at work.")
    assert shown(mei) == {}
    writes(web_desk, person)
    assert shown(mei) == {reference: 1}


def test_the_holder_hears_of_every_change_and_others_do_not(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    person, _reference = talks(web_desk, mei)
    streams = web_desk.front.streams
    with streams.subscribe(mei.id) as one, streams.subscribe(jun.id) as other:
        writes(web_desk, person)
        assert OWN in _drain(one)
        assert OWN not in _drain(other)


def test_the_number_of_statements_does_not_grow_with_the_cases(
    web_desk: WebDeskHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    mei = web_desk.worker(most=MAX_LISTED).comes()
    counted: list[int] = []
    for _each in range(2):
        for _case in range(3):
            person, _reference = talks(web_desk, mei)
            writes(web_desk, person)
        counted.append(_statements(web_desk, mei.id, monkeypatch))
    assert counted == [2, 2]


def _statements(office: WebDeskHarness, who: str, monkeypatch: pytest.MonkeyPatch) -> int:
    from bot.store.writer import Work  # noqa: PLC0415 - patched here only

    ran = 0
    rows = Work.rows

    def counts(work: Work, *given: object) -> list[object]:
        nonlocal ran
        ran += 1
        return rows(work, *given)  # type: ignore[arg-type]

    now = office.home.loop.now()
    with monkeypatch.context() as patched:
        patched.setattr(Work, "rows", counts)
        office.does(office.front.read_pool.run(lambda work: own_cases(work, who, now)))
    return ran


def stored(office: WebDeskHarness) -> list[tuple[object, ...]]:
    """Let the desk store what was seen, and return the marks of the database."""
    office.does(office.front.seen_marks.store())
    return list(office.home.ask("SELECT case_id, staff_id, seen_message, seen_at FROM case_looks"))


def sees(who: WebCaseworker, reference: str, message: str) -> None:
    path = f"/cases/{reference}/seen"
    assert who.browser.post(path, {"message": message}).status_code == 204


def test_what_was_seen_is_still_seen_after_a_restart(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    person, reference = talks(web_desk, mei)
    writes(web_desk, person)
    number = newest(web_desk)
    sees(mei, reference, number)
    ((case, who, message, _at),) = stored(web_desk)
    assert (case, who, message) == (web_desk.case(reference), mei.id, int(number))
    assert shown(mei) == {reference: 0}
    web_desk.front.seen_marks = SeenMarks(web_desk.home.database.writer)  # as another process has
    assert shown(mei) == {reference: 0}
    writes(web_desk, person)
    assert shown(mei) == {reference: 1}


def test_an_addition_that_was_seen_is_still_seen_after_a_restart(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    person.presses("Add something")
    person.says(WORDS)
    person.presses("Send")
    web_desk.settles()
    assert shown(mei)[reference] > 0
    web_desk.home.advance_time(2)
    sees(mei, reference, newest(web_desk))
    stored(web_desk)
    web_desk.front.seen_marks = SeenMarks(web_desk.home.database.writer)
    assert shown(mei) == {reference: 0}


def test_nothing_is_written_where_nothing_new_was_seen(
    web_desk: WebDeskHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    mei = web_desk.worker().comes()
    cases = [talks(web_desk, mei) for _each in range(3)]
    for person, _reference in cases:
        writes(web_desk, person)
    number, units = newest(web_desk), []
    store = seen_marks.store_marks

    def counts(work: Work, rows: list[tuple[str, int, int, str]]) -> None:
        units.append(len(rows))
        store(work, rows)

    monkeypatch.setattr(seen_marks, "store_marks", counts)
    for _person, reference in cases * 2:
        sees(mei, reference, number)
    before = stored(web_desk)
    assert (len(before), units) == (3, [3])  # one unit of work for all of them
    web_desk.home.advance_time(5)
    for _person, reference in cases:
        sees(mei, reference, number)
    assert stored(web_desk) == before
    assert units == [3]


def test_a_mark_moves_forward_only_whichever_process_stores_it_last(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    _person, reference = talks(web_desk, mei)
    case, writer = web_desk.case(reference), web_desk.home.database.writer
    one, other = SeenMarks(writer), SeenMarks(writer)
    one.move(mei.id, case, SeenMark(5, 9))
    one.move(mei.id, case, SeenMark(3, 7))
    other.move(mei.id, case, SeenMark(4, 11))
    assert one.of(mei.id) == {case: SeenMark(5, 9)}
    for marks in (one, other):
        web_desk.does(marks.store())
        assert marks.of(mei.id) == {}
    assert [row[2:] for row in stored(web_desk)] == [(5, 11)]


def test_what_was_seen_is_erased_with_its_case(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    person, reference = talks(web_desk, mei)
    other_person, other = talks(web_desk, mei)
    for wrote in (person, other_person):
        writes(web_desk, wrote)
    for it in (reference, other):
        sees(mei, it, newest(web_desk))
    assert len(stored(web_desk)) == 2
    late = SeenMarks(web_desk.home.database.writer)  # stored only after the case is gone
    late.move(mei.id, web_desk.case(reference), SeenMark(9, 9))
    left = web_desk.case(other)
    web_desk.erases(reference)
    web_desk.does(late.store())
    assert [row[0] for row in stored(web_desk)] == [left]


# --- one stream for all tabs -------------------------------------------------------------------


def test_one_stream_carries_the_cases_of_all_tabs(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    references = [web_desk.add_person()[1] for _each in range(2)]
    for reference in references:
        mei.told(reference, "claim")
    page = SseClient(mei.browser, "/stream?case={}&case={}".format(*references))
    tasks = web_desk.does(open_all([page]))
    assert web_desk.front.streams.viewers(web_desk.case(references[1])) == {mei.id}
    mei.told(references[1], "transfer", code=jun.id)
    web_desk.does(page.next_event(GONE))  # its page asks only who has it
    assert web_desk.front.streams.viewers(web_desk.case(references[1])) == set()
    assert web_desk.front.streams.viewers(web_desk.case(references[0])) == {mei.id}
    web_desk.does(close_all([page], tasks))


def test_a_request_that_waits_is_answered_at_once_when_something_was_missed(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    said = mei.browser.get("/events").json()
    assert said["events"] == ["all"]
    person, _reference = talks(web_desk, mei)
    writes(web_desk, person)
    later = mei.browser.get(f"/events?since={said['position']}").json()
    assert later["events"] == ["all"]
    assert later["position"] == web_desk.front.streams.position


# --- a session that was replaced ----------------------------------------------------------------


def test_a_page_can_ask_whose_session_its_browser_has(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    before = mei.browser.get("/session").json()
    assert before == {"who": mei.id, "csrf": mei.browser.csrf()}
    mei.browser.post("/signout")
    assert mei.browser.get("/session").status_code == 401
    mei.comes()
    after = mei.browser.get("/session").json()
    assert after["who"] == mei.id
    assert after["csrf"] != before["csrf"]


# --- a claim that lapses ----------------------------------------------------------------------


def test_one_whose_claim_lapsed_is_told_also_after_signing_in_again(
    web_desk: WebDeskHarness,
) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    went_back = f"Case {reference} went back to the queue: not answered within 16 min."
    assert went_back not in mei.browser.get("/queue/mine").text
    jun.browser.get("/queue/mine")
    lapses(web_desk)
    mei.comes()
    assert went_back in mei.browser.get("/queue/mine").text
    assert f'data-lapsed="{reference}/' in mei.browser.get("/own-cases").text
    assert went_back not in jun.comes().browser.get("/queue/mine").text
    mei.told(reference, "claim")
    assert went_back not in mei.browser.get("/queue/mine").text


def test_what_was_returned_or_closed_by_oneself_did_not_lapse(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    for verb, code in (("release", {}), ("close", {"code": "helped"})):
        _person, reference = web_desk.add_person()
        mei.told(reference, "claim")
        mei.browser.get("/queue/mine")
        mei.told(reference, verb, **code)
        assert "went back to the queue" not in mei.browser.get("/queue/mine").text
