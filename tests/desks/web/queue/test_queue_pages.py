"""The queue: what each wants of it is kept, a page is a page however many wait, and what rings."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from bot.cases.intake import Intake
from bot.cases.state_machine import Role
from bot.cases.urgency import Priority
from bot.clock import HOUR, SECOND
from bot.desks.web.preferences import QueueFilter, load_preferences
from bot.desks.web.queue import queries
from bot.desks.web.queue.queries import ALL, MINE, WAITING
from bot.hotline.commands.types import Verb
from bot.places.taiwan.deadlines import DEADLINE_RULES
from bot.store.compiled import Prepared
from bot.store.database import Database
from bot.store.tables.main import cases
from tests.support.content.expired_place import expired_place
from tests.support.database.bulk_cases import case_rows as crowd
from tests.support.database.bulk_cases import insert_cases
from tests.support.database.query_plans import query_plan
from tests.support.database_fixtures import DATABASE_KINDS, migrated_url
from tests.support.harnesses.hotline_harness import BOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.conversation.answers import Answer
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

_LINES = re.compile(r'id="case-([A-Z0-9]+)"')
_NEXT = re.compile(r'id="page-next"[^>]* href="([^"]+)"')


def lines(worker: WebCaseworker, path: str = "/queue/waiting") -> list[str]:
    """Return the cases of a page, as they stand there."""
    return _LINES.findall(worker.browser.get(path).text)


def narrows(worker: WebCaseworker, tab: str = "waiting", **wanted: str) -> None:
    said = worker.browser.post(f"/queue/{tab}/filter", wanted)
    assert said.headers["location"].partition("?")[0] == f"/queue/{tab}"


# --- what each wants to see ------------------------------------------------------------------


def test_queue_filters_are_stored_for_each_caseworker(web_desk: WebDeskHarness) -> None:
    insert_cases(web_desk.home.database, crowd(40))
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    everything = lines(mei)
    narrows(mei, queue="labour", language="vi")
    some = lines(mei)
    assert 0 < len(some) < len(everything)
    assert lines(jun) == everything
    mei.browser.post("/signout")
    assert lines(mei.comes()) == some
    assert lines(mei, "/queue/all") == everything  # each list has its own
    narrows(mei)
    assert lines(mei) == everything


def test_an_empty_list_names_no_button_that_is_not_on_the_page(web_desk: WebDeskHarness) -> None:
    web_desk.add_person()
    mei = web_desk.worker().comes()
    assert "Claim next case gives you" in mei.browser.get("/queue/mine").text
    mei.browser.post("/own/off_duty")
    page = mei.browser.get("/queue/mine").text
    assert "Waiting shows the cases that no one has." in page
    assert "Claim next case" not in page.partition("<main")[2].partition("</main>")[0]


@pytest.mark.parametrize("name", ["queue", "language", "priority", "county"])
def test_each_filter_leaves_what_it_names(web_desk: WebDeskHarness, name: str) -> None:
    insert_cases(web_desk.home.database, crowd(40))
    web_desk.home.ask("UPDATE cases SET county = 'TPE' WHERE id LIKE '%5' RETURNING id")
    mei = web_desk.worker().comes()
    every = set(lines(mei))
    values = {"queue": "labour", "language": "id", "priority": "3", "county": "TPE"}
    kept = web_desk.home.ask(f"SELECT reference FROM cases WHERE {name} = '{values[name]}'")  # noqa: S608 - ours
    narrows(mei, **{name: values[name]})
    assert set() < set(lines(mei)) == {reference for (reference,) in kept} < every


def test_the_overdue_filter_leaves_cases_whose_reply_is_late(web_desk: WebDeskHarness) -> None:
    insert_cases(web_desk.home.database, crowd(40))
    now = web_desk.home.loop.now()
    for due, ending in ((now - 1, "5"), (now + HOUR, "6"), ("NULL", "7")):
        web_desk.home.ask(f"UPDATE cases SET due_at = {due} WHERE id LIKE '%{ending}' RETURNING id")  # noqa: S608 - ours
    mei = web_desk.worker().comes()
    narrows(mei, late="1")
    late = web_desk.home.ask(f"SELECT reference FROM cases WHERE due_at < {now}")  # noqa: S608 - ours
    assert set() < set(lines(mei)) == {reference for (reference,) in late}
    assert lines(mei, "/queue/waiting?late=1") == lines(mei)


def test_no_column_of_counties_stands_in_a_list_without_one(web_desk: WebDeskHarness) -> None:
    insert_cases(web_desk.home.database, crowd(4))
    mei = web_desk.worker().comes()
    column = '<th scope="col">County</th>'
    web_desk.home.ask("UPDATE cases SET county = NULL RETURNING id")
    assert column not in mei.browser.get("/queue/waiting").text
    web_desk.home.ask("UPDATE cases SET county = 'TPE' WHERE id LIKE '%2' RETURNING id")
    assert column in mei.browser.get("/queue/waiting").text
    assert column not in mei.browser.get("/queue/mine").text


def test_a_filter_is_an_address_a_colleague_can_open(web_desk: WebDeskHarness) -> None:
    insert_cases(web_desk.home.database, crowd(400))
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    said = mei.browser.post("/queue/waiting/filter", {"queue": "labour", "language": "vi"})
    address = said.headers["location"]
    assert address == "/queue/waiting?queue=labour&language=vi"
    assert lines(mei, address) == lines(mei) == lines(jun, address) != lines(jun)
    page = jun.browser.get("/queue/waiting?queue=labour").text
    (following,) = _NEXT.findall(page)  # the next page and the pane keep it
    assert following.startswith("/queue/waiting?queue=labour&amp;after=")
    assert 'data-pane="/queue/waiting/pane?queue=labour"' in page
    everything = jun.browser.get("/queue/waiting").text
    assert 'data-pane="/queue/waiting/pane"' in everything  # nothing of it is remembered for Jun


def test_an_address_without_a_value_shows_all_for_once(web_desk: WebDeskHarness) -> None:
    insert_cases(web_desk.home.database, crowd(40))
    mei = web_desk.worker().comes()
    every = lines(mei)
    narrows(mei, queue="labour")
    assert lines(mei, "/queue/waiting?queue=") == every
    assert lines(mei) != every


@pytest.mark.parametrize("written", ["", "nobody/xx/9/", "//", "a/b/c/d/e/f", "labour"])
def test_unknown_filter_values_filter_nothing(written: str) -> None:
    wanted = QueueFilter.decode(written)
    assert {wanted.language, wanted.priority} == {""}
    assert wanted.queue in {"", "labour"}


@pytest.mark.parametrize(
    "wanted",
    [
        QueueFilter(),
        QueueFilter("violence_at_home", "zh_Hant", "0", has_near_deadline=True, county="at_sea"),
        QueueFilter(priority="4"),
        QueueFilter(has_near_deadline=True),
        QueueFilter(
            "violence_at_home",
            "zh_Hant",
            "0",
            county="at_sea",
            order="priority",
            has_near_deadline=True,
            is_overdue=True,
        ),
        QueueFilter("violence_at_home", "zh_Hant", "0", outcome="information"),
    ],
    ids=lambda it: it.encoded,
)
def test_what_is_wanted_is_read_as_it_was_kept(wanted: QueueFilter) -> None:
    assert QueueFilter.decode(wanted.encoded) == wanted
    assert len(wanted.encoded) <= 48


def test_disabling_staff_deletes_their_filters(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    narrows(mei, queue="labour")
    read = web_desk.home.database.writer.run_sync
    assert read(lambda work: load_preferences(work, mei.id)) == {"waiting": "labour////////"}
    mei.colleague.disable()
    assert read(lambda work: load_preferences(work, mei.id)) == {}


def test_a_filter_never_shows_a_foreign_queue(
    web_desk: WebDeskHarness,
) -> None:
    insert_cases(web_desk.home.database, crowd(40))
    mei = web_desk.worker(queues=("labour",)).comes()
    for tab, queue in product((WAITING, ALL), ("", "trafficking")):
        narrows(mei, tab, queue=queue)
        seen = lines(mei, f"/queue/{tab}")
        kept = {
            str(of)
            for (of,) in web_desk.home.ask("SELECT reference FROM cases WHERE queue = 'labour'")
        }
        assert set(seen) <= kept
        assert bool(seen) == (not queue)


# --- facts that grow old ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (31, ""),
        (30, "Hidden from people from {day} on, unless they are verified again"),
        (0, "Out of date and hidden from people, because they were not verified again"),
        (-400, "Out of date and hidden from people, because they were not verified again"),
    ],
)
def test_stale_facts_are_shown_on_the_queue_only_to_those_who_can_act(
    web_desk: WebDeskHarness, days: int, said: str
) -> None:
    mei, hua = web_desk.worker().comes(), web_desk.supervisor().comes()
    wu = web_desk.worker("Wu", Role.ADMINISTRATOR).comes()
    end = datetime.fromtimestamp(web_desk.home.seconds(), web_desk.front.zone).date()
    old = expired_place(web_desk.front.place, end + timedelta(days=days))
    web_desk.front.find_place = lambda: old
    notice = said.format(day=end + timedelta(days=days))
    for path in ("/queue/mine", "/queue/waiting", "/queue/all"):
        for above in (hua, wu):
            page = above.browser.get(path).text
            assert page.count("haven directory todo") == bool(said)
            assert notice in page
        assert "hidden from people" not in mei.browser.get(path).text.casefold()


# --- a time the law gives --------------------------------------------------------------------


def begins_a_clock(
    office: WebDeskHarness, worker: WebCaseworker, reference: str, hours_ago: int
) -> None:
    at = office.home.loop.now() - hours_ago * HOUR
    words = f"{DEADLINE_RULES.date_of(at)} {(at // HOUR + 8) % 24:02}:00"
    case = office.case(reference)
    worker.colleague.run_command(Verb.ADD_DEADLINE_EVENT, case, code="contact", text=words)
    now, house = office.home.loop.now(), office.home.house
    office.home.database.writer.run_sync(lambda work: house.staff.check_due(work, now))


def test_a_time_that_runs_out_stands_in_the_row_and_can_be_asked_for(
    web_desk: WebDeskHarness,
) -> None:
    _one, far = web_desk.add_person()
    _two, near = web_desk.add_person()
    mei = web_desk.worker()
    for reference, hours in ((far, 1), (near, 53)):
        mei.colleague.claims(web_desk.case(reference))
        begins_a_clock(web_desk, mei, reference, hours)
    mei.comes()
    page = mei.browser.get("/queue/mine").text
    assert re.findall(r"assistance may end in 1\d h \(72-hour contact rule\)", page)
    assert page.count("72-hour contact rule") == 1
    assert set(lines(mei, "/queue/mine")) == {far, near}
    narrows(mei, "mine", soon="1")
    assert lines(mei, "/queue/mine") == [near]


def test_a_time_in_a_row_is_in_the_language_of_the_desk(web_desk: WebDeskHarness) -> None:
    _person, reference = web_desk.add_person()
    mei = web_desk.worker()
    mei.colleague.claims(web_desk.case(reference))
    begins_a_clock(web_desk, mei, reference, 53)
    mei.comes().browser.post("/language", {"language": "zh_Hant", "back": "/"})
    page = mei.browser.get("/queue/mine").text
    row = page.partition(f'id="case-{reference}"')[2].partition("</tr>")[0]
    assert re.search(r"1\d 小時", row)
    assert not re.search(r"\d (h|min|d)\b", row)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"tell": "now", "alarms": ("held",)}, ["Reports danger now", "being locked in or held"]),
        ({"tell": "now", "safe": "not_safe"}, ["is not safe at this", "Reports danger now"]),
        ({"tell": "now", "alarms": ("danger_now", "child")}, ["child at risk", "Reports danger"]),
    ],
)
def test_the_gravest_reason_stands_first_in_a_row_and_of_two_the_one_that_says_more(
    web_desk: WebDeskHarness, answers: dict[str, Answer], words: list[str]
) -> None:
    _person, reference = web_desk.add_person()
    intake, now = Intake(web_desk.vault, BOT), web_desk.home.loop.now()
    web_desk.home.database.writer.run_sync(
        lambda work: intake.raise_priority(
            work, web_desk.case(reference), answers, Priority.EMERGENCY, now
        )
    )
    page = web_desk.worker().comes().browser.get("/queue/waiting").text
    row = page.partition(f'id="case-{reference}"')[2].partition("</tr>")[0]
    first, second = words
    assert 0 < row.index(first) < row.index(second)


def test_a_missed_check_in_shows_the_deadline_at_once(web_desk: WebDeskHarness) -> None:
    _one, silent = web_desk.add_person()
    _two, other = web_desk.add_person()
    mei = web_desk.worker()
    for reference in (silent, other):
        mei.colleague.claims(web_desk.case(reference))
        begins_a_clock(web_desk, mei, reference, 1)
    intake, now = Intake(web_desk.vault, BOT), web_desk.home.loop.now()
    answers = {"check_in": "silence"}
    web_desk.home.database.writer.run_sync(
        lambda work: intake.raise_priority(
            work, web_desk.case(silent), answers, Priority.EMERGENCY, now
        )
    )
    page = mei.comes().browser.get("/queue/mine").text
    assert page.count("72-hour contact rule") == 1
    row = page.partition(f'id="case-{silent}"')[2].partition("</tr>")[0]
    assert re.search(r"assistance may end in 7\d h", row)


# --- a page is a page ------------------------------------------------------------------------


def test_queue_pages_follow_each_other_without_gaps(web_desk: WebDeskHarness) -> None:
    insert_cases(web_desk.home.database, crowd(120))
    mei = web_desk.worker().comes()
    path, seen = "/queue/waiting", []
    for _page in range(3):
        text = mei.browser.get(path).text
        seen.append(_LINES.findall(text))
        found = _NEXT.search(text)
        path = found[1] if found else ""
    assert [len(page) for page in seen] == [50, 50, 20]
    assert path == ""
    order = web_desk.home.ask("SELECT reference FROM cases ORDER BY priority, waiting_since, id")
    assert [it for page in seen for it in page] == [reference for (reference,) in order]


@pytest.mark.parametrize(
    ("order", "columns"),
    [
        ("waiting", "waiting_since, id"),
        ("due", f"coalesce(due_at, {2**62}), priority, waiting_since, id"),
        ("priority", "priority, waiting_since, id"),
    ],
)
def test_a_column_sorts_the_whole_list_and_its_pages_follow_each_other(
    web_desk: WebDeskHarness, order: str, columns: str
) -> None:
    insert_cases(web_desk.home.database, crowd(120))
    web_desk.home.ask("UPDATE cases SET due_at = NULL WHERE id LIKE '%7' RETURNING id")
    mei = web_desk.worker().comes()
    said = mei.browser.post("/queue/waiting/filter", {"order": order, "queue": ""})
    path, seen = said.headers["location"], []
    assert path == f"/queue/waiting?sort={order}"
    while path:
        text = mei.browser.get(path).text
        seen += _LINES.findall(text)
        path = (_NEXT.findall(text) or [""])[0].replace("&amp;", "&")
    rows = web_desk.home.ask(f"SELECT reference FROM cases ORDER BY {columns}")  # noqa: S608 - ours
    assert seen == [reference for (reference,) in rows]
    assert lines(mei) == seen[:50]  # it is remembered


@pytest.mark.parametrize("after", ["NOBODY", "%00", "1' OR '1'='1"])
def test_an_unknown_page_cursor_shows_the_first_page(web_desk: WebDeskHarness, after: str) -> None:
    insert_cases(web_desk.home.database, crowd(60))
    mei = web_desk.worker().comes()
    assert lines(mei, f"/queue/waiting?after={after}") == lines(mei)


@pytest.fixture(params=DATABASE_KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    made = Database(migrated_url(request.param, tmp_path))
    yield made
    made.writer.close()


SHAPES = [it for it in product((WAITING, ALL), *((False, True),) * 4) if not it[3]]


def values_of(statement: Prepared) -> tuple[object, ...]:
    numbers = {"level", "from_0", "from_1", "most", "overdue_at"}
    return tuple(1 if name in numbers else "labour" for name in statement._names)


def test_no_list_reads_every_case(database: Database) -> None:
    insert_cases(database, crowd(2000, waiting=0.2))
    for (tab, *shape), is_bounded in product(SHAPES, (False, True)):  # of all or some offices
        wanted = queries.ListShape(tab, *shape, is_bounded=is_bounded)
        statement = queries._list_statement(wanted)
        told = query_plan(database, statement, values_of(statement))
        assert "ix_cases_in_order" in told, shape
        assert "SCAN cases\n" not in told
        assert "Seq Scan on cases" not in told
        assert "TEMP B-TREE FOR ORDER BY" not in told


def test_a_list_without_its_index_would_be_seen(database: Database) -> None:
    connection = database.connect()
    connection.cursor().execute("DROP INDEX ix_cases_in_order")
    connection.close()
    statement = queries._list_statement(queries.ListShape(ALL, *(False,) * 4))
    told = query_plan(database, statement, values_of(statement))
    assert "ix_cases_in_order" not in told


# --- what rings ------------------------------------------------------------------------------


def rung(office: WebDeskHarness, who: str) -> list[str]:
    """Return what is on the open page of somebody."""
    (stream,) = [it for it in office.front.streams._open if it.who == who]
    found = []
    while not stream.events.empty():
        found.append(stream.events.get_nowait())
    return found


def test_only_caseworkers_of_the_queue_get_an_alert(web_desk: WebDeskHarness) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    away = web_desk.worker("Lin", queues=("fishers",)).comes()
    streams = web_desk.front.streams
    with (
        streams.subscribe(mei.id),
        streams.subscribe(jun.id),
        streams.subscribe(away.id),
    ):
        person, reference = web_desk.add_person()
        web_desk.settles()
        assert "alert" in rung(web_desk, mei.id)
        assert "alert" in rung(web_desk, jun.id)
        assert "alert" not in rung(web_desk, away.id)
        mei.does(reference, "claim")
        mei.does(reference, "take_over")
        for each in (mei, jun):
            rung(web_desk, each.id)
        person.says("Are you there?")
        web_desk.settles()
        assert "own" in rung(web_desk, mei.id)  # her page sees there which case it is, and alerts
        assert not {"own", "alert"} & set(rung(web_desk, jun.id))


def test_alerts_are_off_by_default_and_say_nothing(
    web_desk: WebDeskHarness,
) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    assert 'data-alerts=""' in mei.browser.get("/queue/mine").text
    mei.browser.post("/account/alerts", {"sound": "1", "notice": "1"})
    page = mei.browser.get("/queue/mine").text
    assert 'data-alerts="sound notice"' in page
    assert 'data-alert-text="New activity at the desk."' in page
    assert 'data-alerts=""' in jun.browser.get("/queue/mine").text
    mei.browser.post("/account/alerts", {})
    assert 'data-alerts=""' in mei.browser.get("/queue/mine").text


def test_a_refreshed_list_brings_its_counts(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = web_desk.add_person()
    assert (
        'data-counts="mine=0 later=0 waiting=1 all= closed= "'
        in mei.browser.get("/queue/waiting/pane").text
    )
    mei.does(reference, "claim")
    assert (
        'data-counts="mine=1 later=0 waiting=0 all= closed= "'
        in mei.browser.get("/queue/mine/pane").text
    )
    assert lines(mei, "/queue/mine") == [reference]
    assert MINE in queries._STATES


def test_a_refused_claim_of_the_next_case_stays_on_the_page_and_says_why(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker(most=2).comes()
    web_desk.add_person()
    web_desk.add_person()
    claimed = mei.browser.post("/next", is_fetched=True).json()
    web_desk.settles()
    assert claimed["go"].startswith("/cases/")  # negative control
    mei.told(claimed["go"].rpartition("/")[2], "priority", code="0")
    refused = mei.browser.post("/next", is_fetched=True).json()
    assert (refused["refused"], refused["go"]) == (True, "")
    assert "2; an emergency counts as two" in refused["told"]


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (90, "due in 1 min"), (59, "due now"), (0, "due now"), (-59, "due now"),
        (-60, "overdue by 1 min"),
    ],
)  # fmt: skip
def test_a_reply_due_within_a_minute_is_due_now(
    web_desk: WebDeskHarness, seconds: int, shown: str
) -> None:
    mei = web_desk.worker().comes()
    web_desk.add_person()
    due_at = web_desk.home.loop.now() + seconds * SECOND
    change = Prepared(lambda _: update(cases).values(due_at=due_at))
    web_desk.home.database.writer.run_sync(lambda work: work.run(change))
    page = mei.browser.get("/queue/waiting").text
    assert f">{shown}</span>" in page
    assert "0 min<" not in page.partition('class="reply-due')[2]
