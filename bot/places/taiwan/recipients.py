"""Whom a case can be passed on to in Taiwan, when the person agrees.

Only what was read in a public text ([V] facts of the research of 2026). No address of a shelter is
ever written here, and no office of the country somebody comes from: contacting it is not always
safe, so nobody is passed on to it. A name is not translated: it is what stands on the door.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from bot.clock import SECOND
from bot.text import Text, _

if TYPE_CHECKING:
    from collections.abc import Mapping

READ_ON = date(2026, 11, 24)
EXPIRES_ON = date(2027, 11, 24)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who can be told."""

    name: Text
    about: Text
    """Who they are, in the words of whoever is asked."""
    source: str
    """Where it was read."""
    read_on: date = READ_ON
    expires_on: date = EXPIRES_ON
    is_office: bool = False
    """Whether it is part of the government."""

    def is_offered(self, today: date) -> bool:
        """Tell whether anything may still be passed on to them."""
        return today < self.expires_on

    def is_offered_at(self, now: int) -> bool:
        """Tell the same of a moment; a day begins with the UTC one."""
        return self.is_offered(datetime.fromtimestamp(now / SECOND, UTC).date())


_OFFICES: Mapping[str, Recipient] = {
    "police": Recipient(
        _("Police in Taiwan (警察)"),
        _("the police, a government office"),
        "D0080177 Art. 11; english.taichung.gov.tw/1139972",
    ),
    "nia": Recipient(
        _("National Immigration Agency in Taiwan (移民署)"),
        _("a government office for people from other countries, with police duties"),
        "D0080177 Art. 5, 11; D0080182 Art. 2",
    ),
    "labor_1955": Recipient(
        # Translators: a telephone line of Taiwan's Ministry of Labor, for workers from abroad.
        _("1955, line of the Ministry of Labor in Taiwan (勞動部)"),
        _("a government line for workers; it tells the labor office of the city or county"),
        "wda.gov.tw (17 Oct 2019); nitp.taipei",
    ),
    "labor_office": Recipient(
        _("Labor office of the city or county in Taiwan (勞工局)"),
        _("a government office for work, pay and contracts"),
        "D0080182 Art. 2; rootlaw.com.tw A040040110023200-1121228",
    ),
    "line_113": Recipient(
        # Translators: in Taiwan 113 is a line of social workers, not the police.
        _("113, protection line in Taiwan (衛生福利部)"),
        _("social workers, for violence at home and for people under 18; not the police line"),
        "worldvision.org.tw 113; taiwannews 3984218; taidaily.com 434865",
    ),
    "social_affairs": Recipient(
        _("Social affairs office of the city or county in Taiwan (社會局)"),
        _("social workers of the government"),
        "D0080182 Art. 2; D0080177 Art. 5, 13",
    ),
}
GOVERNMENT = {code: replace(it, is_office=True) for code, it in _OFFICES.items()}
"""Offices of the government, and lines it runs."""

NON_GOVERNMENT: Mapping[str, Recipient] = {
    "legal_aid": Recipient(
        Text("Legal Aid Foundation (法律扶助基金會)"),
        _("lawyers; for many people they are free"),
        "laf.org.tw/en service Sn=12; A0030157 Art. 13, 14",
    ),
    "garden_of_hope": Recipient(
        Text("Garden of Hope Foundation (勵馨)"),
        _("an organisation for women and girls and for people from other countries"),
        "ruwonnepal.org.np; shelterasia.org; taipeitimes 2010-01-20",
    ),
    "spa": Recipient(
        Text("Serve the People Association (桃園市群眾服務協會)"),
        _("an organisation for workers from other countries, in Taoyuan"),
        "spa.org.tw; tnews.cc Newscon35721",
    ),
    "hope_workers": Recipient(
        Text("Hope Workers' Center (希望職工中心)"),
        _("an organisation for workers from other countries, in Zhongli"),
        "hopeworkerscenter.org",
    ),
    "vmwio": Recipient(
        Text("Vietnamese Migrant & Immigrant Office (越南移工移民辦公室)"),
        _("an organisation of the church for people from Vietnam, in Bade in Taoyuan"),
        "hcd.org.tw/swc; vmwio.news",
    ),
    "rerum_novarum": Recipient(
        Text("Rerum Novarum Center (新事社會服務中心)"),
        _("an organisation for workers from other countries and fishers, in Taipei"),
        "nownews tag 新事社會服務中心",
    ),
    "stella_maris": Recipient(
        Text("Stella Maris Kaohsiung"),
        _("an organisation for people who work at sea or on land, in Kaohsiung"),
        "simn-global.org stella-maris",
    ),
}
"""Organisations that are not the government."""

RECIPIENTS: Mapping[str, Recipient] = {**GOVERNMENT, **NON_GOVERNMENT}
"""Everybody who can be told, by code."""
