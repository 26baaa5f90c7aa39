"""A case is opened at the desk, and every page of a case works for one without a chat."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.cases.state_machine import Role
from bot.clock import DAY, SECOND
from bot.desks.web.case.pages import PANES
from bot.desks.web.live.watcher import expire_old_rows
from bot.languages import LANGUAGES
from flows.texts import spoken

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

SAID, NUMBER = "They took her passport", "0912 345 678"
CALL = {
    "channel": "phone", "words": SAID, "answer.safe": "safe", "number": NUMBER,
    "times.words": "after the old man sleeps", "if_other": "wrong_number", "consent": "agreed",
    "answer.needs.food": "1", "answer.needs.doctor": "1",
}  # fmt: skip
OFFICE = "labor_1955"
_TOKEN = re.compile(r'action="[^"]*/do/aloud".*?name="code" value="([^"]+)".*?<button>([^<]+)<')


def opened(office: WebDeskHarness, worker: WebCaseworker, **changed: str) -> str:
    """Open a case at the desk and return its number."""
    went = worker.browser.post("/new-case/vi", CALL | changed)
    assert went.status_code == 303, went.text
    office.settles()
    return office.newest()


def test_a_case_is_opened_with_ticked_and_typed_answers(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    reference = opened(web_desk, mei)
    page = mei.browser.get(f"/cases/{reference}").text
    for shown in (SAID, NUMBER, "after the old man sleeps", "wrong number", "A doctor", "Food"):
        assert shown in page
    assert "heard by" in page
    assert "/do/take_over" not in page
    assert "Telephone" in mei.browser.get("/queue/mine").text


def test_every_question_stands_in_the_language_of_the_person_and_of_staff(
    web_desk: WebDeskHarness,
) -> None:
    mei, read_in = web_desk.worker().comes(), web_desk.front.person_text
    wanted = (spoken.CONSENT, spoken.NUMBER, spoken.WHAT, spoken.IF_OTHER_QUESTION)
    offenders = [
        (tag, text.source)
        for tag in LANGUAGES
        for page in [mei.browser.get(f"/new-case/{tag}").text.replace("&#39;", "'")]
        for text in wanted
        if read_in(text, tag) not in page or read_in(text, "en") not in page
    ]
    assert not offenders


def test_a_refusal_brings_the_page_back_with_all_that_was_typed(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    for changed in ({"consent": ""}, {"channel": ""}, {"consent": "refused"}):
        back = mei.browser.post("/new-case/vi", CALL | changed)
        assert back.status_code == 409
        assert SAID in back.text
        assert NUMBER in back.text
    assert SAID in mei.browser.get("/new-case/vi").text  # also after a new sign-in: a draft
    jun = web_desk.worker("Jun").comes()
    assert SAID not in jun.browser.get("/new-case/vi").text
    assert not web_desk.home.ask("SELECT id FROM cases")


def test_a_form_that_arrives_twice_opens_one_case(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    for _each in range(2):
        mei.browser.post("/new-case/vi", CALL | {"nonce": "0123456789abcdef0123"})
    assert len(web_desk.home.ask("SELECT id FROM cases")) == 1


def test_a_draft_is_sealed_and_gone_after_a_day(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    mei.browser.post("/new-case/vi/draft", {"words": SAID}, is_fetched=True)
    ((sealed,),) = web_desk.home.ask("SELECT sealed FROM opening_drafts")
    assert SAID.encode() not in bytes(sealed)
    now = web_desk.home.loop.now() + DAY + SECOND
    web_desk.home.database.writer.run_sync(lambda work: expire_old_rows(work, now))
    assert not web_desk.home.ask("SELECT sealed FROM opening_drafts")


def test_fields_that_the_form_does_not_have_are_rejected(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    for path in ("/new-case/vi", "/new-case/vi/draft"):
        assert mei.browser.post(path, CALL | {"holder": "x"}).status_code == 422
    assert mei.browser.get("/new-case/xx").status_code == 404
    adam = web_desk.worker("Adam", Role.ADMINISTRATOR).comes()
    assert adam.browser.get("/new-case").status_code == 404


def test_every_page_of_a_case_works_without_a_chat(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    reference = opened(web_desk, mei)
    mei.told(reference, "call", code="we_called", words="I am ok", **{"value.told": "On Tuesday"})
    mei.told(reference, "call_back", **{"value.number": "02-1234", "value.times": "night"})
    mei.told(reference, "refer", code=OFFICE)
    paths = [f"/cases/{reference}", *(f"/cases/{reference}/panes/{it}" for it in PANES)]
    paths += [f"/cases/{reference}/join-code", f"/cases/{reference}/join-code/phones"]
    paths += [f"/queue/{it}" for it in ("mine", "waiting", "all", "later", "closed")]
    paths += ["/own-cases", "/", "/shift", "/account"]
    offenders = [
        (path, answer.status_code)
        for path in paths
        if (answer := mei.browser.get(path)).status_code not in {200, 303}
    ]
    assert not offenders
    talk = mei.browser.get(f"/cases/{reference}/panes/conversation").text
    assert "I am ok" in talk
    assert "On Tuesday" in talk
    for kind in ("print", "transcript"):
        assert "On Tuesday" in mei.browser.get(f"/cases/{reference}/{kind}").text
    assert "02-1234" in mei.browser.get(f"/cases/{reference}/panes/head").text


def test_who_told_us_stands_in_the_case_and_on_no_paper(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    teller = {"teller": "Sister Agnes", "teller_at": "agnes at the shelter"}
    reference = opened(web_desk, mei, channel="partner", consent="", **teller)
    assert "Sister Agnes" in mei.browser.get(f"/cases/{reference}/panes/file").text
    for kind in ("print", "transcript"):
        left = mei.browser.get(f"/cases/{reference}/{kind}").text
        assert SAID in left
        assert "Agnes" not in left
        assert "agnes" not in left


def test_a_referral_is_read_aloud_and_the_answer_recorded(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    reference = opened(web_desk, mei)
    assert "Read aloud" in mei.told(reference, "refer", code=OFFICE)
    page = mei.browser.get(f"/cases/{reference}/panes/file").text
    assert "Read this aloud" in page
    tokens = {label: token for token, label in _TOKEN.findall(page)}
    agree = next(token for label, token in tokens.items() if "gree" in label or "may" in label)
    mei.told(reference, "aloud", code=agree)
    assert web_desk.home.ask("SELECT state FROM referrals") == [("agreed",)]
    actors = web_desk.home.ask("SELECT actor FROM audit WHERE deed = 'referral_agree'")
    assert actors == [(mei.id,)]
    assert "heard the person agree" in mei.browser.get(f"/cases/{reference}").text


def test_the_page_of_a_code_shows_it_once_and_the_words_of_each_phone(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    reference = opened(web_desk, mei)
    made = mei.browser.post(f"/cases/{reference}/join-code")
    (code,) = re.findall(r'class="join-code"[^>]*>([^<]+)<', made.text)
    assert code not in mei.browser.get(f"/cases/{reference}/join-code").text
    for language in ("vi", "en"):
        web_desk.home.person(language).says(code)
    phones = mei.browser.get(f"/cases/{reference}/join-code/phones").text
    assert phones.count('/do/join"') == 2
    assert "More than one phone" in phones
    jun = web_desk.worker("Jun").comes()
    assert jun.browser.get(f"/cases/{reference}/join-code").status_code == 404
    hua = web_desk.supervisor().comes()
    assert hua.browser.get(f"/cases/{reference}/join-code").status_code == 303
