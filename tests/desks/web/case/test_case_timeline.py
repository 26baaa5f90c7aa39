"""The conversation of a case is whole: the report first, then everything, as the person saw it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from bot.cases.intake import Intake, NewReport
from bot.clock import SECOND
from bot.conversation import FileRef, PlaceAnswer
from bot.desks.web.case.conversation import PAGE_SIZE
from bot.desks.web.case.timeline import LAST
from bot.hotline.chat.messages import (
    CaseMessage,
    CaseMessageContent,
    CaseMessageKind,
    CaseMessages,
    MessageSide,
)
from tests.desks.web.case.test_unsent_drafts import in_danger
from tests.support.harnesses.hotline_harness import BOT

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

WORDS = "He keeps my passport."
ZONE = ZoneInfo("Asia/Taipei")
LINES = ("they lock the door", "he has my passport", "we are three")
OPENER = "Is this a good moment to write?"


def timeline(worker: WebCaseworker, reference: str, query: str = "") -> str:
    return worker.browser.get(f"/cases/{reference}/panes/conversation{query}").text


def entries(page: str) -> list[tuple[str, str]]:
    """Return id and text of each entry, from top to bottom."""
    found = re.findall(
        r'<(article|p|h3)[^>]* id="([\w-]+)" data-order="[^"]*"[^>]*>(.*?)</\1>', page, re.DOTALL
    )
    return [(key, " ".join(re.sub(r"<[^>]+>", " ", inner).split())) for _tag, key, inner in found]


def texts(page: str) -> list[str]:
    return [text for _key, text in entries(page)]


def place_of(page: str, text: str) -> int:
    """Return the place of the one entry with a text."""
    (found,) = (place for place, it in enumerate(texts(page)) if text in it)
    return found


def cursor(page: str, name: str) -> str:
    found = re.search(rf'data-{name}="([^"]*)"', page)
    assert found is not None
    return found[1]


def takes_over(office: WebDeskHarness, worker: WebCaseworker, reference: str) -> None:
    for verb in ("claim", "take_over"):
        worker.told(reference, verb)


def says(office: WebDeskHarness, reference: str, count: int, text: str = "line") -> None:
    """Let a person have written many messages, a second apart."""
    case, now = office.case(reference), office.home.loop.now()
    written = [
        CaseMessage(
            case, MessageSide.PERSON, CaseMessageKind.TEXT,
            CaseMessageContent(text=f"{text} {number}"), now + number * 1_000_000,
        )
        for number in range(count)
    ]  # fmt: skip
    store = CaseMessages(office.vault)
    office.home.database.writer.run_sync(lambda work: store.store(work, written))
    office.home.advance_time(count)


def reports(office: WebDeskHarness, reference: str, kind: str, **answers: Any) -> None:
    case, now, intake = office.case(reference), office.home.loop.now(), Intake(office.vault, BOT)
    report = NewReport(case, kind, "report", answers, now)
    office.home.database.writer.run_sync(lambda work: intake.store(work, [], [report]))


# --- the report comes first -------------------------------------------------------------------


def test_a_case_opens_with_the_report_in_the_persons_own_words(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    says(web_desk, reference, 3)
    shown = entries(timeline(mei, reference))
    assert shown[0][0] == "report-card-1"
    assert WORDS in shown[0][1]
    assert WORDS in mei.browser.get(f"/cases/{reference}").text.partition('id="case-file"')[0]


def test_photo_place_and_whom_it_is_about_stand_in_the_report(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    where = PlaceAnswer(county="TAO", latitude=24.99, longitude=121.3)
    photo = FileRef("h", "photo", 900, unique="u1")
    answers = {"about": "other", "link": "friend", "county": where, "evidence": (photo,)}
    reports(web_desk, reference, "addition", **answers)
    page = timeline(mei, reference)
    card = page.partition('id="report-card-3"')[2].partition("</article>")[0]
    assert "About someone else · Friend" in card
    assert "Taoyuan" in card
    assert 'data-copy="24.99, 121.3"' in card
    assert "Picture" in card
    before = page.partition('id="report-card-3"')[0]
    assert "About someone else" not in before  # negative control


def test_a_place_has_a_link_to_a_map_only_for_those_who_chose_it(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    reports(web_desk, reference, "addition", county=PlaceAnswer(latitude=24.99, longitude=121.3))
    assert "openstreetmap" not in timeline(mei, reference)
    mei.browser.post("/account/places", {"maps": "1"})
    assert "mlat=24.99&amp;mlon=121.3" in timeline(mei, reference)
    mei.browser.post("/account/places", {})
    assert "openstreetmap" not in timeline(mei, reference)


# --- what the bot asked and did ---------------------------------------------------------------


def test_the_opening_question_is_the_bots_and_no_answer_of_a_caseworker(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    person, reference = web_desk.add_person()
    takes_over(web_desk, mei, reference)
    page = timeline(mei, reference)
    assert f"The bot asked: Hello. {OPENER}" in texts(page)[place_of(page, OPENER)]
    assert '<article class="message caseworker' not in page
    due = "SELECT due_at IS NULL, answered_at IS NULL FROM cases"
    assert web_desk.home.ask(due) == [(0, 1)]
    person.presses("I can write now")
    mei.told(reference, "say", words="I am here for you.")
    assert '<article class="message caseworker' in timeline(mei, reference)
    assert web_desk.home.ask(due) == [(1, 0)]


def test_a_message_that_waits_for_the_person_asks_nobody_to_hurry(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    person, reference = web_desk.add_person()
    takes_over(web_desk, mei, reference)
    mei.told(reference, "say", words="I am here for you.")
    state = "SELECT due_at IS NULL, answered_at IS NULL FROM cases"
    assert web_desk.home.ask(state) == [(1, 1)]
    person.says("Who is this?")
    assert web_desk.home.ask(state)[0][0] == 0


def test_what_was_done_and_agreed_are_quiet_lines_in_their_order(web_desk: WebDeskHarness) -> None:
    mei, hua = web_desk.worker().comes(), web_desk.worker("Hua")
    person, reference = web_desk.add_person()
    takes_over(web_desk, mei, reference)
    person.presses("I can write now")
    mei.told(reference, "hand_back")
    mei.told(reference, "transfer", code=hua.id, words="Please go on.")
    page = timeline(hua.comes(), reference)
    lines = [
        "Read and keep what was sent agreed", "Mei claimed the case.", "Mei took over.", OPENER,
        "I can write now", "Mei handed back to the bot.", "Mei transferred the case to Hua.",
    ]  # fmt: skip
    places = [place_of(page, line) for line in lines]
    assert places == sorted(places)


def test_a_withdrawal_is_a_report_and_lines_of_its_own(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    mei.told(reference, "revoke", code="hotline")
    shown = texts(timeline(mei, reference))
    assert any("Read and keep what was sent withdrawn" in it for it in shown)


@pytest.mark.parametrize(("language", "asked"), [("en", "The bot asked:"), ("zh_Hant", "機器人")])
def test_answers_after_staff_were_told_stand_with_their_question(
    web_desk: WebDeskHarness, language: str, asked: str
) -> None:
    mei = web_desk.worker().comes()
    person, reference = in_danger(web_desk)
    mei.told(reference, "claim")
    person.says("Behind the old temple")
    chosen = next(it for it in person.labels() if it.startswith("1 ")).partition(" ")[2]
    person.presses(chosen)
    web_desk.settles()
    mei.browser.client.cookies.set("__Host-haven-language", language)
    page = timeline(mei, reference)
    (written,) = re.findall(r'<article class="message person".*?</article>', page, re.DOTALL)
    before = written.partition("Behind the old temple")[0]
    assert asked in before
    assert "Where:" not in before  # the question is said once
    (answer,) = re.findall(r'<article class="event answer.*?</article>', page, re.DOTALL)
    assert asked in answer
    assert (chosen in answer) is (language == "en")
    assert page.index(written) < page.index(answer)


def test_words_that_answer_no_button_stand_under_what_was_asked_once(
    web_desk: WebDeskHarness,
) -> None:
    """Without it "17" alone would be read: how old, which house, or how many are hurt?"""
    mei = web_desk.worker().comes()
    person, reference = in_danger(web_desk)
    mei.told(reference, "claim")
    person.says("Behind the old temple")
    person.says("17")
    person.says("we are all in one room")
    page = timeline(mei, reference)
    written = re.findall(r'<article class="message person".*?</article>', page, re.DOTALL)
    asked = [re.findall(r"The bot asked: ([^<]*)<", it) for it in written]
    assert asked == [["Where"], ["Hurt or ill"], []]
    assert "data-continued" in written[2]


def test_an_answer_stands_above_a_question_that_arrived_after_it(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    person, reference = web_desk.add_person()
    takes_over(web_desk, mei, reference)
    mei.told(reference, "say", words="Are you hurt?")
    web_desk.home.advance_time(60)
    person.says("He has just left")
    web_desk.settles()
    page = timeline(mei, reference)
    assert place_of(page, "He has just left") < place_of(page, "Are you hurt?")
    web_desk.home.advance_time(60)
    person.presses("I can write now")
    web_desk.home.advance_time(60)
    web_desk.settles()
    person.says("Not any more")
    web_desk.settles()
    page = timeline(mei, reference)
    order = ["He has just left", "I can write now", "Are you hurt?", "Not any more"]
    assert [place_of(page, it) for it in order] == sorted(place_of(page, it) for it in order)
    assert "written" in texts(page)[place_of(page, "Are you hurt?")]


def waits_for_a_yes(office: WebDeskHarness, lines: tuple[str, ...]) -> dict[str, int]:
    """Let a person agree minutes after they wrote these lines; return when each was written."""
    person, written = office.home.person("en"), {}
    for words in lines:
        written[words] = office.home.loop.now()
        person.says(words)
        office.home.advance_time(70)
    person.presses("Danger now", "Tell them now")
    office.settles()
    return written


def test_each_line_before_the_yes_says_when_it_was_written(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    written = waits_for_a_yes(web_desk, LINES)
    page = timeline(mei, web_desk.newest())
    lines = re.findall(r'<article class="message person".*?</article>', page, re.DOTALL)
    assert len(lines) == len(written)
    for line, (words, at) in zip(lines, written.items(), strict=True):
        assert words in line
        clock = f"{datetime.fromtimestamp(at / SECOND, ZONE):%H:%M}"
        assert f'<span class="written-at">written {clock}</span>' in line


def test_words_before_the_yes_are_new_since_the_caseworker_looked(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    (at,) = waits_for_a_yes(web_desk, ("they lock the door",)).values()
    page = timeline(mei, web_desk.newest(), f"?looked={at + SECOND}&before={LAST}.0")
    assert place_of(page, "New since you looked") < place_of(page, "they lock the door")


def test_what_was_passed_on_from_another_person_says_so(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    person, reference = web_desk.add_person()
    takes_over(web_desk, mei, reference)
    person.presses("I can write now")
    forwarded = {"type": "hidden_user", "date": 1, "sender_user_name": "Boss <b>"}
    person.sends(text="Come back or else", forward_origin=forwarded)
    web_desk.settles()
    line = texts(timeline(mei, reference))[-1]
    assert "Forwarded from Boss &lt;b&gt; Come back or else" in line


# --- new since you looked ---------------------------------------------------------------------


def looked(worker: WebCaseworker, reference: str, until: str) -> int:
    path = f"/cases/{reference}/looked"
    return worker.browser.post(path, {"until": until}, is_fetched=True).status_code


def test_a_line_stands_above_what_is_new_since_the_caseworker_looked(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    says(web_desk, reference, 2, "old")
    page = timeline(mei, reference)
    assert "New since you looked" not in page  # nobody has looked: all of it is new
    assert looked(mei, reference, cursor(page, "until")) == 204
    assert "New since you looked" not in timeline(mei, reference)
    mei.told(reference, "note", words="Calls again at six.")
    assert "New since you looked" not in timeline(mei, reference)  # her own
    says(web_desk, reference, 2, "new")
    page = timeline(mei, reference)
    assert place_of(page, "New since you looked") == place_of(page, "new 0") - 1
    later = timeline(mei, reference, f"?after={cursor(page, 'after')}&looked=1")
    assert "New since you looked" not in later
    hua = web_desk.supervisor().comes()
    hua.browser.post(f"/cases/{reference}/break-glass", {"reason": "She is ill."})
    assert "New since you looked" not in timeline(hua, reference)  # what Mei saw is hers


def test_a_look_never_goes_back_and_never_lies_in_the_future(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    now = web_desk.home.loop.now()
    assert looked(mei, reference, str(now + 10**12)) == 204
    (first,) = web_desk.home.ask("SELECT looked_at FROM case_looks")
    assert now <= first[0] <= web_desk.home.loop.now()
    assert looked(mei, reference, "5") == 204
    assert web_desk.home.ask("SELECT looked_at FROM case_looks") == [first]
    for nonsense in ("", "-1", "now", "9" * 19):
        assert looked(mei, reference, nonsense) == 422


def test_nobody_looks_at_a_case_that_is_not_theirs(web_desk: WebDeskHarness) -> None:
    mei, other = web_desk.worker().comes(), web_desk.worker("Hua").comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    assert looked(other, reference, "5") == 404
    assert web_desk.home.ask("SELECT * FROM case_looks") == []
    assert looked(mei, reference, "5") == 204
    web_desk.erases(reference)
    assert web_desk.home.ask("SELECT * FROM case_looks") == []


# --- long conversations -----------------------------------------------------------------------


def test_a_long_conversation_opens_with_the_latest_and_shows_earlier_ones(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    count = 2 * PAGE_SIZE + 30
    says(web_desk, reference, count)
    page, seen = timeline(mei, reference), []
    assert entries(page)[0][0] == "report-card-1"
    assert f"Show earlier messages ({count - PAGE_SIZE})" in page
    while True:
        shown = [it for it in entries(page) if it[0].startswith("message-")]
        seen = [*shown, *seen]
        if 'id="earlier"' not in page or ' hidden><button type="button" class="quiet' in page:
            break
        page = timeline(mei, reference, f"?before={cursor(page, 'earlier')}")
        assert "report-card" not in page
    numbers = [int(re.findall(r"line (\d+)", text)[0]) for _key, text in seen]
    assert numbers == list(range(count))


def test_a_page_is_sent_only_what_is_new(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    person, reference = web_desk.add_person()
    takes_over(web_desk, mei, reference)
    person.presses("I can write now")
    says(web_desk, reference, 300)
    page = timeline(mei, reference)
    person.says("Are you there?")
    web_desk.settles()
    fresh = timeline(mei, reference, f"?after={cursor(page, 'after')}")
    assert [it for it in texts(fresh) if "line" in it] == []
    assert place_of(fresh, "Are you there?") == len(texts(fresh)) - 1
    assert len(fresh) < 3000 < len(page)
    nothing = timeline(mei, reference, f"?after={cursor(fresh, 'after')}")
    assert entries(nothing) == []
    assert cursor(nothing, "after") == cursor(fresh, "after")


def test_an_edit_and_a_delivery_reach_a_page_that_asks_for_what_is_new(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    person, reference = web_desk.add_person()
    takes_over(web_desk, mei, reference)
    mei.told(reference, "say", words="I am here for you.")
    first = timeline(mei, reference)
    (waiting,) = re.findall(r'id="message-(\d+)" data-order="[^"]*" data-unsettled', first)[-1:]
    update = person.words("Come at eight")
    person.send_update(update)
    person.presses("I can write now")
    web_desk.home.advance_time(5)
    web_desk.settles()
    page = timeline(mei, reference, f"?after={cursor(first, 'after')}&unsettled={waiting}")
    arrived = page.partition(f'id="message-{waiting}"')[2].partition("</article>")[0]
    assert "delivered" in arrived
    edit = person.edit("Come at nine", message_id=update["message"]["message_id"])
    person.send_update(edit)
    web_desk.settles()
    edited = timeline(mei, reference, f"?after={cursor(page, 'after')}")
    assert "Come at nine" in edited
    assert "Come at eight" in edited  # before the edit


def test_a_page_that_has_missed_much_is_drawn_anew(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    says(web_desk, reference, 3, "old")
    page = timeline(mei, reference)
    assert "data-whole" in page
    says(web_desk, reference, PAGE_SIZE + 5)
    missed = timeline(mei, reference, f"?after={cursor(page, 'after')}")
    assert "data-whole" in missed
    assert "report-card-1" in missed
    assert f"line {PAGE_SIZE + 4}" in missed


@pytest.mark.parametrize(
    "query", ["?after=1", "?after=x.y.z", "?before=5", "?unsettled=1,,2", "?after=-1.2.3", "?x=1"]
)
def test_a_query_that_makes_no_sense_is_a_page_from_the_beginning(
    web_desk: WebDeskHarness, query: str
) -> None:
    mei = web_desk.worker().comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    page = timeline(mei, reference, query)
    assert "report-card-1" in page


@pytest.mark.parametrize("query", ["", "?after=0.0.0", "?before=9000000000000000000.99"])
def test_every_part_of_a_conversation_is_read_by_those_who_may_and_audited(
    web_desk: WebDeskHarness, query: str
) -> None:
    mei, other = web_desk.worker().comes(), web_desk.worker("Hua").comes()
    _person, reference = web_desk.add_person()
    mei.told(reference, "claim")
    says(web_desk, reference, 2)
    reads = "SELECT actor FROM audit WHERE deed = 'read' AND detail = 'web'"
    assert web_desk.home.ask(reads) == []
    path = f"/cases/{reference}/panes/conversation{query}"
    assert other.browser.get(path).status_code == 404
    assert web_desk.home.ask(reads) == []
    assert "line 1" in mei.browser.get(path).text
    assert web_desk.home.ask(reads) == [(mei.id,)]
