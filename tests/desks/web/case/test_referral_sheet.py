"""A sheet holds exactly what the person agreed to; its hash is recorded; it needs the consent."""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from bot.clock import SECOND
from bot.desks.web.auth.sessions import STEP_UP_LIFETIME
from bot.desks.web.exports.refused import DOCUMENTS_MISSING
from bot.errors import EpochExpiredError
from bot.hotline.commands.texts import NO_MATCHING_CONSENT
from bot.hotline.referrals import copies
from bot.vault import Purpose
from tests.desks.web.case.test_referral_page import OFFICE, SAFE, asked, file, number_of
from tests.support.pdf_text import document_text, squeezed

if TYPE_CHECKING:
    import httpx

    from tests.support.harnesses.web_desk_harness import WebCaseworker, WebDeskHarness

ORGANISATION, CONTACT = "Hope House", "02-1234"


def referral_of(office: WebDeskHarness) -> str:
    return str(office.home.ask("SELECT id FROM referrals ORDER BY rowid DESC LIMIT 1")[0][0])


def sheet(office: WebDeskHarness, worker: WebCaseworker, reference: str) -> httpx.Response:
    """Press the button, as a browser without scripts does."""
    path = f"/cases/{reference}/referrals/{referral_of(office)}/sheet"
    return worker.browser.post(path, {})


def recorded(office: WebDeskHarness) -> list[tuple[object, ...]]:
    return office.home.ask("SELECT id, digest, made_by FROM referral_copies ORDER BY made_at, id")


def refused(worker: WebCaseworker, reference: str, response: httpx.Response) -> str:
    """Return what the page says after no sheet was made."""
    assert response.status_code == 303, response.text[:300]
    page = worker.browser.get(f"/cases/{reference}").text
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_sheet_holds_exactly_the_agreed_parts_in_both_languages(
    web_desk: WebDeskHarness,
) -> None:
    mei, person, reference = asked(web_desk)
    person.presses("You may tell them")
    made = sheet(web_desk, mei, reference)
    assert made.headers["content-type"] == "application/pdf"
    text = document_text(made.content)
    for words in (
        ORGANISATION, CONTACT, "1955", "勞動部", "Language", "English", SAFE, "我在這裡安全",
        "The person agreed to this", "Copy",
    ):  # fmt: skip
        assert squeezed(words) in text, words
    assert "1/1" in text
    # What is left out is not mentioned, and nothing leads back to the case or to the caseworker.
    for words in ("When we may write", "write to you", reference, "Mei", str(person.id)):
        assert squeezed(words) not in text, words
        assert words not in made.headers["content-disposition"]


def test_a_part_that_was_left_out_is_not_on_the_sheet(web_desk: WebDeskHarness) -> None:
    mei, person, reference = asked(web_desk)
    person.presses("✓ " + number_of(person))
    person.presses("You may tell them")
    text = document_text(sheet(web_desk, mei, reference).content)
    assert squeezed("English") in text
    for words in (SAFE, "Safe right now", "我在這裡安全", "safe"):
        assert squeezed(words) not in text, words


def test_what_left_is_recorded_with_its_hash_who_when_and_for_whom(
    web_desk: WebDeskHarness,
) -> None:
    mei, person, reference = asked(web_desk)
    person.presses("You may tell them")
    first, second = (sheet(web_desk, mei, reference).content for _ in range(2))
    rows = recorded(web_desk)
    assert {bytes(it[1]) for it in rows} == {sha256(it).digest() for it in (first, second)}  # type: ignore[arg-type]
    assert {it[2] for it in rows} == {mei.id}
    details = web_desk.home.ask("SELECT actor, detail FROM audit WHERE deed = 'referral_sheet'")
    for actor, detail in details:
        recipient, referral, copy, digest = str(detail).split(":")
        assert (actor, recipient, referral) == (mei.id, OFFICE, referral_of(web_desk))
        assert (copy, digest) in {(it[0], bytes(it[1]).hex()) for it in rows}  # type: ignore[arg-type]
    page = file(mei, reference)
    for copy, digest, _by in rows:
        assert str(copy) in page
        assert bytes(digest).hex() in page  # type: ignore[arg-type]
    for pdf in (first, second):
        assert sum(squeezed(str(copy)) in document_text(pdf) for copy, *_ in rows) == 1


