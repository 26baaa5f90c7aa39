"""Phrases are written, changed, reviewed and withdrawn at the desk, and hold at once everywhere."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest

from bot.app.texts import build_phrasebook, build_system_texts
from bot.clock import SECOND
from bot.desks.web.auth.sessions import STEP_UP_LIFETIME
from bot.hotline.chat import phrase_reviews
from bot.hotline.chat.phrase_edits import PhraseEdits
from bot.hotline.chat.phrase_reviews import STAFF_TEXT_IS_OLDER
from bot.hotline.chat.phrase_rules import MAX_LENGTH
from bot.languages import LOCALES, catalogue
from bot.languages.po_files import load_catalogue
from flows.texts.phrasebook import PHRASES
from tests.desks.web.case.test_send_checks import held

if TYPE_CHECKING:
    import httpx

    from bot.hotline.chat.phrasebook import Phrasebook
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

PAGE, NEW, ONE = (
    "/administration/phrases", "/administration/new-phrase", "/administration/phrase",
)  # fmt: skip
PAPERS = {
    "code": "papers", "group": "meeting", "text.en": "Please bring your papers at {time}.",
    "text.vi": "Xin mang giấy tờ lúc {time}.",
}  # fmt: skip
SHORT = "Bạn có an toàn không?"


@pytest.fixture
def chief(web_desk: WebDeskHarness) -> WebCaseworker:
    return web_desk.supervisor("Hui").comes()


def other_process(office: WebDeskHarness) -> Phrasebook:
    """Return the phrasebook of another process of the same deployment, as it is now."""
    settings = office.home.settings
    book = build_phrasebook(settings, build_system_texts(settings), PhraseEdits(office.vault))
    office.home.database.writer.run_sync(book.load)
    return book


def audited(office: WebDeskHarness) -> list[tuple[str, ...]]:
    rows = "SELECT actor, deed, subject, detail FROM audit WHERE deed LIKE 'phrase%' ORDER BY id"
    return [tuple(it) for it in office.home.ask(rows)]


def row(chief: WebCaseworker, code: str, language: str) -> str:
    """Return what a phrase's page says of one language."""
    shown = chief.browser.get(f"{ONE}/{code}").text
    found = re.search(rf'<tr id="text-{language}">(.*?)</tr>', shown, re.DOTALL)
    assert found is not None
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", found[1])).split())


def changes(
    chief: WebCaseworker, code: str, language: str, text: str, **form: str
) -> httpx.Response:
    path = f"{ONE}/{code}/text/{language}"
    seen = re.search(r'name="seen" value="(\d+)"', chief.browser.get(path).text)
    return chief.browser.post(path, {"text": text, "seen": seen[1] if seen else "0"} | form)


def reviews(chief: WebCaseworker, code: str, language: str) -> None:
    found = re.search(
        rf'/{code}/text/{language}/reviewed".*?name="seen" value="(\d+)"',
        chief.browser.get(f"{ONE}/{code}").text, re.DOTALL,
    )  # fmt: skip
    chief.browser.post(
        f"{ONE}/{code}/text/{language}/reviewed", {"seen": found[1] if found else "0"}
    )


def fault(said: httpx.Response, field: str) -> str:
    assert said.status_code == 422
    found = re.search(rf'id="fault-{re.escape(field)}">([^<]*)<', said.text)
    assert found is not None
    return html.unescape(found[1])


# --- what one writes and another reads ---------------------------------------------------------


