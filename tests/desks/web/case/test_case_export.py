"""A case on paper and as a text: for whoever may read it, proved just now, and written down."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from bot.cases.state_machine import Role
from bot.clock import SECOND
from bot.desks.web.auth.sessions import STEP_UP_LIFETIME
from bot.desks.web.case.file import MAX_AUDIT_ROWS
from bot.desks.web.templates import format_datetime
from bot.errors import DeliveryUncertainError
from bot.messages import SendText
from bot.vault import SYSTEM
from bot.vault.audit.log import AuditLog
from tests.desks.web.case.test_case_timeline import LINES, waits_for_a_yes
from tests.desks.web.case.test_unsent_drafts import in_danger
from tests.support.telegram.recording_channel import FINE, delivery_failure

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

WAYS = ("print", "transcript")
ZONE = ZoneInfo("Asia/Taipei")
NASTY = (
    '=HYPERLINK("http://evil.example","x")\n+1\n-2\n@SUM(A1)\n\t=1\n# Heading\n'
    "<script>alert(1)</script>\u202etxt.exe\u2028=2"
)


def talked(
    office: WebDeskHarness, worker: WebCaseworker, words: str = "He keeps my passport."
) -> str:
    person, reference = office.add_person(words)
    for verb, fields in (("claim", {}), ("take_over", {}), ("say", {"words": "I am here."})):
        worker.told(reference, verb, **fields)
    person.presses("I can write now")
    person.says(words)
    worker.told(reference, "note", words="A note of mine.")
    office.settles()
    return reference


def exported(office: WebDeskHarness) -> list[tuple[object, ...]]:
    return office.home.ask("SELECT actor, detail FROM audit WHERE deed = 'export'")


def test_a_text_holds_what_was_written_with_its_times_and_who_read_it(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    reference = talked(web_desk, mei)
    said = mei.browser.get(f"/cases/{reference}/transcript")
    assert said.headers["content-type"] == "text/plain; charset=utf-8"
    assert f'filename="{reference}-transcript.txt"' in said.headers["content-disposition"]
    assert "sandbox" in said.headers["content-security-policy"]
    for words in ("He keeps my passport.", "I am here.", "A note of mine.", "Note (Mei)",
                  "Audit log of this case", "Mei: claimed the case",
                  "Mei: exported the case (as a text file)"):  # fmt: skip
        assert words in said.text, words
    assert re.search(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}  The person", said.text)
    assert exported(web_desk) == [(mei.id, "transcript")]


def test_paper_holds_the_same_and_no_button_of_the_desk(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    reference = talked(web_desk, mei)
    page = mei.browser.get(f"/cases/{reference}/print").text
    for words in (
        "He keeps my passport.",
        "I am here.",
        "A note of mine.",
        "Audit log of this case",
    ):
        assert words in page, words
    assert "Exported by Mei on" in page
    assert "<form" not in page
    assert "data-pane" not in page
    assert exported(web_desk) == [(mei.id, "print")]


def test_nothing_a_person_wrote_is_a_formula_a_heading_or_markup(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    reference = talked(web_desk, mei, NASTY)
    text = mei.browser.get(f"/cases/{reference}/transcript").text
    assert "HYPERLINK" in text
    for line in text.splitlines():
        assert not line.startswith(("=", "+", "-", "@", "\t", "\r")), line
        assert not (line.startswith("#") and "Heading" in line)
    assert "http://evil" not in text
    assert "\u202e" not in text
    page = mei.browser.get(f"/cases/{reference}/print").text
    assert "<script>alert" not in page


@pytest.mark.parametrize("way", WAYS)
def test_taking_out_wants_the_second_factor_again(web_desk: WebDeskHarness, way: str) -> None:
    mei = web_desk.worker().comes()
    reference = talked(web_desk, mei)
    web_desk.home.advance_time(STEP_UP_LIFETIME / SECOND + 1)
    said = mei.browser.get(f"/cases/{reference}/{way}")
    assert said.headers["location"] == f"/step-up?back=/cases/{reference}"
    assert exported(web_desk) == []


@pytest.mark.parametrize("way", WAYS)
def test_after_the_second_factor_the_export_that_was_asked_goes_on_once(
    web_desk: WebDeskHarness, way: str
) -> None:
    mei = web_desk.worker().comes()
    reference = talked(web_desk, mei)
    case = f"/cases/{reference}"
    web_desk.home.advance_time(STEP_UP_LIFETIME / SECOND + 1)
    mei.browser.get(f"{case}/{way}")
    assert "data-goes-on" not in mei.browser.get(case).text
    web_desk.home.advance_time(31)
    proved = mei.browser.post("/step-up", {"code": mei.code(), "back": case})
    assert proved.headers["location"] == case
    assert f'method="get" action="{case}/{way}" data-goes-on' in mei.browser.get(case).text
    assert "data-goes-on" not in mei.browser.get(case).text
    assert mei.browser.get(f"{case}/{way}").status_code == 200
    assert exported(web_desk) != []


def test_what_another_site_asks_for_does_not_go_on(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    reference = talked(web_desk, mei)
    web_desk.home.advance_time(STEP_UP_LIFETIME / SECOND + 1)
    for way in WAYS:
        asked = mei.browser.get(f"/cases/{reference}/{way}", **{"sec-fetch-site": "cross-site"})
        assert asked.status_code == 404
    web_desk.home.advance_time(31)
    mei.browser.post("/step-up", {"code": mei.code(), "back": f"/cases/{reference}"})
    assert "data-goes-on" not in mei.browser.get(f"/cases/{reference}").text


@pytest.mark.parametrize("way", WAYS)
def test_a_case_is_exported_only_by_staff_who_may_read_it(
    web_desk: WebDeskHarness, way: str
) -> None:
    mei, jun = web_desk.worker().comes(), web_desk.worker("Jun").comes()
    wu, hua = web_desk.worker("Wu", Role.ADMINISTRATOR).comes(), web_desk.supervisor().comes()
    reference = talked(web_desk, mei)
    path = f"/cases/{reference}/{way}"
    assert jun.browser.get(path).status_code == 404
    for above in (wu, hua):  # they may see that there is one, and hua may say why she reads it
        assert above.browser.get(path).headers["location"] == f"/cases/{reference}"
    assert mei.browser.get(path, **{"sec-fetch-site": "cross-site"}).status_code == 404
    assert exported(web_desk) == []


@pytest.mark.parametrize("way", WAYS)
def test_an_export_tells_what_the_bot_asked_from_what_staff_wrote(
    web_desk: WebDeskHarness, way: str
) -> None:
    mei = web_desk.worker().comes()
    lines = exported_lines(mei, talked(web_desk, mei), way)
    (opener,) = (at for at, it in enumerate(lines) if "Is this a good moment" in it)
    assert re.search(r"The bot +(\(delivered\)|· delivered)$", lines[opener - 1])
    assert not any("Mei" in it for it in lines[opener - 1 : opener + 1])
    (own,) = (at for at, it in enumerate(lines) if "I am here." in it)
    assert "Mei" in lines[own - 1]  # negative control


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_stands_under_its_question_and_a_button_is_no_word_of_the_person(
    web_desk: WebDeskHarness, way: str
) -> None:
    mei = web_desk.worker().comes()
    person, reference = in_danger(web_desk)
    person.says("Behind the harbour")  # where it is
    while not any("Food" in it.label for it in person.buttons()):
        person.presses("Skip")
    person.presses("Food", "Done")
    mei.told(reference, "claim")
    lines = exported_lines(mei, reference, way)
    (typed,) = (at for at, it in enumerate(lines) if "Behind the harbour" in it)
    assert lines[typed - 1].startswith("The bot asked: ")
    assert "chose" not in lines[typed]
    (pressed,) = (at for at, it in enumerate(lines) if it.endswith("chose: Food"))
    assert lines[pressed - 1].startswith("The bot asked: ")


@pytest.mark.parametrize("way", WAYS)
def test_an_export_has_the_whole_log_in_words(web_desk: WebDeskHarness, way: str) -> None:
    mei = web_desk.worker().comes()
    reference = talked(web_desk, mei)
    log, case = AuditLog(web_desk.vault), web_desk.case(reference)
    for number in range(MAX_AUDIT_ROWS + 1):
        web_desk.home.database.writer.run_sync(
            lambda work, number=number: log.record(
                work, web_desk.home.loop.now() + number, SYSTEM, "alert", case, f"late:{number}"
            )
        )
    lines = exported_lines(mei, reference, way)
    told = [it for it in lines if "Haven itself: told staff that a reply is overdue" in it]
    assert len(told) == MAX_AUDIT_ROWS + 1
    assert "(overdue, 0)" in told[0]
    assert any("Mei: claimed the case" in it for it in lines)
    assert not any("take_over" in it or "house" in it for it in lines)


def exported_lines(worker: WebCaseworker, reference: str, way: str) -> list[str]:
    """Return the lines of an export; of a page its paragraphs and entries, without markup."""
    text = worker.browser.get(f"/cases/{reference}/{way}").text
    if way == "print":
        text = re.sub(r"</(p|li|h\d|dt|dd)>", "\n", " ".join(text.split()))
        text = unescape(re.sub(r"<[^>]+>", "", text))
    return [it.strip() for it in text.splitlines() if it.strip()]


@pytest.mark.parametrize("way", WAYS)
def test_what_never_left_stands_last_and_says_so(web_desk: WebDeskHarness, way: str) -> None:
    mei = web_desk.worker().comes()
    person, reference = web_desk.add_person("He keeps my passport.")
    for verb, fields in (("claim", {}), ("take_over", {}), ("say", {"words": "We can come."})):
        mei.told(reference, verb, **fields)
    web_desk.home.advance_time(120)
    person.says("There is a dog.")
    web_desk.settles()
    page = unescape(mei.browser.get(f"/cases/{reference}/{way}").text)
    assert page.index("There is a dog.") < page.index(
        "not sent yet: waits until the person answers"
    )
    assert page.index("There is a dog.") < page.index("We can come.")


@pytest.mark.parametrize("way", WAYS)
def test_what_may_have_arrived_stands_and_is_timed_where_it_left(
    web_desk: WebDeskHarness, way: str
) -> None:
    mei = web_desk.worker().comes()
    person, reference = web_desk.add_person("He keeps my passport.")
    for verb, fields in (("claim", {}), ("take_over", {}), ("say", {"words": "We can come."})):
        mei.told(reference, verb, **fields)
    written = format_datetime(ZONE, web_desk.home.loop.now())
    web_desk.home.advance_time(120)
    person.says("There is a dog.")
    web_desk.home.post.fate = lambda _chat, body: (
        delivery_failure(DeliveryUncertainError("502"), arrives=True)
        if isinstance(body, SendText) and body.text == "We can come."
        else FINE
    )
    person.presses("I can write now")
    web_desk.home.run(web_desk.home.close_writer_idle(30))
    left = format_datetime(ZONE, web_desk.home.loop.now() - 30 * SECOND)
    page = unescape(mei.browser.get(f"/cases/{reference}/{way}").text)
    assert page.index("There is a dog.") < page.index("We can come.")
    head = next(it for it in page.splitlines() if "delivery uncertain" in it)
    assert head.index(left) < head.index(f"(written {written})")


@pytest.mark.parametrize("way", WAYS)
def test_each_line_before_the_yes_says_when_it_was_written_on_paper_too(
    web_desk: WebDeskHarness, way: str
) -> None:
    mei = web_desk.worker().comes()
    written = waits_for_a_yes(web_desk, LINES)
    mei.told(web_desk.newest(), "claim")
    page = unescape(mei.browser.get(f"/cases/{web_desk.newest()}/{way}").text)
    place = page.index("they lock the door")
    for words, at in written.items():
        head = page[: page.index(words)].rpartition("The person")[2]
        assert f"(written {format_datetime(ZONE, at)})" in head
        assert place <= (place := page.index(words))
