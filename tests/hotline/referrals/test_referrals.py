"""What is told to others: what the person saw, did not strike, and agreed to; and who was told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from bot.cases.intake import NewReport
from bot.conversation import FileRef, PlaceAnswer
from bot.dispatch.rendering import display_width
from bot.errors import DecryptionError
from bot.hotline.referrals.consent_dialog import ConsentAction, ConsentReply
from bot.hotline.referrals.model import MAX_OWN_TEXTS, ReferralPart, ReferralStage
from bot.languages import LANGUAGES
from bot.messages import button_token as whole
from bot.places.taiwan.recipients import EXPIRES_ON, READ_ON, RECIPIENTS
from bot.store.compiled import Prepared
from bot.store.tables.main import referrals
from tests.support.database_fixtures import query
from tests.support.people.referral_dialog import (
    ANSWERS,
    PREFIX,
    WORDS,
    ReferralDialog,
    callback_data_of,
    ticked_labels,
    token_of,
)

if TYPE_CHECKING:
    from bot.conversation import Answer
    from bot.hotline.referrals.model import Referral
    from tests.support.harnesses.queue_harness import QueueHarness

TWO = ("report.county", "report.what")
LONGEST_TOKEN = 64
WIDEST = 24


@pytest.fixture
def asked(queue_harness: QueueHarness) -> ReferralDialog:
    return ReferralDialog(queue_harness)


def agrees(
    asked: ReferralDialog, case: str, *strikes: int, recipient: str = "legal_aid"
) -> Referral:
    """Let a person strike some of two parts and agree to the rest."""
    referral = asked.offers(case, TWO, recipient)
    screen = asked.looks(case, referral)
    for place in strikes:
        screen = asked.sees(asked.presses(case, token_of(screen, ConsentAction.STRIKE, place)))
    return asked.presses(case, token_of(screen, ConsentAction.AGREE)).referral


# --- What can be told ------------------------------------------------------------------------


def test_answers_that_were_sent_can_be_told_and_decisions_about_this_chat_cannot(
    asked: ReferralDialog,
) -> None:
    case = asked.person()
    may = asked.line.run(lambda work: asked.referrals.offerable_parts(work, case, contact=" 0912 "))
    told = {f"report.{step}" for step in ANSWERS} - {"report.keep", "report.send", "report.who"}
    assert set(may) == told | {"language", "contact"}
    assert may["contact"] == ReferralPart("contact", "0912")
    assert may["report.what"] == ReferralPart("report.what", "They keep my papers.")


def test_a_question_of_consent_is_no_part_of_a_referral(asked: ReferralDialog) -> None:
    case = asked.person({"pass_on": "may", "counting": "count", "county": PlaceAnswer("TAO")})
    now, intake = asked.line.now, asked.line.intake
    flows: dict[str, dict[str, Answer]] = {
        "danger": {"tell": "now"},
        "story": {"give": "give"},
        "urgent_details": {"where": "Zhongshan Road 5", "hurt": "no"},
    }
    sent = [NewReport(case, "addition", flow, answers, now) for flow, answers in flows.items()]
    asked.line.run(lambda work: intake.store(work, [], sent))
    may = asked.line.run(lambda work: asked.referrals.offerable_parts(work, case))
    assert set(may) == {"language", "report.county", "urgent_details.where", "urgent_details.hurt"}


def test_each_text_outside_the_questions_is_shown_and_can_be_left_out_alone(
    asked: ReferralDialog,
) -> None:
    case = asked.person({"what": "They keep my papers.", "also": ("I am hungry.", "Come at night")})
    asked.line.passes(5)
    more = NewReport(case, "addition", "report", {"also": ("He is back.",)}, asked.line.now)
    asked.line.run(lambda work: asked.line.intake.store(work, [], [more]))
    may = asked.line.run(lambda work: asked.referrals.offerable_parts(work, case))
    own = ["I am hungry.", "Come at night", "He is back."]
    codes = [f"also.{number}" for number in (1, 2, 3)]
    assert [code for code in may if code.startswith("also.")] == codes
    assert [may[code].answer for code in codes] == own
    screen = asked.looks(case, asked.offers(case, codes))
    assert all(f"You also wrote: {text}" in screen.text for text in own)
    left = asked.sees(asked.presses(case, token_of(screen, ConsentAction.STRIKE, 1)))
    assert [text in left.text for text in own] == [True, False, True]
    agreed = asked.presses(case, token_of(left, ConsentAction.AGREE)).referral
    sent = asked.sends(case, agreed)
    assert sent is not None
    assert [part.answer for part in sent.included_parts] == [own[0], own[2]]


def test_many_texts_outside_the_questions_lose_none_and_fit_the_buttons(
    asked: ReferralDialog,
) -> None:
    texts = tuple(f"text {number} here" for number in range(3 * MAX_OWN_TEXTS))
    case = asked.person({"also": texts})
    may = asked.line.run(lambda work: asked.referrals.offerable_parts(work, case))
    own = [str(part.answer) for code, part in may.items() if code.startswith("also.")]
    assert len(own) == MAX_OWN_TEXTS
    assert "\n".join(own).split("\n") == list(texts)


def test_what_was_sent_later_holds(asked: ReferralDialog) -> None:
    case = asked.person()
    asked.line.passes(5)
    again = NewReport(case, "addition", "report", {"what": "They gave them back."}, asked.line.now)
    asked.line.run(lambda work: asked.line.intake.store(work, [], [again]))
    may = asked.line.run(lambda work: asked.referrals.offerable_parts(work, case))
    assert may["report.what"].answer == "They gave them back."


def test_files_and_removed_questions_are_not_offered_for_referral(asked: ReferralDialog) -> None:
    case = asked.person({"evidence": (FileRef("h", "photo"),), "gone": "x", "what": ""})
    may = asked.line.run(lambda work: asked.referrals.offerable_parts(work, case))
    assert set(may) == {"language"}


def test_nothing_is_offered_where_there_is_nothing_to_tell(asked: ReferralDialog) -> None:
    with pytest.raises(ValueError, match="at least one part"):
        asked.offers(asked.person(), ())


# --- What the person sees --------------------------------------------------------------------


def test_the_first_consent_question_shows_no_content_or_recipient(asked: ReferralDialog) -> None:
    referral = asked.offers(asked.person(), TWO)
    for language in LANGUAGES:
        said = asked.consent.question(referral, language, PREFIX)
        assert "papers" not in said.text
        assert "Legal Aid" not in said.text
        assert [it.action for it in callback_data_of(said).values()] == [
            ConsentAction.SHOW,
            ConsentAction.LATER,
        ]


def test_the_person_reads_in_their_language_exactly_what_would_be_told_and_to_whom(
    asked: ReferralDialog,
) -> None:
    case = asked.person()
    referral = asked.offers(case, (*TWO, "report.needs", "contact", "language"))
    screen = asked.looks(case, referral, "id")
    assert ticked_labels(screen) == asked.contents(referral, "id")
    assert "Legal Aid Foundation (法律扶助基金會)" in screen.text
    assert "They keep my papers." in screen.text
    assert "Taoyuan" in screen.text
    assert "24.99, 121.3" in screen.text
    assert "0912 345 678" in screen.text
    assert "Bahasa Indonesia" in screen.text
    assert asked.contents(referral, "zh_Hant") != asked.contents(referral, "id")


def test_what_is_struck_is_not_shown_any_more_and_can_be_put_back(asked: ReferralDialog) -> None:
    case = asked.person()
    screen = asked.looks(case, asked.offers(case, TWO))
    without = asked.sees(asked.presses(case, token_of(screen, ConsentAction.STRIKE, 1)))
    assert "papers" not in without.text
    assert ticked_labels(without) == ticked_labels(screen)[:1]
    again = asked.sees(asked.presses(case, token_of(without, ConsentAction.RESTORE, 1)))
    assert again == screen


def test_where_all_is_struck_nothing_can_be_agreed_to(asked: ReferralDialog) -> None:
    case = asked.person()
    screen = asked.looks(case, asked.offers(case, TWO[:1]))
    empty = asked.sees(asked.presses(case, token_of(screen, ConsentAction.STRIKE, 0)))
    assert ConsentAction.AGREE not in {it.action for it in callback_data_of(empty).values()}
    assert WORDS.empty.source in empty.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_button_fits_and_its_token_too(asked: ReferralDialog, language: str) -> None:
    case = asked.person()
    codes = list(asked.line.run(lambda work: asked.referrals.offerable_parts(work, case)))
    screen = asked.looks(case, asked.offers(case, codes), language)
    screen = asked.sees(asked.presses(case, token_of(screen, ConsentAction.STRIKE, 1)), language)
    agreed = asked.presses(case, token_of(screen, ConsentAction.AGREE))
    says = (screen, asked.consent.answer(agreed, language, PREFIX))
    for row in [*says[0].rows, *says[1].rows]:
        assert all(display_width(button.label) <= WIDEST // len(row) for button in row)
        assert all(len(whole(button, "fffff:0123456789a:")) <= LONGEST_TOKEN for button in row)


def test_words_that_could_move_a_cursor_are_shown(asked: ReferralDialog) -> None:
    case = asked.person({"what": "a\u202eb"})
    screen = asked.looks(case, asked.offers(case, TWO[1:]))
    assert "\u202e" not in screen.text
    assert "a\\u202eb" in screen.text


# --- Agreeing, and not -----------------------------------------------------------------------


def test_what_was_agreed_to_is_told_and_the_ledger_says_who_was_told_what_and_when(
    asked: ReferralDialog,
) -> None:
    case = asked.person()
    referral = agrees(asked, case, 1)
    asked.line.passes(30)
    sent = asked.sends(case, referral)
    assert sent is not None
    assert [part.code for part in sent.included_parts] == ["report.county"]
    [row] = asked.line.run(lambda work: asked.referrals.of_case(work, case))
    assert row == sent
    assert (row.recipient, row.stage, row.sent_at) == (
        "legal_aid",
        ReferralStage.SENT,
        asked.line.now,
    )


def test_nothing_is_told_that_was_not_agreed_to(asked: ReferralDialog) -> None:
    case = asked.person()
    referral = asked.offers(case, TWO)
    assert asked.sends(case, referral) is None
    screen = asked.looks(case, referral)
    assert asked.sends(case, referral) is None
    asked.presses(case, token_of(screen, ConsentAction.DECLINE))
    assert asked.sends(case, referral) is None


def test_an_agreement_under_an_old_screen_agrees_to_nothing(asked: ReferralDialog) -> None:
    case = asked.person()
    referral = asked.offers(case, TWO)
    old = asked.looks(case, referral)
    asked.presses(case, token_of(old, ConsentAction.STRIKE, 1))
    came = asked.presses(case, token_of(old, ConsentAction.AGREE))
    assert (came.reply, came.text, came.changed) == (ConsentReply.SCREEN, WORDS.changed, False)
    assert asked.sends(case, referral) is None


def test_striking_a_part_after_agreeing_asks_again(asked: ReferralDialog) -> None:
    case = asked.person()
    referral = asked.offers(case, TWO)
    screen = asked.looks(case, referral)
    asked.presses(case, token_of(screen, ConsentAction.AGREE))
    asked.presses(case, token_of(screen, ConsentAction.STRIKE, 0))
    assert asked.sends(case, referral) is None
    assert asked.now(case, referral).stage is ReferralStage.OFFERED


def test_pressing_twice_is_pressing_once(asked: ReferralDialog) -> None:
    case = asked.person()
    referral = asked.offers(case, TWO)
    screen = asked.looks(case, referral)
    strike = token_of(screen, ConsentAction.STRIKE, 1)
    once = asked.sees(asked.presses(case, strike))
    twice = asked.presses(case, strike)
    assert (asked.sees(twice), twice.changed) == (once, False)
    first = asked.presses(case, token_of(once, ConsentAction.AGREE))
    again = asked.presses(case, token_of(once, ConsentAction.AGREE))
    assert (first.changed, again.changed) == (True, False)
    assert first.text == again.text == WORDS.agreed


def test_agreeing_is_for_one_recipient(asked: ReferralDialog) -> None:
    case = asked.person()
    agrees(asked, case)
    other = asked.offers(case, TWO, "nia")
    assert asked.sends(case, other) is None


def test_another_offer_to_the_same_recipient_takes_the_place_of_the_first(
    asked: ReferralDialog,
) -> None:
    case = asked.person()
    first = asked.offers(case, TWO)
    screen = asked.looks(case, first)
    asked.offers(case, TWO[:1])
    came = asked.presses(case, token_of(screen, ConsentAction.AGREE))
    assert (came.reply, came.text) == (ConsentReply.NOTHING, WORDS.over)
    assert asked.now(case, first).stage is ReferralStage.WITHDRAWN


# --- Taking back -----------------------------------------------------------------------------


def test_what_is_taken_back_before_it_was_told_is_not_told(asked: ReferralDialog) -> None:
    case = asked.person()
    referral = asked.offers(case, TWO)
    screen = asked.looks(case, referral)
    agreed = asked.presses(case, token_of(screen, ConsentAction.AGREE))
    back = token_of(asked.consent.answer(agreed, "en", PREFIX), ConsentAction.REVOKE)
    came = asked.presses(case, back)
    assert (came.referral.stage, came.text) == (ReferralStage.REVOKED, WORDS.revoked)
    assert asked.sends(case, referral) is None


def test_what_is_taken_back_afterwards_stays_in_the_ledger_as_told(asked: ReferralDialog) -> None:
    case = asked.person()
    sent = asked.sends(case, agrees(asked, case))
    assert sent is not None
    told = asked.consent.sent_notice(sent, "en", PREFIX, "21:40", is_unread=False)
    came = asked.presses(case, token_of(told, ConsentAction.REVOKE))
    assert came.text == WORDS.revoked_late
    assert "21:40" in asked.consent.answer(came, "en", PREFIX, "21:40").text
    row = asked.now(case, sent)
    assert (row.stage, row.sent_at, row.included_parts) == (
        ReferralStage.REVOKED,
        sent.sent_at,
        sent.included_parts,
    )


def test_a_caseworker_can_take_it_back_for_the_person_and_never_agree(
    asked: ReferralDialog,
) -> None:
    case = asked.person()
    referral = agrees(asked, case)
    taken = asked.line.run(
        lambda work: asked.referrals.revoke(work, case, referral.id, "mei", asked.line.now)
    )
    assert taken is not None
    assert taken.stage is ReferralStage.REVOKED
    assert not hasattr(asked.referrals, "agree")
    assert asked.sends(case, taken) is None


# --- What somebody with the database, or another chat, can do ----------------------------------


def alters(asked: ReferralDialog, **changed: str) -> None:
    change = Prepared(lambda _: update(referrals).values(**changed))
    asked.line.run(lambda work: work.run(change))


def test_a_state_that_was_changed_in_the_database_tells_nothing(asked: ReferralDialog) -> None:
    case = asked.person()
    referral = asked.offers(case, TWO)
    alters(asked, state="agreed")
    assert asked.sends(case, referral) is None


def test_a_recipient_that_was_changed_in_the_database_does_not_open(asked: ReferralDialog) -> None:
    case = asked.person()
    referral = agrees(asked, case)
    alters(asked, recipient="spa")
    with pytest.raises(DecryptionError):
        asked.sends(case, referral)


def test_a_button_of_another_case_does_nothing(asked: ReferralDialog) -> None:
    mine, theirs = asked.person(), asked.person()
    screen = asked.looks(theirs, asked.offers(theirs, TWO))
    pressed = asked.consent.parse_token(token_of(screen, ConsentAction.AGREE))
    assert pressed is not None
    came = asked.line.run(
        lambda work: asked.referrals.handle_press(work, mine, pressed, asked.line.now)
    )
    assert came is None


@pytest.mark.parametrize("end", ["", "p123", "r", "r" + "0" * 28 + "x", "r" + "0" * 28, "rä"])
def test_a_foreign_token_is_ignored(asked: ReferralDialog, end: str) -> None:
    assert asked.consent.parse_token(end) is None


def test_referrals_store_no_text_in_clear(asked: ReferralDialog) -> None:
    case = asked.person()
    agrees(asked, case)
    rows = query(asked.line.database, "select * from referrals")
    assert b"papers" not in b"|".join(bytes(str(row), "utf-8") for row in rows)
    assert rows[0][2:4] == ("legal_aid", "agreed")


# --- Who did it ------------------------------------------------------------------------------


def test_every_step_is_written_down_with_who_took_it(asked: ReferralDialog) -> None:
    case = asked.person()
    referral = agrees(asked, case, 1)
    asked.sends(case, referral)
    log = asked.line.run(lambda work: asked.line.audit.rows_about(work, case))
    told = [(row.actor, row.action, row.detail.replace(referral.id, "*")) for row in log]
    assert told == [
        ("mei", "referral_offer", "legal_aid:*"),
        ("person", "referral_strike", "legal_aid:*:report.what"),
        ("person", "referral_agree", "legal_aid:*"),
        ("mei", "referral_send", "legal_aid:*"),
    ]


# --- The directory ---------------------------------------------------------------------------


def test_everybody_who_can_be_told_was_read_in_a_public_text_and_is_read_again() -> None:
    for recipient in RECIPIENTS.values():
        assert recipient.source
        assert recipient.is_verified(READ_ON)
        assert not recipient.is_verified(EXPIRES_ON)


def test_no_recipient_is_an_office_of_a_home_country() -> None:
    names = " ".join(recipient.name.source for recipient in RECIPIENTS.values())
    assert not any(word in names for word in ("MECO", "IETO", "VECO", "TTEO", "embassy", "shelter"))
