"""A sheet says who sends what to whom, in two languages, and nothing that was not agreed to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from bot.app.web_desk import _answer_renderer
from bot.clock import HOUR
from bot.conversation import FlowRegistry, PlaceAnswer
from bot.desks.locale import StaffLocale
from bot.desks.referral_sheet import (
    SHEET_LANGUAGES,
    SheetReader,
    SheetSender,
    agreed_parts,
    build_sheet,
    parts_digest,
)
from bot.documents.typesetter import Typesetter
from bot.hotline.referrals.model import Referral, ReferralPart, ReferralStage
from bot.places.taiwan.recipients import RECIPIENTS
from bot.settings import Settings
from flows import ALL_FLOWS
from tests.support.moved_clock import MIDDAY
from tests.support.pdf_text import document_text, squeezed

if TYPE_CHECKING:
    from bot.conversation import Answer
    from bot.documents.content import PrintedDocument

ZONE = ZoneInfo("Asia/Taipei")
SETTINGS = Settings(organisation="Harbour House", contact="02-0000-0000")
READERS = [
    SheetReader(
        StaffLocale(language, ZONE), _answer_renderer(SETTINGS, FlowRegistry(ALL_FLOWS), language)
    )
    for language in SHEET_LANGUAGES
]
COPY = "7F3A-91C2"
WORDS = {
    "Thai": "นายจ้างเก็บพาสปอร์ตของฉันไว้ ฉันออกไปไหนไม่ได้",
    "Khmer": "ខ្ញុំត្រូវបានឃុំខ្លួន",
    "Burmese": "ကျွန်မကို ပိတ်ထားတယ်",
    "Vietnamese": "Họ giữ hộ chiếu của tôi",
    "Chinese": "他們扣留我的護照",
    "markup": '#import "x": * #read("/etc/passwd") $x$ *bold* _u_ <label> @label `raw` = // # \\',
    "template": "#{1+1}]#panic()[ #sys.inputs.content #json(bytes(1))",
}
PARTS: dict[str, Answer] = {
    "language": "th",
    "report.needs": ("legal", "papers"),
    "report.county": PlaceAnswer("TAO", "", 24.99, 121.3),
    "contact": "0912 345 678",
}


def referral(parts: dict[str, Answer], *struck: int) -> Referral:
    return Referral(
        "0" * 16, "case", "legal_aid", tuple(ReferralPart(*it) for it in parts.items()), "mei",
        MIDDAY, ReferralStage.AGREED, frozenset(struck), answered_at=MIDDAY,
    )  # fmt: skip


def printed(it: Referral, *, copy: str = COPY, at: int = MIDDAY + HOUR) -> PrintedDocument:
    sender = SheetSender(SETTINGS.organisation, SETTINGS.contact, ZONE, copy, at)
    return build_sheet(it, RECIPIENTS[it.recipient], sender, READERS)


async def text_of(it: Referral) -> str:
    return document_text(await Typesetter().make_pdf(printed(it)))


@pytest.mark.parametrize("script", WORDS)
async def test_own_words_stand_there_as_they_were_written(script: str) -> None:
    text = await text_of(referral({"report.what": WORDS[script], "also.1": "More."}))
    assert text.count(squeezed(WORDS[script])) == 1
    assert squeezed("發生了什麼事 What happened") in text
    assert squeezed("當事人自己寫的話 In their own words More.") in text


async def test_answers_stand_there_in_chinese_and_english() -> None:
    text = await text_of(referral(PARTS))
    for words in (
        "轉介單 Referral", "轉介單位 From Harbour House 02-0000-0000",
        "受理單位 To 法律扶助基金會 Legal Aid Foundation (法律扶助基金會)",
        "語言 Language 泰語 Thai",
        "需要什麼 What is needed 問法律問題, 拿回證件 Legal advice, Papers back",
        "桃園市", "Taoyuan",
        "如何聯絡當事人 How to reach the person 0912 345 678",
        "當事人同意的時間 The person agreed to this 2026-",
        f"副本 Copy {COPY}", parts_digest(agreed_parts(referral(PARTS), READERS)),
    ):  # fmt: skip
        assert squeezed(words) in text, words


@pytest.mark.parametrize("left_out", range(len(PARTS)))
async def test_a_part_that_is_left_out_is_not_mentioned(left_out: int) -> None:
    hints = (("泰語", "Thai", "Language"), ("法律問題", "Legal advice", "needed"),
             ("桃園", "Taoyuan", "24.99"), ("0912", "reach", "聯絡當事人"))  # fmt: skip
    text = await text_of(referral(PARTS, left_out))
    for number, words in enumerate(hints):
        assert any(squeezed(it) in text for it in words) == (number != left_out), words


async def test_signs_that_turn_or_hide_text_are_shown() -> None:
    text = await text_of(referral({"report.what": "paid \u202e0001\u202c \U000e0041 \u2066x"}))
    assert squeezed("paid \\u202e0001\\u202c \\U000e0041 \\u2066x") in text


def test_the_same_consent_gives_the_same_parts_byte_for_byte() -> None:
    first, later = printed(referral(PARTS)), printed(referral(PARTS), copy="2222-3333", at=MIDDAY)
    assert first.sections == later.sections
    assert first.footer[2] == later.footer[2]
    assert first != later
    other = referral(PARTS | {"language": "vi"})
    assert parts_digest(agreed_parts(other, READERS)) not in first.footer[2]


def test_a_sheet_names_no_case_no_caseworker_and_no_chat() -> None:
    it = referral(PARTS)
    known = repr(printed(replace(it, id="f00d" * 4, case="cafe" * 8, offered_by="caseworker1")))
    assert not any(name in known for name in ("f00d", "cafe", "caseworker1"))
