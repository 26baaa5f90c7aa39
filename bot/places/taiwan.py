"""Taiwan: the numbers for somebody in danger.

Sources are those of the research of 2026 ([V] facts only): 110 and 119 answer day and night; 112
reaches both from a mobile telephone without a SIM card.
"""

from __future__ import annotations

from datetime import date

from bot.places.directory import Entry
from bot.text import _

READ = date(2026, 11, 24)
EXPIRES = date(2027, 11, 24)

IN_DANGER = (
    Entry(
        "110",
        _("police"),
        "english.taichung.gov.tw/1139972; retiredintaiwan.club emergency guide",
        READ,
        EXPIRES,
    ),
    Entry(
        "112",
        # Translators: a mobile phone without a SIM card; a recorded voice answers first.
        _("without a SIM card; when a voice answers, press 0"),
        "excusemetaiwan.com/emergencycall",
        READ,
        EXPIRES,
    ),
    Entry(
        "119",
        _("ambulance and fire brigade"),
        "tfdp.com.tw 1564; taipeitimes 2021-04-26",
        READ,
        EXPIRES,
    ),
)
"""At most three: a long list defeats a frightened reader."""