def test_two_sheets_of_one_consent_differ_in_nothing_but_the_copy(
    web_desk: WebDeskHarness,
) -> None:
    mei, person, reference = asked(web_desk)
    person.presses("You may tell them")
    texts = [document_text(sheet(web_desk, mei, reference).content) for _ in range(2)]
    numbers = [str(copy) for copy, *_ in recorded(web_desk)]
    same = set()
    for text in texts:
        (number,) = [it for it in numbers if squeezed(it) in text]
        same.add(text.replace(squeezed(number), "COPY"))
    assert len(same) == 1


def test_no_sheet_is_made_before_the_person_answers(web_desk: WebDeskHarness) -> None:
    mei, _person, reference = asked(web_desk)
    assert f"/referrals/{referral_of(web_desk)}/sheet" not in file(mei, reference)
    said = refused(mei, reference, sheet(web_desk, mei, reference))
    assert copies.NOT_ANSWERED.source in said
    assert recorded(web_desk) == []


def test_no_sheet_is_made_once_consent_is_taken_back_and_the_desk_says_why(
    web_desk: WebDeskHarness,
) -> None:
    mei, person, reference = asked(web_desk)
    person.presses("You may tell them")
    assert sheet(web_desk, mei, reference).status_code == 200
    person.presses("I take it back")
    page = file(mei, reference)
    assert copies.TAKEN_BACK.source in page
    assert f"/referrals/{referral_of(web_desk)}/sheet" not in page
    said = refused(mei, reference, sheet(web_desk, mei, reference))
    assert copies.TAKEN_BACK.source in said
    assert len(recorded(web_desk)) == 1


@pytest.mark.parametrize("is_sent", [False, True])
def test_a_person_who_withdraws_all_sharing_stops_every_sheet(
    web_desk: WebDeskHarness, is_sent: bool
) -> None:
    mei, person, reference = asked(web_desk)
    person.presses("You may tell them")
    if is_sent:
        mei.told(reference, "tell_others", code=referral_of(web_desk))
        assert sheet(web_desk, mei, reference).status_code == 200  # another copy, consent stands
    mei.told(reference, "hand_back")
    person.says("/mydata")
    person.presses("Tell nobody else")
    assert copies.TAKEN_BACK.source in refused(mei, reference, sheet(web_desk, mei, reference))


