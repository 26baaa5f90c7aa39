"""Taiwan: by which rules interpreters are paid.

The regulation for assistance (D0080223, text of 28 December 2023) is for people in placement, when
they take part in proceedings under the Act or receive its assistance. Article 6(1)(2): 600 for the
first two hours of a case by day, 300 for each hour from the third on; 1,200 and 600 at night; the
time counts from the agreed arrival or the actual beginning; a rest below thirty minutes is paid as
half an hour, from thirty minutes on as a whole one; first hours that span day and night are paid at
night, and so is each later period that does. Article 6(2): the night is from 22:00 to 6:00.

The Ministry of Labor's directions for accompanying foreign workers during questioning (text of 9
April 2024, point 7) have the same form with other amounts: 1,000 and 500.
"""

from __future__ import annotations

from datetime import date

from bot.places.interpreter_fees import FeeRule
from bot.text import _

READ_ON = date(2026, 11, 28)

INTERPRETER_FEES = (
    FeeRule(
        code="assistance",
        title=_("People in placement: regulation for assistance, Article 6"),
        source="https://law.moj.gov.tw/LawClass/LawSingleRela.aspx?FLNO=6&PCODE=D0080223&ty=L",
        read_on=READ_ON,
        first_hours=2, first_fee=600, hour_fee=300, night_factor=2, night_begins=22, night_ends=6,
    ),
    FeeRule(
        code="workers",
        title=_("Foreign workers during questioning: directions of the Ministry of Labor, point 7"),
        source="https://laws.mol.gov.tw/FLAW/FLAWDAT0202.aspx?id=FL055445",
        read_on=READ_ON,
        first_hours=2, first_fee=1000, hour_fee=500, night_factor=2, night_begins=22, night_ends=6,
    ),
)  # fmt: skip
"""The first is the one for victims and suspected victims."""
