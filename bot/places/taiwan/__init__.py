"""Taiwan, with the facts of its law as days, hours, months and amounts.

The facts were read article by article in the Ministry of Justice's law database (a public copy of
October 2024). People read them inside sentences of the flows. What foreign crew are owed is not
shown: the regulation was amended on 18 November 2025, and the new text was not read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.places.directory import SourceQuality
from bot.places.duties import with_duties
from bot.places.place import LawChapter, Money, Place
from bot.places.taiwan.authorities import LAW as LAW
from bot.places.taiwan.counties import REGIONS, county_outlines
from bot.places.taiwan.deadlines import DEADLINE_RULES
from bot.places.taiwan.directory import NOT_SHOWN, SHOWN, SOURCED
from bot.places.taiwan.duties import DUTIES
from bot.places.taiwan.entitlements import ENTITLEMENTS
from bot.places.taiwan.forms import OFFICE_FORMS
from bot.places.taiwan.holidays import HOLIDAYS
from bot.places.taiwan.interpreter_fees import INTERPRETER_FEES
from bot.places.taiwan.recipients import RECIPIENTS
from bot.places.taiwan.record_fields import RECORD_FIELDS
from bot.places.taiwan.sentences import SENTENCES
from bot.places.taiwan.services import SERVICES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.text import Text


def _chapter(source: str, **facts: str | Text | Money) -> LawChapter:
    return LawChapter(facts=facts, source=source, quality=SourceQuality.READ, **SOURCED)


CHAPTERS: Mapping[str, LawChapter] = {
    "duties": _chapter(
        "D0080177 Art. 9, 43; D0080180 Art. 13; N0090001 Art. 40; D0050023 Art. 7; "
        "D0050001 Art. 53",
        child_hours="24", agency_hours="24", duty_fine_least=Money("6000"),
        duty_fine_most=Money("30000"),
    ),
    "decision": _chapter(
        "D0080177 Art. 11, 14, 26; D0080180 Art. 22; D0080181 Art. 4, 5, 6, 10; "
        "D0080223 Art. 16, 17",
        objection_days="20", review_days="10", answer_days="10", permit_months="12",
        lost_hours="72", summons="3", settle_years="5", settle_days="183",
    ),
    "amounts": _chapter(
        "D0080223 Art. 5, 7, 8, 10, 11, 15, 16; D0080183 Art. 4, 5 (text of 28 December 2023); "
        "I0050005 Art. 13, 57",
        doctor=Money("10000"), doctor_insured=Money("3000"), talk=Money("2000"), talks="10",
        lawyer=Money("30000"), rent=Money("5000"), rent_months="3", rent_more="1",
        checkup=Money("3000"), income="2", deposit=Money("10000"), hotel=Money("2000"),
        hotel_nights="2", other_needs=Money("15000"), condolence=Money("3000"),
        out_of_work=Money("14000"), fund_months="6", fund_again="3",
    ),
    "crew": LawChapter(
        facts={},
        source="M0050061 (text of 20 May 2022; changed on 18 November 2025, not read since)",
        quality=SourceQuality.OLD,
        missing="pay, rest and cover of foreign crew in the text of 18 November 2025",
        **SOURCED,
    ),
}  # fmt: skip

TAIWAN = Place(
    name="taiwan",
    directory={**SHOWN, **NOT_SHOWN},
    numbers_by_situation={
        "danger": ("110", "112", "119"),
        "work": ("1955",),
        "home": ("113", "110", "119"),
        "young": ("113", "110", "119"),
        "sea": ("118", "110", "112"),
        "abroad": ("abroad_home", "abroad"),
        "despair": ("despair", "119", "113"),
        "papers": ("1990",),
        "other": ("110", "1955", "113"),
        "night": ("1955", "113"),
    },
    sentences=SENTENCES,
    chapters=CHAPTERS,
    law=LAW,
    recipients=RECIPIENTS,
    deadline_rules=with_duties(DEADLINE_RULES, DUTIES),
    office_forms=OFFICE_FORMS,
    country="TW",
    record_fields=RECORD_FIELDS,
    entitlements=ENTITLEMENTS,
    services=SERVICES,
    duties=DUTIES,
    find_outlines=county_outlines,
    county_regions=REGIONS,
    holidays=HOLIDAYS,
    interpreter_fees=INTERPRETER_FEES,
)