def test_a_new_phrase_is_sent_by_a_colleague_and_a_case_keeps_it_as_it_was_read(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    mei = web_desk.worker().comes()
    person, reference = held(web_desk, mei)
    person.presses("I can write now")
    assert chief.browser.post(NEW, PAPERS).headers["location"] == f"{ONE}/papers"
    pane = mei.browser.post(f"/cases/{reference}/panes/phrases", {"words": "papers"}).text
    chosen = re.search(r'name="code" value="(papers@\d+)"', pane)
    assert chosen is not None
    mei.told(reference, "phrase", code=chosen[1], **{"value.time": "noon"})
    assert (read := person.last).startswith("Please bring your papers at ")
    changes(chief, "papers", "en", "Please bring your passport at {time}.")
    chief.browser.post(f"{ONE}/papers/withdraw")
    shown = mei.browser.get(f"/cases/{reference}").text
    assert read in shown
    assert "passport at" not in shown


def test_a_phrase_that_was_changed_while_it_was_on_the_screen_is_not_sent(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    mei = web_desk.worker().comes()
    _person, reference = held(web_desk, mei)
    chief.browser.post(NEW, PAPERS)
    old = other_process(web_desk).chosen_code("papers")
    changes(chief, "papers", "en", "Please come at {time}.")
    told = mei.does(reference, "phrase", code=old, **{"value.time": "noon"}).json()
    assert told["refused"]
    assert "changed just now" in told["told"]
    new = other_process(web_desk).chosen_code("papers")
    mei.told(reference, "phrase", code=new, **{"value.time": "noon"})
    chief.browser.post(f"{ONE}/papers/withdraw")
    assert mei.does(reference, "phrase", code=new, **{"value.time": "noon"}).json()["refused"]
    assert (
        'id="phrase-papers"' not in mei.browser.post(f"/cases/{reference}/panes/phrases", {}).text
    )


def test_each_change_holds_in_every_process_and_is_audited_by_whom(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    ada = web_desk.supervisor("Ada").comes()
    chief.browser.post(NEW, PAPERS)
    assert other_process(web_desk).text("papers", "vi") == PAPERS["text.vi"]
    assert other_process(web_desk).text("papers", "th") == PAPERS["text.en"]
    changes(chief, "safe", "vi", SHORT)
    assert other_process(web_desk).text("safe", "vi") == SHORT
    reviews(ada, "safe", "vi")
    chief.browser.post(f"{ONE}/safe/text/vi/shipped")
    shipped = PHRASES["safe"].text.render(catalogue("vi"))
    assert other_process(web_desk).text("safe", "vi") == shipped
    chief.browser.post(f"{ONE}/safe/withdraw")
    assert "safe" not in other_process(web_desk)
    chief.browser.post(f"{ONE}/safe/restore")
    assert "safe" in other_process(web_desk)
    assert audited(web_desk) == [
        (chief.id, "phrase_new", "papers", "en,vi"),
        (chief.id, "phrase_text", "safe", "vi"),
        (ada.id, "phrase_reviewed", "safe", "vi"),
        (chief.id, "phrase_shipped", "safe", "vi"),
        (chief.id, "phrase_withdrawn", "safe", ""),
        (chief.id, "phrase_restored", "safe", ""),
    ]


# --- reviews --------------------------------------------------------------------------------------


def test_a_review_names_who_and_is_lost_with_the_next_change(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    ada = web_desk.supervisor("Ada").comes()
    changes(chief, "safe", "vi", SHORT)
    assert "not reviewed Written by Hui" in row(chief, "safe", "vi")
    reviews(ada, "safe", "vi")
    assert "Reviewed by Ada" in row(chief, "safe", "vi")
    changes(chief, "safe", "vi", f"{SHORT} ?")
    assert "Reviewed" not in row(chief, "safe", "vi")
    assert "not reviewed" in row(chief, "safe", "vi")


def test_no_one_reviews_what_they_wrote_or_a_text_that_was_changed_meanwhile(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    ada = web_desk.supervisor("Ada").comes()
    changes(chief, "safe", "vi", SHORT)
    reviews(chief, "safe", "vi")
    seen = web_desk.front.phrasebook.edited.last_edit("safe", "vi")
    chief.browser.post(f"{ONE}/safe/text/vi/reviewed", {"seen": str(seen)})
    changes(chief, "safe", "vi", f"{SHORT} ?")
    ada.browser.post(f"{ONE}/safe/text/vi/reviewed", {"seen": str(seen)})
    assert "changed this text just now" in ada.browser.get(PAGE).text
    assert "phrase_reviewed" not in {it[1] for it in audited(web_desk)}


def test_when_the_english_changes_every_other_text_is_shown_as_older(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    ada = web_desk.supervisor("Ada").comes()
    changes(chief, "safe", "vi", SHORT)
    reviews(ada, "safe", "vi")
    changes(chief, "safe", "en", "Is it safe around you?")
    for language in ("vi", "id"):
        assert "older than the English" in row(chief, "safe", language)
    mei = web_desk.worker().comes()
    _person, reference = held(web_desk, mei)
    web_desk.home.ask("UPDATE cases SET language = 'vi' RETURNING id")
    pane = mei.browser.post(f"/cases/{reference}/panes/phrases", {"words": "safe around"}).text
    assert "The person&#39;s text is older than the English." in pane
    reviews(ada, "safe", "vi")
    assert "Reviewed by Ada" in row(chief, "safe", "vi")
    mei.browser.post("/language", {"language": "zh_Hant", "back": "/"})
    pane = mei.browser.post(f"/cases/{reference}/panes/phrases", {"words": "safe around"}).text
    assert catalogue("zh_Hant", "staff").gettext(STAFF_TEXT_IS_OLDER.source) in pane


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "field", "told"),
    [
        ({"text.vi": "Xin mang giấy tờ."}, "text.vi", "The blank {time} of the English"),
        ({"text.vi": "{time} {place}"}, "text.vi", "There is no blank {place} here."),
        ({"text.en": "At {tyme}."}, "text.en", "There is no blank {tyme} here."),
        ({"text.vi": "x" * 301 + "{time}"}, "text.vi", "307 characters. A phrase has at most 300"),
        ({"text.en": "{time} 113", "text.vi": "{time} 110"}, "text.vi", "of the English: 113"),
        ({"text.en": " "}, "text.en", "Write the text."),
        ({"text.en": "Come } here"}, "text.en", "Braces stand around"),
        ({"text.en": "<b>Come</b>"}, "text.en", "Use plain text"),
        ({"code": "opener"}, "code", "Another phrase has this code."),
        ({"code": "Two words"}, "code", "Small letters"),
        ({"group": "elsewhere"}, "group", "Choose a group."),
    ],
)  # fmt: skip
def test_a_wrong_text_is_answered_beside_its_field_and_nothing_is_lost(
    web_desk: WebDeskHarness, chief: WebCaseworker, wrong: dict[str, str], field: str, told: str
) -> None:
    form = PAPERS | {"text.id": "Bawa surat {time}."} | wrong
    said = chief.browser.post(NEW, form)
    assert told in fault(said, field)
    assert "Bawa surat {time}." in said.text
    assert html.escape(form["text.vi"]) in said.text
    assert not audited(web_desk)


def test_a_changed_text_keeps_the_blanks_and_the_limit(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    for text, told in (
        ("Chúng tôi muốn gọi", "{time} of the English is missing"),
        (f"{{time}} {'x' * MAX_LENGTH}", f"{MAX_LENGTH + 7} characters"),
        (PHRASES["call_at"].text.render(catalogue("vi")), "This is the text already."),
    ):
        said = changes(chief, "call_at", "vi", text)
        assert told in fault(said, "text")
        assert html.escape(text) in said.text
    said = changes(chief, "call_at", "en", "We call you then.")
    assert "{time} of the English is missing" in fault(said, "text")
    assert not audited(web_desk)


def test_two_who_change_one_text_lose_neither(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    changes(chief, "safe", "vi", SHORT)
    said = changes(chief, "safe", "vi", "Bạn an toàn chứ?", seen="0")
    assert "A colleague changed this text just now" in fault(said, "text")
    assert "Bạn an toàn chứ?" in said.text
    assert other_process(web_desk).text("safe", "vi") == SHORT


def test_what_was_typed_stays_when_the_second_factor_has_lapsed(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    web_desk.home.advance_time(STEP_UP_LIFETIME / SECOND + 1)
    said = chief.browser.post(NEW, PAPERS)
    assert said.status_code == 422
    assert PAPERS["text.en"] in said.text
    said = chief.browser.post(f"{ONE}/safe/text/vi", {"text": SHORT, "seen": "0"})
    assert said.status_code == 422
    assert SHORT in said.text
    for action in ("withdraw", "restore", "text/vi/shipped"):
        assert "/step-up" in chief.browser.post(f"{ONE}/safe/{action}").headers["location"]
    assert not audited(web_desk)


def test_the_phrase_the_bot_sends_by_itself_cannot_be_changed(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    assert "cannot be changed here" in chief.browser.get(f"{ONE}/opener").text
    for path in ("text/en", "text/vi", "withdraw", "text/vi/reviewed"):
        assert chief.browser.post(f"{ONE}/opener/{path}", {}).status_code == 404
    assert "opener" in other_process(web_desk)


def test_a_caseworker_changes_no_phrase(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    for path in (PAGE, NEW, f"{ONE}/safe", f"{ONE}/safe/text/vi"):
        assert mei.browser.get(path).status_code == 404
    assert mei.browser.post(f"{ONE}/safe/withdraw").status_code == 404
    assert "safe" in other_process(web_desk)


def test_a_text_changed_in_the_database_does_not_reach_a_person(
    web_desk: WebDeskHarness, chief: WebCaseworker
) -> None:
    changes(chief, "safe", "vi", SHORT)
    web_desk.home.ask("UPDATE phrase_edits SET language = 'id' RETURNING id")
    shipped = {it: PHRASES["safe"].text.render(catalogue(it)) for it in ("vi", "id")}
    assert {it: other_process(web_desk).text("safe", it) for it in shipped} == shipped


# --- phrases that fill themselves ---------------------------------------------------------------


def marks(office: WebDeskHarness, worker: WebCaseworker, reference: str) -> dict[str, bool]:
    """Return which phrases of the pane are marked as not reviewed."""
    pane = worker.browser.post(f"/cases/{reference}/panes/phrases", {"words": ""}).text
    found = re.findall(r'<li id="phrase-(\w+)">(.*?)</li>', pane, re.DOTALL)
    return {code: "not reviewed" in shown for code, shown in found}


@pytest.mark.parametrize("language", ["vi", "id", "zh_Hant"])
def test_a_phrase_with_numbers_is_marked_until_the_words_around_them_are_reviewed(
    web_desk: WebDeskHarness, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    mei = web_desk.worker().comes()
    _person, reference = held(web_desk, mei)
    web_desk.home.ask(f"UPDATE cases SET language = '{language}' RETURNING id")  # noqa: S608 - ours
    shown = marks(web_desk, mei, reference)
    assert {"numbers", "without_a_voice"} <= shown.keys()
    assert [code for code, is_marked in shown.items() if not is_marked] == []
    counts = {it.key: 2 for it in load_catalogue(language).entries}
    monkeypatch.setattr(phrase_reviews, "_reviewers_of", lambda _language: counts)
    assert not any(marks(web_desk, mei, reference).values())


def test_no_staff_text_calls_phrases_approved_that_no_one_has_reviewed() -> None:
    path = LOCALES / "zh_Hant" / "LC_MESSAGES" / "staff.po"
    assert "審定" not in path.read_text(encoding="utf-8")