def test_consent_taken_back_while_the_pdf_is_made_stops_it(
    web_desk: WebDeskHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    mei, person, reference = asked(web_desk)
    person.presses("You may tell them")
    make, referral = web_desk.front.typesetter.make_pdf, referral_of(web_desk)

    async def slow(document: object) -> bytes:
        made = await make(document)  # type: ignore[arg-type]
        await web_desk.home.database.writer.run(
            lambda work: web_desk.front.referrals.revoke(
                work, web_desk.case(reference), referral, mei.id, web_desk.home.loop.now()
            )
        )
        return made

    monkeypatch.setattr(web_desk.front.typesetter, "make_pdf", slow)
    said = refused(mei, reference, sheet(web_desk, mei, reference))
    assert copies.TAKEN_BACK.source in said
    assert recorded(web_desk) == []


def test_a_state_that_was_changed_in_the_database_makes_no_sheet(
    web_desk: WebDeskHarness,
) -> None:
    mei, _person, reference = asked(web_desk)
    web_desk.home.ask("UPDATE referrals SET state = 'agreed', answered_at = 1 RETURNING id")
    said = refused(mei, reference, sheet(web_desk, mei, reference))
    assert NO_MATCHING_CONSENT.source in said
    assert recorded(web_desk) == []


def test_after_fourteen_days_the_person_is_asked_again(
    web_desk: WebDeskHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    mei, person, reference = asked(web_desk)
    person.presses("You may tell them")

    opens = web_desk.vault.open

    def too_old(purpose: Purpose, data: bytes, sealed: bytes) -> bytes:
        if purpose is Purpose.REFERRAL:
            raise EpochExpiredError("a waiting key lives for 14 days")
        return opens(purpose, data, sealed)

    monkeypatch.setattr(web_desk.vault, "open", too_old)
    said = refused(mei, reference, sheet(web_desk, mei, reference))
    assert copies.TOO_OLD.source in said
    assert recorded(web_desk) == []


def test_a_sheet_needs_a_second_factor_of_the_last_minutes(web_desk: WebDeskHarness) -> None:
    mei, person, reference = asked(web_desk)
    person.presses("You may tell them")
    web_desk.home.advance_time(STEP_UP_LIFETIME / SECOND + 1)
    response = sheet(web_desk, mei, reference)
    assert response.status_code == 303
    assert "/step-up" in response.headers["location"]
    assert recorded(web_desk) == []


def test_only_the_caseworker_who_holds_the_case_makes_a_sheet(web_desk: WebDeskHarness) -> None:
    mei, person, reference = asked(web_desk)
    person.presses("You may tell them")
    jun = web_desk.worker("Jun").comes()
    assert sheet(web_desk, jun, reference).status_code == 404
    path = f"/cases/{reference}/referrals/{'0' * 16}/sheet"
    assert mei.browser.post(path, {}).status_code == 404
    assert recorded(web_desk) == []


def test_erasing_the_case_leaves_the_hash_in_the_audit_log_alone(
    web_desk: WebDeskHarness,
) -> None:
    mei, person, reference = asked(web_desk)
    person.presses("You may tell them")
    digest = sha256(sheet(web_desk, mei, reference).content).hexdigest()
    web_desk.erases(reference)
    assert recorded(web_desk) == []
    assert web_desk.home.ask("SELECT count(*) FROM referrals") == [(0,)]
    kept = web_desk.home.ask("SELECT detail FROM audit WHERE deed = 'referral_sheet'")
    assert [str(it[0]).rpartition(":")[2] for it in kept] == [digest]


def test_recipients_without_an_agreement_are_shown_and_cannot_be_chosen(
    web_desk: WebDeskHarness,
) -> None:
    mei, _person, reference = asked(web_desk)
    assert "no agreement" not in file(mei, reference)
    place = web_desk.front.place
    police = replace(place.recipients["police"], agreement=None)
    changed = replace(place, recipients={**place.recipients, "police": police})
    web_desk.front.find_place = lambda: changed
    page = file(mei, reference)
    assert re.search(r'<option value="police" disabled>[^<]*\(no agreement\)</option>', page)
    assert re.search(r'<option value="nia">', page)


def test_what_the_organisation_answered_is_recorded_at_the_desk(web_desk: WebDeskHarness) -> None:
    mei, person, reference = asked(web_desk)
    person.presses("You may tell them")
    referral = referral_of(web_desk)
    assert "recipient_reply" not in file(mei, reference)
    mei.told(reference, "tell_others", code=referral)
    assert "recipient_reply" in file(mei, reference)
    mei.told(reference, "recipient_reply", code=f"{referral}.no_place", words="Full until May.")
    page = file(mei, reference)
    assert "has no place free now</strong>" in page
    mei.told(reference, "hand_back")
    shown = person.presses("Has anyone read it?")[0]
    assert "it has no place free now (12:00)" in shown
    assert "May" not in shown


def test_without_typst_the_button_is_disabled_and_the_page_says_whom_to_ask(
    web_desk: WebDeskHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    mei, person, reference = asked(web_desk)
    person.presses("You may tell them")
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    page = file(mei, reference)
    assert "<button disabled>Save the sheet (PDF)" in page
    assert DOCUMENTS_MISSING.source in page
    said = refused(mei, reference, sheet(web_desk, mei, reference))
    assert DOCUMENTS_MISSING.source in said
    assert "typst" not in said
    assert recorded(web_desk) == []
