"""Two made-up people of one broker: what they say, what is known of them, what is done for them."""

from __future__ import annotations

SAID_IN_THE_CALL = "He keeps my passport in the red tin. Tuyet is fifteen and works beside me."
CALL = {
    "channel": "phone", "answer.about": "me", "answer.safe": "safe", "words": SAID_IN_THE_CALL,
    "answer.needs.sleep": "1", "answer.needs.doctor": "1", "answer.needs.papers": "1",
    "answer.signs.documents": "1", "answer.signs.debt": "1", "answer.county": "TAO",
    "answer.under_18": "adult", "number": "0987 654 320", "times": "night",
    "if_other": "wrong_number", "consent": "agreed",
}  # fmt: skip
NAME, CHINESE_NAME, PASSPORT = "Nguyễn Thị Mai Lan", "阮氏梅蘭", "C4418823"
BROKER, BROKER_PHONE = "Trần Văn Hùng", "0912 345 678"
OTHER_NOTATION, OTHER_DIGITS = "HUNG Tran Van", "+886 ๙๑๒ ๓๔๕ ๖๗๘"
EMPLOYER, STREET, DEBT = "Kim Long Textile", "No. 88, Lane 7, Fuguo Road", "NT$137,450"
FACTS = {
    "person": {"name": NAME, "mobile": CALL["number"], "street": STREET, "county": "Taoyuan"},
    "suspect": {"name": BROKER, "phone": BROKER_PHONE, "role": "=RecruiterOrIntermediary"},
    "employer": {"name": EMPLOYER, "street": STREET},
    "payment": {"type": "=debt", "amount": DEBT, "paid_to": BROKER},
    "document": {"type": "=passport", "held_by": EMPLOYER},
}
PERSON_PAPERS = {
    "name": CHINESE_NAME, "passport": PASSPORT, "born": "1995-05-03", "nationality": "Vietnam",
    "city": "Zhongli", "permit_until": "2027-11-20",
}  # fmt: skip
UNIT, NOTICE = "桃園市專勤隊", "移署桃字第 1150088 號"
WRITTEN = f"Anh ta dọa sẽ tìm em. Số của anh ta {BROKER_PHONE}"
RENDERED = "He threatens to look for me. His number is left out here."
ASKED, ASKED_IN_VIETNAMESE = "Can you lock your door?", "Em có khóa cửa được không?"
PROOF, AUNT = "1151102-77", "She sleeps at her aunt's in Zhongli."
REPORTED = {"value_to": "Taoyuan City, Ms Wu", "value_way": "phone", "value_number": PROOF}
HOSPITAL, OFFICE = "Landseed Hospital, third floor", "Taoyuan District Prosecutors Office, room 4"
TICKET, AT_HOME = "Vietjet, paid by the fund", "+84 912 555 018"
FROM_HOME, CALLED_AT_HOME = "Em về với mẹ rồi chị ơi", "She is with her mother and sleeps well."
SARI_SAID = f"Agen {OTHER_NOTATION}, {OTHER_DIGITS}, simpan paspor saya."
HER_WORD = "hoa sen trắng"
NEEDLES = (
    NAME, "Mai Lan", CHINESE_NAME, PASSPORT, BROKER, EMPLOYER, STREET, "Fuguo", "137,450", "137450",
    NOTICE, CALL["number"], "+886987654320", SAID_IN_THE_CALL, "red tin", WRITTEN, RENDERED, ASKED,
    ASKED_IN_VIETNAMESE, AUNT, HOSPITAL, OFFICE, "Ms Chen", TICKET, AT_HOME, "+84912555018",
    FROM_HOME, CALLED_AT_HOME, HER_WORD, "girl of fifteen",
)  # fmt: skip
"""All that was said, written and written down about Lan; the broker's number is in Sari's case."""
