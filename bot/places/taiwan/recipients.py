"""Taiwan: organisations a case can be referred to, with the person's consent.

Only facts read in a public text ([V] facts of the research of 2026). Shelter addresses are never
written here. Authorities of a person's home country are not listed, because contacting them is not
always safe. Names of organisations are not translated, so that people can find them; readers of
Chinese see the Chinese name alone.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from bot.places.directory import Recipient
from bot.text import _

if TYPE_CHECKING:
    from collections.abc import Mapping

READ_ON = date(2026, 11, 24)
EXPIRES_ON = date(2027, 11, 24)


_recipient = partial(Recipient, read_on=READ_ON, expires_on=EXPIRES_ON)

_OFFICES: Mapping[str, Recipient] = {
    "police": _recipient(
        _("Police in Taiwan (警察)"),
        _("the police, a government office"),
        "D0080177 Art. 11; english.taichung.gov.tw/1139972",
    ),
    "nia": _recipient(
        _("National Immigration Agency in Taiwan (移民署)"),
        _("a government office for people from other countries, with police duties"),
        "D0080177 Art. 5, 11; D0080182 Art. 2",
    ),
    "labor_1955": _recipient(
        # Translators: a telephone line of Taiwan's Ministry of Labor, for workers from abroad.
        _("1955, line of the Ministry of Labor in Taiwan (勞動部)"),
        _("a government line for workers; it tells the labor office of the city or county"),
        "wda.gov.tw (17 Oct 2019); nitp.taipei",
    ),
    "labor_office": _recipient(
        _("Labor office of the city or county in Taiwan (勞工局)"),
        _("a government office for work, pay and contracts"),
        "D0080182 Art. 2; rootlaw.com.tw A040040110023200-1121228",
    ),
    "line_113": _recipient(
        # Translators: in Taiwan 113 is a line of social workers, not the police.
        _("113, protection line in Taiwan (衛生福利部)"),
        _("social workers, for violence at home and for people under 18; not the police line"),
        "worldvision.org.tw 113; taiwannews 3984218; taidaily.com 434865",
    ),
    "social_affairs": _recipient(
        _("Social affairs office of the city or county in Taiwan (社會局)"),
        _("social workers of the government"),
        "D0080182 Art. 2; D0080177 Art. 5, 13",
    ),
}
GOVERNMENT = {code: replace(it, is_office=True) for code, it in _OFFICES.items()}
"""Offices of the government, and lines it runs."""

NON_GOVERNMENT: Mapping[str, Recipient] = {
    "legal_aid": _recipient(
        # Translators: a name. In Chinese write the Chinese name alone; elsewhere keep it as it is.
        _("Legal Aid Foundation (法律扶助基金會)"),
        _("lawyers; for many people they are free"),
        "laf.org.tw/en service Sn=12; A0030157 Art. 13, 14",
    ),
    "garden_of_hope": _recipient(
        _("Garden of Hope Foundation (勵馨)"),
        _("an organisation for women and girls and for people from other countries"),
        "ruwonnepal.org.np; shelterasia.org; taipeitimes 2010-01-20",
    ),
    "spa": _recipient(
        _("Serve the People Association (桃園市群眾服務協會)"),
        _("an organisation for workers from other countries, in Taoyuan"),
        "spa.org.tw; tnews.cc Newscon35721",
    ),
    "hope_workers": _recipient(
        _("Hope Workers' Center (希望職工中心)"),
        _("an organisation for workers from other countries, in Zhongli"),
        "hopeworkerscenter.org",
    ),
    "vmwio": _recipient(
        _("Vietnamese Migrant & Immigrant Office (越南移工移民辦公室)"),
        _("an organisation of the church for people from Vietnam, in Bade in Taoyuan"),
        "hcd.org.tw/swc; vmwio.news",
    ),
    "rerum_novarum": _recipient(
        _("Rerum Novarum Center (新事社會服務中心)"),
        _("an organisation for workers from other countries and fishers, in Taipei"),
        "nownews tag 新事社會服務中心",
    ),
    "stella_maris": _recipient(
        _("Stella Maris Kaohsiung (海星國際服務中心)"),
        _("an organisation for people who work at sea or on land, in Kaohsiung"),
        "simn-global.org stella-maris; stellamaris.weebly.com",
    ),
}

RECIPIENTS: Mapping[str, Recipient] = {**GOVERNMENT, **NON_GOVERNMENT}
